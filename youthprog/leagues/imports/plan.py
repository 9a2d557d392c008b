"""What an import would change: the rows of a file against what is already here. Pure.

Who a row means is found by `plan_people`, its team by `plan_teams`. Whoever is only alike is asked about and left out until a person has said. A
blank cell never erases anything, nobody is taken out of a team, and a second run of the same file changes nothing.
"""

from collections.abc import Iterable

from youthprog.core.refusals import N_
from youthprog.core.text import fold
from youthprog.leagues.imports.cells import read_places
from youthprog.leagues.imports.columns import Part
from youthprog.leagues.imports.plan_people import Child, People
from youthprog.leagues.imports.plan_teams import Teams, TeamSoFar
from youthprog.leagues.imports.stated import ONE_VALUE, differing, stated_values
from youthprog.leagues.imports.types import Action, Alike, Existing, PlannedRow, PlayerRow, Problem, Ref, Severity
from youthprog.people.rules import age_on


def plan_import(
    rows: Iterable[PlayerRow],
    existing: Existing,
    *,
    may_make_teams: bool = True,
    whole: Iterable[PlayerRow] | None = None,
) -> list[PlannedRow]:
    """Say for each row what it would do: new, update, same or refuse.

    `whole` are all rows of the file where `rows` are a part: whether a team's name is certain depends on them all.
    """
    rows = list(rows)
    planner = _Planner(rows, existing, may_make_teams, rows if whole is None else whole)
    return [planner.plan(row) for row in rows]


class _Planner:
    """Walks the rows once; what one row makes, the next ones find."""

    def __init__(self, rows: list[PlayerRow], existing: Existing, may_make_teams: bool, whole: Iterable[PlayerRow]):
        self.people = People(existing)
        self.teams = Teams(existing, whole, self.people.children.values(), may_make=may_make_teams)
        self.sites = existing.sites
        self.window = existing.window
        self.places_left = existing.window.places_left if existing.window else None

    def plan(self, row: PlayerRow) -> PlannedRow:
        """One row."""
        problems: list[Problem] = []
        child = self.people.find(row, problems)
        alike: tuple[Alike, ...] = ()
        told_same = False
        if child is None and not problems:
            child, alike = self.people.look_alike(row)
            told_same = child is not None
        if alike:
            sentence = N_(
                "This may be somebody who is here, or in another row, under another spelling. A person must say."
            )
            problems.append(Problem(row.row, "", "maybe_same", sentence, Severity.REFUSE))
        if any(problem.severity is Severity.REFUSE for problem in problems):
            return PlannedRow(row, Action.REFUSE, Ref(), problems=tuple(problems), alike=alike)
        is_new = child is None
        if child is None:
            child = self.people.new_child(row, problems)
        guardians = tuple(self.people.adult_for(guardian, child) for guardian in row.guardians)
        household = self.people.home_for(row, guardians) if is_new else None
        enrolls = self._enrolls(row, child, problems)
        team = self.teams.team_for(row, child, problems) if child.may_join else None
        jersey = self.teams.jersey_for(row, child, team, problems)
        changes = () if is_new else self._changes(row, child, guardians, enrolls, team, jersey)
        if told_same:  # another spelling, which a person saw: the name here stays
            changes = tuple(name for name in changes if name not in ("given_name", "family_name"))
        problems += self._places(row)
        names = child.given, child.family
        self._settle(row, child, guardians, household, team, jersey)
        if told_same:
            child.given, child.family = names
        return PlannedRow(
            row=row,
            action=Action.NEW if is_new else Action.UPDATE if changes else Action.SAME,
            youth=child.ref,
            guardians=guardians,
            household=household,
            team=team.ref if team else None,
            team_name=team.name if team else "",
            jersey=jersey,
            enrolls=enrolls,
            changes=changes,
            problems=tuple(problems),
        )

    def _enrolls(self, row: PlayerRow, child: Child, problems: list[Problem]) -> bool:
        """Whether the row brings the youth a place in the season, or a place in line."""
        if child.placed:
            return False
        born_on = row.born_on or child.born_on
        if born_on is None:
            sentence = N_("The birth date is not known. Comes in without a place; add the birth date, then enroll.")
            problems.append(Problem(row.row, "", "no_birth_date_yet", sentence, Severity.WARN))
            child.may_join = False
            return False
        if self.window:
            age = age_on(born_on, self.window.age_cutoff_on)
            if not self.window.min_age <= age <= self.window.max_age:
                sentence = N_(
                    "%(age)s years old on the cut-off day, outside the ages of this season. Comes in without a place."
                )
                problems.append(Problem(row.row, "", "outside_ages", sentence, Severity.WARN, {"age": age}))
                child.may_join = False
                return False
        if self.places_left == 0:
            sentence = N_("The season is full. The youth goes on the waitlist, without a team.")
            problems.append(Problem(row.row, "", "waitlist", sentence, Severity.WARN))
            child.may_join = False
        elif self.places_left is not None:
            self.places_left -= 1
        child.placed = True
        return True

    def _changes(
        self,
        row: PlayerRow,
        child: Child,
        guardians: tuple[Ref, ...],
        enrolls: bool,
        team: TeamSoFar | None,
        jersey: str,
    ) -> tuple[str, ...]:
        """What would be different afterward, by name, in the order of a person's file."""
        changes = [name for name in differing(row, child.values) if name not in child.said]
        if fold(child.given) != fold(row.given_name):
            changes.insert(0, "given_name")
        if fold(child.family) != fold(row.family_name):
            changes.insert(0, "family_name")
        if not set(guardians) <= child.guardians:
            changes.append("guardians")
        if any(self.people.adds_contact(ref, guardian) for ref, guardian in zip(guardians, row.guardians, strict=True)):
            changes.append("contacts")
        if enrolls:
            changes.append("enrollment")
        if team and team.ref not in child.teams:
            changes.append("team")
        elif jersey and jersey != child.jersey:
            changes.append("jersey")
        if any(self.people.is_new_key(pair) for pair in row.external):
            changes.append("player_id")
        return tuple(changes)

    def _settle(
        self,
        row: PlayerRow,
        child: Child,
        guardians: tuple[Ref, ...],
        household: Ref | None,
        team: TeamSoFar | None,
        jersey: str,
    ) -> None:
        """Remember what this row makes true."""
        for name in differing(row, child.values):
            child.values[name] = f"{child.values[name]}\n{stated_values(row)[name]}"
        child.said |= stated_values(row).keys() & ONE_VALUE
        child.given, child.family = row.given_name, row.family_name
        child.guardians |= set(guardians)
        for adult in guardians:
            self.people.children_of[adult].add(child.ref)
        if team:
            self.teams.join(child, team, jersey)
            self.people.team_names[team.ref] = team.name
        for pair in row.external:
            self.people.new_external[pair] = child.ref
        for ref, guardian in zip(guardians, row.guardians, strict=True):
            self.people.learn(self.people.adults[ref], guardian, household)

    def _places(self, row: PlayerRow) -> list[Problem]:
        """That a place where the youth cannot come is no site here: it would count for nothing."""
        places = read_places(dict(row.for_teams).get(Part.BAD_PLACES.name, ""))
        if all(fold(place) in self.sites for place in places):
            return []
        sentence = N_(
            "An impossible place of this row is no site here and was left out. Add the site, or correct its name."
        )
        return [Problem(row.row, "", "unknown_place", sentence, Severity.WARN)]
