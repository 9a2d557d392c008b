"""The worker's part of a schedule: take what was asked for, let a process of its own make it, keep the result.

No lock is held while it is made, and nothing that is published is touched: a crash leaves the season as it was.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.core.beside import Beside
from youthprog.leagues.season import queries, spec_queries
from youthprog.leagues.season.faults import faults_of
from youthprog.leagues.season.models import Fixture, ScheduleRun
from youthprog.leagues.season.types import FixtureState, Plan, RunState, SeasonSpec
from youthprog.programs import queries as programs

log = logging.getLogger("youthprog.worker")
MAKE_SECONDS = 20.0
CHILD = "youthprog.leagues.season.child"
LOOK_SECONDS = 0.5  # between two looks whether somebody ends the worker
GRACE_SECONDS = 60.0  # beyond making and bettering
SILENT = timedelta(seconds=60)  # after which a making counts as dead
ENDS = {"made": RunState.DONE, "impossible": RunState.IMPOSSIBLE, "not_found": RunState.NOT_FOUND}


def make_schedules(now: datetime) -> Iterator[None]:
    """Make the schedule that was asked for first, if any; each step is committed by who calls."""
    db.begin_reading()  # every second somebody looks: that takes no lock
    waits = queries.work_waits(now - SILENT)
    db.begin_writing()
    if not waits:
        return
    _bury(now)
    yield
    run = queries.next_asked()
    if run is None:
        return
    run_id, season_id = run.id, run.season_id
    if not _step(run_id, (RunState.ASKED,), state=RunState.RUNNING, seen_at=now):
        return
    yield
    try:
        spec = spec_queries.spec_to_make(programs.get_season(season_id))
        yield
        yield from _make(run_id, season_id, spec)
    except Exception:
        db.session().rollback()
        log.exception("a schedule could not be made")
        _step(run_id, queries.OPEN_RUNS, state=RunState.FAILED, ended_at=clock.now())
    yield


def _bury(now: datetime) -> None:
    """A making without a sign of life ended with the worker that had it."""
    table = db.table(ScheduleRun)
    db.session().execute(
        sa.update(table)
        .where(table.c.state == RunState.RUNNING, table.c.seen_at < now - SILENT)
        .values(state=RunState.FAILED, ended_at=now)
    )


def _step(run_id: int, states: tuple[RunState, ...], **values: Any) -> bool:
    """Note a step of a making, if it is still in one of these states."""
    table = db.table(ScheduleRun)
    statement = sa.update(table).where(table.c.id == run_id, table.c.state.in_(states)).values(**values)
    return db.session().execute(statement).rowcount == 1  # type: ignore[attr-defined]


def _make(run_id: int, season_id: int, spec: SeasonSpec) -> Iterator[None]:
    best: Plan | None = None
    began = 0.0
    with made_beside(spec, MAKE_SECONDS) as messages:
        for told in messages:
            if told is None:
                yield  # nothing is held while the other process works, and whoever ends the worker ends it here
            elif best is None:
                if told.outcome.value != "made":
                    state = ENDS[told.outcome.value]
                    _step(run_id, (RunState.RUNNING,), state=state, ended_at=clock.now(), cause=_said(told))
                    return
                best, began = told.plan, time.monotonic()
            else:
                best = told.plan
                share = min(1.0, round((time.monotonic() - began) / max(MAKE_SECONDS, 0.1), 2))
                progress = {"tries": told.tries, "points": told.points, "games": len(best.games), "share": share}
                if not _step(run_id, (RunState.RUNNING,), progress=progress, seen_at=clock.now()):
                    return
                stopped = _stop_asked(run_id)
                yield
                if stopped:
                    break
    if best is None:
        raise RuntimeError("the process that makes schedules said nothing")
    faults = faults_of(best, spec)
    if faults:  # the checker trusts nothing of what makes schedules
        raise RuntimeError(f"a schedule broke its rules: {faults[0].kind}")
    _keep(season_id, best)
    if _step(run_id, (RunState.RUNNING,), state=RunState.DONE, ended_at=clock.now()):
        record("schedule.made", "season", season_id, by=SYSTEM, now=clock.now(), games=len(best.games), run_id=run_id)
    else:
        db.session().rollback()


def _said(answer: Any) -> dict[str, Any]:
    """Why there is no schedule, as plain values."""
    if answer.cause is None:
        return {"unplaced": len(answer.plan.unplaced)}
    values = asdict(answer.cause)
    values["dates"] = [day.isoformat() for day in answer.cause.dates]
    return values


def _stop_asked(run_id: int) -> bool:
    table = db.table(ScheduleRun)
    return db.session().scalar(sa.select(table.c.stop_asked_at).where(table.c.id == run_id)) is not None


def _keep(season_id: int, plan: Plan) -> None:
    """Put the schedule in the place of the draft before it."""
    for row in queries.drafts_of(season_id):
        db.session().delete(row)
    db.flush()
    numbers = {
        spec_queries.division_key(line.division_id): line.division_id for line in queries.divisions_of(season_id)
    }
    for game in plan.games:
        slot, pairing = game.slot, game.pairing
        db.session().add(
            Fixture(
                season_id=season_id,
                division_id=numbers[pairing.division],
                home_team_id=int(pairing.home),
                away_team_id=int(pairing.away),
                venue_id=int(slot.venue),
                starts_at=queries.moment_of(slot.day, slot.starts),
                ends_at=queries.moment_of(slot.day, slot.ends),
                state=FixtureState.DRAFT,
            )
        )
    db.flush()


@contextmanager
def made_beside(spec: SeasonSpec, seconds: float) -> Iterator[Iterator[Any]]:
    """What a process beside the worker finds out about a season: first the answer, then its progress. It ends with the block."""
    with Beside(CHILD, (spec, seconds), most_seconds=2 * seconds + GRACE_SECONDS) as maker:
        yield maker.messages(LOOK_SECONDS)
