"""What the code on a game's card opens: the entry of that game's score, for whoever stands at the field with the card."""

from typing import Any

from flask import Blueprint, Response, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.access import throttle
from youthprog.core import clock
from youthprog.core.refusals import N_, Conflict, Refused
from youthprog.leagues.scores import queries, services
from youthprog.leagues.scores.forms import CodeForm
from youthprog.leagues.scores.games import asked
from youthprog.leagues.scores.models import ScoreLink
from youthprog.leagues.scores.types import Side
from youthprog.leagues.season.models import Fixture
from youthprog.web.edge import actor, keep, public
from youthprog.web.language import gettext as _
from youthprog.web.pages import page

bp = Blueprint("game_codes", __name__)
BOTH = (Side.HOME, Side.AWAY)
MOST_WORDS = 8  # said by one card in fifteen minutes
NOTHING = N_(
    "This code opens nothing. Check the letters; it also ends some days after the game, and once the score is final."
)


@bp.get("/g")
@public()
def ask() -> Response:
    """The form for a code that is typed."""
    return page("leagues/score_code.html", form=CodeForm(formdata=None))


@bp.post("/g")
@public()
def find() -> BaseResponse:
    """Go to the game of a typed code; wrong ones are counted."""
    form: Any = CodeForm()
    buckets, now = [throttle.bucket("game-code-from", actor().ip)], clock.now()
    throttle.lock(buckets)
    if throttle.full_until(buckets, now):
        form.code.errors = [_("Too many tries. Wait a quarter of an hour.")]
        return page("leagues/score_code.html", 429, form=form)
    if not form.validate_on_submit():
        return page("leagues/score_code.html", 422, form=form)
    link = queries.find_link(form.code.data or "")
    if link is None:
        throttle.count(buckets, now)
        keep()
        form.code.errors = [_(NOTHING)]
        return page("leagues/score_code.html", 422, form=form)
    return redirect(url_for(".show", code=services.code_of(link) or "-"), 303)


@bp.get("/g/<code>")
@public()
def show(code: str) -> Response:
    """What is said of the game of a card, and the form to say it. Looking uses nothing up."""
    found = _opened(code)
    return _closed() if found is None else _page(found[1], code, None)


@bp.post("/g/<code>")
@public()
def say(code: str) -> BaseResponse:
    """Say the score of the game of a card, for the team chosen."""
    found = _opened(code)
    if found is None:
        return _closed()
    link, fixture = found
    form, _rows, facts = asked(fixture, BOTH, for_league=False)
    buckets, now = [throttle.bucket("game-code", link.id), throttle.bucket("game-code-from", actor().ip)], clock.now()
    throttle.lock(buckets)
    if throttle.full_until(buckets, now, MOST_WORDS):
        form.form_errors.append(_("Too many tries. Wait a quarter of an hour."))
        return _page(fixture, code, form, 429)
    if not form.validate_on_submit():
        return _page(fixture, code, form, 422)
    side = Side(form.side.data)
    try:
        services.say(fixture, side, form.said(), seen=form.was_seen(side), by=actor(), now=facts.now, by_link=True)
    except Refused as problem:
        form.take(problem.reasons)
        return _page(fixture, code, form, 409 if isinstance(problem, Conflict) else 422)
    throttle.count(buckets, now)
    return redirect(url_for(".done", code=code), 303)


@bp.get("/g/<code>/said")
@public()
def done(code: str) -> Response:
    """What is known of the game now; also once its score is final and the code has ended."""
    link = queries.find_link(code)
    if link is None:
        return _closed()
    fixture = queries.get_game(link.fixture_id)
    form, rows, facts = asked(fixture, BOTH, for_league=False, fresh=True)
    said = {row.side: queries.said_in(row) for row in rows}
    is_open = services.is_live(link, is_final=facts.result.is_final, now=facts.now)
    return page(
        "leagues/score_said.html", fixture=fixture, facts=facts, said=said, code=code if is_open else None, form=form
    )


def _opened(code: str) -> tuple[ScoreLink, Fixture] | None:
    """The link of a code and its game, while the code opens anything."""
    link = queries.find_link(code)
    if link is None:
        return None
    fixture = queries.get_game(link.fixture_id)
    rows = queries.entries_of([fixture.id]).get(fixture.id, [])
    facts = queries.facts_of(fixture, rows, clock.now())
    if not facts.is_set or not facts.keeps_score:
        return None
    if not services.is_live(link, is_final=facts.result.is_final, now=facts.now):
        return None
    return link, fixture


def _closed() -> Response:
    return page("leagues/score_closed.html", 404)


def _page(fixture: Fixture, code: str, form: Any, status: int = 200) -> Response:
    fresh, rows, facts = asked(fixture, BOTH, for_league=False, fresh=True)
    form = form or fresh
    form.look(rows)
    return page(
        "leagues/score_card.html",
        status,
        fixture=fixture,
        code=code,
        form=form,
        facts=facts,
        said={row.side: queries.said_in(row) for row in rows},
        begun=facts.now >= facts.starts_at,
    )
