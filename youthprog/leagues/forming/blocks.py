"""Children who stay together become one block; what no block can satisfy is named. Pure.

A contradiction between two links or settled teams is named by the shortest chain of "together" rules between them, so
none of the rules named can be left out. What takes a solver to see is found by `forming_solver.conflict_in`.
"""

from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from youthprog.leagues.forming.types import (
    Contradiction,
    Limit,
    Link,
    LinkKind,
    Obstacle,
    Stratum,
    Task,
)
from youthprog.people.types import Gender


@dataclass(frozen=True)
class Window:
    """What a team's figure should lie in, both ends included."""

    least: int
    most: int

    def excess(self, figure: int) -> int:
        """How far outside a figure lies."""
        return max(self.least - figure, figure - self.most, 0)


@dataclass(frozen=True)
class Counted:
    """A figure that is kept even: what each block adds to a team, and each team's window."""

    stratum: Stratum
    of_block: tuple[int, ...]
    windows: tuple[Window, ...]


@dataclass(frozen=True)
class Blocks:
    """A task by blocks and teams, both by their place in a list."""

    task: Task
    members: tuple[tuple[int, ...], ...]
    block_of: dict[int, int]
    teams: tuple[int, ...]
    allowed: tuple[frozenset[int], ...]
    apart: tuple[frozenset[int], ...]
    counted: tuple[Counted, ...]
    wishes: tuple[dict[int, int], ...]  # block -> worth of having it on the same team
    sure: int  # what wishes inside blocks are worth

    @property
    def most_score(self) -> int:
        """What all wishes together are worth."""
        return self.sure + sum(sum(each.values()) for each in self.wishes) // 2

    def capacity(self, team: int) -> int:
        """How many a team takes at most."""
        limit = self.task.teams[team].capacity
        return len(self.task.children) if limit is None else limit


def blocks_of(task: Task) -> Blocks:
    """The task by blocks. Call `contradiction_of` first: a block that no team suits has no allowed team here."""
    members, block_of = _components(task)
    children = {child.id: child for child in task.children}
    index = {team.id: place for place, team in enumerate(task.teams)}
    pinned: dict[int, set[int]] = {}
    for pin in task.pins:
        pinned.setdefault(block_of[pin.child], set()).add(index[pin.team])
    allowed = []
    for number, block in enumerate(members):
        suits = {
            place
            for place, team in enumerate(task.teams)
            if all(team.suits(children[child]) for child in block)
            and (team.capacity is None or team.capacity >= len(block))
        }
        for place in pinned.get(number, ()):
            suits &= {place}
        allowed.append(frozenset(suits))
    apart: list[set[int]] = [set() for _ in members]
    for link in task.links:
        if link.kind is LinkKind.APART:
            one, other = block_of[link.one], block_of[link.other]
            apart[one].add(other)
            apart[other].add(one)
    wishes: list[dict[int, int]] = [{} for _ in members]
    sure = 0
    for wish in set(task.wishes):
        one, other, worth = block_of[wish.child], block_of[wish.wanted], task.worth(wish)
        if one == other:
            sure += worth
        else:
            wishes[one][other] = wishes[one].get(other, 0) + worth
            wishes[other][one] = wishes[other].get(one, 0) + worth
    return Blocks(
        task,
        members,
        block_of,
        tuple(team.id for team in task.teams),
        tuple(allowed),
        tuple(frozenset(each) for each in apart),
        counted_of(task, members),
        tuple(wishes),
        sure,
    )


def _components(task: Task) -> tuple[tuple[tuple[int, ...], ...], dict[int, int]]:
    joined: dict[int, list[int]] = {child.id: [] for child in task.children}
    for link in task.links:
        if link.kind is not LinkKind.APART:
            joined[link.one].append(link.other)
            joined[link.other].append(link.one)
    block_of: dict[int, int] = {}
    members: list[tuple[int, ...]] = []
    for child in task.children:
        if child.id in block_of:
            continue
        queue, found = [child.id], {child.id}
        while queue:
            for other in joined[queue.pop()]:
                if other not in found:
                    found.add(other)
                    queue.append(other)
        block_of |= dict.fromkeys(found, len(members))
        members.append(tuple(sorted(found)))
    return tuple(members), block_of


def counted_of(task: Task, members: tuple[tuple[int, ...], ...]) -> tuple[Counted, ...]:
    """The figures kept even, the more important first. A window is as narrow as whole children and points allow."""
    children = {child.id: child for child in task.children}
    shares = _shares(task)

    def counted(stratum: Stratum, figures: dict[int, int], within: int) -> Counted:
        total = sum(figures.values())
        windows = tuple(_window(total * share, within) for share in shares)
        return Counted(stratum, tuple(sum(figures[child] for child in block) for block in members), windows)

    found = [counted(Stratum.SIZE, dict.fromkeys(children, 1), 1)]
    for gender in (Gender.GIRL, Gender.BOY):
        figures = {key: int(child.gender == gender) for key, child in children.items()}
        found.append(counted(Stratum.GENDER, figures, 1))
    found.append(counted(Stratum.SKILL, {key: child.skill for key, child in children.items()}, task.skill_within))
    if task.mix_ages:
        for age in sorted({child.age for child in task.children if child.age is not None}):
            figures = {key: int(child.age == age) for key, child in children.items()}
            found.append(counted(Stratum.AGES, figures, 1))
    return tuple(found)


def _shares(task: Task) -> list[Fraction]:
    """Each team's share of everything: alike, but for teams that take fewer than an even share."""
    left, open_ = Fraction(len(task.children)), set(range(len(task.teams)))
    sizes: dict[int, Fraction] = {}
    while open_:
        even = left / len(open_)
        full = {place for place in open_ if (limit := task.teams[place].capacity) is not None and limit < even}
        if not full:
            return [(sizes.get(place, even)) / max(1, len(task.children)) for place in range(len(task.teams))]
        for place in full:
            sizes[place] = Fraction(task.teams[place].capacity or 0)
            left -= sizes[place]
        open_ -= full
    return [sizes[place] / max(1, len(task.children)) for place in range(len(task.teams))]


def _window(even: Fraction, within: int) -> Window:
    """The whole numbers around an even share that differ by `within` at most."""
    if even.denominator == 1:
        return Window(int(even) - within // 2, int(even) + within // 2)
    slack = (within - 1) // 2
    return Window(floor(even) - slack, ceil(even) + slack if within else floor(even))


# ---- contradictions seen without a solver ----


def contradiction_of(task: Task) -> Contradiction | None:
    """The first contradiction that a chain of rules shows, with its shortest chain; None when there is none of these."""
    limits = [team.capacity for team in task.teams]
    if all(limit is not None for limit in limits):
        places = sum(limit or 0 for limit in limits)
        if places < len(task.children):
            numbers = {"children": len(task.children), "places": places}
            return Contradiction(Obstacle.TOO_FEW_PLACES, numbers=numbers)
    apart = [link for link in task.links if link.kind is LinkKind.APART]
    if apart and len(task.teams) == 1:
        return Contradiction(Obstacle.APART_WITHIN, tuple(apart[:1]), (apart[0].one, apart[0].other))
    blocks, together = blocks_of(task), _together(task)
    return (
        _too_many(task, blocks)
        or _homeless(task, blocks, pinned=False)
        or _apart_within(apart, together)
        or _settled_apart(task, together)
        or _homeless(task, blocks, pinned=True)
    )


def _apart_within(apart: list[Link], together: dict[int, list[tuple[int, Link]]]) -> Contradiction | None:
    found = []
    for link in apart:
        chain = _chain(together, link.one, link.other)
        if chain is not None:
            found.append(Contradiction(Obstacle.APART_WITHIN, (*chain, link), _along(chain, link.one)))
    return min(found, key=lambda each: len(each.parts), default=None)


def _together(task: Task) -> dict[int, list[tuple[int, Link]]]:
    together: dict[int, list[tuple[int, Link]]] = {child.id: [] for child in task.children}
    for link in task.links:
        if link.kind is not LinkKind.APART:
            together[link.one].append((link.other, link))
            together[link.other].append((link.one, link))
    return together


def _chain(together: dict[int, list[tuple[int, Link]]], start: int, end: int) -> tuple[Link, ...] | None:
    """The shortest chain of "together" links between two children; empty for a child and itself."""
    came: dict[int, tuple[int, Link] | None] = {start: None}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        if here == end:
            chain: list[Link] = []
            while (step := came[here]) is not None:
                here, link = step
                chain.append(link)
            return tuple(reversed(chain))
        for other, link in together[here]:
            if other not in came:
                came[other] = (here, link)
                queue.append(other)
    return None


def _along(chain: tuple[Link, ...], start: int) -> tuple[int, ...]:
    """The children a chain passes, in order."""
    found = [start]
    for link in chain:
        found.append(link.other if link.one == found[-1] else link.one)
    return tuple(found)


def _settled_apart(task: Task, together: dict[int, list[tuple[int, Link]]]) -> Contradiction | None:
    best: Contradiction | None = None
    for place, pin in enumerate(task.pins):
        for other in task.pins[place + 1 :]:
            if pin.team == other.team:
                continue
            chain = _chain(together, pin.child, other.child)
            if chain is not None and (best is None or len(chain) + 2 < len(best.parts)):
                best = Contradiction(Obstacle.TWO_TEAMS, (pin, *chain, other), _along(chain, pin.child))
    return best


def _too_many(task: Task, blocks: Blocks) -> Contradiction | None:
    """More kept together than any team takes."""
    most = max((blocks.capacity(place) for place in range(len(task.teams))), default=0)
    block = max(blocks.members, key=len, default=())
    if len(block) <= most:
        return None
    held, tree = _tree(_inside(task, blocks, block), block[0], most + 1)
    return Contradiction(Obstacle.TOO_MANY_TOGETHER, tree, held, {"together": most + 1, "places": most})


def _homeless(task: Task, blocks: Blocks, *, pinned: bool) -> Contradiction | None:
    """A block that no team suits, or with `pinned` not the team it is settled on."""
    children = {child.id: child for child in task.children}
    for number, block in enumerate(blocks.members):
        if blocks.allowed[number]:
            continue
        pins = tuple(pin for pin in task.pins if pin.child in block)[:1] if pinned else ()
        limits = []
        for team in task.teams:
            if not pins or team.id == pins[0].team:
                away = [child for child in block if not team.suits(children[child])]
                limits += [Limit(child, team.id) for child in away[:1] or (0,)]
        if all(limit.child for limit in limits):  # else a team is merely too small, which the solver looks into
            named = {limit.child for limit in limits} | {pin.child for pin in pins}
            held = _needed(task, _inside(task, blocks, block), named)
            return Contradiction(Obstacle.NO_TEAM, (*pins, *held, *limits), block)
    return None


def _inside(task: Task, blocks: Blocks, block: tuple[int, ...]) -> tuple[Link, ...]:
    """The links that hold a block together."""
    number = blocks.block_of[block[0]]
    return tuple(link for link in task.links if link.kind is not LinkKind.APART and blocks.block_of[link.one] == number)


def _tree(inside: tuple[Link, ...], start: int, most: int) -> tuple[tuple[int, ...], tuple[Link, ...]]:
    """So many children who hang together, and the links that hold just these."""
    found, held = [start], []
    for here in found:
        for link in inside:
            other = link.other if link.one == here else link.one
            if here in (link.one, link.other) and other not in found and len(found) < most:
                found.append(other)
                held.append(link)
    return tuple(found), tuple(held)


def _needed(task: Task, inside: tuple[Link, ...], named: set[int]) -> tuple[Link, ...]:
    """Of the links that hold a block together, those without which the children named would not hang together."""
    kept = list(inside)
    for link in inside:
        without = tuple(each for each in kept if each is not link)
        _members, block_of = _components(Task(task.children, (), without))
        if len({block_of[child] for child in named}) == 1:
            kept = list(without)
    return tuple(kept)
