"""The one place where the present moment is asked for.

Instants are aware and in UTC; a calendar day belongs to the department's own time zone.
"""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from flask import current_app


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def zone() -> ZoneInfo:
    """The department's time zone."""
    return ZoneInfo(current_app.config["YOUTHPROG"].timezone)


def today() -> date:
    """The present calendar day where the department is."""
    return now().astimezone(zone()).date()


def day_of(moment: datetime) -> date:
    """The department's calendar day in which an instant falls."""
    return moment.astimezone(zone()).date()


def midnight(on: date) -> datetime:
    """The instant at which a calendar day of the department begins."""
    return datetime.combine(on, time(), zone())
