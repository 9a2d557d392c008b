"""Papers for many in the demonstration: certificates of one team that were asked for and stopped, to be gone on with."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from youthprog.access import queries as access
from youthprog.access.models import Account
from youthprog.attendance.models import AttendanceMark
from youthprog.attendance.types import CAME
from youthprog.core import clock, db
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering, Group
from youthprog.programs.types import GroupKind
from youthprog.reports.batches import queries, services
from youthprog.reports.batches.types import BatchState, Task

COORDINATOR = "coordinator@demo.example"


def show_papers(now: datetime) -> None:
    """Put it in: for the first team whose register says that somebody came. The same seed gives the same."""
    came = (
        sa.select(Group.id, Group.season_id)
        .join(Gathering, Gathering.group_id == Group.id)
        .join(AttendanceMark, AttendanceMark.gathering_id == Gathering.id)
        .where(Group.kind == GroupKind.TEAM, AttendanceMark.mark.in_(CAME))
        .order_by(Group.id)
        .limit(1)
    )
    team = db.session().execute(came).first()
    person_id = db.session().scalar(sa.select(Account.person_id).where(Account.email == COORDINATOR))
    actor = access.actor_of(person_id, clock.day_of(now)) if person_id is not None else None
    if team is None or actor is None:
        return
    kind = queries.kinds()["participation"]
    about = {"group_id": team.id, "options": {"signatory": actor.name, "role": "Coordinator"}, "by": actor, "now": now}
    if not kind.subjects(actor, Task(team.season_id, team.id), clock.day_of(now)):
        return
    batch = services.ask(programs.get_season(team.season_id), kind, **about)
    services.stop(batch, by=actor, now=now)
    batch.state, batch.ended_at, batch.expires_at = BatchState.STOPPED, now, now + timedelta(days=14)
