"""Writing calendars as telephones read them: iCalendar, RFC 5545. Pure.

Lines end with CRLF and are folded at 75 octets, never inside a letter. Times are the zone's own, with a VTIMEZONE that
names each change of the clocks from before the first event to after the last as it happens, so that no rule of
repetition has to be guessed. What stands still is written the same again, byte for byte.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from youthprog.calendars.types import Event

OCTETS = 75
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
SEARCHED_BACK = 400  # days: clocks that change do so at least once a year
REFRESH = "PT1H"
ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
BREAKS = str.maketrans(dict.fromkeys("\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", "\n"))


def write(name: str, zone: ZoneInfo, events: Sequence[Event], *, hides_canceled: bool = False) -> bytes:
    """A calendar of these events. `hides_canceled`: its reader leaves out what is canceled, so that the words alone say it."""
    return b"".join(map(fold, _lines(name, zone, events, hides_canceled=hides_canceled)))


def _lines(name: str, zone: ZoneInfo, events: Sequence[Event], *, hides_canceled: bool) -> Iterator[str]:
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield "PRODID:-//youthprog//Calendar//EN"
    yield "CALSCALE:GREGORIAN"
    yield f"NAME:{escape(name)}"
    yield f"X-WR-CALNAME:{escape(name)}"
    yield f"X-WR-TIMEZONE:{zone.key}"
    yield f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}"
    yield f"X-PUBLISHED-TTL:{REFRESH}"
    if events:
        yield from zone_lines(zone, min(e.starts_at for e in events), max(e.ends_at for e in events))
    for event in events:
        yield from _event_lines(event, zone, hides_canceled=hides_canceled)
    yield "END:VCALENDAR"


def _event_lines(event: Event, zone: ZoneInfo, *, hides_canceled: bool) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{in_utc(event.changed_at)}"
    yield f"LAST-MODIFIED:{in_utc(event.changed_at)}"
    yield f"SEQUENCE:{event.sequence}"
    yield from _times(event, zone)
    yield f"SUMMARY:{escape(event.summary)}"
    if event.location:
        yield f"LOCATION:{escape(event.location)}"
    if event.description:
        yield f"DESCRIPTION:{escape(event.description)}"
    yield f"STATUS:{'CANCELLED' if event.canceled and not hides_canceled else 'CONFIRMED'}"
    if event.canceled:
        yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _times(event: Event, zone: ZoneInfo) -> Iterator[str]:
    """Start and end in the zone's time; in UTC where a clock shows one of them a second time, which no zone can say."""
    starts, ends = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
    if starts.fold or ends.fold:
        yield f"DTSTART:{in_utc(event.starts_at)}"
        yield f"DTEND:{in_utc(event.ends_at)}"
    else:
        yield f"DTSTART;TZID={zone.key}:{_clock(starts)}"
        yield f"DTEND;TZID={zone.key}:{_clock(ends)}"


def in_utc(moment: datetime) -> str:
    """An instant, 20260917T223000Z."""
    return f"{_clock(moment.astimezone(UTC))}Z"


def _clock(moment: datetime) -> str:
    return f"{moment.year:04}{moment:%m%dT%H%M%S}"


# ---- text ----


def escape(text: str) -> str:
    """Text as a value may hold it: every kind of line break is one, other control characters are gone."""
    broken = text.replace("\r\n", "\n").translate(BREAKS)
    kept = "".join(each for each in broken if each in "\n\t" or not _is_control(each))
    return kept.translate(ESCAPES)


def _is_control(letter: str) -> bool:
    return letter < " " or "\x7f" <= letter <= "\x9f" or "\ud800" <= letter <= "\udfff"


def fold(line: str) -> bytes:
    """A line in octets, cut so that none is longer than 75 without its CRLF, and no letter is cut."""
    octets = line.encode()
    cuts, start, room = [], 0, OCTETS
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:  # in the middle of a letter
            end -= 1
        cuts.append(octets[start:end])
        start, room = end, OCTETS - 1  # a blank stands before what follows
    return b"\r\n ".join([*cuts, octets[start:]]) + b"\r\n"


# ---- the zone ----


def zone_lines(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[str]:
    """A VTIMEZONE that holds from before the first instant to after the last."""
    yield "BEGIN:VTIMEZONE"
    yield f"TZID:{zone.key}"
    known = list(changes_between(zone, first.astimezone(UTC), last.astimezone(UTC)))
    if not known or known[0] > first:
        yield from _observance(zone, first.astimezone(UTC), since=None)
    for moment in known:
        yield from _observance(zone, moment, since=zone.utcoffset((moment - SECOND).astimezone(zone)))
    yield "END:VTIMEZONE"


def _observance(zone: ZoneInfo, moment: datetime, since: timedelta | None) -> Iterator[str]:
    """What clocks show from an instant on; without an offset before it, since ever."""
    local = moment.astimezone(zone)
    offset = local.utcoffset() or timedelta()
    before = offset if since is None else since
    kind = "DAYLIGHT" if local.dst() else "STANDARD"
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{'19700101T000000' if since is None else _clock(moment + before)}"
    yield f"TZOFFSETFROM:{_offset(before)}"
    yield f"TZOFFSETTO:{_offset(offset)}"
    yield f"TZNAME:{escape(local.tzname() or zone.key)}"
    yield f"END:{kind}"


def _offset(value: timedelta) -> str:
    seconds = int(abs(value).total_seconds())
    sign = "-" if value < timedelta() else "+"
    rest = f"{seconds % 60:02}" if seconds % 60 else ""
    return f"{sign}{seconds // 3600:02}{seconds // 60 % 60:02}{rest}"


def changes_between(zone: tzinfo, first: datetime, last: datetime) -> Iterable[datetime]:
    """The instants at which clocks change, from the last one before `first` to `last`."""
    earlier = next(_changes(zone, first, -1, SEARCHED_BACK), None)
    if earlier is not None:
        yield earlier
    yield from _changes(zone, first, 1, (last - first).days + 2)


def _changes(zone: tzinfo, start: datetime, step: int, days: int) -> Iterator[datetime]:
    here = start
    for _day in range(days):
        there = here + step * DAY
        if _shown(zone, here) != _shown(zone, there):
            yield _change_in(zone, min(here, there), max(here, there))
        here = there


def _change_in(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """The first second at which a zone shows what it shows at the end of a day."""
    then = _shown(zone, after)
    while after - before > SECOND:
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0) if middle.replace(microsecond=0) > before else middle
        before, after = (before, middle) if _shown(zone, middle) == then else (middle, after)
    return after.replace(microsecond=0)


def _shown(zone: tzinfo, moment: datetime) -> tuple[timedelta | None, timedelta | None, str | None]:
    local = moment.astimezone(zone)
    return local.utcoffset(), local.dst(), local.tzname()
