"""Matching in the demonstration: a few mentors with accounts, what they and the waiting youth told, and one proposal."""

from datetime import datetime
from random import Random
from typing import Any

import sqlalchemy as sa

from youthprog.access.models import Account
from youthprog.access.services import grant_role, open_account
from youthprog.access.types import Role
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.demo.plan import Department
from youthprog.demo.types import Duty
from youthprog.mentorship import queries as matches
from youthprog.mentorship.matching import queries, services
from youthprog.mentorship.matching.models import MatchProfile
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Program, Season
from youthprog.programs.types import EnrollmentStatus, ProgramKind

MENTORS = 12  # who get an account, so that the role's list has them
INTERESTS = (
    "art",
    "ball",
    "bikes",
    "books",
    "cooking",
    "animals",
    "fishing",
    "board",
    "video",
    "hiking",
    "music",
    "science",
)
AVOIDED = ("crowds", "dance", "talking", "video", "cooking", "books")
NEEDS = ("school", "new", "shy", "energy", "college")
FREE = (["15:00", "17:00"], ["15:00", "19:00"], ["17:00", "19:00"], ["17:00", "21:00"])


def show_matching(department: Department, now: datetime) -> None:
    """Put it in. The same seed gives the same."""
    random = Random(f"{department.seed} matching")
    mentors = [each.adult_key for each in department.workers if Duty.MENTOR in each.duties][:MENTORS]
    for number, person_id in enumerate(mentors):
        _open(person_id, number, now)
    season = (
        db.session()
        .scalars(
            sa.select(Season).join(Program).where(Program.kind == ProgramKind.MENTORSHIP).order_by(Season.id).limit(1)
        )
        .first()
    )
    if season is None:
        return
    sites = [site.id for site in programs.list_sites()]
    loads = matches.loads_of(clock.day_of(now))
    for person_id in mentors:
        _tell(person_id, _mentor(random, loads.get(person_id, 0)) | _told(random, sites, spread=2), now)
    youth = db.session().scalars(
        sa.select(Person.id)
        .join(Enrollment, Enrollment.youth_id == Person.id)
        .where(Enrollment.season_id == season.id, Enrollment.status == EnrollmentStatus.ENROLLED)
        .order_by(Person.id)
    )
    for person_id in youth.all():
        _tell(person_id, {"needs": random.sample(NEEDS, 2)} | _told(random, sites, spread=3), now)
    _propose(season, mentors, now)


def _open(person_id: int, number: int, now: datetime) -> None:
    person = db.session().get_one(Person, person_id)
    if db.session().scalar(sa.select(Account.id).where(Account.person_id == person_id)) is None:
        account = open_account(person, email=f"mentor{number + 1}@demo.example", password=None, by=SYSTEM, now=now)
        grant_role(account, Role.MENTOR, by=SYSTEM, now=now)


def _told(random: Random, sites: list[int], *, spread: int) -> dict[str, Any]:
    days = sorted(random.sample(range(5), spread))
    return {
        "period": 7,
        "free": [[day, *random.choice(FREE)] for day in days],
        "languages": ["en", "es"] if random.random() < 0.4 else ["en"],
        "likes": random.sample(INTERESTS, 4),
        "dislikes": random.sample(AVOIDED, 2),
        "temperament": random.randint(1, 5),
        "places": {str(site): random.randint(1, 8) * 5 for site in sites[:4]},
        "most_minutes": 35,
    }


def _mentor(random: Random, load: int) -> dict[str, Any]:
    youngest = random.randint(8, 12)
    return {
        "needs": random.sample(NEEDS, 3), "takes": load + random.randint(1, 2), "youngest": youngest, "oldest": youngest + 4,
    }  # fmt: skip


def _tell(person_id: int, told: dict[str, Any], now: datetime) -> None:
    db.session().add(MatchProfile(person_id=person_id, told=told, told_at=now, told_by_id=None))
    db.flush()


def _propose(season: Season, mentors: list[int], now: datetime) -> None:
    """The first who waits is proposed to the first mentor who suits."""
    on = clock.day_of(now)
    waiting = queries.list_free(season.id, limit=1)
    if not waiting:
        return
    youth_id = waiting[0].id
    best = queries.best_for(season, youth_id, mentors, on)
    if best is not None and queries.deciding(youth_id, on):
        services.offer_pair(
            season.id, youth_id, [best[0]], every_days=7, shown={"mentors": [best[0]], "score": best[1]}, by=SYSTEM,
            now=now,
        )  # fmt: skip
