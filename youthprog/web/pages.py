"""What pages are made of: rendering, keyset cursors, files, safe ways back."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlsplit

from flask import Response, make_response, render_template, request

from youthprog.core.db import BIGGEST_ID

Row = TypeVar("Row")
PAGE_ROWS = 50


def page(template: str, status: int = 200, **values: Any) -> Response:
    """Render a page with a status."""
    return make_response(render_template(template, **values), status)


@dataclass(frozen=True)
class Slice(Generic[Row]):
    """One page of a list and the cursor of the next."""

    rows: Sequence[Row]
    next: str | None = None


def cursor(*key: Any) -> str:
    """The place after a row, for the address of the next page."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def asked_cursor(kinds: tuple[type, ...], name: str = "after") -> tuple[Any, ...] | None:
    """The place the visitor asked for, or None when it is missing or not one of ours."""
    text = request.args.get(name, "")
    if not text or len(text) > 1000:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        return None
    if not isinstance(key, list) or len(key) != len(kinds):
        return None
    if not all(type(part) is kind for part, kind in zip(key, kinds, strict=True)):
        return None
    if any(isinstance(part, int) and abs(part) > BIGGEST_ID for part in key):
        return None
    return None if any(isinstance(part, str) and "\x00" in part for part in key) else tuple(key)


def asked_text(name: str, limit: int = 100) -> str:
    """A search word from the address, trimmed, without what cannot be searched."""
    text = request.args.get(name, "")[:limit].replace("\x00", "")
    return text.encode("utf-8", "ignore").decode().strip()


def asked_choice(name: str, choices: Sequence[str], default: str) -> str:
    """One of the known values from the address, else the default."""
    value = request.args.get(name, "")
    return value if value in choices else default


def safe_next(default: str) -> str:
    """Where to go on to: a path of ours from `next`, never another host."""
    target = request.values.get("next", "")
    parts = urlsplit(target.replace("\\", "/"))
    if not target.startswith("/") or target[:2] in ("//", "/\\") or parts.scheme or parts.netloc:
        return default
    if any(ord(character) < 32 for character in target):
        return default
    return target


def file_response(data: bytes, *, name: str, kind: str = "application/pdf", download: bool = False) -> Response:
    """A file made for this reader: never cached, never guessed, opened beside the page."""
    response = Response(data, mimetype=kind)
    way = "attachment" if download else "inline"
    plain = name.encode("ascii", "ignore").decode().replace('"', "") or "document.pdf"
    response.headers["Content-Disposition"] = f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return response
