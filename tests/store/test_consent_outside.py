"""Answers from outside in the tables, on both engines: what the record says, what waits, and how long words are kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.consent import Family, request_of
from tests.makers.forms import form_of, publish, section
from tests.makers.people import NOW, make_guardian, make_person
from youthprog.consent import outside_queries, paper, queries, services, unmatched
from youthprog.consent.models import (
    ConsentPart,
    ConsentRequest,
    FormUse,
    FormVersion,
    OutsideBlanking,
    UnmatchedAnswer,
)
from youthprog.consent.types import DISCLOSURE, Matching, RequestState, SectionKind, Signer
from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.refusals import Refused
from youthprog.outreach.models import Message
from youthprog.people import queries as people
from youthprog.people.models import ContactPoint
from youthprog.people.types import Relationship

K = SectionKind
ON = NOW.date()
DAY = timedelta(days=1)
SENT = NOW - 2 * DAY
VISITOR = Actor("visitor", ip="192.0.2.9", user_agent="a phone")
GIVEN = {"play": {"choice": "yes"}, "doctor": {"name": "Dr. Ada Obi", "email": "obi@clinic.example"}}
DOCTOR = section("doctor", K.EXTERNAL, required=True, more={"role": "Doctor"})
EXAM = section("exam", K.UPLOAD, required=True, more={"wanted": "The exam form"})


@pytest.fixture(autouse=True)
def september():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def family(session):
    """Mateo with Rosa and José."""
    family = Family()
    family.second = make_guardian(family.youth, "José", relationship=Relationship.FATHER, rank=2)
    return family


@pytest.fixture
def staff(session):
    return Actor("account", "Chris Lee", make_person("Chris", "Lee").id)


def form(family, *sections):
    """A form of these sections beside a first question, in use by the family's program."""
    version = publish(form_of("camp", section("play", K.DECISION, required=True), *sections))
    db.session().add(FormUse(program_id=family.group.season.program_id, form_id=version.form_id))
    db.flush()
    return version


def answered(family, version, *, given=GIVEN, agrees=True, send=True):
    """Consuelo's answer, sent two days ago."""
    born_on = date(2016, 3, 4)
    who = services.Outsider("Mateo", "Aguilar", born_on, "Consuelo", "grandparent", True, "consuelo@else.example", "")
    row = services.outside_begin(family.season_id, version.id, None, who, language="en", by=VISITOR, now=SENT)
    services.outside_open_sample(row, now=SENT + timedelta(minutes=1))
    if agrees:
        services.outside_agree(row, language="es", now=SENT + timedelta(minutes=2))
    asked = {each.key for each in services.questions_for(services.outside_case(row))}
    for key, answer in given.items():
        if key in asked:
            services.outside_answer(row, key, answer, language="en", now=SENT + timedelta(minutes=3))
    if send:
        at = SENT + timedelta(minutes=4)
        services.outside_send(row, "Consuelo Aguilar", agrees=True, language="en", by=VISITOR, now=at)
    return row


def match(row, family, staff, guardian=None):
    guardian = guardian or family.guardian
    ready = services.prepare_match(row, family.youth, guardian.id, by=staff, now=NOW)
    services.match_answer(row, ready, by=staff, now=NOW)
    db.session().flush()
    return ready


def codes(refused):
    return [each.code for each in refused.value.reasons]


def states(family):
    known = queries.histories([family.youth.id], [family.season_id])
    keys = known.required(family.youth.id, family.season_id, ON)
    return {key: state.value for key, state in known.states(family.youth.id, family.season_id, ON, keys).items()}


def letters(kind="consent_request"):
    statement = sa.select(Message).where(Message.kind == kind).order_by(Message.id)
    return db.session().scalars(statement).all()


# ---- the page on electronic records ----


def test_nothing_is_sent_before_the_page_is_accepted(family):
    row = answered(family, form(family), agrees=False, send=False)
    with pytest.raises(Refused) as refused:
        services.outside_send(row, "Consuelo", agrees=True, language="en", by=VISITOR, now=NOW)
    assert codes(refused) == ["not_agreed_to_screens"]
    assert row.state is Matching.DRAFT


def test_the_page_is_not_accepted_before_the_sample_is_open(family):
    version = form(family)
    row = answered(family, version, send=False)
    unmatched._write(row, replace(services.outside_opened(row), agreement=unmatched.OutsideAgreement()))
    with pytest.raises(Refused) as refused:
        services.outside_agree(row, language="en", now=NOW)
    assert codes(refused) == ["not_opened"]


@pytest.mark.parametrize("gone", ["accepted_at", "opened_at", "version"])
def test_an_answer_without_the_acceptance_is_matched_to_nobody(family, staff, gone):
    row = answered(family, form(family))
    kept = services.outside_opened(row)
    nothing = "" if gone == "version" else None
    unmatched._write(row, replace(kept, agreement=replace(kept.agreement, **{gone: nothing})))
    with pytest.raises(Refused) as refused:
        services.prepare_match(row, family.youth, family.guardian.id, by=staff, now=NOW)
    assert codes(refused) == ["no_agreement"]


def test_the_record_carries_the_senders_own_agreement_and_both_moments(family, staff):
    row = answered(family, form(family))
    ready = match(row, family, staff)
    value = json.loads(paper.canonical(ready.prepared.facts))
    assert value["disclosure"] == {
        "version": DISCLOSURE,
        "sha256": services.disclosure_sha256("es"),
        "language": "es",
        "opened_at": (SENT + timedelta(minutes=1)).isoformat(),
        "accepted_at": (SENT + timedelta(minutes=2)).isoformat(),
    }
    assert value["signature"]["at"] == (SENT + timedelta(minutes=4)).isoformat()
    assert value["signature"]["matched_at"] == NOW.isoformat()
    assert [each["what"] for each in value["events"]] == ["opened", "agreed", "answered", "signed", "matched"]
    signed, matched = value["events"][-2:]
    assert (signed["at"], signed["detail"]["ip"]) == ((SENT + timedelta(minutes=4)).isoformat(), "192.0.2.9")
    assert (matched["at"], matched["detail"]["who"]) == (NOW.isoformat(), "Chris Lee")
    record = paper.record_of(ready.prepared.facts)
    assert record.signed_at == SENT + timedelta(minutes=4)
    assert (record.sealed_at, record.in_force_from) == (NOW, ON)
    assert "answered online on September 15, 2026" in record.route_note
    assert "Chris Lee matched the answer to this young person. It counts from then on." in record.route_note
    assert record.events[-1].how_we_know == "By Chris Lee. The answers count from here on"


def test_nothing_counts_before_the_matching(family, staff):
    row = answered(family, form(family))
    match(row, family, staff)
    assert {each.decided_at for each in queries.decisions_of(row.request_id)} == {NOW}
    assert family.cleared_on(ON)
    assert not family.cleared_on(ON - DAY)


# ---- parts that are answered later, or by others ----


def test_somebody_outside_is_asked_once_the_answer_is_matched(family, staff):
    row = answered(family, form(family, DOCTOR))
    assert letters("consent_part") == []
    match(row, family, staff)
    assert [each.to_address for each in letters("consent_part")] == ["obi@clinic.example"]
    assert states(family) == {"play": "given", "doctor": "asked"}
    assert letters() == []


def test_nobody_names_the_own_address_as_the_other_person(family):
    row = answered(family, form(family, DOCTOR), send=False)
    own = {"name": "Dr. Me", "email": "consuelo@else.example"}
    with pytest.raises(Refused) as refused:
        services.outside_answer(row, "doctor", own, language="en", now=NOW)
    assert codes(refused) == ["own_address"]


def test_the_guardians_own_address_is_asked_nothing_but_to_name_another(family, staff):
    own = people.contacts_of([family.guardian.id])[family.guardian.id]
    address = next(each.value for each in own if "@" in each.value)
    row = answered(family, form(family, DOCTOR), given=GIVEN | {"doctor": {"name": "Dr. Rosa", "email": address}})
    match(row, family, staff)
    assert letters("consent_part") == []
    assert [each.person_id for each in letters()] == [family.guardian.id]


def test_a_file_is_asked_afterwards_of_the_guardian_it_was_matched_to(family, staff):
    row = answered(family, form(family, EXAM))
    ready = match(row, family, staff, family.second)
    first = db.session().get_one(ConsentRequest, row.request_id)
    assert first.state is RequestState.SIGNED
    assert [each.section_key for each in queries.decisions_of(first.id)] == ["play"]
    told = {each["key"]: each["decision"] for each in json.loads(paper.canonical(ready.prepared.facts))["sections"]}
    assert told == {"play": "given", "exam": None}
    again = request_of(family.youth)
    assert (again.guardian_id, again.renews_id) == (family.second.id, first.id)
    assert [each.person_id for each in letters()] == [family.second.id]
    assert not family.cleared_on(ON)


def test_a_file_one_may_leave_out_asks_nothing(family, staff):
    row = answered(family, form(family, section("exam", K.UPLOAD, more={"wanted": "The exam form"})))
    match(row, family, staff)
    assert letters() == []
    assert family.cleared_on(ON)


def test_the_parts_of_the_office_wait_as_ever(family, staff):
    desk = section("desk", K.STAFF, required=True, more={"fields": ["Team"]})
    row = answered(family, form(family, desk))
    match(row, family, staff)
    part = db.session().scalars(sa.select(ConsentPart)).one()
    assert (part.request_id, part.signer, part.signed_at) == (row.request_id, Signer.STAFF, None)


@pytest.mark.parametrize("required", [True, False])
def test_a_part_of_the_young_person_belongs_in_one_sitting_when_it_is_needed(family, staff, required):
    promise = section("promise", K.DECISION, required=required, settings={"signer": "athlete"})
    row = answered(family, form(family, promise))
    if not required:
        match(row, family, staff)
        assert [each.section_key for each in queries.decisions_of(row.request_id)] == ["play"]
        assert family.cleared_on(ON)
        return
    with pytest.raises(Refused) as refused:
        services.prepare_match(row, family.youth, family.guardian.id, by=staff, now=NOW)
    assert codes(refused) == ["part_missing"]
    services.ask_instead(row, family.youth, family.guardian.id, by=staff, now=NOW)
    assert (row.state, [each.person_id for each in letters()]) == (Matching.REJECTED, [family.guardian.id])
    assert states(family) == {"play": "asked", "promise": "asked"}
    with pytest.raises(Refused):
        services.ask_instead(row, family.youth, family.guardian.id, by=staff, now=NOW)


def test_a_guardian_no_mail_reaches_is_not_asked_and_the_answer_waits_on(family, session, staff):
    row = answered(family, form(family))
    for point in session.scalars(sa.select(ContactPoint).where(ContactPoint.person_id == family.guardian.id)):
        point.bounced_at = NOW
    session.flush()
    with pytest.raises(Refused) as refused:
        services.ask_instead(row, family.youth, family.guardian.id, by=staff, now=NOW)
    assert codes(refused) == ["not_asked"]
    assert (row.state, letters()) == (Matching.WAITING, [])


def test_who_may_not_decide_is_not_asked_instead(family, staff):
    row = answered(family, form(family))
    with pytest.raises(Refused) as refused:
        services.ask_instead(row, family.youth, make_person("Uma").id, by=staff, now=NOW)
    assert codes(refused) == ["may_not_decide"]


def test_an_answer_to_an_older_form_is_asked_anew(family, staff):
    version = form(family)
    row = answered(family, version)
    newer = form_of("camp", section("play", K.DECISION, required=True, label="Playing"), number=2)
    publish(newer)
    assert db.session().scalar(sa.select(sa.func.count()).select_from(FormVersion)) == 2
    with pytest.raises(Refused) as refused:
        services.prepare_match(row, family.youth, family.guardian.id, by=staff, now=NOW)
    assert codes(refused) == ["reworded"]


# ---- how long words are kept ----


def blank(on=NOW):
    return sum(services.blank_settled(on))


@pytest.fixture
def settled(family, staff):
    """An answer set aside today."""
    row = answered(family, form(family))
    services.reject_answer(row, "Not family", by=staff, now=NOW)
    db.session().flush()
    return row


def kept_days():
    return timedelta(days=outside_queries.rule_in_force().settled_days)


def test_words_stay_to_the_last_day_and_then_go(family, session, settled):
    assert blank(NOW + kept_days()) == 0
    assert settled.answer_sealed is not None
    assert blank(NOW + kept_days() + DAY) == 1
    assert settled.answer_sealed is None
    assert (settled.state, settled.settled_at, settled.youth_id) == (Matching.REJECTED, NOW, family.youth.id)
    line = next(each for each in session.info["deeds"] if each["action"] == "unmatched.blanked")
    assert line["subject_id"] == settled.id
    assert blank(NOW + kept_days() + DAY) == 0


def test_the_tombstone_counts_and_names_nobody(family, session, staff, settled):
    other = answered(family, session.get_one(FormVersion, settled.form_version_id))
    match(other, family, staff)
    blank(NOW + kept_days() + DAY)
    row = session.scalars(sa.select(OutsideBlanking)).one()
    assert (row.matched, row.rejected, row.oldest_on, row.newest_on) == (1, 1, ON, ON)
    assert row.rule["settled_days"] == kept_days().days
    assert {each.key for each in sa.inspect(OutsideBlanking).columns} == {
        "id", "at", "matched", "rejected", "oldest_on", "newest_on", "rule",
    }  # fmt: skip


def test_a_hold_keeps_the_words_and_its_end_lets_them_go(family, staff, settled):
    later = NOW + kept_days() + DAY
    services.hold(family.youth, "Broken arm", by=staff, now=NOW)
    assert blank(later) == 0
    assert settled.answer_sealed is not None
    services.release(family.youth, by=staff, now=later)
    assert blank(later) == 1


def test_what_nobody_settled_never_goes_by_itself(family):
    row = answered(family, form(family))
    assert blank(NOW + timedelta(days=4000)) == 0
    assert row.answer_sealed is not None


def test_a_long_round_goes_in_steps(family, session, settled):
    kept = settled.answer_sealed
    for _each in range(30):
        row = UnmatchedAnswer(
            season_id=settled.season_id, form_version_id=settled.form_version_id, state=Matching.REJECTED,
            received_at=SENT, settled_at=NOW, answer_sealed=kept,
        )  # fmt: skip
        session.add(row)
    session.flush()
    assert list(services.blank_settled(NOW + kept_days() + DAY)) == [25, 6]


def test_an_installation_sets_its_own_days(app, session):
    own = app.config["YOUTHPROG"].instance / "retention.toml"
    try:
        own.write_text("[retention]\nafter_signature_years = 1\nafter_18_years = 1\n")
        assert outside_queries.rule_in_force().settled_days == 180
        own.write_text("[outside_answers]\nsettled_days = 30\nwaiting_days = 14\n")
        assert outside_queries.rule_in_force().settled_days == 30
    finally:
        own.unlink()


def test_old_drafts_go_at_night_too(family, session):
    row = answered(family, form(family), send=False)
    key, row.received_at = row.id, NOW - timedelta(days=3)
    session.flush()
    session.expunge(row)
    assert blank(NOW) == 0
    assert session.get(UnmatchedAnswer, key) is None
