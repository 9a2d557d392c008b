"""What team forming says on the screen: reasons and contradictions as sentences with names in their places. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from youthprog.core.refusals import N_
from youthprog.leagues.forming.types import (
    Barrier,
    Contradiction,
    Limit,
    Link,
    LinkKind,
    Obstacle,
    Part,
    PinKind,
    Unmet,
    Why,
)

Told = tuple[str, list[tuple[str, Any]]]  # a msgid and the values of its places

LINKS = {
    LinkKind.SIBLINGS: N_("Siblings, on one team"),
    LinkKind.CARPOOL: N_("Carpool, on one team"),
    LinkKind.TOGETHER: N_("Together, on one team"),
    LinkKind.APART: N_("Apart, never on one team"),
}
WHYS = {
    Why.LOCK: N_("You put this child here."),
    Why.COACH: N_("A parent coaches this team."),
    Why.DRAFTED: N_("Picked in the live draft."),
    Why.WITH_PINNED: N_("Stays with %(people)s."),
    Why.ONLY_TEAM: N_("The one team that suits."),
    Why.KEPT_TOGETHER: N_("Stays with %(people)s."),
    Why.WISH: N_("Wished to play with %(people)s."),
    Why.EVEN: N_("Keeps size, gender and skill even."),
}
BARRIERS = {
    Barrier.APART: N_("%(one)s and %(other)s are kept apart."),
    Barrier.TEAMS: N_("%(one)s belongs on %(team)s and %(other)s on %(other_team)s."),
    Barrier.NO_COMMON_TEAM: N_("Practice days, places or a settled team leave no team for both."),
    Barrier.TOO_MANY: N_("With all who come along they are %(together)s, and a team takes %(places)s."),
    Barrier.HARD: N_("The rules that are never broken leave no way to put both on one team."),
    Barrier.SIZE: N_("One team would have %(most)s players and another %(least)s."),
    Barrier.GENDER: N_("One team would have %(most)s girls and another %(least)s."),
    Barrier.SKILL: N_("One team would have %(most)s points of skill and another %(least)s."),
    Barrier.AGES: N_("One team would have %(most)s of an age and another %(least)s."),
    Barrier.WISHES: N_("Other wishes that count as much would be given up."),
    Barrier.OPEN: N_("Nothing forbids it: there is a draft that meets it. Form again."),
}
BOYS = N_("One team would have %(most)s boys and another %(least)s.")
UNEVEN = N_("Teams would be less even.")
INSTEAD = N_("It would cost the wish of %(people)s.")
OBSTACLES = {
    Obstacle.APART_WITHIN: N_("These rules keep two children together and apart at once."),
    Obstacle.TWO_TEAMS: N_("These rules keep children together who are settled on different teams."),
    Obstacle.NO_TEAM: N_("These children stay together, and no team suits them all."),
    Obstacle.TOO_MANY_TOGETHER: N_(
        "%(together)s children or more stay together, and no team takes more than %(places)s."
    ),
    Obstacle.TOO_FEW_PLACES: N_("There are %(children)s children and %(places)s places on the teams."),
    Obstacle.TOGETHER_IMPOSSIBLE: N_("These rules cannot all be kept. Without any one of them there is a way."),
}
PARTS = {
    LinkKind.SIBLINGS: N_("%(one)s and %(other)s are siblings"),
    LinkKind.CARPOOL: N_("%(one)s and %(other)s share a carpool"),
    LinkKind.TOGETHER: N_("%(one)s and %(other)s stay together"),
    LinkKind.APART: N_("%(one)s and %(other)s are kept apart"),
    PinKind.COACH: N_("A parent of %(one)s coaches %(team)s"),
    PinKind.LOCK: N_("You put %(one)s on %(team)s"),
}
CANNOT = N_("%(one)s cannot be on %(team)s")
Names = Mapping[int, str]


def why_of(why: Why, people: Iterable[int], names: Names) -> Told:
    """Why a child is on its team."""
    return WHYS[why], [("people", ", ".join(names.get(each, "…") for each in people))]


def barrier_of(unmet: Unmet, names: Names, teams: Names) -> Told:
    """The one reason why a wish is not met."""
    values: list[tuple[str, Any]] = [(name, value) for name, value in unmet.numbers.items() if name != "gender"]
    values += zip(("one", "other"), (names.get(each, "…") for each in unmet.people), strict=False)
    values += zip(("team", "other_team"), (teams.get(each, "…") for each in unmet.teams), strict=False)
    if unmet.barrier in (Barrier.SIZE, Barrier.GENDER, Barrier.SKILL, Barrier.AGES) and not unmet.numbers:
        return UNEVEN, []
    if unmet.barrier is Barrier.GENDER and unmet.numbers.get("gender") == "boy":
        return BOYS, values
    return BARRIERS[unmet.barrier], values


def instead_of(unmet: Unmet, names: Names) -> Told | None:
    """Whose wishes the nearest arrangement found would give up."""
    if not unmet.instead:
        return None
    found = list(dict.fromkeys(names.get(wish.child, "…") for wish in unmet.instead))
    return INSTEAD, [("people", ", ".join(found[:4]) + (", …" if len(found) > 4 else ""))]


def obstacle_of(found: Contradiction) -> Told:
    """Why there is no way."""
    return OBSTACLES[found.obstacle], list(found.numbers.items())


def part_of(part: Part, names: Names, teams: Names) -> Told:
    """One rule of a contradiction."""
    if isinstance(part, Link):
        return PARTS[part.kind], [("one", names.get(part.one, "…")), ("other", names.get(part.other, "…"))]
    values = [("one", names.get(part.child, "…")), ("team", teams.get(part.team, "…"))]
    return (CANNOT if isinstance(part, Limit) else PARTS[part.kind]), values
