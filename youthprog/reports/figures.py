"""Figures of attendance for any period, site, program and season; and the list behind each. An edge module."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, request, url_for

from youthprog.attendance import counting_queries
from youthprog.attendance.counting import (
    DayLine,
    MeetingLine,
    Scope,
    VisitLine,
    YouthLine,
    percent,
    refusals_to_count,
    rounded,
)
from youthprog.attendance.types import MARKS
from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, NotFound, Refusal
from youthprog.programs.types import GATHERING_KINDS
from youthprog.reports import queries
from youthprog.reports.queries import ReportChoices
from youthprog.reports.rules import UsualPeriod, buckets, usual_periods
from youthprog.web.csv_files import csv_response
from youthprog.web.edge import actor, door
from youthprog.web.language import day, language, ngettext, time_of
from youthprog.web.language import gettext as _
from youthprog.web.pages import asked_cursor, cursor, page

bp = Blueprint("figures", __name__)
PLACES = {
    "served": (int, str, int),
    "new": (int, str, int),
    "returning": (int, str, int),
    "held": (int, int),
    "sessions": (int, int),
    "missing": (int, int),
    "days": (int,),
    "visits": (int, int, int, str, int),
    "offered": (int, int, int, str, int),
}  # what a key of each list's order is made of
TITLES = {
    "served": N_("Youth served"),
    "new": N_("New young people"),
    "returning": N_("Returning young people"),
    "held": N_("Gatherings held"),
    "sessions": N_("Sessions"),
    "missing": N_("Held without a register"),
    "days": N_("Days open"),
    "visits": N_("Visits"),
    "offered": N_("Visits offered"),
}
GONE = N_("A young person no longer in your programs")


@dataclass(frozen=True)
class Asked:
    """What the address asks for: the scope when it can be counted, else why not; and what was typed."""

    scope: Scope | None
    reasons: list[Refusal]
    typed: dict[str, str]
    choices: ReportChoices

    @property
    def kept(self) -> dict[str, Any]:
        """The part of an address that asks for the same."""
        return {name: value for name, value in self.typed.items() if value}


def _asked() -> Asked:
    """Read the address. Raises `NotFound` for a site, program or season that is none of this reader's."""
    on = clock.today()
    typed = {name: request.args.get(name, "").strip()[:40] for name in ("from", "until", "site", "program", "season")}
    if not typed["from"] and not typed["until"]:
        usual = usual_periods(on)[0]
        typed |= {"from": usual.first.isoformat(), "until": usual.last.isoformat()}
    choices = queries.report_choices(actor())
    site = _one_of(typed["site"], {key for key, _name in choices.sites})
    program = _one_of(typed["program"], {each.program_id for each in choices.programs})
    season = _one_of(typed["season"], {key for each in choices.programs for key, _name in each.seasons})
    first, last = _day_in(typed["from"]), _day_in(typed["until"])
    reasons = refusals_to_count(first, last)
    if program and season and season not in {key for each in choices.of(program) for key, _name in each.seasons}:
        reasons.append(Refusal("season_of_another", N_("This season belongs to another program."), "season"))
    scope = Scope(first, last, site, program, season) if first and last and not reasons else None
    return Asked(scope, reasons, typed, choices)


def _one_of(text: str, known: set[int]) -> int | None:
    if not text:
        return None
    key = key_in(text)
    if key is None or key not in known:
        raise NotFound
    return key


def _day_in(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-09-17") else None
    except ValueError:
        return None


@bp.get("/reports/attendance")
@door(P.REPORT_READ)
def index() -> Response:
    """All figures of a scope, with their definitions, and the form that asks for another."""
    asked, now = _asked(), clock.now()
    shown: dict[str, Any] = {"asked": asked, "usual": usual_periods(clock.day_of(now)), "chosen": _usual(asked, now)}
    if asked.scope is None:
        return page("reports/attendance.html", status=422, found=None, **shown)
    found = counting_queries.figures(actor(), asked.scope, now)
    opened = counting_queries.every_line("days", actor(), asked.scope, now)
    behind = counting_queries.days_without(actor(), asked.scope, now)
    return page(
        "reports/attendance.html",
        found=found,
        bars=buckets(asked.scope.first, min(asked.scope.last, clock.day_of(now)), opened, behind),
        rounded=rounded,
        percent=percent,
        about=_about(asked),
        **shown,
    )


def _usual(asked: Asked, now: datetime) -> UsualPeriod | None:
    period = asked.typed["from"], asked.typed["until"]
    usual = usual_periods(clock.day_of(now))
    return next((each for each in usual if (each.first.isoformat(), each.last.isoformat()) == period), None)


@bp.get("/reports/attendance/<which>")
@door(P.REPORT_READ)
def lines(which: str) -> Response:
    """A page of the list behind a figure."""
    asked, now = _asked(), clock.now()
    if which not in TITLES:
        raise NotFound
    if asked.scope is None:
        return index()
    after = asked_cursor(PLACES[which])
    rows = counting_queries.page_of(
        which, actor(), asked.scope, now, after=after, limit=counting_queries.PAGE + 1
    )  # fmt: skip
    shown = rows[: counting_queries.PAGE]
    more = cursor(*shown[-1].key) if len(rows) > len(shown) else None
    return page(
        "reports/attendance_list.html",
        which=which,
        title=TITLES[which],
        length=counting_queries.length_of(which, actor(), asked.scope, now),
        rows=shown,
        asked=asked,
        about=_about(asked),
        next=url_for(".lines", which=which, **asked.kept, after=more) if more else None,
        first=url_for(".lines", which=which, **asked.kept) if after else None,
        marks=MARKS,
        kinds=GATHERING_KINDS,
        gone=GONE,
        rounded=rounded,
    )


@bp.get("/reports/attendance/<which>.csv")
@door(P.REPORT_READ)
def export(which: str) -> Response:
    """A whole list for a spreadsheet."""
    asked, now = _asked(), clock.now()
    if which not in TITLES or asked.scope is None:
        raise NotFound
    head, cells = TABLES[which]
    rows = [cells(line) for line in counting_queries.every_line(which, actor(), asked.scope, now)]
    record_read("figures.exported", "report", None, by=actor(), list=which, rows=len(rows), filters=asked.kept)
    name = f"attendance-{which}-{asked.typed['from']}-{asked.typed['until']}.csv"
    return csv_response([_(words) for words in head], rows, name=name)


def _about(asked: Asked) -> str:
    """The site, program and season asked for, in words; empty for everything."""
    spanish, assert_scope = language() == "es", asked.scope
    if assert_scope is None:
        return ""
    names = [each.name.named(language()) for each in asked.choices.of(assert_scope.program_id)] if assert_scope.program_id else []
    for each in asked.choices.programs:
        for key, name in each.seasons:
            if key == assert_scope.season_id:
                names = [each.name.es if spanish and each.name.es else each.name.en, name.named(language())]
    names += [name for key, name in asked.choices.sites if key == assert_scope.site_id]
    return ", ".join(names)
