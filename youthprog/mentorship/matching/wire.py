"""Outcomes as plain JSON values, and back by the types of their fields. Pure; nothing is pickled."""

from dataclasses import fields, is_dataclass
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Kind = TypeVar("Kind")


def written(value: Any) -> Any:
    """A value as it is kept."""
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: written(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, tuple | list):
        return [written(part) for part in value]
    return value.value if isinstance(value, StrEnum) else value


def read(kind: type[Kind], values: Any) -> Kind:
    """The value of this kind that was written; what was added to it is left out."""
    found: Kind = _read(kind, values)
    return found


def _read(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, UnionType):
        kind = next(each for each in get_args(kind) if each is not NoneType)
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        return tuple(_read(inner, part) for part in value)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{name: _read(hints[name], part) for name, part in value.items() if name in hints})  # type: ignore[operator]
    return kind(value) if isinstance(kind, type) and issubclass(kind, StrEnum) else value
