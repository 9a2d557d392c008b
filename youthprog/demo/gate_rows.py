"""Rows of what mentors and matches have on file before a match begins. Who lacks a consent waits at the gate."""

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta

from youthprog.credentials.types import REGISTRY_CHECK, Step
from youthprog.demo.frame import Frame, Row, Table, numbered
from youthprog.demo.plan import GroupPlan
from youthprog.demo.program_rows import start_of
from youthprog.mentorship.gate.models import MatchStep, MentorStep
from youthprog.mentorship.gate.queries import usual_requirements
from youthprog.mentorship.gate.types import MatchStepKind, StepKind
from youthprog.programs.types import GroupKind

BEFORE = timedelta(days=20)  # the file is whole some weeks before the season
CHECK_DAYS = 730
WAITS = ((StepKind.APPLICATION, 44), (StepKind.INTERVIEW, 21))  # of somebody who applied and is not matched yet


def gate_tables(frame: Frame, matches: dict[int, int]) -> Iterator[Table]:
    """The files of mentors, then what is signed and met in each match; `matches` are their keys by group."""
    pairs = [group for group in frame.plan.groups if group.kind is GroupKind.MENTORING]
    yield MentorStep, numbered(_mentor_steps(frame, _mentors(frame)))
    yield MatchStep, numbered(_match_steps(frame, pairs, matches))


def _mentors(frame: Frame) -> dict[tuple[int, int], date]:
    """The first day of each mentor in each program."""
    pairs = [group for group in frame.plan.groups if group.kind is GroupKind.MENTORING]
    return {
        (leader, frame.season(pair.season_key).program_key): start_of(frame, pair)
        for pair in pairs
        for leader, _role in pair.leaders
    }


def _mentor_steps(frame: Frame, mentors: dict[tuple[int, int], date]) -> Iterator[Row]:
    steps: tuple[tuple[StepKind, Row], ...] = (
        (StepKind.APPLICATION, {}),
        (StepKind.INTERVIEW, {}),
        (StepKind.REFERENCE, {"who": "Ines Marsh", "relation": "employer"}),
        (StepKind.REFERENCE, {"who": "Tom Marsh", "relation": "neighbor"}),
        (StepKind.TRAINING, {"minutes": 90}),
        (StepKind.TRAINING, {"minutes": 60}),
        (StepKind.POLICIES, {"topics": {topic.key: topic.newest for topic in usual_requirements().topics}}),
    )
    for (person_id, program_id), start in mentors.items():
        for kind, details in steps:
            yield _step(frame, program_id, person_id, kind, start - BEFORE, details)
    waiting = _applicant(frame, mentors)
    if waiting is not None:
        program_id = next(iter(mentors))[1]
        for kind, days in WAITS:
            yield _step(frame, program_id, waiting, kind, frame.plan.today - timedelta(days=days), {})


def _applicant(frame: Frame, mentors: dict[tuple[int, int], date]) -> int | None:
    """Somebody who works for the department and has applied to mentor as well."""
    busy = {person_id for person_id, _program_id in mentors}
    free = [worker.adult_key for worker in frame.plan.workers if worker.adult_key not in busy and not worker.account]
    return free[0] if free and mentors else None


def _step(frame: Frame, program_id: int, person_id: int, kind: StepKind, on: date, details: Row) -> Row:
    return {
        "program_id": program_id,
        "person_id": person_id,
        "kind": kind,
        "done_on": on,
        "details": details,
        "recorded_at": frame.at(on, time(16, 0)),
        "recorded_by_id": frame.coordinator_id,
    }


def registry_checks(frame: Frame) -> list[Row]:
    """The registry checks of mentors, beside what the department's people hold; their keys are the database's own."""
    mentors = _mentors(frame)
    first = {person_id: start - BEFORE for (person_id, _program_id), start in reversed(mentors.items())}
    return [
        {
            "person_id": person_id,
            "kind": REGISTRY_CHECK,
            "is_check": True,
            "step": Step.APPROVED,
            "provider": "State bureau",
            "issued_on": on,
            "until_on": on + timedelta(days=CHECK_DAYS),
            "recorded_at": frame.at(on, time(16, 0)),
            "recorded_by_id": frame.coordinator_id,
        }
        for person_id, on in sorted(first.items())
    ]


def _match_steps(frame: Frame, pairs: list[GroupPlan], matches: dict[int, int]) -> Iterator[Row]:
    guardians = {
        youth.key: [each.adult_key for each in youth.guardians if each.may_decide] for youth in frame.plan.youth
    }
    for pair in pairs:
        people: list[tuple[int, int | None]] = [(leader, None) for leader, _role in pair.leaders]
        people += [(youth_id, None) for youth_id in pair.members]
        family = [(guardian_id, youth_id) for youth_id in pair.members for guardian_id in guardians[youth_id]]
        yield from _signed(frame, pair, matches[pair.key], MatchStepKind.COMMITMENT, [*people, *family])
        yield from _signed(frame, pair, matches[pair.key], MatchStepKind.FIRST_MEETING, people)


def _signed(
    frame: Frame, pair: GroupPlan, match_id: int, kind: MatchStepKind, who: Sequence[tuple[int, int | None]]
) -> Iterator[Row]:
    on = start_of(frame, pair)
    for person_id, youth_id in who:
        yield {
            "match_id": match_id,
            "kind": kind,
            "person_id": person_id,
            "youth_id": youth_id,
            "done_on": on,
            "details": {"staff": frame.coordinator_id} if kind is MatchStepKind.FIRST_MEETING else {},
            "recorded_at": frame.at(on, time(17, 0)),
            "recorded_by_id": frame.coordinator_id,
        }
