"""Reading what of a youth's file, beside signed consents, has come to its end: answers never signed, health notes,
emergency contacts, the photo."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from youthprog.consent.keeping_queries import PAGE, first_moment
from youthprog.consent.models import ConsentRequest, FilePurge, RecordHold
from youthprog.consent.retention import FileRule, file_kept_until
from youthprog.consent.types import FilePart
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.health_words import kept_elsewhere
from youthprog.core.permissions import P
from youthprog.core.reach import within
from youthprog.core.refusals import NotFound
from youthprog.people.models import EmergencyContact, HealthNote, Person, YouthPhoto
from youthprog.programs.models import Enrollment, Season

Rules = Mapping[FilePart, FileRule]


@dataclass(frozen=True)
class KeptPart:
    """A part of a youth's file, how much there is of it, and how long it is kept."""

    part: FilePart
    youth_id: int
    youth: str
    pieces: int
    keep_until_on: date
    is_held: bool
    purge_id: int | None = None
    proposed_by_id: int | None = None
    proposed_by: str = ""
    proposed_on: date | None = None

    @property
    def key(self) -> str:
        """What a form calls it."""
        return f"{self.part.value}-{self.youth_id}"


def list_parts_over(actor: Actor, rules: Rules, on: date, *, limit: int = PAGE) -> list[KeptPart]:
    """Parts of files within reach whose time is over, neither held nor proposed. A statement for each part."""
    free = (FilePurge.id.is_(None), ~_held(), _reached(actor, on))
    return [each for part in FilePart for each in _parts(part, rules, on, *free, _over(part, rules, on), limit=limit)]


def list_parts_proposed(actor: Actor, rules: Rules, on: date) -> list[KeptPart]:
    """Parts of files within reach that are proposed and not purged. A statement for each part."""
    waits = (FilePurge.id.is_not(None), _reached(actor, on))
    return [each for part in FilePart for each in _parts(part, rules, on, *waits, limit=200)]


def parts_of_youth(actor: Actor, youth_id: int, rules: Rules, on: date) -> list[KeptPart]:
    """What there is of a youth's file, with how long it is kept. A statement for each part."""
    mine = (Person.id == youth_id, _reached(actor, on))
    return [each for part in FilePart for each in _parts(part, rules, on, *mine, limit=1)]


def purged_of_youth(youth_id: int) -> list[FilePurge]:
    """What went from a youth's file, newest first. One statement."""
    statement = sa.select(FilePurge).where(FilePurge.youth_id == youth_id, FilePurge.purged_at.is_not(None))
    return list(db.session().scalars(statement.order_by(FilePurge.id.desc())))


def get_part_for(actor: Actor, key: str, rules: Rules, on: date) -> KeptPart:
    """A part of a file within reach, by what a form calls it. Raises `NotFound`."""
    name, _dash, number = key.partition("-")
    youth_id = db.key_in(number)
    if name not in set(FilePart) or youth_id is None:
        raise NotFound
    found = _parts(FilePart(name), rules, on, Person.id == youth_id, _reached(actor, on), limit=1)
    if not found:
        raise NotFound
    return found[0]


def find_proposal(part: FilePart, youth_id: int) -> FilePurge | None:
    """What is proposed of a youth's file and not purged."""
    return db.session().scalar(
        sa.select(FilePurge).where(
            FilePurge.part == part, FilePurge.youth_id == youth_id, FilePurge.purged_at.is_(None)
        )
    )


def requests_never_signed(youth_id: int, rule: FileRule, on: date) -> list[ConsentRequest]:
    """A youth's forms with answers that were never signed, of seasons long over."""
    statement = sa.select(ConsentRequest).join(Season, Season.id == ConsentRequest.season_id)
    rows = db.session().scalars(statement.where(ConsentRequest.youth_id == youth_id, _never_signed(rule, on)))
    return list(rows)


# ---- the statement ----


def _reached(actor: Actor, on: date) -> sa.ColumnElement[bool]:
    return within(actor, P.RECORD_KEEP, Person.id, on)


def _held() -> sa.ColumnElement[bool]:
    return sa.exists().where(RecordHold.youth_id == Person.id, RecordHold.ended_at.is_(None))


def _never_signed(rule: FileRule, on: date) -> sa.ColumnElement[bool]:
    return sa.and_(
        ConsentRequest.signed_at.is_(None),
        ConsentRequest.draft_sealed.is_not(None),
        Season.ends_on < on - timedelta(days=rule.after_season_days),
    )


def _pieces(part: FilePart, rules: Rules, on: date) -> sa.Subquery:
    """How many pieces each youth's file has of a part, and the newest day or moment of them.

    Of answers never signed only those whose season is long over: a child who comes every year would keep the oldest.
    """
    count = sa.func.count().label("pieces")
    if part is FilePart.DRAFTS:
        statement = (
            sa.select(ConsentRequest.youth_id, count, sa.func.max(Season.ends_on).label("newest"))
            .join(Season, Season.id == ConsentRequest.season_id)
            .where(_never_signed(rules[part], on))
        )
        return statement.group_by(ConsentRequest.youth_id).subquery()
    if part is FilePart.HEALTH:
        words = _health_words()
        newest = sa.func.max(words.c.at, type_=HealthNote.recorded_at.type).label("newest")
        return sa.select(words.c.youth_id, count, newest).group_by(words.c.youth_id).subquery()
    if part is FilePart.PHOTO:
        newest = sa.func.max(YouthPhoto.kept_at).label("newest")
        return sa.select(YouthPhoto.youth_id, count, newest).group_by(YouthPhoto.youth_id).subquery()
    none = sa.func.max(sa.null()).label("newest")
    return sa.select(EmergencyContact.youth_id, count, none).group_by(EmergencyContact.youth_id).subquery()


def _health_words() -> sa.Subquery:
    """Every note of health, and what other rooms keep of health: of whom, and when it was written."""
    notes = sa.select(HealthNote.youth_id.label("youth_id"), HealthNote.recorded_at.label("at"))
    return sa.union_all(notes, *kept_elsewhere()).subquery()


def _last_season() -> sa.ScalarSelect[date]:
    """The last day of the last season that a youth was in or was asked for."""
    seasons = sa.union_all(
        *(
            sa.select(table.season_id.label("season_id")).where(table.youth_id == Person.id).correlate(Person)
            for table in (Enrollment, ConsentRequest)
        )
    ).subquery()
    statement = sa.select(sa.func.max(Season.ends_on)).where(Season.id.in_(sa.select(seasons.c.season_id)))
    return statement.correlate(Person).scalar_subquery()


def _over(part: FilePart, rules: Rules, on: date) -> sa.ColumnElement[bool]:
    """The condition that a part's time is over, but for what its own pieces say. `file_kept_until` has the last word."""
    if part is FilePart.DRAFTS:
        return sa.true()
    limit = on - timedelta(days=rules[part].after_season_days)
    newer = [
        sa.exists().where(table.youth_id == Person.id, table.season_id == Season.id, Season.ends_on >= limit)
        for table in (Enrollment, ConsentRequest)
    ]
    words = _health_words()
    fresh = sa.exists().where(words.c.youth_id == Person.id, words.c.at >= first_moment(limit))
    taken = sa.exists().where(YouthPhoto.youth_id == Person.id, YouthPhoto.kept_at >= first_moment(limit))
    noted = {FilePart.HEALTH: fresh, FilePart.PHOTO: taken}.get(part, sa.false())
    return sa.and_(*(~each for each in newer), ~noted, Person.created_at < first_moment(limit))


def _parts(part: FilePart, rules: Rules, on: date, *conditions: sa.ColumnElement[bool], limit: int) -> list[KeptPart]:
    proposer, pieces = db.another(Person, "consent.file_queries.proposer"), _pieces(part, rules, on)
    waits = sa.and_(FilePurge.youth_id == Person.id, FilePurge.part == part, FilePurge.purged_at.is_(None))
    rows = db.session().execute(
        sa.select(Person, pieces.c.pieces, pieces.c.newest, _last_season(), FilePurge, proposer, _held())
        .join(pieces, pieces.c.youth_id == Person.id)
        .outerjoin(FilePurge, waits)
        .outerjoin(proposer, proposer.id == FilePurge.proposed_by_id)
        .where(*conditions)
        .order_by(Person.id)
        .limit(limit)
    )
    return [_part(part, rules[part], *row) for row in rows]


def _part(
    part: FilePart, rule: FileRule, youth: Person, pieces: int, newest: date | datetime | None, last: date | None,
    purge: FilePurge | None, proposer: Person | None, held: bool,
) -> KeptPart:  # fmt: skip
    newest = clock.day_of(newest) if isinstance(newest, datetime) else newest
    days = [newest] if part is FilePart.DRAFTS else [newest, last, clock.day_of(youth.created_at)]
    return KeptPart(
        part, youth.id, youth.name, pieces, file_kept_until(days, rule), bool(held), purge.id if purge else None,
        purge.proposed_by_id if purge else None, proposer.name if proposer else "",
        clock.day_of(purge.proposed_at) if purge else None,
    )  # fmt: skip
