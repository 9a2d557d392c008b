"""What a change of a published schedule may be: new clashes named, stale pages known, choices read. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from youthprog.core.refusals import N_, Refusal
from youthprog.leagues.changes.types import OFF
from youthprog.leagues.season.faults import faults_of
from youthprog.leagues.season.rain_out import Closing, Lack
from youthprog.leagues.season.types import Fault, Game, Plan, SeasonSpec, Slot

SEEN_LETTERS = 20

# What a changed game would break: the game itself, what stands against it, the day, team or field it is about.
CLASHES = {
    "wrong_venue": N_("%(game)s: this division does not play on %(field)s."),
    "outside_hours": N_("%(game)s: %(field)s is not open then, or not long enough (%(at)s)."),
    "closed": N_("%(game)s: there are no games on %(field)s on %(day)s."),
    "length": N_("%(game)s: the game would be shorter or longer than those of its division."),
    "overlap": N_("%(game)s: %(other)s is on %(field)s at the same time (%(at)s)."),
    "team_away": N_("%(game)s: %(team)s does not play on %(day)s."),
    "weekday": N_("%(game)s: this division does not play on that weekday (%(day)s)."),
    "double_day": N_("%(game)s: %(team)s plays on %(day)s already (%(other)s)."),
    "rest": N_("%(game)s: too few days of rest for %(team)s (%(other)s, %(when)s)."),
    "week": N_("%(game)s: too many games for %(team)s in the week of %(day)s."),
    "person": N_("%(game)s: somebody whom both games need is at %(other)s then, or on the way (%(when)s)."),
}
LACKS = {
    Lack.DIVISION: N_("Its division has no games in this season any more."),
    Lack.DAYS: N_("No field is open for it on any day that is left."),
    Lack.TEAMS: N_("On each of the %(days)s days left one of the teams plays, rests or is away."),
    Lack.FIELDS: N_("On the %(days)s days that suit both teams every field is taken."),
    Lack.PEOPLE: N_("On the %(days)s days with a free field somebody whom a team needs is at another game."),
}


@dataclass(frozen=True)
class Names:
    """What keys are called, and which instant a slot begins at."""

    teams: Mapping[str, str]
    venues: Mapping[str, str]
    at: Callable[[Slot], datetime]


def fingerprint(facts: Iterable[tuple[object, ...]]) -> str:
    """What a page has shown, in a few letters: another one when anything of it changed since."""
    text = "\n".join(repr(each) for each in sorted(facts, key=repr))
    return hashlib.sha256(text.encode()).hexdigest()[:SEEN_LETTERS]


def slot_in(text: str | None, minutes: int, venues: Collection[str]) -> Slot | None:
    """The slot that a form means: day, minute of the day and field, as `slot_word` writes them; None for anything else."""
    day, _mark, rest = (text or "").partition("|")
    minute, _mark, venue = rest.partition("|")
    try:
        starts = int(minute) if len(minute) <= 4 else -1
        on = date.fromisoformat(day)
    except ValueError:
        return None
    if not 0 <= starts < 24 * 60 or venue not in venues:
        return None
    return Slot(on, starts, starts + minutes, venue)


def slot_word(slot: Slot | None) -> str:
    """A slot, or the calling off of a game, as a form sends it."""
    return OFF if slot is None else f"{slot.day.isoformat()}|{slot.starts}|{slot.venue}"


def closings_of(first: date, last: date, venue: str | None) -> list[Closing]:
    """The days from one to another, both included, on which a field, or everything, is closed."""
    venues = frozenset() if venue is None else frozenset({venue})
    return [Closing(first + timedelta(days=number), venues) for number in range((last - first).days + 1)]


def with_closed(spec: SeasonSpec, closings: Iterable[Closing]) -> SeasonSpec:
    """The season in which the closings are days without games."""
    found = list(closings)
    everywhere = frozenset(each.day for each in found if not each.venues)
    venues = tuple(
        replace(venue, closed=venue.closed | {each.day for each in found if venue.key in each.venues})
        for venue in spec.venues
    )
    return replace(spec, venues=venues, blackouts=spec.blackouts | everywhere)


def changed_plan(plan: Plan, places: Mapping[Game, Slot | None]) -> Plan:
    """A plan in which some games have another place, or (None) none any more."""
    games = []
    for game in plan.games:
        slot = places.get(game, game.slot)
        if slot is not None:
            games.append(replace(game, slot=slot))
    return Plan(tuple(games), plan.unplaced)


def fresh_faults(before: Plan, after: Plan, spec: SeasonSpec) -> list[Fault]:
    """The hard rules that a change breaks: those in which a game that was not there before has a part."""
    old = set(before.games)
    return [fault for fault in faults_of(after, spec) if any(game not in old for game in fault.games)]


def reasons_of(faults: Iterable[Fault], before: Plan, names: Names) -> list[Refusal]:
    """Each broken rule as a sentence that names the changed game and what stands against it, each once."""
    old = set(before.games)
    found: dict[tuple[object, ...], Refusal] = {}
    for fault in faults:
        changed = [game for game in fault.games if game not in old]
        if not changed or fault.kind not in CLASHES:
            continue
        game = changed[-1]
        other = next((each for each in fault.games if each != game), game)
        values = {
            "game": _called(game, names),
            "other": _called(other, names),
            "field": names.venues.get(game.slot.venue, "–"),
            "team": names.teams.get(fault.about[0], "–") if fault.about else "–",
            "day": game.slot.day,
            "at": names.at(game.slot),
            "when": names.at(other.slot),
        }
        sentence = CLASHES[fault.kind]
        used = {name: value for name, value in values.items() if f"%({name})s" in sentence}
        found.setdefault((fault.kind, *used.values()), Refusal(fault.kind, sentence, None, used))
    return list(found.values())


def among_themselves(faults: Iterable[Fault], before: Plan) -> bool:
    """Whether somebody's own choices stand against each other: all games of each broken rule are changed ones."""
    old = set(before.games)
    found = [fault for fault in faults]
    return bool(found) and all(len(fault.games) > 1 and not old & set(fault.games) for fault in found)


def _called(game: Game, names: Names) -> str:
    pairing = game.pairing
    return f"{names.teams.get(pairing.home, '–')} – {names.teams.get(pairing.away, '–')}"
