"""Rosters on both engines: who may play on a day, exceptions in writing, moves, holds, the waitlist."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.accounts import make_actor
from tests.makers.consent import Family
from tests.makers.people import NOW, make_guardian, make_person, make_youth
from tests.makers.programs import enroll, join, lead, make_gathering, make_group, make_program, make_season, make_team
from youthprog.access.types import Role
from youthprog.attendance import sayings
from youthprog.attendance.types import DeedKind, Mark, Said
from youthprog.audit.models import AuditEntry
from youthprog.core import clock, db
from youthprog.core.clearance import barred_at, not_cleared
from youthprog.core.permissions import P
from youthprog.core.refusals import Refused
from youthprog.leagues import queries as leagues
from youthprog.leagues.models import Division, Team
from youthprog.leagues.rosters import holds, queries, records, services, waiting
from youthprog.leagues.rosters.models import (
    DivisionRoster,
    DivisionWait,
    MedicalHold,
    RosterException,
    RosterMove,
    Suspension,
)
from youthprog.leagues.rosters.types import Exceptional, MoveKind, PaperKind, RosterRules, WaitFrom
from youthprog.outreach.models import Message
from youthprog.people.models import Person
from youthprog.people.services import merge, restrict_custody
from youthprog.programs import services as programs
from youthprog.programs.models import Gathering, Group, GroupMember, Season
from youthprog.programs.types import GatheringKind, ProgramKind

ON = date(2026, 9, 17)
EVERYBODY = make_actor(Role.COORDINATOR)
BY = {"by": EVERYBODY, "now": NOW}
DAY = timedelta(days=1)
# The statements are the same; what engines do differently is tried on both.


@pytest.fixture(autouse=True)
def in_season() -> Iterator[None]:
    """What is heard of an event looks at the clock."""
    with time_machine.travel(NOW, tick=False):
        yield


class League:
    """A season with an Under 10 division of two teams, the Hawks and the Owls."""

    def __init__(self, **rules: object):
        self.season: Season = make_season(make_program())
        self.hawks: Group = make_team(self.season, "Hawks").group
        self.division: Division = db.session().scalars(sa.select(Division)).one()
        self.owls = make_group(self.season, "Owls")
        db.session().add(Team(division=self.division, group=self.owls))
        db.session().add(DivisionRoster(division_id=self.division.id, **rules))
        db.flush()

    def ages(self, least: int, most: int) -> None:
        """Ages of the division, on the season's day."""
        self.division.min_age, self.division.max_age = least, most
        db.flush()

    def child(self, given: str = "Ana", **values: object) -> Person:
        """A child with a place in the season."""
        youth = make_youth(given, **values)
        enroll(youth, self.season)
        return youth

    def game(self, days: int = 2, group: Group | None = None, **values: object) -> Gathering:
        """A game of a team so many days from now."""
        return make_gathering(group or self.hawks, NOW + days * DAY, kind=GatheringKind.GAME, title="Game", **values)

    def codes(self, youth: Person, game: Gathering) -> list[str]:
        """What the register of a game has against a player, but for consent."""
        day = clock.day_of(game.starts_at)
        reasons = not_cleared([youth.id], self.season.id, day, gathering_id=game.id).get(youth.id, [])
        return [each.code for each in reasons if not each.code.startswith("consent.")]


def refused(problem: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in problem.value.reasons]


def rows(model: type) -> list:
    return list(db.session().scalars(sa.select(model).order_by(model.id)))


def sure_at_gate(gathering: Gathering, *youth: Person) -> set[int]:
    """Of whom a phone at a gate is sure by its one statement that they may take part."""
    asking = sayings.asking(gathering, clock.day_of(gathering.starts_at))
    said = [Said(f"arrives-{each.id}", each.id, DeedKind.ARRIVE, NOW, Mark.PRESENT) for each in youth]
    return {row.who for row in sayings.ask(asking, said) if row.is_cleared}


# ---- who may play ----


def test_the_list_the_register_and_the_gate_say_the_same(session):
    league = League(most_players=1)
    family = Family(league.hawks)
    family.sign()
    late = make_youth("Ben", born_on=date(2010, 1, 1))
    join(late, league.hawks)
    league.ages(9, 10)
    game = league.game()
    day = clock.day_of(game.starts_at)
    listed = {
        each.youth_id: {reason.code for reason in each.reasons} for each in queries.players_on(league.hawks.id, day)
    }
    ids = [family.youth.id, late.id]
    register = not_cleared(ids, league.season.id, day, gathering_id=game.id)
    assert listed == {key: {reason.code for reason in register.get(key, [])} for key in ids}
    assert listed[family.youth.id] == set()
    assert listed[late.id] == {"consent.not_asked", "age.too_old", "roster.over_limit"}
    assert barred_at(ids, league.season.id, day, game.id) == {late.id}
    walked_in = league.child("Cleo")
    assert sure_at_gate(game, family.youth, late, walked_in) == {family.youth.id}
    services.suspend(family.youth.id, league.hawks, games=1, until_on=None, reason="Red card", **BY)
    assert sure_at_gate(game, family.youth) == set()
    assert sure_at_gate(make_gathering(league.hawks, NOW + 2 * DAY), family.youth) == {family.youth.id}


def test_practice_asks_for_consent_and_holds_alone(session):
    league = League(most_players=1)
    youth = make_youth(born_on=date(2005, 1, 1))
    join(youth, league.hawks)
    league.ages(9, 10)
    practice = make_gathering(league.hawks, NOW + DAY)
    assert league.codes(youth, practice) == []
    holds.hold(youth.id, league.hawks.id, needs_clearance=True, note="", **BY)
    assert league.codes(youth, practice) == ["hold.medical"]
    team = leagues.get_team_for(EVERYBODY, P.TEAM_READ, session.scalars(sa.select(Team.id)).first(), ON)
    printed = leagues.for_paper(leagues.roster_of(EVERYBODY, team, ON), league.season.id, ON)
    assert [player.consent.word for player in printed.players] == ["Held, medical"]


def test_without_a_game_the_day_is_judged_as_if_there_were_one(session):
    league = League()
    league.ages(9, 10)
    youth = make_youth(born_on=date(2005, 1, 1))
    join(youth, league.hawks)
    (player,) = queries.players_on(league.hawks.id, ON + 5 * DAY)
    assert {"age.too_old"} < {reason.code for reason in player.reasons}
    assert not player.may_play


def test_a_child_both_coaches_listed_plays_for_the_first(session):
    league, youth = League(), make_youth()
    join(youth, league.hawks)
    db.session().add(GroupMember(group_id=league.owls.id, youth_id=youth.id, from_on=ON))
    db.flush()
    assert league.codes(youth, league.game()) == []
    assert league.codes(youth, league.game(group=league.owls)) == ["roster.second_team"]


def test_who_walked_in_to_a_game_is_not_on_the_roster(session):
    league = League()
    youth = league.child()
    assert league.codes(youth, league.game()) == ["roster.not_listed"]


def test_a_team_of_a_barred_adult_and_no_word_of_it(session):
    league, youth, father = League(), make_youth(), make_person("Paul")
    join(youth, league.hawks)
    limits = {"no_collect": True, "no_decide": False, "no_information": True}
    restrict_custody(youth, father, **limits, starts_on=ON - DAY, note="", by=BY["by"], now=NOW)
    assert league.codes(youth, league.game()) == []
    lead(father, league.hawks)
    practice = make_gathering(league.hawks, NOW + DAY)
    for meeting in (league.game(3), practice):
        assert league.codes(youth, meeting) == ["roster.ask_the_office"]
    assert queries.surely_clear([youth.id], league.season.id, ON, practice.id) == set()
    other = league.child("Ben")
    restrict_custody(other, father, **limits, starts_on=ON - DAY, note="", by=BY["by"], now=NOW)
    with pytest.raises(Refused) as problem:
        services.add_player(other.id, league.hawks, reason="The family asks for it", **BY)
    assert refused(problem) == ["kept_away"]


def test_a_day_gone_by_keeps_the_rules_and_the_roster_it_had(session):
    league, youth = League(), make_youth(born_on=date(2014, 1, 1))
    join(youth, league.hawks)
    before, after = league.game(-2), league.game(2)
    keeping = queries.keeping_of(league.division)
    wanted = RosterRules(league.season.age_cutoff_on, min_age=9, max_age=10, papers=frozenset(PaperKind))
    services.set_rules(keeping, wanted, wait_days=7, wait_from=WaitFrom.CLEARANCE, **BY)
    assert league.codes(youth, before) == []
    assert league.codes(youth, after) == ["age.too_old", "paper.age_proof", "paper.physical"]
    services.leave(youth.id, league.hawks, **BY)
    assert league.codes(youth, before) == []
    assert league.codes(youth, after)[-1] == "roster.not_listed"


def test_papers_seen_count_from_the_day_they_were_seen(session):
    league, youth = League(asks_age_proof=True, asks_physical=True), make_youth()
    join(youth, league.hawks)
    holds.see_paper(youth.id, PaperKind.AGE_PROOF, valid_until_on=None, **BY)
    holds.see_paper(youth.id, PaperKind.PHYSICAL, valid_until_on=ON + 3 * DAY, **BY)
    assert league.codes(youth, league.game(2)) == []
    assert league.codes(youth, league.game(5)) == ["paper.physical"]
    assert league.codes(youth, league.game(-2)) == ["paper.age_proof", "paper.physical"]


def test_a_suspension_goes_along_and_a_game_rained_out_is_sat_out_again(session):
    league, youth = League(), make_youth()
    join(youth, league.hawks)
    first, second, third = (league.game(days) for days in (1, 2, 3))
    services.suspend(youth.id, league.hawks, games=2, until_on=None, reason="Red card", **BY)
    assert [league.codes(youth, game) for game in (first, second, third)] == [
        ["suspended.games"], ["suspended.last"], [],
    ]  # fmt: skip
    first.canceled_at = NOW
    db.flush()
    assert league.codes(youth, third) == ["suspended.last"]
    services.transfer(youth.id, league.hawks, league.owls, reason="Closer to home", **BY)
    assert league.codes(youth, league.game(4, league.owls)) == ["suspended.games"]
    services.lift(rows(Suspension)[0], by=BY["by"], now=NOW + 3 * DAY)
    assert league.codes(youth, league.game(5, league.owls)) == []


def test_a_return_needs_the_clearance_and_the_wait(session):
    league, youth = League(wait_days=7), make_youth()
    join(youth, league.hawks)
    row = holds.hold(youth.id, league.hawks.id, needs_clearance=True, note="Hit by a ball", **BY)
    session.commit()
    assert row.unseal("note_sealed") == "Hit by a ball"
    assert b"ball" not in (row.note_sealed or b"")
    clearing = {"cleared_on": ON + DAY, "signed_by": "Dr. Ortiz", "paper_in_office": False}
    later = {"by": BY["by"], "now": NOW + DAY}
    with pytest.raises(Refused) as problem:
        holds.clear(row, paper=None, **clearing, **later)
    assert refused(problem) == ["no_paper"]
    holds.clear(row, paper=b"%PDF-1.7 cleared", **clearing, **later)
    assert [league.codes(youth, league.game(days)) for days in (7, 8)] == [["hold.medical"], []]
    said = [line.detail for line in session.scalars(sa.select(AuditEntry)) if line.action.startswith("player.")]
    assert "ball" not in str(said)
    assert "Ortiz" not in str(said)


def test_a_hold_does_not_end_a_match_with_a_mentor(session):
    season, youth = make_season(make_program(kind=ProgramKind.MENTORSHIP)), make_youth()
    enroll(youth, season)
    league = League.__new__(League)
    league.season = season
    db.session().add(
        MedicalHold(
            youth_id=youth.id, from_on=ON, needs_clearance=False, wait_days=0, wait_from=WaitFrom.HOLD, held_at=NOW
        )
    )
    db.flush()
    assert queries.objections([youth.id], season.id, ON) == []


def test_twelve_players_cost_the_statements_of_one(session, statements):
    league = League(most_players=40, asks_physical=True)
    league.ages(9, 10)
    game = league.game()
    sent = []
    for number in range(12):
        youth = make_youth(f"Child {number}")
        join(youth, league.hawks, str(number))
        services.suspend(youth.id, league.hawks, games=1, until_on=None, reason="Late", **BY)
        if number in (0, 11):
            statements.clear()
            queries.players_on(league.hawks.id, clock.day_of(game.starts_at), gathering_id=game.id)
            sent.append(len(statements))
    assert sent[0] == sent[1]
    statements.clear()
    dict(queries.objections_at({game.id: [youth.id]}))
    assert len(statements) <= 10


# ---- exceptions, moves ----


def test_playing_up_late_and_over_the_limit_stand_with_one_reason(session):
    league = League(most_players=1, closes_on=ON - DAY)
    league.ages(9, 10)
    join(make_youth("Ben"), league.hawks)
    youth = league.child(born_on=date(2018, 1, 1))
    with pytest.raises(Refused) as problem:
        services.add_player(youth.id, league.hawks, **BY)
    assert refused(problem) == ["age.too_young", "roster.late", "roster.over_limit", "reason_needed"]
    services.add_player(youth.id, league.hawks, reason="Her sister plays here", **BY)
    kinds = {row.kind: (row.reason, row.given_by_id, row.given_at) for row in rows(RosterException)}
    assert set(kinds) == {Exceptional.PLAY_UP, Exceptional.LATE, Exceptional.OVER_LIMIT}
    assert set(kinds.values()) == {("Her sister plays here", BY["by"].person_id, NOW)}
    assert league.codes(youth, league.game()) == []
    services.take_back_exception(rows(RosterException)[0], **BY)
    assert league.codes(youth, league.game(3)) == ["age.too_young"]


def test_who_came_by_another_door_plays_once_somebody_let_it_stand(session):
    league = League(closes_on=ON - DAY)
    youth = league.child()
    programs.join_group(youth.id, league.hawks, **BY)
    assert league.codes(youth, league.game()) == ["roster.late"]
    assert services.accept(youth.id, league.hawks, reason="Imported late", **BY) == [Exceptional.LATE]
    assert league.codes(youth, league.game()) == []
    with pytest.raises(Refused):
        services.accept(youth.id, league.hawks, reason="Again", **BY)


def test_a_child_of_another_team_is_transferred_not_listed_twice(session):
    league = League()
    youth = league.child()
    services.add_player(youth.id, league.hawks, jersey="00", **BY)
    with pytest.raises(Refused) as problem:
        services.add_player(youth.id, league.owls, **BY)
    assert refused(problem) == ["roster.second_team", "reason_needed"]
    later = {"by": BY["by"], "now": NOW + 3 * DAY}
    services.transfer(youth.id, league.hawks, league.owls, jersey="0", reason="Closer to home", **later)
    members = {row.group_id: (row.jersey, row.from_on, row.until_on) for row in rows(GroupMember)}
    assert members == {
        league.hawks.id: ("00", ON, ON + 2 * DAY), league.owls.id: ("0", ON + 3 * DAY, None),
    }  # fmt: skip
    moves = [(row.kind, row.from_group_id, row.to_group_id, row.reason) for row in rows(RosterMove)]
    assert moves[1] == (MoveKind.TRANSFERRED, league.hawks.id, league.owls.id, "Closer to home")


def test_nobody_plays_for_two_teams_on_one_day(session):
    league = League()
    youth = league.child()
    services.add_player(youth.id, league.hawks, **BY)
    make_gathering(league.hawks, NOW - timedelta(hours=2))
    with pytest.raises(Refused) as problem:
        services.transfer(youth.id, league.hawks, league.owls, reason="Closer to home", **BY)
    assert refused(problem) == ["met_today"]


def test_a_number_is_free_again_once_its_player_left_and_0_is_not_00(session):
    league = League()
    one, other, third = (league.child(name) for name in ("Ana", "Ben", "Chidi"))
    services.add_player(one.id, league.hawks, jersey="0", **BY)
    services.add_player(other.id, league.hawks, jersey="00", **BY)
    with pytest.raises(Refused) as problem:
        services.add_player(third.id, league.hawks, jersey="0", **BY)
    assert refused(problem) == ["jersey_taken"]
    services.leave(one.id, league.hawks, reason="Moves away", **BY)
    assert services.add_player(third.id, league.hawks, jersey="0", **BY).jersey == "0"


# ---- the waitlist ----


def wait_for(league: League, *names: str) -> list[Person]:
    """Children who ask for a place one minute after another."""
    found = []
    for number, name in enumerate(names):
        youth = league.child(name)
        waiting.wait(youth, league.division, by=BY["by"], now=NOW + timedelta(minutes=number))
        found.append(youth)
    return found


def test_who_asked_first_moves_up_when_somebody_leaves_and_the_family_is_told(session):
    league = League(most_players=1)
    gone = make_youth("Ben")
    join(gone, league.hawks)
    join(make_youth("Chidi"), league.owls)
    first, second = wait_for(league, "Ana", "Dana")
    make_guardian(first)
    programs.leave_group(gone.id, league.hawks, **BY)
    placed = [(row.youth_id, row.group_id) for row in rows(DivisionWait)]
    assert placed == [(first.id, league.hawks.id), (second.id, None)]
    message = session.scalars(sa.select(Message)).one()
    assert (message.kind, message.about_youth_id) == (waiting.MOVED_UP, first.id)
    assert "Hawks" in message.subject


def test_a_place_given_up_with_the_season_moves_somebody_up_too(session):
    league = League(most_players=1)
    join(make_youth("Chidi"), league.owls)
    gone = make_youth("Ben")
    join(gone, league.hawks)
    (first,) = wait_for(league, "Ana")
    programs.withdraw(programs.queries.find_enrollment(league.season.id, gone.id), **BY)
    assert rows(DivisionWait)[0].group_id == league.hawks.id
    assert records.teams_of_youth([first.id], league.season.id, ON)[first.id] == [(league.hawks.id, "Hawks")]
    (second,) = wait_for(league, "Dana")
    programs.withdraw(programs.queries.find_enrollment(league.season.id, second.id), **BY)
    assert rows(DivisionWait)[1].left_at is not None


def test_who_could_have_a_place_gets_it_at_once(session):
    league = League(most_players=5)
    (first,) = wait_for(league, "Ana")
    assert records.teams_of_youth([first.id], league.season.id, ON)


def test_who_does_not_fit_is_passed_over_and_shown_so(session):
    league = League(most_players=1)
    league.ages(9, 10)
    for group in (league.hawks, league.owls):
        join(make_youth(), group)
    old = league.child("Ana", born_on=date(2010, 1, 1))
    waiting.wait(old, league.division, **BY)
    (second,) = wait_for(league, "Dana")
    keeping = queries.keeping_of(league.division)
    _children, lines = records.in_line(keeping, records.list_rooms(keeping, ON), ON)
    assert [(line.place, line.youth_id, line.why_not) for line in lines] == [
        (1, old.id, Exceptional.PLAY_DOWN), (2, second.id, None),
    ]  # fmt: skip
    wanted = RosterRules(league.season.age_cutoff_on, 9, 10, most_players=2)
    services.set_rules(keeping, wanted, wait_days=7, wait_from=WaitFrom.CLEARANCE, **BY)
    assert [row.group_id is not None for row in rows(DivisionWait)] == [False, True]


def test_a_coordinator_who_puts_somebody_before_the_line_says_why(session):
    league = League(most_players=1)
    for group in (league.hawks, league.owls):
        join(make_youth(), group)
    wait_for(league, "Ana")
    youth = league.child("Ben")
    with pytest.raises(Refused) as problem:
        services.add_player(youth.id, league.hawks, **BY)
    assert refused(problem) == ["roster.over_limit", "roster.ahead", "reason_needed"]


def test_nobody_moves_up_after_rosters_closed(session):
    league = League(most_players=1)
    gone = make_youth("Ben")
    join(gone, league.hawks)
    join(make_youth("Chidi"), league.owls)
    wait_for(league, "Ana")
    session.get(DivisionRoster, league.division.id).closes_on = ON - DAY
    programs.leave_group(gone.id, league.hawks, **BY)
    assert rows(DivisionWait)[0].placed_at is None


def test_the_worker_finds_a_place_that_nobody_left(session):
    league = League()
    league.hawks.places = league.owls.places = 1
    for group in (league.hawks, league.owls):
        join(make_youth(), group)
    wait_for(league, "Ana")
    programs.change_group(league.hawks, name="Hawks", places=2, **BY)
    assert rows(DivisionWait)[0].placed_at is None
    assert list(waiting.fill_everywhere(NOW)) == [1]
    assert list(waiting.fill_everywhere(NOW)) == []


def test_what_keeps_somebody_off_the_line(session):
    league = League(most_players=1)
    for group in (league.hawks, league.owls):
        join(make_youth(), group)
    (first,) = wait_for(league, "Ana")
    playing = make_youth("Ben")
    enroll(playing, make_season())
    for youth, code in ((first, "already_waiting"), (playing, "not_enrolled")):
        with pytest.raises(Refused) as problem:
            waiting.wait(youth, league.division, **BY)
        assert refused(problem) == [code]


def test_two_coordinators_at_once_list_one_child_once(app, session):
    league = League()
    youth = league.child()
    ids = [(youth.id, group.id) for group in (league.hawks, league.owls)]
    session.commit()
    db.db.session.remove()
    outcomes, start = [], threading.Barrier(2)

    def put(youth_id: int, group_id: int) -> None:
        with app.app_context():
            group = db.session().get_one(Group, group_id)
            db.session().refresh(group, ["season"])
            db.session().rollback()
            start.wait(10)
            try:
                services.add_player(youth_id, db.session().get_one(Group, group_id), **BY)
                db.session().commit()
                outcomes.append("listed")
            except Refused as problem:
                db.session().rollback()
                outcomes.append(problem.reasons[0].code)
            db.db.session.remove()

    threads = [threading.Thread(target=put, args=pair) for pair in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["listed", "roster.second_team"]


# ---- two records of one child ----


def test_everything_follows_a_merge(session):
    league = League(most_players=1)
    for group in (league.hawks, league.owls):
        join(make_youth(), group)
    kept, gone = wait_for(league, "Ana", "Anna")
    holds.hold(gone.id, league.hawks.id, needs_clearance=False, note="Ankle", **BY)
    merge(kept, gone, by=BY["by"], now=NOW + timedelta(hours=1))
    assert rows(MedicalHold)[0].youth_id == kept.id
    assert rows(MedicalHold)[0].unseal("note_sealed") == "Ankle"
    assert [(row.youth_id, row.left_at is None) for row in rows(DivisionWait)] == [(kept.id, True), (kept.id, False)]
