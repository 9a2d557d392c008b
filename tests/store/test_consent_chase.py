"""The list of whom to chase says what the rules say of everybody, in one order, whichever way one leafs through it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
import time_machine

from tests.makers.accounts import make_actor
from tests.makers.consent import Family, agree
from tests.makers.families import TODAY, Town
from tests.makers.people import NOW
from tests.makers.programs import make_group, make_season
from tests.support.clearing import NO_GATHERING
from tests.support.proofs import cases
from tests.support.quick_press import QuickPress
from youthprog.access.types import Role
from youthprog.consent import chase_queries, queries, timing
from youthprog.consent.chase_queries import chase_page
from youthprog.consent.models import Disclosure
from youthprog.consent.surely import surely_cleared
from youthprog.consent.types import DISCLOSURE, ChaseChannel, ChaseFilter, ChaseKey, ChaseLine, ChaseState
from youthprog.core import db
from youthprog.people.models import CustodyRestriction
from youthprog.programs.models import Season

EVERYBODY = ChaseFilter()


@pytest.fixture(autouse=True)
def september(app, monkeypatch):
    monkeypatch.setitem(app.extensions, "youthprog.press", QuickPress())
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def coordinator():
    return make_actor(Role.COORDINATOR)


def leaf_through(actor, wanted=EVERYBODY, *, limit=17) -> list[list[ChaseLine]]:
    """Every page, onward to the end."""
    pages, place = [], None
    while True:
        found = chase_page(actor, wanted, TODAY, after=place, limit=limit)
        if found.rows:
            pages.append(list(found.rows))
        if found.after is None:
            return pages
        place = found.after


def leaf_back(actor, place: ChaseKey | None, *, limit=17) -> list[list[ChaseLine]]:
    """Every page before a place, the first one first."""
    pages = []
    while place is not None:
        found = chase_page(actor, EVERYBODY, TODAY, before=place, limit=limit)
        pages.insert(0, list(found.rows))
        place = found.before
    return pages


def lacking_by_the_rules(town: Town) -> set[tuple[int, int]]:
    """Who lacks something today or within three weeks of a season not over, by the rules alone."""
    ends = {season.id: season.ends_on for season in town.seasons}
    known = queries.histories({youth_id for youth_id, _s in town.pairs}, list(ends))
    found = set()
    for youth_id, season_id in town.pairs:
        horizon = min(TODAY + timedelta(days=timing.SOON_DAYS), ends[season_id])
        lacks = any(known.objection(youth_id, season_id, on) for on in (TODAY, horizon))
        if lacks and ends[season_id] >= TODAY:
            found.add((youth_id, season_id))
    return found


@pytest.mark.proof("the chase list is what the rules say, in one order, both ways", room="consent")
def test_random_towns(session, coordinator, monkeypatch):
    monkeypatch.setattr(chase_queries, "BATCH", 12)
    monkeypatch.setattr(queries, "FEW", 0)
    fine = doubtful = quick = 0
    for seed in range(cases(full=40, sample=2)):
        with session.begin_nested() as undone:
            town = Town(seed)
            for number in range(60):
                town.family()
                if number == 30 and seed % 2:
                    town.publish_again("take_part")
            session.flush()
            pages = leaf_through(coordinator)
            lines = [line for page in pages for line in page]
            shown = [(line.youth_id, line.season_id) for line in lines]
            wanted = lacking_by_the_rules(town)
            assert Counter(shown) == Counter(wanted), f"seed {seed}"
            assert all(len(page) == 17 for page in pages[:-1])
            _same_both_ways(coordinator, pages)
            _same_states(coordinator, lines)
            _same_progress(town)
            quick += _quick_looks(town)
            fine += len(town.pairs) - len(wanted)
            doubtful += len(wanted)
            undone.rollback()
            session.expunge_all()
    assert min(fine, doubtful, quick) > 0, "a town of one kind proves nothing"


def _same_both_ways(actor, pages):
    last = chase_page(actor, EVERYBODY, TODAY, limit=10_000)
    rows = [line for page in pages for line in page]
    assert list(last.rows) == rows
    assert (last.before, last.after) == (None, None)
    first = chase_page(actor, EVERYBODY, TODAY, limit=17)
    if first.after is not None:
        second = chase_page(actor, EVERYBODY, TODAY, after=first.after, limit=17)
        assert second.before is not None
        assert leaf_back(actor, second.before) == [list(first.rows)]


def _same_states(actor, lines):
    for state in ChaseState:
        shown = list(chase_page(actor, ChaseFilter(state=state), TODAY, limit=10_000).rows)
        assert shown == [line for line in lines if line.state is state], state
    for channel in ChaseChannel:
        shown = list(chase_page(actor, ChaseFilter(channel=channel), TODAY, limit=10_000).rows)
        assert [line for line in lines if line in shown] == shown


def _same_progress(town):
    progress = queries.team_progress([group.id for group in town.groups], TODAY)
    for group in town.groups:
        members = [youth_id for youth_id, season_id in town.pairs if season_id == group.season_id]
        lines = queries.lines_for(members, group.season_id, TODAY)
        counted = Counter({"signed": 0, "waiting": 1}.get(line.state, 2) for line in lines.values())
        assert progress[group.id] == (counted[0], counted[1], counted[2])
        objected = {reason.youth_id for reason in queries.objections(members, group.season_id, TODAY)}
        assert objected == {youth_id for youth_id, line in lines.items() if line.state != "signed"}


def _quick_looks(town):
    """How many youth the quick look at a gate is sure of; it is sure of nobody whom the rules object to."""
    sure = 0
    for season in town.seasons:
        youth_ids = [youth_id for youth_id, season_id in town.pairs if season_id == season.id]
        found = surely_cleared(youth_ids, season.id, TODAY, NO_GATHERING)
        assert found.isdisjoint(reason.youth_id for reason in queries.objections(youth_ids, season.id, TODAY))
        sure += len(found)
    return sure


def test_the_list_is_in_the_order_of_its_keys(session, coordinator):
    town = Town(7)
    for _each in range(30):
        town.family()
    session.flush()
    rows, key = chase_queries._candidates(coordinator, EVERYBODY, TODAY, chase_queries.needed_by_programs())
    keys = session.execute(chase_queries.sa.select(*key).order_by(*key)).all()
    assert len(keys) > 5
    assert rows is not None
    places = [(each.due, each.rank) for each in keys]
    assert places == sorted(places)


# ---- what is on it ----


def only(coordinator, wanted=EVERYBODY) -> ChaseLine:
    rows = chase_page(coordinator, wanted, TODAY).rows
    assert len(rows) == 1
    return rows[0]


def test_nobody_is_missing(session, coordinator):
    Family().sign()
    assert chase_page(coordinator, EVERYBODY, TODAY).rows == ()


def test_who_was_not_asked_can_be_asked(session, coordinator):
    family = Family()
    line = only(coordinator)
    assert (line.youth_id, line.state, line.groups) == (family.youth.id, ChaseState.UNASKED, ("Tigers U10",))
    assert (line.guardians[0].reached, line.may_be_asked, line.to_remind) == ("not_asked", True, ())


def test_who_was_asked_can_be_reminded(session, coordinator):
    request = Family().ask()
    line = only(coordinator)
    assert (line.state, line.due_on) == (ChaseState.UNOPENED, request.due_on)
    assert (line.guardians[0].reached, line.may_be_asked, line.to_remind) == ("sent", False, (request.id,))


def wants_paper(family, version=DISCLOSURE, **row):
    db.session().add(
        Disclosure(person_id=family.guardian.id, version=version, language="en", wants_paper_at=NOW, **row)
    )
    db.session().flush()


@pytest.mark.parametrize("asked", [False, True])
def test_who_wants_paper_is_a_state_of_its_own(session, coordinator, asked):
    family = Family()
    if asked:
        family.ask()
    wants_paper(family)
    line = only(coordinator, ChaseFilter(state=ChaseState.WANTS_PAPER))
    assert (line.youth_id, line.state) == (family.youth.id, ChaseState.WANTS_PAPER)
    assert line.on_paper is not None
    assert line.on_paper.guardian_id == family.guardian.id


def test_a_wish_for_paper_that_was_taken_back_is_none(session, coordinator):
    family = Family()
    wants_paper(family, version="earlier words")
    agree(family.guardian, NOW + timedelta(hours=1))
    line = only(coordinator)
    assert (line.state, line.on_paper) == (ChaseState.UNASKED, None)


def test_who_may_not_decide_any_more_wants_no_paper(session, coordinator):
    family = Family()
    wants_paper(family)
    limit = {"youth_id": family.youth.id, "adult_id": family.guardian.id, "starts_on": TODAY, "recorded_at": NOW}
    session.add(CustodyRestriction(no_decide=True, no_collect=False, no_information=False, **limit))
    session.flush()
    assert only(coordinator).on_paper is None


def test_a_refusal_says_more_than_a_wish_for_paper(session, coordinator):
    family = Family()
    family.sign(now=NOW - timedelta(days=2), take_part={"choice": "no"})
    wants_paper_row = session.scalars(chase_queries.sa.select(Disclosure)).one()
    wants_paper_row.wants_paper_at, wants_paper_row.accepted_at = NOW, None
    session.flush()
    assert only(coordinator).state is ChaseState.REFUSED


def test_everybody_is_read_page_by_page_in_the_order_of_the_list(session, coordinator):
    group = make_group(make_season())
    for _each in range(5):
        Family(group)
    lines = list(chase_queries.every_line(coordinator, EVERYBODY, TODAY, limit=2))
    assert lines == list(chase_page(coordinator, EVERYBODY, TODAY).rows)
    assert len(lines) == 5


def test_what_is_due_first_stands_first(session, coordinator):
    group = make_group(make_season(ends_on=TODAY + timedelta(days=100)))
    later, sooner = Family(group), Family(group)
    later.ask().due_on = TODAY + timedelta(days=9)
    sooner.ask().due_on = TODAY + timedelta(days=2)
    session.flush()
    assert [line.youth_id for line in chase_page(coordinator, EVERYBODY, TODAY).rows] == [
        sooner.youth.id, later.youth.id
    ]  # fmt: skip


def test_what_ends_soon_is_on_the_list_although_cleared(session, coordinator):
    family = Family()
    request = family.sign(now=NOW - timedelta(days=9))
    for row in queries.decisions_of(request.id):
        row.valid_until_on = TODAY + timedelta(days=20)
    session.flush()
    line = only(coordinator)
    assert (line.state, line.reason.values) == (ChaseState.SOON, (("on", TODAY + timedelta(days=20)),))
    assert family.cleared_on(TODAY)


def test_what_ends_with_the_season_is_not(session, coordinator):
    family = Family(make_group(make_season(ends_on=TODAY + timedelta(days=5))))
    family.sign(now=NOW - timedelta(days=9))
    assert chase_page(coordinator, EVERYBODY, TODAY).rows == ()


def test_a_season_that_is_over_chases_nobody(session, coordinator):
    Family(make_group(make_season(ends_on=TODAY - timedelta(days=1))))
    assert chase_page(coordinator, EVERYBODY, TODAY).rows == ()


def test_the_filters(session, coordinator):
    english, spanish = Family(), Family(language="es")
    english.ask()
    for wanted, family in (
        (ChaseFilter(language="es"), spanish),
        (ChaseFilter(season_id=english.season_id), english),
        (ChaseFilter(group_id=spanish.group.id), spanish),
        (ChaseFilter(channel=ChaseChannel.SENT), english),
        (ChaseFilter(channel=ChaseChannel.NONE), spanish),
        (ChaseFilter(state=ChaseState.UNASKED), spanish),
    ):
        assert only(coordinator, wanted).youth_id == family.youth.id
    assert chase_page(coordinator, ChaseFilter(state=ChaseState.CONFLICT), TODAY).rows == ()


def test_a_coordinator_of_one_program_chases_nobody_of_another(session):
    mine, _other = Family(), Family()
    program_id = session.get_one(Season, mine.season_id).program_id
    actor = make_actor(Role.COORDINATOR, program_id=program_id)
    assert only(actor).youth_id == mine.youth.id


def test_the_number_of_statements_does_not_grow(session, coordinator, statements):
    group, sent = make_group(make_season()), []
    for _size in range(2):
        for _each in range(4):
            Family(group).ask()
        session.flush()
        statements.clear()
        assert chase_page(coordinator, EVERYBODY, TODAY).rows
        sent.append(len(statements))
    assert sent[0] == sent[1] <= 22
