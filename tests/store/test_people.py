"""People, guardians, custody, health and merging on both engines."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account, make_actor
from tests.makers.people import NOW, make_contacts, make_guardian, make_person, make_youth
from tests.makers.programs import enroll, make_group, make_season
from youthprog.access.models import Account, Placement
from youthprog.access.services import assign
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.core import db, events
from youthprog.core.actor import SYSTEM
from youthprog.core.permissions import P
from youthprog.core.refusals import Conflict, NotFound, Refused
from youthprog.people import queries, services
from youthprog.people.models import (
    ContactPoint,
    Guardianship,
    GuardianshipChange,
    HouseholdMember,
    Person,
    PersonMerge,
)
from youthprog.people.types import (
    ContactKind,
    CustodyRestricted,
    GuardianshipEnded,
    HealthKind,
    PeopleMerged,
    PersonKind,
    Relationship,
)

BY = {"by": SYSTEM, "now": NOW}
ON = date(2026, 9, 17)
COORDINATOR = make_actor(Role.COORDINATOR)
EVERYTHING = {"no_collect": True, "no_decide": True, "no_information": True}


def codes(problem) -> list[str]:
    return [reason.code for reason in problem.value.reasons]


@pytest.fixture
def heard(app, monkeypatch):
    """The events that were published."""
    found: list[object] = []
    known = dict(app.extensions["youthprog.events"])
    for kind in (GuardianshipEnded, CustodyRestricted, PeopleMerged):
        known[kind] = (*known.get(kind, ()), found.append)
    monkeypatch.setitem(app.extensions, "youthprog.events", known)
    assert events
    return found


# ---- contacts ----


def test_contacts_are_kept_once_in_their_normal_form(session):
    person = make_person()
    for value in ("Rosa@Family.example", " rosa@family.EXAMPLE "):
        services.add_contact(person, ContactKind.EMAIL, value, **BY)
    services.add_contact(person, ContactKind.PHONE, "(217) 555-0141", **BY)
    rows = session.scalars(sa.select(ContactPoint).order_by(ContactPoint.id)).all()
    assert [(row.value, row.normal) for row in rows] == [
        ("Rosa@Family.example", "rosa@family.example"),
        ("(217) 555-0141", "+12175550141"),
    ]


def test_an_ended_contact_comes_back_clean(session):
    person = make_person()
    row = services.add_contact(person, ContactKind.EMAIL, "rosa@family.example", **BY)
    services.note_bounce(row.id, now=NOW)
    services.end_contact(row, **BY)
    assert queries.contacts_of([person.id]) == {}
    assert services.add_contact(person, ContactKind.EMAIL, "ROSA@family.example", **BY).id == row.id
    assert (row.ended_at, row.bounced_at) == (None, None)


def test_a_bad_contact_is_refused(session):
    with pytest.raises(Refused) as problem:
        services.add_contact(make_person(), ContactKind.PHONE, "555-0163", **BY)
    assert codes(problem) == ["bad_phone"]
    with pytest.raises(Refused) as problem:
        services.take_adult("Rosa", "Aguilar", email="rosa", phone="1", **BY)
    assert codes(problem) == ["bad_email", "bad_phone"]


def test_an_address_that_bounced_is_tried_last(session):
    youth = make_youth()
    mother = make_guardian(youth)
    services.note_bounce(session.scalar(sa.select(ContactPoint.id).where(ContactPoint.kind == "email")), now=NOW)
    session.flush()
    assert queries.guardians_of([youth.id], ON)[youth.id][0].email_bounced
    services.add_contact(mother, ContactKind.EMAIL, "second@family.example", **BY)
    line = queries.guardians_of([youth.id], ON)[youth.id][0]
    assert (line.email, line.email_bounced) == ("second@family.example", False)


# ---- guardians ----


def test_several_guardians_in_the_order_of_calling(session):
    youth = make_youth()
    adults = [make_person(name) for name in ("Rosa", "Paul", "Ana")]
    for adult in adults:
        services.add_guardian(youth, adult, Relationship.OTHER, **BY)
    lines = queries.guardians_of([youth.id], ON)[youth.id]
    assert [(line.guardian_id, line.rank) for line in lines] == [(adult.id, n) for n, adult in enumerate(adults, 1)]


def test_an_ended_guardianship_is_told_and_may_be_taken_up_again(session, heard):
    youth, adult = make_youth(), make_person()
    bond = services.add_guardian(youth, adult, Relationship.MOTHER, **BY)
    with pytest.raises(Refused) as problem:
        services.add_guardian(youth, adult, Relationship.MOTHER, **BY)
    assert codes(problem) == ["already_guardian"]
    services.end_guardian(bond, **BY)
    services.end_guardian(bond, **BY)
    assert heard == [GuardianshipEnded(youth.id, adult.id)]
    assert queries.guardians_of([youth.id], ON) == {}
    assert services.add_guardian(youth, adult, Relationship.AUNT_UNCLE, **BY).id == bond.id


def test_a_day_gone_by_knows_its_guardians(session):
    """On file from day 2, the right taken on 4, off file from 6 to 8, the right given again on 9."""
    youth, adult = make_youth(), make_person()

    def at(day):
        return {"by": SYSTEM, "now": NOW + timedelta(days=day)}

    def change(day, may_decide):
        values = {"relationship": Relationship.MOTHER, "may_collect": True, "rank": 1}
        services.change_guardian(queries.find_bond(youth.id, adult.id), may_decide=may_decide, **values, **at(day))

    services.add_guardian(youth, adult, Relationship.MOTHER, **at(2))
    change(4, False)
    services.end_guardian(queries.find_bond(youth.id, adult.id), **at(6))
    services.add_guardian(youth, adult, Relationship.MOTHER, may_decide=False, **at(8))
    change(9, True)
    lines = [queries.guardians_of([youth.id], ON + timedelta(days=day)).get(youth.id) for day in range(1, 11)]
    assert [line and line[0].may_decide for line in lines] == [
        None, True, True, False, False, None, None, False, True, True,
    ]  # fmt: skip


def test_a_change_that_leaves_the_right_is_no_change_of_the_past(session):
    bond = services.add_guardian(make_youth(), make_person(), Relationship.MOTHER, **BY)
    values = {"relationship": Relationship.FATHER, "may_decide": True, "may_collect": False, "rank": 3}
    services.change_guardian(bond, **values, **BY)
    assert session.scalar(sa.select(sa.func.count(GuardianshipChange.id))) == 1


def test_a_right_and_its_past_are_written_together_or_not_at_all(session, monkeypatch):
    bond = services.add_guardian(make_youth(), make_person(), Relationship.MOTHER, **BY)
    session.commit()
    values = {"relationship": Relationship.MOTHER, "may_collect": True, "rank": 1}

    def broken(*_words, **_values):
        raise RuntimeError

    monkeypatch.setattr(services, "record", broken)
    with pytest.raises(RuntimeError):
        services.change_guardian(bond, may_decide=False, **values, **BY)
    session.rollback()
    assert session.get(Guardianship, bond.id).may_decide
    assert session.scalar(sa.select(sa.func.count(GuardianshipChange.id))) == 1


def test_the_guardians_of_one_and_twenty_cost_the_same(session, statements):
    ids = []
    for number in range(20):
        youth = make_youth(f"Child {number}")
        make_guardian(youth)
        ids.append(youth.id)
    statements.clear()
    queries.guardians_of(ids[:1], ON)
    one = len(statements)
    statements.clear()
    assert len(queries.guardians_of(ids, ON)) == 20
    assert len(statements) == one == 3


# ---- custody ----


def test_a_restriction_takes_rights_and_hides_the_child(session, heard):
    youth = make_youth()
    mother, father = make_guardian(youth), make_guardian(youth, "Paul", rank=2)
    row = services.restrict_custody(
        youth, father, no_collect=True, no_decide=True, no_information=False, starts_on=ON, note="Case 12", **BY
    )
    assert heard == [CustodyRestricted(youth.id, father.id)]
    assert row.unseal("note_sealed") == "Case 12"
    line = queries.guardians_of([youth.id], ON)[youth.id][1]
    assert (line.guardian_id, line.may_decide, line.may_collect) == (father.id, False, False)
    services.restrict_custody(youth, father, **EVERYTHING, starts_on=ON, **BY)
    assert [line.guardian_id for line in queries.guardians_of([youth.id], ON)[youth.id]] == [mother.id]
    assert queries.children_of(father.id, ON) == []


@pytest.mark.parametrize(("days", "seen"), [(-1, True), (0, False), (5, False), (6, True)])
def test_a_restriction_holds_between_its_days(session, days, seen):
    youth = make_youth()
    father = make_guardian(youth, "Paul")
    services.restrict_custody(youth, father, **EVERYTHING, starts_on=ON, ends_on=ON + timedelta(days=5), **BY)
    on = ON + timedelta(days=days)
    actor = make_actor(Role.GUARDIAN, father.id)
    assert (youth.id in queries.guardians_of([youth.id], on)) is seen
    assert (youth.id in queries.reachable(actor, P.YOUTH_READ, [youth.id], on)) is seen


def test_a_restricted_adult_becomes_no_guardian(session):
    youth, adult = make_youth(), make_person()
    row = services.restrict_custody(youth, adult, **EVERYTHING, starts_on=ON, **BY)
    with pytest.raises(Refused) as problem:
        services.add_guardian(youth, adult, Relationship.FATHER, **BY)
    assert codes(problem) == ["no_information", "no_decide", "no_collect"]
    with pytest.raises(Refused):
        services.end_custody(row, on=ON - timedelta(days=1), **BY)
    services.end_custody(row, on=ON, **BY)
    assert services.add_guardian(youth, adult, Relationship.FATHER, by=SYSTEM, now=NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("last", "on", "today", "code"),
    [
        (None, -1, 0, "ends_before_start"),
        (None, 3, 4, "ends_in_the_past"),
        (3, 5, 4, "ended"),
    ],
)
def test_the_end_of_a_restriction_rewrites_no_day_gone_by(session, last, on, today, code):
    ends_on = None if last is None else ON + timedelta(days=last)
    row = services.restrict_custody(make_youth(), make_person(), **EVERYTHING, starts_on=ON, ends_on=ends_on, **BY)
    with pytest.raises(Refused) as problem:
        services.end_custody(row, on=ON + timedelta(days=on), by=SYSTEM, now=NOW + timedelta(days=today))
    assert codes(problem) == [code]
    assert row.ends_on == ends_on


def test_custody_and_health_words_are_in_no_audit_line(session):
    youth = make_youth()
    services.restrict_custody(youth, make_person(), **EVERYTHING, starts_on=ON, note="Secret words", **BY)
    services.note_health(youth, HealthKind.ALLERGY, alert="Secret words", detail="Secret words", **BY)
    session.commit()
    assert not [row for row in session.scalars(sa.select(AuditEntry)) if "Secret" in str(row.detail)]


# ---- health, homes ----


def test_alerts_and_details_are_apart(session):
    youth, other = make_youth(), make_youth("Imani")
    services.note_health(youth, HealthKind.ALLERGY, alert="Peanut allergy", detail="Pen in the bag", **BY)
    ended = services.note_health(youth, HealthKind.CONDITION, alert="Broken arm", **BY)
    services.note_health(other, HealthKind.MEDICATION, detail="Twice a day", **BY)
    services.end_health(ended, **BY)
    session.flush()
    assert queries.alerts_of([youth.id, other.id]) == {youth.id: "Peanut allergy"}
    (note,) = queries.health_of(other.id)
    assert (note.alert, note.detail) == (None, "Twice a day")


def test_a_child_of_two_homes_and_a_known_address(session):
    youth, mother = make_youth(), make_person()
    address = {"street": "9 Elm St", "city": "Riverton", "state": "IL"}
    home = services.live_at(mother, **address, **BY)
    assert services.live_at(youth, **address | {"street": "9 ELM  st"}, **BY).id == home.id
    services.live_at(youth, street="12 Oak St", city="Riverton", **BY)
    lines = queries.households_of([youth.id])[youth.id]
    assert [line.address for line in lines] == ["9 Elm St, Riverton, IL", "12 Oak St, Riverton"]
    assert {name for _id, name in lines[0].members} == {youth.name, mother.name}


# ---- reach ----


def test_a_file_opens_for_who_reaches_the_child(session):
    season = make_season()
    youth, other = make_youth(), make_youth("Imani", "Brooks")
    mother = make_guardian(youth)
    enroll(youth, season)
    coach = make_person("Alicia")
    assign([(coach.id, youth.id)], source="group:1", from_on=ON)
    session.flush()
    reaching = [
        COORDINATOR,
        make_actor(Role.COORDINATOR, program_id=season.program_id),
        make_actor(Role.COACH, coach.id),
        make_actor(Role.GUARDIAN, mother.id),
    ]
    for actor in reaching:
        assert queries.get_youth_for(actor, P.YOUTH_READ, youth.id, ON).id == youth.id
    for actor in reaching[1:]:
        with pytest.raises(NotFound):
            queries.get_youth_for(actor, P.YOUTH_READ, other.id, ON)
    for actor in [make_actor(Role.ADMIN), make_actor(Role.COACH, mother.id)]:
        with pytest.raises(NotFound):
            queries.get_youth_for(actor, P.YOUTH_READ, youth.id, ON)
    with pytest.raises(NotFound):
        queries.get_youth_for(COORDINATOR, P.YOUTH_READ, mother.id, ON)
    assert queries.get_person_for(reaching[1], P.YOUTH_EDIT, mother.id, ON).id == mother.id
    with pytest.raises(NotFound):
        queries.get_person_for(reaching[1], P.YOUTH_EDIT, coach.id, ON)


def test_who_lists_sees_exactly_whom_one_may_open(session):
    season = make_season()
    people = [make_youth(f"Child {number}") for number in range(6)]
    for youth in people[::2]:
        enroll(youth, season)
        make_guardian(youth)
    session.flush()
    actor = make_actor(Role.COORDINATOR, program_id=season.program_id)
    listed = {line.person_id for line in queries.list_people(actor, P.PEOPLE_LIST, on=ON)}
    for person in session.scalars(sa.select(Person)):
        try:
            queries.get_person_for(actor, P.PEOPLE_LIST, person.id, ON)
            opens = True
        except NotFound:
            opens = False
        assert (person.id in listed) is opens


def test_who_a_programs_coordinator_adds_is_placed_there(session):
    actor = make_actor(Role.COORDINATOR, make_person().id, program_id=7)
    youth = services.add_person(PersonKind.YOUTH, "Mateo", "Aguilar", by=actor, now=NOW)
    session.flush()
    assert session.scalars(sa.select(Placement.program_id)).all() == [7]
    assert queries.get_youth_for(actor, P.YOUTH_EDIT, youth.id, ON)


# ---- merging ----


def test_everything_moves_to_the_kept_record(session, heard):
    kept, gone = make_youth("Zoë", born_on=None), make_youth("Zoe", school="Lincoln")
    mother, father = make_guardian(gone), make_guardian(kept, "Paul")
    services.add_guardian(kept, mother, Relationship.MOTHER, **BY)
    services.end_guardian(queries.find_bond(kept.id, mother.id), **BY)
    services.note_health(gone, HealthKind.ALLERGY, alert="Peanut allergy", **BY)
    services.restrict_custody(gone, father, **EVERYTHING, starts_on=ON, note="Case 12", **BY)
    services.live_at(gone, street="9 Elm St", city="Riverton", **BY)
    services.live_at(kept, street="9 Elm St", city="Riverton", **BY)
    services.add_emergency_contact(gone, "Dana", "217 555 0100", **BY)
    services.know_as(gone, "teamsnap", "77")
    heard.clear()
    services.merge(kept, gone, **BY)
    assert heard == [PeopleMerged(kept.id, gone.id, NOW)]
    assert [line.guardian_id for line in queries.guardians_of([kept.id], ON)[kept.id]] == [mother.id]
    assert queries.alerts_of([kept.id]) == {kept.id: "Peanut allergy"}
    assert queries.custody_of(kept.id)[0].note == "Case 12"
    assert session.scalars(sa.select(HouseholdMember.person_id)).all() == [kept.id]
    assert queries.emergency_of([kept.id])[kept.id][0].name == "Dana"
    assert queries.find_by_external_ids("teamsnap", ["77"]) == {"77": kept.id}
    assert (kept.born_on, kept.school) == (date(2016, 3, 4), "Lincoln")
    assert queries.merged_into(gone.id) == kept.id
    assert session.scalar(sa.select(sa.func.count(Guardianship.id)).where(Guardianship.youth_id == gone.id)) == 0
    with pytest.raises(NotFound):
        queries.get_person(gone.id)


def test_adults_bring_contacts_children_account_and_assignments(session):
    youth, sibling = make_youth(), make_youth("Imani")
    kept, gone = make_guardian(youth), make_person("Rosa", "Aguilar")
    services.add_guardian(sibling, gone, Relationship.MOTHER, **BY)
    make_contacts(gone, "other@family.example", "+12175550141")
    account = make_account(Role.COACH, gone)
    assign([(gone.id, sibling.id)], source="group:1", from_on=ON)
    services.merge(kept, gone, **BY)
    assert {line.person_id for line in queries.children_of(kept.id, ON)} == {youth.id, sibling.id}
    values = [line.value for line in queries.contacts_of([kept.id])[kept.id]]
    assert values.count("+12175550141") == 1
    assert "other@family.example" in values
    assert session.get(Account, account.id).person_id == kept.id
    assert queries.reachable(make_actor(Role.COACH, kept.id), P.YOUTH_READ, [sibling.id], ON) == {sibling.id}


def test_a_second_account_must_be_closed_before(session):
    kept, gone = make_person("Rosa"), make_person("Rosa")
    own, other = make_account(Role.COACH, kept), make_account(Role.MENTOR, gone)
    with pytest.raises(Refused) as problem:
        services.merge(kept, gone, **BY)
    assert codes(problem) == ["two_accounts"]
    session.rollback()
    kept, gone = make_person("Rosa"), make_person("Rosa")
    own, other = make_account(Role.COACH, kept), make_account(Role.MENTOR, gone)
    other.closed_at = NOW
    services.merge(kept, gone, **BY)
    assert session.get(Account, own.id).closed_at is None
    assert session.get(Account, other.id).closed_at == NOW


def test_a_chain_of_merges_leads_to_the_last(session):
    first, second, third = (make_youth("Zoë") for _ in range(3))
    services.merge(second, first, **BY)
    services.merge(third, second, **BY)
    assert {queries.merged_into(first.id), queries.merged_into(second.id)} == {third.id}


def test_a_merged_guardian_had_on_days_gone_by_whatever_right_either_record_had(session):
    """Two records of one mother: the right of one was taken on day 3, the other came on file on day 5 and left on 7."""
    youth, kept, gone = make_youth(), make_person("Rosa"), make_person("Rosa")
    values = {"relationship": Relationship.MOTHER, "may_collect": True, "rank": 1}
    bond = services.add_guardian(youth, kept, Relationship.MOTHER, **BY)
    services.change_guardian(bond, may_decide=False, **values, by=SYSTEM, now=NOW + timedelta(days=3))
    other = services.add_guardian(youth, gone, Relationship.MOTHER, by=SYSTEM, now=NOW + timedelta(days=5))
    services.end_guardian(other, by=SYSTEM, now=NOW + timedelta(days=7))
    services.merge(kept, gone, by=SYSTEM, now=NOW + timedelta(days=9))
    found = [queries.guardians_of([youth.id], ON + timedelta(days=day)).get(youth.id) for day in range(-1, 11)]
    assert [lines and [(each.guardian_id, each.may_decide) for each in lines] for lines in found] == [
        None,
        *([(kept.id, True)] for _day in (0, 1, 2)),
        *([(kept.id, False)] for _day in (3, 4)),
        *([(kept.id, True)] for _day in (5, 6)),
        *([(kept.id, False)] for _day in (7, 8, 9, 10)),
    ]
    assert session.scalar(sa.select(sa.func.count(Guardianship.id))) == 1


def test_a_merge_moves_the_past_of_a_bond_with_it(session):
    youth, kept, gone = make_youth(), make_person("Rosa"), make_person("Rosa")
    services.add_guardian(youth, gone, Relationship.MOTHER, **BY)
    services.merge(kept, gone, by=SYSTEM, now=NOW + timedelta(days=2))
    assert queries.guardians_of([youth.id], ON - timedelta(days=1)) == {}
    assert queries.guardians_of([youth.id], ON)[youth.id][0].guardian_id == kept.id


def test_a_guardian_and_the_own_child_are_two_people(session):
    youth = make_youth()
    other = make_youth("Imani")
    services.restrict_custody(youth, make_guardian(youth), **EVERYTHING, starts_on=ON, **BY)
    with pytest.raises(Refused) as problem:
        services.merge(youth, make_guardian(other), **BY)
    assert "different_kinds" in codes(problem)


def test_doubles_have_the_same_folded_name_and_birth_date(session):
    first, second = make_youth("Zoë", "Gagnon"), make_youth("ZOE", "Gagnon")
    make_youth("Zoë", "Gagnon", born_on=date(2015, 1, 1)), make_youth("Zoë", "Gagnon", born_on=None)
    (pair,) = queries.list_doubles(COORDINATOR, ON)
    assert (pair.first_id, pair.second_id) == (first.id, second.id)
    assert queries.list_doubles(make_actor(Role.COORDINATOR, program_id=7), ON) == []


def test_two_merges_of_one_record_at_once_keep_one(app, session):
    gone, left, right = make_youth("Zoë"), make_youth("Zoe"), make_youth("ZOË")
    ids, gate, outcome = (gone.id, left.id, right.id), threading.Barrier(2), []
    session.commit()

    def merge(kept_id: int) -> None:
        with app.app_context():
            try:
                gate.wait()
                services.merge(queries.get_person(kept_id), queries.get_person(ids[0]), **BY)
                db.session().commit()
                outcome.append("merged")
            except (Conflict, NotFound, Refused):
                db.session().rollback()
                outcome.append("refused")
            finally:
                db.session().close()

    threads = [threading.Thread(target=merge, args=(each,)) for each in ids[1:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["merged", "refused"]
    assert session.scalar(sa.select(sa.func.count(PersonMerge.id))) == 1


def test_merging_shares_its_transaction_with_the_audit_line(session, monkeypatch):
    kept, gone = make_youth("Zoë"), make_youth("Zoe")
    make_group(make_season())
    gone_id = gone.id
    session.commit()
    services.merge(kept, gone, **BY)

    def broken(*_args: object) -> None:
        raise RuntimeError("the trail cannot be written")

    monkeypatch.setattr("youthprog.audit.services.append", broken)
    with pytest.raises(RuntimeError):
        session.commit()
    session.rollback()
    assert queries.merged_into(gone_id) is None


def test_what_a_birth_date_was_is_told_by_the_trail(session):
    youth = make_youth(born_on=date(2016, 2, 14))
    services.correct(youth, born_on=date(2015, 2, 14), by=SYSTEM, now=NOW)
    services.correct(youth, born_on=date(2015, 2, 14), school="Lincoln", by=SYSTEM, now=NOW)
    session.commit()
    lines = session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "person.corrected").order_by(AuditEntry.number)
    )
    assert [line.detail.get("born_on") for line in lines] == [["2016-02-14", "2015-02-14"], None]
