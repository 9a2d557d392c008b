"""Forms as they stand on live pages: what a browser would send, and what it never would."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote_from_bytes
from xml.etree.ElementTree import Element

from tests.support import markup
from tests.support.pages import H

PLAUSIBLE = {
    "email": "ana@family.example",
    "tel": "(217) 555-0163",
    "date": "2016-03-04",
    "time": "17:30",
    "number": "1",
    "password": "a long password for tests",
    "datetime-local": "2026-10-01T17:30",
}


@dataclass(frozen=True)
class Input:
    """One field: its kind, what it would send untouched, and a value a careful person might choose."""

    name: str
    kind: str
    value: str | None
    plausible: str


@dataclass(frozen=True)
class LiveForm:
    """A form that posts."""

    action: str
    inputs: tuple[Input, ...]

    @property
    def shape(self) -> tuple[str, ...]:
        """The names of its fields."""
        return tuple(sorted({each.name for each in self.inputs}))

    def filled(self) -> dict[str, str]:
        """A careful person's answers."""
        return {each.name: each.plausible for each in self.inputs if each.kind != "file"}


def forms_on(body: str, address: str) -> list[LiveForm]:
    """Every posting form of a page."""
    tree = markup.parse(body)
    found = []
    for form in tree.iter(H + "form"):
        if form.get("method", "get").lower() == "post":
            inputs = [each for element in form.iter() for each in _input(element)]
            inputs = [each for each in inputs if each.name != "csrf_token"]
            found.append(LiveForm(form.get("action") or address, tuple(inputs)))
    return found


def _input(element: Element) -> list[Input]:
    name, value = element.get("name"), element.get("value")
    if not name or element.tag not in (H + "input", H + "textarea", H + "select", H + "button"):
        return []
    if element.tag == H + "select":
        options = [option.get("value", option.text or "") for option in element.iter(H + "option")]
        return [Input(name, "select", None, next((each for each in options if each), ""))]
    if element.tag == H + "textarea":
        return [Input(name, "textarea", element.text, (element.text or "").strip() or "Ada")]
    kind = element.get("type", "text") if element.tag == H + "input" else "submit"
    return [Input(name, kind, value, value or PLAUSIBLE.get(kind, "Ada"))]


def encoded(pairs: list[tuple[str, bytes]]) -> bytes:
    """A form's body, of any bytes whatever."""
    return b"&".join(f"{quote_from_bytes(name.encode())}={quote_from_bytes(value)}".encode() for name, value in pairs)
