"""Who serves at a season's games: the coordinator's pages, and everybody's own games. An edge module."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import Refusal, Refused
from youthprog.leagues.officials import candidates, own_queries, queries, rules, services
from youthprog.leagues.officials.forms import PersonForm
from youthprog.leagues.officials.own_queries import MyPlace
from youthprog.leagues.officials.queries import COMING, GameRow, RolePlaces
from youthprog.leagues.officials.types import ENDINGS, Candidate
from youthprog.leagues.season.types import FixtureState
from youthprog.programs.models import Season
from youthprog.web.edge import actor, door, signed_in
from youthprog.web.forms import SelectChoice
from youthprog.web.language import gettext as _
from youthprog.web.language import language, ngettext, says
from youthprog.web.pages import asked_text, page

bp = Blueprint("officials", __name__)
FARTHEST = 26  # windows of four weeks: two years


def _deed() -> dict[str, Any]:
    return {"by": actor(), "now": clock.now()}


# ---- the coming games of a season ----


@bp.get("/seasons/<id:season_id>/officials")
@door(P.PROGRAM_EDIT)
def index(season_id: int) -> Response:
    """The coming games of a season, those with open places first."""
    season = queries.get_season_for(actor(), season_id)
    number, from_at, until_at = _window()
    games = queries.coming_games(season_id, from_at, until_at)
    return page(
        "leagues/officials.html",
        season=season,
        gaps=[game for game in games if game.gaps],
        whole=[game for game in games if not game.gaps],
        asks=bool(queries.needs_of(season_id)),
        people=len(candidates.list_officials(season.program_id, clock.now())),
        number=number,
        until_at=until_at,
        more=len(games) == queries.MOST_GAMES,
    )


def _window() -> tuple[int, datetime, datetime]:
    """Which four weeks are asked for: the ones at hand are 0."""
    number = min(key_in(asked_text("weeks", 3)) or 0, FARTHEST)
    starts = clock.now() + number * COMING
    return number, starts, starts + COMING


@bp.get("/seasons/<id:season_id>/officials/proposal")
@door(P.PROGRAM_EDIT)
def proposal(season_id: int) -> Response:
    """Who could take the open places, and why nobody can where nobody can."""
    season = queries.get_season_for(actor(), season_id)
    return _proposal_page(season)


def _proposal_page(season: Season, refused: Sequence[Refusal] = (), status: int = 200) -> Response:
    number, from_at, until_at = _window()
    games, filling = services.propose(season, from_at, until_at)
    by_key = {game.fixture_id: game for game in games}
    named = {line.person_id: line.name for line in candidates.list_officials(season.program_id, clock.now())}
    given = [
        (by_key[each.place.fixture], by_key[each.place.fixture].role(each.place.role), each.person, named[each.person])
        for each in filling.given
    ]
    left = [
        (by_key[each.place.fixture], by_key[each.place.fixture].role(each.place.role), each.counted())
        for each in filling.left
    ]
    return page(
        "leagues/officials_proposal.html", status, season=season, given=given, left=left, short=rules.SHORT,
        refused=[says(reason) for reason in refused], number=number,
    )  # fmt: skip


@bp.post("/seasons/<id:season_id>/officials/proposal")
@door(P.PROGRAM_EDIT)
def accept(season_id: int) -> BaseResponse:
    """Fill the places chosen. What changed since is shown with its reason."""
    season = queries.get_season_for(actor(), season_id)
    chosen = [triple for text in request.form.getlist("place")[:600] if (triple := _triple(text)) is not None]
    done = services.accept(season, chosen, **_deed())
    if done.filled:
        flash(ngettext("One place is filled.", "%(num)s places are filled.", done.filled), "signed")
    elif not done.refused:
        flash(_("Nothing was chosen."), "neutral")
    for reason in done.refused[:5]:
        flash(says(reason), "missing")
    return redirect(url_for(".index", season_id=season_id), 303)


def _triple(text: str) -> tuple[int, int, int] | None:
    parts = [key_in(part) for part in text.split("-", 2)]
    one, other, third = (*parts, None, None, None)[:3]
    return (one, other, third) if one is not None and other is not None and third is not None else None


# ---- one game ----


@dataclass(frozen=True)
class RoleDesk:
    """A role at a game with its form and who could take it or cannot."""

    role: RolePlaces
    form: Any
    cannot: tuple[tuple[str, str], ...]
    others: tuple[Candidate, ...]


@bp.get("/fixtures/<id:fixture_id>/officials")
@door(P.PROGRAM_EDIT)
def show(fixture_id: int) -> Response:
    """Who is on for a game, who could be, and who cannot."""
    return _game_page(queries.get_game_for(actor(), fixture_id))


def _game_page(game: GameRow, status: int = 200, errors: Sequence[Refusal] = (), at: int | None = None) -> Response:
    season = queries.get_season_for(actor(), game.season_id)
    people = candidates.candidates_for([game])
    minutes = queries.travel_of([game.program_id])[game.program_id]
    desks = [_desk(game, role, list(people.values()), minutes) for role in game.places]
    for desk in desks:
        if desk.role.role_id == at:
            desk.form.take(errors)
    return page(
        "leagues/officials_game.html", status, season=season, game=game, desks=desks,
        is_on=game.state is FixtureState.PUBLISHED and game.starts_at > clock.now(),
        ended=queries.ended_at_game(game.fixture_id), endings=ENDINGS,
        roles={role.role_id: role.named(language()) for role in game.places},
        loose=[says(reason) for reason in errors] if at not in [desk.role.role_id for desk in desks] else [],
    )  # fmt: skip


def _desk(game: GameRow, role: RolePlaces, people: Sequence[Candidate], minutes: int) -> RoleDesk:
    place = game.place(role)
    serving = [who for who in people if role.role_id in who.roles]
    judged = [(who, rules.refusals_to_assign(place, who, minutes)) for who in serving]
    fit = [who for who, reasons in judged if not reasons]
    fit.sort(key=lambda who: (who.load, rules.distance(place, who), who.name, who.person))
    form: Any = PersonForm(formdata=None, prefix=f"r{role.role_id}")
    form.person_id.choices = [
        SelectChoice(str(who.person), f"{who.name} ({ngettext('one game', '%(num)s games', who.load)})") for who in fit
    ]
    cannot = tuple(
        (who.name, " ".join(says(reason) for reason in reasons))
        for who, reasons in judged
        if reasons and not any(reason.code == rules.HERE for reason in reasons)
    )
    return RoleDesk(role, form, cannot, tuple(fit))


@bp.post("/fixtures/<id:fixture_id>/officials")
@door(P.PROGRAM_EDIT)
def assign(fixture_id: int) -> BaseResponse:
    """Put somebody into an open place."""
    game = queries.get_game_for(actor(), fixture_id)
    role_id = key_in(request.form.get("role_id", "")) or 0
    person_id = key_in(request.form.get(f"r{role_id}-person_id", "")) or 0
    try:
        services.assign(game, role_id, person_id, **_deed())
    except Refused as problem:
        return _game_page(game, 422, problem.reasons, at=role_id)
    flash(_("The place is filled."), "signed")
    return redirect(url_for(".show", fixture_id=fixture_id), 303)


@bp.post("/duties/<id:duty_id>/swap")
@door(P.PROGRAM_EDIT)
def swap(duty_id: int) -> BaseResponse:
    """Let another take somebody's place."""
    duty = queries.get_duty_for(actor(), duty_id)
    fixture_id = duty.fixture_id
    person_id = key_in(request.form.get("person_id", "")) or 0
    services.swap(duty, person_id, **_deed())
    flash(_("The place is filled."), "signed")
    return redirect(url_for(".show", fixture_id=fixture_id), 303)


@bp.post("/duties/<id:duty_id>/end")
@door(P.PROGRAM_EDIT)
def take_off(duty_id: int) -> BaseResponse:
    """Take somebody off a game."""
    duty = queries.get_duty_for(actor(), duty_id)
    fixture_id = duty.fixture_id
    services.take_off(duty, **_deed())
    flash(_("The place is open again."))
    return redirect(url_for(".show", fixture_id=fixture_id), 303)


# ---- one's own games ----


@bp.get("/my-games")
@signed_in()
def mine() -> Response:
    """The games one serves at, and places one could take."""
    now = clock.now()
    listed = own_queries.my_programs(actor().person_id)
    return page(
        "leagues/my_games.html",
        mine=own_queries.my_places(actor().person_id, now),
        open=_open_to_me(listed, now) if listed else [],
        listed=bool(listed),
        now=now,
    )


def _open_to_me(program_ids: set[int], now: datetime) -> list[MyPlace]:
    """The open places that nothing speaks against. Those of other games are not named, whatever the reason."""
    person_id = actor().person_id or 0
    games = own_queries.open_games(program_ids, now)
    who = candidates.candidates_for(games, person_ids=[person_id]).get(person_id)
    minutes = queries.travel_of(program_ids)
    return [
        MyPlace(game, role)
        for game in games
        for role in game.places
        if who is not None and role.gaps and rules.may_serve(game.place(role), who, minutes[game.program_id])
    ][:40]


@bp.post("/my-games")
@signed_in()
def take() -> BaseResponse:
    """Take an open place."""
    fixture_id = key_in(request.form.get("fixture_id", "")) or 0
    services.take(fixture_id, key_in(request.form.get("role_id", "")) or 0, **_deed())
    flash(_("You are on for this game."), "signed")
    return redirect(url_for(".mine"), 303)


@bp.post("/my-games/<id:duty_id>/decline")
@signed_in()
def decline(duty_id: int) -> BaseResponse:
    """Give a place of one's own back."""
    services.decline(queries.get_own_duty(actor().person_id, duty_id), **_deed())
    flash(_("You are no longer on for this game. The coordinator sees that the place is open."))
    return redirect(url_for(".mine"), 303)
