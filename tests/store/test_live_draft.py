"""A live draft in the house: begun, picked in, undone, paused, written to the teams; and what it never does."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_actor
from tests.makers.people import NOW, make_guardian, make_person, make_youth
from tests.makers.programs import enroll, make_season
from youthprog.access.types import Role
from youthprog.core import db
from youthprog.core.actor import SYSTEM
from youthprog.core.permissions import P
from youthprog.core.refusals import Conflict, NotFound, Refused
from youthprog.leagues.drafting import queries, services
from youthprog.leagues.drafting.models import DraftPlace, LiveDraft
from youthprog.leagues.drafting.types import DraftOrder, DraftState, Turn
from youthprog.leagues.forming import known
from youthprog.leagues.forming import queries as forming_queries
from youthprog.leagues.forming import services as forming
from youthprog.leagues.forming.models import Forming, FormingState, YouthRating
from youthprog.leagues.forming.types import LinkKind, Why
from youthprog.leagues.imports.writing import open_team
from youthprog.people.models import CustodyRestriction
from youthprog.people.types import PeopleMerged
from youthprog.programs import services as programs
from youthprog.programs.models import GroupMember
from youthprog.programs.types import StaffRole

BY = {"by": SYSTEM, "now": NOW}
ON = NOW.date()
KEYS = iter(f"key-{number:08}" for number in range(100_000))


def make_scene(children: int = 6) -> SimpleNamespace:
    """A division of two teams with a coach each, and enrolled children rated from the best down."""
    season = make_season()
    teams = [open_team(season, "Under 10", name, **BY) for name in ("Hawks", "Otters")]
    coaches = [make_person("Coach", team.group.name) for team in teams]
    for coach, team in zip(coaches, teams, strict=True):
        programs.lead_group(coach.id, team.group, StaffRole.HEAD_COACH, **BY)
    youth = [make_youth(f"Child{number}", f"Family{number}") for number in range(children)]
    for number, each in enumerate(youth):
        enroll(each, season)
        db.session().add(YouthRating(season_id=season.id, youth_id=each.id, points=9 - number, rated_at=NOW))
    db.flush()
    ids, groups = [each.id for each in youth], [team.group_id for team in teams]
    return SimpleNamespace(
        season=season, division=teams[0].division, teams=teams, groups=groups, coaches=coaches, youth=youth, ids=ids
    )


def begun(scene: SimpleNamespace, **more) -> LiveDraft:
    how = {"order": DraftOrder.SNAKE, "shows_ratings": False, "keeps_players": False} | more
    places = {group_id: number for number, group_id in enumerate(scene.groups, start=1)}
    return services.open_draft(scene.division, places=how.pop("places", places), **how, **BY)


def pick(draft: LiveDraft, child: int, turn: Turn | None = None, **more) -> str:
    key = more.pop("key", None) or next(KEYS)
    services.pick(draft, child, turn=turn or standing(draft).turn, key=key, **more, **BY)
    return key


def standing(draft: LiveDraft):
    return queries.standing_of(draft, ON)


def placed(draft: LiveDraft) -> dict[int, tuple[int, int]]:
    rows = db.session().scalars(
        sa.select(DraftPlace).where(DraftPlace.live_draft_id == draft.id, DraftPlace.undone_at.is_(None))
    )
    return {row.youth_id: (row.group_id, row.round) for row in rows}


def codes(problem) -> list[str]:
    return [reason.code for reason in problem.value.reasons]


# ---- a whole draft ----


def test_a_draft_from_the_first_pick_to_the_teams_and_back(session):
    scene = make_scene()
    known.link(scene.division, LinkKind.SIBLINGS, scene.ids[0], scene.ids[3], **BY)
    draft = begun(scene)
    hawks, otters = scene.groups
    for child in (scene.ids[0], scene.ids[1], scene.ids[2], scene.ids[4]):
        pick(draft, child)
    with pytest.raises(Conflict) as problem:
        services.finish(draft, **BY)
    assert codes(problem) == ["left"]
    session.expire_all()
    db.session().refresh(draft)
    draft.state = DraftState.OPEN  # the refused deed was not kept
    pick(draft, scene.ids[5])
    assert placed(draft) == {
        scene.ids[0]: (hawks, 1), scene.ids[3]: (hawks, 2), scene.ids[1]: (otters, 1), scene.ids[2]: (otters, 2),
        scene.ids[4]: (hawks, 3), scene.ids[5]: (otters, 3),
    }  # fmt: skip
    assert standing(draft).turn is None
    assert services.finish(draft, **BY) == 6
    members = dict(session.execute(sa.select(GroupMember.youth_id, GroupMember.group_id)).all())
    assert members == {child: group_id for child, (group_id, _round) in placed(draft).items()}
    row = session.get_one(Forming, draft.forming_id)
    assert (draft.state, row.state) == (DraftState.DONE, FormingState.ACCEPTED)
    whys = {place.youth_id: place.why for place in forming_queries.places_of(row.id)}
    assert (whys[scene.ids[0]], whys[scene.ids[3]]) == (Why.DRAFTED, Why.KEPT_TOGETHER)
    assert row.result["figures"]["sizes"] == 0
    assert forming.undo(row, **BY) == 6
    assert session.scalars(sa.select(GroupMember.id).where(GroupMember.until_on.is_(None))).all() == []


def test_a_coach_s_child_costs_the_round_of_its_rating_and_who_stays_stays(session):
    scene = make_scene()
    coach = make_guardian(scene.youth[2], "Pat", "Parent")
    programs.lead_group(coach.id, scene.teams[1].group, StaffRole.ASSISTANT_COACH, **BY)
    programs.join_many([scene.ids[5]], scene.teams[0].group, **BY)
    draft = begun(scene, keeps_players=True)
    hawks, otters = scene.groups
    assert placed(draft) == {scene.ids[2]: (otters, 2), scene.ids[5]: (hawks, 3)}
    assert standing(draft).turn == Turn(1, hawks)


def test_who_enrolls_meanwhile_is_there_to_be_picked_and_who_withdraws_is_not_written(session):
    scene = make_scene(4)
    draft = begun(scene)
    pick(draft, scene.ids[0])
    late = make_youth("Late")
    enroll(late, scene.season)
    assert late.id in {line.youth_id for line in standing(draft).left}
    for child in (*scene.ids[1:], late.id):
        pick(draft, child)
    programs.withdraw(programs.queries.find_enrollment(scene.season.id, scene.ids[0]), **BY)
    assert services.finish(draft, **BY) == 4
    assert scene.ids[0] not in session.scalars(sa.select(GroupMember.youth_id)).all()


# ---- beginning ----


def test_refusals_to_begin(session):
    scene = make_scene()
    with pytest.raises(Refused) as problem:
        begun(scene, places={scene.groups[0]: 1, scene.groups[1]: 1})
    assert codes(problem) == ["places"]
    begun(scene)
    with pytest.raises(Refused) as problem:
        begun(scene)
    assert codes(problem) == ["under_way"]
    with pytest.raises(Refused) as problem:
        forming.ask(scene.division, skill_within=1, mix_ages=False, **BY)
    assert codes(problem) == ["under_way"]
    empty = SimpleNamespace(division=open_team(make_season(), "Under 8", "Foxes", **BY).division, groups=[])
    with pytest.raises(Refused) as problem:
        begun(empty)
    assert codes(problem) == ["no_teams", "no_children"]


def test_no_draft_begins_beside_a_forming_or_against_rules_that_leave_no_way(session):
    scene = make_scene()
    asked = forming.ask(scene.division, skill_within=1, mix_ages=False, **BY)
    with pytest.raises(Refused) as problem:
        begun(scene)
    assert codes(problem) == ["open"]
    forming.discard(asked, **BY)
    for one, other in ((0, 1), (1, 2), (0, 2)):
        known.link(scene.division, LinkKind.APART, scene.ids[one], scene.ids[other], **BY)
    with pytest.raises(Refused) as problem:
        begun(scene)
    assert codes(problem) == ["no_way"]


def test_lots_are_drawn_for_teams_without_a_number(session):
    scene = make_scene()
    draft = begun(scene, places={scene.groups[1]: 1})
    assert [team.group_id for team in standing(draft).teams] == [scene.groups[1], scene.groups[0]]


# ---- two at once, the same again, undoing, pausing ----


def test_the_same_form_sent_again_picks_once(session):
    scene = make_scene()
    draft = begun(scene)
    first = Turn(1, scene.groups[0])
    key = pick(draft, scene.ids[0], first)
    before = placed(draft)
    pick(draft, scene.ids[0], first, key=key)
    assert placed(draft) == before
    with pytest.raises(Conflict) as problem:
        pick(draft, scene.ids[1], first, key=key)
    assert codes(problem) == ["moved_on"]
    services.undo_pick(draft, standing(draft).picks[-1].id, **BY)
    with pytest.raises(Conflict) as problem:
        pick(draft, scene.ids[0], first, key=key)
    assert codes(problem) == ["undone"], "a form from before the undoing brings nothing back"


def test_refusals_to_pick(session):
    scene = make_scene()
    draft = begun(scene)
    hawks, otters = scene.groups
    first = Turn(1, hawks)
    with pytest.raises(Conflict) as problem:
        pick(draft, scene.ids[0], first, teams={otters})
    assert codes(problem) == ["not_yours"]
    with pytest.raises(NotFound):
        pick(draft, 987_654, first)
    with pytest.raises(Conflict) as problem:
        services.pick(draft, scene.ids[0], turn=first, key="x", **BY)
    assert codes(problem) == ["moved_on"], "a key that is none"
    pick(draft, scene.ids[0], first)
    with pytest.raises(Conflict) as problem:
        pick(draft, scene.ids[1], first)
    assert codes(problem) == ["moved_on"]
    known.link(scene.division, LinkKind.APART, scene.ids[1], scene.ids[2], **BY)
    pick(draft, scene.ids[1])
    with pytest.raises(Refused) as problem:
        pick(draft, scene.ids[2])
    assert codes(problem) == ["does_not_fit"]
    services.pause(draft, **BY)
    with pytest.raises(Conflict) as problem:
        pick(draft, scene.ids[3], Turn(2, otters))
    assert codes(problem) == ["paused"]
    services.resume(draft, **BY)
    assert standing(draft).turn == Turn(2, otters), "it goes on where it stood"
    services.discard(draft, **BY)
    with pytest.raises(Conflict) as problem:
        pick(draft, scene.ids[3], Turn(2, otters))
    assert codes(problem) == ["over"]
    for deed in (services.pause, services.resume, services.discard, services.finish):
        with pytest.raises(Conflict) as problem:
            deed(draft, **BY)
        assert codes(problem) == ["moved_on"]


def test_undoing_takes_back_all_who_came_along_and_only_the_last(session):
    scene = make_scene()
    known.link(scene.division, LinkKind.SIBLINGS, scene.ids[0], scene.ids[3], **BY)
    draft = begun(scene)
    pick(draft, scene.ids[1])
    before, turn = placed(draft), standing(draft).turn
    pick(draft, scene.ids[0])
    first, last = (each.id for each in standing(draft).picks)
    with pytest.raises(Conflict):
        services.undo_pick(draft, first, **BY)
    services.undo_pick(draft, last, **BY)
    assert (placed(draft), standing(draft).turn) == (before, turn)
    services.undo_pick(draft, last, **BY)
    assert placed(draft) == before, "undone twice is undone once"
    with pytest.raises(NotFound):
        services.undo_pick(draft, 987_654, **BY)


def test_of_two_picks_at_once_exactly_one_wins_and_the_other_is_told(app, session):
    scene = make_scene()
    draft_id, turn = begun(scene).id, Turn(1, scene.groups[0])
    session.commit()
    gate, told = threading.Barrier(4), []

    def send(child: int) -> None:
        with app.app_context():
            try:
                gate.wait()
                services.pick(session_draft(draft_id), child, turn=turn, key=next(KEYS), **BY)
                db.session().commit()
                told.append("picked")
            except Conflict as problem:
                told.extend(reason.code for reason in problem.reasons)
            except Exception as problem:
                told.append(repr(problem))
            finally:
                db.session().close()

    threads = [threading.Thread(target=send, args=(child,)) for child in (*scene.ids[:2], *scene.ids[:2])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(told) == {"picked", "taken", "moved_on"}
    assert (told.count("picked"), len(told)) == (1, 4)
    session.expire_all()
    assert session.scalar(sa.select(sa.func.count()).select_from(DraftPlace)) == 1


def session_draft(draft_id: int) -> LiveDraft:
    return queries.get_draft_for(make_actor(Role.COORDINATOR), P.TEAM_FORM, draft_id)


# ---- who sees it ----


def test_a_coach_reaches_the_draft_of_the_own_team_alone(session):
    scene, other = make_scene(), make_scene()
    draft, elsewhere = begun(scene), begun(other)
    coach = make_actor(Role.COACH, scene.coaches[0].id)
    assert queries.get_draft_of_coach(coach, P.TEAM_DRAFT, draft.id, ON).id == draft.id
    assert [each.draft_id for each in queries.open_drafts(coach, P.TEAM_DRAFT, ON)] == [draft.id]
    assert queries.own_groups(coach, P.TEAM_DRAFT, draft, ON) == {scene.groups[0]}
    with pytest.raises(NotFound):
        queries.get_draft_of_coach(coach, P.TEAM_DRAFT, elsewhere.id, ON)
    with pytest.raises(NotFound):
        queries.get_draft_for(coach, P.TEAM_FORM, draft.id)


def test_a_coach_whom_a_court_keeps_from_a_child_of_the_season_learns_nothing(session):
    scene = make_scene()
    draft = begun(scene)
    coach = make_actor(Role.COACH, scene.coaches[0].id)
    session.add(
        CustodyRestriction(
            youth_id=scene.ids[4], adult_id=scene.coaches[0].id, no_collect=True, no_decide=True, no_information=True,
            starts_on=ON, recorded_at=NOW,
        )
    )  # fmt: skip
    session.flush()
    with pytest.raises(NotFound):
        queries.get_draft_of_coach(coach, P.TEAM_DRAFT, draft.id, ON)
    assert queries.open_drafts(coach, P.TEAM_DRAFT, ON) == []
    with pytest.raises(Refused) as problem:  # nor does the child come to that team by another's hand
        pick(draft, scene.ids[4])
    assert codes(problem) == ["does_not_fit"]
    pick(draft, scene.ids[0])
    pick(draft, scene.ids[4])


def test_rules_changed_after_the_picks_are_told_before_anything_is_written(session):
    scene = make_scene(2)
    draft = begun(scene)
    pick(draft, scene.ids[0])
    pick(draft, scene.ids[1])
    known.link(scene.division, LinkKind.SIBLINGS, *scene.ids, **BY)
    with pytest.raises(Conflict) as problem:
        services.finish(draft, **BY)
    assert codes(problem) == ["rules_changed"]
    assert session.scalars(sa.select(GroupMember.id)).all() == []


def test_a_merged_record_keeps_its_place(session):
    scene = make_scene()
    draft = begun(scene)
    twin = make_youth("Child0", "Family0b")
    pick(draft, scene.ids[0])
    services.follow_merge(PeopleMerged(kept_id=twin.id, gone_id=scene.ids[0], at=NOW))
    assert placed(draft) == {twin.id: (scene.groups[0], 1)}
    assert session.scalars(sa.select(DraftPlace.youth_id)).all() == [twin.id]
