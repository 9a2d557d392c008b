"""The hours ledger: it adds up to the sessions to the minute, and a locked month reads the same for ever."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from tests.support.proofs import cases
from youthprog.mentorship.hours import rules
from youthprog.mentorship.hours.types import Entry, HourRate, Worked
from youthprog.mentorship.types import DutyStatus

CHICAGO = ZoneInfo("America/Chicago")
ON, OVER, OFF, CIVILIAN = DutyStatus
MAY = date(2026, 5, 1)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=CHICAGO)  # type: ignore[misc, arg-type]


def worked(starts: datetime, minutes: int, **more) -> Worked:
    values = {"session_id": 1, "program_id": 1, "person_id": 7, "name": "Lena Kowalczyk", "duty": OFF} | more
    return Worked(starts_at=starts.astimezone(UTC), minutes=minutes, **values)


# ---- an oracle that counts one minute after the other ----


def minute_by_minute(session: Worked) -> Counter[date]:
    return Counter(
        (session.starts_at + timedelta(minutes=number)).astimezone(CHICAGO).date() for number in range(session.minutes)
    )


# Around midnight, month ends, a leap day, and both Sundays on which clocks change in the United States.
EDGES = [
    local(2026, 1, 31, 23, 30), local(2026, 3, 8, 1, 30), local(2026, 11, 1, 0, 45), local(2026, 2, 28, 22),
    local(2026, 10, 31, 23, 59, 30), local(2026, 3, 7, 23, 1), local(2026, 4, 30, 16), local(2026, 12, 31, 23),
]  # fmt: skip


def random_session(dice: Random, key: int) -> Worked:
    starts = dice.choice(EDGES) + timedelta(minutes=dice.randint(-90, 90), seconds=dice.choice((0, 0, 30)))
    if dice.random() < 0.4:
        starts = local(2026, 1, 1) + timedelta(minutes=dice.randint(0, 365 * 1440))
    person = dice.choice(((7, "Lena Kowalczyk"), (8, "Omar Haddad"), (9, "Ana Reyes"), (None, "")))
    minutes = dice.choice((1, 15, 60, 75, 180, 1440))
    return worked(
        starts, minutes, session_id=key, person_id=person[0], name=person[1], duty=dice.choice(list(DutyStatus))
    )


class Book:
    """A program's sessions and its ledger, as services keep them."""

    def __init__(self):
        self.sessions, self.written, self.locked, self.printed = {}, [], set(), {}

    def live(self) -> list[Entry]:
        return [entry for each in self.sessions.values() for entry in rules.entries_of(each, CHICAGO)]

    def settle(self, on: date) -> None:
        self.written += rules.amendments(self.live(), self.written, self.locked, on)

    def month(self, first_on: date) -> list[Entry]:
        return rules.of_month(first_on, live=self.live(), written=self.written, locked=first_on in self.locked)

    def lock(self, first_on: date, today: date) -> None:
        if rules.refusals_to_lock(first_on, today, already=first_on in self.locked):
            return
        before = rules.lines_of(self.month(first_on), rules.USUAL_RATES)
        self.written += [each for each in self.month(first_on) if not each.booked_on]
        self.locked.add(first_on)
        self.printed[first_on] = rules.lines_of(self.month(first_on), rules.USUAL_RATES)
        assert self.printed[first_on] == before, "locking changes no line"

    def months(self) -> set[date]:
        return {each.held_on.replace(day=1) for each in self.live()} | {each.month for each in self.written}


def random_year(dice: Random) -> Book:
    """A year in which sessions are logged, changed and taken back while months are locked."""
    book, today = Book(), date(2026, 1, 2)
    for key in range(dice.randint(5, 40)):
        today += timedelta(days=dice.randint(0, 30))
        deed = dice.random()
        if deed < 0.6 or not book.sessions:
            book.sessions[key] = random_session(dice, key)
        else:
            changed = dice.choice(list(book.sessions))
            if deed < 0.65:
                del book.sessions[changed]
            else:
                other, part = random_session(dice, changed), dice.choice(("minutes", "duty", "starts_at", "all"))
                value = other if part == "all" else replace(book.sessions[changed], **{part: getattr(other, part)})
                book.sessions[changed] = value
        book.settle(today)
        if dice.random() < 0.4:
            book.lock(dice.choice([date(2026, month, 1) for month in range(1, 13)]), today)
    return book


@pytest.mark.proof("the ledger and its export come to the sessions to the minute", room="mentorship")
def test_the_ledger_comes_to_the_sessions_to_the_minute():
    seen = dict.fromkeys(("split", "amended", "locked"), 0)
    for number in range(cases(full=100, sample=25)):
        book = random_year(Random(number))
        for each in book.sessions.values():
            entries = rules.entries_of(each, CHICAGO)
            assert {entry.held_on: entry.minutes for entry in entries} == minute_by_minute(each), (
                f"case {number}: {each}"
            )
            seen["split"] += len(entries) > 1
        ledger = [entry for month in sorted(book.months()) for entry in book.month(month)]
        lines = rules.lines_of(ledger, rules.USUAL_RATES)
        sessions: Counter[tuple[str, str]] = Counter()
        for each in book.sessions.values():
            sessions[each.name, each.duty.value] += each.minutes
        exported: Counter[tuple[str, str]] = Counter()
        for line in lines:
            exported[line[2], line[3]] += int(line[4])
        assert +exported == sessions, f"case {number}"
        assert all(exported[key] == sessions[key] for key in exported), f"case {number}: what was taken back is left"
        by_person = sum(line.total for month in book.months() for line in rules.by_person(book.month(month)))
        assert by_person == sum(each.minutes for each in book.sessions.values())
        for first_on, lines_then in book.printed.items():
            again = rules.lines_of(book.month(first_on), rules.USUAL_RATES)
            assert again == lines_then, f"case {number}: {first_on} reads otherwise"
            assert rules.fingerprint(again) == rules.fingerprint(lines_then)
        seen["amended"] += any(each.booked_on for each in book.written)
        seen["locked"] += bool(book.locked)
    assert all(seen.values()), seen


# ---- single cases, written by hand ----


def test_a_session_over_midnight_is_of_two_days_and_two_months():
    entries = rules.entries_of(worked(local(2026, 4, 30, 23, 30), 75), CHICAGO)
    assert [(each.held_on, each.minutes) for each in entries] == [(date(2026, 4, 30), 30), (MAY, 45)]


def test_the_night_the_clock_goes_back_has_an_hour_more():
    entries = rules.entries_of(worked(local(2026, 11, 1, 0, 0), 1440), CHICAGO)
    assert [(each.held_on, each.minutes) for each in entries] == [(date(2026, 11, 1), 1440)]
    entries = rules.entries_of(worked(local(2026, 3, 8, 0, 0), 1440), CHICAGO)
    assert [(each.held_on, each.minutes) for each in entries] == [(date(2026, 3, 8), 1380), (date(2026, 3, 9), 60)]


def test_an_amendment_says_what_it_takes_back_and_what_it_puts_there():
    before = rules.entries_of(worked(local(2026, 4, 28, 16), 60), CHICAGO)
    now = rules.entries_of(worked(local(2026, 4, 28, 16), 75, duty=ON), CHICAGO)
    found = rules.amendments(now, before, {date(2026, 4, 1)}, date(2026, 5, 3))
    assert {(each.duty, each.minutes) for each in found} == {(OFF, -60), (ON, 75)}
    assert {(each.month, each.held_on) for each in found} == {(MAY, date(2026, 4, 28))}


def test_an_open_month_needs_no_amendment():
    now = rules.entries_of(worked(local(2026, 5, 2, 16), 75), CHICAGO)
    assert rules.amendments(now, [], {date(2026, 4, 1)}, date(2026, 5, 3)) == []


def test_a_month_is_locked_by_nobody_before_its_end():
    assert rules.refusals_to_lock(MAY, date(2026, 6, 1), already=False) == []
    assert [each.code for each in rules.refusals_to_lock(MAY, date(2026, 5, 31), already=False)] == ["not_over"]
    assert [each.code for each in rules.refusals_to_lock(MAY, date(2026, 6, 1), already=True)] == ["locked"]


def test_paid_hours_are_no_in_kind_unless_the_program_says_that_somebody_lends_them():
    said = {ON: HourRate(True, 5000, "County sheriff, letter", MAY), CIVILIAN: HourRate(True, 3180, "State rate", MAY)}
    entry = rules.entries_of(worked(local(2026, 5, 2, 16), 90, duty=ON), CHICAGO)
    usual = rules.lines_of(entry, rules.USUAL_RATES)[0]
    lent = rules.lines_of(entry, rules.USUAL_RATES | said)[0]
    value, counts = rules.COLUMNS.index("value"), rules.COLUMNS.index("in_kind")
    assert (usual[counts], usual[value]) == ("no", "")
    assert (lent[counts], lent[value]) == ("yes", "75.00")


@pytest.mark.parametrize(("minutes", "cents"), [(60, 3180), (1, 53), (-1, -53), (45, 2385), (0, 0), (10, 530)])
def test_minutes_are_worth_their_share_of_an_hour(minutes, cents):
    assert rules.value_of(minutes, HourRate(True, 3180)) == cents


def test_rates_are_kept_and_read_again():
    said = rules.USUAL_RATES | {CIVILIAN: HourRate(True, 3180, "State rate", MAY)}
    assert rules.rates_of(rules.kept_rates(said)) == said
    assert rules.rates_of(None) == rules.USUAL_RATES
