"""Who may collect a youth on a day, and who may not. Every room that knows somebody is asked; `wiring` names them.

Attendance, which releases a child, and consent, where guardians name people, are strangers on one storey; this is how
they meet. An adult whom a restriction keeps from collecting, or from knowing of the child at all, is never among those
who may, whatever a guardian wrote and however the name is spelled (`core.names`).
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from flask import Flask, current_app

from youthprog.core.names import is_same, may_be

GUARDIAN, LISTED = "guardian", "listed"


@dataclass(frozen=True)
class Collector:
    """Somebody who may collect a youth.

    `kind` is guardian (then `person_id` is the person) or listed (then it is the row of the pick-up list). `relation`
    is a msgid for a guardian, and as written for somebody listed. `signed_by` and `since` say who put a listed person
    on the list, and when; `request_id` which signed form it stands on.
    """

    youth_id: int
    kind: str
    person_id: int
    name: str
    relation: str | None = None
    phone: str | None = None
    signed_by: str | None = None
    since: datetime | None = None
    request_id: int | None = None


@dataclass(frozen=True)
class Barred:
    """An adult who may not collect a youth: the keys of the name for matching (`core.names`), never the name itself.

    Whoever tells somebody that a name matched has shown custody data, and records the reading.
    """

    youth_id: int
    adult_id: int
    keys: frozenset[str]


@dataclass(frozen=True)
class Collecting:
    """Who may collect one youth, guardians first, and who may not."""

    allowed: tuple[Collector, ...] = ()
    barred: tuple[Barred, ...] = ()

    def is_barred(self, name: str) -> bool:
        """Whether a typed name may be that of an adult who may not collect."""
        return any(may_be(name, each.keys) for each in self.barred)

    def find(self, kind: str, person_id: int) -> Collector | None:
        """One of those who may collect."""
        return next((each for each in self.allowed if (each.kind, each.person_id) == (kind, person_id)), None)

    def named(self, name: str) -> Collector | None:
        """The one who may collect and is called so: the same words in any order."""
        return next((each for each in self.allowed if is_same(name, each.name)), None)


NOBODY = Collecting()
CollectorSource = Callable[[Collection[int], date], Iterable[Collector]]
BarredSource = Callable[[Collection[int], date], Iterable[Barred]]


def install(app: Flask, collectors: Iterable[CollectorSource], barred: Iterable[BarredSource]) -> None:
    """Say who knows people that may collect, in the order they are shown, and who knows those that may not."""
    app.extensions["youthprog.collectors"] = tuple(collectors)
    app.extensions["youthprog.barred"] = tuple(barred)


def who_may_collect(youth_ids: Collection[int], on: date) -> dict[int, Collecting]:
    """Who may collect each youth on a day. Every youth asked for is there. A constant number of statements.

    Left out are the barred by their record and whoever is called like one of them; a name that stands twice is shown once.
    """
    if not youth_ids:
        return {}
    barred: dict[int, list[Barred]] = {youth_id: [] for youth_id in youth_ids}
    for bars in current_app.extensions["youthprog.barred"]:
        for bar in bars(youth_ids, on):
            barred[bar.youth_id].append(bar)
    allowed: dict[int, list[Collector]] = {youth_id: [] for youth_id in youth_ids}
    for source in current_app.extensions["youthprog.collectors"]:
        for each in source(youth_ids, on):
            known = allowed[each.youth_id]
            if not _is_kept_away(each, barred[each.youth_id]) and not any(
                is_same(each.name, one.name) for one in known
            ):
                known.append(each)
    return {youth_id: Collecting(tuple(allowed[youth_id]), tuple(barred[youth_id])) for youth_id in allowed}


def _is_kept_away(each: Collector, barred: Iterable[Barred]) -> bool:
    return any(
        (each.kind == GUARDIAN and each.person_id == bar.adult_id) or may_be(each.name, bar.keys) for bar in barred
    )
