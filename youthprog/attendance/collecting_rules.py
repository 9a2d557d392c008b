"""Whether a youth may leave with somebody. Pure; phones without a network apply exactly this.

A phone gets, for each youth of its register: who may collect (`core.collecting.Collector`: kind, person, name), salted
SHA-256 hashes of the keys of every barred adult (`core.collecting.Barred.keys`), and whether the youth may leave alone.

* A guardian with `proofs` is called like a barred adult. Such a one is released to only by key, name and photo ID, and
  with one of the proofs typed from it (`core.collecting.Proof.text`; a phone has their salted hashes): else `not_proven`.
* A typed or chosen name is compared with the barred first: `core.names.keys_of_typed`, each hashed with the same salt,
  any in common means `barred`. `core.names` has the rule step by step.
* Then it must be one who may collect: a guardian by key, a listed person by the same words in any order
  (`core.names.is_same`: equal sorted tokens). Anything else is `not_listed`.
* Alone only where the program allows it from an age the youth has on the day of the release: else `not_alone`.
* A stop tells why it was one: `barred`, `not_listed`, or `not_this_person` when the name is on the list and the
  leader said the person before them is somebody else.

All of it is asked for the day of the release (`days_of_release`), never for the day the gathering began.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from youthprog.attendance.types import CollectedBy, Collector, DeedKind
from youthprog.core import collecting as who
from youthprog.core.collecting import GUARDIAN, Collecting
from youthprog.core.names import is_same
from youthprog.core.refusals import N_, Refusal

BARRED = Refusal("barred", N_("Stop. This person may not collect the child."))
NOT_LISTED = Refusal("not_listed", N_("Stop. This person is not on the list."))
NOT_THIS_PERSON = Refusal("not_this_person", N_("Stop. This is not the person on the list."))
NOT_ALONE = Refusal("not_alone", N_("May not leave alone. Somebody on the list must come."))
NOT_PROVEN = Refusal("not_proven", N_("Stop. The photo ID does not show that this person may collect the child."))
STOPS = frozenset({BARRED.code, NOT_PROVEN.code, NOT_LISTED.code, NOT_THIS_PERSON.code, NOT_ALONE.code})
CUSTODY = frozenset({BARRED.code, NOT_PROVEN.code})  # to be answered so is to read custody data


def days_of_release(
    at: datetime, *, opens: datetime, closes: datetime, now: datetime, day_of: Callable[[datetime], date]
) -> tuple[date, ...]:
    """The days on which it is judged who may have a child that left at an instant: what one of them forbids is forbidden.

    It is the day of the release. A practice begun at 23:40 ends on the next day, a camp on its third, and a court's order
    that begins with that day bars from its first minute; one that has ended bars nobody. The sayer's own time tells the
    day, so that what a phone sends late is judged as it was at the gate. A time that cannot be (`at` is in the future, or
    outside `opens` to `closes`) is no proof of a day: then the day it reached us is asked as well.
    """
    if day_of(at) == day_of(now) or (opens <= at <= closes and at <= now):
        return (day_of(at),)
    return tuple(sorted({day_of(min(max(at, opens), closes)), day_of(now)}))


def refusals_to_collect(
    kind: DeedKind, to: Collector | None, collecting: Collecting, *, may_leave_alone: bool
) -> list[Refusal]:
    """Why a youth may not leave so. Of a stop: why it was one. Without a collector nothing is refused; it is flagged."""
    if to is None:
        return []
    name = to.name or ""
    chosen = _namesake(to, collecting)
    if chosen is not None and (kind is DeedKind.LEAVE or to.proof is not None) and not _is_proven(to, chosen):
        return [NOT_PROVEN]
    if chosen is not None and kind is DeedKind.LEAVE:
        return []
    if collecting.is_barred(name) or _is_barred_guardian(to, collecting):
        return [BARRED]
    if kind is DeedKind.STOP:
        return [NOT_THIS_PERSON if collecting.named(name) else NOT_LISTED]
    if to.kind is CollectedBy.ALONE:
        return [] if may_leave_alone else [NOT_ALONE]
    return [] if _may_collect(to, collecting) else [NOT_LISTED]


def without_idle_proof(to: Collector, collecting: Collecting) -> Collector:
    """Who came, without a proof that nothing was compared with: nobody barred is called like this person."""
    return to if to.proof is None or _namesake(to, collecting) else replace(to, proof=None)


def _namesake(to: Collector, collecting: Collecting) -> who.Collector | None:
    """The guardian that is chosen by key, if called like a barred adult."""
    found = collecting.find(GUARDIAN, to.person_id) if to.kind is CollectedBy.GUARDIAN and to.person_id else None
    return found if found is not None and found.proofs else None


def _is_proven(to: Collector, chosen: who.Collector) -> bool:
    return to.id_seen is True and to.proof in chosen.proofs and is_same(to.name or "", chosen.name)


def _is_barred_guardian(to: Collector, collecting: Collecting) -> bool:
    return to.person_id is not None and any(bar.adult_id == to.person_id for bar in collecting.barred)


def _may_collect(to: Collector, collecting: Collecting) -> bool:
    if to.kind is CollectedBy.GUARDIAN and to.person_id is not None:
        return collecting.find(GUARDIAN, to.person_id) is not None
    return to.name is not None and collecting.named(to.name) is not None
