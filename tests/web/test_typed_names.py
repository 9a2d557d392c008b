"""A walk-in taken without a network: the name as typed, who it means on return, and who says it where nobody can know."""

from __future__ import annotations

import uuid
from datetime import timedelta

import sqlalchemy as sa

from tests.makers.people import make_youth
from tests.makers.programs import enroll, make_gathering
from tests.web.test_attendance import objections  # noqa: F401  a fixture: pytest finds it by its name
from tests.web.test_sync import Phone, deed, field, phone  # noqa: F401  fixtures
from youthprog.attendance import walk_in_queries
from youthprog.attendance.models import AttendanceMark, Deed
from youthprog.attendance.types import Mark
from youthprog.audit.models import AuditEntry
from youthprog.consent.services import hold
from youthprog.core import clock
from youthprog.core.actor import SYSTEM
from youthprog.people.services import restrict_custody
from youthprog.reports.rounds import forget_typed_names


def typed(name, **more):
    """A walk-in as a phone without a network says it."""
    return deed(None, mark="walk_in", name=name, **more)


def walked_in(session, field):  # noqa: F811
    """Whom the register has as walked in."""
    rows = sa.select(AttendanceMark.youth_id).where(
        AttendanceMark.gathering_id == field.gathering.id, AttendanceMark.mark == Mark.WALK_IN
    )
    return sorted(session.scalars(rows))


def enrolled(field, session, given, family="Diaz"):  # noqa: F811
    """Somebody of the season who is in another group, or in none."""
    child = make_youth(given, family)
    enroll(child, field.season)
    session.commit()
    return child


def test_a_name_that_means_one_child_of_the_season_puts_it_on_the_register_once(phone, field, session):  # noqa: F811
    child = enrolled(field, session, "Noa")
    one = typed("diaz,  NOA")
    for _time in range(3):
        answer = phone.send(one)
        assert answer["results"] == [{"id": one["id"], "state": "kept"}]
    other_phone = typed("Noa Diaz")
    assert phone.send(other_phone)["results"][0]["state"] == "kept"
    assert walked_in(session, field) == [child.id]
    assert session.scalars(sa.select(Deed.said_name).order_by(Deed.id)).all() == ["diaz,  NOA", "Noa Diaz"]
    assert not phone.look()["youth"][-1]["disputed"]


def test_a_name_that_means_nobody_for_sure_waits_for_somebody_to_say_who_it_is(phone, field, session):  # noqa: F811
    kept_away = enrolled(field, session, "Noa")
    enrolled(field, session, "Ben"), enrolled(field, session, "Ben")
    restrict_custody(
        kept_away, field.coach, no_collect=True, no_decide=True, no_information=True,
        starts_on=clock.today(), by=SYSTEM, now=clock.now(),
    )  # fmt: skip
    session.commit()
    names = {
        "nobody": "Zoe Quinn",
        "a piece": "Ben",
        "two": "Ben Diaz",
        "a member": "Mateo Aguilar",
        "custody": "Noa Diaz",
    }
    sent = [typed(name) for name in names.values()]
    for _time in range(2):
        told = phone.send(*sent)["results"]
        assert {(each["state"], each["code"]) for each in told} == {("refused", "unknown_name")}
        assert {each["says"] for each in told} == {
            "Nobody of the season is surely meant. Say on the register who it is."
        }
    assert walked_in(session, field) == []
    page = phone.visitor.get(f"{phone.address}/register")
    assert "5 names were typed without a signal." in page.text
    assert all(name in page.text for name in names.values())


def test_somebody_says_who_it_is_and_the_name_is_settled(phone, field, session):  # noqa: F811
    children = [enrolled(field, session, "Noa") for _each in range(2)]
    one = typed("Noa Diaz", minutes=40)
    phone.send(one)
    page = phone.visitor.get(phone.visitor.get(f"{phone.address}/register").link("Noa Diaz"))
    assert "Noa Diaz was typed without a signal." in page.text
    there = f"{phone.address}/walk-in"
    page = phone.visitor.post(there, {**page.form(there), "youth_id": str(children[1].id)})
    assert "Noa Diaz walked in and stands on the register." in page.text
    assert "typed without a signal" not in page.text
    assert walked_in(session, field) == [children[1].id]
    said, settling = session.scalars(sa.select(Deed).order_by(Deed.id)).all()
    assert (settling.undoes, settling.at, settling.youth_id) == (one["id"], said.at, children[1].id)
    phone.visitor.post(there, {"name": "Noa Diaz", "deed": one["id"], "youth_id": str(children[0].id)}, status=404)
    assert phone.send(one)["results"][0]["code"] == "unknown_name"
    assert walked_in(session, field) == [children[1].id]


def test_a_name_of_nobody_of_ours_goes_and_the_register_stays_as_it_was(phone, field, session):  # noqa: F811
    one = typed("Zoe Quinn")
    phone.send(one)
    there = f"{phone.address}/walk-in"
    page = phone.visitor.get(f"{there}?deed={one['id']}")
    named = [
        each.get("name") for each in page.all("button") if "register" in "".join(each.itertext()) or each.get("name")
    ]
    assert named == [None, "nobody", None], "Enter presses the first, which dismisses nothing"
    page = phone.visitor.post(there, {**page.form(there), "nobody": "yes"})
    assert "Zoe Quinn is none of ours." in page.text
    assert "typed without a signal" not in page.text
    assert session.scalar(sa.select(sa.func.count()).select_from(AttendanceMark)) == 0


def test_a_name_is_settled_at_its_own_gathering_alone(phone, field, session):  # noqa: F811
    other = make_gathering(field.group, field.gathering.starts_at)
    session.commit()
    one = typed("Zoe Quinn")
    phone.send(one)
    for wrong in (f"/gatherings/{other.id}/walk-in?deed={one['id']}", f"{phone.address}/walk-in?deed={uuid.uuid4()}"):
        phone.visitor.get(wrong, status=404)


def test_a_name_that_cannot_be_is_malformed_and_spoils_no_other(phone, field):  # noqa: F811
    wrong = ({"name": ""}, {"name": "a" * 161}, {"name": "No\x00a"}, {"name": 7}, {"name": "Noa", "mark": "present"})
    *refused, last = phone.send(*({**typed("x"), **more} for more in wrong), deed(field.ids[0]))["results"]
    assert [each["code"] for each in refused] == ["malformed"] * len(wrong)
    assert last["state"] == "kept"


def test_a_child_that_is_not_cleared_only_watches_under_a_typed_name_too(phone, field, session, objections):  # noqa: F811
    objections.add(enrolled(field, session, "Noa").id)
    (told,) = phone.send(typed("Noa Diaz"))["results"]
    assert told["code"] == "not_cleared"
    assert walked_in(session, field) == []


def test_names_go_after_their_term_and_who_it_was_stays(app, phone, field, session):  # noqa: F811
    child, held = enrolled(field, session, "Noa"), enrolled(field, session, "Ben")
    phone.send(typed("Noa Diaz"), typed("Ben Diaz"), typed("Zoe Quinn"))
    hold(held, "An incident", by=SYSTEM, now=clock.now())
    session.commit()
    assert [each.name for each in walk_in_queries.unsettled(field.gathering.id)] == ["Zoe Quinn"]

    def left(days):
        list(forget_typed_names(clock.now() + timedelta(days=days)))
        session.commit()
        return sorted(session.scalars(sa.select(Deed.said_name).where(Deed.said_name.is_not(None))))

    assert left(89) == ["Ben Diaz", "Noa Diaz", "Zoe Quinn"]
    (app.config["YOUTHPROG"].instance / "retention.toml").write_text("[typed_names]\nafter_days = 0\n")
    assert len(left(91)) == 3, "a fault in the file, and something went"
    (app.config["YOUTHPROG"].instance / "retention.toml").unlink()
    assert left(91) == ["Ben Diaz"]
    assert walk_in_queries.unsettled(field.gathering.id) == []
    assert walked_in(session, field) == sorted([child.id, held.id])
    line = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "register.names_removed")).one()
    assert (line.subject_id, line.detail) == (field.gathering.id, {"names": 2, "days": 90})
