"""A live draft: begun and led by a coordinator, picked in by coaches on their own phones. Edge."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.core import clock, crypto
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, Conflict, Refused
from youthprog.leagues.drafting import queries, services
from youthprog.leagues.drafting.models import LiveDraft
from youthprog.leagues.drafting.queries import Standing
from youthprog.leagues.drafting.rules import Left
from youthprog.leagues.drafting.types import DraftOrder, DraftState, Turn
from youthprog.leagues.forming.queries import PoolLine
from youthprog.leagues.forming.shown import deed, division_for, known_of, season_name
from youthprog.leagues.models import Division
from youthprog.people import queries as people
from youthprog.web.edge import actor, door
from youthprog.web.language import gettext as _
from youthprog.web.pages import page

bp = Blueprint("drafting", __name__)
LOOK_AGAIN_SECONDS = 15
LAST_PICKS = 6
TURN = re.compile(r"(\d{1,4})\.(\d{1,18})")
ORDERS = {
    DraftOrder.SNAKE: N_("Snake: the last of a round begins the next"),
    DraftOrder.STRAIGHT: N_("Straight: every round in the same order"),
}
STATES = {
    DraftState.OPEN: N_("Under way"),
    DraftState.PAUSED: N_("Paused"),
    DraftState.DONE: N_("Written to the teams"),
    DraftState.DISCARDED: N_("Discarded"),
}


# ---- beginning ----


@bp.get("/divisions/<id:division_id>/draft")
@door(P.TEAM_FORM)
def new(division_id: int) -> Response:
    """How a draft is to go."""
    return _new_page(division_for(division_id), {})


@bp.post("/divisions/<id:division_id>/draft")
@door(P.TEAM_FORM)
def create(division_id: int) -> Response | BaseResponse:
    """Begin a draft."""
    found, given = division_for(division_id), request.form
    order = next((each for each in DraftOrder if each.value == given.get("order")), DraftOrder.SNAKE)
    written = {name: text.strip() for name, text in given.items() if name.startswith("place-") and text.strip()}
    places = {
        team.group_id: key_in(written[name])
        for team in known_of(found).teams
        if (name := f"place-{team.group_id}") in written
    }
    if None in places.values():
        return _new_page(found, given, [_("Number each team once, from 1 to %(teams)s.", teams=len(places))], 422)
    try:
        draft = services.open_draft(
            found,
            order=order,
            places=places,
            shows_ratings="shows_ratings" in given,
            keeps_players="keeps_players" in given,
            **deed(),
        )
    except Refused as problem:
        return _new_page(found, given, [_(reason.sentence, **reason.values) for reason in problem.reasons], 422)
    return redirect(url_for(".show", draft_id=draft.id), 303)


def _new_page(found: Division, given: Mapping[str, str], faults: Collection[str] = (), status: int = 200) -> Response:
    return page(
        "leagues/draft_new.html",
        status,
        division=found,
        season_name=season_name(found),
        known=known_of(found),
        given=given,
        faults=faults,
        orders=[(order.value, _(words)) for order, words in ORDERS.items()],
    )


# ---- leading it ----


def _draft(draft_id: int) -> LiveDraft:
    return queries.get_draft_for(actor(), P.TEAM_FORM, draft_id)


@bp.get("/drafts/<id:draft_id>")
@door(P.TEAM_FORM)
def show(draft_id: int) -> Response:
    """Whose turn it is, who is picked and who is left."""
    return _board(_draft(draft_id))


@bp.get("/drafts/<id:draft_id>/pick")
@door(P.TEAM_FORM)
def choose(draft_id: int) -> Response:
    """Pick for a coach who is not there."""
    return _board(_draft(draft_id), picks=True)


@bp.post("/drafts/<id:draft_id>/pick")
@door(P.TEAM_FORM)
def pick(draft_id: int) -> Response | BaseResponse:
    """Pick a child for the team whose turn it is."""
    draft = _draft(draft_id)
    faults, status = _picked(draft)
    if faults:
        return _board(draft, picks=True, faults=faults, status=status)
    return redirect(url_for(".show", draft_id=draft_id), 303)


@bp.post("/drafts/<id:draft_id>/undo")
@door(P.TEAM_FORM)
def undo(draft_id: int) -> BaseResponse:
    """Take the last pick back."""
    services.undo_pick(_draft(draft_id), key_in(request.form.get("pick", "")) or 0, **deed())
    return redirect(url_for(".show", draft_id=draft_id), 303)


@bp.post("/drafts/<id:draft_id>/pause")
@door(P.TEAM_FORM)
def pause(draft_id: int) -> BaseResponse:
    """Let nobody pick for a while."""
    services.pause(_draft(draft_id), **deed())
    return redirect(url_for(".show", draft_id=draft_id), 303)


@bp.post("/drafts/<id:draft_id>/resume")
@door(P.TEAM_FORM)
def resume(draft_id: int) -> BaseResponse:
    """Go on."""
    services.resume(_draft(draft_id), **deed())
    return redirect(url_for(".show", draft_id=draft_id), 303)


@bp.post("/drafts/<id:draft_id>/discard")
@door(P.TEAM_FORM)
def discard(draft_id: int) -> BaseResponse:
    """Put the draft away."""
    draft = _draft(draft_id)
    services.discard(draft, **deed())
    flash(_("Discarded. The teams stay as they were."))
    return redirect(url_for("forming.division", division_id=draft.division_id), 303)


@bp.post("/drafts/<id:draft_id>/finish")
@door(P.TEAM_FORM)
def finish(draft_id: int) -> BaseResponse:
    """Write the draft to the teams."""
    draft = _draft(draft_id)
    count = services.finish(draft, **deed())
    flash(_("Accepted. %(count)s children came to a team.", count=count), "signed")
    return redirect(url_for("forming.show", forming_id=draft.forming_id), 303)


# ---- picking for one's own team ----


@bp.get("/drafts/<id:draft_id>/mine")
@door(P.TEAM_DRAFT)
def mine(draft_id: int) -> Response:
    """The draft as a coach sees it, with the children to choose from when it is the own team's turn."""
    return _board(queries.get_draft_of_coach(actor(), P.TEAM_DRAFT, draft_id, clock.today()), coach=True, picks=True)


@bp.post("/drafts/<id:draft_id>/mine")
@door(P.TEAM_DRAFT)
def pick_mine(draft_id: int) -> Response | BaseResponse:
    """Pick a child for the own team."""
    on = clock.today()
    draft = queries.get_draft_of_coach(actor(), P.TEAM_DRAFT, draft_id, on)
    faults, status = _picked(draft, queries.own_groups(actor(), P.TEAM_DRAFT, draft, on))
    if faults:
        return _board(draft, coach=True, picks=True, faults=faults, status=status)
    return redirect(url_for(".mine", draft_id=draft_id), 303)


def _picked(draft: LiveDraft, teams: Collection[int] | None = None) -> tuple[list[str], int]:
    """Pick what the form asks for. Returns what was wrong in words, with the answer's status."""
    turn, youth_id = TURN.fullmatch(request.form.get("turn", "")), key_in(request.form.get("child", ""))
    if youth_id is None or turn is None:
        return [_("Choose a child.")], 422
    try:
        services.pick(
            draft,
            youth_id,
            turn=Turn(int(turn[1]), int(turn[2])),
            key=request.form.get("key", ""),
            teams=teams,
            **deed(),
        )
    except Refused as problem:
        status = 409 if isinstance(problem, Conflict) else 422
        return [_(reason.sentence, **reason.values) for reason in problem.reasons], status
    return [], 303


# ---- the board ----


def _board(
    draft: LiveDraft, *, coach: bool = False, picks: bool = False, faults: Collection[str] = (), status: int = 200
) -> Response:
    """Whose turn it is, who is left, and the teams so far. A coach of a draft that is over sees the own team alone."""
    on = clock.today()
    standing = queries.standing_of(draft, on)
    own = queries.own_groups(actor(), P.TEAM_DRAFT, draft, on) if coach else frozenset()
    under_way = draft.state in queries.UNDER_WAY
    names = _names(standing, coach, own, under_way)
    record_read("draft.read", "draft", draft.id, by=actor(), children=len(names))
    turn = standing.turn if draft.state is DraftState.OPEN else None
    may_pick = picks and turn is not None and (not coach or turn.team in own)
    response = page(
        "leagues/live_draft.html",
        status,
        draft=draft,
        division=draft.division,
        season_name=season_name(draft.division),
        standing=standing,
        coach=coach,
        own=own,
        turn=turn,
        options=_options(standing, names, draft.shows_ratings or not coach) if may_pick and turn is not None else None,
        left=[line for line in standing.left if line.youth_id in names] if under_way else [],
        names=names,
        shows_ratings=draft.shows_ratings or not coach,
        sides=_sides(standing, own if coach and not under_way else standing.team_names.keys(), names),
        last=list(reversed(standing.picks[-LAST_PICKS:])) if under_way else [],
        state=STATES[draft.state],
        under_way=under_way,
        faults=faults,
        key=crypto.token(),
    )
    if under_way and not may_pick and standing.left:
        response.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)  # by the browser itself, without a script
    return response


def _names(standing: Standing, coach: bool, own: Collection[int], under_way: bool) -> dict[int, str]:
    """Whom the reader may see. A coach sees the children of the division while they are picked, and after it the own team."""
    ids = [line.youth_id for line in standing.pool]
    if not coach:
        seen = people.reachable(actor(), P.TEAM_FORM, ids, clock.today())
    elif under_way:
        seen = set(ids)
    else:
        mine = [each.child for each in standing.board.placed if each.team in own]
        seen = people.reachable(actor(), P.YOUTH_READ, mine, clock.today())
    return {line.youth_id: line.list_name for line in standing.pool if line.youth_id in seen}


def _options(standing: Standing, names: Mapping[int, str], rated: bool) -> list[dict[str, Any]]:
    """The children whom the team may pick, best known first: what stands beside each, and who comes along."""
    assert standing.turn is not None
    left, lines = Left(standing.board), {line.youth_id: line for line in standing.pool}
    found = []
    for number in left.choices(standing.turn.team):
        members = left.blocks[number].members
        for child in members:
            if child in names:
                along = [names.get(each, "") for each in members if each != child]
                found.append((lines[child], _about(lines[child], rated, along)))
    found.sort(key=lambda pair: (-(pair[0].points or 0) if rated else 0, pair[0].folded_name, pair[0].youth_id))
    return [{"value": line.youth_id, "label": line.list_name, "meaning": about} for line, about in found]


def _about(line: PoolLine, rated: bool, along: Collection[str]) -> str:
    parts = [_("Age %(age)s", age=line.age)] if line.age is not None else []
    if rated and line.points is not None:
        parts.append(_("rated %(points)s", points=line.points))
    if along:
        parts.append(
            _("comes with %(people)s and costs %(rounds)s rounds", people="; ".join(along), rounds=len(along) + 1)
        )
    return " · ".join(parts)


def _sides(standing: Standing, shown: Collection[int], names: Mapping[int, str]) -> list[dict[str, Any]]:
    """The teams so far, each child with the round it cost."""
    lines = {line.youth_id: line for line in standing.pool}
    found = []
    for team in standing.teams:
        if team.group_id in shown:
            placed = sorted(
                (each for each in standing.board.placed if each.team == team.group_id), key=lambda each: each.round
            )
            mine = [(each.round, lines[each.child]) for each in placed if each.child in names]
            found.append({"group_id": team.group_id, "name": team.name, "children": mine})
    return found
