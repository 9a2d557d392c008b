"""A good draft quickly: place the blocks greedily, then trade them between teams. Pure, no solver.

Trading is simulated annealing over single moves, swaps, and moves that meet a wish. Hard rules hold at every step, so
whatever is best so far is a usable draft. The same seed and number of moves give the same draft on any machine.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

from youthprog.leagues.forming.blocks import Blocks
from youthprog.leagues.forming.types import Levels, Stratum

STRATA = tuple(Stratum)
WEIGHTS = {Stratum.SIZE: 40, Stratum.GENDER: 24, Stratum.SKILL: 9, Stratum.AGES: 5}
HOTTEST, COLDEST = 6.0, 0.25
LOOK_EVERY = 512
Key = tuple[int, ...]
Look = Callable[[int, Key, Sequence[int]], bool]  # moves made, best key and best draft; true to stop


@dataclass(frozen=True)
class Solved:
    """A draft by blocks, None when there is none. `impossible` says that it is proved that there is none."""

    team_of: tuple[int, ...] | None
    bound: int = 0
    proved: bool = False
    impossible: bool = False


class Draft:
    """A draft under way: which team each block is on, with every team's figures. Hard rules hold throughout."""

    def __init__(self, blocks: Blocks, team_of: Sequence[int]):
        self.blocks = blocks
        self.team_of = list(team_of)
        self.counted = [
            (WEIGHTS[each.stratum], STRATA.index(each.stratum), each.of_block, each.windows) for each in blocks.counted
        ]
        teams = range(len(blocks.teams))
        self.figures = [[0] * len(self.counted) for _ in teams]
        self.heads = [0 for _ in teams]
        self.on: list[list[int]] = [[] for _ in teams]
        for block, team in enumerate(self.team_of):
            self.on[team].append(block)
            self.heads[team] += len(blocks.members[block])
            for place, (_weight, _stratum, of_block, _windows) in enumerate(self.counted):
                self.figures[team][place] += of_block[block]
        self.costs = [self._cost(team, self.figures[team]) for team in teams]
        self.cost = sum(self.costs)
        self.score = blocks.sure + sum(
            worth
            for block, wanted in enumerate(blocks.wishes)
            for other, worth in wanted.items()
            if other > block and self.team_of[other] == self.team_of[block]
        )

    @property
    def levels(self) -> Levels:
        """How far each stratum is from even."""
        found = [0, 0, 0, 0]
        for team, figures in enumerate(self.figures):
            for (_weight, stratum, _of_block, windows), figure in zip(self.counted, figures, strict=True):
                found[stratum] += windows[team].excess(figure)
        return (found[0], found[1], found[2], found[3])

    @property
    def key(self) -> Key:
        """What drafts are compared by; smaller is better."""
        return (*self.levels, -self.score)

    def _cost(self, team: int, figures: Sequence[int]) -> int:
        cost = 0
        for (weight, _stratum, _of_block, windows), figure in zip(self.counted, figures, strict=True):
            window = windows[team]
            if figure < window.least:
                cost += weight * (window.least - figure)
            elif figure > window.most:
                cost += weight * (figure - window.most)
        return cost

    def may_move(self, block: int, team: int, leaving: int | None = None) -> bool:
        """Whether hard rules let a block come to a team, from which `leaving` goes away."""
        blocks = self.blocks
        if team not in blocks.allowed[block]:
            return False
        gone = len(blocks.members[leaving]) if leaving is not None else 0
        if self.heads[team] + len(blocks.members[block]) - gone > blocks.capacity(team):
            return False
        return not any(self.team_of[other] == team and other != leaving for other in blocks.apart[block])

    def _wishes(self, block: int, team: int, besides: int | None = None) -> int:
        return sum(
            worth
            for other, worth in self.blocks.wishes[block].items()
            if self.team_of[other] == team and other != besides
        )

    def gain(self, coming: int, team: int, leaving: int | None = None) -> int:
        """What is won when a block comes to a team, and `leaving` goes where it came from; less than 0 is lost."""
        source = self.team_of[coming]
        here, there = self.figures[source], self.figures[team]
        new_here, new_there = list(here), list(there)
        for place, (_weight, _stratum, of_block, _windows) in enumerate(self.counted):
            step = of_block[coming] - (of_block[leaving] if leaving is not None else 0)
            new_here[place] -= step
            new_there[place] += step
        won = self.costs[source] + self.costs[team] - self._cost(source, new_here) - self._cost(team, new_there)
        won += self._wishes(coming, team, leaving) - self._wishes(coming, source)
        if leaving is not None:
            won += self._wishes(leaving, source, coming) - self._wishes(leaving, team)
        return won

    def move(self, block: int, team: int) -> None:
        """Put a block on a team."""
        source = self.team_of[block]
        self.score += self._wishes(block, team) - self._wishes(block, source)
        self.on[source].remove(block)
        self.on[team].append(block)
        self.heads[source] -= len(self.blocks.members[block])
        self.heads[team] += len(self.blocks.members[block])
        for place, (_weight, _stratum, of_block, _windows) in enumerate(self.counted):
            self.figures[source][place] -= of_block[block]
            self.figures[team][place] += of_block[block]
        for each in (source, team):
            cost = self._cost(each, self.figures[each])
            self.cost += cost - self.costs[each]
            self.costs[each] = cost
        self.team_of[block] = team


def first_draft(blocks: Blocks, before: Mapping[int, int] | None = None) -> list[int] | None:
    """A draft by the serpentine of the field: settled blocks first, then the largest and strongest to the neediest team.

    `before` is a draft of an earlier run, by block, kept where it still may be. None when greed finds no way.
    """
    count = len(blocks.members)
    team_of: list[int] = [-1] * count
    heads = [0] * len(blocks.teams)
    skills = [0] * len(blocks.teams)
    skill_of = next(each.of_block for each in blocks.counted if each.stratum is Stratum.SKILL)

    def may(block: int, team: int) -> bool:
        fits = heads[team] + len(blocks.members[block]) <= blocks.capacity(team)
        return fits and not any(team_of[other] == team for other in blocks.apart[block])

    def rank(block: int) -> tuple[int, ...]:
        return (
            len(blocks.allowed[block]),
            -len(blocks.members[block]),
            -len(blocks.apart[block]),
            -skill_of[block],
            block,
        )

    for block in sorted(range(count), key=rank):
        free = [team for team in blocks.allowed[block] if may(block, team)]
        if not free:
            return None
        wanted = (before or {}).get(block)
        team = wanted if wanted in free else min(free, key=lambda each: (heads[each], skills[each], each))
        assert team is not None
        team_of[block] = team
        heads[team] += len(blocks.members[block])
        skills[team] += skill_of[block]
    return team_of


def trade(
    blocks: Blocks,
    start: Sequence[int],
    *,
    moves: int,
    seed: int,
    hottest: float = HOTTEST,
    look: Look | None = None,
) -> list[int]:
    """Better a draft by moves and swaps. `look` is shown the best so far and may stop it. Returns the best draft.

    A low `hottest` keeps near to `start`, for mending a good draft.
    """
    draft = Draft(blocks, start)
    free = [block for block, allowed in enumerate(blocks.allowed) if len(allowed) > 1]
    best, best_key, best_cost = list(draft.team_of), draft.key, draft.cost
    if not free or len(blocks.teams) < 2:
        return best
    chance = random.Random(seed)
    wishing = [block for block in free if blocks.wishes[block]]
    most = (0, 0, 0, 0, -blocks.most_score)
    cooling = log(COLDEST / hottest)
    heat = hottest
    for step in range(moves):
        if step % LOOK_EVERY == 0:
            heat = hottest * exp(cooling * step / moves)
            if best_key == most or (look is not None and look(step, best_key, best)):
                break
        coming, team, leaving = _proposed(draft, free, wishing, chance)
        if team == draft.team_of[coming] or not draft.may_move(coming, team, leaving):
            continue
        source = draft.team_of[coming]
        if leaving is not None and not draft.may_move(leaving, source, coming):
            continue
        won = draft.gain(coming, team, leaving)
        if won < 0 and chance.random() >= exp(won / heat):
            continue
        draft.move(coming, team)
        if leaving is not None:
            draft.move(leaving, source)
        if draft.cost <= best_cost and won != 0 and draft.key < best_key:
            best, best_key, best_cost = list(draft.team_of), draft.key, draft.cost
    return best


def _proposed(
    draft: Draft, free: Sequence[int], wishing: Sequence[int], chance: random.Random
) -> tuple[int, int, int | None]:
    """What to try: who comes to which team, and who leaves it in exchange."""
    dice = chance.random()
    if wishing and dice < 0.35:
        coming = wishing[int(chance.random() * len(wishing))]
        wanted = list(draft.blocks.wishes[coming])
        team = draft.team_of[wanted[int(chance.random() * len(wanted))]]
    else:
        coming = free[int(chance.random() * len(free))]
        team = int(chance.random() * len(draft.on))
    if dice > 0.92 or not draft.on[team]:
        return coming, team, None
    there = draft.on[team]
    return coming, team, there[int(chance.random() * len(there))]


def all_even(levels: Levels) -> dict[Stratum, int]:
    """The limits that hold a draft to these levels."""
    return dict(zip(STRATA, levels, strict=True))
