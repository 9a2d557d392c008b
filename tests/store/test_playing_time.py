"""Playing time as it is kept, and teams too few as they are found and told of once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account, make_actor
from tests.makers.people import make_person, make_youth
from tests.makers.programs import join, lead, make_gathering, make_season, make_team
from youthprog.access.types import Role
from youthprog.attendance.models import AttendanceMark, Register
from youthprog.attendance.types import Mark
from youthprog.core import clearance, clock, db
from youthprog.core.actor import SYSTEM
from youthprog.core.clearance import NotCleared
from youthprog.core.permissions import P
from youthprog.core.refusals import Conflict, NotFound, Refused
from youthprog.leagues import queries as leagues
from youthprog.leagues.forfeits import queries as forfeits
from youthprog.leagues.forfeits import services as watch
from youthprog.leagues.forfeits.models import ForfeitWatch
from youthprog.leagues.forfeits.types import Squad
from youthprog.leagues.playing_time import queries, services
from youthprog.leagues.playing_time.models import PlayCount
from youthprog.leagues.playing_time.queries import Asked
from youthprog.leagues.playing_time.types import Band, PlayUnit
from youthprog.outreach.models import Message
from youthprog.people import services as people_services
from youthprog.programs.types import GatheringKind, StaffRole

NOW = datetime(2026, 9, 19, 15, tzinfo=UTC)
DEED = {"by": SYSTEM, "now": NOW}
BANDS = (Band(1, 2, 4), Band(3, None, 2))


@pytest.fixture
def team(session, monkeypatch) -> SimpleNamespace:
    """A team of four with a coach, a game that runs and one in two days; the fourth player has no form."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    row = make_team(make_season())
    players = [make_youth(name, "Tester") for name in ("Ana", "Bo", "Cy", "Di")]
    for number, player in enumerate(players):
        join(player, row.group, str(number))
    coach = make_person("Casey", "Coach")
    lead(coach, row.group, StaffRole.HEAD_COACH, *players)
    barred = {players[3].id}

    def objector(youth_ids, _season_id, _on):
        return [
            NotCleared(each, "consent.missing", "missing", "Form", "Missing.") for each in youth_ids if each in barred
        ]

    monkeypatch.setitem(clearance.current_app.extensions, "youthprog.clearance", (objector,))
    now_on, ahead = (
        make_gathering(row.group, NOW + timedelta(hours=hours), kind=GatheringKind.GAME, title="Game")
        for hours in (-1, 47)
    )
    services.set_rule(row.division, Asked(PlayUnit.PLAYS, 3, 48, BANDS), **DEED)
    return SimpleNamespace(
        row=row,
        players=players,
        coach=coach,
        game=now_on,
        ahead=ahead,
        barred=barred,
        by=make_actor(Role.COACH, coach.id),
    )


def sheet(team):
    return queries.get_sheet_for(team.by, P.REGISTER_TAKE, team.game.id)


def mark(gathering, player, how: Mark) -> None:
    db.session().add(AttendanceMark(gathering_id=gathering.id, youth_id=player.id, mark=how, marked_at=NOW))
    db.flush()


def counts() -> dict[int, int]:
    return {row.youth_id: row.units for row in db.session().scalars(sa.select(PlayCount))}


def test_whoever_is_present_and_cleared_is_counted_and_nobody_else(team):
    ana, bo, cy, di = team.players
    assert [player.youth_id for player in sheet(team).players] == [ana.id, bo.id, cy.id]
    assert sheet(team).least == 2
    mark(team.game, cy, Mark.EXCUSED)
    assert [player.youth_id for player in sheet(team).players] == [ana.id, bo.id]
    services.save_counts(sheet(team), {ana.id: 5, bo.id: 1, di.id: 7}, seen=0, by=team.by, now=NOW)
    assert counts() == {ana.id: 5, bo.id: 1}
    db.session().add(Register(gathering_id=team.game.id, taken_at=NOW, saved_at=NOW))
    mark(team.game, ana, Mark.LATE)
    services.save_counts(sheet(team), {ana.id: 6}, seen=1, by=team.by, now=NOW)
    assert counts() == {ana.id: 6}, "the register says that nobody else was there"


def test_who_saved_meanwhile_is_not_written_over_and_a_game_ahead_is_not_counted(team):
    ana = team.players[0]
    services.save_counts(sheet(team), {ana.id: 5}, seen=0, by=team.by, now=NOW)
    with pytest.raises(Conflict):
        services.save_counts(sheet(team), {ana.id: 1}, seen=0, by=team.by, now=NOW)
    with pytest.raises(Refused, match="0 to 300"):
        services.save_counts(sheet(team), {ana.id: -1}, seen=1, by=team.by, now=NOW)
    ahead = queries.get_sheet_for(team.by, P.REGISTER_TAKE, team.ahead.id)
    with pytest.raises(Refused, match="not begun"):
        services.save_counts(ahead, {}, seen=0, by=team.by, now=NOW)
    assert counts()[ana.id] == 5


def test_a_practice_has_no_counter(team):
    practice = make_gathering(team.row.group, NOW)
    with pytest.raises(NotFound):
        queries.get_sheet_for(team.by, P.REGISTER_TAKE, practice.id)


def test_the_report_says_who_fell_short_and_a_season_s_names_no_child(team):
    ana, bo, _cy, _di = team.players
    services.save_counts(sheet(team), {ana.id: 5, bo.id: 1}, seen=0, by=team.by, now=NOW)
    head = leagues.get_team_for(team.by, P.TEAM_READ, team.row.id, clock.today())
    report = queries.report_of(team.by, head, NOW)
    assert [(name, total.missing) for name, total in report.players] == [
        ("Tester, Cy", 2), ("Tester, Bo", 1), ("Tester, Ana", 0)
    ]  # fmt: skip
    (line,) = report.games
    assert (line.present, line.short) == (3, 2)
    (of_season,) = queries.season_report(team.row.group.season_id, NOW)
    assert (of_season.games, of_season.counted, of_season.short_players, of_season.missing) == (1, 1, 2, 3)
    assert not any("Tester" in str(value) for value in vars(of_season).values())


def test_a_merged_player_keeps_what_was_counted(team):
    ana, bo, _cy, _di = team.players
    services.save_counts(sheet(team), {ana.id: 5, bo.id: 1}, seen=0, by=team.by, now=NOW)
    people_services.merge(bo, ana, by=SYSTEM, now=NOW)
    assert counts()[bo.id] == 5


# ---- too few ----


def letters() -> list[Message]:
    return list(db.session().scalars(sa.select(Message).where(Message.kind == "forfeit_warning")))


def look(now=NOW) -> None:
    for _step in watch.warn(now):
        db.session().commit()


def test_a_team_too_few_is_told_of_once_and_shown_as_long_as_it_holds(team):
    make_account(Role.COACH, team.coach)
    make_account(Role.COORDINATOR)
    look()
    assert letters() == [], "three may play"
    mark(team.ahead, team.players[0], Mark.EXCUSED)
    look(NOW + timedelta(minutes=10))
    assert letters() == [], "looked at half an hour ago at most"
    for minutes in (40, 80):
        look(NOW + timedelta(minutes=minutes))
        assert len(letters()) == 2
    text = letters()[0].unseal("text_sealed")
    assert "2 players can play; the division asks for 3." in text
    assert "Forms are enough" in text
    assert not any(player.first_name in text.split() for player in team.players)
    (shown,) = forfeits.open_warnings(team.by, NOW)
    assert (shown.squad, shown.fewest) == (Squad(4, 1, 1), 3)
    assert forfeits.open_warnings(make_actor(Role.COACH, make_person().id), NOW) == []
    team.barred.clear()
    look(NOW + timedelta(minutes=120))
    assert forfeits.open_warnings(team.by, NOW) == []
    assert len(letters()) == 2


@pytest.mark.parametrize("hours", [49, -1])
def test_a_game_too_far_ahead_or_begun_is_not_looked_at(team, hours):
    team.ahead.starts_at = NOW + timedelta(hours=hours)
    team.ahead.ends_at = team.ahead.starts_at + timedelta(hours=1)
    db.flush()
    look()
    assert db.session().scalars(sa.select(ForfeitWatch)).all() == []
