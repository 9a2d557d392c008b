"""Forming a division's teams in the house: what is known, a draft by the worker, hands, acceptance and undoing."""

from __future__ import annotations

import sys
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.people import NOW, make_guardian, make_person, make_youth
from tests.makers.programs import make_gathering, make_season, make_team
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.core.refusals import Conflict, NotFound, Refused
from youthprog.leagues.forming import known, queries, services
from youthprog.leagues.forming.engine import form_teams
from youthprog.leagues.forming.models import FormingState, TeamLink, TeamWish, YouthRating
from youthprog.leagues.forming.types import Barrier, Budget, Figures, LinkKind, PinKind, Proposal, Unmet, Why
from youthprog.leagues.forming.wire import read
from youthprog.leagues.imports.writing import open_team
from youthprog.leagues.models import Division
from youthprog.outreach import chores
from youthprog.people.models import CustodyRestriction, Household, HouseholdMember
from youthprog.people.types import PeopleMerged
from youthprog.programs import services as programs
from youthprog.programs.models import Enrollment, GroupMember
from youthprog.programs.types import EnrollmentStatus, StaffRole

BY = {"by": SYSTEM, "now": NOW}
ON = NOW.date()
QUICK = Budget(seconds=10, moves=2_000, workers=1, effort=2.0)


class Scene:
    """A division of two teams and eight enrolled children."""

    def __init__(self, children: int = 8, places: int | None = None) -> None:
        self.season = make_season()
        self.teams = [open_team(self.season, "Under 10", name, places=places, **BY) for name in ("Hawks", "Otters")]
        self.division, self.groups = self.teams[0].division, [team.group for team in self.teams]
        self.youth = [make_youth(f"Child{number}", f"Family{number}") for number in range(children)]
        for youth in self.youth:
            self.enroll(youth)
        db.flush()

    def enroll(self, youth) -> None:
        row = Enrollment(season_id=self.season.id, youth_id=youth.id, status=EnrollmentStatus.ENROLLED, asked_at=NOW)
        db.session().add(row)
        db.flush()

    @property
    def ids(self) -> list[int]:
        return [youth.id for youth in self.youth]

    def ask(self):
        return services.ask(self.division, skill_within=1, mix_ages=False, **BY)

    def formed(self):
        """A draft, as the worker would bring it."""
        forming = self.ask()
        return self.solve(forming)

    def solve(self, forming):
        assert services.take_up(forming.id, now=NOW)
        task, before = queries.task_of(queries.get_forming(forming.id), ON)
        result = form_teams(task, QUICK, before=before)
        services.keep_result(forming.id, result, now=NOW)
        return queries.get_forming(forming.id)

    def draft(self, forming) -> dict[int, int]:
        return {place.youth_id: place.group_id for place in queries.places_of(forming.id)}

    def members(self) -> dict[int, int]:
        rows = db.session().execute(
            sa.select(GroupMember.youth_id, GroupMember.group_id).where(GroupMember.until_on.is_(None))
        )
        return {youth_id: group_id for youth_id, group_id in rows}


def codes(problem) -> list[str]:
    return [reason.code for reason in problem.value.reasons]


# ---- the children of a division ----


def test_the_pool_is_enrolled_of_age_and_on_no_other_divisions_team(session):
    scene = Scene(3)
    elsewhere, waiting, old = make_youth("Ella", "Elsewhere"), make_youth("Wim", "Waits"), make_youth("Otto", "Old")
    scene.enroll(elsewhere)
    scene.enroll(old)
    other = make_team(scene.season, "Elsewhere")
    session.add(GroupMember(group_id=other.group_id, youth_id=elsewhere.id, from_on=ON))
    row = Enrollment(season_id=scene.season.id, youth_id=waiting.id, status=EnrollmentStatus.WAITLISTED, asked_at=NOW)
    session.add(row)
    old.born_on = scene.season.age_cutoff_on - timedelta(days=365 * 15)
    scene.division.min_age, scene.division.max_age = 5, 12
    for youth in scene.youth:
        youth.born_on = scene.season.age_cutoff_on - timedelta(days=365 * 9)
    session.flush()
    assert [line.youth_id for line in queries.pool_of(scene.division)] == scene.ids


def test_a_coachs_child_is_pinned_and_a_child_kept_from_a_coach_never_comes_there(session):
    scene = Scene()
    hawks, otters = scene.groups
    parent = make_guardian(scene.youth[0], "Pat", "Parent")
    stranger = make_guardian(scene.youth[1], "Kay", "Kept")
    programs.lead_group(parent.id, hawks, StaffRole.HEAD_COACH, **BY)
    programs.lead_group(stranger.id, otters, StaffRole.HEAD_COACH, **BY)
    session.add(
        CustodyRestriction(
            youth_id=scene.ids[1], adult_id=stranger.id, no_collect=True, no_decide=True, no_information=True,
            starts_on=ON, recorded_at=NOW,
        )
    )  # fmt: skip
    session.flush()
    task, _before = queries.task_of(scene.ask(), ON)
    assert [(pin.kind, pin.child, pin.team) for pin in task.pins] == [(PinKind.COACH, scene.ids[0], hawks.id)]
    assert task.children[1].no_teams == {otters.id}
    result = form_teams(task, QUICK)
    assert isinstance(result, Proposal)
    assert result.team_of[scene.ids[1]] == hawks.id


def test_practice_days_and_places_come_from_the_teams_and_the_children(session):
    scene = Scene()
    make_gathering(scene.groups[0], NOW + timedelta(days=2))
    known.limit(
        scene.division, scene.ids[0], weekday=clock.day_of(NOW + timedelta(days=2)).weekday(), site_id=None, **BY
    )
    session.flush()
    task, _before = queries.task_of(scene.ask(), ON)
    assert not task.teams[0].suits(task.children[0])
    assert task.teams[1].suits(task.children[0])


# ---- what is known ----


def test_ratings_are_kept_changed_and_taken_away(session):
    scene = Scene()
    first, second = scene.ids[:2]
    assert known.rate(scene.division, {first: 4, second: 0}, **BY) == 2
    assert known.rate(scene.division, {first: 4, second: None}, **BY) == 1
    rows = session.execute(sa.select(YouthRating.youth_id, YouthRating.points)).all()
    assert [tuple(row) for row in rows] == [(first, 4)]


def test_a_rating_beyond_ten_is_refused(session):
    scene = Scene()
    with pytest.raises(Refused) as problem:
        known.rate(scene.division, {scene.ids[0]: 11}, **BY)
    assert codes(problem) == ["points"]


def test_nobody_beyond_the_division_is_rated_linked_or_wished_for(session):
    scene, stranger = Scene(), make_youth("Sam", "Stranger")
    with pytest.raises(NotFound):
        known.rate(scene.division, {stranger.id: 3}, **BY)
    with pytest.raises(NotFound):
        known.link(scene.division, LinkKind.APART, scene.ids[0], stranger.id, **BY)
    with pytest.raises(NotFound):
        known.wish(scene.division, scene.ids[0], stranger.id, **BY)


def test_a_link_said_anew_replaces_and_nobody_is_linked_to_oneself(session):
    scene = Scene()
    one, other = scene.ids[:2]
    known.link(scene.division, LinkKind.CARPOOL, other, one, **BY)
    known.link(scene.division, LinkKind.APART, one, other, **BY)
    (row,) = queries.links_of(scene.season.id)
    assert (row.kind, row.one_id, row.other_id) == (LinkKind.APART, one, other)
    for verb in (lambda: known.link(scene.division, LinkKind.APART, one, one, **BY),
                 lambda: known.wish(scene.division, one, one, **BY)):  # fmt: skip
        with pytest.raises(Refused) as problem:
            verb()
        assert codes(problem) == ["same_child"]


def test_siblings_are_proposed_from_households_and_linked_once(session):
    scene = Scene()
    home = Household(name="Aguilar")
    session.add(home)
    session.flush()
    for youth_id in scene.ids[:3]:
        session.add(HouseholdMember(household_id=home.id, person_id=youth_id))
    session.flush()
    known.link(scene.division, LinkKind.APART, scene.ids[0], scene.ids[1], **BY)
    assert queries.siblings_among(scene.ids, scene.season.id) == [
        (scene.ids[0], scene.ids[2]),
        (scene.ids[1], scene.ids[2]),
    ]
    assert known.keep_siblings_together(scene.division, **BY) == 2
    assert known.keep_siblings_together(scene.division, **BY) == 0


def test_what_families_wrote_is_sealed_kept_once_and_comes_back_when_it_changes(session):
    scene = Scene()
    known.keep_requests(scene.season.id, [(scene.ids[0], "With Ana")], now=NOW)
    (row,) = queries.requests_of(scene.season.id)
    assert b"Ana" not in (row.text_sealed or b"")
    known.settle(scene.division, row, **BY)
    known.keep_requests(scene.season.id, [(scene.ids[0], "With Ana")], now=NOW)
    assert queries.requests_of(scene.season.id) == []
    known.keep_requests(scene.season.id, [(scene.ids[0], "With Ben")], now=NOW)
    assert [row.unseal("text_sealed") for row in queries.requests_of(scene.season.id)] == ["With Ben"]


def test_a_merged_record_hands_over_what_was_known(session):
    scene = Scene()
    kept, gone, third = scene.ids[:3]
    known.link(scene.division, LinkKind.SIBLINGS, gone, third, **BY)
    known.link(scene.division, LinkKind.TOGETHER, kept, gone, **BY)
    known.wish(scene.division, gone, third, **BY)
    known.wish(scene.division, kept, third, **BY)
    known.limit(scene.division, gone, weekday=1, site_id=None, **BY)
    known.rate(scene.division, {kept: 2, gone: 5}, **BY)
    known.follow_merge(PeopleMerged(kept, gone, NOW))
    assert [(row.one_id, row.other_id) for row in session.scalars(sa.select(TeamLink))] == [(kept, third)]
    assert [(row.youth_id, row.wanted_id) for row in session.scalars(sa.select(TeamWish))] == [(kept, third)]
    assert [(row.youth_id, row.points) for row in session.scalars(sa.select(YouthRating))] == [(kept, 2)]
    assert [row.youth_id for row in queries.limits_of(scene.season.id)] == [kept]


# ---- a draft ----


def test_a_draft_is_asked_once_at_a_time_and_only_with_teams_and_children(session):
    scene = Scene()
    scene.ask()
    with pytest.raises(Refused) as problem:
        scene.ask()
    assert codes(problem) == ["open"]
    division = Division(season=scene.season, name="Empty", folded_name="empty", min_age=90, max_age=91)
    session.add(division)
    session.flush()
    with pytest.raises(Refused) as problem:
        services.ask(division, skill_within=1, mix_ages=False, **BY)
    assert codes(problem) == ["no_teams", "no_children"]


def test_two_workers_never_take_up_the_same_forming(session):
    forming = Scene().ask()
    assert services.take_up(forming.id, now=NOW)
    assert not services.take_up(forming.id, now=NOW)
    assert queries.waiting_forming(NOW) is None
    later = NOW + services.LEASE + timedelta(seconds=1)
    assert queries.waiting_forming(later) == forming.id
    assert services.take_up(forming.id, now=later)


def test_a_locked_child_never_moves_when_the_draft_is_formed_again(session):
    scene = Scene()
    forming = scene.formed()
    before = scene.draft(forming)
    child = scene.ids[0]
    target = next(team.group_id for team in scene.teams if team.group_id != before[child])
    services.move(forming, child, target, **BY)
    services.ask_again(forming, **BY)
    again = scene.solve(forming)
    assert scene.draft(again)[child] == target
    assert queries.get_place(forming.id, child).why is Why.LOCK
    assert sorted(scene.draft(again).values()).count(target) == 4
    services.unlock(again, child, **BY)
    assert queries.get_place(forming.id, child).locked_at is None


def test_who_stays_with_a_child_comes_along_and_a_hard_rule_holds_against_a_hand(session):
    scene = Scene()
    one, other, third = scene.ids[:3]
    known.link(scene.division, LinkKind.SIBLINGS, one, other, **BY)
    known.link(scene.division, LinkKind.APART, one, third, **BY)
    forming = scene.formed()
    draft = scene.draft(forming)
    with pytest.raises(Refused) as problem:
        services.move(forming, third, draft[one], **BY)
    assert codes(problem) == ["hard_rule"]
    services.move(forming, scene.ids[5], draft[scene.ids[5]], **BY)
    link = queries.links_of(scene.season.id)[1]
    known.forget(scene.division, link, **BY)
    services.move(forming, one, draft[third], **BY)
    after = scene.draft(forming)
    assert after[one] == after[other] == draft[third]
    with pytest.raises(NotFound):
        services.move(forming, one, 987_654, **BY)


def test_figures_and_reasons_are_of_the_teams_as_they_are_after_a_hand(session):
    scene = Scene()
    first, second, third = scene.ids[:3]
    for wisher, wanted in ((first, second), (second, first), (third, first)):
        known.wish(scene.division, wisher, wanted, **BY)
    forming = scene.formed()
    draft = scene.draft(forming)
    assert {draft[each] for each in (first, second, third)} == {draft[first]}, "all three are met"
    target = next(team.group_id for team in scene.teams if team.group_id != draft[first])
    services.move(forming, first, target, **BY)
    figures, unmet = read(Figures, forming.result["figures"]), [read(Unmet, each) for each in forming.result["unmet"]]
    assert (figures.sizes, figures.wishes_met, figures.mutual_met, figures.proved) == (2, 0, 0, False)
    assert {(each.wish.child, each.wish.wanted) for each in unmet} == {(first, second), (second, first), (third, first)}
    assert {each.barrier for each in unmet} == {Barrier.OPEN}, "the other way round nothing forbids it"
    whys = {place.youth_id: (place.why, place.people) for place in queries.places_of(forming.id)}
    assert whys[first] == (Why.LOCK, [])
    assert whys[third] == (Why.EVEN, []), "its wish is met no more"
    services.move(forming, second, draft[second], **BY)
    assert {each["barrier"] for each in forming.result["unmet"]} == {"teams", "open"}, "both are locked apart now"
    services.unlock(forming, second, **BY)
    services.move(forming, second, target, **BY)
    assert [each["wish"]["child"] for each in forming.result["unmet"]] == [third]


def test_accepting_writes_the_teams_in_one_step_and_undoing_brings_everybody_back(session):
    scene = Scene()
    first = scene.ids[0]
    session.add(GroupMember(group_id=scene.teams[0].group_id, youth_id=first, from_on=ON - timedelta(days=9)))
    session.flush()
    was = scene.members()
    forming = scene.formed()
    target = scene.teams[1].group_id
    services.move(forming, first, target, **BY)
    draft = scene.draft(forming)
    assert services.accept(forming, **BY) == len(scene.ids)
    assert scene.members() == draft
    with pytest.raises(Conflict):
        services.accept(forming, **BY)
    assert services.undo(forming, by=SYSTEM, now=NOW) == len(scene.ids)
    assert scene.members() == was
    assert forming.state is FormingState.UNDONE


def test_undoing_leaves_alone_whom_a_hand_has_moved_since(session):
    scene = Scene()
    forming = scene.formed()
    services.accept(forming, **BY)
    child = scene.ids[0]
    here = scene.members()[child]
    groups = {group.id: group for group in scene.groups}
    other = next(group for key, group in groups.items() if key != here)
    programs.leave_group(child, groups[here], **BY)
    programs.join_group(child, other, **BY)
    assert services.undo(forming, **BY) == len(scene.ids) - 1
    assert scene.members() == {child: other.id}


def test_a_draft_that_has_grown_old_is_not_accepted(session):
    scene = Scene()
    forming = scene.formed()
    late = make_youth("Lena", "Late")
    scene.enroll(late)
    with pytest.raises(Conflict) as problem:
        services.accept(forming, **BY)
    assert codes(problem) == ["changed_meanwhile"]


def test_a_team_that_was_made_smaller_takes_no_more(session):
    scene = Scene(places=4)
    forming = scene.formed()
    scene.groups[0].places = 3
    session.flush()
    with pytest.raises(Conflict):
        services.accept(forming, **BY)
    with pytest.raises(Refused) as problem:
        programs.join_many(scene.ids[:5], scene.groups[1], **BY)
    assert codes(problem) == ["group_full"]
    with pytest.raises(Refused) as problem:
        programs.join_many([make_person("Adam", "Adult").id], scene.groups[1], **BY)
    assert codes(problem) == ["not_enrolled"]


def test_discarding_leaves_the_teams_and_frees_the_division(session):
    scene = Scene()
    forming = scene.formed()
    services.discard(forming, **BY)
    assert scene.members() == {}
    assert scene.ask().id != forming.id


def test_what_is_put_away_gets_no_result(session):
    scene = Scene()
    forming = scene.ask()
    assert services.take_up(forming.id, now=NOW)
    services.discard(queries.get_forming(forming.id), **BY)
    assert services.keep_progress(forming.id, None, now=NOW) is False
    services.keep_result(forming.id, None, broken=True, now=NOW)
    assert queries.get_forming(forming.id).state is FormingState.DISCARDED


# ---- the worker ----


def test_the_worker_forms_what_was_asked_in_a_process_of_its_own(app):
    with app.app_context():
        scene = Scene()
        known.link(scene.division, LinkKind.SIBLINGS, scene.ids[0], scene.ids[1], **BY)
        forming_id = scene.ask().id
        db.session().commit()
        chores.do_chores(chores.SOON)
        forming = queries.get_forming(forming_id)
        assert forming.state is FormingState.READY
        assert forming.result["figures"]["proved"] is True
        draft = scene.draft(forming)
        assert draft[scene.ids[0]] == draft[scene.ids[1]]


def test_a_solver_that_breaks_leaves_the_draft_and_says_so(app, monkeypatch):
    with app.app_context():
        scene = Scene()
        forming = scene.formed()
        draft, teams = scene.draft(forming), scene.members()
        services.ask_again(forming, **BY)
        forming_id = forming.id
        db.session().commit()
        monkeypatch.setattr(sys, "executable", "/bin/false")
        chores.do_chores(chores.SOON)
        forming = queries.get_forming(forming_id)
        assert forming.state is FormingState.FAILED
        assert (scene.draft(forming), scene.members()) == (draft, teams)


def test_rules_that_leave_no_way_are_named(session):
    scene = Scene()
    one, other = scene.ids[:2]
    known.link(scene.division, LinkKind.APART, one, other, **BY)
    known.link(scene.division, LinkKind.CARPOOL, other, scene.ids[2], **BY)
    known.link(scene.division, LinkKind.SIBLINGS, one, scene.ids[2], **BY)
    forming = scene.formed()
    assert forming.state is FormingState.IMPOSSIBLE
    assert forming.result["contradiction"]["obstacle"] == "apart_within"
    services.ask_again(forming, **BY)
    assert forming.state is FormingState.ASKED
