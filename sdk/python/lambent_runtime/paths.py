"""Where functions import from: their own code and layers first, as on Lambda."""
import sys


def import_path(settings, standard):
    """The new sys.path. `standard` is the interpreter's own part of it. The distribution's
    packages (boto3 among them) come last, so that a function's own copies win."""
    version = "python%d.%d" % sys.version_info[:2]
    path = [
        settings.task_root,
        "/opt/python/lib/%s/site-packages" % version,
        "/opt/python",
    ]
    path += [entry for entry in settings.python_path.split(":") if entry]
    path += standard
    path += ["/usr/local/lib/%s/dist-packages" % version, "/usr/lib/python3/dist-packages"]
    return path
