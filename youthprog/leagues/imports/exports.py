"""Players and games of a season as files: CSV, Excel, and the schedule formats of TeamSnap and SportsEngine. An edge module.

What a reader may not read is not in the file; health, custody and consent never are (docs/decisions/0071).
"""

from collections.abc import Callable, Iterator, Sequence

from flask import Blueprint, Response

from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.leagues.imports import export_queries as queries
from youthprog.leagues.imports.export_queries import PlayerOut
from youthprog.leagues.scores import table_queries
from youthprog.people.types import Gender
from youthprog.programs import queries as programs
from youthprog.programs.models import Season
from youthprog.web.csv_files import csv_response
from youthprog.web.edge import actor, door
from youthprog.web.xlsx_files import xlsx_response

bp = Blueprint("leagues_exports", __name__)

PLAYER_HEAD = (
    "Player First Name", "Player Last Name", "Player Birth Date", "Player Gender", "School Name", "Division Name", "Team Name",
    "Player Jersey Number", "Parent 1 First Name", "Parent 1 Last Name", "Parent 1 Email", "Parent 1 Phone",
    "Parent 2 First Name", "Parent 2 Last Name", "Parent 2 Email", "Parent 2 Phone",
)  # fmt: skip
GENDERS = {Gender.GIRL: "Female", Gender.BOY: "Male", Gender.OTHER: "Non-binary", Gender.UNSTATED: ""}
GAME_HEAD = ("Date", "Start Time", "End Time", "Division", "Home Team", "Away Team", "Location", "Arrival", "Status")
TEAMSNAP_HEAD = (
    "Date", "Start time", "End time", "Arrival Time", "Short label", "Event type", "Division", "Home Team", "Away Team",
    "Location",
)  # fmt: skip
SPORTSENGINE_HEAD = (
    "Date", "Time", "Duration", "Home Team", "Home Team Score", "Away Team", "Away Team Score", "Division Name", "Location",
    "Status",
)  # fmt: skip
Rows = Iterator[Sequence[str]]


@bp.get("/seasons/<id:season_id>/export/<file>")
@door(P.ROSTER_IMPORT)
def download(season_id: int, file: str) -> Response:
    """One of the files of a season."""
    season = programs.get_season_for(actor(), P.ROSTER_IMPORT, season_id)
    if file not in FILES:
        raise NotFound
    head, rows_of, respond = FILES[file]
    action = "players.exported" if head is PLAYER_HEAD else "games.exported"
    record_read(action, "season", season_id, by=actor(), file=file)
    return respond(head, rows_of(season), name=file)


def player_rows(season: Season) -> Rows:
    """A season's players, a row for each team."""
    for player in queries.players_out(actor(), season, clock.today()):
        yield _player(player)


def _player(player: PlayerOut) -> Sequence[str]:
    cells = [
        player.given_name,
        player.family_name,
        player.born_on.isoformat() if player.born_on else "",
        GENDERS[player.gender],
        player.school,
        player.division,
        player.team,
        player.jersey,
    ]
    for guardian in player.guardians:
        phone = guardian.phones[0] if guardian.phones else ""
        cells += [guardian.given_name, guardian.family_name, guardian.email, phone]
    return cells + [""] * (len(PLAYER_HEAD) - len(cells))


def game_rows(season: Season) -> Rows:
    """Games as this program writes them: days as 2026-09-17, times of 24 hours."""
    zone = clock.zone()
    for game in queries.games_out(season):
        starts, ends = game.starts_at.astimezone(zone), game.ends_at.astimezone(zone)
        status = "Canceled" if game.canceled else "Scheduled"
        arrive = "" if game.arrive is None else str(game.arrive)
        when = (starts.strftime("%Y-%m-%d"), starts.strftime("%H:%M"), ends.strftime("%H:%M"))
        yield (*when, game.division, game.home, game.away, game.place, arrive, status)


def teamsnap_rows(season: Season) -> Rows:
    """Games as TeamSnap's organizations import them. What was called off is not in it: that format has no word for it."""
    zone = clock.zone()
    for game in queries.games_out(season):
        if not game.canceled:
            starts, ends = game.starts_at.astimezone(zone), game.ends_at.astimezone(zone)
            arrive = "" if game.arrive is None else str(game.arrive)
            when = (f"{starts:%m/%d/%Y}", f"{starts:%I:%M:%S %p}", f"{ends:%I:%M:%S %p}", arrive)
            yield (*when, "", "Game", game.division, game.home, game.away, game.place)


def sportsengine_rows(season: Season) -> Rows:
    """Games as SportsEngine's season management imports them, with the scores that count."""
    zone = clock.zone()
    scored = table_queries.scores_of(season.id, clock.now())
    for game in queries.games_out(season):
        starts = game.starts_at.astimezone(zone)
        minutes = str(int((game.ends_at - game.starts_at).total_seconds()) // 60)
        status = "Cancelled" if game.canceled else "Scheduled"
        when = (f"{starts:%m/%d/%Y}", f"{starts:%H:%M}", minutes)
        ours, theirs = map(str, scored.get(game.fixture_id, ("", "")))
        yield (*when, game.home, ours, game.away, theirs, game.division, game.place, status)


_File = tuple[Sequence[str], Callable[[Season], Rows], Callable[..., Response]]
FILES: dict[str, _File] = {
    "players.csv": (PLAYER_HEAD, player_rows, csv_response),
    "players.xlsx": (PLAYER_HEAD, player_rows, xlsx_response),
    "games.csv": (GAME_HEAD, game_rows, csv_response),
    "games.xlsx": (GAME_HEAD, game_rows, xlsx_response),
    "teamsnap.csv": (TEAMSNAP_HEAD, teamsnap_rows, csv_response),
    "sportsengine.csv": (SPORTSENGINE_HEAD, sportsengine_rows, csv_response),
}
