"""Credentials on the screen: from the first requirement to a cleared coach, two names behind an exception, and what a coach is shown."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from tests.makers.accounts import make_account
from tests.makers.credentials import make_paper, make_rule
from tests.makers.people import make_contacts, make_person
from tests.makers.programs import lead, make_gathering, make_group, make_season
from youthprog.access.types import Role
from youthprog.core import clock
from youthprog.core.actor import SYSTEM
from youthprog.credentials.models import Credential, CredentialOverride
from youthprog.credentials.services import set_limits
from youthprog.credentials.types import CRIMINAL_CHECK, Asked, Step
from youthprog.programs.models import Gathering, Group
from youthprog.programs.types import GroupKind, StaffRole


@pytest.fixture
def coach(session):
    """A coach of a group that meets in two days."""
    today = clock.today()
    season = make_season(starts_on=today - timedelta(days=5), ends_on=today + timedelta(days=60))
    group = make_group(season, "Chess", GroupKind.CLASS)
    person = make_person("Ana", "Coach")
    make_contacts(person, email="ana@coaches.example")
    lead(person, group, StaffRole.LEADER)
    make_gathering(group, clock.now() + timedelta(days=2))
    session.commit()
    return person


def papers(session, person) -> list[tuple[str, Step]]:
    session.expire_all()
    rows = session.scalars(sa.select(Credential).where(Credential.person_id == person.id).order_by(Credential.id))
    return [(row.kind, row.step) for row in rows]


def test_from_the_first_requirement_to_a_cleared_leader(session, visitor, coach):
    visitor.sign_in(make_account(Role.COORDINATOR))
    assert "Nothing is asked yet" in visitor.get("/credentials").text
    asked = {
        "kind": "+", "name": "First aid", "name_es": "Primeros auxilios", "role": "", "program_id": "", "asked": "always",
        "valid_months": "24", "renew_days": "60", "grace_days": "0", "source": "Board", "source_on": "2026-01-05",
    }  # fmt: skip
    assert "Where this is written" in visitor.post("/credentials/requirements", asked | {"source": ""}, status=422).text
    visitor.post("/credentials/requirements", asked)
    assert "Ana" in visitor.get("/credentials").text
    assert "First aid: Missing" in visitor.get("/credentials").text
    here = f"/credentials/people/{coach.id}"
    paper = {"kind": "first_aid", "step": "approved", "issued_on": "", "until_on": "", "provider": "", "reason": ""}
    assert "validity counts from it" in visitor.post(here, paper, status=422).text
    visitor.post(here, paper | {"issued_on": clock.today().isoformat()})
    assert papers(session, coach) == [("first_aid", Step.APPROVED)]
    assert "Cleared." in visitor.get(here).text
    assert "Nobody here" in visitor.get("/credentials").text


def test_an_exception_has_two_names(session, visitor, coach):
    make_rule()
    first, second = (make_account(Role.COORDINATOR, make_person(name, "Desk")) for name in ("Bo", "Cy"))
    session.commit()
    here = f"/credentials/people/{coach.id}"
    until = (clock.today() + timedelta(days=20)).isoformat()
    form = {
        "excuse-kind": "concussion", "excuse-program_id": "", "excuse-ground": "result_late", "excuse-until_on": until
    }  # fmt: skip
    visitor.sign_in(first)
    visitor.post(f"{here}/overrides", form, form_from=here)
    row = session.scalar(sa.select(CredentialOverride))
    assert "Agree" not in [each.text for each in visitor.get(here).all("button")]
    visitor.post(f"{here}/overrides/{row.id}", {}, form_from=here, status=422)
    visitor.sign_in(second)
    visitor.post(f"{here}/overrides/{row.id}", {}, form_from=here)
    session.expire_all()
    assert (row.asked_by_id, row.agreed_by_id) == (first.person_id, second.person_id)
    assert "Bo Desk and Cy Desk" in visitor.get("/credentials").text


def test_a_coach_hands_in_a_training_and_learns_of_no_one_s_check(session, visitor, coach):
    make_rule()
    make_rule(CRIMINAL_CHECK)
    other = make_person("Dee", "Helper")
    meeting = session.scalar(sa.text("SELECT id FROM gathering"))
    group_id = session.scalar(sa.text("SELECT group_id FROM gathering"))
    session.execute(
        sa.text("INSERT INTO group_staff (group_id, person_id, role, from_on) VALUES (:g, :p, 'leader', :d)"),
        {"g": group_id, "p": other.id, "d": clock.today()},
    )
    make_paper(other.id, clock.today() - timedelta(days=9))
    session.commit()
    visitor.sign_in(make_account(Role.COACH, coach))
    shown = visitor.get(f"/gatherings/{meeting}").text
    assert "Dee Helper is not cleared for this day." in shown
    assert "record check" not in shown.lower()
    mine = visitor.get("/my-papers").text
    assert "2 credentials not in force" in mine
    day = clock.today().isoformat()
    visitor.post("/my-papers", {"kind": "concussion", "issued_on": day, "until_on": "", "provider": "County"})
    refused = {"kind": CRIMINAL_CHECK, "issued_on": day, "until_on": "", "provider": "Bureau"}
    visitor.post("/my-papers", refused, status=422)
    assert papers(session, coach) == [("concussion", Step.REVIEW)]


def test_the_office_sees_why_somebody_cannot_lead(session, visitor, coach):
    make_rule()
    group = make_group(
        make_season(starts_on=clock.today(), ends_on=clock.today() + timedelta(days=9)), "Go", GroupKind.CLASS
    )
    session.commit()
    visitor.sign_in(make_account(Role.COORDINATOR))
    form = {"email": "ana@coaches.example", "role": "leader"}
    page = visitor.post(f"/groups/{group.id}/lead", form, form_from=f"/groups/{group.id}", status=422)
    assert "Ana Coach: Concussion training is not in force that day." in page.text


def test_whoever_assigns_a_volunteer_near_the_end_of_their_hours_is_told_at_once(session, visitor, coach):
    make_rule(asked=Asked.REGULAR)
    set_limits(
        None, by=SYSTEM, now=clock.now(), jurisdiction="", month_hours=2, year_hours=2, warn_percent=80, fewest_adults=2
    )
    group = session.scalars(sa.select(Group)).one()
    helper = make_person("Bo", "Helper")
    make_contacts(helper, email="bo@helpers.example")
    session.scalars(sa.select(Gathering)).one().ends_at += timedelta(minutes=10)
    session.commit()
    visitor.sign_in(make_account(Role.COORDINATOR))
    here = f"/groups/{group.id}"
    page = visitor.post(f"{here}/lead", {"email": "bo@helpers.example", "role": "leader"}, form_from=here)
    assert "Bo Helper comes to" in page.text
    assert "% of the hours of a volunteer" in page.text


def test_the_list_of_volunteers_leaves_as_a_file_that_runs_nothing(session, visitor, coach):
    make_rule(CRIMINAL_CHECK)
    make_rule()
    coach.given_name = "=HYPERLINK(1)"
    coach.family_name = "+Coach"
    paper = make_paper(coach.id, clock.today() - timedelta(days=9))
    paper.provider = "Canary Bureau"
    session.commit()
    visitor.sign_in(make_account(Role.COORDINATOR))
    visitor.get("/credentials?show=all")
    sent = visitor.client.get("/credentials/people.csv")
    head, line = list(csv.reader(io.StringIO(sent.data.decode("utf-8-sig"))))
    told = dict(zip(head, line, strict=True))
    assert told["Name"] == "'+Coach, =HYPERLINK(1)"
    assert (told["Serves as"], told["Status"]) == ("Leader", "1 not in force")
    assert {"Missing"} == {told[key] for key in head if told[key].startswith("Missing")}
    assert "Canary" not in sent.text
    book = visitor.client.get("/credentials/people.xlsx")
    (sheet,) = load_workbook(io.BytesIO(book.data)).worksheets
    rows = [[cell.value or "" for cell in row] for row in sheet.iter_rows()]
    assert rows == [head, line]
    assert all(cell.data_type == "s" for row in sheet.iter_rows() for cell in row if cell.value)
    other = make_account(Role.COORDINATOR, program_id=make_season().program_id)
    session.commit()
    visitor.sign_in(other)
    assert "Coach" not in visitor.client.get("/credentials/people.csv").text


def test_a_list_of_volunteers_is_shown_row_by_row_and_then_kept(session, visitor, coach):
    season_id = session.scalar(sa.text("SELECT id FROM season"))
    visitor.sign_in(make_account(Role.COORDINATOR))
    visitor.get("/credentials/import")

    def send(content: bytes, status: int = 200):
        file = (io.BytesIO(content), "list.csv")
        return visitor.post("/credentials/import", {"season": str(season_id), "file": file}, status=status)

    people = sa.text("SELECT count(*) FROM person WHERE family_name IN ('Wu', 'Paz')")
    page = send(b"First name,Last name,Email,Phone,Diet\nAna,Paz,ana@v.example,12\nBo,Wu,bo@v.example,\nCy,Li,,\n")
    assert "This is no phone number with its area code." in page.text
    assert "Columns not kept: Diet" in page.text
    assert [word in page.text for word in ("Row 2", "Row 4", "Left out")] == [True] * 3
    assert session.scalar(people) == 0, "nothing is written yet"
    sent = page.form("/credentials/import")
    assert "2 people are on the list now." in visitor.post("/credentials/import", sent).text
    assert session.scalar(people) == 2
    visitor.get("/credentials/import")
    assert "0 people are on the list now." in visitor.post("/credentials/import", sent).text
    visitor.get("/credentials/import")
    assert "too old" in visitor.post("/credentials/import", {**sent, "kept": sent["kept"] + "x"}, status=422).text
    for content, words in (
        (b"", "The file is empty."),
        (b"PK\x03\x04", "This page reads CSV."),
        (b"a,b\n1,2\n", "column names"),
    ):
        assert words in send(content, 422).text
