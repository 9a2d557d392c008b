"""Releasing a child: to somebody on the list, with the photo ID; a stop for everybody else, written down and told."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account, make_actor
from tests.makers.consent import Family
from tests.makers.people import make_guardian, make_person, make_youth
from tests.makers.programs import enroll, join, lead, make_gathering, make_season, make_team
from tests.support.clearing import only_these_are_not_cleared
from youthprog.access.types import Role
from youthprog.attendance import services, stops
from youthprog.attendance.collecting import on_site
from youthprog.attendance.models import AttendanceMark, Deed
from youthprog.attendance.types import CollectedBy, Collector, DeedKind, Fate, Mark, Said
from youthprog.audit.models import AuditEntry
from youthprog.consent.models import PickupPerson
from youthprog.consent.queries import pickup_of
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.core.permissions import P
from youthprog.outreach.models import Message
from youthprog.people import services as people
from youthprog.people.types import Relationship
from youthprog.programs.models import Gathering
from youthprog.programs.types import StaffRole


@pytest.fixture(autouse=True)
def objections(app):
    """The youth who are not cleared."""
    with only_these_are_not_cleared(app) as barred:
        yield barred


class Gate:
    """Mateo of the Tigers at practice: Rosa signed a list with Consuelo; Paul is kept away though guardian and listed."""

    def __init__(self, session, minutes=-30):
        now = clock.now()
        season = make_season(starts_on=(now - timedelta(days=60)).date(), ends_on=(now + timedelta(days=60)).date())
        self.season, self.program = season, season.program
        family = Family(make_team(season).group)
        self.youth, self.rosa, self.group = family.youth, family.guardian, family.group
        self.request = family.sign(now, pickup={"names": ["Abuela Consuelo", "Paul J. Kept"]})
        self.paul = make_guardian(self.youth, "Paul", "Kept", relationship=Relationship.FATHER, rank=2)
        people.restrict_custody(
            self.youth, self.paul, no_collect=True, no_decide=False, no_information=False,
            starts_on=clock.today(), by=SYSTEM, now=now,
        )  # fmt: skip
        self.coach = make_person("Alicia", "Moreno")
        lead(self.coach, self.group, StaffRole.HEAD_COACH, self.youth)
        self.account = make_account(Role.COACH, self.coach)
        self.coordinator = make_account(Role.COORDINATOR, program_id=season.program_id)
        self.gathering = make_gathering(self.group, now + timedelta(minutes=minutes))
        self.came = now + timedelta(minutes=minutes)
        self.say(DeedKind.ARRIVE, mark=Mark.PRESENT, at=self.came)
        session.commit()
        self.address = f"/gatherings/{self.gathering.id}/release/{self.youth.id}"

    def say(self, kind, to=None, **more):
        gathering = db.session().get_one(Gathering, self.gathering.id)
        said = Said(str(uuid.uuid4()), self.youth.id, kind, more.pop("at", clock.now()), to=to, **more)
        (outcome,) = services.say(gathering, [said], by=SYSTEM, now=clock.now())
        return outcome

    def row(self):
        db.session().rollback()
        return db.session().get(AttendanceMark, (self.gathering.id, self.youth.id), populate_existing=True)

    def deed(self, kind):
        newest = sa.select(Deed).where(Deed.kind == kind).order_by(Deed.id.desc())
        return db.session().scalars(newest).first()


@pytest.fixture
def gate(session):
    return Gate(session)


def count(model, *conditions):
    return db.session().scalar(sa.select(sa.func.count()).select_from(model).where(*conditions))


def lines(action):
    return db.session().scalars(sa.select(AuditEntry).where(AuditEntry.action == action)).all()


def listed(gate):
    return db.session().scalar(sa.select(PickupPerson.id).where(PickupPerson.name == "Abuela Consuelo"))


def test_two_taps_from_the_register_to_the_photo_id(visitor, gate):
    page = visitor.sign_in(gate.account).get(f"/gatherings/{gate.gathering.id}/register")
    page = visitor.get(page.link("Mateo Aguilar"))
    assert page.h1 == "Who may pick up Mateo"
    assert "Mother" in page.text
    assert "On the list of Rosa Aguilar since" in page.text
    page = visitor.get(page.link("Abuela Consuelo"))
    assert page.h1 == "Look at a photo ID. Is it Abuela Consuelo?"
    page = visitor.post(gate.address, {**page.form(gate.address), "answer": "id"})
    assert "Mateo left with Abuela Consuelo." in page.text
    deed = gate.deed(DeedKind.LEAVE)
    assert gate.row().out_at is not None
    assert (deed.to_kind, deed.to_name, deed.id_seen, deed.by_id) == (
        CollectedBy.LISTED, "Abuela Consuelo", True, gate.coach.id,
    )  # fmt: skip
    assert len(lines("release.opened")) == 3


def test_knowing_the_person_is_another_answer_and_kept_as_such(visitor, gate):
    to = f"guardian-{gate.rosa.id}"
    visitor.sign_in(gate.account).post(gate.address, {"to": to, "answer": "known"})
    deed = gate.deed(DeedKind.LEAVE)
    assert (deed.to_kind, deed.to_person_id, deed.id_seen) == (CollectedBy.GUARDIAN, gate.rosa.id, False)


def test_the_photo_id_is_asked_for(visitor, gate):
    visitor.sign_in(gate.account).post(gate.address, {"to": f"guardian-{gate.rosa.id}"}, status=422)
    assert gate.row().out_at is None


def test_a_barred_adult_is_no_choice_though_guardian_and_listed(visitor, gate):
    page = visitor.sign_in(gate.account).get(gate.address)
    assert "Kept" not in page.text
    assert "Paul" not in page.text
    for forged in (f"guardian-{gate.paul.id}", "listed-999999", "guardian-x", "nobody"):
        visitor.post(gate.address, {"to": forged, "answer": "id"}, status=422)
    assert gate.row().out_at is None


@pytest.mark.parametrize("name", ["Paul Kept", "kept, PAUL", "P. Kept"])
def test_a_barred_adult_stops_the_screen_is_logged_and_told(visitor, gate, name):
    page = visitor.sign_in(gate.account).post(gate.address, {"to": "else", "name": name})
    assert page.h1 == "Stop. Do not release Mateo to this person."
    assert "Keep Mateo with you" in page.text
    assert page.link("(217) 555-0141") == "tel:2175550141"
    assert not [each for each in page.all("form") if "pickup-link" in (each.get("action") or "")]
    for told in ("custody", "court", "Father", "restrict", gate.rosa.first_name + " Kept"):
        assert told not in page.text
    deed = gate.deed(DeedKind.STOP)
    assert (deed.to_name, deed.refusal) == (name, "barred")
    assert gate.row().out_at is None
    assert len(lines("release.stopped")) == 1
    assert len(lines("custody.matched")) == 2  # the answer, and the page that shows it
    assert not any("barred" in str(line.detail) for line in lines("release.stopped"))
    (mail,) = db.session().scalars(sa.select(Message).where(Message.kind == "release_stopped"))
    assert mail.person_id == gate.coordinator.person_id
    words = f"{mail.subject} {mail.unseal('text_sealed')} {mail.unseal('html_sealed')}"
    assert "Mateo" in words
    for secret in ("Paul", "Kept", "barred", "custody", "Aguilar"):
        assert secret not in words


def test_a_coordinator_whom_a_court_limits_is_not_told_of_a_stop(visitor, gate, session):
    """Limited in anything: here a coordinator who may only not collect the child."""
    make_account(Role.COORDINATOR, gate.paul)
    session.commit()
    visitor.sign_in(gate.account).post(gate.address, {"to": "else", "name": "Paul Kept"})
    assert [
        mail.person_id for mail in session.scalars(sa.select(Message).where(Message.kind == "release_stopped"))
    ] == [gate.coordinator.person_id]


def test_who_is_not_on_the_list_stops_the_screen_and_the_signer_gets_the_link(visitor, gate):
    page = visitor.sign_in(gate.account).post(gate.address, {"to": "else", "name": "Uncle Bob"})
    assert page.h1 == "Stop. Do not release Mateo to this person."
    assert "Not on the list." in page.text
    assert gate.deed(DeedKind.STOP).refusal == "not_listed"
    assert not lines("custody.matched")
    there = f"/consents/youth/{gate.youth.id}/pickup-link"
    page = visitor.post(there, page.form(there))
    assert "Sent to Rosa Aguilar." in page.text
    (mail,) = db.session().scalars(sa.select(Message).where(Message.kind == "consent_pickup_link"))
    assert mail.person_id == gate.rosa.id
    assert "/c/" in mail.unseal("text_sealed")
    assert "/c/" not in page.text_source
    visitor.post(there, {"request": str(gate.request.id + 7)}, status=404)


def test_a_name_that_is_on_the_list_leads_to_the_photo_id(visitor, gate):
    page = visitor.sign_in(gate.account).post(gate.address, {"to": "else", "name": "consuelo  ABUELA"})
    assert page.h1 == "Look at a photo ID. Is it Abuela Consuelo?"
    assert not gate.deed(DeedKind.STOP)


def test_somebody_else_with_a_listed_name_is_stopped(visitor, gate):
    visitor.sign_in(gate.account).post(gate.address, {"to": f"listed-{listed(gate)}", "answer": "no"})
    assert gate.deed(DeedKind.STOP).refusal == "not_this_person"
    assert gate.row().out_at is None


def test_the_same_stop_again_is_told_once(visitor, gate):
    sent = {"to": "else", "name": "Uncle Bob", "deed": str(uuid.uuid4())}
    visitor.sign_in(gate.account)
    for _again in range(2):
        visitor.post(gate.address, sent)
    assert count(Deed, Deed.kind == DeedKind.STOP) == 1
    assert count(Message, Message.kind == "release_stopped") == 1


def test_nobody_leaves_alone_unless_the_program_allows_it_at_this_age(visitor, gate, session):
    page = visitor.sign_in(gate.account).get(gate.address)
    assert "Leaves alone" not in page.text
    visitor.post(gate.address, {"to": "alone"}, status=422)
    for age, may in ((15, False), (10, True)):
        session.merge(gate.program).alone_from_age = age
        session.commit()
        assert ("Leaves alone" in visitor.get(gate.address).text) is may
    visitor.post(gate.address, {"to": "alone"})
    assert gate.deed(DeedKind.LEAVE).to_kind is CollectedBy.ALONE


def test_a_release_is_taken_back(visitor, gate):
    visitor.sign_in(gate.account).post(gate.address, {"to": f"guardian-{gate.rosa.id}", "answer": "id"})
    page = visitor.get(gate.address)
    assert "Mateo left at" in page.text
    visitor.post(gate.address, {"to": f"guardian-{gate.rosa.id}", "answer": "id"}, status=409)
    page = visitor.post(f"{gate.address}/undo", {})
    assert "Taken back. Mateo is still here." in page.text
    assert gate.row().out_at is None
    visitor.post(f"{gate.address}/undo", {})
    assert count(Deed, Deed.kind == DeedKind.TAKE_BACK) == 1


def test_every_way_in_refuses_whoever_may_not_collect(gate):
    """A phone's or a kiosk's deed passes the same rules as the page."""
    paul = Collector(CollectedBy.GUARDIAN, "Somebody Fine", gate.paul.id, id_seen=True)
    cases = [
        (paul, "barred"), (Collector(CollectedBy.LISTED, "Kept Paul"), "barred"),
        (Collector(CollectedBy.LISTED, "Uncle Bob"), "not_listed"),
        (Collector(CollectedBy.GUARDIAN, "Rosa Aguilar", gate.coach.id), "not_listed"),
        (Collector(CollectedBy.ALONE), "not_alone"), (Collector(None, None), "not_listed"),
    ]  # fmt: skip
    for to, code in cases:
        outcome = gate.say(DeedKind.LEAVE, to)
        assert (outcome.fate, outcome.refusal.code) == (Fate.REFUSED, code)
    db.session().commit()
    assert gate.row().out_at is None
    assert count(Message, Message.kind == "release_stopped") == len(cases)
    assert gate.say(DeedKind.LEAVE).flag == "nobody_named"
    assert gate.say(DeedKind.LEAVE, Collector(CollectedBy.LISTED, "Consuelo Abuela")).fate is Fate.KEPT


# ---- two people of one name, of whom one may ----


@pytest.fixture
def grandfather(gate, session):
    """Paul's father Paul, a guardian who may collect."""
    found = make_guardian(gate.youth, "Paul", "Kept", relationship=Relationship.GRANDPARENT, rank=3)
    found.born_on, session.merge(gate.paul).born_on = date(1950, 3, 2), date(1982, 7, 9)
    session.commit()
    return found


def test_a_namesake_passes_with_what_the_photo_id_says(visitor, gate, grandfather):
    page = visitor.sign_in(gate.account).get(gate.address)
    assert page.text.count("Paul Kept") == 1
    assert not lines("custody.matched")
    page = visitor.get(page.link("Paul Kept"))
    assert page.h1 == "Look at a photo ID. Is it Paul Kept?"
    assert "Two people have this name. One of them may not pick up Mateo." in page.text
    assert "I know this person" not in page.text
    assert "1950" not in page.text_source
    assert len(lines("custody.matched")) == 1
    form = page.form(gate.address)
    missing = visitor.post(gate.address, {**form, "answer": "id"}, status=422)
    assert "Write the birth date as the photo ID says it." in missing.text
    visitor.post(gate.address, {**form, "answer": "known", "born_on": ""}, status=422)
    assert gate.row().out_at is None
    page = visitor.post(gate.address, {**form, "answer": "id", "born_on": "1950-03-02"})
    assert "Mateo left with Paul Kept." in page.text
    deed = gate.deed(DeedKind.LEAVE)
    assert (deed.to_person_id, deed.id_seen, deed.to_checked) == (grandfather.id, True, "birth_date")
    (line,) = lines("release.compared")
    assert (line.subject_id, line.detail["adult_id"], line.detail["compared"]) == (
        gate.youth.id, grandfather.id, "birth_date",
    )  # fmt: skip
    assert "1950" not in str(line.detail)
    assert "photo ID compared" in visitor.get(f"/gatherings/{gate.gathering.id}/youth/{gate.youth.id}").text


def test_a_namesake_is_stopped_when_the_photo_id_says_otherwise(visitor, gate, grandfather):
    sent = {"to": f"guardian-{grandfather.id}", "answer": "id", "born_on": "1982-07-09"}
    page = visitor.sign_in(gate.account).post(gate.address, sent)
    assert page.h1 == "Stop. Do not release Mateo to this person."
    assert "The photo ID does not fit the person on the list." in page.text
    assert gate.deed(DeedKind.LEAVE).refusal == "not_proven"
    assert gate.row().out_at is None
    assert len(lines("release.stopped")) == 1
    assert lines("custody.matched")
    assert count(Message, Message.kind == "release_stopped") == 1
    assert not [each for each in page.all("form") if "pickup-link" in (each.get("action") or "")]


def test_a_typed_name_stops_though_a_namesake_may_collect(visitor, gate, grandfather):
    visitor.sign_in(gate.account).post(gate.address, {"to": "else", "name": "Paul Kept"})
    assert gate.deed(DeedKind.STOP).refusal == "barred"
    visitor.post(gate.address, {"to": f"guardian-{grandfather.id}", "answer": "no"})
    assert {deed.refusal for deed in db.session().scalars(sa.select(Deed).where(Deed.kind == DeedKind.STOP))} == {
        "barred"
    }
    assert gate.row().out_at is None


def test_two_records_born_on_one_day_are_one_person(visitor, gate, grandfather, session):
    session.merge(gate.paul).born_on = grandfather.born_on
    session.commit()
    assert "Paul Kept" not in visitor.sign_in(gate.account).get(gate.address).text
    visitor.post(
        gate.address, {"to": f"guardian-{grandfather.id}", "answer": "id", "born_on": "1950-03-02"}, status=422
    )
    assert gate.row().out_at is None


def test_the_house_tells_where_both_are_known_and_paper_names_neither(visitor, gate, grandfather, session):
    for person, street in ((grandfather, "1204 Oak Street"), (gate.paul, "77 Elm Street")):
        row = session.merge(person)
        row.born_on = None
        people.make_household(street, [row], street=street, by=SYSTEM, now=clock.now())
    session.commit()
    address = f"guardian-{grandfather.id}"
    page = visitor.sign_in(gate.account).get(f"{gate.address}?to={address}")
    assert "House number on the photo ID" in page.text
    assert "Paul Kept" not in str(pickup_of([gate.youth.id], clock.today()))
    visitor.post(gate.address, {"to": address, "answer": "id", "house": "No. 1204"})
    assert gate.deed(DeedKind.LEAVE).to_checked == "house"


# ---- who is on site, and who was not checked out ----


def test_who_is_on_site_with_marks_and_alerts(visitor, gate, objections):
    objections.add(gate.youth.id)
    page = visitor.sign_in(gate.account).get("/on-site")
    assert "Aguilar, Mateo" in page.text
    assert "Not cleared" in page.text
    assert "1 young person" in page.text
    site = visitor.get("/on-site?site=987654")
    assert "Nobody is here" in site.text
    visitor.get("/on-site?gathering=987654", status=404)
    visitor.get("/on-site?site=x", status=404)
    gate.say(DeedKind.LEAVE, Collector(CollectedBy.LISTED, "Abuela Consuelo"))
    db.session().commit()
    assert "Nobody is here" in visitor.get(f"/on-site?gathering={gate.gathering.id}").text


def test_on_site_is_one_number_of_statements_for_any_number_of_youth(session, gate, statements):
    actor = make_actor(Role.COORDINATOR, gate.coordinator.person_id, program_id=gate.program.id)
    sent, found = [], []
    for more in (0, 12):
        gathering = session.get_one(Gathering, gate.gathering.id)
        said = []
        for number in range(more):
            child = make_youth(f"Noa{number}")
            make_guardian(child)
            join(child, gate.group)
            said.append(Said(str(uuid.uuid4()), child.id, DeedKind.ARRIVE, clock.now()))
        services.say(gathering, said, by=SYSTEM, now=clock.now())
        session.commit()
        statements.clear()
        found.append(len(on_site(actor, P.REGISTER_READ, clock.now())))
        sent.append(len(statements))
    assert found == [1, 13]
    assert sent[0] == sent[1] <= 12


def test_fifteen_minutes_after_the_end_an_alert_and_one_mail(visitor, session):
    gate = Gate(session, minutes=-90 - 14)
    visitor.sign_in(gate.account)
    assert "not checked out" not in visitor.get("/today").text
    assert list(stops.tell_of_late(clock.now())) == []
    later = clock.now() + timedelta(minutes=2)
    assert list(stops.tell_of_late(later)) == [gate.gathering.id]
    assert list(stops.tell_of_late(later + timedelta(minutes=5))) == []
    session.commit()
    (mail,) = session.scalars(sa.select(Message).where(Message.kind == "release_late"))
    assert mail.person_id == gate.coach.id
    assert "Mateo" not in f"{mail.subject} {mail.unseal('text_sealed')} {mail.unseal('html_sealed')}"
    session.get_one(Gathering, gate.gathering.id).ends_at -= timedelta(minutes=5)
    session.commit()
    for address in ("/today", f"/gatherings/{gate.gathering.id}/register", "/on-site"):
        assert "not checked out" in visitor.get(address).text.lower()
    gate.say(DeedKind.LEAVE, Collector(CollectedBy.LISTED, "Abuela Consuelo"))
    session.commit()
    assert "not checked out" not in visitor.get("/today").text


def test_whoever_leads_a_gathering_answers_for_who_walked_in(visitor, gate, session):
    other = make_youth("Zuzanna", "Wiśniewska")
    make_guardian(other, "Ewa")
    enroll(other, gate.season)
    gathering = session.get_one(Gathering, gate.gathering.id)
    said = [Said(str(uuid.uuid4()), other.id, DeedKind.ARRIVE, clock.now(), mark=Mark.WALK_IN)]
    services.say(gathering, said, by=SYSTEM, now=clock.now())
    session.commit()
    address = f"/gatherings/{gate.gathering.id}/release/{other.id}"
    page = visitor.sign_in(gate.account).get(f"/on-site?gathering={gate.gathering.id}")
    assert "Wiśniewska, Zuzanna" in page.text
    assert "Ewa" in visitor.get(address).text
    people.restrict_custody(
        other, gate.coach, no_collect=True, no_decide=False, no_information=True,
        starts_on=clock.today(), by=SYSTEM, now=clock.now(),
    )  # fmt: skip
    session.commit()
    assert "Zuzanna" not in visitor.get(f"/on-site?gathering={gate.gathering.id}").text
    assert visitor.raw(address).status_code == 404
