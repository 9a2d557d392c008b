"""Texts inside the objects of a PDF: an alternative text or a bookmark that says what a place says."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from youthprog.documents.stamping.types import CannotStamp, Record, Text

STRING = re.compile(rb"(\((?:[^\\()]|\\.)*\)|<(?:[fF][eE][fF][fF])[0-9a-fA-F]*>)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Repeat:
    """An object that says the text of a place, between the bytes and texts around it."""

    before: bytes
    prefix: str
    place: str
    suffix: str
    after: bytes

    def said(self, record: Record) -> bytes:
        """The string for a record, as it goes into the object."""
        value = record[self.place]
        if not isinstance(value, Text):
            raise CannotStamp(f"{self.place} is no text")
        return text_string(self.prefix + value.text + self.suffix)

    def of(self, record: Record) -> bytes:
        """The whole object for a record."""
        return self.before + self.said(record) + self.after


def text_string(text: str) -> bytes:
    """A text as a PDF says it (ISO 32000-1, 7.9.2.2)."""
    if text.isascii():
        return b"(" + re.sub(rb"([\\()])", rb"\\\1", text.encode()) + b")"
    return b"<feff" + text.encode("utf-16-be").hex().encode() + b">"


def _read(string: bytes) -> str:
    if string.startswith(b"("):
        return re.sub(rb"\\(.)", rb"\1", string[1:-1], flags=re.DOTALL).decode("latin-1")
    return bytes.fromhex(string[5:-1].decode()).decode("utf-16-be")


def repeat_of(objects: Sequence[bytes], records: Sequence[Record]) -> Repeat:
    """How one object of several specimens says a place: they differ in one string, by that place's text. Raises `CannotStamp`."""
    columns = list(zip(*(STRING.split(each) for each in objects), strict=False))
    if len({len(STRING.split(each)) for each in objects}) == 1:
        differing = [index for index, column in enumerate(columns) if len(set(column)) > 1]
        if len(differing) == 1 and differing[0] % 2:
            (index,) = differing
            parts = STRING.split(objects[0])
            said = [_read(string) for string in columns[index]]
            for place, texts in _texts(records).items():
                around = {tuple(each.split(text)) for each, text in zip(said, texts, strict=True)}
                if len(around) == 1 and len(pair := around.pop()) == 2:
                    return Repeat(b"".join(parts[:index]), pair[0], place, pair[1], b"".join(parts[index + 1 :]))
    raise CannotStamp("an object differs")


def _texts(records: Sequence[Record]) -> Mapping[str, list[str]]:
    found = {}
    for place, value in records[0].items():
        texts = [each.text for record in records if isinstance(each := record[place], Text)]
        if isinstance(value, Text) and value.text:
            found[place] = texts
    return found
