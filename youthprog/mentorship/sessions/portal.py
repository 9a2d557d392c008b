"""The link of a reminder: it opens one session, for seven days and without a password, and logs it as that mentor.

Looking uses nothing up, since mail scanners look at pages too. The page shows first names, nothing of health, no contact.
"""

from dataclasses import replace

from flask import Blueprint, Response, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.access.queries import find_link, live_link
from youthprog.access.types import LinkPurpose
from youthprog.core import clock
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, NotFound, Refusal, Refused
from youthprog.mentorship import queries as matches
from youthprog.mentorship.models import Match
from youthprog.mentorship.sessions import queries, reminding, rules, services
from youthprog.mentorship.sessions.forms import SessionForm, read_duties, read_who_came
from youthprog.mentorship.sessions.models import ExpectedSession
from youthprog.mentorship.sessions.shown import everybody_came, expected_form, log_page, youth_then
from youthprog.web.edge import public
from youthprog.web.language import LANGUAGES, speak
from youthprog.web.pages import page

bp = Blueprint("session_links", __name__)


@bp.get("/log/<token>")
@public()
def show(token: str) -> Response:
    """The one session, ready to be confirmed; or that it is logged."""
    by, row, match = _opened(token)
    if queries.is_answered(match, row):
        return page("mentorship/sessions/done.html", on=row.due_on)
    expected = queries.expected_on_day(match, by, row.due_on)
    mentors = queries.co_mentors_of(match, row.due_on)
    youth = youth_then(by, P.SESSION_LOG, match, row.due_on)
    form = expected_form(expected, mentors, in_group=len(youth) > 1)
    return log_page(
        match, form, youth, mentors, everybody_came(youth), logger_id=by.person_id, duties=expected.duties,
        by_link=True, action=url_for(".log", token=token),
    )  # fmt: skip


@bp.post("/log/<token>")
@public()
def log(token: str) -> BaseResponse:
    """Log it as that mentor; sent twice, it is one."""
    by, row, match = _opened(token)
    form = SessionForm()
    youth = youth_then(by, P.SESSION_LOG, match, form.on.data)
    mentors = queries.co_mentors_of(match, form.on.data or row.due_on)
    marks = read_who_came(request.form, [line.youth_id for line in youth if not line.reasons])
    duties = read_duties(request.form, mentors)
    if queries.is_answered(match, row):
        return page("mentorship/sessions/done.html", on=row.due_on)
    if form.validate_on_submit():
        if form.said_not_held():
            form.on.data = row.due_on
        try:
            entry = form.entry(marks, mentors, by.person_id, duties)
            if not rules.answers(row.due_on, clock.day_of(entry.starts_at), match.every_days):
                raise Refused([Refusal("other_day", OTHER_DAY, "on", {"day": row.due_on})])
            deed = services.say_not_held if entry.not_held is not None else services.log_session
            deed(match, entry, by=by, now=clock.now())
            return page("mentorship/sessions/done.html", on=row.due_on)
        except Refused as refused:
            form.take(refused.reasons)
    else:
        form.renew_client_id()
    return log_page(
        match, form, youth, mentors, marks, 422, logger_id=by.person_id, duties=duties,
        by_link=True, action=url_for(".log", token=token),
    )  # fmt: skip


OTHER_DAY = N_("This link is for the session of %(day)s. Sign in to log another day.")


def _opened(token: str) -> tuple[Actor, ExpectedSession, Match]:
    """Who holds a live link, and the session it is for. Raises `NotFound`, also once the mentor may not log it any more."""
    key = find_link(token, LinkPurpose.SESSION_LOG)
    live = live_link(key.link_id, LinkPurpose.SESSION_LOG) if key else None
    found = reminding.session_of_link(live[1].subject_id) if live else None
    if live is None or found is None:
        raise NotFound
    by = replace(live[0], ip=request.remote_addr or "", user_agent=request.user_agent.string[:200])
    match = matches.get_match_for(by, P.SESSION_LOG, found[1].id, clock.today())
    if session.get("language") not in LANGUAGES:
        speak(by.language)
    return by, found[0], match
