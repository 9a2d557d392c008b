"""Concerns: taps and bytes of raising one, and what leaves before its letters."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import sqlalchemy as sa
from flask import current_app

from tests.bench.measure import Measure
from tests.makers.accounts import make_account
from tests.makers.concerns import make_concern, make_readers
from tests.makers.people import make_guardian, make_youth
from tests.support.houses import build_house
from tests.support.pages import Visitor
from youthprog.access.types import Role
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.outreach import worker
from youthprog.outreach.models import Message
from youthprog.outreach.types import Channel, Delivery

PAGE_KB = 50
MOST_TAPS = 2
WAITING = 500  # letters in the outbox when the concern comes


def measures() -> Iterator[Measure]:
    with tempfile.TemporaryDirectory() as folder, build_house("sqlite", Path(folder)) as house:
        assert house.app is not None
        with house.app.app_context():
            make_readers()
            guardian = make_guardian(make_youth())
            account = make_account(Role.GUARDIAN, guardian)
            db.session().commit()
            yield from _raising(Visitor(house.app).sign_in(account))
            yield _letters(Actor("link", guardian.name, guardian.id))


def _raising(visitor: Visitor) -> Iterator[Measure]:
    """From today's page: the line at its foot, the button."""
    page, taps = visitor.get("/today"), 0
    page, taps = visitor.get(page.link("Worried about somebody")), taps + 1
    yield Measure("the page on which a concern is raised", len(page.text_source.encode()) / 1000, "kB", PAGE_KB)
    values = page.form()
    page, taps = visitor.post("/concern", values), taps + 1
    assert page.h1 == "We have received it"
    yield Measure("from today's page to a concern that was raised", taps, "taps", MOST_TAPS)


def _letters(by: Actor) -> Measure:
    """A round of the worker is under way when the concern comes: how many letters leave before the two of it."""
    now = clock.now()
    for number in range(WAITING):
        row = Message(
            channel=Channel.EMAIL, kind="consent_request", to_name="Rosa", to_address=f"r{number}@family.example",
            language="en", subject="A form", delivery=Delivery.QUEUED, created_at=now, not_before_at=now,
        )  # fmt: skip
        db.session().add(row)
    db.session().commit()
    left: list[int] = []

    def deliver(message_id: int) -> None:
        left.append(message_id)
        if len(left) == 1:
            make_concern(by, now=clock.now())
            for each in db.session().scalars(sa.select(Message).where(Message.kind == "confidential")):
                each.delivery = Delivery.QUEUED  # as with a mail server
            db.session().commit()

    settings = current_app.config["YOUTHPROG"]
    with patch.object(worker, "deliver", deliver), patch.dict(current_app.config, YOUTHPROG=_with_mail(settings)):
        worker.sweep()
    urgent = set(db.session().scalars(sa.select(Message.id).where(Message.kind == "confidential")))
    before = [each for each in left[1 : left.index(max(urgent)) + 1] if each not in urgent]
    return Measure(f"letters of {WAITING} that leave before those of a concern", len(before), "letters", 0)


def _with_mail(settings: object) -> object:
    return replace(settings, smtp_url="smtp://127.0.0.1:2525")  # type: ignore[type-var]
