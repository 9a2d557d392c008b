"""Telling families and coaches of a change: one letter a person, in the person's language, with all games that concern it.

The worker writes the letters after the deed, so that a change of forty games holds no lock for five hundred letters. Who
has one of a change gets no second: a worker that dies goes on where it stopped.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from youthprog.access.models import Account
from youthprog.audit.services import record
from youthprog.calendars import notice_queries, notices
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.leagues.changes import queries
from youthprog.leagues.changes.models import ChangedGame, ScheduleChange
from youthprog.leagues.changes.services import CHANGED, UNDONE
from youthprog.leagues.season.types import FixtureState
from youthprog.outreach import services as outreach
from youthprog.outreach.models import Message
from youthprog.outreach.types import Delivery, Recipient
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.programs.models import GroupMember, GroupStaff

LETTER = "leagues/mail/games"
AT_ONCE = 20  # letters in one transaction
REACHED = (Delivery.SENT, Delivery.SENDING)


@dataclass
class Letter:
    """What one person is to be told: of which games, and for which young people."""

    to: Recipient
    fixture_ids: set[int] = field(default_factory=set)
    youth_ids: set[int] = field(default_factory=set)


def tell_of_changes(now: datetime) -> Iterator[None]:
    """Write the letters of the changes that nobody was told of, and of those that were undone after somebody was."""
    db.begin_reading()  # every second somebody looks: that takes no lock
    waits = db.session().scalars(sa.select(ScheduleChange.id).where(_waits()).order_by(ScheduleChange.id)).all()
    db.begin_writing()
    for change_id in waits:
        yield from _tell(change_id, now)


def _waits() -> sa.ColumnElement[bool]:
    untold = sa.and_(ScheduleChange.told_at.is_(None), ScheduleChange.undone_at.is_(None))
    undone = sa.and_(ScheduleChange.undone_at.is_not(None), ScheduleChange.taken_back_at.is_(None))
    return sa.or_(untold, undone)


def _tell(change_id: int, now: datetime) -> Iterator[None]:
    change = db.session().get_one(ScheduleChange, change_id)
    undone = change.undone_at is not None
    kind = UNDONE if undone else CHANGED
    rows = queries.games_of_change(change_id)
    letters, unreached = letters_of(rows, clock.day_of(now))
    if undone:
        reached = _written(CHANGED, change_id, REACHED)
        letters = [each for each in letters if each.to.person_id in reached]
    told = _written(kind, change_id)
    waiting = [each for each in letters if each.to.person_id not in told]
    for start in range(0, len(waiting), AT_ONCE):
        change = db.session().get_one(ScheduleChange, change_id, populate_existing=True)
        if (change.undone_at is not None) != undone:
            return  # undone meanwhile: what was written and has not left is given up by whoever undid it
        _write(change, kind, waiting[start : start + AT_ONCE], rows, now)
        yield
    change = db.session().get_one(ScheduleChange, change_id, populate_existing=True)
    if undone:
        change.taken_back_at = now
    else:
        change.told_at, change.told, change.unreached = now, len(letters), unreached
    db.flush()
    record(
        "schedule.change_told",
        "season",
        change.season_id,
        by=SYSTEM,
        now=now,
        change_id=change_id,
        letters=len(waiting),
    )
    yield


def _written(kind: str, change_id: int, deliveries: Collection[Delivery] | None = None) -> set[int | None]:
    """Who has a letter of a change, or had one that left."""
    statement = sa.select(Message.person_id).where(Message.kind == kind, Message.subject_id == change_id)
    if deliveries is not None:
        statement = statement.where(Message.delivery.in_(deliveries))
    return set(db.session().scalars(statement))


# ---- who ----


def letters_of(rows: Sequence[ChangedGame], on: date) -> tuple[list[Letter], int]:
    """One letter for each guardian and coach of the teams of some games, and of how many players nobody has an address.

    A guardian whom a court keeps from the child is none (`guardians_of`). Somebody who coaches and has children there
    gets one letter of everything. Two who share an address and the games are told in one. Five statements.
    """
    games: dict[int, set[int]] = defaultdict(set)  # group -> games
    for row in rows:
        for team in (row.fixture.home, row.fixture.away):
            games[team.group_id].add(row.fixture_id)
    members = _members(games, on)
    found: dict[int, Letter] = {}
    reached = _to_guardians(found, members, games, on)
    _to_coaches(found, games, on)
    _without_the_kept(found, rows, on)
    unreached = len({youth_id for youth_id, _group_id in members} - reached)
    return _each_address_once(each for each in found.values() if each.fixture_ids), unreached


def _without_the_kept(found: Mapping[int, Letter], rows: Sequence[ChangedGame], on: date) -> None:
    """Take out of the letters each game at which a child plays whom a court keeps from the reader. A statement a team."""
    groups = {team.group_id for row in rows for team in (row.fixture.home, row.fixture.away)}
    kept = {group_id: notice_queries.kept_from_group(group_id, on) for group_id in groups}
    for row in rows:
        for person_id in kept[row.fixture.home.group_id] | kept[row.fixture.away.group_id]:
            if person_id in found:
                found[person_id].fixture_ids.discard(row.fixture_id)


def _members(group_ids: Collection[int], on: date) -> list[tuple[int, int]]:
    """(youth, group) of everybody who plays in one of the groups or will: a change may come before the season begins."""
    rows = db.session().execute(
        sa.select(GroupMember.youth_id, GroupMember.group_id)
        .where(GroupMember.group_id.in_(group_ids), _from_now(GroupMember, on))
        .order_by(GroupMember.youth_id, GroupMember.group_id)
    )
    return [(youth_id, group_id) for youth_id, group_id in rows]


def _to_guardians(
    found: dict[int, Letter], members: Sequence[tuple[int, int]], games: Mapping[int, set[int]], on: date
) -> set[int]:
    """Add the guardians' letters; returns the young people of whom somebody gets one."""
    guardians = people.guardians_of(sorted({youth_id for youth_id, _group_id in members}), on)
    reached = set()
    for youth_id, group_id in members:
        for line in guardians.get(youth_id, ()):
            if line.email and not line.email_bounced:
                to = Recipient(line.name, line.email, line.language, line.guardian_id, line.email_contact_id)
                letter = found.setdefault(line.guardian_id, Letter(to))
                letter.fixture_ids |= games[group_id]
                letter.youth_ids.add(youth_id)
                reached.add(youth_id)
    return reached


def _from_now(table: Any, on: date) -> sa.ColumnElement[bool]:
    return sa.or_(table.until_on.is_(None), table.until_on >= on)


def _to_coaches(found: dict[int, Letter], games: Mapping[int, set[int]], on: date) -> None:
    rows = db.session().execute(
        sa.select(GroupStaff.group_id, Person, Account.email)
        .join(Person, Person.id == GroupStaff.person_id)
        .join(Account, sa.and_(Account.person_id == Person.id, Account.closed_at.is_(None)))
        .where(GroupStaff.group_id.in_(games), _from_now(GroupStaff, on))
        .order_by(GroupStaff.id)
    )
    for group_id, person, email in rows:
        to = Recipient(person.name, email, person.language, person.id)
        found.setdefault(person.id, Letter(to)).fixture_ids.update(games[group_id])


def _each_address_once(letters: Iterable[Letter]) -> list[Letter]:
    """The letters without those that would say the same at the same address in the same language."""
    kept: dict[tuple[object, ...], Letter] = {}
    for letter in sorted(letters, key=lambda each: each.to.person_id or 0):
        to = letter.to
        key = (to.address.casefold(), to.language, frozenset(letter.fixture_ids), frozenset(letter.youth_ids))
        kept.setdefault(key, letter)
    return list(kept.values())


# ---- what ----


def _write(
    change: ScheduleChange, kind: str, letters: Sequence[Letter], rows: Sequence[ChangedGame], now: datetime
) -> None:
    venues = queries.venue_names(rows)
    lines = {row.fixture_id: _line(row, venues, undone=kind == UNDONE) for row in rows}
    meetings = {
        row.fixture_id: [key for key in (row.fixture.home_gathering_id, row.fixture.away_gathering_id) if key]
        for row in rows
    }
    for letter in letters:
        about, reader = sorted(letter.youth_ids), letter.to.person_id or 0
        told = [key for fixture_id in letter.fixture_ids for key in meetings[fixture_id]]
        message = outreach.send(
            kind, LETTER,
            to=letter.to,
            subject_id=change.id,
            about_youth_id=about[0] if about else None,
            also_about=about[1:],
            values={
                "name": letter.to.name,
                "lines": [lines[row.fixture_id] for row in rows if row.fixture_id in letter.fixture_ids],
                "reason": change.reason,
                "undone": kind == UNDONE,
                "seen": notices.seen_address(reader, told, now),
            },
            by=SYSTEM, now=now,
        )  # fmt: skip
        notices.told_in(message.id, reader, told, now)


def _line(row: ChangedGame, venues: Mapping[int, str], *, undone: bool) -> dict[str, Any]:
    """One game as a letter tells it: where it was, and where it is now or that it is off. Children are not named."""
    fixture = row.fixture
    was = _spot(row.was_starts_at, row.was_venue_id, row.was_state, venues)
    now = _spot(row.now_starts_at, row.now_venue_id, row.now_state, venues)
    return {
        "game": f"{fixture.home.group.name} – {fixture.away.group.name}",
        "division": fixture.division.name,
        "was": now if undone else was,
        "now": was if undone else now,
    }


def _spot(
    starts_at: datetime | None, venue_id: int | None, state: FixtureState | None, venues: Mapping[int, str]
) -> dict[str, Any] | None:
    if starts_at is None or venue_id is None:
        return None
    return {"at": starts_at, "where": venues[venue_id], "off": state is FixtureState.CANCELED}
