"""What time and moves do to consent."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.consent import Family, request_of
from tests.makers.people import NOW, make_youth
from tests.makers.programs import enroll, make_group, make_program, make_season
from tests.support.quick_press import QuickPress
from youthprog.access.models import SignedLink
from youthprog.consent import expiring, queries, services
from youthprog.consent.models import ConsentDecision, ConsentRequest
from youthprog.consent.types import Happening, RequestState
from youthprog.core import db
from youthprog.core.actor import SYSTEM
from youthprog.outreach.models import Message
from youthprog.people import services as people
from youthprog.people.models import ContactPoint
from youthprog.people.queries import find_bond
from youthprog.people.types import Gender
from youthprog.programs import services as programs
from youthprog.programs.models import Enrollment, Group
from youthprog.programs.types import EnrollmentStatus, GuardianRule

ON = NOW.date()
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def september(app, monkeypatch):
    monkeypatch.setitem(app.extensions, "youthprog.press", QuickPress())
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def family(session):
    return Family()


def ends_on(family, last_day, *keys):
    """Let what the family signed end on a day."""
    request = family.sign(now=NOW - 9 * DAY)
    for row in queries.decisions_of(request.id):
        if not keys or row.section_key in keys:
            row.valid_until_on = last_day
    request.valid_until_on = last_day
    db.session().flush()
    return request


def renew(now=NOW) -> int:
    with time_machine.travel(now, tick=True):
        return sum(services.renew_ending(now))


def next_season(family, **values):
    season = make_season(
        family.group.season.program,
        **({"name": "Spring 2027", "starts_on": date(2026, 12, 1), "ends_on": date(2027, 3, 1)} | values),
    )
    enroll(family.youth, season)
    return season


# ---- renewals ----


def test_what_ends_while_the_season_goes_on_is_asked_again_three_weeks_ahead(family):
    old = ends_on(family, ON + 21 * DAY)
    assert renew(NOW - DAY) == 0
    assert renew() == 1
    new = request_of(family.youth)
    assert (new.renews_id, new.season_id, new.due_on) == (old.id, family.season_id, ON + 21 * DAY)
    assert new.state is RequestState.SENT
    assert [event.happening for event in queries.events_of(old.id)][-1] is Happening.RENEWED
    text = db.session().scalars(sa.select(Message).where(Message.kind == services.RENEW)).one().unseal("text_sealed")
    labels = {each.key: each.words["en"].label for each in queries.questions_of(new.form_version_id)}
    assert f"- {labels['take_part']}\n" in text
    assert "October 8, 2026" in text
    assert family.cleared_on(ON), "what is signed holds to its last day"


def test_a_renewal_names_only_what_ends(family):
    ends_on(family, ON + 5 * DAY, "emergency_care")
    assert renew() == 1
    text = db.session().scalars(sa.select(Message).where(Message.kind == services.RENEW)).one().unseal("text_sealed")
    labels = {
        each.key: each.words["en"].label for each in queries.questions_of(request_of(family.youth).form_version_id)
    }
    assert f"- {labels['emergency_care']}\n" in text
    assert f"- {labels['take_part']}\n" not in text


def test_each_signature_is_renewed_once(family):
    ends_on(family, ON + 10 * DAY)
    assert renew() == 1
    assert renew() == 0
    request_of(family.youth).state = RequestState.CANCELED
    db.session().flush()
    assert renew() == 0


def test_a_later_season_of_the_program_asks_before_this_one_ends(family):
    later = next_season(family)
    ends_on(family, family.group.season.ends_on)
    when = NOW + (family.group.season.ends_on - ON - 21 * DAY)
    assert renew(when) == 1
    new = request_of(family.youth)
    assert (new.season_id, new.due_on) == (later.id, date(2026, 12, 1))


def no_later_season(family):
    ends_on(family, family.group.season.ends_on)


def another_program(family):
    ends_on(family, family.group.season.ends_on)
    enroll(family.youth, make_season(make_program(), starts_on=date(2026, 12, 1), ends_on=date(2027, 3, 1)))


def only_an_optional_part(family):
    ends_on(family, ON + 5 * DAY, "photos")


def left_the_season(family):
    ends_on(family, ON + 5 * DAY)
    row = db.session().scalars(sa.select(Enrollment).where(Enrollment.youth_id == family.youth.id)).one()
    row.status = EnrollmentStatus.WITHDRAWN


def taken_back(family):
    request = ends_on(family, ON + 5 * DAY)
    for row in queries.decisions_of(request.id):
        row.withdrawn_at = NOW


def bounced(family):
    ends_on(family, ON + 5 * DAY)
    for row in db.session().scalars(sa.select(ContactPoint).where(ContactPoint.person_id == family.guardian.id)):
        row.bounced_at = NOW


def may_not_decide(family):
    ends_on(family, ON + 5 * DAY)
    find_bond(family.youth.id, family.guardian.id).may_decide = False


def turns_18_meanwhile(family):
    ends_on(family, ON + 5 * DAY)
    family.youth.born_on = date(2008, ON.month, ON.day + 5)


def asked_already(family):
    old = ends_on(family, ON + 5 * DAY)
    db.session().add(
        ConsentRequest(
            form_version_id=old.form_version_id, youth_id=old.youth_id, guardian_id=old.guardian_id,
            season_id=old.season_id, state=RequestState.SENT, language="en", created_at=NOW,
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    "why",
    [
        no_later_season, another_program, only_an_optional_part, left_the_season, taken_back, bounced, may_not_decide,
        turns_18_meanwhile, asked_already,
    ],
    ids=lambda why: why.__name__,
)  # fmt: skip
def test_nothing_is_renewed(session, family, why):
    why(family)
    session.flush()
    latest = min(ON + 5 * DAY, family.group.season.ends_on)
    assert renew() == 0
    if why in (no_later_season, another_program):
        assert renew(NOW + (family.group.season.ends_on - latest)) == 0


def test_both_guardians_are_asked_again_where_both_must(session, family):
    family.group.season.program.guardian_rule = GuardianRule.BOTH
    old = ends_on(family, ON + 5 * DAY)
    session.flush()
    assert renew() == 1
    assert request_of(family.youth).guardian_id == old.guardian_id


def test_renewals_go_batch_by_batch(session, family, monkeypatch):
    monkeypatch.setattr(expiring, "BATCH", 2)
    for each in [family, *(Family(family.group) for _each in range(2))]:
        ends_on(each, ON + 5 * DAY)
    assert list(services.renew_ending(NOW)) == [2, 1]


# ---- a change of team or school ----


def moves_end(family, *keys):
    request = family.sign(now=NOW - 9 * DAY)
    for row in queries.decisions_of(request.id):
        row.ends_on_move = row.section_key in keys
    db.session().flush()
    return request


def ended(family):
    statement = sa.select(ConsentDecision.section_key).where(
        ConsentDecision.youth_id == family.youth.id, ConsentDecision.ended_on == ON
    )
    return set(db.session().scalars(statement))


def another_group(family, name="Lions U10") -> Group:
    return make_group(family.group.season, name)


def test_leaving_the_team_ends_what_ends_with_it(family):
    moves_end(family, "rides", "photos")
    programs.leave_group(family.youth.id, family.group, by=SYSTEM, now=NOW)
    assert ended(family) == {"rides", "photos"}


def test_joining_another_team_ends_it(family):
    moves_end(family, "rides")
    programs.join_group(family.youth.id, another_group(family), by=SYSTEM, now=NOW)
    assert ended(family) == {"rides"}


def test_the_first_team_of_a_season_is_no_change(session):
    family = Family()
    programs.leave_group(family.youth.id, family.group, by=SYSTEM, now=NOW - 20 * DAY)
    moves_end(family, "rides")
    programs.join_group(family.youth.id, another_group(family), by=SYSTEM, now=NOW)
    assert ended(family) == set()


def test_put_in_and_out_on_one_day_is_no_change(session, family):
    programs.leave_group(family.youth.id, family.group, by=SYSTEM, now=NOW - 20 * DAY)
    moves_end(family, "rides")
    group = another_group(family)
    programs.join_group(family.youth.id, group, by=SYSTEM, now=NOW)
    programs.leave_group(family.youth.id, group, by=SYSTEM, now=NOW)
    assert ended(family) == set()


def test_a_group_of_another_season_ends_nothing(session, family):
    moves_end(family, "rides")
    elsewhere = make_group(make_season())
    enroll(family.youth, elsewhere.season)
    programs.join_group(family.youth.id, elsewhere, by=SYSTEM, now=NOW)
    programs.leave_group(family.youth.id, elsewhere, by=SYSTEM, now=NOW + 3 * DAY)
    assert ended(family) == set()


def test_what_ended_before_keeps_its_day(session, family):
    moves_end(family, "rides")
    session.scalars(sa.select(ConsentDecision).where(ConsentDecision.ends_on_move)).one().ended_on = ON - 2 * DAY
    programs.leave_group(family.youth.id, family.group, by=SYSTEM, now=NOW)
    assert ended(family) == set()


@pytest.mark.parametrize(
    ("before", "after", "ends"),
    [
        ("Lincoln School", "Washington School", True),
        ("Lincoln School", None, True),
        ("Lincoln School", "LINCOLN  school", False),
        (None, "Lincoln School", False),
    ],
)
def test_another_school_ends_it(session, family, before, after, ends):
    family.youth.school = before
    moves_end(family, "rides")
    people.correct(family.youth, by=SYSTEM, now=NOW, born_on=family.youth.born_on, gender=Gender.GIRL, school=after)
    assert ended(family) == ({"rides"} if ends else set())


def test_a_move_leaves_its_line(session, family):
    moves_end(family, "rides")
    programs.leave_group(family.youth.id, family.group, by=SYSTEM, now=NOW)
    assert [line["detail"] for line in session.info["deeds"] if line["action"] == "consent.ended"] == [
        {"sections": ["rides"]}
    ]


# ---- the 18th birthday ----


def test_what_waits_for_the_parents_of_an_adult_is_closed_with_its_reason(session, family):
    request = family.ask()
    family.youth.born_on = date(2008, ON.month, ON.day + 1)
    session.flush()
    assert sum(services.close_for_adults(NOW)) == 0
    family.youth.born_on = date(2008, ON.month, ON.day)
    session.flush()
    assert sum(services.close_for_adults(NOW)) == 1
    assert request.state is RequestState.CANCELED
    event = queries.events_of(request.id)[-1]
    assert (event.happening, event.detail) == (Happening.CANCELED, {"reason": "turned_18"})
    assert all(link.ended_at for link in session.scalars(sa.select(SignedLink)))
    assert sum(services.close_for_adults(NOW)) == 0


def test_a_child_of_unknown_age_keeps_its_forms(session, family):
    request = family.ask()
    family.youth.born_on = None
    session.flush()
    assert sum(services.close_for_adults(NOW)) == 0
    assert request.state is RequestState.SENT
    assert make_youth().id
