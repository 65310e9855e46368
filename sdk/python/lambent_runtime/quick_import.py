"""Imports a handler's module as the interpreter would, when that is simply the file NAME.py in the
first directory of the path: the interpreter's own search, which runs for the first time, takes
four times as long. What is different in any way is left to it."""
import _frozen_importlib as bootstrap
import _frozen_importlib_external as external
import posix
import sys


def import_from(directory, name):
    """Whether `name` is in sys.modules now. Raises what the module raises."""
    if name in sys.modules or name in sys.stdlib_module_names or not is_plain_file(directory, name):
        return False
    path = f"{directory}/{name}.py"
    try:
        source = read(path)
    except OSError:
        return False
    spec = bootstrap.ModuleSpec(name, external.SourceFileLoader(name, path), origin=path)
    spec.has_location = True
    code = compile(source, path, "exec", dont_inherit=True)
    module = bootstrap.module_from_spec(spec)
    spec._initializing = True
    sys.modules[name] = module
    try:
        exec(code, module.__dict__)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    finally:
        spec._initializing = False
    return True


def is_plain_file(directory, name):
    """Not so: packages and extension modules, which come first, and what was compiled ahead."""
    try:
        listed = posix.listdir(directory)
    except OSError:
        return False
    file = name + ".py"
    start = name + "."
    found = False
    for entry in listed:
        if entry == file:
            found = True
        elif entry == name or entry == "__pycache__" or entry.startswith(start):
            return False
    return found


def read(path):
    file = posix.open(path, posix.O_RDONLY | posix.O_CLOEXEC)
    try:
        data = posix.read(file, posix.fstat(file).st_size + 1)
        while rest := posix.read(file, 1 << 20):
            data += rest
        return data
    finally:
        posix.close(file)
