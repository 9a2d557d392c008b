"""The score of one game on a phone: each coach says it, the coordinator decides, and the card of the game."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import Conflict, NotFound, Refused
from youthprog.documents.types import Paper
from youthprog.leagues.scores import card, queries, services
from youthprog.leagues.scores.forms import ScoreForm
from youthprog.leagues.scores.models import ScoreEntry
from youthprog.leagues.scores.types import GameFacts, Said, Side
from youthprog.leagues.season.models import Fixture
from youthprog.web.edge import actor, door
from youthprog.web.language import LANGUAGES, language, speak
from youthprog.web.language import gettext as _
from youthprog.web.pages import asked_choice, file_response, page

bp = Blueprint("scores", __name__)


@bp.get("/games/<id:fixture_id>/score")
@door(P.SCORE_SAY)
def show(fixture_id: int) -> Response:
    """What is said of a game, and the form for who may say it."""
    fixture = queries.get_game_for(actor(), P.SCORE_SAY, fixture_id, clock.today())
    return _page(fixture, None)


@bp.post("/games/<id:fixture_id>/score")
@door(P.SCORE_SAY)
def say(fixture_id: int) -> BaseResponse:
    """Say the score for an own team."""
    fixture = queries.get_game_for(actor(), P.SCORE_SAY, fixture_id, clock.today())
    sides = queries.own_sides(actor(), fixture, clock.today())
    if not sides:
        raise NotFound
    form, _rows, _facts = asked(fixture, sides, for_league=False)
    if not form.validate_on_submit():
        return _page(fixture, form, 422)
    side = Side(form.side.data) if len(sides) > 1 else sides[0]
    try:
        services.say(fixture, side, form.said(), seen=form.was_seen(side), by=actor(), now=clock.now())
    except Refused as problem:
        form.take(problem.reasons)
        return _page(fixture, form, 409 if isinstance(problem, Conflict) else 422)
    flash(_("Saved. Thank you."), "signed")
    return redirect(url_for(".show", fixture_id=fixture_id), 303)


@bp.post("/games/<id:fixture_id>/decide")
@door(P.PROGRAM_EDIT)
def decide(fixture_id: int) -> BaseResponse:
    """Say for the league what the result is, with the reason."""
    fixture = queries.get_game_for(actor(), P.PROGRAM_EDIT, fixture_id, clock.today())
    form, _rows, _facts = asked(fixture, (), for_league=True)
    if not form.validate_on_submit():
        return _page(fixture, form, 422)
    seen = form.was_seen(Side.LEAGUE)
    try:
        services.decide(fixture, form.said(), form.reason.data or "", seen=seen, by=actor(), now=clock.now())
    except Refused as problem:
        form.take(problem.reasons)
        return _page(fixture, form, 409 if isinstance(problem, Conflict) else 422)
    flash(_("The result is decided."), "signed")
    return redirect(url_for(".show", fixture_id=fixture_id), 303)


def asked(
    fixture: Fixture, sides: Sequence[Side], *, for_league: bool, fresh: bool = False
) -> tuple[Any, list[ScoreEntry], GameFacts]:
    """The form of a game's score as sent, or empty where it is `fresh`, with what is said of the game now."""
    rows = queries.entries_of([fixture.id]).get(fixture.id, [])
    facts = queries.facts_of(fixture, rows, clock.now())
    form: Any = ScoreForm(formdata=None) if fresh else ScoreForm()
    offered = tuple(sides)
    form.offer(
        fixture.home.group.name,
        fixture.away.group.name,
        sides=offered,
        is_knockout=facts.is_knockout,
        for_league=for_league,
    )
    if len(offered) < 2:
        form.drop_side()
    return form, rows, facts


def _page(fixture: Fixture, form: Any, status: int = 200) -> Response:
    """The page of a game's score, with the form that whoever looks may send."""
    program_id = fixture.division.season.program_id
    decides = actor().everywhere(P.PROGRAM_EDIT) or program_id in actor().programs(P.PROGRAM_EDIT)
    sides = () if decides else queries.own_sides(actor(), fixture, clock.today())
    fresh, rows, facts = asked(fixture, sides, for_league=decides, fresh=True)
    if form is None:
        form = fresh
        if shown := said_before(rows, sides, facts, decides):
            form.fill(shown)
    form.look(rows)
    return page(
        "leagues/score.html",
        status,
        fixture=fixture,
        form=form,
        facts=facts,
        decides=decides,
        may_say=bool(sides) and not facts.result.is_final,
        said={row.side: queries.said_in(row) for row in rows},
        history=queries.history_of(fixture.id),
        begun=facts.now >= facts.starts_at,
    )


def said_before(rows: Sequence[ScoreEntry], sides: Sequence[Side], facts: GameFacts, decides: bool) -> Said | None:
    """What stands in the form at first: the own word for a coach, what counts now for who decides."""
    if decides:
        return facts.result.said
    return next((queries.said_in(row) for row in rows if sides and row.side is sides[0]), None)


# ---- the card of a game ----


@bp.post("/games/<id:fixture_id>/card")
@door(P.ROSTER_PRINT)
def make_card(fixture_id: int) -> BaseResponse:
    """See that the card of a game has its link, and open the card."""
    fixture = queries.get_game_for(actor(), P.ROSTER_PRINT, fixture_id, clock.today())
    if queries.keeping_score([fixture.division_id]):
        services.make_link(fixture, by=actor(), now=clock.now())
    return redirect(url_for(".card_pdf", fixture_id=fixture_id), 303)


@bp.get("/games/<id:fixture_id>/card.pdf")
@door(P.ROSTER_PRINT)
def card_pdf(fixture_id: int) -> Response:
    """The card of a game: both lists as the reader may see them, places for the score, the code that opens its entry."""
    fixture = queries.get_game_for(actor(), P.ROSTER_PRINT, fixture_id, clock.today())
    speak(asked_choice("language", tuple(LANGUAGES), language()))
    paper = Paper(asked_choice("paper", tuple(Paper), Paper.LETTER))
    printed, players = card.print_card(actor(), fixture, now=clock.now(), language=language(), paper=paper)
    record_read("game_card.printed", "game", fixture.id, by=actor(), players=players)
    name = _("%(home)s – %(away)s, game card", home=fixture.home.group.name, away=fixture.away.group.name)
    return file_response(printed, name=f"{name}.pdf")
