"""Holding, proposing and purging in the tables and on the disk, on both engines."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers import scans
from tests.makers.accounts import make_actor
from tests.makers.consent import YES, Family, actor_of
from tests.makers.people import NOW, make_person
from youthprog.access.models import SignedLink
from youthprog.access.services import issue_link
from youthprog.access.types import LinkPurpose, Role
from youthprog.audit.models import AuditEntry
from youthprog.consent import desk_queries, keeping_queries, queries, services
from youthprog.consent.models import ConsentPart, ConsentPurge, ConsentRequest
from youthprog.consent.services import Entry
from youthprog.consent.types import RequestState, Signer
from youthprog.core import db
from youthprog.core.refusals import NotFound, Refused
from youthprog.documents.models import Document
from youthprog.documents.services import load_bytes
from youthprog.outreach import services as outreach
from youthprog.outreach.models import Message
from youthprog.outreach.types import Delivery, Recipient
from youthprog.people import queries as people

LATER = NOW + timedelta(days=366 * 16)  # Mateo was born in 2016: 21 in 2037
NAMES = ("Zacarias-Quill", "Wilhelmina", "Xiomara-Vance")  # occur nowhere else


class Record:
    """A signed form on paper about a child with a rare name, and the two who keep records."""

    def __init__(self, online: bool = False):
        self.family = Family()
        self.family.guardian.given_name, self.family.guardian.family_name = NAMES[1], NAMES[0]
        self.family.youth.family_name = NAMES[2]
        self.first, self.second = (
            make_actor(Role.COORDINATOR, make_person(name, "Keeper").id) for name in ("Ada", "Ben")
        )
        db.session().flush()
        self.request = self._online() if online else self._paper()
        db.session().commit()

    def _online(self) -> ConsentRequest:
        return self.family.sign()

    def _paper(self) -> ConsentRequest:
        line = people.guardians_of([self.family.youth.id], NOW.date())[self.family.youth.id][0]
        (request,) = services.ask_on_paper(self.family.youth.id, line, self.family.season_id, by=self.first, now=NOW)
        code = services.give_code(request, by=self.first, now=NOW)
        received = services.receive(scans.png(code, mark=self.family.youth.id), name=f"{NAMES[0]}.png")
        services.file_pages(received, by=self.first, now=NOW)
        answers = YES | {"pickup": {"names": [f"{NAMES[1]} {NAMES[0]}"]}}
        entry = Entry(f"{NAMES[1]} {NAMES[0]}", True, answers, request.version, NOW.date())
        ready = services.prepare_paper(queries.get_request(request.id), entry, by=self.first, now=NOW)
        services.record_entry(queries.get_request(request.id), ready, by=self.first, now=NOW)
        return request

    def kept(self) -> keeping_queries.KeptRecord:
        """The record as the keepers see it years later."""
        return keeping_queries.get_record_for(self.first, self.request.id, self.rule, LATER.date())

    @property
    def rule(self):
        """The rule in force."""
        return keeping_queries.rule_in_force()

    def propose(self) -> ConsentPurge:
        """Propose it, years later."""
        return services.propose(self.kept(), self.rule, by=self.first, now=LATER)

    def purge(self, by=None) -> None:
        """Purge it, years later."""
        services.purge(self.kept(), self.rule, by=by or self.second, now=LATER)


@pytest.fixture
def record(session):
    with time_machine.travel(NOW, tick=True):
        return Record()


@pytest.fixture(autouse=True)
def years_later(record):
    with time_machine.travel(LATER, tick=True):
        yield


def codes(problem: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in problem.value.reasons}


def test_what_is_over_is_listed_and_what_is_not_is_not(record):
    on = LATER.date()
    assert [each.request_id for each in keeping_queries.list_may_go(record.first, record.rule, on)] == [
        record.request.id
    ]
    last_day = record.kept().keep_until_on
    assert keeping_queries.list_may_go(record.first, record.rule, last_day) == []
    following = keeping_queries.list_may_go(record.first, record.rule, last_day + timedelta(days=1))
    assert [each.request_id for each in following] == [record.request.id]
    assert keeping_queries.list_may_go(record.first, record.rule, on, after=record.request.id) == []


def test_a_department_sets_its_own_years(record, app):
    own = app.config["YOUTHPROG"].instance / "retention.toml"
    own.write_text("[retention]\nafter_signature_years = 24\nafter_18_years = 0\n")
    try:
        assert record.rule.after_signature_years == 24
        assert keeping_queries.list_may_go(record.first, record.rule, LATER.date()) == []
    finally:
        own.unlink()


def test_one_proposes_and_another_purges(record, session):
    row = record.propose()
    assert keeping_queries.list_may_go(record.first, record.rule, LATER.date()) == []
    assert [each.request_id for each in keeping_queries.list_proposed(record.second, record.rule, LATER.date())] == [
        record.request.id
    ]
    with pytest.raises(Refused) as problem:
        record.purge(by=record.first)
    assert codes(problem) == {"same_person"}
    record.purge()
    session.commit()
    assert (row.proposed_by_id, row.purged_by_id) == (record.first.person_id, record.second.person_id)
    actions = set(session.scalars(sa.select(AuditEntry.action)))
    assert {"record.proposed", "record.purged"} <= actions


def test_the_database_refuses_one_person_for_both(record, session):
    row = record.propose()
    row.purged_by_id, row.purged_at = record.first.person_id, LATER
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()
    session.rollback()


def test_what_nobody_proposed_is_not_purged(record):
    with pytest.raises(Refused) as problem:
        record.purge()
    assert codes(problem) == {"not_proposed"}


def test_a_proposal_is_made_once_and_can_be_taken_back(record, session):
    record.propose()
    with pytest.raises(Refused) as problem:
        record.propose()
    assert codes(problem) == {"proposed"}
    services.keep_after_all(record.kept(), by=record.second, now=LATER)
    assert session.scalar(sa.select(sa.func.count()).select_from(ConsentPurge)) == 0
    with pytest.raises(Refused):
        services.keep_after_all(record.kept(), by=record.second, now=LATER)


def test_a_hold_keeps_everything(record, session):
    record.propose()
    services.hold(record.family.youth, "Broken arm on May 3", by=record.first, now=LATER)
    with pytest.raises(Refused) as problem:
        record.purge()
    assert codes(problem) == {"held"}
    assert [each.youth_id for each in keeping_queries.list_holds(record.first, LATER.date())] == [
        record.family.youth.id
    ]
    services.release(record.family.youth, by=record.second, now=LATER)
    record.purge()
    with pytest.raises(Refused):
        services.release(record.family.youth, by=record.second, now=LATER)


def test_a_held_record_is_not_listed_nor_proposed(record):
    services.hold(record.family.youth, "A claim", by=record.first, now=LATER)
    assert keeping_queries.list_may_go(record.first, record.rule, LATER.date()) == []
    with pytest.raises(Refused) as problem:
        record.propose()
    assert codes(problem) == {"held"}


def test_it_is_too_early_the_day_before(record):
    early = record.kept().keep_until_on
    with pytest.raises(Refused) as problem:
        services.propose(record.kept(), record.rule, by=record.first, now=NOW + timedelta(days=1))
    assert {"too_early", "in_force"} == codes(problem)
    assert early.year == 2037


def test_taking_an_answer_back_counts_as_the_last_act(record, session):
    before = record.kept().keep_until_on
    record.family.youth.born_on = record.family.youth.born_on.replace(year=2000)
    session.flush()
    signed = record.kept().keep_until_on
    with time_machine.travel(NOW + timedelta(days=30), tick=True):
        services.take_back(
            queries.get_request(record.request.id),
            ["take_part"],
            by=actor_of(record.family.guardian),
            now=NOW + timedelta(days=30),
        )
    assert signed < before
    assert record.kept().keep_until_on == signed + timedelta(days=30)


def test_nothing_of_the_name_is_left(record, session, app):
    """Every row of the request, its mails, its documents, and every file they named."""
    assert [name for name in NAMES[:2] if name in _rows_about(record)], "the search finds what is there"
    files = _files(record, app)
    assert len(files) == 2
    assert all(path.exists() for path in files)
    digest = session.get_one(Document, record.request.document_id).sha256
    record.propose()
    record.purge()
    assert all(path.exists() for path in files), "before the commit nothing is gone"
    session.commit()
    left = _rows_about(record)
    assert [name for name in NAMES if name in left] == []
    assert not [path for path in files if path.exists()]
    row = session.scalars(sa.select(ConsentPurge)).one()
    assert (row.document_sha256, row.signed_on, row.rule["after_18_years"]) == (digest, NOW.date(), 3)
    request = session.get_one(ConsentRequest, record.request.id)
    assert request.purged_at == LATER
    assert request.state is RequestState.SIGNED
    assert queries.decisions_of(request.id) == []
    assert desk_queries.scans_of(request.id) == []
    assert session.scalars(sa.select(Message.delivery)).all() == [Delivery.CANCELED]
    assert all(link.ended_at for link in session.scalars(sa.select(SignedLink)))
    with pytest.raises(NotFound):
        load_bytes(session.get_one(Document, request.document_id))
    with pytest.raises(NotFound):
        queries.document_of(request)


def _rows_about(record: Record) -> str:
    """Everything the tables hold of the request: its rows, and in the open what is sealed in them."""
    found = []
    session = db.session()
    session.expire_all()
    own = {"consent_request": "id", "consent_purge": "request_id", "document": "subject_id", "message": "subject_id"}
    for table in db.db.metadata.sorted_tables:
        column = own.get(table.name) or (
            "request_id" if "request_id" in table.c and table.name.startswith(("consent", "pickup")) else None
        )
        if column is not None:
            rows = session.execute(sa.select(table).where(table.c[column] == record.request.id)).all()
            found += [repr(tuple(row)) for row in rows]
    for message in session.scalars(sa.select(Message).where(Message.subject_id == record.request.id)):
        found.append(f"{message.unseal('text_sealed')} {message.unseal('html_sealed')}")
    found.append(str(record.request.unseal("draft_sealed")))
    return "\n".join(found)


def _files(record: Record, app) -> list[Path]:
    settings = app.config["YOUTHPROG"]
    document = db.session().get_one(Document, record.request.document_id)
    paths = [settings.documents / document.sha256[:2] / f"{document.sha256}.pdf"]
    return paths + [
        settings.uploads / each.sha256[:2] / f"{each.sha256}.sealed"
        for each in desk_queries.scans_of(record.request.id)
    ]


def test_if_the_commit_fails_nothing_is_gone(record, session, app):
    files = _files(record, app)
    record.propose()
    session.commit()
    record.purge()
    session.rollback()
    session.commit()
    assert all(path.exists() for path in files)
    assert session.get_one(ConsentRequest, record.request.id).purged_at is None


def test_what_is_purged_is_not_purged_again(record, session):
    record.propose()
    record.purge()
    session.commit()
    with pytest.raises(Refused) as problem:
        record.purge(by=record.second)
    assert "purged" in codes(problem)


def test_another_programs_keeper_finds_no_record(record):
    stranger = make_actor(Role.COORDINATOR, make_person("Cy", "Elsewhere").id, program_id=987_654)
    assert keeping_queries.list_may_go(stranger, record.rule, LATER.date()) == []
    with pytest.raises(NotFound):
        keeping_queries.get_record_for(stranger, record.request.id, record.rule, LATER.date())


def test_a_record_signed_online_goes_the_same_way(session):
    with time_machine.travel(NOW, tick=True):
        record = Record(online=True)
    record.propose()
    record.purge()
    session.commit()
    assert [name for name in NAMES if name in _rows_about(record)] == []


def test_a_letter_and_a_link_to_somebody_outside_go_with_the_record(record, session):
    """They are about the part by its own id: that of another request's part may be the purged request's id."""
    section_id = queries.questions_of(queries.get_request(record.request.id).version.id)[0].section_id
    other = record.family.ask(LATER)
    own, others = (
        ConsentPart(id=number, request_id=request_id, section_id=section_id, signer=Signer.EXTERNAL)
        for number, request_id in ((record.request.id + 40, record.request.id), (record.request.id, other.id))
    )
    session.add_all([own, others])
    session.flush()
    to = Recipient("Dr. Ada Obi", "obi@clinic.example", "en", record.family.guardian.id)
    for part in (own, others):
        issue_link(LinkPurpose.CONSENT_PART, record.family.guardian.id, part.id, days=9, now=LATER)
        values = {"child": "Mateo", "program": "Camp", "label": "Exam", "to": "Ada", "link": "x", "days": 9}
        outreach.send(
            services.PART, "consent/mail/part", to=to, subject_id=part.id, values=values, by=record.first, now=LATER
        )
    own_id, kept_id = own.id, others.id
    session.commit()
    record.propose()
    record.purge()
    letters = session.scalars(sa.select(Message).where(Message.kind == services.PART))
    assert {each.subject_id: each.to_address for each in letters} == {own_id: "", kept_id: "obi@clinic.example"}
    links = session.scalars(sa.select(SignedLink).where(SignedLink.purpose == LinkPurpose.CONSENT_PART))
    assert {each.subject_id: each.ended_at is not None for each in links} == {own_id: True, kept_id: False}
