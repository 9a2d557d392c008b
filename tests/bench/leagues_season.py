"""A season's schedule: made, made better, refused with its cause, and repaired after rain."""

import random
import time
from collections.abc import Iterator
from dataclasses import replace

from tests.bench.measure import Measure, ratio
from tests.makers.leagues import eight_by_eight, little_league
from tests.rules.test_season_causes import PLANTERS
from youthprog.leagues.season.constructing import construct
from youthprog.leagues.season.faults import faults_of
from youthprog.leagues.season.improving import improve, points_of
from youthprog.leagues.season.making import Outcome, make
from youthprog.leagues.season.rain_out import CHOICES, Closing, repair
from youthprog.leagues.season.types import Plan, SeasonSpec

TRIES = 400_000  # what a minute of one loaded core allows at least
PLANTED = 30
ANSWER_SECONDS = 5.0


def measures() -> Iterator[Measure]:
    for part in PARTS:
        yield from part()


def a_real_league() -> Iterator[Measure]:
    """31 teams in 6 divisions on 10 fields with 20 blackout days, coaches of two teams and families with two."""
    spec = little_league()
    answer = make(spec)
    yield Measure("season of 31 teams: games without a place", len(answer.plan.unplaced), "games", 0)
    yield Measure("season of 31 teams: broken rules", len(faults_of(answer.plan, spec)), "faults", 0)
    better = improved(spec, answer.plan)
    yield Measure("season of 31 teams, made better: broken rules", len(faults_of(better, spec)), "faults", 0)
    gained = points_of(spec, better) / points_of(spec, answer.plan)
    yield Measure("season of 31 teams: points after making better, against before", gained, "times", 0.5)
    yield from after_rain(spec, better)


def improved(spec: SeasonSpec, plan: Plan) -> Plan:
    return improve(spec, plan, keep_on=lambda progress: progress.tries < TRIES)


def after_rain(spec: SeasonSpec, plan: Plan) -> Iterator[Measure]:
    """Days closed until 40 games fall out."""
    closings: list[Closing] = []
    count = 0
    for day in sorted({game.slot.day for game in plan.games})[4:]:
        of_day = sum(game.slot.day == day for game in plan.games)
        if count + of_day <= 40:
            closings.append(Closing(day))
            count += of_day
    done = repair(spec, plan, closings, not_before=closings[0].day)
    closed = frozenset(closing.day for closing in closings)
    strict = replace(spec, blackouts=spec.blackouts | closed)
    hit = {each.game for each in done.replacements}
    moved = sum(game not in done.plan.games for game in plan.games if game not in hit)
    yield Measure("rain-out: games that fall out", len(hit), "games", 35, more_is_better=True)
    yield Measure("rain-out: games moved that need not", moved, "games", 0)
    yield Measure("rain-out: broken rules", len(faults_of(done.plan, strict)), "faults", 0)
    short = sum(len(each.choices) < CHOICES for each in done.replacements)
    yield Measure("rain-out: games without three places to choose", short, "games", 0)
    passes = 200  # one reading of the rules of a whole season takes a few thousandths of a second
    measured = ratio(
        lambda: repair(spec, plan, closings, not_before=closings[0].day),
        lambda: [faults_of(plan, spec) for _pass in range(passes)],
        rounds=3,
    )
    yield Measure(f"rain-out of 40 games, against {passes} readings of the rules", measured, "times", 4)


def eight_divisions() -> Iterator[Measure]:
    """64 teams in 8 divisions, 448 games, 14 closures, at once; then better than the rotated circle."""
    spec = eight_by_eight()
    plan = construct(spec, pushes=0)
    yield Measure("season of 64 teams without a solver: broken rules", len(faults_of(plan, spec)), "faults", 0)
    measured = ratio(lambda: construct(spec, pushes=0), lambda: faults_of(plan, spec), rounds=15)
    yield Measure("season of 64 teams made, against one reading of the rules", measured, "times", 3)
    better = improved(spec, plan)
    gained = points_of(spec, better) / points_of(spec, plan)
    yield Measure("season of 64 teams: points after making better, against the rotated circle", gained, "times", 0.83)


def why_not() -> Iterator[Measure]:
    """Planted impossibilities of every kind."""
    wrong = late = 0
    for number in range(PLANTED):
        planted = PLANTERS[number % len(PLANTERS)](random.Random(1000 + number))
        start = time.monotonic()
        answer = make(planted.spec)
        late += time.monotonic() - start > ANSWER_SECONDS
        cause = answer.cause
        right = answer.outcome is Outcome.IMPOSSIBLE and cause is not None and cause.kind == planted.kind
        wrong += not (
            right and cause is not None and (cause.needed, cause.offered) == (planted.needed, planted.offered)
        )
    yield Measure(f"planted impossibilities of {PLANTED} not named exactly", wrong, "seasons", 0)
    yield Measure(f"planted impossibilities of {PLANTED} answered after {ANSWER_SECONDS:.0f} s", late, "seasons", 0)


PARTS = (a_real_league, eight_divisions, why_not)
