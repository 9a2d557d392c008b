"""How the house says no.

A refusal is a value with a sentence; the sentence is an English msgid that the edge translates.
Nothing here knows a web page.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as part
from typing import Any


def N_(sentence: str) -> str:
    """Mark a sentence for translation; it is translated where it is shown."""
    return sentence


@dataclass(frozen=True)
class Refusal:
    """One reason why a deed is not done.

    `code` is stable and for scripts; `sentence` is for people, with `%(name)s` places filled from
    `values`; `field` names the form field it belongs to, when it belongs to one.
    """

    code: str
    sentence: str
    field: str | None = None
    values: Mapping[str, Any] = part(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return self.sentence % self.values if self.values else self.sentence


class NotFound(Exception):
    """There is no such thing, or it is not this actor's to know of. Both look the same outside."""


class Refused(Exception):
    """A deed was refused, with every reason at once. Shown as 422 beside the fields."""

    def __init__(self, reasons: Iterable[Refusal]):
        self.reasons = list(reasons)
        super().__init__("; ".join(str(reason) for reason in self.reasons))


class Conflict(Refused):
    """What was prepared is no longer true (somebody changed it meanwhile). Shown as 409."""


def refuse_if(reasons: list[Refusal]) -> None:
    """Raise `Refused` when there is any reason."""
    if reasons:
        raise Refused(reasons)
