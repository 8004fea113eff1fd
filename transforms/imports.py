"""Imports that others make for what is never asked of them here, and what those cost left out.

A package imports all that it can do.  Great Expectations plots and fits distributions, scipy.signal designs filters,
Beam reads MongoDB: seconds of a start, for nothing.  Whoever imports such a package says here what it may do without.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


class Deferred(ModuleType):
    """Stands for a module; whatever is imported from it stands for what is there."""

    def __getattr__(self, name: str) -> _Part:
        if name.startswith("__"):  # `inspect` asks every module for its file
            raise AttributeError(name)
        return _Part(self.__name__, name)


class _Part:
    """Stands for a function or a class of a module, which is imported when this is called or asked for something."""

    def __init__(self, module: str, name: str) -> None:
        self._of = module, name

    def __call__(self, *given: Any, **named: Any) -> Any:
        return self._real()(*given, **named)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._real(), name)

    def _real(self) -> Any:
        module, name = self._of
        if isinstance(sys.modules.get(module), Deferred):
            del sys.modules[module]
        return getattr(importlib.import_module(module), name)


@contextmanager
def deferred(*names: str) -> Iterator[None]:
    """Whoever imports these modules meanwhile, or something from them, gets what imports them when it is used.

    It fits functions and classes that are called; a base class has to be the real one.  A module that is there already
    is left as it is.
    """
    with _put({name: Deferred(name) for name in names}):
        yield


@contextmanager
def hidden(*names: str) -> Iterator[None]:
    """Meanwhile these modules cannot be imported, as if they were not installed: for who can do without them.

    A module that is there already is left as it is.
    """
    with _put(dict.fromkeys(names)):
        yield


@contextmanager
def _put(modules: dict[str, Any]) -> Iterator[None]:
    """Have these under their names in ``sys.modules``, where nothing stands, and take them away again."""
    put = {name: module for name, module in modules.items() if name not in sys.modules}
    sys.modules.update(put)
    try:
        yield
    finally:
        for name, module in put.items():
            if name in sys.modules and sys.modules[name] is module:
                del sys.modules[name]
