"""Every endpoint of the live URL map, walked by everyone, with own things, another's, and nothing's.

The case nobody writes by hand: the right role with the wrong object. It gets the very bytes that an object which
does not exist gets, and changes nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations

import pytest

from tests.support.proofs import is_full
from tests.support.walking import SIDED, UNSIDED, WALKERS, Endpoint, Stage, Walker, endpoints, may_knock, open_to
from youthprog.core.permissions import Reach

GARBAGE = dict.fromkeys(
    ("name", "title", "note", "reason", "mark", "youth_id", "person_id", "adult_id", "starts_on", "email"), "☃ no value"
)
# An attribute written with a value that was not there.
NOTHING = re.compile(r'="(?:[^"]*/)?(?:None|undefined)"')
# Ready once the database was migrated; the tables of these tests are made from the models.
NOT_READY = {"web.readyz"}
SCANNED = ("public", "link")  # what a mail scanner asks for, with HEAD too
# Pages the permission on the door does not open to the coordinator of one program alone, and why.
CLOSED_TO_COORDINATOR = {
    "programs.edit_site": "a place belongs to every program",
    "programs.new_program": "a new program is the department's",
}


@pytest.fixture(params=WALKERS)
def walker(request: pytest.FixtureRequest, stage: Stage) -> Walker:
    """Everyone who may knock."""
    return stage.walker(request.param)


def foreign_sides(endpoint: Endpoint, walker: Walker) -> list[str]:
    """The sides whose things this walker does not reach by the permission on the door."""
    reaches = {grant.reach for grant in walker.permissions.get(endpoint.door.permission, ())}
    if Reach.EVERYWHERE in reaches:
        return []
    return ["B"] if Reach.IN_PROGRAM in reaches else ["B", "neighbor"]


def wrong_paths(endpoint: Endpoint, walker: Walker) -> Iterator[tuple[str, str]]:
    """Pairs of addresses: with another's things, and the same with nothing's."""
    world, name = walker.stage.world, endpoint.name
    for side in foreign_sides(endpoint, walker):
        others = [each for each in endpoint.ids if world.id_of(each, side, name) != world.id_of(each, "A", name)]
        for size in range(1, len(others) + 1):
            for wrong in combinations(others, size):
                foreign = endpoint.path(world, "A", **dict.fromkeys(wrong, side))
                nothing = endpoint.path(world, "A", **dict.fromkeys(wrong, "nowhere"))
                yield foreign, nothing


def not_opened_by_another(walker: Walker, method: str) -> list[Endpoint]:
    """The doors somebody may knock at; of the department's coordinator, on the second engine, those that the coordinator of
    one program does not open there."""
    doors = open_to(walker, method)
    if walker.name != "coordinator" or walker.stage.engine == "sqlite" or is_full():
        return doors
    other = walker.stage.walker("coordinator of A")
    return [each for each in doors if not may_knock(each, other) or each.name in CLOSED_TO_COORDINATOR]


def told(faults: list[tuple[object, ...]]) -> str:
    """Every fault on a line of its own."""
    return "\n".join(" ".join(str(part) for part in fault) for fault in faults)


def test_the_world_has_everything_an_address_can_name(stage):
    for method in ("GET", "POST"):
        for endpoint in endpoints(stage.app, method):
            for side in stage.world.sides:
                assert endpoint.path(stage.world, side)


def test_no_two_doors_have_one_address(stage):
    """Flask takes the first and says nothing of the second."""
    addresses = Counter(
        (re.sub(r"<[^>]+>", "<>", rule.rule), method)
        for rule in stage.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    )
    assert [address for address, times in addresses.items() if times > 1] == []


def test_own_things_never_break_a_page(stage, walker):
    broken = []
    with stage.rehearsal():
        for endpoint in not_opened_by_another(walker, "GET"):
            path = endpoint.path(stage.world, "A")
            for method in ("GET", "HEAD") if endpoint.door.kind in SCANNED or is_full() else ("GET",):
                answer = walker.open(path, method)
                if answer.status >= 500 and endpoint.name not in NOT_READY:
                    broken.append((endpoint.name, path, answer.status, answer.body[:300]))
                if NOTHING.search(answer.body):
                    broken.append((endpoint.name, path, "a value that is not there is spelled out"))
                if set(answer.changed) - {"audit_entry"}:
                    broken.append((endpoint.name, method, path, "reading it changes", dict(answer.changed)))
        for endpoint in not_opened_by_another(walker, "POST"):
            path = endpoint.path(stage.world, "A")
            for data in ({}, GARBAGE) if stage.engine == "sqlite" or is_full() else (GARBAGE,):
                answer = walker.post(path, data)
                if answer.status >= 500:
                    broken.append((endpoint.name, "POST", path, answer.status, answer.body[:300]))
    assert not broken, told(broken)


def test_who_may_not_pass_is_sent_away_and_changes_nothing(stage, walker):
    wrong = []
    with stage.rehearsal():
        for endpoint in endpoints(stage.app, "GET"):
            if not may_knock(endpoint, walker):
                answer = walker.open(endpoint.path(stage.world, "A"))
                away = answer.status == 404 or (answer.status == 303 and answer.location.startswith("/sign-in"))
                if not away or (answer.status == 303 and walker.name in {*SIDED, *UNSIDED}):
                    wrong.append((endpoint.name, answer.status, answer.location))
        for endpoint in endpoints(stage.app, "POST"):
            if not may_knock(endpoint, walker):
                answer = walker.post(endpoint.path(stage.world, "A"), GARBAGE)
                if answer.status not in (403, 404) or answer.deeds:
                    wrong.append((endpoint.name, "POST", answer.status, answer.deeds))
    assert not wrong, told(wrong)


def test_the_coordinator_opens_every_page_of_the_own_program(stage):
    walker = stage.walker("coordinator of A")
    closed = {}
    for endpoint in endpoints(stage.app, "GET"):
        if endpoint.door.permission in walker.permissions:
            answer = walker.open(endpoint.path(stage.world, "A"))
            if answer.status not in (200, 303):
                closed[endpoint.name] = answer.status
    assert closed.keys() == CLOSED_TO_COORDINATOR.keys(), closed


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_anothers_things_look_like_things_that_do_not_exist(stage, walker, method):
    different = []
    with stage.rehearsal():
        for endpoint in open_to(walker, method):
            for foreign, nothing in wrong_paths(endpoint, walker):
                there, none = (
                    walker.post(path, GARBAGE) if method == "POST" else walker.open(path) for path in (foreign, nothing)
                )
                if there.scrubbed(foreign) != none.scrubbed(nothing):
                    different.append((endpoint.name, foreign, there.status, nothing, none.status))
                if there.deeds or none.deeds:
                    different.append((endpoint.name, foreign, "changed", there.deeds, none.deeds))
    assert not different, told(different)


def test_a_form_without_its_token_is_refused_and_changes_nothing(stage, walker):
    taken = []
    with stage.rehearsal():
        for endpoint in endpoints(stage.app, "POST"):
            answer = walker.post(endpoint.path(stage.world, "A"), GARBAGE, token=False)
            expected = (400,) if may_knock(endpoint, walker) else (400, 403, 404)
            if answer.status not in expected or answer.deeds:
                taken.append((endpoint.name, answer.status, answer.deeds))
    assert not taken, told(taken)


def test_the_watch_sees_what_would_be_kept_and_nothing_is(stage):
    walker = stage.walker("coordinator of A")
    path = f"/people/{stage.world.sides['A'].ids['youth_id']}/emergency"
    with stage.rehearsal():
        first = walker.post(path, {"name": "Nan", "phone": "(217) 555-0163"})
        second = walker.post(path, {"name": "Nan", "phone": "(217) 555-0163"})
    assert first.status == 303
    assert first.deeds == second.deeds == {"emergency_contact": 1}
    assert "Nan" not in walker.open(path).body
