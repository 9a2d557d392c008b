"""Figures of attendance for any period, site, program and season; and the list behind each. An edge module."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, request, url_for

from youthprog.attendance import counting_queries
from youthprog.attendance.counting import Scope, percent, refusals_to_count, rounded
from youthprog.attendance.types import MARKS
from youthprog.audit.services import record_read
from youthprog.core import clock, dates
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, NotFound, Refusal
from youthprog.reports.figure_lists import GONE, LISTS, Speech, hours
from youthprog.reports.figure_queries import ProgramChoice, ReportChoices, report_choices
from youthprog.reports.rules import Bucket, buckets, usual_periods
from youthprog.web.csv_files import csv_response
from youthprog.web.edge import actor, door
from youthprog.web.language import day, language
from youthprog.web.language import gettext as _
from youthprog.web.pages import asked_cursor, cursor, page

bp = Blueprint("figures", __name__)
CHARTS = {
    "week": N_("Contact hours by week"),
    "month": N_("Contact hours by month"),
    "year": N_("Contact hours by year"),
}
LONGEST = 40  # of what the address says in one field


@dataclass(frozen=True)
class Asked:
    """What the address asks for: the scope when it can be counted, else why not; and what was typed."""

    scope: Scope | None
    reasons: list[Refusal]
    typed: dict[str, str]
    choices: ReportChoices
    program: ProgramChoice | None
    other_season: bool  # a season of another program was asked for, and left out

    @property
    def kept(self) -> dict[str, Any]:
        """The part of an address that asks for the same."""
        return {name: value for name, value in self.typed.items() if value}

    def during(self, first: date, last: date) -> dict[str, Any]:
        """The part of an address that asks for the same on other days."""
        return self.kept | {"from": first.isoformat(), "until": last.isoformat()}

    @property
    def about(self) -> str:
        """The program, season and site asked for, in words; empty for everything."""
        chosen = self.typed["season"], self.typed["site"]
        season = (
            next((name for key, name in self.program.seasons if str(key) == chosen[0]), None) if self.program else None
        )
        names = [each.named(language()) for each in (self.program and self.program.name, season) if each]
        return ", ".join(names + [name for key, name in self.choices.sites if str(key) == chosen[1]])


def _asked() -> Asked:
    """Read the address. Raises `NotFound` for a site, program or season that is none of this reader's.

    Whoever chooses another program has the old one's season still in the form: it is left out, and the page says so.
    """
    typed = {
        name: request.args.get(name, "").strip()[:LONGEST] for name in ("from", "until", "program", "season", "site")
    }
    if not typed["from"] and not typed["until"]:
        usual = usual_periods(clock.today())[0]
        typed |= {"from": usual.first.isoformat(), "until": usual.last.isoformat()}
    choices = report_choices(actor())
    program_id = _one_of(typed["program"], {each.program_id for each in choices.programs})
    season_id = _one_of(typed["season"], {key for each in choices.programs for key, _name in each.seasons})
    site_id = _one_of(typed["site"], {key for key, _name in choices.sites})
    owner = choices.program_of(season_id)
    program = choices.program(program_id) or owner
    other_season = season_id is not None and owner is not program
    if other_season:
        season_id, typed["season"] = None, ""
    first, last = _day_in(typed["from"]), _day_in(typed["until"])
    reasons = refusals_to_count(first, last)
    scope = Scope(first, last, site_id, program_id, season_id) if first and last and not reasons else None
    return Asked(scope, reasons, typed, choices, program, other_season)


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
    return _figures(_asked(), clock.now())


def _figures(asked: Asked, now: datetime) -> Response:
    on = clock.day_of(now)
    shown: dict[str, Any] = {"asked": asked, "usual": usual_periods(on), "found": None}
    if asked.scope is None:
        return page("reports/attendance.html", status=422, **shown)
    counted = counting_queries.count_attendance(actor(), asked.scope, now)
    days = ((line.on, line.held, line.sessions, line.minutes) for line in counted.days)
    kind, bars = buckets(asked.scope.first, max(asked.scope.first, min(asked.scope.last, on)), days)
    return page(
        "reports/attendance.html",
        **shown | {"found": counted.figures},
        chart=CHARTS[kind],
        points=[_point(bar, kind, asked) for bar in bars],
        rounded=rounded,
        percent=percent,
    )


def _point(bar: Bucket, kind: str, asked: Asked) -> dict[str, Any]:
    """One bar of the chart. Where nothing was held there is no figure, not even 0."""
    whole = round(bar.minutes / 60)
    labels = {
        "week": day(bar.first, "short"),
        "month": dates.SHORT_MONTHS[language()][bar.first.month - 1],
        "year": str(bar.first.year),
    }
    return {
        "label": labels[kind],
        "long": f"{day(bar.first, 'short')} – {day(bar.last, 'medium')}",
        "value": whole if bar.held else None,
        "figure": whole if whole < 1000 else f"{whole / 1000:.{int(whole < 9950)}f}k",
        "exact": hours(bar.minutes),
        "incomplete": bar.incomplete,
        "href": url_for(".index", **asked.during(bar.first, bar.last)),
    }


@bp.get("/reports/attendance/<which>")
@door(P.REPORT_READ)
def lines(which: str) -> Response:
    """A page of the list behind a figure."""
    if which not in LISTS:
        raise NotFound
    asked, now = _asked(), clock.now()
    if asked.scope is None:
        return _figures(asked, now)
    after = asked_cursor(LISTS[which].place)
    most = counting_queries.PAGE
    rows = counting_queries.page_of(which, actor(), asked.scope, now, after=after, limit=most + 1)
    more = cursor(*rows[most - 1].key) if len(rows) > most else None
    return page(
        "reports/attendance_list.html",
        which=which,
        listed=LISTS[which],
        length=counting_queries.length_of(which, actor(), asked.scope, now),
        rows=rows[:most],
        asked=asked,
        next=url_for(".lines", which=which, **asked.kept, after=more) if more else None,
        first=url_for(".lines", which=which, **asked.kept) if after else None,
        gone=GONE,
        marks=MARKS,
        hours=hours,
        rounded=rounded,
    )


@bp.get("/reports/attendance/<which>.csv")
@door(P.REPORT_READ)
def export(which: str) -> Response:
    """A whole list for a spreadsheet."""
    if which not in LISTS:
        raise NotFound
    asked, now = _asked(), clock.now()
    if asked.scope is None:
        return _figures(asked, now)
    listed = LISTS[which]
    length = counting_queries.length_of(which, actor(), asked.scope, now)
    record_read("figures.exported", "report", None, by=actor(), list=which, rows=length, filters=asked.kept)
    speech = Speech()
    rows = (listed.cells(line, speech) for line in counting_queries.every_line(which, actor(), asked.scope, now))
    name = f"attendance-{which}-{asked.typed['from']}-{asked.typed['until']}.csv"
    return csv_response([_(words) for words in listed.head], rows, name=name)
