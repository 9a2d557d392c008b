"""Backup and restore: one file for both engines.

A backup is a tar.gz of a manifest, one JSON-lines file a table read in one snapshot, the sealed documents,
uploaded files and the keys. It can be restored into an empty installation of either engine. It holds children's data and
the keys that open it: keep it as you keep the installation.
"""

import base64
import io
import json
import os
import tarfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from youthprog.core import clock, db
from youthprog.web.migrations import current

FORMAT = 1
BATCH = 1000
FOLDERS = {"documents": ".pdf", "uploads": ".sealed", "paper": ""}  # what lies in the instance folder beside the keys
KEY_FILES = (
    "keys.toml",
    "seal-root.pem",
    "seal-root-key.pem",
    "seal.pem",
    "seal-key.pem",
    "badge-key.pem",
    "badge-keys.json",
    "audit-anchors.log",
)


class CannotRestore(Exception):
    """The file is no backup of ours, or the installation is not empty."""


def back_up(path: Path, instance: Path) -> dict[str, int]:
    """Write a consistent copy; returns rows by table. The file appears only when it is complete."""
    fresh = path.with_name(path.name + ".part")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w:gz", compresslevel=6) as archive:
        rows = _add_database(archive)
        _add_documents(archive, instance)
        for name in KEY_FILES:
            if (instance / name).exists():
                archive.add(instance / name, f"keys/{name}")
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    fresh.replace(path)
    return rows


def _add_database(archive: tarfile.TarFile) -> dict[str, int]:
    counts: dict[str, int] = {}
    with db.reading(), db.db.engine.connect() as plain:
        snapshot = plain
        if plain.dialect.name == "postgresql":
            snapshot = plain.execution_options(isolation_level="REPEATABLE READ")
        revision = current(snapshot)
        for table in db.db.metadata.sorted_tables:
            body = io.BytesIO()
            counts[table.name] = 0
            for line in _rows(snapshot, table):
                body.write(line)
                counts[table.name] += 1
            _add(archive, f"tables/{table.name}.jsonl", body.getvalue())
        snapshot.rollback()
    manifest = {"format": FORMAT, "revision": revision, "made_at": clock.now().isoformat(), "rows": counts}
    _add(archive, "manifest.json", json.dumps(manifest, indent=1).encode())
    return counts


def _rows(connection: sa.Connection, table: sa.Table) -> Iterator[bytes]:
    for row in connection.execution_options(yield_per=BATCH).execute(sa.select(table).order_by(*table.primary_key)):
        yield json.dumps([_plain(value) for value in row], ensure_ascii=False).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"b": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return {"j": value} if isinstance(value, dict) else value


def _value(plain: Any) -> Any:
    if not isinstance(plain, dict):
        return plain
    (kind, value), *_ = plain.items()
    match kind:
        case "b":
            return base64.b64decode(value)
        case "t":
            return datetime.fromisoformat(value)
        case "d":
            return date.fromisoformat(value)
    return value


def _add_documents(archive: tarfile.TarFile, instance: Path) -> None:
    for name, suffix in FOLDERS.items():
        folder = instance / name
        for path in sorted(folder.rglob(f"*{suffix}")) if folder.is_dir() else ():
            if path.is_file():
                archive.add(path, f"{name}/{path.relative_to(folder)}")


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = len(content), 0o600, int(clock.now().timestamp())
    archive.addfile(member, io.BytesIO(content))


def manifest_of(path: Path) -> dict[str, Any]:
    """What a backup says of itself. Raises `CannotRestore`."""
    try:
        with tarfile.open(path, "r:gz") as archive:
            file = archive.extractfile("manifest.json")
            found = json.load(file) if file else {}
    except (tarfile.TarError, EOFError, KeyError, ValueError, OSError) as problem:
        raise CannotRestore(f"{path.name} is not a backup of youthprog.") from problem
    if found.get("format") != FORMAT:
        raise CannotRestore(f"{path.name} was written in a format this version does not read.")
    return dict(found)


def restore_files(path: Path, instance: Path) -> None:
    """Put keys, documents and uploaded files into the folder; it must hold none."""
    with tarfile.open(path, "r:gz") as archive:
        for member in archive:
            top, _, rest = member.name.partition("/")
            if top not in ("keys", *FOLDERS) or not member.isfile() or ".." in rest.split("/"):
                continue
            target = instance / rest if top == "keys" else instance / top / rest
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            content = archive.extractfile(member)
            assert content is not None
            with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content.read())


def restore_rows(path: Path) -> dict[str, int]:
    """Fill the empty tables in one transaction; returns rows by table."""
    counts: dict[str, int] = {}
    with db.db.engine.begin() as connection, tarfile.open(path, "r:gz") as archive:
        for table in db.db.metadata.sorted_tables:
            if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
                raise CannotRestore(f"the installation is not empty: {table.name} has rows.")
        for table in db.db.metadata.sorted_tables:
            counts[table.name] = _fill(connection, archive, table)
        _set_sequences(connection)
    return counts


def _fill(connection: sa.Connection, archive: tarfile.TarFile, table: sa.Table) -> int:
    file = archive.extractfile(f"tables/{table.name}.jsonl")
    assert file is not None
    names = [column.name for column in table.columns]
    count, batch = 0, []
    for line in file:
        batch.append(dict(zip(names, map(_value, json.loads(line)), strict=True)))
        if len(batch) == BATCH:
            connection.execute(sa.insert(table), batch)
            count, batch = count + BATCH, []
    if batch:
        connection.execute(sa.insert(table), batch)
    return count + len(batch)


def _set_sequences(connection: sa.Connection) -> None:
    """Let PostgreSQL go on counting after the highest key."""
    if connection.dialect.name != "postgresql":
        return
    for table in db.db.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        quoted = connection.dialect.identifier_preparer.format_table(table)
        sequence = connection.execute(
            sa.text("SELECT pg_get_serial_sequence(:t, :c)"), {"t": quoted, "c": column.name}
        ).scalar()
        highest = connection.execute(sa.select(sa.func.max(column))).scalar()
        if sequence and highest:
            connection.execute(sa.text("SELECT setval(:s, :n)"), {"s": sequence, "n": highest})
