"""The hours ledger: a program's months for those who keep it, and everybody's own hours. An edge module."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, Refusal, Refused, refuse_if
from youthprog.mentorship.hours import queries, rules, services
from youthprog.mentorship.sessions import queries as sessions
from youthprog.mentorship.sessions import services as session_services
from youthprog.mentorship.types import DUTIES, DutyStatus
from youthprog.programs import queries as programs
from youthprog.programs.models import Program
from youthprog.web.csv_files import csv_response
from youthprog.web.edge import actor, door
from youthprog.web.language import gettext as _
from youthprog.web.language import month as month_words
from youthprog.web.language import says
from youthprog.web.pages import page
from youthprog.web.xlsx_files import xlsx_response

bp = Blueprint("hours", __name__)
EARLIEST = date(2000, 1, 1)


def _asked_month(text: str | None = None) -> date:
    """The month asked for, written 2026-10; else the present one."""
    today = clock.today()
    typed = (request.args.get("month", "") if text is None else text).strip()
    try:
        found = date.fromisoformat(f"{typed}-01") if len(typed) == len("2026-10") else today
    except ValueError:
        found = today
    return (found if EARLIEST <= found <= today else today).replace(day=1)


@bp.get("/hours")
@door(P.HOURS_READ)
def own() -> Response:
    """Everybody's own hours of a month, and what to confirm; and the ledgers of whoever keeps some."""
    return _own_page()


def _own_page(problems: Sequence[Refusal] = (), status: int = 200) -> Response:
    first_on, person_id = _asked_month(), actor().person_id
    entries = queries.own_month(person_id or 0, first_on)
    return page(
        "mentorship/own_hours.html",
        status,
        first_on=first_on,
        before=rules.month_before(first_on),
        after=rules.next_month(first_on) if rules.next_month(first_on) <= clock.today() else None,
        entries=entries,
        totals=rules.totals_of(entries),
        unsaid=sessions.unsaid_of(person_id, clock.today()),
        programs=queries.list_programs(actor()),
        duties=DUTIES,
        problems=[says(reason) for reason in problems],
    )


@bp.post("/hours/own/<id:log_id>")
@door(P.HOURS_READ)
def say_own(log_id: int) -> BaseResponse:
    """Say on what duty and how long one led a session somebody else logged, or that one was not there."""
    log = sessions.get_led(actor().person_id, log_id)
    deed: dict[str, Any] = {"by": actor(), "now": clock.now()}
    duty, minutes = request.form.get("duty", ""), key_in(request.form.get("minutes", ""))
    try:
        if request.form.get("do") == "not_there":
            session_services.say_not_there(log, **deed)
            flash(_("Kept: you were not there. The coordinator sees it where that left one adult alone."), "signed")
        else:
            refuse_if([] if duty in set(DutyStatus) else [Refusal("duty", N_("Choose in what time it was."))])
            session_services.say_own_time(log, DutyStatus(duty), minutes or 0, **deed)
            flash(_("Kept. Thank you."), "signed")
    except Refused as refused:
        return _own_page(refused.reasons, 422)
    return redirect(url_for("reports.today") if request.form.get("from") == "today" else url_for(".own"), 303)


@bp.get("/hours/<id:program_id>")
@door(P.HOURS_LOCK)
def index(program_id: int) -> Response:
    """A month of a program's ledger."""
    return _ledger_page(programs.get_program_for(actor(), P.HOURS_LOCK, program_id), _asked_month())


@bp.get("/hours/<id:program_id>/in-kind.csv")
@door(P.HOURS_LOCK)
def in_kind(program_id: int) -> Response:
    """The in-kind export of a month."""
    return csv_response(rules.COLUMNS, _exported(program_id), name=f"hours-{_asked_month():%Y-%m}.csv")


@bp.get("/hours/<id:program_id>/in-kind.xlsx")
@door(P.HOURS_LOCK)
def in_kind_workbook(program_id: int) -> Response:
    """The same as an Excel workbook."""
    return xlsx_response(rules.COLUMNS, _exported(program_id), name=f"hours-{_asked_month():%Y-%m}.xlsx")


def _exported(program_id: int) -> list[list[str]]:
    """The lines of the month asked for, written down as handed out."""
    programs.get_program_for(actor(), P.HOURS_LOCK, program_id)
    first_on = _asked_month()
    lines = queries.ledger_of(program_id, first_on).lines
    record_read("hours.exported", "program", program_id, by=actor(), month=f"{first_on:%Y-%m}", lines=len(lines))
    return lines


def _ledger_page(
    program: Program, first_on: date, refusals: list[Refusal] | None = None, status: int = 200
) -> Response:
    ledger, today = queries.ledger_of(program.id, first_on), clock.today()
    return page(
        "mentorship/hours.html",
        status,
        program=program,
        ledger=ledger,
        before=rules.month_before(first_on),
        after=rules.next_month(first_on) if rules.next_month(first_on) <= today else None,
        may_lock=ledger.lock is None and not rules.refusals_to_lock(first_on, today, already=False),
        locks_from=rules.next_month(first_on),
        money=rules.money,
        duties=DUTIES,
        problems=[says(reason) for reason in refusals or []],
    )


@bp.post("/hours/<id:program_id>")
@door(P.HOURS_LOCK)
def lock(program_id: int) -> BaseResponse:
    """Lock a month."""
    program = programs.get_program_for(actor(), P.HOURS_LOCK, program_id)
    first_on = _asked_month(request.form.get("month", ""))
    deed: dict[str, Any] = {"by": actor(), "now": clock.now()}
    try:
        services.lock_month(program_id, first_on, **deed)
    except Refused as refused:
        return _ledger_page(program, first_on, refused.reasons, 422)
    flash(_("%(month)s is locked.", month=month_words(first_on)), "signed")
    return redirect(url_for(".index", program_id=program_id, month=f"{first_on:%Y-%m}"), 303)
