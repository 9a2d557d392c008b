"""What a team and a season print: one page each to choose from, and the papers. An edge module."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.documents.types import Paper, ScheduleOrder
from youthprog.leagues import papers, queries
from youthprog.leagues.printing import queries as printing
from youthprog.leagues.printing import services
from youthprog.leagues.printing.rules import parts_of, span_of
from youthprog.leagues.printing.types import TEAM_PAPERS, TeamPaper
from youthprog.leagues.queries import Roster, TeamHead
from youthprog.leagues.routes import paper_notes
from youthprog.people.types import RELATIONSHIPS
from youthprog.programs import queries as programs
from youthprog.web.edge import actor, door
from youthprog.web.filters import phone
from youthprog.web.language import LANGUAGES, language, speak
from youthprog.web.language import gettext as _
from youthprog.web.pages import asked_choice, file_response, page

bp = Blueprint("printing", __name__)


def _how() -> Paper:
    """On which paper; and from now on the answer speaks the language that was asked for."""
    speak(asked_choice("language", tuple(LANGUAGES), language()))
    return Paper(asked_choice("paper", tuple(Paper), Paper.LETTER))


# ---- of a team ----


@bp.get("/teams/<id:team_id>/papers")
@door(P.ROSTER_PRINT)
def team(team_id: int) -> Response:
    """What can be printed of a team, in which language and on which paper."""
    on = clock.today()
    head = queries.get_team_for(actor(), P.ROSTER_PRINT, team_id, on)
    offered = list(TeamPaper)
    if queries.register_due(head.group_id, clock.now()) is None:
        offered.remove(TeamPaper.SIGN_IN)
    games = [game for game in printing.games_to_print(head.season_id, team_id) if game.day >= on]
    return page("leagues/papers_team.html", team=head, offered=offered, papers=TEAM_PAPERS, games=games[:3])


@bp.get("/teams/<id:team_id>/paper.pdf")
@door(P.ROSTER_PRINT)
def team_paper(team_id: int) -> BaseResponse:
    """One paper of a team: `kind`, `language` and `paper` choose which."""
    on = clock.today()
    head = queries.get_team_for(actor(), P.ROSTER_PRINT, team_id, on)
    kind = TeamPaper(asked_choice("kind", tuple(TeamPaper), TeamPaper.COACH))
    paper, spoken = _how(), language()
    if kind is TeamPaper.SIGN_IN:
        gathering_id = queries.register_due(head.group_id, clock.now())
        if gathering_id is None:
            raise NotFound
        return redirect(url_for("leagues.sign_in_of", gathering_id=gathering_id, language=spoken, paper=paper), 303)
    title, _for_whom, action = TEAM_PAPERS[kind]
    printed, count = _printed(kind, head, on, paper)
    record_read(action, "team", team_id, by=actor(), players=count, kind=kind.value)
    return file_response(printed, name=f"{head.name}, {_(title)}.pdf")


def _printed(kind: TeamPaper, head: TeamHead, on: date, paper: Paper) -> tuple[bytes, int]:
    """The paper, and how many lines it has."""
    now, spoken = clock.now(), language()
    if kind is TeamPaper.SCHEDULE:
        games = printing.games_to_print(head.season_id, head.team_id)
        season = services.season_of(head, spoken)
        content = services.print_schedule(season, games, team=head.name, now=now, language=spoken, paper=paper)
        return content, len(games)
    roster = queries.roster_of(actor(), head, on)
    if kind is TeamPaper.PUBLIC:
        content = services.print_public(head, roster, now=now, language=spoken, paper=paper)
    elif kind is TeamPaper.PLAYER_CARDS:
        roster = queries.with_photos(actor(), roster, head.season_id, on)
        content = services.print_player_cards(head, roster, now=now, language=spoken, paper=paper)
    else:
        shown = _for_coach(roster, head, on, with_health=kind is TeamPaper.COACH)
        content = papers.print_roster(
            head, shown, notes=paper_notes(shown), phone=phone, now=now, language=spoken, paper=paper
        )
    return content, len(roster.players)


def _for_coach(roster: Roster, head: TeamHead, on: date, *, with_health: bool) -> Roster:
    shown = queries.with_photos(actor(), queries.for_paper(roster, head.season_id, on), head.season_id, on)
    return shown if with_health else replace(shown, shows_alerts=False)


# ---- of a season ----


@bp.get("/seasons/<id:season_id>/papers")
@door(P.ROSTER_PRINT)
def season(season_id: int) -> Response:
    """What can be printed of a season: its games, and whom to call for each young person."""
    row = programs.get_season_for(actor(), P.ROSTER_PRINT, season_id)
    youth = printing.binder_youth(actor(), season_id, clock.today()) if actor().may(P.BINDER_PRINT) else []
    games = printing.games_to_print(season_id)
    return page(
        "leagues/papers_season.html",
        season=row,
        games=len(games),
        divisions=sorted({(game.division, game.division_id) for game in games}),
        youth=len(youth),
        parts=[(place, *_part(youth, place)) for place in range(len(parts_of(len(youth))))],
        may_custody=actor().may(P.CUSTODY_READ),
    )


@bp.get("/seasons/<id:season_id>/schedule.pdf")
@door(P.ROSTER_PRINT)
def schedule(season_id: int) -> Response:
    """The games of a season by `order`: team, field or date."""
    row = programs.get_season_for(actor(), P.ROSTER_PRINT, season_id)
    paper, order = _how(), ScheduleOrder(asked_choice("order", tuple(ScheduleOrder), ScheduleOrder.DATE))
    spanish = language() == "es"
    program, name = (row.program.name_es, row.name_es) if spanish else (row.program.name, row.name)
    games = printing.games_to_print(season_id)
    if chosen := [game for game in games if str(game.division_id) == request.args.get("division")]:
        games, name = chosen, f"{name} · {chosen[0].division}"
    printed = services.print_schedule(
        f"{program} · {name}", games, order=order, now=clock.now(), language=language(), paper=paper
    )
    record_read("schedule.printed", "season", season_id, by=actor(), games=len(games))
    return file_response(printed, name=_("%(season)s, games", season=f"{program}, {name}") + ".pdf")


@bp.get("/seasons/<id:season_id>/binder.pdf")
@door(P.BINDER_PRINT)
def binder(season_id: int) -> Response:
    """Whom to call for each young person of a season; with `custody` the office's copy, for who may read that."""
    row = programs.get_season_for(actor(), P.BINDER_PRINT, season_id)
    on, paper = clock.today(), _how()
    youth = printing.binder_youth(actor(), season_id, on)
    asked = asked_choice("part", [str(place) for place in range(len(parts_of(len(youth))))], "0")
    chosen, span = _part(youth, int(asked))
    with_custody = request.args.get("custody") == "y" and actor().may(P.CUSTODY_READ)
    entries = printing.binder_entries(actor(), chosen, season_id, on, with_custody=with_custody)
    printed = services.print_binder(
        row,
        entries,
        part=span if len(chosen) < len(youth) else "",
        whom=actor().name,
        phone=phone,
        relation=lambda each: _(RELATIONSHIPS[each]),
        shows_medical=actor().may(P.HEALTH_ALERT_READ),
        shows_barred=with_custody,
        now=clock.now(),
        language=language(),
        paper=paper,
    )
    record_read("binder.printed", "season", season_id, by=actor(), youth=len(entries), custody=with_custody)
    return file_response(printed, name=_("Emergency contacts") + ".pdf")


def _part(youth: Sequence[tuple[int, str]], place: int) -> tuple[list[int], str]:
    """The keys of one part of a binder, and from which name to which it goes."""
    chosen = [youth[each] for each in parts_of(len(youth))[place]]
    return [youth_id for youth_id, _family in chosen], span_of([family for _youth_id, family in chosen])
