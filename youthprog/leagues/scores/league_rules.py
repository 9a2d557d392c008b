"""A league's rules of standings as data: what is kept of them, what a page may set, and a few to begin with. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from youthprog.core.refusals import N_
from youthprog.leagues.standings.tables import AfterSplit, First, NotAllMet, Rules, steps_known

MOST_STEPS = 6
WHOLE = ("win", "draw", "loss", "forfeit_loss", "forfeit_score", "most_scored", "most_margin")

STEPS = {
    "head_to_head_points": N_("Points in the games among the level teams"),
    "head_to_head_difference": N_("Difference in the games among the level teams"),
    "head_to_head_scored": N_("Scored in the games among the level teams"),
    "head_to_head_quotient": N_("Scored by conceded in the games among the level teams"),
    "points": N_("Points"),
    "points_per_game": N_("Points per game"),
    "wins": N_("Wins"),
    "difference": N_("Difference"),
    "difference_per_game": N_("Difference per game"),
    "scored": N_("Scored"),
    "scored_per_game": N_("Scored per game"),
    "fewest_conceded": N_("Fewest conceded"),
    "fewest_conceded_per_game": N_("Fewest conceded per game"),
    "quotient": N_("Scored by conceded"),
    "lots": N_("Drawing of lots"),
}
FIRSTS = {First.POINTS: N_("Points"), First.POINTS_PER_GAME: N_("Points per game, where teams play unequally often")}
SPLITS = {
    AfterSplit.RESTART: N_("Start again at the first step"),
    AfterSplit.CONTINUE: N_("Go on with the next step"),
}
MEETINGS = {
    NotAllMet.SKIP: N_("Skip the steps that look at the games among them"),
    NotAllMet.USE: N_("Use the games there are"),
}


@dataclass(frozen=True, slots=True)
class Preset:
    """Rules to begin with, and where they are from. What we could not check with whoever made them, we say."""

    label: str
    source: str
    rules: Rules


OURS = N_("Written for this program; no federation’s rules.")
PRESETS: dict[str, Preset] = {
    "plain": Preset(N_("Games among the level teams first"), OURS, Rules()),
    "difference": Preset(N_("Difference first"), OURS, Rules(steps=("difference", "scored", "head_to_head_points"))),
    "among": Preset(
        N_("Everything among the level teams, then everything"),
        N_("As article 74 of the Africa Cup of Nations 2021 was reported; we did not see the regulations themselves."),
        Rules(
            steps=(
                "head_to_head_points",
                "head_to_head_difference",
                "head_to_head_scored",
                "difference",
                "scored",
            )
        ),
    ),
    "capped": Preset(
        N_("Differences capped at 5 a game"),
        N_("Like the rules of a youth soccer cup of 2023 on SincSports, without its bonus points and penalty kicks."),
        Rules(steps=("head_to_head_points", "wins", "difference", "scored", "fewest_conceded"), most_margin=5),
    ),
    "unequal": Preset(
        N_("Per game, where teams play unequally often"),
        OURS,
        Rules(
            first=First.POINTS_PER_GAME,
            steps=("head_to_head_points", "difference_per_game", "scored_per_game"),
            not_all_met=NotAllMet.SKIP,
        ),
    ),
}


def values_of(rules: Rules) -> dict[str, Any]:
    """Rules as plain values. Lots are no rules: they are drawn, and kept where they were."""
    values: dict[str, Any] = {name: getattr(rules, name) for name in WHOLE}
    values |= {"first": rules.first.value, "after_split": rules.after_split.value}
    return values | {"not_all_met": rules.not_all_met.value, "steps": list(rules.steps)}


def rules_from(values: Mapping[str, Any] | None) -> Rules:
    """Rules from plain values, `values_of` the other way round; what is not there is as in `Rules()`."""
    if not values:
        return Rules()
    known = set(steps_known())
    found: dict[str, Any] = {name: values[name] for name in WHOLE if name in values}
    found["first"] = First(values.get("first", First.POINTS))
    found["after_split"] = AfterSplit(values.get("after_split", AfterSplit.RESTART))
    found["not_all_met"] = NotAllMet(values.get("not_all_met", NotAllMet.SKIP))
    if "steps" in values:
        found["steps"] = tuple(step for step in values["steps"] if step in known)
    return replace(Rules(), **found)
