"""Attendance counted a second time, in plain Python from plain rows: what the statements must say.

It shares no line with `attendance.counting*`: days come from the zone, instant by instant; sums are made row by row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

CAME = {"present", "late", "left_early", "walk_in"}


@dataclass
class Met:
    """A gathering as it was made."""

    id: int
    program_id: int
    season_id: int
    group_id: int | None
    site_id: int | None
    kind: str
    starts_at: datetime
    ends_at: datetime
    canceled: bool
    registered: bool


@dataclass
class Log:
    """Everything that was made: gatherings, marks (gathering, youth, mark, minutes), memberships, merges."""

    zone: ZoneInfo
    met: dict[int, Met] = field(default_factory=dict)
    marks: list[tuple[int, int, str | None, int | None]] = field(default_factory=list)
    members: list[tuple[int, int, date, date | None]] = field(default_factory=list)
    merged: dict[int, int] = field(default_factory=dict)

    def day(self, meeting: Met) -> date:
        return meeting.starts_at.astimezone(self.zone).date()

    def who(self, youth_id: int) -> int:
        while youth_id in self.merged:
            youth_id = self.merged[youth_id]
        return youth_id

    def came(self, wanted: Callable[[Met], bool]) -> dict[tuple[int, int], int]:
        """Minutes of each (gathering, youth) that came."""
        found = {}
        for gathering_id, youth_id, mark, minutes in self.marks:
            meeting = self.met[gathering_id]
            if mark in CAME and meeting.registered and not meeting.canceled and wanted(meeting):
                length = (meeting.ends_at - meeting.starts_at) // timedelta(minutes=1)
                found[gathering_id, self.who(youth_id)] = length if minutes is None else minutes
        return found

    def offered(self, wanted: Callable[[Met], bool]) -> set[tuple[int, int]]:
        pairs = set()
        for meeting in self.met.values():
            if meeting.canceled or not meeting.registered or not wanted(meeting):
                continue
            for group_id, youth_id, begin, end in self.members:
                if (
                    group_id == meeting.group_id
                    and begin <= self.day(meeting)
                    and (end is None or self.day(meeting) <= end)
                ):
                    pairs.add((meeting.id, self.who(youth_id)))
            pairs |= {(meeting.id, self.who(who)) for where, who, mark, _ in self.marks if where == meeting.id and mark}
        return pairs


def recount(
    log: Log,
    now: datetime,
    *,
    first: date,
    last: date,
    site_id: int | None = None,
    program_id: int | None = None,
    season_id: int | None = None,
    programs: Collection[int] | None = None,
    kept_from: Collection[int] = (),
) -> dict[str, object]:
    """The figures, and the youth behind them, of a scope as somebody who reaches `programs` (None: all) sees it."""

    def inside(meeting: Met) -> bool:
        return (
            first <= log.day(meeting) <= last
            and site_id in (None, meeting.site_id)
            and program_id in (None, meeting.program_id)
            and season_id in (None, meeting.season_id)
            and (programs is None or meeting.program_id in programs)
        )

    held = [each for each in log.met.values() if inside(each) and not each.canceled]
    held = [each for each in held if each.ends_at <= now or each.registered]
    taken = [each for each in held if each.registered]
    came = {pair: minutes for pair, minutes in log.came(inside).items() if pair[1] not in kept_from}
    days, kinds = defaultdict(set), defaultdict(set)
    for gathering_id, youth_id in came:
        meeting = log.met[gathering_id]
        days[youth_id].add(log.day(meeting))
        kinds[youth_id].add("sport" if meeting.kind in ("practice", "game") else meeting.kind)
    before = {youth_id for _, youth_id in log.came(lambda meeting: log.day(meeting) < first)}
    offered = {pair for pair in log.offered(inside) if pair[1] in days}
    clocked = {(where, log.who(who)) for where, who, mark, minutes in log.marks if mark in CAME and minutes is not None}
    return {
        "held": len(held),
        "sessions": len(taken),
        "days": len({log.day(each) for each in taken}),
        "served": len(days),
        "new": len(days.keys() - before),
        "visits": len(came),
        "clocked": len(came.keys() & clocked),
        "minutes": sum(came.values()),
        "youth_days": sum(len(each) for each in days.values()),
        "offered": len(offered),
        "weeks": sum((max(each) - min(each)).days // 7 + 1 for each in days.values()),
        "kinds": sum(len(each) for each in kinds.values()),
        "youth": {"served": set(days), "new": days.keys() - before, "returning": days.keys() & before},
    }
