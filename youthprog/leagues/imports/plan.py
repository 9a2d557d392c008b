"""What an import would change: the rows of a file against what is already here. Pure.

A youth is found by the export's own key, else by folded names and birth date, unless the guardians are others. An adult is found by folded name
together with a mail or a phone. Whoever is only alike is asked about and left out until a person has said. A blank cell never erases anything, nobody is taken out of a team, and a second run
of the same file changes nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from youthprog.core.refusals import N_
from youthprog.core.text import fold
from youthprog.leagues.imports.cells import read_places
from youthprog.leagues.imports.columns import Part
from youthprog.leagues.imports.likeness import may_be_same, pair_key, somebody
from youthprog.leagues.imports.types import (
    Action,
    Alike,
    Existing,
    GuardianRow,
    KnownAdult,
    KnownTeam,
    KnownYouth,
    PlannedRow,
    PlayerRow,
    Problem,
    Ref,
    Severity,
)
from youthprog.people.rules import age_on
from youthprog.people.types import Gender

SPARING = ("gender", "school", "allergies", "conditions", "emergency_name", "emergency_phone")
"""Fields of a row that may change a youth's record when they are not blank."""

ONE_VALUE = frozenset({"gender", "school"})
"""Fields of which a youth has one value; notes and contacts stand beside each other."""

MOST_NAME = 38  # of team and division each, when both make the name

YouthKey = tuple[str, str, date | None]


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


def address_key(street: str | None, unit: str | None, city: str | None, postal_code: str | None) -> str:
    """The comparable form of an address; empty without a street."""
    return (
        fold(" ".join(part or "" for part in (street, unit, city, postal_code))).replace(".", "").replace(",", "")
        if street
        else ""
    )


@dataclass(slots=True)
class _Child:
    """A youth as the plan goes on: from here, or made by an earlier row."""

    ref: Ref
    given: str
    family: str
    values: dict[str, str]
    guardians: set[Ref] = field(default_factory=set)
    teams: set[Ref] = field(default_factory=set)
    jersey: str = ""
    placed: bool = False
    may_join: bool = True
    barred: frozenset[Ref] = frozenset()
    born_on: date | None = None
    written: tuple[str, str] = ("", "")
    """The names under which the plan found the youth."""

    said: set[str] = field(default_factory=set)
    """Fields that an earlier row of the file spoke of: of two rows that disagree the first counts."""


@dataclass(slots=True)
class _Adult:
    """A guardian as the plan goes on."""

    ref: Ref
    name: str
    emails: set[str]
    phones: set[str]
    home: Ref | None
    shown: str = ""


@dataclass(slots=True)
class _Team:
    """A team as the plan goes on."""

    ref: Ref
    name: str
    division: str
    free: int | None = None


class _Planner:
    """Walks the rows once; what one row makes, the next ones find."""

    def __init__(self, rows: list[PlayerRow], existing: Existing, may_make_teams: bool, whole: Iterable[PlayerRow]):
        self.may_make_teams = may_make_teams
        self.external = dict(existing.external)
        self.children: dict[Ref, _Child] = {}
        self.jerseys: dict[tuple[Ref, str], Ref] = {}
        self.by_key: dict[YouthKey, list[Ref]] = defaultdict(list)
        self.by_name: dict[tuple[str, str], list[Ref]] = defaultdict(list)
        self.by_birth: dict[date, list[Ref]] = defaultdict(list)
        self.children_of: dict[Ref, set[Ref]] = defaultdict(set)
        self.decided = existing.decided
        self.sites = existing.sites
        self.new_external: dict[tuple[str, str], Ref] = {}
        for youth in existing.youth:
            self._know_youth(youth)
        self.adults: dict[Ref, _Adult] = {}
        self.by_contact: dict[str, list[Ref]] = defaultdict(list)
        for adult in existing.adults:
            self._know_adult(adult)
        self.window = existing.window
        self.places_left = existing.window.places_left if existing.window else None
        self.teams: dict[str, list[_Team]] = defaultdict(list)
        self.team_of: dict[Ref, _Team] = {}
        for team in existing.teams:
            self._know_team(team)
        self.homes = {home.address_key: Ref(id=home.id) for home in existing.households if home.address_key}
        self.divisions_of: dict[str, set[str]] = defaultdict(set)
        for row in whole:
            self.divisions_of[fold(row.team)].add(fold(row.division))

    def plan(self, row: PlayerRow) -> PlannedRow:
        """One row."""
        problems: list[Problem] = []
        child = self._find(row, problems)
        alike: tuple[Alike, ...] = ()
        told_same = False
        if child is None and not problems:
            child, alike = self._look_alike(row)
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
            child = self._new_child(row, problems)
        guardians = tuple(self._adult_for(guardian, child) for guardian in row.guardians)
        household = self._home_for(row, guardians) if is_new else None
        enrolls = self._enrolls(row, child, problems)
        team = self._team_for(row, child, problems) if child.may_join else None
        jersey = self._jersey_for(row, child, team, problems)
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

    # What is here -------------------------------------------------------------------------------------------

    def _know_youth(self, youth: KnownYouth) -> None:
        ref = Ref(id=youth.id)
        self.children[ref] = _Child(
            ref=ref,
            given=youth.given_name,
            family=youth.family_name,
            values=dict(youth.values),
            guardians={Ref(id=adult) for adult in youth.guardian_ids},
            teams={Ref(id=team) for team in youth.team_ids},
            jersey=youth.jersey,
            placed=youth.placed,
            may_join=youth.may_join,
            barred=frozenset(Ref(id=team) for team in youth.barred_ids),
            born_on=youth.born_on,
            written=(youth.given_name, youth.family_name),
        )
        for adult in self.children[ref].guardians:
            self.children_of[adult].add(ref)
        self._index(ref, youth.given_name, youth.family_name, youth.born_on)
        for team in self.children[ref].teams:
            self.jerseys[(team, youth.jersey)] = ref

    def _index(self, ref: Ref, given: str, family: str, born_on: date | None) -> None:
        self.by_key[(fold(given), fold(family), born_on)].append(ref)
        self.by_name[(fold(given), fold(family))].append(ref)
        if born_on:
            self.by_birth[born_on].append(ref)

    def _know_adult(self, adult: KnownAdult) -> None:
        home = None if adult.household_id is None else Ref(id=adult.household_id)
        name = fold(f"{adult.given_name} {adult.family_name}")
        shown = f"{adult.given_name} {adult.family_name}"
        self._add_adult(_Adult(Ref(id=adult.id), name, set(adult.emails), set(adult.phones), home, shown))

    def _add_adult(self, adult: _Adult) -> None:
        self.adults[adult.ref] = adult
        for contact in (*adult.emails, *adult.phones):
            self.by_contact[contact].append(adult.ref)

    def _know_team(self, team: KnownTeam) -> None:
        self._add_team(_Team(Ref(id=team.id), team.name, fold(team.division), team.free))

    def _add_team(self, team: _Team) -> None:
        self.teams[fold(team.name)].append(team)
        self.team_of[team.ref] = team

    # Youth --------------------------------------------------------------------------------------------------

    def _find(self, row: PlayerRow, problems: list[Problem]) -> _Child | None:
        """The youth of this row, if there is one already."""
        for pair in row.external:
            ref = self.new_external.get(pair) or (Ref(id=self.external[pair]) if pair in self.external else None)
            found = self.children.get(ref) if ref else None
            if found:
                if fold(found.given) == fold(row.given_name) or fold(found.family) == fold(row.family_name):
                    return found
                sentence = N_("The player id of this row belongs to somebody else here. Check who it is.")
                problems.append(Problem(row.row, "", "other_person", sentence, Severity.REFUSE))
                return None
            if pair in self.external:
                sentence = N_(
                    "The player id of this row is in use outside your programs. Ask a coordinator of the whole department."
                )
                problems.append(Problem(row.row, "", "beyond_reach", sentence, Severity.REFUSE))
                return None
        if row.born_on is None:
            return self._find_by_name(row, problems)
        refs = self.by_key[(fold(row.given_name), fold(row.family_name), row.born_on)]
        if len(refs) > 1:
            refs = [ref for ref in refs if self._shares_contact(self.children[ref], row)] or refs
        if len(refs) > 1:
            sentence = N_("Two youth here have this name and birth date. Merge them or correct one, then import again.")
            problems.append(Problem(row.row, "", "two_match", sentence, Severity.REFUSE))
            return None
        found = self.children[refs[0]] if refs else None
        return None if found is not None and self._is_of_others(found, row) else found

    def _is_of_others(self, child: _Child, row: PlayerRow) -> bool:
        """Whether a child of that name and birth date has other guardians than the row names: a person must say then.

        Two families may have a child of one name and birthday, and neither may be handed the other's.
        """
        signs, own = self._signs_about(child), _signs_of(row)
        return bool(signs) and bool(own) and signs.isdisjoint(own)

    def _find_by_name(self, row: PlayerRow, problems: list[Problem]) -> _Child | None:
        """Whom a row without a birth date means: the one of that name in the season, else the one who has none either."""
        found = [self.children[ref] for ref in self.by_name[(fold(row.given_name), fold(row.family_name))]]
        means = [child for child in found if child.placed] or [child for child in found if child.born_on is None]
        if len(means) > 1:
            means = [child for child in means if self._shares_contact(child, row)] or means
        if len(means) > 1:
            sentence = N_(
                "Several young people of this name are here, and the file gives no birth date to tell them apart."
            )
            problems.append(Problem(row.row, "", "two_match", sentence, Severity.REFUSE))
            return None
        return means[0] if means else None

    def _look_alike(self, row: PlayerRow) -> tuple[_Child | None, tuple[Alike, ...]]:
        """The youth whom a person said the row to be; else those whom somebody must be asked about."""
        own = somebody(row.given_name, row.family_name, row.born_on, _signs_of(row))
        asked = []
        for ref in self._candidates_for(row):
            child = self.children[ref]
            other = somebody(*child.written, child.born_on, self._signs_about(child))
            if not may_be_same(own, other):
                continue
            pair = pair_key(
                (row.given_name, row.family_name, row.born_on, _names_in(row.guardians)),
                (*child.written, child.born_on, self._names_about(child)),
            )
            if self.decided.get(pair):
                return child, ()
            if pair not in self.decided:
                asked.append(self._alike(child, pair))
        return None, tuple(asked)

    def _candidates_for(self, row: PlayerRow) -> Iterable[Ref]:
        """Whoever was born that day, is called so, or has a guardian with one of the contacts."""
        found = list(self.by_birth[row.born_on]) if row.born_on else []
        found += self.by_name[(fold(row.given_name), fold(row.family_name))]
        for guardian in row.guardians:
            for contact in filter(None, (guardian.email, *guardian.phones)):
                for adult in self.by_contact.get(contact, ()):
                    found += sorted(self.children_of[adult], key=lambda ref: (ref.id or 0, ref.new))
        return dict.fromkeys(found)

    def _signs_about(self, child: _Child) -> set[str]:
        adults = [self.adults[ref] for ref in child.guardians if ref in self.adults]
        return {sign for adult in adults for sign in (adult.name, *adult.emails, *adult.phones)}

    def _names_about(self, child: _Child) -> list[str]:
        return [self.adults[ref].name for ref in child.guardians if ref in self.adults]

    def _alike(self, child: _Child, pair: str) -> Alike:
        adults = sorted(self.adults[ref].shown for ref in child.guardians if ref in self.adults)
        teams = sorted(self.team_of[ref].name for ref in child.teams if ref in self.team_of)
        row = int(child.ref.new.partition(":")[2]) if child.ref.new else 0
        return Alike(pair, *child.written, child.born_on, tuple(adults), tuple(teams), child.ref.id, row)

    def _shares_contact(self, child: _Child, row: PlayerRow) -> bool:
        contacts = {contact for guardian in row.guardians for contact in (guardian.email, *guardian.phones) if contact}
        return any(ref in child.guardians for contact in contacts for ref in self.by_contact.get(contact, ()))

    def _new_child(self, row: PlayerRow, problems: list[Problem]) -> _Child:
        if row.born_on and self.by_name[(fold(row.given_name), fold(row.family_name))]:
            sentence = N_(
                "Somebody with this name and another birth date is here already. Check that it is not the same youth."
            )
            problems.append(Problem(row.row, "", "near_match", sentence, Severity.WARN))
        child = _Child(Ref(new=f"youth:{row.row}"), row.given_name, row.family_name, dict.fromkeys(SPARING, ""))
        child.born_on, child.written = row.born_on, (row.given_name, row.family_name)
        self.children[child.ref] = child
        self._index(child.ref, row.given_name, row.family_name, row.born_on)
        return child

    def _enrolls(self, row: PlayerRow, child: _Child, problems: list[Problem]) -> bool:
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
        self, row: PlayerRow, child: _Child, guardians: tuple[Ref, ...], enrolls: bool, team: _Team | None, jersey: str
    ) -> tuple[str, ...]:
        """What would be different afterward, by name, in the order of a person's file."""
        changes = [name for name in differing(row, child.values) if name not in child.said]
        if fold(child.given) != fold(row.given_name):
            changes.insert(0, "given_name")
        if fold(child.family) != fold(row.family_name):
            changes.insert(0, "family_name")
        if not set(guardians) <= child.guardians:
            changes.append("guardians")
        if any(self._adds_contact(ref, guardian) for ref, guardian in zip(guardians, row.guardians, strict=True)):
            changes.append("contacts")
        if enrolls:
            changes.append("enrollment")
        if team and team.ref not in child.teams:
            changes.append("team")
        elif jersey and jersey != child.jersey:
            changes.append("jersey")
        if any(pair not in self.external and pair not in self.new_external for pair in row.external):
            changes.append("player_id")
        return tuple(changes)

    def _settle(
        self,
        row: PlayerRow,
        child: _Child,
        guardians: tuple[Ref, ...],
        household: Ref | None,
        team: _Team | None,
        jersey: str,
    ) -> None:
        """Remember what this row makes true."""
        for name in differing(row, child.values):
            child.values[name] = f"{child.values[name]}\n{stated_values(row)[name]}"
        child.said |= stated_values(row).keys() & ONE_VALUE
        child.given, child.family = row.given_name, row.family_name
        child.guardians |= set(guardians)
        for adult in guardians:
            self.children_of[adult].add(child.ref)
        if team:
            if team.ref not in child.teams and team.free is not None:
                team.free -= 1
            child.jersey = jersey or (child.jersey if team.ref in child.teams else "")
            child.teams.add(team.ref)
            self.jerseys.setdefault((team.ref, child.jersey), child.ref)
        for pair in row.external:
            self.new_external[pair] = child.ref
        for ref, guardian in zip(guardians, row.guardians, strict=True):
            self._learn(self.adults[ref], guardian, household)

    # Adults and homes ---------------------------------------------------------------------------------------

    def _adult_for(self, guardian: GuardianRow, child: _Child) -> Ref:
        """The adult of that name who has one of the contacts, or already answers for the child; else a new one."""
        name = fold(f"{guardian.given_name} {guardian.family_name}")
        contacts = [contact for contact in (guardian.email, *guardian.phones) if contact]
        near = [ref for contact in contacts for ref in self.by_contact.get(contact, ())]
        for ref in (*near, *sorted(child.guardians, key=lambda ref: (ref.id or 0, ref.new))):
            if self.adults.get(ref) and self.adults[ref].name == name:
                return ref
        shown = f"{guardian.given_name} {guardian.family_name}"
        adult = _Adult(Ref(new=f"adult:{len(self.adults) + 1}"), name, set(), set(), None, shown)
        self._add_adult(adult)
        self._learn(adult, guardian, None)
        return adult.ref

    def _adds_contact(self, ref: Ref, guardian: GuardianRow) -> bool:
        adult = self.adults[ref]
        return bool(ref.id) and bool(({guardian.email} - {""} - adult.emails) or (set(guardian.phones) - adult.phones))

    def _learn(self, adult: _Adult, guardian: GuardianRow, home: Ref | None) -> None:
        for contact, kept in ((guardian.email, adult.emails), *((phone, adult.phones) for phone in guardian.phones)):
            if contact and contact not in kept:
                kept.add(contact)
                self.by_contact[contact].append(adult.ref)
        adult.home = adult.home or home

    def _home_for(self, row: PlayerRow, guardians: tuple[Ref, ...]) -> Ref | None:
        """A new youth's household: a guardian's, else whoever has the player's phone, else the address's, else a new one."""
        adults = [self.adults[ref] for ref in guardians]
        adults += [self.adults[ref] for phone in row.phones for ref in self.by_contact.get(phone, ())]
        home = next((adult.home for adult in adults if adult.home), None)
        key = address_key(row.street, row.unit, row.city, row.postal_code)
        home = home or self.homes.get(key)
        if home is None and (key or guardians):
            home = Ref(new=f"home:{row.row}")
        if home is not None and key:
            self.homes.setdefault(key, home)
        return home

    # Teams --------------------------------------------------------------------------------------------------

    def _team_for(self, row: PlayerRow, child: _Child, problems: list[Problem]) -> _Team | None:
        """The row's team, unless the youth is on another one of that division or the team is full."""
        team = self._find_team(row) if row.team else None
        if not row.team or (team and team.ref in child.teams):
            return team
        division = team.division if team else fold(row.division)
        if any(self.team_of[ref].division == division for ref in child.teams if ref in self.team_of):
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

    def _find_team(self, row: PlayerRow) -> _Team | None:
        """By name and division, or by name alone when that is certain."""
        division = fold(row.division)
        candidates = self._candidates(row)
        exact = next((team for team in candidates if team.division == division), None)
        certain = len(candidates) == 1 and len(self.divisions_of[fold(row.team)]) == 1
        return exact or (candidates[0] if certain or (candidates and not division) else None)

    def _candidates(self, row: PlayerRow) -> list[_Team]:
        return [*self.teams[fold(row.team)], *self.teams[fold(_full_name(row))]]

    def _new_team(self, row: PlayerRow, problems: list[Problem]) -> _Team | None:
        if not self.may_make_teams:
            sentence = N_("There is no team of this name in the season. The youth comes in without a team.")
            problems.append(Problem(row.row, "", "unknown_team", sentence, Severity.WARN))
            return None
        sentence = N_("There is no team of this name in the season yet. It will be made.")
        problems.append(Problem(row.row, "", "new_team", sentence, Severity.WARN))
        division = fold(row.division)
        name = _full_name(row) if self._candidates(row) else row.team
        team = _Team(Ref(new=f"team:{division}:{fold(row.team)}"), name, division)
        self._add_team(team)
        return team

    def _places(self, row: PlayerRow) -> list[Problem]:
        """That a place where the youth cannot come is no site here: it would count for nothing."""
        places = read_places(dict(row.for_teams).get(Part.BAD_PLACES.name, ""))
        if all(fold(place) in self.sites for place in places):
            return []
        sentence = N_(
            "An impossible place of this row is no site here and was left out. Add the site, or correct its name."
        )
        return [Problem(row.row, "", "unknown_place", sentence, Severity.WARN)]

    def _jersey_for(self, row: PlayerRow, child: _Child, team: _Team | None, problems: list[Problem]) -> str:
        """The row's jersey, unless a teammate has it."""
        if team is None or not row.jersey:
            return ""
        if self.jerseys.get((team.ref, row.jersey), child.ref) != child.ref:
            sentence = N_("Another player of the team has this jersey number. The youth comes in without a number.")
            problems.append(Problem(row.row, "", "jersey_taken", sentence, Severity.WARN))
            return ""
        return row.jersey


def stated_values(row: PlayerRow) -> dict[str, str]:
    """The values that a row states about a youth's record; blanks, and half an emergency contact, state nothing."""
    values = {name: str(getattr(row, name)) for name in SPARING}
    if not (row.emergency_name and row.emergency_phone):
        values["emergency_name"] = values["emergency_phone"] = ""
    return {name: value for name, value in values.items() if value and value != Gender.UNSTATED}


def differing(row: PlayerRow, known: Mapping[str, str]) -> list[str]:
    """The names of stated values that are not among the known ones (one a line)."""
    return [name for name, new in stated_values(row).items() if new not in known.get(name, "").split("\n")]


def _names_in(guardians: Iterable[GuardianRow]) -> list[str]:
    return [fold(f"{each.given_name} {each.family_name}") for each in guardians]


def _signs_of(row: PlayerRow) -> set[str]:
    """What the row's guardians go by: folded names, mails, phones."""
    names = set(_names_in(row.guardians))
    contacts = {contact for guardian in row.guardians for contact in (guardian.email, *guardian.phones) if contact}
    return names | contacts


def _full_name(row: PlayerRow) -> str:
    """A team's name with its division, for when two divisions have a team of that name."""
    return f"{row.team[:MOST_NAME]} ({row.division[:MOST_NAME]})"
