"""A child's photo: added by whom, kept how, shown where, and gone with the family's consent."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from PIL import Image

from tests.makers.accounts import make_account
from tests.makers.consent import Family, actor_of
from tests.makers.people import make_guardian, make_person, make_youth
from tests.makers.programs import join, lead, make_team
from youthprog.access.types import Role
from youthprog.attendance import cards
from youthprog.audit.models import AuditEntry
from youthprog.consent import queries as consent
from youthprog.consent import services as consents
from youthprog.consent.deciding import decide
from youthprog.core import clock, crypto
from youthprog.core.actor import SYSTEM
from youthprog.core.refusals import Refused
from youthprog.leagues.models import Team
from youthprog.operations.rekey import rekey
from youthprog.people import services as people
from youthprog.people.models import CustodyRestriction, Person, YouthPhoto
from youthprog.programs.types import StaffRole

YES = {"photos": {"choice": "yes"}}


def photo(color: str = "#3a6ea5") -> bytes:
    file = BytesIO()
    Image.new("RGB", (600, 800), color).save(file, "JPEG")
    return file.getvalue()


def send(visitor, youth_id: int, content: bytes | None = None, status: int = 303) -> str:
    """Send a file as the form does."""
    fields = visitor.get("/today").all("input")
    token = next(each.get("value") for each in fields if each.get("name") == "csrf_token")
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n--edge\r\n'
        'Content-Disposition: form-data; name="photo"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n',
        "\r\n--edge--\r\n",
    ]
    response = visitor.client.post(
        f"/youth/{youth_id}/photo",
        data=(photo() if content is None else content).join(part.encode() for part in parts),
        content_type="multipart/form-data; boundary=edge",
        headers={"Referer": "http://localhost/"},
    )
    assert response.status_code == status, response.get_data(as_text=True)[:3000]
    return str(response.get_data(as_text=True))


@pytest.fixture
def team(session) -> Team:
    return make_team()


class Household:
    """Mateo of the Tigers and his mother."""

    def __init__(self, team: Team):
        self.youth = make_youth()
        self.guardian = make_guardian(self.youth)
        join(self.youth, team.group, "7")
        self.youth_id = self.youth.id


@pytest.fixture
def family(app, team, monkeypatch) -> Household:
    """A family that agreed to photos, as far as anybody asks."""
    monkeypatch.setitem(app.extensions, "youthprog.picturing", lambda youth_ids, _season, _on: set(youth_ids))
    return Household(team)


@pytest.fixture
def signed(team) -> Family:
    """A family that agreed to photos in a form."""
    found = Family(team.group)
    found.request = found.sign(clock.now(), **YES)
    found.youth_id = found.youth.id
    cards.issue(found.youth_id, by=SYSTEM, now=clock.now())
    return found


@pytest.fixture
def coordinator(visitor, session):
    account = make_account(Role.COORDINATOR)
    session.commit()
    return visitor.sign_in(account)


def lines(session, action: str) -> list[AuditEntry]:
    return list(session.scalars(sa.select(AuditEntry).where(AuditEntry.action == action)))


def kept(session) -> list[YouthPhoto]:
    session.expire_all()
    return list(session.scalars(sa.select(YouthPhoto)))


def printed(visitor, team_id: int, group_id: int) -> dict[str, bool]:
    """On which papers of the team a photo stands."""
    addresses = {
        "player cards": f"/teams/{team_id}/paper.pdf?kind=player-cards",
        "coach": f"/teams/{team_id}/roster.pdf",
        "coach, chosen": f"/teams/{team_id}/paper.pdf?kind=coach",
        "check-in": f"/groups/{group_id}/cards.pdf",
        "public": f"/teams/{team_id}/paper.pdf?kind=public",
    }
    pages = {name: visitor.raw(address) for name, address in addresses.items()}
    assert {page.status_code for page in pages.values()} == {200}
    return {name: b"asset:photo-" in page.data for name, page in pages.items()}


ON_SHEETS = {"player cards": True, "coach": True, "coach, chosen": True, "check-in": True, "public": False}
NOWHERE = dict.fromkeys(ON_SHEETS, False)


def test_added_shown_replaced_and_taken_away(coordinator, family, session):
    session.commit()
    page = coordinator.get(f"/youth/{family.youth_id}/photo")
    assert page.h1 == "Mateo Aguilar"
    assert "There is no photo of Mateo yet." in page.text
    assert "photo.jpg" not in coordinator.get(f"/youth/{family.youth_id}").text_source
    send(coordinator, family.youth_id)
    assert f"/youth/{family.youth_id}/photo.jpg" in coordinator.get(f"/youth/{family.youth_id}").text_source
    served = coordinator.raw(f"/youth/{family.youth_id}/photo.jpg")
    assert (served.status_code, served.mimetype, served.headers["Cache-Control"]) == (200, "image/jpeg", "no-store")
    with Image.open(BytesIO(served.data)) as picture:
        assert picture.size == (400, 500)
    (row,) = kept(session)
    assert served.data not in row.photo_sealed
    assert b"JFIF" not in row.photo_sealed, "it lies there unsealed"
    send(coordinator, family.youth_id, photo("#aa3333"))
    assert coordinator.raw(f"/youth/{family.youth_id}/photo.jpg").data != served.data
    assert len(kept(session)) == 1
    coordinator.post(f"/youth/{family.youth_id}/photo/remove")
    assert kept(session) == []
    assert coordinator.raw(f"/youth/{family.youth_id}/photo.jpg").status_code == 404
    told = {f"photo.{each}": len(lines(session, f"photo.{each}")) for each in ("added", "replaced", "removed", "read")}
    assert told == {"photo.added": 1, "photo.replaced": 1, "photo.removed": 1, "photo.read": 2}


def test_it_stands_on_cards_and_the_coach_s_roster_and_on_nothing_public(coordinator, signed, team, session):
    session.commit()
    where = team.id, team.group_id
    assert printed(coordinator, *where) == NOWHERE
    send(coordinator, signed.youth_id)
    assert printed(coordinator, *where) == ON_SHEETS


def test_it_is_gone_the_moment_consent_is_taken_back(coordinator, signed, team, session):
    session.commit()
    where = team.id, team.group_id
    send(coordinator, signed.youth_id)
    by = actor_of(signed.guardian)
    consents.take_back(consent.get_request(signed.request.id), ["photos"], by=by, now=clock.now())
    session.commit()
    assert kept(session) == []
    assert len(lines(session, "photo.withdrawn")) == 1
    assert coordinator.raw(f"/youth/{signed.youth_id}/photo.jpg").status_code == 404
    assert printed(coordinator, *where) == NOWHERE


def test_a_later_no_takes_it_away_too_and_a_later_yes_does_not(signed, session):
    people.keep_photo(signed.youth, photo(), by=SYSTEM, now=clock.now())
    case = consent.get_request(signed.request.id)
    (asked,) = [each for each in consent.questions_of(case.version.id) if each.key == "photos"]
    for choice, left in (("yes", 1), ("no", 0)):
        decide(case, asked, {"choice": choice}, by=actor_of(signed.guardian), now=clock.now())
        assert len(kept(session)) == left
    session.commit()
    assert len(lines(session, "photo.withdrawn")) == 1


def test_after_its_term_it_is_kept_and_shown_nowhere(coordinator, signed, team, session):
    session.commit()
    send(coordinator, signed.youth_id)
    decisions = consent.decisions_of(signed.request.id)
    (photos,) = [row for row in decisions if row.section_key == "photos"]
    photos.valid_until_on = clock.today() - timedelta(days=1)  # its term is over: nobody took anything back
    session.commit()
    where = team.id, team.group_id
    assert len(kept(session)) == 1
    assert coordinator.raw(f"/youth/{signed.youth_id}/photo.jpg").status_code == 404
    assert printed(coordinator, *where) == NOWHERE
    page = coordinator.get(f"/youth/{signed.youth_id}/photo")
    assert "The family has not agreed to photos of Mateo." in page.text
    assert "photo.jpg" not in page.text_source
    coordinator.post(f"/youth/{signed.youth_id}/photo/remove")
    assert kept(session) == []


def test_none_is_taken_in_without_consent(coordinator, team, session):
    youth_id = Household(team).youth_id  # never asked
    session.commit()
    assert "The family has not agreed to photos of Mateo." in send(coordinator, youth_id, status=422)
    assert kept(session) == []
    with pytest.raises(Refused) as problem:
        people.keep_photo(session.get_one(Person, youth_id), b"x", by=SYSTEM, now=clock.now())
    assert [reason.code for reason in problem.value.reasons] == ["photos_not_agreed"]


def test_what_cannot_be_kept_is_said_in_one_sentence(coordinator, family, session):
    session.commit()
    page = send(coordinator, family.youth_id, b"GIF89a" + bytes(200), status=422)
    assert page.count("This is no photo we can read. Send a JPEG, PNG or WebP.") == 2  # on top, and beside the field
    assert kept(session) == []


def test_twenty_megabytes_are_not_even_read(coordinator, family, session):
    session.commit()
    page = send(coordinator, family.youth_id, photo() + b"\0" * 20_000_000, status=413)
    assert "too large" in page.lower()
    assert kept(session) == []


def test_a_guardian_adds_one_of_an_own_child_and_of_nobody_else(visitor, family, session):
    other = make_youth("Somebody", "Else")
    account = make_account(Role.GUARDIAN, family.guardian)
    other_id = other.id
    session.commit()
    visitor.sign_in(account)
    visitor.get(f"/youth/{family.youth_id}/photo")
    send(visitor, family.youth_id)
    assert visitor.raw(f"/youth/{family.youth_id}/photo.jpg").status_code == 200
    send(visitor, other_id, status=404)
    assert visitor.raw(f"/youth/{other_id}/photo").status_code == 404


def test_a_coach_sees_it_and_changes_nothing_and_a_mentor_sees_nothing(app, visitor, family, team, session):
    people.keep_photo(family.youth, photo(), by=SYSTEM, now=clock.now())
    coach, mentor = make_person("Alicia", "Moreno"), make_person("Mina", "Mentor")
    lead(coach, team.group, StaffRole.HEAD_COACH, family.youth)
    accounts = make_account(Role.COACH, coach), make_account(Role.MENTOR, mentor)
    session.commit()
    visitor.sign_in(accounts[0])
    assert visitor.raw(f"/youth/{family.youth_id}/photo.jpg").status_code == 200
    assert visitor.raw(f"/youth/{family.youth_id}/photo").status_code == 404
    send(visitor, family.youth_id, status=404)
    visitor.sign_in(accounts[1])
    assert visitor.raw(f"/youth/{family.youth_id}/photo.jpg").status_code == 404
    assert len(kept(session)) == 1


def test_whom_a_court_keeps_away_gets_no_byte_of_it(visitor, family, team, session):
    father = make_guardian(family.youth, "Victor", "Keptaway", rank=2)
    coach = make_account(Role.COACH, father)
    lead(father, team.group, StaffRole.HEAD_COACH, family.youth)
    people.keep_photo(family.youth, photo(), by=SYSTEM, now=clock.now())
    order = CustodyRestriction(
        youth_id=family.youth_id, adult_id=father.id, no_collect=True, no_decide=True, no_information=True,
        starts_on=clock.today() - timedelta(9), recorded_at=clock.now(),
    )  # fmt: skip
    session.add(order)
    session.commit()
    visitor.sign_in(coach)
    assert visitor.raw(f"/youth/{family.youth_id}/photo.jpg").status_code == 404
    assert b"asset:photo-" not in visitor.raw(f"/teams/{team.id}/roster.pdf").data


def test_of_two_records_that_become_one_the_newer_photo_stays(family, session):
    twin, now = make_youth("Mateo", "Aguilar"), clock.now()
    people.keep_photo(family.youth, b"the newer one", by=SYSTEM, now=now)
    older = YouthPhoto(youth_id=twin.id, kept_at=now - timedelta(days=3))
    session.add(older)
    session.flush()
    older.seal_bytes("photo_sealed", b"the older one")
    people.merge(twin, family.youth, by=SYSTEM, now=now)
    session.commit()
    (row,) = kept(session)
    assert (row.youth_id, row.unseal_bytes("photo_sealed")) == (twin.id, b"the newer one")


def test_a_new_key_opens_photos_too(app, family, session):
    people.keep_photo(family.youth, b"\xff\xd8 no text", by=SYSTEM, now=clock.now())
    session.commit()
    ring = crypto.keyring()
    fresh = crypto.Keyring({**ring.keys, "NEW2": b"n" * 32}, "NEW2")
    keys = app.extensions["youthprog.keys"]
    app.extensions["youthprog.keys"] = type("Fixed", (), {"read": staticmethod(lambda: fresh)})()
    try:
        list(rekey())
        (row,) = kept(session)
        assert crypto.Keyring.key_id(row.photo_sealed) == "NEW2"
        assert row.unseal_bytes("photo_sealed") == b"\xff\xd8 no text"
    finally:
        app.extensions["youthprog.keys"] = keys
