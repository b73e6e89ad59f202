"""What the runtimes' start-up modules do to imports: nothing, until a script imports what they wait for."""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys


class _Patched(importlib.abc.Loader):
    """Loads a module as it would be loaded, then has it changed."""

    def __init__(self, loader, change):
        self._loader, self._change = loader, change

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        self._loader.exec_module(module)
        self._change(module)

    def __getattr__(self, name):
        return getattr(self._loader, name)


class _After(importlib.abc.MetaPathFinder):
    def __init__(self, name, change):
        self._name, self._change = name, change

    def find_spec(self, name, path=None, target=None):
        if name != self._name:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Patched(spec.loader, self._loaded)
        return spec

    def _loaded(self, module):
        sys.meta_path.remove(self)  # not before: a spec may be asked for without a module being loaded
        self._change(module)


def after(name, change):
    """Calls change(module) once the module of this name has been imported."""
    sys.meta_path.insert(0, _After(name, change))


class _Same(importlib.abc.Loader):
    """Gives a module out under a second name."""

    def __init__(self, name):
        self._name = name

    def create_module(self, spec):
        module = importlib.import_module(self._name)
        self._spec = module.__spec__
        return module

    def exec_module(self, module):
        module.__spec__ = self._spec  # the import system has just put the second name there


class _Alias(importlib.abc.MetaPathFinder):
    def __init__(self, old, new):
        self._old, self._new = old, new

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] != self._old:
            return None
        there = self._new + name[len(self._old) :]
        try:
            if importlib.util.find_spec(there) is None:
                return None
        except ModuleNotFoundError:
            return None
        return importlib.util.spec_from_loader(name, _Same(there))


def alias(old, new):
    """Lets `import old` and `import old.part` mean the package `new`, its very objects."""
    sys.meta_path.insert(0, _Alias(old, new))
