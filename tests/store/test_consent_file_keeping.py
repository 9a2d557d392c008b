"""What goes from a youth's file beside signed consents: answers never signed, health notes, emergency contacts, photos."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.accounts import make_actor
from tests.makers.consent import Family, answer_all
from tests.makers.people import NOW, make_person, make_youth
from youthprog.access.models import SignedLink
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.consent import file_queries, keeping_queries, services, uploads
from youthprog.consent.models import ConsentEvent, ConsentRequest, FilePurge, RecordHold
from youthprog.consent.services import store_upload
from youthprog.consent.types import FilePart, RequestState
from youthprog.core import db
from youthprog.core.actor import SYSTEM
from youthprog.core.refusals import NotFound, Refused
from youthprog.leagues.rosters.models import MedicalHold
from youthprog.leagues.rosters.types import WaitFrom
from youthprog.outreach.models import Message
from youthprog.people import services as people
from youthprog.people.models import EmergencyContact, HealthNote, YouthPhoto
from youthprog.people.types import HealthKind
from youthprog.programs.models import Enrollment
from youthprog.programs.types import EnrollmentStatus

DAY = timedelta(days=1)
WORDS = "Xiomara peanut"


class File:
    """Mateo of a season that ended, with answers never signed, a health note and an emergency contact."""

    def __init__(self):
        self.family = Family()
        self.youth = self.family.youth
        self.youth.created_at = NOW
        self.first, self.second = (
            make_actor(Role.COORDINATOR, make_person(name, "Keeper").id) for name in ("Ada", "Ben")
        )
        self.request = self.family.ask(NOW)
        answer_all(self.request, now=NOW, emergency_contact={"name": WORDS, "phone": "+12175550142", "relation": ""})
        people.note_health(self.youth, HealthKind.ALLERGY, alert=WORDS, by=SYSTEM, now=NOW)
        people.add_emergency_contact(self.youth, WORDS, "217 555 0142", by=SYSTEM, now=NOW)
        photo = YouthPhoto(youth_id=self.youth.id, kept_at=NOW)
        db.session().add(photo)
        db.flush()
        photo.seal_bytes("photo_sealed", WORDS.encode())
        self.ends_on = self.family.group.season.ends_on
        db.session().commit()

    @property
    def rules(self):
        return keeping_queries.file_rules_in_force()

    def over(self, on):
        return {each.part for each in file_queries.list_parts_over(self.first, self.rules, on)}

    def part(self, part, on):
        return file_queries.get_part_for(self.first, f"{part.value}-{self.youth.id}", self.rules, on)

    def last_day(self, part):
        return self.ends_on + self.rules[part].after_season_days * DAY

    def propose(self, part, on):
        return services.propose_part(self.part(part, on), self.rules[part], by=self.first, now=moment(on))

    def purge(self, part, on, by=None):
        services.purge_part(self.part(part, on), self.rules[part], by=by or self.second, now=moment(on))


def moment(on):
    return NOW + (on - NOW.date())


@pytest.fixture(autouse=True)
def september():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def file(session):
    return File()


def codes(problem):
    return {reason.code for reason in problem.value.reasons}


def test_each_part_goes_on_the_day_after_its_own_term(file):
    for part in FilePart:
        last = file.last_day(part)
        assert part not in file.over(last)
        assert part in file.over(last + DAY)
    assert file.part(FilePart.HEALTH, NOW.date()).keep_until_on == file.last_day(FilePart.HEALTH)


def test_a_later_season_keeps_health_and_contacts_but_not_old_answers(file, session):
    later = Family().group.season
    later.ends_on = file.ends_on + 900 * DAY
    session.add(Enrollment(season_id=later.id, youth_id=file.youth.id, status=EnrollmentStatus.ENROLLED, asked_at=NOW))
    session.flush()
    assert file.over(file.last_day(FilePart.HEALTH) + 30 * DAY) == {FilePart.DRAFTS}
    assert file.part(FilePart.HEALTH, NOW.date()).keep_until_on == later.ends_on + 365 * DAY


def test_a_note_written_later_is_kept_from_its_own_day(file):
    on = file.last_day(FilePart.HEALTH) + DAY
    people.note_health(file.youth, HealthKind.OTHER, alert="x", by=SYSTEM, now=moment(on - 9 * DAY))
    assert FilePart.HEALTH not in file.over(on)
    assert FilePart.EMERGENCY in file.over(on)
    assert FilePart.HEALTH in file.over(on + 357 * DAY)


@pytest.mark.parametrize("part", list(FilePart))
def test_one_proposes_another_purges_and_a_tombstone_stays(file, session, part):
    on = file.last_day(part) + DAY
    file.propose(part, on)
    assert part not in file.over(on)
    assert [each.part for each in file_queries.list_parts_proposed(file.second, file.rules, on)] == [part]
    with pytest.raises(Refused) as problem:
        file.purge(part, on, by=file.first)
    assert codes(problem) == {"same_person"}
    file.purge(part, on)
    session.commit()
    row = session.scalars(sa.select(FilePurge)).one()
    assert (row.part, row.pieces, row.purged_by_id) == (part, 1, file.second.person_id)
    assert row.rule["after_season_days"] == file.rules[part].after_season_days
    assert {"file.proposed", "file.purged"} <= set(session.scalars(sa.select(AuditEntry.action)))
    assert [each.id for each in file_queries.purged_of_youth(file.youth.id)] == [row.id]
    with pytest.raises(NotFound):
        file.part(part, on)


def test_words_of_a_medical_hold_go_with_the_health_notes_and_its_dates_stay(file, session):
    """A hold alone is a piece of health, and one written later keeps them all."""
    hold = MedicalHold(
        youth_id=file.youth.id, from_on=NOW.date(), needs_clearance=True, wait_days=7, wait_from=WaitFrom.CLEARANCE,
        held_at=NOW, cleared_on=NOW.date(), cleared_at=NOW,
    )  # fmt: skip
    session.add(hold)
    session.flush()
    hold.seal("note_sealed", WORDS)
    hold.seal("signed_by_sealed", "Dr. Okafor")
    hold.paper_sha256 = store_upload(b"%PDF-1.7 clearance")
    for note in session.scalars(sa.select(HealthNote)):
        session.delete(note)
    session.commit()
    on = file.last_day(FilePart.HEALTH) + DAY
    assert file.part(FilePart.HEALTH, on).pieces == 1
    hold.held_at = hold.cleared_at = moment(on - 9 * DAY)
    session.flush()
    assert FilePart.HEALTH not in file.over(on)
    hold.held_at = hold.cleared_at = NOW
    session.flush()
    digest = hold.paper_sha256
    assert uploads.path_of(digest).exists()
    file.propose(FilePart.HEALTH, on)
    file.purge(FilePart.HEALTH, on)
    session.commit()
    session.refresh(hold)
    assert (hold.note_sealed, hold.signed_by_sealed, hold.paper_sha256) == (None, None, None)
    assert (hold.from_on, hold.cleared_on, hold.needs_clearance) == (NOW.date(), NOW.date(), True)
    assert not uploads.path_of(digest).exists()
    assert session.scalars(sa.select(FilePurge)).one().pieces == 1


def test_what_was_purged_is_not_there_any_more_and_nothing_else_went(file, session):
    on = file.last_day(FilePart.HEALTH) + DAY
    for part in FilePart:
        before = [_count(model) for model in (HealthNote, EmergencyContact, YouthPhoto)]
        file.propose(part, on)
        file.purge(part, on)
        session.commit()
        after = [_count(model) for model in (HealthNote, EmergencyContact, YouthPhoto)]
        assert after == [
            before[0] - (part is FilePart.HEALTH), before[1] - (part is FilePart.EMERGENCY),
            before[2] - (part is FilePart.PHOTO),
        ]  # fmt: skip
    request = session.get_one(ConsentRequest, file.request.id)
    assert (request.draft_sealed, request.state) == (None, RequestState.CANCELED)
    assert request.purged_at is not None
    assert not any(each.detail for each in session.scalars(sa.select(ConsentEvent)))
    assert all(each.text_sealed is None for each in session.scalars(sa.select(Message)))
    assert all(link.ended_at for link in session.scalars(sa.select(SignedLink)))
    assert WORDS not in "\n".join(str(each.detail) for each in session.scalars(sa.select(AuditEntry)))


def _count(model):
    return db.session().scalar(sa.select(sa.func.count()).select_from(model))


def test_a_hold_keeps_every_part(file, session):
    on = file.last_day(FilePart.HEALTH) + DAY
    file.propose(FilePart.HEALTH, on)
    services.hold(file.youth, "Broken arm on May 3", by=file.first, now=NOW)
    assert file.over(on) == set()
    for deed in (lambda: file.purge(FilePart.HEALTH, on), lambda: file.propose(FilePart.DRAFTS, on)):
        with pytest.raises(Refused) as problem:
            deed()
        assert "held" in codes(problem)
    services.release(file.youth, by=file.second, now=NOW)
    file.purge(FilePart.HEALTH, on)


def test_it_is_too_early_on_the_last_day_and_what_was_proposed_is_asked_again(file, session):
    with pytest.raises(Refused) as problem:
        file.propose(FilePart.HEALTH, file.last_day(FilePart.HEALTH))
    assert codes(problem) == {"too_early"}
    on = file.last_day(FilePart.HEALTH) + DAY
    file.propose(FilePart.HEALTH, on)
    people.note_health(file.youth, HealthKind.OTHER, alert="x", by=SYSTEM, now=moment(on))
    with pytest.raises(Refused) as problem:
        file.purge(FilePart.HEALTH, on)
    assert codes(problem) == {"too_early"}
    services.keep_part_after_all(file.part(FilePart.HEALTH, on), by=file.second, now=NOW)
    assert _count(FilePurge) == 0
    with pytest.raises(Refused):
        services.keep_part_after_all(file.part(FilePart.HEALTH, on), by=file.second, now=NOW)


def test_the_database_refuses_one_person_for_both(file, session):
    row = file.propose(FilePart.HEALTH, file.last_day(FilePart.HEALTH) + DAY)
    row.purged_by_id, row.purged_at = file.first.person_id, NOW
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()
    session.rollback()


def test_signed_answers_are_no_part_of_it(file, session):
    other = Family(file.family.group)
    other.sign()
    on = file.last_day(FilePart.DRAFTS) + DAY
    found = file_queries.list_parts_over(file.first, file.rules, on)
    assert {each.youth_id for each in found if each.part is FilePart.DRAFTS} == {file.youth.id}


def test_another_programs_keeper_finds_no_part(file):
    stranger = make_actor(Role.COORDINATOR, make_person("Cy", "Elsewhere").id, program_id=987_654)
    on = file.last_day(FilePart.HEALTH) + DAY
    assert file_queries.list_parts_over(stranger, file.rules, on) == []
    for key in (f"health-{file.youth.id}", "health-", "health-x", f"photos-{file.youth.id}", f"health-{2**70}"):
        with pytest.raises(NotFound):
            file_queries.get_part_for(stranger, key, file.rules, on)


def test_a_merge_keeps_the_hold_and_the_tombstone(file, session):
    kept = make_youth("Mateo")
    on = file.last_day(FilePart.HEALTH) + DAY
    for part in (FilePart.HEALTH, FilePart.EMERGENCY):
        file.propose(part, on)
    file.purge(FilePart.HEALTH, on)
    for youth in (kept, file.youth):
        services.hold(youth, "A claim", by=file.first, now=NOW)
    people.merge(kept, file.youth, by=SYSTEM, now=NOW)
    assert [(row.part, row.youth_id) for row in session.scalars(sa.select(FilePurge))] == [(FilePart.HEALTH, kept.id)]
    assert keeping_queries.find_hold(kept.id)
    services.release(kept, by=file.first, now=NOW)
    assert session.scalars(sa.select(RecordHold.ended_at)).all() == [NOW, NOW]


def test_the_lists_cost_the_same_for_more(file, session, statements):
    on, sent = file.last_day(FilePart.HEALTH) + DAY, []
    for _more in range(2):
        session.flush()
        statements.clear()
        file_queries.list_parts_over(file.first, file.rules, on)
        sent.append(len(statements))
        for _each in range(3):
            youth = make_youth()
            session.add(
                Enrollment(
                    season_id=file.family.season_id, youth_id=youth.id, status=EnrollmentStatus.ENROLLED, asked_at=NOW
                )
            )
            youth.created_at = NOW
            people.note_health(youth, HealthKind.OTHER, alert="x", by=SYSTEM, now=NOW)
    assert sent == [len(FilePart)] * 2
