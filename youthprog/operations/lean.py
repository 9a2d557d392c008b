"""The web process forgets what it was made with: megabytes of libraries explain themselves to nobody there.

Python keeps a function's docstring with its code and the types of its parameters beside it, whether or not anybody asks
for them. `python -OO` would drop the docstrings, and every assertion with them. SQLAlchemy keeps with each column whom to
tell when its table is made. See docs/decisions/0009.
"""

import builtins
import dis
import gc
import sys
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields
from functools import cache
from operator import attrgetter
from reprlib import recursive_repr
from types import CodeType, FunctionType, ModuleType
from typing import Any

from sqlalchemy import orm
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from youthprog.core.db import Base

# What reads a constant by its number. A docstring is the first one; where the body reads it too, it stays.
READS_CONSTANT = tuple(bytes([dis.opmap[name], 0]) for name in ("LOAD_CONST", "RETURN_CONST") if name in dis.opmap)


def forget_explanations(generation: int | None = None) -> None:
    """Let go of the docstrings of everything loaded so far, and of the functions' annotations.

    Annotations of classes stay: fields of dataclasses and of models are read from them. `generation` is where to look, as
    the collector counts: what was just loaded, before it went by, is in the youngest, 0.
    """
    for each in gc.get_objects(generation):
        if isinstance(each, FunctionType):
            code = without_docstrings(each.__code__)
            if code is not each.__code__:
                each.__code__ = code
            each.__doc__ = None
            del each.__annotations__
        elif isinstance(each, property | ModuleType) or (
            isinstance(each, type) and isinstance(each.__dict__.get("__doc__"), str)
        ):
            _forget(each)


def forget_making_of_tables() -> None:
    """Let go of what SQLAlchemy keeps for making tables and for finding classes by name: this process does neither again."""
    orm.configure_mappers()
    for each in gc.get_objects():
        if isinstance(each, SchemaItem | TypeEngine):
            each.__dict__.pop("dispatch", None)
    Base.registry._class_registry.clear()


def tighten() -> None:
    """Give each dict the room that it needs: one that grew key by key, or lost some, holds up to thrice as much."""
    untouched = {id(sys.modules), id(vars(builtins))}
    for each in gc.get_objects():
        if type(each) is dict and id(each) not in untouched:
            copied = dict(each)
            if sys.getsizeof(copied) < sys.getsizeof(each):
                each.clear()
                each.update(copied)


def share_methods(generation: int | None = None) -> None:
    """Let all dataclasses present themselves, compare and hash by the same functions, and the frozen ones refuse.

    `dataclass` writes each class its own: a kilobyte and a half a function, for what hardly ever runs.
    """
    for each in gc.get_objects(generation):
        if isinstance(each, type) and "__dataclass_params__" in each.__dict__:
            for name, shared in SHARED.items():
                own = each.__dict__.get(name)
                if name == "__hash__" and any(field.hash is not None for field in fields(each)):
                    continue
                if isinstance(own, FunctionType) and _is_generated(getattr(own, "__wrapped__", own).__code__):
                    type.__setattr__(each, name, shared)


def _is_generated(code: CodeType) -> bool:
    """Whether `dataclass` wrote it, by the name it writes under."""
    return code.co_qualname.startswith("__create_fn__.")


def _refuse_to_set(_self: object, name: str, _value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_self: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


@recursive_repr()
def _present(self: Any) -> str:
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _is_same(self: Any, other: object) -> bool:
    if other.__class__ is not self.__class__:
        return NotImplemented
    values: Any = KEPT_VALUES(self.__class__)
    return bool(values(self) == values(other))


def _hash(self: Any) -> int:
    return hash(KEPT_VALUES(self.__class__)(self))


def _values_of(kind: Any) -> Callable[[Any], tuple[Any, ...]]:
    """What gives the fields of a dataclass that are compared, as a tuple."""
    names = [field.name for field in fields(kind) if field.compare]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda thing: tuple(getattr(thing, name) for name in names)


KEPT_VALUES: Any = cache(_values_of)
SHARED = {
    "__setattr__": _refuse_to_set,
    "__delattr__": _refuse_to_delete,
    "__repr__": _present,
    "__eq__": _is_same,
    "__hash__": _hash,
}


def without_docstrings(code: CodeType) -> CodeType:
    """The same code without its docstring, and without those of the functions inside it."""
    constants = [without_docstrings(each) if isinstance(each, CodeType) else each for each in code.co_consts]
    if constants and isinstance(constants[0], str) and code.co_flags & 0x1 and not _reads_first(code.co_code):
        constants[0] = None
    if all(new is old for new, old in zip(constants, code.co_consts, strict=True)):
        return code
    return code.replace(co_consts=tuple(constants))


def _reads_first(steps: bytes) -> bool:
    return any(step in steps and _at_a_step(step, steps) for step in READS_CONSTANT)


def _at_a_step(step: bytes, steps: bytes) -> bool:
    """Instructions are two bytes wide: the pair counts where one begins."""
    place = steps.find(step)
    while place >= 0:
        if place % 2 == 0:
            return True
        place = steps.find(step, place + 1)
    return False


def _forget(documented: type | property | ModuleType) -> None:
    try:
        documented.__doc__ = None
    except (AttributeError, TypeError):  # types of the interpreter cannot be changed
        return
