"""Reading what a division asks of playing time, a game's sheet, and the reports of teams and seasons."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from youthprog.attendance import queries as attendance
from youthprog.attendance.models import Register
from youthprog.attendance.types import CAME
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.clearance import not_cleared
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.leagues.models import Division, Team
from youthprog.leagues.playing_time import rules
from youthprog.leagues.playing_time.models import PlayBand, PlayCount, PlayRule, PlaySheet
from youthprog.leagues.playing_time.types import WARN_HOURS, Band, GameCount, PlayerTotal, PlayUnit
from youthprog.leagues.queries import TeamHead
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering, Group
from youthprog.programs.types import GatheringKind, MemberLine


@dataclass(frozen=True)
class Asked:
    """What a division asks for."""

    unit: PlayUnit = PlayUnit.PLAYS
    fewest_players: int | None = None
    warn_hours: int = WARN_HOURS
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True)
class PlayerRow:
    """A player on a game's sheet. `units` is None before anything was counted."""

    youth_id: int
    name: str
    first_name: str
    jersey: str | None
    units: int | None


@dataclass(frozen=True)
class GameSheet:
    """A team's game as its counter shows it: who is present and may play, and how much each has to."""

    gathering: Gathering
    team_id: int
    team: str
    asked: Asked
    players: tuple[PlayerRow, ...]
    may_play: frozenset[int]
    has_register: bool
    not_cleared: int
    version: int
    saved_at: datetime | None

    @property
    def least(self) -> int | None:
        """How much each has to play with so many present."""
        return rules.least_for(self.asked.bands, len(self.players))


@dataclass(frozen=True)
class GameLine:
    """A game of a team that is over or under way, counted or not."""

    gathering_id: int
    title: str
    starts_at: datetime
    version: int
    present: int = 0
    short: int = 0

    @property
    def counted(self) -> bool:
        """Whether anybody saved what was counted."""
        return self.version > 0


@dataclass(frozen=True)
class TeamReport:
    """A team's playing time: its games and its players, those who miss most first."""

    asked: Asked
    games: tuple[GameLine, ...]
    players: tuple[tuple[str, PlayerTotal], ...]


@dataclass(frozen=True)
class TeamShort:
    """A team of a season in figures; no child is named."""

    team_id: int
    name: str
    division_id: int
    division: str
    games: int
    counted: int
    short_players: int
    missing: int


def asked_of(division_ids: Collection[int]) -> dict[int, Asked]:
    """What divisions ask for. Two statements."""
    bands: dict[int, list[Band]] = defaultdict(list)
    for row in db.session().scalars(
        sa.select(PlayBand).where(PlayBand.division_id.in_(division_ids)).order_by(PlayBand.from_players)
    ):
        bands[row.division_id].append(Band(row.from_players, row.to_players, row.least))
    said = {row.division_id: row for row in db.session().scalars(
        sa.select(PlayRule).where(PlayRule.division_id.in_(division_ids))
    )}  # fmt: skip
    found = {}
    for key in division_ids:
        rule = said.get(key)
        found[key] = Asked(rule.unit, rule.fewest_players, rule.warn_hours, tuple(bands[key])) if rule else Asked()
    return found


def get_sheet_for(actor: Actor, permission: P, gathering_id: int) -> GameSheet:
    """A team's game within reach, with the players present whom the reader may know. Raises `NotFound`.

    Before the register is taken everybody counts as present who was not said to stay away. Whoever is not cleared that
    day does not count: they may not play.
    """
    on = clock.today()
    gathering = programs.get_gathering_for(actor, permission, gathering_id, on)
    team = (
        db.session()
        .execute(sa.select(Team.id, Team.division_id).where(Team.group_id == (gathering.group_id or 0)))
        .first()
    )
    if team is None or gathering.kind is not GatheringKind.GAME or gathering.canceled_at is not None:
        raise NotFound
    team_id, division_id = team
    members, barred, has_register = _present(gathering)
    known = people.reachable(actor, permission, [line.youth_id for line in members], on)
    known |= attendance.walked_in_to(actor, gathering, on)
    sheet, counted = db.session().get(PlaySheet, gathering_id), _counted([gathering_id]).get(gathering_id, {})
    may_play = [line for line in members if line.youth_id not in barred]
    players = tuple(
        PlayerRow(line.youth_id, line.name, line.first_name, line.jersey, counted.get(line.youth_id))
        for line in sorted(may_play, key=attendance.jersey_order)
        if line.youth_id in known
    )
    return GameSheet(
        gathering, team_id, gathering.group.name if gathering.group else "", asked_of([division_id])[division_id],
        players, frozenset(line.youth_id for line in may_play), has_register, len(barred & known),
        sheet.version if sheet else 0, sheet.saved_at if sheet else None,
    )  # fmt: skip


def _present(gathering: Gathering) -> tuple[list[MemberLine], set[int], bool]:
    """Who is present at a game, which of them are not cleared that day, and whether the register says so."""
    members, marks = attendance.roll_members(gathering), attendance.marks_at([gathering.id]).get(gathering.id, {})
    has_register = db.session().get(Register, gathering.id) is not None
    here = [
        line for line in members
        if marks.get(line.youth_id) in CAME or (not has_register and line.youth_id not in marks)
    ]  # fmt: skip
    day, ids = clock.day_of(gathering.starts_at), [line.youth_id for line in here]
    return here, set(not_cleared(ids, gathering.season_id, day, gathering_id=gathering.id)), has_register


def _counted(gathering_ids: Collection[int]) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for row in db.session().scalars(sa.select(PlayCount).where(PlayCount.gathering_id.in_(gathering_ids))):
        found[row.gathering_id][row.youth_id] = row.units
    return found


def _games(condition: sa.ColumnElement[bool], now: datetime) -> list[tuple[Gathering, int, int]]:
    """Games that have begun, with their teams and the version of their sheets, 0 without one, in order of time."""
    statement = (
        sa.select(Gathering, Team.id, sa.func.coalesce(PlaySheet.version, 0))
        .join(Team, Team.group_id == Gathering.group_id)
        .join(Division, Division.id == Team.division_id)
        .outerjoin(PlaySheet, PlaySheet.gathering_id == Gathering.id)
        .where(
            condition,
            Gathering.kind == GatheringKind.GAME,
            Gathering.canceled_at.is_(None),
            Gathering.starts_at <= now,
        )
        .order_by(Gathering.starts_at, Gathering.id)
    )
    return [(row, team_id, version) for row, team_id, version in db.session().execute(statement)]


def report_of(actor: Actor, team: TeamHead, now: datetime) -> TeamReport:
    """A team's games and its players' playing time, as far as the reader reaches them. A constant number of statements."""
    division_id = db.session().scalar(sa.select(Team.division_id).where(Team.id == team.team_id)) or 0
    asked = asked_of([division_id])[division_id]
    games = _games(Gathering.group_id == team.group_id, now)
    counted = _counted([row.id for row, _team_id, version in games if version])
    counts = [GameCount(row.id, counted.get(row.id, {})) for row, _team_id, version in games if version]
    short = {count.gathering_id: len(rules.shortfalls(count, asked.bands)) for count in counts}
    lines = tuple(
        GameLine(row.id, row.title, row.starts_at, version, len(counted.get(row.id, ())), short.get(row.id, 0))
        for row, _team_id, version in games
    )
    totals = rules.season_of(counts, asked.bands)
    reached = people.reachable(actor, P.TEAM_READ, list(totals), clock.day_of(now))
    rows = db.session().scalars(sa.select(Person).where(Person.id.in_(reached)).order_by(Person.folded_name, Person.id))
    players = [(person.list_name, totals[person.id]) for person in rows]
    return TeamReport(asked, lines, tuple(sorted(players, key=lambda pair: -pair[1].missing)))


def season_report(season_id: int, now: datetime) -> list[TeamShort]:
    """The teams of a season with how many games were counted and how many players fell short. Four statements."""
    rows = (
        db.session()
        .execute(
            sa.select(Team.id, Group.name, Division.id, Division.name)
            .join(Group, Group.id == Team.group_id)
            .join(Division, Division.id == Team.division_id)
            .where(Division.season_id == season_id)
            .order_by(Division.folded_name, Group.folded_name, Team.id)
        )
        .all()
    )
    asked = asked_of({row[2] for row in rows})
    games: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row, team_id, version in _games(Division.season_id == season_id, now):
        games[team_id].append((row.id, version))
    counted = _counted([key for found in games.values() for key, version in found if version])
    lines = []
    for team_id, name, division_id, division in rows:
        counts = [GameCount(key, counted.get(key, {})) for key, version in games[team_id] if version]
        totals = rules.season_of(counts, asked[division_id].bands).values()
        short = [total.missing for total in totals if total.short]
        about = (team_id, name, division_id, division)
        lines.append(TeamShort(*about, len(games[team_id]), len(counts), len(short), sum(short)))
    return lines
