"""Verbs of officials and volunteers: who is asked, put into a place, taken off, looked at again. They never commit.

Whoever fills a place first holds the game, then the person on every list: two coordinators at once put nobody into two games
that collide, and no game has more people than it needs.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import clock, db, serving
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.events import publish
from youthprog.core.refusals import N_, Conflict, Refusal, Refused, refuse_if
from youthprog.credentials.types import OVER_HOURS, CredentialLapsed
from youthprog.leagues.officials import candidates, notices, queries, rules
from youthprog.leagues.officials.models import (
    Duty,
    Official,
)
from youthprog.leagues.officials.notices import Change
from youthprog.leagues.officials.queries import GameRow, RolePlaces
from youthprog.leagues.officials.types import Candidate, Ending, OpenPlace, Served, StandDown
from youthprog.leagues.season.models import Fixture
from youthprog.leagues.season.types import FixtureState
from youthprog.people.types import CustodyRestricted
from youthprog.programs.models import Season
from youthprog.programs.types import GatheringCanceled, GroupChanged, ServiceWarned

NOT_OPEN = N_("This place is not open any more.")


@dataclass(frozen=True)
class Accepted:
    """What became of a proposal: the places filled, and those refused meanwhile with their reasons."""

    filled: int
    refused: tuple[Refusal, ...]


# ---- places ----


def assign(game: GameRow, role_id: int, person_id: int, *, by: Actor, now: datetime) -> Duty:
    """Put somebody into an open place of a game, and tell them. Raises `Refused` with every reason."""
    duty = _put(game.fixture_id, role_id, person_id, by=by, now=now)
    notices.tell([Change(person_id, game.fixture_id, role_id, is_on=True)], by=by, now=now)
    return duty


def take(fixture_id: int, role_id: int, *, by: Actor, now: datetime) -> Duty:
    """Take an open place oneself. Every reason against it is the same sentence, which tells nobody of any child; but the
    hours one has used up are one's own."""
    try:
        return _put(fixture_id, role_id, by.person_id or 0, by=by, now=now)
    except Refused as problem:
        if all(each.code == OVER_HOURS for each in problem.reasons):
            raise
        raise Conflict([Refusal("not_open", NOT_OPEN)]) from problem


def _put(fixture_id: int, role_id: int, person_id: int, *, by: Actor, now: datetime) -> Duty:
    _hold_games([fixture_id])
    _hold_people([person_id])
    game = queries.find_game(fixture_id)
    role = game.role(role_id) if game is not None else None
    if game is None or role is None:
        raise Conflict([Refusal("taken", N_("This place is taken."))])
    refuse_if(_refusals_to_put(game, role, person_id, now))
    look = _look_at(game, person_id)
    refuse_if(list(look.refusals))
    duty = Duty(
        fixture_id=fixture_id, role_id=role_id, person_id=person_id, assigned_at=now, assigned_by_id=by.person_id
    )
    db.session().add(duty)
    db.flush()
    record(
        "duty.assigned", "fixture", fixture_id, by=by, now=now, duty_id=duty.id, role_id=role_id, person_id=person_id
    )
    if look.warnings:
        publish(ServiceWarned(person_id, look.warnings))
    return duty


def _look_at(game: GameRow, person_id: int) -> serving.Look:
    """What the department finds about somebody on the day of a game: hours too, with those of the game."""
    minutes = int((game.ends_at - game.starts_at).total_seconds() // 60)
    on = clock.day_of(game.starts_at)
    return serving.look_at(person_id, program_id=game.program_id, on=on, role="official", minutes=minutes)


def _refusals_to_put(game: GameRow, role: RolePlaces, person_id: int, now: datetime) -> list[Refusal]:
    facts = OpenPlace(game.state is FixtureState.PUBLISHED, game.starts_at, role.needed, len(role.on))
    return rules.refusals_to_fill(facts, now) or _refusals_of(game, role, person_id)


def _refusals_of(game: GameRow, role: RolePlaces, person_id: int) -> list[Refusal]:
    who = candidates.candidates_for([game], person_ids=[person_id]).get(person_id)
    if who is None:
        return [Refusal(rules.NOT_ASKED, N_("This person is not on the list."), "person_id")]
    return rules.refusals_to_assign(game.place(role), who, _travel(game))


def _travel(game: GameRow) -> int:
    return queries.travel_of([game.program_id])[game.program_id]


def decline(duty: Duty, *, by: Actor, now: datetime) -> None:
    """Give one's own place at a game back. It is open again at once."""
    _end(duty.id, Ending.DECLINED, by=by, now=now)


def take_off(duty: Duty, *, by: Actor, now: datetime) -> None:
    """Take somebody off a game, and tell them."""
    fixture_id, role_id, person_id = duty.fixture_id, duty.role_id, duty.person_id
    _end(duty.id, Ending.TAKEN_OFF, by=by, now=now)
    notices.tell([Change(person_id, fixture_id, role_id, is_on=False)], by=by, now=now)


def swap(duty: Duty, person_id: int, *, by: Actor, now: datetime) -> Duty:
    """Let another take somebody's place at a game; both are told. Nothing changes when the other cannot."""
    fixture_id, role_id, gone = duty.fixture_id, duty.role_id, duty.person_id
    _hold_games([fixture_id])
    _hold_people([gone, person_id])
    _end(duty.id, Ending.SWAPPED, by=by, now=now)
    fresh = _put(fixture_id, role_id, person_id, by=by, now=now)
    changes = [Change(gone, fixture_id, role_id, is_on=False), Change(person_id, fixture_id, role_id, is_on=True)]
    notices.tell(changes, by=by, now=now)
    return fresh


def accept(season: Season, wanted: Iterable[tuple[int, int, int]], *, by: Actor, now: datetime) -> Accepted:
    """Fill places as proposed, by (game, role, person). Each is looked at anew; everybody gets one message.

    What changed since the proposal is refused with its reason, the rest is kept.
    """
    triples = sorted(set(wanted))
    inside = {
        game.fixture_id for game in queries.games_of({each[0] for each in triples}) if game.season_id == season.id
    }
    _hold_games(inside)
    _hold_people({person_id for fixture_id, _role_id, person_id in triples if fixture_id in inside})
    changes, refused = [], []
    for fixture_id, role_id, person_id in triples:
        if fixture_id not in inside:
            continue
        try:
            _put(fixture_id, role_id, person_id, by=by, now=now)
            changes.append(Change(person_id, fixture_id, role_id, is_on=True))
        except Refused as problem:
            refused += problem.reasons
    notices.tell(changes, by=by, now=now)
    return Accepted(len(changes), tuple(refused))


def propose(season: Season, from_at: datetime, until_at: datetime) -> tuple[list[GameRow], rules.Filling]:
    """Who could take the open places of a season's coming games, and why nobody can where nobody can. Changes nothing."""
    games = queries.coming_games(season.id, from_at, until_at)
    who = candidates.candidates_for(games)
    places = [game.place(role) for game in games for role in game.places for _number in range(role.gaps)]
    return games, rules.fill(places, who.values(), queries.travel_of([season.program_id])[season.program_id])


def _end(duty_id: int, ending: Ending, *, by: Actor, now: datetime) -> None:
    table = db.table(Duty)
    done = db.session().execute(
        sa.update(table).where(table.c.id == duty_id, table.c.ended_at.is_(None)).values(ended_at=now, ending=ending)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict([Refusal("ended", N_("This changed meanwhile. Look at it again."))])
    row = db.session().get_one(Duty, duty_id, populate_existing=True)
    record(
        "duty.ended", "fixture", row.fixture_id, by=by, now=now, duty_id=duty_id, ending=ending.value,
        person_id=row.person_id,
    )  # fmt: skip


def _hold_games(fixture_ids: Collection[int]) -> None:
    """Let one transaction at a time go on from here for these games, and see them as they are now."""
    db.flush()
    wanted = sa.select(Fixture).where(Fixture.id.in_(fixture_ids)).order_by(Fixture.id).with_for_update()
    db.session().scalars(wanted.execution_options(populate_existing=True)).all()


def hold_games_of(person_id: int, now: datetime) -> None:
    """Games before people, always, so that no two wait for each other."""
    _hold_games(candidates.fixtures_with_duties(now, candidates.of_person(person_id)))


def _hold_people(person_ids: Collection[int]) -> None:
    """Let one transaction at a time go on from here for these people, on whatever list they are."""
    table = db.table(Official)
    wanted = sa.select(table.c.id).where(table.c.person_id.in_(person_ids)).order_by(table.c.id)
    db.session().execute(wanted.with_for_update())


# ---- the second look ----


def check_again(fixture_ids: Collection[int], *, by: Actor = SYSTEM, now: datetime | None = None) -> list[StandDown]:
    """Look again at who is on for these games, after they moved or anything else changed. Returns who stands down.

    Whoever cannot serve there any more is taken off and told, with one message each. Games over stay as they were.
    Of two games that now collide the one that comes first in time keeps its people.
    """
    moment = now or clock.now()
    if not fixture_ids:
        return []
    _hold_games(fixture_ids)
    games = [game for game in queries.games_of(fixture_ids) if game.starts_at > moment]
    on = [
        Served(duty_id, game.place(role), person_id)
        for game in games
        for role in game.places
        for duty_id, person_id, _name in role.on
    ]
    _hold_people({each.person for each in on})
    found = [*_called_off(games, on), *_cannot(games, on)]
    for each in found:
        _end(each.served.duty, each.ending, by=by, now=moment)
    changes = [
        Change(each.served.person, each.served.place.fixture, each.served.place.role, is_on=False) for each in found
    ]
    notices.tell(changes, by=by, now=moment)
    return found


def _called_off(games: Sequence[GameRow], on: Sequence[Served]) -> list[StandDown]:
    off = {game.fixture_id for game in games if game.state is FixtureState.CANCELED}
    return [StandDown(each, Ending.GAME_OFF) for each in on if each.place.fixture in off]


def _cannot(games: Sequence[GameRow], on: Sequence[Served]) -> list[StandDown]:
    """Who can no longer serve, program by program: the way between sites is each program's own matter."""
    standing = [game for game in games if game.state is FixtureState.PUBLISHED]
    who = candidates.candidates_for(standing, person_ids={each.person for each in on}, on_lists=False)
    found: list[StandDown] = []
    for program_id, minutes in queries.travel_of({game.program_id for game in standing}).items():
        here = {game.fixture_id for game in standing if game.program_id == program_id}
        mine = [each for each in on if each.place.fixture in here]
        down = rules.stand_downs(reversed(mine), who, minutes)  # the later of two gives way
        found += down
        for each in down:
            who[each.served.person] = _without(who[each.served.person], each.served)
    return found


def _without(who: Candidate, served: Served) -> Candidate:
    busy = tuple(span for span in who.busy if span.key != served.place.span.key)
    return Candidate(who.person, who.name, who.roles, busy, who.ties, who.credentials, who.load, who.home)


def check_person(person_id: int, *, by: Actor, now: datetime) -> list[StandDown]:
    """Look again at all coming games somebody is on for."""
    return check_again(candidates.fixtures_with_duties(now, candidates.of_person(person_id)), by=by, now=now)


def check_all(now: datetime) -> None:
    """Once a day: look again at everybody who is on for a coming game, by program, so that nothing slips."""
    check_again(candidates.fixtures_with_duties(now), by=SYSTEM, now=now)


# ---- what happens elsewhere ----


def on_canceled(event: GatheringCanceled) -> None:
    """A game that is called off needs nobody."""
    now = clock.now()
    meeting = event.gathering_id
    of_it = sa.or_(Fixture.home_gathering_id == meeting, Fixture.away_gathering_id == meeting)
    check_again(candidates.fixtures_with_duties(now, of_it), by=SYSTEM, now=now)


def on_restricted(event: CustodyRestricted) -> None:
    """Whoever a court keeps from a child serves at no game of the child's teams from this moment on."""
    now = clock.now()
    mine = candidates.of_person(event.adult_id)
    check_again(candidates.fixtures_with_duties(now, mine, candidates.of_youth(event.youth_id)), by=SYSTEM, now=now)


def on_group_changed(event: GroupChanged) -> None:
    """A child that joins a team takes its family off the team's games."""
    if event.joined:
        now = clock.now()
        check_again(candidates.fixtures_with_duties(now, candidates.of_group(event.group_id)), by=SYSTEM, now=now)


def on_lapsed(event: CredentialLapsed) -> None:
    """Whoever lacks from now on what a role asks for stands down from the coming games where it is asked."""
    check_person(event.person_id, by=SYSTEM, now=clock.now())
