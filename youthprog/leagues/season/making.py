"""A schedule, or why there is none: the whole answer to a season's question. Pure.

Counting first, then building, then proof. Three answers are possible, and none claims more than is known: a schedule, a
cause that is proved, or that neither was found in time.
"""

from __future__ import annotations

import enum
import time
from dataclasses import dataclass

from youthprog.leagues.season.causes import Cause
from youthprog.leagues.season.constructing import construct
from youthprog.leagues.season.counts import causes_by_count
from youthprog.leagues.season.proof import prove_impossible
from youthprog.leagues.season.types import Plan, SeasonSpec

BUILD_SECONDS = 1.2  # before the solver is asked whether it can be done at all
PROOF_SECONDS = 3.0
SEEDS = 1_000


class Outcome(enum.StrEnum):
    """What became of the question."""

    MADE = "made"
    IMPOSSIBLE = "impossible"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole schedule, or the smallest cause, or the best that was found with games missing."""

    outcome: Outcome
    plan: Plan
    cause: Cause | None = None
    all_causes: tuple[Cause, ...] = ()


def make(spec: SeasonSpec, *, seconds: float = 0.0) -> Answer:
    """A schedule under every hard rule, or why there is none, in about five seconds; `seconds` more where neither is found."""
    counted = tuple(causes_by_count(spec))
    if counted:
        return Answer(Outcome.IMPOSSIBLE, Plan(), counted[0], counted)
    plan = _built(spec, BUILD_SECONDS)
    if not plan.unplaced:
        return Answer(Outcome.MADE, plan)
    suspects = [pairing.division for pairing in plan.unplaced]
    proof = prove_impossible(spec, seconds=PROOF_SECONDS, suspects=suspects)
    if proof.cause is not None:
        return Answer(Outcome.IMPOSSIBLE, plan, proof.cause, (proof.cause,))
    if seconds:
        more = _built(spec, seconds, first_seed=SEEDS)
        if len(more.unplaced) < len(plan.unplaced):
            plan = more
    return Answer(Outcome.NOT_FOUND if plan.unplaced else Outcome.MADE, plan)


def _built(spec: SeasonSpec, seconds: float, *, first_seed: int = 0) -> Plan:
    """The schedule with the fewest games missing that is found in so many seconds."""
    end = time.monotonic() + seconds
    best: Plan | None = None
    for seed in range(first_seed, first_seed + SEEDS):
        plan = construct(spec, goes_on=lambda: time.monotonic() < end, seed=seed)
        if best is None or len(plan.unplaced) < len(best.unplaced):
            best = plan
        if not best.unplaced or time.monotonic() >= end:
            break
    return best or Plan()
