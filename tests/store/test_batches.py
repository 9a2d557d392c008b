"""Papers for many: each printed once whatever happens to the worker, none when one cannot be, and told of."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tests.makers.batches import SIGNED, Inline, Scene, printed, steps
from tests.makers.people import make_youth
from tests.makers.programs import join, make_gathering, make_season, make_team
from tests.support.houses import write_keys
from tests.support.proofs import cases, is_full
from youthprog import create_app
from youthprog.access.models import RoleGrant
from youthprog.attendance.models import AttendanceMark, Register
from youthprog.attendance.types import Mark
from youthprog.audit.models import AuditEntry
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.core.permissions import P
from youthprog.core.refusals import Conflict, Refused
from youthprog.documents import services as documents
from youthprog.documents.models import Document
from youthprog.outreach.models import Message
from youthprog.people import services as people
from youthprog.people.types import PeopleMerged
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Season
from youthprog.programs.types import EnrollmentStatus
from youthprog.reports import services as certificates
from youthprog.reports.batches import kinds, queries, services, work
from youthprog.reports.batches.models import PrintedPaper
from youthprog.reports.batches.types import AWARD_WORDS, BatchState

S = BatchState
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    monkeypatch.setattr(work, "Beside", Inline)
    monkeypatch.setattr(documents, "Beside", Inline)
    monkeypatch.setattr(work, "AT_ONCE", 2)


@pytest.fixture
def scene(session):
    return Scene()


def files_on(app) -> set[str]:
    return {path.stem for path in app.config["YOUTHPROG"].documents.rglob("*.pdf")}


def in_the_books() -> list[Document]:
    return list(db.session().scalars(sa.select(Document).order_by(Document.id)))


def assert_each_once(app, scene, batch_id: int) -> None:
    """Everybody has one certificate, every certificate its file and its line, and no file is without a row."""
    documents_found = in_the_books()
    assert sorted(each.subject_id for each in documents_found) == sorted(youth.id for youth in scene.youth)
    assert files_on(app) >= {each.sha256 for each in documents_found}
    issued = list(db.session().scalars(sa.select(AuditEntry).where(AuditEntry.action == "certificate.issued")))
    assert sorted(line.subject_id for line in issued) == [each.id for each in documents_found]
    papers = list(db.session().scalars(sa.select(PrintedPaper).where(PrintedPaper.batch_id == batch_id)))
    assert {paper.document_id for paper in papers} == {each.id for each in documents_found}


def test_a_batch_prints_each_once_joins_them_and_tells_who_asked(app, scene):
    batch = printed(scene.ask())
    assert (batch.state, batch.total, batch.trouble) == (S.DONE, 3, [])
    assert_each_once(app, scene, batch.id)
    whole = b"".join(documents.fetched(services.file_of(batch.id, services.ALL)))
    assert len(whole) == batch.bytes_in_all
    assert all(f"Child{number}".encode() in whole for number in range(3))
    assert b"Child1" not in services.file_of(batch.id, services.ALL).read_bytes(), "the file waits unsealed"
    letter = db.session().scalars(sa.select(Message).where(Message.kind == "batch_ended")).one()
    assert letter.person_id == scene.account.person_id
    said = f"{letter.subject} {letter.unseal('text_sealed')} {letter.unseal('html_sealed')}"
    assert f"/batches/{batch.id}" in said
    assert "Child" not in said
    assert "Family" not in said


def test_a_worker_that_dies_at_any_step_leaves_no_double_and_no_stray_file(app, scene):
    """Every step is tried: what is not committed there is lost, as with SIGKILL, and the next worker goes on."""
    batch_id, step = scene.ask(), 0
    while queries.get_batch(batch_id).state in (S.ASKED, S.WORKING):
        step += 1
        at = steps(batch_id)
        for _number in range(min(step, 3)):
            next(at, None)
        _die(at)
        _let_the_lease_run_out(batch_id)
        assert step < 60
    assert queries.get_batch(batch_id).state is S.DONE
    assert_each_once(app, scene, batch_id)


def _die(at) -> None:
    """End a worker as a kill does: it does not give the batch out of hand, and what it did not commit is lost."""
    with patch.object(services, "let_go"):
        at.close()
    db.session().rollback()


def _let_the_lease_run_out(batch_id: int) -> None:
    batch = queries.get_batch(batch_id)
    if batch.leased_until is not None:
        batch.leased_until = clock.now() - timedelta(seconds=1)
    db.session().commit()


@pytest.mark.parametrize("after", ["kept", "recorded"])
def test_what_was_kept_and_not_recorded_is_taken_away_by_the_next_worker(app, scene, monkeypatch, after):
    batch_id = scene.ask()
    real, died = certificates.issue_certificates, []

    def dies(prepared, kind, **how):
        if after == "recorded":
            real(prepared, kind, **how)
        died.extend(each.sha256 for each in prepared.values())
        raise KeyboardInterrupt  # as SIGKILL: no handler of ours runs

    monkeypatch.setattr(certificates, "issue_certificates", dies)
    with pytest.raises(KeyboardInterrupt):
        list(steps(batch_id))
    db.session().rollback()
    assert died[0] in files_on(app)
    monkeypatch.setattr(certificates, "issue_certificates", real)
    _let_the_lease_run_out(batch_id)
    assert printed(batch_id).state is S.DONE
    assert died[0] not in files_on(app)
    assert_each_once(app, scene, batch_id)


def test_a_worker_that_was_overtaken_while_it_printed_keeps_nothing(app, scene, monkeypatch):
    """It had the papers in hand for longer than a minute; another one printed them all meanwhile."""
    batch_id, real, before = scene.ask(), documents.print_many, files_on(app)

    def slowly(sheets, *, now):
        found = list(real(sheets, now=now))
        monkeypatch.setattr(documents, "print_many", real)
        _let_the_lease_run_out(batch_id)
        assert printed(batch_id).state is S.DONE
        return iter(found)

    monkeypatch.setattr(documents, "print_many", slowly)
    list(steps(batch_id))
    assert queries.get_batch(batch_id).state is S.DONE
    assert_each_once(app, scene, batch_id)
    assert files_on(app) - before == {each.sha256 for each in in_the_books()}


def test_a_batch_in_hand_is_left_to_its_worker(scene):
    batch_id = scene.ask()
    assert services.take_up(batch_id, now=clock.now())
    assert not services.take_up(batch_id, now=clock.now())
    assert queries.next_waiting(clock.now()) is None


def test_a_stint_ends_and_others_come_first(scene):
    first = scene.ask()
    list(steps(first, seconds=0))
    assert queries.get_batch(first).state is S.WORKING
    second = scene.ask("rosters", options={})
    assert queries.next_waiting(clock.now()) == second
    assert printed(first).state is S.DONE


def test_a_worker_told_to_end_gives_the_batch_out_of_hand(scene):
    batch_id = scene.ask()
    assert services.take_up(batch_id, now=clock.now())
    at = work.at_work(batch_id, seconds=1000)
    next(at)
    at.close()
    db.session().commit()
    assert queries.next_waiting(clock.now() + timedelta(seconds=1)) == batch_id


def test_a_batch_stops_and_goes_on(app, scene):
    batch_id = scene.ask()
    at = steps(batch_id)
    while queries.counts_of(batch_id).printed < 2:
        next(at)
    services.stop(queries.get_batch(batch_id), by=scene.actor, now=clock.now())
    db.session().commit()
    list(at)
    batch = queries.get_batch(batch_id)
    db.session().refresh(batch)
    assert batch.state is S.STOPPED
    assert queries.counts_of(batch_id) == queries.Counts(printed=2, left_out=0, to_print=1)
    services.go_on(batch, by=scene.actor, now=clock.now())
    db.session().commit()
    assert printed(batch_id).state is S.DONE
    assert_each_once(app, scene, batch_id)
    with pytest.raises(Conflict):
        services.go_on(queries.get_batch(batch_id), by=scene.actor, now=clock.now())


def test_a_letter_nobody_can_draw_stops_the_batch_before_anything_is_printed(scene, session):
    chinese = scene.add("若曦", "欧阳")
    session.commit()
    batch = printed(scene.ask())
    assert batch.state is S.REFUSED
    assert [(key, values["letters"]) for key, _why, values in batch.trouble] == [(chinese.id, "若 曦 欧 阳")]
    assert in_the_books() == []
    assert [each.name for each in queries.troubles_of(scene.actor, batch, clock.today())] == ["若曦 欧阳"]
    chinese.given_name, chinese.family_name = "Ruoxi", "Ouyang"
    services.go_on(batch, by=scene.actor, now=clock.now())
    session.commit()
    assert printed(batch.id).state is S.DONE


def test_whoever_lost_the_role_prints_nothing(scene, session):
    batch_id = scene.ask()
    grant = session.scalars(sa.select(RoleGrant).where(RoleGrant.account_id == scene.account.id)).one()
    grant.until_on = clock.today() - timedelta(days=1)
    session.commit()
    batch = printed(batch_id)
    assert (batch.state, batch.trouble[0][1]) == (S.REFUSED, work.NOT_ANY_MORE)
    assert in_the_books() == []


def test_whoever_left_the_season_meanwhile_is_left_out(scene, session):
    batch_id = scene.ask()
    row = session.scalars(sa.select(Enrollment).where(Enrollment.youth_id == scene.youth[1].id)).one()
    row.status = EnrollmentStatus.WITHDRAWN
    session.commit()
    assert printed(batch_id).state is S.DONE
    assert queries.counts_of(batch_id) == queries.Counts(printed=2, left_out=1, to_print=0)


def test_only_who_came_and_has_no_certificate_yet_gets_one(scene, session):
    printed(scene.ask())
    with pytest.raises(Refused) as refused:
        scene.ask()
    assert [each.code for each in refused.value.reasons] == ["nobody"]
    late = scene.add("Late", "Comer")
    session.commit()
    printed(scene.ask())
    assert in_the_books()[-1].subject_id == late.id
    assert len(in_the_books()) == 4
    documents.revoke(in_the_books()[0], reason="Wrong season", now=clock.now())
    session.commit()
    assert queries.get_batch(scene.ask()).total == 1  # whose certificate holds no more
    never = make_youth("Never", "There")
    assert never.id not in queries.kinds()["participation"].subjects(
        scene.actor, queries.task_of(queries.get_batch(1)), clock.today()
    )


def test_a_batch_of_one_team_is_for_who_is_in_it(scene, session):
    other = make_team(session.get_one(Season, scene.season_id), "Lions U10").group.id
    session.commit()
    assert queries.get_batch(scene.ask(group_id=scene.group.id)).total == 3
    with pytest.raises(Refused):
        scene.ask(group_id=other)
    rosters = printed(scene.ask("rosters", group_id=other, options={}))
    assert (rosters.state, rosters.total) == (S.DONE, 1)
    assert [each.about for each in queries.made_of(rosters)] == ["Lions U10"]


def test_what_a_batch_showed_closes_it_to_who_may_read_less(scene, session):
    """A roster with health words is not fetched by somebody who may print rosters and not read those."""
    batch = printed(scene.ask("rosters", options={}))
    on = clock.today()
    less = {key: grants for key, grants in scene.actor.grants.items() if key is not P.HEALTH_ALERT_READ}
    assert queries.objections_to_fetch(scene.actor, batch, on) == set()
    assert queries.objections_to_fetch(replace(scene.actor, grants=less), batch, on) == {"hidden"}


def test_one_batch_of_a_scope_at_a_time(scene):
    scene.ask()
    with pytest.raises(Conflict):
        scene.ask()


def test_rosters_are_kept_sealed_to_be_fetched_and_not_in_the_books(scene):
    batch = printed(scene.ask("rosters", options={}))
    paper = db.session().scalars(sa.select(PrintedPaper)).one()
    assert (batch.state, paper.document_id, paper.about) == (S.DONE, None, "Tigers U10")
    assert sorted(paper.seen) == ["contact.read", "health.alert.read", "team.read"]
    assert paper.seen["team.read"] == sorted(youth.id for youth in scene.youth)
    place = services.file_of(batch.id, f"{paper.id}.sealed")
    assert b"Family00" in b"".join(documents.fetched(place))
    assert b"Family00" not in place.read_bytes()


def test_a_roster_that_waits_for_days_has_no_photo_on_it(app, scene, monkeypatch):
    monkeypatch.setitem(app.extensions, "youthprog.picturing", lambda youth_ids, _season, _on: set(youth_ids))
    people.keep_photo(scene.youth[0], b"a portrait", by=SYSTEM, now=clock.now())
    db.session().commit()
    batch = printed(scene.ask("rosters", options={}))
    paper = db.session().scalars(sa.select(PrintedPaper)).one()
    assert b"asset:photo" not in b"".join(documents.fetched(services.file_of(batch.id, f"{paper.id}.sealed")))


# ---- several seasons, hours, awards ----


@pytest.fixture
def spring(scene, session):
    """The season before in the same program, over since ten days, in which the first child came too."""
    on, program = clock.today(), session.get_one(Season, scene.season_id, options=[joinedload(Season.program)]).program
    season = make_season(
        program, name="Spring", name_es="Primavera", starts_on=on - timedelta(90), ends_on=on - timedelta(10)
    )
    group = make_team(season, "Cubs U8").group
    gathering = make_gathering(group, clock.now() - timedelta(days=60))
    join(scene.youth[0], group)
    session.add(Register(gathering_id=gathering.id, taken_at=clock.now(), saved_at=clock.now()))
    session.add(
        AttendanceMark(gathering_id=gathering.id, youth_id=scene.youth[0].id, mark=Mark.PRESENT, marked_at=clock.now())
    )
    session.commit()
    return season


def ask_whole(scene, first=None, **how) -> int:
    season, on = programs.get_season(scene.season_id), clock.today()
    seasons = services.seasons_asked(season, first, None, on=on)
    return scene.ask("participation", whole=seasons, options=SIGNED, **how)


def test_a_whole_program_is_one_batch_with_a_paper_for_each_season(app, scene, spring, session):
    batch = printed(ask_whole(scene, first=clock.today() - timedelta(200)))
    assert (batch.state, batch.total) == (S.DONE, 4)
    papers = session.scalars(sa.select(PrintedPaper).order_by(PrintedPaper.place)).all()
    both = scene.youth[0].id
    assert [(paper.season_id, paper.subject_id) for paper in papers][:2] == [(spring.id, both), (scene.season_id, both)]
    texts = [documents.load_bytes(each).decode() for each in in_the_books() if each.subject_id == both]
    assert ["Spring" in text for text in texts] == [True, False]
    assert len({each.about for each in queries.made_of(batch)}) == 3
    with pytest.raises(Refused):
        scene.ask()  # everybody of the season has one now


def test_without_days_a_whole_program_is_its_seasons_under_way(scene, spring):
    season = programs.get_season(scene.season_id)
    on = clock.today()
    assert services.seasons_asked(season, None, None, on=on) == [season.id]
    assert services.seasons_asked(season, None, on - timedelta(20), on=on) == [spring.id, season.id]
    for first, last, code in (
        (on, on - timedelta(1), "ends_before_it_begins"), (on + timedelta(900), on + timedelta(901), "no_season")
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            services.seasons_asked(season, first, last, on=on)
        assert [each.code for each in refused.value.reasons] == [code]


def test_a_program_and_its_season_are_not_printed_at_once(scene, spring):
    ask_whole(scene)
    with pytest.raises(Conflict):
        scene.ask()
    printed(1)
    scene.ask(again=True)
    with pytest.raises(Conflict):
        ask_whole(scene, again=True)


def test_hours_for_many_are_for_those_with_minutes(scene, monkeypatch):
    without, counted = scene.youth[1].id, kinds.came_to

    def came_to(*asked):
        return {key: replace(each, minutes=each.minutes * (key != without)) for key, each in counted(*asked).items()}

    monkeypatch.setattr(kinds, "came_to", came_to)
    batch = printed(scene.ask("hours"))
    assert (batch.state, batch.total) == (S.DONE, 2)
    assert {each.subject_id for each in in_the_books()} == {scene.youth[0].id, scene.youth[2].id}
    assert all(each.title.startswith("Certificate of Hours") for each in in_the_books())


def test_an_award_for_many_is_for_everybody_and_has_its_words(scene, session):
    words = dict(zip(AWARD_WORDS, ("Fair play", "Juego limpio", "For kind words", "Por sus palabras"), strict=True))
    session.scalars(
        sa.select(AttendanceMark).where(AttendanceMark.youth_id == scene.youth[1].id)
    ).one().mark = Mark.ABSENT
    session.commit()
    for missing in AWARD_WORDS:
        with pytest.raises(Refused) as refused:
            scene.ask("award", options=SIGNED | words | {missing: ""})
        assert [each.field for each in refused.value.reasons] == [missing]
    batch = printed(scene.ask("award", options=SIGNED | words))
    assert (batch.state, batch.total) == (S.DONE, 3)
    text = documents.load_bytes(in_the_books()[0]).decode()
    assert all(said in text for said in words.values())


def test_files_go_when_their_time_is_over_and_certificates_stay(app, scene):
    batch = printed(scene.ask())
    assert batch.expires_at - batch.ended_at == timedelta(days=14)
    list(services.purge_expired(batch.expires_at - timedelta(seconds=1)))
    db.session().commit()
    assert services.folder_of(batch.id).exists()
    list(services.purge_expired(batch.expires_at + timedelta(seconds=1)))
    db.session().commit()
    assert not services.folder_of(batch.id).exists()
    assert queries.get_batch(batch.id).purged_at is not None
    assert_each_once(app, scene, batch.id)


def test_a_merged_child_keeps_the_certificate_and_is_no_stranger_in_the_batch(scene, session):
    batch = printed(scene.ask())
    kept = make_youth("Child0", "Family00")
    gone = scene.youth[0].id
    services.follow_merge(PeopleMerged(kept_id=kept.id, gone_id=gone, at=clock.now()))
    session.flush()
    paper = session.scalars(sa.select(PrintedPaper).where(PrintedPaper.subject_id == kept.id)).one()
    assert paper.seen == {"certificate.issue": [kept.id]}
    assert session.get_one(Document, paper.document_id).subject_id == kept.id
    assert queries.objections_to_fetch(scene.actor, batch, clock.today()) == set()


# ---- the worker itself ----

QUICK = """
from threading import Event
from tests.makers.batches import Inline
from tests.support.quick_press import QuickPress
from youthprog import create_app
from youthprog.outreach import chores
from youthprog.reports.batches import work
work.Beside, work.AT_ONCE, app = Inline, 2, create_app()
app.extensions["youthprog.press"] = QuickPress()
with app.app_context():
    while True:
        chores.do_chores(chores.SOON, Event())
"""


@pytest.mark.proof("a worker killed in mid-batch prints nothing twice", room="documents")
def test_a_worker_process_killed_in_mid_batch_prints_nothing_twice(tmp_path):
    """SIGKILL once a certain number of papers are printed, several times in one batch; the last worker ends it.

    In `make prove` with the worker and the press themselves; else what the worker does, with a press that is quick.
    """
    kills = cases(full=9, sample=1)
    with _installation(tmp_path) as (app, scene, batch_id):
        for number in range(kills):
            with _worker(tmp_path) as worker:
                _until(worker, batch_id, lambda printed, _state, least=2 * number + 1: printed >= least)
                worker.kill()
            _let_the_lease_run_out(batch_id)
        with _worker(tmp_path) as worker:
            _until(worker, batch_id, lambda _printed, state: state is S.DONE)
        assert_each_once(app, scene, batch_id)
        assert files_on(app) == {each.sha256 for each in in_the_books()}


@contextmanager
def _installation(folder: Path):
    write_keys(folder)
    app = create_app(instance=folder, environment="development")
    with app.app_context():
        db.db.metadata.create_all(db.db.engine)
        scene = Scene(24 if is_full() else 5)
        yield app, scene, scene.ask()
        db.db.session.remove()
        db.db.engine.dispose()


@contextmanager
def _worker(folder: Path):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("YOUTHPROG_")}
    own = {"YOUTHPROG_INSTANCE": str(folder), "YOUTHPROG_ENVIRONMENT": "development", "PYTHONPATH": str(ROOT)}
    command = ["-m", "youthprog.cli", "worker"] if is_full() else ["-c", QUICK]
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, *command], env=clean | own, cwd=ROOT, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def _until(worker, batch_id: int, holds) -> None:
    """Wait until so much is printed, or the batch has come so far."""
    for _look in range(6000):
        with db.reading():
            found = queries.counts_of(batch_id).printed, queries.get_batch(batch_id).state
            db.session().rollback()
        if holds(*found):
            return
        with suppress(subprocess.TimeoutExpired):
            worker.wait(0.03)
            pytest.fail("the worker ended by itself; see worker.log")
    pytest.fail("the worker never came so far")
