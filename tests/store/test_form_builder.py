"""Writing and publishing forms in the tables, on both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.accounts import make_account
from tests.makers.consent import Family, request_of
from tests.makers.drafts import SHAPE_NAMES, make_block, questions_in, shape
from tests.makers.people import NOW
from tests.makers.programs import make_program
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.consent import drafts, form_queries, library, queries, services
from youthprog.consent.models import (
    Form,
    FormUse,
    FormVersion,
    PublishedForGood,
    Section,
    SectionText,
)
from youthprog.consent.types import STARTER, RequestState
from youthprog.core import db
from youthprog.core.actor import SYSTEM, Actor, Grant
from youthprog.core.permissions import P, Reach
from youthprog.core.refusals import Conflict, NotFound, Refused

DEED = {"by": SYSTEM, "now": NOW}
ON = NOW.date()
HARD = "Notwithstanding the aforementioned, participants irrevocably indemnify the organization and representatives."


@pytest.fixture(autouse=True)
def september():
    with time_machine.travel(NOW, tick=True):
        yield


def writer(*programs):
    """A coordinator of these programs, or of the department."""
    grants = tuple(Grant(Reach.IN_PROGRAM, each.id) for each in programs) or (Grant(Reach.EVERYWHERE),)
    return Actor("account", "Chris", grants={P.FORM_EDIT: grants})


def draft(program=None, *blocks):
    version = services.start_form("Camp", "Campamento", program_id=program.id if program else None, **DEED)
    services.add_blocks(version, blocks or [make_block()], seen=0, **DEED)
    return version


def published(program=None, *blocks):
    version = draft(program, *blocks)
    services.publish(version, seen=version.edits, reason="", **DEED)
    return version


def keys(version):
    return [each.key for each in queries.questions_of(version.id)]


def actions():
    return list(db.session().scalars(sa.select(AuditEntry.action).order_by(AuditEntry.number)))


# ---- writing ----


def test_a_form_is_begun_written_ordered_and_published(session):
    version = draft(None, make_block("a"), make_block("b"), make_block("c"))
    sections = {each.key: session.get_one(Section, each.section_id) for each in queries.questions_of(version.id)}
    assert services.move_block(version, sections["c"], -1, seen=1, **DEED)
    assert keys(version) == ["a", "c", "b"]
    services.remove_block(version, sections["a"], seen=2, **DEED)
    assert not services.move_block(version, sections["c"], -1, seen=3, **DEED)
    services.change_block(version, sections["b"], make_block("x", en={"label": "Boats"}), seen=4, **DEED)
    assert keys(version) == ["c", "b"]
    services.publish(version, seen=5, reason="", **DEED)
    session.commit()
    found = queries.questions_of(version.id)
    assert [(each.position, each.words["en"].label) for each in found] == [(1, "Swimming"), (2, "Boats")]
    assert found[0].words["en"].sha256 != found[1].words["en"].sha256
    assert actions().count("form.changed") == 6
    assert {"form.started", "form.published"} <= set(actions())


def test_sections_that_come_twice_get_keys_of_their_own(session):
    version = draft(None, make_block("swim"), make_block("swim"), make_block("", en={"label": "Swim trip"}))
    assert keys(version) == ["swim", "swim_2", "swim_trip"]


def test_standard_sections_come_from_the_library(session):
    version = services.start_form("Camp", "Campamento", **DEED)
    blocks = library.standard_sections(["participation.photos", "conduct.conduct", "concussion.concussion"])
    services.add_blocks(version, blocks, seen=0, **DEED)
    assert keys(version) == ["photos", "conduct", "concussion"]
    assert drafts.refusals_to_publish(queries.questions_of(version.id)) == []


def test_a_form_has_an_end(session):
    version = services.start_form("Camp", "Campamento", **DEED)
    with pytest.raises(Refused, match="at most 60"):
        services.add_blocks(version, [make_block()] * 61, seen=0, **DEED)
    assert keys(version) == []


def test_a_new_draft_reads_as_the_newest_version_and_there_is_one_at_a_time(session):
    first = published(None, make_block("a"), make_block("b"))
    second = services.begin_draft(first.form_id, **DEED)
    assert (second.number, keys(second)) == (2, ["a", "b"])
    old, new = queries.questions_of(first.id), queries.questions_of(second.id)
    assert drafts.changed_sections(old, new).same == ("a", "b")
    with pytest.raises(Refused, match="draft already"):
        services.begin_draft(first.form_id, **DEED)


def test_a_draft_thrown_away_leaves_what_is_published(session):
    first = published()
    second = services.begin_draft(first.form_id, **DEED)
    services.discard_draft(second, seen=0, **DEED)
    session.commit()
    assert session.scalar(sa.select(sa.func.count()).select_from(FormVersion)) == 1
    assert keys(first) == ["swim"]


def test_a_form_never_published_goes_with_its_draft(session):
    program = make_program()
    services.discard_draft(draft(program), seen=1, **DEED)
    session.commit()
    for table in (FormVersion, Section, SectionText):
        assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(Form).where(Form.key != STARTER)) == 0


def test_two_hands_never_overwrite_one_another(session):
    version = draft()
    section = session.get_one(Section, queries.questions_of(version.id)[0].section_id)
    services.change_block(version, section, make_block(en={"label": "First"}), seen=1, **DEED)
    session.commit()
    for deed in (
        lambda: services.change_block(version, section, make_block(en={"label": "Second"}), seen=1, **DEED),
        lambda: services.move_block(version, section, 1, seen=1, **DEED),
        lambda: services.remove_block(version, section, seen=1, **DEED),
        lambda: services.add_block(version, make_block("more"), seen=1, **DEED),
        lambda: services.publish(version, seen=1, reason="", **DEED),
        lambda: services.discard_draft(version, seen=1, **DEED),
    ):
        with pytest.raises(Conflict):
            deed()
        session.rollback()
    assert [each.words["en"].label for each in queries.questions_of(version.id)] == ["First"]


# ---- what is published never changes ----


def test_services_refuse_to_touch_what_is_published(session):
    version = published()
    section = session.get_one(Section, queries.questions_of(version.id)[0].section_id)
    for deed in (
        lambda: services.change_block(version, section, make_block(), seen=version.edits, **DEED),
        lambda: services.move_block(version, section, 1, seen=version.edits, **DEED),
        lambda: services.remove_block(version, section, seen=version.edits, **DEED),
        lambda: services.add_block(version, make_block("more"), seen=version.edits, **DEED),
        lambda: services.publish(version, seen=version.edits, reason="", **DEED),
        lambda: services.discard_draft(version, seen=version.edits, **DEED),
    ):
        with pytest.raises(Refused, match="stays as it is"):
            deed()


def _other_words(session, version):
    session.scalars(sa.select(SectionText)).first().body = "Other words."


def _other_settings(session, version):
    session.scalars(sa.select(Section)).first().settings = {"signer": "coach"}


def _no_words(session, version):
    session.delete(session.scalars(sa.select(SectionText)).first())


def _one_more(session, version):
    session.add(Section(version_id=version.id, key="more", position=9, kind="text", required=False, settings={}))


def _unpublished(session, version):
    session.get_one(FormVersion, version.id).published_at = None


def _gone(session, version):
    session.delete(session.get_one(FormVersion, version.id))


@pytest.mark.parametrize("deed", [_other_words, _other_settings, _no_words, _one_more, _unpublished, _gone])
def test_no_row_of_a_published_version_can_be_changed(session, deed):
    version = published()
    session.commit()
    deed(session, version)
    with pytest.raises(PublishedForGood):
        session.flush()
    session.rollback()


# ---- the gate ----


def test_the_gate_stops_and_a_reason_is_kept_and_audited(session):
    version = draft(None, make_block(en={"body": HARD}))
    session.commit()
    with pytest.raises(Refused) as refused:
        services.publish(version, seen=1, reason="", **DEED)
    assert [each.code for each in refused.value.reasons] == ["too_hard_en"]
    session.rollback()
    services.publish(version, seen=1, reason="The insurer demands these words.", **DEED)
    session.commit()
    assert session.get_one(FormVersion, version.id).exception == "The insurer demands these words."
    line = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "form.published")).one()
    assert line.detail["exception"] == "The insurer demands these words."


def test_a_reason_nobody_needed_is_not_kept(session):
    version = draft()
    services.publish(version, seen=1, reason="Just because I can.", **DEED)
    assert version.exception is None


@pytest.mark.parametrize("name", SHAPE_NAMES)
def test_every_shape_is_loaded_and_published(session, name):
    source = shape(name)
    version = services.draft_from(source)
    services.publish(version, seen=0, reason="", **DEED)
    session.commit()
    kept = queries.questions_of(version.id)
    assert [(each.key, each.kind, each.settings) for each in kept] == [
        (each.key, each.kind, each.settings) for each in questions_in(source)
    ]
    assert drafts.changed_sections(questions_in(source), kept).asked_again == ()


# ---- a new version asks again what changed ----


def next_starter(change, **texts):
    """Publish a next version of the starter form in which some texts of a section are others."""
    current = queries.find_current_version()
    version = services.begin_draft(current.form_id, **DEED)
    question = next(each for each in queries.questions_of(version.id) if each.key == change)
    block = services.block_of(question)
    words = {language: {**block.words[language], **texts.get(language, {})} for language in ("en", "es")}
    section = db.session().get_one(Section, question.section_id)
    block = make_block(change, words=words, required=block.required, kind=block.kind)
    services.change_block(version, section, block, seen=0, **DEED)
    return version


def test_a_yes_to_words_that_changed_counts_no_more(session):
    family = Family()
    family.sign()
    session.commit()
    assert family.cleared_on(ON)
    version = next_starter("take_part", en={"body": "We play, and we swim too."})
    again = form_queries.asked_again(version.form_id, queries.questions_of(version.id), ON)
    assert (again.families, again.sections) == (1, {"take_part": 1})
    services.publish(version, seen=1, reason="", **DEED)
    session.commit()
    assert not family.cleared_on(ON)
    assert family.cleared_on(ON - timedelta(days=0)) is False
    reason = queries.objections([family.youth.id], family.season_id, ON)[0]
    assert reason.code != "consent.refused"
    request = family.ask(NOW + timedelta(hours=1))
    assert request.form_version_id == version.id
    assert request.state is not RequestState.SIGNED


def test_what_did_not_change_stays_given(session):
    family = Family()
    family.sign()
    session.commit()
    version = next_starter("rides", en={"body": "We go by bus now. Everyone wears a seat belt."})
    assert form_queries.asked_again(version.form_id, queries.questions_of(version.id), ON).families == 0
    services.publish(version, seen=1, reason="", **DEED)
    assert family.cleared_on(ON)


def test_only_those_who_read_the_language_that_changed_are_asked_again(session):
    family = Family()
    family.sign()
    version = next_starter("take_part", es={"body": "Jugamos y también nadamos."})
    assert form_queries.asked_again(version.form_id, queries.questions_of(version.id), ON).families == 0
    services.publish(version, seen=1, reason="", **DEED)
    assert family.cleared_on(ON)


def test_a_no_to_words_that_changed_still_counts(session):
    family = Family()
    family.sign(take_part={"choice": "no"})
    version = next_starter("take_part", en={"body": "We play, and we swim too."})
    services.publish(version, seen=1, reason="", **DEED)
    assert queries.objections([family.youth.id], family.season_id, ON)[0].code == "consent.refused"


def test_the_day_before_the_new_version_is_as_it_was(session):
    family = Family()
    family.sign(NOW - timedelta(days=5))
    version = next_starter("take_part", en={"body": "We play, and we swim too."})
    services.publish(version, seen=1, reason="", **DEED)
    assert family.cleared_on(ON - timedelta(days=1))
    assert not family.cleared_on(ON)


def test_an_open_request_keeps_the_words_it_began_with(session):
    family = Family()
    request = family.ask(NOW - timedelta(days=1))
    before = request.form_version_id
    session.commit()
    version = next_starter("take_part", en={"body": "We play, and we swim too."})
    services.publish(version, seen=1, reason="", **DEED)
    assert request_of(family.youth).form_version_id == before != version.id


def test_families_of_older_versions_count_as_long_as_their_yes_held(session):
    first, second = Family(), Family()
    first.sign()
    version = next_starter("rides", en={"body": "We go by bus now."})
    services.publish(version, seen=1, reason="", **DEED)
    second.sign(NOW + timedelta(hours=1))
    third = next_starter("take_part", en={"body": "We play, and we swim too."})
    assert form_queries.asked_again(third.form_id, queries.questions_of(third.id), ON).families == 2
    services.publish(third, seen=1, reason="", **DEED)
    fourth = next_starter("take_part", en={"body": "We play, swim and climb."})
    assert form_queries.asked_again(fourth.form_id, queries.questions_of(fourth.id), ON).families == 0


# ---- whose a form is ----


def test_a_coordinator_of_one_program_writes_the_forms_of_own_programs_alone(session):
    mine, other = make_program("Boxing"), make_program("Chess")
    Family().ask()
    own, foreign, shared = published(mine), published(other), published(mine)
    services.use_form(shared.form_id, {other.id: "instead"}, **DEED)
    rows = {row.form_id: row.may_edit for row in form_queries.list_forms(writer(mine))}
    starter = queries.find_current_version()
    assert rows == {own.form_id: True, shared.form_id: False, starter.form_id: False}
    assert len(form_queries.list_forms(writer())) == 4
    for form_id in (shared.form_id, starter.form_id, foreign.form_id, 987_654_321):
        with pytest.raises(NotFound):
            form_queries.get_form_for(writer(mine), form_id, editing=True)


def test_a_draft_is_seen_by_its_writers_alone(session):
    mine, other = make_program("Boxing"), make_program("Chess")
    version = draft(other)
    with pytest.raises(NotFound):
        form_queries.get_version_for(writer(mine), version.id)
    with pytest.raises(NotFound):
        form_queries.get_block_for(writer(mine), queries.questions_of(version.id)[0].section_id)
    assert form_queries.get_version_for(writer(other), version.id).is_draft
    with pytest.raises(NotFound):
        form_queries.get_version_for(writer(other), published(other).id, editing=True)


def test_a_form_of_no_program_is_the_departments_alone(session):
    mine = make_program("Boxing")
    version = published(None)
    with pytest.raises(NotFound):
        form_queries.get_form_for(writer(mine), version.form_id)
    assert form_queries.get_form_for(writer(), version.form_id).may_edit


def used(program):
    rows = db.session().execute(
        sa.select(Form.key, FormUse.for_events)
        .join(Form, Form.id == FormUse.form_id)
        .where(FormUse.program_id == program.id)
    )
    return dict(rows.all())


def test_a_form_is_used_beside_the_starter_instead_of_it_or_for_events(session):
    Family().ask()
    program = make_program("Boxing")
    version = published(None)
    for way, rows in (
        ("beside", {"camp": False, STARTER: False}), ("instead", {"camp": False}), ("events", {"camp": True}), ("no", {}),
    ):  # fmt: skip
        services.use_form(version.form_id, {program.id: way}, **DEED)
        assert used(program) == rows
        assert form_queries.list_uses_of([program.id], version.form_id) == {program.id: way}


def test_what_stays_the_same_leaves_no_line(session):
    program = make_program("Boxing")
    version = published(program)
    session.commit()
    before = len(actions())
    services.use_form(
        version.form_id, {program.id: form_queries.list_uses_of([program.id], version.form_id)[program.id]}, **DEED
    )
    session.commit()
    assert len(actions()) == before


def test_the_publisher_is_named(session):
    account = make_account(Role.COORDINATOR)
    version = draft()
    by = Actor("account", "Chris", person_id=account.person_id)
    services.publish(version, seen=1, reason="", by=by, now=NOW)
    session.commit()
    assert form_queries.list_versions(version.form_id, with_draft=True)[0].published_by
