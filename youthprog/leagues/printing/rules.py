"""Decisions about papers. Pure: values in, values out."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from youthprog.documents.types import HeldFor

BINDER_PART = 150
"""So many young people one binder holds: the press has twenty seconds, and a folder that is to be leafed through its limit."""
CONSENT_CODES = ("consent.", "slip.")
SUSPENSION_CODES = ("suspended.",)


def held_for(codes: Iterable[str]) -> HeldFor | None:
    """The class of the reasons why a player may not play, as families may read it; None when there is none.

    Only consent and suspensions have a class of their own. Health, age, papers and custody share the third, so that
    none of them can be read off the card.
    """
    found = list(codes)
    if not found:
        return None
    if any(code.startswith(CONSENT_CODES) for code in found):
        return HeldFor.CONSENT
    if any(code.startswith(SUSPENSION_CODES) for code in found):
        return HeldFor.SUSPENDED
    return HeldFor.OTHER


def parts_of(count: int, most: int = BINDER_PART) -> list[range]:
    """Into which even parts a list of so many is divided, none larger than `most`; of nothing one empty part."""
    parts = max(1, -(-count // most))
    edges = [round(count * place / parts) for place in range(parts + 1)]
    return [range(first, last) for first, last in pairwise(edges)]


def span_of(family_names: Sequence[str]) -> str:
    """From which name to which a part goes: "Agu – Fuj"."""
    if not family_names:
        return ""
    return f"{family_names[0][:3]} – {family_names[-1][:3]}"
