"""Reading concerns, as far as somebody may; whom one may tick who raises one; who is named to read them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time

import sqlalchemy as sa

from youthprog.access.models import Account, Assignment, RoleGrant
from youthprog.access.types import Role
from youthprog.audit.queries import confidential_reads
from youthprog.concerns import rules
from youthprog.concerns.models import Concern, ConcernEntry
from youthprog.concerns.types import (
    ConcernLine,
    ConcernPage,
    Entry,
    EntryLine,
    Offered,
    Reader,
    Readers,
    Somebody,
)
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P, Reach
from youthprog.core.reach import within
from youthprog.core.refusals import NotFound
from youthprog.outreach.models import Message
from youthprog.outreach.types import CONFIDENTIAL, Delivery
from youthprog.people.models import Guardianship, Person
from youthprog.people.queries import is_current
from youthprog.people.types import PersonKind

PAGE = 50
MOST_YOUTH = 40  # more than these nobody looks through on a phone: one writes the name instead
MOST_ADULTS = 60

# ---- who reads concerns ----


def readers(on: date) -> Readers:
    """Everybody who is told of concerns on a day, each with an open account. One statement."""
    roles = (Role.SAFEGUARDING, Role.SAFEGUARDING_FURTHER, Role.ADMIN)
    rows = db.session().execute(
        sa.select(RoleGrant.role, Account.email, Person)
        .join(Account, Account.id == RoleGrant.account_id)
        .join(Person, Person.id == Account.person_id)
        .where(RoleGrant.role.in_(roles), Account.closed_at.is_(None), _during(RoleGrant, on))
        .order_by(Person.folded_name, Person.id)
    )
    found: dict[Role, dict[int, Reader]] = {role: {} for role in roles}
    for role, email, person in rows:
        found[role][person.id] = Reader(person.id, person.name, email, person.language)
    first, further, admins = (found[role] for role in roles)
    return Readers(
        tuple(first.values()),
        tuple(each for each in further.values() if each.person_id not in first),
        tuple(admins.values()),
    )


def accounts_of(emails: Iterable[str]) -> dict[str, Account]:
    """Open accounts by address. One statement."""
    rows = db.session().scalars(sa.select(Account).where(Account.email.in_(list(emails)), Account.closed_at.is_(None)))
    return {account.email: account for account in rows}


def lost_letters() -> int:
    """How many letters about concerns could not be delivered."""
    lost = (Delivery.FAILED, Delivery.BOUNCED)
    statement = sa.select(sa.func.count()).where(Message.kind == CONFIDENTIAL, Message.delivery.in_(lost))
    return db.session().scalar(statement) or 0


# ---- whom one may tick ----


def offered_to(actor: Actor, named: Readers, on: date) -> Offered:
    """Whom somebody who raises a concern can tick. At most three statements.

    Young people within reach, unless they are too many to look through. Adults: for one's own child, or oneself, all
    who work with them; for a leader, those who lead the same groups; for everybody, those who would read the concern,
    so that it can be kept from each of them.
    """
    youth = _youth_of(actor, on)
    adults = {each.person_id: each.name for each in (*named.first, *named.further)}
    if youth:
        adults |= _adults_near(actor, [each.person_id for each in youth], on)
    adults.pop(actor.person_id or 0, None)
    listed = sorted(adults.items(), key=lambda pair: (pair[1], pair[0]))
    return Offered(tuple(youth), tuple(Somebody(*pair) for pair in listed[:MOST_ADULTS]))


def _youth_of(actor: Actor, on: date) -> list[Somebody]:
    if not actor.may(P.CONCERN_RAISE):
        return []
    statement = sa.select(Person).where(
        Person.kind == PersonKind.YOUTH,
        Person.merged_into_id.is_(None),
        within(actor, P.CONCERN_RAISE, Person.id, on),
    )
    rows = db.session().scalars(statement.order_by(Person.folded_name, Person.id).limit(MOST_YOUTH + 1)).all()
    if len(rows) > MOST_YOUTH:
        return []
    by_first_name = (
        actor.kind == "link"
    )  # whoever holds a link knows the child; others who open it learn no family name
    return [Somebody(person.id, person.first_name if by_first_name else person.name) for person in rows]


def _adults_near(actor: Actor, youth_ids: Collection[int], on: date) -> dict[int, str]:
    own_groups = sa.select(Assignment.source).where(Assignment.adult_id == actor.person_id, _during(Assignment, on))
    near = sa.or_(
        Assignment.youth_id.in_(own_youth(actor.person_id or 0, youth_ids, on)),
        Assignment.source.in_(own_groups) if actor.reaches(P.CONCERN_RAISE, Reach.ASSIGNED) else sa.false(),
    )
    rows = db.session().scalars(
        sa.select(Person)
        .distinct()
        .join(Assignment, Assignment.adult_id == Person.id)
        .where(Assignment.youth_id.in_(youth_ids), _during(Assignment, on), near)
    )
    return {person.id: person.name for person in rows}


def own_youth(person_id: int, youth_ids: Collection[int], on: date) -> list[int]:
    """Those of the youth for whom somebody speaks: oneself, or the child one is a guardian of. One statement."""
    bonds = sa.select(Guardianship.youth_id).where(
        Guardianship.guardian_id == person_id,
        Guardianship.youth_id.in_(youth_ids),
        is_current(Guardianship.ended_on, on),
    )
    return [*(each for each in youth_ids if each == person_id), *db.session().scalars(bonds)]


def all_own_youth(person_id: int, on: date) -> list[int]:
    """Everybody for whom somebody speaks: oneself and the children one is a guardian of. One statement."""
    bonds = sa.select(Guardianship.youth_id).where(
        Guardianship.guardian_id == person_id, is_current(Guardianship.ended_on, on)
    )
    return [person_id, *db.session().scalars(bonds)]


def bonds_between(adult_ids: Collection[int], youth_ids: Collection[int], on: date) -> list[tuple[int, int]]:
    """Which of these adults work with which of these youth, as (adult, youth). One statement."""
    if not adult_ids or not youth_ids:
        return []
    rows = db.session().execute(
        sa.select(Assignment.adult_id, Assignment.youth_id)
        .distinct()
        .where(Assignment.adult_id.in_(adult_ids), Assignment.youth_id.in_(youth_ids), _during(Assignment, on))
        .order_by(Assignment.adult_id, Assignment.youth_id)
    )
    return [(adult_id, youth_id) for adult_id, youth_id in rows]


def stopped_pairs(adult_ids: Collection[int], youth_ids: Collection[int]) -> set[tuple[int, int]]:
    """The (mentor, youth) whose mentoring a concern keeps still, of these. One statement.

    What was said last of a pair holds; a stop ends only when somebody who reads concerns lifts it.
    """
    rows = db.session().execute(
        sa.select(ConcernEntry.person_id, ConcernEntry.youth_id, ConcernEntry.kind)
        .where(
            ConcernEntry.kind.in_((Entry.STOPPED, Entry.LIFTED)),
            ConcernEntry.person_id.in_(adult_ids),
            ConcernEntry.youth_id.in_(youth_ids),
        )
        .order_by(ConcernEntry.id)
    )
    last = {(adult_id or 0, youth_id or 0): kind for adult_id, youth_id, kind in rows}
    return {pair for pair, kind in last.items() if kind is Entry.STOPPED}


# ---- concerns ----


def find_raised(client_id: str) -> Concern | None:
    """The concern a form made the first time it was sent."""
    return db.session().scalar(sa.select(Concern).where(Concern.client_id == client_id))


def received_from(person_id: int) -> list[datetime]:
    """When somebody raised concerns, newest first. Nothing else of them is shown to whoever raised them."""
    raised = sa.select(ConcernEntry.concern_id).where(
        ConcernEntry.kind == Entry.RAISED, ConcernEntry.person_id == person_id
    )
    return list(
        db.session().scalars(
            sa.select(Concern.raised_at).where(Concern.id.in_(raised)).order_by(Concern.raised_at.desc()).limit(PAGE)
        )
    )


def get_concern_for(actor: Actor, permission: P, concern_id: int, on: date) -> Concern:
    """A concern that the actor may read. Raises `NotFound`, also for whoever it is about."""
    concern = db.session().scalar(sa.select(Concern).where(Concern.id == concern_id, _within(actor, permission, on)))
    if concern is None:
        raise NotFound
    return concern


def _within(actor: Actor, permission: P, on: date) -> sa.ColumnElement[bool]:
    """Concerns are read everywhere or not at all; never by whom they are about, nor by whom a court keeps from the youth."""
    if not actor.everywhere(permission) or actor.person_id is None:
        return sa.false()
    entry = ConcernEntry
    about_oneself = sa.exists().where(
        entry.concern_id == Concern.id, entry.kind == Entry.ABOUT_ADULT, entry.person_id == actor.person_id
    )
    youth_id = sa.type_coerce(entry.person_id, sa.BigInteger)
    kept_from = sa.exists().where(
        entry.concern_id == Concern.id, entry.kind == Entry.ABOUT_YOUTH, ~within(actor, permission, youth_id, on)
    )
    return sa.and_(~about_oneself, ~kept_from)


def _has(*kinds: Entry) -> sa.ColumnElement[bool]:
    return sa.exists().where(ConcernEntry.concern_id == Concern.id, ConcernEntry.kind.in_(kinds))


def list_concerns(
    actor: Actor, on: date, now: datetime, *, answered: bool, before: int | None = None, limit: int = PAGE
) -> list[ConcernLine]:
    """Concerns the actor may read, that somebody answers for or not, newest first, below a key. Three statements."""
    has_answer = _has(Entry.ACKNOWLEDGED, Entry.OUTCOME)
    statement = sa.select(Concern).where(
        _within(actor, P.CONCERN_READ, on), has_answer if answered else sa.not_(has_answer)
    )
    if before is not None:
        statement = statement.where(Concern.id < before)
    rows = db.session().scalars(statement.order_by(Concern.id.desc()).limit(limit)).all()
    entries = entries_of([row.id for row in rows])
    names = _names(entry for lines in entries.values() for entry in lines)
    return [_line(row, entries.get(row.id, []), names, now) for row in rows]


def unanswered(now: datetime) -> list[Concern]:
    """Every concern nobody answers for yet, oldest first, for the worker."""
    statement = sa.select(Concern).where(Concern.raised_at <= now, ~_has(Entry.ACKNOWLEDGED, Entry.OUTCOME))
    return list(db.session().scalars(statement.order_by(Concern.id)))


def with_words_before(first_kept: date) -> list[Concern]:
    """Concerns with an outcome whose words are there still and whose last line is from before a day, oldest first."""
    begins = datetime.combine(first_kept, time(), clock.zone())
    later = sa.exists().where(ConcernEntry.concern_id == Concern.id, ConcernEntry.at >= begins)
    said = sa.exists().where(ConcernEntry.concern_id == Concern.id, ConcernEntry.words_sealed.is_not(None))
    words = sa.or_(Concern.words_sealed.is_not(None), Concern.who_sealed.is_not(None), said)
    statement = sa.select(Concern).where(_has(Entry.OUTCOME), ~later, words)
    return list(db.session().scalars(statement.order_by(Concern.id)))


def entries_of(concern_ids: Collection[int]) -> dict[int, list[ConcernEntry]]:
    """The lines of concerns in the order they were written. One statement."""
    found: dict[int, list[ConcernEntry]] = {}
    rows = db.session().scalars(
        sa.select(ConcernEntry).where(ConcernEntry.concern_id.in_(concern_ids)).order_by(ConcernEntry.id)
    )
    for row in rows:
        found.setdefault(row.concern_id, []).append(row)
    return found


def entries_naming(person_id: int, kinds: Collection[Entry]) -> Sequence[ConcernEntry]:
    """The lines of some kinds that name somebody."""
    named = sa.or_(ConcernEntry.person_id == person_id, ConcernEntry.youth_id == person_id)
    statement = sa.select(ConcernEntry).where(named, ConcernEntry.kind.in_(kinds))
    return db.session().scalars(statement.order_by(ConcernEntry.id)).all()


def named_in(entries: Iterable[ConcernEntry], kind: Entry) -> list[int]:
    """The keys of the people whom lines of a kind name."""
    return [each.person_id for each in entries if each.kind is kind and each.person_id is not None]


def page_of(concern: Concern, on: date, now: datetime) -> ConcernPage:
    """Everything its page shows, opened. Five statements."""
    entries = entries_of([concern.id]).get(concern.id, [])
    names = _names(entries)
    lines = [_entry(each, names) for each in entries]
    adults, youth = named_in(entries, Entry.ABOUT_ADULT), named_in(entries, Entry.ABOUT_YOUTH)
    held = {(each.person_id or 0, each.youth_id or 0) for each in entries if each.kind is Entry.STOPPED}
    still = stopped_pairs([adult for adult, _child in held], [child for _adult, child in held]) if held else set()
    free = [pair for pair in bonds_between(adults, youth, on) if pair not in still]
    return ConcernPage(
        line=_line(concern, entries, names, now),
        who=concern.unseal("who_sealed") or "",
        words=concern.unseal("words_sealed") or "",
        youth=_distinct(names.get(each, "") for each in youth),
        adults=_distinct(names.get(each, "") for each in adults),
        entries=tuple(lines),
        stopped=tuple(
            {
                (line.person_id, line.youth_id): line
                for line in lines
                if line.kind is Entry.STOPPED and (line.person_id, line.youth_id) in still
            }.values()
        ),
        pairs=tuple((Somebody(adult, names[adult]), Somebody(child, names[child])) for adult, child in free),
        opened=tuple(confidential_reads(concern.id)),
    )


def _line(concern: Concern, entries: Sequence[ConcernEntry], names: dict[int, str], now: datetime) -> ConcernLine:
    state = rules.state_of({each.kind for each in entries})
    answer = next((each for each in entries if each.kind is Entry.ACKNOWLEDGED), None)
    about = (*named_in(entries, Entry.ABOUT_YOUTH), *named_in(entries, Entry.ABOUT_ADULT))
    return ConcernLine(
        concern_id=concern.id,
        raised_at=concern.raised_at,
        danger=concern.danger,
        state=state,
        raised_by=", ".join(_distinct(names.get(each, "") for each in named_in(entries, Entry.RAISED))),
        about=_distinct(names.get(each, "") for each in about),
        is_overdue=rules.is_overdue(concern.raised_at, state, now),
        acknowledged_by=names.get(answer.by_id or 0, "") if answer else "",
        acknowledged_at=answer.at if answer else None,
    )


def _entry(row: ConcernEntry, names: dict[int, str]) -> EntryLine:
    return EntryLine(
        kind=row.kind,
        at=row.at,
        by=names.get(row.by_id or 0, ""),
        name=names.get(row.person_id or 0, ""),
        youth=names.get(row.youth_id or 0, ""),
        words=row.unseal("words_sealed") or "",
        person_id=row.person_id,
        youth_id=row.youth_id,
    )


def _names(entries: Iterable[ConcernEntry]) -> dict[int, str]:
    keys = {key for each in entries for key in (each.person_id, each.youth_id, each.by_id) if key is not None}
    rows = db.session().scalars(sa.select(Person).where(Person.id.in_(keys)))
    return {person.id: person.name for person in rows}


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def _during(row: type[RoleGrant] | type[Assignment], on: date) -> sa.ColumnElement[bool]:
    return sa.and_(row.from_on <= on, sa.or_(row.until_on.is_(None), row.until_on >= on))
