"""Reminders by the clock: the right people, the right day, once."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.makers.consent import Family, Siblings, actor_of, answer_all, signing
from tests.makers.people import NOW, make_guardian
from tests.makers.programs import make_group, make_season
from tests.support.proofs import cases
from tests.support.quick_press import QuickPress
from youthprog.consent import queries, reminding, services
from youthprog.consent.models import ConsentReminder, ConsentRequest
from youthprog.consent.types import Happening, RequestState
from youthprog.core import db
from youthprog.core.actor import SYSTEM
from youthprog.outreach import chores
from youthprog.outreach.models import Message
from youthprog.people import services as people
from youthprog.people.models import ContactPoint, Person
from youthprog.people.queries import find_bond

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def september(app, monkeypatch):
    monkeypatch.setitem(app.extensions, "youthprog.press", QuickPress())
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def family(session):
    return Family(make_group(make_season(starts_on=NOW.date() + 40 * DAY, ends_on=NOW.date() + 120 * DAY)))


def remind(now: datetime) -> int:
    with time_machine.travel(now, tick=True):
        return sum(services.remind_due(now))


def mails(kind: str = services.REMIND) -> list[Message]:
    statement = sa.select(Message).where(Message.kind == kind).order_by(Message.id)
    return list(db.session().scalars(statement))


def steps(request: ConsentRequest) -> list[int]:
    rows = db.session().scalars(sa.select(ConsentReminder.days_before).where(ConsentReminder.request_id == request.id))
    return sorted(rows, reverse=True)


def bounce(person: Person) -> None:
    contact = db.session().scalars(
        sa.select(ContactPoint).where(ContactPoint.person_id == person.id, ContactPoint.value.contains("@"))
    )
    contact.one().bounced_at = NOW


def test_asking_sets_the_due_day(family):
    assert family.ask().due_on == family.group.season.starts_on
    late = Family(make_group(make_season(starts_on=NOW.date() - DAY, ends_on=NOW.date() + 120 * DAY)))
    assert late.ask().due_on == NOW.date() + 21 * DAY


def test_three_reminders_leave_one_a_step(family):
    request = family.ask()
    sent = {}
    for days in range(60):
        if count := remind(NOW + days * DAY):
            sent[40 - days] = count
    assert sent == {21: 1, 7: 1, 1: 1}
    assert steps(request) == [21, 7, 1]
    assert request.times_asked == 4
    happened = [event.happening for event in queries.events_of(request.id)]
    assert happened.count(Happening.REMINDED) == 3


def test_a_reminder_names_what_is_missing_in_the_readers_language_and_no_health(session):
    group = make_group(make_season(starts_on=NOW.date() + 25 * DAY, ends_on=NOW.date() + 120 * DAY))
    family = Family(group, language="es")
    request = family.ask()
    for section in queries.questions_of(request.form_version_id):
        if section.key == "health":
            session.execute(
                sa.text("UPDATE section SET required = :yes WHERE id = :id"), {"yes": True, "id": section.section_id}
            )
    assert remind(NOW + 5 * DAY) == 1
    text = mails()[0].unseal("text_sealed")
    words = {each.key: each.words["es"].label for each in queries.questions_of(request.form_version_id)}
    assert "Todavía falta:" in text
    assert f"- {words['take_part']}\n" in text
    assert f"- {words['emergency_care']}\n" in text
    assert words["photos"] not in text, "an optional section is missing nowhere"
    assert words["health"] not in text
    assert "Responda, por favor, antes del final del" in text


def test_after_a_night_without_worker_the_nearest_step_leaves_alone(family):
    request = family.ask()
    assert remind(NOW + 35 * DAY) == 1
    assert steps(request) == [7]
    assert remind(NOW + 35 * DAY) == 0


def test_nothing_leaves_past_the_due_day(family):
    family.ask()
    assert remind(NOW + 41 * DAY) == 0


def test_nobody_is_reminded_on_the_heels_of_a_letter(family):
    request = family.ask()
    with time_machine.travel(NOW + 34 * DAY):
        services.remind(request.id, by=SYSTEM, now=NOW + 34 * DAY)
    assert remind(NOW + 34 * DAY) == 0


def signed(family, request):
    answer_all(request)
    by = actor_of(family.guardian)
    prepared = services.prepare_signature(queries.get_request(request.id), signing(request), by=by, now=NOW)
    services.sign(queries.get_request(request.id), prepared, by=by, now=NOW)


def canceled(_family, request):
    request.state = RequestState.CANCELED


def told_only(_family, request):
    request.awaited = False


def bounced(family, _request):
    bounce(family.guardian)


def may_not_decide(family, _request):
    find_bond(family.youth.id, family.guardian.id).may_decide = False


def restricted(family, _request):
    people.restrict_custody(
        family.youth, family.guardian, no_collect=False, no_decide=False, no_information=True,
        starts_on=NOW.date(), by=SYSTEM, now=NOW,
    )  # fmt: skip


def no_address(family, _request):
    for row in db.session().scalars(sa.select(ContactPoint).where(ContactPoint.person_id == family.guardian.id)):
        row.ended_at = NOW


def turned_18(family, _request):
    family.youth.born_on = date(NOW.year - 18, NOW.month, NOW.day)


def season_over(family, _request):
    family.group.season.starts_on = family.group.season.ends_on = NOW.date() + DAY


@pytest.mark.parametrize(
    "why",
    [signed, canceled, told_only, bounced, may_not_decide, restricted, no_address, turned_18, season_over],
    ids=lambda why: why.__name__,
)
def test_who_need_not_or_may_not_answer_is_not_reminded(session, family, why):
    request = family.ask()
    why(family, request)
    session.flush()
    assert remind(NOW + 33 * DAY) == 0
    assert mails() == []


def test_the_reachable_one_is_reminded_among_those(session, family):
    family.ask()
    assert remind(NOW + 33 * DAY) == 1


def test_an_address_that_works_again_is_written_to_within_the_step(session, family):
    request = family.ask()
    bounce(family.guardian)
    assert remind(NOW + 33 * DAY) == 0
    for row in session.scalars(sa.select(ContactPoint)):
        row.bounced_at = None
    assert remind(NOW + 34 * DAY) == 1
    assert steps(request) == [7]


def test_a_request_without_a_due_day_gets_one(session, family):
    request = family.ask()
    request.due_on = None
    session.flush()
    assert remind(NOW) == 0
    assert request.due_on == family.group.season.starts_on


def test_a_cleared_youth_needs_no_reminder_although_another_form_waits(session, family):
    family.sign()
    second = make_guardian(family.youth, "José", rank=2)
    session.add(
        ConsentRequest(
            form_version_id=queries.find_current_version().id, youth_id=family.youth.id, guardian_id=second.id,
            season_id=family.season_id, state=RequestState.SENT, language="en", created_at=NOW,
            due_on=family.group.season.starts_on,
        )
    )  # fmt: skip
    session.flush()
    assert remind(NOW + 33 * DAY) == 0


def test_many_are_reminded_batch_by_batch_each_once(session, family, monkeypatch):
    monkeypatch.setattr(reminding, "BATCH", 2)
    families = [family, *(Family(family.group) for _each in range(4))]
    for each in families:
        each.ask()
    with time_machine.travel(NOW + 33 * DAY, tick=True):
        assert list(services.remind_due(NOW + 33 * DAY)) == [2, 2, 1]
        assert sum(services.remind_due(NOW + 33 * DAY)) == 0


def test_the_worker_commits_each_batch(app, session, family, monkeypatch):
    family.ask()
    session.commit()
    monkeypatch.setattr(chores, "BREATH_SECONDS", 0)
    kept = []

    def chore(_now):
        for number in range(3):
            db.session().add(ConsentReminder(request_id=1, days_before=number, at=NOW))
            yield number
            kept.append(db.session().in_transaction())
        raise RuntimeError("broken on purpose")

    monkeypatch.setitem(app.extensions, chores.CHORES, (chore,))
    chores.do_chores()
    assert kept == [False, False, False]
    assert session.scalar(sa.select(sa.func.count()).select_from(ConsentReminder)) == 3


def test_two_workers_at_once_send_one_reminder_each(app, session, family):
    families = [family, *(Family(family.group) for _each in range(5))]
    for each in families:
        each.ask()
    session.commit()
    moment, start, sent, failed = NOW + 33 * DAY, threading.Barrier(2), [], []

    def work():
        with app.app_context():
            start.wait()
            try:
                for count in services.remind_due(moment):
                    db.session().commit()
                    sent.append(count)
            except Exception as problem:
                failed.append(problem)
            finally:
                db.db.session.remove()

    workers = [threading.Thread(target=work) for _each in range(2)]
    with time_machine.travel(moment, tick=True):
        for each in workers:
            each.start()
        for each in workers:
            each.join()
    assert not failed
    assert sum(sent) == len(families)
    assert len(mails()) == len(families)


@pytest.mark.proof("one letter a guardian and day, about the very children whose step it is", room="consent")
def test_random_families_get_one_letter_a_day(app, session):
    """Each form by itself, read plainly: which step comes on which day it was looked at; then the letters must be those."""
    group = make_group(make_season(starts_on=NOW.date() + 40 * DAY, ends_on=NOW.date() + 120 * DAY))
    family = Siblings(3, group)
    session.flush()

    @settings(max_examples=cases(full=300, sample=4), deadline=None, database=None)
    @given(st.lists(st.integers(0, 45), min_size=3, max_size=3), st.sets(st.integers(0, 46), max_size=12))
    def run(due_in, awake):
        with session.begin_nested() as undone:
            requests = family.ask()
            for request, days in zip(requests, due_in, strict=True):
                request.due_on = NOW.date() + days * DAY
            session.flush()
            done: list[set[int]] = [set(), set(), set()]
            for day in sorted(awake):
                due = {}
                for number, days in enumerate(due_in):
                    left = days - day
                    step = next((each for each in (1, 7, 21) if 0 <= left <= each), None)
                    # the letter that asked, written on day 0, spares the steps that had come by then
                    if (
                        step is not None
                        and days - step > 0
                        and not done[number] & {each for each in (1, 7, 21) if each <= step}
                    ):
                        due[number] = step
                before = len(mails())
                told = [remind(NOW + day * DAY) for _worker in range(2)]
                assert told == [bool(due), 0], (due_in, day, due)
                new = mails()[before:]
                assert [{mail.subject_id, *mail.also_subjects} for mail in new] == (
                    [{requests[number].id for number in due}] if due else []
                )
                for number, step in due.items():
                    done[number].add(step)
            assert [set(steps(each)) for each in requests] == done
            undone.rollback()

    run()


@pytest.mark.proof("no reminder twice, before its day, past the due day or after an answer", room="consent")
def test_random_clocks_and_downtimes(app, session):
    group = make_group(make_season(starts_on=NOW.date() + 40 * DAY, ends_on=NOW.date() + 120 * DAY))
    family = Family(group)
    session.flush()

    @settings(max_examples=cases(full=400, sample=3), deadline=None, database=None)
    @given(st.integers(0, 60), st.sets(st.integers(0, 70), max_size=20), st.none() | st.integers(0, 70))
    def run(until_due, awake, ended_after):
        with session.begin_nested() as undone:
            request = family.ask()
            request.due_on = NOW.date() + until_due * DAY
            session.flush()
            days: dict[int, int] = {}
            for after in sorted(awake):
                if ended_after is not None and after >= ended_after:
                    request.state = RequestState.CANCELED
                for _worker in range(2):
                    before = set(steps(request))
                    count = remind(NOW + after * DAY)
                    new = set(steps(request)) - before
                    assert count == len(new) <= 1
                    days |= dict.fromkeys(new, after)
            for step, after in days.items():
                assert until_due - step <= after <= until_due
                assert ended_after is None or after < ended_after
            assert len(mails()) == len(days)
            undone.rollback()

    run()
