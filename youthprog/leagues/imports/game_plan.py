"""What a schedule would change: its games against the teams and games of the season. Pure.

A game is found by its key, else by its two teams and its day. Two teams of one division play a fixture of it; else each
team of the season gets a gathering of its own, and a team that is not here is only a name. A game that is over stays as
it is. A second run of the same file changes nothing, and moves nothing back that was moved here since.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from youthprog.core.refusals import N_
from youthprog.leagues.imports.columns import squeeze
from youthprog.leagues.imports.game_reading import is_seed
from youthprog.leagues.imports.types import (
    Action,
    GameRow,
    GameSeason,
    KnownGame,
    KnownTeam,
    PlannedGame,
    Problem,
    Severity,
)

NEAR = timedelta(hours=14)  # two starts on one day, whatever the zone


def plan_games(rows: Iterable[GameRow], season: GameSeason) -> list[PlannedGame]:
    """Say for each game what it would do: new, update, same or refuse."""
    rows = list(rows)
    planner = _Planner(season, rows)
    return [planner.plan(row) for row in rows]


def title_of(opponent: str, *, at_home: bool) -> str:
    """What a team's gathering is called."""
    return f"{'vs.' if at_home else 'at'} {opponent}"[:120]


def saying_of(row: GameRow) -> str:
    """What stands for all that a row says of its game."""
    says = (row.home, row.away, row.division, row.starts_at, row.ends_at, row.place, row.arrive, row.canceled)
    return hashlib.sha256(repr(says).encode("utf-8", "surrogatepass")).hexdigest()


class _Planner:
    """Walks the rows once; a game is taken by one row only."""

    def __init__(self, season: GameSeason, rows: list[GameRow]):
        self.season = season
        self.teams: dict[str, list[KnownTeam]] = defaultdict(list)
        for team in season.teams:
            self.teams[squeeze(team.name)].append(team)
        self.by_key = {game.key: game for game in season.games if game.key}
        self.by_pair: dict[tuple[str, str], list[KnownGame]] = defaultdict(list)
        for game in season.games:
            self.by_pair[_pair(game.home_name, game.away_name)].append(game)
        self.taken = {_identity(self.by_key[row.key]) for row in rows if row.key in self.by_key}
        self.division_of = {team.id: team.division_id for team in season.teams}

    def plan(self, row: GameRow) -> PlannedGame:
        """One row."""
        problems: list[Problem] = []
        home = self._team(row.home, row, problems) if row.home else None
        away = self._team(row.away, row, problems) if row.away else None
        known = self._known(row)
        if row.moves_only:
            return self._move(row, known)
        if home and away and home.id == away.id:
            _refuse(problems, row, "same_team_here", N_("Both names are one team here."))
        elif home is None and away is None and all(each.severity is Severity.WARN for each in problems):
            _refuse(problems, row, *_why_nobody(row))
        if row.canceled and known is None:
            return self._planned(row, None, home, away, Action.SAME, (), problems)
        if not problems or all(each.severity is not Severity.REFUSE for each in problems):
            self._check_days(row, known, problems)
        changes = self._changes(row, known, home, away, problems) if known else ()
        if known and changes and _is_over(known, self.season.now):
            _refuse(problems, row, "over", N_("This game is over and stays as it is."))
        if any(each.severity is Severity.REFUSE for each in problems):
            problems = [each for each in problems if each.severity is Severity.REFUSE]
            return self._planned(row, known, home, away, Action.REFUSE, (), problems)
        if known and not row.canceled and _is_canceled(known):
            sentence = N_("This game was called off here and stays so.")
            problems.append(Problem(row.row, "", "stays_canceled", sentence, Severity.WARN))
            return self._planned(row, known, home, away, Action.SAME, (), problems)
        action = Action.NEW if known is None else Action.UPDATE if changes else Action.SAME
        plan = self._planned(row, known, home, away, action, changes, problems)
        return replace(plan, problems=(*plan.problems, *self._about_place(plan)))

    def _about_place(self, plan: PlannedGame) -> list[Problem]:
        """That the field of a game is not here yet, or not named: a game of a division stands on a field."""
        moves = plan.action is Action.NEW or {"place", "division"} & set(plan.changes)
        if (
            plan.division_id is None
            or not moves
            or (plan.row.place and self.season.field_of(plan.row.place) is not None)
        ):
            return []
        sentence = N_("There is no field of this name yet. It will be made, without hours.")
        if not plan.row.place:
            sentence = N_("The row names no place. Families read that it is still to be told.")
        return [Problem(plan.row.row, "", "new_field" if plan.row.place else "no_place", sentence, Severity.WARN)]

    def _planned(
        self,
        row: GameRow,
        known: KnownGame | None,
        home: KnownTeam | None,
        away: KnownTeam | None,
        action: Action,
        changes: tuple[str, ...],
        problems: list[Problem],
    ) -> PlannedGame:
        return PlannedGame(
            row=row,
            action=action,
            game_id=known.id if known else None,
            fixture_id=known.fixture_id if known else None,
            division_id=self._division(home.id if home else None, away.id if away else None),
            home_team_id=home.id if home else None,
            away_team_id=away.id if away else None,
            home_name=home.name if home else row.home,
            away_name=away.name if away else row.away,
            changes=changes,
            problems=tuple(problems),
        )

    def _move(self, row: GameRow, known: KnownGame | None) -> PlannedGame:
        """A row without teams: where and when a game that is here takes place."""
        problems: list[Problem] = []
        if known is None:
            sentence = N_("No game of this id is here, and the row names no teams.")
            _refuse(problems, row, "unknown_game", sentence)
            return PlannedGame(row, Action.REFUSE, problems=tuple(problems))
        self._check_days(row, known, problems)
        changes = self._changes(row, known, None, None, problems, moves_only=True)
        if changes and _is_over(known, self.season.now):
            _refuse(problems, row, "over", N_("This game is over and stays as it is."))
        refused = any(each.severity is Severity.REFUSE for each in problems)
        return PlannedGame(
            row=row,
            action=Action.REFUSE if refused else Action.UPDATE if changes else Action.SAME,
            game_id=known.id,
            fixture_id=known.fixture_id,
            division_id=self._division(known.home_team_id, known.away_team_id),
            home_team_id=known.home_team_id,
            away_team_id=known.away_team_id,
            home_name=known.home_name,
            away_name=known.away_name,
            changes=() if refused else changes,
            problems=tuple(problems),
        )

    # Teams --------------------------------------------------------------------------------------------------

    def _team(self, name: str, row: GameRow, problems: list[Problem]) -> KnownTeam | None:
        """The team of a name, blind to case and blanks: in the division, else where only one is called so."""
        division = squeeze(row.division)
        names = (name, f"{name} ({row.division})", f"{name} {row.division}") if division else (name,)
        found = [team for each in dict.fromkeys(map(squeeze, names)) for team in self.teams.get(each, ())]
        exact = [team for team in found if division and squeeze(team.division) == division]
        if len(exact) == 1 or len(found) == 1:
            return (exact or found)[0]
        if found:
            sentence = N_("Several teams of the season are called so. The division must tell them apart.")
            _refuse(problems, row, "several_teams", sentence)
        elif is_seed(name):
            sentence = N_(
                "One side is a seed or still open. The game is kept for the other one; import again when it is known."
            )
            problems.append(Problem(row.row, "", "seed_opponent", sentence, Severity.WARN))
        else:
            sentence = N_("One of the teams is not in the season. The game is kept for the other one.")
            problems.append(Problem(row.row, "", "unknown_opponent", sentence, Severity.WARN))
        return None

    def _known(self, row: GameRow) -> KnownGame | None:
        """The game that a row means, if it is here."""
        if row.key in self.by_key:
            return self.by_key[row.key]
        if row.starts_at is None or row.moves_only:
            return None
        near = [
            game
            for game in self.by_pair[_pair(self._name(row.home, row), self._name(row.away, row))]
            if _identity(game) not in self.taken
            and (starts_at := _starts_at(game))
            and abs(starts_at - row.starts_at) < NEAR
        ]
        near.sort(key=lambda game: abs((_starts_at(game) or row.starts_at) - row.starts_at))  # type: ignore[operator]
        if near:
            self.taken.add(_identity(near[0]))
        return near[0] if near else None

    def _name(self, name: str, row: GameRow) -> str:
        team = self._team(name, row, [])
        return team.name if team else name

    # What differs -------------------------------------------------------------------------------------------

    def _check_days(self, row: GameRow, known: KnownGame | None, problems: list[Problem]) -> None:
        if row.starts_at and not self.season.opens_at <= row.starts_at < self.season.closes_at:
            _refuse(problems, row, "outside_season", N_("This day is outside the season."))

    def _division(self, home_id: int | None, away_id: int | None) -> int | None:
        """The division of which both teams are, when there is one."""
        if home_id is None or away_id is None or home_id == away_id:
            return None
        one, other = self.division_of.get(home_id), self.division_of.get(away_id)
        return one if one == other else None

    def _changes(
        self,
        row: GameRow,
        known: KnownGame,
        home: KnownTeam | None,
        away: KnownTeam | None,
        problems: list[Problem],
        *,
        moves_only: bool = False,
    ) -> tuple[str, ...]:
        """What would be different afterward, by name."""
        if row.canceled:
            return () if _is_canceled(known) else ("canceled",)
        who = [] if moves_only else self._who(row, known, home, away)
        where = self._where(row, known)
        if where and known.said == saying_of(row) and not who:
            sentence = N_("This game was moved here since the file was read, and stays so.")
            problems.append(Problem(row.row, "", "moved_here", sentence, Severity.WARN))
            where = []
        changes = [*who, *where]
        if row.arrive is not None and row.arrive != known.arrive:
            changes.append("arrive")
        home_id, away_id = (home.id if home else None), (away.id if away else None)
        if moves_only:
            home_id, away_id = known.home_team_id, known.away_team_id
        if known.fixture_id is None and self._division(home_id, away_id) and not _is_canceled(known):
            changes.append("division")
        return tuple(changes)

    def _who(self, row: GameRow, known: KnownGame, home: KnownTeam | None, away: KnownTeam | None) -> list[str]:
        """Which sides are other ones."""
        changes = []
        for name, team, given, team_id, here in (
            ("home", home, row.home, known.home_team_id, known.home_name),
            ("away", away, row.away, known.away_team_id, known.away_name),
        ):
            if (team.id if team else None) != team_id or (team is None and squeeze(given) != squeeze(here)):
                changes.append(name)
        return changes

    def _where(self, row: GameRow, known: KnownGame) -> list[str]:
        """What of time and place is different."""
        changes = []
        sides = [side for side in (known.home, known.away) if side]
        if any(side.starts_at != row.starts_at for side in sides):
            changes.append("starts")
        if any(side.ends_at - side.starts_at != _length(row) for side in sides):
            changes.append("ends")
        if row.place and any(side.place != row.place for side in sides) and not self._is_there(row, known):
            changes.append("place")
        return changes

    def _is_there(self, row: GameRow, known: KnownGame) -> bool:
        """Whether another name for the field stands in the row: with its site before it, as our own files have it."""
        return known.venue_id is not None and self.season.field_of(row.place) == known.venue_id


def _identity(game: KnownGame) -> tuple[int | None, int | None]:
    return game.id, game.fixture_id


def _length(row: GameRow) -> timedelta:
    return row.ends_at - row.starts_at if row.starts_at and row.ends_at else timedelta()


def _pair(home: str, away: str) -> tuple[str, str]:
    return squeeze(home), squeeze(away)


def _starts_at(game: KnownGame) -> datetime | None:
    side = game.home or game.away
    return side.starts_at if side else None


def _is_over(game: KnownGame, now: datetime) -> bool:
    return any(side.ends_at <= now for side in (game.home, game.away) if side)


def _is_canceled(game: KnownGame) -> bool:
    sides = [side for side in (game.home, game.away) if side]
    return bool(sides) and all(side.canceled for side in sides)


def _why_nobody(row: GameRow) -> tuple[str, str]:
    if is_seed(row.home) or is_seed(row.away):
        return "seeds", N_("Seeds stand in place of teams. Import the file again when the teams are known.")
    return "no_team_here", N_("Neither team is in the season. Make the teams first, or correct their names.")


def _refuse(problems: list[Problem], row: GameRow, code: str, sentence: str) -> None:
    problems.append(Problem(row.row, "", code, sentence, Severity.REFUSE))
