"""Why a wish is not met: each reason is found by trying, never guessed. Pure but for the solver.

For a wish that no rule forbids outright the whole division is formed once more with the two tied together. What that
makes worse is the reason. The exact solver proves it where it can: "no arrangement" is said only then.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from youthprog.leagues.forming.blocks import Blocks, blocks_of
from youthprog.leagues.forming.search import STRATA, Draft, Solved, all_even, first_draft, trade
from youthprog.leagues.forming.types import (
    Barrier,
    Link,
    LinkKind,
    Pin,
    PinKind,
    Placement,
    Stratum,
    Task,
    Unmet,
    Why,
    Wish,
)
from youthprog.people.types import Gender

TRIAL_MOVES = 8_000
MENDING = 0.4  # so cool that only a little around the wish changes
# The exact solver's draft within limits, near a hint; None when it may not be asked any more.
Within = Callable[[Blocks, Mapping[Stratum, int], Sequence[int] | None], Solved | None]


@dataclass(frozen=True)
class Better:
    """A counter-trial found a better draft than the one it was to explain."""

    team_of: dict[int, int]


def unmet_of(
    task: Task,
    blocks: Blocks,
    team_of: Mapping[int, int],
    *,
    proved: bool,
    within: Within,
    moves: int = TRIAL_MOVES,
    seed: int = 20,
    stands: bool = False,
    told: Callable[[float], None] = lambda share: None,
) -> tuple[Unmet, ...] | Better:
    """Each unmet wish with its one reason, or a better draft when one is met on the way.

    `proved` says that the draft is the best there is, which makes any loss of other wishes certain; `stands` that it is
    to be explained even so when a better one is met.
    """
    unmet = sorted({wish for wish in task.wishes if team_of[wish.child] != team_of[wish.wanted]}, key=_in_order)
    known: dict[tuple[int, int], Unmet] = {}
    found = []
    for number, wish in enumerate(unmet):
        pair = (min(wish.child, wish.wanted), max(wish.child, wish.wanted))
        if pair not in known:
            reason = _forbidden(task, blocks, wish) or _tried(
                task, blocks, team_of, wish, proved=proved, within=within, moves=moves, seed=seed
            )
            if isinstance(reason, Better):
                if not stands:
                    return reason
                reason = Unmet(wish, Barrier.OPEN, proved=False)
            known[pair] = reason
        found.append(replace(known[pair], wish=wish))
        told((number + 1) / len(unmet))
    return tuple(found)


def _in_order(wish: Wish) -> tuple[int, int]:
    return wish.child, wish.wanted


def _forbidden(task: Task, blocks: Blocks, wish: Wish) -> Unmet | None:
    """The hard rule that forbids a wish outright, if one does."""
    one, other = blocks.block_of[wish.child], blocks.block_of[wish.wanted]
    if other in blocks.apart[one]:
        link = next(
            link
            for link in task.links
            if link.kind is LinkKind.APART and {blocks.block_of[link.one], blocks.block_of[link.other]} == {one, other}
        )
        return Unmet(wish, Barrier.APART, True, people=(link.one, link.other))
    common = blocks.allowed[one] & blocks.allowed[other]
    if not common:
        pins = [_pin_of(task, blocks, block) for block in (one, other)]
        if pins[0] is not None and pins[1] is not None:
            held = [pin for pin in pins if pin is not None]
            return Unmet(wish, Barrier.TEAMS, True, tuple(pin.child for pin in held), tuple(pin.team for pin in held))
        people = tuple(pin.child for pin in pins if pin is not None)
        teams = tuple(pin.team for pin in pins if pin is not None)
        return Unmet(wish, Barrier.NO_COMMON_TEAM, True, people, teams)
    together = len(blocks.members[one]) + len(blocks.members[other])
    most = max(blocks.capacity(team) for team in common)
    if together > most:
        people = (*blocks.members[one], *blocks.members[other])
        return Unmet(wish, Barrier.TOO_MANY, True, people, numbers={"together": together, "places": most})
    return None


def _pin_of(task: Task, blocks: Blocks, block: int) -> Pin | None:
    return next((pin for pin in task.pins if blocks.block_of[pin.child] == block), None)


def _tried(
    task: Task,
    blocks: Blocks,
    team_of: Mapping[int, int],
    wish: Wish,
    *,
    proved: bool,
    within: Within,
    moves: int,
    seed: int,
) -> Unmet | Better:
    """Form the division with the two tied together and see what it costs."""
    tied = replace(task, links=(*task.links, Link(LinkKind.TOGETHER, wish.child, wish.wanted)))
    with_wish = blocks_of(tied)
    places = {team: place for place, team in enumerate(blocks.teams)}
    here = Draft(blocks, [places[team_of[block[0]]] for block in blocks.members])
    start = _start(with_wish, team_of, wish, places)
    draft = trade(with_wish, start, moves=moves, seed=seed, hottest=MENDING) if start is not None else None
    key = Draft(with_wish, draft).key if draft is not None else None
    if draft is not None and key is not None and key[:-1] > here.levels:
        freer = trade(with_wish, draft, moves=moves, seed=seed)
        draft, key = min((key, draft), (Draft(with_wish, freer).key, freer))[::-1]
    if draft is not None and key is not None and key < here.key:
        return Better(by_child(with_wish, draft))
    if key is None or key[:-1] != here.levels:
        solved = within(with_wish, all_even(here.levels), draft)
        if solved is not None and solved.team_of is not None:
            draft, key = list(solved.team_of), Draft(with_wish, solved.team_of).key
            if key < here.key:
                return Better(by_child(with_wish, draft))
        elif solved is not None and solved.impossible:
            return _proved(with_wish, wish, here, draft, within)
    elif key[-1] > here.key[-1]:  # how little it could cost is looked for harder
        solved = within(with_wish, all_even(here.levels), draft)
        if solved is not None and solved.team_of is not None:
            draft = list(solved.team_of)
            if Draft(with_wish, draft).key < here.key:
                return Better(by_child(with_wish, draft))
    if draft is None or key is None:
        return Unmet(wish, Barrier.HARD, proved=False)
    if key[:-1] == here.levels:
        instead, gained = _exchanged(task, team_of, by_child(with_wish, draft), wish)
        return Unmet(wish, Barrier.WISHES, proved, instead=instead, gained=gained)
    stratum = next(each for place, each in enumerate(STRATA) if key[place] > here.levels[place])
    return _uneven(with_wish, wish, stratum, draft, proof=False)


def _start(blocks: Blocks, team_of: Mapping[int, int], wish: Wish, places: Mapping[int, int]) -> Sequence[int] | None:
    """The draft with the two on one team: the wisher's comes to the other's, or the other way round."""
    for host in (wish.wanted, wish.child):
        before = {number: places[team_of[block[0]]] for number, block in enumerate(blocks.members)}
        before[blocks.block_of[host]] = places[team_of[host]]
        start = first_draft(blocks, before)
        if start is not None:
            return start
    return None


def _proved(blocks: Blocks, wish: Wish, here: Draft, draft: Sequence[int] | None, within: Within) -> Unmet:
    """The first stratum that no arrangement with the wish can keep, the more important first."""
    kept: dict[Stratum, int] = {}
    levels = dict(zip(STRATA, here.levels, strict=True))
    solved = within(blocks, {}, draft)
    if solved is not None and solved.impossible:
        return Unmet(wish, Barrier.HARD, True)
    for stratum in STRATA:
        if not any(each.stratum is stratum for each in blocks.counted):
            continue
        kept[stratum] = levels[stratum]
        solved = within(blocks, kept, draft)
        if solved is None:
            break
        if solved.impossible:
            return _uneven(blocks, wish, stratum, draft, proof=True)
        draft = solved.team_of or draft
    stratum = next(
        (
            each
            for place, each in enumerate(STRATA)
            if draft is not None and Draft(blocks, draft).levels[place] > here.levels[place]
        ),
        Stratum.SKILL,
    )
    return _uneven(blocks, wish, stratum, draft, proof=False)


def _uneven(blocks: Blocks, wish: Wish, stratum: Stratum, draft: Sequence[int] | None, *, proof: bool) -> Unmet:
    """What the best arrangement with the wish makes uneven, in numbers."""
    numbers: dict[str, int | str] = {}
    if draft is not None:
        figures = Draft(blocks, draft).figures
        worst = -1
        for place, counted in enumerate(blocks.counted):
            if counted.stratum is stratum:
                off = sum(counted.windows[team].excess(each[place]) for team, each in enumerate(figures))
                if off > worst:
                    worst = off
                    numbers = {"most": max(each[place] for each in figures), "least": min(e[place] for e in figures)}
                    if stratum is Stratum.GENDER:
                        first = next(each for each in blocks.counted if each.stratum is Stratum.GENDER)
                        numbers["gender"] = (Gender.GIRL if counted is first else Gender.BOY).value
    return Unmet(wish, Barrier(stratum.value), proof, numbers=numbers)


def by_child(blocks: Blocks, draft: Sequence[int]) -> dict[int, int]:
    """A draft of blocks as child to team."""
    return {child: blocks.teams[team] for block, team in zip(blocks.members, draft, strict=True) for child in block}


def _exchanged(
    task: Task, before: Mapping[int, int], after: Mapping[int, int], wish: Wish
) -> tuple[tuple[Wish, ...], tuple[Wish, ...]]:
    """The wishes that the other arrangement gives up, and those that it meets besides."""
    lost = [w for w in set(task.wishes) if before[w.child] == before[w.wanted] and after[w.child] != after[w.wanted]]
    won = [w for w in set(task.wishes) if before[w.child] != before[w.wanted] and after[w.child] == after[w.wanted]]
    pair = {wish.child, wish.wanted}
    won = [each for each in won if {each.child, each.wanted} != pair]
    return tuple(sorted(lost, key=_in_order)), tuple(sorted(won, key=_in_order))


# ---- why a child is where it is ----


def placements_of(task: Task, blocks: Blocks, team_of: Mapping[int, int]) -> tuple[Placement, ...]:
    """Every child with its team and the most telling reason."""
    pins = {pin.child: pin for pin in task.pins if pin.kind is PinKind.LOCK}
    pins |= {pin.child: pin for pin in task.pins if pin.kind is PinKind.COACH}
    met: dict[int, list[int]] = {}
    for wish in task.wishes:
        if team_of[wish.child] == team_of[wish.wanted]:
            met.setdefault(wish.child, []).append(wish.wanted)
    found = []
    for child in task.children:
        block = blocks.block_of[child.id]
        mates = tuple(each for each in blocks.members[block] if each != child.id)
        settled = tuple(each for each in mates if each in pins)
        why, people = Why.EVEN, tuple[int, ...]()
        if child.id in pins:
            why = Why.COACH if pins[child.id].kind is PinKind.COACH else Why.LOCK
        elif settled:
            why, people = Why.WITH_PINNED, settled
        elif len(blocks.allowed[block]) == 1:
            why = Why.ONLY_TEAM
        elif mates:
            why, people = Why.KEPT_TOGETHER, mates
        elif child.id in met:
            why, people = Why.WISH, tuple(met[child.id])
        found.append(Placement(child.id, team_of[child.id], why, people))
    return tuple(found)
