"""A stem: an interpreter that has started, and rehearsed, before it learns which function it is.

The rehearsal is a function of no meaning, started and called through the whole path again and
again, so that what a first start and a first call import, compile and touch has been imported,
compiled and touched. Only failures are not rehearsed: what describes them takes 2 MiB.
"""
import gc
import posix
import sys
import time

from _frozen_importlib_external import PathFinder

from lambent_runtime import import_hooks, main, paths
from lambent_runtime.context import LambdaSettings
from lambent_runtime.handler_loader import load_handler
from lambent_runtime.json_codec import JsonCodec

_REHEARSAL = __file__.rpartition("/lambent_runtime/")[0] + "/rehearsal"


def become_function(client):
    learn_library()
    rehearse(client, sys.path[:], list(sys.meta_path))
    take_over(client.variables)


def learn_library():
    """Lists the standard library's directories, which are the same for all functions."""
    for entry in sys.path:
        finder = PathFinder._path_importer_cache(entry)
        if finder is not None:
            finder.find_spec("no_such_module")


def silence():
    outputs = posix.dup(1), posix.dup(2)
    null = posix.open("/dev/null", posix.O_WRONLY)
    posix.dup2(null, 1)
    posix.dup2(null, 2)
    posix.close(null)
    return outputs


def speak(outputs):
    for number, descriptor in enumerate(outputs, start=1):
        posix.dup2(descriptor, number)
        posix.close(descriptor)


def rehearse(client, path, finders):
    """Each time all is put back before the next event is awaited: it may not be one."""
    own = b"".join(b"%s=%s\0" % variable for variable in posix.environ.items())
    event = client.next()
    while event is not None:
        outputs = silence()
        take_over(b"LAMBDA_TASK_ROOT=/\0TZ=:UTC\0REHEARSAL=%d\0" % event.deadline_ms + own)
        settings = LambdaSettings(posix.environ)
        sys.path[:] = [_REHEARSAL, *paths.import_path(settings, path)]
        import_hooks.install(settings)
        codec = JsonCodec(ascii_only=settings.answers_in_ascii())
        handler = load_handler("rehearsed.handler")
        answer = main.invoke(handler, event, settings, codec)
        del sys.modules["rehearsed"]
        sys.path[:] = path
        sys.meta_path[:] = finders
        for entry in [entry for entry in sys.path_importer_cache if entry not in path]:
            del sys.path_importer_cache[entry]
        import_hooks.current_request_id = ""
        speak(outputs)
        # What is there now stays: the collector need not look at it again, nor touch it.
        gc.freeze()
        event = client.answer(event.request_id, *answer)


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
