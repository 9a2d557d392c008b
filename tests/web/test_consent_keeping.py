"""The pages of keeping: what may go, two persons, holds, and what the public page says afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.accounts import make_account
from tests.makers.consent import Family
from tests.makers.people import NOW
from youthprog.access.types import Role
from youthprog.consent import keeping_queries, queries, services
from youthprog.consent.models import ConsentPurge, ConsentRequest
from youthprog.consent.retention import keep_until
from youthprog.core import db
from youthprog.core.actor import SYSTEM
from youthprog.people import services as people
from youthprog.people.models import HealthNote
from youthprog.people.types import HealthKind

LATER = NOW + timedelta(days=366 * 16)


@pytest.fixture
def family(session):
    with time_machine.travel(NOW, tick=True):
        family = Family()
        family.request_id = family.sign().id
        session.commit()
    return family


@pytest.fixture(autouse=True)
def years_later(family):
    with time_machine.travel(LATER, tick=True):
        yield


@pytest.fixture
def keepers(family, visitor, app):
    first, second = visitor, type(visitor)(app)
    for each in (first, second):
        each.sign_in(make_account(Role.COORDINATOR))
    return first, second


def test_one_proposes_another_purges_and_the_public_page_says_so(keepers, family, session, app):
    first, second = keepers
    code = queries.document_of(queries.get_request(family.request_id).request).code
    page = first.get("/consents/keeping")
    assert "2 may go" in page.text  # the consent, and the emergency contact it named
    assert "Mateo Aguilar" in page.text
    page = first.post("/consents/keeping/propose", {"record": str(family.request_id)})
    assert "1 record proposed." in page.text
    assert "Proposed by you" in page.text
    page = first.post("/consents/keeping/purge", {"record": str(family.request_id)})
    assert "A second person purges it." in page.text
    page = second.post("/consents/keeping/purge", {"record": str(family.request_id)}, form_from="/consents/keeping")
    assert "1 record purged." in page.text
    public = type(first)(app)
    page = public.get(f"/v/{code}")
    assert page.h1 == "This document was purged"
    assert "We issued it on" in page.text
    assert "Mateo" not in page.text_source
    assert "Aguilar" not in page.text_source
    assert second.client.get(f"/consents/requests/{family.request_id}/record.pdf").status_code == 404
    second.get(f"/consents/requests/{family.request_id}")
    page = second.get(f"/consents/keeping/youth/{family.youth.id}")
    assert "Purged on" in page.text
    assert "Rosa Elena" not in page.text_source


def test_a_proposal_can_be_taken_back(keepers, family, session):
    first, second = keepers
    first.post("/consents/keeping/propose", {"record": str(family.request_id)}, form_from="/consents/keeping")
    fields = {"record": str(family.request_id), "keep": "1"}
    page = second.post("/consents/keeping/purge", fields, form_from="/consents/keeping")
    assert "1 proposal taken back." in page.text
    db.session().rollback()
    assert session.scalar(sa.select(sa.func.count()).select_from(ConsentPurge)) == 0


def test_a_hold_is_made_and_ended_on_the_page(keepers, family, session):
    first, _second = keepers
    address = f"/consents/keeping/youth/{family.youth.id}"
    page = first.get(address)
    page = first.post(f"{address}/hold", {"reason": " "}, status=422)
    assert "Say why" in page.text
    page = first.post(f"{address}/hold", {"reason": "Broken arm on May 3"})
    assert "Held." in page.text
    page = first.get("/consents/keeping")
    assert "0 may go" in page.text
    assert "Broken arm on May 3" in page.text
    first.post("/consents/keeping/propose", {"record": str(family.request_id)})
    db.session().rollback()
    assert session.scalar(sa.select(sa.func.count()).select_from(ConsentPurge)) == 0
    page = first.post(f"{address}/release", form_from=address)
    assert "The hold has ended." in page.text


def test_a_part_of_a_file_goes_the_same_way(keepers, family, session):
    first, second = keepers
    youth_id = family.youth.id
    people.note_health(family.youth, HealthKind.ALLERGY, alert="Peanut", by=SYSTEM, now=NOW)
    family.youth.created_at = NOW
    session.commit()
    page = first.get("/consents/keeping")
    assert "3 may go" in page.text
    assert "Mateo Aguilar: Health notes" in page.text
    page = first.post("/consents/keeping/propose", {"part": f"health-{youth_id}"})
    assert "1 record proposed." in page.text
    page = first.post("/consents/keeping/purge", {"part": f"health-{youth_id}"})
    assert "A second person purges it." in page.text
    page = second.post(
        "/consents/keeping/purge", {"part": f"health-{youth_id}", "keep": "1"}, form_from="/consents/keeping"
    )
    assert "1 proposal taken back." in page.text
    first.post("/consents/keeping/propose", {"part": f"health-{youth_id}"})
    page = second.post("/consents/keeping/purge", {"part": f"health-{youth_id}"}, form_from="/consents/keeping")
    assert "1 record purged." in page.text
    db.session().rollback()
    assert session.scalar(sa.select(sa.func.count()).select_from(HealthNote)) == 0
    page = second.get(f"/consents/keeping/youth/{youth_id}")
    assert "Health notes 1 piece" in page.text
    assert "Purged on" in page.text
    first.post("/consents/keeping/propose", {"part": f"health-{youth_id}"}, status=404)
    first.post("/consents/keeping/propose", {"part": "health-x"}, status=404, form_from="/consents/keeping")


@pytest.fixture
def own_file(app):
    path = app.config["YOUTHPROG"].instance / "retention.toml"
    yield path
    path.unlink(missing_ok=True)


def test_a_pack_turned_on_counts_and_is_shown_as_a_claim(keepers, family, own_file):
    first, _second = keepers
    own_file.write_text('[packs]\nuse = ["ny"]\n[retention]\nafter_signature_years = 1\nafter_18_years = 0\n')
    page = first.get("/consents/keeping")
    assert "Also counted: New York" in page.text
    assert "Ask your attorney" in page.text
    assert "CO-2, item 611" in page.text
    assert "November 26, 2026" in page.text
    kept = keeping_queries.rule_in_force()
    assert keep_until(NOW.date(), family.youth.born_on, kept).year == 2037  # 21, though the department says 18


def test_a_fault_in_the_file_is_told_and_nothing_goes(keepers, family, own_file, session):
    first, _second = keepers
    own_file.write_text('[packs]\nuse = ["zz"]\n')
    page = first.get("/consents/keeping", status=503)
    assert 'there is no pack for "zz"' in page.text
    assert services.fault_of_rules() == '[packs] use: there is no pack for "zz"'
    own_file.write_text("[retention\n")
    assert "retention.toml cannot be read" in services.fault_of_rules()
    own_file.unlink()
    assert services.fault_of_rules() is None


def test_nothing_ticked_changes_nothing(keepers, family):
    first, _second = keepers
    page = first.post("/consents/keeping/propose", {}, form_from="/consents/keeping")
    assert "Tick at least one record." in page.text


def test_a_record_out_of_reach_is_one_that_does_not_exist(keepers, family, session):
    first, _second = keepers
    first.get("/consents/keeping")
    first.post("/consents/keeping/propose", {"record": "987654321"}, status=404)
    assert session.get_one(ConsentRequest, family.request_id).purged_at is None
