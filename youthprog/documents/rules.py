"""What may go to the press. Pure: values in, refusals out. Bounds keep every layout within its time."""

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from youthprog.core.refusals import N_, Refusal
from youthprog.core.text import crowded, fold, storable
from youthprog.documents.drawn import is_drawing
from youthprog.documents.types import Appreciation, Certificate, Sheet

LONGEST_NAME = 100
LONGEST_NOTE = 10_000
MOST_ROWS = 500
MOST_STATEMENTS = 100
MOST_FORMS = 40  # a form is three pages or more, and the press has twenty seconds
NAMES = frozenset(
    {"name", "family_name", "given_name", "guardian", "coach", "officer", "youth", "signer", "signature", "team"}
)


COUNTED = ("hours", "gatherings", "minutes")


def kin_of(sheet: Certificate | Appreciation) -> str:
    """What a certificate shares with its family: everything but whose it is, its code, and how much was counted of each."""
    counted = {each: 1 for each in COUNTED if getattr(sheet, each, None)}
    return repr(replace(sheet, name="", code="", **counted))  # type: ignore[arg-type]


def refusals_to_print(sheet: Sheet) -> list[Refusal]:
    """Every reason why a sheet is not printed: names, notes and rows beyond any real use, marks piled on a letter."""
    reasons = [reason for name, text in _texts(sheet) if (reason := _refusal_of(name, text))]
    if len(getattr(sheet, "rows", ())) > MOST_ROWS:
        reasons.append(
            Refusal("too_many_rows", N_("A sheet holds %(most)s rows. Print it in parts."), values={"most": MOST_ROWS})
        )
    if len(getattr(sheet, "statements", ())) > MOST_STATEMENTS:
        reasons.append(
            Refusal("too_many_statements", N_("A form holds %(most)s statements."), values={"most": MOST_STATEMENTS})
        )
    if getattr(sheet, "drawn", "") and not is_drawing(getattr(sheet, "drawn", "")):
        reasons.append(Refusal("bad_drawing", N_("This drawing cannot be printed. Draw it again."), field="drawn"))
    if len(getattr(sheet, "forms", ())) > MOST_FORMS:
        reasons.append(
            Refusal(
                "too_many_forms", N_("%(most)s forms are printed at once. Choose a part."), values={"most": MOST_FORMS}
            )
        )
    return reasons


def refusals_to_draw(sheet: Sheet, missing: str) -> list[Refusal]:
    """A certificate is not issued with a hole in the name: says which letters no typeface here can draw."""
    if isinstance(sheet, Certificate | Appreciation) and missing:
        sentence = N_(
            "No typeface here can draw %(letters)s in “%(name)s”. Add a font to the instance folder, or write the name in Latin letters."
        )
        return [
            Refusal("missing_glyphs", sentence, field="name", values={"letters": " ".join(missing), "name": sheet.name})
        ]
    return []


def refusals_to_revoke(reason: str, *, already: bool) -> list[Refusal]:
    """A document is revoked once, for a reason one can read later."""
    reasons = []
    if already:
        reasons.append(Refusal("already_revoked", N_("This document was revoked before.")))
    if not reason.strip():
        reasons.append(Refusal("no_reason", N_("Say why the document is revoked."), field="reason"))
    return reasons


def name_digest(name: str) -> bytes:
    """A name as it is compared with what a visitor types: folded, without dots and commas, its parts in any order.

    All parts count: a given or a family name alone is another name.
    """
    letters = fold(name[:LONGEST_NOTE]).replace("'", "")
    plain = "".join(each if each.isalnum() else " " for each in letters)
    return hashlib.sha256(" ".join(sorted(plain.split())).encode()).digest()


def graphemes(text: str) -> int:
    """How many letters a reader sees: marks, joiners and variation selectors belong to the letter before."""
    return sum(unicodedata.category(c) not in ("Mn", "Me", "Cf") for c in unicodedata.normalize("NFC", text))


def _refusal_of(name: str, text: str) -> Refusal | None:
    if not storable(text):
        return Refusal("unprintable", N_("This has a character that cannot be printed."), field=name)
    if name in NAMES and graphemes(text) > LONGEST_NAME:
        return Refusal(
            "name_too_long", N_("A name has %(most)s letters at most."), field=name, values={"most": LONGEST_NAME}
        )
    if len(text) > LONGEST_NOTE:
        return Refusal(
            "text_too_long", N_("A text has %(most)s characters at most."), field=name, values={"most": LONGEST_NOTE}
        )
    if crowded(text):
        return Refusal("crowded", N_("Too many accents are piled on one letter."), field=name)
    return None


def _texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a sheet with the name of its field, however deep."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, tuple):
        for part in value:
            yield from _texts(part, name)
    elif is_dataclass(value):
        for part in fields(value):
            yield from _texts(getattr(value, part.name), part.name)
