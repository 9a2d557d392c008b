"""May an adult serve on a day? Whoever assigns an adult asks here, and `wiring` says who answers.

`programs` (storey 5) lets adults lead groups, and what they must hold is kept one storey above it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import Flask, current_app

from youthprog.core.refusals import Refusal

JUDGE, AT_MEETINGS, ELSEWHERE = "youthprog.serving", "youthprog.serving_at", "youthprog.serving_elsewhere"


@dataclass(frozen=True)
class Look:
    """What was found about somebody who is to serve on a day.

    `refusals` say why not; `permits` are the keys of the exceptions without which it would be no: whoever assigns
    writes them down. `warnings` hold nobody up.
    """

    refusals: tuple[Refusal, ...] = ()
    permits: tuple[int, ...] = ()
    warnings: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class Adults:
    """Who leads a meeting: how many of them are cleared on its day, how many it needs, and why others are not."""

    cleared: int
    needed: int
    not_cleared: tuple[tuple[int, str, tuple[Refusal, ...]], ...] = ()

    @property
    def are_too_few(self) -> bool:
        """Whether fewer cleared adults lead it than it needs."""
        return self.cleared < self.needed


NOTHING = Look()
Judge = Callable[[Sequence[int], int, date, str, int], Mapping[int, Look]]
AtMeetings = Callable[[Collection[int]], Mapping[int, Adults]]
Served = tuple[int, datetime, datetime]
Elsewhere = Callable[[Collection[int], datetime, datetime], Iterable[Served]]


def install(app: Flask, judge: Judge, at_meetings: AtMeetings, elsewhere: Sequence[Elsewhere] = ()) -> None:
    """Say who judges (person ids, program id, day, role, minutes more), who looks at meetings, and who knows of time
    that adults give otherwise than as leaders of groups."""
    app.extensions[JUDGE], app.extensions[AT_MEETINGS] = judge, at_meetings
    app.extensions[ELSEWHERE] = tuple(elsewhere)


def look_at(person_id: int, *, program_id: int, on: date, role: str, minutes: int = 0) -> Look:
    """What is found about one person who is to serve in a role on a day, for so many minutes more than they do already."""
    found = current_app.extensions[JUDGE]([person_id], program_id, on, role, minutes)
    look: Look = found.get(person_id, NOTHING)
    return look


def adults_at(gathering_ids: Collection[int]) -> Mapping[int, Adults]:
    """Who leads each of these meetings; nothing of those where the department asks nothing."""
    found: Mapping[int, Adults] = current_app.extensions[AT_MEETINGS](gathering_ids)
    return found


def served_elsewhere(person_ids: Collection[int], from_at: datetime, until_at: datetime) -> list[Served]:
    """What people serve, or are set to serve, otherwise than as leaders of groups: (person, from when, until when).

    Begun from `from_at` on and before `until_at`. One statement for each room that knows of any.
    """
    return [each for source in current_app.extensions[ELSEWHERE] for each in source(person_ids, from_at, until_at)]
