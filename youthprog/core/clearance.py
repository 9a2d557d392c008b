"""May a youth take part on a day, or in one gathering? Every room that can object is asked; `wiring` names them.

Attendance and consent are strangers on one storey; this is how the register knows who is not cleared.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
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
SeasonsObjector = Callable[[Mapping[int, Sequence[int]], date], Iterable[tuple[int, NotCleared]]]
GatheringObjector = Callable[[Mapping[int, Sequence[int]]], Iterable[tuple[int, NotCleared]]]


@dataclass(frozen=True, eq=False)
class QuickLook:
    """How a room that objects says in SQL whom it surely has nothing against; it may leave out some, and never errs.

    `of` asks about (youth ids, season id, day, gathering id). `condition` is the same for the statements of others: of
    (engine, column of youth ids), in a statement that has joined the youth as `Person`; its parameters are `season_id`,
    `gathering_id`, the gathering's day `on` and what `values` finds for (season id, day, gathering id).
    """

    of: Callable[[Sequence[int], int, date, int], set[int]]
    condition: Callable[[str, Any], sa.ColumnElement[bool]]
    values: Callable[[int, date, int], Mapping[str, Any]] = lambda _season_id, _on, _gathering_id: {}


def install(
    app: Flask,
    objectors: Iterable[Objector],
    at_gatherings: Iterable[GatheringObjector] = (),
    surely: Iterable[QuickLook] = (),
    in_seasons: Mapping[Objector, SeasonsObjector] | None = None,
) -> None:
    """Say who may object. Objectors get (youth ids, season id, day); those to single gatherings their youth by gathering.

    `surely` are quick looks, one for each room that objects. `in_seasons` says how an objector is asked about the youth of
    many seasons at once.
    """
    app.extensions["youthprog.clearance_in"] = dict(in_seasons or {})
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


def not_cleared_in(youth_ids: Mapping[int, Sequence[int]], on: date) -> dict[tuple[int, int], list[NotCleared]]:
    """As `not_cleared`, of the youth of several seasons: reasons by (season, youth). An objector that knows how is asked once."""
    found: dict[tuple[int, int], list[NotCleared]] = {}
    together = current_app.extensions["youthprog.clearance_in"]
    for objector in current_app.extensions["youthprog.clearance"]:
        said = (
            together[objector](youth_ids, on)
            if objector in together
            else ((key, reason) for key, ids in youth_ids.items() for reason in objector(ids, key, on))
        )
        for season_id, reason in said:
            found.setdefault((season_id, reason.youth_id), []).append(reason)
    return found


def not_cleared_at(youth_ids: Mapping[int, Sequence[int]]) -> dict[tuple[int, int], list[NotCleared]]:
    """What keeps youth from single gatherings, whatever the season says: reasons by (gathering, youth)."""
    found: dict[tuple[int, int], list[NotCleared]] = {}
    for objector in current_app.extensions["youthprog.clearance_at"]:
        for gathering_id, reason in objector(youth_ids):
            found.setdefault((gathering_id, reason.youth_id), []).append(reason)
    return found


def quick_looks() -> tuple[QuickLook, ...]:
    """A quick look for every room that objects; none where one of them has none."""
    known = current_app.extensions
    looks: tuple[QuickLook, ...] = known["youthprog.clearance_surely"]
    return looks if len(looks) == len(known["youthprog.clearance"]) else ()


def surely_condition(looks: Sequence[QuickLook], engine: str, youth_id: Any) -> sa.ColumnElement[bool]:
    """The condition that no room has anything against a youth; false where not all of them can say."""
    return sa.and_(*(look.condition(engine, youth_id) for look in looks)) if looks else sa.false()


def surely_values(looks: Sequence[QuickLook], season_id: int, on: date, gathering_id: int) -> dict[str, Any]:
    """The parameters of that condition."""
    found: dict[str, Any] = {}
    for look in looks:
        found |= look.values(season_id, on, gathering_id)
    return found


def barred_at(
    youth_ids: Sequence[int], season_id: int, on: date, gathering_id: int, *, surely: Iterable[int] | None = None
) -> set[int]:
    """Those of the youth who may not take part in a gathering, as `not_cleared` has it, at a gate where many wait.

    Where every room that objects has a quick look, only whom it is not sure of is asked about in full. `surely` are those
    a statement with `surely_condition` was sure of already.
    """
    doubtful = set(youth_ids)
    if surely is not None:
        doubtful -= set(surely)
    elif looks := quick_looks():
        sure = [look.of(youth_ids, season_id, on, gathering_id) for look in looks]
        doubtful = {each for each in doubtful if not all(each in known for known in sure)}
    return set(not_cleared(sorted(doubtful), season_id, on, gathering_id=gathering_id)) if doubtful else set()
