"""Registration exports in the database, on both engines."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import joinedload

from tests.makers.people import make_person, make_youth
from tests.makers.programs import enroll, make_season, make_site
from youthprog.access.models import Placement
from youthprog.audit.models import AuditEntry
from youthprog.core.actor import SYSTEM
from youthprog.core.refusals import Refused
from youthprog.demo.department import plan_department
from youthprog.demo.files import Fault, sports_connect_csv, teamsnap_csv
from youthprog.demo.types import Size
from youthprog.leagues import services
from youthprog.leagues.forming.models import RegisteredDivision, TeamLimit, YouthRating
from youthprog.leagues.forming.queries import pool_of
from youthprog.leagues.imports.importing import read_players
from youthprog.leagues.imports.types import Action, Reading
from youthprog.leagues.imports.writing import Writer
from youthprog.leagues.models import Division, Team
from youthprog.people import services as people
from youthprog.people.models import (
    ContactPoint,
    EmergencyContact,
    ExternalId,
    Guardianship,
    HealthNote,
    Household,
    HouseholdMember,
    Person,
)
from youthprog.people.types import HealthKind, PersonKind
from youthprog.programs import queries as programs_queries
from youthprog.programs import services as programs
from youthprog.programs.models import Enrollment, Group, GroupMember, Season
from youthprog.programs.types import EnrollmentStatus, StaffRole

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
CITY = plan_department(Size.M, seed=5, today=TODAY)
TABLES = (
    Person, ContactPoint, Household, HouseholdMember, Guardianship, EmergencyContact, HealthNote, ExternalId, Enrollment,
    GroupMember, Division, Team, Placement,
)  # fmt: skip


@pytest.fixture
def season(session: Any) -> Season:
    """A season that takes everybody."""
    return make_season(ends_on=date(2026, 12, 20), min_age=4, max_age=18)


def export(most: int = 40, faults: tuple[Fault, ...] = ()) -> Reading:
    """The first players of an invented city, as Sports Connect would export them."""
    content = sports_connect_csv(CITY, most=most, faults=faults)
    return read_players(content, filename="enrollment.csv", today=TODAY, dates="mdy")


def bring(reading: Reading, season: Season) -> services.Imported:
    return services.import_players(reading.rows, season, by=SYSTEM, now=NOW)


def counts(session: Any) -> dict[str, int]:
    session.flush()
    return {model.__tablename__: session.scalar(sa.select(sa.func.count()).select_from(model)) for model in TABLES}


def test_an_export_makes_youth_guardians_homes_places_and_teams(session: Any, season: Season) -> None:
    reading = export()
    done = bring(reading, season)
    assert done.count(Action.NEW) == 40
    found = counts(session)
    guardians = {row.guardians[0] for row in reading.rows}
    assert found["enrollment"] == found["group_member"] == found["external_id"] == found["placement"] == 40
    assert found["person"] == 40 + len(guardians)
    assert found["household"] == len({(row.street, row.unit) for row in reading.rows})
    assert found["guardianship"] == 40
    assert found["team"] == len({row.team for row in reading.rows})
    assert found["division"] == len({row.division for row in reading.rows})
    assert session.get(Season, season.id).taken == 40


def test_what_the_file_says_is_kept_as_it_says(session: Any, season: Season) -> None:
    reading = export()
    bring(reading, season)
    people_here = {
        (youth.given_name, youth.family_name): youth
        for youth in session.scalars(sa.select(Person).where(Person.kind == PersonKind.YOUTH))
    }
    notes = {note.youth_id: note.unseal("alert_sealed") for note in session.scalars(sa.select(HealthNote))}
    for row in reading.rows:
        youth = people_here[row.given_name, row.family_name]
        assert (youth.born_on, youth.gender, youth.school) == (row.born_on, row.gender, row.school)
        assert notes.get(youth.id, "") == row.allergies + row.conditions


def test_the_same_file_again_changes_nothing(session: Any, season: Season) -> None:
    bring(export(), season)
    session.commit()
    before, lines = counts(session), session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    done = bring(export(), season)
    session.commit()
    assert {plan.action for plan in done.planned} == {Action.SAME}
    assert counts(session) == before
    assert session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == lines


def test_a_team_export_of_the_same_players_changes_nothing(session: Any, season: Season) -> None:
    bring(export(), season)
    team = next(row.team for row in export().rows)
    roster = read_players(teamsnap_csv(CITY, team), filename="roster.csv", today=TODAY)
    here = {(row.given_name, row.family_name) for row in export().rows}
    known = replace(roster, rows=tuple(row for row in roster.rows if (row.given_name, row.family_name) in here))
    assert known.rows
    assert {plan.action for plan in bring(known, season).planned} == {Action.SAME}


def test_refused_rows_stay_out_and_the_rest_comes_in(session: Any, season: Season) -> None:
    reading = export(faults=tuple(Fault))
    done = bring(reading, season)
    assert done.count(Action.NEW) == len(reading.rows) == 40 - len(reading.refused)


def test_a_changed_cell_is_an_update_of_that_alone(session: Any, season: Season) -> None:
    reading = export()
    bring(reading, season)
    row = replace(reading.rows[0], school="Foundry Middle School", allergies="Walnuts", jersey="98")
    done = bring(replace(reading, rows=(row,)), season)
    assert done.planned[0].changes == ("school", "allergies", "jersey")
    assert bring(replace(reading, rows=(row,)), season).planned[0].action is Action.SAME
    member = session.scalar(sa.select(GroupMember).where(GroupMember.jersey == "98"))
    assert member is not None


def test_what_was_noted_here_stays_beside_what_the_file_says(session: Any, season: Season) -> None:
    reading = export(most=1)
    bring(reading, season)
    youth = session.scalar(sa.select(Person).where(Person.kind == PersonKind.YOUTH))
    people.note_health(youth, HealthKind.ALLERGY, alert="Bees", by=SYSTEM, now=NOW)
    bring(replace(reading, rows=(replace(reading.rows[0], allergies="Walnuts"),)), season)
    notes = session.scalars(sa.select(HealthNote).where(HealthNote.kind == HealthKind.ALLERGY)).all()
    assert {"Bees", "Walnuts"} <= {note.unseal("alert_sealed") for note in notes}


def test_a_long_note_has_its_short_alert(session: Any, season: Season) -> None:
    reading = export(most=1)
    long = (
        "Peanuts, cashews, walnuts and everything cooked in their oil; the pen is in the front pocket of the blue bag."
    )
    bring(replace(reading, rows=(replace(reading.rows[0], allergies=long, conditions=""),)), season)
    note = session.scalar(sa.select(HealthNote))
    assert len(note.unseal("alert_sealed")) <= 80
    assert note.unseal("detail_sealed") == long
    again = bring(replace(reading, rows=(replace(reading.rows[0], allergies=long, conditions=""),)), season)
    assert again.planned[0].action is Action.SAME


def test_a_guardian_who_was_taken_out_is_not_put_back(session: Any, season: Season) -> None:
    reading = export(most=1)
    bring(reading, season)
    bond = session.scalar(sa.select(Guardianship))
    people.end_guardian(bond, by=SYSTEM, now=NOW)
    assert {plan.action for plan in bring(reading, season).planned} == {Action.SAME}
    assert bond.ended_on is not None


def test_a_youth_who_withdrew_is_not_enrolled_again(session: Any, season: Season) -> None:
    reading = export(most=1)
    bring(reading, season)
    enrollment = session.scalar(sa.select(Enrollment))
    programs.withdraw(enrollment, by=SYSTEM, now=NOW)
    assert {plan.action for plan in bring(reading, season).planned} == {Action.SAME}
    assert enrollment.status is EnrollmentStatus.WITHDRAWN


def test_a_person_a_home_and_a_team_of_one_number_are_three_things(session: Any, season: Season) -> None:
    reading = export(most=1)
    bring(reading, season)
    youth = session.scalars(sa.select(Person).where(Person.kind == PersonKind.YOUTH)).one()
    team = session.scalars(sa.select(Team)).one()
    assert youth.id == team.id == session.scalars(sa.select(Household)).one().id == 1
    programs.leave_group(youth.id, session.get_one(Group, team.group_id), by=SYSTEM, now=NOW)
    bring(reading, season)
    assert programs_queries.groups_of([youth.id], season.id)[youth.id][0][0] == team.group_id


@time_machine.travel(NOW)
def test_a_row_for_a_team_of_a_kept_away_coach_comes_in_without_a_team(session: Any, season: Season) -> None:
    reading = export(most=3)
    bring(reading, season)
    row = reading.rows[0]
    youth = session.scalar(sa.select(Person).where(Person.given_name == row.given_name, Person.born_on == row.born_on))
    member = session.scalar(sa.select(GroupMember).where(GroupMember.youth_id == youth.id))
    group = session.get(Group, member.group_id)
    programs.leave_group(youth.id, group, by=SYSTEM, now=NOW)
    coach = make_person("Paul", "Kept")
    order = {"no_collect": False, "no_decide": False, "no_information": True, "starts_on": TODAY}
    people.restrict_custody(youth, coach, **order, by=SYSTEM, now=NOW)
    programs.lead_group(coach.id, group, StaffRole.ASSISTANT_COACH, by=SYSTEM, now=NOW)
    (plan, *_others) = bring(reading, season).planned
    assert [problem.code for problem in plan.problems] == ["kept_away"]
    assert (plan.action, plan.team) == (Action.SAME, None)
    assert group.id not in [each for each, _name in programs_queries.groups_of([youth.id], season.id).get(youth.id, [])]


def test_a_full_season_puts_the_rest_in_line(session: Any) -> None:
    season = make_season(ends_on=date(2026, 12, 20), min_age=4, max_age=18, capacity=3)
    enroll(make_youth(), season)
    programs.change_season(season, capacity=3, by=SYSTEM, now=NOW)
    session.get(Season, season.id).taken = 1
    session.flush()
    bring(export(most=5), season)
    statuses = sorted(str(status) for status in session.scalars(sa.select(Enrollment.status)))
    assert statuses == ["enrolled"] * 3 + ["waitlisted"] * 3
    assert counts(session)["group_member"] == 2
    assert {plan.action for plan in bring(export(most=5), season).planned} == {Action.SAME}


def test_a_season_that_is_over_takes_nobody(session: Any) -> None:
    season = make_season(ends_on=date(2026, 11, 22))
    with pytest.raises(Refused) as refused:
        bring(export(most=1), season)
    assert [reason.code for reason in refused.value.reasons] == ["season_over"]


# One by one and at once -----------------------------------------------------------------------------------------


def contents(session: Any) -> dict[str, Counter[Any]]:
    """All that an import wrote, without keys: by the names of the people."""
    session.flush()
    name = {
        person.id: (person.given_name, person.family_name, person.born_on)
        for person in session.scalars(sa.select(Person))
    }
    home = {each.id: (each.name, each.folded_address) for each in session.scalars(sa.select(Household))}
    group = {each.id: each.name for each in session.scalars(sa.select(Group))}

    def rows(model: Any, *columns: Any) -> Counter[Any]:
        return Counter(tuple(column(row) for column in columns) for row in session.scalars(sa.select(model)))

    whose = lambda attribute: lambda row: name[getattr(row, attribute)]  # noqa: E731
    of = lambda *attributes: lambda row: tuple(getattr(row, each) for each in attributes)  # noqa: E731
    return {
        "person": rows(
            Person, of("kind", "given_name", "family_name", "folded_name", "born_on", "gender", "school", "language")
        ),
        "contact": rows(ContactPoint, whose("person_id"), of("kind", "value", "normal", "preferred")),
        "home": rows(Household, of("name", "street", "unit", "city", "state", "postal_code", "folded_address")),
        "member": rows(HouseholdMember, lambda row: home[row.household_id], whose("person_id")),
        "bond": rows(
            Guardianship,
            whose("youth_id"),
            whose("guardian_id"),
            of("relationship", "may_decide", "may_collect", "rank"),
        ),
        "emergency": rows(EmergencyContact, whose("youth_id"), of("name", "phone", "relation")),
        "health": rows(
            HealthNote,
            whose("youth_id"),
            lambda row: (row.kind, row.unseal("alert_sealed"), row.unseal("detail_sealed")),
        ),
        "external": rows(ExternalId, whose("person_id"), of("source", "key")),
        "enrollment": rows(
            Enrollment, whose("youth_id"), of("season_id", "status", "asked_at", "enrolled_at", "age_exception")
        ),
        "placement": rows(Placement, whose("youth_id"), of("program_id", "source", "from_on", "until_on")),
        "group": rows(
            GroupMember, whose("youth_id"), lambda row: group[row.group_id], of("jersey", "from_on", "until_on")
        ),
        "season": rows(Season, of("id", "taken")),
        "deeds": Counter(
            (line["action"], line["subject_kind"], *sorted(line["detail"])) for line in session.info["deeds"]
        ),
    }


@pytest.mark.parametrize("capacity", [None, 30])
def test_at_once_writes_what_the_verbs_would(session: Any, capacity: int | None) -> None:
    season = make_season(ends_on=date(2026, 12, 20), min_age=4, max_age=18, capacity=capacity)
    session.commit()
    rows = export().rows
    long = replace(rows[3], allergies="Peanuts and everything cooked in their oil; " * 3)
    siblings = replace(rows[0], row=90, given_name="Íñigo", external=(), jersey="97")
    rows = (*rows[:3], long, *rows[4:], siblings)
    bring(replace(export(), rows=rows), season)
    at_once = contents(session)
    session.rollback()
    season = session.get(Season, season.id)
    writer = Writer(season, SYSTEM, NOW)
    planned = services.plan_players(rows, season, by=SYSTEM)
    for plan in planned:
        writer.write(plan)
    one_by_one = contents(session)
    at_once["deeds"] = Counter({deed: n for deed, n in at_once["deeds"].items() if deed[0] != "players.imported"})
    assert {plan.action for plan in planned} == {Action.NEW}
    for name, found in at_once.items():
        assert found == one_by_one[name], name


def test_ratings_days_and_places_of_a_file_fill_what_is_not_known(session: Any, season: Season) -> None:
    """A file of a program that forms teams: its rows mean children who are here."""
    site = make_site("Mill Park")
    youth = [make_youth("Ana", "Li"), make_youth("Ben", "Cruz"), make_youth("Cai", "Diaz")]
    for each in youth:
        enroll(each, season)
    session.add(YouthRating(season_id=season.id, youth_id=youth[1].id, points=9, rated_at=NOW))
    session.flush()
    head = "first_name,last_name,grade,coach_skill,parent_skill,unavailable_days,disallowed_locations\n"
    rows = (
        f'Ana,Li,4,No Answer,3.5,"Mon, jueves",{site.name.upper()}',
        "Ben,Cruz,4,4,,,Nowhere",
        "Cai,Diaz,4,strong,,Fri,",
    )
    reading = read_players((head + "\n".join(rows)).encode(), filename="cyslf.csv", today=TODAY)
    assert [(each.code, each.row) for each in reading.problems if each.row] == [("bad_rating", 4)]
    bring(reading, season)

    def kept() -> list[Any]:
        session.flush()
        rated = session.execute(sa.select(YouthRating.youth_id, YouthRating.points).order_by(YouthRating.youth_id))
        limits = session.execute(
            sa.select(TeamLimit.youth_id, TeamLimit.weekday, TeamLimit.site_id).order_by(TeamLimit.id)
        )
        trail = session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
        return [rated.all(), limits.all(), trail]

    ana, ben, cai = (each.id for each in youth)
    session.commit()
    before = kept()
    assert before[:2] == [[(ana, 4), (ben, 9)], [(ana, 0, None), (ana, 3, None), (ana, None, site.id), (cai, 4, None)]]
    bring(reading, season)
    session.commit()
    assert kept() == before, "the same file again changes nothing"


def test_a_registration_for_a_division_without_teams_says_who_is_formed_there(session: Any, season: Season) -> None:
    head = "Player First Name,Player Last Name,Player Birth Date,Division Name,Team Name\n"
    born = date(TODAY.year - 10, 1, 20).isoformat()

    def read(*rows: str) -> Reading:
        return read_players((head + "\n".join(rows)).encode(), filename="registrations.csv", today=TODAY)

    first = read(f"Ana,Li,{born},Under 11,", f"Ben,Cruz,{born},Under 13,Unallocated", f"Cai,Diaz,{born},,")
    assert bring(first, season).count(Action.NEW) == 3

    def pools() -> dict[str, list[str]]:
        session.flush()
        session.expire_all()
        found = session.scalars(sa.select(Division).options(joinedload(Division.season)).order_by(Division.name))
        return {each.name: sorted(line.name for line in pool_of(each)) for each in found}

    assert pools() == {"Under 11": ["Ana Li", "Cai Diaz"], "Under 13": ["Ben Cruz", "Cai Diaz"]}
    before = session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    assert {plan.action for plan in bring(first, season).planned} == {Action.SAME}
    assert session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == before
    bring(read(f"Ana,Li,{born},under 13,"), season)
    assert pools() == {"Under 11": ["Cai Diaz"], "Under 13": ["Ana Li", "Ben Cruz", "Cai Diaz"]}, "the last file counts"
    older = session.scalars(sa.select(Division).where(Division.name == "Under 13")).one()
    older.min_age = 12
    assert pools()["Under 11"] == ["Ana Li", "Ben Cruz", "Cai Diaz"], "nobody is formed where the ages bar it"
    assert session.scalar(sa.select(sa.func.count()).select_from(RegisteredDivision)) == 2
