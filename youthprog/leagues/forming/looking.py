"""How good a draft is that is there, whoever made it, and why its wishes are not met. Pure.

A forming looks for the best; here somebody moved a child by hand, or coaches picked, and the figures and reasons are to
be of the teams as they are now.
"""

from collections.abc import Mapping
from dataclasses import replace

from youthprog.leagues.forming.blocks import Blocks, blocks_of
from youthprog.leagues.forming.checks import spread_of
from youthprog.leagues.forming.reasons import Better, placements_of, unmet_of
from youthprog.leagues.forming.search import Draft
from youthprog.leagues.forming.types import Figures, Placement, Task, Unmet
from youthprog.people.types import Gender

MOST_MOVES, FEWEST_MOVES, MOVES_IN_ALL = 1_000, 100, 12_000  # of the trials behind the reasons: a moment of a request


def looked_at(task: Task, team_of: Mapping[int, int]) -> tuple[Figures, tuple[Unmet, ...], tuple[Placement, ...]]:
    """The figures of a draft, why each unmet wish is not met, and why each child is where it is.

    Children of the task without a team, and what is known of them, are left out. Nothing is proved.
    """
    task = _part_of(task, team_of)
    blocks = blocks_of(task)
    unmet = sum(team_of[wish.child] != team_of[wish.wanted] for wish in set(task.wishes))
    moves = min(MOST_MOVES, max(FEWEST_MOVES, MOVES_IN_ALL // max(1, unmet)))
    reasons = unmet_of(task, blocks, team_of, proved=False, within=_nothing, moves=moves, stands=True)
    assert not isinstance(reasons, Better)
    return figures_of(task, blocks, team_of), reasons, placements_of(task, blocks, team_of)


def _nothing(_blocks: Blocks, _limits: object, _hint: object) -> None:
    """The exact solver is not asked: it weighs too much for a web process."""


def _part_of(task: Task, team_of: Mapping[int, int]) -> Task:
    here = {child.id for child in task.children} & team_of.keys()
    return replace(
        task,
        children=tuple(child for child in task.children if child.id in here),
        links=tuple(link for link in task.links if {link.one, link.other} <= here),
        pins=tuple(pin for pin in task.pins if pin.child in here and team_of[pin.child] == pin.team),
        wishes=tuple(wish for wish in task.wishes if {wish.child, wish.wanted} <= here),
    )


def figures_of(
    task: Task, blocks: Blocks, team_of: Mapping[int, int], *, bound: int | None = None, proved: bool = False
) -> Figures:
    """How good a draft is."""
    places = {team: place for place, team in enumerate(blocks.teams)}
    draft = Draft(blocks, [places[team_of[block[0]]] for block in blocks.members])
    wishes = set(task.wishes)
    met = {wish for wish in wishes if team_of[wish.child] == team_of[wish.wanted]}
    return Figures(
        levels=draft.levels,
        score=draft.score,
        bound=max(draft.score, blocks.most_score if bound is None else bound),
        proved=proved,
        sizes=spread_of(task, team_of),
        girls=spread_of(task, team_of, Gender.GIRL),
        boys=spread_of(task, team_of, Gender.BOY),
        skills=spread_of(task, team_of, skill=True),
        wishes=len(wishes),
        wishes_met=len(met),
        mutual=len(task.mutual),
        mutual_met=len(met & task.mutual),
    )
