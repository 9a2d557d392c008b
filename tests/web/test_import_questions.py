"""What an import asks on the screen: the month, the columns, who is who; large files; schedules; and exports."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.people import make_guardian, make_youth
from tests.makers.programs import join, make_season, make_team
from tests.support.pages import Page, Visitor
from youthprog.access.models import Account
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.core import clock, db
from youthprog.leagues.imports import services as import_services
from youthprog.leagues.imports.models import ColumnMeaning, ImportedGame, ImportPair, RosterImport
from youthprog.leagues.imports.types import ImportState
from youthprog.outreach import chores
from youthprog.people.models import CustodyRestriction, Guardianship, Person
from youthprog.people.types import PersonKind
from youthprog.programs.models import Gathering, Season

HEAD = ("First Name", "Last Name", "Birth Date", "Parent First Name", "Parent Last Name", "Parent Email", "Team")
BO = ("Bo", "Ng", "2015-03-14", "Wei", "Ng", "wei@post.example", "Tigers")
ANA = ("Ana", "Li", "2016-02-20", "Mei", "Li", "mei@post.example", "Tigers")


def table(*rows, head=HEAD) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode()


@pytest.fixture
def season(session) -> Season:
    today = clock.today()
    found = make_season(
        name="Fall", starts_on=today - timedelta(30), ends_on=today + timedelta(60), age_cutoff_on=today
    )
    session.commit()
    return found


@pytest.fixture
def coordinator(session, season, visitor) -> Visitor:
    account = make_account(Role.COORDINATOR)
    session.commit()
    return visitor.sign_in(account)


def send(visitor: Visitor, season: Season, content: bytes, name: str = "players.csv", status: int = 200) -> Page:
    visitor.get("/import")
    return visitor.post("/import", {"season": str(season.id), "file": (io.BytesIO(content), name)}, status=status)


def post(visitor: Visitor, page: Page, verb: str, status: int = 200, which: int = 0, **values: str) -> Page:
    action = [f.get("action") for f in page.all("form") if f.get("action", "").endswith(f"/{verb}")][which]
    return visitor.post(action, {**page.form(action), **values}, status=status)


def youth_count(session) -> int:
    session.rollback()
    return session.scalar(sa.select(sa.func.count()).where(Person.kind == PersonKind.YOUTH))


def can_accept(page: Page) -> bool:
    return any(form.get("action", "").endswith("/accept") for form in page.all("form"))


# which number is the month ----------------------------------------------------------------------------------------


def test_which_number_is_the_month_is_asked_once_and_never_guessed(coordinator, season, session):
    rows = [(*BO[:2], "03/04/2015", *BO[3:]), (*ANA[:2], "05/06/2016", *ANA[3:])]
    page = send(coordinator, season, table(*rows))
    assert "Which number is the month?" in page.text
    assert "March 4, 2015" in page.text
    assert "April 3, 2015" in page.text
    assert not can_accept(page)
    session.rollback()
    assert "2015" not in str(
        session.scalars(sa.select(RosterImport.summary)).one()
    )  # a birth date is kept sealed alone
    session.commit()
    coordinator.post(f"{page.response.request.path}/accept", form_from="/import", status=409)
    post(coordinator, page, "dates", status=422)
    page = post(coordinator, page, "dates", dates="dmy")
    assert "Which number is the month?" not in page.text
    post(coordinator, page, "accept")
    session.rollback()
    born = session.scalars(sa.select(Person.born_on).where(Person.family_name == "Ng", Person.kind == PersonKind.YOUTH))
    assert born.one().isoformat() == "2015-04-03"


# what columns mean ------------------------------------------------------------------------------------------------


def test_an_unknown_column_is_said_by_hand_and_remembered(coordinator, season, session):
    head = ("Vorname:(17)", *HEAD[1:], "Favorite dinosaur", "Card number")
    content = table((*BO, "Triceratops", "4111111111111111"), head=head)
    page = send(coordinator, season, content)
    assert "2 columns are not known" in page.text
    assert "The file has no column for: given name." in page.text
    assert not can_accept(page)
    assert "Card number" not in [label.text for label in page.all("label")]
    names = {label.text: label.get("for") for label in page.all("label")}
    said = {names["Vorname:(17)"]: "GIVEN", names["Favorite dinosaur"]: ""}
    page = post(coordinator, page, "columns", **said)
    assert "Ng, Bo" in page.text
    assert "are not known" not in page.text
    post(coordinator, page, "accept")
    assert youth_count(session) == 1
    assert dict(session.execute(sa.select(ColumnMeaning.heading, ColumnMeaning.part)).all()) == {
        "vorname": "GIVEN", "favoritedinosaur": "",
    }  # fmt: skip
    session.commit()
    again = send(coordinator, season, content)
    assert "This file changes 0 records." in again.text
    assert "not known" not in again.text


def test_a_wrong_meaning_can_be_changed_and_a_made_up_one_is_refused(coordinator, season, session):
    page = send(coordinator, season, table(BO))
    every = coordinator.get(page.link("Change what columns mean"))
    field = next(label.get("for") for label in every.all("label") if label.text == "Team")
    assert "Tigers" not in post(coordinator, every, "columns", **{field: ""}).text
    post(coordinator, every, "columns", status=422, **{field: "PASSWORD"})


# who is who -------------------------------------------------------------------------------------------------------


@pytest.fixture
def robert(session, season) -> Person:
    """Somebody who is here as Robert; files call him Bob."""
    youth = make_youth("Robert", "Ng", born_on=clock.today().replace(year=clock.today().year - 10, day=14))
    make_guardian(youth, "Wei", "Ng")
    join(youth, make_team(season, "Tigers").group)
    session.commit()
    return youth


def bob(robert: Person) -> bytes:
    return table(("Bob", "Ng", robert.born_on.isoformat(), *BO[3:]))


def test_whoever_is_alike_is_shown_beside_and_left_out_until_somebody_says(coordinator, season, session, robert):
    page = send(coordinator, season, bob(robert))
    assert "1 row may be somebody who is here" in page.text
    assert "Ng, Robert" in page.text
    assert "Here already" in page.text
    assert "Left out 1 " in page.text
    assert not can_accept(page)
    assert youth_count(session) == 1


def test_two_spellings_of_one_are_joined_by_a_person_and_remembered(coordinator, season, session, robert):
    page = post(coordinator, send(coordinator, season, bob(robert)), "pairs", same="yes")
    assert "may be somebody" not in page.text
    if can_accept(page):
        post(coordinator, page, "accept")
    assert youth_count(session) == 1
    assert session.scalars(sa.select(Person.given_name).where(Person.id == robert.id)).one() == "Robert"
    session.commit()
    assert "This file changes 0 records." in send(coordinator, season, bob(robert)).text


def test_two_who_are_two_stay_so_and_are_not_asked_again(coordinator, season, session, robert):
    page = post(coordinator, send(coordinator, season, bob(robert)), "pairs", same="no")
    post(coordinator, page, "accept")
    assert youth_count(session) == 2
    session.commit()
    assert "This file changes 0 records." in send(coordinator, season, bob(robert)).text
    session.rollback()
    assert session.scalars(sa.select(ImportPair.is_same)).one() is False


def test_two_rows_of_one_file_are_compared_too(coordinator, season, session):
    page = send(coordinator, season, table(BO, ("Beau", *BO[1:]), ("Bobo", "Ngo", *BO[2:]), ANA))
    assert "may be somebody" not in page.text
    page = send(coordinator, season, table(("Robert", *BO[1:]), ("Bob", *BO[1:]), ANA))
    assert "Row 2 of the file" in page.text
    page = post(coordinator, page, "pairs", same="yes")
    post(coordinator, page, "accept")
    assert youth_count(session) == 2


def test_a_pair_that_nobody_asks_about_is_refused(coordinator, season, robert):
    page = send(coordinator, season, bob(robert))
    post(coordinator, page, "pairs", status=409, pair="0" * 64, same="yes")


# large files ------------------------------------------------------------------------------------------------------


def test_a_large_file_is_written_in_parts_and_the_page_says_how_far(coordinator, season, session, app, monkeypatch):
    monkeypatch.setattr(import_services, "AT_ONCE", 3)
    words = ("Aaa", "Bbbb", "Ccccc", "Dd", "Eeeeee", "Fffffff", "Ggg")
    rows = [
        (word, f"Family{word}", f"2016-02-{n + 1:02}", "Wei", f"Family{word}", f"p{n}@post.example", "T")
        for n, word in enumerate(words)
    ]
    content = table(*rows, (*BO[:2], "soon", *BO[3:]))
    page = post(coordinator, send(coordinator, season, content), "accept")
    assert page.h1 == "The file is being written"
    assert "0 of 7 rows are in." in page.text
    assert page.response.headers["Refresh"] == "3"
    here = page.response.request.path
    with app.app_context():
        steps = import_services.write_begun(clock.now())
        next(steps)
        db.session().commit()
    assert "3 of 7 rows are in." in coordinator.get(here).text
    coordinator.post(f"{here}/discard", form_from="/import", status=409)
    with app.app_context():
        chores.do_chores(chores.SOON)
    done = coordinator.get(here)
    assert done.h1 == "Imported"
    assert "7 records changed." in done.text
    assert "Left out 1" in done.text
    assert youth_count(session) == 7
    entry = session.scalars(sa.select(RosterImport)).one()
    assert (entry.state, entry.rows_sealed, entry.table_sealed) == (ImportState.ACCEPTED, None, None)
    session.commit()
    assert "This file changes 0 records." in send(coordinator, season, content).text


def test_a_part_that_fails_stops_the_file_and_keeps_what_is_in(coordinator, season, session, app, monkeypatch):
    monkeypatch.setattr(import_services, "AT_ONCE", 1)
    page = post(coordinator, send(coordinator, season, table(BO, ANA)), "accept")
    here = page.response.request.path
    real, calls = import_services.services.import_players, []

    def fails(rows, *about, **more):
        calls.append(rows)
        if len(calls) == 2:
            raise OSError("the disk is full")
        return real(rows, *about, **more)

    monkeypatch.setattr(import_services.services, "import_players", fails)
    with app.app_context():
        chores.do_chores(chores.SOON)
    stopped = coordinator.get(here)
    assert "Writing stopped after 1 rows." in stopped.text
    assert youth_count(session) == 1
    session.commit()
    monkeypatch.undo()
    assert post(coordinator, stopped, "accept").h1 == "Imported"
    assert youth_count(session) == 2


# schedules --------------------------------------------------------------------------------------------------------


def test_a_schedule_is_looked_at_and_accepted(coordinator, season, session):
    make_team(season, "Tigers")
    make_team(season, "Lions")
    session.commit()
    on = clock.today() + timedelta(7)
    head = (
        "Date",
        "Time",
        "Duration",
        "Home Team",
        "Home Team Score",
        "Away Team",
        "Away Team Score",
        "Division Name",
        "Location",
        "Status",
    )
    row = (on.isoformat(), "18:30", "75", "Tigers", "", "Lions", "", "", "Lincoln 2", "Scheduled")
    content = table(row, ("soon", *row[1:]), head=head)
    page = send(coordinator, season, content, "games.csv")
    assert "Tigers – Lions" in page.text
    assert "6:30" in page.text
    assert "This is no date." in page.text
    assert post(coordinator, page, "accept").h1 == "Imported"
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(Gathering.id))) == 2
    session.commit()
    assert "This file changes 0 records." in send(coordinator, season, content, "games.csv").text


# exports ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def filled(coordinator, season, session) -> Visitor:
    """A season with two players and a game."""
    post(coordinator, send(coordinator, season, table(BO, ANA)), "accept")
    make_team(season, "Lions")
    session.commit()
    on = clock.today() + timedelta(7)
    head = ("Date", "Time", "Home Team", "Away Team", "Location", "Arrival")
    row = (on.isoformat(), "18:30", "Tigers", "Lions", "=Field 2", "30")
    post(coordinator, send(coordinator, season, table((*row[:4], "Field 2", row[5]), head=head), "games.csv"), "accept")
    return coordinator


@pytest.mark.parametrize(
    "file", ["players.csv", "players.xlsx", "games.csv", "games.xlsx", "sportsengine.csv", "teamsnap.csv"]
)
def test_reading_our_own_export_again_changes_nothing(filled, season, session, file):
    content = filled.raw(f"/seasons/{season.id}/export/{file}").data
    page = send(filled, season, content, file)
    if "Which number is the month?" in page.text:
        page = post(filled, page, "dates", dates="mdy")
    assert "This file changes 0 records." in page.text, page.text
    assert "Left out 0" in page.text


def test_formulas_in_an_export_are_text_and_come_back_as_they_were(filled, season, session):
    youth = session.scalars(sa.select(Person).where(Person.family_name == "Li", Person.kind == PersonKind.YOUTH)).one()
    youth.given_name, youth.folded_name = "=1+1", "li =1+1"
    game = session.scalars(sa.select(ImportedGame)).one()
    for key in (game.home_gathering_id, game.away_gathering_id):
        session.get(Gathering, key).place = "@Field"
    session.commit()
    for file in ("players.csv", "players.xlsx", "games.csv"):
        content = filled.raw(f"/seasons/{season.id}/export/{file}").data
        if file.endswith("csv"):
            assert not [
                cell
                for row in csv.reader(io.StringIO(content.decode("utf-8-sig")))
                for cell in row
                if cell[:1] in "=+-@" and cell
            ]
        assert "This file changes 0 records." in send(filled, season, content, file).text


def test_an_export_is_recorded_and_holds_no_health(filled, season, session):
    text = filled.raw(f"/seasons/{season.id}/export/players.csv").data.decode()
    assert "wei@post.example" in text
    assert "llerg" not in text
    session.rollback()
    newest = sa.select(AuditEntry.action).order_by(AuditEntry.number.desc()).limit(1)
    assert session.scalar(newest) == "players.exported"
    session.commit()
    filled.get(f"/seasons/{season.id}/export/secrets.csv", status=404)


def keep_away(session, youth_id: int, adult_id: int) -> None:
    """A court keeps the adult from what concerns the child."""
    row = CustodyRestriction(
        youth_id=youth_id, adult_id=adult_id, no_collect=False, no_decide=False, no_information=True,
        starts_on=clock.today(), recorded_at=clock.now(),
    )  # fmt: skip
    session.add(row)


def test_who_is_kept_from_a_child_exports_the_others_without_it(filled, season, session):
    """The coordinator may be the parent whom a court keeps away."""
    reader = session.scalars(sa.select(Account.person_id)).one()
    bo = session.scalars(sa.select(Person.id).where(Person.family_name == "Ng", Person.kind == PersonKind.YOUTH)).one()
    keep_away(session, bo, reader)
    session.commit()
    text = filled.raw(f"/seasons/{season.id}/export/players.csv").data.decode()
    assert '"Ana","Li"' in text
    assert "Ng" not in text


def test_an_adult_kept_from_the_child_is_in_no_export(filled, season, session):
    """Else the next program that reads the file would invite that adult."""
    bond = session.scalars(
        sa.select(Guardianship).join(Person, Person.id == Guardianship.youth_id).where(Person.family_name == "Ng")
    ).one()
    keep_away(session, bond.youth_id, bond.guardian_id)
    session.commit()
    text = filled.raw(f"/seasons/{season.id}/export/players.csv").data.decode()
    assert '"Bo","Ng"' in text
    assert "Wei" not in text
    assert "wei@post.example" not in text
    assert "mei@post.example" in text


@pytest.mark.parametrize("role", [Role.COACH, Role.GUARDIAN, Role.ADMIN])
def test_others_export_nothing(session, season, visitor, role):
    account = make_account(role)
    session.commit()
    visitor.sign_in(account).get(f"/seasons/{season.id}/export/players.csv", status=404)
