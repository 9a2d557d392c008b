"""Functions named before their modules are loaded, so that a process loads only the rooms it is asked for.

`wiring` names what one room does when another one calls as `room.module:name`. The web process loads such a module when
it is first called; everybody else (the worker, commands, tests, `youthprog check`) loads all of them at the start, and
a name that leads nowhere stops them there. See docs/decisions/0101.
"""

import gc
import importlib
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

PACKAGE = "youthprog."
# One thread loads at a time, and whoever wants the same waits until it is whole. Nothing that is loaded asks the database
# or waits for anybody, so nobody who holds a lock waits for this one in vain.
LOADING = threading.RLock()
WHEN_LOADED: list[Callable[[], None]] = []  # what is done after something was loaded late


class Late:
    """A function by its name. Its module is loaded at the first call."""

    __slots__ = ("__name__", "found", "name")

    def __init__(self, name: str) -> None:
        self.name, self.found, self.__name__ = name, None, name.partition(":")[2]

    def __call__(self, *values: Any, **named: Any) -> Any:
        return (self.found or self.find())(*values, **named)

    def __repr__(self) -> str:
        return f"late({self.name!r})"

    def find(self) -> Any:
        """The function itself."""
        self.found = find(self.name)
        return self.found


NAMED: dict[str, Late] = {}


def late(name: str) -> Late:
    """The function `room.module:name` of ours; the same name is the same function."""
    return NAMED.setdefault(name, Late(name))


def find_all() -> None:
    """Load whatever was named so far. Raises ImportError or AttributeError where a name leads nowhere."""
    for each in list(NAMED.values()):
        each.find()


def find(name: str) -> Any:
    """What `room.module:name` names, or the module where no name follows it."""
    module, _, attribute = name.partition(":")
    load([module])
    found = sys.modules[PACKAGE + module]
    return getattr(found, attribute) if attribute else found


def load(modules: Iterable[str]) -> None:
    """Load modules of ours, `room.module` each, that are not loaded yet. The collector waits: none of it is garbage."""
    with LOADING:
        new = [each for each in modules if PACKAGE + each not in sys.modules]
        if not new:
            return
        was_looking = gc.isenabled()
        gc.disable()
        try:
            for each in new:
                importlib.import_module(PACKAGE + each)
            for deed in WHEN_LOADED:
                deed()
        finally:
            if was_looking:
                gc.enable()
