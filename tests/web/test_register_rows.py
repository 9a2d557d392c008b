"""One row of a register: who walked in, who left early, what was said by whom, and where two people differ."""

from __future__ import annotations

import pytest

from tests.makers.accounts import make_account, make_actor
from tests.makers.people import make_person, make_youth
from tests.makers.programs import enroll, make_gathering, make_group
from tests.support.clearing import only_these_are_not_cleared
from tests.web.test_attendance import Field, tap
from youthprog.access.types import Role
from youthprog.attendance import services
from youthprog.attendance.types import DeedKind, Mark, Said
from youthprog.core import clock
from youthprog.people import services as people_services


@pytest.fixture
def objections(app):
    """The youth who are not cleared."""
    with only_these_are_not_cleared(app) as barred:
        yield barred


@pytest.fixture
def field(session, objections):
    return Field(session)


@pytest.fixture
def other(session, field):
    """A child of the same season in another team."""
    child = make_youth("Zuzanna", "Wiśniewska")
    enroll(child, field.season)
    make_group(field.season, "Otters U10")
    session.commit()
    return child


def walk_in(field):
    return f"/gatherings/{field.gathering.id}/walk-in"


def row(field, number=0):
    return f"/gatherings/{field.gathering.id}/youth/{field.ids[number]}"


def test_a_coach_adds_who_walked_in_by_the_whole_name(visitor, field, other):
    visitor.sign_in(field.account).get(walk_in(field))
    page = visitor.post(walk_in(field), {"name": "wisniewska zuzanna"})
    assert "Zuzanna Wiśniewska" in page.text
    assert "1 walked in" in page.text
    assert field.marks() == {other.id: Mark.WALK_IN}


def test_a_coach_cannot_look_through_the_children_of_a_season(visitor, field, other):
    visitor.sign_in(field.account).get(walk_in(field))
    page = visitor.post(walk_in(field), {"name": "zuz"}, status=422)
    assert "Nobody of this name is enrolled in this season." in page.text
    assert "Wiśniewska" not in page.text
    assert field.marks() == {}


def test_a_coordinator_chooses_among_those_meant(visitor, session, field, other):
    second = make_youth("Zuza", "Wisnick")
    enroll(second, field.season)
    session.commit()
    visitor.sign_in(make_account(Role.COORDINATOR)).get(walk_in(field))
    page = visitor.post(walk_in(field), {"name": "wis"}, status=422)
    assert "Which one?" in page.text
    visitor.post(walk_in(field), {"name": "wis", "youth_id": str(second.id)})
    assert field.marks() == {second.id: Mark.WALK_IN}


def test_who_is_not_enrolled_or_on_the_register_already_is_not_found(visitor, session, field):
    make_youth("Nobody", "Here")
    session.commit()
    visitor.sign_in(field.account).get(walk_in(field))
    for name in ("Nobody Here", "Mateo Aguilar"):
        assert "Nobody of this name" in visitor.post(walk_in(field), {"name": name}, status=422).text
    assert "Type the name" in visitor.post(walk_in(field), {"name": " "}, status=422).text


def test_who_walked_in_and_is_not_cleared_is_told_so(visitor, field, other, objections):
    objections.add(other.id)
    visitor.sign_in(field.account).get(walk_in(field))
    page = visitor.post(walk_in(field), {"name": "Zuzanna Wiśniewska"}, status=422)
    assert "Not cleared. May watch. May not take part." in page.text
    assert field.marks() == {}


def test_a_coach_kept_from_a_child_never_finds_it(visitor, session, field, other):
    people_services.restrict_custody(
        other, field.coach, no_collect=True, no_decide=True, no_information=True,
        starts_on=clock.today(), note="", by=make_actor(Role.COORDINATOR), now=clock.now(),
    )  # fmt: skip
    session.commit()
    visitor.sign_in(field.account).get(walk_in(field))
    assert "Nobody of this name" in visitor.post(walk_in(field), {"name": "Zuzanna Wiśniewska"}, status=422).text
    staff = make_actor(Role.COORDINATOR)
    services.save_walk_in(field.gathering, other.id, by=staff, now=clock.now())
    session.commit()
    assert "Zuzanna" not in visitor.get(field.address).text
    assert visitor.raw(f"/gatherings/{field.gathering.id}/youth/{other.id}").status_code == 404


def test_left_early_keeps_the_mark_before_it(visitor, field):
    page = visitor.sign_in(field.account).get(field.address)
    visitor.post(field.address, tap(page, field, "present", "absent"))
    page = visitor.get(row(field))
    assert "Present (in force)" in page.text
    page = visitor.post(row(field), {"mark": "left_early", "seen": "1"})
    assert "Left early (in force)" in page.text
    assert field.marks()[field.ids[0]] is Mark.LEFT_EARLY
    page = visitor.get(field.address)
    assert "1 left early" in page.text
    page = visitor.post(field.address, tap(page, field, None, None, "late"))
    assert field.marks()[field.ids[0]] is Mark.LEFT_EARLY, "a row left alone says nothing"


def test_a_mark_is_taken_back_from_its_row(visitor, field):
    page = visitor.sign_in(field.account).get(field.address)
    visitor.post(field.address, tap(page, field, "present", "absent"))
    page = visitor.get(row(field))
    page = visitor.post(row(field), {"mark": "", "seen": "1"})
    assert "Present (taken back)" in page.text
    assert field.marks() == {field.ids[1]: Mark.ABSENT}


@pytest.mark.parametrize(
    ("mark", "seen"), [("present", "1"), ("left_early", "0"), ("nonsense", "1"), ("left_early", "x")]
)
def test_what_the_row_does_not_offer_or_did_not_show_is_refused(visitor, field, mark, seen):
    page = visitor.sign_in(field.account).get(field.address)
    visitor.post(field.address, tap(page, field, "late", "absent"))
    visitor.get(row(field))
    visitor.post(row(field), {"mark": mark, "seen": seen}, status=422)
    assert field.marks()[field.ids[0]] is Mark.LATE


def test_where_two_people_differ_the_register_shows_both_until_somebody_says_which(visitor, session, field):
    other = make_actor(Role.COACH, make_person("Brian", "Tate").id)
    for name, mark, by in (("a", Mark.ABSENT, other), ("b", Mark.PRESENT, make_actor(Role.COACH, field.coach.id))):
        services.say(
            field.gathering, [Said(name, field.ids[0], DeedKind.MARK, clock.now(), mark)], by=by, now=clock.now()
        )
    session.commit()
    page = visitor.sign_in(field.account).get(field.address)
    assert "Two people differ" in page.text
    assert "Brian Tate said Absent" in page.text
    assert f"mark-{field.ids[0]}" not in page.form(field.address), "nobody chooses for them"
    page = visitor.post(field.address, tap(page, field, "present"))
    assert "Two people differ" not in page.text
    assert field.marks() == {field.ids[0]: Mark.PRESENT}


def test_a_gathering_of_a_whole_season_begins_with_nobody(visitor, session, field, other):
    event = make_gathering(field.group, clock.now())
    event.group_id = None
    session.commit()
    visitor.sign_in(make_account(Role.COORDINATOR))
    page = visitor.get(f"/gatherings/{event.id}/register")
    assert "Nobody is here yet" in page.text
    visitor.get(f"/gatherings/{event.id}/walk-in")
    page = visitor.post(f"/gatherings/{event.id}/walk-in", {"name": "Zuzanna Wisniewska"})
    assert "Zuzanna Wiśniewska" in page.text


def test_another_teams_coach_finds_no_row(visitor, field):
    visitor.sign_in(make_account(Role.COACH))
    assert visitor.raw(row(field)).status_code == 404
    assert visitor.raw(walk_in(field)).status_code == 404
