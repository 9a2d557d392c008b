"""May a youth take part on a day? Every room that can object is asked; `wiring.CLEARANCE` names them.

Attendance and consent are strangers on one storey; this is how the register knows who is not cleared.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Flask, current_app


@dataclass(frozen=True)
class NotCleared:
    """One reason why a youth may not take part on a day.

    `state` is missing, expired or waiting; `word` is the badge ("Medical form"); `sentence` says why or
    since when. Both are msgids; `values` fills the sentence.
    """

    youth_id: int
    code: str
    state: str
    word: str
    sentence: str
    values: tuple[tuple[str, object], ...] = ()


Objector = Callable[[Sequence[int], int, date], Iterable[NotCleared]]


def install(app: Flask, objectors: Iterable[Objector]) -> None:
    """Say who may object. Each gets (youth ids, season id, day)."""
    app.extensions["youthprog.clearance"] = tuple(objectors)


def not_cleared(youth_ids: Sequence[int], season_id: int, on: date) -> dict[int, list[NotCleared]]:
    """The reasons, by youth, why youth of a season may not take part on a day; cleared youth are absent."""
    found: dict[int, list[NotCleared]] = {}
    for objector in current_app.extensions["youthprog.clearance"]:
        for reason in objector(youth_ids, season_id, on):
            found.setdefault(reason.youth_id, []).append(reason)
    return found
