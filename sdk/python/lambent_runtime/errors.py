"""Error documents and log lines in the shape of Lambda's Python runtime. Imported only when
something has failed."""
import json
import sys
import traceback

from lambent_runtime.runtime_errors import RuntimeFault

_OWN_FILES = __file__.rpartition("/")[0] + "/"


def describe(error, request_id):
    """{"errorMessage", "errorType", "requestId", "stackTrace"} for an exception."""
    if isinstance(error, RuntimeFault):
        error_type, message, stack = error.error_type, str(error), error.stack_trace
    else:
        error_type, message = type(error).__name__, str(error)
        stack = traceback.format_list(function_frames(error))
    return {
        "errorMessage": message,
        "errorType": error_type,
        "requestId": request_id,
        "stackTrace": stack,
    }


def describe_init_failure(error):
    return describe(error, "")


def function_frames(error):
    """The traceback without this runtime's and the import machinery's own frames."""
    frames = traceback.extract_tb(error.__traceback__)
    return [
        frame
        for frame in frames
        if not frame.filename.startswith(_OWN_FILES) and not frame.filename.startswith("<frozen ")
    ]


def log(document):
    """One log event; a carriage return inside a line is a line break within the event."""
    first = document["errorType"]
    if document["errorMessage"]:
        first += ": " + document["errorMessage"]
    lines = ["[ERROR] " + first, "Traceback (most recent call last):"]
    for entry in document["stackTrace"]:
        lines += entry.rstrip("\n").split("\n")
    text = "\r".join(lines).replace("\n", "\r")
    sys.stdout.write(text + "\n")


def to_json(document):
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "backslashreplace")
