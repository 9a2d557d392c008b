"""Registers not entered, how complete they are, and who stays away: lists to work through, reached from Today."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, Response, request, url_for

from youthprog.attendance import absence_queries, missing_queries
from youthprog.attendance.missing_queries import Wanted, place_of
from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.programs import queries as programs
from youthprog.web.edge import actor, door
from youthprog.web.pages import PAGE_ROWS, asked_cursor, asked_text, cursor, page

bp = Blueprint("attendance_lists", __name__)
LAST_DAYS = 28
EARLIEST = date(2000, 1, 1)
NOT_ANY = "none"  # in an address: the meetings that have no group, or no site


@bp.get("/registers/missing")
@door(P.REGISTER_TAKE)
def missing() -> Response:
    """Registers not entered a day after the meeting, oldest first; `all` asks for those of the last day too."""
    now, wanted = clock.now(), _wanted()
    late_only = request.args.get("all") != "yes"
    found = missing_queries.not_entered(
        actor(), wanted, now, late_only=late_only, after=asked_cursor((int, int)), limit=PAGE_ROWS + 1
    )
    more = cursor(*place_of(found[PAGE_ROWS - 1])) if len(found) > PAGE_ROWS else None
    return page(
        "attendance/missing.html",
        rows=missing_queries.with_told(found[:PAGE_ROWS]),
        count=missing_queries.count_not_entered(actor(), wanted, now, late_only=late_only),
        wanted=wanted,
        late_only=late_only,
        next=more and url_for(".missing", **_kept(), after=more),
        first=url_for(".missing", **_kept()) if request.args.get("after") else None,
    )


@bp.get("/registers/completeness")
@door(P.REGISTER_READ)
def completeness() -> Response:
    """How many of the meetings held have a register, in a period, by group."""
    now = clock.now()
    on = clock.day_of(now)
    wanted = _wanted(Wanted(on - timedelta(days=LAST_DAYS), on))
    rows = missing_queries.completeness_by_group(
        actor(), wanted, now, after=asked_cursor((int, str, int, int, int)), limit=PAGE_ROWS + 1
    )
    more = cursor(*rows[PAGE_ROWS - 1].place) if len(rows) > PAGE_ROWS else None
    return page(
        "attendance/completeness.html",
        rows=rows[:PAGE_ROWS],
        total=missing_queries.completeness(actor(), wanted, now),
        wanted=wanted,
        listed=partial(_list_of, wanted),
        programs=programs.list_programs(actor(), P.REGISTER_READ),
        next=more and url_for(".completeness", **_kept(), after=more),
        first=url_for(".completeness", **_kept()) if request.args.get("after") else None,
    )


@bp.get("/absences")
@door(P.REGISTER_READ)
def absences() -> Response:
    """The young people who stay away, worst first."""
    on = clock.today()
    found = absence_queries.who_stays_away(actor(), on)
    place = asked_cursor((int,))
    start = max(0, place[0]) if place else 0
    shown = found[start : start + PAGE_ROWS]
    return page(
        "attendance/absences.html",
        rows=absence_queries.with_guardians(actor(), shown, on),
        count=len(found),
        next=url_for(".absences", after=cursor(start + PAGE_ROWS)) if len(found) > start + PAGE_ROWS else None,
        first=url_for(".absences") if start else None,
    )


def _wanted(default: Wanted | None = None) -> Wanted:
    """What the address asks for; a day or key that is none counts as not asked."""
    default = default or Wanted()
    return Wanted(
        _asked_day("from") or default.from_on,
        _asked_day("until") or default.until_on,
        key_in(asked_text("program", 20)),
        _key_or_none("group"),
        key_in(asked_text("season", 20)),
        _key_or_none("site"),
    )


def _list_of(wanted: Wanted, group_id: int | None, season_id: int | None = None, site_id: int | None = None) -> str:
    """The address of the list of these meetings, of those wanted, that have no register."""
    keys = {"group": group_id, "season": season_id, "site": site_id}
    named = {name: NOT_ANY if key == missing_queries.NO_KEY else key for name, key in keys.items()}
    asked: dict[str, Any] = {**named, "from": wanted.from_on, "until": wanted.until_on}
    return url_for(".missing", all="yes", program=wanted.program_id, **asked)


def _key_or_none(name: str) -> int | None:
    """A key of the address, `NO_KEY` for the word none, None when it is not asked."""
    text = asked_text(name, 20)
    return missing_queries.NO_KEY if text == NOT_ANY else key_in(text)


def _asked_day(name: str) -> date | None:
    try:
        found = date.fromisoformat(asked_text(name, 10))
    except ValueError:
        return None
    return found if EARLIEST <= found <= clock.today() + timedelta(days=366) else None


def _kept() -> dict[str, Any]:
    names = ("from", "until", "program", "group", "season", "site", "all")
    return {name: request.args[name] for name in names if request.args.get(name)}
