"""Puts a planned department into an empty installation, table by table in the order of foreign keys.

Rows go in by Core inserts with the plan's keys as ids: a city of 2,200 youth in seconds. Nothing here commits.
"""

import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.access.models import Assignment, Placement
from youthprog.access.services import grant_role, open_account
from youthprog.access.types import Role
from youthprog.attendance.models import AttendanceMark, Register
from youthprog.audit.services import record
from youthprog.consent.models import ConsentDecision, ConsentEvent, ConsentRequest, Form, FormVersion, Section
from youthprog.consent.services import publish_starter_form
from youthprog.consent.types import STARTER, Decision, Happening, RequestState, Route
from youthprog.core import clock, crypto, db
from youthprog.core.actor import SYSTEM
from youthprog.core.refusals import N_, Refusal, Refused
from youthprog.core.text import fold
from youthprog.demo.department import ConsentPlan, Department, GroupPlan
from youthprog.demo.people import AdultPlan, HouseholdPlan, YouthPlan
from youthprog.demo.types import Answer, Duty
from youthprog.documents import services as documents
from youthprog.documents.types import AnswerMark, ConsentRecord, PreparedDocument, Statement
from youthprog.documents.types import ConsentEvent as PrintedEvent
from youthprog.leagues.models import Division, Team
from youthprog.mentorship.models import Match, SessionLog
from youthprog.mentorship.types import MatchStatus
from youthprog.people import rules as people
from youthprog.people.models import (
    ContactPoint,
    CustodyRestriction,
    EmergencyContact,
    Guardianship,
    HealthNote,
    Household,
    HouseholdMember,
    Person,
)
from youthprog.people.types import ContactKind, PersonKind
from youthprog.programs.models import Enrollment, Gathering, Group, GroupMember, GroupStaff, Program, Season, Site
from youthprog.programs.types import EnrollmentStatus, GroupKind

DEMO_MAIL = "demo.example"
ROLES = {
    "coordinator": Role.COORDINATOR,
    "coach": Role.COACH,
    "mentor": Role.MENTOR,
    "guardian": Role.GUARDIAN,
    "admin": Role.ADMIN,
}
TEAM_PLACES = 16
SIGNED = {Answer.SIGNED, Answer.NO_PHOTOS, Answer.SECOND_GUARDIAN, Answer.EXPIRED}
STATES = {
    Answer.SENT: RequestState.SENT,
    Answer.OPENED: RequestState.OPENED,
    Answer.BOUNCED: RequestState.BOUNCED,
} | dict.fromkeys(SIGNED, RequestState.SIGNED)
DISCLAIMER = (
    "This record was generated for a demonstration. The people are invented, and nobody signed it. "
    "It stands in for every signature of the demonstration department."
)

Row = dict[str, Any]


@dataclass(frozen=True)
class Loaded:
    """What was put in."""

    youth: int
    workers: int
    sites: int
    marks: int


def is_empty() -> bool:
    """Whether the installation has no people and no programs yet."""
    connection = db.session()
    return (
        connection.scalar(sa.select(Person.id).limit(1)) is None
        and connection.scalar(sa.select(Program.id).limit(1)) is None
    )


def prepare_record(*, now: datetime) -> PreparedDocument:
    """Seal the one document that all generated signatures point to. Slow, and takes no lock."""
    statement = Statement(DISCLAIMER, "Generated", AnswerMark.UNDERSTOOD, title="Demonstration")
    values = {"kind": "demonstration", "signed_by": None, "statement": DISCLAIMER}
    return documents.prepare(
        ConsentRecord(
            letterhead=documents.letterhead(),
            code=documents.new_code(),
            title="Generated demonstration record",
            form="No form",
            youth="Nobody",
            youth_born_on=None,
            signer="Nobody",
            relationship="None",
            signature="Not signed",
            signed_at=now.astimezone(clock.zone()),
            zone_name=str(clock.zone()),
            statements=(statement,),
            events=(PrintedEvent("Generated", now.astimezone(clock.zone()), "youthprog demo"),),
            canonical_json=json.dumps(values, sort_keys=True, ensure_ascii=False).encode(),
            intro=DISCLAIMER,
        ),
        now=now,
    )


def load(department: Department, sealed: PreparedDocument, *, now: datetime) -> Loaded:
    """Put the department in. Raises `Refused` when anybody is here already."""
    if not is_empty():
        sentence = N_("This installation has people or programs already. The demonstration fills an empty one.")
        raise Refused([Refusal("not_empty", sentence)])
    publish_starter_form(now=now)
    db.flush()
    _Loader(department, now).load(sealed)
    return Loaded(len(department.youth), len(department.workers), len(department.sites), department.marks)


class _Loader:
    """Writes one department; each step is one room."""

    def __init__(self, department: Department, now: datetime):
        self.plan, self.now = department, now
        self.zone = clock.zone()
        self.ring = crypto.keyring()
        self.seasons = {season.key: season for season in department.seasons}
        self.groups = {group.key: group for group in department.groups}
        self.adults = {adult.key: adult for adult in department.adults}
        self.began_at = self.at(department.seasons[0].registration_opens_on, time(9, 0))
        self.coordinator_id = next(w.adult_key for w in department.workers if Duty.COORDINATOR in w.duties)

    def load(self, sealed: PreparedDocument) -> None:
        """Everything, parents before children."""
        self.people()
        self.care()
        self.programs()
        self.places()
        self.meetings()
        self.mentoring()
        self.consents(sealed)
        self.accounts()
        self.tell_sequences()
        counts = {"youth": len(self.plan.youth), "seed": self.plan.seed, "size": self.plan.size.value}
        record("demo.loaded", "installation", None, by=SYSTEM, now=self.now, **counts)

    def at(self, on: date, hour: time) -> datetime:
        """An hour of the town's own day as an instant."""
        return datetime.combine(on, hour, self.zone).astimezone(UTC)

    def place_of(self, model: type[db.Model], key: int, column: str, text: str) -> bytes:
        """A sealed field of the row that is about to be written."""
        return self.ring.seal(text, place=f"{model.__tablename__}:{key}:{column}")

    # People -------------------------------------------------------------------------------------------------

    def people(self) -> None:
        """Everybody with their homes and contacts."""
        adults = [self._person(adult, PersonKind.ADULT) for adult in self.plan.adults]
        youth = [self._person(each, PersonKind.YOUTH) for each in self.plan.youth]
        _insert(Person, adults + youth)
        _insert(ContactPoint, _numbered(self._contacts()))
        _insert(Household, [_household(home) for home in self.plan.households])
        _insert(HouseholdMember, self._members())
        _insert(Guardianship, _numbered(self._bonds()))

    def _person(self, person: AdultPlan | YouthPlan, kind: PersonKind) -> Row:
        row: Row = {
            "id": person.key,
            "kind": kind,
            "given_name": person.given,
            "family_name": person.family,
            "preferred_name": None,
            "folded_name": people.folded(person.family, person.given),
            "born_on": None,
            "gender": person.gender,
            "school": None,
            "language": person.language,
            "created_at": self.began_at,
        }
        if isinstance(person, YouthPlan):
            row |= {"born_on": person.born_on, "school": person.school, "preferred_name": person.preferred or None}
        return row

    def _contacts(self) -> Iterable[Row]:
        bounced = {consent.guardian_key for consent in self.plan.consents if consent.answer is Answer.BOUNCED}
        for adult in self.plan.adults:
            for kind, value in ((ContactKind.EMAIL, adult.email), (ContactKind.PHONE, adult.phone)):
                if value:
                    is_mail = kind is ContactKind.EMAIL
                    yield {
                        "person_id": adult.key,
                        "kind": kind,
                        "value": value,
                        "normal": value if is_mail else _e164(value),
                        "preferred": True,
                        "bounced_at": self.began_at if is_mail and adult.key in bounced else None,
                    }

    def _members(self) -> list[Row]:
        homes: dict[int, dict[int, None]] = defaultdict(dict)
        for home in self.plan.households:
            homes[home.key] |= dict.fromkeys(home.adult_keys)
        for youth in self.plan.youth:
            for key in youth.household_keys:
                homes[key][youth.key] = None
        return [{"household_id": home, "person_id": person} for home, inside in homes.items() for person in inside]

    def _bonds(self) -> Iterable[Row]:
        for youth in self.plan.youth:
            for guardian in youth.guardians:
                yield {
                    "youth_id": youth.key,
                    "guardian_id": guardian.adult_key,
                    "relationship": guardian.relationship,
                    "may_decide": guardian.may_decide,
                    "may_collect": guardian.may_collect,
                    "rank": guardian.rank,
                }

    def care(self) -> None:
        """Whom to call, what to know, who is kept away."""
        emergency = [
            {
                "youth_id": each.key,
                "name": each.emergency.name,
                "phone": _e164(each.emergency.phone),
                "relation": each.emergency.relation,
            }
            for each in self.plan.youth
            if each.emergency
        ]
        _insert(EmergencyContact, _numbered(emergency))
        _insert(HealthNote, self._health())
        _insert(CustodyRestriction, self._custody())

    def _health(self) -> list[Row]:
        noted = [(each.key, each.health) for each in self.plan.youth if each.health]
        return [
            {
                "id": key,
                "youth_id": youth_id,
                "kind": note.kind,
                "alert_sealed": self.place_of(HealthNote, key, "alert_sealed", note.alert),
                "detail_sealed": self.place_of(HealthNote, key, "detail_sealed", note.detail),
                "recorded_at": self.began_at,
            }
            for key, (youth_id, note) in enumerate(noted, start=1)
        ]

    def _custody(self) -> list[Row]:
        limited = [(each.key, each.restriction) for each in self.plan.youth if each.restriction]
        return [
            {
                "id": key,
                "youth_id": youth_id,
                "adult_id": limit.adult_key,
                "no_collect": limit.no_collect,
                "no_decide": limit.no_decide,
                "no_information": limit.no_information,
                "starts_on": self.plan.seasons[0].registration_opens_on,
                "note_sealed": self.place_of(CustodyRestriction, key, "note_sealed", limit.note),
                "recorded_at": self.began_at,
                "recorded_by_id": self.coordinator_id,
            }
            for key, (youth_id, limit) in enumerate(limited, start=1)
        ]

    # Programs -----------------------------------------------------------------------------------------------

    def programs(self) -> None:
        """Sites, programs, seasons, divisions, groups with their people."""
        _insert(Site, [{"id": site.key, "name": site.name, "address": site.address} for site in self.plan.sites])
        _insert(Program, [_fields(each, "kind name name_es summary summary_es") for each in self.plan.programs])
        taken = Counter(each.season_key for each in self.plan.enrollments if each.status is EnrollmentStatus.ENROLLED)
        dates = "starts_on ends_on registration_opens_on registration_closes_on age_cutoff_on min_age max_age capacity"
        _insert(
            Season,
            [
                _fields(each, f"name name_es {dates}")
                | {"program_id": each.program_key, "site_id": each.site_key, "taken": taken[each.key]}
                for each in self.plan.seasons
            ],
        )
        divisions = [
            _fields(each, "name min_age max_age") | {"season_id": each.season_key, "folded_name": fold(each.name)}
            for each in self.plan.divisions
        ]
        _insert(Division, divisions)
        _insert(Group, [self._group(group) for group in self.plan.groups])
        teams = [(group.key, group.division_key) for group in self.plan.groups if group.division_key]
        _insert(Team, _numbered({"group_id": group, "division_id": division} for group, division in teams))

    def _group(self, group: GroupPlan) -> Row:
        return _fields(group, "kind name meets") | {
            "season_id": group.season_key,
            "site_id": group.site_key,
            "folded_name": fold(group.name),
            "places": TEAM_PLACES if group.kind is GroupKind.TEAM else None,
        }

    def places(self) -> None:
        """Who is enrolled or waits, who is in which group, who leads it, and who may see whom."""
        _insert(Enrollment, _numbered(self._enrollments()))
        _insert(Placement, _numbered(self._placements()))
        _insert(GroupMember, _numbered(self._group_members()))
        _insert(GroupStaff, _numbered(self._group_staff()))
        _insert(Assignment, _numbered(self._assignments()))

    def _enrollments(self) -> Iterable[Row]:
        for each in self.plan.enrollments:
            asked = self.at(each.asked_on, time(10, 0))
            yield {
                "season_id": each.season_key,
                "youth_id": each.youth_key,
                "status": each.status,
                "asked_at": asked,
                "enrolled_at": asked if each.status is EnrollmentStatus.ENROLLED else None,
            }

    def _placements(self) -> Iterable[Row]:
        for each in self.plan.enrollments:
            yield {
                "youth_id": each.youth_key,
                "program_id": self.seasons[each.season_key].program_key,
                "source": f"season:{each.season_key}",
                "from_on": each.asked_on,
            }

    def _group_members(self) -> Iterable[Row]:
        for group in self.plan.groups:
            jerseys: Sequence[str | None] = group.jerseys or (None,) * len(group.members)
            for youth_id, jersey in zip(group.members, jerseys, strict=True):
                yield {"group_id": group.key, "youth_id": youth_id, "jersey": jersey, "from_on": self._start(group)}

    def _group_staff(self) -> Iterable[Row]:
        for group in self.plan.groups:
            for person_id, role in group.leaders:
                yield {"group_id": group.key, "person_id": person_id, "role": role, "from_on": self._start(group)}

    def _assignments(self) -> Iterable[Row]:
        for group in self.plan.groups:
            for person_id in dict.fromkeys(person_id for person_id, _ in group.leaders):
                for youth_id in group.members:
                    yield {
                        "adult_id": person_id,
                        "youth_id": youth_id,
                        "source": f"group:{group.key}",
                        "from_on": self._start(group),
                    }

    def _start(self, group: GroupPlan) -> date:
        return self.seasons[group.season_key].starts_on

    # Meetings -----------------------------------------------------------------------------------------------

    def meetings(self) -> None:
        """Gatherings, registers, marks."""
        starts = {each.key: self.at(each.on, each.at) for each in self.plan.gatherings}
        _insert(
            Gathering,
            [
                _fields(each, "kind title")
                | {
                    "season_id": each.season_key,
                    "group_id": each.group_key,
                    "site_id": each.site_key,
                    "starts_at": starts[each.key],
                    "ends_at": starts[each.key] + timedelta(minutes=each.minutes),
                }
                for each in self.plan.gatherings
            ],
        )
        leader = {group.key: group.leaders[0][0] for group in self.plan.groups}
        registers, marks = [], []
        for each in self.plan.gatherings:
            if each.marks:
                taken = starts[each.key] + timedelta(minutes=10)
                by = leader[each.group_key]
                registers.append(
                    {
                        "gathering_id": each.key,
                        "taken_at": taken,
                        "taken_by_id": by,
                        "saved_at": taken,
                        "saved_by_id": by,
                    }
                )
                marks += [
                    {
                        "gathering_id": each.key,
                        "youth_id": youth_id,
                        "mark": mark,
                        "marked_at": taken,
                        "marked_by_id": by,
                        "version": 1,
                    }
                    for youth_id, mark in each.marks
                ]
        _insert(Register, registers)
        _insert(AttendanceMark, marks)

    def mentoring(self) -> None:
        """Matches and what mentors wrote."""
        pairs = [group for group in self.plan.groups if group.kind is GroupKind.MENTORING]
        keys = {group.key: key for key, group in enumerate(pairs, start=1)}
        matches = [
            {
                "id": keys[group.key],
                "group_id": group.key,
                "status": MatchStatus.ACTIVE,
                "every_days": group.every_days,
                "usual_minutes": 60,
                "started_on": self._start(group),
            }
            for group in pairs
        ]
        _insert(Match, matches)
        _insert(SessionLog, _numbered(self._sessions(keys)))

    def _sessions(self, matches: dict[int, int]) -> Iterable[Row]:
        for each in self.plan.sessions:
            yield _fields(each, "minutes duty") | {
                "match_id": matches[each.group_key],
                "gathering_id": each.gathering_key,
                "client_id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.plan.seed}:{each.gathering_key}")),
                "held_on": each.on,
                "activities": [deed.value for deed in each.activities],
                "note": each.note or None,
                "logged_at": self.at(each.on, time(18, 0)),
                "logged_by_id": self.groups[each.group_key].leaders[0][0],
            }

    # Consent ------------------------------------------------------------------------------------------------

    def consents(self, sealed: PreparedDocument) -> None:
        """Requests in every state; the signed ones point to the one sealed record of the demonstration."""
        document = documents.record_document(sealed, subject_kind="demo", subject_id=0, now=self.now)
        detail = {"document_id": document.id, "sha256": document.sha256}
        record("document.issued", "document", document.id, by=SYSTEM, now=self.now, **detail)
        version_id = db.session().scalar(
            sa.select(FormVersion.id)
            .join(Form)
            .where(Form.key == STARTER, FormVersion.published_at.is_not(None))
            .order_by(FormVersion.number.desc())
            .limit(1)
        )
        sections = (
            db.session().execute(sa.select(Section.id, Section.key).where(Section.version_id == version_id)).all()
        )
        requests, decisions, events = [], [], []
        for key, plan in enumerate(self.plan.consents, start=1):
            request = self._request(key, plan, version_id, document.id)
            requests.append(request)
            events += _events(request, plan)
            if plan.answer in SIGNED:
                decisions += [_decision(request, section_id, name, plan) for section_id, name in sections]
        _insert(ConsentRequest, requests)
        _insert(ConsentDecision, _numbered(decisions))
        _insert(ConsentEvent, _numbered(events))

    def _request(self, key: int, plan: ConsentPlan, version_id: int | None, document_id: int) -> Row:
        guardian = self.adults[plan.guardian_key]
        signed_at = self.at(plan.signed_on, time(19, 30)) if plan.signed_on else None
        sent_at = self.at(plan.sent_on, time(11, 0))
        opened_at = self.at(plan.sent_on, time(18, 0)) if plan.answer is Answer.OPENED else None
        return {
            "id": key,
            "form_version_id": version_id,
            "youth_id": plan.youth_key,
            "guardian_id": plan.guardian_key,
            "season_id": plan.season_key,
            "state": STATES[plan.answer],
            "language": guardian.language,
            "created_at": sent_at,
            "sent_at": sent_at,
            "times_asked": plan.times_asked,
            "opened_at": opened_at or (signed_at - timedelta(minutes=6) if signed_at else None),
            "version": 0,
            "signed_at": signed_at,
            "typed_name": guardian.name[:160] if signed_at else None,
            "route": Route.DEMO if signed_at else None,
            "document_id": document_id if signed_at else None,
            "valid_until_on": plan.until_on,
        }

    # Accounts -----------------------------------------------------------------------------------------------

    def accounts(self) -> None:
        """The five sign-ins of the guide: <role>@demo.example, password demo-<role>."""
        owners = {worker.account: worker.adult_key for worker in self.plan.workers if worker.account}
        owners["guardian"] = self.plan.guardian_account_key
        for name, role in ROLES.items():
            person = db.session().get_one(Person, owners[name])
            account = open_account(
                person, email=f"{name}@{DEMO_MAIL}", password=f"demo-{name}", by=SYSTEM, now=self.now, is_demo=True
            )
            grant_role(account, role, by=SYSTEM, now=self.now)

    def tell_sequences(self) -> None:
        """PostgreSQL counts on from the ids that were given here."""
        session = db.session()
        if session.connection().dialect.name != "postgresql":
            return
        for table in db.Model.metadata.sorted_tables:
            if "id" in table.c and isinstance(table.c.id.type, sa.Integer):
                highest = session.scalar(sa.select(sa.func.max(table.c.id)))
                sequence = sa.func.pg_get_serial_sequence(f'"{table.name}"', "id")
                if highest:
                    session.execute(sa.select(sa.func.setval(sequence, highest)))


def _decision(request: Row, section_id: int, key: str, plan: ConsentPlan) -> Row:
    refused = plan.answer is Answer.NO_PHOTOS and key == "photos"
    return {
        "request_id": request["id"],
        "section_id": section_id,
        "youth_id": plan.youth_key,
        "guardian_id": plan.guardian_key,
        "season_id": plan.season_key,
        "section_key": key,
        "decision": Decision.REFUSED if refused else Decision.GIVEN,
        "decided_at": request["signed_at"],
        "valid_until_on": plan.until_on,
    }


def _events(request: Row, plan: ConsentPlan) -> list[Row]:
    steps = [(Happening.SENT, request["sent_at"])]
    if plan.answer is Answer.BOUNCED:
        steps.append((Happening.BOUNCED, request["sent_at"] + timedelta(minutes=2)))
    if request["opened_at"]:
        steps.append((Happening.OPENED, request["opened_at"]))
    if request["signed_at"]:
        steps.append((Happening.SIGNED, request["signed_at"]))
    return [{"request_id": request["id"], "happening": step, "at": at, "detail": {}} for step, at in steps]


def _household(home: HouseholdPlan) -> Row:
    street = f"{home.street} {home.unit}".strip()
    return _fields(home, "name street city state postal_code") | {
        "unit": home.unit or None,
        "folded_address": fold(f"{street}, {home.city}, {home.state} {home.postal_code}"),
    }


def _fields(plan: Any, names: str) -> Row:
    """The named fields of a plan, with its key as id."""
    return (
        {"id": plan.key} | {name: getattr(plan, name) for name in names.split()}
        if hasattr(plan, "key")
        else {name: getattr(plan, name) for name in names.split()}
    )


def _numbered(rows: Iterable[Row]) -> list[Row]:
    return [{"id": number, **row} for number, row in enumerate(rows, start=1)]


def _insert(model: type[db.Model], rows: Sequence[Row]) -> None:
    if rows:
        table: Any = model.__table__
        db.session().execute(sa.insert(table), rows)


def _e164(phone: str) -> str:
    return "+1" + "".join(letter for letter in phone if letter.isdigit())
