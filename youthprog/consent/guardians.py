"""The staff's page of one young person's consent: each section and guardian as of a day, tries to reach, excuses."""

from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.consent import fair_queries, record_queries, services
from youthprog.consent.fair_forms import AsOfForm, AttemptForm, ExcuseForm
from youthprog.consent.record_queries import SealedLine
from youthprog.consent.sealed import opened_by
from youthprog.consent.types import EXCUSES, SECTION_STATES, WAYS, Excuse, RequestState, SectionState
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, Refused
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.programs.types import GUARDIAN_RULES
from youthprog.web.edge import actor, door
from youthprog.web.forms import SelectChoice
from youthprog.web.language import gettext as _
from youthprog.web.language import language
from youthprog.web.pages import page

bp = Blueprint("consent_guardians", __name__)
NOT_ON_FILE = "0"
LOOKS = {
    SectionState.GIVEN: "signed",
    SectionState.ASKED: "waiting",
    SectionState.NEEDS_MATCHING: "waiting",
    SectionState.NOT_ASKED: "neutral",
}
REQUESTS = {
    RequestState.QUEUED: N_("On its way"),
    RequestState.SENT: N_("Sent"),
    RequestState.OPENED: N_("Opened"),
    RequestState.SIGNED: N_("Signed"),
    RequestState.EXPIRED: N_("Expired"),
    RequestState.WITHDRAWN: N_("Taken back"),
    RequestState.BOUNCED: N_("Mail came back"),
    RequestState.CANCELED: N_("Closed"),
}
TURNS = {
    "given": N_("said yes"),
    "refused": N_("said no"),
    "withdrawn": N_("took it back"),
    "ended": N_("ended: another team or school"),
    "over": N_("ended"),
    "seen": N_("original seen"),
}


@bp.get("/consents/youth/<id:youth_id>")
@door(P.CONSENT_ENTER)
def show(youth_id: int) -> Response:
    """Where one young person stands, section by section and guardian by guardian, today or as of another day."""
    return _page(_youth(youth_id))


@bp.post("/consents/youth/<id:youth_id>/attempts")
@door(P.CONSENT_ENTER)
def log_attempt(youth_id: int) -> BaseResponse:
    """Log a try to reach a guardian."""
    youth, now = _youth(youth_id), clock.now()
    form = _attempt_form(youth)
    if form.validate_on_submit():
        try:
            at = _moment(form.on_day.data, form.at_time.data, now)
            services.log_attempt(
                youth, _guardian_id(form.who.data), way=form.way.data, note=form.note.data or "", at=at,
                by=actor(), now=now,
            )  # fmt: skip
            flash(_("Logged."), "signed")
            return redirect(url_for(".show", youth_id=youth_id), 303)
        except Refused as refused:
            form.take(refused.reasons)
    return _page(youth, attempt=form, status=422)


@bp.post("/consents/youth/<id:youth_id>/excuses")
@door(P.CONSENT_ENTER)
def excuse(youth_id: int) -> BaseResponse:
    """Excuse a guardian from answering."""
    youth = _youth(youth_id)
    form = _excuse_form(youth)
    if form.validate_on_submit():
        try:
            why, stated_by = Excuse(form.excuse.data), form.stated_by.data or ""
            services.excuse(
                youth, _guardian_id(form.guardian.data), why, stated_by=stated_by, by=actor(), now=clock.now()
            )
            flash(_("Excused from today on."), "signed")
            return redirect(url_for(".show", youth_id=youth_id), 303)
        except Refused as refused:
            form.take(refused.reasons)
    return _page(youth, excuse=form, status=422)


@bp.post("/consents/youth/<id:youth_id>/excuses/<id:excuse_id>/end")
@door(P.CONSENT_ENTER)
def end_excuse(youth_id: int, excuse_id: int) -> BaseResponse:
    """End an excuse: the answer is needed again."""
    youth = _youth(youth_id)
    services.end_excuse(fair_queries.get_excuse(youth.id, excuse_id), by=actor(), now=clock.now())
    flash(_("The excuse has ended."), "signed")
    return redirect(url_for(".show", youth_id=youth_id), 303)


def _page(
    youth: Person, *, attempt: AttemptForm | None = None, excuse: ExcuseForm | None = None, status: int = 200
) -> Response:
    as_of, today = AsOfForm(request.args), clock.today()
    on = today
    if not as_of.validate():
        status = 422
    elif as_of.on.data:
        on = as_of.on.data
    record_read("standing.read", "person", youth.id, by=actor(), on=on.isoformat())
    seasons = fair_queries.standing_of(actor(), youth.id, on, language())
    return page(
        "consent/youth.html",
        status,
        youth=youth,
        as_of=as_of,
        on=on,
        seasons=seasons,
        sealed=_sealed(youth, [request_id for each in seasons for request_id, *_rest in each.requests], on),
        excuses=fair_queries.excuses_of(youth.id),
        attempts=fair_queries.list_attempts(youth.id),
        attempt=attempt or _attempt_form(youth),
        excuse=excuse or _excuse_form(youth),
        looks=LOOKS,
        states=SECTION_STATES,
        turns=TURNS,
        rules=GUARDIAN_RULES,
        reasons=EXCUSES,
        ways=WAYS,
        requests=REQUESTS,
    )


def _sealed(youth: Person, request_ids: list[int], on: date) -> dict[int, list[SealedLine]]:
    """The sealed records of each request as of a day, those the reader may open."""
    return {
        request_id: [line for line in opened_by(actor(), youth.id, lines, clock.today()) if _is_by(line, on)]
        for request_id, lines in record_queries.records_of(request_ids).items()
    }


def _is_by(line: SealedLine, on: date) -> bool:
    return clock.day_of(line.issued_at) <= on


def _youth(youth_id: int) -> Person:
    return people.get_youth_for(actor(), P.CONSENT_ENTER, youth_id, clock.today())


def _attempt_form(youth: Person) -> Any:
    form: Any = AttemptForm(on_day=clock.today())
    form.who.choices = _choices(youth)
    return form


def _excuse_form(youth: Person) -> Any:
    form: Any = ExcuseForm()
    form.guardian.choices = _choices(youth)
    return form


def _choices(youth: Person) -> list[SelectChoice]:
    known = fair_queries.deciding_guardians(youth.id, clock.today())
    others = SelectChoice(NOT_ON_FILE, _("A second guardian who is not on file"))
    return [*(SelectChoice(str(guardian_id), name) for guardian_id, name in known), others]


def _guardian_id(chosen: str) -> int | None:
    return None if chosen == NOT_ON_FILE else int(chosen)


def _moment(day: date, at: Any, now: datetime) -> datetime:
    """The moment of a try: at the hour given, else now for today and noon for another day."""
    if at is None:
        if day == clock.day_of(now):
            return now
        at = datetime.min.time().replace(hour=12)
    return datetime.combine(day, at, clock.zone())
