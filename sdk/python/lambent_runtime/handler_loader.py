"""From "file.function" to the function."""
import sys

from lambent_runtime.quick_import import import_from
from lambent_runtime.runtime_errors import RuntimeFault


def load_handler(name):
    module_name, function_name = split_name(name)
    if module_name.partition(".")[0] in sys.builtin_module_names:
        raise RuntimeFault(
            "Runtime.BuiltInModuleConflict",
            f"Cannot use built-in module {module_name} as a handler module",
        )
    module = import_module(module_name)
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise RuntimeFault(
            "Runtime.HandlerNotFound",
            f"Handler '{function_name}' missing on module '{module_name}'",
        ) from None


def split_name(name):
    """"dir/file.function" -> ("dir.file", "function")."""
    module_name, dot, function_name = name.rpartition(".")
    if not dot:
        raise RuntimeFault(
            "Runtime.MalformedHandlerName",
            f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)",
        )
    return module_name.replace("/", "."), function_name


def import_module(name):
    try:
        if "." in name or not import_from(sys.path[0], name):
            __import__(name)
    except ImportError as error:
        raise RuntimeFault(
            "Runtime.ImportModuleError", f"Unable to import module '{name}': {error}"
        ) from error
    except SyntaxError as error:
        place = f'  File "{error.filename}" Line {error.lineno}\n    {error.text}'
        raise RuntimeFault(
            "Runtime.UserCodeSyntaxError", f"Syntax error in module '{name}': {error}", [place]
        ) from error
    except ValueError as error:
        if name and not name.startswith("."):
            raise
        raise RuntimeFault(
            "Runtime.ImportModuleError", f"Unable to import module '{name}': {error}"
        ) from error
    return sys.modules[name]
