"""Random histories of consent, and a plain reading of each that knows nothing of the product's rules.

A history is made of days counted from a start. `facts_of` turns it into what the rules take; `is_cleared` plays it by
hand: who may speak on the day, what was the last word of each, who still owes one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from youthprog.consent.asked import SeasonRule
from youthprog.consent.types import (
    Decision,
    DecisionFact,
    ExcuseFact,
    FamilyFacts,
    GuardianFact,
    RequestFact,
    RequestState,
    UnmatchedFact,
)
from youthprog.people.types import BondChange
from youthprog.programs.types import GuardianRule

START = date(2026, 8, 1)
LAST = 70
REQUIRED = ("take_part", "emergency_care")
KEYS = (*REQUIRED, "photos")
NEVER = 10_000


@dataclass
class Adult:
    """A guardian, in days: the right to decide at first, and what it became when; the day they came on file, the days
    they were off it, the day the guardianship ends; the days a court takes the right away, and when we were told."""

    may_decide: bool = True
    ends: int = NEVER
    barred: list[tuple[int, int, int]] = field(default_factory=list)  # first, last, told
    turns: list[tuple[int, bool]] = field(default_factory=list)
    starts: int = -1
    away: tuple[int, int] | None = None


@dataclass
class Deed:
    """One decision and what became of it, in days from the start."""

    who: int
    key: str
    yes: bool
    day: int
    last: int = NEVER
    back: int = NEVER
    moved: int = NEVER
    seen: int | None = None  # None: needs no original


@dataclass
class History:
    """All that happened about one youth in one season."""

    rule: GuardianRule
    adults: list[Adult]
    deeds: list[Deed]
    excuses: list[tuple[int | None, int, int]]
    strangers: list[tuple[int, int]]
    asked: list[tuple[int, int, bool]]  # who, when, whether called off
    turns_18: int = NEVER
    rule_turns: list[tuple[int, GuardianRule]] = field(
        default_factory=list
    )  # from a day on the program's rule is another


def random_history(rng: Any) -> History:
    """A history that clears about one time in five, so that both answers are tried."""
    adults = [_adult(rng) for _each in range(rng.choice((1, 2, 2, 2, 3)))]
    deeds = []
    for who in range(len(adults)):
        for key in KEYS:
            for _again in range(rng.choice((0, 1, 1, 1, 1, 2, 3))):
                deeds.append(_deed(rng, who, key))
    excuses = [
        (rng.choice((None, *range(len(adults)))), rng.randrange(LAST), _or_never(rng, 4))
        for _each in range(rng.choice((0, 0, 1, 1, 2)))
    ]
    strangers = [(rng.randrange(LAST), _or_never(rng, 2)) for _each in range(rng.choice((0, 0, 0, 1)))]
    asked = [(who, rng.randrange(20), rng.random() < 0.1) for who in range(len(adults)) if rng.random() < 0.7]
    turns_18 = rng.randrange(LAST) if rng.random() < 0.08 else NEVER
    rules = list(GuardianRule)
    first, often = rng.choice(rules), rng.choice((0, 0, 0, 1, 2))
    turns = [(day, rng.choice(rules)) for day in sorted(rng.choices(range(LAST), k=often))]
    return History(first, adults, deeds, excuses, strangers, asked, turns_18, turns)


def _adult(rng: Any) -> Adult:
    barred = []
    if rng.random() < 0.12:
        first = rng.randrange(LAST)
        barred = [(first, first + rng.choice((5, 20, NEVER)), first + rng.choice((-5, 0, 0, 4, 12)))]
    adult = Adult(rng.random() > 0.08, _or_never(rng, 8), barred)
    if rng.random() < 0.25:
        adult.may_decide = rng.random() < 0.6
        adult.turns = [
            (day, rng.random() < 0.7) for day in sorted(rng.choices(range(LAST), k=rng.choice((1, 1, 2, 3))))
        ]
    if rng.random() < 0.1:
        adult.starts = rng.randrange(30)
    if rng.random() < 0.1:
        left = rng.randrange(adult.starts + 1, LAST)
        adult.away = (left, left + rng.choice((0, 3, 20)))
    return _in_order(adult)


def _in_order(adult: Adult) -> Adult:
    """Nothing changes before a guardian is on file, while they are off it, or after the end."""
    first, last = adult.starts, adult.ends
    adult.ends = max(last, first, adult.away[1] if adult.away else 0)
    left, again = adult.away or (NEVER, NEVER)
    adult.turns = [turn for turn in adult.turns if first < turn[0] < adult.ends and not left <= turn[0] <= again]
    return adult


def _deed(rng: Any, who: int, key: str) -> Deed:
    day = rng.randrange(40)
    seen = None if rng.random() < 0.85 else day + rng.choice((0, 3, 15, NEVER))
    return Deed(
        who, key, rng.random() < 0.9, day,
        last=day + rng.choice((10, 60, 60, NEVER, NEVER)),
        back=day + rng.choice((0, 5, 25)) if rng.random() < 0.08 else NEVER,
        moved=day + rng.choice((0, 15, 40)) if rng.random() < 0.08 else NEVER,
        seen=seen,
    )  # fmt: skip


def _or_never(rng: Any, one_in: int) -> int:
    return rng.randrange(LAST) if rng.random() < 1 / one_in else NEVER


# ---- the plain reading ----


def is_cleared(history: History, day: int) -> bool:
    """Whether the youth may take part on a day, read off the history by hand."""
    if day >= history.turns_18:
        return False  # a parent's word counts no more, and in these histories the young adult signs nothing
    speak = [who for who, adult in enumerate(history.adults) if _may_speak(adult, day)]
    for key in REQUIRED:
        words = {who: last_word(history, who, key, day) for who in speak}
        if "no" in words.values() or "yes" not in words.values():
            return False
        if rule_on(history, day) is GuardianRule.BOTH and not _both(history, words, day):
            return False
    return True


def rule_on(history: History, day: int) -> GuardianRule:
    """Whose consent the program asks for on a day."""
    return [rule for since, rule in [(-1, history.rule), *history.rule_turns] if since <= day][-1]


def _may_speak(adult: Adult, day: int) -> bool:
    may_decide = [right for since, right in [(-1, adult.may_decide), *adult.turns] if since <= day][-1]
    return may_decide and _is_on_file(adult, day) and not _is_barred(adult, day)


def _is_on_file(adult: Adult, day: int) -> bool:
    left, again = adult.away or (NEVER, NEVER)
    return adult.starts <= day < adult.ends and not left <= day < again


def _is_barred(adult: Adult, day: int) -> bool:
    return any(max(first, told) <= day <= last for first, last, told in adult.barred)


def last_word(history: History, who: int, key: str, day: int) -> str:
    """yes, no or nothing: what a guardian's newest decision says on a day."""
    mine = [(deed.day, number, deed) for number, deed in enumerate(history.deeds) if (deed.who, deed.key) == (who, key)]
    for made, _number, deed in sorted(mine, reverse=True, key=lambda each: each[:2]):
        if made > day:
            continue
        if deed.yes and deed.seen is not None and deed.seen > day:
            continue  # as if it were not there yet
        if deed.back <= day:
            return "no"
        if deed.last < day or deed.moved <= day:
            return "nothing"
        return "yes" if deed.yes else "no"
    return "nothing"


def _both(history: History, words: dict[int, str], day: int) -> bool:
    excused = {who for who, first, end in history.excuses if first <= day < end}
    silent = [who for who, word in words.items() if word != "yes" and who not in excused]
    by_court = {
        who for who, adult in enumerate(history.adults) if _is_on_file(adult, day) and _is_barred(adult, day)
    }  # fmt: skip
    return not silent and len(set(words) | excused | by_court) >= 2


# ---- as the rules take it ----


def day_of(number: int) -> date:
    """The day of a number."""
    return START + timedelta(days=number)


def _end(number: int) -> date | None:
    return None if number >= NEVER else day_of(number)  # "first + NEVER" is never too


def facts_of(history: History, day: int) -> tuple[list[DecisionFact], list[RequestFact], FamilyFacts]:
    """The same history as decisions, requests and family by the rule of a day. Guardians are numbered from 1."""
    decisions = [_decision(number, deed) for number, deed in enumerate(history.deeds)]
    requests = [
        RequestFact(
            number, who + 1, RequestState.CANCELED if off else RequestState.SENT, day_of(when), day_of(when),
            times_asked=1, closed_on=day_of(when + 9) if off else None,
        )
        for number, (who, when, off) in enumerate(history.asked)
    ]  # fmt: skip
    guardians = tuple(
        GuardianFact(
            who + 1, adult.turns[-1][1] if adult.turns else adult.may_decide, _end(adult.ends),
            tuple((day_of(max(first, told)), _end(last)) for first, last, told in adult.barred), _changes(adult),
        )
        for who, adult in enumerate(history.adults)
    )  # fmt: skip
    excuses = tuple(
        ExcuseFact(None if who is None else who + 1, day_of(first), _end(end)) for who, first, end in history.excuses
    )
    strangers = tuple(UnmatchedFact(day_of(came), _end(settled)) for came, settled in history.strangers)
    now, was = history.rule, []
    for since, rule in history.rule_turns:
        was, now = [*was, (day_of(since), now)], rule
    rule = SeasonRule(frozenset(), now, tuple(was)).rule_on(day_of(day))
    family = FamilyFacts(rule, 99, born_on(history), guardians, excuses, strangers)
    return decisions, requests, family


def _changes(adult: Adult) -> tuple[BondChange, ...]:
    """What the guardianship was before each thing that changed it."""
    left, again = adult.away or (NEVER, NEVER)
    happened = [(adult.starts, None, True)] if adult.starts >= 0 else []
    happened += [(left, None, False), (again, None, True)] if adult.away else []
    happened += [(day, right, None) for day, right in adult.turns]
    found, on_file, may_decide = [], adult.starts < 0, adult.may_decide
    for day, right, holds in sorted(happened, key=lambda each: each[0]):
        found.append(BondChange(day_of(day), on_file, may_decide))
        may_decide = may_decide if right is None else right
        on_file = on_file if holds is None else holds
    return tuple(found)


def born_on(history: History) -> date:
    """A birth date that makes the youth 18 on the day the history says."""
    if history.turns_18 >= NEVER:
        return date(2016, 3, 4)
    turns = day_of(history.turns_18)
    return turns.replace(year=turns.year - 18)


def _decision(number: int, deed: Deed) -> DecisionFact:
    on = day_of(deed.day)
    return DecisionFact(
        deed.who + 1, deed.key, Decision.GIVEN if deed.yes else Decision.REFUSED,
        datetime(on.year, on.month, on.day, 15, tzinfo=UTC), on,
        valid_until_on=_end(deed.last), withdrawn_on=_end(deed.back), order=number, ended_on=_end(deed.moved),
        needs_original=deed.seen is not None, confirmed_on=None if deed.seen is None else _end(deed.seen),
    )  # fmt: skip
