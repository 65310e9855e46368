"""A stem: an interpreter that has started, and rehearsed, before it learns which function it is.

The rehearsal is a function of no meaning, called through the whole path, so that what a first call
compiles, imports and touches has been compiled, imported and touched.
"""
import gc
import posix
import sys
import time

from lambent_runtime import import_hooks, main
from lambent_runtime.context import LambdaSettings
from lambent_runtime.handler_loader import load_handler
from lambent_runtime.json_codec import JsonCodec

_REHEARSAL = __file__.rpartition("/lambent_runtime/")[0] + "/rehearsal"


def become_function(client):
    rehearse(client)
    take_over(client.variables)


def rehearse(client):
    outputs = [posix.dup(1), posix.dup(2)]
    null = posix.open("/dev/null", posix.O_WRONLY)
    posix.dup2(null, 1)
    posix.dup2(null, 2)
    path = sys.path[:]
    sys.path.insert(0, _REHEARSAL)
    settings = LambdaSettings(posix.environ)
    codec = JsonCodec(ascii_only=False)
    handler = load_handler("rehearsed.handler")
    event = client.next()
    while event is not None:
        event = client.answer(event.request_id, *main.invoke(handler, event, settings, codec))
        # What is there now stays: the collector need not look at it again, nor touch it.
        gc.freeze()
    del sys.modules["rehearsed"]
    sys.path[:] = path
    sys.path_importer_cache.clear()
    import_hooks.current_request_id = ""
    posix.dup2(outputs[0], 1)
    posix.dup2(outputs[1], 2)
    for descriptor in (*outputs, null):
        posix.close(descriptor)


def take_over(variables):
    """Makes `variables` (KEY=value, each ended by a zero byte) the environment, also C's."""
    new = dict(line.split(b"=", 1) for line in variables.split(b"\0") if line)
    old = posix.environ  # os.environ, if it exists, is a view of it
    if b"LC_CTYPE" in old:  # the interpreter's own doing, when it started
        new.setdefault(b"LC_CTYPE", old[b"LC_CTYPE"])
    for name in [name for name in old if name not in new]:
        del old[name]
        posix.unsetenv(name)
    for name, value in new.items():
        if old.get(name) != value:
            old[name] = value
            posix.putenv(name, value)
    time.tzset()
    posix.chdir(new.get(b"LAMBDA_TASK_ROOT", b"/var/task"))
    random = sys.modules.get("random")
    if random is not None:
        random.seed()
