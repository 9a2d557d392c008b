"""Concerns as rows: added and never changed, told and told again, followed through a merge, sealed anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account, make_actor
from tests.makers.concerns import make_concern, make_readers
from tests.makers.people import NOW, make_guardian, make_person, make_youth
from youthprog.access.queries import find_link, live_link
from youthprog.access.services import assign, issue_link
from youthprog.access.types import LinkPurpose, Role
from youthprog.audit.models import AuditEntry
from youthprog.audit.queries import list_entries
from youthprog.concerns import queries, services
from youthprog.concerns.models import Concern, ConcernEntry, StaysAsItWas
from youthprog.concerns.types import Entry
from youthprog.core import clock, crypto, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound, Refused
from youthprog.operations.rekey import rekey
from youthprog.outreach import worker
from youthprog.outreach.models import Message
from youthprog.outreach.queries import due_ids
from youthprog.outreach.types import Channel, Delivery
from youthprog.people.models import CustodyRestriction
from youthprog.people.services import merge

DAY = timedelta(hours=24)


def entries(kind: Entry) -> list[ConcernEntry]:
    return list(db.session().scalars(sa.select(ConcernEntry).where(ConcernEntry.kind == kind)))


def told(kind: Entry = Entry.TOLD) -> set[int | None]:
    return {each.person_id for each in entries(kind)}


def reader_of(account) -> Actor:
    return make_actor(Role.SAFEGUARDING, account.person_id)


@pytest.fixture
def raiser(session):
    person = make_person("Samira", "Abdi")
    return Actor("link", person.name, person.id)


def test_no_verb_changes_a_row(session, raiser):
    """Every verb of the room, one after the other: what was there stays as it was, and each adds."""
    first, second = make_readers()
    mentor, youth = make_person("Lena", "Kowalczyk"), make_youth()
    concern = make_concern(raiser, youth_ids=(youth.id,), adult_ids=(mentor.id,), who="Lena")
    by = {"by": reader_of(first), "now": NOW}
    verbs = [
        lambda: services.acknowledge(concern, **by),
        lambda: services.add_note(concern, "I called.", **by),
        lambda: services.stop_contact(concern, mentor.id, youth.id, **by),
        lambda: services.lift_contact(concern, mentor.id, youth.id, **by),
        lambda: services.keep_from(concern, second.person_id, **by),
        lambda: services.record_outcome(concern, "All is well.", **by),
        lambda: services.add_note(concern, "And later.", **by),
        lambda: services.tell(concern, now=NOW + DAY),
        lambda: list(services.tell_who_waits(NOW + 2 * DAY)),
        lambda: merge(make_person("Lena", "Kowalczyk"), mentor, by=SYSTEM, now=NOW),
    ]
    known = rows()
    for verb in verbs:
        verb()
        db.flush()
        now = rows()
        assert known.items() <= now.items()
        known = now
    assert len(entries(Entry.NOTE)) == 2


def rows() -> dict[tuple[str, int], tuple[object, ...]]:
    found = {}
    for table in (db.table(Concern), db.table(ConcernEntry)):
        for row in db.session().execute(sa.select(table)):
            found[table.name, row.id] = tuple(row)
    return found


@pytest.mark.parametrize("change", ["danger", "words_sealed", "delete"])
def test_a_row_that_is_changed_all_the_same_is_refused(session, raiser, change):
    concern = make_concern(raiser)
    other = make_concern(raiser)
    db.flush()
    if change == "delete":
        session.delete(concern)
    elif change == "danger":
        concern.danger = "no"
    else:
        other.seal("words_sealed", "Nothing happened.")
    with pytest.raises(StaysAsItWas):
        db.flush()
    session.rollback()


def test_the_words_are_sealed_anew_with_a_new_key(app, session, raiser, monkeypatch):
    concern = make_concern(raiser, words="He shouts.", who="Lena")
    services.add_note(concern, "I called.", by=reader_of(make_readers()[0]), now=NOW)
    session.commit()
    old = crypto.keyring()
    new = crypto.Keyring({**old.keys, "NEWK": b"k" * 32}, "NEWK")
    monkeypatch.setattr(crypto, "keyring", lambda: new)
    monkeypatch.setattr("youthprog.concerns.models.keyring", lambda: new)
    monkeypatch.setattr("youthprog.operations.rekey.consent.reseal_uploads", list)  # files that other tests read
    changed = dict(rekey())
    assert changed["concern"] == 2
    assert changed["concern_entry"] == 1
    session.expire_all()
    assert crypto.Keyring.key_id(concern.words_sealed) == "NEWK"
    assert (concern.unseal("words_sealed"), concern.unseal("who_sealed")) == ("He shouts.", "Lena")


def test_the_trail_names_nobody_and_lists_nothing(session, raiser):
    youth = make_youth("Mateo", "Canary")
    concern = make_concern(raiser, youth_ids=(youth.id,))
    session.commit()
    lines = session.scalars(sa.select(AuditEntry).where(AuditEntry.subject_kind == "confidential")).all()
    assert {line.action for line in lines} >= {"confidential.recorded"}
    for line in lines:
        assert (line.actor_kind, line.actor_person_id, line.ip, line.request_id) == ("system", None, "", "")
        assert str(youth.id) not in line.detail.values()
        assert "Canary" not in str(line.detail)
    assert [each for each in list_entries(before=None, limit=99) if each.subject_kind == "confidential"] == []
    assert list_entries(before=None, limit=9, kind="confidential", subject_id=concern.id) == []


def test_a_day_without_an_answer_tells_the_further_ones_once(session, raiser):
    first, second, further = make_readers(2, 1)
    make_concern(raiser)
    assert told() == {first.person_id, second.person_id}
    assert list(services.tell_who_waits(NOW + DAY - timedelta(seconds=1))) == []
    assert len(list(services.tell_who_waits(NOW + DAY))) == 1
    assert list(services.tell_who_waits(NOW + DAY + timedelta(minutes=5))) == []
    assert told(Entry.ESCALATED) == {further.person_id}


def test_where_nobody_is_further_the_administrators_are_told(session, raiser):
    make_readers()
    admin = make_account(Role.ADMIN)
    make_concern(raiser)
    assert admin.person_id not in told()
    list(services.tell_who_waits(NOW + DAY))
    assert told(Entry.ESCALATED) == {admin.person_id}


def test_what_somebody_answers_for_waits_for_nobody(session, raiser):
    first, _second, _further = make_readers(2, 1)
    services.acknowledge(make_concern(raiser), by=reader_of(first), now=NOW)
    assert list(services.tell_who_waits(NOW + 3 * DAY)) == []


def test_who_is_named_later_is_told_of_what_waits(session, raiser):
    admin = make_account(Role.ADMIN)
    make_concern(raiser)
    assert told() == {admin.person_id}
    accounts = [make_account(Role.COACH), make_account(Role.COACH)]
    services.name_readers(
        [each.email for each in accounts], [], by=Actor("account", account_id=admin.id), now=clock.now()
    )
    list(services.tell_who_waits(clock.now()))
    assert told() | told(Entry.ESCALATED) == {admin.person_id, *(each.person_id for each in accounts)}


def test_nobody_names_oneself(session):
    admin, other = make_account(Role.ADMIN), make_account(Role.COACH)
    with pytest.raises(Refused):
        services.name_readers([admin.email, other.email], [], by=Actor("account", account_id=admin.id), now=NOW)


def test_who_raises_one_oneself_is_not_written_to_and_two_others_are(session):
    first, second, further = make_readers(2, 1)
    make_concern(reader_of(first))
    assert told() == {second.person_id, further.person_id}


def test_a_court_keeps_it_from_a_reader(session, raiser):
    first, second, further = make_readers(2, 1)
    youth = make_youth()
    session.add(
        CustodyRestriction(youth_id=youth.id, adult_id=first.person_id, no_information=True, no_collect=True,
                           no_decide=True, starts_on=NOW.date(), recorded_at=NOW)
    )  # fmt: skip
    concern = make_concern(raiser, youth_ids=(youth.id,))
    assert told() == {second.person_id, further.person_id}
    with pytest.raises(NotFound):
        queries.get_concern_for(reader_of(first), P.CONCERN_READ, concern.id, clock.day_of(NOW))
    assert queries.get_concern_for(reader_of(second), P.CONCERN_READ, concern.id, clock.day_of(NOW))


def test_a_merge_keeps_it_from_the_kept_record_too(session, raiser):
    """Whoever it is about has two records; the account hangs on the other one."""
    first, second = make_readers()
    double = make_person("Ines", "Castellano")
    concern = make_concern(raiser, adult_ids=(double.id,))
    assert queries.get_concern_for(reader_of(first), P.CONCERN_READ, concern.id, clock.day_of(NOW))
    kept = db.session().get_one(type(double), first.person_id)
    merge(kept, double, by=SYSTEM, now=NOW)
    with pytest.raises(NotFound):
        queries.get_concern_for(reader_of(first), P.CONCERN_READ, concern.id, clock.day_of(NOW))
    assert queries.get_concern_for(reader_of(second), P.CONCERN_READ, concern.id, clock.day_of(NOW))


def test_a_guardian_of_another_child_stops_nobody(session):
    """A flag counts for oneself and one's own child."""
    mentor, youth, other = make_person("Lena", "Kowalczyk"), make_youth(), make_youth("Zoe", "Gagnon")
    assign([(mentor.id, youth.id)], source="group:1", from_on=NOW.date())
    stranger = make_guardian(other)
    session.flush()
    make_concern(Actor("account", person_id=stranger.id), youth_ids=(youth.id,), adult_ids=(mentor.id,))
    assert entries(Entry.STOPPED) == []
    own = make_guardian(youth)
    session.flush()
    make_concern(Actor("account", person_id=own.id), adult_ids=(mentor.id,))
    assert [(each.person_id, each.youth_id) for each in entries(Entry.STOPPED)] == [(mentor.id, youth.id)]
    assert queries.stopped_pairs([mentor.id], [youth.id, other.id]) == {(mentor.id, youth.id)}


def test_its_letters_leave_before_all_others(app, session, raiser):
    for number in range(3):
        session.add(
            Message(channel=Channel.EMAIL, kind="consent_request", to_name="R", to_address=f"r{number}@family.example",
                    language="en", subject="A form", delivery=Delivery.QUEUED, created_at=NOW, not_before_at=NOW)
        )  # fmt: skip
    session.flush()
    make_readers()
    make_concern(raiser)
    urgent = session.scalars(sa.select(Message).where(Message.kind == "confidential")).all()
    for each in urgent:
        each.delivery = Delivery.QUEUED
    session.flush()
    assert set(due_ids(NOW)[:2]) == {each.id for each in urgent} == set(due_ids(NOW, urgent_alone=True))


def test_they_wait_for_no_long_round(app, session, raiser):
    """A round of the worker is under way: what comes meanwhile leaves before the next of its letters."""
    for number in range(3):
        session.add(
            Message(channel=Channel.EMAIL, kind="consent_request", to_name="R", to_address=f"r{number}@family.example",
                    language="en", subject="A form", delivery=Delivery.QUEUED, created_at=NOW, not_before_at=NOW)
        )  # fmt: skip
    make_readers()
    session.commit()
    order = worker.with_urgent_between(due_ids(NOW))
    next(order)
    make_concern(raiser)
    for each in session.scalars(sa.select(Message).where(Message.kind == "confidential")):
        each.delivery = Delivery.QUEUED
    session.commit()
    urgent = set(due_ids(NOW, urgent_alone=True))
    assert {next(order), next(order)} == urgent
    assert not urgent & set(order)


def test_a_list_sends_as_many_statements_for_many(session, raiser, statements):
    first, *_rest = make_readers()
    by, sent = reader_of(first), []
    for number in (1, 3):
        for _each in range(number):
            make_concern(raiser, youth_ids=(make_youth().id,))
        session.commit()
        statements.clear()
        queries.list_concerns(by, clock.day_of(NOW), NOW, answered=False)
        sent.append(len(statements))
    assert sent[0] == sent[1] == 3


def test_a_youths_link_opens_nothing_else(session):
    youth = make_youth()
    _id, token = issue_link(LinkPurpose.CONCERN, youth.id, youth.id, days=1, now=clock.now())
    session.flush()
    key = find_link(token, LinkPurpose.CONCERN)
    actor, _key = live_link(key.link_id, "concern")
    assert set(actor.grants) == {P.CONCERN_RAISE}


def test_words_go_long_after_the_outcome_and_never_of_one_that_is_open(session, raiser):
    by = reader_of(make_readers()[0])
    mentor, youth = make_person("Lena", "Kowalczyk"), make_youth()
    settled, is_open = (
        make_concern(raiser, youth_ids=(youth.id,), adult_ids=(mentor.id,), who="Lena") for _each in "ab"
    )
    services.acknowledge(settled, by=by, now=NOW)
    services.record_outcome(settled, "All is well.", by=by, now=NOW)
    services.acknowledge(is_open, by=by, now=NOW)

    def go(days: int, held: tuple[int, ...] = ()) -> list[int]:
        return list(services.forget_words(NOW + timedelta(days=days), 100, held))

    assert go(100) == [], "the last day it is kept is not over"
    assert go(101, held=(youth.id,)) == [], "records of its youth are held"
    services.stop_contact(settled, mentor.id, youth.id, by=by, now=NOW)
    assert go(101) == [], "it keeps a mentor away"
    services.lift_contact(settled, mentor.id, youth.id, by=by, now=NOW)
    services.add_note(settled, "And later.", by=by, now=NOW + timedelta(days=50))
    assert go(101) == [], "a line was added since"
    kinds = [each.kind for each in queries.entries_of([settled.id])[settled.id]]
    assert go(151) == [settled.id]
    assert go(400) == []
    session.expire_all()
    assert (settled.unseal("words_sealed"), settled.unseal("who_sealed")) == (None, None)
    left = queries.entries_of([settled.id])[settled.id]
    assert [each.kind for each in left] == kinds
    assert not any(each.words_sealed for each in left)
    assert is_open.unseal("words_sealed") == "He shouts."
    assert queries.page_of(settled, NOW.date(), NOW).line.state.value == "settled"
