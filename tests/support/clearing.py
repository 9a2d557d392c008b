"""Who is cleared, said by the test instead of by signed forms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from youthprog.core import clearance
from youthprog.core.clearance import NotCleared

NO_GATHERING = 0  # where only what a season asks is looked at


@contextmanager
def only_these_are_not_cleared(app: Flask) -> Iterator[set[int]]:
    """Everybody is cleared but the youth whose ids the test puts into the set."""
    barred: set[int] = set()

    def object_to(youth_ids, season_id, on):
        return [
            NotCleared(each, "consent.medical", "missing", "Medical form", "Medical form missing.")
            for each in youth_ids
            if each in barred
        ]

    names = ("youthprog.clearance", "youthprog.clearance_at", "youthprog.clearance_surely", "youthprog.clearance_in")
    before = {name: app.extensions[name] for name in names}
    clearance.install(app, [object_to])
    try:
        yield barred
    finally:
        app.extensions.update(before)
