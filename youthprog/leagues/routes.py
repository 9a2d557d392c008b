"""Teams and rosters, for coordinators and coaches."""

from dataclasses import replace
from datetime import date, timedelta

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.core.text import fold
from youthprog.documents.types import Paper
from youthprog.leagues import papers, queries
from youthprog.leagues.drafting.queries import open_drafts
from youthprog.leagues.queries import PlayerLine, Roster
from youthprog.leagues.rosters import queries as rosters
from youthprog.people.types import RELATIONSHIPS
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering, Group
from youthprog.web.edge import actor, door
from youthprog.web.filters import phone
from youthprog.web.language import LANGUAGES, day, language, sentence, speak
from youthprog.web.language import gettext as _
from youthprog.web.pages import PAGE_ROWS, asked_choice, asked_cursor, asked_text, cursor, file_response, page

bp = Blueprint("leagues", __name__)
COMING = timedelta(days=21)
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
    drafts = open_drafts(actor(), P.TEAM_DRAFT, on)
    return page("leagues/index.html", rows=rows[:PAGE_ROWS], more=more, word=word, drafts=drafts)


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
    now = clock.now()
    return page(
        "leagues/show.html",
        team=team,
        roster=roster,
        shown=chosen(roster, **asked),
        asked=asked,
        upcoming=queries.register_due(team.group_id, now),
        coming=programs.upcoming(Group.id == team.group_id, now, now + COMING, limit=6),
        relationships=RELATIONSHIPS,
        off=rosters.off_today([player.youth_id for player in roster.players], team.season_id, on),
    )


@bp.get("/groups/<id:group_id>/team")
@door(P.TEAM_READ)
def of_group(group_id: int) -> BaseResponse:
    """The team of a group, for pages that know the group alone."""
    team_id = queries.get_team_id_for(actor(), P.TEAM_READ, group_id, clock.today())
    return redirect(url_for(".show", team_id=team_id), 303)


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
    roster = queries.for_paper(queries.roster_of(actor(), team, on), team.season_id, on)
    roster = queries.with_photos(actor(), roster, team.season_id, on)
    if request.args.get("medical") == "no":
        roster = replace(roster, shows_alerts=False)
    speak(asked_choice("language", tuple(LANGUAGES), language()))
    paper = Paper(asked_choice("paper", tuple(Paper), Paper.LETTER))
    printed = papers.print_roster(
        team, roster, notes=paper_notes(roster), phone=phone, now=clock.now(), language=language(), paper=paper
    )
    record_read("roster.printed", "team", team_id, by=actor(), players=len(roster.players))
    return file_response(printed, name=f"{team.name}.pdf")


def paper_notes(roster: Roster) -> dict[int, str]:
    """The line under each player's consent as a sheet has room for it: short days, no full stop."""
    notes = {}
    for player in roster.players:
        values = [
            (name, day(value, "medium") if isinstance(value, date) else value) for name, value in player.consent.values
        ]
        notes[player.youth_id] = sentence(player.consent.note, values).rstrip(".")
    return notes


@bp.get("/teams/<id:team_id>/sign-in.pdf")
@door(P.ROSTER_PRINT)
def sign_in_pdf(team_id: int) -> Response:
    """The sheet that families sign at the team's gathering at hand, or the next one."""
    on = clock.today()
    team = queries.get_team_for(actor(), P.ROSTER_PRINT, team_id, on)
    gathering_id = queries.register_due(team.group_id, clock.now())
    if gathering_id is None:
        raise NotFound
    gathering = programs.get_gathering_for(actor(), P.ROSTER_PRINT, gathering_id, on)
    return _sign_in(gathering, team.name)


@bp.get("/gatherings/<id:gathering_id>/sign-in.pdf")
@door(P.ROSTER_PRINT)
def sign_in_of(gathering_id: int) -> Response:
    """The sheet of one gathering of any kind; `language` and `paper` choose another language and A4."""
    gathering = programs.get_gathering_for(actor(), P.ROSTER_PRINT, gathering_id, clock.today())
    speak(asked_choice("language", tuple(LANGUAGES), language()))
    return _sign_in(gathering, gathering.group.name if gathering.group else _(gathering.title))


def _sign_in(gathering: Gathering, name: str) -> Response:
    lines = queries.sign_in_lines(actor(), gathering, clock.today())
    paper = Paper(asked_choice("paper", tuple(Paper), Paper.LETTER))
    printed = papers.print_sign_in(
        gathering, lines, what=which_of(gathering), now=clock.now(), language=language(), paper=paper
    )
    record_read("sign_in.printed", "gathering", gathering.id, by=actor(), players=len(lines))
    return file_response(printed, name=_("%(team)s, sign-in sheet", team=name) + ".pdf")


def which_of(gathering: Gathering) -> str:
    """Which gathering a sheet is for, in the page's language: the fourth practice of twelve, or the event's name."""
    if gathering.group_id is None:
        return _(gathering.title)
    number, count = queries.place_in_series(gathering)
    return _(papers.IN_SERIES, what=_(gathering.title), number=number, count=count)
