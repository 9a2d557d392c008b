"""Verbs of credentials: say what is asked, enter and decide papers, excuse by two people. They never commit."""

import sqlalchemy as sa

from youthprog.core import db
from youthprog.credentials.models import Credential, CredentialOverride
from youthprog.people.types import PeopleMerged


def follow_merge(event: PeopleMerged) -> None:
    """Move the papers and exceptions of a merged record. An exception that would then be for oneself ends."""
    papers, excuses = db.table(Credential), db.table(CredentialOverride)
    for name in ("person_id", "recorded_by_id", "decided_by_id"):
        _move(papers, name, event)
    own = sa.or_(excuses.c.asked_by_id == event.kept_id, excuses.c.agreed_by_id == event.kept_id)
    mine = excuses.c.person_id == event.gone_id
    db.session().execute(sa.update(excuses).where(mine, own, excuses.c.ended_at.is_(None)).values(ended_at=event.at))
    db.session().execute(
        sa.update(excuses).where(mine, sa.not_(sa.func.coalesce(own, False))).values(person_id=event.kept_id)
    )
    db.session().expire_all()


def _move(table: sa.Table, name: str, event: PeopleMerged) -> None:
    column = table.c[name]
    db.session().execute(sa.update(table).where(column == event.gone_id).values({name: event.kept_id}))
