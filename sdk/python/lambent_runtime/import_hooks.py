"""Sets up modules at the moment a function imports them, so that others need not pay for them."""
import sys

current_request_id = ""


def install(settings):
    hooks = {"logging": _set_up_logging}
    if settings.endpoint_url:
        hooks["botocore.session"] = _set_up_botocore
    sys.meta_path.insert(0, AfterImport(hooks))


class AfterImport:
    """A finder that finds nothing itself, but calls a hook after a named module was executed."""

    def __init__(self, hooks):
        self._hooks = hooks

    def find_spec(self, name, path=None, target=None):
        hook = self._hooks.get(name)
        if hook is None:
            return None
        for finder in sys.meta_path:
            if finder is self:
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _HookedLoader(spec.loader, hook)
                return spec
        return None


class _HookedLoader:
    def __init__(self, loader, hook):
        self._loader = loader
        self._hook = hook

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._hook(module)


def _set_up_logging(logging):
    from lambent_runtime import log_handler

    log_handler.set_up(logging)


def _set_up_botocore(session):
    from lambent_runtime import endpoint_url

    endpoint_url.set_up(session)
