"""Schedules in the database, on both engines: gatherings of both teams, moved and called off with their rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.makers.programs import make_season, make_team
from youthprog.audit.models import AuditEntry
from youthprog.core.actor import SYSTEM
from youthprog.core.refusals import Refused
from youthprog.leagues.imports.game_services import import_games
from youthprog.leagues.imports.models import ImportedGame
from youthprog.leagues.imports.types import Action, GameRow
from youthprog.programs.models import Gathering
from youthprog.programs.types import GatheringKind

NOW = datetime(2026, 9, 1, tzinfo=UTC)
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
