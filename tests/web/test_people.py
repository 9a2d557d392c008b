"""The pages about people, in the right role, on the wrong object, with bad input."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.people import make_guardian, make_person, make_youth
from tests.makers.programs import enroll, make_program, make_season
from tests.support.pages import Page, _values
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.core import clock
from youthprog.core.actor import SYSTEM
from youthprog.people import queries, services
from youthprog.people.models import CustodyRestriction, Guardianship, HealthNote, Person
from youthprog.people.types import HealthKind

GUARDIAN = {
    "given_name": "Liên",
    "family_name": "Trần Thị Kim",
    "relationship": "grandparent",
    "phone": "(217) 555-0163",
    "email": "",
    "language": "en",
    "may_collect": "y",
    "may_decide": "y",
}
YOUTH = {
    "given_name": "Thảo My",
    "family_name": "Nguyễn",
    "born_on": "2016-02-29",
    "gender": "girl",
    "language": "en",
    "guardian_given_name": "Liên",
    "guardian_family_name": "Trần",
    "relationship": "mother",
    "phone": "217 555 0163",
    "email": "Lien@Family.example",
    "guardian_language": "es",
    "may_collect": "y",
}


@pytest.fixture
def coordinator(visitor, session):
    """A visitor who coordinates the whole department."""
    visitor.sign_in(make_account(Role.COORDINATOR))
    return visitor


def keep(session, *rows: Person) -> list[int]:
    ids = [row.id for row in rows]
    session.commit()
    return ids


# ---- the list ----


def test_the_list_shows_whom_to_call(coordinator, session):
    youth = make_youth("Mateo", "Aguilar")
    make_guardian(youth, "Rosa", "Aguilar")
    session.commit()
    page = coordinator.get("/people")
    assert "Aguilar, Mateo" in page.text
    assert "(217) 555-0141" in page.text
    assert "Rosa Aguilar Mother" in page.text


def test_the_search_finds_by_the_beginning_of_any_word(coordinator, session):
    make_youth("María Fernanda", "Castellanos-Ruiz"), make_youth("Zoë", "Gagnon")
    session.commit()
    for words in ("ruiz", "fern cast", "MARÍA"):
        page = coordinator.get(f"/people?q={words}")
        assert "Castellanos-Ruiz, María Fernanda" in page.text
        assert "Gagnon" not in page.text
    assert coordinator.get("/people?q=ernanda").text.count("Castellanos") == 0
    assert "Nobody by this name" in coordinator.get("/people?q=%25").text


def test_adults_are_listed_with_their_child(coordinator, session):
    youth = make_youth("Mateo", "Aguilar")
    make_guardian(youth, "Rosa", "Aguilar")
    session.commit()
    page = coordinator.get("/people?who=adult&q=rosa")
    assert page.link("Mateo Aguilar") == f"/youth/{youth.id}"
    assert "(217) 555-0141" in page.text


def test_the_list_goes_on_by_keyset(coordinator, session):
    for number in range(53):
        make_youth(f"Child {number:02}", "Same")
    session.commit()
    first = coordinator.get("/people")
    second = coordinator.get(first.link("Next page"))
    assert first.text.count("Same, Child") == 50
    assert second.text.count("Same, Child") == 3
    assert "Same, Child 52" in second.text


@pytest.mark.parametrize("after", ["x", "W10", "WyJhIiwgOTk5OTk5OTk5OTk5OTk5OTk5OTk5OV0", "e30", "%00", "A" * 2000])
def test_a_made_up_cursor_is_the_first_page(coordinator, session, after):
    make_youth()
    session.commit()
    assert "Aguilar, Mateo" in coordinator.get(f"/people?after={after}").text


def test_one_and_twenty_rows_cost_the_same_statements(coordinator, session, statements):
    def cost() -> int:
        coordinator.get("/people")
        statements.clear()
        coordinator.get("/people")
        return len(statements)

    make_guardian(make_youth("Child 0"))
    session.commit()
    one = cost()
    for number in range(1, 20):
        make_guardian(make_youth(f"Child {number}"))
    session.commit()
    assert cost() == one


def test_a_programs_coordinator_sees_the_programs_youth_only(visitor, session):
    season, other = make_season(), make_season(make_program("Chess"))
    mine, theirs = make_youth("Mateo"), make_youth("Imani", "Brooks")
    enroll(mine, season), enroll(theirs, other)
    make_guardian(mine), make_guardian(theirs, "Dana", "Brooks")
    account = make_account(Role.COORDINATOR, program_id=season.program_id)
    ids = keep(session, mine, theirs)
    visitor.sign_in(account)
    assert "Brooks" not in visitor.get("/people").text
    assert "Brooks" not in visitor.get("/people?who=adult").text
    visitor.get(f"/people/{ids[0]}/edit")
    visitor.get(f"/people/{ids[1]}/edit", status=404)


# ---- adding ----


def test_a_young_person_comes_with_the_first_guardian(coordinator, session):
    coordinator.get("/people/new")
    response = coordinator.raw("/people/new", "POST", data=YOUTH | {"csrf_token": token(coordinator)})
    assert response.status_code == 303
    youth = session.scalar(sa.select(Person).where(Person.given_name == "Thảo My"))
    assert response.location == f"/youth/{youth.id}"
    (line,) = queries.guardians_of([youth.id], clock.today())[youth.id]
    assert (line.name, line.phone, line.email, line.language) == (
        "Liên Trần", "+12175550163", "Lien@Family.example", "es"
    )  # fmt: skip
    assert (line.may_collect, line.may_decide) == (True, False)


def test_the_same_mother_is_one_person(coordinator, session):
    send(coordinator, "/people/new", YOUTH)
    send(coordinator, "/people/new", YOUTH | {"given_name": "Minh"})
    assert session.scalar(sa.select(sa.func.count(sa.distinct(Guardianship.guardian_id)))) == 1
    assert session.scalar(sa.select(sa.func.count(Guardianship.id))) == 2


def test_a_double_is_asked_about_and_may_be_another_child(coordinator, session):
    make_youth("Thảo My", "Nguyễn", born_on=date(2016, 2, 29))
    session.commit()
    page = coordinator.post("/people/new", YOUTH, form_from="/people/new", status=422)
    assert "is in the file already" in page.text
    sent = YOUTH | {"another": "y", "csrf_token": token(coordinator)}
    assert coordinator.raw("/people/new", "POST", data=sent).status_code == 303


def test_who_a_programs_coordinator_adds_stays_within_reach(visitor, session):
    program = make_program()
    account = make_account(Role.COORDINATOR, program_id=program.id)
    session.commit()
    visitor.sign_in(account).get("/people/new")
    sent = YOUTH | {"csrf_token": token(visitor)}
    assert visitor.raw("/people/new", "POST", data=sent).status_code == 303
    assert "Nguyễn, Thảo My" in visitor.get("/people").text


# ---- guardians ----


def test_a_phone_without_area_code_is_refused_in_words(coordinator, session):
    (youth_id,) = keep(session, make_youth("Thảo My", "Nguyễn"))
    address = f"/people/{youth_id}/guardians/new"
    page = coordinator.post(address, GUARDIAN | {"phone": "555-0163"}, form_from=address, status=422)
    assert "One thing to fix" in page.text
    assert "Add the area code, like (217) 555-0163." in page.text
    assert (typed(page)["given_name"], typed(page)["phone"]) == ("Liên", "555-0163")
    assert "May pick Thảo My up" in page.text
    assert session.scalar(sa.select(sa.func.count(Guardianship.id))) == 0


def test_a_guardian_is_added_changed_and_ended(coordinator, session):
    (youth_id,) = keep(session, make_youth("Thảo My", "Nguyễn"))
    send(coordinator, f"/people/{youth_id}/guardians/new", GUARDIAN)
    bond_id = session.scalar(sa.select(Guardianship.id))
    address = f"/people/guardians/{bond_id}/edit"
    changed = typed(coordinator.get(address)) | {"phone": "217 555 0111", "rank": "2"}
    changed.pop("may_collect")
    send(coordinator, address, changed)
    session.expire_all()
    (line,) = queries.guardians_of([youth_id], clock.today())[youth_id]
    assert (line.phone, line.may_collect, line.rank) == ("+12175550111", False, 2)
    send(coordinator, f"/people/guardians/{bond_id}/end", {})
    session.expire_all()
    assert queries.guardians_of([youth_id], clock.today()) == {}
    coordinator.get(address, status=404)


# ---- health and custody ----


def test_health_is_sealed_read_with_a_record_and_ended(coordinator, session):
    (youth_id,) = keep(session, make_youth())
    address = f"/people/{youth_id}/health"
    note = {"kind": "condition", "alert": "Bee stings, pen with coach", "detail": "Since 2020"}
    page = coordinator.post(address, note, form_from=address)
    assert "Bee stings, pen with coach" in page.text
    assert "Since 2020" in page.text
    row = session.scalar(sa.select(HealthNote))
    assert b"Bee" not in row.alert_sealed
    reads = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "health.read")).all()
    assert {line.subject_id for line in reads} == {youth_id}
    assert all("Bee stings" not in str(line.detail) for line in session.scalars(sa.select(AuditEntry)))
    assert "Bee stings" not in coordinator.post(f"{address}/{row.id}/end").text


def test_an_empty_health_note_is_refused(coordinator, session):
    (youth_id,) = keep(session, make_youth())
    address = f"/people/{youth_id}/health"
    page = coordinator.post(address, {"kind": "allergy"}, form_from=address, status=422)
    assert "Write the alert, the detail, or both." in page.text


def test_a_restriction_holds_at_once(coordinator, session):
    youth = make_youth()
    father = make_guardian(youth, "Paul", "Gagnon")
    youth_id, father_id = keep(session, youth, father)
    address = f"/people/{youth_id}/custody"
    order = {
        "adult_id": str(father_id),
        "no_information": "y",
        "starts_on": clock.today().isoformat(),
        "note": "Case 12",
    }
    page = coordinator.post(address, order, form_from=address)
    assert "May see nothing" in page.text
    assert "Case 12" in page.text
    assert queries.guardians_of([youth_id], clock.today()) == {}
    row = session.scalar(sa.select(CustodyRestriction))
    assert b"Case" not in row.note_sealed
    assert session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "custody.read")) >= 2
    coordinator.post(f"{address}/{row.id}/end")
    session.expire_all()
    assert session.scalar(sa.select(CustodyRestriction.ends_on)) == clock.today()


@pytest.mark.parametrize("part", ["health", "custody"])
@pytest.mark.parametrize("role", [Role.COACH, Role.MENTOR, Role.ADMIN])
def test_who_leads_or_runs_the_system_opens_neither_health_nor_custody(visitor, session, part, role):
    youth_id = make_youth().id
    account = make_account(role)
    session.commit()
    visitor.sign_in(account).get(f"/people/{youth_id}/{part}", status=404)


def test_a_restricted_coordinator_reaches_nothing_of_the_child(visitor, session):
    youth = make_youth("Mateo", "Aguilar")
    father = make_guardian(youth, "Paul", "Gagnon")
    limits = {"no_collect": True, "no_decide": True, "no_information": True}
    services.restrict_custody(youth, father, **limits, starts_on=date(2020, 1, 1), by=SYSTEM, now=clock.now())
    account = make_account(Role.COORDINATOR, father)
    (youth_id,) = keep(session, youth)
    visitor.sign_in(account)
    assert "Aguilar, Mateo" not in visitor.get("/people").text
    for part in ("edit", "health", "custody", "emergency", "homes", "merge", "guardians/new"):
        visitor.get(f"/people/{youth_id}/{part}", status=404)


@pytest.mark.parametrize("part", ["edit", "health", "custody", "emergency", "homes", "merge", "guardians/new"])
def test_somebody_elses_child_is_as_unknown_as_nobodys(visitor, session, part):
    season = make_season()
    account = make_account(Role.COORDINATOR, program_id=season.program_id)
    theirs = make_youth("Imani", "Brooks")
    (youth_id,) = keep(session, theirs)
    visitor.sign_in(account)
    real = visitor.get(f"/people/{youth_id}/{part}", status=404)
    made_up = visitor.get(f"/people/{2**63 - 1}/{part}", status=404)
    assert "Brooks" not in real.text
    assert real.text == made_up.text
    assert visitor.raw(f"/people/{2**63}/{part}").status_code == 404


def test_rows_of_another_child_do_not_open_through_ones_own(coordinator, session):
    own, other = make_youth("Mateo"), make_youth("Imani")
    make_guardian(own)
    deed = {"by": SYSTEM, "now": clock.now()}
    note = services.note_health(other, HealthKind.ALLERGY, alert="Peanut", **deed)
    contact = services.add_emergency_contact(other, "Dana", "217 555 0100", **deed)
    home = services.live_at(other, street="9 Elm St", city="Riverton", **deed)
    note_id, contact_id, home_id, own_id = note.id, contact.id, home.id, own.id
    session.commit()
    coordinator.get(f"/people/{own_id}/health")
    for address in (f"health/{note_id}/end", f"emergency/{contact_id}/remove", f"homes/{home_id}/leave"):
        coordinator.post(f"/people/{own_id}/{address}", form_from=f"/people/{own_id}/health", status=404)
    assert session.scalar(sa.select(HealthNote.ended_at)) is None


# ---- emergency contacts, homes ----


def test_emergency_contacts_and_homes_are_kept(coordinator, session):
    (youth_id,) = keep(session, make_youth())
    address = f"/people/{youth_id}/emergency"
    page = coordinator.post(
        address, {"name": "Dana Brooks", "phone": "217-555-0177", "relation": "Aunt"}, form_from=address
    )
    assert "(217) 555-0177" in page.text
    address = f"/people/{youth_id}/homes"
    for street in ("9 Elm St", "12 Oak St"):
        page = coordinator.post(address, {"street": street, "city": "Riverton"}, form_from=address)
    assert "9 Elm St, Riverton" in page.text
    assert "12 Oak St, Riverton" in page.text


# ---- merging ----


def test_doubles_are_proposed_merged_and_lead_to_the_kept_record(coordinator, session):
    kept, gone = make_youth("Zoë", "Gagnon"), make_youth("Zoe", "Gagnon")
    make_guardian(gone, "Paul", "Gagnon")
    kept_id, gone_id = keep(session, kept, gone)
    page = coordinator.get("/people/doubles")
    page = coordinator.get(page.link("Compare and merge"))
    response = coordinator.raw(
        f"/people/{kept_id}/merge", "POST", data={"other_id": gone_id, "csrf_token": token(coordinator)}
    )
    assert response.status_code == 303
    assert "No doubles" in coordinator.get("/people/doubles").text
    assert coordinator.raw(f"/people/{gone_id}/edit").location == f"/people/{kept_id}/edit"
    coordinator.get(f"/people/{gone_id}/merge", status=404)
    assert [line.name for line in queries.guardians_of([kept_id], clock.today())[kept_id]] == ["Paul Gagnon"]


def test_different_birth_dates_are_not_merged(coordinator, session):
    kept, gone = make_youth("Zoë"), make_youth("Zoe", born_on=date(2015, 1, 1))
    kept_id, gone_id = keep(session, kept, gone)
    address = f"/people/{kept_id}/merge"
    page = coordinator.post(address, {"other_id": str(gone_id)}, form_from=address, status=422)
    assert "The birth dates differ." in page.text


# ---- bad input ----

BAD = [
    {"given_name": "a\x00b"},
    {"given_name": "a\ud800b"},
    {"given_name": "x" * 81},
    {"given_name": ""},
    {"given_name": "   "},
    {"given_name": "a" + "\u0301" * 9},
    {"school": "x" * 121},
    {"born_on": "2016-02-30"},
    {"born_on": "soon"},
    {"born_on": "9999-12-31"},
    {"born_on": "0001-01-01"},
    {"born_on": "2099-01-01"},
    {"born_on": ""},
    {"gender": "cat"},
    {"language": "x" * 9},
    {"relationship": "boss"},
    {"phone": "9" * 400},
    {"phone": "call me"},
    {"email": "not an address"},
    {"email": "a" * 260 + "@family.example"},
    {"guardian_family_name": "\udfff"},
]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: "-".join(f"{k}={ascii(v)[:20]}" for k, v in bad.items()))
def test_bad_input_gets_one_sentence_and_stores_nothing(coordinator, session, bad):
    coordinator.get("/people/new")
    before = session.scalar(sa.select(sa.func.count(Person.id)))
    session.rollback()
    data = {**YOUTH, **bad, "csrf_token": token(coordinator)}
    body = multipart(data)
    response = coordinator.raw("/people/new", "POST", data=body, content_type="multipart/form-data; boundary=xx")
    assert response.status_code == 422
    assert b"summary-title" in response.data
    assert session.scalar(sa.select(sa.func.count(Person.id))) == before


@pytest.mark.parametrize("value", ["x", "-1", "0", str(2**63), "9" * 40, ""])
def test_a_made_up_other_record_is_refused(coordinator, session, value):
    (youth_id,) = keep(session, make_youth())
    coordinator.get(f"/people/{youth_id}/merge")
    data = {"other_id": value, "csrf_token": token(coordinator)}
    assert coordinator.raw(f"/people/{youth_id}/merge", "POST", data=data).status_code == 422


def test_a_note_of_a_million_letters_is_refused(coordinator, session):
    (youth_id,) = keep(session, make_youth())
    coordinator.get(f"/people/{youth_id}/health")
    data = {"kind": "other", "detail": "x" * 400_000, "csrf_token": token(coordinator)}
    assert coordinator.raw(f"/people/{youth_id}/health", "POST", data=data).status_code == 422
    data["detail"] = "x" * 1_000_000
    assert coordinator.raw(f"/people/{youth_id}/health", "POST", data=data).status_code in (413, 422)
    assert session.scalar(sa.select(sa.func.count(HealthNote.id))) == 0


def test_an_adult_of_another_file_is_not_taken_for_custody(coordinator, session):
    youth = make_youth()
    make_guardian(youth)
    stranger = make_person("Omar", "Ali")
    youth_id, stranger_id = keep(session, youth, stranger)
    address = f"/people/{youth_id}/custody"
    order = {"adult_id": str(stranger_id), "no_collect": "y", "starts_on": "2026-01-01"}
    assert "Choose one of the list." in coordinator.post(address, order, form_from=address, status=422).text


def typed(page: Page) -> dict[str, str]:
    """What the fields of the page's forms hold."""
    return {name: value for form in page.all("form") for name, value in _values(form).items()}


def multipart(data: dict[str, str]) -> bytes:
    """A form as bytes that lets a lone surrogate through, as a broken client would."""
    parts = (f'--xx\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in data.items())
    return "".join([*parts, "--xx--\r\n"]).encode("utf-8", "surrogatepass")


def send(visitor, address: str, data: dict[str, str]) -> None:
    """Send a form from its own page; it must be taken."""
    visitor.get(address)
    answer = visitor.raw(address, "POST", data=data | {"csrf_token": token(visitor)})
    assert answer.status_code == 303, address


def token(visitor) -> str:
    """The form token of the page one is on."""
    return visitor.page.form()["csrf_token"]
