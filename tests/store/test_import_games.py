"""Schedules in the database, on both engines: gatherings of both teams, moved and called off with their rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm as so

from tests.makers.programs import make_group, make_season, make_site, make_team
from youthprog.audit.models import AuditEntry
from youthprog.core.actor import SYSTEM
from youthprog.core.refusals import Refused
from youthprog.leagues.imports.export_queries import games_out
from youthprog.leagues.imports.field_services import UNSAID
from youthprog.leagues.imports.game_services import import_games
from youthprog.leagues.imports.models import ImportedGame
from youthprog.leagues.imports.types import Action, GameRow
from youthprog.leagues.models import Team
from youthprog.leagues.season import services as season_services
from youthprog.leagues.season.models import Fixture, Venue
from youthprog.programs.models import Gathering, Site
from youthprog.programs.types import GatheringKind

NOW = datetime(2026, 9, 1, tzinfo=UTC)
SITE = so.joinedload(Venue.site)
START = datetime(2026, 9, 15, 23, 30, tzinfo=UTC)
ROW = GameRow(2, "number:|1", "tigers", "LIONS", "", START, START + timedelta(hours=1), "Lincoln 2", 30)


@pytest.fixture
def teams(session: Any) -> Any:
    season = make_season()
    return season, make_team(season, "Tigers"), make_team(season, "Lions"), make_team(season, "Hawks")


def bring(session: Any, season: Any, *rows: GameRow) -> list[Action]:
    planned = import_games(rows, season, by=SYSTEM, now=NOW)
    session.flush()
    return [plan.action for plan in planned]


def meetings(session: Any) -> list[tuple[Any, ...]]:
    rows = session.scalars(sa.select(Gathering).order_by(Gathering.id))
    return [(row.group_id, row.title, row.starts_at, row.place, row.canceled_at is not None) for row in rows]


def test_a_game_is_a_gathering_of_each_team(session: Any, teams: Any) -> None:
    season, tigers, lions, _hawks = teams
    assert bring(session, season, ROW) == [Action.NEW]
    assert meetings(session) == [
        (tigers.group_id, "vs. Lions", START, "Lincoln 2", False),
        (lions.group_id, "at Tigers", START, "Lincoln 2", False),
    ]
    assert set(session.scalars(sa.select(Gathering.kind))) == {GatheringKind.GAME}
    assert session.scalars(sa.select(ImportedGame)).one().arrive_minutes == 30


def test_the_same_schedule_again_changes_nothing(session: Any, teams: Any) -> None:
    season = teams[0]
    bring(session, season, ROW)
    session.commit()
    before = meetings(session), session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    assert bring(session, season, ROW) == [Action.SAME]
    session.commit()
    assert (meetings(session), session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))) == before


def test_an_edited_row_moves_both_gatherings(session: Any, teams: Any) -> None:
    season = teams[0]
    bring(session, season, ROW)
    later = START + timedelta(days=1)
    moved = replace(ROW, starts_at=later, ends_at=later + timedelta(hours=1), place="Mill Park")
    assert bring(session, season, moved) == [Action.UPDATE]
    assert {(row[2], row[3]) for row in meetings(session)} == {(later, "Mill Park")}
    assert bring(session, season, moved) == [Action.SAME]
    session.commit()
    assert "gathering.moved" in session.scalars(sa.select(AuditEntry.action)).all()


def test_a_row_called_off_cancels_both(session: Any, teams: Any) -> None:
    season = teams[0]
    bring(session, season, ROW)
    off = replace(ROW, canceled=True)
    assert bring(session, season, off) == [Action.UPDATE]
    assert [row[4] for row in meetings(session)] == [True, True]
    assert bring(session, season, off) == [Action.SAME]


def test_another_opponent_gets_the_game_and_the_old_one_loses_it(session: Any, teams: Any) -> None:
    season, tigers, lions, hawks = teams
    bring(session, season, ROW)
    other = replace(ROW, away="Hawks")
    assert bring(session, season, other) == [Action.UPDATE]
    assert [(row[0], row[1], row[4]) for row in meetings(session)] == [
        (tigers.group_id, "vs. Hawks", False),
        (lions.group_id, "at Tigers", True),
        (hawks.group_id, "at Tigers", False),
    ]
    assert bring(session, season, other) == [Action.SAME]


def test_home_and_away_change_places(session: Any, teams: Any) -> None:
    season, tigers, lions, _hawks = teams
    bring(session, season, ROW)
    turned = replace(ROW, home="Lions", away="Tigers")
    assert bring(session, season, turned) == [Action.UPDATE]
    assert bring(session, season, turned) == [Action.SAME]
    live = {(row[0], row[1]) for row in meetings(session) if not row[4]}
    assert live == {(lions.group_id, "vs. Tigers"), (tigers.group_id, "at Lions")}
    assert len(meetings(session)) == 2


def test_a_guest_from_elsewhere_is_only_a_name_until_the_team_is_here(session: Any, teams: Any) -> None:
    season = teams[0]
    away = replace(ROW, away="Wolves")
    assert bring(session, season, away) == [Action.NEW]
    assert len(meetings(session)) == 1
    assert bring(session, season, away) == [Action.SAME]
    make_team(season, "Wolves")
    assert bring(session, season, away) == [Action.UPDATE]
    assert len(meetings(session)) == 2
    assert bring(session, season, away) == [Action.SAME]


# ---- fixtures ----


@pytest.fixture
def league(session: Any) -> Any:
    """A season with three teams of one division."""
    season = make_season()
    tigers = make_team(season, "Tigers")
    others = [Team(division=tigers.division, group=make_group(season, name)) for name in ("Lions", "Hawks")]
    session.add_all(others)
    session.flush()
    return SimpleNamespace(season=season, teams={"Tigers": tigers, "Lions": others[0], "Hawks": others[1]})


def fixtures(session: Any, league: Any) -> list[tuple[Any, ...]]:
    names = {team.id: name for name, team in league.teams.items()}
    rows = session.scalars(sa.select(Fixture).order_by(Fixture.id))
    venues = {venue.id: (venue.site.name, venue.name) for venue in session.scalars(sa.select(Venue).options(SITE))}
    return [
        (names[row.home_team_id], names[row.away_team_id], row.starts_at, venues[row.venue_id], row.state.value)
        for row in rows
    ]


def test_two_teams_of_one_division_play_a_fixture(session: Any, league: Any) -> None:
    away = replace(ROW, row=3, key="2", away="Wolves")
    assert bring(session, league.season, replace(ROW, place="Mill Park, Field 2"), away) == [Action.NEW, Action.NEW]
    assert fixtures(session, league) == [("Tigers", "Lions", START, ("Mill Park", "Field 2"), "published")]
    known, alone = session.scalars(sa.select(ImportedGame).order_by(ImportedGame.id))
    row = session.scalars(sa.select(Fixture)).one()
    assert (known.fixture_id, known.arrive_minutes) == (row.id, 30)
    assert (known.home_gathering_id, known.home_team_id, known.home_name) == (None, None, "")
    assert (alone.fixture_id, alone.away_name, alone.home_gathering_id is None) == (None, "Wolves", False)
    sides = [session.get_one(Gathering, key) for key in (row.home_gathering_id, row.away_gathering_id)]
    assert [side.title for side in sides] == ["vs. Lions", "at Tigers"]
    assert {side.site_id for side in sides} == {
        session.scalars(sa.select(Site.id).where(Site.name == "Mill Park")).one()
    }
    assert {(game.home, game.away, game.place, game.arrive) for game in games_out(league.season)} == {
        ("Tigers", "Lions", "Mill Park, Field 2", 30),
        ("Tigers", "Wolves", "Lincoln 2", 30),
    }


def test_what_a_row_does_not_find_is_named_by_row(session: Any, league: Any) -> None:
    def told(later: int = 0, **about: Any) -> list[str]:
        starts = START + timedelta(days=later)
        row = replace(
            ROW, row=2 + later, key=str(later), starts_at=starts, ends_at=starts + timedelta(hours=1), **about
        )
        (plan,) = import_games([row], league.season, by=SYSTEM, now=NOW)
        return [each.code for each in plan.problems]

    assert told(place="Mill Park, Field 2") == ["new_field"]
    assert told(1, place="mill park field 2") == []
    assert told(2, place="") == ["no_place"]
    assert told(3, away="W12") == ["seed_opponent"]
    assert told(4, away="Wolves") == ["unknown_opponent"]
    assert session.scalars(sa.select(Fixture.imported)).all() == [True] * 3


def test_a_fixture_s_row_again_changes_nothing(session: Any, league: Any) -> None:
    bring(session, league.season, ROW)
    session.commit()
    before = everything(session)
    assert bring(session, league.season, ROW) == [Action.SAME]
    session.commit()
    assert everything(session) == before


def everything(session: Any) -> list[Any]:
    tables = (Fixture, ImportedGame, Gathering, Venue, Site, AuditEntry)
    return [session.execute(sa.select(table.__table__).order_by(table.__table__.c[0])).all() for table in tables]


def test_an_edited_row_moves_its_fixture(session: Any, league: Any) -> None:
    bring(session, league.season, ROW)
    later = START + timedelta(days=1)
    moved = replace(ROW, starts_at=later, ends_at=later + timedelta(hours=1), place="Mill Park")
    assert bring(session, league.season, moved) == [Action.UPDATE]
    assert fixtures(session, league) == [("Tigers", "Lions", later, ("Mill Park", "Mill Park"), "published")]
    assert {(row[2], row[3]) for row in meetings(session)} == {(later, "Mill Park")}
    assert bring(session, league.season, moved) == [Action.SAME]


def test_a_fixture_gets_another_opponent_or_turns_round(session: Any, league: Any) -> None:
    bring(session, league.season, ROW)
    assert bring(session, league.season, replace(ROW, away="Hawks")) == [Action.UPDATE]
    assert [(row[1], row[4]) for row in meetings(session)] == [
        ("vs. Hawks", False), ("at Tigers", True), ("at Tigers", False),
    ]  # fmt: skip
    assert [row[:2] + row[4:] for row in fixtures(session, league)] == [("Tigers", "Hawks", "published")]
    turned = replace(ROW, home="Hawks", away="Tigers")
    assert bring(session, league.season, turned) == [Action.UPDATE]
    assert [row[:2] + row[4:] for row in fixtures(session, league)] == [("Hawks", "Tigers", "published")]
    assert len(meetings(session)) == 3
    assert bring(session, league.season, turned) == [Action.SAME]


def test_a_row_called_off_cancels_its_fixture_and_it_stays_so(session: Any, league: Any) -> None:
    bring(session, league.season, ROW)
    assert bring(session, league.season, replace(ROW, canceled=True)) == [Action.UPDATE]
    assert [row[4] for row in fixtures(session, league)] == ["canceled"]
    assert [row[4] for row in meetings(session)] == [True, True]
    assert bring(session, league.season, replace(ROW, canceled=True)) == [Action.SAME]
    assert bring(session, league.season, ROW) == [Action.SAME]


def test_a_fixture_against_somebody_from_elsewhere_is_another_game(session: Any, league: Any) -> None:
    """What hangs on the fixture (officials, a score card) stays with the game it was made for."""
    bring(session, league.season, ROW)
    guest = replace(ROW, away="Wolves")
    assert bring(session, league.season, guest) == [Action.UPDATE]
    assert [row[:2] + row[4:] for row in fixtures(session, league)] == [("Tigers", "Lions", "canceled")]
    assert [(row[1], row[4]) for row in meetings(session)] == [
        ("vs. Lions", True), ("at Tigers", True), ("vs. Wolves", False),
    ]  # fmt: skip
    assert session.scalars(sa.select(ImportedGame)).one().fixture_id is None
    assert bring(session, league.season, guest) == [Action.SAME]
    assert bring(session, league.season, ROW) == [Action.UPDATE]
    assert [row[:2] + row[4:] for row in fixtures(session, league)] == [
        ("Tigers", "Lions", "canceled"), ("Tigers", "Lions", "published"),
    ]  # fmt: skip


def test_a_game_moved_here_since_stays_where_it_is(session: Any, league: Any) -> None:
    """After rain the file is read in again: nothing goes back."""
    bring(session, league.season, ROW)
    later = START + timedelta(days=2)
    row = session.scalars(sa.select(Fixture)).one()
    row.starts_at, row.ends_at = later, later + timedelta(hours=1)
    for gathering in session.scalars(sa.select(Gathering)):
        gathering.starts_at, gathering.ends_at = later, later + timedelta(hours=1)
    session.flush()
    planned = import_games([ROW], league.season, by=SYSTEM, now=NOW)
    assert [(plan.action, [each.code for each in plan.problems]) for plan in planned] == [(Action.SAME, ["moved_here"])]
    assert {each[2] for each in meetings(session)} == {later}
    earlier = START - timedelta(days=1)
    edited = replace(ROW, starts_at=earlier, ends_at=earlier + timedelta(hours=1))
    assert bring(session, league.season, edited) == [Action.UPDATE], "what the file says anew counts"
    assert fixtures(session, league)[0][2] == earlier


def test_a_published_game_that_never_came_from_a_file_is_found_by_its_teams_and_day(session: Any, league: Any) -> None:
    bring(session, league.season, ROW)
    session.delete(session.scalars(sa.select(ImportedGame)).one())
    session.flush()
    assert bring(session, league.season, ROW) == [Action.UPDATE]  # when to arrive is new
    assert len(fixtures(session, league)) == 1
    assert bring(session, league.season, ROW) == [Action.SAME]


def test_our_own_file_of_a_schedule_made_here_changes_nothing(session: Any, league: Any) -> None:
    bring(session, league.season, replace(ROW, place="Lincoln Park, Field 1", arrive=None))
    session.delete(session.scalars(sa.select(ImportedGame)).one())
    for gathering in session.scalars(sa.select(Gathering)):
        gathering.place = "Field 1"  # as publishing leaves it
    session.flush()
    (game,) = games_out(league.season)
    assert game.place == "Lincoln Park, Field 1"
    row = GameRow(2, "", game.home, game.away, game.division, game.starts_at, game.ends_at, game.place, game.arrive)
    assert bring(session, league.season, row) == [Action.SAME]
    moved = replace(row, place="Lincoln Park, Field 2")
    assert bring(session, league.season, moved) == [Action.UPDATE]


def test_a_place_is_a_field_that_is_here_or_a_new_one(session: Any, league: Any) -> None:
    park, field = make_site("Lincoln Park"), "Field 1"
    season_services.add_hours(
        league.season, park, field, weekdays=(5,), only_on=None, starts=540, ends=1020, by=SYSTEM, now=NOW
    )
    places = (
        "FIELD 1",
        f"{park.name}, field 1",
        f"{park.name} Field 9",
        "Mill Park, Field 2",
        "mill park - field 2",
        "",
    )
    rows = [
        replace(
            ROW, row=number, key=str(number), place=place, starts_at=START + timedelta(days=number),
            ends_at=START + timedelta(days=number, hours=1),
        )
        for number, place in enumerate(places)
    ]  # fmt: skip
    bring(session, league.season, *rows)
    assert [row[3] for row in fixtures(session, league)] == [
        (park.name, "Field 1"), (park.name, "Field 1"), (park.name, "Field 9"), ("Mill Park", "Field 2"),
        ("Mill Park", "Field 2"), (UNSAID, UNSAID),
    ]  # fmt: skip
    assert bring(session, league.season, *rows) == [Action.SAME] * len(rows)


def test_refused_rows_stay_out_and_the_rest_comes_in(session: Any, teams: Any) -> None:
    season = teams[0]
    wrong = replace(ROW, row=3, key="2", home="R1", away="C2")
    assert bring(session, season, ROW, wrong) == [Action.NEW, Action.REFUSE]
    assert len(meetings(session)) == 2


def test_a_season_that_is_over_takes_no_games(session: Any) -> None:
    season = make_season(ends_on=date(2026, 8, 20), starts_on=date(2026, 8, 1))
    with pytest.raises(Refused) as refused:
        import_games([ROW], season, by=SYSTEM, now=NOW)
    assert [reason.code for reason in refused.value.reasons] == ["season_over"]
