"""What a scanned text says, whom letters on a tablet mean, and which mark an arrival gives. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from youthprog.attendance.types import Mark
from youthprog.core.crypto import CODE_LETTERS
from youthprog.core.refusals import N_, Refusal
from youthprog.core.text import fold

CODE_LENGTH = 10
LONGEST_TEXT = 200
LEAST_FAMILY = 3  # letters of the family name a tablet asks for, unless the whole name is shorter
LATE_AFTER = timedelta(minutes=15)
PATH = re.compile(r"/k/([^/?#]*)/?")
BETWEEN = re.compile(r"[\s\-\u2010-\u2015.]")

FOREIGN = Refusal("foreign_code", N_("This is not one of our cards. Find the name in the list."))
OTHER_DEPARTMENT = Refusal(
    "other_department", N_("This card belongs to another department. Find the name in the list.")
)
NOT_ENROLLED = Refusal("not_enrolled", N_("Not enrolled in this season. Ask the office before taking part."))
OF_A_CARD = (FOREIGN, OTHER_DEPARTMENT, NOT_ENROLLED)


def ended(at: datetime) -> Refusal:
    """Why a card that was replaced is not taken."""
    sentence = N_("This card was replaced: %(at)s. Use the newest card, or find the name in the list.")
    return Refusal("ended_code", sentence, values={"at": at})


def code_in(text: str, host: str) -> str | Refusal:
    """The code in what was scanned or typed, or why there is none. `host` is ours, as the public address has it.

    A card says "https://host/k/CODE"; people type the code, with or without a dash, in any case.
    """
    text = text[:LONGEST_TEXT].strip()
    if "/" not in text:
        return _letters(text) or FOREIGN
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
    except ValueError:
        return FOREIGN
    path = PATH.fullmatch(parts.path)
    code = _letters(path[1]) if path else None
    if code is None or parts.scheme not in ("", "http", "https"):
        return FOREIGN
    return code if parts.netloc.casefold() == host.casefold() else OTHER_DEPARTMENT


def _letters(text: str) -> str | None:
    code = BETWEEN.sub("", text).upper()
    return code if len(code) == CODE_LENGTH and set(code) <= set(CODE_LETTERS) else None


def mark_of(at: datetime, starts_at: datetime, *, belongs: bool) -> Mark:
    """What an arrival says of the roll: walked in when not of the group, late a quarter of an hour after the start."""
    if not belongs:
        return Mark.WALK_IN
    return Mark.LATE if at > starts_at + LATE_AFTER else Mark.PRESENT


def refusals_to_start_kiosk(to_take: list[Refusal], ends_at: datetime, now: datetime) -> list[Refusal]:
    """Why no tablet takes check-ins now: whatever keeps the register closed, or the gathering is over."""
    if not to_take and now >= ends_at:
        return [Refusal("over", N_("This is over. Use the register to say who was here."))]
    return to_take


@dataclass(frozen=True)
class Named:
    """A youth by name, for looking up one's own on a tablet."""

    youth_id: int
    family_name: str
    given_names: tuple[str, ...]  # given and preferred

    @property
    def shown(self) -> str:
        """How a tablet calls the youth: "Ana R."; a single name stands as it is."""
        first = self.given_names[-1]
        return f"{first} {self.family_name[:1]}.".removesuffix(" .")


def match(family: str, given: str, people: Iterable[Named]) -> Named | Refusal:
    """The one youth whom the letters mean, or why nobody is named. The answer never tells how many fit.

    At least three letters of the family name (or all of a shorter one) and the first of the given name. Whoever
    wrote a whole name is found although a longer one begins alike.
    """
    typed, first = _plain(family), _plain(given)
    if not typed or not first:
        sentence = N_("Type at least 3 letters of your last name and the first letter of your first name.")
        return Refusal("more_letters", sentence, "family" if not typed else "given")
    found = [each for each in people if _fits(typed, first, each)]
    whole = [each for each in found if _is_whole(typed, first, each)]
    if len(found) == 1 or len(whole) == 1:
        return (whole or found)[0]
    if found:
        return Refusal("several_match", N_("Type more letters of your name, or the code on your card."), "family")
    if len(typed) < LEAST_FAMILY:
        sentence = N_("Type at least 3 letters of your last name and the first letter of your first name.")
        return Refusal("more_letters", sentence, "family")
    sentence = N_("That name is not on the list. Check the letters, or ask a leader.")
    return Refusal("no_match", sentence, "family")


def _fits(typed: str, first: str, person: Named) -> bool:
    family = any(
        name.startswith(typed) if len(typed) >= LEAST_FAMILY else name == typed for name in _tails(person.family_name)
    )
    return family and any(_plain(name).startswith(first) for name in person.given_names)


def _is_whole(typed: str, first: str, person: Named) -> bool:
    return typed in _tails(person.family_name) and first in map(_plain, person.given_names)


def _tails(name: str) -> list[str]:
    """A family name from each of its words on, without blanks: "de la Cruz" is found by "dela", "lacruz" and "cruz"."""
    words = re.split(r"[\s\-]+", fold(name))
    return [_plain("".join(words[start:])) for start in range(len(words))]


def _plain(text: str) -> str:
    return re.sub(r"[\s\-'.,]", "", fold(text))
