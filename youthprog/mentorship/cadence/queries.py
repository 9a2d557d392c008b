"""Reading how matches are kept up with: contacts due, rates, warnings. A constant number of statements for any number."""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.access.models import Account, RoleGrant
from youthprog.access.types import Role
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.reach import within
from youthprog.mentorship.cadence import known, plans, rules, warnings
from youthprog.mentorship.cadence.models import SupportContact, SupportPlan
from youthprog.mentorship.cadence.types import (
    Case,
    ContactLine,
    Depth,
    DueLine,
    Hold,
    Load,
    Made,
    OverdueLine,
    Party,
    Plan,
    Rate,
    Seat,
    SeatLine,
    Sign,
    Warned,
)
from youthprog.mentorship.matching.models import MatchProfile
from youthprog.mentorship.matching.profiles import hours_changed_on
from youthprog.mentorship.models import Match
from youthprog.mentorship.rules import next_expected, overdue_days
from youthprog.mentorship.types import MatchStatus
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Group, GroupMember, GroupStaff, Season

MOST_CONTACTS = 100  # on the page of a match
GROWN = 18 * 12  # months after which a young person has no guardian to call

# ---- cases ----


def list_cases(actor: Actor, on: date, *, since: date | None = None, match_id: int | None = None) -> list[Case]:
    """The matches that go on or stand still within reach, and those that ended since a day. Four statements.

    Of a young person out of the reader's reach nothing is told, nor of the guardian.
    """
    state: sa.ColumnElement[bool] = Match.status.in_((MatchStatus.ACTIVE, MatchStatus.PAUSED))
    if since is not None:
        state = sa.or_(state, sa.and_(Match.status == MatchStatus.CLOSED, Match.ended_on >= since))
    statement = (
        sa.select(Match, Group, Season.program_id, Person, SupportPlan, known.last_met(), known.last_logged())
        .join(Group, Group.id == Match.group_id)
        .join(Season, Season.id == Group.season_id)
        .outerjoin(Person, Person.id == Match.supported_by_id)
        .outerjoin(SupportPlan, SupportPlan.program_id == Season.program_id)
        .where(programs.groups_within(actor, P.MATCH_SUPPORT, on), Match.started_on.is_not(None), state)
        .order_by(Group.folded_name, Match.id)
    )
    if match_id is not None:
        statement = statement.where(Match.id == match_id)
    rows = db.session().execute(statement).all()
    people = _people(actor, [row[1].id for row in rows], on)
    contacts = _contacts([row[0].id for row in rows])
    chosen: dict[int, Plan] = {}
    cases = []
    for match, group, program_id, staff, own, met_on, logged_on in rows:
        plan = chosen.setdefault(program_id, plans.plan_of(own.settings if own else None))
        holds, there = holds_of(match), people.get(group.id, [])
        lines = [_line(each, match, holds, plan, contacts.get((match.id, each.seat.key), ()), on) for each in there]
        asked = [each.asked_on for each in there if each.asked_on is not None]
        shifts = [each.shift_changed_on for each in there if each.shift_changed_on is not None]
        cases.append(
            Case(
                match.id, group.id, group.name, program_id, match.status, match.every_days, match.started_on or on,
                staff.id if staff else None, staff.name if staff else None,
                tuple(each.seat.person_id for each in there if each.seat.party is Party.MENTOR), plan, holds,
                tuple(line for line in lines if line), met_on, logged_on, min(asked, default=None),
                max(shifts, default=None),
            )
        )  # fmt: skip
    return cases


@dataclass
class _There:
    """Somebody of a match with every stay; for a guardian until the youth is grown."""

    seat: Seat
    stays: list[tuple[date, date | None]]
    until: date | None = None
    asked_on: date | None = None
    shift_changed_on: date | None = None


def _people(actor: Actor, group_ids: Collection[int], on: date) -> dict[int, list[_There]]:
    """Who keeps in touch with whom: mentors, then youth within reach, each with a seat for the guardian. Two statements."""
    found: dict[int, dict[str, _There]] = defaultdict(dict)
    for group_id, first, until, person, told in _mentors(group_ids):
        seat = Seat(Party.MENTOR, person.id, person.name)
        there = _There(seat, [], shift_changed_on=hours_changed_on(told))
        found[group_id].setdefault(seat.key, there).stays.append((first, until))
    for group_id, first, until, person, asked_at in _youth(actor, group_ids, on):
        grown_on = rules.months_after(person.born_on, GROWN) if person.born_on else None
        for party in (Party.YOUTH, Party.GUARDIAN):
            seat = Seat(party, person.id, person.name)
            last = grown_on - timedelta(days=1) if grown_on and party is Party.GUARDIAN else None
            asked_on = clock.day_of(asked_at) if asked_at else None
            found[group_id].setdefault(seat.key, _There(seat, [], last, asked_on)).stays.append((first, until))
    return {group_id: list(seats.values()) for group_id, seats in found.items()}


def _line(
    there: _There, match: Match, holds: tuple[Hold, ...], plan: Plan, made: Sequence[Made], on: date
) -> SeatLine | None:
    """How a seat stands; none for somebody who was never there while the match went on."""
    began, seat = match.started_on or on, there.seat
    stay = rules.periods_of([(max(first, began), until) for first, until in there.stays])
    if stay is None:
        return None
    start, end, gaps = stay
    end = min((day for day in (end, there.until) if day is not None), default=None)
    if end is not None and end < start:
        return None
    history = rules.History(start, end, (*holds, *gaps), tuple(made))
    wanted = [each for each in plan.rhythms if each.asks_of(seat.party)]
    latest = max((each.at for each in made), default=None)
    support = rules.support_of(history, wanted, clock.zone(), on)
    return SeatLine(seat, support, clock.day_of(latest) if latest else None)


def holds_of(match: Match) -> tuple[Hold, ...]:
    """The days on which a match stood still, in order, none touching another."""
    kept = [
        Hold(date.fromisoformat(first), date.fromisoformat(until) if until else None) for first, until in match.holds
    ]
    return tuple(rules.merged(kept, match.started_on or date.min))


def _mentors(group_ids: Collection[int]) -> sa.Result[*tuple[Any, ...]]:
    return db.session().execute(
        sa.select(GroupStaff.group_id, GroupStaff.from_on, GroupStaff.until_on, Person, MatchProfile.told)
        .join(Person, Person.id == GroupStaff.person_id)
        .outerjoin(MatchProfile, MatchProfile.person_id == Person.id)
        .where(GroupStaff.group_id.in_(group_ids))
        .order_by(Person.folded_name, Person.id)
    )


def _youth(actor: Actor, group_ids: Collection[int], on: date) -> sa.Result[*tuple[Any, ...]]:
    """The stays of youth within reach, with when each asked for a place in the season."""
    asked = sa.and_(Enrollment.youth_id == GroupMember.youth_id, Enrollment.season_id == Group.season_id)
    return db.session().execute(
        sa.select(GroupMember.group_id, GroupMember.from_on, GroupMember.until_on, Person, Enrollment.asked_at)
        .join(Person, Person.id == GroupMember.youth_id)
        .join(Group, Group.id == GroupMember.group_id)
        .outerjoin(Enrollment, asked)
        .where(GroupMember.group_id.in_(group_ids), within(actor, P.MATCH_SUPPORT, GroupMember.youth_id, on))
        .order_by(Person.folded_name, Person.id)
    )


def _contacts(match_ids: Collection[int]) -> dict[tuple[int, str], list[Made]]:
    """The contacts that count, by seat: somebody was reached, the safety question answered, no mentor beside a youth."""
    table = SupportContact
    counts = sa.and_(table.reached, table.safety.is_not(None), sa.or_(table.party != Party.YOUTH, table.alone))
    rows = db.session().execute(
        sa.select(table.match_id, table.party, table.person_id, table.at, table.depth).where(
            table.match_id.in_(match_ids), counts
        )
    )
    found: dict[tuple[int, str], list[Made]] = defaultdict(list)
    for match_id, party, person_id, at, depth in rows:
        found[match_id, f"{party.value}-{person_id}"].append(Made(at, depth))
    return found


def plans_of(program_ids: Collection[int]) -> dict[int, Plan]:
    """What programs set of their own, the usual where they set nothing. One statement."""
    rows = db.session().scalars(sa.select(SupportPlan).where(SupportPlan.program_id.in_(program_ids)))
    kept = {row.program_id: row.settings for row in rows}
    return {key: plans.plan_of(kept.get(key)) for key in program_ids}


# ---- what is due ----


def due_of(cases: Sequence[Case], on: date, *, days: int = rules.SOON) -> list[DueLine]:
    """The contacts overdue, the longest first, then those whose window ends within so many days. No statement."""
    found = []
    for case in cases:
        for line in case.seats:
            support = line.support
            due = [each for each in support.due if each.last_on and each.last_on <= on + timedelta(days=days)]
            if not due and not support.overdue_days:
                continue
            deep = Depth.IN_DEPTH in {support.owed_depth, *(each.depth for each in due)}
            ends = due[0].last_on if due else support.due[0].last_on if support.due else None
            depth = Depth.IN_DEPTH if deep else Depth.QUICK
            about = case.match_id, case.name, line.seat, depth
            found.append(DueLine(*about, support.overdue_days, ends, line.last_on))
    return sorted(found, key=lambda each: (-each.overdue_days, each.due_on or date.max, each.match, each.seat.name))


def mine(cases: Sequence[Case], actor: Actor) -> list[Case]:
    """The cases the reader keeps up with, and those nobody does."""
    return [case for case in cases if case.staff_id in (None, actor.person_id)]


def on_today(actor: Actor, cases: Sequence[Case], on: date) -> tuple[list[DueLine], list[Warned]]:
    """What Today shows: contacts due and matches that worry, of those the reader keeps up with and those nobody does."""
    theirs = mine(cases, actor)
    return due_of(theirs, on), warned_of(theirs, on)


def overdue_of(cases: Sequence[Case], on: date) -> list[OverdueLine]:
    """Active matches that should have met, the longest overdue first. No statement."""
    found = []
    for case in cases:
        due_on = next_expected(case.status, case.started_on, case.met_on, case.every_days)
        if days := overdue_days(due_on, on):
            found.append(OverdueLine(case.match_id, case.name, case.mentors, days, case.met_on))
    return sorted(found, key=lambda each: (-each.overdue_days, each.name, each.match_id))


def loads_of(cases: Sequence[Case], first: date, last: date) -> list[Load]:
    """What each of the staff keeps up with, most matches first, and the contact rate of a period. No statement."""
    grouped: dict[tuple[int | None, str | None], list[Case]] = defaultdict(list)
    for case in cases:
        grouped[case.staff_id, case.staff_name].append(case)
    loads = []
    for (staff_id, name), theirs in grouped.items():
        rate = sum((rate_of(case, first, last) for case in theirs), Rate())
        late = sum(len(case.overdue) for case in theirs)
        loads.append(Load(staff_id, name, sum(case.is_open for case in theirs), late, rate))
    return sorted(loads, key=lambda each: (each.staff_id is not None, -each.matches, each.name or ""))


def rate_of(case: Case, first: date, last: date) -> Rate:
    """The contact rate of a match over a period. No statement."""
    return sum((rules.rate_of(line.support, first, last) for line in case.seats), Rate())


# ---- what worries ----


def warned_of(cases: Sequence[Case], on: date) -> list[Warned]:
    """The active matches with enough points, most points first, each with its reasons. One statement, and one for each thing that somebody begins to record."""
    active = [case for case in cases if case.is_active]
    ids = [case.match_id for case in active]
    moved = known.moves({key for case in active for key in case.mentor_ids})
    moods, misfits = known.moods(ids), known.misfits(ids)
    found = []
    for case in active:
        late = case.overdue
        signs = warnings.Signs(
            every_days=case.every_days,
            started_on=case.started_on,
            holds=case.holds,
            met_on=case.met_on,
            logged_on=case.logged_on,
            overdue=len(late),
            overdue_days=late[0].support.overdue_days if late else 0,
            waited_days=(case.started_on - case.asked_on).days if case.asked_on else None,
            moods=moods.get(case.match_id, ()),
            moved_on=max((moved[key] for key in case.mentor_ids if key in moved), default=None),
            shift_changed_on=case.shift_changed_on,
            does_not_fit=case.match_id in misfits,
        )
        warned = Warned(
            case.match_id, case.name, case.staff_name, warnings.reasons_of(signs, case.plan.points, on)
        )  # fmt: skip
        if warned.points >= case.plan.warn_from:
            found.append(warned)
    return sorted(found, key=lambda each: (-each.points, each.match, each.match_id))


def signs_known() -> dict[Sign, bool]:
    """Which rules have anything to go by here: what is not recorded anywhere yet can warn of nothing."""
    return {sign: sign not in known.UNKNOWN for sign in Sign}


# ---- contacts of one match ----


def list_contacts(actor: Actor, case: Case, on: date) -> list[ContactLine]:
    """The contacts of a match, newest first, with the words said. One statement. Whoever shows them records the reading."""
    seats = {(line.seat.party, line.seat.person_id): line.seat for line in case.seats}
    rows = db.session().execute(
        sa.select(SupportContact, Person)
        .outerjoin(Person, Person.id == SupportContact.made_by_id)
        .where(SupportContact.match_id == case.match_id)
        .order_by(SupportContact.at.desc(), SupportContact.id.desc())
        .limit(MOST_CONTACTS)
    )
    found = []
    for row, by in rows:
        seat = seats.get((row.party, row.person_id))
        if seat is None:  # of somebody out of reach
            continue
        words = json.loads(row.unseal("words_sealed") or "{}")
        lacks = rules.lacks_of(row.party, reached=row.reached, safety=row.safety, alone=row.alone)
        areas = tuple((label, text) for label, text in words.get("areas", ()))
        found.append(
            ContactLine(
                row.id, row.at, seat, row.way, row.depth, row.reached, row.safety, tuple(lacks), areas,
                words.get("note", ""), by.name if by else None,
            )
        )  # fmt: skip
    return found


def find_contact(client_id: str) -> SupportContact | None:
    """The contact recorded under a client's own key."""
    return db.session().scalar(sa.select(SupportContact).where(SupportContact.client_id == client_id))


def list_staff(program_id: int, on: date) -> dict[int, str]:
    """Who may keep up with a program's matches: coordinators of it, or of the department. One statement."""
    rows = db.session().scalars(
        sa.select(Person)
        .distinct()
        .join(Account, Account.person_id == Person.id)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(
            Account.closed_at.is_(None),
            RoleGrant.role == Role.COORDINATOR,
            sa.or_(RoleGrant.program_id.is_(None), RoleGrant.program_id == program_id),
            programs.during(RoleGrant.from_on, RoleGrant.until_on, on),
        )
        .order_by(Person.folded_name, Person.id)
    )
    return {person.id: person.name for person in rows}


def find_plan(program_id: int) -> SupportPlan | None:
    """The settings a program keeps."""
    return db.session().get(SupportPlan, program_id)


def instant_on(day: date, now: datetime) -> datetime:
    """The instant for a contact of a day: now for today, else its noon."""
    if day == clock.day_of(now):
        return now
    return datetime.combine(day, datetime.min.time().replace(hour=12), clock.zone())


def words_of(areas: Sequence[tuple[str, str]], note: str) -> str | None:
    """What was said, as it is sealed; None when nothing was."""
    said: dict[str, Any] = {"areas": [list(each) for each in areas], "note": note}
    return json.dumps(said, ensure_ascii=False) if areas or note else None
