"""Verbs of the concerns room. They never commit. Each adds rows and none changes one.

The audit line of a raised concern is the system's and names nobody: who raised it, and about whom, is in the concern
alone. What those who read it do is theirs by name, and stands in no list of the trail.
"""

import logging
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

import sqlalchemy as sa
from flask import current_app

from youthprog.access.models import Account
from youthprog.access.services import end_links, grant_role, issue_link, take_role
from youthprog.access.types import LinkPurpose, Role
from youthprog.audit.services import record
from youthprog.audit.types import CONFIDENTIAL
from youthprog.concerns import queries, rules
from youthprog.concerns.models import Concern, ConcernEntry
from youthprog.concerns.types import ContactStopped, Entry, Raised, Reader, State, Telling
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.events import publish
from youthprog.core.refusals import NotFound, refuse_if
from youthprog.outreach import services as outreach
from youthprog.outreach.types import CONFIDENTIAL as LETTER
from youthprog.outreach.types import Recipient
from youthprog.people.models import Person
from youthprog.people.queries import restrictions_on
from youthprog.people.types import PeopleMerged

log = logging.getLogger("youthprog")
LINK_DAYS = 365.0
FOLLOW = (Entry.RAISED, Entry.ABOUT_YOUTH, Entry.ABOUT_ADULT, Entry.STOPPED, Entry.LIFTED)

# ---- raising ----


def raise_concern(raised: Raised, *, by: Actor, now: datetime) -> Concern:
    """Keep a concern, tell those who read it, and stop a mentor's contact where the youth or a guardian says so.

    The same form again is the same concern. Nothing that can be sent is refused: the edge keeps what cannot be stored.
    """
    known = queries.find_raised(raised.client_id)
    if known is not None:
        lines = queries.entries_of([known.id]).get(known.id, [])
        if by.person_id in queries.named_in(lines, Entry.RAISED):
            return known
    client_id = raised.client_id if known is None else str(uuid4())
    concern = Concern(client_id=client_id, raised_at=now, danger=raised.danger)
    db.session().add(concern)
    db.flush()
    concern.seal("who_sealed", raised.who or None)
    concern.seal("words_sealed", raised.words or None)
    _add(concern, Entry.RAISED, now, person_id=by.person_id)
    for youth_id in raised.youth_ids:
        _add(concern, Entry.ABOUT_YOUTH, now, person_id=youth_id)
    for adult_id in raised.adult_ids:
        _add(concern, Entry.ABOUT_ADULT, now, person_id=adult_id)
    db.flush()
    for adult_id, youth_id in _flagged(raised, by.person_id, now):
        _stop(concern, adult_id, youth_id, by_id=by.person_id, now=now)
    _try_to_tell(concern, now)
    record("confidential.recorded", CONFIDENTIAL, concern.id, by=SYSTEM, now=now)
    return concern


def _flagged(raised: Raised, person_id: int | None, now: datetime) -> list[tuple[int, int]]:
    """The (adult, youth) whose contact stops at once: a youth spoke of an adult, or a guardian did for the child.

    Who ticks an adult and no child means each of one's own children that this adult works with.
    """
    if person_id is None or not raised.adult_ids:
        return []
    on = clock.day_of(now)
    mine = queries.own_youth(person_id, raised.youth_ids or queries.all_own_youth(person_id, on), on)
    return queries.bonds_between(raised.adult_ids, mine, on)


def _stop(concern: Concern, adult_id: int, youth_id: int, *, by_id: int | None, now: datetime) -> None:
    _add(concern, Entry.STOPPED, now, person_id=adult_id, youth_id=youth_id, by_id=by_id)
    db.flush()
    publish(ContactStopped(adult_id, youth_id, clock.day_of(now)))


def _add(
    concern: Concern,
    kind: Entry,
    now: datetime,
    *,
    person_id: int | None = None,
    youth_id: int | None = None,
    by_id: int | None = None,
    words: str = "",
) -> None:
    row = ConcernEntry(
        concern_id=concern.id, kind=kind, at=now, person_id=person_id, youth_id=youth_id, by_id=by_id
    )  # fmt: skip
    db.session().add(row)
    if words:
        db.flush()
        row.seal("words_sealed", words)


# ---- telling ----


def _try_to_tell(concern: Concern, now: datetime) -> None:
    """Write the letters; a letter that cannot be written does not keep a concern from being kept: the worker tries again."""
    try:
        with db.session().begin_nested():
            tell(concern, now=now)
    except Exception:
        log.exception("nobody could be told of a concern yet")


def tell(concern: Concern, *, now: datetime) -> Telling:
    """Write to whoever is to know of a concern by now and was not written to yet. Returns to whom it wrote.

    The letters say that there is something to read, and nothing of it. Each keeps a line.
    """
    _lock(concern)
    entries = _entries(concern)
    overdue = rules.is_overdue(concern.raised_at, rules.state_of({each.kind for each in entries}), now)
    told = {*queries.named_in(entries, Entry.TOLD), *queries.named_in(entries, Entry.ESCALATED)}
    telling = rules.whom_to_tell(
        queries.readers(clock.day_of(now)), _kept_out(entries, now), told, overdue=overdue
    )  # fmt: skip
    kind = Entry.ESCALATED if overdue else Entry.TOLD
    for letter, path, readers in (
        ("concerns/mail/readers", "/concerns", telling.readers),
        ("concerns/mail/admins", "/concerns/people", telling.admins),
    ):
        for each in readers:
            _write(letter, path, each, is_overdue=overdue, now=now)
            _add(concern, kind, now, person_id=each.person_id)
    db.flush()
    return telling


def _kept_out(entries: Sequence[ConcernEntry], now: datetime) -> set[int]:
    """Who is never written to of a concern: whom it is about, who raised it, whom a court keeps from a youth in it."""
    limits = restrictions_on(queries.named_in(entries, Entry.ABOUT_YOUTH), clock.day_of(now))
    restricted = {adult_id for (_youth_id, adult_id), what in limits.items() if "information" in what}
    return restricted | {*queries.named_in(entries, Entry.ABOUT_ADULT), *queries.named_in(entries, Entry.RAISED)}


def _write(letter: str, path: str, to: Reader, *, is_overdue: bool, now: datetime) -> None:
    link = str(current_app.config["YOUTHPROG"].public_url).rstrip("/") + path
    outreach.send(
        LETTER,
        letter,
        to=Recipient(to.name, to.email, to.language, to.person_id),
        subject_id=None,
        values={"name": to.name, "link": link, "is_overdue": is_overdue},
        by=SYSTEM,
        now=now,
    )


def tell_who_waits(now: datetime) -> Iterator[int]:
    """Every few minutes: write to people named since, and a day after a concern nobody answers for to the further ones.

    Yields the concerns somebody was told of; the worker commits after each.
    """
    for concern in queries.unanswered(now):
        telling = tell(concern, now=now)
        if telling.readers or telling.admins:
            yield concern.id


# ---- after its time ----


def forget_words(now: datetime, days: int, held: Collection[int]) -> Iterator[int]:
    """Remove what was written in concerns whose last line is older than so many days. Yields each one's key.

    Only where an outcome is recorded, no mentor is kept away by it any more, and nobody it is about is among the `held`.
    The lines stay, without their words: that there was a concern, about whom, and who did what when.
    """
    for concern in queries.with_words_before(clock.day_of(now) - timedelta(days=days)):
        entries = _entries(concern)
        youth = {*queries.named_in(entries, Entry.ABOUT_YOUTH), *(each.youth_id for each in entries if each.youth_id)}
        adults = queries.named_in(entries, Entry.STOPPED)
        if rules.state_of({each.kind for each in entries}) is not State.SETTLED or youth & set(held):
            continue
        if adults and queries.stopped_pairs(adults, youth):
            continue
        for model, of in ((Concern, "id"), (ConcernEntry, "concern_id")):
            table = db.table(model)
            gone = dict.fromkeys(model.SEALED)
            db.session().execute(sa.update(table).where(table.c[of] == concern.id).values(gone))
        db.session().expire_all()
        record("confidential.words_removed", CONFIDENTIAL, concern.id, by=SYSTEM, now=now)
        yield concern.id


# ---- by those who read it ----


def acknowledge(concern: Concern, *, by: Actor, now: datetime) -> None:
    """Say that one answers for a concern, by name. Raises `Refused` when somebody does already."""
    refuse_if(rules.refusals_to_acknowledge(_kinds(concern)))
    _do(concern, Entry.ACKNOWLEDGED, by=by, now=now)


def add_note(concern: Concern, words: str, *, by: Actor, now: datetime) -> None:
    """Add what was done or found. Raises `Refused`."""
    refuse_if(rules.refusals_to_add(_kinds(concern), Entry.NOTE, words))
    _do(concern, Entry.NOTE, by=by, now=now, words=words)


def record_outcome(concern: Concern, words: str, *, by: Actor, now: datetime) -> None:
    """Add how it ended. Notes may follow. Raises `Refused`."""
    refuse_if(rules.refusals_to_add(_kinds(concern), Entry.OUTCOME, words))
    _do(concern, Entry.OUTCOME, by=by, now=now, words=words)


def stop_contact(concern: Concern, adult_id: int, youth_id: int, *, by: Actor, now: datetime) -> None:
    """Stop the mentoring between an adult and a youth whom a concern is about. Raises `NotFound` for others."""
    entries = _entries(concern)
    about = queries.named_in(entries, Entry.ABOUT_ADULT), queries.named_in(entries, Entry.ABOUT_YOUTH)
    if adult_id not in about[0] or youth_id not in about[1]:
        raise NotFound
    _stop(concern, adult_id, youth_id, by_id=by.person_id, now=now)
    record("confidential.recorded", CONFIDENTIAL, concern.id, by=by, now=now)


def lift_contact(concern: Concern, adult_id: int, youth_id: int, *, by: Actor, now: datetime) -> None:
    """Let a mentoring go on that this concern stopped; a coordinator then starts it. Raises `NotFound` for others."""
    held = [(each.person_id, each.youth_id) for each in _entries(concern) if each.kind is Entry.STOPPED]
    if (adult_id, youth_id) not in held:
        raise NotFound
    _do(concern, Entry.LIFTED, by=by, now=now, person_id=adult_id, youth_id=youth_id)


def keep_from(concern: Concern, adult_id: int, *, by: Actor, now: datetime) -> None:
    """Note that a concern is about one more of those who read concerns: from now on this one reads it no longer.

    Raises `NotFound` for anybody who does not read concerns.
    """
    named = queries.readers(clock.day_of(now))
    if adult_id not in {each.person_id for each in (*named.first, *named.further)} - {by.person_id}:
        raise NotFound
    _do(concern, Entry.ABOUT_ADULT, by=by, now=now, person_id=adult_id)
    tell(concern, now=now)


def _do(
    concern: Concern,
    kind: Entry,
    *,
    by: Actor,
    now: datetime,
    words: str = "",
    person_id: int | None = None,
    youth_id: int | None = None,
) -> None:
    _add(concern, kind, now, person_id=person_id, youth_id=youth_id, by_id=by.person_id, words=words)
    db.flush()
    record("confidential.recorded", CONFIDENTIAL, concern.id, by=by, now=now)


def _lock(concern: Concern) -> None:
    """Let one deed at a time go on for a concern. No row of it changes."""
    db.flush()
    table = db.table(Concern)
    db.session().execute(sa.select(table.c.id).where(table.c.id == concern.id).with_for_update(key_share=True))


def _entries(concern: Concern) -> list[ConcernEntry]:
    return queries.entries_of([concern.id]).get(concern.id, [])


def _kinds(concern: Concern) -> set[Entry]:
    """The kinds of its lines, as nobody else can add to them before the commit."""
    _lock(concern)
    return {each.kind for each in _entries(concern)}


# ---- who reads concerns ----


def name_readers(first: Sequence[str], further: Sequence[str], *, by: Actor, now: datetime) -> None:
    """Name who reads concerns, by the addresses of their accounts; who is named no longer reads none from now on.

    Raises `Refused` with fewer than two, for an address without an account, and for one's own account.
    """
    accounts = queries.accounts_of({*first, *further})
    wanted = {Role.SAFEGUARDING: dict.fromkeys(first), Role.SAFEGUARDING_FURTHER: dict.fromkeys(further)}
    known = [accounts[email].id for email in wanted[Role.SAFEGUARDING] if email in accounts]
    unknown = [email for email in dict.fromkeys([*first, *further]) if email not in accounts]
    refuse_if(rules.refusals_to_name(known, unknown))
    on = clock.day_of(now)
    named = queries.readers(on)
    for role, before in ((Role.SAFEGUARDING, named.first), (Role.SAFEGUARDING_FURTHER, named.further)):
        _set_holders(role, [accounts[email] for email in wanted[role]], before, by=by, now=now)


def _set_holders(
    role: Role, wanted: Collection[Account], before: Collection[Reader], *, by: Actor, now: datetime
) -> None:
    held = {each.email for each in before}
    for account in wanted:
        if account.email not in held:
            grant_role(account, role, by=by, now=now)
    gone = held - {account.email for account in wanted}
    for account in queries.accounts_of(gone).values():
        take_role(account, role, by=by, now=now)


# ---- a youth's own link ----


def give_link(youth: Person, *, by: Actor, now: datetime) -> tuple[str, datetime]:
    """Make the link by which a youth raises a concern without an account, and reaches nothing else; an older one ends.

    Returns the token, which is not kept, and until when it opens.
    """
    end_links(LinkPurpose.CONCERN, youth.id, now=now)
    _link_id, token = issue_link(LinkPurpose.CONCERN, youth.id, youth.id, days=LINK_DAYS, now=now)
    record("concern_link.made", "person", youth.id, by=by, now=now)
    return token, now + timedelta(days=LINK_DAYS)


# ---- keeping order ----


def follow_merge(event: PeopleMerged) -> None:
    """Let a concern name the kept record too: as further lines, since none is ever changed."""
    for row in queries.entries_naming(event.gone_id, FOLLOW):
        named = {
            name: event.kept_id if getattr(row, name) == event.gone_id else getattr(row, name)
            for name in ("person_id", "youth_id")
        }
        db.session().add(
            ConcernEntry(concern_id=row.concern_id, kind=row.kind, at=event.at, by_id=row.by_id, **named)
        )  # fmt: skip
    db.flush()
