"""Who stays away: absences one after the other, decided from what the registers of one group say. Pure.

What counts is what a register says of a youth while in the group, in the order of the meetings:

* a canceled meeting, one without a register, one before the youth joined or after leaving, and one at which nobody
  said anything of the youth do not count: they neither lengthen a run nor end it;
* whoever came (present, late, left early, walked in) ends every run;
* an excused absence lengthens the run of absences, since the youth was not there; it ends the run of unexcused ones,
  since somebody heard from the family in between.

A run is read per group: who is absent from a team and comes to homework club is missed by the coach.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from youthprog.attendance.types import CAME, Mark

LEAST = 2  # nobody is "absent running" after a single meeting
MOST = 10
UNEXCUSED = 3


@dataclass(frozen=True)
class Held:
    """A meeting of the group as it bears on one youth. `mark` is None when nobody said anything."""

    starts_at: datetime
    on: date
    mark: Mark | None
    taken: bool = True
    canceled: bool = False


@dataclass(frozen=True)
class Stay:
    """A time in the group, both days included; `until_on` is None while it lasts."""

    from_on: date
    until_on: date | None = None

    def holds(self, on: date) -> bool:
        """Whether the day lies in it."""
        return self.from_on <= on and (self.until_on is None or on <= self.until_on)


@dataclass(frozen=True)
class Run:
    """The absences of a youth up to the last meeting that counts."""

    absent: int
    unexcused: int
    since: datetime | None
    unexcused_since: datetime | None


NO_RUN = Run(0, 0, None, None)


@dataclass(frozen=True)
class Concern:
    """Why a youth is listed: `unexcused` when three in a row were, else that so many were missed running."""

    count: int
    since: datetime
    unexcused: bool

    @property
    def order(self) -> tuple[bool, int, datetime]:
        """Worst first: unexcused before excused, the longest before the shorter, the oldest before the younger."""
        return not self.unexcused, -self.count, self.since


def counted(meetings: Iterable[Held], stays: Sequence[Stay]) -> list[Held]:
    """The meetings that say something about the youth, the earliest first."""
    said = [
        each
        for each in meetings
        if each.taken and not each.canceled and each.mark is not None and any(stay.holds(each.on) for stay in stays)
    ]
    return sorted(said, key=lambda each: each.starts_at)


def run_of(meetings: Iterable[Held], stays: Sequence[Stay]) -> Run:
    """The absences after which the youth has not come again, and how many of the last ones nobody excused."""
    absent, unexcused = 0, 0
    since = unexcused_since = None
    in_a_row = True
    for each in reversed(counted(meetings, stays)):
        if each.mark in CAME:
            break
        absent, since = absent + 1, each.starts_at
        in_a_row = in_a_row and each.mark is Mark.ABSENT
        if in_a_row:
            unexcused, unexcused_since = unexcused + 1, each.starts_at
    return Run(absent, unexcused, since, unexcused_since)


def concern_of(run: Run, *, running: int, on: date, stays: Sequence[Stay]) -> Concern | None:
    """Whether the run is to be looked into on a day: `running` absences, or three unexcused in a row.

    Only of who still is in the group that day: whoever left is missed by nobody.
    """
    if not any(stay.holds(on) for stay in stays):
        return None
    if run.unexcused >= UNEXCUSED and run.unexcused_since is not None:
        return Concern(run.unexcused, run.unexcused_since, unexcused=True)
    if run.absent >= running and run.since is not None:
        return Concern(run.absent, run.since, unexcused=False)
    return None
