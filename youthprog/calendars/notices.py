"""Telling of changes at short notice: note whom they concern, write to each once, and keep who said to have seen it.

The deed that changes a meeting notes whom to tell in its own transaction. The worker writes the letters two minutes
later, one to each person whatever changed meanwhile: a rain-out of a whole day is one letter to a family.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app

from youthprog.access.models import Account
from youthprog.access.services import issue_link
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record
from youthprog.calendars import notice_queries, queries, rules
from youthprog.calendars.models import ChangeNotice
from youthprog.calendars.types import CHANGES, ChangeLine
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.outreach import services as outreach
from youthprog.outreach.types import Recipient
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.people.types import ContactKind
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering, Group
from youthprog.programs.types import GATHERING_KINDS, GatheringChanged

CHANGED = "gathering_changed"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_COUNT = 16  # digits of microseconds, until the year 2286


def note_change(event: GatheringChanged) -> None:
    """Note whom a change within 48 hours concerns. What somebody knew before stays what it was until a letter is written."""
    row = db.session().get_one(Gathering, event.gathering_id)  # at hand: whoever changes many pays nothing for each
    if not rules.is_short_notice(event.was, notice_queries.as_it_stands(row), event.at):
        return
    meeting = queries.meetings_of([row.id])[row.id]
    told = rules.who_is_told(notice_queries.audience_of(meeting), notice_queries.kept_from(meeting), event.by_id)
    statement = sa.select(ChangeNotice).where(ChangeNotice.gathering_id == event.gathering_id)
    known = {notice.person_id: notice for notice in db.session().scalars(statement)}
    for person_id, leads in told.items():
        notice = known.get(person_id)
        if notice is None:
            notice = ChangeNotice(gathering_id=event.gathering_id, person_id=person_id)
            db.session().add(notice)
        elif notice.told_at is None:
            continue
        was = event.was
        notice.leads, notice.was_starts_at, notice.was_ends_at = leads, was.starts_at, was.ends_at
        notice.was_place, notice.was_canceled = was.place, was.canceled
        notice.noted_at, notice.told_at, notice.message_id, notice.seen_at = event.at, None, None, None
    db.flush()


def tell_of_changes(now: datetime) -> Iterator[int]:
    """Write one letter to each person who is to know of changes. Looked for every second; yields after each person.

    It may run in two workers at once: the second waits for the person's notices and then finds them told.
    """
    for person_id in notice_queries.persons_to_tell(now):
        lock = sa.select(ChangeNotice.id).where(ChangeNotice.person_id == person_id, ChangeNotice.told_at.is_(None))
        db.session().execute(lock.with_for_update())
        notices = notice_queries.untold(person_id)
        if notices:
            _tell(person_id, notices, now)
            yield len(notices)


def _tell(person_id: int, notices: Sequence[ChangeNotice], now: datetime) -> None:
    """Write the letter; what is again as it was, or over, is nothing to tell and goes."""
    lines = notice_queries.lines_of(notices, now)
    games = {line.meeting.game.home_gathering_id for line in lines if line.meeting.game}
    shown = {line.meeting.gathering_id for line in lines}
    meetings = queries.meetings_of({each.gathering_id for each in notices})
    to = _recipient(person_id) if lines else None
    message_id = _write(to, lines, now) if to is not None else None
    for notice in notices:
        game = meetings[notice.gathering_id].game
        if notice.gathering_id in shown or (game is not None and game.home_gathering_id in games):
            notice.told_at, notice.message_id = now, message_id
        else:
            db.session().delete(notice)
    db.flush()
    if lines and message_id is None:
        record("calendar.untold", "person", person_id, by=SYSTEM, now=now)


# ---- letters of other rooms that tell of the same ----


def seen_address(person_id: int, gathering_ids: Collection[int], now: datetime) -> str | None:
    """Where somebody says to have seen changes of some meetings, for a letter of another room that tells of them; None
    where none of them waits to be told. Whoever writes that letter calls `told_in` with it."""
    waiting = db.session().scalars(_untold(person_id, gathering_ids).order_by(ChangeNotice.id)).first()
    if waiting is None:
        return None
    _link_id, token = issue_link(LinkPurpose.CALENDAR, person_id, waiting.id, days=rules.LINK_DAYS, now=now)
    return _address(token)


def told_in(message_id: int, person_id: int, gathering_ids: Collection[int], now: datetime) -> None:
    """Keep that a letter of another room told somebody of changes, so that no second letter does."""
    for notice in db.session().scalars(_untold(person_id, gathering_ids).with_for_update()):
        notice.told_at, notice.message_id = now, message_id
    db.flush()


def left_unsent(message_ids: Collection[int]) -> None:
    """Keep that letters given up before they left told nobody: what was known before them still is."""
    for notice in db.session().scalars(sa.select(ChangeNotice).where(ChangeNotice.message_id.in_(message_ids))):
        notice.told_at, notice.message_id = None, None
    db.flush()


def _untold(person_id: int, gathering_ids: Collection[int]) -> sa.Select[ChangeNotice]:
    return sa.select(ChangeNotice).where(
        ChangeNotice.person_id == person_id,
        ChangeNotice.gathering_id.in_(gathering_ids),
        ChangeNotice.told_at.is_(None),
    )


# ---- how a letter is written ----


def _recipient(person_id: int) -> Recipient | None:
    """Where to write: the address to try first, else that of the account; None without any."""
    person = db.session().get_one(Person, person_id)
    mails = [line for line in people.contacts_of([person_id]).get(person_id, []) if line.kind is ContactKind.EMAIL]
    if mails:
        return Recipient(person.name, mails[0].value, person.language, person_id, mails[0].contact_id)
    account = sa.select(Account.email).where(Account.person_id == person_id, Account.closed_at.is_(None))
    email = db.session().scalar(account)
    return Recipient(person.name, email, person.language, person_id) if email else None


def _write(to: Recipient, lines: Sequence[ChangeLine], now: datetime) -> int:
    person_id = to.person_id or 0
    children = notice_queries.own_children_at(person_id, [line.meeting for line in lines], now)
    first = lines[0].notice_id
    _link_id, token = issue_link(LinkPurpose.CALENDAR, person_id, first, days=rules.LINK_DAYS, now=now)
    message = outreach.send(
        CHANGED,
        "calendars/mail/changed",
        to=to,
        subject_id=first,
        values={"name": to.name, "lines": [_said(line) for line in lines], "link": _address(token)},
        about_youth_id=children[0] if children else None,
        also_about=children[1:],
        by=SYSTEM,
        now=now,
    )
    return message.id


def _said(line: ChangeLine) -> dict[str, Any]:
    """A change as letters and pages tell it, in words still to be translated."""
    meeting, game = line.meeting, line.meeting.game
    field = (game.field if game else None) or meeting.place
    return {
        "change": line.change.value,
        "word": CHANGES[line.change],
        "home": game.home if game else "",
        "away": game.away if game else "",
        "group": rules.group_of(meeting),
        "what": GATHERING_KINDS[meeting.kind] if not meeting.group or not rules.group_of(meeting) else meeting.title,
        "where": ", ".join(part for part in (meeting.site, field) if part),
        "starts_at": meeting.starts_at,
        "was_starts_at": line.was_starts_at,
        "was_place": line.was_place,
        "reason": (meeting.reason or "") if meeting.canceled else "",
    }


@dataclass(frozen=True)
class News:
    """Changes that somebody has not said to have seen, and up to which moment they are told, for the form."""

    lines: tuple[dict[str, Any], ...]
    until: int


INVITED = "calendar_invite"
INVITED_AGAIN = timedelta(days=1)
INVITE_DAYS = 60


def invite(group: Group, *, by: Actor, now: datetime) -> int:
    """Write to each guardian of a group's young people how to have the family's calendar; returns how many letters.

    Not to who has it already, was written to within a day, has no address, or is kept from a child of the group.
    """
    on = clock.day_of(now)
    lines = people.guardians_of(programs.member_ids(group.id, on), on)
    kept = notice_queries.kept_from_group(group.id, on) | notice_queries.not_to_invite(now - INVITED_AGAIN)
    children: dict[int, list[int]] = {}
    for youth_id, each in sorted(lines.items()):
        for line in each:
            children.setdefault(line.guardian_id, []).append(youth_id)
    guardians = {line.guardian_id: line for each in lines.values() for line in each}
    count = 0
    for person_id, line in sorted(guardians.items()):
        if person_id in kept or line.email is None:
            continue
        to = Recipient(line.name, line.email, line.language, person_id, line.email_contact_id)
        _link_id, token = issue_link(LinkPurpose.CALENDAR, person_id, group.id, days=INVITE_DAYS, now=now)
        first, *rest = children[person_id]
        outreach.send(
            INVITED, "calendars/mail/invite", to=to, subject_id=group.id,
            values={"name": to.name, "link": _address(token)}, about_youth_id=first, also_about=rest, by=by, now=now,
        )  # fmt: skip
        count += 1
    return count


def _address(token: str) -> str:
    return f"{str(current_app.config['YOUTHPROG'].public_url).rstrip('/')}/seen/{token}"


def news_of(person_id: int | None, now: datetime) -> News:
    """What a person was told of and has not said to have seen. The moment is in microseconds since 1970."""
    found = notice_queries.unseen_of(person_id, now)
    last = max((line.noted_at for line in found), default=EPOCH)
    return News(tuple(_said(line) for line in found), (last - EPOCH) // timedelta(microseconds=1))


def moment_of(text: str | None) -> datetime:
    """The moment that a form carries; 1970 for what is none, so that nothing counts as seen."""
    digits = text if text and text.isascii() and text.isdigit() and len(text) <= LONGEST_COUNT else "0"
    return EPOCH + timedelta(microseconds=int(digits))


def say_seen(person_id: int, *, until: datetime, by: Actor, now: datetime) -> int:
    """Keep that somebody has seen what was noted until a moment; what came since stays unread. Returns how many."""
    table = db.table(ChangeNotice)
    done = db.session().execute(
        sa.update(table)
        .where(
            table.c.person_id == person_id,
            table.c.told_at.is_not(None),
            table.c.seen_at.is_(None),
            table.c.noted_at <= until,
        )
        .values(seen_at=now)
    )
    count = int(done.rowcount)  # type: ignore[attr-defined]
    if count:
        record("calendar.seen", "person", person_id, by=by, now=now, count=count)
    return count
