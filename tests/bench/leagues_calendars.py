"""A family's calendar: how large it is, what it costs to write, and that a second parser gives back what was put in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar

from tests.bench.measure import Measure, ratio
from youthprog.calendars import ical
from youthprog.calendars.types import Event

ZONE = ZoneInfo("America/Chicago")
BEGINS = datetime(2026, 8, 31, 22, 30, tzinfo=UTC)
CHILDREN, WEEKS = 3, 16
DAY = timedelta(days=1)


def measures() -> Iterator[Measure]:
    events = a_familys_autumn()
    written = ical.write("Riverton Police Youth Programs", ZONE, events)
    back = [(str(each["UID"]), each["DTSTART"].dt) for each in icalendar.Calendar.from_ical(written).walk("VEVENT")]
    lost = len({(each.uid, each.starts_at) for each in events} ^ set(back))
    yield Measure("calendar of three children, 96 meetings: lost or moved", lost, "events", 0)
    yield Measure("calendar of three children, 96 meetings: size", len(written) / 1000, "kB", 50)
    against = ratio(lambda: ical.write("", ZONE, events), lambda: by_the_library(events))
    yield Measure("writing it, against the library icalendar", against, "times", 0.5)


def a_familys_autumn() -> list[Event]:
    """Two meetings a week for each of three children, across the change of the clocks."""
    return [
        Event(
            uid=f"gathering-{number}-{week}-{which}@riverton.example",
            sequence=which,
            changed_at=BEGINS,
            starts_at=BEGINS + 7 * week * DAY + 2 * which * DAY + timedelta(hours=number),
            ends_at=BEGINS + 7 * week * DAY + 2 * which * DAY + timedelta(hours=number + 1),
            summary="Game: Lincoln Tigers U10 vs. Riverside Hawks U10" if which else "Lincoln Tigers U10 practice",
            location="Lincoln Fields, Field 2",
        )
        for number in range(CHILDREN)
        for week in range(WEEKS)
        for which in range(2)
    ]


def by_the_library(events: list[Event]) -> bytes:
    """The same calendar made by icalendar."""
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//peer//")
    for each in events:
        made = icalendar.Event()
        made.add("uid", each.uid)
        made.add("dtstamp", each.changed_at)
        made.add("last-modified", each.changed_at)
        made.add("sequence", each.sequence)
        made.add("dtstart", each.starts_at.astimezone(ZONE))
        made.add("dtend", each.ends_at.astimezone(ZONE))
        made.add("summary", each.summary)
        made.add("location", each.location)
        made.add("status", "CONFIRMED")
        calendar.add_component(made)
    return calendar.to_ical()
