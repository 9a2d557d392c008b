"""Asking, signing and taking back in the tables, on both engines."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.consent import YES, Family, actor_of, agree, answer_all, request_of, signing
from tests.makers.people import NOW, make_guardian, make_person, make_youth
from tests.makers.programs import join, make_group, make_season
from youthprog.audit.models import AuditEntry
from youthprog.consent import paper, queries, services
from youthprog.consent.blocks import words_hash
from youthprog.consent.models import ConsentDecision, ConsentEvent, ConsentRequest, FormVersion
from youthprog.consent.types import Happening, RequestState
from youthprog.core import clearance, db
from youthprog.core.actor import SYSTEM
from youthprog.core.refusals import Conflict, Refused
from youthprog.documents.models import Document
from youthprog.documents.services import load_bytes, verify_upload
from youthprog.outreach.models import Message
from youthprog.outreach.types import MessageBounced, MessageSent
from youthprog.people import services as people
from youthprog.people.models import ContactPoint
from youthprog.people.queries import find_bond
from youthprog.people.types import PeopleMerged

ON = NOW.date()
ENDS = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def september():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def family(session):
    return Family()


def test_the_starter_form_is_published_once(session):
    first = services.publish_starter_form(now=NOW)
    assert services.publish_starter_form(now=NOW) is first
    assert session.scalar(sa.select(sa.func.count()).select_from(FormVersion)) == 1
    questions = queries.questions_of(first.id)
    assert [question.key for question in questions] == list(YES)
    assert all(set(question.words) == {"en", "es"} for question in questions)
    words = questions[0].words["en"]
    assert words.sha256 == words_hash([getattr(words, name) for name in queries.TEXTS], {})


def test_asking_writes_one_mail_and_asking_again_none(session, family):
    asked = services.ask([family.youth.id], family.season_id, by=SYSTEM, now=NOW)
    assert (asked.sent, asked.already, asked.unreachable) == (1, 0, ())
    again = services.ask([family.youth.id], family.season_id, by=SYSTEM, now=NOW)
    assert (again.sent, again.already) == (0, 1)
    request = request_of(family.youth)
    assert (request.state, request.times_asked) == (RequestState.SENT, 1)  # held here counts as handed over
    assert session.scalar(sa.select(sa.func.count()).select_from(Message)) == 1


def test_who_signed_is_not_asked(family):
    family.sign()
    assert services.ask([family.youth.id], family.season_id, by=SYSTEM, now=NOW) == services.Asked()


def test_the_first_guardian_who_may_decide_and_can_be_reached_is_asked(session):
    group = make_group(make_season())
    youth = make_youth()
    kept_out = make_guardian(youth, "Paul", rank=1, may_decide=False)
    bounced = make_guardian(youth, "Dana", rank=2)
    asked = make_guardian(youth, "Rosa", rank=3)
    session.scalars(
        sa.select(ContactPoint).where(ContactPoint.person_id == bounced.id, ContactPoint.value.contains("@"))
    ).one().bounced_at = NOW
    join(youth, group)
    services.ask([youth.id], group.season_id, by=SYSTEM, now=NOW)
    assert request_of(youth).guardian_id == asked.id
    assert kept_out.id != asked.id


def test_a_youth_without_a_reachable_guardian_is_named(session):
    group = make_group(make_season())
    youth = make_youth()
    join(youth, group)
    asked = services.ask([youth.id], group.season_id, by=SYSTEM, now=NOW)
    assert (asked.sent, asked.unreachable) == (0, (youth.id,))


def test_a_mail_that_came_back_is_asked_again_of_the_next_guardian(session, family):
    first = family.ask()
    first.state = RequestState.QUEUED
    services.note_bounced(MessageBounced(1, services.ASK, first.id, None))
    assert first.state is RequestState.BOUNCED
    contact = session.scalars(
        sa.select(ContactPoint).where(ContactPoint.person_id == family.guardian.id, ContactPoint.value.contains("@"))
    ).one()
    contact.bounced_at = NOW
    second = make_guardian(family.youth, "José Luis", rank=2)
    assert services.ask([family.youth.id], family.season_id, by=SYSTEM, now=NOW).sent == 1
    assert request_of(family.youth).guardian_id == second.id
    assert first.state is RequestState.CANCELED


def test_a_mail_that_left_is_noted_with_its_masked_address(session, family):
    request = family.ask()
    request.state, request.sent_at = RequestState.QUEUED, None
    services.note_sent(MessageSent(1, services.ASK, request.id))
    assert request.state is RequestState.SENT
    event = queries.events_of(request.id)[-1]
    assert event.happening is Happening.SENT
    assert event.detail["address"].startswith("r•••@")


def test_a_reminder_counts_and_after_three_it_is_red(family):
    request = family.ask()
    for _each in range(2):
        services.remind(request.id, by=SYSTEM, now=NOW)
    assert request.times_asked == 3
    reason = queries.objections([family.youth.id], family.season_id, ON)[0]
    assert (reason.code, reason.state) == ("consent.never_answered", "missing")


def test_who_signed_is_not_reminded(family):
    request = family.sign()
    with pytest.raises(Refused):
        services.remind(request.id, by=SYSTEM, now=NOW)


def test_a_signature_is_whole(session, family):
    request = family.sign()
    assert request.signed_at == NOW
    assert (request.valid_until_on, request.draft_sealed) == (ENDS, None)
    decisions = queries.decisions_of(request.id)
    assert [row.section_key for row in decisions] == list(YES)
    document = session.get_one(Document, request.document_id)
    verdict = verify_upload(load_bytes(document))
    assert verdict.is_ours
    assert "consent.signed" in session.scalars(sa.select(AuditEntry.action)).all() or session.info["deeds"]
    assert family.cleared_on(ON)
    assert not family.cleared_on(ENDS + timedelta(days=1))


def test_the_register_hears_of_it(family):
    assert clearance.not_cleared([family.youth.id], family.season_id, ON)[family.youth.id][0].code.startswith(
        "consent."
    )
    family.sign()
    assert clearance.not_cleared([family.youth.id], family.season_id, ON) == {}


def test_the_record_holds_the_exact_words_and_no_health(session, family):
    request = family.ask()
    answer_all(request, health={"choice": "yes", "alert": "Peanut allergy", "detail": "Since 2020"})
    case = queries.get_request(request.id)
    prepared = services.prepare_signature(case, signing(request), by=actor_of(family.guardian), now=NOW)
    value = json.loads(paper.canonical(prepared.facts))
    assert value["sections"][0]["question"] == "May Mateo take part?"
    assert value["sections"][4]["answer"] == {"choice": "yes"}
    assert "Peanut" not in json.dumps(value)
    assert value["signature"]["agrees_to_electronic_records"]
    assert [event["what"] for event in value["events"]][-1] == "signed"


def test_an_unanswered_section_keeps_the_form_unsigned(family):
    request = family.ask()
    agree(family.guardian)
    with pytest.raises(Refused) as refused:
        services.prepare_signature(
            queries.get_request(request.id), signing(request), by=actor_of(family.guardian), now=NOW
        )
    assert [reason.code for reason in refused.value.reasons] == ["unanswered"]


def test_a_guardian_who_lost_the_right_between_printing_and_recording_signs_nothing(session, family):
    request = family.ask()
    answer_all(request)
    case = queries.get_request(request.id)
    prepared = services.prepare_signature(case, signing(request), by=actor_of(family.guardian), now=NOW)
    find_bond(family.youth.id, family.guardian.id).may_decide = False
    session.flush()
    with pytest.raises(Refused):
        services.sign(queries.get_request(request.id), prepared, by=actor_of(family.guardian), now=NOW)


def test_what_was_answered_meanwhile_is_a_conflict(session, family):
    request = family.ask()
    answer_all(request)
    case = queries.get_request(request.id)
    prepared = services.prepare_signature(case, signing(request), by=actor_of(family.guardian), now=NOW)
    question = queries.questions_of(case.version.id)[2]
    services.answer(queries.get_request(request.id), question, {"choice": "yes"}, by=SYSTEM, now=NOW)
    with pytest.raises(Conflict):
        services.sign(queries.get_request(request.id), prepared, by=actor_of(family.guardian), now=NOW)


def test_an_answer_given_twice_is_kept_once(session, family):
    request = family.ask()
    case = queries.get_request(request.id)
    question = queries.questions_of(case.version.id)[0]
    for _each in range(2):
        services.answer(queries.get_request(request.id), question, {"choice": "yes"}, by=SYSTEM, now=NOW)
    assert request.version == 1
    answered = [event for event in queries.events_of(request.id) if event.happening is Happening.ANSWERED]
    assert len(answered) == 1


def test_two_hands_at_one_form_do_not_overwrite_one_another(session, family):
    request = family.ask()
    case = queries.get_request(request.id)
    question = queries.questions_of(case.version.id)[0]
    table = db.table(ConsentRequest)
    session.execute(sa.update(table).where(table.c.id == request.id).values(version=5))
    with pytest.raises(Conflict):
        services.answer(case, question, {"choice": "yes"}, by=SYSTEM, now=NOW)


def test_taking_back_photos_leaves_the_clearance(family):
    request = family.sign(photos={"choice": "yes"})
    assert queries.lines_for([family.youth.id], family.season_id, ON)[family.youth.id].photos is True
    services.take_back(queries.get_request(request.id), ["photos"], by=actor_of(family.guardian), now=NOW)
    assert queries.lines_for([family.youth.id], family.season_id, ON)[family.youth.id].photos is False
    assert family.cleared_on(ON)
    assert request.state is RequestState.SIGNED


def test_taking_back_the_pick_up_list_empties_it(family):
    request = family.sign()
    assert "Abuela Consuelo" in queries.pickup_of([family.youth.id], ON)[family.youth.id]
    services.take_back(queries.get_request(request.id), ["pickup"], by=actor_of(family.guardian), now=NOW)
    assert queries.pickup_of([family.youth.id], ON)[family.youth.id] == ["Rosa Aguilar"]


def test_what_is_required_taken_back_ends_the_clearance_and_may_be_asked_again(session, family):
    request = family.sign(now=NOW - timedelta(days=3))
    services.take_back(queries.get_request(request.id), ["take_part"], by=actor_of(family.guardian), now=NOW)
    assert not family.cleared_on(ON)
    assert family.cleared_on(ON - timedelta(days=1))
    assert services.ask([family.youth.id], family.season_id, by=SYSTEM, now=NOW).sent == 1
    assert request_of(family.youth).id != request.id


def test_a_barred_adult_is_on_no_pick_up_list(session, family):
    barred = make_person("Víctor", "Salas")
    people.restrict_custody(
        family.youth, barred, no_collect=True, no_decide=False, no_information=False,
        starts_on=ON, by=SYSTEM, now=NOW,
    )  # fmt: skip
    family.sign(pickup={"names": ["victor  SALAS", "Abuela Consuelo"]})
    assert queries.pickup_of([family.youth.id], ON)[family.youth.id] == ["Rosa Aguilar", "Abuela Consuelo"]


def test_a_restriction_closes_what_waits_for_the_adult(session, family):
    request = family.ask()
    people.restrict_custody(
        family.youth, family.guardian, no_collect=False, no_decide=True, no_information=False,
        starts_on=ON, by=SYSTEM, now=NOW,
    )  # fmt: skip
    assert request.state is RequestState.CANCELED


def test_an_ended_guardianship_closes_what_waits(session, family):
    request = family.ask()
    people.end_guardian(find_bond(family.youth.id, family.guardian.id), by=SYSTEM, now=NOW)
    assert request.state is RequestState.CANCELED


def test_a_merge_takes_consent_along(session, family):
    family.sign()
    double = make_youth()
    find_bond(family.youth.id, family.guardian.id).youth_id = double.id  # as the people room does before
    services.follow_merge(PeopleMerged(double.id, family.youth.id, NOW))
    session.flush()
    assert not queries.objections([double.id], family.season_id, ON)


def test_progress_counts_each_youth_once(session):
    group = make_group(make_season())
    signed, waiting, missing = (Family(group) for _each in range(3))
    signed.sign()
    waiting.ask()
    assert missing.youth.id
    assert queries.team_progress([group.id], ON) == {group.id: (1, 1, 1)}


@pytest.mark.parametrize("read", ["objections", "lines_for", "team_progress"])
def test_the_number_of_statements_does_not_grow(session, statements, read):
    group = make_group(make_season())
    sent = []
    for _size in range(2):
        youth = [Family(group).youth.id for _each in range(3)]
        session.flush()
        statements.clear()
        if read == "team_progress":
            queries.team_progress([group.id], ON)
        else:
            getattr(queries, read)(youth, group.season_id, ON)
        sent.append(len(statements))
    assert sent[0] == sent[1] <= 9


def test_nothing_asked_is_asked_of_no_table(session):
    assert queries.objections([], 1, ON) == []
    assert queries.lines_for([], 1, ON) == {}
    assert queries.team_progress([], ON) == {}


def test_every_step_leaves_its_event(session, family):
    request = family.sign()
    found = [event.happening for event in queries.events_of(request.id)]
    assert found == [Happening.SENT, Happening.OPENED, *[Happening.ANSWERED] * len(YES), Happening.SIGNED]
    assert session.scalar(sa.select(sa.func.count()).select_from(ConsentEvent)) == len(found)
    assert session.scalar(sa.select(sa.func.count()).select_from(ConsentDecision)) == len(YES)
