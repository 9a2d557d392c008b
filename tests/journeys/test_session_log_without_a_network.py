"""Mentor: killed at any point (network, tab, server, sign-in) a log is neither lost nor doubled."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from urllib.request import urlopen

import pytest

from tests.journeys.conftest import PHONE, Traveler
from tests.support.proofs import cases
from tests.support.wire import Wire

MOST_TAPS = 3
OFFLINE_LOGS = 20
PATIENCE = 60_000  # ms: beside others a server that was just killed takes its time
WHAT = ("network", "tab", "server", "session")
# Where it happens: while the form is filled in, as it is saved, while it is sent, after the server heard and before it answered.
WHEN = ("filling", "filled", "saving", "heard")


COUNT = """async () => {
  const outbox = await import(document.querySelector('[data-outbox]').dataset.outbox);
  await outbox.flush().catch(() => {});
  return outbox.count();
}"""


SETTLED_SECONDS = 6  # a server that loses two processes within five and a half seconds takes it for a fault, and ends


def _told_of(process: int) -> list[str]:
    """What the kernel tells of a process, from its state on."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()


def _age(process: int) -> float:
    """For how many seconds a process has been there."""
    ticks = int(_told_of(process)[19])
    return float(Path("/proc/uptime").read_text().split()[0]) - ticks / os.sysconf("SC_CLK_TCK")


class Mentor:
    """A mentor's phone with a wire of its own."""

    def __init__(self, traveler: Traveler, wire: Wire, installation):
        self.traveler, self.wire, self.installation = traveler, wire, installation
        traveler.url = wire.url
        traveler.context.set_default_timeout(PATIENCE)
        self.page = traveler.sign_in("mentor")
        self.page.get_by_role("link", name="Log a session").first.click()
        self.page.locator("html[data-keeps]").wait_for()
        self.path = re.sub(r"^https?://[^/]+", "", self.page.url)

    def rows(self) -> dict[str, int]:
        """How often each sentence was logged, on the server."""
        with closing(sqlite3.connect(f"file:{self.installation.folder / 'youthprog.db'}?mode=ro", uri=True)) as base:
            found = base.execute("SELECT note, count(*) FROM session_log WHERE note LIKE 'Kill %' GROUP BY note")
            return dict(found.fetchall())

    def open(self) -> None:
        """Open the log, from the network or from the phone."""
        self.page.goto(self.wire.url + self.path)
        self.page.locator("html[data-ready]").wait_for()

    def fill(self, words: str) -> None:
        self.page.get_by_label("A sentence for the file").fill(words)
        self.page.get_by_role("radio", name="Yes", exact=True).check()
        self.page.wait_for_timeout(250)  # what is typed is on disk after 150 ms

    def save(self) -> None:
        self.page.get_by_role("button", name="Save session").click()

    def kill_tab(self) -> None:
        self.page.close()
        self.page = self.traveler.page = self.traveler.context.new_page()

    def end_sign_in(self) -> None:
        """The sign-in ends on the server's side, as after hours of doing nothing."""
        with closing(sqlite3.connect(self.installation.folder / "youthprog.db", timeout=10)) as base, base:
            base.execute("UPDATE user_session SET ended_at = created_at WHERE ended_at IS NULL")

    def sign_in_again(self) -> None:
        """In the full proof oftener than anybody may in an hour."""
        with closing(sqlite3.connect(self.installation.folder / "youthprog.db", timeout=10)) as base, base:
            base.execute("DELETE FROM throttle")
        self.traveler.sign_in("mentor")

    def kill_server(self) -> None:
        """Kill the process that answers, in the middle of its work; the server starts another one."""
        ours = self.installation.web_processes()
        for process in ours:
            if int(_told_of(process)[1]) in ours:
                while _age(process) < SETTLED_SECONDS:
                    time.sleep(0.1)
                os.kill(process, signal.SIGKILL)

    def wait_for_server(self) -> None:
        """Until it answers again."""
        for _time in range(300):
            with suppress(OSError), urlopen(f"{self.installation.url}/healthz", timeout=2):
                return
            time.sleep(0.1)
        raise AssertionError("no server came back")

    def waiting(self) -> int:
        """How many logs and drafts wait on the phone."""
        return int(self.page.evaluate(COUNT))

    def sent(self) -> None:
        """Wait until nothing waits any more."""
        for _time in range(100):
            if self.waiting() == 0:
                return
            self.page.wait_for_timeout(200)
        raise AssertionError(f"{self.waiting()} still wait")


def do(mentor: Mentor, what: str) -> None:
    if what == "network":
        mentor.wire.cut()
    elif what == "tab":
        mentor.kill_tab()
    elif what == "server":
        mentor.kill_server()
    elif what == "session":
        mentor.end_sign_in()


def kill_at(mentor: Mentor, words: str, what: str, when: str) -> None:
    """Log a session, kill `what` at `when`, come back, and finish what a person would finish: press save if the form is there."""
    mentor.open()
    mentor.fill(words if when != "filling" else words[:-1])
    if when in ("filling", "filled"):
        do(mentor, what)
    if when == "heard":
        mentor.wire.deaf = True
    if when in ("saving", "heard"):
        mentor.save()
        mentor.page.wait_for_timeout(30 if when == "saving" else 300)
        do(mentor, what)
    mentor.wire.deaf = False
    mentor.wait_for_server()
    mentor.wire.cut()  # a wire that found no server at its other end is a new one
    mentor.wire.mend()
    if what == "session":
        mentor.sign_in_again()
    come_back(mentor, words)


def come_back(mentor: Mentor, words: str) -> None:
    """What waits is sent by any page; a form that was not saved is there again, as it was left."""
    mentor.traveler.go("/today")
    mentor.sent()
    if mentor.rows().get(words):
        return
    mentor.open()
    box = mentor.page.get_by_label("A sentence for the file")
    assert box.input_value() in (words, words[:-1]), f"{words}: the draft says {box.input_value()!r}"
    box.fill(words)
    mentor.page.wait_for_timeout(250)
    mentor.save()
    mentor.page.wait_for_url(re.compile(r"/matches/\d+$"))


@pytest.mark.proof("killed at any point, no session log is lost and none doubled", room="mentorship")
def test_kill_points(travelers, installation):
    count = cases(full=50, sample=3)
    chance = Random(20261127)
    points = [(what, when) for what in WHAT for when in WHEN]
    chosen = [points[number % len(points)] for number in range(count)] if count > 5 else chance.sample(points, count)
    with Wire(int(installation.url.rsplit(":", 1)[1])) as wire:
        mentor = Mentor(travelers(PHONE), wire, installation)
        for number, (what, when) in enumerate(chosen):
            words = f"Kill {number:02} {what} {when}."
            kill_at(mentor, words, what, when)
            assert mentor.rows().get(words) == 1, words
        assert len(mentor.rows()) == count


def test_twenty_logs_without_a_network_come_in_their_order(travelers, installation):
    count = cases(full=OFFLINE_LOGS, sample=3)
    with Wire(int(installation.url.rsplit(":", 1)[1])) as wire:
        mentor = Mentor(travelers(PHONE), wire, installation)
        wire.cut()
        for number in range(count):
            mentor.open()
            mentor.fill(f"Off {number:02}")
            mentor.save()
            mentor.page.get_by_text("Saved on this phone.").wait_for()
        assert mentor.waiting() == count
        wire.mend()
        mentor.traveler.go("/today")
        mentor.sent()
        with closing(sqlite3.connect(f"file:{installation.folder / 'youthprog.db'}?mode=ro", uri=True)) as base:
            rows = base.execute("SELECT note FROM session_log WHERE note LIKE 'Off %' ORDER BY id").fetchall()
        assert [note for (note,) in rows] == [f"Off {number:02}" for number in range(count)]
