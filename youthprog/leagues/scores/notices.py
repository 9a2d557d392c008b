"""The letter about two scores of one game: to the coaches of both teams and the coordinators, once a game. Never commits."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app

from youthprog.calendars import notice_queries
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.leagues.forfeits.queries import looked_after_by
from youthprog.leagues.scores.models import ScoreEntry
from youthprog.leagues.scores.queries import entry_of
from youthprog.leagues.scores.rules import result_of
from youthprog.leagues.scores.types import Known, Side
from youthprog.leagues.season.models import Fixture
from youthprog.outreach import services as outreach
from youthprog.outreach.models import Message
from youthprog.outreach.types import Delivery

KIND, LETTER = "scores_differ", "leagues/mail/scores_differ"


def tell_of_two_scores(fixture: Fixture, rows: Iterable[ScoreEntry], *, by: Actor, now: datetime) -> int:
    """Write to whoever looks after a game's teams when its two sides differ. Returns how many letters.

    A game has one letter a reader, however often the sides say something new. What has not left is given up once they
    agree, or the league has decided.
    """
    entries = [entry_of(row) for row in rows]
    if result_of(entries, fixture.starts_at, now).known is not Known.MISMATCH:
        outreach.cancel_waiting([KIND], [fixture.id], now=now)
        return 0
    if _is_told(fixture):
        return 0
    on, groups = clock.day_of(now), (fixture.home.group_id, fixture.away.group_id)
    kept = set().union(*(notice_queries.kept_from_group(group_id, on) for group_id in groups))
    readers = [to for to in looked_after_by(groups, fixture.season_id, on) if to.person_id not in kept]
    said = {each.side: each.said for each in entries}
    base = str(current_app.config["YOUTHPROG"].public_url).rstrip("/")
    values: dict[str, Any] = {
        "home": fixture.home.group.name,
        "away": fixture.away.group.name,
        "starts_at": fixture.starts_at,
        "by_home": said[Side.HOME],
        "by_away": said[Side.AWAY],
        "link": f"{base}/games/{fixture.id}/score",
    }
    for to in readers:
        outreach.send(KIND, LETTER, to=to, subject_id=fixture.id, values={"name": to.name} | values, by=by, now=now)
    return len(readers)


def _is_told(fixture: Fixture) -> bool:
    statement = sa.select(Message.id).where(
        Message.kind == KIND, Message.subject_id == fixture.id, Message.delivery != Delivery.CANCELED
    )
    return db.session().scalar(statement.limit(1)) is not None
