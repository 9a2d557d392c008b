"""What a youth's consent is worth on a day. Pure.

Decisions are weighed per guardian: the latest one of a guardian on a section counts, until it is taken back
or its last day has passed. One guardian's yes is enough unless another guardian says no or takes it back.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from youthprog.consent.types import (
    ConsentLine,
    Decision,
    DecisionFact,
    Objection,
    RequestFact,
    RequestState,
    Route,
    SectionKind,
    SectionState,
    SignFacts,
)
from youthprog.core.refusals import N_, Refusal
from youthprog.core.text import fold

PLACE = re.compile(r"%\((\w+)\)s")
OPEN_STATES = frozenset({RequestState.QUEUED, RequestState.SENT, RequestState.OPENED, RequestState.BOUNCED})
ASKED_ENOUGH = 3
MOST_PICKUPS = 6
SHORTEST_NAME = 2
MAY_NOT_DECIDE = N_("Our records do not list you as somebody who may sign. Call us.")

# ---- standing ----


def section_states(
    decisions: Iterable[DecisionFact], requests: Iterable[RequestFact], on: date, keys: Iterable[str]
) -> dict[str, SectionState]:
    """A youth's standing in each section on a day, of all guardians together."""
    asked = any(request.created_on <= on and request.state is not RequestState.CANCELED for request in requests)
    latest = _latest_of_each_guardian(decisions, on)
    return {
        key: _together([_standing(fact, on) for (_guardian, section), fact in latest.items() if section == key], asked)
        for key in keys
    }


def is_cleared(states: Mapping[str, SectionState], required: Iterable[str]) -> bool:
    """Whether every required section is given."""
    return all(states.get(key) is SectionState.GIVEN for key in required)


def _latest_of_each_guardian(decisions: Iterable[DecisionFact], on: date) -> dict[tuple[int, str], DecisionFact]:
    latest: dict[tuple[int, str], DecisionFact] = {}
    for fact in sorted(decisions, key=lambda fact: (fact.decided_at, fact.order)):
        if fact.decided_on <= on:
            latest[fact.guardian_id, fact.section_key] = fact
    return {key: fact for key, fact in latest.items() if not _outdated(fact, on)}


def _outdated(fact: DecisionFact, on: date) -> bool:
    """A yes, never taken back, to words that the form no longer has on the day. It is as if nobody had answered."""
    return (
        fact.stale_on is not None
        and fact.stale_on <= on
        and fact.decision is Decision.GIVEN
        and fact.withdrawn_on is None
    )


def _standing(fact: DecisionFact, on: date) -> SectionState:
    """What one guardian's latest decision is worth on a day. Taking back works forward, never backward."""
    if fact.withdrawn_on is not None and fact.withdrawn_on <= on:
        return SectionState.WITHDRAWN
    if fact.valid_until_on is not None and fact.valid_until_on < on:
        return SectionState.EXPIRED
    return SectionState.GIVEN if fact.decision is Decision.GIVEN else SectionState.REFUSED


def _together(standings: Sequence[SectionState], asked: bool) -> SectionState:
    found = set(standings)
    if SectionState.GIVEN in found:
        against = found & {SectionState.REFUSED, SectionState.WITHDRAWN}
        return SectionState.CONFLICT if against else SectionState.GIVEN
    for state in (SectionState.REFUSED, SectionState.WITHDRAWN, SectionState.EXPIRED):
        if state in found:
            return state
    return SectionState.ASKED if asked else SectionState.NOT_ASKED


# ---- why not ----


def objection(
    decisions: Sequence[DecisionFact], requests: Sequence[RequestFact], on: date, required: Sequence[str]
) -> Objection | None:
    """Why the youth is not cleared by consent on a day; None when cleared. The most telling reason alone."""
    states = section_states(decisions, requests, on, required)
    if is_cleared(states, required):
        return None
    found = set(states.values())
    if SectionState.CONFLICT in found:
        return Objection(
            "consent.conflict", "missing", N_("Guardians disagree"), N_("One guardian said yes, another said no.")
        )
    if SectionState.REFUSED in found:
        refused = [fact for fact in decisions if fact.section_key in required and fact.decision is Decision.REFUSED]
        day = _last(fact.decided_on for fact in refused)
        return _dated("consent.refused", "missing", N_("Consent refused"), N_("A guardian said no on %(on)s."), day)
    if SectionState.WITHDRAWN in found:
        day = _last(fact.withdrawn_on for fact in decisions if fact.section_key in required)
        return _dated("consent.withdrawn", "missing", N_("Consent taken back"), N_("Taken back on %(on)s."), day)
    waiting = _waiting(requests)
    if SectionState.EXPIRED in found and (waiting is None or waiting.state == "missing"):
        day = _last(fact.valid_until_on for fact in decisions if fact.section_key in required)
        return _dated("consent.expired", "expired", N_("Consent expired"), N_("Consent ended %(on)s."), day)
    return waiting or Objection("consent.not_asked", "missing", N_("Consent form"), N_("Not asked yet."))


def _waiting(requests: Sequence[RequestFact]) -> Objection | None:
    """How far the newest open request has come."""
    open_ones = [request for request in requests if request.state in OPEN_STATES]
    if not open_ones:
        return None
    newest = max(open_ones, key=lambda request: (request.created_on, request.request_id))
    signature = N_("Waiting: signature")
    if newest.state is RequestState.OPENED and newest.opened_on is not None:
        sentence = N_("Opened %(on)s, not finished.")
        return _dated("consent.opened", "waiting", signature, sentence, newest.opened_on)
    if newest.state is RequestState.BOUNCED:
        return Objection("consent.bounced", "missing", N_("Mail came back"), N_("The address does not work."))
    if newest.times_asked >= ASKED_ENOUGH:
        return Objection(
            "consent.never_answered", "missing", N_("Consent form"), N_("Never sent back. Asked %(times)s times."),
            (("times", newest.times_asked),), newest.sent_on,
        )  # fmt: skip
    if newest.state is RequestState.QUEUED or newest.sent_on is None:
        return Objection("consent.leaving", "waiting", signature, N_("The mail is leaving now."))
    return _dated("consent.sent", "waiting", signature, N_("Sent %(on)s."), newest.sent_on)


def _dated(code: str, state: str, word: str, sentence: str, on: date | None) -> Objection:
    return Objection(code, state, word, sentence, (("on", on),), on)


def _last(days: Iterable[date | None]) -> date | None:
    return max((day for day in days if day is not None), default=None)


def line_of(
    youth_id: int, decisions: Sequence[DecisionFact], requests: Sequence[RequestFact], on: date, required: Sequence[str]
) -> ConsentLine:
    """Where a youth stands, in one line: the badge, the sentence under it, and whether photos are allowed."""
    newest = max(requests, key=lambda each: (each.created_on, each.request_id), default=None)
    line = ConsentLine(
        youth_id,
        "signed",
        N_("Signed"),
        "",
        photos=_photos(decisions, requests, on),
        request_id=newest.request_id if newest else None,
        request_state=newest.state if newest else None,
    )
    reason = objection(decisions, requests, on, required)
    if reason is not None:
        return replace(
            line, state=reason.state, word=reason.word, note=reason.sentence, values=reason.values, since=reason.since
        )
    in_force = _in_force(decisions, on, required)
    since = _last(fact.decided_on for fact in in_force)
    until = min((fact.valid_until_on for fact in in_force if fact.valid_until_on), default=None)
    sentence = N_("Until %(on)s.") if until else N_("Signed %(on)s.")
    return replace(line, note=sentence, values=(("on", until or since),), since=since, until=until)


def _photos(decisions: Sequence[DecisionFact], requests: Sequence[RequestFact], on: date) -> bool | None:
    """Whether photos are allowed; None while nobody has said."""
    state = section_states(decisions, requests, on, ["photos"])["photos"]
    if state in (SectionState.NOT_ASKED, SectionState.ASKED):
        return None
    return state is SectionState.GIVEN


def _in_force(decisions: Sequence[DecisionFact], on: date, required: Sequence[str]) -> list[DecisionFact]:
    latest = _latest_of_each_guardian(decisions, on)
    return [
        fact
        for (_guardian, key), fact in latest.items()
        if key in required and _standing(fact, on) is SectionState.GIVEN
    ]


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
    if signing.route is Route.ONLINE and not facts.agreed_to_screens:
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
