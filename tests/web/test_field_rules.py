"""Canaries in every field of every child: each is seen only by whom `access/roles.TABLE` lets read it.

Everyone opens every page behind a door that lets them knock, with everybody's things, and sends every form wrongly; what
the press is given counts too. Who may not knock is sent away (test_every_door).
"""

from __future__ import annotations

import re

import pytest

from tests.makers.world import SIDES
from tests.support.walking import LONG_WALKERS, ON_ONE_ENGINE, Stage, Walker, open_to
from youthprog.access.roles import LINK_GRANTS
from youthprog.access.types import LinkPurpose, Role
from youthprog.core.permissions import P, Reach
from youthprog.documents.press import PrintJob

pytestmark = [
    ON_ONE_ENGINE,
    pytest.mark.proof("a field is shown only to whom the table lets read it, on both engines", room="web"),
]

IN_PHONES = re.compile(r"(?<=[\d)])[\s().\u00a0\u2010\u2011-]+(?=\d)|\)")
# field -> the permissions that show it
FIELDS: dict[str, tuple[P, ...]] = {
    "name": (P.YOUTH_READ, P.CONSENT_SIGN),
    "school": (P.YOUTH_READ,),
    "phone": (P.CONTACT_READ,),
    "mail": (P.CONTACT_READ,),
    "street": (P.CONTACT_READ,),
    "alert": (P.HEALTH_ALERT_READ, P.HEALTH_READ),
    "detail": (P.HEALTH_READ,),
    "custody": (P.CUSTODY_READ,),
    "photo": (P.PHOTO_READ,),
}
ALL = {(side, child) for side in SIDES for child in ("first", "second", "waiting")}
WITHIN: dict[Reach, dict[str, set[tuple[str, str]]]] = {
    Reach.EVERYWHERE: {"": ALL},
    Reach.IN_PROGRAM: {"": {(side, child) for side, child in ALL if side != "B"}},
    Reach.ASSIGNED: {"coach of A": {("A", "first"), ("A", "second")}, "mentor of A": {("A", "first")}},
    Reach.OWN_CHILDREN: {
        "guardian of A": {("A", "first"), ("A", "second")},
        "guardian's link of A": {("A", "first"), ("A", "second")},
    },
}
PEOPLE = ("/people",)  # where whoever once raised a concern is found like any adult
# What each role must be able to find somewhere, or the test looks in the wrong places.
SEEN = {
    "coordinator": set(FIELDS),
    "coordinator of A": set(FIELDS),
    "coach of A": {"name", "phone", "alert", "photo"},
    "mentor of A": {"name", "phone", "alert"},
    "guardian of A": {"name", "phone", "alert", "detail"},
    "guardian's link of A": {"name"},
}


def may_read(walker: Walker) -> set[tuple[str, str, str]]:
    """(side, child, field) that the table lets somebody read."""
    link = LINK_GRANTS[LinkPurpose.CONSENT] if "link" in walker.name else {}
    found = set()
    for field, permissions in FIELDS.items():
        for permission in permissions:
            reaches = {grant.reach for grant in walker.permissions.get(permission, ())} | {link.get(permission)}
            for reach in reaches - {None}:
                within = WITHIN[reach]  # type: ignore[index]
                for side, child in within.get(walker.name, within.get("", set())):
                    found.add((side, child, field))
    return found


def photos_in(job: PrintJob) -> str:
    """The photos on a paper, which are no part of its words."""
    return "".join(each.decode("latin-1") for name, each in job.assets.items() if name.startswith("photo-"))


def seen_by(
    stage: Stage, walker: Walker, methods: tuple[str, ...] = ("GET", "POST")
) -> dict[tuple[str, str, str], str]:
    """(side, child, field) -> where somebody saw its canary."""
    seen: dict[tuple[str, str, str], str] = {}
    canaries = [
        ((side.name, each.child, field), text)
        for side in stage.world.sides.values() if side.name in SIDES
        for each in side.canaries for field, text in each.fields.items()
    ]  # fmt: skip
    with stage.rehearsal():
        for method in methods:
            for endpoint in open_to(walker, method):
                for path in {endpoint.path(stage.world, side) for side in SIDES}:
                    stage.press.jobs.clear()
                    answer = walker.open(path) if method == "GET" else walker.post(path, {"name": "?"})
                    shown = (
                        answer.body + answer.location + "".join(job.html + photos_in(job) for job in stage.press.jobs)
                    )
                    shown += IN_PHONES.sub("", shown)
                    for key, text in canaries:
                        if text in shown and not (key[2] == "raiser now" and path.startswith(PEOPLE)):
                            seen.setdefault(key, f"{method} {path}")
    return seen


@pytest.mark.parametrize("name", LONG_WALKERS)
def test_a_field_is_shown_only_to_whom_the_table_lets_read_it(stage, name):
    walker = stage.walker(name)
    seen, allowed = seen_by(stage, walker), may_read(walker)
    leaks = {key: where for key, where in seen.items() if key not in allowed}
    assert not leaks, "\n".join(f"{key}: {where}" for key, where in leaks.items())
    missing = SEEN.get(name, set()) - {field for side, child, field in seen if (side, child) == ("A", "first")}
    assert not missing, f"{name} finds nowhere: {missing}"


def test_a_concern_is_read_on_its_own_pages_alone(stage):
    """Words, whom it is about in them, notes and who raised it: nobody else finds a byte of them (the test above)."""
    reader = stage.walker("safeguarding coordinator")
    seen = {key: where for key, where in seen_by(stage, reader, ("GET",)).items() if key[1] == "concern"}
    assert {field for side, _child, field in seen} == {"words", "who", "raiser now", "note"}
    assert {side for side, _child, _field in seen} == set(SIDES)
    assert all("/concerns" in where for where in seen.values()), seen


def test_the_table_says_what_a_lawyer_would_expect(stage):
    assert may_read(stage.walker("admin")) == set()
    assert may_read(stage.walker("anonymous")) == set()
    coach = {field for _side, _child, field in may_read(stage.walker("coach of A"))}
    assert coach == set(FIELDS) - {"detail", "custody"}
    assert {key for key in may_read(stage.walker("guardian of A")) if key[2] == "custody"} == set()
    assert ("B", "first", "name") not in may_read(stage.walker("coordinator of A"))
    assert Role.ADMIN.value == "admin"
