"""The log of a session."""

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.attendance.types import Mark
from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import Refused
from youthprog.mentorship import queries as matches
from youthprog.mentorship.models import Match
from youthprog.mentorship.rules import LONGEST_SESSION
from youthprog.mentorship.sessions import queries, services
from youthprog.mentorship.sessions.forms import SessionForm, fresh_client_id, read_who_came
from youthprog.mentorship.sessions.types import ACTIVITIES
from youthprog.mentorship.types import DUTIES, YouthLine
from youthprog.web.edge import actor, door
from youthprog.web.language import gettext
from youthprog.web.pages import page

bp = Blueprint("mentoring_sessions", __name__)


@bp.get("/matches/<id:match_id>/sessions/new")
@door(P.SESSION_LOG)
def new(match_id: int) -> Response:
    """The session that was expected, ready to be confirmed."""
    match = matches.get_match_for(actor(), P.SESSION_LOG, match_id, clock.today())
    expected = queries.expected_session(match, actor(), clock.now())
    local = expected.starts_at.astimezone(clock.zone())
    form = SessionForm(
        formdata=None,
        client_id=fresh_client_id(),
        on=local.date(),
        at=local.time(),
        place=expected.place,
        minutes=expected.minutes,
        duty=expected.duty.value if expected.duty else None,
    )
    return _session_page(match, form, _youth_then(match, form))


@bp.post("/matches/<id:match_id>/sessions/new")
@door(P.SESSION_LOG)
def create(match_id: int) -> BaseResponse:
    """Log the session; sent twice, it is one."""
    match = matches.get_match_for(actor(), P.SESSION_LOG, match_id, clock.today())
    form = SessionForm()
    youth = _youth_then(match, form)
    marks = read_who_came(request.form, [line.youth_id for line in youth if not line.reasons])
    if not form.validate_on_submit():
        form.renew_client_id()
        return _session_page(match, form, youth, marks, 422)
    try:
        log = services.log_session(
            match,
            client_id=form.client_id.data or "",
            starts_at=form.starts_at(),
            minutes=form.minutes.data or 0,
            marks=marks,
            duty=form.chosen_duty(),
            activities=form.chosen_activities(),
            note=form.note.data or "",
            place=form.place.data or None,
            by=actor(),
            now=clock.now(),
        )
    except Refused as refused:
        form.take(refused.reasons)
        return _session_page(match, form, youth, marks, 422)
    flash(gettext("Session saved. Thank you."), "signed")
    if queries.sessions_on(match.id, log.held_on) > 1:
        flash(gettext("There is more than one session on this day. Tell the coordinator if one is wrong."), "waiting")
    return redirect(url_for("mentorship.show", match_id=match_id), 303)


def _youth_then(match: Match, form: SessionForm) -> list[YouthLine]:
    """The youth who were in the match on the day of the form, as far as this reader reaches them."""
    held_on = form.on.data or clock.today()
    return matches.youth_of(actor(), P.SESSION_LOG, match, clock.today(), held_on=held_on)


def _session_page(
    match: Match,
    form: SessionForm,
    youth: Sequence[YouthLine],
    marks: dict[int, Mark] | None = None,
    status: int = 200,
) -> Response:
    if any(line.alert for line in youth):
        record_read("match.read", "match", match.id, by=actor(), youth=len(youth))
    marks = marks if marks is not None else {line.youth_id: Mark.PRESENT for line in youth if not line.reasons}
    on, at, minutes = form.on.data, form.at.data, form.minutes.data
    starts_at = form.starts_at() if on and at and not form.on.errors else None
    return page(
        "mentorship/sessions/log.html",
        status,
        match=match,
        form=form,
        youth=youth,
        marks={youth_id: mark.value for youth_id, mark in marks.items()},
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=min(minutes, LONGEST_SESSION)) if starts_at and minutes else None,
        already=queries.sessions_on(match.id, on) if on else 0,
        activities=[(each.value, gettext(label)) for each, label in ACTIVITIES.items()],
        duties=[(each.value, gettext(label)) for each, label in DUTIES.items()],
        date_is_open=bool(form.on.errors or form.at.errors or form.place.errors),
    )
