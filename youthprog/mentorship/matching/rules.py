"""What may be asked, answered and entered for matching. Pure."""

from collections.abc import Collection, Sequence

from youthprog.core.refusals import N_, Refusal
from youthprog.mentorship.matching.types import OfferState, Part, TieKind

LONGEST_REASON = 500
Word = tuple[Part, bool | None]


def state_after(words: Sequence[Word]) -> OfferState:
    """Where a proposal stands after these words: one no declines it; each mentor, the youth and one guardian must say yes."""
    if any(accepts is False for _part, accepts in words):
        return OfferState.DECLINED
    mentors = [accepts for part, accepts in words if part is Part.MENTOR]
    youth = [accepts for part, accepts in words if part is Part.YOUTH]
    guardians = [accepts for part, accepts in words if part is Part.GUARDIAN]
    all_agree = bool(mentors) and all(mentors) and bool(youth) and all(youth) and any(guardians)
    return OfferState.AGREED if all_agree else OfferState.PENDING


def refusals_to_answer(state: OfferState, *, accepts: bool | None, reason: str, is_decided: bool) -> list[Refusal]:
    """Why an answer cannot be kept. Whoever declines may leave the reason out; it is asked for, not demanded."""
    if accepts is None:
        return [Refusal("no_answer", N_("Choose yes or no."), "accepts")]
    if state is not OfferState.PENDING:
        return [Refusal("decided", N_("This proposal is settled already. Ask the coordinator."))]
    if is_decided:
        return [Refusal("answered", N_("This was answered already. Ask the coordinator if it should change."))]
    if len(reason) > LONGEST_REASON:
        sentence = N_("This is too long: %(max)d characters at most.")
        return [Refusal("too_long", sentence, "reason", {"max": LONGEST_REASON})]
    return []


def refusals_to_offer(
    youth_id: int, *, free: Collection[int], has_guardian: bool, has_room: bool, name: str
) -> list[Refusal]:
    """Why a pair of a run cannot be proposed any more: things have changed since it was computed."""
    reasons = []
    if youth_id not in free:
        sentence = N_("%(name)s was matched or proposed meanwhile.")
        reasons.append(Refusal("not_free", sentence, values={"name": name}))
    if not has_guardian:
        sentence = N_("%(name)s has no guardian on file who may decide. Enter one first.")
        reasons.append(Refusal("no_guardian", sentence, values={"name": name}))
    if not has_room:
        sentence = N_("The mentor proposed for %(name)s has no room any more. Match again.")
        reasons.append(Refusal("no_room", sentence, values={"name": name}))
    return reasons


def refusals_to_tie(one: int, other: int, *, is_known: bool) -> list[Refusal]:
    """Why a pair cannot be entered."""
    if one == other:
        return [Refusal("same", N_("Choose two different people."), "other_id")]
    if is_known:
        return [Refusal("known", N_("This pair is entered already. Take it away first to change it."), "other_id")]
    return []


def ties_of_one(ties: Sequence[tuple[TieKind, int, int]], kept_id: int, gone_id: int) -> list[tuple[int, int] | None]:
    """The people of each entered pair when `gone_id` turns out to be `kept_id`; None for a pair that is to go.

    Of two pairs of the same people what keeps apart stays, and among equals the first. Nobody is a pair with oneself.
    """
    named = [tuple(kept_id if each == gone_id else each for each in pair) for _kind, *pair in ties]
    best: dict[frozenset[int], tuple[bool, int]] = {}
    for place, ((kind, *_pair), pair) in enumerate(zip(ties, named, strict=True)):
        if pair[0] != pair[1]:
            best.setdefault(frozenset(pair), (kind is TieKind.TOGETHER, place))
            best[frozenset(pair)] = min(best[frozenset(pair)], (kind is TieKind.TOGETHER, place))
    stay = {place for _joins, place in best.values()}
    found: list[tuple[int, int] | None] = []
    for place, ((kind, *_pair), (one, other)) in enumerate(zip(ties, named, strict=True)):
        in_order = (one, other) if kind is TieKind.NEVER else (min(one, other), max(one, other))
        found.append(in_order if place in stay else None)
    return found
