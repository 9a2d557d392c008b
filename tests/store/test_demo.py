"""The generated department in the database, on both engines."""

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from youthprog.access.models import Account, Assignment, RoleGrant
from youthprog.access.passwords import is_password
from youthprog.access.types import Role
from youthprog.attendance.models import AttendanceMark, Register
from youthprog.audit.models import AuditEntry
from youthprog.consent.models import ConsentDecision, ConsentRequest
from youthprog.consent.types import Decision, RequestState, Route
from youthprog.core import clock
from youthprog.demo.department import plan_department
from youthprog.demo.load import ROLES, NotEmpty, is_empty, load
from youthprog.demo.plan import Department
from youthprog.demo.types import Size
from youthprog.documents.models import Document
from youthprog.documents.types import DocumentKind, Language, PreparedDocument
from youthprog.leagues.models import Team
from youthprog.mentorship.models import Match
from youthprog.mentorship.sessions.models import SessionLog
from youthprog.people.models import ContactPoint, CustodyRestriction, Guardianship, HealthNote, Person
from youthprog.people.types import PersonKind
from youthprog.programs.models import Enrollment, Gathering, Group, GroupMember, Season
from youthprog.programs.types import EnrollmentStatus

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
SEALED = PreparedDocument(
    kind=DocumentKind.CONSENT_RECORD,
    code="DEMODEMO",
    title="Generated demonstration record",
    language=Language.ENGLISH,
    issuer="Riverton Police Youth Programs",
    sealed=True,
    content=b"%PDF-1.7 invented",
    sha256="0" * 64,
    pages=1,
)


@pytest.fixture
def department(app: Flask) -> Department:
    """The smallest department, loaded."""
    planned = plan_department(Size.S, seed=4, today=clock.day_of(NOW))
    load(planned, SEALED, now=NOW)
    return planned


def count(session: Any, model: Any, *conditions: Any) -> int:
    return int(session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions)))


def test_everything_planned_is_there(department: Department, session: Any) -> None:
    assert count(session, Person, Person.kind == PersonKind.YOUTH) == 25
    assert count(session, Person, Person.kind == PersonKind.ADULT) == len(department.adults)
    assert count(session, AttendanceMark) == department.marks
    assert count(session, Gathering) == len(department.gatherings)
    assert count(session, Enrollment) == len(department.enrollments)
    assert count(session, Group) == len(department.groups)
    assert count(session, ConsentRequest) == len(department.consents)
    assert count(session, SessionLog) == len(department.sessions)
    assert count(session, Team) >= 2
    assert count(session, Match) == 3


def test_places_given_are_counted(department: Department, session: Any) -> None:
    for season in session.scalars(sa.select(Season)):
        enrolled = count(
            session, Enrollment, Enrollment.season_id == season.id, Enrollment.status == EnrollmentStatus.ENROLLED
        )
        assert season.taken == enrolled


def test_registers_stand_for_their_marks(department: Department, session: Any) -> None:
    marked = set(session.scalars(sa.select(AttendanceMark.gathering_id)))
    assert marked == set(session.scalars(sa.select(Register.gathering_id)))


def test_sealed_notes_open_in_their_place(department: Department, session: Any) -> None:
    notes = session.scalars(sa.select(HealthNote)).all()
    planned = {youth.key: youth.health for youth in department.youth if youth.health}
    assert {note.youth_id: note.unseal("alert_sealed") for note in notes} == {
        key: one.alert for key, one in planned.items()
    }
    restriction = session.scalars(sa.select(CustodyRestriction)).first()
    assert "Invented order" in restriction.unseal("note_sealed")


def test_signatures_point_to_the_one_record_and_say_what_they_are(department: Department, session: Any) -> None:
    signed = session.scalars(sa.select(ConsentRequest).where(ConsentRequest.signed_at.is_not(None))).all()
    assert signed
    assert {request.route for request in signed} == {Route.DEMO}
    assert {request.document_id for request in signed} == set(session.scalars(sa.select(Document.id)))
    refused = session.scalars(
        sa.select(ConsentDecision.section_key).where(ConsentDecision.decision == Decision.REFUSED)
    )
    assert set(refused) == {"photos"}


def test_without_a_record_nobody_has_signed(app: Flask, session: Any) -> None:
    load(plan_department(Size.S, seed=4, today=clock.day_of(NOW)), None, now=NOW)
    assert count(session, ConsentDecision) == 0
    assert RequestState.SIGNED not in set(session.scalars(sa.select(ConsentRequest.state)))


def test_the_sign_ins_of_the_guide(department: Department, session: Any) -> None:
    asked = sa.select(Account, RoleGrant.role).join(RoleGrant, RoleGrant.account_id == Account.id)
    rows = session.execute(asked.where(Account.password_hash.is_not(None))).all()  # others nobody can sign in with
    reads_too = ("coordinator@demo.example", Role.SAFEGUARDING)
    sign_ins = {(f"{name}@demo.example", role) for name, role in ROLES.items()}
    assert {(account.email, role) for account, role in rows} == sign_ins | {reads_too}
    for account in {account for account, _role in rows}:
        assert account.is_demo
        assert is_password(account.password_hash, f"demo-{account.email.split('@')[0]}")


def test_coaches_are_assigned_to_their_players_and_the_restricted_are_kept_away(
    department: Department, session: Any
) -> None:
    tigers = session.scalar(sa.select(Group.id).where(Group.name == "Tigers U10"))
    players = set(session.scalars(sa.select(GroupMember.youth_id).where(GroupMember.group_id == tigers)))
    assigned = set(session.scalars(sa.select(Assignment.youth_id).where(Assignment.source == f"group:{tigers}")))
    assert assigned == players
    restriction = session.scalars(sa.select(CustodyRestriction)).first()
    bond = session.scalar(
        sa.select(Guardianship).where(
            Guardianship.youth_id == restriction.youth_id, Guardianship.guardian_id == restriction.adult_id
        )
    )
    assert not bond.may_decide
    assert not bond.may_collect


def test_a_bounced_address_is_marked(department: Department, session: Any) -> None:
    assert count(session, ContactPoint, ContactPoint.bounced_at.is_not(None)) >= 1


def test_it_fills_an_empty_installation_only(department: Department, session: Any) -> None:
    assert not is_empty()
    with pytest.raises(NotEmpty):
        load(department, SEALED, now=NOW)


def test_keys_go_on_after_the_last(department: Department, session: Any) -> None:
    person = Person(kind=PersonKind.ADULT, given_name="Ada", family_name="Li", folded_name="li ada", created_at=NOW)
    session.add(person)
    session.flush()
    assert person.id > max(youth.key for youth in department.youth)


def test_the_deed_is_on_the_trail(department: Department, session: Any) -> None:
    session.commit()
    line = session.scalar(sa.select(AuditEntry).where(AuditEntry.action == "demo.loaded"))
    assert line.detail == {"youth": 25, "seed": 4, "size": "s"}
