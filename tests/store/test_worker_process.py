"""The worker as a process of its own: killed in mid-send it loses no mail; told to stop it finishes what is in hand."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller

from tests.support.houses import write_keys
from tests.support.mail import HOST, free_port
from youthprog import create_app
from youthprog.consent.cases import WantedLine
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.outreach import services
from youthprog.outreach.models import Message
from youthprog.outreach.types import Delivery, Recipient

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30


class SlowPost:
    """A mail server that says when a mail is on its way in, and takes it only when let."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.let = threading.Event()
        self.taken = threading.Semaphore(0)
        self.count = 0

    async def handle_DATA(self, _server, _session, _envelope):
        self.begun.release()
        while not self.let.is_set():
            await asyncio.sleep(0.01)
        self.count += 1
        self.taken.release()
        return "250 taken"


@pytest.fixture
def post():
    slow = SlowPost()
    controller = Controller(slow, hostname=HOST, port=free_port())
    controller.start()
    slow.port = controller.port
    yield slow
    slow.let.set()
    controller.stop()


@pytest.fixture
def house(tmp_path, post):
    write_keys(tmp_path)
    app = create_app(instance=tmp_path, environment="development", smtp_url=f"smtp://{HOST}:{post.port}")
    with app.app_context():
        db.db.metadata.create_all(db.db.engine)
        to = Recipient("Rosa Aguilar", "rosa@family.example", "en")
        values = {
            "guardian": "Rosa", "child": "Mateo", "names": ["Mateo"], "program": "Flag football", "count": 1,
            "wanted": [WantedLine("Mateo", ("Permission to play",))], "link": "https://y.example/c/x",
        }  # fmt: skip
        services.send(
            "consent_request", "consent/mail/request", to=to, subject_id=None,
            values=values | {"link_until": clock.now()}, by=SYSTEM, now=clock.now(),
        )  # fmt: skip
        db.session().commit()
        yield app
        db.db.session.remove()
        db.db.engine.dispose()


@pytest.fixture
def worker(tmp_path, post):
    started: list[subprocess.Popen[bytes]] = []

    def start():
        clean = {name: value for name, value in os.environ.items() if not name.startswith("YOUTHPROG_")}
        own = {"YOUTHPROG_INSTANCE": str(tmp_path), "YOUTHPROG_SMTP_URL": f"smtp://{HOST}:{post.port}"}
        command = [sys.executable, "-m", "youthprog.cli", "worker"]
        log = (tmp_path / "worker.log").open("ab")
        started.append(subprocess.Popen(command, env=clean | own, cwd=ROOT, stdout=log, stderr=log))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def the_message() -> Message:
    db.session().rollback()
    return db.session().scalars(sa.select(Message)).one()


def test_a_worker_killed_in_mid_send_loses_no_mail(house, worker, post):
    first = worker()
    assert post.begun.acquire(timeout=PATIENCE), "the worker never sent"
    first.send_signal(signal.SIGKILL)
    first.wait(PATIENCE)
    message = the_message()
    assert message.delivery is Delivery.SENDING
    message.lease_until = clock.now() - timedelta(seconds=1)  # the lease runs out
    db.session().commit()
    post.let.set()
    second = worker()
    assert post.begun.acquire(timeout=PATIENCE), "nobody took the message up again"
    assert post.taken.acquire(timeout=PATIENCE)
    second.send_signal(signal.SIGTERM)
    assert second.wait(PATIENCE) == 0
    assert the_message().delivery is Delivery.SENT


def test_a_worker_told_to_stop_finishes_the_mail_in_hand(house, worker, post):
    process = worker()
    assert post.begun.acquire(timeout=PATIENCE), "the worker never sent"
    process.send_signal(signal.SIGTERM)
    post.let.set()
    assert process.wait(PATIENCE) == 0
    assert the_message().delivery is Delivery.SENT
    assert post.count == 1
