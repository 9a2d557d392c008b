"""Reading games ahead, who can play in them, and the warnings there are."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from youthprog.access.models import Account
from youthprog.attendance import queries as attendance
from youthprog.attendance.types import CAME
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.clearance import not_cleared, not_cleared_at
from youthprog.core.permissions import P
from youthprog.leagues.forfeits import rules
from youthprog.leagues.forfeits.models import ForfeitWatch
from youthprog.leagues.forfeits.types import Squad
from youthprog.leagues.models import Team
from youthprog.leagues.playing_time.models import PlayRule
from youthprog.outreach.types import Recipient
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering, Group, GroupMember, GroupStaff
from youthprog.programs.types import GatheringKind, StaffRole

LONGEST = timedelta(hours=168)
MOST_SHOWN = 8
COACHES = (StaffRole.HEAD_COACH, StaffRole.ASSISTANT_COACH)


@dataclass(frozen=True)
class Ahead:
    """A team's game ahead, with the fewest players its division plays with."""

    gathering_id: int
    season_id: int
    group_id: int
    group: str
    starts_at: datetime
    fewest: int


@dataclass(frozen=True)
class Warned:
    """A team too few for a game, as Today shows it."""

    gathering_id: int
    team_id: int
    group_id: int
    group: str
    title: str
    starts_at: datetime
    squad: Squad
    fewest: int

    @property
    def helps(self) -> list[tuple[str, int]]:
        """What would help, the surest first."""
        return rules.what_helps(self.squad, self.fewest)


def games_ahead(now: datetime) -> list[Ahead]:
    """The games that are near enough to be warned of, soonest first. One statement."""
    statement = (
        sa.select(Gathering, Group, PlayRule)
        .join(Group, Group.id == Gathering.group_id)
        .join(Team, Team.group_id == Group.id)
        .join(PlayRule, PlayRule.division_id == Team.division_id)
        .where(
            PlayRule.fewest_players.is_not(None),
            Gathering.kind == GatheringKind.GAME,
            Gathering.canceled_at.is_(None),
            Gathering.starts_at > now,
            Gathering.starts_at <= now + LONGEST,
        )
        .order_by(Gathering.starts_at, Gathering.id)
    )
    return [
        Ahead(row.id, row.season_id, group.id, group.name, row.starts_at, rule.fewest_players or 0)
        for row, group, rule in db.session().execute(statement)
        if row.starts_at <= now + timedelta(hours=rule.warn_hours)
    ]


def squads_of(games: Sequence[Ahead]) -> dict[int, Squad]:
    """Who each team can count on, by game: the one place that says who may play. Constant for each season and day.

    Members of that day; away is who is marked so beforehand; cleared is who nobody objects to, as the register has it.
    """
    marks = attendance.marks_at([game.gathering_id for game in games])
    members = _members(games)
    found = {}
    for (season_id, day), same in _by_day(games).items():
        everybody = sorted({youth_id for game in same for youth_id in members[game.gathering_id]})
        barred = set(not_cleared(everybody, season_id, day)) if everybody else set()
        by_game = {game.gathering_id: members[game.gathering_id] for game in same}
        single = not_cleared_at(by_game)
        for game in same:
            said = marks.get(game.gathering_id, {})
            away = [youth_id for youth_id, mark in said.items() if mark not in CAME]
            here = {youth_id for gathering_id, youth_id in single if gathering_id == game.gathering_id}
            found[game.gathering_id] = rules.squad_of(members[game.gathering_id], away, barred | here)
    return found


def watched(games: Sequence[Ahead]) -> dict[int, ForfeitWatch]:
    """What is known of these games already. One statement."""
    ids = [game.gathering_id for game in games]
    rows = db.session().scalars(sa.select(ForfeitWatch).where(ForfeitWatch.gathering_id.in_(ids)))
    return {row.gathering_id: row for row in rows}


def _by_day(games: Sequence[Ahead]) -> dict[tuple[int, date], list[Ahead]]:
    found: dict[tuple[int, date], list[Ahead]] = defaultdict(list)
    for game in games:
        found[game.season_id, clock.day_of(game.starts_at)].append(game)
    return found


def _members(games: Sequence[Ahead]) -> dict[int, list[int]]:
    """The players of each game's team on its day. One statement."""
    rows = db.session().execute(
        sa.select(GroupMember.group_id, GroupMember.youth_id, GroupMember.from_on, GroupMember.until_on).where(
            GroupMember.group_id.in_({game.group_id for game in games})
        )
    )
    found: dict[int, list[int]] = {game.gathering_id: [] for game in games}
    by_group: dict[int, list[Ahead]] = defaultdict(list)
    for game in games:
        by_group[game.group_id].append(game)
    for group_id, youth_id, from_on, until_on in rows:
        for game in by_group[group_id]:
            if from_on <= (day := clock.day_of(game.starts_at)) and (until_on is None or day <= until_on):
                found[game.gathering_id].append(youth_id)
    return found


def open_warnings(actor: Actor, now: datetime) -> list[Warned]:
    """The teams within reach that are too few for a game ahead, soonest first. One statement."""
    statement = (
        sa.select(ForfeitWatch, Gathering, Group, Team.id)
        .join(Gathering, Gathering.id == ForfeitWatch.gathering_id)
        .join(Group, Group.id == Gathering.group_id)
        .join(Team, Team.group_id == Group.id)
        .where(
            ForfeitWatch.raised_at.is_not(None),
            ForfeitWatch.over_at.is_(None),
            Gathering.canceled_at.is_(None),
            Gathering.starts_at > now,
            programs.groups_within(actor, P.REGISTER_READ, clock.day_of(now)),
        )
        .order_by(Gathering.starts_at, Gathering.id)
        .limit(MOST_SHOWN)
    )
    return [
        Warned(
            gathering.id, team_id, group.id, group.name, gathering.title, gathering.starts_at,
            Squad(row.members, row.away, row.not_cleared), row.fewest,
        )
        for row, gathering, group, team_id in db.session().execute(statement)
    ]  # fmt: skip


def told_of(game: Ahead, now: datetime) -> list[Recipient]:
    """The coaches of a team and the coordinators of its program who sign in here. Two statements."""
    return looked_after_by([game.group_id], game.season_id, clock.day_of(now))


def looked_after_by(group_ids: Collection[int], season_id: int, on: date) -> list[Recipient]:
    """The coaches of some teams of a season and the coordinators of its program who sign in here, each once. Two statements."""
    coaches = (
        sa.select(Account.email, Person)
        .join(Person, Person.id == Account.person_id)
        .join(GroupStaff, GroupStaff.person_id == Person.id)
        .where(
            Account.closed_at.is_(None),
            GroupStaff.group_id.in_(group_ids),
            GroupStaff.role.in_(COACHES),
            programs.during(GroupStaff.from_on, GroupStaff.until_on, on),
        )
        .order_by(Account.id)
    )
    found = {
        person.id: Recipient(person.name, email, person.language, person.id)
        for email, person in db.session().execute(coaches)
    }
    found |= {each.person_id or 0: each for each in programs.coordinators_of(season_id, on)}
    return list(found.values())
