"""Leagues of our own making: seasons to be scheduled, of any size, and one like a real Little League's."""

from __future__ import annotations

import random
from datetime import date, timedelta

from youthprog.leagues.season.types import DivisionSpec, Hours, SeasonSpec, TeamSpec, Tie, VenueSpec, Wish

FIRST = date(2026, 3, 2)  # a Monday
EVENING, MORNING = Hours(17 * 60 + 30, 20 * 60 + 30), Hours(9 * 60, 17 * 60)
WEEK = (*tuple((day, EVENING) for day in range(5)), (5, MORNING))


def teams_of(division: str, count: int) -> tuple[TeamSpec, ...]:
    """Numbered teams of a division."""
    return tuple(TeamSpec(f"{division}{number}", f"{division} {number}") for number in range(1, count + 1))


def one_division(count: int, *, weeks: int = 12, fields: int = 2, **more: object) -> SeasonSpec:
    """One division that plays on Saturdays and in the evenings."""
    division = DivisionSpec("A", "Under 10", teams_of("A", count), **more)  # type: ignore[arg-type]
    venues = tuple(VenueSpec(f"F{number}", f"Field {number}", "park", WEEK) for number in range(1, fields + 1))
    return SeasonSpec(FIRST, FIRST + timedelta(weeks=weeks) - timedelta(days=1), (division,), venues)


def little_league(seed: int = 1) -> SeasonSpec:
    """31 teams in 6 divisions on 10 fields, with 20 blackout days, coaches of two teams, and families with two."""
    dice = random.Random(seed)
    sizes = {"TB": 6, "CP": 6, "A": 6, "AA": 5, "AAA": 4, "MJ": 4}
    minutes = {"TB": 60, "CP": 90, "A": 90, "AA": 120, "AAA": 120, "MJ": 150}
    first, last = FIRST, FIRST + timedelta(weeks=13) - timedelta(days=1)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    divisions = tuple(
        DivisionSpec(
            key,
            key,
            tuple(
                TeamSpec(f"{key}{number}", f"{key} {number}", frozenset(dice.sample(days, 3)))
                for number in range(1, count + 1)
            ),
            minutes[key],
            games=12 if count % 2 == 0 else 10,
            rest_days=1,
            most_a_week=2,
        )
        for key, count in sizes.items()
    )
    assert sum(len(division.teams) for division in divisions) == 31
    small, large = frozenset({"TB", "CP", "A"}), frozenset({"A", "AA", "AAA", "MJ"})
    venues = tuple(
        VenueSpec(
            f"F{number}",
            f"Field {number}",
            f"park{number % 4}",
            WEEK + (((6, Hours(12 * 60, 17 * 60)),) if number % 3 == 0 else ()),
            overrides=((dice.choice(days), (Hours(13 * 60, 19 * 60),)),),
            closed=frozenset(dice.sample(days, 4)),
            divisions=small if number <= 4 else large,
        )
        for number in range(1, 11)
    )
    keys = [team.key for division in divisions for team in division.teams]
    coaches = tuple(Tie(f"coach{number}", tuple(dice.sample(keys, 2))) for number in range(5))
    families = tuple(Wish(*dice.sample(keys, 2)) for _number in range(8))
    return SeasonSpec(first, last, divisions, venues, frozenset(dice.sample(days, 20)), coaches, families)


def eight_by_eight() -> SeasonSpec:
    """64 teams in 8 divisions, everybody twice against everybody, 8 venues, 14 closures: the field notes' season."""
    dice = random.Random(3)
    first = FIRST
    divisions = tuple(
        DivisionSpec(
            f"D{number}",
            f"Division {number}",
            tuple(
                TeamSpec(f"D{number}T{place}", f"Team {number}.{place}", home_venue=f"V{place}") for place in range(8)
            ),
            90,
            legs=2,
        )
        for number in range(8)
    )
    weeks = 16
    saturdays = [first + timedelta(days=5 + 7 * week) for week in range(weeks)]
    venues = tuple(
        VenueSpec(
            f"V{place}",
            f"Venue {place}",
            weekly=((5, Hours(8 * 60, 20 * 60)),),
            closed=frozenset(dice.sample(saturdays, 2 if place < 7 else 0)),
        )
        for place in range(8)
    )
    return SeasonSpec(first, first + timedelta(weeks=weeks) - timedelta(days=1), divisions, venues)
