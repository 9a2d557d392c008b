"""Rows of contacts that staff made with mentors, young people and guardians: most in time, some missed, one unanswered."""

import json
import uuid
from collections.abc import Iterator
from datetime import date, time, timedelta

from youthprog.demo.frame import Frame, Row, Table, numbered
from youthprog.demo.plan import GroupPlan
from youthprog.demo.program_rows import start_of
from youthprog.demo.types import Duty
from youthprog.mentorship.cadence.models import SupportContact
from youthprog.mentorship.cadence.types import AREAS, Depth, Party, Safety, Way
from youthprog.programs.types import GroupKind

EVERY = 28  # days between two rounds of calls
IN_DEPTH = 3  # the first rounds go deeper, then every third
ROUND_HOURS = {Party.MENTOR: time(12, 10), Party.YOUTH: time(15, 40), Party.GUARDIAN: time(17, 30)}
WAYS = {Party.MENTOR: Way.PHONE, Party.YOUTH: Way.IN_PERSON, Party.GUARDIAN: Way.PHONE}
SAID = ("Reads to the class now.", "They laugh a lot.", "Looks forward to Tuesdays.", "Homework is done before supper.")


def support_tables(frame: Frame) -> Iterator[Table]:
    """The contacts of every match since it began, in the order of matches."""
    pairs = [group for group in frame.plan.groups if group.kind is GroupKind.MENTORING]
    rows = numbered(row for number, group in enumerate(pairs, start=1) for row in _contacts(frame, number, group))
    for row in rows:
        words = row.pop("words")
        row["words_sealed"] = frame.seal(SupportContact, row["id"], "words_sealed", words) if words else None
    yield SupportContact, rows


def coordinators(frame: Frame) -> list[int]:
    """Who keeps up with matches, the coordinator of the sign-in first."""
    return [worker.adult_key for worker in frame.plan.workers if Duty.COORDINATOR in worker.duties]


def _contacts(frame: Frame, match_id: int, group: GroupPlan) -> Iterator[Row]:
    seats = [(Party.MENTOR, key) for key, _role in group.leaders]
    for youth_key in group.members:
        seats += [(Party.YOUTH, youth_key), (Party.GUARDIAN, youth_key)]
    staff, today = coordinators(frame), frame.now.astimezone(frame.zone).date()
    for place, (party, person_id) in enumerate(seats):
        day, number = start_of(frame, group) + timedelta(days=9 + place), 0
        while day < today:
            luck = uuid.uuid5(uuid.NAMESPACE_OID, f"{frame.plan.seed}:contact:{match_id}:{place}:{number}").int
            if luck % 7:  # one in seven is forgotten
                yield _row(frame, match_id, party, person_id, day, luck, number) | {
                    "made_by_id": staff[match_id % len(staff)]
                }
            day, number = day + timedelta(days=EVERY), number + 1


def _row(frame: Frame, match_id: int, party: Party, person_id: int, day: date, luck: int, number: int) -> Row:
    at = frame.at(day, ROUND_HOURS[party])
    deep = number < IN_DEPTH or number % IN_DEPTH == 0
    said = {"areas": [[AREAS[luck % len(AREAS)], SAID[luck % len(SAID)]]], "note": ""}
    return {
        "match_id": match_id,
        "party": party,
        "person_id": person_id,
        "at": at,
        "way": WAYS[party],
        "depth": Depth.IN_DEPTH if deep else Depth.QUICK,
        "reached": bool(luck % 11),
        "safety": None if luck % 11 == 0 or luck % 13 == 0 else Safety.WELL,
        "alone": party is Party.YOUTH,
        "words": json.dumps(said, ensure_ascii=False) if deep else None,
        "client_id": str(uuid.UUID(int=luck, version=4)),
        "recorded_at": at,
    }
