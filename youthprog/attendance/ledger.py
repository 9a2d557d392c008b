"""What holds for a youth at a gathering, out of everything that was said. Pure.

The state is a function of the *set* of deeds. In whatever order they arrive, however often and in whatever batches,
the same set gives the same state; so phones that were without a network need no other agreement.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from youthprog.attendance.types import DeedFacts, DeedKind, State

NOT_CLEARED = "not_cleared"
COMES_FIRST = {DeedKind.ARRIVE: 0, DeedKind.LEAVE: 1}


def state_of(deeds: Iterable[DeedFacts]) -> State:
    """What holds after these deeds of one youth at one gathering.

    Refused deeds do not count, nor do those taken back. A deed that carries a mark answers the ones its sayer saw.
    What nobody has answered is a head; of several heads the latest is in force, and when they differ the mark is
    disputed until somebody who saw them all says which it is.
    """
    known = {deed.client_id: deed for deed in deeds if deed.counts}
    void = {deed.undoes for deed in known.values() if deed.kind is DeedKind.TAKE_BACK}
    live = [deed for deed in known.values() if deed.client_id not in void]
    marks = [deed for deed in live if deed.mark is not None]
    answered = {seen for deed in marks for seen in deed.saw}
    unanswered = [deed for deed in marks if deed.client_id not in answered]
    heads = sorted(unanswered or marks, key=_moment, reverse=True)  # forged deeds can answer each other in a circle
    in_at, out_at, minutes = _presence([deed for deed in live if deed.kind in COMES_FIRST])
    return State(
        mark=heads[0].mark if heads else None,
        said=heads[0].client_id if heads else None,
        disputed=len({deed.mark for deed in heads}) > 1,
        in_at=in_at,
        out_at=out_at,
        minutes=minutes,
        heads=tuple(deed.client_id for deed in heads),
    )


def does_count(kind: DeedKind, refusal: str | None) -> bool:
    """Whether a deed counts: it was not refused, or only its mark was (a child who is not cleared is on site all the same)."""
    return refusal is None or (kind is DeedKind.ARRIVE and refusal == NOT_CLEARED)


def _moment(deed: DeedFacts) -> tuple[datetime, str]:
    return deed.at, deed.client_id


def _presence(passages: Sequence[DeedFacts]) -> tuple[datetime | None, datetime | None, int | None]:
    """First arrival, last leaving once the youth is gone, and whole minutes between when every stay has its end.

    A second arrival within a stay changes nothing. A leaving without an arrival is told, but gives no minutes.
    """
    first: datetime | None = None
    begun: datetime | None = None
    left: datetime | None = None
    stayed, closed = timedelta(), False
    for deed in sorted(passages, key=lambda each: (each.at, COMES_FIRST[each.kind], each.client_id)):
        if deed.kind is DeedKind.ARRIVE:
            first, begun, left = first or deed.at, begun or deed.at, None
            continue
        left = deed.at
        if begun is not None:
            stayed, begun, closed = stayed + (deed.at - begun), None, True
    known = closed and begun is None
    return first, left, int(stayed.total_seconds() // 60) if known else None
