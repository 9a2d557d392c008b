"""Rows of meetings: gatherings, registers, marks, matches and what mentors wrote."""

import uuid
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from youthprog.attendance.models import AttendanceMark, Register, YouthCard
from youthprog.core.crypto import CODE_LETTERS
from youthprog.demo.frame import Frame, Row, Table, fields, numbered
from youthprog.demo.gate_rows import gate_tables
from youthprog.demo.program_rows import start_of
from youthprog.demo.support_rows import coordinators
from youthprog.mentorship.models import Match
from youthprog.mentorship.sessions.models import ExpectedSession, SessionAmendment, SessionLog
from youthprog.mentorship.sessions.types import Flag, NotHeld
from youthprog.mentorship.types import MatchStatus
from youthprog.programs.models import Gathering
from youthprog.programs.types import GroupKind

TAKEN_AFTER = timedelta(minutes=10)


def meeting_tables(frame: Frame) -> Iterator[Table]:
    """Meetings with their registers, then the matches whose sessions they were: paused, until the gate lets them go on."""
    starts = {each.key: frame.at(each.on, each.at) for each in frame.plan.gatherings}
    leaders = {group.key: group.leaders[0][0] for group in frame.plan.groups}
    yield Gathering, list(_gatherings(frame, starts))
    yield Register, list(_registers(frame, starts, leaders))
    yield AttendanceMark, list(_marks(frame, starts, leaders))
    yield YouthCard, numbered(_cards(frame))
    pairs = [group for group in frame.plan.groups if group.kind is GroupKind.MENTORING]
    staff = coordinators(frame)
    matches = {group.key: number for number, group in enumerate(pairs, start=1)}
    yield (
        Match,
        [
            {
                "id": matches[group.key],
                "group_id": group.key,
                "status": MatchStatus.PAUSED,
                "every_days": group.every_days,
                "usual_minutes": 60,
                "started_on": start_of(frame, group),
                "supported_by_id": staff[matches[group.key] % len(staff)],
                "holds": [],
            }
            for group in pairs
        ],
    )
    logs = list(_sessions(frame, matches, leaders))
    yield SessionLog, numbered(logs)
    yield SessionAmendment, numbered(_corrected(logs))
    yield ExpectedSession, numbered(_canceled(logs))
    yield from gate_tables(frame, matches)


def _gatherings(frame: Frame, starts: dict[int, datetime]) -> Iterator[Row]:
    for each in frame.plan.gatherings:
        yield fields(each, "kind title") | {
            "id": each.key,
            "season_id": each.season_key,
            "group_id": each.group_key,
            "site_id": each.site_key,
            "starts_at": starts[each.key],
            "ends_at": starts[each.key] + timedelta(minutes=each.minutes),
        }


def _registers(frame: Frame, starts: dict[int, datetime], leaders: dict[int, int]) -> Iterator[Row]:
    for each in frame.plan.gatherings:
        if each.marks:
            at, by = starts[each.key] + TAKEN_AFTER, leaders[each.group_key]
            yield {"gathering_id": each.key, "taken_at": at, "taken_by_id": by, "saved_at": at, "saved_by_id": by}


def _marks(frame: Frame, starts: dict[int, datetime], leaders: dict[int, int]) -> Iterator[Row]:
    for each in frame.plan.gatherings:
        said = {"marked_at": starts[each.key] + TAKEN_AFTER, "marked_by_id": leaders[each.group_key], "version": 1}
        for youth_id, mark in each.marks:
            yield {"gathering_id": each.key, "youth_id": youth_id, "mark": mark, **said}


def _cards(frame: Frame) -> Iterator[Row]:
    """A check-in card for everybody; same seed, same codes."""
    for youth in frame.plan.youth:
        number = uuid.uuid5(uuid.NAMESPACE_OID, f"{frame.plan.seed}:card:{youth.key}").int
        code = "".join(CODE_LETTERS[number >> 5 * place & 31] for place in range(10))
        yield {"youth_id": youth.key, "code": code, "issued_at": frame.began_at, "issued_by_id": frame.coordinator_id}


def _sessions(frame: Frame, matches: dict[int, int], leaders: dict[int, int]) -> Iterator[Row]:
    last = max(frame.plan.sessions, key=lambda each: (each.on, each.gathering_key), default=None)
    for each in frame.plan.sessions:
        yield fields(each, "minutes duty") | {
            "match_id": matches[each.group_key],
            "gathering_id": each.gathering_key,
            "client_id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{frame.plan.seed}:{each.gathering_key}")),
            "held_on": each.on,
            "mentor_ids": [leaders[each.group_key]],
            "activities": [deed.value for deed in each.activities],
            "note": each.note or None,
            "logged_at": frame.at(each.on, time(18, 0)),
            "logged_by_id": leaders[each.group_key],
            **(_out_of_sight(frame.at(each.on, time(18, 0))) if each is last else _IN_SIGHT),
        }


# Every row of a table has the same columns.
_IN_SIGHT: Row = {"observable": True, "flags": [], "reason": None, "flagged_at": None}


def _out_of_sight(at: datetime) -> Row:
    """The last session, which the coordinator is to look at."""
    why = "The library closed early, so we walked home along the river."
    return {"observable": False, "flags": [Flag.ALONE.value], "reason": why, "flagged_at": at}


def _corrected(logs: list[Row]) -> Iterator[Row]:
    """The first log, corrected an hour later."""
    for number, log in enumerate(logs[:1], start=1):
        yield {
            "session_id": number,
            "at": log["logged_at"] + timedelta(hours=1),
            "by_id": log["logged_by_id"],
            "reason": "We stayed longer than I wrote.",
            "was": {"minutes": 30},
            "became": {"minutes": log["minutes"]},
        }


def _canceled(logs: list[Row]) -> Iterator[Row]:
    """A session before the first log, which the family canceled."""
    for log in logs[:1]:
        yield {
            "match_id": log["match_id"],
            "due_on": log["held_on"] - timedelta(days=7),
            "not_held": NotHeld.FAMILY,
            "told_at": log["logged_at"] - timedelta(days=7),
            "told_by_id": log["logged_by_id"],
        }
