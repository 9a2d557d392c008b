"""What a program asks changes today; of a day gone by the answer stays. On both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.accounts import make_actor
from tests.makers.consent import Family
from tests.makers.drafts import make_block
from tests.makers.forms import form_of, section
from tests.makers.people import NOW
from tests.support.clearing import NO_GATHERING
from youthprog.access.types import Role
from youthprog.consent import fair_queries, form_queries, publishing, queries, services
from youthprog.consent.models import FormUse, FormUseChange, FormVersion, GuardianExcuse
from youthprog.consent.surely import surely_cleared
from youthprog.consent.types import Excuse, SectionKind
from youthprog.core import db
from youthprog.core.actor import SYSTEM
from youthprog.programs.models import Program, ProgramRuleChange
from youthprog.programs.services import change_program
from youthprog.programs.types import GuardianRule

DAY = timedelta(days=1)
ON = NOW.date()
STARTER_KEYS = ("take_part", "emergency_care")
BEFORE = ON - DAY
CAMP = form_of("camp", section("camp", SectionKind.DECISION, required=True))


@pytest.fixture(autouse=True)
def september():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def family(session):
    """Mateo and Rosa, who signed the starter form ten days ago."""
    family = Family()
    family.sign(NOW - 10 * DAY)
    return family


def deed(now=NOW):
    return {"by": SYSTEM, "now": now}


def starter_id():
    return queries.find_current_version().form_id


def add_section(form_id, key="helmet", now=NOW):
    """Publish another version of a form, with another needed section."""
    version = services.begin_draft(form_id, **deed(now))
    services.add_blocks(version, [make_block(key)], seen=version.edits, **deed(now))
    db.session().refresh(version)
    services.publish(version, seen=version.edits, reason="", **deed(now))


def set_rule(family, rule, now=NOW):
    set_rule_of(family.group.season.program_id, rule, now)


def set_rule_of(program_id, rule, now=NOW):
    program = db.session().get_one(Program, program_id)
    change_program(
        program, name=program.name, name_es=program.name_es, summary="", summary_es="", guardian_rule=rule, **deed(now)
    )


def camp(now=NOW - 10 * DAY):
    """A published form that no program uses yet."""
    return services.publish_form(CAMP, **deed(now)).form_id


def use(family, form_id, way, now=NOW):
    services.use_form(form_id, {family.group.season.program_id: way}, **deed(now))


def required(family, on):
    db.session().flush()
    known = queries.histories([family.youth.id], [family.season_id])
    return tuple(known.required(family.youth.id, family.season_id, on))


def cleared(family, on):
    """Whether nothing is missing on a day, asked in every way there is; all say the same."""
    youth_id, season_id = family.youth.id, family.season_id
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queries, "FEW", 0)
        of_many = not queries.objections([youth_id], season_id, on)
    (said,) = {
        of_many,
        family.cleared_on(on),
        queries.lines_for([youth_id], season_id, on)[youth_id].state == "signed",
        queries.team_progress([family.group.id], on)[family.group.id][0] == 1,
    }
    assert said or not surely_cleared([youth_id], season_id, on, NO_GATHERING), "the quick look is wider than the rules"
    return said


def changes(table=FormUseChange):
    """The rows of a table of changes."""
    db.session().flush()
    return db.session().scalars(sa.select(table).order_by(table.id)).all()


# ---- a newer version ----


def test_a_newer_version_that_needs_more_leaves_days_before_it_alone(family):
    assert cleared(family, ON)
    add_section(starter_id())
    assert required(family, BEFORE) == STARTER_KEYS
    assert required(family, ON) == (*STARTER_KEYS, "helmet") == queries.required_keys(family.season_id)
    assert cleared(family, BEFORE)
    assert not cleared(family, ON)


def test_two_versions_in_one_day_hold_as_the_newer_from_that_day(family):
    add_section(starter_id())
    add_section(starter_id(), "boots")
    assert cleared(family, BEFORE)
    assert required(family, ON) == (*STARTER_KEYS, "helmet", "boots")


def test_before_the_first_version_the_first_counts(family):
    add_section(starter_id())
    assert required(family, ON - 300 * DAY) == STARTER_KEYS
    assert not cleared(family, ON - 300 * DAY)


def test_a_newer_version_counts_from_the_day_of_the_department(family):
    add_section(starter_id(), now=datetime(ON.year, ON.month, ON.day, 3, tzinfo=UTC))  # late the evening before
    assert not cleared(family, BEFORE)
    assert cleared(family, BEFORE - DAY)


def test_words_that_come_back_do_not_say_that_they_never_left(family):
    """A yes to the first version counts under the third, which reads like it, and not under the second."""
    form_id = starter_id()
    for number, days in ((2, 4), (3, 2)):
        source = publishing.starter_source() | {"number": number}
        if number == 2:
            for each in source["section"]:
                each["en"]["statement"] += " And more."
        services.publish_form(source, **deed(NOW - days * DAY))
    assert starter_id() == form_id
    assert [cleared(family, ON - days * DAY) for days in (5, 4, 3, 2, 0)] == [True, False, False, True, True]


# ---- the program's rule ----


def test_a_new_rule_leaves_days_before_it_alone(family):
    set_rule(family, GuardianRule.BOTH)
    assert cleared(family, BEFORE)
    assert not cleared(family, ON)
    (row,) = changes(ProgramRuleChange)
    assert (row.changed_on, row.guardian_rule) == (ON, GuardianRule.ONE)


def test_a_laxer_rule_clears_no_day_before_it(family):
    db.session().get_one(Program, family.group.season.program_id).guardian_rule = GuardianRule.BOTH
    set_rule(family, GuardianRule.ONE)
    assert not cleared(family, BEFORE)
    assert cleared(family, ON)


def test_an_excuse_counts_on_the_days_that_asked_both(family, session):
    session.get_one(Program, family.group.season.program_id).guardian_rule = GuardianRule.BOTH
    session.add(
        GuardianExcuse(
            youth_id=family.youth.id, guardian_id=None, excuse=Excuse.UNKNOWN, stated_by="Rosa", from_on=ON - 9 * DAY,
            recorded_at=NOW,
        )
    )  # fmt: skip
    set_rule(family, GuardianRule.ONE)
    assert [cleared(family, ON - days * DAY) for days in (10, 9, 1, 0)] == [False, True, True, True]


def test_of_two_rules_of_one_day_the_day_before_had_neither(family):
    set_rule(family, GuardianRule.BOTH)
    set_rule(family, GuardianRule.ONE_UNLESS)
    assert len(changes(ProgramRuleChange)) == 2
    assert cleared(family, BEFORE)
    assert cleared(family, ON)


def test_a_rule_that_came_and_went_holds_for_its_days(family):
    set_rule(family, GuardianRule.BOTH, NOW - 6 * DAY)
    set_rule(family, GuardianRule.ONE, NOW - 2 * DAY)
    assert [cleared(family, ON - days * DAY) for days in (7, 6, 3, 2, 0)] == [True, False, False, True, True]


def test_a_program_changed_but_for_its_rule_keeps_nothing(family):
    set_rule(family, GuardianRule.ONE)
    assert changes(ProgramRuleChange) == []


def test_the_page_names_the_rule_of_the_day(family):
    set_rule(family, GuardianRule.BOTH)
    staff = make_actor(Role.COORDINATOR)
    rules = [fair_queries.standing_of(staff, family.youth.id, on, "en")[0].rule for on in (BEFORE, ON)]
    assert rules == [GuardianRule.ONE, GuardianRule.BOTH]


# ---- which forms ----


@pytest.mark.parametrize(("way", "keys"), [("beside", (*STARTER_KEYS, "camp")), ("instead", ("camp",))])
def test_a_form_used_from_today_leaves_days_before_alone(family, way, keys):
    use(family, camp(), way)
    assert required(family, ON) == keys
    assert required(family, BEFORE) == STARTER_KEYS
    assert cleared(family, BEFORE)
    assert not cleared(family, ON)


@pytest.mark.parametrize("way", ["no", "events"])
def test_a_form_no_longer_used_was_asked_on_days_before(family, way):
    form_id = camp()
    db.session().add(FormUse(program_id=family.group.season.program_id, form_id=form_id))
    assert not cleared(family, ON)
    use(family, form_id, way)
    assert required(family, BEFORE) == ("camp",)
    assert not cleared(family, BEFORE)
    assert cleared(family, ON)


def test_of_two_uses_of_one_day_the_day_before_had_neither(family):
    form_id = camp()
    use(family, form_id, "beside")
    use(family, form_id, "instead")
    use(family, form_id, "no")
    assert [required(family, on) for on in (BEFORE, ON)] == [STARTER_KEYS] * 2
    assert cleared(family, BEFORE)
    assert cleared(family, ON)


def test_a_form_that_came_and_went_was_asked_on_its_days(family):
    form_id = camp()
    use(family, form_id, "instead", NOW - 6 * DAY)
    use(family, form_id, "no", NOW - 2 * DAY)
    keys = [required(family, ON - days * DAY) for days in (7, 6, 3, 2, 0)]
    assert keys == [STARTER_KEYS, ("camp",), ("camp",), STARTER_KEYS, STARTER_KEYS]
    assert [cleared(family, ON - days * DAY) for days in (7, 3, 2)] == [True, False, True]


def test_a_slip_and_an_unpublished_form_change_no_day(family):
    use(family, camp(), "events")
    services.start_form("Judo", "Judo", program_id=family.group.season.program_id, **deed())
    assert [(row.form_id, row.was_asked) for row in changes()] == [
        (starter_id(), False)
    ]  # now by name, before by default
    assert [required(family, on) for on in (BEFORE, ON)] == [STARTER_KEYS] * 2


def test_the_first_version_of_a_form_in_use_leaves_days_before_alone(family):
    """Until it was published the program asked the starter form; the first version was not asked before it was there."""
    db.session().add(
        FormUse(program_id=family.group.season.program_id, form_id=services.start_form("J", "J", **deed()).form_id)
    )
    version = db.session().scalars(sa.select(FormVersion).where(FormVersion.published_at.is_(None))).one()
    services.add_blocks(version, [make_block("judo")], seen=version.edits, **deed())
    db.session().refresh(version)
    services.publish(version, seen=version.edits, reason="", **deed())
    assert [required(family, on) for on in (BEFORE, ON)] == [STARTER_KEYS, ("judo",)]
    assert cleared(family, BEFORE)


def test_a_closed_form_was_asked_until_it_closed_and_is_again_when_it_opens(family):
    form_id = camp()
    use(family, form_id, "instead", NOW - 9 * DAY)
    services.close_form(form_id, withdraws=True, **deed(NOW - 5 * DAY))
    assert [required(family, ON - days * DAY) for days in (6, 5, 0)] == [("camp",), STARTER_KEYS, STARTER_KEYS]
    assert [cleared(family, ON - days * DAY) for days in (6, 5, 0)] == [False, True, True]
    services.open_form_again(form_id, **deed())
    keys = [required(family, ON - days * DAY) for days in (10, 6, 5, 1, 0)]
    assert keys == [STARTER_KEYS, ("camp",), STARTER_KEYS, STARTER_KEYS, ("camp",)]
    assert cleared(family, BEFORE)
    assert not cleared(family, ON)


def test_closing_and_opening_in_one_day_changes_no_day(family):
    form_id = camp()
    use(family, form_id, "instead", NOW - 9 * DAY)
    services.close_form(form_id, withdraws=False, **deed())
    services.open_form_again(form_id, **deed())
    assert [required(family, on) for on in (BEFORE, ON)] == [("camp",)] * 2


def test_closing_a_form_is_kept_for_each_program_that_asks_it(family):
    form_id = camp()
    other, slips = Family(), Family()
    use(family, form_id, "instead", NOW - 9 * DAY)
    use(other, form_id, "beside", NOW - 9 * DAY)
    use(slips, form_id, "events", NOW - 9 * DAY)
    before = len(changes())
    services.close_form(form_id, withdraws=False, **deed())
    kept = {(row.program_id, row.form_id, row.was_asked, row.changed_on) for row in changes()[before:]}
    assert kept == {(each.group.season.program_id, form_id, True, ON) for each in (family, other)}


def test_another_program_keeps_its_own_days(family):
    other = Family()
    other.sign(NOW - 10 * DAY)
    use(other, camp(), "instead")
    set_rule(other, GuardianRule.BOTH)
    assert cleared(family, BEFORE)
    assert cleared(family, ON)
    assert not cleared(other, ON)


# ---- in one piece, and cheaply ----


@pytest.mark.parametrize("what", ["rule", "use", "close"])
def test_if_the_trail_fails_nothing_of_the_change_stays(family, monkeypatch, what):
    form_id, program_id = camp(), family.group.season.program_id
    use(family, form_id, "instead", NOW - 9 * DAY)
    db.session().commit()
    kept = len(changes())

    def broken(*_args, **_kwargs):
        raise RuntimeError("no trail")

    rooms = {"rule": "programs.services", "use": "consent.publishing", "close": "consent.closing_forms"}
    monkeypatch.setattr(f"youthprog.{rooms[what]}.record", broken)
    deeds = {
        "rule": lambda: set_rule_of(program_id, GuardianRule.BOTH),
        "use": lambda: services.use_form(form_id, {program_id: "no"}, **deed()),
        "close": lambda: services.close_form(form_id, withdraws=False, **deed()),
    }
    with pytest.raises(RuntimeError):
        deeds[what]()
    db.session().rollback()
    assert len(changes()) == kept
    assert changes(ProgramRuleChange) == []
    assert required(family, ON) == ("camp",)
    assert form_queries.list_uses_of([program_id], form_id) == {program_id: "instead"}


def test_history_costs_the_same_statements_however_much_there_is(family, statements):
    sent = []
    form_id = camp()
    for size in range(3):
        more = [Family(family.group) for _each in range(size)]
        db.session().flush()
        statements.clear()
        known = queries.histories([family.youth.id, *(each.youth.id for each in more)], [family.season_id])
        for days in range(20):
            known.required(family.youth.id, family.season_id, ON - days * DAY)
        sent.append(len(statements))
        use(family, form_id, ("beside", "instead", "no")[size], NOW - 5 * DAY)
        add_section(starter_id(), f"more_{size}", NOW - 4 * DAY)
        set_rule(family, (GuardianRule.ONE_UNLESS, GuardianRule.ONE, GuardianRule.BOTH)[size])
    assert sent == [6, 6, 6]
    statements.clear()
    queries.histories([family.youth.id], [family.season_id])
    assert len(statements) == 7  # and the excuses, where a program asks both
