"""Registers on phones over HTTP: the snapshot, and messages of deeds in any order, number and shape."""

from __future__ import annotations

import gzip
import json
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.people import make_youth
from tests.makers.programs import enroll, make_gathering
from tests.web.test_attendance import Field, objections  # noqa: F401  a fixture: pytest finds it by its name
from youthprog.access.services import assign
from youthprog.access.types import Role
from youthprog.attendance import cards
from youthprog.attendance.deed_forms import MOST_BYTES, MOST_DEEDS
from youthprog.attendance.models import AttendanceMark, Deed
from youthprog.attendance.types import Mark
from youthprog.core import clock
from youthprog.core.actor import SYSTEM
from youthprog.core.crypto import fingerprint
from youthprog.people.services import restrict_custody

STATIC = Path(__file__).resolve().parents[2] / "youthprog" / "static"


@pytest.fixture
def field(session, objections):  # noqa: F811
    return Field(session)


class Phone:
    """A coach's phone: the register it was given, and the deeds it sends."""

    def __init__(self, visitor, field):
        self.visitor, self.field = visitor.sign_in(field.account), field
        self.address = f"/gatherings/{field.gathering.id}"
        self.snapshot = self.look()

    def look(self):
        answer = self.visitor.raw(f"{self.address}/register.json")
        assert answer.status_code == 200
        return answer.get_json()

    def send(self, *deeds, status=200, body=None, **more):
        sent = json.dumps({"device": "phone", "deeds": deeds, **more}) if body is None else body
        answer = self.visitor.raw(
            f"{self.address}/deeds", "POST", data=sent, content_type="application/json",
            headers={"X-CSRFToken": self.snapshot["token"], "Accept": "application/json", "Referer": "http://localhost/"},
        )  # fmt: skip
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_json()


@pytest.fixture
def phone(visitor, field):
    return Phone(visitor, field)


def deed(youth, kind="mark", mark="present", minutes=0, **more):
    at = (clock.now() - timedelta(minutes=minutes)).isoformat()
    return {"id": str(uuid.uuid4()), "youth": youth, "kind": kind, "mark": mark, "at": at, "clock": at, **more}


def count(session, what=Deed):
    return session.scalar(sa.select(sa.func.count()).select_from(what))


def test_the_snapshot_says_what_the_page_says(phone, field, objections):  # noqa: F811
    objections.add(field.ids[1])
    first, second, third = phone.look()["youth"]
    assert (first["name"], first["jersey"], first["cleared"], first["heads"]) == ("Mateo Aguilar", "1", True, [])
    assert (second["cleared"], second["reasons"][0]["says"]) == (False, "Medical form missing.")
    assert third["mark"] is None
    assert phone.snapshot["hours"] == 12
    assert not {"phone", "contact", "born_on"} & first.keys()


def test_a_deed_is_kept_and_the_state_of_its_youth_comes_back(phone, field):
    one = deed(field.ids[0], "arrive", "late", minutes=5)
    answer = phone.send(one)
    assert answer["results"] == [{"id": one["id"], "state": "kept"}]
    state = answer["youth"][str(field.ids[0])]
    assert (state["mark"], state["heads"], state["disputed"], state["version"]) == ("late", [one["id"]], False, 1)
    assert state["in_at"] is not None
    assert phone.look()["youth"][0]["heads"] == [one["id"]]


def test_a_mark_from_before_there_were_deeds_is_changed_from_a_phone(phone, field, session):
    old = {"gathering_id": field.gathering.id, "youth_id": field.ids[0], "mark": Mark.ABSENT, "marked_at": clock.now()}
    session.add(AttendanceMark(**old))
    session.commit()
    shown = next(each for each in phone.look()["youth"] if each["id"] == field.ids[0])
    answer = phone.send(deed(field.ids[0], mark="late", saw=shown["heads"]))
    assert answer["results"][0]["state"] == "kept"
    told = answer["youth"][str(field.ids[0])]
    assert (shown["mark"], told["mark"], told["disputed"]) == ("absent", "late", False)
    assert count(session) == 2


def test_what_holds_now_names_nobody_and_reads_nothing_of_health(phone, field, session):
    other = make_youth("No", "Member")
    phone.send(deed(field.ids[0], mark="late"))
    found = phone.visitor.raw(f"{phone.address}/standing.json").get_json()
    assert {who: (each["mark"], each["version"]) for who, each in found["youth"].items()} == {
        str(field.ids[0]): ("late", 1)
    }
    assert str(other.id) not in found["youth"]
    assert set(found["youth"][str(field.ids[0])]) == {"mark", "version", "disputed", "in_at", "out_at", "heads"}


def test_a_child_whom_custody_keeps_away_holds_nothing_for_this_adult(phone, field, session):
    phone.send(*(deed(youth_id, mark="late") for youth_id in field.ids))
    restrict_custody(
        field.youth[0], field.coach, no_collect=True, no_decide=True, no_information=True,
        starts_on=clock.today(), note="", by=SYSTEM, now=clock.now(),
    )  # fmt: skip
    session.commit()
    for address in ("standing.json", "register.json"):
        found = phone.visitor.raw(f"{phone.address}/{address}").get_json()["youth"]
        seen = {int(each) for each in found} if isinstance(found, dict) else {each["id"] for each in found}
        assert seen == set(field.ids[1:])


def test_a_message_sent_three_times_is_answered_alike_and_kept_once(phone, field, session, objections):  # noqa: F811
    objections.add(field.ids[1])
    sent = [
        deed(field.ids[0]),
        deed(field.ids[1], "arrive"),
        deed(field.ids[2], clock=clock.now().replace(year=2020).isoformat()),
        deed(10**9),
        deed(field.ids[2], "leave", None, to={"kind": "listed", "name": "Pat Nobody"}),
    ]
    answers = [phone.send(*sent) for _time in range(3)]
    assert answers[0]["results"] == answers[1]["results"] == answers[2]["results"]
    assert answers[0]["youth"] == answers[2]["youth"]
    assert [each.get("code") for each in answers[0]["results"]] == [
        None, "not_cleared", None, "unknown_youth", "not_listed",
    ]  # fmt: skip
    assert answers[0]["results"][2]["flag"] == "clock_off"
    assert count(session) == 5


BAD = {
    "no deed": 7,
    "no id": lambda who: {**deed(who), "id": None},
    "an id that is no UUID": lambda who: {**deed(who), "id": "1"},
    "an unknown kind": lambda who: deed(who, kind="dance"),
    "a kind that is no text": lambda who: deed(who, kind=["mark"]),
    "an unknown mark": lambda who: deed(who, mark="dancing"),
    "a mark without a mark": lambda who: deed(who, mark=None),
    "an arrival that is absent": lambda who: deed(who, "arrive", "absent"),
    "a leaving with a mark": lambda who: deed(who, "leave", "present"),
    "no moment": lambda who: {**deed(who), "at": None},
    "a moment without a zone": lambda who: {**deed(who), "at": "2026-09-17T17:30:00"},
    "a moment in the year 1": lambda who: {**deed(who), "at": "0001-01-01T00:00:00+14:00"},
    "a clock that is none": lambda who: {**deed(who), "clock": "noon"},
    "a youth that is no number": lambda who: {**deed(who), "youth": str(who)},
    "a youth that is true": lambda who: {**deed(who), "youth": True},
    "a youth beyond all keys": lambda who: {**deed(who), "youth": 2**63},
    "nobody": lambda who: {**deed(who), "youth": None},
    "what was seen is no list": lambda who: deed(who, saw="x"),
    "what was seen is no id": lambda who: deed(who, saw=["\x00"]),
    "too much was seen": lambda who: deed(who, saw=["a"] * 41),
    "a taking back of nothing": lambda who: deed(who, "take_back", None),
    "a mark that takes back": lambda who: deed(who, undoes="a"),
    "a collector who is a text": lambda who: deed(who, "leave", None, to="Ana"),
    "a collector of an unknown kind": lambda who: deed(who, "leave", None, to={"kind": "friend"}),
    "a name with NUL": lambda who: deed(who, "leave", None, to={"name": "a\x00"}),
    "a name too long": lambda who: deed(who, "leave", None, to={"name": "a" * 161}),
    "a lone surrogate": lambda who: deed(who, "leave", None, to={"name": "\ud800"}),
    "a code on a mark": lambda who: {**deed(who), "youth": None, "code": "X"},
}


def test_each_malformed_deed_is_refused_alone(phone, field, session):
    who = field.ids[0]
    bad = [make(who) if callable(make) else make for make in BAD.values()]
    good = deed(field.ids[1], mark="late")
    answer = phone.send(*bad, good)
    told = dict(zip(BAD, answer["results"], strict=False))
    assert {name: each.get("code") for name, each in told.items()} == dict.fromkeys(BAD, "malformed")
    assert answer["results"][-1] == {"id": good["id"], "state": "kept"}
    assert count(session) == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed"),
        (b"{", 400, "malformed"),
        (b"[" * 5000, 400, "malformed"),
        (b"9" * 5000, 400, "malformed"),
        (b'{"deeds": {}}', 400, "malformed"),
        (b'{"deeds": [], "device": 7}', 400, "malformed"),
        (b'{"deeds": [], "save": "x"}', 400, "malformed"),
        (b"\xff\xfe", 400, "malformed"),
        (json.dumps({"deeds": [1] * (MOST_DEEDS + 1)}).encode(), 413, "too_much"),
        (b" " * (MOST_BYTES + 1), 413, "too_much"),
    ],
)
def test_a_message_that_is_none_is_refused_whole(phone, session, body, status, code):
    answer = phone.send(body=body, status=status)
    assert answer["error"] == code
    assert count(session) == 0


def test_without_the_token_nothing_is_kept(phone, field, session):
    phone.snapshot["token"] = "forged"
    phone.send(deed(field.ids[0]), status=400)
    assert count(session) == 0


def test_a_youth_out_of_reach_is_answered_like_one_that_is_not_there(phone, field, session):
    stranger = make_youth("No", "Body")
    session.commit()
    foreign, nothing = phone.send(deed(stranger.id), deed(10**9))["results"]
    assert foreign.pop("id") != nothing.pop("id")
    assert foreign == nothing
    assert foreign["code"] == "unknown_youth"
    assert set(session.scalars(sa.select(Deed.youth_id))) == {None}


def test_another_registers_deed_tells_nothing(phone, field, session):
    one = deed(field.ids[0])
    phone.send(one)
    other = make_gathering(field.group, clock.now())
    session.commit()
    phone.address = f"/gatherings/{other.id}"
    assert phone.send(one)["results"] == [{"id": one["id"], "state": "known"}]
    assert count(session) == 1


def test_what_several_messages_say_is_one_save_and_undone_together(phone, field):
    save = str(uuid.uuid4())
    phone.send(deed(field.ids[0]), save=save)
    phone.send(deed(field.ids[1]), save=save)
    phone.visitor.get(field.address)
    phone.visitor.post(f"{field.address}/undo")
    assert field.marks() == {}


def test_a_scanned_code_means_its_youth_or_says_why_nobody(phone, field, session):
    card = cards.issue(field.ids[0], by=SYSTEM, now=clock.now())
    old = cards.issue(field.ids[1], by=SYSTEM, now=clock.now()).code
    cards.replace(field.ids[1], by=SYSTEM, now=clock.now())
    texts = (card.code, "https://elsewhere.example/k/ABCDEFGHJK", "hello", old)
    session.commit()
    sent = [{**deed(None, "arrive"), "code": text} for text in texts]
    first, again = phone.send(*sent), phone.send(*sent)
    assert [each.get("code") for each in first["results"]] == [None, "other_department", "foreign_code", "ended_code"]
    assert first["results"] == again["results"]
    assert list(first["youth"]) == [str(field.ids[0])]
    look = phone.look()
    assert look["youth"][0]["card"] == fingerprint(look["salt"] + card.code)[:24]
    assert card.code not in str(look)


def test_whoever_walked_in_is_marked_by_who_saw_it(phone, field, session):
    other = make_youth("Ana", "Brooks")
    enroll(other, field.gathering.season)
    assign([(field.coach.id, other.id)], source="test", from_on=clock.today())
    session.commit()
    walked = deed(other.id, mark="walk_in")
    blind, seen = deed(other.id, mark="late"), deed(other.id, mark="late", saw=[walked["id"]])
    codes = [each.get("code") for each in phone.send(walked, blind, seen)["results"]]
    assert codes == [None, "not_a_member", None]


def test_a_record_merged_meanwhile_is_still_meant(phone, field, session):
    gone = make_youth("Mateo", "Aguilar")
    session.flush()
    gone.merged_into_id = field.ids[0]
    session.commit()
    assert phone.send(deed(gone.id))["results"][0]["state"] == "kept"
    assert field.marks() == {field.ids[0]: Mark.PRESENT}


def test_the_answer_speaks_the_readers_language(phone, field, objections):  # noqa: F811
    objections.add(field.ids[0])
    phone.visitor.raw("/language/es")
    assert phone.send(deed(field.ids[0]))["results"][0]["says"].startswith("Sin autorización")


@pytest.mark.parametrize("role", [Role.COACH, Role.MENTOR, Role.GUARDIAN])
def test_anothers_register_is_none(visitor, field, session, role):
    account = make_account(role)
    session.commit()
    visitor.sign_in(account)
    there, nowhere = (visitor.raw(f"/gatherings/{key}/register.json") for key in (field.gathering.id, 10**6))
    assert there.status_code == nowhere.status_code == 404


def test_a_phone_costs_the_same_for_one_and_fifteen(visitor, session, objections, statements):  # noqa: F811
    counts = []
    for names in (["Mateo"], [f"Player{number}" for number in range(15)]):
        phone = Phone(visitor, Field(session, names))
        statements.clear()
        phone.send(*(deed(who) for who in phone.field.ids))
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 24


def test_the_register_and_its_scripts_are_light(visitor, session, objections):  # noqa: F811
    field = Field(session, [f"Player{number}" for number in range(15)])
    source = visitor.sign_in(field.account).get(field.address).text_source
    scripts = [STATIC / "js" / f"{name}.js" for name in ("youthprog", "register", "outbox", "gate", "collecting")]
    moved = [gzip.compress(part, 9) for part in (source.encode(), *(path.read_bytes() for path in scripts))]
    assert sum(map(len, moved)) < 50_000
    for path in scripts[1:]:
        assert f"/static/js/{path.name}?v=" in source
