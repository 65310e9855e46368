"""The life of one environment: connect, import the handler, answer events one by one."""
import posix
import sys

from lambent_runtime import import_hooks, paths
from lambent_runtime.context import LambdaContext, LambdaSettings
from lambent_runtime.handler_loader import load_handler
from lambent_runtime.json_codec import JsonCodec
from lambent_runtime.runtime_errors import RuntimeFault


def run():
    sys.stdout.reconfigure(line_buffering=True)
    client = make_client()
    client.connect()  # tells the platform that the runtime has booted
    if posix.environ.pop(b"LAMBENT_STEM", None) is not None:
        from lambent_runtime import stem

        posix.unsetenv(b"LAMBENT_STEM")
        stem.become_function(client)
    settings = LambdaSettings(posix.environ)
    sys.path[:] = paths.import_path(settings, sys.path)
    import_hooks.install(settings)
    provide_exit()
    handler = load(client, settings)
    codec = JsonCodec(ascii_only=settings.answers_in_ascii())
    event = client.next()
    while True:
        event = client.answer(event.request_id, *invoke(handler, event, settings, codec))


def make_client():
    """Frames over the inherited socket where there is one, else the Lambda Runtime API."""
    descriptor = posix.environ.pop(b"LAMBENT_CHANNEL_FD", None)
    if descriptor is not None:
        from lambent_runtime.frame_client import FrameClient

        posix.unsetenv(b"LAMBENT_CHANNEL_FD")
        return FrameClient(int(descriptor))
    from lambent_runtime.runtime_client import RuntimeClient

    return RuntimeClient(LambdaSettings(posix.environ).runtime_api)


def provide_exit():
    """What the site module would have put there, which is not loaded."""
    import builtins

    builtins.exit = builtins.quit = sys.exit


def load(client, settings):
    try:
        return load_handler(settings.handler)
    except Exception as error:
        from lambent_runtime import errors

        document = errors.describe_init_failure(error)
        errors.log(document)
        flush_output()
        client.fail_init(document["errorType"], errors.to_json(document))
        sys.exit(1)


def invoke(handler, event, settings, codec):
    """What to post for one event: (error type or None, body)."""
    import_hooks.current_request_id = event.request_id
    set_trace_id(event.trace_id)
    try:
        body = call(handler, event, settings, codec)
        failed = None
    except Exception as error:
        from lambent_runtime import errors

        document = errors.describe(error, event.request_id)
        errors.log(document)
        failed = document["errorType"]
        body = errors.to_json(document)
    flush_output()
    return failed, body


def call(handler, event, settings, codec):
    try:
        argument = codec.decode(event.body)
    except ValueError as error:
        raise RuntimeFault("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}")
    answer = handler(argument, LambdaContext(event, settings, codec))
    try:
        return codec.encode(answer)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise RuntimeFault("Runtime.MarshalError", f"Unable to marshal response: {error}")


def set_trace_id(trace_id):
    """Sets _X_AMZN_TRACE_ID whether or not the function has imported os already."""
    os = sys.modules.get("os")
    if os is not None:
        if trace_id:
            os.environ["_X_AMZN_TRACE_ID"] = trace_id
        else:
            os.environ.pop("_X_AMZN_TRACE_ID", None)
        return
    if trace_id:
        posix.environ[b"_X_AMZN_TRACE_ID"] = trace_id.encode()
        posix.putenv(b"_X_AMZN_TRACE_ID", trace_id.encode())
    else:
        posix.environ.pop(b"_X_AMZN_TRACE_ID", None)
        posix.unsetenv(b"_X_AMZN_TRACE_ID")


def flush_output():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            pass  # the function has closed or replaced it
