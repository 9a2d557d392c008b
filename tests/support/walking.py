"""Walking the live URL map as anyone, knowing what each request would keep.

A stage is a built application with a world on it, shared by the tests of a module. `rehearsal` lets every
request do everything but keep it, so that the world stays as it was made.
"""

from __future__ import annotations

import logging
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from typing import Any
from unittest.mock import patch
from urllib.parse import quote, urlencode

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from markupsafe import escape
from sqlalchemy import orm as so
from werkzeug.routing import Rule

from tests.makers.accounts import session_cookie
from tests.makers.world import ASKED, World, make_world
from tests.support.houses import House
from tests.support.proofs import is_full
from tests.support.quick_press import QuickPress
from youthprog.access.models import Account
from youthprog.access.queries import signed_in_by
from youthprog.access.types import Role
from youthprog.core import db, prepared
from youthprog.web.converters import Id
from youthprog.web.edge import Door, door_of

BROKEN = 599  # what a raised exception counts as
FREE_TABLES = frozenset({"audit_entry", "throttle", "user_session"})  # kept even when the deed is refused
WRITE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.I)
NONCE = re.compile(r'nonce="[^"]*"')
TOKEN = re.compile(r'(csrf_token"[^>]*?value=|csrf-token"[^>]*?content=)"[^"]*"')
RAW_TOKEN = sha1(b"the form token of every test").hexdigest()

# Who walks: name -> (side and role) | an account of no side | None.
SIDED = {f"{role.value} of A": role for role in (Role.COORDINATOR, Role.COACH, Role.MENTOR, Role.GUARDIAN)}
UNSIDED = {"coordinator": "coordinator", "admin": "admin", "no role": "no role"}
WALKERS = (*SIDED, *UNSIDED, "guardian's link of A", "anonymous")

# The coordinator of one program opens all that the department's does, and is kept from the other program's things: long
# walks have the department's in `make prove` alone.
LONG_WALKERS = tuple(name for name in WALKERS if name != "coordinator" or is_full())

# Every door is opened on both engines by everybody (test_every_door). What a page then says, sends or signs does not
# depend on the engine: such a module walks on one in `make test`, and on both in `make prove`.
ON_ONE_ENGINE = pytest.mark.parametrize(
    "stage", ("sqlite", "postgresql") if is_full() else ("sqlite",), indirect=True, scope="module"
)


@dataclass(frozen=True)
class Endpoint:
    """One endpoint of the live map that answers a method."""

    name: str
    rule: Rule
    door: Door
    in_path: tuple[str, ...]
    asked: dict[str, str]
    words: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Everything in the address that names a thing, before and behind the question mark."""
        return (*self.in_path, *self.asked.values())

    def path(self, world: World, side: str, **sides: str) -> str:
        """Its address with the things of a side; `sides` names another side for single arguments."""
        values: dict[str, Any] = {each: world.id_of(each, sides.get(each, side), self.name) for each in self.in_path}
        values |= {each: world.word_of(each, sides.get(each, side), self.name) for each in self.words}
        built = self.rule.build(values, append_unknown=False)
        assert built is not None, self.name
        asked = {name: world.id_of(each, sides.get(each, side), self.name) for name, each in self.asked.items()}
        return built[1] + (f"?{urlencode(asked)}" if asked else "")


def endpoints(app: Flask, method: str) -> list[Endpoint]:
    """Every endpoint that answers the method, from the live map."""
    found = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule)):
        if method in (rule.methods or ()) and rule.endpoint != "static":
            ids = [name for name, converter in rule._converters.items() if isinstance(converter, Id)]
            words = sorted(rule.arguments - set(ids))
            asked, mark = ASKED.get(rule.endpoint, {}), door_of(app, rule.endpoint)
            found.append(Endpoint(rule.endpoint, rule, mark, tuple(sorted(ids)), asked, tuple(words)))
    return found


@dataclass(frozen=True)
class Answer:
    """What came back, and what it would keep: table -> statements."""

    status: int
    body: str
    kind: str = ""
    location: str = ""
    changed: Counter[str] = field(default_factory=Counter)

    @property
    def deeds(self) -> dict[str, int]:
        """What was changed besides the trail, the throttle and sessions."""
        return {table: times for table, times in self.changed.items() if table not in FREE_TABLES}

    def scrubbed(self, path: str) -> tuple[int, str, str]:
        """Status, place and body without what differs from request to request, or repeats the address."""
        body = TOKEN.sub(r'\1"…"', NONCE.sub("nonce", self.body))
        where = self.location
        for each in (quote(path, safe=""), quote(path), escape(path), path):
            body, where = body.replace(each, "(here)"), where.replace(each, "(here)")
        return self.status, where, body


class Watch:
    """Which tables a request writes, as its transaction is about to be kept."""

    def __init__(self, engine: sa.Engine):
        self.pending: Counter[str] = Counter()
        self.kept: Counter[str] = Counter()
        sa.event.listen(engine, "after_cursor_execute", self._executed)
        sa.event.listen(engine, "commit", self._commit)
        sa.event.listen(engine, "rollback", self._rollback)
        self.engine = engine
        prepared.LISTENERS.append(self._sent)

    def close(self) -> None:
        """Stop watching."""
        prepared.LISTENERS.remove(self._sent)
        for name, listener in (
            ("after_cursor_execute", self._executed), ("commit", self._commit), ("rollback", self._rollback)
        ):  # fmt: skip
            sa.event.remove(self.engine, name, listener)

    def _executed(self, _connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        match = WRITE.match(statement)
        if match and cursor.rowcount != 0:
            self.pending[match.group(1)] += 1

    def _sent(self, dialect: sa.Dialect, statement: str, cursor: Any) -> None:
        """What goes past SQLAlchemy, and, where many are kept together, is kept without its commit."""
        if dialect.name == self.engine.dialect.name:
            self._executed(None, cursor, statement)
            if prepared.waiting_lines() is not None:
                self._commit(None)

    def _commit(self, _connection: Any) -> None:
        self.kept += self.pending
        self.pending.clear()

    def _rollback(self, _connection: Any) -> None:
        self.pending.clear()

    def take(self) -> Counter[str]:
        """What was kept since the last call."""
        kept, self.kept = self.kept, Counter()
        return kept


@dataclass(eq=False)
class Stage:
    """A built application with a world on it."""

    app: Flask
    engine: str
    world: World
    watch: Watch
    press: QuickPress
    walkers: dict[str, Walker] = field(default_factory=dict)

    def walker(self, name: str) -> Walker:
        """Somebody with a browser."""
        if name not in self.walkers:
            self.walkers[name] = Walker(self, name)
        return self.walkers[name]

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Requests do everything they would, count what they would keep, and then keep nothing."""

        def commit(session: so.Session) -> None:
            session.dispatch.before_commit(session)  # the audit trail chains here
            session.flush()
            self.watch.kept += self.watch.pending
            self.watch.pending.clear()
            session.rollback()

        with patch.object(so.Session, "commit", commit):
            yield


@contextmanager
def stage_on(house: House, engine: str) -> Iterator[Stage]:
    """Make a world on a built application; take everything out at the end."""
    app = house.app
    assert app is not None
    press = QuickPress()
    before = app.extensions.get("youthprog.press")
    app.extensions["youthprog.press"] = press
    with app.app_context():
        watch = Watch(db.db.engine)
        world = make_world()
        db.db.session.remove()
    log = logging.getLogger("youthprog")
    log.disabled = True  # a failure is told by the answer
    try:
        yield Stage(app, engine, world, watch, press)
    finally:
        log.disabled = False
        watch.close()
        app.extensions["youthprog.press"] = before
        if before is None:
            del app.extensions["youthprog.press"]
        shutil.rmtree(app.config["YOUTHPROG"].instance / "paper", ignore_errors=True)  # looks kept in a rehearsal
        with app.app_context():
            house.empty()


class Walker:
    """One person with a browser that follows nothing and checks nothing."""

    def __init__(self, stage: Stage, name: str):
        self.stage, self.name = stage, name
        self.client = stage.app.test_client()
        self.permissions = self._come_in()
        signer = URLSafeTimedSerializer(stage.app.config["SECRET_KEY"], salt="wtf-csrf-token")
        self.token = signer.dumps(RAW_TOKEN)

    def _come_in(self) -> dict[Any, Any]:
        """Sign in, or open the link; returns what the account may do, and how far."""
        world, side = self.stage.world, self.stage.world.sides["A"]
        account_id = side.accounts[SIDED[self.name]] if self.name in SIDED else world.accounts.get(self.name)
        cookie: dict[str, Any] = {"csrf_token": RAW_TOKEN}
        grants: dict[Any, Any] = {}
        with self.stage.app.app_context():
            if account_id is not None:
                account = db.session().get_one(Account, account_id)
                token = session_cookie(account)
                cookie |= {"_user_id": token, "_fresh": True}
                grants = dict(_grants(token))
            elif "link" in self.name:
                cookie["links"] = {purpose.value: link_id for purpose, link_id in side.links.items()}
            db.db.session.remove()
        self.stage.watch.take()
        serializer = SecureCookieSessionInterface().get_signing_serializer(self.stage.app)
        assert serializer is not None
        self.cookie = serializer.dumps(cookie)
        return grants

    def open(self, address: str, method: str = "GET", data: Any = None, **how: Any) -> Answer:
        """Ask for an address. An exception is an answer too."""
        if not how.pop("keep_cookie", False):
            self._restore()
        self.stage.watch.take()
        try:
            response = self.client.open(address, method=method, data=data, **how)
        except Exception as problem:
            with self.stage.app.app_context():
                db.db.session.remove()
            where = problem.__traceback__
            while where is not None and where.tb_next is not None:
                where = where.tb_next
            place = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else ""
            return Answer(BROKEN, f"{type(problem).__name__}: {problem} at {place}", changed=self.stage.watch.take())
        drawn = response.mimetype in ("application/pdf", "application/zip") or response.mimetype.startswith(
            ("image/", "application/vnd.")
        )
        body = "(drawn)" if drawn else response.get_data(as_text=True)
        answer = Answer(
            response.status_code, body, response.mimetype, response.headers.get("Location", ""), self.stage.watch.take()
        )
        response.close()
        return answer

    def post(self, address: str, data: dict[str, Any] | None = None, *, token: bool = True, **how: Any) -> Answer:
        """Send a form."""
        given = {**(data or {}), **({"csrf_token": self.token} if token else {})}
        return self.open(address, "POST", given, headers={"Referer": "http://localhost/"}, **how)

    def _restore(self) -> None:
        """The cookie as it was at the start: no answer of before speaks into the next."""
        self.client.set_cookie(self.stage.app.config["SESSION_COOKIE_NAME"], self.cookie)


def _grants(token: str) -> Any:
    found = signed_in_by(token)
    assert found is not None
    return found.actor.grants


def may_knock(endpoint: Endpoint, walker: Walker) -> bool:
    """Whether the walker passes the door itself; what lies behind it is another matter."""
    match endpoint.door.kind:
        case "public":
            return True
        case "signed_in":
            return walker.name in SIDED or walker.name in UNSIDED
        case "link":
            return "link" in walker.name
    return endpoint.door.permission in walker.permissions


def open_to(walker: Walker, method: str) -> list[Endpoint]:
    """The endpoints whose doors let the walker knock."""
    return [each for each in endpoints(walker.stage.app, method) if may_knock(each, walker)]


@contextmanager
def writing_names(stage: Stage) -> Iterator[list[str]]:
    """Every statement that puts a name on a pick-up list or changes one, as it is sent."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.upper().replace('"', "").startswith(("INSERT INTO PICKUP_PERSON", "UPDATE PICKUP_PERSON")):
            found.append(statement)

    with stage.app.app_context():
        engine = db.db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def fingerprint(app: Flask) -> dict[str, str]:
    """A hash of the content of each table but the trail."""
    found = {}
    with app.app_context(), db.db.engine.connect() as connection:
        for table in db.db.metadata.sorted_tables:
            if table.name != "audit_entry":
                rows = connection.execute(sa.select(table).order_by(*table.primary_key)).all()
                found[table.name] = sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()
    return found
