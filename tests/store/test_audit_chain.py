"""The chain: no forks under concurrent writers, every tamper found, no deed without its line."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from tests.makers.people import NOW, make_person
from tests.support.proofs import cases
from youthprog.audit import anchors, commands, queries, services
from youthprog.audit.models import AuditEntry
from youthprog.audit.rules import GENESIS, Line, hash_of
from youthprog.audit.services import BulkWriteRefused, record, record_read
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.people.models import Person

THREADS = 4
TABLE = db.table(AuditEntry)


def write(count: int) -> None:
    """Commit lines one by one."""
    for number in range(count):
        record("site.added", "site", number + 1, by=SYSTEM, now=clock.now(), number=number)
        db.session().commit()


def side_by_side(app, work: Callable[[int], None], threads: int = THREADS) -> list[BaseException]:
    """Do the same in several threads at once, each with its own session; what went wrong."""
    db.session().commit()
    barrier, wrong = threading.Barrier(threads), []

    def run(number: int) -> None:
        with app.app_context():
            try:
                barrier.wait(30)
                work(number)
            except BaseException as problem:
                db.session().rollback()
                wrong.append(problem)

    workers = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return wrong


@pytest.mark.proof("the chain forks never", room="audit")
def test_writers_at_once_fork_nothing(app):
    each = cases(full=10_000, sample=100) // THREADS
    assert side_by_side(app, lambda _number: write(each)) == []
    verdict = queries.verify({})
    assert (verdict.whole, verdict.lines) == (True, each * THREADS)


def test_without_the_lock_the_writers_collide(app, monkeypatch):
    """The negative control: who reads the head without the lock is stopped by the table's own constraints."""
    db.session().commit()
    gate = threading.Barrier(THREADS)
    is_sqlite = db.session().get_bind().dialect.name == "sqlite"

    def careless(connection, waiting):
        newest = sa.select(TABLE.c.number, TABLE.c.hash).order_by(TABLE.c.number.desc()).limit(1)
        last = connection.execute(newest).first()
        gate.wait(30)
        number, previous = (last.number + 1, last.hash) if last else (1, GENESIS)
        values = next(iter(waiting))
        line = Line(number=number, previous=previous, **values)
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA query_only=OFF")
        connection.execute(sa.insert(TABLE).values(**values, number=number, previous=previous, hash=hash_of(line)))

    def work(_number):
        if is_sqlite:
            db.begin_reading()  # a transaction that takes no lock at its start
        write(1)

    monkeypatch.setattr(services, "append", careless)
    assert len(side_by_side(app, work)) == THREADS - 1


@pytest.fixture
def written(session):
    """Twelve lines."""
    write(12)
    return session


def rewrite(session, upto=None):
    """What somebody does who knows the recipe: hash everything anew."""
    previous = GENESIS
    lines = [dict(row._mapping) for row in session.execute(sa.select(TABLE).order_by(TABLE.c.number))]
    session.execute(sa.delete(TABLE))
    for number, values in enumerate(lines, 1):
        values.pop("hash")
        values |= {"number": number, "previous": previous}
        previous = hash_of(Line(**values))
        session.execute(sa.insert(TABLE).values(**values, hash=previous))
    session.commit()


def edit(session):
    session.execute(sa.update(TABLE).where(TABLE.c.number == 5).values(actor_name="somebody else"))


def edit_detail(session):
    session.execute(sa.update(TABLE).where(TABLE.c.number == 5).values(detail={"number": 99}))


def delete(session):
    session.execute(sa.delete(TABLE).where(TABLE.c.number == 5))


def insert(session):
    row = dict(session.execute(sa.select(TABLE).where(TABLE.c.number == 12)).one()._mapping)
    session.execute(sa.insert(TABLE).values(row | {"number": 13, "hash": "f" * 64, "previous": "e" * 64}))


def reorder(session):
    for here, there in ((5, 1005), (6, 5), (1005, 6)):
        session.execute(sa.update(TABLE).where(TABLE.c.number == here).values(number=there))


def cut_tail(session):
    session.execute(sa.delete(TABLE).where(TABLE.c.number > 9))


def full_rewrite(session):
    edit(session)
    rewrite(session)


@pytest.mark.parametrize(
    ("tamper", "bad"),
    [(edit, 5), (edit_detail, 5), (delete, 5), (insert, 13), (reorder, 5), (cut_tail, 10), (full_rewrite, 12)],
)
def test_every_tamper_is_found_and_the_first_bad_line_named(written, tmp_path, tamper, bad):
    anchors.anchor(tmp_path, NOW)
    assert queries.verify(anchors.read(tmp_path)).whole
    written.commit()
    tamper(written)
    written.commit()
    verdict = queries.verify(anchors.read(tmp_path))
    assert (verdict.whole, verdict.bad_number) == (False, bad)
    assert verdict.reason


@pytest.mark.parametrize("tamper", [cut_tail, full_rewrite])
def test_two_tampers_are_found_only_by_the_anchor_outside(written, tamper):
    tamper(written)
    written.commit()
    assert queries.verify({}).whole


def test_an_anchor_is_added_once_and_only_for_new_lines(written, tmp_path):
    assert anchors.anchor(tmp_path, NOW)
    assert not anchors.anchor(tmp_path, NOW + timedelta(days=1))
    write(1)
    assert anchors.anchor(tmp_path, NOW + timedelta(days=2))
    assert list(anchors.read(tmp_path)) == [12, 13]


def test_without_lines_there_is_nothing_to_anchor(session, tmp_path):
    assert not anchors.anchor(tmp_path, NOW)
    assert anchors.read(tmp_path) == {}


def test_an_anchor_written_over_a_number_does_not_replace_the_first(written, tmp_path):
    anchors.anchor(tmp_path, NOW)
    with (tmp_path / anchors.NAME).open("a") as file:
        file.write(f"12 {'0' * 64} later\n")
    assert queries.verify(anchors.read(tmp_path)).whole


def test_a_broken_file_of_anchors_names_its_line(tmp_path):
    (tmp_path / anchors.NAME).write_text("1 abc\n")
    with pytest.raises(anchors.BadAnchors, match="line 1"):
        anchors.read(tmp_path)


def test_the_command_says_whole_or_names_the_first_bad_line(app, written, tmp_path, monkeypatch, capsys):
    settings = SimpleNamespace(instance=tmp_path, timezone="America/Chicago")
    monkeypatch.setitem(app.config, "YOUTHPROG", settings)
    assert commands.anchor() == 0
    assert commands.verify() == 0
    assert "whole: 12 lines, 1 anchors" in capsys.readouterr().out
    edit(written)
    written.commit()
    assert commands.verify() == 3
    assert "broken at line 5" in capsys.readouterr().err


def test_when_the_trail_breaks_the_deed_is_not_done(session, monkeypatch):
    def fail(*_anything):
        raise OSError("the trail cannot be written")

    monkeypatch.setattr(services, "append", fail)
    make_person("Nobody", "Kept")
    record("person.added", "person", 1, by=SYSTEM, now=NOW)
    with pytest.raises(OSError, match="trail"):
        session.commit()
    session.rollback()
    monkeypatch.undo()
    assert session.scalars(sa.select(Person)).all() == []
    assert queries.verify({}).lines == 0


def test_a_deed_undone_leaves_no_line(session):
    record("person.added", "person", 1, by=SYSTEM, now=NOW)
    session.rollback()
    session.commit()
    assert queries.verify({}).lines == 0


def test_a_reading_outlives_the_undoing_of_a_deed(session):
    record_read("youth.read", "person", 1, by=SYSTEM)
    record("person.corrected", "person", 1, by=SYSTEM, now=NOW)
    session.rollback()
    session.commit()
    assert session.scalars(sa.select(AuditEntry.action)).all() == ["youth.read"]


def test_lines_cannot_be_changed_through_the_session(written):
    line = written.get(AuditEntry, 3)
    line.actor_name = "somebody else"
    with pytest.raises(BulkWriteRefused):
        written.flush()
    written.rollback()
    written.delete(written.get(AuditEntry, 3))
    with pytest.raises(BulkWriteRefused):
        written.flush()
    written.rollback()


@pytest.mark.parametrize("statement", [sa.update(Person).values(school="x"), sa.delete(Person)])
def test_bulk_writes_do_not_pass_the_trail_by(session, statement):
    with pytest.raises(BulkWriteRefused):
        session.execute(statement)


def test_odd_words_and_values_hash_alike_after_storing(session):
    detail = {"name": "Nguyễn “Thảo” \u202eabc", "deep": [1, {"b": None, "a": True}], "1": 2.5, "empty": ""}
    record("person.renamed", "person", 2**62, by=SYSTEM, now=NOW + timedelta(microseconds=1), **detail)
    session.commit()
    session.expire_all()
    assert queries.verify({}).whole
