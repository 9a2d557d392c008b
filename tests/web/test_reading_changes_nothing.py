"""A GET or HEAD changes no row but the audit trail, whoever asks and whatever for.

That no page keeps anything is watched for everybody where every door is opened (test_every_door). Here a few crawl for
good, and what the tables hold is compared: the watch itself is watched.
"""

from __future__ import annotations

import pytest

from tests.support.proofs import is_full
from tests.support.walking import FREE_TABLES, ON_ONE_ENGINE, WALKERS, Stage, endpoints, fingerprint
from youthprog.core import db
from youthprog.people.models import Person

pytestmark = [ON_ONE_ENGINE, pytest.mark.proof("a crawl of every page changes no row, on either engine", room="web")]

SCANS = 50
CRAWLERS = WALKERS if is_full() else ("coordinator of A", "guardian's link of A")


def changed_tables(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """The tables that are not what they were."""
    return {name for name in before if before[name] != after[name]}


@pytest.mark.parametrize("name", CRAWLERS)
def test_a_crawl_of_every_page_changes_no_row(stage, name):
    walker = stage.walker(name)
    before, wrote = fingerprint(stage.app), []
    for endpoint in endpoints(stage.app, "GET"):
        path = endpoint.path(stage.world, "A")
        for method in ("GET", "HEAD"):
            answer = walker.open(path, method)
            if set(answer.changed) - {"audit_entry"}:
                wrote.append((method, path, dict(answer.changed)))
    assert wrote == []
    assert changed_tables(before, fingerprint(stage.app)) == set()


def test_a_scanner_uses_nothing_up_and_signs_nothing(stage):
    token = stage.world.sides["A"].words["token"]
    scanner = stage.walker("anonymous")
    before = fingerprint(stage.app)
    for number in range(SCANS):
        scanned = scanner.open(f"/c/{token}", ("GET", "HEAD")[number % 2])
        assert scanned.status in (200, 303)
        if scanned.location:
            assert scanner.open(scanned.location, keep_cookie=True).status == 200
    assert changed_tables(before, fingerprint(stage.app)) == set()
    assert scanner.open(f"/c/{token}").status in (200, 303), "the link was used up"


def test_the_fingerprint_sees_a_single_changed_row(stage: Stage):
    before = fingerprint(stage.app)
    with stage.app.app_context():
        person = db.session().get_one(Person, stage.world.sides["B"].ids["youth_id"])
        person.school, kept = "Another school", person.school
        db.session().commit()
        after = fingerprint(stage.app)
        person.school = kept
        db.session().commit()
    assert changed_tables(before, after) == {"person"}
    assert "person" not in FREE_TABLES
    assert fingerprint(stage.app) == before
