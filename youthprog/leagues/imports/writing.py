"""Carrying out a plan row by row, with the verbs of the rooms below."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from youthprog.audit.services import record
from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.text import fold
from youthprog.leagues.imports.stated import differing, stated_values
from youthprog.leagues.imports.types import Action, GuardianRow, PlannedRow, Ref
from youthprog.leagues.models import Division, Team
from youthprog.leagues.queries import find_division
from youthprog.people import queries as people
from youthprog.people import services as people_services
from youthprog.people.models import Household, Person
from youthprog.people.types import ContactKind, Gender, HealthKind, PersonKind, Relationship
from youthprog.programs import queries as programs
from youthprog.programs import services as programs_services
from youthprog.programs.models import Group, Season
from youthprog.programs.types import GroupKind

ALERT_LENGTH = 80  # what fits a coach's roster; longer text goes to the detail
NO_DIVISION = "Open"
HEALTH = (("allergies", HealthKind.ALLERGY), ("conditions", HealthKind.CONDITION))


def open_team(season: Season, division_name: str, name: str, *, by: Actor, now: datetime, **about: Any) -> Team:
    """Make a team in a division of the season; the division is made when there is none of this name.

    `about` are when, where and for how many the group is.
    """
    group = programs_services.open_group(season, GroupKind.TEAM, name, by=by, now=now, **about)
    team = Team(division=division_called(season, division_name), group=group)
    db.session().add(team)
    db.flush()
    record("team.opened", "team", team.id, by=by, now=now, season_id=season.id)
    return team


def division_called(season: Season, name: str) -> Division:
    """The division of a name in a season, made when there is none; without a name, the open one."""
    name = name or NO_DIVISION
    division = find_division(season.id, fold(name))
    if division is None:
        division = Division(season=season, name=name, folded_name=fold(name))
        db.session().add(division)
    return division


class Writer:
    """Carries out a plan. What one row makes, the next ones use: `made` leads from a reference to its id."""

    def __init__(self, season: Season, by: Actor, now: datetime):
        self.season = season
        self.told: dict[str, Any] = {"by": by, "now": now}
        # A place for each kind: person 7, home 7 and team 7 are three things.
        self.people: dict[Ref, Person] = {}
        self.homes: dict[Ref, Household] = {}
        self.groups: dict[Ref, Group] = {}

    def write(self, plan: PlannedRow) -> None:
        """One row: the people, their home, the place, the team."""
        row = plan.row
        youth = self._youth(plan)
        adults = [self._adult(ref, guardian) for ref, guardian in zip(plan.guardians, row.guardians, strict=True)]
        if plan.action is Action.NEW or "guardians" in plan.changes:
            self._bonds(youth, adults)
        if plan.household is not None:
            self._home(plan, [youth, *adults])
        self._notes(youth, plan)
        if plan.enrolls:
            programs_services.enroll(youth.id, self.season.id, **self.told)
        if plan.team is not None:
            self._team(youth, plan)
        if plan.action is Action.NEW or "player_id" in plan.changes:
            for source, key in row.external:
                people_services.know_as(youth, source, key)

    def _youth(self, plan: PlannedRow) -> Person:
        row = plan.row
        person = self.found(plan.youth)
        if person is None:
            person = people_services.add_person(
                PersonKind.YOUTH,
                row.given_name,
                row.family_name,
                born_on=row.born_on,
                gender=row.gender,
                school=row.school,
                **self.told,
            )
            self.people[plan.youth] = person
            return person
        if {"given_name", "family_name"} & set(plan.changes):
            people_services.rename(
                person, row.given_name, row.family_name, preferred_name=person.preferred_name, **self.told
            )
        if {"gender", "school"} & set(plan.changes):
            gender = None if row.gender is Gender.UNSTATED else row.gender
            school = row.school or person.school
            people_services.correct(person, born_on=person.born_on, gender=gender, school=school, **self.told)
        return person

    def found(self, ref: Ref) -> Person | None:
        if ref not in self.people and ref.id is not None:
            self.people[ref] = people.get_person(ref.id)
        return self.people.get(ref)

    def _adult(self, ref: Ref, guardian: GuardianRow) -> Person:
        person = self.found(ref)
        if person is None:
            person = people_services.add_person(
                PersonKind.ADULT, guardian.given_name, guardian.family_name, **self.told
            )
            self.people[ref] = person
        for kind, values in ((ContactKind.EMAIL, [guardian.email]), (ContactKind.PHONE, guardian.phones)):
            for value in filter(None, values):
                people_services.add_contact(person, kind, value, **self.told)
        return person

    def _bonds(self, youth: Person, adults: Sequence[Person]) -> None:
        """The export does not say what an adult is to the child; a guardian can be corrected later."""
        for adult in adults:
            if people.find_bond(youth.id, adult.id) is None:
                people_services.add_guardian(youth, adult, Relationship.OTHER, **self.told)

    def _home(self, plan: PlannedRow, members: Sequence[Person]) -> None:
        assert plan.household is not None
        ref, row = plan.household, plan.row
        home = self.homes.get(ref)
        if home is None and ref.id is not None:
            home = db.session().get_one(Household, ref.id)
        if home is None:
            address: dict[str, Any] = {
                "street": row.street or None,
                "unit": row.unit or None,
                "city": row.city or None,
                "state": row.state or None,
                "postal_code": row.postal_code or None,
            }
            home = people_services.make_household(row.family_name, members, **address, **self.told)
        else:
            for person in members:
                people_services.join_household(home, person, **self.told)
        self.homes[ref] = home

    def _notes(self, youth: Person, plan: PlannedRow) -> None:
        """Health and emergency contacts that are not known yet, beside those that are."""
        stated = stated_values(plan.row)
        news = differing(plan.row, {}) if plan.action is Action.NEW else plan.changes
        for name, kind in HEALTH:
            if name in news:
                alert, detail = alert_and_detail(stated[name])
                people_services.note_health(youth, kind, alert=alert, detail=detail, **self.told)
        if {"emergency_name", "emergency_phone"} & set(news):
            name, phone = stated["emergency_name"], stated["emergency_phone"]
            people_services.add_emergency_contact(youth, name, phone, **self.told)

    def _team(self, youth: Person, plan: PlannedRow) -> None:
        assert plan.team is not None
        group = self.group(plan.team, plan)
        member = programs.find_membership(group.id, youth.id)
        if member is None:
            programs_services.join_group(youth.id, group, jersey=plan.jersey or None, **self.told)
        elif plan.jersey and member.jersey != plan.jersey:
            programs_services.give_jersey(member, plan.jersey, **self.told)

    def group(self, ref: Ref, plan: PlannedRow) -> Group:
        if ref not in self.groups:
            if ref.id is not None:
                team = db.session().get_one(Team, ref.id)
                self.groups[ref] = db.session().get_one(Group, team.group_id)
            else:
                team = open_team(self.season, plan.row.division, plan.team_name, **self.told)
                self.groups[ref] = team.group
        return self.groups[ref]


def alert_and_detail(text: str) -> tuple[str, str | None]:
    """The few words that fit a coach's roster, and the whole text when it is longer."""
    if len(text) <= ALERT_LENGTH:
        return text, None
    return text[: ALERT_LENGTH - 1].rstrip() + "…", text
