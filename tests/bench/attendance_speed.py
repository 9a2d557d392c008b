"""How much a check-in costs, and how soon it is answered. The floors are measured in the same run.

A check-in here is one request to the really served application: signed-in cookie and form token checked, permission,
reach and clearance looked up, kept once, computed, chained in the trail, and on the disk before the answer leaves
(write-ahead log, synchronous FULL). Processor time is user and system time of all processes of the server divided by
the answers; the one who sends has other processes. Rounds alternate, each on a fresh copy of the seeded database; the
first requests are left out; one failed request voids the run.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bench.gate import TWINS, Gate, kept_in, message, seeded
from tests.bench.measure import Measure
from tests.bench.serving import HELLO, OURS, Sent, send, served
from youthprog.attendance import deeds, sayings
from youthprog.attendance.deed_forms import read_message
from youthprog.core import clock, db, prepared, together
from youthprog.core.actor import SYSTEM
from youthprog.programs.types import Occasion

ROUNDS = 5
CLIENTS = 8
REQUESTS = 1200
HELLOS = 6000  # they take a tenth of the time
WARMING = 160


def measures() -> Iterator[Measure]:
    with tempfile.TemporaryDirectory(prefix="youthprog-bench-") as name:
        gate = seeded(Path(name) / "seeded")
        yield from at_the_gate(gate, Path(name))
        yield from five_hundred(gate, Path(name))


# ---- one at a time, eight at once ----


def at_the_gate(gate: Gate, folder: Path) -> Iterator[Measure]:
    """What one check-in costs against a hello, and how late the last of a hundred is answered.

    The floor of the tail is what the same server needs for a hello in its worst moment, and the disk for as many flushes as
    there are phones: that long a phone would wait if its check-in cost nothing and the others went before it one by one.
    A flush alone is no floor: on a quick disk it takes a tenth of a millisecond, and the ratio tells of the disk.
    """
    costs, at_games, tails, against_floor, lost = [], [], [], [], 0
    for _ in range(ROUNDS):
        floor, hello = _round(HELLO, None, lambda port, count, _first: gate.hellos(port, count), b"Hello", HELLOS)
        disk = _flush_seconds(folder)
        where = gate.copy(folder / "round")
        ours, sent = _round(
            OURS, where, lambda port, count, first: gate.checkins(port, count, first=first), b'"kept"', REQUESTS
        )
        kept, whole = kept_in(where)
        assert whole, "the audit chain is broken"
        lost += WARMING + REQUESTS - len(kept)
        costs.append(ours / floor)
        game, _sent = _round(
            OURS,
            gate.copy(folder / "round"),
            lambda port, count, first: gate.checkins(port, count, first=first, at_games=True),
            b'"kept"',
            REQUESTS,
        )
        at_games.append(game / floor)
        tails.append(sent.percentile(99) * 1000)
        against_floor.append(sent.percentile(99) / (hello.percentile(99) + CLIENTS * disk))
    yield Measure("processor time of a check-in, against a served hello", statistics.median(costs), "times", 6)
    yield Measure("the same at a game, where rosters are asked too", statistics.median(at_games), "times", 6)
    yield Measure(f"the slowest of 100 check-ins, {CLIENTS} at once", statistics.median(tails), "ms", 50)
    yield Measure(
        f"the same, against the slowest of 100 hellos and {CLIENTS} flushes",
        statistics.median(against_floor),
        "times",
        20,
    )
    yield Measure("check-ins answered and not kept", lost, "deeds", 0)


def _round(target: str, where: Path | None, requests: Any, good: bytes, count: int) -> tuple[float, Sent]:
    """Processor seconds of the server for one answer, and what was sent."""
    with served(target, where) as server:
        _all_good(send(server.port, requests(server.port, WARMING, 0), clients=CLIENTS, good=good))
        ready = requests(server.port, count, WARMING)
        before = server.processor_seconds()
        sent = send(server.port, ready, clients=CLIENTS, good=good)
        spent = server.processor_seconds() - before
    _all_good(sent)
    return spent / count, sent


def _all_good(sent: Sent) -> None:
    assert not sent.failures, f"{len(sent.failures)} failed, as {sent.failures[0]}"


def _flush_seconds(folder: Path) -> float:
    """What it takes to bring four kilobytes to this disk; the median of many."""
    taken = []
    with (folder / "flushed").open("wb") as file:
        for _ in range(200):
            begun = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


# ---- five hundred in one request ----


def five_hundred(gate: Gate, folder: Path) -> Iterator[Measure]:
    """The time at the cursor of one message with 500 arrivals, and of the bare rows it writes. SQLite works in this very
    process, and waits for the disk only in the commit: its time is processor time."""
    ours, floor = [], []
    with gate.app.app_context():
        for gathering_id in gate.gathering_ids[-7:]:
            floor.append(_bare(gate, gathering_id))
            ours.append(_at_cursor(gate, gathering_id))
    yield Measure(f"database time of {TWINS} arrivals in one request", 1000 * statistics.median(ours), "ms", 20)
    yield Measure(
        "the same, against plainly inserting the rows", statistics.median(ours) / statistics.median(floor), "times", 4
    )


def _at_cursor(gate: Gate, gathering_id: int) -> float:
    """The processor time of every statement of one message, from its sending to its last row."""
    spent, made = [0.0], prepared._Made
    plain = {"send": made.send, "rows": made.rows}

    def timed(way: str) -> Any:
        def work(*values: Any) -> Any:
            begun = time.thread_time()
            with pytest.MonkeyPatch.context() as patch:  # what sends the rows' statement is timed with them
                patch.setattr(made, "send", plain["send"])
                found = plain[way](*values)
            spent[0] += time.thread_time() - begun
            return found

        return work

    now = clock.now()
    said = [each for _id, each in read_message(message(gate.youth_ids)).deeds if each is not None]
    place = Occasion(gathering_id, gate.season_id, gate.group_id, now, now, None)
    with pytest.MonkeyPatch.context() as patch:
        for way in plain:
            patch.setattr(made, way, timed(way))
        heard = together.keep(deeds.hear, place, said, by=SYSTEM, now=now)
    assert len(heard.holds) == TWINS
    return spent[0]


def _bare(gate: Gate, gathering_id: int) -> float:
    """The same rows, by the driver's own way of many at once, and undone again."""
    now = prepared.stored(clock.now())
    marks = [(gathering_id, who, "present", now, now, "gate", 1, f"bare-{who}") for who in gate.youth_ids]
    told = [(f"bare-{who}", gathering_id, who, "arrive", "present", now, now, "[]") for who in gate.youth_ids]
    connection = db.raw_writer(db.engine())
    connection.execute("BEGIN IMMEDIATE")
    begun = time.thread_time()
    connection.executemany(
        f"INSERT INTO {sayings.DEEDS.name} (client_id, gathering_id, youth_id, kind, mark, at, received_at, saw)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)", told,
    )  # fmt: skip
    connection.executemany(
        f"INSERT INTO {sayings.MARKS_KEPT.name} (gathering_id, youth_id, mark, marked_at, in_at, device, version, said)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)", marks,
    )  # fmt: skip
    spent = time.thread_time() - begun
    connection.execute("ROLLBACK")
    connection.close()
    return spent
