"""Tasks and proposals as plain JSON values, and back by the types of their fields. Pure; nothing is pickled."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from youthprog.leagues.forming.types import Limit, Link, Pin

Kind = TypeVar("Kind")
PARTS: dict[str, type] = {each.__name__: each for each in (Link, Pin, Limit)}


def written(value: Any) -> Any:
    """A value as it crosses the pipe, or is kept."""
    if is_dataclass(value) and not isinstance(value, type):
        found = {part.name: written(getattr(value, part.name)) for part in fields(value)}
        return found | {"is": type(value).__name__} if type(value).__name__ in PARTS else found
    if isinstance(value, Mapping):
        return {str(key): written(part) for key, part in value.items()}
    if isinstance(value, frozenset):
        return sorted(written(part) for part in value)
    if isinstance(value, tuple | list):
        return [written(part) for part in value]
    return value.value if isinstance(value, StrEnum) else value


def read(kind: type[Kind], values: Any) -> Kind:
    """The value of this kind that was written."""
    found: Kind = _read(kind, values)
    return found


def _read(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, UnionType):
        options = [each for each in get_args(kind) if each is not NoneType]
        kind = PARTS[value["is"]] if isinstance(value, dict) and len(options) > 1 else options[0]
        return value if kind in (int, str) else _read(kind, value)
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        return tuple(_read(inner[0], part) for part in value)
    if get_origin(kind) is frozenset:
        return frozenset(_read(get_args(kind)[0], part) for part in value)
    if get_origin(kind) in (dict, Mapping):
        key, part = get_args(kind)
        return {key(name): _read(part, each) for name, each in value.items()}
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _read(hints[name], part) for name, part in value.items() if name in hints})
    return kind(value) if isinstance(kind, type) and issubclass(kind, StrEnum) else value


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
