"""Attendance over time: a youth's months as small calendars, a group's last meetings as a strip."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, url_for

from youthprog.attendance import absence_queries, calendars, history_queries, queries
from youthprog.attendance.types import CAME, MARKS
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.people import queries as people
from youthprog.programs import queries as programs
from youthprog.web.edge import actor, door
from youthprog.web.pages import asked_text, page

bp = Blueprint("attendance_history", __name__)
MONTHS_SHOWN = 6
MEETINGS_SHOWN = 8


@bp.get("/youth/<id:youth_id>/attendance")
@door(P.REGISTER_READ)
def youth(youth_id: int) -> Response:
    """The months of a youth, the latest first; `until` asks for those before."""
    on = clock.today()
    person = people.get_youth_for(actor(), P.REGISTER_READ, youth_id, on)
    last = _asked_month(on)
    first = calendars.months_back(last, MONTHS_SHOWN - 1)
    begun = history_queries.first_meeting(actor(), youth_id)
    if begun is not None:
        first = max(first, calendars.month_of(begun))
    lines = history_queries.attended(actor(), youth_id, first, last)
    away = absence_queries.who_stays_away(actor(), on, youth_id)
    return page(
        "attendance/youth.html",
        youth=person,
        lines=lines,
        months=calendars.months_of([(clock.day_of(line.starts_at), line.mark) for line in lines], first, last),
        figures=calendars.figures_of(line.mark for line in lines),
        away=absence_queries.with_guardians(actor(), away, on),
        words=MARKS,
        earlier=_months_address(youth_id, calendars.months_back(first, 1)) if begun and begun < first else None,
        latest=_months_address(youth_id, None) if last < on else None,
    )


def _asked_month(on: date) -> date:
    """The last day to show: the end of the month asked for, or today."""
    try:
        asked = date.fromisoformat(asked_text("until", 7) + "-01")
    except ValueError:
        return on
    end = calendars.last_of(asked)
    return end if date(2000, 1, 1) <= asked and end < on else on


def _months_address(youth_id: int, month: date | None) -> str:
    return url_for(".youth", youth_id=youth_id, until=month and f"{month:%Y-%m}")


@bp.get("/groups/<id:group_id>/attendance")
@door(P.REGISTER_READ)
def group(group_id: int) -> Response:
    """The last meetings of a team, a mentoring group or a class: who came, as a strip."""
    on = clock.today()
    found = programs.get_group_for(actor(), P.REGISTER_READ, group_id, on)
    members = programs.members_of(group_id, on)
    reached = people.reachable(actor(), P.REGISTER_READ, [line.youth_id for line in members], on)
    members = sorted((line for line in members if line.youth_id in reached), key=queries.jersey_order)
    held, strips = queries.last_marks(group_id, MEETINGS_SHOWN, on)
    nothing = [None] * len(held)
    return page(
        "attendance/group.html",
        group=found,
        held=held,
        rows=[(line, strips.get(line.youth_id, nothing)) for line in members],
        met={mark for strip in strips.values() for mark in strip} | ({None} if held else set()),
        shares=[
            _share(line, place, [strips.get(each.youth_id, nothing) for each in members])
            for place, line in enumerate(held)
        ],
    )


def _share(held: Any, place: int, strips: list[Any]) -> dict[str, Any]:
    """How many of those marked came to one meeting, of 100; None when nobody entered it."""
    marks = [strip[place] for strip in strips if strip[place] is not None]
    came = sum(mark in CAME for mark in marks)
    return {"on": held.on, "came": came, "of": len(marks), "value": round(100 * came / len(marks)) if marks else None}
