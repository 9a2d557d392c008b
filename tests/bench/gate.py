"""Check-ins at a gate: a seeded department with many gatherings under way, and what a leader's phone sends."""

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from tests.bench.serving import ROOT, post
from tests.makers.accounts import make_account, session_cookie
from youthprog import create_app
from youthprog.access.types import Role
from youthprog.attendance.models import Deed
from youthprog.audit.queries import verify
from youthprog.core import clock, db
from youthprog.core.clearance import not_cleared
from youthprog.leagues.rosters.models import DivisionRoster
from youthprog.people.models import Guardianship, Person
from youthprog.programs.models import Enrollment, Gathering, Group, GroupMember
from youthprog.programs.types import GatheringKind

TWINS = 500
UNDER_WAY = 40
OF_CONSENT = ("consent_request", "consent_decision")


@dataclass(frozen=True)
class Gate:
    """Gatherings that have begun, the cleared youth of their group, and the leader's signed-in browser."""

    folder: Path
    season_id: int
    group_id: int
    gathering_ids: tuple[int, ...]
    game_ids: tuple[int, ...]
    youth_ids: tuple[int, ...]
    session_token: str
    app: Flask

    def copy(self, folder: Path) -> Path:
        """A fresh copy of the seeded installation."""
        shutil.rmtree(folder, ignore_errors=True)
        return Path(shutil.copytree(self.folder, folder))

    def checkins(self, port: int, count: int, *, first: int = 0, at_games: bool = False) -> list[bytes]:
        """So many requests, each with one arrival that nobody sent before."""
        places = self.game_ids if at_games else self.gathering_ids
        pairs = [(place, who) for who in self.youth_ids for place in places][first : first + count]
        assert len(pairs) == count
        headers = phone_headers(self.app, self.session_token)
        return [post(port, f"/gatherings/{place}/deeds", message([who]), headers) for place, who in pairs]

    def hellos(self, port: int, count: int) -> list[bytes]:
        """So many requests that ask for a hello, with the same headers, cookie and body."""
        headers = phone_headers(self.app, self.session_token)
        return [post(port, "/", message([self.youth_ids[0]]), headers, verb="GET")] * count


def phone_headers(app: Flask, session_token: str) -> list[str]:
    """What a phone sends along, its cookie as it is after a page a moment ago."""
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    named, seen = "a" * 40, int(datetime.now(UTC).timestamp())
    cookie = serializer.dumps({"_user_id": session_token, "_fresh": True, "csrf_token": named, "seen": seen})
    token = URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token").dumps(named)
    return [
        f"Cookie: {app.config['SESSION_COOKIE_NAME']}={cookie}", f"X-CSRFToken: {token}",
        "Content-Type: application/json", "Accept: application/json", "User-Agent: Mozilla/5.0 (Linux; Android 14)",
    ]  # fmt: skip


def message(youth_ids: Sequence[int]) -> bytes:
    """What a phone says of youth who arrive now."""
    now = datetime.now(UTC).isoformat()
    deeds = [
        {"id": str(uuid.uuid4()), "youth": who, "kind": "arrive", "mark": "present", "at": now, "clock": now, "saw": []}
        for who in youth_ids
    ]
    return json.dumps({"device": "gate", "deeds": deeds}).encode()


def seeded(folder: Path) -> Gate:
    """A demonstration department with one large team of cleared youth and many gatherings that have begun."""
    there = dict(os.environ) | {"YOUTHPROG_INSTANCE": str(folder)}
    for command in (["init"], ["demo", "--size", "s"]):
        done = subprocess.run(
            [sys.executable, "-m", "youthprog.cli", *command], env=there, cwd=ROOT, capture_output=True
        )
        assert done.returncode == 0, done.stderr
    app = create_app(instance=folder)
    with app.app_context():
        group = db.session().scalars(sa.select(Group).order_by(Group.id)).first()
        assert group is not None
        now = clock.now()
        places, games = (
            [
                Gathering(
                    season_id=group.season_id, group_id=group.id, kind=kind, title=f"Gate {number}",
                    starts_at=now - timedelta(minutes=30), ends_at=now + timedelta(hours=3),
                )
                for number in range(UNDER_WAY)
            ]
            for kind in (GatheringKind.PRACTICE, GatheringKind.GAME)
        )  # fmt: skip
        db.session().add_all(places + games)
        for limits in db.session().scalars(sa.select(DivisionRoster)):
            limits.most_players = None  # five hundred are no team
        db.flush()
        model = _cleared(group, places[0])
        twins = [_twin(model, group, number) for number in range(TWINS)]
        leader = session_cookie(make_account(Role.COORDINATOR))
        db.session().commit()
        gate = Gate(
            folder, group.season_id, group.id, tuple(each.id for each in places), tuple(each.id for each in games),
            tuple(twins), leader, app,
        )  # fmt: skip
        for place in (places[0], games[0]):
            assert not not_cleared(twins, group.season_id, clock.today(), gathering_id=place.id)
        db.db.session.remove()
    return gate


def _cleared(group: Group, gathering: Gathering) -> int:
    ids = list(db.session().scalars(sa.select(GroupMember.youth_id).where(GroupMember.group_id == group.id)))
    barred = not_cleared(ids, group.season_id, clock.today(), gathering_id=gathering.id)
    return next(each for each in ids if each not in barred)


def _twin(model_id: int, group: Group, number: int) -> int:
    """A youth with another's guardians and consents."""
    here = db.session()
    model = here.get_one(Person, model_id)
    twin = Person(
        kind=model.kind, given_name=f"Twin {number}", family_name="Ramos", folded_name=f"ramos twin {number}",
        born_on=model.born_on, created_at=model.created_at,
    )  # fmt: skip
    here.add(twin)
    here.flush()
    here.add(GroupMember(group_id=group.id, youth_id=twin.id, from_on=clock.today() - timedelta(days=60)))
    asked = sa.select(Enrollment).where(Enrollment.youth_id == model_id, Enrollment.season_id == group.season_id)
    place = here.scalars(asked).one()
    here.add(
        Enrollment(season_id=place.season_id, youth_id=twin.id, status=place.status, asked_at=place.asked_at,
                   enrolled_at=place.enrolled_at)
    )  # fmt: skip
    _copy_rows(db.table(Guardianship), model_id, twin.id, {})
    requests: dict[int, int] = {}
    for name in OF_CONSENT:
        requests |= _copy_rows(db.db.metadata.tables[name], model_id, twin.id, requests)
    return twin.id


def _copy_rows(table: sa.Table, model_id: int, twin_id: int, requests: dict[int, int]) -> dict[int, int]:
    copied = {}
    for row in db.session().execute(sa.select(table).where(table.c.youth_id == model_id)).mappings().all():
        values = {name: value for name, value in row.items() if name not in ("id", "match_code")} | {
            "youth_id": twin_id
        }
        if "request_id" in values:
            values["request_id"] = requests[values["request_id"]]
        added = db.session().execute(sa.insert(table).values(values))
        assert added.inserted_primary_key is not None
        copied[row["id"]] = added.inserted_primary_key[0]
    return copied


def kept_in(folder: Path) -> tuple[set[str], bool]:
    """The ids of the deeds an installation has, and whether its audit chain is whole."""
    app = create_app(instance=folder)
    with app.app_context():
        found = set(db.session().scalars(sa.select(Deed.client_id)))
        whole = verify({}).whole
        db.db.session.remove()
        db.engine().dispose()
    return found, whole
