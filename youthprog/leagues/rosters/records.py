"""Reading what is known of a division's teams, its waitlist, and one player's record."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.reach import within
from youthprog.core.refusals import NotFound
from youthprog.leagues.models import Division, Team
from youthprog.leagues.rosters import rules
from youthprog.leagues.rosters.facts import (
    GameAt,
    Keeping,
    Known,
    hold_facts,
    keeping_by_group,
    kept_away,
    on_file,
    papers_of,
    suspension_facts,
)
from youthprog.leagues.rosters.models import DivisionWait, MedicalHold, RosterMove, Suspension
from youthprog.leagues.rosters.queries import PlayerOn, players_on, reasons_at
from youthprog.leagues.rosters.types import Exceptional, OpenTeam, PaperKind, WaitFrom, WaitingChild
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Group, GroupMember
from youthprog.programs.types import EnrollmentStatus

# ---- teams and the waitlist of a division ----


@dataclass(frozen=True)
class TeamRoom:
    """A team of a division and how many it has and takes at most; `fewest` it needs to play."""

    team_id: int
    group_id: int
    name: str
    players: int
    most: int | None


@dataclass(frozen=True)
class WaitLine:
    """Somebody in a division's line: the place, since when, and whether a place could be given now."""

    wait_id: int
    youth_id: int
    name: str
    list_name: str
    born_on: date | None
    asked_at: datetime
    place: int
    why_not: Exceptional | None = None


def list_rooms(keeping: Keeping, on: date) -> list[TeamRoom]:
    """The teams of a division with their players on a day, by name. One statement."""
    count = (
        sa.select(sa.func.count())
        .where(GroupMember.group_id == Group.id, programs.during(GroupMember.from_on, GroupMember.until_on, on))
        .scalar_subquery()
    )
    rows = db.session().execute(
        sa.select(Team.id, Group.id, Group.name, count, Group.places)
        .join(Group, Group.id == Team.group_id)
        .where(Team.division_id == keeping.division.id)
        .order_by(Group.folded_name, Group.id)
    )
    limit = keeping.row.most_players
    found = []
    for team_id, group_id, name, players, places in rows:
        limits = [each for each in (limit, places) if each is not None]
        found.append(TeamRoom(team_id, group_id, name, players, min(limits, default=None)))
    return found


def open_teams(rooms: Iterable[TeamRoom]) -> list[OpenTeam]:
    """Teams as the rule of the waitlist sees them."""
    return [OpenTeam(room.group_id, room.players, room.most) for room in rooms]


def waiting_rows(division_id: int) -> list[tuple[DivisionWait, Person]]:
    """Who waits for a division, first in line first. One statement."""
    rows = db.session().execute(
        sa.select(DivisionWait, Person)
        .join(Person, Person.id == DivisionWait.youth_id)
        .where(
            DivisionWait.division_id == division_id,
            DivisionWait.placed_at.is_(None),
            DivisionWait.left_at.is_(None),
        )
        .order_by(DivisionWait.asked_at, DivisionWait.id)
    )
    return [(row, person) for row, person in rows]


def in_line(keeping: Keeping, rooms: Sequence[TeamRoom], on: date) -> tuple[list[WaitingChild], list[WaitLine]]:
    """A division's line as the rule sees it and as a page shows it. Four statements.

    A child fits who has a place in the season, is of the division's age, and plays for no other team of the season.
    """
    rows = waiting_rows(keeping.division.id)
    ids = [person.id for _row, person in rows]
    season_id, now_rules = keeping.division.season_id, keeping.rules()
    enrolled = set(
        db.session().scalars(
            sa.select(Enrollment.youth_id).where(
                Enrollment.season_id == season_id,
                Enrollment.youth_id.in_(ids),
                Enrollment.status == EnrollmentStatus.ENROLLED,
            )
        )
    )
    playing = teams_of_youth(ids, season_id, on)
    away = kept_away([room.group_id for room in rooms], ids)
    children, lines = [], []
    for place, (row, person) in enumerate(rows, 1):
        age = rules.age_exception(now_rules, person.born_on)
        busy = now_rules.one_team and bool(playing.get(person.id))
        barred = frozenset(each.group_id for each in away[person.id] if each.holds(each.group_id, on))
        fits = person.id in enrolled and age is None and not busy
        children.append(WaitingChild(row.id, person.id, fits, barred))
        why = age or (Exceptional.SECOND_TEAM if busy else None)
        lines.append(
            WaitLine(row.id, person.id, person.name, person.list_name, person.born_on, row.asked_at, place, why)
        )
    return children, lines


def teams_of_youth(youth_ids: Collection[int], season_id: int, on: date) -> dict[int, list[tuple[int, str]]]:
    """The teams (group, name) of a season each youth is on, on a day, the first joined first. One statement."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    rows = db.session().execute(
        sa.select(GroupMember.youth_id, Group.id, Group.name)
        .join(Group, Group.id == GroupMember.group_id)
        .join(Team, Team.group_id == Group.id)
        .where(
            GroupMember.youth_id.in_(youth_ids),
            Group.season_id == season_id,
            programs.during(GroupMember.from_on, GroupMember.until_on, on),
        )
        .order_by(GroupMember.from_on, GroupMember.id)
    )
    for youth_id, group_id, name in rows:
        found[youth_id].append((group_id, name))
    return found


def teams_of_season(actor: Actor, permission: P, season_id: int, on: date) -> list[tuple[int, str, str]]:
    """The teams of a season within reach: group, name, division. One statement."""
    rows = db.session().execute(
        sa.select(Group.id, Group.name, Division.name)
        .join(Team, Team.group_id == Group.id)
        .join(Division, Division.id == Team.division_id)
        .where(Group.season_id == season_id, programs.groups_within(actor, permission, on))
        .order_by(Group.folded_name, Group.id)
    )
    return [(group_id, name, division) for group_id, name, division in rows]


def kept_away_from(group_id: int, youth_id: int, on: date) -> bool:
    """Whether custody keeps a youth from an adult who leads a team on a day. One statement."""
    return any(each.holds(group_id, on) for each in kept_away([group_id], [youth_id])[youth_id])


def get_wait_for(actor: Actor, permission: P, division: Division, wait_id: int, on: date) -> DivisionWait:
    """An open place in line of a division whose child is within reach. Raises `NotFound`."""
    row = db.session().scalar(
        sa.select(DivisionWait).where(
            DivisionWait.id == wait_id,
            DivisionWait.division_id == division.id,
            DivisionWait.placed_at.is_(None),
            DivisionWait.left_at.is_(None),
            within(actor, permission, DivisionWait.youth_id, on),
        )
    )
    if row is None:
        raise NotFound
    return row


# ---- one player ----


@dataclass(frozen=True)
class ExceptionLine:
    """Something let stand: what, why, who, when."""

    exception_id: int
    kind: Exceptional
    reason: str
    at: datetime
    by: str | None


@dataclass(frozen=True)
class MoveLine:
    """What became of a place on a team."""

    move: RosterMove
    from_team: str | None
    to_team: str | None
    by: str | None


@dataclass(frozen=True)
class SuspensionLine:
    """A suspension and how many games are left of it, the next one included; None where days count."""

    row: Suspension
    left: int | None
    by: str | None
    is_over: bool


@dataclass(frozen=True)
class HoldLine:
    """A hold with its words opened, for who may read health notes; what may not be read is None."""

    row: MedicalHold
    returns_on: date | None
    note: str | None
    signed_by: str | None
    is_open: bool


@dataclass(frozen=True)
class PlayerFile:
    """What is known of a player on a team."""

    player: PlayerOn
    exceptions: tuple[ExceptionLine, ...]
    moves: tuple[MoveLine, ...]
    suspensions: tuple[SuspensionLine, ...]
    holds: tuple[HoldLine, ...]
    papers: Mapping[PaperKind, date | None]
    asked_papers: frozenset[PaperKind]


def player_file(group_id: int, youth_id: int, now: datetime, *, health: bool) -> PlayerFile:
    """A player's standing on a team today, and what led to it. Raises `NotFound`. A constant number of statements.

    `health`: whether the words of holds are opened. Whoever shows them records the reading.
    """
    on = clock.day_of(now)
    player = next((each for each in players_on(group_id, on) if each.youth_id == youth_id), None)
    if player is None:
        raise NotFound
    season_id = db.session().scalar(sa.select(Group.season_id).where(Group.id == group_id)) or 0
    known = Known([GameAt(0, group_id, season_id, now + timedelta(seconds=1), (youth_id,))])
    exceptions = [row for row in known.accepted[youth_id, group_id] if row.ended_at is None]
    holds = db.session().scalars(
        sa.select(MedicalHold).where(MedicalHold.youth_id == youth_id).order_by(MedicalHold.id.desc())
    )
    names = _names_of(
        {row.given_by_id for row in exceptions} | {row.given_by_id for row in known.suspensions[youth_id]}
    )
    return PlayerFile(
        player=player,
        exceptions=tuple(
            ExceptionLine(row.id, row.kind, row.reason, row.given_at, names.get(row.given_by_id)) for row in exceptions
        ),
        moves=tuple(_moves_of(youth_id)),
        suspensions=tuple(_suspension_line(row, known, names, now) for row in known.suspensions[youth_id]),
        holds=tuple(_hold_line(row, on, health=health) for row in holds),
        papers=on_file(papers_of([youth_id])[youth_id], on),
        asked_papers=known.rules_of(group_id, on).papers,
    )


def _names_of(person_ids: Collection[int | None]) -> dict[int | None, str]:
    rows = db.session().scalars(sa.select(Person).where(Person.id.in_([each for each in person_ids if each])))
    return {row.id: row.name for row in rows}


def _moves_of(youth_id: int) -> Iterator[MoveLine]:
    before, after, by = (
        db.another(Group, "leagues.rosters.records.before"),
        db.another(Group, "leagues.rosters.records.after"),
        db.another(Person, "leagues.rosters.records.by"),
    )
    rows = db.session().execute(
        sa.select(RosterMove, before.name, after.name, by)
        .outerjoin(before, before.id == RosterMove.from_group_id)
        .outerjoin(after, after.id == RosterMove.to_group_id)
        .outerjoin(by, by.id == RosterMove.by_id)
        .where(RosterMove.youth_id == youth_id)
        .order_by(RosterMove.id.desc())
        .limit(20)
    )
    for row, from_team, to_team, person in rows:
        yield MoveLine(row, from_team, to_team, person.name if person else None)


def _suspension_line(row: Suspension, known: Known, names: Mapping[int | None, str], now: datetime) -> SuspensionLine:
    facts, games = suspension_facts(row), known.games_of(row.youth_id)
    left = rules.games_left(facts, games, now)
    over = row.lifted_at is not None or left == 0 or (row.until_on is not None and row.until_on < clock.day_of(now))
    return SuspensionLine(row, left, names.get(row.given_by_id), over)


def _hold_line(row: MedicalHold, on: date, *, health: bool) -> HoldLine:
    back = rules.returns_on(hold_facts(row))
    return HoldLine(
        row,
        back,
        row.unseal("note_sealed") if health else None,
        row.unseal("signed_by_sealed") if health else None,
        row.cleared_at is None,
    )


def get_of_youth(model: Any, key: int, youth_id: int) -> Any:
    """A suspension, hold or exception of a youth. Raises `NotFound`."""
    row = db.session().get(model, key, populate_existing=True)
    if row is None or row.youth_id != youth_id:
        raise NotFound
    return row


# What a coordinator may let stand, by the code of the reason.
ACCEPTABLE = {
    "age.too_young": Exceptional.PLAY_UP,
    "age.too_old": Exceptional.PLAY_DOWN,
    "age.unknown": Exceptional.NO_BIRTH_DATE,
    "roster.late": Exceptional.LATE,
    "roster.over_limit": Exceptional.OVER_LIMIT,
    "roster.second_team": Exceptional.SECOND_TEAM,
}


def roster_codes(group_id: int, season_id: int, youth_id: int, now: datetime) -> set[str]:
    """The codes of what rosters have against a player in a game now. Eight statements at most."""
    found = reasons_at([GameAt(0, group_id, season_id, now, (youth_id,))])
    return {reason.code for reason in found.get((0, youth_id), ())}


def wait_of(group_id: int) -> tuple[int, WaitFrom]:
    """How long a player of a team waits after a clearance, and from when: the division's rule. One statement."""
    keeping = keeping_by_group([group_id])[group_id]
    return keeping.row.wait_days, keeping.row.wait_from
