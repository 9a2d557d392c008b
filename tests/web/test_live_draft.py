"""A live draft on the screen: a coordinator leads it, a coach picks on a phone, nobody sees more than the draft needs."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.people import make_person, make_youth
from tests.makers.programs import make_season
from tests.support.pages import Page, Visitor
from youthprog.access.types import Role
from youthprog.core import clock
from youthprog.core.actor import SYSTEM
from youthprog.leagues.drafting.models import DraftPlace, LiveDraft
from youthprog.leagues.forming import known
from youthprog.leagues.forming.models import YouthRating
from youthprog.leagues.forming.types import LinkKind
from youthprog.leagues.imports.writing import open_team
from youthprog.people.models import HealthNote
from youthprog.people.types import HealthKind
from youthprog.programs import services as programs
from youthprog.programs.models import GroupMember
from youthprog.programs.types import StaffRole

NAMES = ("Ana", "Ben", "Chidi", "Dana", "Eve", "Fay")


@pytest.fixture
def league(app, session) -> SimpleNamespace:
    """Two teams, the Hawks with a coach who signs in; six children, Ana and Fay siblings, Ben with an allergy."""
    on, deed = clock.today(), {"by": SYSTEM, "now": clock.now()}
    season = make_season(starts_on=on - timedelta(20), ends_on=on + timedelta(60), age_cutoff_on=on)
    teams = [open_team(season, "Under 10", name, **deed) for name in ("Hawks", "Otters")]
    ids = {}
    for number, name in enumerate(NAMES):
        ids[name] = make_youth(name, f"Of{name}", school=f"School{name}").id
        programs.enroll(ids[name], season.id, **deed)
        session.add(YouthRating(season_id=season.id, youth_id=ids[name], points=9 - number, rated_at=clock.now()))
    note = HealthNote(youth_id=ids["Ben"], kind=HealthKind.ALLERGY, recorded_at=clock.now())
    session.add(note)
    session.flush()
    note.seal("alert_sealed", "Bee stings")
    known.link(teams[0].division, LinkKind.SIBLINGS, ids["Ana"], ids["Fay"], **deed)
    person = make_person("Casey", "Coach")
    programs.lead_group(person.id, teams[0].group, StaffRole.HEAD_COACH, **deed)
    accounts = make_account(Role.COORDINATOR), make_account(Role.COACH, person)
    found = SimpleNamespace(ids=ids, division=teams[0].division_id, groups=[team.group_id for team in teams])
    session.commit()
    found.coordinator, found.coach = (Visitor(app).sign_in(account) for account in accounts)
    return found


def begin(league: SimpleNamespace, session, **more: str) -> int:
    here = f"/divisions/{league.division}/draft"
    given = {"order": "snake", f"place-{league.groups[0]}": "1", **more}
    page = league.coordinator.post(here, given, form_from=here)
    assert "Hawks picks." in page.text
    session.rollback()
    return session.scalars(sa.select(LiveDraft.id)).one()


def form_of(page: Page) -> dict[str, str]:
    """The turn and the key that a page's form holds."""
    return {each.get("name"): each.get("value") for each in page.all("input") if each.get("name") in ("turn", "key")}


def offered(page: Page) -> list[str]:
    return [each.get("value") for each in page.all("input") if each.get("name") == "child"]


def test_a_coach_picks_and_the_other_team_is_shown(league, session):
    draft_id = begin(league, session)
    mine = f"/drafts/{draft_id}/mine"
    assert "Live draft of Under 10" in league.coach.get("/teams").text
    page = league.coach.get(mine)
    assert "It is your turn." in page.text
    assert set(offered(page)) == {str(each) for each in league.ids.values()}
    assert "comes with OfFay, Fay and costs 2 rounds" in page.text
    for hidden in ("SchoolBen", "Bee stings", "rated", "Ofana@"):
        assert hidden not in page.text, "a coach of a draft sees name and age, nothing else"
    first = form_of(page)
    page = league.coach.post(mine, first, status=422)
    assert "Choose a child." in page.text
    picked = {"child": str(league.ids["Ana"]), **first}
    page = league.coach.post(mine, picked)
    assert "Otters picks." in page.text
    league.coach.post(mine, picked)
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(DraftPlace.client_key))) == 1, "sent twice, picked once"
    page = league.coach.post(
        mine, {"child": str(league.ids["Ben"]), "turn": f"1.{league.groups[1]}", "key": "k" * 12}, status=409
    )
    assert "It is another team's turn." in page.text
    assert "Otters picks." in page.text, "and where it stands"
    answer = league.coach.raw(mine)
    assert answer.headers["Refresh"] == "15", "the page looks again without a script"


def test_a_coordinator_leads_it_to_the_teams(league, session):
    draft_id = begin(league, session, shows_ratings="y")
    here, coordinator = f"/drafts/{draft_id}", league.coordinator
    assert "rated 9" in league.coach.get(f"{here}/mine").text, "where the league shows them"
    for name in ("Ben", "Chidi", "Dana"):
        page = coordinator.get(f"{here}/pick")
        coordinator.post(f"{here}/pick", {"child": str(league.ids[name]), **form_of(page)})
    session.rollback()
    last = session.scalars(sa.select(DraftPlace.id).order_by(DraftPlace.id.desc())).first()
    page = coordinator.post(f"{here}/undo", {"pick": str(last)}, form_from=here)
    assert re.search(r"4\s+children are left", page.text)
    page = coordinator.post(f"{here}/pause", form_from=here)
    assert "The draft is paused." in page.text
    assert offered(league.coach.get(f"{here}/mine")) == []
    coordinator.post(f"{here}/resume", form_from=here)
    coordinator.post(f"{here}/finish", status=409, form_from=here)
    while options := offered(page := coordinator.get(f"{here}/pick")):
        coordinator.post(f"{here}/pick", {"child": options[0], **form_of(page)})
    page = coordinator.post(f"{here}/finish", form_from=here)
    assert "6 children came to a team." in page.text
    session.rollback()
    members = session.execute(sa.select(GroupMember.youth_id, GroupMember.group_id)).all()
    own = {youth_id for youth_id, group_id in members if group_id == league.groups[0]}
    assert len(members) == 6
    page = league.coach.get(f"{here}/mine")
    assert "This draft is over." in page.text
    for name, youth_id in league.ids.items():
        assert (f"Of{name}" in page.text) == (youth_id in own), "the own team alone, once it is over"


def test_what_cannot_begin_says_so_and_keeps_what_was_typed(league, session):
    here = f"/divisions/{league.division}/draft"
    first, second = (f"place-{group_id}" for group_id in league.groups)
    page = league.coordinator.post(here, {"order": "straight", first: "1", second: "1"}, status=422, form_from=here)
    assert "Number each team once, from 1 to 2." in page.text
    assert [each.get("value") for each in page.all("input") if each.get("name") == second] == ["1"]
    page = league.coordinator.post(here, {first: "one"}, status=422, form_from=here)
    assert "Number each team once" in page.text
    league.coordinator.get(here)
    draft_id = begin(league, session)
    page = league.coordinator.post(f"/drafts/{draft_id}/discard", form_from=f"/drafts/{draft_id}")
    assert "Discarded." in page.text
    league.coach.get(f"/drafts/{draft_id}", status=404)
