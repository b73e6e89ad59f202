"""Lets Coach 1.0.1, written for Python 3.6 and TensorFlow 1, run on Python 3.11; loaded at the interpreter's start.

Nothing happens until a script imports `rl_coach` or `tensorflow`: then, once, names that later versions of the
libraries dropped are given back, in the order in which MXNet and TensorFlow bear each other in one process.
"""

import importlib.abc
import importlib.util
import os
import sys

TRIGGERS = ("rl_coach", "tensorflow")


class _Door(importlib.abc.MetaPathFinder):
    """Asked before the usual finders; steps aside for good at the first trigger."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in TRIGGERS:
            return None
        sys.meta_path.remove(self)
        import rein_tensorflow_1

        rein_tensorflow_1.install()
        return _Loaded.spec(name)


class _Loaded(importlib.abc.Loader):
    """A module that install() has put into sys.modules already."""

    @classmethod
    def spec(cls, name):
        return importlib.util.spec_from_loader(name, cls()) if name in sys.modules else None

    def create_module(self, spec):
        return sys.modules[spec.name]

    def exec_module(self, module):
        pass


class _Canvas(importlib.abc.MetaPathFinder):
    """Old gym's pictures, without the screen that its own module wants: a preset may ask for GIFs."""

    def find_spec(self, name, path=None, target=None):
        if name != "gym.envs.classic_control.rendering" or os.environ.get("DISPLAY"):
            return None
        drawing = os.path.join(os.path.dirname(__file__), "rein_gym_rendering.py")
        return importlib.util.spec_from_file_location(name, drawing)


os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
sys.meta_path[:0] = [_Door(), _Canvas()]
