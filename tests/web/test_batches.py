"""Papers for many on the screen: asked for, looked after, fetched by who may see everybody in them, and by nobody else."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.batches import SIGNED, Inline, Scene, printed
from youthprog.access.queries import actor_of
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.core import clock, db
from youthprog.documents import services as documents
from youthprog.documents.models import Document
from youthprog.people.models import CustodyRestriction
from youthprog.programs.models import Season
from youthprog.reports.batches import queries, services, work


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    monkeypatch.setattr(work, "Beside", Inline)


@pytest.fixture
def scene(session):
    return Scene()


@pytest.fixture
def coordinator(visitor, scene):
    return visitor.sign_in(scene.account)


def ask(coordinator, scene, **values) -> int:
    page = coordinator.post(
        f"/seasons/{scene.season_id}/print", {"kind": "participation", "group": "", **SIGNED, **values}
    )
    return int(page.link("Look again").rpartition("/")[2])


def lines(action: str) -> list[AuditEntry]:
    return list(db.session().scalars(sa.select(AuditEntry).where(AuditEntry.action == action)))


def test_asked_printed_and_fetched(coordinator, scene):
    page = coordinator.get(f"/seasons/{scene.season_id}/print")
    assert page.h1 == "Print for many"
    batch_id = ask(coordinator, scene)
    waiting = coordinator.get(f"/batches/{batch_id}")
    assert [(bar.get("value"), bar.get("max")) for bar in waiting.all("progress")] == [("0", "3")]
    assert "0 of 3 printed" in waiting.text
    assert coordinator.raw(f"/batches/{batch_id}/papers.pdf").status_code == 404
    printed(batch_id)
    db.session().commit()
    done = coordinator.get(f"/batches/{batch_id}")
    assert "All are printed." in done.text
    one = coordinator.raw(f"/batches/{batch_id}/papers.pdf")
    assert one.status_code == 200
    assert one.headers["Content-Disposition"] == f'attachment; filename="participation-{batch_id}.pdf"'
    assert int(one.headers["Content-Length"]) == len(one.data)
    with zipfile.ZipFile(BytesIO(coordinator.raw(f"/batches/{batch_id}/papers.zip").data)) as each:
        assert each.testzip() is None
        assert each.namelist() == ["Child0 Family00.pdf", "Child1 Family01.pdf", "Child2 Family02.pdf"]
        found = {name.partition(" ")[0]: each.read(name) for name in each.namelist()}
    for document, youth in zip(
        db.session().scalars(sa.select(Document).order_by(Document.id)), scene.youth, strict=True
    ):
        assert found[youth.given_name] == documents.load_bytes(document)
        assert not any(document.code in name for name in found)
    assert [line.detail["file"] for line in lines("batch.fetched")] == ["papers.pdf", "papers.zip"]
    assert lines("batch.fetched")[0].actor_person_id == scene.account.person_id
    assert "Certificates of participation" in coordinator.get("/today").text


def test_what_is_missing_stands_beside_its_field(coordinator, scene):
    page = coordinator.post(f"/seasons/{scene.season_id}/print", {"kind": "participation", "group": ""}, status=422)
    assert "Write who signs." in page.text
    page = coordinator.post(f"/seasons/{scene.season_id}/print", {"kind": "diploma", "group": "", **SIGNED}, status=422)
    ask(coordinator, scene)
    page = coordinator.post(
        f"/seasons/{scene.season_id}/print", {"kind": "participation", "group": "", **SIGNED}, status=409
    )
    assert "These papers are being printed already." in page.text


def test_a_whole_program_is_chosen_on_the_page_of_a_season(coordinator, scene):
    address = f"/seasons/{scene.season_id}/print"
    days = {"group": "program", "first": "2031-01-01", "last": "2031-02-01"}
    page = coordinator.post(address, {"kind": "participation", **SIGNED, **days}, status=422)
    assert "No season of this program lies in these days." in page.text
    batch_id = ask(coordinator, scene, group="program", mail="y")
    page = coordinator.get(f"/batches/{batch_id}")
    assert "The whole program" in page.text
    assert "The whole program" in coordinator.get(address).text
    assert "The whole program" in coordinator.get("/today").text
    assert queries.get_batch(batch_id).options["mail"] is True


def test_words_of_an_award_stand_beside_their_fields(coordinator, scene):
    page = coordinator.post(f"/seasons/{scene.season_id}/print", {"kind": "award", "group": "", **SIGNED}, status=422)
    assert "Write what the award is called, in Spanish." in page.text


def test_stopped_and_gone_on_with(coordinator, scene):
    batch_id = ask(coordinator, scene)
    page = coordinator.post(f"/batches/{batch_id}/stop")
    assert "It stops after the papers in hand." in page.text
    printed(batch_id)
    db.session().commit()
    page = coordinator.get(f"/batches/{batch_id}")
    assert "Stopped." in page.text
    coordinator.post(f"/batches/{batch_id}/go-on")
    printed(batch_id)
    db.session().commit()
    page = coordinator.post(f"/batches/{batch_id}/go-on", status=409)
    assert "All are printed." in page.text


def test_who_may_not_see_everybody_fetches_nothing_and_is_offered_new_ones(app, visitor, scene, session):
    """A court keeps this coordinator from one child: a colleague's batch, which has that child in it, is closed."""
    batch = printed(scene.ask())
    session.commit()
    colleague = make_account(Role.COORDINATOR)
    kept_from = scene.youth[1]
    row = CustodyRestriction(
        adult_id=colleague.person_id, youth_id=kept_from.id, no_collect=False, no_decide=False, no_information=True,
        starts_on=clock.today() - timedelta(days=3), recorded_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    session.commit()
    other = visitor.sign_in(colleague)
    page = other.get(f"/batches/{batch.id}")
    assert "It names somebody whom you may not see this way" in page.text
    assert "Family01" not in page.text_source
    for which in ("papers.pdf", "papers.zip"):
        refused = other.raw(f"/batches/{batch.id}/{which}")
        assert refused.status_code == 409
        assert b"Child1" not in refused.data
        assert b"%PDF" not in refused.data
    assert lines("batch.fetched") == []
    own = services.ask(
        session.get_one(Season, scene.season_id), queries.kinds()["participation"], group_id=None, options=SIGNED, again=True,
        by=actor_of(colleague.person_id, clock.today()), now=clock.now(),
    )  # fmt: skip
    assert own.total == 2


def test_a_revoked_certificate_closes_its_batch(coordinator, scene, session):
    batch = printed(scene.ask())
    documents.revoke(session.scalars(sa.select(Document)).first(), reason="Wrong season", now=clock.now())
    session.commit()
    assert "A certificate in it was revoked" in coordinator.get(f"/batches/{batch.id}").text
    assert coordinator.raw(f"/batches/{batch.id}/papers.zip").status_code == 409


def test_names_that_cannot_be_drawn_are_listed(coordinator, scene, session):
    scene.add("若曦", "欧阳")
    session.commit()
    batch = printed(scene.ask())
    session.commit()
    page = coordinator.get(f"/batches/{batch.id}")
    assert "若曦 欧阳" in page.text
    assert "No typeface here can draw" in page.text
    assert page.all("progress") == []


def test_the_page_of_a_batch_sends_as_many_statements_for_many(coordinator, scene, session, statements):
    first = printed(scene.ask()).id
    session.commit()
    for number in range(3, 9):
        scene.add(f"Child{number}", f"Family{number:02}")
    session.commit()
    second = printed(scene.ask(again=True)).id
    session.commit()
    counts = []
    for batch_id in (first, second):
        statements.clear()
        coordinator.get(f"/batches/{batch_id}")
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 12, counts
