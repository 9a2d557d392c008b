"""Teams and rosters, for coordinators and coaches."""

from dataclasses import replace

from flask import Blueprint, Response, request

from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.text import fold
from youthprog.leagues import papers, queries
from youthprog.leagues.queries import PlayerLine, Roster
from youthprog.programs import queries as programs
from youthprog.web.edge import actor, door
from youthprog.web.language import language, sentence
from youthprog.web.pages import PAGE_ROWS, asked_choice, asked_cursor, asked_text, cursor, file_response, page

bp = Blueprint("leagues", __name__)
SORTS = ("jersey", "name", "consent", "age")
CONSENTS = ("all", "signed", "waiting", "missing")
WORST_FIRST = {"expired": 0, "missing": 0, "waiting": 1, "signed": 2}


@bp.get("/teams")
@door(P.TEAM_READ)
def index() -> Response:
    """All teams within reach."""
    word = asked_text("find", 80)
    on = clock.today()
    rows = queries.list_teams(
        actor(), P.TEAM_READ, on, word=fold(word), after=asked_cursor((str, int)), limit=PAGE_ROWS + 1
    )
    more = cursor(rows[PAGE_ROWS - 1].folded_name, rows[PAGE_ROWS - 1].team_id) if len(rows) > PAGE_ROWS else None
    return page("leagues/index.html", rows=rows[:PAGE_ROWS], more=more, word=word)


@bp.get("/teams/<id:team_id>")
@door(P.TEAM_READ)
def show(team_id: int) -> Response:
    """A team and its roster."""
    on = clock.today()
    team = queries.get_team_for(actor(), P.TEAM_READ, team_id, on)
    roster = queries.roster_of(actor(), team, on)
    asked = {
        "find": asked_text("find", 80),
        "consent": asked_choice("consent", CONSENTS, "all"),
        "sort": asked_choice("sort", SORTS, "jersey"),
    }
    if roster.shows_alerts:
        record_read("roster.read", "team", team_id, by=actor(), players=len(roster.players))
    upcoming = programs.next_gathering(team.group_id, clock.now())
    return page(
        "leagues/show.html", team=team, roster=roster, shown=chosen(roster, **asked), asked=asked, upcoming=upcoming
    )


def chosen(roster: Roster, *, find: str, consent: str, sort: str) -> list[PlayerLine]:
    """The players asked for, in the order asked for."""
    word = fold(find)
    wanted = {"missing": ("missing", "expired"), "all": tuple(WORST_FIRST)}.get(consent, (consent,))
    players = [player for player in roster.players if player.consent.state in wanted and _has(player, word)]
    orders = {
        "name": lambda player: (fold(player.list_name),),
        "consent": lambda player: (WORST_FIRST[player.consent.state], fold(player.list_name)),
        "age": lambda player: (player.age or 0, fold(player.list_name)),
    }
    return sorted(players, key=orders[sort]) if sort in orders else players


def _has(player: PlayerLine, word: str) -> bool:
    guardian = player.guardian.name if player.guardian else ""
    return not word or word in fold(player.list_name) or word in fold(guardian)


@bp.get("/teams/<id:team_id>/roster.pdf")
@door(P.ROSTER_PRINT)
def roster_pdf(team_id: int) -> Response:
    """The coach's roster on paper: only columns this reader may read."""
    on = clock.today()
    team = queries.get_team_for(actor(), P.ROSTER_PRINT, team_id, on)
    roster = queries.roster_of(actor(), team, on)
    if request.args.get("medical") == "no":
        roster = replace(roster, shows_alerts=False)
    notes = {player.youth_id: sentence(player.consent.sentence, player.consent.values) for player in roster.players}
    printed = papers.print_roster(team, roster, notes=notes, now=clock.now(), language=language())
    record_read("roster.printed", "team", team_id, by=actor(), players=len(roster.players))
    return file_response(printed, name=f"{team.name}.pdf")
