"""Writing to many families at once, and noting a call."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from youthprog.audit.services import record
from youthprog.consent import queries
from youthprog.consent.asking import ask, remind_each
from youthprog.consent.cases import note
from youthprog.consent.models import ContactAttempt
from youthprog.consent.types import Happening, RequestState
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import NotFound
from youthprog.people import queries as people

BY_PHONE = "phone"


@dataclass(frozen=True)
class Chased:
    """What became of it: letters by the language they are written in, and youth whom no letter reaches."""

    reminded: int = 0
    asked: int = 0
    languages: Mapping[str, int] = field(default_factory=dict)
    unreachable: int = 0


def chase(pairs: Collection[tuple[int, int]], *, by: Actor, now: datetime) -> Chased:
    """Write to the families of youth in seasons, given as (youth, season): who was asked is reminded, others are asked.

    The caller has checked the reach.
    """
    languages: Counter[str] = Counter()
    reminded = asked = unreachable = 0
    seasons: dict[int, set[int]] = {}
    for youth_id, season_id in pairs:
        seasons.setdefault(season_id, set()).add(youth_id)
    for season_id, youth_ids in sorted(seasons.items()):
        known = queries.open_requests(youth_ids, season_id)
        waiting = [each for each in known if each.awaited and each.state is not RequestState.BOUNCED]
        before = {each.id: each.times_asked for each in known if each.awaited}
        told_of = remind_each([each.id for each in waiting], by=by, now=now)
        reminded += len(told_of.reached)
        unreachable += len(told_of.unreached)
        told = ask(youth_ids - {each.youth_id for each in waiting}, season_id, by=by, now=now)
        asked += told.sent
        unreachable += len(told.unreachable)
        written = queries.open_requests(youth_ids, season_id)
        languages.update(
            each.language for each in written if each.awaited and each.times_asked > before.get(each.id, 0)
        )  # fmt: skip
    return Chased(reminded, asked, languages, unreachable)


def note_call(youth_id: int, guardian_id: int, *, by: Actor, now: datetime) -> ContactAttempt:
    """Note that somebody of the office called a guardian about a youth. Raises `NotFound` when it is no guardian."""
    lines = people.guardians_of([youth_id], clock.day_of(now)).get(youth_id, [])
    if guardian_id not in {line.guardian_id for line in lines}:
        raise NotFound
    attempt = ContactAttempt(youth_id=youth_id, guardian_id=guardian_id, way=BY_PHONE, at=now, by_id=by.person_id)
    db.session().add(attempt)
    for request in queries.open_requests_of(youth_id, guardian_id):
        note(request.id, Happening.CALLED, now, {})
    db.flush()
    record("consent.called", "person", youth_id, by=by, now=now, guardian_id=guardian_id)
    return attempt
