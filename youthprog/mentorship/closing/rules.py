"""What a match does not end without, and how long matches last (Kaplan and Meier). Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from youthprog.core.refusals import N_, Refusal
from youthprog.mentorship.closing.types import (
    STEPS,
    Attempt,
    Draft,
    Interview,
    Mark,
    Party,
    Rematch,
    Retention,
    Side,
    Span,
    Step,
    Talk,
    Way,
)
from youthprog.mentorship.types import MatchStatus

LEAST_ATTEMPTS = 3  # EEPM B.6.3
LONGEST_WORDS = 4000
MOST_ATTEMPTS = 40
MONTHS = {3: 91, 6: 183, 12: 365, 24: 730}
"""How many days a match has to last to count as having lasted so many months."""
TALKS = {Party.MENTOR: Step.MENTOR_TALK, Party.YOUTH: Step.YOUTH_TALK, Party.GUARDIAN: Step.GUARDIAN_TALK}
OF_CHILDREN = (Party.YOUTH, Party.GUARDIAN)
BEGUN = (MatchStatus.ACTIVE, MatchStatus.PAUSED)


def steps_of(draft: Draft) -> list[Step]:
    """What this closure asks for, in order; the tries only where a party cannot be reached."""
    return [step for step in Step if step is not Step.ATTEMPTS or draft.way is Way.UNREACHABLE]


def steps_missing(draft: Draft, *, lettered: bool) -> list[Step]:
    """What is still missing of a closure, in order. `lettered` says whether every letter and certificate is made."""
    done = {
        Step.WAY: draft.way is not None,
        Step.REASON: draft.reason is not None,
        Step.INITIATOR: draft.initiator is not None,
        Step.ENDS_ON: draft.ends_on is not None,
        Step.ATTEMPTS: draft.unreachable is not None and len(set(draft.attempts)) >= LEAST_ATTEMPTS,
        **{step: all(map(is_settled, talks_with(draft, party))) for party, step in TALKS.items()},
        Step.REMATCH: bool(draft.rematch) and None not in draft.rematch.values(),
        Step.CONTACT: draft.contact is not None and draft.contact_told_on is not None,
        Step.LETTERS: lettered,
    }
    return [step for step in steps_of(draft) if not done[step]]


def talks_with(draft: Draft, party: Party) -> list[Interview | None]:
    """The talks a closure asks for with one party: one, or in a group one for each child."""
    if party in OF_CHILDREN and draft.children:
        return [talks.get(party) for talks in draft.children.values()]
    return [draft.interviews.get(party)]


def in_all(talks: Sequence[Interview | None]) -> Interview:
    """What several talks come to: open while one is, had where one was, with its last day."""
    known = [each or Interview() for each in talks]
    if not known or any(each.state is Talk.OPEN for each in known):
        return Interview()
    had = [each.on for each in known if each.state is Talk.DONE and each.on is not None]
    return Interview(Talk.DONE, max(had)) if had else Interview(Talk.NOT_POSSIBLE)


def _named(draft: Draft) -> list[tuple[str, Interview]]:
    """Every talk with the beginning of its fields' names."""
    shared = [(party.value, talk) for party, talk in draft.interviews.items()]
    own = [
        (f"child-{youth_id}-{party.value}", talk)
        for youth_id, talks in draft.children.items()
        for party, talk in talks.items()
    ]
    return [*shared, *own]


def is_settled(talk: Interview | None) -> bool:
    """Whether a talk was had, on a day, or is explained."""
    if talk is None:
        return False
    if talk.state is Talk.DONE:
        return talk.on is not None
    return talk.state is Talk.NOT_POSSIBLE and bool(talk.words.strip())


def refusals_to_end(status: MatchStatus, draft: Draft | None, *, lettered: bool) -> list[Refusal]:
    """Why a match that has begun does not end: it is closed, nobody began its closure, or each thing that is missing."""
    if status is MatchStatus.CLOSED:
        return [Refusal("match_closed", N_("This match is closed."))]
    if draft is None:
        return [Refusal("no_closure", N_("Begin the closure first: no match ends without one."))]
    return [Refusal(f"missing_{step.value}", STEPS[step]) for step in steps_missing(draft, lettered=lettered)]


def refusals_to_open(status: MatchStatus, *, under_way: bool) -> list[Refusal]:
    """Why a closure cannot be begun."""
    if status not in BEGUN:
        return [Refusal(f"match_{status.value}", N_("Only a match that has begun is closed step by step."))]
    if under_way:
        return [Refusal("under_way", N_("The closure of this match is under way already."))]
    return []


@dataclass(frozen=True)
class Days:
    """The days a closure must fit: when the match began, when it last met, and today."""

    started_on: date | None
    last_on: date | None
    today: date


def refusals_to_save(draft: Draft, days: Days) -> list[Refusal]:
    """What of a draft cannot be so, whether or not the rest is there."""
    reasons = _wrong_days(draft, days)
    for name, talk in _named(draft):
        if len(talk.words) > LONGEST_WORDS:
            sentence = N_("This is too long: %(max)d characters at most.")
            reasons.append(Refusal("words_too_long", sentence, f"{name}_words", {"max": LONGEST_WORDS}))
        if talk.state is Talk.DONE and talk.on is None:
            reasons.append(Refusal("no_day", N_("Write the day of the talk."), f"{name}_on"))
        if talk.state is Talk.NOT_POSSIBLE and not talk.words.strip():
            reasons.append(Refusal("no_why", N_("Write why it was not possible."), f"{name}_words"))
    if draft.contact_told_on is not None and draft.contact is None:
        reasons.append(Refusal("no_rule", N_("Choose which rule was told."), "contact"))
    return reasons


def _wrong_days(draft: Draft, days: Days) -> list[Refusal]:
    reasons = []
    if draft.ends_on is not None:
        if draft.ends_on > days.today:
            reasons.append(Refusal("ends_later", N_("The last day cannot be ahead."), "ends_on"))
        first = max((day for day in (days.started_on, days.last_on) if day is not None), default=None)
        if first is not None and draft.ends_on < first:
            sentence = N_("They still met on %(day)s. Choose that day or a later one.")
            reasons.append(Refusal("ends_before", sentence, "ends_on", {"day": first}))
    for name, talk in _named(draft):
        if talk.on is not None and talk.on > days.today:
            reasons.append(Refusal("talk_ahead", N_("This day is still ahead."), f"{name}_on"))
        elif talk.on is not None and days.started_on is not None and talk.on < days.started_on:
            reasons.append(Refusal("talk_before", N_("This day is before the match began."), f"{name}_on"))
    return reasons


def refusals_to_add_attempt(attempt: Attempt, known: Sequence[Attempt], days: Days) -> list[Refusal]:
    """Why a try to reach somebody is not written down."""
    if attempt.on > days.today:
        return [Refusal("attempt_ahead", N_("This day is still ahead."), "tried_on")]
    if days.started_on is not None and attempt.on < days.started_on:
        return [Refusal("attempt_before", N_("This day is before the match began."), "tried_on")]
    if attempt in known:
        return [Refusal("attempt_known", N_("This try is written down already."), "tried_on")]
    if len(known) >= MOST_ATTEMPTS:
        return [Refusal("attempts_full", N_("There are enough tries written down."), "tried_on")]
    return []


def refusals_to_rematch(names: Collection[str]) -> list[Refusal]:
    """Why these mentors are not matched. The sentence does not say which decision it is: others may read it."""
    sentence = N_("%(name)s cannot be matched now. The office has a decision on file.")
    return [Refusal("barred", sentence, "mentors", {"name": name}) for name in names]


def gets_certificate(side: Side, rematch: Rematch | None) -> bool:
    """Whether somebody is thanked with a certificate: mentors, but none with whom a match would not be safe."""
    return side is Side.MENTOR and rematch is not Rematch.UNSAFE


# ---- how long matches last ----


def survival_of(spans: Sequence[Span]) -> list[tuple[int, float]]:
    """The Kaplan-Meier estimate: (day, share of matches that last longer), at each day on which a match ended.

    Open matches are censored: they count among those at risk up to their days and then leave without an end; on one day
    ends come before what is censored. Kaplan and Meier 1958, doi 10.1080/01621459.1958.10501452.
    """
    share, at_risk, found = 1.0, len(spans), []
    for days, group in groupby(sorted(spans, key=lambda span: span.days), key=lambda span: span.days):
        there = list(group)
        ended = sum(span.ended for span in there)
        if ended:
            share *= (at_risk - ended) / at_risk
            found.append((days, share))
        at_risk -= len(there)
    return found


def survival_at(curve: Sequence[tuple[int, float]], days: int) -> float:
    """The share of matches that last at least so many days: the curve just before that day."""
    return next((share for day, share in reversed(curve) if day < days), 1.0)


def retention_of(spans: Sequence[Span]) -> Retention:
    """The curve of some matches and its table at 3, 6, 12 and 24 months. No share where nobody was at risk that long."""
    curve = survival_of(spans)
    marks = []
    for months, days in MONTHS.items():
        before = [span for span in spans if span.days < days]
        at_risk, ended = len(spans) - len(before), sum(span.ended for span in before)
        known = at_risk > 0 or (len(before) == ended and bool(spans))
        share = survival_at(curve, days) if known else None
        marks.append(Mark(months, at_risk, ended, len(before) - ended, share))
    still = [span for span in spans if not span.ended]
    known_days = max((span.days for span in spans), default=0)
    paused = sum(span.paused for span in still)
    return Retention(len(spans), len(still), paused, tuple(curve), tuple(marks), known_days)


def span_of(started_on: date, ended_on: date | None, today: date, *, paused: bool = False) -> Span:
    """How long a match has lasted, its first and its last day counted. A pause does not stop the count."""
    last = ended_on or today
    return Span(max((last - started_on).days, 0) + 1, ended_on is not None, paused and ended_on is None)
