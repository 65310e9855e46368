#!/usr/bin/python3
"""The managed Node runtime (sdk/node) as a function's author meets it."""
import json
import time
import unittest

from stub_runtime_api import ARN, ON_FRAMES, ROOT, Guest

NODE = "/usr/bin/node"
BOOTSTRAP = str(ROOT / "sdk/node/bootstrap.cjs")


def node(source=None, files=None, file="app.js", **options):
    files = dict(files or {})
    if source is not None:
        files[file] = source
    return Guest([NODE, BOOTSTRAP], files, **options)


ECHO = "exports.handler = async (event) => event;\n"


class Answers(unittest.TestCase):
    def test_values_come_back_as_they_went_in(self):
        values = [None, True, 0, -1.5, "", "é☃😀", "\u2028\"\\\n\t", [], {}, {"a": [{"b": None}]}]
        with node(ECHO) as guest:
            for value in values:
                self.assertEqual(guest.invoke(value), value)

    def test_six_megabytes_go_both_ways(self):
        text = "é" * 3_000_000
        with node(ECHO) as guest:
            self.assertEqual(guest.invoke(text), text)
            self.assertEqual(guest.invoke("small"), "small")

    def test_nothing_becomes_null(self):
        for source in (
            "exports.handler = async () => {};",
            "exports.handler = async () => () => 1;",
            "exports.handler = (event, context, callback) => callback();",
            "exports.handler = () => 'a plain value is no answer';",
        ):
            with node(source) as guest:
                self.assertIsNone(guest.invoke(1))

    def test_every_style_of_handler(self):
        for source in (
            "exports.handler = async (e) => e + 1;",
            "exports.handler = (e) => Promise.resolve(e + 1);",
            "exports.handler = (e) => new Promise((ok) => setTimeout(ok, 5, e + 1));",
            "exports.handler = (e, context, callback) => callback(null, e + 1);",
            "exports.handler = (e, context, callback) => { setTimeout(callback, 5, null, e + 1); };",
            "exports.handler = (e, context) => context.succeed(e + 1);",
            "exports.handler = (e, context) => context.done(null, e + 1);",
        ):
            with node(source) as guest:
                self.assertEqual(guest.invoke(1), 2, source)
                self.assertEqual(guest.invoke(2), 3, source)

    def test_its_module_is_what_require_would_make_of_it(self):
        source = (
            "exports.handler = async () => [module.id === __filename, module.loaded, __dirname,\n"
            "  module.paths, require.cache[__filename] === module, require(__filename) === exports,\n"
            "  require.main === module, require.resolve('./app.js')];\n"
        )
        asks_node = "exports.handler = require('./inner.js').handler;\n"
        inner = {"inner.js": source.replace("app", "inner")}
        with node(source) as guest, node(asks_node, inner) as other:
            by_node = json.loads(json.dumps(other.invoke(None)).replace("inner", "app")
                                 .replace(other.task_root, guest.task_root))
            self.assertEqual(guest.invoke(None), by_node)

    def test_a_callbacks_answer_waits_for_the_event_loop(self):
        source = """
            let done = false;
            exports.handler = (event, context, callback) => {
              context.callbackWaitsForEmptyEventLoop = event.wait;
              const was = done;
              setTimeout(() => { done = true; }, 20);
              callback(null, { get done() { return done; }, was });
            };"""
        with node(source) as guest:
            self.assertEqual(guest.invoke({"wait": True}), {"done": True, "was": False})
        with node(source) as guest:
            self.assertEqual(guest.invoke({"wait": False}), {"done": False, "was": False})

    def test_what_a_handler_leaves_behind_goes_on(self):
        source = """
            let seen = [];
            exports.handler = (event, context, callback) => {
              process.nextTick(() => seen.push('tick'));
              Promise.resolve().then(() => {}).then(() => seen.push('promise'));
              setImmediate(() => seen.push('immediate'));
              context.callbackWaitsForEmptyEventLoop = false;
              callback(null, seen.splice(0));
            };"""
        with node(source) as guest:
            self.assertEqual(guest.invoke(1), [])
            self.assertCountEqual(guest.invoke(2), ["tick", "promise", "immediate"])

    def test_timers_that_keep_nothing_alive_have_their_turn(self):
        source = """
            let fired = 0;
            setInterval(() => { fired += 1; }, 1).unref();
            exports.handler = async () => fired;"""
        with node(source) as guest:
            limit = time.monotonic() + 20
            while guest.invoke(None) < 3 and time.monotonic() < limit:
                pass
            self.assertGreaterEqual(guest.invoke(None), 3)

    def test_what_the_platform_talks_over_is_not_shown(self):
        source = """
            const { execFileSync } = require('child_process');
            exports.handler = async () => [
              Object.keys(process.env).join() + execFileSync('/usr/bin/env'),
              String(execFileSync('/bin/ls', ['/proc/self/fd'])).trim().split('\\n'),
            ];"""
        with node(source) as guest:
            names, descriptors = guest.invoke(None)
            self.assertIn("AWS_LAMBDA_FUNCTION_NAME", names)
            self.assertNotIn("LAMBENT_", names)
            self.assertEqual(len(descriptors), 4)  # its own three, and the directory

    @unittest.skipIf(ON_FRAMES, "frames have no refusals")
    def test_a_refused_answer_does_not_end_the_runtime(self):
        with node(ECHO) as guest:
            guest.api.refuse_next_post_with = 413
            self.assertEqual(guest.invoke(1), 1)
            self.assertEqual(guest.invoke(2), 2)


class Modules(unittest.TestCase):
    def test_es_modules_and_commonjs(self):
        exported = "export const handler = async (event) => [typeof require, event];\n"
        classic = "exports.handler = async (event) => [typeof require, event];\n"
        cases = [
            ({"app.js": classic}, "function"),
            ({"app.cjs": classic}, "function"),
            ({"app.mjs": exported}, "undefined"),
            ({"app.js": exported, "package.json": '{"type":"module"}'}, "undefined"),
            ({"app.js": classic, "app.mjs": "throw new Error()"}, "function"),
            ({"app.mjs": exported, "app.cjs": "throw new Error()"}, "undefined"),
            ({"app/index.js": classic}, "function"),
        ]
        for files, require in cases:
            with node(files=files) as guest:
                self.assertEqual(guest.invoke(1), [require, 1], list(files))

    def test_top_level_await_is_part_of_init(self):
        source = (
            "import { setTimeout as wait } from 'node:timers/promises';\n"
            "const value = await wait(5, 'slow');\n"
            "export const handler = async () => value;\n"
        )
        with node(source, file="app.mjs") as guest:
            self.assertEqual(guest.invoke(None), "slow")
        with node(files={"app.js": source, "package.json": '{"type":"module"}'}) as guest:
            self.assertEqual(guest.invoke(None), "slow")

    def test_preloaded_code_sees_the_handlers_file(self):
        watch = (
            "const Module = require('node:module');\n"
            "const original = Module.prototype.require;\n"
            "global.seen = [];\n"
            "Module.prototype.require = function (name) { seen.push(name); return original.call(this, name); };\n"
        )
        source = "exports.handler = async () => seen.filter((name) => name.endsWith('app.js')).length;\n"
        with node(files={"app.js": source, "watch.js": watch},
                  variables={"NODE_OPTIONS": "--require ./watch.js"}) as guest:
            self.assertEqual(guest.invoke(None), 1)

    def test_handlers_in_folders_and_objects(self):
        source = "exports.deep = { er: { handler: async (e) => e } };\n"
        with node(source, file="src/app.js", handler="src/app.deep.er.handler") as guest:
            self.assertEqual(guest.invoke(1), 1)


class Failures(unittest.TestCase):
    def test_an_error_names_its_type_message_and_trace(self):
        for source in (
            "exports.handler = async () => { throw new TypeError('bad'); };",
            "exports.handler = () => { throw new TypeError('bad'); };",
            "exports.handler = (e, c, callback) => callback(new TypeError('bad'));",
            "exports.handler = (e, context) => context.fail(new TypeError('bad'));",
        ):
            with node(source) as guest:
                document = guest.fail(None)
                self.assertEqual(document["errorType"], "TypeError")
                self.assertEqual(document["errorMessage"], "bad")
                self.assertEqual(document["trace"][0], "TypeError: bad")
                self.assertIn("app.js:1:", document["trace"][1])
                self.assertEqual(guest.fail(None)["errorType"], "TypeError")

    def test_the_log_has_the_error_with_its_own_properties(self):
        source = """exports.handler = async () => {
              throw Object.assign(new Error('bad'), { code: 'E1', size: 1n });
            };"""
        with node(source) as guest:
            request_id = guest.send(None)
            guest.post()
            line = guest.output().split("\n")[0]
            time, logged_id, level, title, logged = line.split("\t")
            self.assertRegex(time, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            self.assertEqual((logged_id, level, title), (request_id, "ERROR", "Invoke Error "))
            logged = json.loads(logged)
            self.assertEqual(logged["errorType"], "Error")
            self.assertEqual((logged["code"], logged["size"]), ("E1", "1"))
            self.assertEqual(logged["stack"][0], "Error: bad")

    def test_what_is_thrown_need_not_be_an_error(self):
        with node("exports.handler = async (e) => { throw e; };") as guest:
            expected = {"errorType": "string", "errorMessage": "text", "trace": []}
            self.assertEqual(guest.fail("text"), expected)
            self.assertEqual(guest.fail(5)["errorType"], "number")
            self.assertEqual(guest.fail(None)["errorMessage"], "null")

    def test_an_answer_that_is_no_json(self):
        for source in (
            "exports.handler = async () => { const a = []; a.push(a); return a; };",
            "exports.handler = async () => 1n;",
        ):
            with node(source) as guest:
                document = guest.fail(None)
                self.assertEqual(document["errorMessage"], "Unable to stringify response body")

    def test_a_promise_that_is_never_settled(self):
        with node("exports.handler = () => new Promise(() => {});") as guest:
            self.assertEqual(guest.fail(None)["errorType"], "Runtime.NodeJsExit")
            self.assertEqual(guest.fail(None)["errorType"], "Runtime.NodeJsExit")

    def test_an_unhandled_rejection(self):
        source = """exports.handler = async () => {
              Promise.reject(new Error('nobody looks'));
              await new Promise((ok) => setTimeout(ok, 60000));
            };"""
        with node(source) as guest:
            document = guest.fail(None)
            self.assertEqual(document["errorType"], "Runtime.UnhandledPromiseRejection")
            self.assertEqual(document["errorMessage"], "Error: nobody looks")
            self.assertEqual(guest.process.wait(timeout=30), 128)
            self.assertIn("Unhandled Promise Rejection", guest.output())

    def test_an_uncaught_exception(self):
        source = """exports.handler = () => new Promise(() => {
              setTimeout(() => { throw new RangeError('far'); }, 5);
            });"""
        with node(source) as guest:
            document = guest.fail(None)
            self.assertEqual((document["errorType"], document["errorMessage"]), ("RangeError", "far"))
            self.assertEqual(guest.process.wait(timeout=30), 129)

    def test_process_exit_ends_the_process_with_that_status(self):
        with node("exports.handler = async (e) => process.exit(e);") as guest:
            guest.send(7)
            self.assertEqual(guest.process.wait(timeout=30), 7)


class Init(unittest.TestCase):
    def fail(self, *arguments, **options):
        with node(*arguments, **options) as guest:
            document = guest.fail_init()
            self.assertEqual(guest.process.wait(timeout=30), 1)
            output = guest.output()
            self.assertIn("\tundefined\tERROR\tUncaught Exception \t", output)
            self.assertIn(document["errorType"], output)
            return document

    def test_a_missing_module(self):
        document = self.fail()
        self.assertEqual(document["errorType"], "Runtime.ImportModuleError")
        self.assertTrue(document["errorMessage"].startswith("Error: Cannot find module './app'"))
        self.assertTrue(document["trace"][0].startswith("Runtime.ImportModuleError: Error: Cannot"))

    def test_a_missing_dependency(self):
        for file, source in (
            ("app.js", "require('nothing-of-that-name');"),
            ("app.mjs", "import 'nothing-of-that-name';"),
        ):
            document = self.fail(source, file=file)
            self.assertEqual(document["errorType"], "Runtime.ImportModuleError")
            self.assertIn("nothing-of-that-name", document["errorMessage"])

    def test_a_missing_function(self):
        document = self.fail("exports.other = 1;")
        self.assertEqual(document["errorType"], "Runtime.HandlerNotFound")
        self.assertEqual(document["errorMessage"], "app.handler is undefined or not exported")

    def test_a_handler_that_is_no_function(self):
        document = self.fail("exports.handler = 1;")
        self.assertEqual(document["errorType"], "Runtime.HandlerNotFound")
        self.assertEqual(document["errorMessage"], "app.handler is not a function")

    def test_bad_handler_names(self):
        for name in ("app", "../app.handler", ".handler", "app."):
            document = self.fail(ECHO, handler=name)
            self.assertEqual(document["errorType"], "Runtime.MalformedHandlerName", name)

    def test_a_syntax_error(self):
        document = self.fail("exports.handler = async ( => 1;")
        self.assertEqual(document["errorType"], "Runtime.UserCodeSyntaxError")
        self.assertTrue(document["errorMessage"].startswith("SyntaxError: "))
        self.assertTrue(any("app.js:1" in line for line in document["trace"]), document["trace"])

    def test_an_exception_while_loading(self):
        for file, source in (("app.js", "null.x;"), ("app.mjs", "await 0; null.x;")):
            document = self.fail(source, file=file)
            self.assertEqual(document["errorType"], "TypeError")
            self.assertTrue(any(file + ":1" in line for line in document["trace"]))


class Surroundings(unittest.TestCase):
    def test_the_context_is_complete(self):
        source = """exports.handler = async (event, c) => [c.functionName, c.functionVersion,
              c.memoryLimitInMB, c.invokedFunctionArn, c.awsRequestId, c.logGroupName,
              c.logStreamName, c.identity === undefined, c.clientContext,
              c.callbackWaitsForEmptyEventLoop, typeof c.done];"""
        with node(source) as guest:
            self.assertEqual(
                guest.invoke(None, client_context='{"custom":{"k":"é"}}'),
                ["tested", "$LATEST", "256", ARN, "00000000-0000-0000-0000-000000000001",
                 "/aws/lambda/tested", "2026/01/01/[$LATEST]00", True, {"custom": {"k": "é"}},
                 True, "function"],
            )

    def test_the_time_that_is_left(self):
        source = "exports.handler = async (event, context) => context.getRemainingTimeInMillis();"
        with node(source) as guest:
            self.assertTrue(90_000 < guest.invoke(None, deadline_s=100) <= 100_000)
            self.assertEqual(guest.invoke(None, deadline_s=-5), 0)

    def test_the_trace_id_is_in_the_environment_and_goes_away(self):
        source = "exports.handler = async () => process.env._X_AMZN_TRACE_ID ?? null;"
        with node(source) as guest:
            self.assertEqual(guest.invoke(None, trace_id="Root=1-a"), "Root=1-a")
            self.assertIsNone(guest.invoke(None))


class Output(unittest.TestCase):
    def test_console_has_lambdas_format(self):
        source = """
            console.log('while loading');
            exports.handler = async () => {
              console.log('a %s', 'b', { c: 1 });
              console.info('i'); console.debug('d'); console.warn('w');
              console.error(new Error('two\\nlines').message); console.trace('t');
            };"""
        with node(source) as guest:
            request_id = guest.send(None)
            guest.post()
            lines = [line.split("\t", 1)[1] for line in guest.output().split("\n") if line]
            self.assertEqual(lines[:7], [  # one more may say that the stub has gone away
                "undefined\tINFO\twhile loading",
                f"{request_id}\tINFO\ta b {{ c: 1 }}",
                f"{request_id}\tINFO\ti",
                f"{request_id}\tDEBUG\td",
                f"{request_id}\tWARN\tw",
                f"{request_id}\tERROR\ttwo\rlines",
                f"{request_id}\tTRACE\tt",
            ])

    def test_much_output_is_written_whole(self):
        source = """exports.handler = async () => {
              process.stdout.write('raw\\n');
              for (let i = 0; i < 200; ++i) console.log(String(i).repeat(1000));
            };"""
        with node(source) as guest:
            guest.invoke(None)
            text = guest.output()
            self.assertEqual(text.count("\tINFO\t"), 200)
            self.assertIn("199" * 1000, text)


if __name__ == "__main__":
    unittest.main()
