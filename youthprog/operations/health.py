"""What `youthprog check` looks at. Each finding is one line: fine, or what to do."""

import ctypes
import ctypes.util
import importlib.metadata
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app

from youthprog import config
from youthprog.audit import anchors
from youthprog.audit import queries as audit
from youthprog.concerns import queries as concerns
from youthprog.concerns.types import LEAST
from youthprog.consent.services import fault_of_rules
from youthprog.core import clock, crypto, db
from youthprog.documents import queries as documents
from youthprog.outreach.models import Message
from youthprog.outreach.types import Delivery
from youthprog.people import queries as people
from youthprog.web.migrations import current, head

LEAST_FREE_MB = 200
OLDEST_WAITING = timedelta(minutes=15)
LIBRARIES = ("flask", "sqlalchemy", "weasyprint", "pyhanko", "cryptography")


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    name: str
    fine: bool
    says: str


def look() -> Iterator[Finding]:
    """Look at everything, cheapest first."""
    settings: config.Settings = current_app.config["YOUTHPROG"]
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES)
    yield Finding("libraries", True, versions)
    pango = _pango_loads()
    yield Finding("printing", pango, "Pango found" if pango else "Pango is missing: no PDF can be made")
    yield _database()
    yield _migrations()
    yield _keys(settings)
    yield _outbox()
    yield _documents()
    yield _safeguarding()
    fault = fault_of_rules()
    yield Finding("retention", fault is None, fault or "retention.toml can be read")
    free = shutil.disk_usage(settings.instance).free // 2**20
    yield Finding("disk", free > LEAST_FREE_MB, f"{free} MB free")
    verdict = audit.verify(anchors.read(settings.instance))
    reason = f"{verdict.lines} lines" if verdict.whole else f"line {verdict.bad_number}: {verdict.reason}"
    yield Finding("audit", verdict.whole, reason)


def _pango_loads() -> bool:
    """Load it by name, which unlike a search also finds a copy on LD_LIBRARY_PATH."""
    for name in ("libpango-1.0.so.0", ctypes.util.find_library("pango-1.0")):
        try:
            return bool(name and ctypes.CDLL(name))
        except OSError:
            continue
    return False


def _database() -> Finding:
    connection = db.session().connection()
    if connection.dialect.name == "postgresql":
        return Finding("database", True, f"PostgreSQL {connection.execute(sa.text('SHOW server_version')).scalar()}")
    journal, synchronous = db.sqlite_mode()
    whole = connection.execute(sa.text("PRAGMA quick_check")).scalar() == "ok"
    says = f"SQLite {db.sqlite_version()}, journal {journal}, synchronous {synchronous}"
    return Finding("database", whole, says if whole else says + ": the file is damaged, restore the last backup")


def _migrations() -> Finding:
    found = current(db.session().connection())
    fine = found == head()
    return Finding("migrations", fine, f"at {found}" if fine else f"at {found}, not {head()}: run youthprog init")


def _keys(settings: config.Settings) -> Finding:
    ring = crypto.keyring()
    sealing = (settings.instance / "seal.pem").exists()
    fine = bool(ring.current) and sealing and bool(settings.secret_key)
    return Finding(
        "keys", fine, f"{len(ring.keys)} field keys, seal present" if fine else "missing: run youthprog init"
    )


def _documents() -> Finding:
    damaged = documents.count_damaged()
    says = (
        "none known to be damaged" if not damaged else f"{damaged} gone or changed on disk: restore them from a backup"
    )
    return Finding("documents", not damaged, says)


def _safeguarding() -> Finding:
    """Whether somebody reads concerns: two at least, once there is anybody to look after."""
    named = len(concerns.readers(clock.today()).first)
    lost = concerns.lost_letters()
    if lost:
        return Finding(
            "concerns", False, f"{lost} letters about concerns did not arrive: see that the people named read them"
        )
    fine = named >= LEAST or not people.has_youth()
    says = f"{named} people read concerns"
    return Finding(
        "concerns",
        fine,
        says if named >= LEAST else f"{says}: an administrator names at least {LEAST} at /concerns/people",
    )


def _outbox() -> Finding:
    waiting = (Delivery.QUEUED, Delivery.SENDING)
    oldest = db.session().scalar(sa.select(sa.func.min(Message.not_before_at)).where(Message.delivery.in_(waiting)))
    if oldest is None:
        return Finding("outbox", True, "nothing waits")
    age = clock.now() - oldest
    fine = age < OLDEST_WAITING
    minutes = int(age.total_seconds() // 60)
    return Finding("outbox", fine, f"oldest waits {max(minutes, 0)} min" + ("" if fine else ": is the worker running?"))
