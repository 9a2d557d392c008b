"""Officials and volunteers in the house: put on, taken off, looked at again, told once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_actor
from tests.makers.credentials import make_rule
from tests.makers.people import make_contacts, make_guardian, make_person, make_youth
from tests.makers.programs import enroll, join, lead, make_gathering, make_group, make_season, make_site
from tests.store.test_audit_chain import side_by_side
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.core.refusals import Conflict, NotFound, Refused
from youthprog.credentials import judging
from youthprog.credentials import services as credentials
from youthprog.credentials.types import Asked
from youthprog.leagues.models import Division, Team
from youthprog.leagues.officials import candidates, list_services, own_queries, queries, services
from youthprog.leagues.officials.models import Duty
from youthprog.leagues.officials.types import Ending
from youthprog.leagues.season.models import Fixture, Venue
from youthprog.leagues.season.types import FixtureState
from youthprog.outreach.models import Message
from youthprog.people import services as people_services
from youthprog.people.models import Guardianship, Household, HouseholdMember
from youthprog.programs import services as programs
from youthprog.programs.types import GatheringKind, ServiceWarned

NOW = datetime(2026, 9, 10, 15, tzinfo=UTC)
SATURDAY = datetime(2026, 9, 12, 14, tzinfo=UTC)
BY = make_actor(Role.COORDINATOR)
DEED = {"by": BY, "now": NOW}


@pytest.fixture(autouse=True)
def at_the_time(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def league(session) -> SimpleNamespace:
    """Two teams, two fields, two games of one morning, two roles, and three people on the list."""
    season = make_season(starts_on=date(2026, 9, 1), ends_on=date(2026, 11, 21))
    division = Division(season=season, name="Under 10", folded_name="under 10")
    teams = [Team(division=division, group=make_group(season, name)) for name in ("Hawks", "Owls", "Crows")]
    db.session().add_all(teams)
    db.flush()
    venues = [Venue(site_id=make_site().id, name="Field 1", folded_name="field 1") for _number in range(2)]
    db.session().add_all(venues)
    db.flush()
    made = SimpleNamespace(season=season, division=division, teams=teams, venues=venues)
    made.first, made.second = game(made, 0, 0, 0, 1), game(made, 75, 1, 1, 2)
    made.referee = list_services.add_role(season, "Referee", "Árbitro", (), **DEED)
    made.scorer = list_services.add_role(season, "Scorekeeper", "Anotador", (), **DEED)
    needed = {(division.id, made.referee.id): 1, (division.id, made.scorer.id): 1}
    list_services.set_needs(season, needed, 30, **DEED)
    made.people = [official(made, name) for name in ("Ana", "Bo", "Cy")]
    return made


def game(league, minutes: int, venue: int, home: int, away: int) -> Fixture:
    starts_at = SATURDAY + timedelta(minutes=minutes)
    pair = [league.teams[home], league.teams[away]]
    ids = [make_gathering(team.group, starts_at, kind=GatheringKind.GAME, title="Game").id for team in pair]
    row = Fixture(
        season_id=league.season.id, division_id=league.division.id, home_team_id=pair[0].id, away_team_id=pair[1].id,
        venue_id=league.venues[venue].id, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=60),
        state=FixtureState.PUBLISHED, home_gathering_id=ids[0], away_gathering_id=ids[1],
    )  # fmt: skip
    db.session().add(row)
    db.flush()
    return row


def official(league, name: str):
    person = make_person(name, "Tester")
    make_contacts(person, email=f"{name}@officials.example")
    roles = (league.referee.id, league.scorer.id)
    list_services.add_official(league.season, person, roles, **DEED)
    return person


def put(league, fixture, person, role=None) -> Duty:
    role = role or league.referee
    return services.assign(queries.find_game(fixture.id), role.id, person.id, **DEED)


def refused(league, fixture, person, role=None) -> list[str]:
    with pytest.raises(Refused) as problem:
        put(league, fixture, person, role)
    return [reason.code for reason in problem.value.reasons]


def on() -> set[tuple[int, int]]:
    rows = db.session().execute(sa.select(Duty.fixture_id, Duty.person_id).where(Duty.ended_at.is_(None)))
    return {(fixture_id, person_id) for fixture_id, person_id in rows}


def letters(person=None) -> list[Message]:
    statement = sa.select(Message).where(Message.kind == "duty_changed").order_by(Message.id)
    if person is not None:
        statement = statement.where(Message.person_id == person.id)
    return list(db.session().scalars(statement))


def actions() -> list[str]:
    return list(db.session().scalars(sa.select(AuditEntry.action).order_by(AuditEntry.number)))


def test_whoever_is_put_on_is_told_and_a_full_place_takes_nobody(league):
    ana, bo, _cy = league.people
    put(league, league.first, ana)
    assert on() == {(league.first.id, ana.id)}
    (letter,) = letters()
    text = letter.unseal("text_sealed")
    assert "Referee: Hawks – Owls" in text
    assert "/my-games" in text
    assert refused(league, league.first, bo) == ["taken"]
    db.session().commit()
    assert actions()[-2:] == ["duty.assigned", "message.written"]


def test_hours_at_games_count_and_stop_whoever_is_not_fully_cleared(league, monkeypatch):
    ana, bo, _cy = league.people
    make_rule(asked=Asked.REGULAR)
    credentials.set_limits(
        None, by=BY, now=NOW, jurisdiction="", month_hours=2, year_hours=9, warn_percent=80, fewest_adults=2
    )
    told: list[ServiceWarned] = []
    monkeypatch.setattr(services, "publish", told.append)
    league.second.starts_at, league.second.ends_at = (
        SATURDAY + timedelta(days=1),
        SATURDAY + timedelta(days=1, minutes=61),
    )
    db.flush()
    put(league, league.first, ana)
    assert judging.hours_of([ana.id, bo.id], date(2026, 9, 30))[ana.id].month == 60
    assert not told
    assert refused(league, league.second, ana) == ["volunteer_hours"]
    league.second.ends_at -= timedelta(minutes=10)
    db.flush()
    put(league, league.second, ana)
    assert [(each.person_id, [why.code for why in each.warnings]) for each in told] == [(ana.id, ["hours_warning"])]
    services.take_off(db.session().scalars(sa.select(Duty).where(Duty.fixture_id == league.first.id)).one(), **DEED)
    assert judging.hours_of([ana.id], date(2026, 9, 30))[ana.id].month == 51


def test_whoever_used_up_the_hours_reads_so_of_oneself(league):
    ana = league.people[0]
    make_rule(asked=Asked.REGULAR)
    credentials.set_limits(
        None, by=BY, now=NOW, jurisdiction="", month_hours=0, year_hours=9, warn_percent=80, fewest_adults=2
    )
    with pytest.raises(Refused) as problem:
        services.take(league.first.id, league.referee.id, by=make_actor(Role.COACH, ana.id), now=NOW)
    assert [each.code for each in problem.value.reasons] == ["volunteer_hours"]
    assert on() == set()


def test_nobody_is_at_two_games_nor_in_two_roles(league):
    ana = league.people[0]
    put(league, league.first, ana)
    assert refused(league, league.second, ana) == ["too_far"], "15 minutes lie between two sites"
    assert refused(league, league.first, ana, league.scorer) == ["here"]
    league.second.starts_at += timedelta(minutes=15)
    league.second.ends_at += timedelta(minutes=15)
    db.flush()
    put(league, league.second, ana)


def test_a_coach_s_own_meetings_count_wherever_they_are(league):
    ana = league.people[0]
    other = make_group(make_season(), "Wolves")
    lead(ana, other)
    make_gathering(other, SATURDAY + timedelta(minutes=30))
    assert refused(league, league.first, ana) == ["busy"]


@pytest.mark.parametrize("bond", ["guardian", "former guardian", "household", "coach", "court"])
def test_nobody_serves_at_a_game_of_their_own_and_one_sentence_is_all_it_says(league, bond):
    ana = league.people[0]
    child = make_youth("Mateo", "Canary")
    join(child, league.teams[1].group)
    if "guardian" in bond:
        ended_on = date(2026, 1, 1) if "former" in bond else None
        db.session().add(Guardianship(youth_id=child.id, guardian_id=ana.id, relationship="mother", ended_on=ended_on))
    elif bond == "household":
        home = Household(name="Home")
        db.session().add(home)
        db.flush()
        db.session().add_all(HouseholdMember(household_id=home.id, person_id=each.id) for each in (ana, child))
    elif bond == "coach":
        lead(ana, league.teams[1].group)
    else:
        restrict(child, ana)
    db.flush()
    with pytest.raises(Refused) as problem:
        put(league, league.first, ana)
    assert {str(reason) for reason in problem.value.reasons if reason.code == "ties"} == {
        "Ana Tester belongs to one of the teams, as family or coach."
    }
    with pytest.raises(Conflict, match=services.NOT_OPEN):
        services.take(league.first.id, league.referee.id, by=make_actor(Role.GUARDIAN, ana.id), now=NOW)


def restrict(child, adult):
    people_services.restrict_custody(
        child, adult, no_collect=True, no_decide=False, no_information=False, starts_on=date(2026, 9, 20), by=SYSTEM,
        now=NOW,
    )  # fmt: skip


def test_a_court_s_order_takes_its_adult_off_the_games_at_once_and_no_letter_says_why(league):
    ana = league.people[0]
    child = make_youth("Mateo", "Canary")
    join(child, league.teams[1].group)
    put(league, league.first, ana)
    restrict(child, ana)
    assert on() == set()
    assert db.session().scalar(sa.select(Duty.ending)) is Ending.TIES
    text = letters(ana)[-1].unseal("text_sealed").casefold()
    assert "no longer needed" in text
    assert not {"canary", "mateo", "court", "custody", "family"} & set(text.split())


def test_a_child_that_joins_takes_its_family_off(league):
    ana = league.people[0]
    child = make_youth("Mateo", "Canary")
    enroll(child, league.season)
    make_guardian(child, "Nobody")
    db.session().add(Guardianship(youth_id=child.id, guardian_id=ana.id, relationship="mother"))
    put(league, league.first, ana)
    programs.join_group(child.id, league.teams[0].group, by=SYSTEM, now=NOW)
    assert on() == set()


def test_a_credential_holds_on_the_day_or_its_holder_stands_down(league):
    ana, bo, _cy = league.people
    list_services.change_role(league.referee, "Referee", "", ["Background check"], **DEED)
    assert refused(league, league.first, ana) == ["credential_missing"]
    list_services.add_credential(ana, "background check", date(2026, 1, 1), date(2026, 9, 11), **DEED)
    assert refused(league, league.first, ana) == ["credential_lapsed"]
    fresh = list_services.add_credential(ana, "Background check", date(2026, 9, 10), None, **DEED)
    put(league, league.first, ana)
    list_services.end_credential(fresh, **DEED)
    assert on() == set()
    put(league, league.first, bo, league.scorer)
    assert [down.ending for down in list_services.change_role(league.scorer, "Scorekeeper", "", ["CPR"], **DEED)] == [
        Ending.CREDENTIAL
    ]


def test_a_game_that_moves_is_looked_at_again_and_one_called_off_needs_nobody(league):
    ana, bo, _cy = league.people
    league.second.starts_at, league.second.ends_at = (SATURDAY + timedelta(minutes=each) for each in (300, 360))
    db.flush()
    put(league, league.first, ana)
    put(league, league.second, ana)
    put(league, league.second, bo, league.scorer)
    league.second.starts_at, league.second.ends_at = (SATURDAY + timedelta(minutes=each) for each in (30, 90))
    db.flush()
    (down,) = services.check_again([league.second.id], **DEED)
    assert (down.served.person, down.ending) == (ana.id, Ending.BUSY)
    assert on() == {(league.first.id, ana.id), (league.second.id, bo.id)}
    home = db.session().get_one(programs.Gathering, league.second.home_gathering_id)
    league.second.state = FixtureState.CANCELED
    programs.cancel_gathering(home, reason="Rain", by=SYSTEM, now=NOW)
    assert on() == {(league.first.id, ana.id)}
    assert len(letters(bo)) == 2


def test_of_two_games_moved_onto_each_other_the_earlier_keeps_its_people(league):
    ana = league.people[0]
    league.second.starts_at, league.second.ends_at = (SATURDAY + timedelta(minutes=each) for each in (300, 360))
    db.flush()
    put(league, league.first, ana)
    put(league, league.second, ana)
    league.second.starts_at, league.second.ends_at = (SATURDAY + timedelta(minutes=each) for each in (30, 90))
    db.flush()
    services.check_all(NOW)
    assert on() == {(league.first.id, ana.id)}


def test_a_proposal_fills_the_gaps_with_one_letter_each_and_what_changed_is_refused(league):
    ana, bo, cy = league.people
    games, filling = services.propose(league.season, NOW, NOW + timedelta(days=7))
    assert len(games) == 2
    assert len(filling.given) == 3, "three people, nobody at both games"
    assert len(filling.left) == 1
    put(league, league.first, ana)
    wanted = [(each.place.fixture, each.place.role, each.person) for each in filling.given]
    done = services.accept(league.season, [*wanted, (10**9, 1, ana.id)], **DEED)
    assert done.filled + len(done.refused) >= 3
    assert done.refused
    assert {person_id for _fixture_id, person_id in on()} == {ana.id, bo.id, cy.id}


def test_an_accepted_proposal_writes_one_letter_to_each(league):
    _games, filling = services.propose(league.season, NOW, NOW + timedelta(days=7))
    wanted = [(each.place.fixture, each.place.role, each.person) for each in filling.given]
    league.second.starts_at, league.second.ends_at = (SATURDAY + timedelta(minutes=each) for each in (300, 360))
    db.flush()
    wanted += [(league.second.id, league.scorer.id, person_id) for fixture_id, _role, person_id in wanted][:1]
    services.accept(league.season, wanted, **DEED)
    counts = [len(letters(person)) for person in league.people]
    assert max(counts) == 1


def test_swap_changes_both_or_nothing(league):
    ana, bo, cy = league.people
    duty = put(league, league.first, ana)
    put(league, league.second, bo)
    with pytest.raises(Refused), db.session().begin_nested():
        services.swap(duty, bo.id, **DEED)
    assert (league.first.id, ana.id) in on()
    services.swap(db.session().get_one(Duty, duty.id), cy.id, **DEED)
    assert (league.first.id, cy.id) in on()
    assert (league.first.id, ana.id) not in on()


def test_two_coordinators_at_once_put_nobody_into_two_games_that_collide(app, league):
    ana, games = league.people[0].id, [league.first.id, league.second.id]
    role_id = league.referee.id

    def work(number: int) -> None:
        services.assign(queries.find_game(games[number]), role_id, ana, **DEED)
        db.session().commit()

    (wrong,) = side_by_side(app, work, threads=2)
    assert isinstance(wrong, Refused)
    assert [reason.code for reason in wrong.reasons] == ["too_far"]
    assert len(on()) == 1


def test_whoever_is_on_the_list_takes_and_declines_without_a_letter(league):
    ana = league.people[0]
    me = make_actor(Role.GUARDIAN, ana.id)
    duty = services.take(league.first.id, league.referee.id, by=me, now=NOW)
    assert [each.duty_id for each in own_queries.my_places(ana.id, NOW)] == [duty.id]
    services.decline(queries.get_own_duty(ana.id, duty.id), by=me, now=NOW)
    assert on() == set()
    assert letters() == []
    with pytest.raises(NotFound):
        queries.get_own_duty(league.people[1].id, duty.id)


def test_whoever_leaves_the_list_leaves_the_games_and_a_merged_person_keeps_them(league):
    ana, bo, _cy = league.people
    put(league, league.first, ana)
    put(league, league.second, bo)
    people_services.merge(ana, make_person("Anna", "Tester"), by=SYSTEM, now=NOW)
    assert len(on()) == 2
    double = make_person("Bo", "Double")
    people_services.merge(double, bo, by=SYSTEM, now=NOW)
    assert on() == {(league.first.id, ana.id), (league.second.id, double.id)}
    (line,) = [line for line in candidates.list_officials(league.season.program_id, NOW) if line.person_id == ana.id]
    list_services.end_official(queries.get_official(league.season, line.official_id), **DEED)
    assert on() == {(league.second.id, double.id)}


def test_whoever_a_court_keeps_from_a_child_of_the_season_coordinates_no_officials_of_it(league):
    child = make_youth("Mateo", "Canary")
    join(child, league.teams[0].group)
    adult = make_person("Kim", "Kept")
    people_services.restrict_custody(
        child, adult, no_collect=True, no_decide=True, no_information=True, starts_on=date(2026, 9, 1), by=SYSTEM,
        now=NOW,
    )  # fmt: skip
    kept, other = make_actor(Role.COORDINATOR, adult.id), make_actor(Role.COORDINATOR)
    assert queries.get_season_for(other, league.season.id) is league.season
    assert own_queries.open_soon(other, NOW)
    with pytest.raises(NotFound):
        queries.get_season_for(kept, league.season.id)
    assert own_queries.open_soon(kept, NOW) == []
