"""Slips: consent to one gathering, beside the season's form."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.accounts import make_actor
from tests.makers.consent import Family, actor_of, agree, make_slip_form, signing
from tests.makers.people import NOW, make_guardian, make_youth
from tests.makers.programs import enroll, join, make_gathering, make_group, make_season
from tests.support.quick_press import QuickPress
from youthprog.access.types import Role
from youthprog.attendance import queries as attendance
from youthprog.attendance.services import save_register
from youthprog.attendance.types import Mark
from youthprog.consent import queries, services, slip_queries
from youthprog.consent.models import ConsentRequest
from youthprog.consent.types import Happening, RequestState
from youthprog.core import db
from youthprog.core.actor import SYSTEM
from youthprog.core.permissions import P
from youthprog.core.refusals import Refused
from youthprog.outreach.models import Message
from youthprog.programs import queries as programs_queries
from youthprog.programs import services as programs
from youthprog.programs.models import Gathering
from youthprog.programs.types import GatheringKind, GuardianRule

ON = NOW.date()
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def september(app, monkeypatch):
    monkeypatch.setitem(app.extensions, "youthprog.press", QuickPress())
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def family(session):
    found = Family()
    make_slip_form(found.group.season.program)
    return found


@pytest.fixture
def outing(family) -> Gathering:
    return make_gathering(family.group, NOW + 20 * DAY, title="Museum")


def ask(outing, *families, now=NOW):
    return services.ask_for_gathering(outing, [each.youth.id for each in families], by=SYSTEM, now=now)


def slips(outing) -> list[ConsentRequest]:
    statement = sa.select(ConsentRequest).where(ConsentRequest.gathering_id == outing.id).order_by(ConsentRequest.id)
    return list(db.session().scalars(statement))


def give(slip, choice="yes", now=NOW):
    case = queries.get_request(slip.id)
    by = actor_of(case.guardian)
    agree(case.guardian, now)
    services.open_form(case, language="en", via="link", by=by, now=now)
    for question in queries.questions_of(case.version.id):
        services.answer(case, question, {"choice": choice}, by=by, now=now)
    prepared = services.prepare_signature(queries.get_request(slip.id), signing(slip), by=by, now=now)
    services.sign(queries.get_request(slip.id), prepared, by=by, now=now)


def test_a_slip_is_asked_of_one_guardian_and_due_the_day_before(family, outing):
    asked = ask(outing, family)
    assert (asked.sent, asked.already, asked.unreachable) == (1, 0, ())
    slip = slips(outing)[0]
    assert (slip.due_on, slip.guardian_id, slip.season_id) == (ON + 19 * DAY, family.guardian.id, family.season_id)
    mail = db.session().scalars(sa.select(Message)).one()
    assert mail.subject == "May Mateo come along? Museum, October 7, 2026"
    assert "Please answer by October 6, 2026." in mail.unseal("text_sealed")
    assert ask(outing, family).already == 1
    assert len(slips(outing)) == 1


def test_two_outings_and_the_season_wait_at_once(family, outing):
    other = make_gathering(family.group, NOW + 30 * DAY, title="Zoo")
    ask(outing, family)
    ask(other, family)
    family.ask()
    waiting = db.session().scalars(sa.select(ConsentRequest.gathering_id)).all()
    assert set(waiting) == {outing.id, other.id, None}


def test_a_slip_allows_its_gathering_alone(family, outing):
    other = make_gathering(family.group, NOW + 30 * DAY)
    ask(outing, family)
    assert slip_queries.slips_of(outing.id) == {family.youth.id: False}
    give(slips(outing)[0])
    assert slip_queries.slips_of(outing.id) == {family.youth.id: True}
    assert slip_queries.slips_of(other.id) == {family.youth.id: False}
    assert not family.cleared_on(ON), "the season's form is another matter"


def test_a_no_to_an_outing_is_none_to_the_season(family, outing):
    ask(outing, family)
    family.sign()
    give(slips(outing)[0], "no")
    assert slip_queries.slips_of(outing.id) == {family.youth.id: False}
    assert family.cleared_on(ON)


def test_the_seasons_form_is_no_slip(family, outing):
    family.sign()
    assert slip_queries.slips_of(outing.id) == {family.youth.id: False}
    assert ask(outing, family).sent == 1


def test_who_gave_a_slip_is_left_in_peace(family, outing):
    ask(outing, family)
    give(slips(outing)[0])
    assert ask(outing, family) == services.Asked()


def test_both_guardians_are_asked_where_both_must(session, family, outing):
    family.group.season.program.guardian_rule = GuardianRule.BOTH
    make_guardian(family.youth, "José Luis", rank=2)
    ask(outing, family)
    assert len(slips(outing)) == 2


def test_a_youth_without_a_reachable_guardian_is_named(session, family, outing):
    youth = make_youth("Zoë", "Gagnon")
    join(youth, family.group)
    asked = services.ask_for_gathering(outing, [youth.id], by=SYSTEM, now=NOW)
    assert (asked.sent, asked.unreachable) == (0, (youth.id,))


def test_who_is_not_expected_is_not_asked(session, family, outing):
    stranger = Family(make_group(family.group.season, "Lions U10"))
    assert ask(outing, stranger).sent == 0
    assert slips(outing) == []


def test_everybody_of_the_season_is_expected_where_no_group_is(session, family):
    youth = make_youth("Zoë", "Gagnon")
    enroll(youth, family.group.season)
    gathering = make_gathering(family.group, NOW + 9 * DAY)
    gathering.group_id = None
    session.flush()
    assert set(slip_queries.slips_of(gathering.id)) == {family.youth.id, youth.id}


def canceled(outing):
    outing.canceled_at = NOW


def over(outing):
    outing.starts_at, outing.ends_at = NOW - 2 * DAY, NOW - DAY


@pytest.mark.parametrize(("why", "code"), [(canceled, "canceled"), (over, "over")])
def test_nobody_is_asked_for_what_does_not_take_place(session, family, outing, why, code):
    why(outing)
    with pytest.raises(Refused) as refused:
        ask(outing, family)
    assert [reason.code for reason in refused.value.reasons] == [code]


def test_a_program_without_such_a_form_asks_for_none(session):
    family = Family(make_group(make_season()))
    outing = make_gathering(family.group, NOW + 9 * DAY)
    with pytest.raises(Refused) as refused:
        ask(outing, family)
    assert [reason.code for reason in refused.value.reasons] == ["no_form"]
    assert slip_queries.slips_of(outing.id) == {}


def test_a_canceled_outing_closes_its_slips(family, outing):
    ask(outing, family)
    season = family.ask()
    programs.cancel_gathering(outing, reason="Rain", by=SYSTEM, now=NOW)
    slip = slips(outing)[0]
    assert slip.state is RequestState.CANCELED
    event = queries.events_of(slip.id)[-1]
    assert (event.happening, event.detail) == (Happening.CANCELED, {"reason": "gathering_canceled"})
    assert season.state is RequestState.SENT


def test_slips_are_reminded_of_too(family, outing):
    ask(outing, family)
    with time_machine.travel(NOW + 12 * DAY):
        assert sum(services.remind_due(NOW + 12 * DAY)) == 1
    give(slips(outing)[0])
    with time_machine.travel(NOW + 18 * DAY):
        assert sum(services.remind_due(NOW + 18 * DAY)) == 0


def test_a_bounced_slip_is_asked_again_in_the_same_request(session, family, outing):
    ask(outing, family)
    slips(outing)[0].state = RequestState.BOUNCED
    session.flush()
    assert ask(outing, family).sent == 1
    assert [each.state for each in slips(outing)] == [RequestState.SENT]
    assert date(2026, 10, 6) == slips(outing)[0].due_on


# ---- the register ----


def register(outing):
    """What the register of the outing says of each youth."""
    staff = make_actor(Role.COORDINATOR)
    outing = programs_queries.get_gathering_for(staff, P.REGISTER_TAKE, outing.id, ON)
    roll = attendance.roll_of(staff, P.REGISTER_TAKE, outing, ON)
    return {line.youth_id: [reason.sentence for reason in line.reasons] for line in roll.lines}


def take(outing, youth_id):
    staff = make_actor(Role.COORDINATOR)
    outing = programs_queries.get_gathering_for(staff, P.REGISTER_TAKE, outing.id, ON)
    save_register(outing, {youth_id: Mark.PRESENT}, seen={}, by=staff, now=outing.starts_at)


def test_the_register_says_who_has_no_slip_and_takes_no_mark_of_them(family, outing):
    other = Family(family.group)
    for each in (family, other):
        each.sign()
    assert register(outing) == {family.youth.id: [], other.youth.id: []}, "nobody was asked for this meeting"
    ask(outing, family)
    assert register(outing)[other.youth.id] == ["No slip for this day. Not asked yet."]
    assert register(outing)[family.youth.id] == ["No slip for this day. Asked on %(on)s."]
    with pytest.raises(Refused):
        take(outing, family.youth.id)
    give(slips(outing)[0])
    assert register(outing)[family.youth.id] == []
    assert slip_queries.slips_of(outing.id) == {family.youth.id: True, other.youth.id: False}
    take(outing, family.youth.id)


def test_a_no_to_the_day_is_told_in_its_own_words(family, outing):
    family.sign()
    ask(outing, family)
    give(slips(outing)[0], "no")
    assert register(outing)[family.youth.id] == ["A guardian said no to this day on %(on)s."]


def test_an_event_needs_a_slip_before_anybody_is_asked(family):
    family.sign()
    event = make_gathering(family.group, NOW + 20 * DAY, kind=GatheringKind.EVENT)
    assert register(event)[family.youth.id] == ["No slip for this day. Not asked yet."]


def test_the_register_and_the_outings_page_say_the_same(family, outing):
    """Whoever has a slip there has no objection here, however many have one."""
    families = [family, *(Family(family.group) for _each in range(3))]
    for each in families:
        each.sign()
    ask(outing, *families[:3])
    give(slips(outing)[0])
    give(slips(outing)[1], "no")
    assert {youth_id: not reasons for youth_id, reasons in register(outing).items()} == slip_queries.slips_of(outing.id)


def test_a_program_without_such_a_form_needs_no_slip(session):
    plain = Family()
    plain.sign()
    event = make_gathering(plain.group, NOW + 20 * DAY, kind=GatheringKind.EVENT)
    assert register(event) == {plain.youth.id: []}


def test_the_register_costs_one_statement_more_and_the_same_for_more_youth(family, outing, statements):
    def cost():
        db.session().flush()
        statements.clear()
        list(
            slip_queries.slip_objections(
                {outing.id: [each.youth_id for each in programs_queries.members_of(family.group.id, ON)]}
            )
        )
        return len(statements) - 1

    assert cost() == 1
    ask(outing, family)
    first = cost()
    for _each in range(3):
        Family(family.group)
    assert cost() == first <= 9
