"""Puts a planned department into an empty installation, table by table in the order of foreign keys.

Rows go in by Core inserts with the plan's keys as ids: a city of 2,200 youth in seconds. Nothing here commits.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from youthprog.access.services import grant_role, open_account
from youthprog.access.types import Role
from youthprog.audit.services import record
from youthprog.consent.models import Section
from youthprog.consent.services import publish_starter_form
from youthprog.core import clock, crypto, db
from youthprog.core.actor import SYSTEM
from youthprog.demo.consent_rows import Paper, consent_tables
from youthprog.demo.frame import Frame, Table
from youthprog.demo.game_rows import game_tables
from youthprog.demo.meeting_rows import meeting_tables
from youthprog.demo.people_rows import people_tables
from youthprog.demo.plan import Department
from youthprog.demo.program_rows import program_tables
from youthprog.documents import services as documents
from youthprog.documents.types import AnswerMark, ConsentEvent, ConsentRecord, PreparedDocument, Statement
from youthprog.people.models import Person
from youthprog.programs.models import Program

DEMO_MAIL = "demo.example"
ROLES = {role.value: role for role in (Role.COORDINATOR, Role.COACH, Role.MENTOR, Role.GUARDIAN, Role.ADMIN)}
DISCLAIMER = (
    "This record was generated for a demonstration. The people are invented, and nobody signed it. "
    "It stands in for every signature of the demonstration department."
)


class NotEmpty(Exception):
    """There are people or programs already; the demonstration never mixes with them."""

    def __init__(self) -> None:
        super().__init__("this installation has people or programs already; the demonstration fills an empty one.")


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
    for tables in (people_tables(frame), program_tables(frame), meeting_tables(frame), game_tables(frame)):
        _insert(tables)
    _insert(consent_tables(frame, _paper(sealed, now)))
    _open_accounts(department, now)
    _tell_sequences()
    counts = {"youth": len(department.youth), "seed": department.seed, "size": department.size.value}
    record("demo.loaded", "installation", None, by=SYSTEM, now=now, **counts)
    return Loaded(len(department.youth), len(department.workers), len(department.sites), department.marks)


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
    """The five sign-ins of the guide: <role>@demo.example, password demo-<role>."""
    owners = {worker.account: worker.adult_key for worker in department.workers if worker.account}
    owners["guardian"] = department.guardian_account_key
    for name, role in ROLES.items():
        person = db.session().get_one(Person, owners[name])
        mail, password = f"{name}@{DEMO_MAIL}", f"demo-{name}"
        account = open_account(person, email=mail, password=password, by=SYSTEM, now=now, is_demo=True)
        grant_role(account, role, by=SYSTEM, now=now)


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
