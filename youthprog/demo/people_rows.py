"""Rows of the people room: persons, contacts, homes, guardians, care, custody."""

from collections import defaultdict
from collections.abc import Iterator

from youthprog.core.text import fold
from youthprog.demo.drawn_faces import drawn_face
from youthprog.demo.frame import Frame, Row, Table, e164, fields, numbered
from youthprog.demo.people import AdultPlan, HouseholdPlan, YouthPlan
from youthprog.demo.types import Answer, Size
from youthprog.people import rules
from youthprog.people.models import (
    ContactPoint,
    CustodyRestriction,
    EmergencyContact,
    Guardianship,
    HealthNote,
    Household,
    HouseholdMember,
    Person,
    YouthPhoto,
)
from youthprog.people.types import ContactKind, PersonKind

WITH_PHOTO = 9


def people_tables(frame: Frame) -> Iterator[Table]:
    """Everybody, parents before children."""
    plan = frame.plan
    # Who wants no photos shown wants no surname on public papers either.
    shy = {consent.youth_key for consent in plan.consents if consent.answer is Answer.NO_PHOTOS}
    youth = [_youth(frame, each) | {"hides_surname": each.key in shy} for each in plan.youth]
    yield Person, [_adult(frame, adult) for adult in plan.adults] + youth
    yield ContactPoint, numbered(_contacts(frame))
    yield Household, [_household(home) for home in plan.households]
    yield HouseholdMember, _members(frame)
    yield Guardianship, numbered(_bonds(frame))
    yield EmergencyContact, numbered(_emergency(frame))
    yield HealthNote, list(_health(frame))
    yield CustodyRestriction, list(_custody(frame))
    yield YouthPhoto, list(_photos(frame))


def _adult(frame: Frame, adult: AdultPlan) -> Row:
    absent = {"preferred_name": None, "born_on": None, "school": None, "hides_surname": False}
    return _person(frame, adult) | {"kind": PersonKind.ADULT} | absent


def _youth(frame: Frame, youth: YouthPlan) -> Row:
    more = fields(youth, "born_on school") | {"preferred_name": youth.preferred or None}
    return _person(frame, youth) | {"kind": PersonKind.YOUTH} | more


def _person(frame: Frame, person: AdultPlan | YouthPlan) -> Row:
    return fields(person, "gender language") | {
        "id": person.key,
        "given_name": person.given,
        "family_name": person.family,
        "folded_name": rules.folded(person.family, person.given),
        "created_at": frame.began_at,
    }


def _contacts(frame: Frame) -> Iterator[Row]:
    bounced = {consent.guardian_key for consent in frame.plan.consents if consent.answer is Answer.BOUNCED}
    for adult in frame.plan.adults:
        if adult.email:
            came_back = frame.began_at if adult.key in bounced else None
            yield _contact(adult, ContactKind.EMAIL, adult.email, adult.email) | {"bounced_at": came_back}
        if adult.phone:
            yield _contact(adult, ContactKind.PHONE, adult.phone, e164(adult.phone)) | {"bounced_at": None}


def _contact(adult: AdultPlan, kind: ContactKind, value: str, normal: str) -> Row:
    return {"person_id": adult.key, "kind": kind, "value": value, "normal": normal, "preferred": True}


def _household(home: HouseholdPlan) -> Row:
    street = f"{home.street} {home.unit}".strip()
    return fields(home, "name street city state postal_code") | {
        "id": home.key,
        "unit": home.unit or None,
        "folded_address": fold(f"{street}, {home.city}, {home.state} {home.postal_code}"),
    }


def _members(frame: Frame) -> list[Row]:
    homes: dict[int, dict[int, None]] = defaultdict(dict)
    for home in frame.plan.households:
        homes[home.key] |= dict.fromkeys(home.adult_keys)
    for youth in frame.plan.youth:
        for key in youth.household_keys:
            homes[key][youth.key] = None
    return [{"household_id": home, "person_id": person} for home, inside in homes.items() for person in inside]


def _bonds(frame: Frame) -> Iterator[Row]:
    for youth in frame.plan.youth:
        for guardian in youth.guardians:
            rights = fields(guardian, "relationship may_decide may_collect rank")
            yield {"youth_id": youth.key, "guardian_id": guardian.adult_key} | rights


def _emergency(frame: Frame) -> Iterator[Row]:
    for youth in frame.plan.youth:
        if youth.emergency:
            contact = fields(youth.emergency, "name relation") | {"phone": e164(youth.emergency.phone)}
            yield {"youth_id": youth.key} | contact


def _health(frame: Frame) -> Iterator[Row]:
    noted = [(youth.key, youth.health) for youth in frame.plan.youth if youth.health]
    for key, (youth_id, note) in enumerate(noted, start=1):
        yield {
            "id": key,
            "youth_id": youth_id,
            "kind": note.kind,
            "alert_sealed": frame.seal(HealthNote, key, "alert_sealed", note.alert),
            "detail_sealed": frame.seal(HealthNote, key, "detail_sealed", note.detail),
            "recorded_at": frame.began_at,
        }


def _photos(frame: Frame) -> Iterator[Row]:
    """In a small department some whose family agreed to photos have one: a drawn figure."""
    agreed = [consent.youth_key for consent in frame.plan.consents if consent.answer is Answer.SIGNED]
    shown = list(dict.fromkeys(agreed))[:WITH_PHOTO] if frame.plan.size is Size.S else []
    for key, youth_id in enumerate(shown, start=1):
        yield {
            "id": key,
            "youth_id": youth_id,
            "photo_sealed": frame.seal_bytes(YouthPhoto, key, "photo_sealed", drawn_face(youth_id)),
            "kept_at": frame.began_at,
            "kept_by_id": frame.coordinator_id,
        }


def _custody(frame: Frame) -> Iterator[Row]:
    limited = [(youth.key, youth.restriction) for youth in frame.plan.youth if youth.restriction]
    for key, (youth_id, limit) in enumerate(limited, start=1):
        yield fields(limit, "no_collect no_decide no_information") | {
            "id": key,
            "youth_id": youth_id,
            "adult_id": limit.adult_key,
            "starts_on": frame.plan.seasons[0].registration_opens_on,
            "note_sealed": frame.seal(CustodyRestriction, key, "note_sealed", limit.note),
            "recorded_at": frame.began_at,
            "recorded_by_id": frame.coordinator_id,
        }
