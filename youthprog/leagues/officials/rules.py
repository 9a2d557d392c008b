"""Who may serve at which game, who is proposed for open places, and who has to stand down. Pure.

Nobody is at two places: between two games lies the way between their sites. Nobody serves at a game of a team they belong to
as family or coach, nor of a team with a child a court keeps them from; the refusal is the same sentence for all of these,
so that it tells nobody of a court's order. What a role asks for is in force on the day of the game, not on the day of
assigning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from youthprog.core.refusals import N_, Refusal
from youthprog.core.text import fold
from youthprog.leagues.officials.types import (
    MOST_NEEDED,
    TRAVEL_MINUTES,
    Candidate,
    Ending,
    Filling,
    Given,
    Left,
    OpenPlace,
    Place,
    Served,
    Span,
    StandDown,
)

NOT_ASKED, TIES, BUSY, TOO_FAR, HERE = "not_asked", "ties", "busy", "too_far", "here"
MISSING, LAPSED = "credential_missing", "credential_lapsed"
DAY = timedelta(days=1)

ENDING_OF = {
    NOT_ASKED: Ending.NOT_ASKED,
    TIES: Ending.TIES,
    BUSY: Ending.BUSY,
    TOO_FAR: Ending.BUSY,
    MISSING: Ending.CREDENTIAL,
    LAPSED: Ending.CREDENTIAL,
}
# Which reason is named when somebody stands down for several.
GRAVEST = (TIES, MISSING, LAPSED, BUSY, TOO_FAR, NOT_ASKED)

# What stands against candidates, in a few words, for lists.
SHORT = {
    NOT_ASKED: N_("not in this role"),
    TIES: N_("belongs to one of the teams"),
    BUSY: N_("elsewhere at that time"),
    HERE: N_("at this game already"),
    TOO_FAR: N_("too far to get there in time"),
    MISSING: N_("credential missing"),
    LAPSED: N_("credential not in force that day"),
}


def collide(one: Span, other: Span, travel_minutes: int = TRAVEL_MINUTES) -> str | None:
    """Why nobody can be at both: `busy` when they overlap, `too_far` when the way between is longer than the time.

    Between two times at one known site there is no way to go.
    """
    if one.starts_at < other.ends_at and other.starts_at < one.ends_at:
        return BUSY
    if one.site and one.site == other.site:
        return None
    way = timedelta(minutes=travel_minutes)
    return TOO_FAR if one.starts_at < other.ends_at + way and other.starts_at < one.ends_at + way else None


def refusals_to_serve(place: Place, who: Candidate, travel_minutes: int = TRAVEL_MINUTES) -> list[Refusal]:
    """Every reason why somebody does not serve in a place."""
    named = {"name": who.name}
    found = []
    if place.role not in who.roles:
        found.append(Refusal(NOT_ASKED, N_("%(name)s does not serve in this role."), "person_id", named))
    if who.ties & place.teams:
        sentence = N_("%(name)s belongs to one of the teams, as family or coach.")
        found.append(Refusal(TIES, sentence, "person_id", named))
    against = {collide(place.span, span, travel_minutes) for span in who.busy if span.key != place.span.key}
    if BUSY in against:
        found.append(Refusal(BUSY, N_("%(name)s is elsewhere at that time."), "person_id", named))
    elif TOO_FAR in against:
        sentence = N_("%(name)s cannot get there in time: %(minutes)s minutes lie between two sites.")
        found.append(Refusal(TOO_FAR, sentence, "person_id", {**named, "minutes": travel_minutes}))
    return [*found, *_credentials_against(place, who)]


def _credentials_against(place: Place, who: Candidate) -> list[Refusal]:
    found = []
    for wanted in place.needs:
        held = [each for each in who.credentials if fold(each.name) == fold(wanted)]
        values = {"name": who.name, "credential": wanted}
        if not held:
            found.append(Refusal(MISSING, N_("%(name)s has no %(credential)s on file."), "person_id", values))
        elif not any(each.in_force(place.day) for each in held):
            sentence = N_("%(name)s: %(credential)s is not in force on the day of the game.")
            found.append(Refusal(LAPSED, sentence, "person_id", values))
    return found


def refusals_to_assign(place: Place, who: Candidate, travel_minutes: int = TRAVEL_MINUTES) -> list[Refusal]:
    """Every reason why somebody is not put into a place: they cannot serve there, or do so in another role."""
    found = refusals_to_serve(place, who, travel_minutes)
    if any(span.key == place.span.key for span in who.busy):
        found.append(Refusal(HERE, N_("%(name)s serves at this game already."), "person_id", {"name": who.name}))
    return found


def may_serve(place: Place, who: Candidate, travel_minutes: int = TRAVEL_MINUTES) -> bool:
    """Whether nothing speaks against putting somebody into a place."""
    return not refusals_to_assign(place, who, travel_minutes)


def refusals_to_fill(place: OpenPlace, now: datetime) -> list[Refusal]:
    """Why a place at a game takes nobody, whoever it is."""
    if not place.is_published:
        return [Refusal("not_on", N_("This game is not on."))]
    if place.starts_at <= now:
        return [Refusal("begun", N_("This game has begun."))]
    if place.filled >= place.needed:
        return [Refusal("taken", N_("This place is taken."))]
    return []


# ---- filling the gaps ----


def distance(place: Place, who: Candidate) -> int:
    """How far somebody has to go: 0 when at the site that day already, 1 when it is the site nearest to them, else 2."""
    site = place.span.site
    if site and any(span.site == site and span.starts_at.date() == place.span.starts_at.date() for span in who.busy):
        return 0
    return 1 if site and site == who.home else 2


def fill(places: Sequence[Place], people: Iterable[Candidate], travel_minutes: int = TRAVEL_MINUTES) -> Filling:
    """Propose who takes which open place: who has the fewest games first, then who has the shortest way.

    Places that fewest can take come first. Where nobody is left, somebody proposed elsewhere moves over if another can
    step in there. In the end places go from those with the most games to those with at least two fewer. The same input
    gives the same proposal, in whatever order it comes.
    """
    desk = _Desk(sorted(people, key=lambda each: each.person), places, travel_minutes)
    order = sorted(places, key=lambda place: (desk.choice(place), place.span.starts_at, place.fixture, place.role))
    left = [place for place in order if not desk.give(place) and not desk.make_room(place)]
    desk.even_out()
    given = tuple(sorted(desk.given, key=lambda each: (each.place.span.starts_at, each.place.fixture, each.place.role)))
    return Filling(given, tuple(Left(place, desk.against(place)) for place in left))


class _Desk:
    """A proposal in the making: who could take what is asked once, what is proposed meanwhile is asked again."""

    def __init__(self, people: Sequence[Candidate], places: Sequence[Place], travel_minutes: int):
        self.people = {each.person: each for each in people}
        self.travel_minutes = travel_minutes
        self.fit = {
            place: [who.person for who in people if may_serve(place, _near(who, place), travel_minutes)]
            for place in set(places)
        }
        self.load = {each.person: each.load for each in people}
        self.mine: dict[int, list[Given]] = {each.person: [] for each in people}

    @property
    def given(self) -> list[Given]:
        """All that is proposed."""
        return [each for mine in self.mine.values() for each in mine]

    def choice(self, place: Place) -> int:
        """How many could take a place at the start."""
        return len(self.fit[place])

    def between(self, place: Place, person: int) -> list[Given]:
        """What is proposed to somebody and stands between them and a place; one person has one role at a game."""
        key = place.span.key
        return [
            each
            for each in self.mine[person]
            if each.place.span.key == key or collide(place.span, each.place.span, self.travel_minutes)
        ]

    def best(self, place: Place, but: int | None = None) -> int | None:
        """Who takes a place by the rule, if anybody can."""
        free = [person for person in self.fit[place] if person != but and not self.between(place, person)]
        return min(free, key=lambda person: (self.load[person], self.way(place, person), person), default=None)

    def way(self, place: Place, person: int) -> int:
        """How far somebody has to go, with what is proposed to them."""
        spans = tuple(each.place.span for each in self.mine[person])
        return distance(place, replace(self.people[person], busy=(*self.people[person].busy, *spans)))

    def give(self, place: Place) -> bool:
        """Propose somebody for a place; False when nobody can take it."""
        person = self.best(place)
        if person is not None:
            self.put(place, person)
        return person is not None

    def put(self, place: Place, person: int) -> None:
        """Propose this person."""
        self.mine[person].append(Given(place, person))
        self.load[person] += 1

    def take(self, given: Given) -> None:
        """Take a proposal back."""
        self.mine[given.person].remove(given)
        self.load[given.person] -= 1

    def make_room(self, place: Place) -> bool:
        """Let somebody who is proposed elsewhere take the place, if another can step in there."""
        for person in self.fit[place]:
            blocking = self.between(place, person)
            other = self.best(blocking[0].place, but=person) if len(blocking) == 1 else None
            if other is not None:
                self.take(blocking[0])
                self.put(blocking[0].place, other)
                self.put(place, person)
                return True
        return False

    def even_out(self) -> None:
        """Hand proposals from those with the most games to those with at least two fewer. Each step evens, so it ends."""
        moved = True
        while moved:
            moved = False
            for given in sorted(
                self.given, key=lambda each: (-self.load[each.person], each.place.fixture, each.person)
            ):
                other = self.best(given.place, but=given.person)
                if other is not None and self.load[other] <= self.load[given.person] - 2:
                    self.take(given)
                    self.put(given.place, other)
                    moved = True

    def against(self, place: Place) -> tuple[tuple[int, tuple[Refusal, ...]], ...]:
        """The reasons against each candidate, as things stand at the end."""
        found = []
        for person, who in self.people.items():
            spans = tuple(each.place.span for each in self.mine[person])
            near = _near(replace(who, busy=(*who.busy, *spans)), place)
            found.append((person, tuple(refusals_to_assign(place, near, self.travel_minutes))))
        return tuple(found)


def _near(who: Candidate, place: Place) -> Candidate:
    """Somebody with only what lies within a day of a place: nothing else can collide with it."""
    first, last = place.span.starts_at - DAY, place.span.ends_at + DAY
    return replace(who, busy=tuple(span for span in who.busy if span.ends_at > first and span.starts_at < last))


# ---- the second look ----


def stand_downs(
    served: Iterable[Served], people: Mapping[int, Candidate], travel_minutes: int = TRAVEL_MINUTES
) -> list[StandDown]:
    """Who can no longer serve where they are on, looked at in the order given.

    Whoever stands down from one game is free for the next one looked at: of two games that collide, one stays.
    """
    now, found = dict(people), []
    for each in served:
        who = now.get(each.person) or Candidate(each.person)
        reasons = refusals_to_serve(each.place, who, travel_minutes)
        if reasons:
            codes = {reason.code for reason in reasons}
            gravest = next(code for code in GRAVEST if code in codes)
            found.append(StandDown(each, ENDING_OF[gravest], tuple(reasons)))
            now[each.person] = replace(who, busy=tuple(span for span in who.busy if span.key != each.place.span.key))
    return found


# ---- what a department says ----


def refusals_to_need(needed: Mapping[int, int]) -> list[Refusal]:
    """Why these numbers cannot be asked for at a game."""
    if all(0 <= number <= MOST_NEEDED for number in needed.values()):
        return []
    return [Refusal("number", N_("Write a number from 0 to %(most)s."), None, {"most": MOST_NEEDED})]
