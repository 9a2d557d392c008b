"""Team forming: children, links and wishes in; a full draft with reasons out, or the rules that leave no way.

Blocks are placed greedily, traded, then bettered and proved by the exact solver; last, every unmet wish is tried once
more by force to learn what it would cost. A better draft met on that way is taken. Without the optimizer the draft is
as good as trading makes it, and says that nothing is proved.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from youthprog.leagues.forming.blocks import Blocks, blocks_of, contradiction_of
from youthprog.leagues.forming.looking import figures_of
from youthprog.leagues.forming.reasons import Better, by_child, placements_of, unmet_of
from youthprog.leagues.forming.search import Draft, Key, Solved, first_draft, trade
from youthprog.leagues.forming.solver import Effort, better, conflict_in, draft_within, needed_only, solver_is_here
from youthprog.leagues.forming.types import (
    Budget,
    Contradiction,
    Figures,
    Obstacle,
    Phase,
    Progress,
    Proposal,
    Stratum,
    Task,
    Unmet,
)

TRADING_SHARE, PROVING_SHARE, EXPLAINING_SHARE = 0.3, 0.4, 0.25
CONFLICT_SECONDS = 5.0
ROUNDS = 4  # how often explaining may begin anew with a better draft
Tell = Callable[[Progress], None]
Stop = Callable[[], bool]


class NoWayFound(Exception):
    """No draft was found that keeps all hard rules, and it is not proved that there is none."""


def form_teams(
    task: Task,
    budget: Budget | None = None,
    *,
    before: Mapping[int, int] | None = None,
    tell: Tell = lambda progress: None,
    stop: Stop = lambda: False,
) -> Proposal | Contradiction:
    """Propose a team for every child. `before` is an earlier draft to begin from, child to team.

    Told to stop, it ends soon with the best so far and short explanations. Raises `NoWayFound`.
    """
    return _Forming(task, budget or Budget(), tell, stop).run(before or {})


class _Forming:
    def __init__(self, task: Task, budget: Budget, tell: Tell, stop: Stop):
        self.task, self.budget, self.tell, self.stop = task, budget, tell, stop
        self.began = time.monotonic()

    def run(self, before: Mapping[int, int]) -> Proposal | Contradiction:
        if not self.task.teams:
            return Contradiction(Obstacle.TOO_FEW_PLACES, numbers={"children": len(self.task.children), "places": 0})
        found = contradiction_of(self.task)
        if found is not None:
            return needed_only(self.task, found, self._effort(0.1)) if solver_is_here() else found
        blocks = blocks_of(self.task)
        start = self._start(blocks, before)
        if isinstance(start, Contradiction):
            return start
        best = self._traded(blocks, start)
        bound, proved = blocks.most_score, Draft(blocks, best).key == (0, 0, 0, 0, -blocks.most_score)
        if not proved and solver_is_here() and not self.stop():
            best, bound, proved = self._proved(blocks, best)
        team_of, unmet, proved = self._explained(blocks, by_child(blocks, best), proved)
        figures = self._figures(blocks, team_of, bound, proved)
        self._told(Phase.DONE, 1.0, blocks, team_of, bound)
        return Proposal(placements_of(self.task, blocks, team_of), unmet, figures)

    def _start(self, blocks: Blocks, before: Mapping[int, int]) -> list[int] | Contradiction:
        places = {team: place for place, team in enumerate(blocks.teams)}
        kept = {
            number: places[before[block[0]]]
            for number, block in enumerate(blocks.members)
            if before.get(block[0]) in places
        }
        start = first_draft(blocks, kept)
        if start is not None:
            self._told(Phase.STARTING, 0.02, blocks, by_child(blocks, start), blocks.most_score)
            return start
        if not solver_is_here():
            raise NoWayFound
        solved = draft_within(blocks, {}, self._effort(0.3))
        if solved.team_of is not None:
            return list(solved.team_of)
        conflict = conflict_in(self.task, replace(self._effort(0.3), seconds=CONFLICT_SECONDS))
        if conflict is None:
            raise NoWayFound
        return conflict

    def _traded(self, blocks: Blocks, start: list[int]) -> list[int]:
        until = self.began + self.budget.seconds * TRADING_SHARE

        def look(moves: int, key: Key, best: object) -> bool:
            if moves % 8192 == 0:
                draft = list(best) if isinstance(best, list) else start
                share = 0.05 + TRADING_SHARE * moves / self.budget.moves
                self._told(Phase.TRADING, share, blocks, by_child(blocks, draft), blocks.most_score)
            return self.stop() or time.monotonic() > until

        return trade(blocks, start, moves=self.budget.moves, seed=self.budget.seed, look=look)

    def _proved(self, blocks: Blocks, start: list[int]) -> tuple[list[int], int, bool]:
        self._told(Phase.PROVING, 0.4, blocks, by_child(blocks, start), blocks.most_score)

        def told(draft: object, bound: int) -> None:
            share = 0.4 + PROVING_SHARE * min(1.0, self._spent() / (0.7 * self.budget.seconds))
            if isinstance(draft, list):
                self._told(Phase.PROVING, share, blocks, by_child(blocks, draft), bound)

        seconds = max(1.0, (TRADING_SHARE + PROVING_SHARE) * self.budget.seconds - self._spent())
        effort = Effort(seconds, self.budget.effort, self.budget.workers, self.budget.seed)
        solved = better(blocks, start, effort, stop=self.stop, tell=told)
        assert solved.team_of is not None
        return list(solved.team_of), solved.bound, solved.proved

    def _explained(
        self, blocks: Blocks, team_of: dict[int, int], proved: bool
    ) -> tuple[dict[int, int], tuple[Unmet, ...], bool]:
        """Why each wish left is not met; with a better draft met on the way, when there is one."""

        def told(share: float) -> None:
            self._told(Phase.EXPLAINING, 0.8 + 0.2 * share, blocks, team_of, 0)

        for rounds in range(ROUNDS):
            hurried = self.stop() or self._spent() > 0.9 * self.budget.seconds
            found = unmet_of(
                self.task,
                blocks,
                team_of,
                proved=proved,
                within=self._within,
                moves=1_000 if hurried else max(6_000, 60 * len(blocks.members)),
                seed=self.budget.seed + rounds,
                told=told,
            )
            if not isinstance(found, Better):
                return team_of, found, proved
            team_of = found.team_of
        final = unmet_of(self.task, blocks, team_of, proved=proved, within=self._within, moves=1_000, stands=True)
        assert not isinstance(final, Better)
        return team_of, final, proved

    def _within(self, blocks: Blocks, limits: Mapping[Stratum, int], hint: Sequence[int] | None) -> Solved | None:
        """The solver's draft within limits, as long as there is time for one."""
        allowed = self._trial()
        return draft_within(blocks, limits, allowed, hint) if allowed is not None else None

    def _trial(self) -> Effort | None:
        """What one counter-trial may cost: little, and nothing once the time is up."""
        left = self.budget.seconds - self._spent()
        if self.stop() or left < 0.3 or not solver_is_here():
            return None
        return Effort(min(1.5, left), self.budget.effort, self.budget.workers, self.budget.seed)

    def _effort(self, share: float) -> Effort:
        return Effort(share * self.budget.seconds, self.budget.effort, self.budget.workers, self.budget.seed)

    def _spent(self) -> float:
        return time.monotonic() - self.began

    def _told(self, phase: Phase, share: float, blocks: Blocks, team_of: Mapping[int, int], bound: int) -> None:
        places = {team: place for place, team in enumerate(blocks.teams)}
        draft = Draft(blocks, [places[team_of[block[0]]] for block in blocks.members])
        self.tell(Progress(phase, share, draft.levels, draft.score, bound, dict(team_of)))

    def _figures(self, blocks: Blocks, team_of: Mapping[int, int], bound: int, proved: bool) -> Figures:
        return figures_of(self.task, blocks, team_of, bound=bound, proved=proved)
