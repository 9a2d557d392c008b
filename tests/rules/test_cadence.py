"""When staff owe a match a contact: the engine against an oracle that lives through each day, and single cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from tests.support.proofs import cases
from youthprog.mentorship.cadence import rules
from youthprog.mentorship.cadence.rules import History
from youthprog.mentorship.cadence.types import (
    PRESETS,
    Depth,
    Hold,
    Load,
    Made,
    Party,
    Rate,
    Rhythm,
    Safety,
    Unit,
)

CHICAGO = ZoneInfo("America/Chicago")
DAY = timedelta(days=1)
START = date(2026, 1, 31)
NOON = time(12)
MONTHLY = (Rhythm(Depth.QUICK, Unit.MONTHS, 0, None, 1, 1),)


def made(day: date, depth: Depth = Depth.QUICK, at: time = NOON) -> Made:
    return Made(datetime.combine(day, at, CHICAGO).astimezone(UTC), depth)


# ---- the oracle: one day after the other, nothing calculated ahead ----


class Line:
    """One line of a plan as somebody with a calendar would keep it: a tally that is turned over at each window's end."""

    def __init__(self, rhythm):
        self.rhythm, self.open, self.kept = rhythm, None, []

    def live(self, amount_before, amount_after, day, contacts):
        """A running day: `amount_*` are the units that were over when it began, and when it was over."""
        rhythm = self.rhythm
        fits = amount_before >= rhythm.after and (amount_before - rhythm.after) % rhythm.every == 0
        room = rhythm.until is None or amount_before + rhythm.every <= rhythm.until
        if self.open is None and fits and room:
            self.open = {"first": day, "last": None, "from": amount_before, "count": 0}
            self.kept.append(self.open)
        if self.open is not None:
            self.open["count"] += contacts
            if amount_after >= self.open["from"] + rhythm.every:
                self.open["last"] = day
                self.open = None

    def stand_still(self, contacts):
        """A day of a hold: what is open stays open."""
        if self.open is not None:
            self.open["count"] += contacts


def is_anniversary(nominal: date, start: date) -> bool:
    """Whether a month is over when this day begins: the start's day, or the month's last where it has no such day."""
    last_of_month = (nominal + DAY).day == 1
    return nominal > start and (nominal.day == start.day or (last_of_month and nominal.day < start.day))


def oracle(start, end, holds, said, rhythms, on):
    """(closed windows, due, overdue days) by living through every day up to `on`, and on to a known end.

    `said` are the contacts as local days with their depth: nothing here knows of zones.
    """
    lines = [Line(rhythm) for rhythm in rhythms]
    day, nominal, months = start, start, 0
    held_days = set()
    while day <= max(on, end or on):
        held = any(first <= day and (until is None or day < until) for first, until in holds)
        held_days |= {day} if held else set()
        for line in lines:
            deep = line.rhythm.depth is Depth.IN_DEPTH
            today = sum(at == day <= on and (not deep or depth is Depth.IN_DEPTH) for at, depth in said)
            if held:
                line.stand_still(today)
            else:
                days, after = (nominal - start).days, months + is_anniversary(nominal + DAY, start)
                by_days = line.rhythm.unit is Unit.DAYS
                # A window may begin on the first day of a month alone, not on each day of it.
                begins = days if by_days else months if nominal == start or is_anniversary(nominal, start) else -1
                line.live(begins, days + 1 if by_days else after, day, today)
        if not held:
            nominal += DAY
            months += is_anniversary(nominal, start)
        day += DAY
    return settle(lines, start, end, said, held_days, on)


def settle(lines, start, end, said, held_days, on):
    closed, due, owed = [], [], []
    goes_on = start <= on and (end is None or on <= end) and on not in held_days
    for line in lines:
        whole = [each for each in line.kept if end is None or (each["last"] is not None and each["last"] <= end)]
        over = [each for each in whole if each["last"] is not None and each["last"] < on]
        counts = [min(line.rhythm.times, each["count"]) for each in over]
        closed += [(line.rhythm.depth, each["first"], each["last"], n) for each, n in zip(over, counts, strict=True)]
        deep = line.rhythm.depth is Depth.IN_DEPTH
        mine = [at for at, depth in said if at <= on and (not deep or depth is Depth.IN_DEPTH)]
        if goes_on:
            now = [each for each in whole if each not in over and each["first"] <= on]
            due += [line.rhythm.depth for each in now if each["count"] < line.rhythm.times]
            short = [each["last"] for each, n in zip(over, counts, strict=True) if n < line.rhythm.times]
            owed += [ends for ends in short if not any(at > ends for at in mine)]
    since, late = min(owed, default=None), 0
    if since is not None:
        day = since + DAY
        while day <= on:
            late += day not in held_days
            day += DAY
    return closed, sorted(due), late


ODD_TIMES = (time(0, 1), time(23, 59), time(1, 30), time(3), NOON)
# Near month ends, leap days, and the Sundays on which clocks change in the United States.
EDGES = [
    date(2024, 1, 31),
    date(2024, 2, 29),
    date(2025, 12, 31),
    date(2025, 3, 9),
    date(2025, 11, 2),
    date(2026, 8, 30),
]


def random_history(dice: Random):
    start = dice.choice(EDGES) + timedelta(days=dice.randint(-2, 2))
    on = start + timedelta(days=dice.randint(-3, 500))
    end = start + timedelta(days=dice.randint(0, 500)) if dice.random() < 0.3 else None
    holds = []
    for _ in range(dice.choice((0, 0, 1, 1, 2, 3))):
        first = start + timedelta(days=dice.randint(-5, 300))
        holds.append((first, first + timedelta(days=dice.choice((0, 1, 3, 30, 70))) if dice.random() < 0.85 else None))
    said = []
    for _ in range(dice.choice((0, 1, 4, 12, 25))):
        months = [start + timedelta(days=days) for days in (13, 14, 27, 28, 29, 30, 31, 58, 59, 60, 90, 91)]
        around = dice.choice([start, on, *months, *(day for hold in holds for day in hold if day)])
        far = start + timedelta(days=dice.randint(0, 500))
        day = around + timedelta(days=dice.randint(-1, 1)) if dice.random() < 0.6 else far
        said.append((day, dice.choice(list(Depth))))
    return start, end, holds, said, on


def random_rhythms(dice: Random):
    if dice.random() < 0.7:
        return PRESETS[dice.choice(list(PRESETS))].rhythms
    lines = []
    for _ in range(dice.randint(1, 3)):
        unit = dice.choice(list(Unit))
        every = dice.randint(1, 3) if unit is Unit.MONTHS else dice.choice((7, 10, 14))
        after = dice.choice((0, 0, 1, 5))
        until = after + every * dice.randint(1, 3) + dice.choice((0, 0, 1)) if dice.random() < 0.5 else None
        lines.append(Rhythm(dice.choice(list(Depth)), unit, after, until, dice.randint(1, 3), every))
    return tuple(lines)


@pytest.mark.proof("contacts due equal an oracle that lives through every day", room="mentorship")
def test_contacts_due_equal_an_oracle_that_lives_through_every_day():
    seen = dict.fromkeys(("closed", "due", "late", "held", "missed"), 0)
    for number in range(cases(full=1000, sample=150)):
        dice = Random(number)
        start, end, holds, said, on = random_history(dice)
        rhythms = random_rhythms(dice)
        contacts = tuple(made(day, depth, dice.choice(ODD_TIMES)) for day, depth in said)
        history = History(start, end, tuple(Hold(*each) for each in holds), contacts)
        closed, due, late = oracle(start, end, holds, said, rhythms, on)
        found = rules.support_of(history, rhythms, CHICAGO, on)
        case = f"case {number}: {history} {rhythms} on {on}"
        shown = sorted((each.depth, each.first_on, each.last_on, each.made) for each in found.closed)
        assert shown == sorted(closed), case
        assert found.required == sum(rhythm_times(rhythms, found)), case
        assert found.made == sum(each[3] for each in closed), case
        assert sorted(each.depth for each in found.due) == due, case
        assert found.overdue_days == late, case
        rate = rules.rate_of(found, start, on)
        assert (rate.made, rate.required) == (found.made, found.required), case
        seen["closed"] += len(closed)
        seen["due"] += len(due)
        seen["late"] += late > 0
        seen["held"] += bool(holds)
        seen["missed"] += found.missed > 0
    assert all(seen.values()), seen


def rhythm_times(rhythms, found):
    """What each closed window asks for, from the plan and not from the window's own figure."""
    for each in found.closed:
        lines = [line for line in rhythms if line.depth is each.depth]
        assert each.required in {line.times for line in lines}
        yield each.required


# ---- single cases, written by hand ----


def support(on, *contacts, rhythms=MONTHLY, **more):
    return rules.support_of(History(START, contacts=contacts, **more), rhythms, CHICAGO, on)


def test_a_month_from_the_31st_ends_before_the_last_day_of_a_shorter_month():
    found = support(date(2026, 4, 30))
    assert [(each.first_on, each.last_on) for each in found.closed] == [
        (date(2026, 1, 31), date(2026, 2, 27)),
        (date(2026, 2, 28), date(2026, 3, 30)),
        (date(2026, 3, 31), date(2026, 4, 29)),
    ]


def test_a_call_before_midnight_counts_on_its_local_day():
    last = date(2026, 2, 27)
    assert support(last + DAY, made(last, at=time(23, 59))).made == 1
    assert support(last + DAY, made(last + DAY, at=time(0, 1))).made == 0


def test_the_fourth_edition_asks_for_two_contacts_in_the_first_month():
    found = support(date(2026, 3, 1), made(date(2026, 2, 3)), rhythms=PRESETS["eepm4"].rhythms)
    assert (found.made, found.required, found.missed) == (1, 2, 1)


def test_the_fifth_edition_asks_for_a_talk_in_depth_beside_the_quick_one():
    deep = made(date(2026, 2, 3), Depth.IN_DEPTH)
    found = support(date(2026, 3, 1), deep, rhythms=PRESETS["eepm5"].rhythms)
    assert (found.made, found.required) == (2, 2), "one in depth is a short one too"
    found = support(date(2026, 3, 1), made(date(2026, 2, 3)), rhythms=PRESETS["eepm5"].rhythms)
    assert (found.made, found.required) == (1, 2)


def test_big_brothers_ask_within_two_weeks_then_monthly_then_quarterly():
    found = support(date(2027, 8, 1), rhythms=PRESETS["bbbs"].rhythms)
    assert len(found.closed) == 1 + 11 + 2
    assert found.closed[0].last_on == START + timedelta(days=13)


def test_a_hold_moves_the_end_of_its_window():
    hold = Hold(date(2026, 2, 10), date(2026, 2, 20))
    found = support(date(2026, 3, 20), holds=(hold,))
    assert found.closed[0].last_on == date(2026, 3, 9)


def test_behind_an_open_hold_nothing_is_due():
    found = support(date(2026, 6, 1), holds=(Hold(date(2026, 2, 10), None),))
    assert (found.closed, found.due, found.owed_since) == ((), (), None)


def test_the_end_of_a_match_cuts_its_window_off():
    found = support(date(2026, 6, 1), end=date(2026, 3, 15))
    assert found.required == 1
    assert (found.due, found.overdue_days) == ((), 0)


def test_a_missed_contact_is_overdue_until_the_next_one():
    late = date(2026, 3, 5)
    assert support(late).overdue_days == 6
    assert support(late, made(date(2026, 3, 2))).overdue_days == 0
    assert support(late, made(date(2026, 3, 2))).missed == 1, "it stays missed"


def test_what_comes_next_is_said():
    found = support(date(2026, 2, 10), made(date(2026, 2, 5)))
    assert found.due == ()
    assert found.next is not None
    assert found.next.first_on == date(2026, 2, 28)


def test_the_rate_of_a_period_takes_the_windows_that_end_in_it():
    found = support(date(2026, 5, 15), made(date(2026, 3, 3)))
    rate = rules.rate_of(found, date(2026, 3, 1), date(2026, 4, 30))
    assert (rate.made, rate.required, rate.percent) == (1, 2, 50)
    assert rules.rate_of(found, date(2026, 5, 1), date(2026, 5, 15)).percent is None


def test_several_stays_are_one_with_gaps_as_holds():
    rows = [(date(2026, 5, 1), None), (date(2026, 1, 1), date(2026, 2, 1)), (date(2026, 3, 3), date(2026, 3, 2))]
    assert rules.periods_of(rows) == (date(2026, 1, 1), None, (Hold(date(2026, 2, 2), date(2026, 5, 1)),))
    assert rules.periods_of([(date(2026, 3, 3), date(2026, 3, 2))]) is None


# ---- refusals ----

FACTS = rules.ContactFacts(
    party=Party.MENTOR, at=made(date(2026, 3, 1)).at, began_on=START, day=date(2026, 3, 1),
    now=datetime(2026, 3, 2, tzinfo=UTC), note="", areas=(),
)  # fmt: skip


def codes(facts):
    return [each.code for each in rules.refusals_to_record(facts)]


def test_a_contact_is_recorded():
    assert codes(FACTS) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"began_on": None}, "not_begun"),
        ({"now": datetime(2026, 2, 1, tzinfo=UTC)}, "future"),
        ({"began_on": date(2026, 3, 2)}, "before_start"),
        ({"note": "x" * 2001}, "note_too_long"),
        ({"areas": ("", "x" * 301)}, "area_too_long"),
    ],
)
def test_why_a_contact_is_not_recorded(change, code):
    assert codes(replace(FACTS, **change)) == [code]


@pytest.mark.parametrize(
    ("party", "said", "lacks"),
    [
        (Party.MENTOR, (True, Safety.WELL, False), 0),
        (Party.GUARDIAN, (True, Safety.CONCERN, False), 0),
        (Party.MENTOR, (True, None, False), 1),
        (Party.YOUTH, (True, Safety.WELL, True), 0),
        (Party.YOUTH, (True, Safety.WELL, False), 1),
        (Party.YOUTH, (True, None, False), 2),
        (Party.YOUTH, (False, Safety.WELL, True), 1),
    ],
)
def test_what_keeps_a_contact_from_counting(party, said, lacks):
    reached, safety, alone = said
    assert len(rules.lacks_of(party, reached=reached, safety=safety, alone=alone)) == lacks


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((), "no_line"),
        (MONTHLY * 7, "too_many"),
        ((replace(MONTHLY[0], every=0),), "line"),
        ((replace(MONTHLY[0], times=0),), "line"),
        ((replace(MONTHLY[0], after=3, until=2),), "line"),
        ((replace(MONTHLY[0], until=1, every=2),), "line"),
    ],
)
def test_why_lines_are_no_plan(lines, code):
    assert code in [each.code for each in rules.refusals_to_plan(lines)]


@pytest.mark.parametrize(("staff_id", "matches", "too_many"), [(1, 65, False), (1, 66, True), (None, 66, False)])
def test_more_than_65_matches_are_too_many_for_one_person(staff_id, matches, too_many):
    assert Load(staff_id, "Dana", matches, 0, Rate()).is_too_many is too_many


@pytest.mark.parametrize("name", list(PRESETS))
def test_every_preset_is_a_plan_with_its_source(name):
    preset = PRESETS[name]
    assert rules.refusals_to_plan(preset.rhythms) == []
    assert preset.source
    assert preset.read_on
