"""Whether a draft keeps every hard rule, counted anew from the task alone. Pure.

Written apart from what makes drafts and sharing nothing with it, so that a mistake there cannot hide here.
"""

from collections import Counter
from collections.abc import Mapping

from youthprog.leagues.forming.types import Child, LinkKind, Side, Task


def faults_of(task: Task, team_of: Mapping[int, int]) -> list[str]:
    """Every hard rule that a draft breaks, one line each; empty for a draft that may be accepted."""
    faults = []
    children = {child.id: child for child in task.children}
    teams = {team.id: team for team in task.teams}
    faults += [f"child {child} is on no team" for child in sorted(children.keys() - team_of.keys())]
    faults += [f"child {child} was not asked for" for child in sorted(team_of.keys() - children.keys())]
    faults += [f"child {child} is on an unknown team" for child, team in team_of.items() if team not in teams]
    if faults:
        return faults
    for child_id, child in children.items():
        faults += _out_of_place(child, teams[team_of[child_id]])
    for link in task.links:
        same = team_of[link.one] == team_of[link.other]
        if link.kind is LinkKind.APART and same:
            faults.append(f"children {link.one} and {link.other} are kept apart and share a team")
        if link.kind is not LinkKind.APART and not same:
            faults.append(f"children {link.one} and {link.other} belong together ({link.kind}) and are apart")
    for pin in task.pins:
        if team_of[pin.child] != pin.team:
            faults.append(f"child {pin.child} is not on team {pin.team} ({pin.kind})")
    heads = Counter(team_of.values())
    for team in task.teams:
        if team.capacity is not None and heads[team.id] > team.capacity:
            faults.append(f"team {team.id} has {heads[team.id]} and takes {team.capacity}")
    return faults


def _out_of_place(child: Child, team: Side) -> list[str]:
    """Why a child cannot be on a team."""
    faults = []
    if any(day in child.no_days for day in team.days):
        faults.append(f"child {child.id} cannot practice on a day of team {team.id}")
    if team.place is not None and team.place in child.no_places:
        faults.append(f"child {child.id} cannot come to the place of team {team.id}")
    if team.id in child.no_teams:
        faults.append(f"child {child.id} must not be on team {team.id}")
    return faults


def spread_of(task: Task, team_of: Mapping[int, int], gender: str | None = None, *, skill: bool = False) -> int:
    """The largest team's figure less the smallest's: heads, those of a gender, or points of skill."""
    sums = {team.id: 0 for team in task.teams}
    for child in task.children:
        if gender is None or child.gender == gender:
            sums[team_of[child.id]] += child.skill if skill else 1
    return max(sums.values()) - min(sums.values()) if sums else 0
