"""The pages of programs, in the right role, on the wrong object, with bad input."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.people import NOW, make_contacts, make_person, make_youth
from tests.makers.programs import make_gathering, make_group, make_program, make_season, make_site
from tests.support.pages import _values
from youthprog.access.types import Role
from youthprog.core import clock
from youthprog.core.actor import SYSTEM
from youthprog.people.types import PersonKind
from youthprog.programs import services
from youthprog.programs.models import Enrollment, Gathering, Group, GroupMember, GroupStaff, Program, Season, Site
from youthprog.programs.types import GroupKind, ProgramKind, StaffRole

BY = {"by": SYSTEM, "now": NOW}
SEASON = {
    "name": "Winter",
    "name_es": "Invierno",
    "starts_on": "2027-01-04",
    "ends_on": "2027-03-20",
    "registration_opens_on": "",
    "registration_closes_on": "",
    "age_cutoff_on": "2026-12-31",
    "min_age": "8",
    "max_age": "14",
    "capacity": "30",
    "site_id": "",
}


@pytest.fixture
def coordinator(visitor, session):
    """A visitor who coordinates the whole department."""
    visitor.sign_in(make_account(Role.COORDINATOR))
    return visitor


def running_season(program: Program | None = None, **values) -> Season:
    """A season that runs today."""
    on = clock.today()
    days = {"starts_on": on - timedelta(days=20), "ends_on": on + timedelta(days=60), "age_cutoff_on": on}
    return make_season(program, **(days | values))


def make_class(season: Season, name: str = "Beginners") -> Group:
    return make_group(season, name, GroupKind.CLASS)


def send(visitor, address: str, data: dict[str, str], *, status: int = 303, page: str | None = None):
    """Send a form from its page; see that the answer has the status."""
    visitor.get(page or address)
    answer = visitor.raw(address, "POST", data=data | {"csrf_token": visitor.page.form()["csrf_token"]})
    assert answer.status_code == status, answer.get_data(as_text=True)[-3000:]
    return answer


# ---- programs and seasons ----


def test_a_program_and_its_first_season_are_opened(coordinator, session):
    program = {"kind": "class", "name": "Homework club", "name_es": "Club de tareas", "summary": "", "summary_es": ""}
    answer = send(coordinator, "/programs/new", program)
    program_id = session.scalar(sa.select(Program.id))
    session.rollback()
    assert answer.location == f"/seasons/new?program={program_id}"
    answer = send(coordinator, "/seasons/new", SEASON | {"program_id": str(program_id)})
    page = coordinator.get(answer.location)
    assert page.h1 == "Homework club, Winter"
    assert "of 30 places" in page.text
    assert "Homework club" in coordinator.get("/season").text


def test_the_list_shows_how_full_a_season_is(coordinator, session):
    season = running_season(capacity=1)
    for name in ("Ana", "Ben"):
        services.enroll(make_youth(name).id, season.id, by=SYSTEM, now=clock.now())
    session.commit()
    page = coordinator.get("/season")
    assert "1 of 1" in page.text
    assert "1 waiting" in page.text


def test_one_and_twenty_seasons_cost_the_same_statements(coordinator, session, statements):
    def cost(address: str) -> int:
        coordinator.get(address)
        statements.clear()
        coordinator.get(address)
        return len(statements)

    season = running_season()
    first = f"/seasons/{season.id}"
    group = make_class(season)
    for youth in [make_youth("Child 0")]:
        services.enroll(youth.id, season.id, **BY)
        services.join_group(youth.id, group, **BY)
    make_gathering(group, clock.now() + timedelta(days=1))
    group_page = f"/groups/{group.id}"
    session.commit()
    one = [cost("/season"), cost(first), cost(group_page)]
    for number in range(1, 20):
        running_season(make_program())
        youth = make_youth(f"Child {number}")
        services.enroll(youth.id, season.id, **BY)
        services.join_group(youth.id, group, **BY)
        make_gathering(make_class(season, f"Class {number}"), clock.now() + timedelta(days=1))
        make_gathering(group, clock.now() + timedelta(days=2))
    session.commit()
    assert [cost("/season"), cost(first), cost(group_page)] == one


def test_the_season_page_shows_places_and_the_line_in_order(coordinator, session):
    season = running_season(capacity=1)
    for minute, name in enumerate(("Zoë", "Ben", "Ana")):
        now = clock.now() + timedelta(minutes=minute)
        services.enroll(make_youth(name, f"Family {name}").id, season.id, by=SYSTEM, now=now)
    session.commit()
    page = coordinator.get(f"/seasons/{season.id}")
    assert "2 wait for a place" in page.text
    assert page.text.index("Family Ben, Ben") < page.text.index("Family Ana, Ana") < page.text.index("Family Zoë, Zoë")


def test_enrolled_youth_go_on_by_keyset(coordinator, session):
    season = running_season()
    for number in range(52):
        services.enroll(make_youth(f"Child {number:02}", "Same").id, season.id, **BY)
    session.commit()
    page = coordinator.get(f"/seasons/{season.id}")
    assert page.text.count("Same, Child") == 50
    assert coordinator.get(page.link("Next page")).text.count("Same, Child") == 2


def test_more_places_move_the_line_up_and_say_so(coordinator, session):
    season = running_season(capacity=1)
    for name in ("Ana", "Ben"):
        services.enroll(make_youth(name).id, season.id, by=SYSTEM, now=clock.now())
    season_id = season.id
    session.commit()
    address = f"/seasons/{season_id}/edit"
    values = {name: value for form in coordinator.get(address).all("form") for name, value in _values(form).items()}
    answer = send(coordinator, address, values | {"capacity": "2"})
    assert "One young person moved up from the waitlist." in coordinator.get(answer.location).text
    assert "2 of 2" in coordinator.get("/season").text


def test_the_administrator_sees_figures_and_no_names(visitor, session):
    season = running_season()
    services.enroll(make_youth("Mateo", "Aguilar").id, season.id, **BY)
    account = make_account(Role.ADMIN)
    season_id = season.id
    session.commit()
    page = visitor.sign_in(account).get(f"/seasons/{season_id}")
    assert "Aguilar" not in page.text
    assert "Your role sees the figures, not the names." in page.text


# ---- places ----


def test_a_youth_is_found_and_enrolled(coordinator, session):
    season, youth = running_season(), make_youth("Mateo", "Aguilar")
    season_id, youth_id = season.id, youth.id
    session.commit()
    page = coordinator.get(f"/seasons/{season_id}/enroll?q=agui")
    assert "Aguilar, Mateo" in page.text
    answer = send(coordinator, f"/seasons/{season_id}/enroll", {"youth_id": str(youth_id)})
    assert "Mateo Aguilar has a place." in coordinator.get(answer.location).text


def test_a_wrong_age_is_refused_in_words_and_taken_with_a_reason(coordinator, session):
    season, youth = running_season(min_age=16), make_youth("Mateo", "Aguilar", born_on=date(2016, 3, 4))
    season_id, youth_id = season.id, youth.id
    session.commit()
    address = f"/seasons/{season_id}/enroll"
    page = coordinator.post(address, {"youth_id": str(youth_id)}, form_from=address, status=422)
    assert "This season is for ages 16 to 17." in page.text
    send(coordinator, address, {"youth_id": str(youth_id), "age_exception": "Plays with his brother"})
    assert "Age accepted: Plays with his brother" in coordinator.get(f"/seasons/{season_id}").text


def test_who_withdraws_makes_room_for_the_next(coordinator, session):
    season = running_season(capacity=1)
    first = services.enroll(make_youth("Ana").id, season.id, by=SYSTEM, now=clock.now())
    services.enroll(make_youth("Ben").id, season.id, by=SYSTEM, now=clock.now())
    address = f"/enrollments/{first.id}/withdraw"
    session.commit()
    answer = send(coordinator, address, {"reason": "moved away"})
    assert "One young person moved up from the waitlist." in coordinator.get(answer.location).text
    assert sorted(s.value for s in session.scalars(sa.select(Enrollment.status))) == ["enrolled", "withdrawn"]


# ---- groups and meetings ----


def test_a_class_is_made_filled_led_and_met(coordinator, session):
    season, youth = running_season(make_program("Chess", ProgramKind.CLASS)), make_youth("Mateo", "Aguilar")
    services.enroll(youth.id, season.id, **BY)
    teacher = make_person("Dana", "Brooks")
    make_contacts(teacher, "dana@city.example")
    season_id, youth_id, teacher_id = season.id, youth.id, teacher.id
    session.commit()
    answer = send(
        coordinator,
        f"/seasons/{season_id}/groups/new",
        {"name": "Beginners", "meets": "", "places": "2", "site_id": ""},
    )
    address = answer.location
    send(coordinator, f"{address}/join", {"youth_id": str(youth_id)}, page=address)
    send(coordinator, f"{address}/lead", {"email": "Dana@City.example", "role": "leader"}, page=address)
    page = coordinator.get(address)
    assert "Aguilar, Mateo" in page.text
    assert "Dana Brooks Leader" in page.text
    assert "1 of 2 places" in page.text
    group_id = session.scalar(sa.select(Group.id))
    on = clock.today() + timedelta(days=1)
    session.rollback()
    meeting = {
        "kind": "class", "title": "Chess club", "day": on.isoformat(), "starts": "16:00", "ends": "17:00", "site_id": "",
        "place": "Room 3", "until": (on + timedelta(days=20)).isoformat(), "weekdays": str(on.weekday()),
    }  # fmt: skip
    send(coordinator, f"/gatherings/new?group={group_id}", meeting)
    assert session.scalar(sa.select(sa.func.count(Gathering.id))) == 3
    session.rollback()
    assert "Chess club" in coordinator.get(address).text
    send(coordinator, f"{address}/leave/{youth_id}", {}, page=address)
    send(coordinator, f"{address}/stop-leading/{teacher_id}", {}, page=address)
    assert session.scalar(sa.select(sa.func.count()).where(GroupMember.until_on.is_(None))) == 0
    assert session.scalar(sa.select(sa.func.count()).where(GroupStaff.until_on.is_(None))) == 0


@pytest.mark.parametrize("email", ["nobody@city.example", "not an address", "a\tb"])
def test_an_unknown_adult_leads_nothing(coordinator, session, email):
    group = make_class(running_season())
    address = f"/groups/{group.id}"
    session.commit()
    page = coordinator.post(f"{address}/lead", {"email": email, "role": "leader"}, form_from=address, status=422)
    assert "Nobody in the file uses this address." in page.text


def test_a_meeting_is_canceled_with_its_reason(coordinator, session):
    gathering = make_gathering(make_class(running_season()), clock.now() + timedelta(days=2))
    address = f"/gatherings/{gathering.id}"
    session.commit()
    page = coordinator.post(f"{address}/cancel", {"reason": ""}, form_from=f"{address}/cancel", status=422)
    assert "Families read this sentence." in page.text
    send(coordinator, f"{address}/cancel", {"reason": "The field is under water."})
    assert "Canceled. The field is under water." in coordinator.get(address).text


def test_a_coach_opens_the_own_group_and_no_other_and_changes_none(visitor, session):
    own, other = make_class(running_season(), "Own"), make_class(running_season(), "Other")
    coach = make_person("Alicia", "Moreno")
    services.lead_group(coach.id, own, StaffRole.LEADER, **BY)
    account = make_account(Role.COACH, coach)
    mine, theirs = own.id, other.id
    session.commit()
    visitor.sign_in(account)
    assert "Take out" not in visitor.get(f"/groups/{mine}").text
    real, made_up = visitor.get(f"/groups/{theirs}", status=404), visitor.get(f"/groups/{2**62}", status=404)
    assert real.text == made_up.text
    for address in ("/season", f"/groups/{mine}/join", "/sites", f"/gatherings/new?group={mine}"):
        visitor.get(address, status=405 if address.endswith("join") else 404)


@pytest.mark.parametrize("part", ["", "/edit", "/enroll", "/groups/new"], ids=["show", "edit", "enroll", "new group"])
def test_another_programs_season_is_as_unknown_as_none(visitor, session, part):
    own, other = running_season(), running_season(make_program("Chess"))
    account = make_account(Role.COORDINATOR, program_id=own.program_id)
    mine, theirs = own.id, other.id
    session.commit()
    visitor.sign_in(account)
    visitor.get(f"/seasons/{mine}{part}")
    real = visitor.get(f"/seasons/{theirs}{part}", status=404)
    made_up = visitor.get(f"/seasons/{2**63 - 1}{part}", status=404)
    assert real.text == made_up.text
    assert visitor.raw(f"/seasons/{2**63}{part}").status_code == 404


def test_another_programs_enrollment_and_meeting_are_unknown(visitor, session):
    own, other = running_season(), running_season(make_program("Chess"))
    enrollment = services.enroll(make_youth().id, other.id, **BY)
    gathering = make_gathering(make_class(other), clock.now() + timedelta(days=1))
    account = make_account(Role.COORDINATOR, program_id=own.program_id)
    addresses = [
        f"/enrollments/{enrollment.id}/withdraw",
        f"/gatherings/{gathering.id}",
        f"/gatherings/{gathering.id}/cancel",
        f"/gatherings/new?group={gathering.group_id}",
    ]
    session.commit()
    visitor.sign_in(account)
    for address in addresses:
        visitor.get(address, status=404)


def test_another_programs_youth_cannot_be_enrolled(visitor, session):
    own, other = running_season(), running_season(make_program("Chess"))
    youth = make_youth()
    services.enroll(youth.id, other.id, **BY)
    account = make_account(Role.COORDINATOR, program_id=own.program_id)
    season_id, youth_id = own.id, youth.id
    session.commit()
    visitor.sign_in(account)
    send(visitor, f"/seasons/{season_id}/enroll", {"youth_id": str(youth_id)}, status=404)


@pytest.mark.parametrize("group", ["", "x", "0", "-1", "9" * 30, "%00", "\u0663"])
def test_a_made_up_group_has_no_meeting(coordinator, session, group):
    session.commit()
    coordinator.get(f"/gatherings/new?group={group}", status=404)


# ---- sites ----


def test_sites_are_added_and_corrected_and_named_once(coordinator, session):
    site = make_site("Library")
    name, address = site.name, f"/sites/{site.id}/edit"
    session.commit()
    send(coordinator, "/sites", {"name": "Eastside Gym", "address": "5 Elm St"})
    assert "Eastside Gym" in coordinator.get("/sites").text
    assert "There is a site of this name." in coordinator.post("/sites", {"name": name}, status=422).text
    send(coordinator, address, {"name": "Library, Room 3", "address": ""})
    assert session.scalar(sa.select(sa.func.count()).where(Site.name == "Library, Room 3")) == 1


# ---- bad input ----

BAD = [
    {"name": ""},
    {"name": "a\x00b"},
    {"name": "a\ud800b"},
    {"name": "x" * 81},
    {"name_es": "x" * 81},
    {"starts_on": "2027-02-30"},
    {"starts_on": "soon"},
    {"ends_on": "2026-01-01"},
    {"ends_on": "9999-12-31"},
    {"age_cutoff_on": ""},
    {"min_age": "-1"},
    {"min_age": "ten"},
    {"min_age": "15", "max_age": "9"},
    {"max_age": str(2**63)},
    {"max_age": "9" * 5000},
    {"capacity": "0"},
    {"capacity": "1.5"},
    {"capacity": "1e9"},
    {"site_id": "99999"},
    {"site_id": "x"},
    {"program_id": "x"},
    {"program_id": str(2**63)},
    {"registration_opens_on": "2027-01-02", "registration_closes_on": "2027-01-01"},
]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: "-".join(f"{k}={ascii(v)[:20]}" for k, v in bad.items()))
def test_bad_input_gets_one_sentence_and_stores_nothing(coordinator, session, bad):
    program_id = make_program("Chess").id
    session.commit()
    coordinator.get("/seasons/new")
    token = coordinator.page.form()["csrf_token"]
    data = {**SEASON, "program_id": str(program_id), **bad, "csrf_token": token}
    parts = (f'--xx\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in data.items())
    body = "".join([*parts, "--xx--\r\n"]).encode("utf-8", "surrogatepass")
    answer = coordinator.raw("/seasons/new", "POST", data=body, content_type="multipart/form-data; boundary=xx")
    assert answer.status_code == 422
    assert b"summary-title" in answer.data
    assert session.scalar(sa.select(sa.func.count(Season.id))) == 0


@pytest.mark.parametrize("value", ["", "x", "0", "-5", str(2**63), "9" * 60])
def test_a_made_up_youth_is_refused(coordinator, session, value):
    address = f"/seasons/{running_season().id}/enroll"
    session.commit()
    send(coordinator, address, {"youth_id": value}, status=422)


def test_an_adult_is_not_enrolled(coordinator, session):
    address, adult = f"/seasons/{running_season().id}/enroll", make_person()
    assert adult.kind is PersonKind.ADULT
    adult_id = adult.id
    session.commit()
    send(coordinator, address, {"youth_id": str(adult_id)}, status=404)


@pytest.mark.parametrize(
    "bad",
    [
        {"starts": "25:00"},
        {"starts": "soon"},
        {"ends": "15:00"},
        {"day": "2050-01-01"},
        {"title": "x" * 121},
        {"weekdays": "9", "until": "2026-12-31"},
        {"until": "2026-02-31"},
    ],
    ids=str,
)
def test_a_meeting_that_cannot_be_is_refused(coordinator, session, bad):
    address = f"/gatherings/new?group={make_class(running_season()).id}"
    session.commit()
    meeting = {
        "kind": "class", "title": "Club", "day": clock.today().isoformat(), "starts": "16:00", "ends": "17:00",
        "site_id": "", "place": "", "until": "",
    }  # fmt: skip
    send(coordinator, address, meeting | bad, status=422)
    assert session.scalar(sa.select(sa.func.count(Gathering.id))) == 0
