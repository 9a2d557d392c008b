"""The waitlist of a division: asking for a place, giving it up, and moving up by itself when a place opens.

A place is given in the transaction that opens it: leaving a team is heard (`place_opened`); what opens one otherwise, the
worker finds within minutes (`fill_everywhere`). No family's place runs out: it is given, told, and can be given back.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.refusals import N_, Refusal, Refused
from youthprog.leagues.models import Division, Team
from youthprog.leagues.rosters import records, rules
from youthprog.leagues.rosters.facts import Keeping
from youthprog.leagues.rosters.models import DivisionWait, RosterMove
from youthprog.leagues.rosters.queries import keeping_of
from youthprog.leagues.rosters.types import MoveKind
from youthprog.outreach import services as outreach
from youthprog.outreach.types import Recipient
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs import services as groups
from youthprog.programs.models import Group, Season
from youthprog.programs.types import EnrollmentStatus, GroupChanged, YouthWithdrawn

MOVED_UP = "roster_moved_up"


def wait(youth: Person, division: Division, *, by: Actor, now: datetime) -> DivisionWait | None:
    """Put a child with a place in the season at the end of a division's line; who could have a place gets it at once.

    Returns the place in line, or None when a team was found. Raises `Refused`.
    """
    lock_division(division.id)
    on, reasons = clock.day_of(now), []
    enrollment = programs.find_enrollment(division.season_id, youth.id)
    if enrollment is None or enrollment.status is not EnrollmentStatus.ENROLLED:
        reasons.append(Refusal("not_enrolled", N_("Enroll in the season first."), "youth_id"))
    if any(row.youth_id == youth.id for row, _person in records.waiting_rows(division.id)):
        reasons.append(Refusal("already_waiting", N_("Waits for this division already."), "youth_id"))
    if records.teams_of_youth([youth.id], division.season_id, on).get(youth.id):
        reasons.append(Refusal("has_a_team", N_("Plays for a team of this season already."), "youth_id"))
    if reasons:
        raise Refused(reasons)
    row = DivisionWait(division_id=division.id, youth_id=youth.id, asked_at=now, asked_by_id=by.person_id)
    db.session().add(row)
    db.flush()
    record("waitlist.joined", "person", youth.id, by=by, now=now, division_id=division.id)
    placed = fill_places(division, now=now)
    return None if row.id in placed else row


def stop_waiting(row: DivisionWait, *, by: Actor, now: datetime) -> None:
    """Give a place in line up."""
    row.left_at = now
    db.flush()
    record("waitlist.left", "person", row.youth_id, by=by, now=now, division_id=row.division_id)


def fill_places(division: Division, *, now: datetime) -> list[int]:
    """Give the free places of a division to those who wait, first in line first. Returns the keys of the places in line.

    Nobody moves up by itself once rosters are closed or the season is over: then a coordinator writes why.
    """
    lock_division(division.id)
    keeping, on = keeping_of(division), clock.day_of(now)
    ends_on = db.session().scalar(sa.select(Season.ends_on).where(Season.id == division.season_id))
    closed = keeping.row.closes_on is not None and on > keeping.row.closes_on
    if closed or ends_on is None or ends_on < on:
        return []
    rooms = records.list_rooms(keeping, on)
    children, _lines = records.in_line(keeping, rooms, on)
    placed = []
    for child, group_id in rules.next_places(children, records.open_teams(rooms)):
        group = db.session().get_one(Group, group_id)
        try:
            groups.join_group(child.youth_id, group, by=SYSTEM, now=now)
        except Refused:  # something of another room stands against it: the next in line is not held up by that
            continue
        _placed(db.session().get_one(DivisionWait, child.wait_id), group, now)
        placed.append(child.wait_id)
    return placed


def _placed(row: DivisionWait, group: Group, now: datetime) -> None:
    row.placed_at, row.group_id = now, group.id
    move = RosterMove(
        youth_id=row.youth_id, kind=MoveKind.MOVED_UP, to_group_id=group.id, moved_on=clock.day_of(now), at=now
    )
    db.session().add(move)
    db.flush()
    record("waitlist.moved_up", "person", row.youth_id, by=SYSTEM, now=now, group_id=group.id)
    _tell_family(row.youth_id, group, now)


def _tell_family(youth_id: int, group: Group, now: datetime) -> None:
    """Write to each guardian who may decide and has an address; custody is applied to whom that is."""
    youth = people.get_person(youth_id)
    for line in people.guardians_of([youth_id], clock.day_of(now)).get(youth_id, []):
        if line.email and line.may_decide and not line.email_bounced:
            to = Recipient(line.name, line.email, line.language, line.guardian_id, line.email_contact_id)
            values = {"reader": line.name, "child": youth.first_name, "team": group.name, "meets": group.meets}
            outreach.send(
                MOVED_UP, "leagues/mail/moved_up", to=to, subject_id=group.id, about_youth_id=youth_id, values=values,
                by=SYSTEM, now=now,
            )  # fmt: skip


def place_opened(event: GroupChanged) -> None:
    """Somebody left a team: whoever waits for its division moves up, in the same transaction."""
    if event.joined:
        return
    division = db.session().scalar(
        sa.select(Division).join(Team, Team.division_id == Division.id).where(Team.group_id == event.group_id)
    )
    if division is not None and records.waiting_rows(division.id):
        fill_places(division, now=clock.now())


def leave_lines(event: YouthWithdrawn) -> None:
    """Whoever gave up the place in the season waits for none of its divisions any more."""
    rows = db.session().scalars(
        sa.select(DivisionWait)
        .join(Division, Division.id == DivisionWait.division_id)
        .where(
            Division.season_id == event.season_id,
            DivisionWait.youth_id == event.youth_id,
            DivisionWait.placed_at.is_(None),
            DivisionWait.left_at.is_(None),
        )
    )
    for row in rows.all():
        stop_waiting(row, by=SYSTEM, now=clock.now())


def fill_everywhere(now: datetime) -> Iterator[int]:
    """Fill places that opened without anybody leaving (a limit raised, a new team, an hour's slip). A chore done often.

    Yields how many moved up in each division; the worker commits after each.
    """
    for division_id in _divisions_with_a_line():
        placed = fill_places(db.session().get_one(Division, division_id), now=now)
        if placed:
            yield len(placed)


def _divisions_with_a_line() -> Sequence[int]:
    statement = sa.select(DivisionWait.division_id).where(
        DivisionWait.placed_at.is_(None), DivisionWait.left_at.is_(None)
    )
    return db.session().scalars(statement.distinct().order_by(DivisionWait.division_id)).all()


def could_move_up(keeping: Keeping, now: datetime, *, but: int | None = None) -> int:
    """How many in a division's line could have a place now; `but` is a child who is being placed anyway."""
    on = clock.day_of(now)
    children, _lines = records.in_line(keeping, records.list_rooms(keeping, on), on)
    return sum(child.fits for child in children if child.youth_id != but)


def lock_division(division_id: int) -> None:
    """Let one transaction at a time go on from here for a division. SQLite's writers queue already."""
    db.flush()
    db.session().execute(sa.select(Division.id).where(Division.id == division_id).with_for_update())
