"""Verbs of the leagues room: import the players of a registration export. They never commit."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Conflict, Refusal, Refused
from youthprog.core.text import fold
from youthprog.leagues.import_plan import differing, plan_import, stated_values
from youthprog.leagues.importing import problems_from_text, rows_from_text, rows_to_text
from youthprog.leagues.models import Division, RosterImport, Team
from youthprog.leagues.snapshot import existing_for
from youthprog.leagues.types import Action, GuardianRow, ImportState, PlannedRow, PlayerRow, Problem, Reading, Ref
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
CHANGING = (Action.NEW, Action.UPDATE)


@dataclass(frozen=True)
class Imported:
    """What an import did, row by row."""

    planned: tuple[PlannedRow, ...]

    def count(self, action: Action) -> int:
        """How many rows were treated so."""
        return Counter(plan.action for plan in self.planned)[action]


def plan_players(rows: Sequence[PlayerRow], season: Season) -> list[PlannedRow]:
    """Say what an import would do today. Writes nothing."""
    return plan_import(rows, existing_for(rows, season))


def import_players(rows: Sequence[PlayerRow], season: Season, *, by: Actor, now: datetime) -> Imported:
    """Bring the players of a registration export into a season. What is here already stays as it is.

    Youth, guardians, homes, places, teams and health notes come in as the plan says; the plan is made anew here, so
    that it is true at this moment. Raises `Refused` when the season is over.
    """
    if season.ends_on < clock.day_of(now):
        sentence = N_("This season ended on %(day)s.")
        raise Refused([Refusal("season_over", sentence, "season", {"day": season.ends_on})])
    planned = plan_players(rows, season)
    writer = _Writer(season, by, now)
    for plan in planned:
        if plan.action in CHANGING:
            writer.write(plan)
    done = Imported(tuple(planned))
    if done.count(Action.NEW) or done.count(Action.UPDATE):
        counts = {"new": done.count(Action.NEW), "changed": done.count(Action.UPDATE), "same": done.count(Action.SAME)}
        record("players.imported", "season", season.id, by=by, now=now, **counts)
    return done


# The dry run that waits for somebody's word -----------------------------------------------------------------------


def try_import(reading: Reading, season: Season, *, file_sha256: str, by: Actor, now: datetime) -> RosterImport:
    """Keep what was read, sealed, until somebody accepts or discards it. `reading` is usable."""
    counts = Counter(plan.action.value for plan in plan_players(reading.rows, season))
    summary = dict(counts) | {
        "rows": len(reading.rows),
        "left_out": len(reading.refused),
        "source": reading.source.value,
    }
    entry = RosterImport(
        season_id=season.id,
        file_name=reading.filename[:200],
        file_sha256=file_sha256,
        state=ImportState.TRIED,
        summary=summary,
        created_at=now,
        created_by_id=by.person_id,
    )
    db.session().add(entry)
    db.flush()
    entry.seal("rows_sealed", rows_to_text(reading.rows, reading.problems))
    db.flush()
    record("import.tried", "roster_import", entry.id, by=by, now=now, season_id=season.id, rows=len(reading.rows))
    return entry


def read_import(entry: RosterImport) -> tuple[tuple[PlayerRow, ...], tuple[Problem, ...]]:
    """The rows and problems of a dry run that still waits; nothing once it was decided."""
    text = entry.unseal("rows_sealed")
    return (rows_from_text(text), problems_from_text(text)) if text else ((), ())


def accept_import(entry: RosterImport, season: Season, *, by: Actor, now: datetime) -> Imported:
    """Bring a dry run's players in and erase the sealed rows. Raises `Conflict` when it was decided already."""
    rows, _problems = read_import(entry)
    _decide(entry, ImportState.ACCEPTED, now)
    done = import_players(rows, season, by=by, now=now)
    counts = {action.value: done.count(action) for action in Action}
    entry.summary = entry.summary | counts
    record("import.accepted", "roster_import", entry.id, by=by, now=now, **counts)
    return done


def discard_import(entry: RosterImport, *, by: Actor, now: datetime) -> None:
    """Erase a dry run's sealed rows. Raises `Conflict` when it was decided already."""
    _decide(entry, ImportState.DISCARDED, now)
    record("import.discarded", "roster_import", entry.id, by=by, now=now)


def _decide(entry: RosterImport, state: ImportState, now: datetime) -> None:
    table: Any = RosterImport.__table__
    mine = sa.and_(table.c.id == entry.id, table.c.state == ImportState.TRIED)
    change = sa.update(table).where(mine).values(state=state, decided_at=now, rows_sealed=None)
    if db.session().execute(change).rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict([Refusal("decided", N_("Somebody accepted or discarded this file already."))])
    db.session().refresh(entry)


# Teams and rows ---------------------------------------------------------------------------------------------------


def open_team(season: Season, division_name: str, name: str, *, by: Actor, now: datetime) -> Team:
    """Make a team in a division of the season; the division is made when there is none of this name."""
    division = db.session().scalar(
        sa.select(Division).where(Division.season_id == season.id, Division.folded_name == fold(division_name))
    )
    if division is None:
        division = Division(season=season, name=division_name, folded_name=fold(division_name))
        db.session().add(division)
    team = Team(division=division, group=programs_services.open_group(season, GroupKind.TEAM, name, by=by, now=now))
    db.session().add(team)
    db.flush()
    record("team.opened", "team", team.id, by=by, now=now, season_id=season.id)
    return team


class _Writer:
    """Carries out a plan. What one row makes, the next ones use: `made` leads from a reference to its id."""

    def __init__(self, season: Season, by: Actor, now: datetime):
        self.season = season
        self.told: dict[str, Any] = {"by": by, "now": now}
        self.made: dict[Ref, Any] = {}

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
        person = self._found(plan.youth)
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
            self.made[plan.youth] = person
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

    def _found(self, ref: Ref) -> Person | None:
        if ref not in self.made and ref.id is not None:
            self.made[ref] = people.get_person(ref.id)
        return self.made.get(ref)

    def _adult(self, ref: Ref, guardian: GuardianRow) -> Person:
        person = self._found(ref)
        if person is None:
            person = people_services.add_person(
                PersonKind.ADULT, guardian.given_name, guardian.family_name, **self.told
            )
            self.made[ref] = person
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
        home: Household | None = self.made.get(ref)
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
        self.made[ref] = home

    def _notes(self, youth: Person, plan: PlannedRow) -> None:
        """Health and emergency contacts that are not known yet, beside those that are."""
        stated = stated_values(plan.row)
        news = differing(plan.row, {}) if plan.action is Action.NEW else plan.changes
        for name, kind in (("allergies", HealthKind.ALLERGY), ("conditions", HealthKind.CONDITION)):
            if name in news:
                text = stated[name]
                alert = text if len(text) <= ALERT_LENGTH else text[: ALERT_LENGTH - 1].rstrip() + "…"
                detail = None if alert == text else text
                people_services.note_health(youth, kind, alert=alert, detail=detail, **self.told)
        if {"emergency_name", "emergency_phone"} & set(news):
            name, phone = stated["emergency_name"], stated["emergency_phone"]
            people_services.add_emergency_contact(youth, name, phone, **self.told)

    def _team(self, youth: Person, plan: PlannedRow) -> None:
        assert plan.team is not None
        group = self._group(plan.team, plan)
        member = programs.find_membership(group.id, youth.id)
        if member is None:
            programs_services.join_group(youth.id, group, jersey=plan.jersey or None, **self.told)
        elif plan.jersey and member.jersey != plan.jersey:
            programs_services.give_jersey(member, plan.jersey, **self.told)

    def _group(self, ref: Ref, plan: PlannedRow) -> Group:
        if ref not in self.made:
            if ref.id is not None:
                team = db.session().get_one(Team, ref.id)
                self.made[ref] = db.session().get_one(Group, team.group_id)
            else:
                team = open_team(self.season, plan.row.division or NO_DIVISION, plan.team_name, **self.told)
                self.made[ref] = team.group
        return self.made[ref]
