"""Forming teams on the screen: in the right role, with bad input, without what a reader may not see."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account, make_actor
from tests.makers.people import make_youth
from tests.makers.programs import make_season
from youthprog.access.types import Role
from youthprog.core import clock
from youthprog.core.actor import SYSTEM
from youthprog.core.permissions import P
from youthprog.leagues.forming import known, queries, services
from youthprog.leagues.forming.engine import form_teams
from youthprog.leagues.forming.models import Forming, FormingState, TeamLink, TeamWish, YouthRating
from youthprog.leagues.forming.types import Budget, LinkKind
from youthprog.leagues.imports.writing import open_team
from youthprog.leagues.models import Division
from youthprog.people.models import CustodyRestriction, Person
from youthprog.programs.models import Group
from youthprog.programs.services import enroll

COORDINATOR = make_actor(Role.COORDINATOR)
NAMES = ("Ana", "Ben", "Chidi", "Dana", "Eve", "Fay")


@pytest.fixture
def coordinator(visitor, session):
    """A visitor who coordinates the whole department."""
    return visitor.sign_in(make_account(Role.COORDINATOR))


@pytest.fixture
def division(session) -> int:
    """Two teams and six enrolled children: Ana to Fay."""
    on, deed = clock.today(), {"by": SYSTEM, "now": clock.now()}
    season = make_season(starts_on=on - timedelta(20), ends_on=on + timedelta(60), age_cutoff_on=on)
    teams = [open_team(season, "Under 10", name, **deed) for name in ("Hawks", "Otters")]
    for name in NAMES:
        enroll(make_youth(name, f"Of{name}").id, season.id, **deed)
    division_id = teams[0].division_id
    session.commit()
    return division_id


def loaded(division: int) -> Division:
    """The division with its season, as a page loads it."""
    return queries.get_division_for(COORDINATOR, P.TEAM_FORM, division)


def ids(session) -> dict[str, int]:
    return {row.given_name: row.id for row in session.scalars(sa.select(Person).where(Person.given_name.in_(NAMES)))}


def drafted(session, division) -> int:
    """A draft as the worker would bring it."""
    deed = {"by": SYSTEM, "now": clock.now()}
    forming = services.ask(loaded(division), skill_within=1, mix_ages=False, **deed)
    services.take_up(forming.id, now=clock.now())
    task, _before = queries.task_of(queries.get_forming(forming.id), clock.today())
    budget = Budget(seconds=10, moves=500, workers=1, effort=1.0)
    services.keep_result(forming.id, form_teams(task, budget), now=clock.now())
    session.commit()
    return forming.id


def test_a_draft_is_asked_for_watched_and_stopped(coordinator, session, division):
    page = coordinator.get("/divisions")
    assert "Under 10" in page.text
    here = f"/divisions/{division}"
    asked = {"skill_within": "1"}
    page = coordinator.post(f"{here}/form", asked, form_from=here)
    assert page.h1 == "Forming the teams"
    forming = session.scalars(sa.select(Forming)).one()
    page = coordinator.post(f"/formings/{forming.id}/stop", form_from=f"/formings/{forming.id}")
    assert "It ends with the best so far." in page.text
    page = coordinator.post(f"{here}/form", asked, status=422, form_from=f"/formings/{forming.id}")
    assert "A draft of this division is open." in page.text


def test_ratings_are_typed_and_a_wrong_one_stays_beside_its_child(coordinator, session, division):
    here = f"/divisions/{division}/ratings"
    of = ids(session)
    page = coordinator.post(here, {f"p-{of['Ana']}": "4", f"p-{of['Ben']}": "eleven"}, status=422, form_from=here)
    assert "Write a number from 0 to 10." in page.text
    assert [each.get("value") for each in page.all("input") if each.get("name") == f"p-{of['Ben']}"] == ["eleven"]
    assert session.scalar(sa.select(sa.func.count(YouthRating.id))) == 0
    coordinator.post(here, {f"p-{of['Ana']}": "4", f"p-{of['Ben']}": ""}, form_from=here)
    session.rollback()
    assert session.scalars(sa.select(YouthRating.points)).all() == [4]


def test_links_wishes_and_limits_are_added_and_removed(coordinator, session, division):
    here, of = f"/divisions/{division}/links", ids(session)
    coordinator.post(here, {"kind": "carpool", "one": str(of["Ana"]), "other": str(of["Ben"])}, form_from=here)
    page = coordinator.post(
        here, {"kind": "apart", "one": str(of["Ana"]), "other": str(of["Ana"])}, status=422, form_from=here
    )
    assert "Choose two different children." in page.text
    wishes, limits = f"/divisions/{division}/wishes", f"/divisions/{division}/limits"
    coordinator.post(wishes, {"youth": str(of["Eve"]), "wanted": str(of["Fay"])}, form_from=here)
    page = coordinator.post(limits, {"child": str(of["Eve"]), "when": "day 2"}, form_from=here)
    assert "not on Wednesday" in page.text
    assert "would like to play with Fay OfFay" in page.text
    (link,) = session.scalars(sa.select(TeamLink))
    page = coordinator.post(f"{here}/{link.id}/remove", form_from=here)
    assert "No links yet." in page.text


def test_a_familys_words_propose_children_and_take_nothing_over(coordinator, session, division):
    of = ids(session)
    known.keep_requests(loaded(division).season_id, [(of["Ana"], "Please with Ben Ofben or Dana")], now=clock.now())
    session.commit()
    page = coordinator.get(f"/divisions/{division}/links")
    assert "Please with Ben Ofben or Dana" in page.text
    assert "Wish for Ben OfBen" in page.text
    assert "Wish for Dana" not in page.text, "a whole name is there: half a name is no candidate beside it"
    assert session.scalar(sa.select(sa.func.count(TeamWish.id))) == 0


def test_a_draft_shows_teams_reasons_and_is_changed_accepted_and_taken_back(coordinator, session, division):
    of, deed = ids(session), {"by": SYSTEM, "now": clock.now()}
    known.link(loaded(division), LinkKind.APART, of["Ana"], of["Ben"], **deed)
    known.wish(loaded(division), of["Ana"], of["Ben"], **deed)
    here = f"/formings/{drafted(session, division)}"
    page = coordinator.get(here)
    assert "are kept apart." in page.text
    assert "Proved: no draft under these rules is better." in page.text
    child = f"{here}/children/{of['Chidi']}"
    assert "Keeps size, gender and skill even." in coordinator.get(child).text
    group = session.execute(
        sa.text("SELECT group_id FROM forming_place WHERE youth_id = :id"), {"id": of["Ana"]}
    ).scalar()
    page = coordinator.post(
        f"{here}/children/{of['Ben']}", {"team": str(group)}, status=422, form_from=f"{here}/children/{of['Ben']}"
    )
    assert "A rule that is never broken" in page.text
    page = coordinator.post(child, {"team": str(group)}, form_from=child)
    assert "Changed by hand." in page.text
    page = coordinator.post(f"{here}/accept", form_from=here)
    assert "Accepted. 6 children came to a team." in page.text
    page = coordinator.post(f"{here}/undo", form_from=here)
    assert "Taken back. 6 children are where they were." in page.text
    session.rollback()
    assert session.scalars(sa.select(Forming.state)).all() == [FormingState.UNDONE]


def test_rules_that_leave_no_way_stand_on_the_page_by_name(coordinator, session, division):
    of, deed = ids(session), {"by": SYSTEM, "now": clock.now()}
    known.link(loaded(division), LinkKind.SIBLINGS, of["Ana"], of["Ben"], **deed)
    known.link(loaded(division), LinkKind.CARPOOL, of["Ben"], of["Chidi"], **deed)
    known.link(loaded(division), LinkKind.APART, of["Ana"], of["Chidi"], **deed)
    session.commit()
    told = ("Ana OfAna and Ben OfBen are siblings", "Ben OfBen and Chidi OfChidi share a carpool")
    page = coordinator.get(f"/divisions/{division}")
    assert all(each in page.text for each in told)
    page = coordinator.get(f"/formings/{drafted(session, division)}")
    assert all(each in page.text for each in told)
    assert "Ana OfAna and Chidi OfChidi are kept apart" in page.text


@pytest.mark.parametrize("role", [Role.COACH, Role.GUARDIAN, Role.MENTOR, Role.ADMIN])
def test_nobody_else_reads_ratings_links_or_drafts(visitor, session, division, role):
    forming_id = drafted(session, division)
    visitor.sign_in(make_account(role))
    for path in ("", "/ratings", "/links"):
        visitor.get(f"/divisions/{division}{path}", status=404)
    visitor.get(f"/formings/{forming_id}", status=404)


def test_who_is_kept_from_a_child_forms_no_teams_of_its_season(session, visitor, division):
    """Teams are formed of all children at once: names, figures and reasons would tell of the child."""
    account = make_account(Role.COORDINATOR)
    forming_id = drafted(session, division)
    visitor.sign_in(account)
    assert "Under 10" in visitor.get("/divisions").text
    row = CustodyRestriction(
        youth_id=ids(session)["Ana"], adult_id=account.person_id, no_collect=False, no_decide=False, no_information=True,
        starts_on=clock.today(), recorded_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    session.commit()
    assert "Under 10" not in visitor.get("/divisions").text
    for address in (f"/divisions/{division}", f"/divisions/{division}/ratings", f"/formings/{forming_id}"):
        assert "OfAna" not in visitor.get(address, status=404).text


def test_teams_are_called_and_made_by_hand(coordinator, session, division):
    here = f"/divisions/{division}/teams"
    groups = dict(session.execute(sa.select(Group.name, Group.id)).all())
    coordinator.post(here, {f"name-{groups['Hawks']}": "Falcons", "more": "Lynx\n\n  Bears "}, form_from=here)
    session.rollback()
    names = [team.name for team in queries.teams_of(division, clock.today())]
    assert names == ["Bears", "Falcons", "Lynx", "Otters"]
    assert session.get(Group, groups["Hawks"]).name == "Falcons"
    for name, told in (("Otters", "name"), ("", "Each team needs a name."), ("x" * 90, "This cannot be a team")):
        page = coordinator.post(here, {f"name-{groups['Hawks']}": name}, status=422, form_from=here)
        assert told in page.text
