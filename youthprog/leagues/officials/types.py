"""Words and plain values of officials and volunteers at games."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date, datetime

from youthprog.core.refusals import N_, Refusal

TRAVEL_MINUTES = 30  # between two sites, unless a program says otherwise
MOST_NEEDED = 9  # of one role at one game


class Ending(enum.StrEnum):
    """Why somebody is no longer on for a game."""

    DECLINED = "declined"  # by the person
    TAKEN_OFF = "taken_off"  # by a coordinator
    SWAPPED = "swapped"  # somebody else took the place
    GAME_OFF = "game_off"
    TIES = "ties"  # became family or coach of a team, or was kept away from it
    BUSY = "busy"  # the game moved to where the person is elsewhere
    CREDENTIAL = "credential"  # not in force on the day
    NOT_ASKED = "not_asked"  # left the list, or gave the role up


ENDINGS = {
    Ending.DECLINED: N_("Declined"),
    Ending.TAKEN_OFF: N_("Taken off"),
    Ending.SWAPPED: N_("Swapped"),
    Ending.GAME_OFF: N_("Game called off"),
    Ending.TIES: N_("Belongs to one of the teams"),
    Ending.BUSY: N_("Elsewhere at that time"),
    Ending.CREDENTIAL: N_("A credential is not in force that day"),
    Ending.NOT_ASKED: N_("No longer on the list"),
}

# The roles most leagues begin with: name and Spanish name.
USUAL_ROLES = (
    ("Referee", "Árbitro"),
    ("Scorekeeper", "Anotador"),
    ("Field marshal", "Encargado de campo"),
    ("Concession stand", "Puesto de comida"),
)


@dataclass(frozen=True, slots=True)
class Credential:
    """What a person holds, from a day until a day, both included; without an end it does not lapse."""

    name: str
    from_on: date
    until_on: date | None = None

    def in_force(self, on: date) -> bool:
        """Whether it holds on a day."""
        return self.from_on <= on and (self.until_on is None or on <= self.until_on)


@dataclass(frozen=True, slots=True)
class Span:
    """A time at which somebody is at a site. `key` names what for, so that it can be left out of a look."""

    key: str
    starts_at: datetime
    ends_at: datetime
    site: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A place to be filled at a game: what for, when, where, between whom, and what one must hold on the day."""

    fixture: int
    role: int
    span: Span
    day: date
    teams: frozenset[int]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenPlace:
    """What decides whether a place at a game can be filled at all: how many it needs and has."""

    is_published: bool
    starts_at: datetime
    needed: int
    filled: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be asked.

    `roles` they serve in; `busy` where they are already; `ties` the teams they belong to as family or coach, or are kept
    away from; `load` the games they are on for; `home` the site nearest to them.
    """

    person: int
    name: str = ""
    roles: frozenset[int] = frozenset()
    busy: tuple[Span, ...] = ()
    ties: frozenset[int] = frozenset()
    credentials: tuple[Credential, ...] = ()
    load: int = 0
    home: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """A place and who is proposed for it."""

    place: Place
    person: int


@dataclass(frozen=True, slots=True)
class Left:
    """A place nobody is found for, with the reasons against each candidate."""

    place: Place
    reasons: tuple[tuple[int, tuple[Refusal, ...]], ...] = ()

    def counted(self) -> list[tuple[str, int]]:
        """How many candidates each kind of reason stands against, the commonest first."""
        counts: dict[str, int] = {}
        for _person, reasons in self.reasons:
            for code in {reason.code for reason in reasons}:
                counts[code] = counts.get(code, 0) + 1
        return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


@dataclass(frozen=True, slots=True)
class Filling:
    """A proposal: who could take which open place, and what stays open."""

    given: tuple[Given, ...] = ()
    left: tuple[Left, ...] = ()


@dataclass(frozen=True, slots=True)
class Served:
    """Somebody who is on for a game, as the second look takes it."""

    duty: int
    place: Place
    person: int


@dataclass(frozen=True, slots=True)
class StandDown:
    """Somebody who can no longer serve, and why."""

    served: Served
    ending: Ending
    reasons: tuple[Refusal, ...] = field(default=())
