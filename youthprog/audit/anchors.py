"""Anchors: the head of the chain, written once a day to a file outside the database.

Whoever rewrites the table from end to end, or cuts its tail, cannot make it fit lines that were written
down elsewhere. Ship the file to another machine with the backups.
"""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

from youthprog.audit import queries

NAME = "audit-anchors.log"
SHAPE = re.compile(r"(\d{1,18}) ([0-9a-f]{64}) (\S+)")


class BadAnchors(Exception):
    """The file of anchors has a line that is not an anchor."""


def anchor(folder: Path, now: datetime) -> bool:
    """Write down number and hash of the newest line; False when nothing was added since the last anchor."""
    newest = queries.head()
    if newest is None or newest[0] in read(folder):
        return False
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / NAME).open("a", encoding="ascii") as file:
        file.write(f"{newest[0]} {newest[1]} {now.astimezone(UTC).isoformat(timespec='seconds')}\n")
        file.flush()
        os.fsync(file.fileno())
    return True


def read(folder: Path) -> dict[int, str]:
    """The anchors, hash by number; empty before the first. Raises `BadAnchors` naming the line.

    Where a number stands twice with two hashes, the first is kept: it was there before.
    """
    path = folder / NAME
    found: dict[int, str] = {}
    if not path.exists():
        return found
    for at, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        match = SHAPE.fullmatch(line)
        if match is None:
            raise BadAnchors(f"{path.name}, line {at}: this is not an anchor.")
        found.setdefault(int(match[1]), match[2])
    return found
