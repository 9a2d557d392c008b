"""Matches for coordinators and mentors."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound, Refusal, Refused
from youthprog.mentorship import queries, rules, services
from youthprog.mentorship.closing import queries as closing
from youthprog.mentorship.forms import ProposalForm
from youthprog.mentorship.gate import queries as gate_queries
from youthprog.mentorship.gate.types import ITEMS
from youthprog.mentorship.matching.services import note_made
from youthprog.mentorship.matching.shown import by_hand
from youthprog.mentorship.models import Match
from youthprog.mentorship.sessions import plan_queries as session_plans
from youthprog.mentorship.sessions import queries as session_queries
from youthprog.mentorship.sessions.types import WORDS
from youthprog.mentorship.types import PLANS, STATUSES, MatchStatus
from youthprog.programs import queries as programs
from youthprog.programs.types import SeasonLine
from youthprog.web.edge import actor, door
from youthprog.web.language import gettext, language, says
from youthprog.web.pages import PAGE_ROWS, asked_choice, asked_cursor, cursor, page

bp = Blueprint("mentorship", __name__)
CHOICES = {
    "open": (MatchStatus.PROPOSED, MatchStatus.ACTIVE, MatchStatus.PAUSED),
    **{status.value: (status,) for status in MatchStatus},
}
SESSIONS = 20


@bp.get("/matches")
@door(P.MATCH_READ)
def index() -> Response:
    """Matches within reach; what is overdue first."""
    who, on = actor(), clock.today()
    state = asked_choice("state", list(CHOICES), "open")
    after = asked_cursor((str, int))
    rows = queries.list_matches(
        who,
        P.MATCH_READ,
        on,
        statuses=CHOICES[state],
        after=after,
        limit=PAGE_ROWS + 1,
    )
    shown = rows[:PAGE_ROWS]
    return page(
        "mentorship/index.html",
        matches=shown,
        more=cursor(shown[-1].folded_name, shown[-1].match_id) if len(rows) > PAGE_ROWS else None,
        after=after,
        state=state,
        statuses=STATUSES,
        plans=PLANS,
        timeliness=session_plans.timeliness_of(who, clock.now()) if after is None and who.may(P.MATCH_EDIT) else None,
        programs=_programs(on) if after is None else [],
        overdue=queries.overdue_matches(who, on, PAGE_ROWS) if after is None and state in ("open", "active") else [],
    )


def _programs(on: date) -> list[tuple[str, int]]:
    """The programs whose mentors the reader looks after: name and key."""
    seasons = queries.mentoring_seasons(actor(), on) if actor().may(P.MATCH_EDIT) else []
    return sorted({(line.program.named(language()), line.program_id) for line in seasons})


@bp.get("/matches/<id:match_id>")
@door(P.MATCH_READ)
def show(match_id: int) -> Response:
    """A match: its people, its plan and its sessions."""
    return _match_page(queries.get_match_for(actor(), P.MATCH_READ, match_id, clock.today()))


@bp.get("/groups/<id:group_id>/match")
@door(P.MATCH_READ)
def of_group(group_id: int) -> BaseResponse:
    """The match of a group, for pages that know the group alone."""
    match_id = queries.get_match_id_for(actor(), P.MATCH_READ, group_id, clock.today())
    return redirect(url_for(".show", match_id=match_id), 303)


def _match_page(match: Match, refusals: Sequence[Refusal] = (), status: int = 200) -> Response:
    who, on = actor(), clock.today()
    after = asked_cursor((str, int))
    sessions = session_queries.list_sessions(who, P.MATCH_READ, match, on, after=_since(after), limit=SESSIONS + 1)
    shown = sessions[:SESSIONS]
    youth = queries.youth_of(who, P.MATCH_READ, match, on)
    if any(line.alert for line in youth):
        record_read("match.read", "match", match.id, by=who, youth=len(youth))
    return page(
        "mentorship/show.html",
        status,
        match=match,
        line=queries.line_of(who, P.MATCH_READ, match, on),
        youth=youth,
        sessions=shown,
        after=after,
        more=cursor(shown[-1].starts_at.isoformat(), shown[-1].session_id) if len(sessions) > SESSIONS else None,
        not_held=session_queries.not_held_of(match.id),
        words=WORDS,
        reader_id=who.person_id or 0,
        plans=PLANS,
        statuses=STATUSES,
        gate=gate_queries.block_of(match, on) if who.may(P.MATCH_EDIT) else None,
        gate_items=ITEMS,
        dosage=gate_queries.dosage_of([match.id]).get(match.id, {}),
        can_log=who.may(P.SESSION_LOG) and match.status is MatchStatus.ACTIVE,
        problems=[says(reason) for reason in refusals],
        in_closing=who.may(P.MATCH_EDIT) and closing.in_closing(match.id),
    )


def _since(after: tuple[str, int] | tuple[object, ...] | None) -> tuple[datetime, int] | None:
    if after is None:
        return None
    try:
        moment = datetime.fromisoformat(str(after[0]))
    except ValueError:
        return None
    return (moment, int(str(after[1]))) if moment.tzinfo else None


# ---- proposing, starting, pausing, closing ----


@bp.get("/matches/new")
@door(P.MATCH_EDIT)
def new() -> BaseResponse:
    """Choose who is matched with whom."""
    seasons = queries.mentoring_seasons(actor(), clock.today())
    asked = request.args.get("season", "")
    season = next((line for line in seasons if str(line.season_id) == asked), seasons[0] if seasons else None)
    return _proposal_page(seasons, season)


@bp.post("/matches/new")
@door(P.MATCH_EDIT)
def create() -> BaseResponse:
    """Propose a match."""
    seasons = queries.mentoring_seasons(actor(), clock.today())
    season = next((line for line in seasons if str(line.season_id) == request.args.get("season", "")), None)
    if season is None:
        raise NotFound
    form = _proposal_form(season)
    if not form.validate_on_submit():
        return _proposal_page(seasons, season, form, 422)
    whole = programs.get_season_for(actor(), P.MATCH_EDIT, season.season_id)
    if "look" in request.form:
        chosen = form.chosen("mentors"), form.chosen("youth")
        return _proposal_page(seasons, season, form, looked=by_hand(whole, *chosen, int(form.every_days.data)))
    try:
        match = services.propose_match(
            whole,
            mentors=form.chosen("mentors"),
            youth=form.chosen("youth"),
            name=form.name.data or "",
            every_days=int(form.every_days.data),
            usual_minutes=form.usual_minutes.data or 60,
            usual_time=form.usual_time.data,
            usual_place=form.usual_place.data or None,
            by=actor(),
            now=clock.now(),
        )
    except Refused as refused:
        form.take(refused.reasons)
        return _proposal_page(seasons, season, form, 422)
    note_made(
        match.id, season.season_id, form.chosen("mentors"), form.chosen("youth"), every_days=match.every_days,
        by=actor(), now=clock.now(),
    )  # fmt: skip
    flash(gettext("Proposed. Start the match when everybody has agreed."), "signed")
    return redirect(url_for(".show", match_id=match.id), 303)


def _proposal_form(season: SeasonLine) -> ProposalForm:
    on = clock.today()
    mentors = {line.person_id: line.name for line in queries.list_mentors(on)}
    youth = {line.youth_id: line.name for line in queries.free_youth(season.season_id, actor(), on)}
    return ProposalForm(mentors, youth)


def _proposal_page(
    seasons: Sequence[SeasonLine], season: SeasonLine | None, form: ProposalForm | None = None, status: int = 200,
    looked: Sequence[dict[str, Any]] = (),
) -> Response:  # fmt: skip
    on = clock.today()
    return page(
        "mentorship/new.html",
        status,
        seasons=seasons,
        season=season,
        form=form or (_proposal_form(season) if season else None),
        youth=queries.free_youth(season.season_id, actor(), on) if season else [],
        mentors=queries.list_mentors(on) if season else [],
        most=rules.MOST_YOUTH,
        looked=looked,
    )


@bp.post("/matches/<id:match_id>/activate")
@door(P.MATCH_EDIT)
def activate(match_id: int) -> BaseResponse:
    """Start a match, or let it go on after a pause."""
    return _do(match_id, services.activate_match, gettext("Active. The mentors can see the young people now."))


@bp.post("/matches/<id:match_id>/pause")
@door(P.MATCH_EDIT)
def pause(match_id: int) -> BaseResponse:
    """Pause a match."""
    return _do(match_id, services.pause_match, gettext("Paused. The mentors no longer see the young people."))


@bp.post("/matches/<id:match_id>/close")
@door(P.MATCH_EDIT)
def close(match_id: int) -> BaseResponse:
    """Take a proposal back. What has begun is closed step by step; here it is refused, and says what is missing."""
    return _do(match_id, services.close_match, gettext("Taken back. These young people can be matched again."))


def _do(match_id: int, deed: Callable[..., None], done: str) -> BaseResponse:
    match = queries.get_match_for(actor(), P.MATCH_EDIT, match_id, clock.today())
    try:
        deed(match, by=actor(), now=clock.now())
    except Refused as refused:
        return _match_page(match, refused.reasons, 422)
    flash(done, "signed")
    return redirect(url_for(".show", match_id=match_id), 303)
