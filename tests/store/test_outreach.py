"""Mail leaves once, over TLS we can trust, and a worker that dies keeps none back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.people import NOW, make_guardian, make_youth
from tests.support.mail import HOST, mail_server, make_certificates
from youthprog.audit.models import AuditEntry
from youthprog.consent.cases import WantedLine
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.core.refusals import Conflict
from youthprog.outreach import chores, queries, rules, services, worker
from youthprog.outreach.models import Message
from youthprog.outreach.types import Delivery, Outcome, Recipient, Result
from youthprog.people import services as people
from youthprog.people.models import ContactPoint

LETTER = "consent/mail/request"
VALUES = {
    "guardian": "Rosa", "child": "Mateo", "names": ["Mateo"], "program": "Fall flag football", "count": 1,
    "wanted": [WantedLine("Mateo", ("Permission to play",))], "link": "https://y.example/c/secret",
}  # fmt: skip


@pytest.fixture
def post():
    with mail_server() as post:
        yield post


@pytest.fixture
def sends(app):
    """Let the application send to a server."""
    before = app.config["YOUTHPROG"]

    def use(url):
        app.config["YOUTHPROG"] = replace(before, smtp_url=url)

    yield use
    app.config["YOUTHPROG"] = before


def write(address="rosa@family.example", language="en", **values):
    to = Recipient("Rosa Aguilar", address, language, **values.pop("to", {}))
    message = services.send(
        "consent_request", LETTER, to=to, subject_id=None, values=VALUES | {"link_until": NOW}, by=SYSTEM,
        now=clock.now(), **values,
    )  # fmt: skip
    db.session().commit()
    return message.id


def now_stands(message_id):
    db.session().rollback()
    return db.session().get_one(Message, message_id, populate_existing=True)


def test_without_a_server_mail_is_held_here(session):
    message = now_stands(write())
    assert message.delivery is Delivery.HELD
    assert worker.sweep() == 0
    assert "https://y.example/c/secret" in message.unseal("text_sealed")
    assert b"secret" not in message.text_sealed


def test_letters_speak_the_readers_language(session):
    assert now_stands(write(language="es")).subject == "Mateo: un formulario por firmar para Fall flag football"


def test_names_in_html_are_escaped_and_subjects_are_one_line(session):
    to = Recipient("Rosa", "rosa@family.example", "en")
    values = VALUES | {"guardian": "<b>Rosa</b> {{7*7}}", "child": "Ma\r\nBcc: x@y.example", "link_until": NOW}
    message = services.send("consent_request", LETTER, to=to, subject_id=None, values=values, by=SYSTEM, now=NOW)
    assert "&lt;b&gt;Rosa&lt;/b&gt; {{7*7}}" in message.unseal("html_sealed")
    assert "\n" not in message.subject


def test_the_sweeper_sends_and_says_so(session, post, sends):
    sends(f"smtp://{HOST}:{post.port}")
    message_id = write()
    assert worker.sweep() == 1
    message = now_stands(message_id)
    assert (message.delivery, message.attempts) == (Delivery.SENT, 1)
    assert [mail["To"] for mail in post.arrived] == ["Rosa Aguilar <rosa@family.example>"]
    assert worker.sweep() == 0
    actions = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.number)).all()
    assert actions == ["message.written", "message.sent"]


def test_a_trusted_certificate_is_spoken_to(session, sends, tmp_path, monkeypatch):
    certificates = make_certificates(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    with mail_server(certificates.server_context) as post:
        sends(f"smtp+starttls://{HOST}:{post.port}")
        message_id = write()
        worker.sweep()
    assert now_stands(message_id).delivery is Delivery.SENT
    assert post.encrypted == [True]


def test_an_unknown_certificate_gets_no_mail(session, sends, tmp_path):
    with mail_server(make_certificates(tmp_path).server_context) as post:
        sends(f"smtp+starttls://{HOST}:{post.port}")
        message_id = write()
        worker.sweep()
    message = now_stands(message_id)
    assert (message.delivery, message.attempts) == (Delivery.QUEUED, 1)
    assert "CERTIFICATE_VERIFY_FAILED" in message.last_error
    assert post.arrived == []


def test_a_worker_killed_in_mid_task_loses_no_mail(session, post, sends, monkeypatch):
    sends(f"smtp://{HOST}:{post.port}")
    message_id = write()
    services.take(message_id, now=clock.now())
    session.commit()  # and here the process dies
    assert worker.sweep() == 0
    later = clock.now() + rules.LEASE + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert worker.sweep() == 1
    assert len(post.arrived) == 1
    assert now_stands(message_id).delivery is Delivery.SENT


def test_two_workers_never_send_one_twice(session, post, sends):
    sends(f"smtp://{HOST}:{post.port}")
    message_id = write()
    lease = services.take(message_id, now=clock.now())
    session.commit()
    assert lease is not None
    assert services.take(message_id, now=clock.now()) is None
    session.rollback()
    worker.deliver(message_id)
    assert post.arrived == []


def test_a_lease_that_passed_on_settles_nothing(session):
    message_id = write()
    db.session().get_one(Message, message_id).delivery = Delivery.QUEUED
    session.commit()
    old = services.take(message_id, now=NOW + timedelta(days=365))
    new = services.take(message_id, now=NOW + timedelta(days=366))
    assert None not in (old, new)
    assert not services.settle(message_id, old, Outcome(Result.SENT), now=clock.now())
    assert services.settle(message_id, new, Outcome(Result.SENT), now=clock.now())


def test_an_unknown_mailbox_bounces_and_marks_the_address(session, post, sends):
    sends(f"smtp://{HOST}:{post.port}")
    guardian = make_guardian(make_youth())
    contact = session.scalars(sa.select(ContactPoint).where(ContactPoint.person_id == guardian.id)).first()
    post.answers[contact.value] = "550 5.1.1 no such mailbox"
    message_id = write(contact.value, to={"person_id": guardian.id, "contact_point_id": contact.id})
    worker.sweep()
    message = now_stands(message_id)
    assert message.delivery is Delivery.BOUNCED
    assert contact.value not in message.last_error
    assert session.get_one(ContactPoint, contact.id, populate_existing=True).bounced_at is not None


@pytest.mark.parametrize("answer", ["451 4.3.0 later", "421 4.3.2 busy"])
def test_a_full_mailbox_is_tried_again_later(session, post, sends, answer):
    sends(f"smtp://{HOST}:{post.port}")
    post.answers["rosa@family.example"] = answer
    message_id = write()
    worker.sweep()
    message = now_stands(message_id)
    assert message.delivery is Delivery.QUEUED
    assert message.not_before_at > clock.now()
    assert worker.sweep() == 0


def test_a_message_no_server_takes_has_failed(session, post, sends):
    sends(f"smtp://{HOST}:{post.port}")
    post.data_answer = "554 5.7.1 not here"
    message_id = write()
    worker.sweep()
    assert now_stands(message_id).delivery is Delivery.FAILED


def test_after_the_last_try_it_has_failed(session, sends, monkeypatch):
    sends(f"smtp://{HOST}:9")  # nobody listens there
    message_id = write()
    moment = clock.now()
    for day in range(rules.MOST_ATTEMPTS):
        monkeypatch.setattr(clock, "now", lambda day=day: moment + timedelta(days=day))
        worker.sweep()
    message = now_stands(message_id)
    assert (message.delivery, message.attempts) == (Delivery.FAILED, rules.MOST_ATTEMPTS)


def test_one_bad_message_keeps_no_other_back(session, post, sends):
    sends(f"smtp://{HOST}:{post.port}")
    bad, good = write(), write("carmen@family.example")
    db.session().get_one(Message, bad).text_sealed = b"TEST moved from elsewhere, does not open"
    session.commit()
    worker.sweep()
    assert now_stands(good).delivery is Delivery.SENT


def test_a_restriction_made_after_the_writing_stops_the_mail(session, post, sends):
    sends(f"smtp://{HOST}:{post.port}")
    youth = make_youth()
    guardian = make_guardian(youth)
    message_id = write(about_youth_id=youth.id, to={"person_id": guardian.id})
    people.restrict_custody(
        youth, guardian, no_collect=True, no_decide=True, no_information=True,
        starts_on=clock.today(), by=SYSTEM, now=clock.now(),
    )  # fmt: skip
    session.commit()
    worker.sweep()
    assert now_stands(message_id).delivery is Delivery.CANCELED
    assert post.arrived == []


def test_what_was_sent_is_not_sent_again(session, post, sends):
    sends(f"smtp://{HOST}:{post.port}")
    message_id = write()
    worker.sweep()
    with pytest.raises(Conflict):
        services.retry(now_stands(message_id), by=SYSTEM, now=clock.now())


def test_held_mail_leaves_when_a_server_is_set(session, post, sends):
    message_id = write()
    sends(f"smtp://{HOST}:{post.port}")
    services.retry(now_stands(message_id), by=SYSTEM, now=clock.now())
    session.commit()
    worker.sweep()
    assert len(post.arrived) == 1


def test_an_undone_deed_sends_nothing(session, post, sends):
    sends(f"smtp://{HOST}:{post.port}")
    to = Recipient("Rosa", "rosa@family.example", "en")
    services.send("x", LETTER, to=to, subject_id=None, values=VALUES | {"link_until": NOW}, by=SYSTEM, now=clock.now())
    session.rollback()
    assert queries.due_ids(clock.now()) == []


def test_a_chore_that_fails_does_not_stop_the_next(app, session):
    done = []

    def broken(_now):
        raise RuntimeError("broken on purpose")

    before = app.extensions[chores.CHORES]
    app.extensions[chores.CHORES] = (broken, done.append)
    chores.do_chores()
    app.extensions[chores.CHORES] = before
    assert len(done) == 1
