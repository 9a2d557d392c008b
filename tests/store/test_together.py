"""Many deeds, one commit: nobody's failure undoes another's, and without the trail nothing is kept. Of SQLite alone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.makers.people import NOW
from tests.store.test_attendance import Team
from tests.support.clearing import only_these_are_not_cleared
from youthprog.attendance import deeds, sayings
from youthprog.attendance.models import AttendanceMark, Deed
from youthprog.attendance.types import DeedKind, Mark, Said
from youthprog.audit.models import AuditEntry
from youthprog.audit.queries import verify
from youthprog.audit.services import record
from youthprog.core import db, prepared, together
from youthprog.core.actor import SYSTEM
from youthprog.programs.models import Gathering

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # PostgreSQL commits each request by itself
BROKEN = "broken on purpose"


@pytest.fixture
def team(app, session):
    with only_these_are_not_cleared(app):
        yield Team()


def say(team, name, number=0):
    said = Said(name, team.ids[number], DeedKind.MARK, NOW, Mark.PRESENT)
    return deeds.hear(team.gathering, [said], by=team.actor, now=NOW)


def say_and_fail(team, name):
    say(team, name)
    raise RuntimeError(BROKEN)


def kept_at_once(app, *waiting):
    """Do deeds as if all had waited while another wrote; what became of each."""
    db.session().commit()
    writers = app.extensions["youthprog.writers"]
    slips = [together._Slip(deed, values, {}) for deed, *values in waiting]
    writers.waiting.extend(slips)
    writers.busy = True
    writers._write()
    assert all(slip.done for slip in slips)
    assert not writers.busy
    db.session().rollback()
    return [slip.problem for slip in slips]


def found(session):
    return set(session.scalars(sa.select(Deed.client_id)))


def test_one_that_fails_undoes_no_other(app, team, session):
    problems = kept_at_once(app, (say, team, "a"), (say_and_fail, team, "b"), (say, team, "c", 1))
    assert [str(each) for each in problems] == ["None", BROKEN, "None"]
    assert found(session) == {"a", "c"}
    lines = session.scalars(sa.select(AuditEntry.detail).where(AuditEntry.action == "register.saved")).all()
    assert lines == [{"changed": 1}] * 2
    assert verify({}).whole


def test_all_are_one_commit(app, team, session, monkeypatch):
    begun, begin = [], together._Pen.begin
    monkeypatch.setattr(together._Pen, "begin", lambda pen: begun.append(1) or begin(pen))
    kept_at_once(app, *((say, team, name) for name in "abcd"))
    assert len(begun) == 1
    assert found(session) == set("abcd")


def test_what_many_say_goes_out_in_one_statement_a_table(app, team, session, statements):
    kept_at_once(app, (say, team, "a"), (say, team, "b", 1), (say, team, "c", 2))
    for table in ("attendance_deed", "attendance_mark", "register"):
        assert sum(f"INSERT INTO {table} " in each for each in statements) == 1, table
    assert found(session) == set("abc")


def test_of_one_youth_the_next_sees_what_the_one_before_said(app, team, session):
    kept_at_once(app, (say, team, "a"), (say, team, "b", 1), (say, team, "c"))
    rows = session.execute(sa.select(AttendanceMark.youth_id, AttendanceMark.said, AttendanceMark.version)).all()
    assert sorted(rows) == [(team.ids[0], "c", 2), (team.ids[1], "b", 1)]


def test_the_chain_goes_on_where_others_ended_it(app, team, session):
    for name in "abc":
        kept_at_once(app, (say, team, name))
        record("register.saved", "gathering", 1, by=SYSTEM, now=NOW, changed=0)  # by another connection
        session.commit()
    assert verify({}).whole
    assert session.scalar(sa.select(sa.func.max(AuditEntry.number))) == session.scalar(
        sa.select(sa.func.count(AuditEntry.number))
    )


def test_what_is_known_is_read_again_after_any_commit_of_another_connection(app, team, session):
    read = []

    def look():
        return prepared.as_long_as_known(
            "title", lambda: read.append(1) or sayings.MARKS.rows(gathering_id=1, youth="[]")
        )

    kept_at_once(app, (look,))
    kept_at_once(app, (look,), (look,))
    assert len(read) == 1
    session.execute(sa.update(db.table(Gathering)).values(title="Another"))
    kept_at_once(app, (look,))
    assert len(read) == 2


def test_what_is_known_is_forgotten_when_its_table_is_written(app, team, session):
    def look_and_write():
        prepared.as_long_as_known("marks", lambda: sayings.MARKS.rows(gathering_id=1, youth="[]"))
        assert prepared.known("marks") == []
        sayings.INSERT_DEEDS.run({"deeds": "[]"})
        assert prepared.known("marks") == []
        sayings.UPSERT_MARKS.run({"marks": "[]"})
        assert prepared.known("marks") is None

    assert kept_at_once(app, (look_and_write,)) == [None]


def test_a_commit_that_cannot_be_made_is_tried_alone_for_each(app, team, session, monkeypatch):
    """A line that cannot be chained breaks the commit of all; it keeps back its own deed only."""
    pen = app.extensions["youthprog.writers"].pen
    finish = pen.finish

    def chain(lines):
        if any(line["detail"] == {"changed": 1} and line["subject_id"] == 0 for line in lines):
            raise RuntimeError(BROKEN)
        finish(lines)

    def say_strangely(team, name):
        heard = say(team, name)
        prepared.waiting_lines()[-1]["subject_id"] = 0
        return heard

    monkeypatch.setattr(pen, "finish", chain)
    problems = kept_at_once(app, (say, team, "a"), (say_strangely, team, "b"), (say, team, "c"))
    assert [str(each) for each in problems] == ["None", BROKEN, "None"]
    assert found(session) == {"a", "c"}
    assert verify({}).whole


def test_without_the_trail_nothing_is_kept(app, team, session, monkeypatch):
    def broken(_lines):
        raise RuntimeError(BROKEN)

    with monkeypatch.context() as patch:
        patch.setattr(app.extensions["youthprog.writers"].pen, "finish", broken)
        problems = kept_at_once(app, (say, team, "a"), (say, team, "b"))
    assert [str(each) for each in problems] == [BROKEN] * 2
    assert not found(session)
    assert kept_at_once(app, (say, team, "c")) == [None]


def test_who_cannot_get_the_lock_is_told_so_and_the_next_one_writes(app, team, session):
    db.session().commit()
    pen = app.extensions["youthprog.writers"].pen
    pen.close()
    pen.connection, pen.dialect = db.raw_writer(db.engine()), db.engine().dialect
    pen.connection.execute("PRAGMA busy_timeout=1").close()
    other = db.raw_writer(db.engine())
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(sa.exc.OperationalError):
        together.keep(say, team, "a")
    db.session().rollback()
    other.execute("ROLLBACK")
    other.close()
    together.keep(say, team, "b")
    db.session().rollback()
    assert found(session) == {"b"}
