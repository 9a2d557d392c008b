"""What is missing before a match may be active, and what the size of a match calls for. Pure.

The ten items follow the benchmarks for screening, training and initiation of the national standard for mentoring
(EEPM); their numbers are a program's own settings.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from youthprog.core.refusals import N_, Refusal
from youthprog.mentorship.gate.types import (
    CHECKS,
    OF_MENTOR,
    GateFacts,
    Item,
    MatchStepKind,
    MentorFacts,
    Missing,
    Requirements,
    Signer,
    StepFact,
    StepKind,
    YouthFacts,
)

# ---- for how long something counts ----


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later; the month's last day where it has no such day."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def ends_on(done_on: date, item: Item, asks: Requirements) -> date | None:
    """The last day on which an item of a day counts; None for one that does not end."""
    months = asks.valid_months.get(item, 0)
    return add_months(done_on, months) - timedelta(days=1) if months else None


def counts(done_on: date, item: Item, asks: Requirements, on: date) -> bool:
    """Whether an item of a day is in date on another."""
    last = ends_on(done_on, item, asks)
    return done_on <= on and (last is None or on <= last)


def _ended(days: Iterable[date], item: Item, asks: Requirements, on: date) -> date | None:
    """The first day on which the last of some steps did not count any more; None when none ever counted."""
    lasts = [last for day in days if (last := ends_on(day, item, asks)) is not None and last < on]
    return max(lasts) + timedelta(days=1) if lasts else None


# ---- the gate ----


def missing_items(facts: GateFacts) -> list[Missing]:
    """What is not in date on the day, and for whom: of the ten items in their order. Empty: the match may be active."""
    found = [
        lack
        for item in OF_MENTOR
        for mentor in facts.mentors
        if (lack := MENTOR_RULES[item](mentor, facts.asks, facts.on))
    ]
    found += [lack for youth in facts.youth if (lack := _consent(youth))]
    found += _commitments(facts)
    found += _first_meetings(facts)
    return found


def missing_of_mentor(mentor: MentorFacts, asks: Requirements, on: date) -> list[Missing]:
    """What a mentor alone has not in date on a day: of the seven items that need no match."""
    return [lack for item in OF_MENTOR if (lack := MENTOR_RULES[item](mentor, asks, on))]


def in_date(missing: Iterable[Missing]) -> int:
    """How many of the ten items are in date for everybody."""
    return len(Item) - len({lack.item for lack in missing})


def _of(mentor: MentorFacts, kind: StepKind) -> list[StepFact]:
    return [step for step in mentor.steps if step.kind is kind]


def _lack(
    who: MentorFacts | YouthFacts, item: Item, sentence: str, since: date | None = None, **more: object
) -> Missing:
    return Missing(item, who.person_id, who.name, sentence, (("name", who.name), *more.items()), since)


def _one(kind: StepKind, item: Item, never: str) -> Callable[[MentorFacts, Requirements, date], Missing | None]:
    """The rule of an item that one step fulfills."""

    def judge(mentor: MentorFacts, asks: Requirements, on: date) -> Missing | None:
        days = [step.done_on for step in _of(mentor, kind)]
        if any(counts(day, item, asks, on) for day in days):
            return None
        return _lack(mentor, item, never, _ended(days, item, asks, on))

    return judge


def _references(mentor: MentorFacts, asks: Requirements, on: date) -> Missing | None:
    every = _of(mentor, StepKind.REFERENCE)
    item = Item.REFERENCES
    there = [step for step in every if counts(step.done_on, item, asks, on)]
    since = _ended([step.done_on for step in every], item, asks, on)
    if len(there) < asks.references:
        sentence = N_("%(name)s: %(count)s of %(needed)s references.")
        return _lack(mentor, item, sentence, since, count=len(there), needed=asks.references)
    if sum(not step.relative for step in there) < asks.outside_family:
        sentence = N_("%(name)s: a reference from somebody who is not a relative is missing.")
        return _lack(mentor, item, sentence, since)
    return None


def _check(item: Item, sentence: str) -> Callable[[MentorFacts, Requirements, date], Missing | None]:
    """The rule of an item that a credential fulfills."""

    def judge(mentor: MentorFacts, _asks: Requirements, on: date) -> Missing | None:
        check = mentor.checks.get(CHECKS[item])
        if check is not None and check.in_force:
            return None
        last = check.ends_on if check else None
        return _lack(mentor, item, sentence, last + timedelta(days=1) if last and last < on else None)

    return judge


def _training(mentor: MentorFacts, asks: Requirements, on: date) -> Missing | None:
    every = _of(mentor, StepKind.TRAINING)
    minutes = sum(step.minutes for step in every if counts(step.done_on, Item.TRAINING, asks, on))
    if minutes >= asks.training_minutes:
        return None
    sentence = N_("%(name)s: %(minutes)s of %(needed)s minutes of training before the match.")
    since = _ended([step.done_on for step in every], Item.TRAINING, asks, on)
    return _lack(mentor, Item.TRAINING, sentence, since, minutes=minutes, needed=asks.training_minutes)


def topics_unread(mentor: MentorFacts, asks: Requirements, on: date) -> list[str]:
    """The keys of the policies that a mentor has not acknowledged as they are shown now, asked for already or soon."""
    known = _topics_known(mentor, asks, on)
    return [topic.key for topic in asks.topics if known.get(topic.key, 0) < topic.newest]


def _topics_known(mentor: MentorFacts, asks: Requirements, on: date) -> dict[str, int]:
    """The version of each policy that a mentor has acknowledged, by key."""
    known: dict[str, int] = {}
    for step in _of(mentor, StepKind.POLICIES):
        if counts(step.done_on, Item.POLICIES, asks, on):
            for key, version in step.topics:
                known[key] = max(version, known.get(key, 0))
    return known


def topics_open(mentor: MentorFacts, asks: Requirements, on: date) -> list[str]:
    """The keys of the policies that a mentor has not acknowledged as they are asked for on a day."""
    known = _topics_known(mentor, asks, on)
    return [topic.key for topic in asks.topics if known.get(topic.key, 0) < topic.asked_on(on)]


def _policies(mentor: MentorFacts, asks: Requirements, on: date) -> Missing | None:
    left = topics_open(mentor, asks, on)
    if not left:
        return None
    sentence = N_("%(name)s: policies not acknowledged as they read now: %(count)s.")
    since = _ended([step.done_on for step in _of(mentor, StepKind.POLICIES)], Item.POLICIES, asks, on)
    return _lack(mentor, Item.POLICIES, sentence, since, count=len(left))


MENTOR_RULES: dict[Item, Callable[[MentorFacts, Requirements, date], Missing | None]] = {
    Item.APPLICATION: _one(StepKind.APPLICATION, Item.APPLICATION, N_("%(name)s: no application in date.")),
    Item.INTERVIEW: _one(StepKind.INTERVIEW, Item.INTERVIEW, N_("%(name)s: no interview in date.")),
    Item.REFERENCES: _references,
    Item.CRIMINAL_CHECK: _check(Item.CRIMINAL_CHECK, N_("%(name)s: no criminal check in force.")),
    Item.REGISTRY_CHECKS: _check(Item.REGISTRY_CHECKS, N_("%(name)s: no registry check in force.")),
    Item.TRAINING: _training,
    Item.POLICIES: _policies,
}


def _consent(youth: YouthFacts) -> Missing | None:
    if youth.consent:
        return None
    return _lack(youth, Item.CONSENT, N_("%(name)s: no guardian’s consent in force."))


def _in_date_steps(facts: GateFacts, kind: MatchStepKind, item: Item) -> set[tuple[int, int | None]]:
    """(person, youth signed for) of the steps of a kind that are in date."""
    return {
        (step.person_id, step.youth_id)
        for step in facts.steps
        if step.kind is kind and counts(step.done_on, item, facts.asks, facts.on)
    }


def _commitments(facts: GateFacts) -> Iterator[Missing]:
    item = Item.COMMITMENT
    signed = _in_date_steps(facts, MatchStepKind.COMMITMENT, item)

    def since(*people: int) -> date | None:
        kept = [step for step in facts.steps if step.kind is MatchStepKind.COMMITMENT]
        return _ended([step.done_on for step in kept if step.person_id in people], item, facts.asks, facts.on)

    for person in facts.people:
        if (person.person_id, None) not in signed:
            yield _lack(person, item, N_("%(name)s: the commitment is not signed."), since(person.person_id))
    for youth in facts.youth:
        if not youth.is_adult and not any((guardian, youth.person_id) in signed for guardian in youth.guardians):
            sentence = N_("%(name)s: no guardian has signed the commitment.")
            yield _lack(youth, item, sentence, since(*youth.guardians))


def signatures_open(facts: GateFacts) -> list[tuple[Signer, int, int | None]]:
    """Whose signature of the commitment is missing: as what, who, and for whom. Of several guardians one is enough."""
    signed = _in_date_steps(facts, MatchStepKind.COMMITMENT, Item.COMMITMENT)
    own = [(Signer.MENTOR, each.person_id) for each in facts.mentors]
    own += [(Signer.YOUTH, each.person_id) for each in facts.youth]
    found: list[tuple[Signer, int, int | None]] = [
        (signer, person_id, None) for signer, person_id in own if (person_id, None) not in signed
    ]
    for youth in facts.youth:
        if not youth.is_adult and not any((each, youth.person_id) in signed for each in youth.guardians):
            found += [(Signer.GUARDIAN, each, youth.person_id) for each in sorted(youth.guardians)]
    return found


def _first_meetings(facts: GateFacts) -> Iterator[Missing]:
    met = _in_date_steps(facts, MatchStepKind.FIRST_MEETING, Item.FIRST_MEETING)
    for person in facts.people:
        if (person.person_id, None) not in met:
            yield _lack(person, Item.FIRST_MEETING, N_("%(name)s: no first meeting with staff is recorded."))


# ---- what may be recorded ----


def refusals_to_record(done_on: date, today: date, field: str = "done_on") -> list[Refusal]:
    """Why a step cannot be put on file: it is still to come."""
    if done_on <= today:
        return []
    return [Refusal("future", N_("This day is still to come. Record it afterwards."), field)]


def refusals_to_sign(signed_on: date, today: date, typed_name: str) -> list[Refusal]:
    """Why a signature cannot be kept."""
    reasons = refusals_to_record(signed_on, today, "signed_on")
    if not typed_name.strip():
        reasons.append(Refusal("no_name", N_("Type your name."), "typed_name"))
    return reasons


def refusals_to_meet(met_on: date, today: date, *, people: int) -> list[Refusal]:
    """Why a first meeting cannot be recorded."""
    reasons = refusals_to_record(met_on, today, "met_on")
    if not people:
        reasons.append(Refusal("nobody", N_("Tick who was there."), "met"))
    return reasons


@dataclass(frozen=True)
class JoinFacts:
    """Somebody who would join a match, and what it would be then."""

    name: str
    is_open: bool
    inside: bool
    is_free: bool
    kept_away: bool
    youth: int
    mentors: int
    limit: int


def refusals_to_join(facts: JoinFacts) -> list[Refusal]:
    """Why somebody cannot join a match."""
    reasons = []
    values = {"name": facts.name}
    if not facts.is_open:
        reasons.append(Refusal("not_open", N_("Let the match go on first. Then others can join it."), "person_id"))
    if facts.inside:
        reasons.append(Refusal("inside", N_("%(name)s is in this match already."), "person_id", values))
    elif not facts.is_free:
        sentence = N_("%(name)s cannot be chosen: already matched, or not enrolled in this season.")
        reasons.append(Refusal("not_free", sentence, "person_id", values))
    if facts.kept_away:
        sentence = N_("A custody restriction keeps one of these adults away from one of these young people.")
        reasons.append(Refusal("kept_away", sentence, "person_id"))
    if facts.mentors and -(-facts.youth // facts.mentors) > facts.limit:
        sentence = N_("That would be %(count)s young people for each mentor: %(limit)s is the most.")
        values = {"count": str(-(-facts.youth // facts.mentors)), "limit": str(facts.limit)}
        reasons.append(Refusal("over_ratio", sentence, "person_id", values))
    return reasons


def refusals_to_leave(*, is_open: bool, inside: bool, left: int) -> list[Refusal]:
    """Why somebody cannot leave a match; `left` is how many the smaller side would still have."""
    if not is_open or not inside:
        return [Refusal("not_inside", N_("Nobody of this name is in this match now."))]
    if not left:
        return [Refusal("last", N_("Nobody would be left. Close the match instead."))]
    return []


# ---- how large a match may be ----


def size_notes(youth: int, mentors: int, asks: Requirements) -> list[Refusal]:
    """What the size of a match calls for: `over_ratio` above the limit, `below_target` gently for a group.

    One mentor with one youth is a match like any other and calls for nothing.
    """
    if youth and mentors and -(-youth // mentors) > asks.most_youth:
        sentence = N_("%(count)s young people for each mentor: %(limit)s is the most. Add a mentor.")
        values = {"count": -(-youth // mentors), "limit": asks.most_youth}
        return [Refusal("over_ratio", sentence, values=values)]
    group = youth > 1 or mentors > 1
    if group and (mentors < asks.target_mentors or not asks.target_low <= youth <= asks.target_high):
        sentence = N_("A group works best with %(low)s to %(high)s young people and %(mentors)s mentors.")
        values = {"low": asks.target_low, "high": asks.target_high, "mentors": asks.target_mentors}
        return [Refusal("below_target", sentence, values=values)]
    return []
