"""Who may collect a youth on a day, and who may not. Every room that knows somebody is asked; `wiring` names them.

Attendance, which releases a child, and consent, where guardians name people, are strangers on one storey; this is how
they meet. An adult whom a restriction keeps from collecting, or from knowing of the child at all, is never among those
who may, whatever a guardian wrote and however the name is spelled (`core.names`).

Father and grandfather may have one name. A guardian on file who is called like a barred adult is another person if the
records say so (`proofs_of`), and may collect after the photo ID was compared with that record. A name on a pick-up list
is nothing but a name: called like a barred adult, it is no choice.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from flask import Flask, current_app

from youthprog.core.names import is_same, may_be

GUARDIAN, LISTED = "guardian", "listed"
BIRTH_DATE, HOUSE = "birth_date", "house"  # what a photo ID says that two people of one name do not share
DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True)
class Proof:
    """One thing a photo ID says, as it is compared: a birth date ("1950-03-02") or the number of a house ("1204")."""

    kind: str
    value: str

    @property
    def text(self) -> str:
        """The one text to compare, or to hash."""
        return f"{self.kind} {self.value}"


@dataclass(frozen=True)
class Known:
    """What is on file to tell an adult from another one of the same name."""

    born_on: date | None = None
    houses: frozenset[str] = frozenset()


def house_number(street: str) -> str | None:
    """The number of a house in an address, or as somebody typed it: its first digits. "No. 12-B, Oak St" gives 12."""
    found = DIGITS.search(street)
    return found[0].lstrip("0") or "0" if found else None


def proofs_of(own: Known, others: Iterable[Known]) -> tuple[Proof, ...]:
    """What a photo ID must say to show that somebody is this adult and none of the others, who have the same name.

    Born on one day, two records are one person: nothing tells them apart. The house does only where every other's is
    known and is another.
    """
    rest = list(others)
    if own.born_on is not None and any(each.born_on == own.born_on for each in rest):
        return ()
    found = [Proof(BIRTH_DATE, own.born_on.isoformat())] if own.born_on is not None else []
    if all(each.houses and each.houses.isdisjoint(own.houses) for each in rest):
        found += [Proof(HOUSE, each) for each in sorted(own.houses)]
    return tuple(found)


@dataclass(frozen=True)
class Collector:
    """Somebody who may collect a youth.

    `kind` is guardian (then `person_id` is the person) or listed (then it is the row of the pick-up list). `relation`
    is a msgid for a guardian, and as written for somebody listed. `signed_by` and `since` say who put a listed person
    on the list, and when; `request_id` which signed form it stands on. `proofs` are those of somebody called like a
    barred adult: the photo ID must say one of them. They are for comparing and never shown.
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
    proofs: tuple[Proof, ...] = ()

    @property
    def checks(self) -> tuple[str, ...]:
        """Which things of the photo ID are compared; none where nobody barred has a like name."""
        return tuple(dict.fromkeys(each.kind for each in self.proofs))


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
KnownSource = Callable[[Collection[int]], Mapping[int, Known]]


def install(
    app: Flask, collectors: Iterable[CollectorSource], barred: Iterable[BarredSource], known: KnownSource
) -> None:
    """Say who knows people that may collect, in the order they are shown, who knows those that may not, and who knows
    what tells adults of one name apart."""
    app.extensions["youthprog.collectors"] = tuple(collectors)
    app.extensions["youthprog.barred"] = tuple(barred)
    app.extensions["youthprog.known"] = known


def who_may_collect(youth_ids: Collection[int], on: date) -> dict[int, Collecting]:
    """Who may collect each youth on a day. Every youth asked for is there. A constant number of statements.

    Left out are the barred by their record and whoever is called like one of them, but for guardians whom a photo ID
    tells from them (`Collector.proofs`). A listed name that stands twice is shown once.
    """
    if not youth_ids:
        return {}
    barred: dict[int, list[Barred]] = {youth_id: [] for youth_id in youth_ids}
    for bars in current_app.extensions["youthprog.barred"]:
        for bar in bars(youth_ids, on):
            barred[bar.youth_id].append(bar)
    named = [each for source in current_app.extensions["youthprog.collectors"] for each in source(youth_ids, on)]
    alike = [(each, [bar for bar in barred[each.youth_id] if may_be(each.name, bar.keys)]) for each in named]
    known = _known(alike)
    allowed: dict[int, list[Collector]] = {youth_id: [] for youth_id in youth_ids}
    for each, like in alike:
        there = allowed[each.youth_id]
        one = _among_them(each, like, barred[each.youth_id], known)
        if one is not None and (each.kind == GUARDIAN or not any(is_same(each.name, other.name) for other in there)):
            there.append(one)
    return {youth_id: Collecting(tuple(allowed[youth_id]), tuple(barred[youth_id])) for youth_id in allowed}


def who_may_collect_throughout(youth_ids: Collection[int], days: Iterable[date]) -> dict[int, Collecting]:
    """Who may collect each youth on every one of several days (`strictest`). A constant number of statements a day."""
    found = [who_may_collect(youth_ids, day) for day in days]
    return {youth_id: strictest([each[youth_id] for each in found]) for youth_id in youth_ids}


def strictest(several: Sequence[Collecting]) -> Collecting:
    """What holds on all of several days, of which nobody can say which one it is: barred on one of them is barred.

    Who may collect may on each; where a photo ID has to be compared on some, what it must say is what shows it on all.
    """
    if len(several) == 1:
        return several[0]
    barred = {(bar.adult_id, bar.keys): bar for one in several for bar in one.barred}
    allowed = []
    for each in several[0].allowed:
        same = [one.find(each.kind, each.person_id) for one in several]
        asked = [set(other.proofs) for other in same if other is not None and other.proofs]
        proofs = tuple(sorted(set.intersection(*asked), key=lambda proof: proof.text)) if asked else ()
        if None not in same and (proofs or not asked):
            allowed.append(replace(each, proofs=proofs))
    return Collecting(tuple(allowed), tuple(barred.values()))


def _known(alike: Iterable[tuple[Collector, Sequence[Barred]]]) -> Mapping[int, Known]:
    """What tells guardians from the barred whose name they have. Nothing is read where no guardian has one."""
    pairs = [(each.person_id, bar.adult_id) for each, like in alike if each.kind == GUARDIAN for bar in like]
    source: KnownSource = current_app.extensions["youthprog.known"]
    return source({person_id for pair in pairs for person_id in pair}) if pairs else {}


def _among_them(
    each: Collector, like: Sequence[Barred], barred: Iterable[Barred], known: Mapping[int, Known]
) -> Collector | None:
    if each.kind == GUARDIAN and any(each.person_id == bar.adult_id for bar in barred):
        return None
    if not like:
        return each
    if each.kind != GUARDIAN:
        return None
    proofs = proofs_of(known.get(each.person_id, Known()), [known.get(bar.adult_id, Known()) for bar in like])
    return replace(each, proofs=proofs) if proofs else None
