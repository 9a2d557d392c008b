"""Sheets as plain JSON values, and back by the types of their fields. Nothing is pickled."""

import base64
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from youthprog.documents.types import Sheet

SHEETS: dict[str, type] = {sheet.__name__: sheet for sheet in get_args(Sheet)}


def values_of(sheet: Sheet) -> dict[str, Any]:
    """A sheet as it crosses the pipe. An instant keeps its hour and offset, not the name of its zone."""
    return {"kind": type(sheet).__name__, "fields": _written(sheet)}


def sheet_from(values: Mapping[str, Any]) -> Sheet:
    """The sheet that was written."""
    sheet: Sheet = _read(SHEETS[values["kind"]], values["fields"])
    return sheet


def _written(value: Any) -> Any:
    if is_dataclass(value):
        return {part.name: _written(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, tuple | list):
        return [_written(part) for part in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, date):  # an instant too
        return value.isoformat()
    return value


def _read(kind: Any, written: Any) -> Any:
    if written is None:
        return None
    if isinstance(kind, UnionType):  # "… | None"
        (kind,) = (each for each in get_args(kind) if each is not NoneType)
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], part) for part in written)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _read(hints[name], part) for name, part in written.items()})
    if kind is bytes:
        return base64.b64decode(written)
    if issubclass(kind, date):
        return kind.fromisoformat(written)
    return kind(written) if issubclass(kind, StrEnum) else written


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
