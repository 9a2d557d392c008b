"""Puts a planned department into an empty installation, table by table in the order of foreign keys.

Rows go in by Core inserts with the plan's keys as ids: a city of 2,200 youth in seconds. Nothing here commits.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from youthprog.access.services import grant_role, open_account, unassign
from youthprog.access.types import Role
from youthprog.audit.services import record
from youthprog.consent.models import Section
from youthprog.consent.services import publish_starter_form
from youthprog.core import clock, crypto, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.credentials.models import Credential
from youthprog.demo.concern_rows import add_concerns
from youthprog.demo.consent_rows import Paper, consent_tables
from youthprog.demo.credential_rows import credential_tables
from youthprog.demo.endings import end_some
from youthprog.demo.frame import Frame, Table
from youthprog.demo.game_rows import game_tables
from youthprog.demo.gate_rows import registry_checks
from youthprog.demo.matching import show_matching
from youthprog.demo.meeting_rows import meeting_tables
from youthprog.demo.papers import show_papers
from youthprog.demo.people_rows import people_tables
from youthprog.demo.plan import Department
from youthprog.demo.program_rows import program_tables
from youthprog.demo.support_rows import support_tables
from youthprog.documents import services as documents
from youthprog.documents.theming import services as theming
from youthprog.documents.theming.types import Theme
from youthprog.documents.types import AnswerMark, ConsentEvent, ConsentRecord, PreparedDocument, Signatory, Statement
from youthprog.mentorship.hours.services import lock_month
from youthprog.mentorship.models import Match
from youthprog.mentorship.services import activate_matches
from youthprog.people.models import Person
from youthprog.programs.models import Group, Program, Season
from youthprog.programs.types import ProgramKind

DEMO_MAIL = "demo.example"
ROLES = {
    role.value: role
    for role in (Role.COORDINATOR, Role.COACH, Role.MENTOR, Role.GUARDIAN, Role.ADMIN, Role.SAFEGUARDING)
}
DISCLAIMER = (
    "This record was generated for a demonstration. The people are invented, and nobody signed it. "
    "It stands in for every signature of the demonstration department."
)


class NotEmpty(Exception):
    """There are people or programs already; the demonstration never mixes with them."""

    def __init__(self) -> None:
        super().__init__("this installation has people or programs already; the demonstration fills an empty one.")


SIGNERS = (
    Signatory("Marcus Bell", "Chief of Police", "Jefe de Policía"),
    Signatory("Sgt. Ruth Alvarado", "Youth Programs", "Programas juveniles"),
)


@dataclass(frozen=True)
class Loaded:
    """What was put in."""

    youth: int
    workers: int
    sites: int
    marks: int


def is_empty() -> bool:
    """Whether the installation has no people and no programs yet."""
    session = db.session()
    return all(session.scalar(sa.select(key).limit(1)) is None for key in (Person.id, Program.id))


def prepare_record(*, now: datetime) -> PreparedDocument:
    """Seal the one document that all generated signatures point to. Slow, takes no lock. Raises `PressFailed`."""
    values = {"kind": "demonstration", "signed_by": None, "statement": DISCLAIMER}
    local = now.astimezone(clock.zone())
    sheet = ConsentRecord(
        letterhead=documents.letterhead(),
        code=documents.new_code(),
        title="Generated demonstration record",
        form="No form",
        youth="Nobody",
        youth_born_on=None,
        signer="Nobody",
        relationship="None",
        signature="Not signed",
        signed_at=local,
        zone=clock.zone().key,
        statements=(Statement(DISCLAIMER, "Generated", AnswerMark.UNDERSTOOD, title="Demonstration"),),
        events=(ConsentEvent("Generated", local, "youthprog demo"),),
        canonical_json=json.dumps(values, sort_keys=True, ensure_ascii=False).encode(),
        intro=DISCLAIMER,
    )
    return documents.prepare(sheet, now=now)


def load(department: Department, sealed: PreparedDocument | None, *, now: datetime) -> Loaded:
    """Put the department in. Without a sealed record its consents are all still asked for.

    Raises `NotEmpty`.
    """
    if not is_empty():
        raise NotEmpty
    frame = Frame(department, now, clock.zone(), crypto.keyring())
    frames = (people_tables, program_tables, meeting_tables, support_tables, game_tables, credential_tables)
    for tables in (each(frame) for each in frames):
        _insert(tables)
    paper = _paper(sealed, now)
    _insert(consent_tables(frame, paper))
    _open_accounts(department, now)
    _tell_sequences()
    _let_matches_go_on(frame, now)
    end_some(paper.document_id, now)
    add_concerns(now)
    _lock_first_months(frame, now)
    show_matching(department, now)
    _name_signers(now)
    show_papers(now)
    counts = {"youth": len(department.youth), "seed": department.seed, "size": department.size.value}
    record("demo.loaded", "installation", None, by=SYSTEM, now=now, **counts)
    return Loaded(len(department.youth), len(department.workers), len(department.sites), department.marks)


def _name_signers(now: datetime) -> None:
    """Two who sign certificates for the department, where nobody is named yet."""
    if theming.theme().number == 0:
        theming.keep_theme(Theme(signers=SIGNERS), seen=0)
        record("paper.theme_changed", "paper", None, by=SYSTEM, now=now, version=1)


def _insert(tables: Iterable[Table]) -> None:
    for model, rows in tables:
        table: Any = model.__table__
        if rows:
            db.session().execute(sa.insert(table), rows)


def _paper(sealed: PreparedDocument | None, now: datetime) -> Paper:
    """The form that is asked, and the demonstration's record in the books."""
    version = publish_starter_form(now=now)
    db.flush()
    sections = db.session().execute(sa.select(Section.id, Section.key).where(Section.version_id == version.id))
    found = [(row.id, row.key) for row in sections]
    if sealed is None:
        return Paper(version.id, found, None)
    document = documents.record_document(sealed, subject_kind="demo", subject_id=0, now=now)
    record("document.issued", "document", document.id, by=SYSTEM, now=now, sha256=document.sha256)
    return Paper(version.id, found, document.id)


def _open_accounts(department: Department, now: datetime) -> None:
    """The sign-ins of the guide: <role>@demo.example, password demo-<role>."""
    owners = {worker.account: worker.adult_key for worker in department.workers if worker.account}
    owners["guardian"] = department.guardian_account_key
    for name, role in ROLES.items():
        person = db.session().get_one(Person, owners[name])
        mail, password = f"{name}@{DEMO_MAIL}", f"demo-{name}"
        account = open_account(person, email=mail, password=password, by=SYSTEM, now=now, is_demo=True)
        grant_role(account, role, by=SYSTEM, now=now)


def _let_matches_go_on(frame: Frame, now: datetime) -> None:
    """Through the gate, like everybody's; a match whose family has not signed yet is suspended, and says why."""
    _insert([(Credential, registry_checks(frame))])
    load_group = joinedload(Match.group).joinedload(Group.season).joinedload(Season.program)
    matches = db.session().scalars(sa.select(Match).options(load_group).order_by(Match.id)).all()
    left = activate_matches(matches, by=SYSTEM, now=now)
    for match in matches:
        if left[match.id]:
            codes = dict.fromkeys(reason.code.removeprefix("gate.") for reason in left[match.id])
            match.suspended_at, match.suspended_for = now, list(codes)
            unassign(f"group:{match.group_id}", on=clock.day_of(now))


def _lock_first_months(frame: Frame, now: datetime) -> None:
    """Lock the first month of each mentoring program's ledger, as its coordinator did."""
    person = db.session().get_one(Person, frame.coordinator_id)
    for plan in frame.plan.seasons:
        program = db.session().get_one(Program, plan.program_key)
        first_on = plan.starts_on.replace(day=1)
        if program.kind is ProgramKind.MENTORSHIP and (first_on + timedelta(days=31)).replace(day=1) <= clock.day_of(
            now
        ):
            by = Actor("account", person.name, person.id)
            lock_month(program.id, first_on, by=by, now=now)


def _tell_sequences() -> None:
    """PostgreSQL counts on from the ids that were given here."""
    session = db.session()
    if session.connection().dialect.name != "postgresql":
        return
    for table in db.db.metadata.sorted_tables:
        if "id" in table.c and isinstance(table.c.id.type, sa.Integer):
            highest = session.scalar(sa.select(sa.func.max(table.c.id)))
            if highest:
                sequence = sa.func.pg_get_serial_sequence(f'"{table.name}"', "id")
                session.execute(sa.select(sa.func.setval(sequence, highest)))
