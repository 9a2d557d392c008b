"""What an answer means, and what keeps a guardian from answering, signing or taking back. Pure.

What decisions are worth on a day stands in `standing`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from youthprog.core.names import is_same
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
MOST_ON_LIST = 12  # with those added later
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


# ---- the pick-up list after signing ----


@dataclass(frozen=True)
class ListFacts:
    """What decides whether a pick-up list may be changed: whose deed, and what stands."""

    is_signer: bool
    may_decide: bool
    stands: bool  # the guardian's answer about the list is in force
    names: tuple[str, ...]


def refusals_to_change_list(facts: ListFacts) -> list[Refusal]:
    """Why nobody can be added or taken off: only the guardian who signed the list, in the own name, while it stands."""
    if not facts.is_signer:
        return [Refusal("not_the_signer", N_("Only the guardian who signed this list can change it."))]
    if not facts.may_decide:
        return [Refusal("may_not_decide", MAY_NOT_DECIDE)]
    if not facts.stands:
        return [Refusal("list_ended", N_("This pick-up list has ended. Call us and we send you a new form."))]
    return []


def refusals_to_add(facts: ListFacts, name: str, *, barred: bool) -> list[Refusal]:
    """Why a name cannot be added to the list. That a court keeps somebody away is not said: they are asked to call."""
    found = refusals_to_change_list(facts)
    if found:
        return found
    if barred:
        return [Refusal("call_us", N_("We cannot put this name on the list. Call us."), "name")]
    if any(is_same(name, each) for each in facts.names):
        return [Refusal("on_list", N_("This name is on the list already."), "name")]
    if len(facts.names) >= MOST_ON_LIST:
        return [Refusal("list_full", N_("The list is full. Take somebody off first."), "name")]
    return []


def refusals_to_take_off(facts: ListFacts, name: str | None) -> list[Refusal]:
    """Why a name cannot be taken off the list. The last one goes only with the whole answer."""
    found = refusals_to_change_list(facts)
    if found:
        return found
    if name is None:
        return [Refusal("not_on_list", N_("This name is not on the list any more."))]
    if len(facts.names) == 1:
        return [Refusal("last_name", N_("This is the last name. Take back the whole answer instead."))]
    return []


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
