"""Logging a session, leaving it as a draft, correcting it, and looking at what it gave a reason for."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, Response, current_app, flash, jsonify, redirect, request, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as BaseResponse

from youthprog.attendance.queries import marks_at
from youthprog.attendance.types import Mark
from youthprog.audit.services import record_read
from youthprog.core import clock, crypto
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound, Refused
from youthprog.mentorship import queries as matches
from youthprog.mentorship.models import Match
from youthprog.mentorship.sessions import queries, rules, services
from youthprog.mentorship.sessions.forms import (
    UUID_WHOLE,
    CorrectionForm,
    SessionForm,
    draft_of,
    drafted,
    read_duties,
    read_who_came,
)
from youthprog.mentorship.sessions.models import SessionLog
from youthprog.mentorship.sessions.shown import (
    everybody_came,
    expected_form,
    form_of_log,
    log_page,
    wants_json,
    youth_then,
)
from youthprog.mentorship.sessions.types import Draft
from youthprog.mentorship.types import DutyStatus, YouthLine
from youthprog.web.edge import actor, door
from youthprog.web.language import gettext

bp = Blueprint("mentoring_sessions", __name__)


# ---- logging ----


@bp.get("/matches/<id:match_id>/sessions/new")
@door(P.SESSION_LOG)
def new(match_id: int) -> Response:
    """The session that was expected, or the draft left of one, ready to be confirmed."""
    now = clock.now()
    match = _match(match_id)
    draft = queries.find_draft(actor().person_id, match.id, now)
    mentors = queries.co_mentors_of(match, clock.day_of(now))
    if draft is not None:
        sent = drafted(draft.values)
        form = SessionForm(formdata=sent)
        form.client_id.data = draft.client_id
        youth = youth_then(actor(), P.SESSION_LOG, match, form.on.data)
        marks = read_who_came(sent, [line.youth_id for line in youth if not line.reasons])
        return _page(match, form, youth, mentors, marks, duties=read_duties(sent, mentors), draft=draft)
    expected = queries.expected_session(match, actor(), now)
    youth = youth_then(actor(), P.SESSION_LOG, match, clock.day_of(expected.starts_at))
    form = expected_form(expected, mentors, in_group=len(youth) > 1)
    return _page(match, form, youth, mentors, everybody_came(youth), duties=expected.duties)


@bp.post("/matches/<id:match_id>/sessions/new")
@door(P.SESSION_LOG)
def create(match_id: int) -> BaseResponse:
    """Log the session, or say that it was not held; sent twice, it is one. A phone's outbox is answered in JSON."""
    match = _match(match_id)
    form = SessionForm()
    youth = youth_then(actor(), P.SESSION_LOG, match, form.on.data)
    mentors = queries.co_mentors_of(match, form.on.data or clock.today())
    marks = read_who_came(request.form, [line.youth_id for line in youth if not line.reasons])
    if not form.validate_on_submit():
        form.renew_client_id()
    else:
        try:
            return _kept(match, form, marks, mentors)
        except Refused as refused:
            form.take(refused.reasons)
    if wants_json():
        words = [*form.form_errors, *(error for field in form for error in field.errors)]
        return _answer({"state": "refused", "says": list(map(str, words))}, 422)
    return _page(match, form, youth, mentors, marks, 422, duties=read_duties(request.form, mentors))


def _kept(match: Match, form: SessionForm, marks: Mapping[int, Mark], mentors: Mapping[int, str]) -> BaseResponse:
    duties, now = read_duties(request.form, mentors), clock.now()
    entry = form.entry(marks, mentors, actor().person_id, duties)
    if entry.not_held is not None:
        services.say_not_held(match, entry, by=actor(), now=now)
    else:
        services.log_session(match, entry, by=actor(), now=now)
    if not wants_json() or request.headers.get("X-Watched"):
        flash(
            gettext("Kept: it did not take place.") if entry.not_held else gettext("Session saved. Thank you."),
            "signed",
        )
        for words in _hints(match, entry.minutes, form.on.data) if entry.not_held is None else []:
            flash(words, "waiting")
    if wants_json():
        return _answer({"state": "kept", "server": now.isoformat()})
    return redirect(url_for("mentorship.show", match_id=match.id), 303)


def _hints(match: Match, minutes: int, on: date | None) -> list[str]:
    """What may be a slip. No session is too short to be logged."""
    found = []
    if on is not None and queries.sessions_on(match.id, on) > 1:
        found.append(gettext("There is more than one session on this day. Tell the coordinator if one is wrong."))
    if not rules.SHORT_MINUTES <= minutes <= rules.LONG_MINUTES:
        found.append(gettext("It says %(count)s minutes. If that is a slip, correct it below.", count=minutes))
    return found


def _match(match_id: int) -> Match:
    return matches.get_match_for(actor(), P.SESSION_LOG, match_id, clock.today())


def _page(
    match: Match,
    form: SessionForm,
    youth: list[YouthLine],
    mentors: Mapping[int, str],
    marks: Mapping[int, Mark],
    status: int = 200,
    *,
    duties: Mapping[int, DutyStatus],
    draft: Draft | None = None,
) -> Response:
    if any(line.alert for line in youth):
        record_read("match.read", "match", match.id, by=actor(), youth=len(youth))
    already = queries.sessions_on(match.id, form.on.data) if form.on.data else 0
    action = url_for(".new", match_id=match.id)
    return log_page(
        match, form, youth, mentors, marks, status, logger_id=actor().person_id, duties=duties,
        draft=draft, already=already, action=action,
    )  # fmt: skip


@bp.get("/matches/<id:match_id>/sessions/phone.json")
@door(P.SESSION_LOG)
def phone(match_id: int) -> Response:
    """Whose sign-in this is, as a meaningless text, and how long a phone may keep the page of a log."""
    match = _match(match_id)
    record_read("session.kept", "match", match.id, by=actor())
    settings = current_app.config["YOUTHPROG"]
    owner = crypto.fingerprint(f"{current_app.config['SECRET_KEY']} outbox of {actor().person_id}")[:24]
    server = clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return _answer({"owner": owner, "token": generate_csrf(), "server": server, "hours": settings.offline_hours})


def _answer(values: dict[str, object], status: int = 200) -> Response:
    response = jsonify(values)
    response.status_code = status
    return response


# ---- drafts ----


@bp.post("/matches/<id:match_id>/sessions/draft")
@door(P.SESSION_LOG)
def save_draft(match_id: int) -> BaseResponse:
    """Keep the form as it stands for seven days, whatever it says; or throw it away."""
    match, key = _match(match_id), request.form.get("client_id", "")
    text = draft_of(request.form) if _is_key(key) else None
    if text is None:
        raise NotFound
    here = redirect(url_for(".new", match_id=match.id), 303)
    if request.form.get("do") == "drop":
        services.throw_away(match, key, by=actor(), now=clock.now())
        return here
    draft = services.keep_draft(match, key, text, by=actor(), now=clock.now())
    if wants_json():
        return _answer({"state": "kept" if draft else "known"})
    return here


def _is_key(text: str) -> bool:
    return len(text) == 36 and UUID_WHOLE.fullmatch(text) is not None


# ---- correcting, and looking at ----


@bp.get("/sessions/<id:log_id>/edit")
@door(P.MATCH_READ)
def edit(log_id: int) -> Response:
    """A log as it stands, to be corrected by whoever wrote it or coordinates."""
    log = _log(log_id)
    form = form_of_log(CorrectionForm, log, log.gathering)
    marks = marks_at([log.gathering_id]).get(log.gathering_id, {})
    return _correction(log, form, marks, duties=_kept_duties(log))


@bp.post("/sessions/<id:log_id>/edit")
@door(P.MATCH_READ)
def amend(log_id: int) -> BaseResponse:
    """Keep the correction beside what the log said before."""
    log = _log(log_id)
    form = CorrectionForm()
    before = marks_at([log.gathering_id]).get(log.gathering_id, {})
    within = {line.youth_id for line in youth_then(actor(), P.MATCH_READ, log.match, log.held_on)}
    marks = read_who_came(request.form, [youth_id for youth_id in before if youth_id in within])
    mentors = queries.co_mentors_of(log.match, log.held_on)
    duties = read_duties(request.form, mentors)
    if form.validate_on_submit():
        try:
            entry = form.entry(marks, mentors, log.logged_by_id, duties)
            services.amend(log, entry, why=form.why.data or "", by=actor(), now=clock.now())
        except Refused as refused:
            form.take(refused.reasons)
        else:
            flash(gettext("Corrected. What it said before stays in the file."), "signed")
            return redirect(url_for("mentorship.show", match_id=log.match_id), 303)
    return _correction(log, form, marks, 422, duties=duties)


def _log(log_id: int) -> SessionLog:
    """A log the actor may correct: a coordinator's, or a mentor's own. Raises `NotFound`."""
    who = actor()
    leads = who.may(P.MATCH_EDIT)
    log = queries.get_session_for(who, P.MATCH_EDIT if leads else P.SESSION_LOG, log_id, clock.today())
    if not leads and log.logged_by_id != who.person_id:
        raise NotFound
    return log


def _kept_duties(log: SessionLog) -> dict[int, DutyStatus]:
    return {each.person_id: each.duty for each in queries.times_of(log) if each.person_id is not None}


def _correction(
    log: SessionLog, form: SessionForm, marks: Mapping[int, Mark], status: int = 200, *,
    duties: Mapping[int, DutyStatus],
) -> Response:  # fmt: skip
    youth = [each for each in youth_then(actor(), P.MATCH_READ, log.match, log.held_on) if each.youth_id in marks]
    mentors = queries.co_mentors_of(log.match, log.held_on)
    if any(line.alert for line in youth):
        record_read("match.read", "match", log.match_id, by=actor(), youth=len(youth))
    action = url_for(".edit", log_id=log.id)
    return log_page(
        log.match, form, youth, mentors, marks, status, logger_id=log.logged_by_id, duties=duties,
        correcting=log, action=action,
    )  # fmt: skip


@bp.post("/sessions/<id:log_id>/seen")
@door(P.MATCH_EDIT)
def see(log_id: int) -> BaseResponse:
    """Keep that this coordinator looked at it."""
    log = queries.get_session_for(actor(), P.MATCH_EDIT, log_id, clock.today())
    services.mark_seen(log, by=actor(), now=clock.now())
    flash(gettext("Marked as seen, with your name."), "signed")
    return redirect(url_for("reports.today"), 303)
