"""Whom to ask, when a guardian is excused, and who may answer for a child at all. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from youthprog.consent import showing
from youthprog.consent.standing import OPEN_STATES
from youthprog.consent.types import Excuse, Question, RequestState, SectionKind, Signer
from youthprog.core.refusals import N_, Refusal
from youthprog.people.rules import refusals_of_contact
from youthprog.people.types import ContactKind, GuardianLine, Relationship
from youthprog.programs.types import GuardianRule

LEAST_ATTEMPTS = 2
LEAST_WAIT = timedelta(days=10)
IN_THE_SITTING = (Signer.ATHLETE, Signer.INTERPRETER)  # who signs beside the guardian, on the same screen
ASKED_AFTERWARDS = frozenset({SectionKind.UPLOAD, SectionKind.EXTERNAL})
DECIDES_BY_BIRTH_OR_COURT = frozenset({Relationship.MOTHER, Relationship.FATHER, Relationship.LEGAL_GUARDIAN})

# ---- whom to ask ----


@dataclass(frozen=True)
class AskPlan:
    """Who is asked and who is told; whether an answer is on its way already; whether somebody owing cannot be reached."""

    asked: tuple[GuardianLine, ...] = ()
    told: tuple[GuardianLine, ...] = ()
    waits: bool = False
    unreachable: bool = False


def whom_to_ask(
    rule: GuardianRule,
    guardians: Sequence[GuardianLine],
    *,
    requests: Iterable[tuple[int, RequestState, bool]],
    owing: Collection[int],
    excused: Collection[int | None] = (),
) -> AskPlan:
    """Who is asked of a youth who lacks consent. `requests` are (guardian, state, awaited) of the season.

    `owing` are the guardians who have still something to answer. A request whose mail came back waits for nobody.
    """
    alive = [(who, awaited) for who, state, awaited in requests if state in OPEN_STATES - {RequestState.BOUNCED}]
    waiting = {who for who, awaited in alive if awaited}
    deciding = [line for line in guardians if line.may_decide and line.guardian_id in owing]
    reachable = [line for line in deciding if line.email and not line.email_bounced]
    if rule is GuardianRule.BOTH:
        owed = [line for line in deciding if line.guardian_id not in excused and line.guardian_id not in waiting]
        asked = tuple(line for line in owed if line in reachable)
        return AskPlan(asked, waits=bool(waiting), unreachable=len(asked) < len(owed) or not (asked or waiting))
    first = () if waiting else tuple(reachable[:1])
    told: tuple[GuardianLine, ...] = ()
    if rule is GuardianRule.ONE_UNLESS and (first or waiting):
        known = {who for who, _awaited in alive}
        told = tuple(line for line in reachable if line not in first and line.guardian_id not in known)
    return AskPlan(first, told, waits=bool(waiting), unreachable=not (first or waiting))


# ---- excuses ----


@dataclass(frozen=True)
class ExcuseFacts:
    """What decides whether a guardian may be excused. `attempts` are the days of tries to reach this guardian."""

    excuse: Excuse
    stated_by: str
    today: date
    attempts: tuple[date, ...] = ()
    is_on_file: bool = True  # may decide today; or a second guardian not on file at all
    is_excused: bool = False
    leaves_nobody: bool = False


def refusals_to_excuse(facts: ExcuseFacts) -> list[Refusal]:
    """Every reason why a guardian cannot be excused (45 CFR 46.408(b); the two attempts and ten days are ours)."""
    found = []
    if not facts.is_on_file:
        found.append(Refusal("not_deciding", N_("Choose a guardian who may decide today."), "guardian"))
    if facts.is_excused:
        found.append(Refusal("excused", N_("This guardian is excused already."), "guardian"))
    if facts.leaves_nobody:
        found.append(Refusal("leaves_nobody", N_("Then nobody would be left to decide for the child."), "guardian"))
    if not facts.stated_by.strip():
        found.append(Refusal("no_statement", N_("Write who told us so."), "stated_by"))
    if facts.excuse is Excuse.NOT_REACHABLE:
        found += _refusals_of_attempts(facts)
    return found


def _refusals_of_attempts(facts: ExcuseFacts) -> list[Refusal]:
    made = sorted(day for day in facts.attempts if day <= facts.today)
    if len(made) < LEAST_ATTEMPTS:
        sentence = N_("Log at least two tries to reach this guardian first. There are %(count)s.")
        return [Refusal("few_attempts", sentence, "excuse", {"count": len(made)})]
    if facts.today - made[0] < LEAST_WAIT:
        sentence = N_("Ten days must pass from the first try: wait until %(on)s.")
        return [Refusal("too_soon", sentence, "excuse", {"on": made[0] + LEAST_WAIT})]
    return []


def refusals_to_log(on: date | None, today: date) -> list[Refusal]:
    """Why a try to reach somebody cannot be logged."""
    if on is not None and on > today:
        return [Refusal("to_come", N_("This day is still to come."), "on")]
    return []


# ---- somebody not on file ----


@dataclass(frozen=True)
class Gaps:
    """What an answer from outside lacks: sections that stay open and are asked afterwards, and sections that stop it."""

    later: tuple[Question, ...] = ()
    missing: tuple[Question, ...] = ()


def gaps_in(questions: Iterable[Question], answers: Mapping[str, Mapping[str, Any]]) -> Gaps:
    """What of a form an answer from outside lacks.

    A file cannot come from outside, nor can we write to somebody whose address we lack: these wait. So does a part of
    the young person or an interpreter that may be left out. Any other gap belongs in one sitting with the guardian.
    """
    later: list[Question] = []
    missing: list[Question] = []
    for each in showing.unanswered(questions, answers):
        waits = each.kind in ASKED_AFTERWARDS or (not each.required and showing.signer_of(each) in IN_THE_SITTING)
        (later if waits else missing).append(each)
    return Gaps(tuple(later), tuple(missing))


def needs_right(relationship: Relationship) -> bool:
    """Whether somebody of this relation is asked for the legal right to decide."""
    return relationship not in DECIDES_BY_BIRTH_OR_COURT


def refusals_to_answer_for(
    relationship: Relationship, has_right: bool | None, *, email: str, phone: str
) -> list[Refusal]:
    """Why what somebody says of themselves is not enough to answer for a child. A "no" to the right ends elsewhere."""
    found = []
    if needs_right(relationship) and has_right is None:
        found.append(Refusal("no_right_said", N_("Say whether you have the legal right to decide."), "has_right"))
    if not email and not phone:
        found.append(Refusal("no_contact", N_("Write an email address or a phone number."), "email"))
    return found + (refusals_of_contact(ContactKind.EMAIL, email) if email else [])
