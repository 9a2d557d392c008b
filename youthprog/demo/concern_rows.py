"""Two concerns of the generated department: one that was settled, one that came this morning. No letter is written."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from youthprog.access.models import Account
from youthprog.access.services import grant_role
from youthprog.access.types import Role
from youthprog.concerns.models import Concern, ConcernEntry
from youthprog.concerns.types import Danger, Entry
from youthprog.core import db
from youthprog.core.actor import SYSTEM
from youthprog.core.text import fold
from youthprog.people.models import Person

SETTLED = (
    "Tyrese came home two hours late on Tuesday and nobody had called me. He says the van had waited for another group."
)
OPEN = "Zoë told me that she does not sleep at home on weekends. She asked me not to make a fuss. I would like to talk to you."
STEPS = (
    (Entry.NOTE, 20, "Called Ms. Boateng. The van of the trip came late and the list of calls had not been printed."),
    (Entry.OUTCOME, 44, "Drivers now call each family before they leave. Ms. Boateng agrees. Nobody was in danger."),
)


def add_concerns(now: datetime) -> None:
    """Name who reads concerns, and put two in."""
    accounts = {row.email.split("@")[0]: row for row in db.session().scalars(sa.select(Account))}
    grant_role(accounts["coordinator"], Role.SAFEGUARDING, by=SYSTEM, now=now)
    readers = [accounts["safeguarding"].person_id, accounts["coordinator"].person_id]
    settled = _concern(1, "Akosua Boateng", "Tyrese Boateng", SETTLED, readers, now - timedelta(days=6))
    _entry(settled, Entry.ACKNOWLEDGED, settled.raised_at + timedelta(minutes=25), by_id=readers[0])
    for kind, hours, words in STEPS:
        _entry(settled, kind, settled.raised_at + timedelta(hours=hours), by_id=readers[0], words=words)
    _concern(2, "Ana Reyes", "Zoë Lindqvist", OPEN, readers, now - timedelta(hours=2))


def _concern(number: int, raiser: str, youth: str, words: str, readers: list[int], at: datetime) -> Concern:
    row = Concern(client_id=str(UUID(int=number)), raised_at=at, danger=Danger.NO)
    db.session().add(row)
    db.flush()
    row.seal("words_sealed", words)
    _entry(row, Entry.RAISED, at, person_id=_key(raiser))
    _entry(row, Entry.ABOUT_YOUTH, at, person_id=_key(youth))
    for person_id in readers:
        _entry(row, Entry.TOLD, at, person_id=person_id)
    return row


def _entry(
    row: Concern, kind: Entry, at: datetime, *, person_id: int | None = None, by_id: int | None = None, words: str = ""
) -> None:
    entry = ConcernEntry(concern_id=row.id, kind=kind, at=at, person_id=person_id, by_id=by_id)
    db.session().add(entry)
    db.flush()
    if words:
        entry.seal("words_sealed", words)


def _key(name: str) -> int | None:
    """The key of one of the named people of the cast."""
    given, family = name.split()
    return db.session().scalar(sa.select(Person.id).where(Person.folded_name == fold(f"{family} {given}")).limit(1))
