"""Standings: for who may look from inside, and for everybody where a season is public; the league's rules and lots."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.calendars import queries as calendars
from youthprog.core import clock, db
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, NotFound
from youthprog.core.text import fold
from youthprog.leagues.models import Division
from youthprog.leagues.scores import bracket_queries, queries, services, table_queries
from youthprog.leagues.scores.bracket_queries import Drawn
from youthprog.leagues.scores.league_rules import FIRSTS, STEPS
from youthprog.leagues.scores.models import DrawnLot
from youthprog.leagues.scores.queries import Settings
from youthprog.leagues.scores.table_queries import PlaceRow, ScoreGame, Standings
from youthprog.programs import queries as programs
from youthprog.web.edge import actor, door, public
from youthprog.web.language import gettext as _
from youthprog.web.pages import page

bp = Blueprint("standings", __name__)
DECIDED = {
    "": "",
    "points": N_("Behind %(team)s by points"),
    "points_per_game": N_("Behind %(team)s by points per game"),
    "wins": N_("Behind %(team)s by wins"),
    "head_to_head_points": N_("Behind %(team)s by points in the games among the level teams"),
    "head_to_head_difference": N_("Behind %(team)s by difference in the games among the level teams"),
    "head_to_head_scored": N_("Behind %(team)s by what was scored in the games among the level teams"),
    "head_to_head_quotient": N_("Behind %(team)s by scored to conceded in the games among the level teams"),
    "difference": N_("Behind %(team)s by difference"),
    "difference_per_game": N_("Behind %(team)s by difference per game"),
    "scored": N_("Behind %(team)s by what was scored"),
    "scored_per_game": N_("Behind %(team)s by what was scored per game"),
    "fewest_conceded": N_("Behind %(team)s by what was conceded"),
    "fewest_conceded_per_game": N_("Behind %(team)s by what was conceded per game"),
    "quotient": N_("Behind %(team)s by scored to conceded"),
    "lots": N_("Behind %(team)s by the lots drawn"),
}


@dataclass(frozen=True)
class Line:
    """A line of a table with why the team stands below the one above it: a msgid and its values."""

    row: PlaceRow
    decided: str
    values: tuple[tuple[str, object], ...]
    lot: int | None


@dataclass(frozen=True)
class Shown:
    """All that a page of a division's standings shows."""

    settings: Settings
    table: Standings
    lines: tuple[Line, ...]
    lots: tuple[DrawnLot, ...]
    bracket: Drawn | None


@bp.get("/standings")
@door(P.STANDINGS_READ)
def index() -> BaseResponse:
    """The divisions whose standings one may look at; the only one at once."""
    rows = queries.list_divisions(actor(), P.STANDINGS_READ, clock.today())
    if len(rows) == 1:
        return redirect(url_for(".show", division_id=rows[0].division_id), 303)
    seasons = [list(found) for _key, found in groupby(rows, lambda row: row.season_id)]
    return page("leagues/standings_index.html", seasons=seasons)


@bp.get("/standings/divisions/<id:division_id>")
@door(P.STANDINGS_READ)
def show(division_id: int) -> Response:
    """The table of a division, why everybody stands where they stand, and its games."""
    division = queries.get_division_for(actor(), P.STANDINGS_READ, division_id, clock.today())
    shown = shown_of(division)
    edits = actor().everywhere(P.PROGRAM_EDIT) or division.season.program_id in actor().programs(P.PROGRAM_EDIT)
    tells = _tells_where(shown)
    return page("leagues/standings.html", division=division, shown=shown, edits=edits, tells=tells, **words(shown))


def _tells_where(shown: Shown | None) -> bool:
    """Whether the reader may know where teams of the division will be: not whom a court keeps from a child of one of them."""
    kept = calendars.kept_groups(actor().person_id, clock.today())
    games = shown.table.games if shown is not None else ()
    return not any(game.home_group_id in kept or game.away_group_id in kept for game in games)


@bp.post("/standings/divisions/<id:division_id>/lots")
@door(P.PROGRAM_EDIT)
def draw_lots(division_id: int) -> BaseResponse:
    """Draw the lots of a division."""
    division = queries.get_division_for(actor(), P.PROGRAM_EDIT, division_id, clock.today())
    services.draw_lots(division, by=actor(), now=clock.now())
    flash(_("The lots are drawn."), "signed")
    return redirect(url_for(".show", division_id=division_id), 303)


@bp.get("/standings/<code>")
@public()
def of_everybody(code: str) -> Response:
    """The public standings of a season: teams and results, no child, no place, no game to come."""
    season_scores = queries.find_public(code)
    if season_scores is None:
        raise NotFound
    season = programs.get_season(season_scores.season_id)
    found = queries.divisions_of(season.id)
    settings = queries.settings_of(found, season.id)
    divisions = [each for each in found if settings[each.id].keeps_score]
    asked = db.key_in(request.args.get("division", ""))
    division = next((each for each in divisions if each.id == asked), divisions[0] if divisions else None)
    shown = shown_of(division) if division is not None else None
    return page(
        "leagues/standings_public.html",
        season=season,
        code=code,
        divisions=divisions,
        division=division,
        shown=shown,
        **(words(shown) if shown else {}),
    )


def shown_of(division: Division) -> Shown | None:
    """A division's standings; None where it keeps no scores."""
    settings, now = queries.settings_of([division], division.season_id)[division.id], clock.now()
    if not settings.keeps_score:
        return None
    lots = table_queries.lots_of(division.id)
    table = table_queries.standings(division.id, settings.rules, lots, now)
    return Shown(settings, table, tuple(lines_of(table, lots)), tuple(lots), bracket_queries.drawn(division.id, now))


def lines_of(table: Standings, lots: Sequence[DrawnLot]) -> list[Line]:
    """The lines of a table; a place that lots will decide says so until they are drawn.

    Before any game counts nobody stands before anybody: the teams come in alphabetical order, without a reason.
    """
    if not table.is_begun:
        rows = sorted(table.rows, key=lambda row: (fold(row.team), row.team_id))
        return [Line(replace(row, level_with=()), "", (), None) for row in rows]
    numbers = {lot.team_id: lot.number for lot in lots}
    found = []
    above = ""
    for row in table.rows:
        step = row.place.decided_by
        decided = DECIDED[step]
        if step == "lots" and row.team in table.needs_lots:
            decided = N_("Level: lots will decide")
        found.append(Line(row, decided, (("team", above),), numbers.get(row.team_id) if step == "lots" else None))
        above = row.team
    return found


def words(shown: Shown | None) -> dict[str, Any]:
    """What the templates of standings need besides."""
    if shown is None:
        return {}
    rules = shown.settings.rules
    games = [game for game in shown.table.games if not game.is_knockout]  # those stand among the playoffs
    return {
        "first": FIRSTS[rules.first],
        "steps": [STEPS[step] for step in (*rules.steps, "lots")],
        "played": by_day(
            [game for game in games if game.result.said is not None or game.starts_at <= clock.now()], last=True
        ),
        "coming": by_day([game for game in games if game.result.said is None and game.starts_at > clock.now()]),
    }


def by_day(games: Sequence[ScoreGame], *, last: bool = False) -> list[tuple[date, list[ScoreGame]]]:
    """Games day by day, the last day first where it is asked for."""
    days = [(day, list(found)) for day, found in groupby(games, lambda game: clock.day_of(game.starts_at))]
    return days[::-1] if last else days
