"""Reading sessions as hours, what is written of locked months, and the ledger made of both."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.mentorship.cadence.models import SupportPlan
from youthprog.mentorship.hours import rules
from youthprog.mentorship.hours.models import HourEntry, HourMonth
from youthprog.mentorship.hours.types import Entry, HourRate, Lock, PersonHours, Worked
from youthprog.mentorship.models import Match
from youthprog.mentorship.sessions.models import SessionLog
from youthprog.mentorship.sessions.rules import Led, times_of
from youthprog.mentorship.types import DutyStatus
from youthprog.people.models import Person
from youthprog.people.types import spoken_name
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering, Group, GroupStaff, Program, Season
from youthprog.programs.types import ProgramKind, ProgramLine

LONGEST = timedelta(days=2)  # before a month in which a session of it may have begun
Execute = Callable[[Any], Any]


@dataclass(frozen=True)
class Ledger:
    """A month: its entries as printed, the sums of each person and of all, its lock, and the rates that hold."""

    first_on: date
    entries: tuple[Entry, ...]
    lock: Lock | None
    rates: dict[DutyStatus, HourRate]
    unsaid: tuple[Worked, ...] = ()  # of an open month, what a mentor who led beside another has not confirmed

    @property
    def people(self) -> list[PersonHours]:
        """The sums of each person by duty."""
        return rules.by_person(self.entries)

    @property
    def totals(self) -> dict[DutyStatus, int]:
        """All minutes by duty."""
        return rules.totals_of(self.entries)

    @property
    def amended(self) -> list[Entry]:
        """The amendments made in this month, to months locked before."""
        return [each for each in self.entries if each.booked_on]

    @property
    def in_kind_minutes(self) -> int:
        """The minutes that count as in-kind."""
        return sum(each.minutes for each in self.entries if self.rates[each.duty].counts)

    @property
    def in_kind_cents(self) -> int:
        """What the lines of the export add up to."""
        return sum(rules.value_of(each.minutes, self.rates[each.duty]) for each in self.entries)

    @property
    def is_priced(self) -> bool:
        """Whether every duty that counts and has minutes here has its rate."""
        counting = [self.rates[each.duty] for each in self.entries if self.rates[each.duty].counts]
        return bool(counting) and all(rate.cents is not None for rate in counting)

    @property
    def lines(self) -> list[list[str]]:
        """The lines of the export."""
        return rules.lines_of(self.entries, self.rates)


# ---- sessions as hours: widen here when a session says whose time it was in another way ----


def worked(execute: Execute, *conditions: Any) -> list[Worked]:
    """Sessions as the ledger reads them, one for each mentor who led it: the own time of each, on the own duty.

    Of logs from before anybody said who led it, whoever logged it did. Two statements.
    """
    statement = (
        sa.select(
            SessionLog.id, Season.program_id, Gathering.starts_at, SessionLog.mentor_ids, SessionLog.logged_by_id,
            SessionLog.duty, SessionLog.minutes, SessionLog.duties,
        )
        .join(Gathering, Gathering.id == SessionLog.gathering_id)
        .join(Match, Match.id == SessionLog.match_id)
        .join(Group, Group.id == Match.group_id)
        .join(Season, Season.id == Group.season_id)
        .where(*conditions)
        .order_by(SessionLog.id)
    )  # fmt: skip
    rows = [(*said, times_of(Led(*led))) for *said, led in ((*row[:3], row[3:]) for row in execute(statement))]
    names = _names(execute, {each.person_id for *_said, times in rows for each in times if each.person_id})
    return [
        Worked(
            key,
            program_id,
            each.person_id,
            names.get(each.person_id, ""),
            starts_at,
            each.minutes,
            each.duty,
            each.is_said,
        )
        for key, program_id, starts_at, times in rows
        for each in times
    ]


def _names(execute: Execute, person_ids: Collection[int]) -> dict[int | None, str]:
    if not person_ids:
        return {}
    statement = sa.select(Person.id, Person.given_name, Person.preferred_name, Person.family_name)
    rows = execute(statement.where(Person.id.in_(person_ids)))
    return {key: spoken_name(given, preferred, family) for key, given, preferred, family in rows}


def begun_between(first: date, last: date) -> sa.ColumnElement[bool]:
    """The condition that a session may have minutes on a day from `first` to `last`, both included."""
    zone, midnight = clock.zone(), time()
    opens = datetime.combine(first, midnight, zone) - LONGEST
    closes = datetime.combine(last + timedelta(days=1), midnight, zone)
    return sa.and_(Gathering.starts_at >= opens, Gathering.starts_at < closes)


def _begun_in(first_on: date, *conditions: Any) -> list[Worked]:
    last = rules.next_month(first_on) - timedelta(days=1)
    return worked(db.session().execute, begun_between(first_on, last), *conditions)


# ---- what is written ----


def written(execute: Execute, *conditions: Any) -> list[tuple[int, Entry]]:
    """Entries that are written, each with its program. One statement."""
    rows = execute(
        sa.select(
            HourEntry.program_id, HourEntry.session_id, HourEntry.person_id, HourEntry.person_name, HourEntry.held_on,
            HourEntry.duty, HourEntry.minutes, HourEntry.booked_on,
        )
        .where(*conditions)
        .order_by(HourEntry.id)
    )  # fmt: skip
    return [(program_id, Entry(*values)) for program_id, *values in rows]


def locked_months(execute: Execute, program_id: int) -> set[date]:
    """The first days of a program's locked months. One statement."""
    return {row[0] for row in execute(sa.select(HourMonth.first_on).where(HourMonth.program_id == program_id))}


def find_month(program_id: int, first_on: date) -> HourMonth | None:
    """A locked month of a program."""
    return db.session().scalar(
        sa.select(HourMonth).where(HourMonth.program_id == program_id, HourMonth.first_on == first_on)
    )


def _in_month(first_on: date) -> sa.ColumnElement[bool]:
    after = rules.next_month(first_on)
    held, booked = HourEntry.held_on, HourEntry.booked_on
    return sa.or_(
        sa.and_(booked.is_(None), held >= first_on, held < after), sa.and_(booked >= first_on, booked < after)
    )


# ---- the ledger ----


def ledger_of(program_id: int, first_on: date) -> Ledger:
    """A month of a program's ledger. Five statements at most."""
    month = find_month(program_id, first_on)
    kept = [
        entry for _p, entry in written(db.session().execute, HourEntry.program_id == program_id, _in_month(first_on))
    ]
    found = [] if month else _begun_in(first_on, Season.program_id == program_id)
    entries = rules.of_month(first_on, live=entries_now(found), written=kept, locked=month is not None)
    if month is not None:
        by = Lock(first_on, month.locked_at, month.locked_by_name, month.rates, month.fingerprint)
        return Ledger(first_on, tuple(entries), by, rules.rates_of(month.rates))
    unsaid = [each for each in found if not each.is_said and clock.day_of(each.starts_at).replace(day=1) == first_on]
    return Ledger(first_on, tuple(entries), None, current_rates(program_id), tuple(unsaid))


def current_rates(program_id: int) -> dict[DutyStatus, HourRate]:
    """What a program's hours are worth from now on. One statement."""
    kept = db.session().scalar(sa.select(SupportPlan.settings).where(SupportPlan.program_id == program_id))
    return rules.rates_of((kept or {}).get("rates"))


def own_month(person_id: int, first_on: date) -> list[Entry]:
    """A person's own entries of a month, over all programs, locked there or not. Four statements."""
    rows = db.session().execute(sa.select(HourMonth.program_id).where(HourMonth.first_on == first_on))
    locked = {program_id for (program_id,) in rows}
    kept = written(db.session().execute, HourEntry.person_id == person_id, _in_month(first_on))
    leads = sa.select(GroupStaff.group_id).where(GroupStaff.person_id == person_id)
    theirs = _begun_in(first_on, sa.or_(SessionLog.logged_by_id == person_id, Match.group_id.in_(leads)))
    mine = [each for each in theirs if each.person_id == person_id]
    live = [(each.program_id, entry) for each in mine for entry in rules.entries_of(each, clock.zone())]
    found = [entry for program_id, entry in kept if entry.booked_on or program_id in locked]
    found += [entry for program_id, entry in live if program_id not in locked and entry.month == first_on]
    return sorted(found, key=lambda each: (each.booked_on or each.held_on, each.held_on, each.session_id, each.duty))


def given_in(program_id: int, person_id: int, first: date, last: date) -> tuple[int, int]:
    """Minutes somebody gave to a program from a day to a day, both included, and in how many sessions. Three statements.

    As the ledger has them: of a locked month what was written, with all that was amended later; of others the sessions.
    """
    execute = db.session().execute
    locked = locked_months(execute, program_id)
    held = (HourEntry.held_on >= first, HourEntry.held_on <= last)
    kept = written(execute, HourEntry.program_id == program_id, HourEntry.person_id == person_id, *held)
    found = [entry for _program, entry in kept if entry.booked_on or entry.month in locked]
    leads = sa.select(GroupStaff.group_id).where(GroupStaff.person_id == person_id)
    theirs = sa.or_(SessionLog.logged_by_id == person_id, Match.group_id.in_(leads))
    for each in worked(execute, begun_between(first, last), Season.program_id == program_id, theirs):
        if each.person_id != person_id:
            continue
        entries = rules.entries_of(each, clock.zone())
        found += [entry for entry in entries if first <= entry.held_on <= last and entry.month not in locked]
    by_session: dict[int, int] = {}
    for entry in found:
        by_session[entry.session_id] = by_session.get(entry.session_id, 0) + entry.minutes
    return sum(by_session.values()), sum(minutes > 0 for minutes in by_session.values())


def list_programs(actor: Actor) -> list[ProgramLine]:
    """The mentoring programs whose ledger the actor keeps."""
    found = programs.list_programs(actor, P.HOURS_LOCK) if actor.may(P.HOURS_LOCK) else []
    return [line for line in found if line.kind is ProgramKind.MENTORSHIP]


def programs_with_locks() -> list[int]:
    """The programs with a locked month. One statement."""
    return list(db.session().scalars(sa.select(HourMonth.program_id).distinct().order_by(HourMonth.program_id)))


def sessions_of(gathering_id: int) -> list[int]:
    """The session that a meeting was, if it was one."""
    return list(db.session().scalars(sa.select(SessionLog.id).where(SessionLog.gathering_id == gathering_id)))


def lock_program(program_id: int) -> None:
    """Let one deed at a time go on for a program's ledger. SQLite's writers queue already."""
    table = db.table(Program)
    db.session().execute(sa.select(table.c.id).where(table.c.id == program_id).with_for_update())


def entries_now(found: Iterable[Worked]) -> list[Entry]:
    """What sessions say now, by day."""
    return [entry for each in found for entry in rules.entries_of(each, clock.zone())]


def touched(locked: Collection[date]) -> sa.ColumnElement[bool]:
    """The condition that a session may have minutes in one of these months."""
    return sa.or_(
        sa.false(), *(begun_between(first_on, rules.next_month(first_on) - timedelta(days=1)) for first_on in locked)
    )
