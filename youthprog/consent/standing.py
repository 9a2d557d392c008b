"""What the decisions about a youth are worth on a day, whichever day is asked for. Pure.

Each guardian's latest decision on a section counts until it is taken back, its last day has passed, the youth changed
team or school, or turned 18. What needs an original counts from the day it was seen. Then guardians are weighed together:

* A no, or a taking back, against another guardian's yes is a conflict, whatever the program's rule.
* One yes is enough where the program asks one guardian. Where it asks both, each who may decide says yes or is excused,
  and a second one is on file, kept from deciding by a court, or excused.
* Only who may decide on the day counts: a guardianship that ended, a right taken away or a court's order take the yes
  and the no along. What only such a person gave reads as expired; what only such a person refused, as not answered.
  Each of these counts from the day it was recorded: what changes today says nothing else of a day gone by.
* From the 18th birthday on nobody but the young adult decides.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from youthprog.consent.types import (
    ConsentLine,
    Decision,
    DecisionFact,
    FamilyFacts,
    GuardianFact,
    Objection,
    RequestFact,
    RequestState,
    Requirement,
    SectionState,
)
from youthprog.core.refusals import N_
from youthprog.people.rules import age_on, bond_on
from youthprog.programs.types import GuardianRule

OPEN_STATES = frozenset({RequestState.QUEUED, RequestState.SENT, RequestState.OPENED, RequestState.BOUNCED})
ASKED_ENOUGH = 3
ADULT = 18
UNKNOWN = FamilyFacts()
AGAINST = frozenset({SectionState.REFUSED, SectionState.WITHDRAWN})
UNANSWERED = frozenset({SectionState.ASKED, SectionState.NOT_ASKED})

# ---- who may decide ----


def decides_on(guardian: GuardianFact, on: date) -> bool:
    """Whether a guardian may decide on a day."""
    _holds, may_decide = bond_on(guardian, on)
    return may_decide and not is_barred_on(guardian, on)


def is_barred_on(guardian: GuardianFact, on: date) -> bool:
    """Whether a court keeps a guardian from deciding on a day; its first and last day are included."""
    return any(starts <= on and (ends is None or on <= ends) for starts, ends in guardian.barred)


def _is_guardian_on(guardian: GuardianFact, on: date) -> bool:
    return bond_on(guardian, on)[0]


def is_adult_on(family: FamilyFacts, on: date) -> bool:
    """Whether the young person decides alone."""
    return family.born_on is not None and age_on(family.born_on, on) >= ADULT


def deciders_on(family: FamilyFacts, on: date) -> frozenset[int] | None:
    """Whose word counts on a day; None when nothing is known of the guardians."""
    if is_adult_on(family, on):
        return frozenset() if family.youth_id is None else frozenset({family.youth_id})
    if family.guardians is None:
        return None
    return frozenset(each.guardian_id for each in family.guardians if decides_on(each, on))


def excused_on(family: FamilyFacts, on: date) -> frozenset[int | None]:
    """Who need not answer on a day; None stands for a second guardian not on file."""
    return frozenset(
        excuse.guardian_id
        for excuse in family.excuses
        if excuse.from_on <= on and (excuse.ended_on is None or on < excuse.ended_on)
    )


def has_second(family: FamilyFacts, on: date, deciding: Iterable[int]) -> bool:
    """Whether a second guardian is accounted for: on file, kept from deciding by a court, or excused."""
    barred = (each for each in family.guardians or () if _is_guardian_on(each, on) and is_barred_on(each, on))
    known = set(deciding) | {each.guardian_id for each in barred} | excused_on(family, on)
    return len(known) >= 2


# ---- standing ----


def section_states(
    decisions: Iterable[DecisionFact],
    requests: Iterable[RequestFact],
    on: date,
    keys: Iterable[str],
    family: FamilyFacts = UNKNOWN,
) -> dict[str, SectionState]:
    """A youth's standing in each section on a day, of all guardians together."""
    found = _by_section(decisions, on, family)
    asked = any(_was_asked(request, on) for request in requests)
    return {key: _together(found.get(key, {}), asked, family, on) for key in keys}


def guardian_states(
    decisions: Iterable[DecisionFact],
    requests: Sequence[RequestFact],
    on: date,
    keys: Iterable[str],
    family: FamilyFacts = UNKNOWN,
) -> dict[tuple[int, str], SectionState]:
    """Each guardian's own standing in each section on a day: of those on file, those who decided, those asked."""
    found = _by_section(decisions, on, family, everyone=True)
    asked = {request.guardian_id for request in requests if _was_asked(request, on)}
    people = asked | {guardian for states in found.values() for guardian in states}
    people |= {each.guardian_id for each in family.guardians or () if _is_guardian_on(each, on)}
    return {
        (guardian, key): found.get(key, {}).get(
            guardian, SectionState.ASKED if guardian in asked else SectionState.NOT_ASKED
        )
        for guardian in people
        for key in keys
    }


def is_cleared(states: Mapping[str, SectionState], required: Iterable[str]) -> bool:
    """Whether every required section is given."""
    return all(states.get(key) is SectionState.GIVEN for key in required)


def needed(
    requirements: Iterable[Requirement],
    decisions: Sequence[DecisionFact],
    on: date,
    family: FamilyFacts,
    programs: Collection[str],
) -> tuple[str, ...]:
    """The sections this youth cannot do without on a day: those always asked, and those that fit the youth.

    A section asked only after another answer counts once it was decided, or once that answer was given.
    """
    return tuple(dict.fromkeys(each.key for each in requirements if _fits(each, decisions, on, family, programs)))


def _fits(
    requirement: Requirement,
    decisions: Sequence[DecisionFact],
    on: date,
    family: FamilyFacts,
    programs: Collection[str],
) -> bool:
    shown = requirement.show_if
    if shown is None:
        return True
    age = None if family.born_on is None else age_on(family.born_on, on)
    match shown.what:
        case "age_under":
            return age is None or any(value.isdigit() and age < int(value) for value in shown.values)
        case "age_from":
            return age is None or any(value.isdigit() and age >= int(value) for value in shown.values)
        case "program":
            return bool(set(programs) & set(shown.values))
    made = [fact for fact in decisions if fact.decided_on <= on]
    said = {"yes" if fact.decision is Decision.GIVEN else "no" for fact in made if fact.section_key == shown.key}
    return any(fact.section_key == requirement.key for fact in made) or bool(said & set(shown.values))


def _by_section(
    decisions: Iterable[DecisionFact], on: date, family: FamilyFacts, *, everyone: bool = False
) -> dict[str, dict[int, SectionState]]:
    """Section -> guardian -> what the guardian's latest decision is worth on a day.

    Who may not decide on the day gives nothing any more and refuses nothing any more.
    """
    deciders = deciders_on(family, on)
    found: dict[str, dict[int, SectionState]] = {}
    for (guardian, key), fact in _latest_of_each_guardian(decisions, on).items():
        if guardian == family.youth_id and not is_adult_on(family, fact.decided_on):
            continue  # a child's own word
        state = _standing(fact, on)
        if deciders is not None and guardian not in deciders:
            if state is not SectionState.GIVEN and not everyone:
                continue
            state = SectionState.EXPIRED if state is SectionState.GIVEN else state
        found.setdefault(key, {})[guardian] = state
    return found


def _latest_of_each_guardian(decisions: Iterable[DecisionFact], on: date) -> dict[tuple[int, str], DecisionFact]:
    """A yes that waits for its original takes nothing's place yet; a no counts at once."""
    latest: dict[tuple[int, str], DecisionFact] = {}
    for fact in sorted(decisions, key=lambda fact: (fact.decided_at, fact.order)):
        if fact.decided_on <= on and not _waits_for_original(fact, on):
            latest[fact.guardian_id, fact.section_key] = fact
    return {key: fact for key, fact in latest.items() if not _is_outdated(fact, on)}


def _is_outdated(fact: DecisionFact, on: date) -> bool:
    """A yes, not taken back by the day, to words that the form does not have on it. It is as if nobody had answered."""
    if fact.decision is not Decision.GIVEN or (fact.withdrawn_on is not None and fact.withdrawn_on <= on):
        return False
    return any(since <= on and (until is None or on < until) for since, until in fact.stale)


def _waits_for_original(fact: DecisionFact, on: date) -> bool:
    if not fact.needs_original or fact.decision is not Decision.GIVEN:
        return False
    return fact.confirmed_on is None or on < fact.confirmed_on


def _standing(fact: DecisionFact, on: date) -> SectionState:
    """What one guardian's latest decision is worth on a day. Taking back works forward, never backward."""
    if fact.withdrawn_on is not None and fact.withdrawn_on <= on:
        return SectionState.WITHDRAWN
    if fact.valid_until_on is not None and fact.valid_until_on < on:
        return SectionState.EXPIRED
    if fact.ended_on is not None and fact.ended_on <= on:
        return SectionState.EXPIRED
    return SectionState.GIVEN if fact.decision is Decision.GIVEN else SectionState.REFUSED


def _together(standings: Mapping[int, SectionState], asked: bool, family: FamilyFacts, on: date) -> SectionState:
    found = set(standings.values())
    if SectionState.GIVEN in found:
        if found & AGAINST:
            return SectionState.CONFLICT
        if _is_enough(standings, family, on):
            return SectionState.GIVEN
        found.discard(SectionState.GIVEN)
    for state in (SectionState.REFUSED, SectionState.WITHDRAWN, SectionState.EXPIRED):
        if state in found:
            return state
    if any(each.received_on <= on and (each.settled_on is None or on < each.settled_on) for each in family.unmatched):
        return SectionState.NEEDS_MATCHING
    return SectionState.ASKED if asked else SectionState.NOT_ASKED


def _is_enough(standings: Mapping[int, SectionState], family: FamilyFacts, on: date) -> bool:
    """Whether the yes of some guardians is what the program's rule asks for, when nobody says no."""
    if family.rule is not GuardianRule.BOTH or is_adult_on(family, on):
        return True
    deciding = deciders_on(family, on)
    deciding = frozenset(standings) if deciding is None else deciding
    owing = deciding - excused_on(family, on)
    return all(standings.get(each) is SectionState.GIVEN for each in owing) and has_second(family, on, deciding)


def _was_asked(request: RequestFact, on: date) -> bool:
    """Whether an answer was asked for by a day, and not called off."""
    if request.created_on > on or not request.awaited:
        return False
    return request.state is not RequestState.CANCELED or (request.closed_on is not None and on < request.closed_on)


def _is_open_on(request: RequestFact, on: date) -> bool:
    if request.created_on > on:
        return False
    return request.state in OPEN_STATES or (request.closed_on is not None and on < request.closed_on)


# ---- why not ----


def objection(
    decisions: Sequence[DecisionFact],
    requests: Sequence[RequestFact],
    on: date,
    required: Sequence[str],
    family: FamilyFacts = UNKNOWN,
) -> Objection | None:
    """Why the youth is not cleared by consent on a day; None when cleared. The most telling reason alone."""
    states = section_states(decisions, requests, on, required, family)
    if is_cleared(states, required):
        return None
    facts = [fact for fact in decisions if fact.section_key in required and fact.decided_on <= on]
    found = set(states.values())
    if SectionState.CONFLICT in found:
        sentence = N_("One guardian said yes, another said no.")
        return Objection("consent.conflict", "missing", N_("Guardians disagree"), sentence)
    if SectionState.REFUSED in found:
        day = _last(fact.decided_on for fact in facts if fact.decision is Decision.REFUSED)
        return _dated("consent.refused", "missing", N_("Consent refused"), N_("A guardian said no on %(on)s."), day)
    if SectionState.WITHDRAWN in found:
        day = _last(fact.withdrawn_on for fact in facts if fact.withdrawn_on is not None and fact.withdrawn_on <= on)
        return _dated("consent.withdrawn", "missing", N_("Consent taken back"), N_("Taken back on %(on)s."), day)
    waiting = _waiting(requests, on)
    if SectionState.EXPIRED in found and (waiting is None or waiting.state == "missing"):
        return _expired(facts, on, family)
    if SectionState.NEEDS_MATCHING in found:
        sentence = N_("Somebody not on file answered. Check who it was.")
        return Objection("consent.needs_matching", "waiting", N_("Answer to check"), sentence)
    partly = _partly_given(facts, requests, on, family)
    return partly or waiting or Objection("consent.not_asked", "missing", N_("Consent form"), N_("Not asked yet."))


def _expired(facts: Sequence[DecisionFact], on: date, family: FamilyFacts) -> Objection:
    word = N_("Consent expired")
    if is_adult_on(family, on):
        return Objection("consent.eighteen", "expired", word, N_("Is 18 now and signs an own form."))
    ends = [fact.valid_until_on for fact in facts if fact.valid_until_on and fact.valid_until_on < on]
    ends += [fact.ended_on for fact in facts if fact.ended_on and fact.ended_on <= on]
    if not ends:
        return Objection("consent.no_right", "expired", word, N_("Who signed may not decide any more. Ask again."))
    return _dated("consent.expired", "expired", word, N_("Consent ended %(on)s."), _last(ends))


def _partly_given(
    facts: Sequence[DecisionFact], requests: Sequence[RequestFact], on: date, family: FamilyFacts
) -> Objection | None:
    """A yes that is not enough yet: its original was not seen, or another guardian has still to answer."""
    unseen = _last(fact.decided_on for fact in facts if _waits_for_original(fact, on))
    if unseen is not None:
        sentence = N_("Signed %(on)s. The paper itself has still to be seen.")
        return _dated("consent.original", "waiting", N_("Waiting: original"), sentence, unseen)
    given = {
        guardian
        for states in _by_section(facts, on, family).values()
        for guardian, state in states.items()
        if state is SectionState.GIVEN
    }
    if family.rule is not GuardianRule.BOTH or not given:
        return None
    word, deciding = N_("Second guardian"), deciders_on(family, on)
    if not has_second(family, on, given if deciding is None else deciding):
        sentence = N_("One guardian said yes. A second one is not on file.")
        return Objection("consent.second_unknown", "missing", word, sentence)
    if any(_is_open_on(request, on) and request.awaited and request.guardian_id not in given for request in requests):
        sentence = N_("One guardian said yes. Another has still to answer.")
        return Objection("consent.second_waiting", "waiting", word, sentence)
    sentence = N_("One guardian said yes. Another was not asked yet.")
    return Objection("consent.second_not_asked", "missing", word, sentence)


def _waiting(requests: Sequence[RequestFact], on: date) -> Objection | None:
    """How far the newest open request has come."""
    open_ones = [request for request in requests if request.awaited and _is_open_on(request, on)]
    if not open_ones:
        return None
    newest = max(open_ones, key=lambda request: (request.created_on, request.request_id))
    signature = N_("Waiting: signature")
    opened = newest.opened_on is not None and newest.opened_on <= on
    if newest.state is RequestState.BOUNCED:
        return Objection("consent.bounced", "missing", N_("Mail came back"), N_("The address does not work."))
    if opened and (newest.state is RequestState.OPENED or newest.state not in OPEN_STATES):
        sentence = N_("Opened %(on)s, not finished.")
        return _dated("consent.opened", "waiting", signature, sentence, newest.opened_on)
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
    youth_id: int,
    decisions: Sequence[DecisionFact],
    requests: Sequence[RequestFact],
    on: date,
    required: Sequence[str],
    family: FamilyFacts = UNKNOWN,
) -> ConsentLine:
    """Where a youth stands, in one line: the badge, the sentence under it, and whether photos are allowed."""
    newest = max(requests, key=_to_look_at, default=None)
    line = ConsentLine(
        youth_id,
        "signed",
        N_("Signed"),
        "",
        photos=_photos(decisions, requests, on, family),
        request_id=newest.request_id if newest else None,
        request_state=newest.state if newest else None,
    )
    reason = objection(decisions, requests, on, required, family)
    if reason is not None:
        return replace(
            line, state=reason.state, word=reason.word, note=reason.sentence, values=reason.values, since=reason.since
        )
    in_force = _in_force(decisions, on, required, family)
    since = _last(fact.decided_on for fact in in_force)
    until = min((fact.valid_until_on for fact in in_force if fact.valid_until_on), default=None)
    sentence = N_("Until %(on)s.") if until else N_("Signed %(on)s.")
    return replace(line, note=sentence, values=(("on", until or since),), since=since, until=until)


def _to_look_at(request: RequestFact) -> tuple[bool, bool, date, int]:
    """The request a list leads to: one that waits for an answer before one that does not, then the newest."""
    return request.awaited, request.state in OPEN_STATES, request.created_on, request.request_id


def _photos(
    decisions: Sequence[DecisionFact], requests: Sequence[RequestFact], on: date, family: FamilyFacts
) -> bool | None:
    """Whether photos are allowed; None while nobody has said."""
    state = section_states(decisions, requests, on, ["photos"], family)["photos"]
    if state in UNANSWERED or state is SectionState.NEEDS_MATCHING:
        return None
    return state is SectionState.GIVEN


def _in_force(
    decisions: Sequence[DecisionFact], on: date, required: Sequence[str], family: FamilyFacts
) -> list[DecisionFact]:
    deciders = deciders_on(family, on)
    return [
        fact
        for (guardian, key), fact in _latest_of_each_guardian(decisions, on).items()
        if key in required and _standing(fact, on) is SectionState.GIVEN and (deciders is None or guardian in deciders)
    ]
