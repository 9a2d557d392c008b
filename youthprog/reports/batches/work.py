"""The worker's part of a batch: look at all names, then print some papers at a time and record each once, then join them.

Nothing is held while the press works. A worker that is killed leaves the batch to the next one after a minute, which
goes on with the first paper that is not ticked off; files that were kept and not recorded are taken away first.
"""

import hashlib
import logging
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from flask import current_app

from youthprog.access import queries as access
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor, Grant
from youthprog.core.beside import Beside, Ended
from youthprog.core.permissions import P, Reach
from youthprog.core.refusals import N_, Refused
from youthprog.documents import services as documents
from youthprog.reports.batches import queries, services
from youthprog.reports.batches.types import BatchKind, BatchState, Paper, Task

log = logging.getLogger("youthprog.worker")
AT_ONCE = 10  # papers in one transaction
LOOKED_AT_ONCE = 100
STINT_SECONDS = 15.0  # after which other long work gets its turn
LOOK_SECONDS = 0.5
JOIN_SECONDS = 600.0
LETTERING, JOINING = "youthprog.documents.lettering", "youthprog.documents.joining"
IN_HAND = "in-hand"
NOT_ANY_MORE = N_("Whoever asked for this may not print it any more.")
UNDRAWABLE = N_("No typeface here can draw %(letters)s.")
EVERYTHING = dict.fromkeys(P, (Grant(Reach.EVERYWHERE),))
S = BatchState
Todo = tuple[int, int, int]  # paper, subject, season


def print_what_is_asked(now: datetime) -> Generator[None, None, None]:
    """Print some papers of the batch that was left alone the longest, if any; each step is committed by who calls."""
    with db.reading():  # every second somebody looks: that takes no lock
        batch_id = queries.next_waiting(now)
        db.session().rollback()
    if batch_id is not None and services.take_up(batch_id, now=clock.now()):
        yield
        yield from at_work(batch_id, seconds=STINT_SECONDS)


def at_work(batch_id: int, *, seconds: float) -> Generator[None, None, None]:
    """Work on a batch in hand for a while. It is given out of hand at the end, however that comes."""
    work = _Work(batch_id, time.monotonic() + seconds)
    try:
        yield from work.steps()
    except GeneratorExit:  # the worker is told to end
        services.let_go(batch_id, now=clock.now())
        raise
    except services.Overtaken:
        db.session().rollback()
        work.clear_up()
    except Exception:
        db.session().rollback()
        log.exception("a batch broke off")
        services.end(batch_id, S.FAILED, now=clock.now())
    yield


class _Work:
    """One stint at one batch."""

    def __init__(self, batch_id: int, until: float):
        self.batch_id, self.until = batch_id, until
        with db.reading():
            batch = queries.get_batch(batch_id)
            self.task: Task = queries.task_of(batch)
            self.kind: BatchKind = queries.kinds()[batch.kind]
            self.was_looked_at = batch.looked_at is not None
            self.actor = self._actor(batch.asked_by_id)
            db.session().rollback()

    def _actor(self, person_id: int | None) -> Actor | None:
        """As whom it is printed: whoever asked, as they may act today; the machine's operator, for the command."""
        if person_id is None:
            return Actor(SYSTEM.kind, SYSTEM.name, grants=EVERYTHING)
        found = access.actor_of(person_id, clock.today())
        return found if found is not None and found.may(self.kind.permission) else None

    def steps(self) -> Iterator[None]:
        """Everything that is left to do, or as much of it as there is time for."""
        if self.actor is None:
            services.end(self.batch_id, S.REFUSED, now=clock.now(), trouble=[[0, NOT_ANY_MORE, {}]])
            return
        self.clear_up()
        if not self.was_looked_at:
            trouble = yield from self._look()
            if trouble:
                services.end(self.batch_id, S.REFUSED, now=clock.now(), trouble=trouble)
                return
        services.hold_on(self.batch_id, now=clock.now(), looked_at=clock.now())
        yield
        while True:
            with db.reading():
                todo, stopped = queries.to_print(self.batch_id, AT_ONCE), queries.stop_is_asked(self.batch_id)
                db.session().rollback()
            if stopped or not todo:
                break
            if time.monotonic() > self.until:
                services.let_go(self.batch_id, now=clock.now())
                return
            refused = self._print(todo)
            if refused:
                services.end(self.batch_id, S.REFUSED, now=clock.now(), trouble=refused)
                return
            services.hold_on(self.batch_id, now=clock.now())
            yield
            self._taken_in_hand().unlink(missing_ok=True)  # what was in hand is in the books now
        yield from self._finish(S.STOPPED if todo else S.DONE)

    # Looking ---------------------------------------------------------------------------------------------------

    def _look(self) -> Generator[None, None, list[list[Any]]]:
        """Every reason why a paper cannot be printed, found before the first one is: `[[subject, sentence, values]]`."""
        trouble: list[list[Any]] = []
        names: dict[int, str] = {}
        with db.reading():
            todo = queries.to_print(self.batch_id)
            db.session().rollback()
        for begin in range(0, len(todo), LOOKED_AT_ONCE):
            for _key, paper in self._papers(todo[begin : begin + LOOKED_AT_ONCE]):
                if paper.sheet is not None:
                    names[paper.subject_id] = _lettered(paper.sheet)
                    trouble += [
                        [paper.subject_id, reason.sentence, dict(reason.values)]
                        for reason in documents.refusals_to_print(paper.sheet)
                    ]
            services.hold_on(self.batch_id, now=clock.now())
            yield
        undrawable: dict[int, str] = {}
        if self.kind.sealed:
            for told in self._beside(LETTERING, (names, _instance())):
                undrawable |= told or {}
                yield
        trouble += [[key, UNDRAWABLE, {"letters": " ".join(letters)}] for key, letters in undrawable.items()]
        return trouble

    def _papers(self, todo: Sequence[Todo]) -> list[tuple[int, Paper]]:
        """Some papers as they are today, each with its key, season by season, read without a lock."""
        assert self.actor is not None
        found: list[tuple[int, Paper]] = []
        with db.reading():
            for season_id, lines in groupby(todo, key=itemgetter(2)):
                of_season, task = list(lines), replace(self.task, season_id=season_id)
                subjects = [subject_id for _key, subject_id, _season in of_season]
                made = {each.subject_id: each for each in self.kind.papers(self.actor, task, subjects, clock.now())}
                found += [(key, made[subject_id]) for key, subject_id, _season in of_season]
            db.session().rollback()
        return found

    # Printing --------------------------------------------------------------------------------------------------

    def _print(self, todo: Sequence[Todo]) -> list[list[Any]]:
        """Print some papers and record them. Returns what the press refused after all; then nothing of them is kept."""
        assert self.actor is not None
        now = clock.now()
        papers = self._papers(todo)
        sheets = [paper.sheet for _key, paper in papers if paper.sheet is not None]
        try:
            printed = iter(list(documents.print_many(sheets, now=now)))
        except Refused as refused:
            return [[0, reason.sentence, dict(reason.values)] for reason in refused.reasons]
        kept = []
        for key, paper in papers:
            if paper.sheet is not None:
                kept.append((key, paper, next(printed)))
        if self.kind.sealed:
            self._note_in_hand([each.content for _key, _paper, each in kept])
        about = {"batch_id": self.batch_id, "by": self.actor, "now": now}
        for key, paper in papers:
            if paper.sheet is None:
                services.leave_out(key, paper.refused)
        for key, paper, sheet in kept:
            if self.kind.sealed:
                prepared = documents.keep_printed(paper.sheet, sheet)  # type: ignore[arg-type]
                services.record_sealed(key, paper, prepared, mail=bool(self.task.options.get("mail")), **about)  # type: ignore[arg-type]
            else:
                services.record_loose(key, paper, sheet.content, kind=self.kind, **about)  # type: ignore[arg-type]
        return []

    def _taken_in_hand(self) -> Path:
        return services.file_of(self.batch_id, IN_HAND)

    def _note_in_hand(self, contents: Sequence[bytes]) -> None:
        """Write down which files are about to be kept, for whoever has to take them away if they are never recorded."""
        place = self._taken_in_hand()
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.write_text("\n".join(hashlib.sha256(each).hexdigest() for each in contents))

    def clear_up(self) -> None:
        """Take away what was kept and not recorded, by a worker that died or was overtaken."""
        place = self._taken_in_hand()
        if not place.exists():
            return
        with db.reading():
            for digest in place.read_text().split():
                documents.discard_unrecorded(digest)
            db.session().rollback()
        place.unlink()

    # Ending ----------------------------------------------------------------------------------------------------

    def _finish(self, state: BatchState) -> Iterator[None]:
        """Join what was printed into one file, and end."""
        with db.reading():
            made = queries.made_of(queries.get_batch(self.batch_id))
            db.session().rollback()
        size = None
        if made:
            files: list[Path | bytes] = [self._file(each) for each in made]
            joined = services.file_of(self.batch_id, "joined.pdf")
            joined.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                for told in self._beside(JOINING, (files, joined)):
                    size = told or size
                    services.hold_on(self.batch_id, now=clock.now())
                    yield
                if size is None:
                    raise RuntimeError("the process that joins files said nothing")
                documents.keep_to_fetch(documents.parts_of(joined), services.file_of(self.batch_id, services.ALL))
            finally:
                joined.unlink(missing_ok=True)
        services.end(self.batch_id, state, now=clock.now(), bytes_in_all=size)

    def _file(self, made: queries.Made) -> Path | bytes:
        if made.sha256 is not None:
            return documents.place_of(made.sha256)
        return b"".join(documents.fetched(services.file_of(self.batch_id, f"{made.paper_id}.sealed")))

    def _beside(self, module: str, task: Any) -> Iterator[Any]:
        """What a process beside the worker says, and None while it says nothing."""
        with Beside(module, task, most_seconds=JOIN_SECONDS) as other, suppress(Ended):
            while True:
                yield other.next(LOOK_SECONDS)


def _lettered(sheet: Any) -> str:
    """The text of a sheet that may have no hole: the name, in either script."""
    return f"{getattr(sheet, 'name', '')}{getattr(sheet, 'name_in_own_script', None) or ''}"


def _instance() -> Path:
    found: Path = current_app.config["YOUTHPROG"].instance
    return found
