"""Two browsers in the same moment: guardians who sign at once converge, a double click signs once."""

from __future__ import annotations

import re
import threading

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.accounts import make_account
from tests.makers.consent import YES, Family, Siblings, answer_all
from tests.makers.people import NOW, make_guardian
from tests.support.breaking import stored_files
from tests.support.pages import Visitor
from youthprog.access.types import Role
from youthprog.audit import queries as audit
from youthprog.audit.models import AuditEntry
from youthprog.consent import queries, services
from youthprog.consent.models import ConsentDecision, ConsentRequest
from youthprog.consent.types import SectionState
from youthprog.core import db
from youthprog.core.actor import SYSTEM
from youthprog.documents.models import Document
from youthprog.outreach.models import Message
from youthprog.people import services as people
from youthprog.people.types import Relationship
from youthprog.programs.types import GuardianRule

SEPTEMBER = NOW.replace(hour=18)
NO = {"take_part": {"choice": "no"}}
NAMES = ("Rosa Elena Aguilar", "José Aguilar")


@pytest.fixture(autouse=True)
def september():
    with time_machine.travel(SEPTEMBER, tick=True):
        yield


@pytest.fixture
def together(monkeypatch):
    """Nobody records before everybody has printed and sealed: then all at the same time."""
    gate, prepare = threading.Barrier(2), services.prepare_signatures

    def prepare_and_wait(signings, **values):
        prepared = prepare(signings, **values)
        gate.wait(60)
        return prepared

    monkeypatch.setattr(services, "prepare_signatures", prepare_and_wait)
    return gate


class Pair:
    """Mateo (or Mateo and Luca) with Rosa and José, each before the page to sign."""

    def __init__(self, app, rule, *, second=None, siblings=False):
        self.family = Siblings(2) if siblings else Family()
        self.youth = self.family.youth if siblings else [self.family.youth]
        self.father = make_guardian(self.youth[0], "José", relationship=Relationship.FATHER, rank=2)
        program = self.family.group.season.program
        make_account(Role.COORDINATOR, program_id=program.id)
        if siblings:  # the father is asked later, and in the other order
            people.add_guardian(self.youth[1], self.father, Relationship.FATHER, by=SYSTEM, now=SEPTEMBER)
            self.ask(*self.youth)
        program.guardian_rule = rule
        db.flush()
        for each in reversed(self.youth):
            self.ask(each)
        self.requests = {
            guardian: [row.id for row in self.rows() if row.guardian_id == guardian]
            for guardian in (self.family.guardian.id, self.father.id)
        }
        for row in self.rows():
            answer_all(row, now=SEPTEMBER, **((second or {}) if row.guardian_id == self.father.id else {}))
        db.session().commit()
        self.browsers = [
            Browser(app, name, ids) for name, ids in zip(NAMES, self.requests.values(), strict=True) if ids
        ]

    def ask(self, *youth):
        services.ask([each.id for each in youth], self.family.season_id, by=SYSTEM, now=SEPTEMBER)

    def rows(self):
        ids = [each.id for each in self.youth]
        statement = sa.select(ConsentRequest).where(ConsentRequest.youth_id.in_(ids)).order_by(ConsentRequest.id)
        return db.session().scalars(statement).all()

    def state(self, youth=None):
        youth_id, season_id = (youth or self.youth[0]).id, self.family.season_id
        known = queries.histories([youth_id], [season_id])
        return known.states(youth_id, season_id, SEPTEMBER.date(), ["take_part"])["take_part"]


class Browser:
    """One guardian's browser, on the page to sign."""

    def __init__(self, app, name, request_ids):
        self.visitor, self.name, self.address = Visitor(app), name, f"/consent/{request_ids[0]}/sign"
        guardian_id = db.session().get_one(ConsentRequest, request_ids[0]).guardian_id
        mail = (
            db.session()
            .scalars(sa.select(Message).where(Message.person_id == guardian_id).order_by(Message.id))
            .first()
        )
        token = re.search(r"/c/(\S+)", mail.unseal("text_sealed")).group(1)
        self.visitor.get(f"/c/{token}")
        self.visitor.post(f"/c/{token}", {"language": "en"})
        self.visitor.post(f"/consent/{request_ids[0]}/check")
        self.form = self.visitor.get(self.address).form()

    def sign(self):
        data = self.form | {"typed_name": self.name, "is_guardian": "y", "agrees": "y"}
        return self.visitor.raw(self.address, "POST", data=data, headers={"Referer": "http://localhost/"})


def at_once(*deeds):
    """Do each in its own thread; what each gave."""
    given = [None] * len(deeds)

    def run(place, deed):
        try:
            given[place] = deed()
        except BaseException as problem:
            given[place] = problem

    db.session().commit()
    threads = [threading.Thread(target=run, args=each) for each in enumerate(deeds)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    db.session().rollback()
    db.session().expire_all()
    return given


def count(model, *conditions):
    return db.session().scalar(sa.select(sa.func.count()).select_from(model).where(*conditions))


def lines(action):
    return count(AuditEntry, AuditEntry.action == action)


def both_are_kept(pair, answers):
    assert [(each.status_code, each.location.endswith("/done")) for each in answers] == [(303, True)] * 2
    signed = [row for row in pair.rows() if row.signed_at is not None]
    assert len(signed) == len(pair.rows()) == count(Document) == lines("consent.signed")
    assert count(ConsentDecision) == len(signed) * len(YES)
    assert audit.verify({}).whole


def test_two_guardians_who_say_yes_at_once_clear_the_child(app, session, together):
    pair = Pair(app, GuardianRule.BOTH)
    answers = at_once(*(each.sign for each in pair.browsers))
    both_are_kept(pair, answers)
    assert pair.state() is SectionState.GIVEN
    assert not queries.objections([pair.youth[0].id], pair.family.season_id, SEPTEMBER.date())
    assert count(Message, Message.kind == "consent_conflict") == lines("consent.conflict") == 0


@pytest.mark.parametrize("rule", [GuardianRule.BOTH, GuardianRule.ONE_UNLESS])
def test_a_yes_and_a_no_at_once_are_one_conflict_told_once(app, session, together, rule):
    pair = Pair(app, rule, second=NO)
    answers = at_once(*(each.sign for each in pair.browsers))
    both_are_kept(pair, answers)
    assert pair.state() is SectionState.CONFLICT
    assert count(Message, Message.kind == "consent_conflict") == lines("consent.conflict") == 1


def test_two_guardians_of_siblings_asked_in_different_orders_wait_for_one_another(app, session, together):
    """Each holds the children of one sitting in the same order: neither waits for what the other holds."""
    pair = Pair(app, GuardianRule.BOTH, siblings=True)
    orders = [[db.session().get_one(ConsentRequest, each).youth_id for each in ids] for ids in pair.requests.values()]
    assert orders[0] == orders[1][::-1]
    answers = at_once(*(each.sign for each in pair.browsers))
    both_are_kept(pair, answers)
    assert [pair.state(each) for each in pair.youth] == [SectionState.GIVEN] * 2


def test_a_double_click_in_two_threads_signs_once_with_the_same_receipt(app, session, together):
    browser = Pair(app, GuardianRule.ONE).browsers[0]
    before = stored_files(app)
    first, second = at_once(browser.sign, browser.sign)
    assert [first.status_code, second.status_code] == [303, 303]
    assert first.location == second.location
    assert count(Document) == lines("consent.signed") == count(Message, Message.kind == "consent_copy") == 1
    assert count(ConsentDecision) == len(YES)
    assert len(stored_files(app) - before) == 1
    assert browser.visitor.get(first.location).h1 == "Signed. Thank you, Rosa."
    assert audit.verify({}).whole
