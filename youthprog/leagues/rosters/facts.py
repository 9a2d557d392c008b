"""What the rules of rosters ask, read at once: a division's rules, memberships, exceptions, papers, suspensions, custody."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from youthprog.core import clock, db
from youthprog.leagues.models import Division, Team
from youthprog.leagues.rosters.models import (
    DivisionRoster,
    DivisionRosterChange,
    MedicalHold,
    PlayerPaper,
    RosterException,
    Suspension,
)
from youthprog.leagues.rosters.types import (
    GameOf,
    HoldFacts,
    PaperKind,
    PlayFacts,
    RosterRules,
    SuspensionFacts,
    WaitFrom,
)
from youthprog.people.models import CustodyRestriction, Person
from youthprog.programs.models import (
    Gathering,
    Group,
    GroupMember,
    GroupStaff,
    Season,
)
from youthprog.programs.types import GatheringKind

WAIT_DAYS = 7

PAPER_COLUMNS = {PaperKind.AGE_PROOF: "asks_age_proof", PaperKind.PHYSICAL: "asks_physical"}

AGES = ("min_age", "max_age", "age_cutoff_on")

KEPT = ("most_players", "fewest_players", "closes_on", "one_team", "asks_age_proof", "asks_physical")


@dataclass(frozen=True)
class Keeping:
    """A division's rules as they stand: its ages, its row or the rules of one without, and the season's cut-off day."""

    division: Division
    row: DivisionRoster
    season_cutoff_on: date

    def values(self) -> dict[str, Any]:
        """Ages and limits by name."""
        ages = {name: getattr(self.division, name) for name in AGES}
        return ages | {name: getattr(self.row, name) for name in KEPT}

    def rules(self, was: Mapping[str, Any] | None = None) -> RosterRules:
        """The rules of now, or those that `was` says they were."""
        values = self.values() | {name: _read(name, value) for name, value in (was or {}).items()}
        return RosterRules(
            cutoff_on=values["age_cutoff_on"] or self.season_cutoff_on,
            min_age=values["min_age"],
            max_age=values["max_age"],
            most_players=values["most_players"],
            fewest_players=values["fewest_players"],
            closes_on=values["closes_on"],
            one_team=values["one_team"],
            papers=frozenset(kind for kind, column in PAPER_COLUMNS.items() if values[column]),
        )


def _read(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name.endswith("_on") and value is not None else value


def no_rules(division_id: int) -> DivisionRoster:
    """The rules of a division that has none: no limits, seven days of wait after a clearance."""
    return DivisionRoster(
        division_id=division_id, one_team=True, asks_age_proof=False, asks_physical=False, wait_days=WAIT_DAYS,
        wait_from=WaitFrom.CLEARANCE,
    )  # fmt: skip


@dataclass(frozen=True)
class GameAt:
    """A game of a team at an instant, and the youth asked about. `key` is the caller's own."""

    key: int
    group_id: int
    season_id: int
    at: datetime
    youth_ids: tuple[int, ...]

    @property
    def on(self) -> date:
        """The local day of the game."""
        return clock.day_of(self.at)


def hold_facts(row: MedicalHold) -> HoldFacts:
    """A hold as the rules see it."""
    recorded_on = clock.day_of(row.cleared_at) if row.cleared_at else None
    return HoldFacts(
        row.from_on, clock.day_of(row.held_at), row.needs_clearance, row.wait_days, row.wait_from, row.cleared_on,
        recorded_on,
    )  # fmt: skip


@dataclass(frozen=True)
class _Membership:
    member_id: int
    group_id: int
    group: str
    season_id: int
    youth_id: int
    from_on: date
    until_on: date | None
    born_on: date | None

    def holds(self, on: date) -> bool:
        return self.from_on <= on and (self.until_on is None or on <= self.until_on)


class Known:
    """Everything the rules ask about some games, read at once: a constant number of statements."""

    def __init__(self, games: Sequence[GameAt]):
        self.games = games
        self.groups = {game.group_id for game in games}
        self.seasons = {game.season_id for game in games}
        self.youth = {youth_id for game in games for youth_id in game.youth_ids}
        self.keeping = keeping_by_group(self.groups)
        self.changes = _changes_of({each.division.id for each in self.keeping.values()})
        members = _memberships(self.seasons, self.groups, self.youth)
        self.of_youth: dict[int, list[_Membership]] = defaultdict(list)
        self.of_group: dict[int, list[_Membership]] = defaultdict(list)
        self.places: dict[tuple[int, date], dict[int, int]] = {}
        for each in members:
            self.of_youth[each.youth_id].append(each)
            self.of_group[each.group_id].append(each)
        self.accepted = _exceptions_of(self.youth, self.groups)
        asks = any(self.rules_of(game.group_id, game.on).papers for game in games)
        self.papers = papers_of(self.youth) if asks else defaultdict(list)
        self.suspensions = _suspensions_of(self.youth, self.seasons)
        self.played = self._games_played()
        self.away = kept_away(self.groups, self.youth)

    def facts(self, game: GameAt, youth_id: int) -> PlayFacts:
        """What the rules ask about one youth and one game."""
        on = game.on
        mine = [each for each in self.of_youth[youth_id] if each.season_id == game.season_id and each.holds(on)]
        own = next((each for each in mine if each.group_id == game.group_id), None)
        before = [each for each in mine if own and (each.from_on, each.member_id) < (own.from_on, own.member_id)]
        return PlayFacts(
            on=on,
            at=game.at,
            rules=self.rules_of(game.group_id, on),
            born_on=own.born_on if own else None,
            joined_on=own.from_on if own else None,
            place=self.places_of(game.group_id, on)[own.member_id] if own else 0,
            accepted=frozenset(
                row.kind for row in self.accepted[youth_id, game.group_id] if _stands(row.given_at, row.ended_at, on)
            ),
            other_team=before[0].group if before else None,
            papers=on_file(self.papers[youth_id], on),
            suspensions=tuple(
                suspension_facts(row) for row in self.suspensions[youth_id] if row.season_id == game.season_id
            ),
            games=self.games_of(youth_id),
            kept_away=any(each.holds(game.group_id, on) for each in self.away[youth_id]),
        )

    def places_of(self, group_id: int, on: date) -> dict[int, int]:
        """The place of each membership of a team on a day in the order of joining, 1 the first."""
        if (group_id, on) not in self.places:
            here = [each for each in self.of_group[group_id] if each.holds(on)]
            here.sort(key=lambda each: (each.from_on, each.member_id))
            self.places[group_id, on] = {each.member_id: place for place, each in enumerate(here, 1)}
        return self.places[group_id, on]

    def rules_of(self, group_id: int, on: date) -> RosterRules:
        """The rules of a team's division as they were on a day."""
        keeping = self.keeping[group_id]
        later = [row for row in self.changes[keeping.division.id] if row.changed_on > on]
        return keeping.rules(later[0].was if later else None)

    def games_of(self, youth_id: int) -> tuple[GameOf, ...]:
        """The games of the teams a youth was on, each with all the youth's teams of its day."""
        if not self.suspensions[youth_id]:
            return ()
        found = []
        for starts_at, group_id in self.played:
            on = clock.day_of(starts_at)
            teams = frozenset(each.group_id for each in self.of_youth[youth_id] if each.holds(on))
            if group_id in teams:
                found.append(GameOf(starts_at, group_id, teams))
        return tuple(found)

    def _games_played(self) -> list[tuple[datetime, int]]:
        """Games, not canceled, of the teams of whoever is suspended, from the first suspension to the last game asked of."""
        rows = [row for rows in self.suspensions.values() for row in rows]
        if not rows:
            return []
        groups = {each.group_id for row in rows for each in self.of_youth[row.youth_id]}
        statement = sa.select(Gathering.starts_at, Gathering.group_id).where(
            Gathering.group_id.in_(groups),
            Gathering.kind == GatheringKind.GAME,
            Gathering.canceled_at.is_(None),
            Gathering.starts_at >= min(row.from_at for row in rows),
            Gathering.starts_at < max(game.at for game in self.games),
        )
        return [(at, group_id) for at, group_id in db.session().execute(statement) if group_id is not None]


def _stands(given_at: datetime, ended_at: datetime | None, on: date) -> bool:
    return clock.day_of(given_at) <= on and (ended_at is None or on < clock.day_of(ended_at))


def keeping_by_group(group_ids: Collection[int]) -> dict[int, Keeping]:
    rows = db.session().execute(
        sa.select(Team.group_id, Division, DivisionRoster, Season.age_cutoff_on)
        .join(Division, Division.id == Team.division_id)
        .join(Season, Season.id == Division.season_id)
        .outerjoin(DivisionRoster, DivisionRoster.division_id == Division.id)
        .where(Team.group_id.in_(group_ids))
    )
    return {
        group_id: Keeping(division, row or no_rules(division.id), cutoff) for group_id, division, row, cutoff in rows
    }


def _changes_of(division_ids: Collection[int]) -> dict[int, list[DivisionRosterChange]]:
    found: dict[int, list[DivisionRosterChange]] = defaultdict(list)
    rows = db.session().scalars(
        sa.select(DivisionRosterChange)
        .where(DivisionRosterChange.division_id.in_(division_ids))
        .order_by(DivisionRosterChange.changed_on, DivisionRosterChange.id)
    )
    for row in rows:
        found[row.division_id].append(row)
    return found


def _memberships(seasons: Collection[int], groups: Collection[int], youth: Collection[int]) -> list[_Membership]:
    """All memberships of some teams, and those of some youth in any team of the seasons."""
    rows = db.session().execute(
        sa.select(
            GroupMember.id, GroupMember.group_id, Group.name, Group.season_id, GroupMember.youth_id,
            GroupMember.from_on, GroupMember.until_on, Person.born_on,
        )
        .join(Person, Person.id == GroupMember.youth_id)
        .join(Group, Group.id == GroupMember.group_id)
        .join(Team, Team.group_id == Group.id)
        .where(
            Group.season_id.in_(seasons), sa.or_(GroupMember.group_id.in_(groups), GroupMember.youth_id.in_(youth))
        )
        .order_by(GroupMember.id)
    )  # fmt: skip
    return [_Membership(*row) for row in rows]


def _exceptions_of(youth: Collection[int], groups: Collection[int]) -> dict[tuple[int, int], list[RosterException]]:
    found: dict[tuple[int, int], list[RosterException]] = defaultdict(list)
    rows = db.session().scalars(
        sa.select(RosterException)
        .where(RosterException.youth_id.in_(youth), RosterException.group_id.in_(groups))
        .order_by(RosterException.id)
    )
    for row in rows:
        found[row.youth_id, row.group_id].append(row)
    return found


def papers_of(youth: Collection[int]) -> dict[int, list[PlayerPaper]]:
    """The papers the office has seen of each youth. One statement."""
    found: dict[int, list[PlayerPaper]] = defaultdict(list)
    for row in db.session().scalars(
        sa.select(PlayerPaper).where(PlayerPaper.youth_id.in_(youth)).order_by(PlayerPaper.id)
    ):
        found[row.youth_id].append(row)
    return found


def on_file(papers: Iterable[PlayerPaper], on: date) -> dict[PaperKind, date | None]:
    """The papers seen by a day, each with the latest last day."""
    found: dict[PaperKind, date | None] = {}
    for row in papers:
        if clock.day_of(row.seen_at) > on:
            continue
        known = found.get(row.kind, date.min)
        last = None if row.valid_until_on is None or known is None else max(known, row.valid_until_on)
        found[row.kind] = last
    return found


def _suspensions_of(youth: Collection[int], seasons: Collection[int]) -> dict[int, list[Suspension]]:
    found: dict[int, list[Suspension]] = defaultdict(list)
    rows = db.session().scalars(
        sa.select(Suspension)
        .where(Suspension.youth_id.in_(youth), Suspension.season_id.in_(seasons))
        .order_by(Suspension.id)
    )
    for row in rows:
        found[row.youth_id].append(row)
    return found


def suspension_facts(row: Suspension) -> SuspensionFacts:
    """A suspension as the rules see it."""
    return SuspensionFacts(row.group_id, row.from_at, row.games, row.until_on, row.lifted_at)


@dataclass(frozen=True)
class Away:
    """When an adult whom custody keeps from a youth leads a team: the days of both."""

    group_id: int
    led_from: date
    led_until: date | None
    starts_on: date
    ends_on: date | None

    def holds(self, group_id: int, on: date) -> bool:
        """Whether it is this team, and both hold on a day."""
        until = min(self.led_until or date.max, self.ends_on or date.max)
        return self.group_id == group_id and max(self.led_from, self.starts_on) <= on <= until


def kept_away(groups: Collection[int], youth: Collection[int]) -> dict[int, list[Away]]:
    """Which youth custody keeps from somebody who leads one of the teams, and when. One statement."""
    found: dict[int, list[Away]] = defaultdict(list)
    staff, limit = GroupStaff, CustodyRestriction
    rows = db.session().execute(
        sa.select(limit.youth_id, staff.group_id, staff.from_on, staff.until_on, limit.starts_on, limit.ends_on)
        .join(staff, staff.person_id == limit.adult_id)
        .where(limit.youth_id.in_(youth), staff.group_id.in_(groups))
    )
    for youth_id, group_id, led_from, led_until, starts_on, ends_on in rows:
        found[youth_id].append(Away(group_id, led_from, led_until, starts_on, ends_on))
    return found
