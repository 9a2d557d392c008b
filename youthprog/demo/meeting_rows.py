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
from youthprog.mentorship.sessions.models import SessionLog
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
    yield SessionLog, numbered(_sessions(frame, matches, leaders))
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
    for each in frame.plan.sessions:
        yield fields(each, "minutes duty") | {
            "match_id": matches[each.group_key],
            "gathering_id": each.gathering_key,
            "client_id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{frame.plan.seed}:{each.gathering_key}")),
            "held_on": each.on,
            "observable": True,
            "mentor_ids": [leaders[each.group_key]],
            "activities": [deed.value for deed in each.activities],
            "note": each.note or None,
            "logged_at": frame.at(each.on, time(18, 0)),
            "logged_by_id": leaders[each.group_key],
        }
