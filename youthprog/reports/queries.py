"""Reading across rooms: what needs doing today, and the file of one youth."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from youthprog.access.models import Account, RoleGrant, UserSession
from youthprog.access.types import Role
from youthprog.attendance import calendars, counting_queries
from youthprog.attendance import history_queries as attendance
from youthprog.attendance.calendars import Month
from youthprog.attendance.counting import Scope
from youthprog.consent import queries as consent
from youthprog.consent.models import ConsentRequest, Form, FormVersion
from youthprog.consent.rules import OPEN_STATES
from youthprog.consent.types import RequestState
from youthprog.core import clock, db, reach
from youthprog.core.actor import Actor
from youthprog.core.clearance import NotCleared, not_cleared, not_cleared_at, not_cleared_in
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.documents import queries as documents
from youthprog.documents.models import Document
from youthprog.documents.types import DocumentKind
from youthprog.leagues.models import Team
from youthprog.people import queries as people
from youthprog.people.models import ContactPoint, Guardianship, Person
from youthprog.people.rules import age_on
from youthprog.people.types import ContactKind, CustodyLine, EmergencyLine, GuardianLine, HealthLine, PersonKind
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Gathering, Group, GroupMember, Program, Season, Site
from youthprog.programs.types import EnrollmentStatus, GatheringKind

DAYS_AHEAD = 7
ROWS_SHOWN = 8
MOST_BOUNCED = 50
MONTHS_SHOWN = 2
MOST_CANDIDATES = 600
MENTOR_SUBJECT = "mentor"
CERTIFICATE_SUBJECT = "youth"


@dataclass(frozen=True)
class Meeting:
    """A gathering coming up, with the page behind it."""

    gathering_id: int
    title: str
    group_id: int | None
    group: str | None
    team_id: int | None
    season_id: int
    starts_at: datetime
    place: str | None
    kind: GatheringKind = GatheringKind.PRACTICE
    not_cleared: int = 0


@dataclass(frozen=True)
class CannotTakePart:
    """A youth who meets within days and is not cleared, why, and whom to call."""

    youth_id: int
    list_name: str
    group_id: int
    group: str
    team_id: int | None
    starts_at: datetime
    reason: NotCleared
    guardian: GuardianLine | None
    request_id: int | None  # the form that waits for an answer, to be reminded of


@dataclass(frozen=True)
class Ahead:
    """The next days: meetings, and the youth who cannot take part in them, worst first."""

    meetings: tuple[Meeting, ...]
    blocked: tuple[CannotTakePart, ...]
    blocked_count: int
    guardians: dict[int, list[GuardianLine]]


def ahead(
    actor: Actor, permission: P, now: datetime, *, days: int = DAYS_AHEAD, also_call: Sequence[int] = ()
) -> Ahead:
    """Meetings of the next days within reach, and who cannot take part.

    `guardians` are those of the youth shown and of `also_call`, where contacts may be read. A constant number of
    statements.
    """
    on = clock.day_of(now)
    meetings = _meetings(actor, permission, now, now + timedelta(days=days))
    first_of: dict[int, Meeting] = {}
    for meeting in meetings:
        if meeting.group_id is not None:
            first_of.setdefault(meeting.group_id, meeting)
    members = _members(actor, permission, first_of, on)
    reasons = _reasons(members, first_of, on)
    found = _first_of_each(sorted(reasons, key=lambda each: (each[2].state == "waiting", each[1].starts_at, each[0])))
    shown = [youth_id for youth_id, _meeting, _reason in found[:ROWS_SHOWN]]
    guardians = people.guardians_of(people.reachable(actor, P.CONTACT_READ, [*shown, *also_call], on), on)
    per_group: dict[int, set[int]] = defaultdict(set)
    for youth_id, meeting, _reason in reasons:
        assert meeting.group_id is not None
        per_group[meeting.group_id].add(youth_id)
    counted = tuple(_with_count(meeting, len(per_group.get(meeting.group_id or 0, ()))) for meeting in meetings)
    return Ahead(counted, _blocked(found[:ROWS_SHOWN], guardians), len(found), guardians)


def _first_of_each(found: Iterable[tuple[int, Meeting, NotCleared]]) -> list[tuple[int, Meeting, NotCleared]]:
    first: dict[int, tuple[int, Meeting, NotCleared]] = {}
    for each in found:
        first.setdefault(each[0], each)
    return list(first.values())


def _meetings(actor: Actor, permission: P, start: datetime, end: datetime) -> list[Meeting]:
    statement = (
        sa.select(
            Gathering.id, Gathering.title, Group.id, Group.name, Team.id, Gathering.season_id, Gathering.starts_at,
            sa.func.coalesce(Gathering.place, Site.name), Gathering.kind,
        )
        .join(Group, Group.id == Gathering.group_id)
        .outerjoin(Team, Team.group_id == Group.id)
        .outerjoin(Site, Site.id == Gathering.site_id)
        .where(
            Gathering.starts_at >= start,
            Gathering.starts_at < end,
            Gathering.canceled_at.is_(None),
            programs.groups_within(actor, permission, clock.day_of(start)),
        )
        .order_by(Gathering.starts_at, Gathering.id)
    )  # fmt: skip
    return [Meeting(*row) for row in db.session().execute(statement)]


def _members(actor: Actor, permission: P, groups: dict[int, Meeting], on: date) -> list[tuple[int, Meeting]]:
    statement = sa.select(GroupMember.youth_id, GroupMember.group_id).where(
        GroupMember.group_id.in_(groups),
        GroupMember.until_on.is_(None),
        reach.within(actor, permission, GroupMember.youth_id, on),
    )
    return [(youth_id, groups[group_id]) for youth_id, group_id in db.session().execute(statement)]


def _reasons(
    members: Sequence[tuple[int, Meeting]], groups: dict[int, Meeting], on: date
) -> list[tuple[int, Meeting, NotCleared]]:
    by_season: dict[int, list[tuple[int, Meeting]]] = defaultdict(list)
    for youth_id, meeting in members:
        by_season[meeting.season_id].append((youth_id, meeting))
    objections = not_cleared_in(
        {key: [youth_id for youth_id, _meeting in pairs] for key, pairs in by_season.items()}, on
    )
    found = [
        (youth_id, meeting, objections[season_id, youth_id][0])
        for season_id, pairs in by_season.items()
        for youth_id, meeting in pairs
        if (season_id, youth_id) in objections
    ]
    by_gathering: dict[int, list[int]] = defaultdict(list)
    for youth_id, meeting in members:
        by_gathering[meeting.gathering_id].append(youth_id)
    meetings = {meeting.gathering_id: meeting for meeting in groups.values()}
    objected = {youth_id for youth_id, _meeting, _reason in found}
    for (gathering_id, youth_id), reasons in not_cleared_at(by_gathering).items():
        if youth_id not in objected:
            found.append((youth_id, meetings[gathering_id], reasons[0]))
    return found


def _blocked(
    found: Sequence[tuple[int, Meeting, NotCleared]], guardians: dict[int, list[GuardianLine]]
) -> tuple[CannotTakePart, ...]:
    names, waiting = _names_and_forms([youth_id for youth_id, _meeting, _reason in found])
    return tuple(
        CannotTakePart(
            youth_id, names[youth_id], meeting.group_id or 0, meeting.group or "", meeting.team_id, meeting.starts_at,
            reason, next(iter(guardians.get(youth_id, ())), None), waiting.get((youth_id, meeting.season_id)),
        )
        for youth_id, meeting, reason in found
    )  # fmt: skip


def _names_and_forms(youth_ids: Sequence[int]) -> tuple[dict[int, str], dict[tuple[int, int], int]]:
    """The names of youth as lists have them, and by (youth, season) the form that waits for an answer. One statement."""
    asked = sa.and_(ConsentRequest.youth_id == Person.id, ConsentRequest.state.in_(OPEN_STATES), ConsentRequest.awaited)
    rows = db.session().execute(
        sa.select(Person, ConsentRequest.season_id, ConsentRequest.id)
        .outerjoin(ConsentRequest, asked)
        .where(Person.id.in_(youth_ids))
        .order_by(ConsentRequest.id)
    )
    names: dict[int, str] = {}
    forms: dict[tuple[int, int], int] = {}
    for person, season_id, request_id in rows:
        names[person.id] = person.list_name
        if request_id is not None:
            forms[person.id, season_id] = request_id
    return names, forms


def _with_count(meeting: Meeting, count: int) -> Meeting:
    return Meeting(**{**meeting.__dict__, "not_cleared": count})


@dataclass(frozen=True)
class GroupOfYouth:
    """A team or group a youth is in."""

    group_id: int
    team_id: int | None
    name: str
    season_id: int
    season: str
    season_es: str


@dataclass(frozen=True)
class EnrollmentOfYouth:
    """A season a youth is or was in."""

    season_id: int
    program: str
    program_es: str
    season: str
    season_es: str
    status: EnrollmentStatus


@dataclass(frozen=True)
class RequestOfYouth:
    """One guardian's form about a youth."""

    request_id: int
    form: str
    form_es: str
    guardian: str
    program: str
    program_es: str
    season: str
    season_es: str
    state: RequestState
    asked_at: datetime | None
    signed_at: datetime | None
    valid_until_on: date | None
    document_id: int | None

    def is_over(self, on: date) -> bool:
        """Whether what was signed has run out by a date, though nobody has renewed or ended it."""
        return self.state == RequestState.SIGNED and self.valid_until_on is not None and self.valid_until_on < on


@dataclass(frozen=True)
class YouthFile:
    """What a reader may see of one youth; what may not be read is None or empty."""

    youth: Person
    age: int | None
    groups: tuple[GroupOfYouth, ...]
    reasons: tuple[tuple[str, NotCleared], ...]
    """Why the youth may not take part, each with the groups it holds for."""
    enrollments: tuple[EnrollmentOfYouth, ...]
    guardians: tuple[GuardianLine, ...] | None
    emergency: tuple[EmergencyLine, ...]
    alert: str | None
    health: tuple[HealthLine, ...] | None
    custody: tuple[CustodyLine, ...] | None
    requests: tuple[RequestOfYouth, ...]
    months: tuple[Month, ...]
    certificates: tuple[Document, ...]
    may_attendance: bool
    may_edit: bool
    may_health: bool
    may_custody: bool
    may_certify: bool
    may_open_records: bool
    may_enter: bool
    may_photo: bool
    has_photo: bool  # one that may be shown to the reader now


def youth_file(actor: Actor, youth_id: int, on: date) -> YouthFile:
    """The file of a youth within reach. Raises `NotFound`. A constant number of statements for each season."""
    person = people.get_youth_for(actor, P.YOUTH_READ, youth_id, on)

    def reaches(permission: P) -> bool:
        return bool(people.reachable(actor, permission, [youth_id], on))

    groups = groups_of(youth_id, on)
    contacts = reaches(P.CONTACT_READ)
    return YouthFile(
        youth=person,
        age=age_on(person.born_on, on) if person.born_on else None,
        groups=tuple(groups),
        reasons=tuple(_reasons_of(youth_id, groups, on)),
        enrollments=tuple(enrollments_of(youth_id)) if actor.may(P.PROGRAM_READ) else (),
        guardians=tuple(people.guardians_of([youth_id], on).get(youth_id, [])) if contacts else None,
        emergency=tuple(people.emergency_of([youth_id]).get(youth_id, [])) if contacts else (),
        alert=people.alerts_of([youth_id]).get(youth_id) if reaches(P.HEALTH_ALERT_READ) else None,
        health=tuple(people.health_of(youth_id)) if reaches(P.HEALTH_READ) else None,
        custody=tuple(people.custody_of(youth_id)) if reaches(P.CUSTODY_READ) else None,
        requests=tuple(requests_of(actor, youth_id, on)) if reaches(P.CONSENT_READ) else (),
        months=_last_months(actor, youth_id, on) if reaches(P.REGISTER_READ) else (),
        certificates=tuple(certificates_of(youth_id)) if reaches(P.CERTIFICATE_READ) else (),
        may_attendance=reaches(P.REGISTER_READ),
        may_edit=reaches(P.YOUTH_EDIT),
        may_health=reaches(P.HEALTH_EDIT),
        may_custody=reaches(P.CUSTODY_EDIT),
        may_certify=reaches(P.CERTIFICATE_ISSUE),
        may_open_records=reaches(P.CONSENT_RECORD_READ),
        may_enter=reaches(P.CONSENT_ENTER),
        may_photo=reaches(P.PHOTO_EDIT),
        has_photo=people.has_photo_for(actor, youth_id, on),
    )


def _last_months(actor: Actor, youth_id: int, on: date) -> tuple[Month, ...]:
    """The attendance of this month and the one before, none when there was no meeting."""
    first = calendars.months_back(on, MONTHS_SHOWN - 1)
    lines = attendance.attended(actor, youth_id, first, on)
    found = [(clock.day_of(line.starts_at), line.mark) for line in lines]
    return calendars.months_of(found, first, on) if found else ()


def _reasons_of(youth_id: int, groups: Sequence[GroupOfYouth], on: date) -> Iterable[tuple[str, NotCleared]]:
    """Each reason once, with the names of the groups of every season it holds in."""
    found: dict[tuple[object, ...], tuple[list[str], NotCleared]] = {}
    for season_id in sorted({group.season_id for group in groups}):
        names = [group.name for group in groups if group.season_id == season_id]
        for reason in not_cleared([youth_id], season_id, on).get(youth_id, []):
            found.setdefault((reason.code, reason.sentence, reason.values), ([], reason))[0].extend(names)
    return [(", ".join(dict.fromkeys(names)), reason) for names, reason in found.values()]


def groups_of(youth_id: int, on: date) -> list[GroupOfYouth]:
    """Teams and groups a youth is in, of seasons not over. One statement."""
    statement = (
        sa.select(Group.id, Team.id, Group.name, Season.id, Season.name, Season.name_es)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .join(Season, Season.id == Group.season_id)
        .outerjoin(Team, Team.group_id == Group.id)
        .where(GroupMember.youth_id == youth_id, GroupMember.until_on.is_(None), Season.ends_on >= on)
        .order_by(Group.name)
    )
    return [GroupOfYouth(*row) for row in db.session().execute(statement)]


def enrollments_of(youth_id: int) -> list[EnrollmentOfYouth]:
    """A youth's enrollments, newest first. One statement."""
    statement = (
        sa.select(Season.id, Program.name, Program.name_es, Season.name, Season.name_es, Enrollment.status)
        .join(Program, Program.id == Season.program_id)
        .join(Enrollment, Enrollment.season_id == Season.id)
        .where(Enrollment.youth_id == youth_id)
        .order_by(Season.starts_on.desc(), Season.id)
    )
    return [EnrollmentOfYouth(*row) for row in db.session().execute(statement)]


def requests_of(actor: Actor, youth_id: int, on: date) -> list[RequestOfYouth]:
    """The forms guardians were asked to sign for a youth, newest first. One statement.

    The document is named to whoever may open it.
    """
    opens = consent.requests_within(actor, P.CONSENT_RECORD_READ, on)
    statement = (
        sa.select(
            ConsentRequest.id, Form.title, Form.title_es, Person, Program.name.label("program"),
            Program.name_es.label("program_es"), Season.name, Season.name_es, ConsentRequest.state, ConsentRequest.sent_at,
            ConsentRequest.signed_at, ConsentRequest.valid_until_on,
            sa.case((sa.and_(opens, ConsentRequest.purged_at.is_(None)), ConsentRequest.document_id)).label("document_id"),
        )
        .join(FormVersion, FormVersion.id == ConsentRequest.form_version_id)
        .join(Form, Form.id == FormVersion.form_id)
        .join(Person, Person.id == ConsentRequest.guardian_id)
        .join(Season, Season.id == ConsentRequest.season_id)
        .join(Program, Program.id == Season.program_id)
        .where(ConsentRequest.youth_id == youth_id)
        .order_by(ConsentRequest.created_at.desc(), ConsentRequest.id.desc())
    )  # fmt: skip
    return [
        RequestOfYouth(
            row.id, row.title, row.title_es, row.Person.name, row.program, row.program_es, row.name, row.name_es,
            row.state, row.sent_at, row.signed_at, row.valid_until_on, row.document_id,
        )
        for row in db.session().execute(statement)
    ]  # fmt: skip


@dataclass(frozen=True)
class Bounced:
    """A family whose mail comes back, and the phone to call instead."""

    youth_id: int
    youth: str
    guardian_id: int
    guardian: str
    address: str
    phone: str | None


def youth_without_mail(actor: Actor, on: date) -> dict[int, str]:
    """Youth within reach with a guardian whose mail address bounced: their names, in order. One statement."""
    statement = (
        sa.select(Person)
        .join(Guardianship, Guardianship.youth_id == Person.id)
        .join(ContactPoint, ContactPoint.person_id == Guardianship.guardian_id)
        .where(
            ContactPoint.bounced_at.is_not(None),
            ContactPoint.ended_at.is_(None),
            ContactPoint.kind == ContactKind.EMAIL,
            reach.within(actor, P.CONTACT_READ, Person.id, on),
        )
        .distinct()
        .order_by(Person.folded_name)
        .limit(MOST_BOUNCED)
    )
    return {person.id: person.name for person in db.session().scalars(statement)}


def bounced(youth: Mapping[int, str], guardians: Mapping[int, Sequence[GuardianLine]]) -> list[Bounced]:
    """The guardians of these youth whose mail came back, by youth. No statement."""
    return [
        Bounced(youth_id, name, line.guardian_id, line.name, line.email or "", line.phone)
        for youth_id, name in youth.items()
        for line in guardians.get(youth_id, ())
        if line.email_bounced
    ]


@dataclass(frozen=True)
class Beginnings:
    """How far a department has come on the way to its first roster. `season_id` is the newest season not over."""

    program_id: int | None
    season_id: int | None
    enrolled: bool
    grouped: bool
    asked: bool

    @property
    def done(self) -> tuple[bool, ...]:
        """Step by step: program, season, young people, teams or groups, families asked."""
        return self.program_id is not None, self.season_id is not None, self.enrolled, self.grouped, self.asked


def beginnings(actor: Actor, on: date) -> Beginnings:
    """What a coordinator has set up already, within reach. One statement."""
    program = sa.and_(Program.closed_at.is_(None), programs.program_within(actor, P.PROGRAM_EDIT, Program.id))
    season = sa.and_(Season.ends_on >= on, programs.program_within(actor, P.PROGRAM_EDIT, Season.program_id))
    row = db.session().execute(
        sa.select(
            sa.select(sa.func.max(Program.id)).where(program).scalar_subquery(),
            sa.select(sa.func.max(Season.id)).where(season).scalar_subquery(),
            sa.exists().where(Enrollment.season_id == Season.id, season),
            sa.exists().where(Group.season_id == Season.id, season),
            sa.exists().where(ConsentRequest.season_id == Season.id, season),
        )
    )
    return Beginnings(*row.one())


@dataclass(frozen=True)
class AccountFigures:
    """Accounts at a glance: open, invited and not yet in, live sessions, how many may coordinate; documents known damaged."""

    open: int
    invited: int
    sessions: int
    coordinators: int
    damaged: int = 0


def account_figures(now: datetime) -> AccountFigures:
    """Count accounts and sessions. One statement."""

    def count(statement: sa.Select[int]) -> sa.ScalarSelect[int]:
        return statement.scalar_subquery()

    opened = sa.select(sa.func.count()).select_from(Account).where(Account.closed_at.is_(None))
    live = sa.select(sa.func.count()).select_from(UserSession)
    live = live.where(UserSession.ended_at.is_(None), UserSession.expires_at > now)
    coordinate = opened.join(RoleGrant, RoleGrant.account_id == Account.id)
    coordinate = coordinate.where(RoleGrant.role == Role.COORDINATOR, RoleGrant.until_on.is_(None))
    invited = opened.where(Account.password_hash.is_(None))
    damaged = sa.select(sa.func.count()).select_from(Document).where(Document.damaged_at.is_not(None))
    figures = sa.select(count(opened), count(invited), count(live), count(coordinate), count(damaged))
    return AccountFigures(*db.session().execute(figures).one())


def certificates_of(youth_id: int) -> list[Document]:
    """Certificates issued to a youth, newest first. One statement."""
    found = documents.list_of_subject(CERTIFICATE_SUBJECT, youth_id)
    return [document for document in found if document.kind is DocumentKind.CERTIFICATE]


def get_certificate_of_guardian(guardian_id: int, document_id: int, on: date) -> tuple[Document, Person]:
    """A certificate of a child whom somebody answers for and may know about on a day, and the child. Raises `NotFound`."""
    document = db.session().get(Document, document_id)
    if document is None or document.kind is not DocumentKind.CERTIFICATE or document.purged_at is not None:
        raise NotFound
    if document.subject_kind != CERTIFICATE_SUBJECT:
        raise NotFound
    youth = people.get_person(document.subject_id)
    known = people.guardians_of([youth.id], on).get(youth.id, [])  # whom a court keeps from knowing is not among them
    if guardian_id not in {line.guardian_id for line in known}:
        raise NotFound
    return document, youth


@dataclass(frozen=True)
class Candidate:
    """Somebody who may get a certificate of a season: what is counted, and the newest one there is."""

    youth_id: int
    name: str
    list_name: str
    groups: tuple[tuple[int, str], ...]
    visits: int
    minutes: int
    newest_id: int | None
    newest_on: datetime | None


def candidates_of(actor: Actor, season: Season, now: datetime) -> list[Candidate]:
    """The enrolled of a season within reach, by name. Four statements."""
    on = clock.day_of(now)
    lines = programs.list_enrolled(actor, P.CERTIFICATE_ISSUE, season.id, on, limit=MOST_CANDIDATES)
    ids = [line.youth_id for line in lines]
    counted, newest = came_to(actor, season, now, ids), _newest_certificates(ids)
    none = counting_queries.OfYouth()
    return [
        Candidate(
            line.youth_id, line.name, line.list_name, line.groups, counted.get(line.youth_id, none).visits,
            counted.get(line.youth_id, none).minutes, *newest.get(line.youth_id, (None, None)),
        )
        for line in lines
    ]  # fmt: skip


def youth_of(actor: Actor, youth_ids: Collection[int], on: date) -> list[Person]:
    """The young people whom certificates may be issued to, in the order of their names. Raises `NotFound` for any other."""
    found = youth_among(actor, youth_ids, on)
    if len(found) < len(set(youth_ids)):
        raise NotFound
    return found


def youth_among(actor: Actor, youth_ids: Collection[int], on: date) -> list[Person]:
    """Those of the young people whom certificates may be issued to, in the order of their names. One statement."""
    if not youth_ids:
        return []
    statement = sa.select(Person).where(
        Person.id.in_(youth_ids),
        Person.kind == PersonKind.YOUTH,
        Person.merged_into_id.is_(None),
        reach.within(actor, P.CERTIFICATE_ISSUE, Person.id, on),
    )
    return list(db.session().scalars(statement.order_by(Person.folded_name, Person.id)))


def came_to(
    actor: Actor, season: Season, now: datetime, youth_ids: Collection[int]
) -> dict[int, counting_queries.OfYouth]:
    """What some young people came to in a season, counted exactly as the figures count it. One statement."""
    scope = Scope(season.starts_on, max(season.ends_on, season.starts_on), season_id=season.id)
    return counting_queries.count_youth(actor, scope, now, youth_ids)


def _newest_certificates(youth_ids: Collection[int]) -> dict[int, tuple[int, datetime]]:
    statement = (
        sa.select(Document.subject_id, sa.func.max(Document.id), sa.func.max(Document.issued_at))
        .where(
            Document.subject_kind == CERTIFICATE_SUBJECT,
            Document.kind == DocumentKind.CERTIFICATE,
            Document.revoked_at.is_(None),
            Document.subject_id.in_(youth_ids),
        )
        .group_by(Document.subject_id)
    )
    return {youth_id: (key, at) for youth_id, key, at in db.session().execute(statement)}


def meetings_of_children(youth_ids: Sequence[int], now: datetime, *, days: int = 14) -> list[Meeting]:
    """What the children of a guardian go to in the next days. One statement."""
    statement = (
        sa.select(
            Gathering.id, Gathering.title, Group.id, Group.name, sa.null(), Gathering.season_id, Gathering.starts_at,
            sa.func.coalesce(Gathering.place, Site.name), Gathering.kind,
        )
        .distinct()
        .join(Group, Group.id == Gathering.group_id)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .outerjoin(Site, Site.id == Gathering.site_id)
        .where(
            GroupMember.youth_id.in_(youth_ids),
            GroupMember.until_on.is_(None),
            Gathering.starts_at >= now,
            Gathering.starts_at < now + timedelta(days=days),
            Gathering.canceled_at.is_(None),
        )
        .order_by(Gathering.starts_at, Gathering.id)
        .limit(12)
    )  # fmt: skip
    return [Meeting(*row) for row in db.session().execute(statement)]
