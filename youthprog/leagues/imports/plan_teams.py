"""The teams of a plan: which one a row means, whether its youth may join it, and with which number. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from youthprog.core.refusals import N_
from youthprog.core.text import fold
from youthprog.leagues.imports.plan_people import Child
from youthprog.leagues.imports.types import Existing, KnownTeam, PlayerRow, Problem, Ref, Severity

MOST_NAME = 38  # of team and division each, when both make the name


@dataclass(slots=True)
class TeamSoFar:
    """A team as the plan goes on."""

    ref: Ref
    name: str
    division: str
    free: int | None = None


class Teams:
    """Teams and taken numbers as the plan goes on."""

    def __init__(self, existing: Existing, whole: Iterable[PlayerRow], children: Iterable[Child], *, may_make: bool):
        self.may_make = may_make
        self.teams: dict[str, list[TeamSoFar]] = defaultdict(list)
        self.of: dict[Ref, TeamSoFar] = {}
        for team in existing.teams:
            self._know_team(team)
        self.jerseys = {(team, child.jersey): child.ref for child in children for team in child.teams}
        self.divisions_of: dict[str, set[str]] = defaultdict(set)
        for row in whole:
            self.divisions_of[fold(row.team)].add(fold(row.division))

    def _know_team(self, team: KnownTeam) -> None:
        self._add_team(TeamSoFar(Ref(id=team.id), team.name, fold(team.division), team.free))

    def _add_team(self, team: TeamSoFar) -> None:
        self.teams[fold(team.name)].append(team)
        self.of[team.ref] = team

    def team_for(self, row: PlayerRow, child: Child, problems: list[Problem]) -> TeamSoFar | None:
        """The row's team, unless the youth is on another one of that division or the team is full."""
        team = self._find_team(row) if row.team else None
        if not row.team or (team and team.ref in child.teams):
            return team
        division = team.division if team else fold(row.division)
        if any(self.of[ref].division == division for ref in child.teams if ref in self.of):
            sentence = N_("The youth is on another team of this division here and stays there.")
            problems.append(Problem(row.row, "", "other_team", sentence, Severity.WARN))
            return None
        if team and team.ref in child.barred:
            sentence = N_("Cannot be put on this team, and comes in without one. Look at the file of the player.")
            problems.append(Problem(row.row, "", "kept_away", sentence, Severity.WARN))
            return None
        if team and team.free == 0:
            sentence = N_("The team is full. The youth comes in without a team.")
            problems.append(Problem(row.row, "", "team_full", sentence, Severity.WARN))
            return None
        return team or self._new_team(row, problems)

    def _find_team(self, row: PlayerRow) -> TeamSoFar | None:
        """By name and division, or by name alone when that is certain."""
        division = fold(row.division)
        candidates = self._candidates(row)
        exact = next((team for team in candidates if team.division == division), None)
        certain = len(candidates) == 1 and len(self.divisions_of[fold(row.team)]) == 1
        return exact or (candidates[0] if certain or (candidates and not division) else None)

    def _candidates(self, row: PlayerRow) -> list[TeamSoFar]:
        return [*self.teams[fold(row.team)], *self.teams[fold(_full_name(row))]]

    def _new_team(self, row: PlayerRow, problems: list[Problem]) -> TeamSoFar | None:
        if not self.may_make:
            sentence = N_("There is no team of this name in the season. The youth comes in without a team.")
            problems.append(Problem(row.row, "", "unknown_team", sentence, Severity.WARN))
            return None
        sentence = N_("There is no team of this name in the season yet. It will be made.")
        problems.append(Problem(row.row, "", "new_team", sentence, Severity.WARN))
        division = fold(row.division)
        name = _full_name(row) if self._candidates(row) else row.team
        team = TeamSoFar(Ref(new=f"team:{division}:{fold(row.team)}"), name, division)
        self._add_team(team)
        return team

    def jersey_for(self, row: PlayerRow, child: Child, team: TeamSoFar | None, problems: list[Problem]) -> str:
        """The row's jersey, unless a teammate has it."""
        if team is None or not row.jersey:
            return ""
        if self.jerseys.get((team.ref, row.jersey), child.ref) != child.ref:
            sentence = N_("Another player of the team has this jersey number. The youth comes in without a number.")
            problems.append(Problem(row.row, "", "jersey_taken", sentence, Severity.WARN))
            return ""
        return row.jersey

    def join(self, child: Child, team: TeamSoFar, jersey: str) -> None:
        """Remember that a youth is on a team, with a number."""
        if team.ref not in child.teams and team.free is not None:
            team.free -= 1
        child.jersey = jersey or (child.jersey if team.ref in child.teams else "")
        child.teams.add(team.ref)
        self.jerseys.setdefault((team.ref, child.jersey), child.ref)


def _full_name(row: PlayerRow) -> str:
    """A team's name with its division, for when two divisions have a team of that name."""
    return f"{row.team[:MOST_NAME]} ({row.division[:MOST_NAME]})"
