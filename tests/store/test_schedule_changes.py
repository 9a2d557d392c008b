"""A published schedule changes: rain-out and undo, single games, stale plans, letters, unpublishing."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.people import make_guardian, make_person, make_youth
from tests.makers.programs import join, lead
from tests.makers.schedules import FIVE, NINE, League, make_league, publish
from tests.support.proofs import cases
from youthprog.access.types import Role
from youthprog.attendance.models import Register
from youthprog.audit.models import AuditEntry
from youthprog.calendars.models import ChangeNotice
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.refusals import Conflict, Refused
from youthprog.leagues.changes import queries, rules, services
from youthprog.leagues.changes.models import ScheduleChange
from youthprog.leagues.changes.services import Closing
from youthprog.leagues.changes.types import OFF, ChangeKind
from youthprog.leagues.season import limit_services, limits, spec_queries
from youthprog.leagues.season import queries as season_queries
from youthprog.leagues.season import services as season_services
from youthprog.leagues.season.faults import faults_of
from youthprog.leagues.season.models import ClosedDay, Fixture
from youthprog.leagues.season.types import FixtureState, GameKind, Slot
from youthprog.outreach import chores
from youthprog.outreach.models import Message
from youthprog.outreach.types import Delivery
from youthprog.people.models import CustodyRestriction, Guardianship, Person
from youthprog.people.types import Relationship
from youthprog.programs import services as programs_services
from youthprog.programs.models import Gathering, GroupMember

NOW = datetime(2026, 8, 20, 15, tzinfo=UTC)
DEED = {"by": SYSTEM, "now": NOW}


@pytest.fixture(autouse=True)
def at_the_time(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def rows() -> dict[tuple[str, int], tuple[Any, ...]]:
    """Every column of every game, gathering and closed day but what counts and dates changes, for calendars."""
    found = {}
    for model in (Fixture, Gathering, ClosedDay):
        table = db.table(model)
        columns = [column for column in table.c if column.name not in ("sequence", "changed_at")]
        for row in db.session().execute(sa.select(*columns)):
            found[table.name, row.id] = tuple(row)
    return found


def proposed(league: League, closing: Closing) -> tuple[dict[int, list[str]], str]:
    """For each game of a closing the words of its places, and what was looked at."""
    state = queries.state_of(league.season)
    hit = queries.games_hit(state, closing.days, NOW)
    plan = queries.propose(state, hit, closing.days, NOW, lambda: True)
    return {
        offer.line.fixture_id: [rules.slot_word(slot) for slot in offer.slots] or [OFF] for offer in plan.offers
    }, plan.seen


def rained(league: League, closing: Closing) -> ScheduleChange:
    """Close, and take the best place of each game."""
    words, seen = proposed(league, closing)
    change = services.rain_out(league.season, closing, {key: each[0] for key, each in words.items()}, seen=seen, **DEED)
    db.session().commit()
    return change


def faults(league: League) -> list[str]:
    games = season_queries.games_of(league.season.id)
    return [fault.kind for fault in faults_of(spec_queries.plan_of(games), spec_queries.spec_of(league.season))]


def day_of(fixture: Fixture) -> date:
    return clock.day_of(fixture.starts_at)


def closing_of(fixture: Fixture, *, venue: bool = False, reason: str = "Rain") -> Closing:
    return Closing(day_of(fixture), day_of(fixture), fixture.venue_id if venue else None, reason)


def letters(kind: str = services.CHANGED) -> list[Message]:
    chores.do_chores(chores.SOON)
    return list(db.session().scalars(sa.select(Message).where(Message.kind == kind).order_by(Message.to_address)))


def arrive() -> None:
    """The mail server took every letter."""
    for message in db.session().scalars(sa.select(Message)):
        message.delivery = Delivery.SENT
    db.session().commit()


def words_of(message: Message) -> str:
    return message.unseal("text_sealed") or ""


# ---- rain-out and undo ----


def carried_out(league: League, closing: Closing, chosen: dict[int, str], seen: str) -> bool:
    """Whether a plan was carried out; one whose choices stand against each other is not, and nothing is kept."""
    try:
        services.rain_out(league.season, closing, chosen, seen=seen, **DEED)
    except Conflict:
        raise
    except Refused:
        db.session().rollback()
        return False
    db.session().commit()
    return True


@pytest.mark.proof(
    "a rain-out moves only its games, keeps every rule and is undone to the very same rows", room="leagues"
)
def test_a_rain_out_and_its_undo(session):
    for seed in range(cases(full=60, sample=2)):
        dice = random.Random(seed)
        league = make_league(dice.choice((4, 5)), 4, fields=dice.choice((2, 3)), weekdays=(2, 5))
        publish(league)
        before, fixture = rows(), dice.choice(league.fixtures)
        sequences = {row.id: row.sequence for row in league.fixtures}
        closing = closing_of(fixture, venue=dice.random() < 0.5)
        words, seen = proposed(league, closing)
        chosen = {key: dice.choice(each[:1] if dice.random() < 0.7 else each) for key, each in words.items()}
        if not carried_out(league, closing, chosen, seen):
            assert any(each[0] != chosen[key] for key, each in words.items()), f"{seed}: the plan itself was refused"
            continue
        (change,) = session.scalars(sa.select(ScheduleChange).where(ScheduleChange.season_id == league.season.id))
        after = rows()
        hit = {("fixture", key) for key in words}
        keys = {row.id: (row.home_gathering_id, row.away_gathering_id) for row in league.fixtures}
        hit |= {("gathering", each) for key in words for each in keys[key]}
        same = {key: row for key, row in before.items() if key not in hit}
        assert {key: after[key] for key in same} == same, f"{seed}: something else moved"
        assert all(after[key] != before[key] for key in hit), seed
        assert set(faults(league)) <= ({"count"} if OFF in chosen.values() else set()), seed
        for row in league.fixtures:
            assert row.sequence == sequences[row.id] + (row.id in words), seed
            for key in keys[row.id]:
                gathering = session.get_one(Gathering, key)
                assert (gathering.starts_at, gathering.ends_at) == (row.starts_at, row.ends_at), seed
                assert gathering.place == {venue.id: venue.name for venue in league.venues}[row.venue_id], seed
        services.undo(change, **DEED)
        db.session().commit()
        assert rows() == before, seed
        assert all(row.sequence == sequences[row.id] + 2 * (row.id in words) for row in league.fixtures), seed


def test_a_game_without_a_place_says_why_is_called_off_and_comes_back(session):
    league = make_league(2, weekdays=(5,), starts_on=date(2026, 9, 1), ends_on=date(2026, 9, 6))
    publish(league)
    before, (fixture,) = rows(), league.fixtures
    closing = closing_of(fixture)
    state = queries.state_of(league.season)
    hit = queries.games_hit(state, closing.days, NOW)
    (offer,) = queries.propose(state, hit, closing.days, NOW, lambda: True).offers
    assert (offer.slots, offer.lack) == ((), "days")
    change = rained(league, closing)
    assert fixture.state is FixtureState.CANCELED
    keys = (fixture.home_gathering_id, fixture.away_gathering_id)
    assert {session.get_one(Gathering, key).canceled_reason for key in keys} == {"Rain"}
    assert session.scalar(sa.select(sa.func.count()).select_from(ScheduleChange)) == 1, "one deed is one change"
    services.undo(change, **DEED)
    assert rows() == before


def test_a_team_that_withdraws_has_its_games_called_off_in_one_change_and_can_come_back(session):
    league = make_league(4)
    publish(league)
    before, team = rows(), limits.get_team(league.teams[0].id)
    own = {row.id for row in league.fixtures if team.id in (row.home_team_id, row.away_team_id)}
    with pytest.raises(Refused, match="Say why"):
        services.withdraw_team(team, " ", **DEED)
    change = services.withdraw_team(team, "Too few players", **DEED)
    assert {row.id for row in league.fixtures if row.state is FixtureState.CANCELED} == own
    assert queries.rained_out(queries.changes_of(league.season.id)) == set()
    with pytest.raises(Refused, match="no game to come"):
        services.withdraw_team(team, "Again", **DEED)
    services.undo(change, **DEED)
    assert rows() == before


def test_the_plan_is_refused_when_the_schedule_changed_meanwhile(session):
    league = make_league(4)
    publish(league)
    first, *_rest, last = league.fixtures
    closing = closing_of(first)
    words, seen = proposed(league, closing)
    choices = {key: each[0] for key, each in words.items()}
    services.call_off_game(last, "No referee", **DEED)
    before = rows()
    for wrong in (choices, dict(list(choices.items())[1:])):
        with pytest.raises(Conflict, match="changed meanwhile"):
            services.rain_out(league.season, closing, wrong, seen=seen, **DEED)
    assert rows() == before


def test_the_plan_is_refused_when_a_field_was_given_back_meanwhile(session):
    league = make_league(4)
    publish(league)
    closing = closing_of(league.fixtures[0])
    words, seen = proposed(league, closing)
    for row in season_queries.hours_of(league.season.id):
        season_services.remove_hours(row, **DEED)
    season_services.add_hours(
        league.season, league.site, "Field 9", weekdays=[6], only_on=None, starts=NINE, ends=FIVE, **DEED
    )
    with pytest.raises(Refused):
        services.rain_out(league.season, closing, {key: each[0] for key, each in words.items()}, seen=seen, **DEED)


def test_two_choices_that_stand_against_each_other_are_named(session):
    league = make_league(4, fields=2, weekdays=(5,))
    publish(league)
    closing = closing_of(league.fixtures[0])
    words, seen = proposed(league, closing)
    one = next(iter(words.values()))[0]
    with pytest.raises(Refused, match="at the same time") as caught:
        services.rain_out(league.season, closing, dict.fromkeys(words, one), seen=seen, **DEED)
    assert not isinstance(caught.value, Conflict)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"reason": " "}, "Say why"),
        ({"last": date(2026, 9, 1)}, "before it begins"),
        ({"first": date(2026, 9, 7), "last": date(2026, 9, 7)}, "No game"),
        ({"last": date(2026, 12, 24)}, "At most 60 days"),
    ],
)
def test_a_closing_that_is_none_is_refused(session, changes, says):
    league = make_league(4)
    publish(league)
    about = {"first": date(2026, 9, 5), "last": date(2026, 9, 5), "venue_id": None, "reason": "Rain"} | changes
    with pytest.raises(Refused, match=says):
        services.rain_out(league.season, Closing(**about), {}, seen=queries.state_of(league.season).seen, **DEED)


def test_undo_is_refused_once_a_game_changed_again_or_its_old_time_is_over(session):
    league = make_league(4)
    publish(league)
    change = rained(league, closing_of(league.fixtures[0]))
    late = {"by": SYSTEM, "now": NOW + timedelta(days=60)}
    with pytest.raises(Refused, match="This time is over"):
        services.undo(change, **late)
    session.rollback()
    moved = queries.games_of_change(change.id)[0].fixture
    services.call_off_game(moved, "No referee", **DEED)
    with pytest.raises(Conflict, match="changed since"):
        services.undo(change, **DEED)


# ---- letters ----


@pytest.fixture
def family(session) -> tuple[League, Person, Person, Person]:
    """A league in which one mother has children on two teams, a father may know nothing, and an aunt has no address."""
    league = make_league(4, weekdays=(5,))
    for number, given in enumerate(("Ana", "Bea")):
        child = make_youth(given, "Garza")
        join(child, league.teams[number].group)
        if number == 0:
            mother = make_guardian(child, "Rosa", "Garza", language="es")
            father = make_guardian(child, "Paul", "Garza")
            session.add(
                CustodyRestriction(
                    youth_id=child.id, adult_id=father.id, no_collect=True, no_decide=True, no_information=True,
                    starts_on=date(2026, 1, 1), recorded_at=NOW,
                )
            )  # fmt: skip
        else:
            session.add(Guardianship(youth_id=child.id, guardian_id=mother.id, relationship=Relationship.MOTHER))
    lonely = make_youth("Cem", "Lone")
    join(lonely, league.teams[0].group)
    coach = make_person("Casey", "Coach")
    make_account(Role.COACH, coach)
    lead(coach, league.teams[2].group)
    publish(league)
    return league, mother, father, coach


def test_each_family_gets_one_letter_of_all_its_games_and_one_more_when_it_is_undone(session, family):
    league, mother, _father, coach = family
    change = rained(league, closing_of(league.fixtures[0]))
    found = letters()
    assert {each.person_id for each in found} == {mother.id, coach.id}, "one each, and none to whom a court keeps away"
    (to_mother,) = [each for each in found if each.person_id == mother.id]
    text = words_of(to_mother)
    mine = {f"Team 1.{number}" for number in (1, 2)}
    games = [row.fixture for row in queries.games_of_change(change.id)]
    told = [game for game in games if {game.home.group.name, game.away.group.name} & mine]
    assert all(f"{game.home.group.name} – {game.away.group.name}" in text for game in told)
    assert text.count("Ahora:") == len(told)
    assert not any(name in text for name in ("Ana", "Bea", "Cem", "Casey"))
    children = session.scalars(sa.select(Guardianship.youth_id).where(Guardianship.guardian_id == mother.id))
    assert {to_mother.about_youth_id, *to_mother.also_about} == set(children)
    session.refresh(change)
    assert (change.told, change.unreached) == (2, 1)
    assert len(letters()) == 2, "the next round writes none again"
    arrive()
    services.undo(change, **DEED)
    session.commit()
    back = letters(services.UNDONE)
    assert {each.person_id for each in back} == {mother.id, coach.id}
    assert "como estaban previstos" in words_of(next(each for each in back if each.person_id == mother.id))
    assert len(letters(services.UNDONE)) == 2


def test_who_was_not_told_yet_is_not_told_of_the_undoing(session, family):
    league, *_people = family
    change = rained(league, closing_of(league.fixtures[0]))
    assert {each.delivery for each in letters()} <= {Delivery.HELD, Delivery.QUEUED}
    services.undo(change, **DEED)
    session.commit()
    assert letters(services.UNDONE) == []
    assert {each.delivery for each in letters()} == {Delivery.CANCELED}
    again = rained(league, closing_of(league.fixtures[0]))
    services.undo(again, **DEED)
    session.commit()
    assert all(each.subject_id == change.id for each in letters()), "undone before anybody was told: no letter at all"


def test_a_worker_that_died_writes_only_the_letters_that_are_missing(session, family, monkeypatch):
    league, *_people = family
    rained(league, closing_of(league.fixtures[0]))
    monkeypatch.setattr("youthprog.leagues.changes.telling.AT_ONCE", 1)
    chore = next(each for each in chores.current_app.extensions[chores.SOON] if each.__name__ == "tell_of_changes")
    steps = chore(NOW)
    next(steps)
    session.commit()
    steps.close()
    assert len(letters()) == 2


def test_who_is_kept_from_a_child_reads_nothing_of_where_it_plays_though_an_own_child_plays_too(session, family):
    league, mother, father, _coach = family
    child = make_youth("Dan", "Garza")
    session.add(GroupMember(youth_id=child.id, group_id=league.teams[1].group_id, from_on=date(2026, 1, 1)))
    session.add(Guardianship(youth_id=child.id, guardian_id=father.id, relationship=Relationship.FATHER))
    session.commit()
    both = {league.teams[0].id, league.teams[1].id}
    meeting = next(row for row in league.fixtures if {row.home_team_id, row.away_team_id} == both)
    services.call_off_game(meeting, "Rain", **DEED)
    session.commit()
    to_father = [each for each in letters() if each.person_id == father.id]
    assert to_father == []
    assert [each.person_id for each in letters()] == [mother.id]


def test_of_a_game_close_ahead_a_family_reads_once_and_says_there_to_have_seen_it(session, family, monkeypatch):
    league, mother, *_people = family
    first = min(
        (row for row in league.fixtures if league.teams[0].id in (row.home_team_id, row.away_team_id)),
        key=lambda row: row.starts_at,
    )
    soon = first.starts_at - timedelta(hours=20)
    monkeypatch.setattr(clock, "now", lambda: soon)
    change = services.call_off_game(first, "Lightning", by=SYSTEM, now=soon)
    session.commit()
    letters()
    monkeypatch.setattr(clock, "now", lambda: soon + timedelta(minutes=10))
    letters()
    (only,) = session.scalars(sa.select(Message).where(Message.person_id == mother.id))
    assert only.kind == services.CHANGED
    assert "/seen/" in words_of(only)
    told = list(session.scalars(sa.select(ChangeNotice).where(ChangeNotice.person_id == mother.id)))
    assert told
    assert {row.message_id for row in told} == {only.id}
    services.undo(change, by=SYSTEM, now=soon)
    session.commit()
    letters()
    assert session.scalars(sa.select(ChangeNotice)).all() == [], "undone before a letter left: there was nothing to see"
    assert len(session.scalars(sa.select(Message).where(Message.person_id == mother.id)).all()) == 1


def test_whoever_serves_at_a_game_is_looked_at_again_when_it_changes_and_when_that_is_undone(session, monkeypatch):
    league = make_league(4, weekdays=(5,))
    publish(league)
    looked: list[set[int]] = []
    monkeypatch.setattr(
        "youthprog.leagues.officials.services.check_again", lambda fixture_ids, **_how: looked.append(set(fixture_ids))
    )
    first = league.fixtures[0].id
    change = services.call_off_game(league.fixtures[0], "Rain", **DEED)
    session.commit()
    services.undo(change, **DEED)
    assert [each for each in looked if each] == [{first}, {first}]


# ---- one game ----


def test_a_game_moves_with_both_gatherings_or_names_what_is_in_the_way(session):
    league = make_league(4, fields=2)
    publish(league)
    first, second, *_rest = [queries.find_fixtures([row.id])[row.id] for row in league.fixtures]
    state = queries.state_of(league.season)
    taken = state.game_of[second.id].slot
    with pytest.raises(Refused, match="is on Field") as caught:
        services.move_game(first, taken, "Heat", seen=state.seen, **DEED)
    assert f"{second.home.group.name} – {second.away.group.name}" in str(caught.value)
    (free, *_others) = queries.propose(state, [state.game_of[first.id]], (), NOW, lambda: True).offers[0].slots
    mine = {first.home_team_id, first.away_team_id}
    other = next(
        line.day for line in state.games if line.fixture_id != first.id and mine & {line.home_id, line.away_id}
    )
    for slot, says in (
        (Slot(free.day, NINE - 60, NINE, free.venue), "not open"),
        (Slot(free.day + timedelta(days=2), free.starts, free.ends, free.venue), "not open"),
        (Slot(date(2026, 8, 15), free.starts, free.ends, free.venue), "is over"),
        (Slot(other, FIVE - 60, FIVE, free.venue), "already"),
    ):
        with pytest.raises(Refused, match=says):
            services.move_game(first, slot, "Heat", seen=state.seen, **DEED)
    with pytest.raises(Conflict):
        services.move_game(first, free, "Heat", seen="another", **DEED)
    change = services.move_game(first, free, "Heat", seen=state.seen, **DEED)
    assert (change.kind, first.sequence) == (ChangeKind.MOVE, 1)
    for key in (first.home_gathering_id, first.away_gathering_id):
        assert session.get_one(Gathering, key).starts_at == first.starts_at
    assert faults(league) == []


def test_calling_a_gathering_off_is_a_change_of_the_game_too(session):
    league = make_league(4)
    publish(league)
    fixture, before = league.fixtures[0], rows()
    gathering = session.get_one(Gathering, fixture.home_gathering_id)
    programs_services.cancel_gathering(gathering, reason="No referee", **DEED)
    assert (fixture.state, fixture.sequence) == (FixtureState.CANCELED, 1)
    (change,) = session.scalars(sa.select(ScheduleChange)).all()
    assert (change.kind, change.reason) == (ChangeKind.CALL_OFF, "No referee")
    services.undo(change, **DEED)
    assert rows() == before


def test_a_friendly_takes_room_and_counts_nowhere_and_a_make_up_stays_in_its_division(session):
    league = make_league(4, 4)
    publish(league)
    teams = {team.id: team for team in queries.teams_in(league.season.id)}
    one, other = teams[league.teams[0].id], teams[league.teams[4].id]
    state = queries.state_of(league.season)
    day = max(game.slot.day for game in state.plan.games) + timedelta(days=7)
    slot = Slot(day, NINE, NINE + 60, str(league.venues[0].id))
    with pytest.raises(Refused, match="only play a friendly"):
        services.add_game(league.season, one, other, GameKind.LEAGUE, slot, "", **DEED)
    with pytest.raises(Refused, match="two teams"):
        services.add_game(league.season, one, one, GameKind.FRIENDLY, slot, "", **DEED)
    services.add_game(league.season, one, other, GameKind.FRIENDLY, slot, "A visit", **DEED)
    assert faults(league) == []
    with pytest.raises(Refused, match="at the same time"):
        services.add_game(
            league.season, teams[league.teams[1].id], teams[league.teams[2].id], GameKind.FRIENDLY, slot, "", **DEED
        )
    (added,) = [row for row in league.fixtures if row.kind is GameKind.FRIENDLY]
    keys = (added.home_gathering_id, added.away_gathering_id)
    assert {session.get_one(Gathering, key).starts_at for key in keys} == {added.starts_at}
    (change,) = session.scalars(sa.select(ScheduleChange)).all()
    with pytest.raises(Refused, match="called off, not undone"):
        services.undo(change, **DEED)


# ---- unpublishing ----


def test_a_schedule_is_taken_back_until_something_is_recorded(session):
    league = make_league(4)
    publish(league)
    assert services.unpublish(league.season, **DEED) == 6
    assert {row.state for row in league.fixtures} == {FixtureState.DRAFT}
    assert session.scalar(sa.select(sa.func.count()).select_from(Gathering)) == 0
    assert {row.sequence for row in league.fixtures} == {1}
    with pytest.raises(Refused, match="no published"):
        services.unpublish(league.season, **DEED)
    season_services.publish_draft(league.season, seen=league.run.id, **DEED)
    with pytest.raises(Refused, match="played already"):
        services.unpublish(league.season, by=SYSTEM, now=NOW + timedelta(days=60))
    key = league.fixtures[0].away_gathering_id
    session.add(Register(gathering_id=key, taken_at=NOW, saved_at=NOW))
    session.flush()
    with pytest.raises(Refused, match="recorded already"):
        services.unpublish(league.season, **DEED)
    services.call_off_game(league.fixtures[0], "Heat", **DEED)
    with pytest.raises(Refused, match="called off"):
        services.unpublish(league.season, **DEED)


# ---- what limits a schedule ----


def test_days_off_homes_fields_and_ways_reach_the_rules(session):
    league = make_league(4, 2, fields=2)
    team, season = league.teams[0], league.season
    limit_services.add_days_off(team, season, date(2026, 8, 30), date(2026, 9, 5), **DEED)
    limit_services.set_home(team, league.venues[1].id, **DEED)
    divisions = {each.id for each in league.divisions}
    fits = {league.venues[0].id: {league.divisions[0].id}, league.venues[1].id: divisions}
    limit_services.set_fits(season, fits, divisions, **DEED)
    limit_services.set_travel(season, 45, **DEED)
    spec = spec_queries.spec_of(season)
    (mine,) = [each for division in spec.divisions for each in division.teams if each.key == str(team.id)]
    assert mine.away == {date(2026, 9, day) for day in range(1, 6)}
    assert mine.home_venue == str(league.venues[1].id)
    by_key = {venue.key: venue.divisions for venue in spec.venues}
    key = spec_queries.division_key(league.divisions[0].id)
    assert by_key == {str(league.venues[0].id): {key}, str(league.venues[1].id): frozenset()}
    assert spec.travel_minutes == 45
    limit_services.set_home(team, None, **DEED)
    limit_services.set_fits(season, dict.fromkeys(fits, ()), divisions, **DEED)
    (row,) = limits.days_off_of(season.id)
    limit_services.remove_days_off(row, **DEED)
    spec = spec_queries.spec_of(season)
    assert not any(each.away or each.home_venue for division in spec.divisions for each in division.teams)
    assert not any(venue.divisions for venue in spec.venues)


def test_a_clash_that_cannot_be_avoided_is_published_only_with_a_name(session):
    league = make_league(4)
    coach = make_person("Casey", "Coach")
    for team in league.teams[:2]:
        lead(coach, team.group)
    boss = make_account(Role.COORDINATOR)
    publish_with_excuse(league, boss)
    session.commit()
    assert actions()[-2:] == ["clash.excused", "schedule.published"]


def publish_with_excuse(league: League, boss: Any) -> None:
    pair = limits.pair_of(league.teams[0].id, league.teams[1].id)
    with pytest.raises(Refused, match="answer for each clash"):
        publish(league)
    actor = Actor("account", "Denise", boss.person_id)
    with pytest.raises(Refused, match="Only a person"):
        limit_services.excuse(league.season, [pair], "Assistant", **DEED)
    for pairs, reason, says in (([], "Assistant", "Choose the teams"), ([pair], " ", "who stands in")):
        with pytest.raises(Refused, match=says):
            limit_services.excuse(league.season, pairs, reason, by=actor, now=NOW)
    limit_services.excuse(league.season, [pair], "Assistant", by=actor, now=NOW)
    with pytest.raises(Conflict):
        limit_services.excuse(league.season, [pair], "Assistant", by=actor, now=NOW)
    assert league.run is not None
    season_services.publish_draft(league.season, seen=league.run.id, **DEED)


def actions() -> list[str]:
    return list(
        db.session().scalars(
            sa.select(AuditEntry.action).where(AuditEntry.subject_kind == "season").order_by(AuditEntry.number)
        )
    )
