"""Scans that mean nobody here, and a clock set back: each with its own sentence and code, kept, and the same without a network."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.people import make_youth
from tests.web.test_check_in import Door, codes_on, objections  # noqa: F401  a fixture: pytest finds it by its name
from youthprog.attendance import cards
from youthprog.attendance.models import Deed
from youthprog.core import clock
from youthprog.core.actor import SYSTEM
from youthprog.core.crypto import fingerprint
from youthprog.people.services import restrict_custody

BAD = {
    "foreign_code": ("This is not one of our cards.", "Esta no es una de nuestras tarjetas."),
    "other_department": ("This card belongs to another department.", "Esta tarjeta es de otro departamento."),
    "not_enrolled": ("Not enrolled in this season.", "Sin inscripción en esta temporada."),
    "not_begun": ("This has not begun. Attendance opens at", "Esto no ha empezado."),
    "clock_off": ("The clock of this device is wrong.", "El reloj de este dispositivo está mal."),
}
TEXTS = {"foreign_code": "4006381333931", "other_department": "https://elsewhere.example/k/ABCDEFGHJK"}


class BadDoor(Door):
    """The same door, and somebody with a card and without a place in the season."""

    def __init__(self, session):
        super().__init__(session)
        self.stranger = make_youth("Pat", "Elsewhere")
        self.texts = TEXTS | {
            "not_enrolled": cards.issue(self.stranger.id, by=SYSTEM, now=clock.now()).code,
            "not_begun": self.codes[0],
            "clock_off": self.codes[1],
        }
        session.commit()

    def begins_in(self, hours):
        self.gathering.starts_at = clock.now() + timedelta(hours=hours)
        self.gathering.ends_at = self.gathering.starts_at + timedelta(hours=1)


@pytest.fixture
def door(session, objections):  # noqa: F811
    return BadDoor(session)


def kept(session):
    session.expire_all()
    return {(row.code, row.refusal or row.flag) for row in session.scalars(sa.select(Deed))}


def message(visitor, door, *deeds):
    token = visitor.raw(f"/gatherings/{door.gathering.id}/register.json").get_json()["token"]
    answer = visitor.raw(
        f"/gatherings/{door.gathering.id}/deeds", "POST", data=json.dumps({"deeds": deeds}),
        content_type="application/json", headers={"X-CSRFToken": token, "Referer": "http://localhost/"},
    )  # fmt: skip
    assert answer.status_code == 200
    return answer.get_json()["results"]


def scanned(text, *, behind=0):
    now = clock.now()
    clock_at = now - timedelta(hours=behind)
    about = {"kind": "arrive", "at": now.isoformat(), "clock": clock_at.isoformat(), "code": text}
    return {"id": str(uuid.uuid4()), **about}


def test_each_has_its_sentence_and_code_on_the_page(visitor, door, session):
    visitor.sign_in(door.account)
    for language, place in (("en", 0), ("es", 1)):
        visitor.raw(f"/language/{language}")
        for code in TEXTS | {"not_enrolled": ""}:
            page = visitor.post(door.scan, {"text": door.texts[code]}, status=422)
            assert codes_on(page) == [code]
            assert BAD[code][place] in page.text
        door.begins_in(30)
        session.commit()
        page = visitor.post(door.scan, {"text": door.texts["not_begun"]}, status=422)
        assert codes_on(page) == ["not_begun"]
        assert BAD["not_begun"][place] in page.text
        door.begins_in(0)
        session.commit()
        message(visitor, door, scanned(door.texts["clock_off"], behind=6))
        page = visitor.get(f"/gatherings/{door.gathering.id}/youth/{door.ids[1]}")
        assert BAD["clock_off"][place] in page.text
        assert "(clock_off)" in page.text
    assert kept(session) == {(door.texts[code], code) for code in BAD}


def test_each_has_its_sentence_and_code_in_a_message_and_is_kept(visitor, door, session):
    visitor.sign_in(door.account)
    door.begins_in(30)
    session.commit()
    (early,) = message(visitor, door, scanned(door.texts["not_begun"]))
    door.begins_in(0)
    session.commit()
    sent = [scanned(door.texts[code], behind=6 * (code == "clock_off")) for code in BAD if code != "not_begun"]
    told = [early, *message(visitor, door, *sent)]
    assert {each.get("code") or each["flag"] for each in told} == set(BAD)
    assert all(each["says"].startswith(BAD[each.get("code") or each["flag"]][0]) for each in told)
    assert [each["state"] for each in told if each.get("flag") == "clock_off"] == ["kept"]
    assert kept(session) == {(door.texts[code], code) for code in BAD}
    visitor.raw("/language/es")
    again = message(visitor, door, *sent)
    assert all(each["says"].startswith(BAD[each.get("code") or each["flag"]][1]) for each in again)


def test_an_answer_that_was_lost_on_the_way_doubles_nobody(visitor, door, session):
    """The door's page and the phone's later message say the same deed under the same id."""
    visitor.sign_in(door.account)
    ids = {code: str(uuid.uuid4()) for code in ("clock_off", "foreign_code")}
    visitor.post(door.scan, {"text": door.texts["clock_off"], "deed": ids["clock_off"]})
    visitor.post(door.scan, {"text": door.texts["foreign_code"], "deed": ids["foreign_code"]}, status=422)
    visitor.post(door.scan, {"text": door.texts["foreign_code"], "deed": ids["foreign_code"]}, status=422)
    again = message(visitor, door, *({**scanned(door.texts[code]), "id": key} for code, key in ids.items()))
    assert [(each["state"], each.get("code")) for each in again] == [("kept", None), ("refused", "foreign_code")]
    assert session.scalar(sa.select(sa.func.count()).select_from(Deed)) == 2


def test_what_a_phone_keeps_to_read_cards(visitor, door, session, objections):  # noqa: F811
    objections.update({door.ids[2], door.walk_in.id})
    cards.replace(door.ids[1], by=SYSTEM, now=clock.now())
    session.commit()
    visitor.sign_in(door.account)
    found = visitor.raw(f"/gatherings/{door.gathering.id}/cards.json").get_json()

    def meaning(code):
        key = fingerprint(found["salt"] + code)[:10]
        return found["cards"].get(key) or found["ended"].get(key)

    assert meaning(door.codes[0]) == door.ids[0]
    assert meaning(door.codes[1]).startswith("This card was replaced")
    assert meaning(door.codes[3]) == "watches"
    assert meaning(door.texts["not_enrolled"]) == "not_enrolled"
    assert found["youth"][str(door.ids[0])] == {"name": "Mateo Aguilar", "cleared": True, "reasons": []}
    assert found["youth"][str(door.ids[2])]["cleared"] is False
    assert found["youth"][str(door.ids[2])]["reasons"]
    assert found["says"]["foreign_code"].startswith(BAD["foreign_code"][0])
    assert not [each for each in (*door.codes, "Okafor", "Elsewhere") if each in str(found)]
    objections.clear()
    restrict_custody(
        door.walk_in, session.merge(door.account).person_id and session.get_one(type(door.walk_in), door.account.person_id),
        no_collect=True, no_decide=True, no_information=True, starts_on=clock.today(), by=SYSTEM, now=clock.now(),
    )  # fmt: skip
    session.commit()
    found = visitor.raw(f"/gatherings/{door.gathering.id}/cards.json").get_json()
    assert meaning(door.codes[3]) is None, "custody keeps this adult away: the card is a foreign one"
