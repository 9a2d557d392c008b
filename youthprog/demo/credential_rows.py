"""What the generated department asks of its adults, and what they hold: most in force, some soon over, a few missing."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from youthprog.core.text import fold
from youthprog.credentials.models import Credential, CredentialOverride, CredentialRule, ServiceLimit
from youthprog.credentials.types import (
    BUILT_IN,
    CONCUSSION,
    CRIMINAL_CHECK,
    MANDATED_REPORTER,
    Asked,
    Denial,
    Ground,
    ServiceRole,
    Step,
)
from youthprog.demo.frame import Frame, Row, Table, numbered
from youthprog.demo.game_rows import LICENSE, licenses

LICENSE_KIND = fold(LICENSE).replace(" ", "_")
KINDS = {kind.code: kind for kind in BUILT_IN}
# What is asked: kind, of whom, months, from when on. Invented, as its source says.
ASKS = (
    (CRIMINAL_CHECK, None, 24, Asked.ALWAYS),
    (CONCUSSION, ServiceRole.COACH, 12, Asked.ALWAYS),
    (MANDATED_REPORTER, None, 24, Asked.REGULAR),
)
SOURCE = "Invented for the demonstration; write your own law or rule here"
PROVIDERS = {
    CRIMINAL_CHECK: "State bureau",
    CONCUSSION: "County health online course",
    MANDATED_REPORTER: "State online course",
}


def credential_tables(frame: Frame) -> Iterator[Table]:
    """Requirements, limits, papers, and an exception that waits for a second person."""
    yield CredentialRule, numbered(_rules(frame))
    yield ServiceLimit, [
        {"id": 1, "program_id": None, "jurisdiction": "", "month_hours": 16, "year_hours": 32, "warn_percent": 80,
         "fewest_adults": 1, "source": SOURCE, "source_on": frame.plan.today}
    ]  # fmt: skip
    papers = numbered(_papers(frame))
    yield Credential, papers
    yield CredentialOverride, _override(frame, papers)


def _rules(frame: Frame) -> Iterator[Row]:
    for kind, role, months, asked in ASKS:
        yield {
            "kind": kind, "name": KINDS[kind].name, "name_es": KINDS[kind].name_es, "is_check": KINDS[kind].is_check,
            "role": role, "jurisdiction": "", "program_id": None, "asked": asked, "valid_months": months,
            "grace_days": 0, "renew_days": 60, "source": SOURCE, "source_on": frame.plan.today - timedelta(days=200),
            "added_at": frame.began_at, "ended_at": None,
        }  # fmt: skip
    yield {  # nobody is asked for it but by the roles of games
        "kind": LICENSE_KIND, "name": LICENSE, "name_es": "Licencia de árbitro", "is_check": False, "role": None,
        "jurisdiction": "", "program_id": None, "asked": Asked.ALWAYS, "valid_months": None, "grace_days": 0,
        "renew_days": 60, "source": "", "source_on": frame.plan.today - timedelta(days=200),
        "added_at": frame.began_at, "ended_at": frame.began_at,
    }  # fmt: skip


def _papers(frame: Frame) -> Iterator[Row]:
    """Those with a sign-in hold everything; of the others every ninth lacks something, every seventh has one soon over."""
    random = Random(f"credentials {frame.plan.seed}")
    named = {worker.adult_key for worker in frame.plan.workers if worker.account}
    roles: dict[int, set[str]] = {}
    for group in frame.plan.groups:
        for person_id, role in group.leaders:
            roles.setdefault(person_id, set()).add(str(role))
    for number, person_id in enumerate(sorted(roles)):
        for kind, asked_of, months, _asked in ASKS:
            if asked_of is ServiceRole.COACH and not any("coach" in each for each in roles[person_id]):
                continue
            age = random.randint(20, months * 30 - 110)
            step, reason = Step.APPROVED, None
            if person_id not in named and number % 9 == 4:
                step = {CRIMINAL_CHECK: Step.PENDING, CONCUSSION: Step.DENIED}.get(kind, Step.APPROVED)
                reason = Denial.WRONG_COURSE if step is Step.DENIED else None
            elif number % 7 == 2 and kind == CONCUSSION:
                age = months * 30 - random.randint(5, 50)
            issued_on = None if step is Step.PENDING else frame.plan.today - timedelta(days=age)
            yield {
                "person_id": person_id, "kind": kind, "is_check": KINDS[kind].is_check, "step": step,
                "provider": PROVIDERS[kind], "issued_on": issued_on, "until_on": None, "reason": reason,
                "recorded_at": frame.began_at, "recorded_by_id": frame.coordinator_id,
            }  # fmt: skip
    for person_id, day in licenses(frame):
        yield {
            "person_id": person_id, "kind": LICENSE_KIND, "is_check": False, "step": Step.APPROVED,
            "provider": "Referees of the county", "issued_on": day, "until_on": day + timedelta(days=365), "reason": None,
            "recorded_at": frame.began_at, "recorded_by_id": frame.coordinator_id,
        }  # fmt: skip


def _override(frame: Frame, papers: list[Row]) -> list[Row]:
    """Asked by somebody else of the staff, so that the coordinator can agree."""
    about = next((row["person_id"] for row in papers if row["step"] is Step.PENDING), None)
    asks = next(
        (each.adult_key for each in frame.plan.workers if each.adult_key not in (about, frame.coordinator_id)), None
    )
    if about is None or asks is None:
        return []
    today = frame.plan.today
    return [
        {"id": 1, "person_id": about, "kind": CRIMINAL_CHECK, "program_id": None, "ground": Ground.NEVER_ALONE,
         "from_on": today, "until_on": today + timedelta(days=21), "asked_by_id": asks, "asked_at": frame.now}
    ]  # fmt: skip
