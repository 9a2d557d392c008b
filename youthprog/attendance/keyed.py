"""Reading a paper sheet as somebody keys it in: one letter a mark, times as they stand on the paper. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from youthprog.attendance.types import Mark
from youthprog.core.refusals import N_, Refusal

# Both languages are understood on every page, since no letter means two things.
LETTERS = {
    "p": Mark.PRESENT,
    "l": Mark.LATE,
    "t": Mark.LATE,  # tarde
    "a": Mark.ABSENT,
    "e": Mark.EXCUSED,
    "c": Mark.EXCUSED,  # con permiso
    "j": Mark.EXCUSED,  # justificado
}
WRITTEN = {
    "en": {Mark.PRESENT: "P", Mark.LATE: "L", Mark.ABSENT: "A", Mark.EXCUSED: "E"},
    "es": {Mark.PRESENT: "P", Mark.LATE: "T", Mark.ABSENT: "A", Mark.EXCUSED: "C"},
}
HOUR = re.compile(r"(\d{1,2})(?:[:.h ]?(\d{2}))?\s*(?:([ap])\.?\s?(?:m\.?)?)?", re.IGNORECASE | re.ASCII)
PERSON = re.compile(r"(mark|in|out|shown|times)-([1-9]\d{0,18})")
WALKED = re.compile(r"(walked|walked-in|walked-out)-([1-9])")
HALF_A_DAY = 12
NEITHER = "."


@dataclass(frozen=True)
class Meeting:
    """When a sheet's gathering was held, and the zone its times were written in."""

    starts_at: datetime
    ends_at: datetime
    zone: tzinfo


@dataclass(frozen=True)
class Row:
    """One row as keyed: what stands in its three fields."""

    mark: str = ""
    came: str = ""
    left: str = ""


@dataclass(frozen=True)
class Sheet:
    """A sheet as sent. Hidden fields say what each row showed: its mark with version, and its times."""

    rows: dict[int, Row] = field(default_factory=dict)
    shown: dict[int, str] = field(default_factory=dict)
    times: dict[int, str] = field(default_factory=dict)
    walked: dict[int, tuple[str, str, str]] = field(default_factory=dict)  # line -> name, in, out
    wants_rest: bool = False


@dataclass(frozen=True)
class Times:
    """When a youth came and left; None where the sheet says nothing."""

    came_at: datetime | None = None
    left_at: datetime | None = None

    def written(self, zone: tzinfo) -> str:
        """The value of the hidden field that says which times were shown, to the minute."""
        return NEITHER.join(
            f"{at.astimezone(zone):%Y-%m-%dT%H:%M}" if at else "" for at in (self.came_at, self.left_at)
        )


def sheet_in(sent: Mapping[str, str]) -> Sheet:
    """Sort the fields of a sheet by youth."""
    found: dict[str, dict[int, str]] = {name: {} for name in ("mark", "in", "out", "shown", "times")}
    walked: dict[str, dict[int, str]] = {name: {} for name in ("walked", "walked-in", "walked-out")}
    for name, value in sent.items():
        if match := PERSON.fullmatch(name):
            found[match[1]][int(match[2])] = value.strip()
        elif match := WALKED.fullmatch(name):
            walked[match[1]][int(match[2])] = " ".join(value.split())
    rows = {
        who: Row(found["mark"].get(who, ""), found["in"].get(who, ""), found["out"].get(who, ""))
        for who in {*found["mark"], *found["in"], *found["out"]}
    }
    lines = {
        line: (name, walked["walked-in"].get(line, ""), walked["walked-out"].get(line, ""))
        for line, name in walked["walked"].items()
        if name
    }
    return Sheet(rows, found["shown"], found["times"], lines, sent.get("rest") == "present")


def mark_in(letter: str) -> Mark | None:
    """The mark a letter stands for; None for anything else."""
    return LETTERS.get(letter.strip().casefold())


def hour_in(text: str, near: datetime, zone: tzinfo) -> datetime | None:
    """The instant of a time like 531, 5:31, 17:31 or 5:31 pm, the one nearest to `near`; None when it is no time.

    Paper seldom says morning or evening. Practice from 5:30 to 7:00 pm makes 531 half past five in the evening, and a
    meeting over midnight puts 12:15 on the next day.
    """
    match = HOUR.fullmatch(text.strip())
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").lower()
    if hour > 23 or minute > 59 or (half and not 1 <= hour <= HALF_A_DAY):
        return None
    hours = _hours(hour, half)
    on = near.astimezone(zone).date()
    days = [on + timedelta(days=each) for each in (-1, 0, 1)]
    return min((_at(day, each, minute, zone) for day in days for each in hours), key=lambda at: abs(at - near))


def _hours(hour: int, half: str) -> list[int]:
    if half:
        return [hour % HALF_A_DAY + (HALF_A_DAY if half == "p" else 0)]
    if 1 <= hour <= HALF_A_DAY:
        return [hour % HALF_A_DAY, hour % HALF_A_DAY + HALF_A_DAY]
    return [hour]


def _at(on: date, hour: int, minute: int, zone: tzinfo) -> datetime:
    return datetime.combine(on, time(hour, minute), zone)


NO_TIMES = Times()


@dataclass(frozen=True)
class Read:
    """What the rows of a sheet say, and every reason why something on it cannot be read."""

    marks: dict[int, Mark | None]
    times: dict[int, Times]
    refusals: tuple[Refusal, ...]


def read(rows: Mapping[int, Row], names: Mapping[int, str], meeting: Meeting, cleared: Iterable[int]) -> Read:
    """Read the rows of those named. An empty mark beside a time in is Present, for whoever is cleared.

    Who is not cleared may have come and watched: that leaves a time and no mark.
    """
    may, marks, times, refusals = set(cleared), {}, {}, []
    for who, row in rows.items():
        if who not in names:
            continue
        found, reasons = _times(who, row, names[who], meeting)
        mark = mark_in(row.mark)
        if row.mark and mark is None:
            sentence = N_("%(name)s: type P, L, A or E.")
            reasons.append(Refusal("unknown_mark", sentence, f"mark-{who}", {"name": names[who]}))
        if mark is None and not row.mark and found.came_at and who in may:
            mark = Mark.PRESENT
        if mark in (Mark.ABSENT, Mark.EXCUSED) and (row.came or row.left):
            sentence = N_("%(name)s has a time and is marked absent. Take one away.")
            reasons.append(Refusal("absent_with_time", sentence, f"mark-{who}", {"name": names[who]}))
        marks[who], times[who] = mark, found
        refusals += reasons
    return Read(marks, times, tuple(refusals))


def _times(who: int, row: Row, name: str, meeting: Meeting) -> tuple[Times, list[Refusal]]:
    came = hour_in(row.came, meeting.starts_at, meeting.zone) if row.came else None
    left = hour_in(row.left, meeting.ends_at, meeting.zone) if row.left else None
    reasons = [
        Refusal("unknown_time", N_("%(name)s: write the time like 5:31."), f"{field_name}-{who}", {"name": name})
        for field_name, text, at in (("in", row.came, came), ("out", row.left, left))
        if text and at is None
    ]
    if came is not None and left is not None and left < came:
        sentence = N_("%(name)s left before coming. Look at the times again.")
        reasons.append(Refusal("left_before", sentence, f"out-{who}", {"name": name}))
    if left is not None and not row.came:
        sentence = N_("%(name)s has a time out and no time in.")
        reasons.append(Refusal("never_came", sentence, f"in-{who}", {"name": name}))
    return Times(came, left), reasons
