"""Reading consent: standing of youth, progress of teams, forms and requests. Constant numbers of statements."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from youthprog.consent import rules
from youthprog.consent.blocks import settings_of
from youthprog.consent.histories import (
    FormInUse,
    Histories,
    SeasonRule,
    family_of,
    forms_in_use,
    histories,
    required_keys,
    season_rules,
)
from youthprog.consent.models import (
    ConsentDecision,
    ConsentEvent,
    ConsentPart,
    ConsentRequest,
    ConsentUpload,
    ConsentWithdrawal,
    Disclosure,
    Form,
    FormVersion,
    PickupPerson,
    Section,
    SectionText,
    UnmatchedAnswer,
)
from youthprog.consent.surely import needed_by_programs, surely_fine
from youthprog.consent.types import (
    DISCLOSURE,
    STARTER,
    TEXTS,
    ConsentLine,
    Decision,
    FormLine,
    GroupProgress,
    Matching,
    MemberConsent,
    Question,
    RequestState,
    UnmatchedLine,
    Words,
)
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.clearance import NotCleared
from youthprog.core.collecting import who_may_collect_throughout
from youthprog.core.permissions import P, Reach
from youthprog.core.reach import within
from youthprog.core.refusals import NotFound
from youthprog.documents.models import Document
from youthprog.people import queries as people
from youthprog.people.models import Guardianship, Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering, Group, GroupMember, GroupStaff, Program, Season
from youthprog.programs.types import StaffRole

FEW = 100  # so many youth the rules look at without SQL's help
MOST_UNMATCHED = 50
__all__ = [
    "FormInUse",
    "Histories",
    "SeasonRule",
    "family_of",
    "forms_in_use",
    "histories",
    "required_keys",
    "season_rules",
]

# ---- standing ----


def objections(youth_ids: Sequence[int], season_id: int, on: date) -> list[NotCleared]:
    """Why youth of a season are not cleared by consent on a day. As many statements as `histories`, three more for many."""
    return [reason for _season_id, reason in objections_in({season_id: youth_ids}, on)]


def objections_in(youth_ids: Mapping[int, Sequence[int]], on: date) -> list[tuple[int, NotCleared]]:
    """As `objections`, of the youth of several seasons, each with the season. As many statements as of one season."""
    doubtful = _doubtful(youth_ids, on)
    if not doubtful:
        return []
    known = histories({youth_id for _season_id, youth_id in doubtful}, {season_id for season_id, _youth_id in doubtful})
    found = []
    for season_id, youth_id in doubtful:
        reason = known.objection(youth_id, season_id, on)
        if reason is not None:
            why = NotCleared(youth_id, reason.code, reason.state, reason.word, reason.sentence, reason.values)
            found.append((season_id, why))
    return found


def _doubtful(youth_ids: Mapping[int, Sequence[int]], on: date) -> list[tuple[int, int]]:
    """The (season, youth) whom the rules have to look at: all of a few, of many those who are not surely fine."""
    pairs = [(season_id, youth_id) for season_id, ids in youth_ids.items() for youth_id in ids]
    if len(pairs) <= FEW:
        return pairs
    in_season = (sa.and_(Season.id == key, Person.id.in_(ids)) for key, ids in youth_ids.items())
    statement = (
        sa.select(Season.id, Person.id)
        .select_from(Person)
        .join(Season, sa.or_(*in_season))
        .join(Program, Program.id == Season.program_id)
        .where(surely_fine(needed_by_programs(), Person.id, Season.id, on))
    )
    fine = {(season_id, youth_id) for season_id, youth_id in db.session().execute(statement)}
    return [pair for pair in pairs if pair not in fine]


def lines_for(youth_ids: Collection[int], season_id: int, on: date) -> dict[int, ConsentLine]:
    """Where each youth's consent stands in a season, every one asked for included. As many statements as `histories`."""
    known = histories(youth_ids, [season_id])
    return {youth_id: known.line(youth_id, season_id, on) for youth_id in youth_ids}


def agreed_to_photos(youth_ids: Collection[int], season_id: int | None, on: date) -> set[int]:
    """Those of the youth whose family agrees to photos on a day, in a season or, without one, in any that is not over.

    As many statements as `histories`, and one to find the seasons.
    """
    if season_id is not None:
        seasons = {season_id}
    else:
        asked = (
            sa.select(ConsentRequest.season_id)
            .join(Season, Season.id == ConsentRequest.season_id)
            .where(ConsentRequest.youth_id.in_(youth_ids), Season.ends_on >= on)
        )
        seasons = set(db.session().scalars(asked.distinct()))
    if not seasons:
        return set()
    known = histories(youth_ids, sorted(seasons))
    return {each for each in youth_ids if any(known.line(each, season, on).photos for season in sorted(seasons))}


def team_progress(group_ids: Collection[int], on: date) -> dict[int, tuple[int, int, int]]:
    """How many youth of each group are (signed, waiting, missing); expired counts as missing. A constant number of statements."""
    counts = {group_id: [0, 0, 0] for group_id in group_ids}
    fine = surely_fine(needed_by_programs(), GroupMember.youth_id, Group.season_id, on)
    members = (
        db.session()
        .execute(
            sa.select(GroupMember.group_id, Group.season_id, GroupMember.youth_id, fine.label("fine"))
            .join(Group, Group.id == GroupMember.group_id)
            .join(Season, Season.id == Group.season_id)
            .join(Program, Program.id == Season.program_id)
            .join(Person, Person.id == GroupMember.youth_id)
            .where(GroupMember.group_id.in_(group_ids), programs.during(GroupMember.from_on, GroupMember.until_on, on))
        )
        .all()
    )
    doubtful = [row for row in members if not row.fine]
    nobody = Histories({}, {}, {}, {}, {})
    known = histories({row.youth_id for row in doubtful}, {row.season_id for row in doubtful}) if doubtful else nobody
    place = {"signed": 0, "waiting": 1}
    for row in members:
        state = "signed" if row.fine else known.line(row.youth_id, row.season_id, on).state
        counts[row.group_id][place.get(state, 2)] += 1
    return {group_id: (signed, waiting, missing) for group_id, (signed, waiting, missing) in counts.items()}


def pickup_of(youth_ids: Collection[int], *days: date) -> dict[int, list[str]]:
    """The names of those who may collect each youth on every one of the days a paper serves: guardians who may, then those
    a guardian named.

    A name like that of an adult whom a restriction keeps from collecting is left out, even a guardian's whom a photo
    ID tells from that adult: paper compares nothing. So are all names from a guardian who may not decide on the day.
    """
    found = who_may_collect_throughout(youth_ids, days)
    names = {youth_id: [each.name for each in one.allowed if not each.proofs] for youth_id, one in found.items()}
    return {youth_id: listed for youth_id, listed in names.items() if listed}


# ---- forms ----


def _current_version() -> sa.ScalarSelect[int]:
    return (
        sa.select(FormVersion.id)
        .join(Form, Form.id == FormVersion.form_id)
        .where(Form.key == STARTER, FormVersion.published_at.is_not(None))
        .order_by(FormVersion.number.desc())
        .limit(1)
        .scalar_subquery()
    )


def find_current_version() -> FormVersion | None:
    """The newest published version of the form every youth needs."""
    return db.session().scalar(sa.select(FormVersion).where(FormVersion.id == _current_version()))


def questions_of(version_id: int) -> list[Question]:
    """The sections of a version in order, with their words in every language. One statement."""
    rows = db.session().execute(
        sa.select(Section, SectionText)
        .join(SectionText, SectionText.section_id == Section.id)
        .where(Section.version_id == version_id)
        .order_by(Section.position, SectionText.language)
    )
    sections: dict[int, tuple[Section, dict[str, Words]]] = {}
    for section, text in rows:
        words = Words(**{name: getattr(text, name) for name in TEXTS}, sha256=text.sha256, more=text.more or {})
        sections.setdefault(section.id, (section, {}))[1][text.language] = words
    return [
        Question(
            section.id, section.key, section.position, section.kind, section.required, words,
            settings_of(section.settings or {}),
        )
        for section, words in sections.values()
    ]  # fmt: skip


# ---- agreement to screens ----


def find_disclosure(person_id: int) -> Disclosure | None:
    """What a person said to signing on a screen in the words of today; None when nothing yet."""
    statement = sa.select(Disclosure).where(Disclosure.person_id == person_id, Disclosure.version == DISCLOSURE)
    return db.session().scalar(statement)


# ---- one request ----


@dataclass(frozen=True)
class Case:
    """A request with everybody and everything it speaks of. `draft` holds the answers kept so far."""

    request: ConsentRequest
    youth: Person
    guardian: Person
    season: Season
    program: Program
    form: Form
    version: FormVersion
    newest_version_id: int

    @property
    def is_outdated(self) -> bool:
        """Whether a newer version of the form was published since."""
        return self.newest_version_id != self.version.id

    @property
    def draft(self) -> dict[str, dict[str, Any]]:
        """The answers kept so far, by section."""
        sealed = self.request.unseal("draft_sealed")
        return json.loads(sealed) if sealed else {}


def get_own_request_for(actor: Actor, permission: P, request_id: int, on: date) -> Case:
    """A request addressed to the actor about a child within reach. Raises `NotFound`. One statement."""
    return _case(
        ConsentRequest.id == request_id,
        ConsentRequest.guardian_id == actor.person_id,
        within(actor, permission, ConsentRequest.youth_id, on),
    )


def get_request_for(actor: Actor, permission: P, request_id: int, on: date) -> Case:
    """A request about a youth within reach; of guardians only their own. Raises `NotFound`. One statement."""
    return _case(ConsentRequest.id == request_id, requests_within(actor, permission, on))


def requests_within(actor: Actor, permission: P, on: date) -> sa.ColumnElement[bool]:
    """The condition on `ConsentRequest` that a request is within reach.

    What one guardian answered, from where, and whom that guardian named is not the other guardian's to read: being
    a guardian reaches the own requests. Any other reach is to the youth, and so to all of them.
    """
    others = tuple(grant for grant in actor.grants.get(permission, ()) if grant.reach is not Reach.OWN_CHILDREN)
    youth_id = ConsentRequest.youth_id
    own = sa.and_(ConsentRequest.guardian_id == (actor.person_id or 0), within(actor, permission, youth_id, on))
    return sa.or_(own, within(replace(actor, grants={permission: others}), permission, youth_id, on))


def get_request(request_id: int) -> Case:
    """A request by its key, for the system's own work. Raises `NotFound`."""
    return _case(ConsentRequest.id == request_id)


def list_sitting(actor: Actor, permission: P, request: ConsentRequest, on: date) -> list[Case]:
    """The requests a guardian goes through in one sitting with this one, as they were asked. One statement.

    Of an open request all that wait for the same guardian about children within reach; of a signed one those that
    were signed in the same act.
    """
    act = request.signed_with_id or request.id
    together: sa.ColumnElement[bool]
    if request.state in rules.OPEN_STATES:
        together = ConsentRequest.state.in_(rules.OPEN_STATES)
    else:
        together = sa.or_(ConsentRequest.id == act, ConsentRequest.signed_with_id == act)
    return list_cases(
        sa.or_(ConsentRequest.id == request.id, together),
        ConsentRequest.guardian_id == actor.person_id,
        within(actor, permission, ConsentRequest.youth_id, on),
    )


def list_waiting(actor: Actor, permission: P, on: date) -> list[Case]:
    """Every request that waits for the actor about children within reach, as they were asked. One statement."""
    return list_cases(
        ConsentRequest.state.in_(rules.OPEN_STATES),
        ConsentRequest.guardian_id == actor.person_id,
        within(actor, permission, ConsentRequest.youth_id, on),
    )


def _case(*conditions: sa.ColumnElement[bool]) -> Case:
    found = list_cases(*conditions, limit=1)
    if not found:
        raise NotFound
    return found[0]


def list_cases(*conditions: sa.ColumnElement[bool], limit: int | None = None) -> list[Case]:
    """Requests with everybody and everything they speak of, oldest first. One statement."""
    return [Case(*row) for row in db.session().execute(_cases().where(*conditions).limit(limit))]


@cache
def _cases() -> sa.Select[Any]:
    guardian, newer = db.another(Person, "consent.queries.guardian"), db.another(FormVersion, "consent.queries.newer")
    newest = (
        sa.select(newer.id)
        .where(newer.form_id == FormVersion.form_id, newer.published_at.is_not(None))
        .order_by(newer.number.desc())
        .limit(1)
        .correlate(FormVersion)
        .scalar_subquery()
    )
    return (
        sa.select(ConsentRequest, Person, guardian, Season, Program, Form, FormVersion, newest)
        .join(Person, Person.id == ConsentRequest.youth_id)
        .join(guardian, guardian.id == ConsentRequest.guardian_id)
        .join(Season, Season.id == ConsentRequest.season_id)
        .join(Program, Program.id == Season.program_id)
        .join(FormVersion, FormVersion.id == ConsentRequest.form_version_id)
        .join(Form, Form.id == FormVersion.form_id)
        .order_by(ConsentRequest.id)
    )


def is_second_guardian(request: ConsentRequest) -> bool:
    """Whether the request goes to a second guardian: not first in rank, or another one was asked before. One statement."""
    other = db.another(ConsentRequest, "consent.queries.other")
    earlier = sa.exists().where(
        other.youth_id == request.youth_id,
        other.season_id == request.season_id,
        other.guardian_id != request.guardian_id,
        other.id < request.id,
        other.state != RequestState.CANCELED,
    )
    lower = sa.exists().where(
        Guardianship.youth_id == request.youth_id,
        Guardianship.guardian_id == request.guardian_id,
        Guardianship.ended_on.is_(None),
        Guardianship.rank > 1,
    )
    return bool(db.session().scalar(sa.select(sa.or_(earlier, lower))))


def event_day(request: ConsentRequest) -> date | None:
    """The day of the one gathering a slip is for; None for a season's form."""
    gathering = request.gathering_id and db.session().get(Gathering, request.gathering_id)
    return clock.day_of(gathering.starts_at) if gathering else None


def parts_of(request_id: int) -> dict[int, ConsentPart]:
    """What others than the guardian were asked or answered in a request, by section."""
    rows = db.session().scalars(sa.select(ConsentPart).where(ConsentPart.request_id == request_id))
    return {row.section_id: row for row in rows}


def uploads_of(request_id: int) -> Sequence[ConsentUpload]:
    """The files of a request that stand: given with an answer and not replaced. Oldest first."""
    statement = sa.select(ConsentUpload).where(
        ConsentUpload.request_id == request_id,
        ConsentUpload.section_id.is_not(None),
        ConsentUpload.ended_at.is_(None),
    )
    return db.session().scalars(statement.order_by(ConsentUpload.id)).all()


def get_upload(request_id: int, upload_id: int) -> ConsentUpload:
    """One file of a request. Raises `NotFound`."""
    found = db.session().get(ConsentUpload, upload_id)
    if found is None or found.request_id != request_id:
        raise NotFound
    return found


def get_part(part_id: int) -> tuple[ConsentPart, Case]:
    """Somebody else's part with its request, for the link that was made for it. Raises `NotFound`."""
    part = db.session().get(ConsentPart, part_id)
    if part is None:
        raise NotFound
    return part, get_request(part.request_id)


def events_of(request_id: int) -> Sequence[ConsentEvent]:
    """What happened to a request, in order."""
    statement = sa.select(ConsentEvent).where(ConsentEvent.request_id == request_id)
    return db.session().scalars(statement.order_by(ConsentEvent.at, ConsentEvent.id)).all()


def document_of(request: ConsentRequest) -> Document:
    """The sealed record of a signed request. Raises `NotFound` when it is not signed, or purged."""
    if request.purged_at is not None:
        raise NotFound
    document = request.document_id and db.session().get(Document, request.document_id)
    if not document:
        raise NotFound
    return document


def withdrawals_of(request_id: int) -> list[tuple[ConsentWithdrawal, Document]]:
    """What was taken back of a request, oldest first, each with its sealed record. One statement."""
    statement = (
        sa.select(ConsentWithdrawal, Document)
        .join(Document, Document.id == ConsentWithdrawal.document_id)
        .where(ConsentWithdrawal.request_id == request_id)
        .order_by(ConsentWithdrawal.at, ConsentWithdrawal.id)
    )
    return [(row, document) for row, document in db.session().execute(statement)]


def pickup_names_of(request_id: int) -> list[str]:
    """The names a request put on the pick-up list that stand on it still."""
    statement = sa.select(PickupPerson.name).where(
        PickupPerson.request_id == request_id, PickupPerson.ended_at.is_(None)
    )
    return list(db.session().scalars(statement.order_by(PickupPerson.id)))


def decisions_of(request_id: int) -> Sequence[ConsentDecision]:
    """The decisions of a request, in the order of its sections."""
    statement = (
        sa.select(ConsentDecision)
        .join(Section, Section.id == ConsentDecision.section_id)
        .where(ConsentDecision.request_id == request_id)
        .order_by(Section.position, ConsentDecision.id)
    )
    return db.session().scalars(statement).all()


def keys_given(request: ConsentRequest, on: date) -> set[str]:
    """The sections this guardian has given already and that hold on a day, of the same season or the same gathering."""
    table, asked = ConsentDecision, ConsentRequest
    rows = db.session().execute(
        sa.select(table)
        .join(asked, asked.id == table.request_id)
        .where(
            table.youth_id == request.youth_id,
            table.guardian_id == request.guardian_id,
            table.season_id == request.season_id,
            asked.gathering_id.is_(None)
            if request.gathering_id is None
            else asked.gathering_id == request.gathering_id,
        )
        .order_by(table.decided_at, table.id)
    )
    latest = {row.section_key: row for (row,) in rows}
    return {key for key, row in latest.items() if _holds(row, on)}


def _holds(row: ConsentDecision, on: date) -> bool:
    return (
        row.decision is Decision.GIVEN
        and row.withdrawn_at is None
        and (row.ended_on is None or row.ended_on > on)
        and (row.valid_until_on is None or row.valid_until_on >= on)
    )


@dataclass(frozen=True)
class Next:
    """What comes next for a youth: the group, who leads it, and its next meeting."""

    group: str | None = None
    coach: str | None = None
    title: str | None = None
    starts_at: datetime | None = None
    place: str | None = None


def next_for(youth_id: int, season_id: int, now: datetime) -> Next:
    """The youth's group of the season, its leader and its next meeting. Three statements at most."""
    groups = programs.groups_of([youth_id], season_id).get(youth_id)
    if not groups:
        return Next()
    group_id, name = groups[0]
    coach = db.session().scalar(
        sa.select(Person)
        .join(GroupStaff, GroupStaff.person_id == Person.id)
        .where(
            GroupStaff.group_id == group_id,
            GroupStaff.role.in_((StaffRole.HEAD_COACH, StaffRole.MENTOR, StaffRole.LEADER)),
            programs.during(GroupStaff.from_on, GroupStaff.until_on, clock.day_of(now)),
        )
        .order_by(GroupStaff.id)
        .limit(1)
    )
    meeting = db.session().scalar(
        sa.select(Gathering)
        .where(Gathering.group_id == group_id, Gathering.starts_at >= now, Gathering.canceled_at.is_(None))
        .order_by(Gathering.starts_at)
        .limit(1)
    )
    coach_name = coach.name if coach else None
    if meeting is None:
        return Next(name, coach_name)
    return Next(name, coach_name, meeting.title, meeting.starts_at, meeting.place)


# ---- lists ----


def list_forms_of(actor: Actor, on: date) -> list[FormLine]:
    """A guardian's own forms: to answer first, then newest first. One statement."""
    rows = db.session().execute(
        sa.select(ConsentRequest, Person, Program)
        .join(Person, Person.id == ConsentRequest.youth_id)
        .join(Season, Season.id == ConsentRequest.season_id)
        .join(Program, Program.id == Season.program_id)
        .where(
            ConsentRequest.guardian_id == actor.person_id,
            ConsentRequest.state != RequestState.CANCELED,
            ConsentRequest.purged_at.is_(None),
            within(actor, P.CONSENT_SIGN, ConsentRequest.youth_id, on),
        )
        .order_by(ConsentRequest.signed_at.is_not(None), ConsentRequest.id.desc())
    )
    return [
        FormLine(
            request.id, youth.first_name, program.name, program.name_es, request.state,
            request.sent_at, request.signed_at, request.valid_until_on, request.awaited,
        )
        for request, youth, program in rows
    ]  # fmt: skip


def list_groups(actor: Actor, on: date, *, season_id: int | None = None) -> list[GroupProgress]:
    """Groups of seasons not over, within reach, with their progress. Five statements."""
    statement = (
        sa.select(Group, Season, Program)
        .join(Season, Season.id == Group.season_id)
        .join(Program, Program.id == Season.program_id)
        .where(programs.groups_within(actor, P.CONSENT_READ, on), Season.ends_on >= on)
        .order_by(Program.name, Season.starts_on, Group.folded_name, Group.id)
    )
    if season_id is not None:
        statement = statement.where(Season.id == season_id)
    rows = db.session().execute(statement).all()
    progress = team_progress([group.id for group, *_ in rows], on)
    return [
        GroupProgress(
            group.id, group.name, season.id, program.name, program.name_es, season.name, season.name_es,
            *progress[group.id],
        )
        for group, season, program in rows
    ]  # fmt: skip


def list_members(actor: Actor, group: Group, on: date) -> list[MemberConsent]:
    """The youth of a group within reach, missing first, with the guardian to call. Seven statements."""
    members = programs.members_of(group.id, on)
    readable = people.reachable(actor, P.CONSENT_READ, [member.youth_id for member in members], on)
    lines = lines_for(readable, group.season_id, on)
    guardians = people.guardians_of(people.reachable(actor, P.CONTACT_READ, readable, on), on)
    found = []
    for member in members:
        if member.youth_id in readable:
            deciding = [line for line in guardians.get(member.youth_id, []) if line.may_decide]
            line = lines[member.youth_id]
            found.append(
                MemberConsent(
                    member.youth_id, member.name, member.list_name, line, deciding[0] if deciding else None,
                    bounced=line.request_state is RequestState.BOUNCED,
                )
            )  # fmt: skip
    order = {"missing": 0, "expired": 0, "waiting": 1, "signed": 2}
    return sorted(found, key=lambda each: order[each.line.state])


def list_unmatched(actor: Actor, on: date) -> list[UnmatchedLine]:
    """Answers from contacts not on file that wait to be matched, within reach, oldest first. One statement."""
    rows = db.session().execute(
        sa.select(UnmatchedAnswer, Person, Program)
        .join(Season, Season.id == UnmatchedAnswer.season_id)
        .join(Program, Program.id == Season.program_id)
        .outerjoin(Person, Person.id == UnmatchedAnswer.youth_id)
        .where(UnmatchedAnswer.state == Matching.WAITING, unmatched_within(actor, P.CONSENT_MATCH, on))
        .order_by(UnmatchedAnswer.id)
        .limit(MOST_UNMATCHED)
    )
    return [
        UnmatchedLine(
            row.id, row.youth_id, youth.list_name if youth else None, program.name, program.name_es, row.received_at
        )
        for row, youth, program in rows
    ]


def unmatched_within(actor: Actor, permission: P, on: date) -> sa.ColumnElement[bool]:
    """The condition on `UnmatchedAnswer` (joined with `Season`) that it is within reach: by its youth, or, while none
    is known, by the season's program."""
    of_youth = within(actor, permission, sa.type_coerce(UnmatchedAnswer.youth_id, sa.BigInteger), on)
    of_program = programs.program_within(actor, permission, Season.program_id)
    known = UnmatchedAnswer.youth_id.is_not(None)
    return sa.or_(sa.and_(known, of_youth), sa.and_(~known, of_program))


def open_requests(youth_ids: Collection[int], season_id: int) -> Sequence[ConsentRequest]:
    """Requests of a season that wait for an answer; slips for one gathering are not among them."""
    statement = sa.select(ConsentRequest).where(
        ConsentRequest.gathering_id.is_(None),
        ConsentRequest.youth_id.in_(youth_ids),
        ConsentRequest.season_id == season_id,
        ConsentRequest.state.in_(rules.OPEN_STATES),
    )
    return db.session().scalars(statement.order_by(ConsentRequest.id)).all()


def requests_waiting_for(
    guardian_id: int, youth_ids: Collection[int], season_id: int | None = None
) -> Sequence[ConsentRequest]:
    """Requests about some youth that wait for a guardian, as they were asked."""
    statement = sa.select(ConsentRequest).where(
        ConsentRequest.guardian_id == guardian_id,
        ConsentRequest.youth_id.in_(youth_ids),
        ConsentRequest.state.in_(rules.OPEN_STATES),
    )
    if season_id is not None:
        statement = statement.where(ConsentRequest.season_id == season_id)
    return db.session().scalars(statement.order_by(ConsentRequest.id)).all()


def open_requests_of(youth_id: int, guardian_id: int) -> Sequence[ConsentRequest]:
    """Every request about a youth that waits for one guardian."""
    statement = sa.select(ConsentRequest).where(
        ConsentRequest.youth_id == youth_id,
        ConsentRequest.guardian_id == guardian_id,
        ConsentRequest.state.in_(rules.OPEN_STATES),
    )
    return db.session().scalars(statement.order_by(ConsentRequest.id)).all()
