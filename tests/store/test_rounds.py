"""The nightly round finds a damaged file, says so once, and notices when it is whole again."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers import sheets
from tests.makers.accounts import make_account
from tests.makers.people import NOW
from tests.support.quick_press import QuickPress
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.core import db
from youthprog.documents import queries, services, storage
from youthprog.documents.models import Document
from youthprog.operations import health
from youthprog.outreach import chores
from youthprog.reports.rounds import compare_documents


@pytest.fixture(autouse=True)
def quick_press(app, monkeypatch):
    monkeypatch.setitem(app.extensions, "youthprog.press", QuickPress())


@pytest.fixture
def issued(session):
    """Five documents."""
    for _number in range(5):
        prepared = services.prepare(sheets.certificate(code=services.new_code()), now=NOW)
        services.record_document(prepared, subject_kind="youth", subject_id=7, now=NOW)
    session.commit()
    return session.scalars(sa.select(Document).order_by(Document.id)).all()


def path_of(app, document):
    return storage.path_of(document.sha256, app.config["YOUTHPROG"].documents)


def night(number, **how):
    """The round of a night, kept as the worker keeps it."""
    looked_at = compare_documents(NOW + timedelta(days=number), **how)
    db.session().commit()
    return looked_at


def told(action):
    db.session().commit()
    return db.session().scalars(sa.select(AuditEntry.subject_id).where(AuditEntry.action == action)).all()


@pytest.mark.parametrize("harm", ["changed", "gone", "short"])
def test_damage_is_found_told_once_and_mended(app, issued, harm):
    path, whole = path_of(app, issued[2]), path_of(app, issued[2]).read_bytes()
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(whole[:-1] if harm == "short" else bytes([whole[0] ^ 1]) + whole[1:])
    for number in range(3):
        night(number)
    assert told("document.damaged") == [issued[2].id]
    assert queries.count_damaged() == 1
    assert db.session().get_one(Document, issued[2].id).damaged_at == NOW
    path.write_bytes(whole)
    night(4)
    assert told("document.mended") == [issued[2].id]
    assert queries.count_damaged() == 0


def test_a_night_has_its_share_and_everything_has_its_turn(issued):
    for number in range(3):
        assert night(number, limit=2) == 2
    looked_at = [document.checked_at for document in issued]
    days = [NOW + timedelta(days=number) for number in range(3)]
    assert looked_at == [days[2], days[0], days[1], days[1], days[2]]  # the first had its second turn


def test_whole_files_leave_no_line(issued):
    night(0)
    assert not told("document.damaged")
    assert not told("document.mended")


def test_no_documents_are_no_trouble(session):
    assert compare_documents(NOW) == 0


def test_the_worker_does_it_every_night(app, issued):
    path_of(app, issued[0]).unlink()
    chores.do_chores()
    assert told("document.damaged") == [issued[0].id]


def test_youthprog_check_and_the_administrator_hear_of_it(app, visitor, issued):
    with db.reading():
        assert {each.name: each for each in health.look()}["documents"].fine
    db.begin_writing()
    path_of(app, issued[0]).unlink()
    night(0)
    with db.reading():
        finding = {each.name: each for each in health.look()}["documents"]
    db.begin_writing()
    assert not finding.fine
    assert finding.says.startswith("1 gone or changed on disk")
    visitor.sign_in(make_account(Role.ADMIN))
    assert "1 sealed document is damaged." in visitor.get("/today").text
