"""More than thirty kinds of malformed input against every form and address of the live pages, on both engines at once.

Whatever comes, the answer is a page of ours, the same on both engines, and never a failure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from inspect import getattr_static
from io import BytesIO
from itertools import count
from math import ceil
from typing import Any
from unittest.mock import patch
from urllib.parse import quote, urlsplit

import pytest
import time_machine
from flask import Request
from werkzeug.exceptions import HTTPException

from tests.conftest import ENGINES
from tests.support.forms import LiveForm, encoded, forms_on
from tests.support.houses import House
from tests.support.proofs import cases
from tests.support.skipping import skip_unless_ci
from tests.support.walking import WALKERS, Answer, Endpoint, Stage, endpoints, may_knock, open_to, stage_on
from youthprog.core import clock

EXPECTED = {200, 303, 400, 403, 404, 409, 413, 415, 422, 429}
TELLS = ("Traceback", "sqlalchemy", "psycopg", "sqlite3", "IntegrityError")
FORM = "application/x-www-form-urlencoded"
SURROGATE = b"\xed\xa0\x80"

# In every field at once, each field another.
VALUES: dict[str, bytes] = {
    "NUL": b"a\x00b",
    "lone surrogate": b"a" + SURROGATE,
    "not UTF-8": b"\xff\xfe\xc3",
    "81 characters": b"x" * 81,
    "5,001 characters": b"x" * 5001,
    "2^31": b"2147483648",
    "2^63": b"9223372036854775808",
    "2^64": b"18446744073709551616",
    "5,000 digits": b"9" * 5000,
    "minus one": b"-1",
    "zero": b"0",
    "1e5": b"1e5",
    "NaN": b"nan",
    "digits of another script": "٣١٤".encode(),
    "full-width digits": "１２".encode(),
    "superscript": "²".encode(),
    "year 730": b"0730-02-02",
    "31 February": b"2026-02-31",
    "last day there is": b"9999-12-31",
    "template": b"q{{7*7}}${7*7}{%raw%}q",
    "tower of accents": ("a" + "\u0301" * 400).encode(),
    "formula": b'=HYPERLINK("http://elsewhere.example","x")',
    "header injection": b"a\r\nSet-Cookie: stolen=1",
    "right to left": "\u202egnp.exe\u202c\u200b".encode(),
    "markup": b"<script>alert(1)</script><img src=x onerror=alert(1)>",
}
# In one field, while the others are as they should be: these reach the tables.
ALONE = ("NUL", "81 characters", "2^63", "5,000 digits", "year 730", "tower of accents")
MOST_BODIES = 2  # of a form with few fields
MOST_FIELDS = 2  # of a form that are tried alone, others at each turn
TEXTUAL = {"text", "textarea", "date", "number", "select", "hidden", "email", "tel", "search", "time", "radio"}
ADDRESS_VALUES = [
    "\x00", "x" * 5000, "W10", "eyJhIjoxfQ", "WyJhIiwgOTk5OTk5OTk5OTk5OTk5OTk5OTk5OV0", "%", "_", "-1",
    "99999999999999999999", "9" * 5000, "1e5", "٣", "²", "' OR 1=1 --", "{{7*7}}", "a\u0301" * 200,
]  # fmt: skip
ASKED = (
    "on",
    "youth",
    "after",
    "q",
    "page",
    "show",
    "who",
    "state",
    "season",
    "group",
    "program",
    "youth_id",
    "next",
    "kind",
    "week",
)
SENDERS = ("coordinator", "admin", "coach of A", "mentor of A", "guardian of A", "guardian's link of A", "anonymous")
BAD_IDS = [
    "0",
    "-1",
    "2147483648",
    "9223372036854775808",
    "18446744073709551616",
    "1e5",
    "%D9%A3",
    "%00",
    "%ED%A0%80",
    "1.0",
]


@pytest.fixture(scope="module")
def stages(houses: dict[str, House]) -> Iterator[list[Stage]]:
    """The same world on both engines, made at one moment: where games begin a minute apart, a page of one engine is an old page
    (409) to the other."""
    now = clock.now()
    with ExitStack() as stack:
        for engine in ENGINES:
            house = houses[engine]
            if house.app is None:
                skip_unless_ci(house.reason)
        with time_machine.travel(now, tick=False):
            found = [stack.enter_context(stage_on(houses[engine], engine)) for engine in ENGINES]
        for stage in found:
            for name in SENDERS:
                stage.walker(name)
        for stage in found:
            stack.enter_context(stage.rehearsal())
        yield found


def faults_of(what: str, answers: list[Answer]) -> list[str]:
    """What is wrong with the answers of both engines to the same question."""
    faults = []
    for answer in answers:
        if answer.status not in EXPECTED:
            faults.append(f"{what}: {answer.status} {answer.body[:300]}")
        if any(word in answer.body for word in TELLS):
            faults.append(f"{what}: tells too much")
        if "q49$" in answer.body or "<script>alert(1)" in answer.body or "stolen" in answer.location.split("?")[0]:
            faults.append(f"{what}: was taken for code")
    if len({answer.status for answer in answers}) > 1:
        faults.append(f"{what}: {[answer.status for answer in answers]} on {ENGINES}")
    return faults


def is_first(stage: Stage, name: str, endpoint: Endpoint) -> bool:
    """Whether nobody before in the row of senders passes this door: one of them is enough."""
    before = SENDERS[: SENDERS.index(name)]
    if endpoint.door.kind == "public":
        return name in ("coordinator", "anonymous")
    return not any(may_knock(endpoint, stage.walker(each)) for each in before)


@cache
def forms_of(stage: Stage, name: str) -> dict[str, LiveForm]:
    """Every form with fields on somebody's pages of side A that nobody before has: one of each endpoint and shape."""
    walker, found = stage.walker(name), {}
    by_name = {endpoint.name: endpoint for endpoint in endpoints(stage.app, "POST")}
    adapter = stage.app.url_map.bind("localhost")
    for endpoint in open_to(walker, "GET"):
        path = endpoint.path(stage.world, "A")
        answer = walker.open(path)
        if answer.status != 200 or answer.kind != "text/html" or endpoint.name == "web.ui":
            continue
        for form in forms_on(answer.body, path):
            try:
                target, _arguments = adapter.match(urlsplit(form.action).path, "POST")
            except HTTPException:
                raise AssertionError(f"{path}: a form leads nowhere: {form.action}") from None
            if form.inputs and is_first(stage, name, by_name[target]):
                found.setdefault(f"{target} {form.shape}", form)
    return found


def both(stages: list[Stage], name: str) -> list[tuple[str, list[LiveForm]]]:
    """Each form as it stands on either engine: tokens and codes differ."""
    first, second = (forms_of(stage, name) for stage in stages)
    assert first.keys() == second.keys()
    for which, form in first.items():
        assert form.filled().get("seen") == second[which].filled().get("seen"), f"{which}: two worlds"
    return [(which, [first[which], second[which]]) for which in first]


def send(stages: list[Stage], name: str, forms: list[LiveForm], pairs: list[tuple[str, bytes]]) -> list[Answer]:
    """The same body to both engines."""
    body = encoded([*pairs, ("csrf_token", stages[0].walker(name).token.encode())])
    return [
        stage.walker(name).open(form.action, "POST", body, content_type=FORM)
        for stage, form in zip(stages, forms, strict=True)
    ]


@pytest.mark.proof("each kind of malformed value in each field of each form is refused alike", room="web")
@pytest.mark.parametrize("name", SENDERS)
def test_malformed_values_are_refused_alike(stages, name):
    faults: list[str] = []
    found, turn, begin, which_fields, doubled = both(stages, name), count(), count(), count(), count()
    assert found or name in ("coach of A", "anonymous"), f"{name} finds no form"
    for which, forms in found:
        good, fields = forms[0].filled(), textual(forms[0])
        for kinds in spread(list(good), next(begin)):
            sent = send(stages, name, forms, [(each, VALUES[kind]) for each, kind in kinds.items()])
            faults += faults_of(f"{which} {kinds}", sent)
        faults += faults_of(f"{which} as it should be", send(stages, name, forms, _pairs(good)))
        if next(doubled) % cases(full=1, sample=2) == 0:
            twice = [*_pairs(good), *((field, VALUES["NUL"]) for field in fields)]
            faults += faults_of(f"{which} twice", send(stages, name, forms, twice))
        for field in some_of(fields, next(which_fields), sample=min(MOST_FIELDS, len(fields))):
            for kind in some_of(ALONE, next(turn), sample=1):
                alone = [(field, VALUES[kind]), *_pairs(good, but=field)]
                faults += faults_of(f"{which} {field} {kind}", send(stages, name, forms, alone))
    assert not faults, "\n".join(faults)


def spread(fields: list[str], turn: int) -> Iterator[dict[str, str]]:
    """Which kind of value goes into which field, body by body: every form meets a good part of the kinds, the next form
    others; in full each kind goes into each field."""
    kinds = list(VALUES)
    bodies = cases(full=len(kinds), sample=min(MOST_BODIES, ceil(len(kinds) / max(len(fields), 1))))
    for number in range(bodies):
        step = number if bodies == len(kinds) else (turn * MOST_BODIES + number) * len(fields)
        yield {field: kinds[(step + place) % len(kinds)] for place, field in enumerate(fields)}


def some_of(things: Iterable[Any], turn: int, *, sample: int) -> list[Any]:
    """A few of the things, others at each turn; in full all of them."""
    every = list(things)
    return [every[(turn * sample + step) % len(every)] for step in range(cases(full=len(every), sample=sample))]


def textual(form: LiveForm) -> list[str]:
    """The fields that take words; of numbered ones, which one piece of code reads, the first."""
    names = sorted({each.name for each in form.inputs if each.kind in TEXTUAL})
    return list({re.sub(r"\d+", "#", name): name for name in reversed(names)}.values())


def _pairs(values: dict[str, str], but: str = "") -> list[tuple[str, bytes]]:
    return [(name, value.encode()) for name, value in values.items() if name != but]


@pytest.mark.proof("each kind of malformed body to each form is refused alike", room="web")
@pytest.mark.parametrize("name", ["coordinator", "guardian of A", "anonymous"])
def test_malformed_bodies_are_refused_alike(stages, name):
    faults: list[str] = []
    token = stages[0].walker(name).token
    headers = {"X-CSRFToken": token}
    bodies: dict[str, dict[str, object]] = {
        "empty multipart": {"data": b"", "content_type": "multipart/form-data; boundary=x"},
        "multipart without boundary": {"data": b"--x--", "content_type": "multipart/form-data"},
        "cut multipart": {"data": b"--x\r\nContent-Disposition: form-data; name=", "content_type": "multipart/form-data; boundary=x"},
        "bad JSON": {"data": b"{", "content_type": "application/json"},
        "deep JSON": {"data": b"[" * 5000, "content_type": "application/json"},
        "another content type": {"data": b"<a/>", "content_type": "application/xml"},
        "unknown charset": {"data": b"a=b", "content_type": f"{FORM}; charset=utf-99"},
    }  # fmt: skip
    for number, (which, forms) in enumerate(both(stages, name)):
        own = dict(bodies)
        if note := next((each.name for each in forms[0].inputs if each.kind == "textarea"), None):
            own["1 MB note"] = {"data": encoded([(note, b"x" * 1_000_000)]), "content_type": FORM}
        if not number:  # fields are counted before anybody asks which form they are of
            own["10,000 fields"] = {"data": encoded([(f"f{n}", b"1") for n in range(10_000)]), "content_type": FORM}
        for kind, how in some_of(own.items(), number, sample=2):
            answers = [
                stage.walker(name).open(form.action, "POST", headers=headers, **how)
                for stage, form in zip(stages, forms, strict=True)
            ]
            faults += faults_of(f"{which} {kind}", answers)
    assert not faults, "\n".join(faults)


def test_malformed_files_are_refused_alike(stages):
    faults: list[str] = []
    contents = {
        "nothing": b"",
        "NULs": b"\x00" * 5000,
        "not a table": b"%PDF-1.7 \xff\xfe" * 50,
        "one endless line": b"x" * 300_000,
        "formulas": b"First Name,Last Name,Birth Date\r\n=1+1,+2,@3\r\n",
        "many columns": b",".join(b"c%d" % n for n in range(5000)) + b"\n1\n",
    }
    names = ['x"\r\nSet-Cookie: stolen=1;.csv', "../../keys.toml", "a" * 3000 + ".csv", "\u202evsc.csv", ""]
    for sender in ("coordinator", "anonymous"):
        for which, forms in both(stages, sender):
            for field in [each.name for each in forms[0].inputs if each.kind == "file"]:
                for kind, content in contents.items():
                    for name in names if kind == "formulas" else names[:1]:
                        answers = [
                            upload(stage, sender, form, field, content, name)
                            for stage, form in zip(stages, forms, strict=True)
                        ]
                        faults += faults_of(f"{which} {kind} {name[:20]!r}", answers)
    assert not faults, "\n".join(faults)


def upload(stage: Stage, sender: str, form: LiveForm, field: str, content: bytes, name: str) -> Answer:
    """Send a file with the form's other fields as they should be."""
    walker = stage.walker(sender)
    data = {**form.filled(), "csrf_token": walker.token, field: (BytesIO(content), name)}
    return walker.open(form.action, "POST", data, content_type="multipart/form-data")


@pytest.mark.proof("each malformed thing behind each question mark and in each address is refused alike", room="web")
@pytest.mark.parametrize("name", SENDERS)
def test_malformed_addresses_are_refused_alike(stages, name):
    faults: list[str] = []
    turn = count()
    for endpoint in open_to(stages[0].walker(name), "GET"):
        if endpoint.name != "web.readyz" and is_first(stages[0], name, endpoint):
            behind = [bad_questions(stage, endpoint) for stage in stages]
            with noting_what_is_asked() as asked:
                faults += faults_at(stages, name, [each[0] for each in behind])
            if asked:  # a page that reads no word behind the question mark is the same page for all of them
                for addresses in some_of(list(zip(*behind, strict=True))[1:], next(turn), sample=2):
                    faults += faults_at(stages, name, addresses)
            number = next(turn)
            for addresses in zip(*(bad_paths(stage, endpoint, number) for stage in stages), strict=True):
                faults += faults_at(stages, name, addresses)
    assert not faults, "\n".join(faults)


def faults_at(stages: list[Stage], name: str, addresses: list[str] | tuple[str, ...]) -> list[str]:
    """What is wrong with the answers at an address, as it stands on either engine."""
    answers = [stage.walker(name).open(address) for stage, address in zip(stages, addresses, strict=True)]
    return faults_of(addresses[0][:200], answers)


@contextmanager
def noting_what_is_asked() -> Iterator[list[str]]:
    """Which requests look at the words behind their question mark meanwhile."""
    asked: list[str] = []
    args: Any = getattr_static(Request, "args")

    def noted(request: Request) -> Any:
        asked.append(request.path)
        return args.__get__(request)

    with patch.object(Request, "args", property(noted)):
        yield asked


def bad_questions(stage: Stage, endpoint: Endpoint) -> list[str]:
    """An endpoint's address with every malformed thing behind the question mark, in each word at once."""
    path = endpoint.path(stage.world, "A").split("?")[0]
    values = [*(quote(value) for value in ADDRESS_VALUES), "%ED%A0%80"]
    return [f"{path}?" + "&".join(f"{each}={value}" for each in ASKED) for value in values]


def bad_paths(stage: Stage, endpoint: Endpoint, turn: int) -> list[str]:
    """An endpoint's address with malformed things in place of one of its ids or words, others at each turn."""
    world, path, found = stage.world, endpoint.path(stage.world, "A").split("?")[0], []
    for name in (*endpoint.in_path, *endpoint.words):
        is_id = name in endpoint.in_path
        known = str(world.id_of(name, "A", endpoint.name)) if is_id else world.word_of(name, "A", endpoint.name)
        found += [path.replace(f"/{quote(known)}", f"/{bad}", 1) for bad in some_of(BAD_IDS, turn, sample=2)]
    return found


def test_what_reads_behind_the_question_mark_is_noticed(stages):
    with noting_what_is_asked() as asked:
        stages[0].walker("anonymous").open("/?q=1")
        assert not asked
        stages[0].walker("coordinator").open("/people?q=1")
        assert asked


def test_every_kind_and_every_thing_has_its_turn():
    for fields in (["a"], ["a", "b", "c"], [f"f{n}" for n in range(40)]):
        forms = [list(spread(fields, turn)) for turn in range(14)]
        assert {kind for form in forms for body in form for kind in body.values()} >= set(VALUES)
        assert all(set(body) == set(fields) for form in forms for body in form)
    assert {each for turn in range(5) for each in some_of("abcde", turn, sample=2)} == set("abcde")


def test_a_failure_would_be_seen(stages):
    broken = Answer(599, "DataError: psycopg")
    assert faults_of("it", [broken, broken]) != []
    assert faults_of("it", [Answer(200, ""), Answer(422, "")]) != []
    assert faults_of("it", [Answer(422, ""), Answer(422, "")]) == []
    assert set(SENDERS) <= set(WALKERS)
