"""What an answer means, and what keeps a guardian from answering, signing or taking back. Pure.

What decisions are worth on a day stands in `standing`.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from youthprog.consent.standing import (
    ASKED_ENOUGH,
    OPEN_STATES,
    guardian_states,
    is_cleared,
    line_of,
    objection,
    section_states,
)
from youthprog.consent.types import Decision, RequestState, Route, SectionKind, SignFacts
from youthprog.core.refusals import N_, Refusal
from youthprog.core.text import fold

__all__ = [
    "ASKED_ENOUGH",
    "OPEN_STATES",
    "guardian_states",
    "is_cleared",
    "line_of",
    "objection",
    "section_states",
]

PLACE = re.compile(r"%\((\w+)\)s")
MOST_PICKUPS = 6
SHORTEST_NAME = 2
ON_A_SCREEN = frozenset({Route.ONLINE, Route.MATCHED})  # nobody signs there without the seven points
MAY_NOT_DECIDE = N_("Our records do not list you as somebody who may sign. Call us.")

# ---- words ----


def filled(text: str, values: Mapping[str, str]) -> str:
    """A form's text with its places filled. Unknown places and stray percent signs stay as they are."""
    return PLACE.sub(lambda match: values.get(match.group(1), match.group()), text)


def decision_of(kind: SectionKind, answer: Mapping[str, Any]) -> Decision:
    """What an answer decides. Telling us something, or nothing, about health is given either way."""
    if kind is SectionKind.DECISION:
        return Decision.GIVEN if answer.get("choice") == "yes" else Decision.REFUSED
    return Decision.GIVEN


def is_answered(kind: SectionKind, answer: Mapping[str, Any] | None) -> bool:
    """Whether an answer kept so far is complete."""
    if not answer:
        return False
    match kind:
        case SectionKind.DECISION:
            return answer.get("choice") in ("yes", "no")
        case SectionKind.INFORMATION:
            return answer.get("choice") == "read"
        case SectionKind.HEALTH:
            told = answer.get("alert") or answer.get("detail")
            return answer.get("choice") == "no" or (answer.get("choice") == "yes" and bool(told))
        case SectionKind.PICKUP:
            return bool(answer.get("names"))
        case SectionKind.EMERGENCY:
            return bool(answer.get("name") and answer.get("phone"))
    return False


# ---- answering and signing ----


def refusals_to_answer(state: RequestState, *, may_decide: bool, valid_until_on: date, today: date) -> list[Refusal]:
    """Why a guardian may not answer this form now."""
    if state not in OPEN_STATES:
        return [Refusal("closed", N_("This form is closed. Call us and we send you a new one."))]
    if valid_until_on < today:
        return [Refusal("over", N_("This program ended on %(on)s."), values={"on": valid_until_on})]
    if not may_decide:
        return [Refusal("may_not_decide", MAY_NOT_DECIDE)]
    return []


def refusals_to_agree(opened_at: datetime | None) -> list[Refusal]:
    """Why an agreement to a screen does not count: nobody saw that the person can open our files."""
    if opened_at is None:
        return [Refusal("not_opened", N_("Open the sample first. It shows that this device can read your copies."))]
    return []


def refusals_to_sign(facts: SignFacts) -> list[Refusal]:
    """Every reason why a signature would not count (ESIGN: intent, agreement, attribution)."""
    signing = facts.signing
    found = refusals_to_answer(
        facts.state, may_decide=facts.may_decide, valid_until_on=facts.valid_until_on, today=facts.today
    )
    if facts.unanswered:
        found.append(Refusal("unanswered", N_("Some questions are not answered yet. Go back and finish them.")))
    if len(fold(signing.typed_name)) < SHORTEST_NAME:
        found.append(Refusal("no_name", N_("Type your full name."), "typed_name"))
    if signing.route in ON_A_SCREEN and not facts.agreed_to_screens:
        found.append(
            Refusal("not_agreed_to_screens", N_("First read what signing on a screen means, and agree to it."))
        )
    if not signing.is_guardian:
        found.append(
            Refusal("not_guardian", N_("Tick the box if you are the parent or legal guardian. If not, call us."), "is_guardian")
        )  # fmt: skip
    if not signing.agrees:
        found.append(
            Refusal("not_agreed", N_("Tick the box to sign here, or call us and we send you paper."), "agrees")
        )
    return found


def refusals_to_take_back(chosen: Sequence[str], given: Sequence[str], *, may_decide: bool = True) -> list[Refusal]:
    """Why answers cannot be taken back: none chosen, one that is not in force, or no right to decide any more."""
    if not may_decide:
        return [Refusal("may_not_decide", MAY_NOT_DECIDE)]
    if not chosen:
        return [Refusal("none_chosen", N_("Choose what you want to take back."), "sections")]
    if not set(chosen) <= set(given):
        return [Refusal("not_in_force", N_("One of these answers is not in force any more."), "sections")]
    return []
