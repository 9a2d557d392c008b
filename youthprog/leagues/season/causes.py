"""Why a season cannot be made, as plain values: what is needed, what there is, and the least that would be enough. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Relief:
    """One thing that, changed by the least, takes this cause away: `amount` more days, slots, fewer games and so on."""

    kind: str
    about: tuple[str, ...] = ()
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Cause:
    """Why it cannot be done: what is needed, what there is, and for whom. Keys are those of the spec."""

    kind: str
    needed: int
    offered: int
    divisions: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    dates: tuple[date, ...] = ()
    person: str = ""
    reliefs: tuple[Relief, ...] = ()
