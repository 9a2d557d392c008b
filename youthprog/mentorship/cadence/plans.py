"""A program's settings as they are kept: plain values in, plain values out. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from youthprog.mentorship.cadence.types import (
    AREAS,
    PRESETS,
    USUAL,
    USUAL_POINTS,
    WARN_FROM,
    Depth,
    Party,
    Plan,
    Rhythm,
    Sign,
    Unit,
)


def plan_of(kept: Mapping[str, Any] | None) -> Plan:
    """The plan a program keeps; without one, the national standard's and the usual points."""
    kept = kept or {}
    preset = kept.get("preset", USUAL)
    published = PRESETS.get(preset or "")
    read_on = kept.get("read_on")
    return Plan(
        preset=preset if published else None,
        rhythms=published.rhythms if published else tuple(rhythm_of(line) for line in kept.get("rhythms", ())),
        source=published.source if published else kept.get("source", ""),
        read_on=published.read_on if published else date.fromisoformat(read_on) if read_on else None,
        areas=tuple(kept.get("areas") or AREAS),
        points={sign: int(kept.get("points", {}).get(sign.value, usual)) for sign, usual in USUAL_POINTS.items()},
        warn_from=int(kept.get("warn_from", WARN_FROM)),
        rates=kept.get("rates", {}),
    )


def kept_of(plan: Plan) -> dict[str, Any]:
    """A plan as it is kept. A preset is kept by its name, so that what is corrected there holds here."""
    kept: dict[str, Any] = {
        "preset": plan.preset,
        "areas": list(plan.areas),
        "points": {Sign(sign).value: points for sign, points in plan.points.items()},
        "warn_from": plan.warn_from,
        "rates": dict(plan.rates),
    }
    if plan.preset is None:
        read_on = plan.read_on.isoformat() if plan.read_on else None
        kept |= {"rhythms": [line_of(each) for each in plan.rhythms], "source": plan.source, "read_on": read_on}
    return kept


def rhythm_of(line: Mapping[str, Any]) -> Rhythm:
    """A line of a plan out of plain values."""
    party = line.get("party")
    return Rhythm(
        Depth(line["depth"]), Unit(line["unit"]), line["after"], line["until"], line["times"], line["every"],
        Party(party) if party else None,
    )  # fmt: skip


def line_of(rhythm: Rhythm) -> dict[str, Any]:
    """A line of a plan in plain values."""
    return {
        "depth": rhythm.depth.value,
        "unit": rhythm.unit.value,
        "after": rhythm.after,
        "until": rhythm.until,
        "times": rhythm.times,
        "every": rhythm.every,
        "party": rhythm.party.value if rhythm.party else None,
    }
