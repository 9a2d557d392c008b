"""May a youth take part on a day, or in one gathering? Every room that can object is asked; `wiring` names them.

Attendance and consent are strangers on one storey; this is how the register knows who is not cleared.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
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
GatheringObjector = Callable[[Mapping[int, Sequence[int]]], Iterable[tuple[int, NotCleared]]]


SurelyCleared = Callable[[Sequence[int], int, date, int], set[int]]


def install(
    app: Flask,
    objectors: Iterable[Objector],
    at_gatherings: Iterable[GatheringObjector] = (),
    surely: Iterable[SurelyCleared] = (),
) -> None:
    """Say who may object. Objectors get (youth ids, season id, day); those to single gatherings their youth by gathering.

    `surely` are quick looks, one for each room that objects: of (youth ids, season id, day, gathering id), whom it surely
    has nothing against.
    """
    app.extensions["youthprog.clearance_surely"] = tuple(surely)
    app.extensions["youthprog.clearance"] = tuple(objectors)
    app.extensions["youthprog.clearance_at"] = tuple(at_gatherings)


def not_cleared(
    youth_ids: Sequence[int], season_id: int, on: date, *, gathering_id: int | None = None
) -> dict[int, list[NotCleared]]:
    """The reasons, by youth, why youth of a season may not take part on a day; cleared youth are absent.

    With a gathering of that day, what keeps them from this one gathering too.
    """
    found: dict[int, list[NotCleared]] = {}
    for objector in current_app.extensions["youthprog.clearance"]:
        for reason in objector(youth_ids, season_id, on):
            found.setdefault(reason.youth_id, []).append(reason)
    if gathering_id is not None:
        for (_gathering_id, youth_id), reasons in not_cleared_at({gathering_id: youth_ids}).items():
            found.setdefault(youth_id, []).extend(reasons)
    return found


def not_cleared_at(youth_ids: Mapping[int, Sequence[int]]) -> dict[tuple[int, int], list[NotCleared]]:
    """What keeps youth from single gatherings, whatever the season says: reasons by (gathering, youth)."""
    found: dict[tuple[int, int], list[NotCleared]] = {}
    for objector in current_app.extensions["youthprog.clearance_at"]:
        for gathering_id, reason in objector(youth_ids):
            found.setdefault((gathering_id, reason.youth_id), []).append(reason)
    return found


def barred_at(youth_ids: Sequence[int], season_id: int, on: date, gathering_id: int) -> set[int]:
    """Those of the youth who may not take part in a gathering, as `not_cleared` has it, at a gate where many wait.

    Where every room that objects has a quick look, only whom it is not sure of is asked about in full.
    """
    surely = current_app.extensions["youthprog.clearance_surely"]
    doubtful = list(youth_ids)
    if len(surely) == len(current_app.extensions["youthprog.clearance"]):
        doubtful = sorted(
            {each for look in surely for each in set(youth_ids) - look(youth_ids, season_id, on, gathering_id)}
        )
    return set(not_cleared(doubtful, season_id, on, gathering_id=gathering_id)) if doubtful else set()
