"""A season in which children came to a practice, and batches of it printed in this process, without a process beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from tests.makers.accounts import make_account
from tests.makers.people import make_youth
from tests.makers.programs import join, make_gathering, make_season, make_team
from youthprog.access.models import Account
from youthprog.access.queries import actor_of
from youthprog.access.types import Role
from youthprog.attendance.models import AttendanceMark, Register
from youthprog.attendance.types import Mark
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.documents import lettering
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.reports.batches import queries, services, work
from youthprog.reports.batches.models import PrintBatch

SIGNED = {"signatory": "Ana Ruiz", "role": "Chief of Police"}


class Scene:
    """A season under way with a team, and so many children who came once; a coordinator who may print."""

    def __init__(self, children: int = 3, account: Account | None = None) -> None:
        on = clock.today()
        season = make_season(starts_on=on - timedelta(40), ends_on=on + timedelta(40), age_cutoff_on=on)
        self.team = make_team(season)
        self.group = self.team.group
        self.gathering = make_gathering(self.group, clock.now() - timedelta(days=3))
        then = self.gathering.ends_at
        db.session().add(Register(gathering_id=self.gathering.id, taken_at=then, saved_at=then))
        self.season_id = season.id
        self.youth = [self.add(f"Child{number}", f"Family{number:02}") for number in range(children)]
        self.account = account or make_account(Role.COORDINATOR)
        db.session().commit()

    def add(self, given: str, family: str) -> Person:
        """One more child who came."""
        youth = make_youth(given, family)
        db.session().refresh(self.group, ["season"])
        join(youth, self.group)
        mark = AttendanceMark(
            gathering_id=self.gathering.id, youth_id=youth.id, mark=Mark.PRESENT, marked_at=clock.now()
        )
        db.session().add(mark)
        db.flush()
        return youth

    @property
    def actor(self) -> Actor:
        """The coordinator as they may act today."""
        found = actor_of(self.account.person_id, clock.today())
        assert found is not None
        return found

    def ask(self, kind: str = "participation", **how: Any) -> int:
        """Ask for a batch; its key."""
        season = programs.get_season(self.season_id)
        how = {"group_id": None, "options": SIGNED, "by": self.actor, "now": clock.now()} | how
        batch = services.ask(season, queries.kinds()[kind], **how)
        db.session().commit()
        return batch.id


class Inline:
    """In place of `Beside`: the other process's work, done here."""

    def __init__(self, module: str, task: Any, **_how: Any) -> None:
        self.said: list[Any] = []
        if module == work.LETTERING:
            lettering.work(task, self.said.append, lambda: False)
        else:
            files, target = task
            target.write_bytes(b"".join(each if isinstance(each, bytes) else each.read_bytes() for each in files))
            self.said.append(target.stat().st_size)

    def __enter__(self) -> Inline:
        return self

    def __exit__(self, *_problem: object) -> None:
        """Nothing is left of it."""

    def next(self, _seconds: float) -> Any:
        """What it says next."""
        if not self.said:
            raise work.Ended
        return self.said.pop(0)


def steps(batch_id: int, *, seconds: float = 1000.0) -> Iterator[None]:
    """A worker's steps at a batch, each committed, as `do_chores` does."""
    if services.take_up(batch_id, now=clock.now()):
        db.session().commit()
        for _step in work.at_work(batch_id, seconds=seconds):
            db.session().commit()
            yield
        db.session().commit()


def printed(batch_id: int) -> PrintBatch:
    """Let a worker do all there is to do; the batch."""
    for _step in steps(batch_id):
        pass
    db.session().expire_all()
    return queries.get_batch(batch_id)
