#!/usr/bin/python3
"""The managed Python runtime (sdk/python) as a function's author meets it."""
import sys

sys.dont_write_bytecode = True
import unittest

from stub_runtime_api import ARN, ON_FRAMES, ROOT, Guest

PYTHON = "/usr/bin/python3"
BOOTSTRAP = str(ROOT / "sdk/python/bootstrap.py")


def python(source=None, files=None, **options):
    files = dict(files or {})
    if source is not None:
        files["app.py"] = source
    variables = {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.12", **options.pop("variables", {})}
    argv = [PYTHON, "-B", "-I", "-S", "-X", "utf8=1", BOOTSTRAP]
    return Guest(argv, files, variables=variables, **options)


ECHO = "def handler(event, context):\n    return event\n"


class Answers(unittest.TestCase):
    def test_values_come_back_as_they_went_in(self):
        values = [None, True, 0, -1.5, "", "é☃😀", "\u2028\"\\\n\t", [], {}, {"a": [{"b": None}]}, 10**30]
        with python(ECHO) as guest:
            for value in values:
                self.assertEqual(guest.invoke(value), value)

    def test_six_megabytes_go_both_ways(self):
        text = "é" * 3_000_000
        with python(ECHO) as guest:
            self.assertEqual(guest.invoke(text), text)
            self.assertEqual(guest.invoke("small"), "small")

    def test_whitespace_around_an_event_is_allowed(self):
        with python(ECHO) as guest:
            self.assertEqual(guest.invoke(b' \n{"a": 1}\r\n '), {"a": 1})

    def test_text_is_escaped_before_python_3_12_and_not_since(self):
        for runtime, expected in (("python3.11", rb'"\u00e9"'), ("python3.12", '"é"'.encode())):
            with python(ECHO, variables={"AWS_EXECUTION_ENV": "AWS_Lambda_" + runtime}) as guest:
                guest.send("é")
                self.assertEqual(guest.post()[2], expected)

    def test_half_a_surrogate_pair_is_escaped(self):
        with python("def handler(event, context):\n    return '\\ud800'\n") as guest:
            guest.send(None)
            self.assertEqual(guest.post()[2], rb'"\ud800"')

    def test_decimals_become_numbers(self):
        source = "import decimal\ndef handler(e, c):\n    return decimal.Decimal('1.25')\n"
        with python(source) as guest:
            self.assertEqual(guest.invoke(None), 1.25)

    def test_what_the_platform_talks_over_is_not_shown(self):
        source = (
            "import os, subprocess\n"
            "def handler(event, context):\n"
            "    names = subprocess.run(['/usr/bin/env'], capture_output=True, text=True).stdout\n"
            "    children = subprocess.run(['/bin/ls', '/proc/self/fd'], close_fds=False,\n"
            "                              stdout=subprocess.PIPE, text=True).stdout\n"
            "    return ','.join(os.environ) + names, children.split()\n"
        )
        with python(source) as guest:
            names, descriptors = guest.invoke(None)
            self.assertIn("AWS_LAMBDA_FUNCTION_NAME", names)
            self.assertNotIn("LAMBENT_", names)
            self.assertEqual(len(descriptors), 4)  # its own three, and the directory

    @unittest.skipIf(ON_FRAMES, "frames have no refusals")
    def test_a_refused_answer_does_not_end_the_runtime(self):
        with python(ECHO) as guest:
            guest.api.refuse_next_post_with = 413
            self.assertEqual(guest.invoke(1), 1)
            self.assertEqual(guest.invoke(2), 2)


class Failures(unittest.TestCase):
    def test_an_exception_names_its_type_message_and_place(self):
        source = "def handler(event, context):\n    raise ValueError('bad ' + event)\n"
        with python(source) as guest:
            document = guest.fail("news")
            self.assertEqual(document["errorType"], "ValueError")
            self.assertEqual(document["errorMessage"], "bad news")
            self.assertEqual(document["requestId"], "00000000-0000-0000-0000-000000000001")
            place = f'  File "{guest.task_root}/app.py", line 2, in handler\n'
            self.assertEqual(len(document["stackTrace"]), 1)
            self.assertTrue(document["stackTrace"][0].startswith(place), document["stackTrace"])
            self.assertIn(
                "[ERROR] ValueError: bad news\rTraceback (most recent call last):\r" + place[:-1],
                guest.output(),
            )

    def test_the_environment_serves_on_after_an_exception(self):
        with python("def handler(e, c):\n    return 1 / e\n") as guest:
            self.assertEqual(guest.fail(0)["errorType"], "ZeroDivisionError")
            self.assertEqual(guest.invoke(2), 0.5)

    def test_an_answer_that_is_no_json_is_a_marshal_error(self):
        cases = {
            "return {1, 2}": "Unable to marshal response: Object of type set is not JSON serializable",
            "loop = []\n    loop.append(loop)\n    return loop":
                "Unable to marshal response: Circular reference detected",
        }
        for body, message in cases.items():
            with python("def handler(event, context):\n    " + body + "\n") as guest:
                document = guest.fail(None)
                self.assertEqual(document["errorType"], "Runtime.MarshalError")
                self.assertEqual(document["errorMessage"], message)

    def test_an_event_that_is_no_json_is_an_unmarshal_error(self):
        with python(ECHO) as guest:
            for event in (b"", b"{", b"nope", b"1 2", b"\xff"):
                document = guest.fail(event)
                self.assertEqual(document["errorType"], "Runtime.UnmarshalError")
                self.assertTrue(document["errorMessage"].startswith("Unable to unmarshal input: "))

    def test_sys_exit_ends_the_process_with_that_status(self):
        with python("import sys\ndef handler(e, c):\n    sys.exit(e)\n") as guest:
            guest.send(7)
            self.assertEqual(guest.process.wait(timeout=30), 7)


class Init(unittest.TestCase):
    def assert_fails(self, guest, error_type, message):
        with guest:
            document = guest.fail_init()
            self.assertEqual(document["errorType"], error_type)
            self.assertEqual(document["errorMessage"], message)
            self.assertEqual(guest.process.wait(timeout=30), 1)
            self.assertIn(f"[ERROR] {error_type}: {message}", guest.output())
            return document

    def test_a_missing_module(self):
        document = self.assert_fails(
            python(),
            "Runtime.ImportModuleError",
            "Unable to import module 'app': No module named 'app'",
        )
        self.assertEqual(document["stackTrace"], [])

    def test_a_missing_dependency(self):
        self.assert_fails(
            python("import nothing_of_that_name\n"),
            "Runtime.ImportModuleError",
            "Unable to import module 'app': No module named 'nothing_of_that_name'",
        )

    def test_a_missing_function(self):
        self.assert_fails(
            python("other = 1\n"),
            "Runtime.HandlerNotFound",
            "Handler 'handler' missing on module 'app'",
        )

    def test_a_handler_without_a_dot(self):
        self.assert_fails(
            python(ECHO, handler="app"),
            "Runtime.MalformedHandlerName",
            "Bad handler 'app': not enough values to unpack (expected 2, got 1)",
        )

    def test_a_builtin_module(self):
        self.assert_fails(
            python(ECHO, handler="sys.exit"),
            "Runtime.BuiltInModuleConflict",
            "Cannot use built-in module sys as a handler module",
        )

    def test_a_syntax_error(self):
        document = self.assert_fails(
            python("def handler(event, context)\n    pass\n"),
            "Runtime.UserCodeSyntaxError",
            "Syntax error in module 'app': expected ':' (app.py, line 1)",
        )
        self.assertIn("Line 1\n    def handler(event, context)", document["stackTrace"][0])

    def test_an_exception_while_importing(self):
        document = self.assert_fails(
            python("raise KeyError('no key')\n"), "KeyError", "'no key'"
        )
        self.assertIn("line 1, in <module>", document["stackTrace"][0])


class Modules(unittest.TestCase):
    """A handler's module is what the interpreter's own import would make of it."""

    def test_it_knows_itself(self):
        source = (
            "import sys\n"
            "def handler(event, context):\n"
            "    module = sys.modules[__name__]\n"
            "    spec = module.__spec__\n"
            "    return [__name__, __file__, __package__, __cached__, spec.origin, spec.has_location,\n"
            "        type(module.__loader__).__name__, spec.loader is __loader__,\n"
            "        __loader__.get_source('app') == open(__file__).read(), spec._initializing,\n"
            "        handler.__code__.co_filename, handler.__module__]\n"
        )
        asks_the_interpreter = (
            "import inner\n"
            "def handler(event, context):\n"
            "    return inner.handler(event, context)\n"
        )
        inner = {"inner.py": source.replace("'app'", "'inner'")}
        with python(source) as guest, python(asks_the_interpreter, inner) as other:
            by_the_interpreter = [
                value.replace("inner", "app").replace(other.task_root, guest.task_root)
                if isinstance(value, str) else value for value in other.invoke(None)
            ]
            self.assertEqual(guest.invoke(None), by_the_interpreter)

    def test_a_package_goes_before_a_file(self):
        with python(ECHO, {"app/__init__.py": "def handler(e, c):\n    return 'package'\n"}) as guest:
            self.assertEqual(guest.invoke(None), "package")

    def test_a_file_goes_before_the_library(self):
        source = "def handler(event, context):\n    return __file__.endswith('/colorsys.py')\n"
        with python(files={"colorsys.py": source}, handler="colorsys.handler") as guest:
            self.assertTrue(guest.invoke(None))

    def test_one_in_a_folder(self):
        with python(files={"sub/app.py": ECHO}, handler="sub/app.handler") as guest:
            self.assertEqual(guest.invoke(1), 1)

    def test_another_encoding(self):
        source = "# -*- coding: latin-1 -*-\ndef handler(event, context):\n    return 'é'\n"
        with python(files={"app.py": source.encode("latin-1")}) as guest:
            self.assertEqual(guest.invoke(None), "é")

    def test_it_may_import_itself(self):
        source = "import app\ndef handler(event, context):\n    return app.handler is handler\n"
        with python(source) as guest:
            self.assertTrue(guest.invoke(None))


class Surroundings(unittest.TestCase):
    def test_the_context_is_complete(self):
        source = (
            "def handler(event, context):\n"
            "    return [context.function_name, context.function_version,\n"
            "        context.memory_limit_in_mb, context.invoked_function_arn,\n"
            "        context.aws_request_id, context.log_group_name, context.log_stream_name,\n"
            "        context.identity.cognito_identity_id, context.client_context]\n"
        )
        with python(source) as guest:
            self.assertEqual(
                guest.invoke(None),
                ["tested", "$LATEST", "256", ARN, "00000000-0000-0000-0000-000000000001",
                 "/aws/lambda/tested", "2026/01/01/[$LATEST]00", None, None],
            )

    def test_the_client_context_is_read(self):
        source = (
            "def handler(event, context):\n"
            "    c = context.client_context\n"
            "    return [c.client.app_title, c.client.installation_id, c.custom, c.env]\n"
        )
        header = '{"client":{"app_title":"t"},"custom":{"k":"v"},"env":{"e":"1"}}'
        with python(source) as guest:
            answer = guest.invoke(None, client_context=header)
            self.assertEqual(answer, ["t", None, {"k": "v"}, {"e": "1"}])

    def test_the_time_that_is_left(self):
        source = "def handler(event, context):\n    return context.get_remaining_time_in_millis()\n"
        with python(source) as guest:
            self.assertTrue(90_000 < guest.invoke(None, deadline_s=100) <= 100_000)
            self.assertEqual(guest.invoke(None, deadline_s=-5), 0)

    def test_the_trace_id_is_in_the_environment_and_goes_away(self):
        source = (
            "def handler(event, context):\n"
            "    import os\n"
            "    return os.environ.get('_X_AMZN_TRACE_ID')\n"
        )
        with python(source) as guest:
            self.assertEqual(guest.invoke(None, trace_id="Root=1-a"), "Root=1-a")
            self.assertEqual(guest.invoke(None, trace_id="Root=1-b"), "Root=1-b")
            self.assertIsNone(guest.invoke(None))

    def test_its_own_files_win_over_the_standard_library(self):
        files = {"colorsys.py": "own = True\n"}
        source = "import colorsys\ndef handler(e, c):\n    return colorsys.own\n"
        with python(source, files) as guest:
            self.assertTrue(guest.invoke(None))

    def test_handlers_in_folders_and_packages(self):
        for handler in ("deep/er/app.handler", "deep.er.app.handler"):
            with python(files={"deep/er/app.py": ECHO}, handler=handler) as guest:
                self.assertEqual(guest.invoke(1), 1)

    def test_no_module_of_the_runtime_is_in_the_way(self):
        files = {"main.py": "who = 'mine'\n", "context.py": "who = 'mine'\n"}
        source = "import main, context\ndef handler(e, c):\n    return main.who + context.who\n"
        with python(source, files) as guest:
            self.assertEqual(guest.invoke(None), "minemine")

    def test_little_is_imported_for_a_function_that_imports_nothing(self):
        source = "import sys\ndef handler(e, c):\n    return sorted(sys.modules)\n"
        with python(source) as guest:
            heavy = {"json", "re", "logging", "socket", "traceback", "http.client", "site"}
            self.assertEqual(heavy & set(guest.invoke(None)), set())

    def test_exit_is_there_without_site(self):
        with python("def handler(e, c):\n    exit(3)\n") as guest:
            guest.send(None)
            self.assertEqual(guest.process.wait(timeout=30), 3)


class Output(unittest.TestCase):
    def test_output_is_written_whole(self):
        source = "def handler(e, c):\n    print('one')\n    print('two', end='')\n    return 1\n"
        with python(source) as guest:
            guest.invoke(None)
            self.assertTrue(guest.output().startswith("one\ntwo"))

    def test_logging_has_lambdas_format(self):
        source = (
            "import logging\n"
            "logging.getLogger().setLevel(logging.INFO)\n"
            "def handler(event, context):\n"
            "    logging.info('first\\nsecond')\n"
            "    logging.getLogger('x').warning('w')\n"
        )
        with python(source) as guest:
            guest.invoke(None)
            line = r"\[INFO\]\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z\t[0-9-]{36}\tfirst\rsecond\n"
            self.assertRegex(guest.output(), line + r"\[WARNING\]\t[^\t]+\t[0-9-]{36}\tw\n")

    def test_boto3_reaches_the_endpoint_of_the_environment(self):
        source = (
            "import boto3\n"
            "def handler(event, context):\n"
            "    urls = [boto3.client(s).meta.endpoint_url for s in ('s3', 'lambda')]\n"
            "    own = boto3.client('s3', endpoint_url='http://elsewhere:1').meta.endpoint_url\n"
            "    return urls + [own, boto3.resource('s3').meta.client.meta.endpoint_url]\n"
        )
        variables = {
            "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
            "AWS_ENDPOINT_URL_LAMBDA": "http://127.0.0.1:9",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "k",
            "AWS_SECRET_ACCESS_KEY": "s",
        }
        with python(source, variables=variables) as guest:
            self.assertEqual(
                guest.invoke(None),
                ["http://127.0.0.1:4566", "http://127.0.0.1:9", "http://elsewhere:1",
                 "http://127.0.0.1:4566"],
            )


class Codec(unittest.TestCase):
    """The small codec against the json package."""

    def test_it_writes_and_reads_what_json_does(self):
        import json

        sys.path.insert(0, str(ROOT / "sdk/python"))
        from lambent_runtime.json_codec import JsonCodec

        values = [
            {"a": [1, 2.5, None, True], "é": "☃", "": {}}, [[[]]], "\x00\x1f\x7f", 1e300, -0.0,
            {1: 2, None: 3, True: 4, 1.5: 5}, (1, 2), float("inf"), "x" * 100_000,
        ]
        for ascii_only in (True, False):
            codec = JsonCodec(ascii_only)
            for value in values:
                expected = json.dumps(value, ensure_ascii=ascii_only)
                self.assertEqual(codec.encode(value), expected.encode())
                self.assertEqual(codec.decode(expected.encode()), json.loads(expected))


if __name__ == "__main__":
    unittest.main()
