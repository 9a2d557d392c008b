"""Calendars written by us, read by others: icalendar reads the events, dateutil the zone; both give back what was put in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.tz import tzical
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.proofs import cases
from youthprog.calendars import ical
from youthprog.calendars.types import Event

CHICAGO = ZoneInfo("America/Chicago")
# Of the United States, with and without a change of clocks, at odd hours, and two that changed their rule or half an hour.
ZONES = [
    "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Anchorage",
    "America/Phoenix", "America/Puerto_Rico", "Pacific/Honolulu", "America/St_Johns", "Australia/Lord_Howe", "UTC",
]  # fmt: skip
SPRING, FALL = datetime(2026, 3, 8, 8, tzinfo=UTC), datetime(2026, 11, 1, 7, tzinfo=UTC)  # Chicago's clocks change
HOSTILE = [
    "Hawks, Bears; and \\n not a break", "two\nlines", "carriage\r\nreturn", "old\rmac", "🏈" * 75, "ñ" * 300,
    "האריות נגד הדובים", "\u202ertl\u202c", "BEGIN:VEVENT", "END:VCALENDAR\r\nX:1", '"quoted": ^n', "tab\there", "\\", ";",
    "x" * 67, "x" * 68, "é" * 33 + "x", "paragraph\u2029separator", "next\x85line", "bell\x07",
]  # fmt: skip

texts = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(codec="utf-8"), max_size=300))
near = st.one_of(
    st.integers(0, 400 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    st.builds(lambda edge, minutes: edge + timedelta(minutes=minutes), st.sampled_from([SPRING, FALL]), st.integers(-180, 180)),
)  # fmt: skip


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    """Some events with titles nobody would write, near the change of clocks as often as not."""
    found = []
    for number in range(draw(st.integers(1, 4))):
        starts_at = draw(near)
        found.append(
            Event(
                uid=f"gathering-{number}@riverton.example",
                sequence=draw(st.integers(0, 50)),
                changed_at=draw(near),
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=draw(st.integers(1, 300))),
                summary=draw(texts),
                location=draw(texts),
                description=draw(texts),
                canceled=draw(st.booleans()),
            )
        )
    return found


def kept(text: str) -> str:
    """What of a text a calendar keeps: every kind of line break as one, no other control character."""
    for each in ("\r\n", *"\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"):
        text = text.replace(each, "\n")
    return "".join(letter for letter in text if letter in "\n\t" or not (letter < " " or "\x7f" <= letter <= "\x9f"))


def read(written: bytes) -> list[Event]:
    """The events of a calendar as icalendar reads them."""
    calendar = icalendar.Calendar.from_ical(written)
    assert not calendar.errors
    found = []
    for each in calendar.walk("VEVENT"):
        assert not each.errors
        found.append(
            Event(
                uid=str(each["UID"]),
                sequence=int(each["SEQUENCE"]),
                changed_at=each["LAST-MODIFIED"].dt,
                starts_at=each["DTSTART"].dt.astimezone(UTC),
                ends_at=each["DTEND"].dt.astimezone(UTC),
                summary=str(each["SUMMARY"]),
                location=str(each.get("LOCATION", "")),
                description=str(each.get("DESCRIPTION", "")),
                canceled=str(each["STATUS"]) == "CANCELLED",
            )
        )
    return found


def as_read(event: Event) -> Event:
    texts = {name: kept(getattr(event, name)) for name in ("summary", "location", "description")}
    return Event(
        event.uid, event.sequence, event.changed_at, event.starts_at, event.ends_at, canceled=event.canceled, **texts
    )


@pytest.mark.proof("a second parser reads back every calendar that was written", room="leagues")
def test_a_second_parser_reads_what_was_written():
    @settings(max_examples=cases(full=2_000, sample=15), database=None, deadline=None)
    @given(events(), st.sampled_from(ZONES))
    @example([Event("a@b", 0, SPRING, FALL, FALL + timedelta(hours=1), text) for text in HOSTILE], "America/Chicago")
    def reads_back(given_events: list[Event], zone: str) -> None:
        check_reads_back(given_events, zone)

    reads_back()


def check_reads_back(given_events: list[Event], zone: str) -> None:
    """Written, read by another, and the same again; and no line too long or cut within a letter."""
    written = ical.write("Riverton PAL, family; \\ calendar", ZoneInfo(zone), given_events)
    assert read(written) == [as_read(each) for each in given_events]
    lines = written.split(b"\r\n")
    assert lines.pop() == b""
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(map(len, lines)) <= ical.OCTETS
    for line in lines:
        line.decode()  # no letter was cut


@pytest.mark.parametrize("zone", ZONES)
def test_a_zone_is_told_right_at_every_hour_around_each_change(zone):
    """dateutil knows nothing of our zone but the VTIMEZONE: it finds the same instant for each local time."""
    known, first, last = ZoneInfo(zone), datetime(2026, 2, 1, tzinfo=UTC), datetime(2027, 5, 1, tzinfo=UTC)
    lines = list(ical.zone_lines(known, first, last))
    told = tzical(StringIO("\r\n".join(lines))).get(zone)
    edges = [each for each in ical.changes_between(known, first, last) if each >= first]
    moments = [first + timedelta(days=number, hours=number % 24) for number in range(0, 450, 5)]
    moments += [edge + timedelta(minutes=minutes) for edge in edges for minutes in range(-180, 181, 15)]
    for moment in moments:
        local = moment.astimezone(known)
        if not local.fold:  # written in UTC instead
            assert local.replace(tzinfo=told).astimezone(UTC) == moment, (zone, local)
    assert len(edges) == (0 if zone in ("UTC", "America/Phoenix", "America/Puerto_Rico", "Pacific/Honolulu") else 3)


def test_the_hour_that_comes_twice_is_told_in_utc():
    first, second = FALL - timedelta(minutes=30), FALL + timedelta(minutes=30)  # 1:30 am, and 1:30 am again
    hour = timedelta(minutes=20)
    twice = [Event(f"{n}@b", 0, FALL, at, at + hour, "Practice") for n, at in enumerate((first, second))]
    written = ical.write("", CHICAGO, twice).decode()
    assert "DTSTART;TZID=America/Chicago:20261101T013000" in written
    assert "DTSTART:20261101T073000Z" in written
    assert [each.starts_at for each in read(written.encode())] == [first, second]


def test_practice_stays_at_half_past_five_when_the_clocks_change():
    before, after = (datetime(2026, 10, 29, 22, 30, tzinfo=UTC), datetime(2026, 11, 5, 23, 30, tzinfo=UTC))
    weekly = [Event(f"{at:%d}@b", 0, FALL, at, at + timedelta(hours=1), "Practice") for at in (before, after)]
    assert ical.write("", CHICAGO, weekly).count(b"T173000") == 2


def test_what_stands_still_is_written_the_same_again():
    event = Event("a@b", 3, SPRING, FALL, FALL + timedelta(hours=1), "Practice")
    assert ical.write("A", CHICAGO, [event]) == ical.write("A", CHICAGO, [event])


def test_a_canceled_event_stays_and_says_so_to_both_kinds_of_reader():
    event = Event("a@b", 1, SPRING, FALL, FALL + timedelta(hours=1), "Canceled: practice", canceled=True)
    assert b"STATUS:CANCELLED" in ical.write("", CHICAGO, [event])
    shown = ical.write("", CHICAGO, [event], hides_canceled=True)
    for line in (b"STATUS:CONFIRMED", b"SUMMARY:Canceled: practice", b"TRANSP:TRANSPARENT"):
        assert line in shown


def test_a_calendar_of_nothing_is_one():
    calendar = icalendar.Calendar.from_ical(ical.write("Nothing yet", CHICAGO, []))
    assert not calendar.walk("VEVENT")
    assert str(calendar["X-WR-CALNAME"]) == "Nothing yet"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in ical.write("", CHICAGO, [])
