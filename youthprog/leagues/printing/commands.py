"""`youthprog roster TEAM`: every paper of a team, of its next game and of its season."""

import argparse
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from youthprog import create_app
from youthprog.attendance import card_queries
from youthprog.attendance import cards as check_in
from youthprog.audit.services import record_read
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.core.text import fold
from youthprog.documents import services as documents
from youthprog.documents.types import Paper, ScheduleOrder
from youthprog.leagues import papers, queries
from youthprog.leagues.commands import MOST_NAMED, NotOne, operator
from youthprog.leagues.printing import queries as printing
from youthprog.leagues.printing import services
from youthprog.leagues.printing.rules import parts_of, span_of
from youthprog.leagues.queries import TeamHead
from youthprog.leagues.routes import paper_notes, which_of
from youthprog.leagues.scores import card
from youthprog.leagues.scores import queries as scores
from youthprog.leagues.scores import services as score_services
from youthprog.people import queries as people
from youthprog.people.types import RELATIONSHIPS
from youthprog.programs import queries as programs
from youthprog.web.filters import phone
from youthprog.web.language import gettext as _
from youthprog.web.language import speak


@dataclass(frozen=True)
class Asked:
    """What is to be printed and how."""

    team: TeamHead
    by: Actor
    on: date
    now: datetime
    language: str
    paper: Paper
    order: ScheduleOrder
    part: int


@dataclass(frozen=True)
class Made:
    """A paper, what the trail calls printing it, of what, and how many lines of which kind it has."""

    content: bytes
    action: str
    of: tuple[str, int]
    count: int
    lines: str = "players"


def roster_arguments(parser: argparse.ArgumentParser) -> None:
    """Which team, which paper, where to."""
    parser.add_argument("team", metavar="TEAM", help="the team's number or name")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.pdf", help="where to write the PDF")
    kinds = (
        "of the team: coach's roster, public roster, sign-in sheet, player cards, check-in cards, its games; "
        "the card of its next game; of its season: schedule, binder of emergency contacts"
    )
    parser.add_argument("--kind", choices=tuple(KINDS), default="coach", help=kinds)
    parser.add_argument("--language", choices=("en", "es"), default="en")
    parser.add_argument("--paper", choices=[each.value for each in Paper], default="letter")
    orders = [each.value for each in ScheduleOrder]
    parser.add_argument("--order", choices=orders, default="date", help="of a season's schedule")
    parser.add_argument("--part", type=int, default=1, metavar="N", help="of a binder of many young people")


def roster_run(args: argparse.Namespace) -> int:
    """Print a paper with everything a coordinator may read; exit 0 when the file is written."""
    app = create_app()
    with app.app_context():
        speak(args.language)
        try:
            asked = Asked(
                _team(args.team), operator(), clock.today(), clock.now(),
                args.language, Paper(args.paper), ScheduleOrder(args.order), args.part,
            )  # fmt: skip
            made = KINDS[args.kind](asked)
            record_read(made.action, *made.of, by=asked.by, lines=made.count)
            db.session().commit()
        finally:
            documents.press().close()
    write_whole(args.out, made.content)
    print(f"{args.out}: {asked.team.name}, {made.count} {made.lines}.")
    return 0


def _team(asked: str) -> TeamHead:
    on = clock.today()
    if (team_id := db.key_in(asked)) is not None:
        with suppress(NotFound):
            return queries.get_team_for(operator(), P.ROSTER_PRINT, team_id, on)
    rows = queries.list_teams(operator(), P.ROSTER_PRINT, on, word=fold(asked), limit=100)
    same = [row for row in rows if row.folded_name == fold(asked)] or rows
    if len(same) == 1:
        return queries.get_team_for(operator(), P.ROSTER_PRINT, same[0].team_id, on)
    if not same:
        raise NotOne(f"there is no team {asked!r} in a season that is not over.")
    named = ", ".join(f"{row.team_id} ({row.name}, {row.program})" for row in same[:MOST_NAMED])
    raise NotOne(f"{len(same)} teams are called so; give the number: {named}.")


# ---- the kinds ----


def _coach(asked: Asked) -> Made:
    team, on = asked.team, asked.on
    roster = queries.for_paper(queries.roster_of(asked.by, team, on), team.season_id, on)
    roster = queries.with_photos(asked.by, roster, team.season_id, on)
    content = papers.print_roster(
        team, roster, notes=paper_notes(roster), phone=phone, now=asked.now, language=asked.language, paper=asked.paper
    )
    return Made(content, "roster.printed", ("team", team.team_id), len(roster.players))


def _public(asked: Asked) -> Made:
    roster = queries.roster_of(asked.by, asked.team, asked.on)
    content = services.print_public(
        asked.team, roster, now=asked.now, language=asked.language, paper=asked.paper
    )  # fmt: skip
    return Made(content, "public_roster.printed", ("team", asked.team.team_id), len(roster.players))


def _player_cards(asked: Asked) -> Made:
    roster = queries.roster_of(asked.by, asked.team, asked.on)
    if not roster.players:
        raise NotOne(f"{asked.team.name} has no players.")
    roster = queries.with_photos(asked.by, roster, asked.team.season_id, asked.on)
    content = services.print_player_cards(
        asked.team, roster, now=asked.now, language=asked.language, paper=asked.paper
    )  # fmt: skip
    return Made(content, "player_cards.printed", ("team", asked.team.team_id), len(roster.players))


def _check_in_cards(asked: Asked) -> Made:
    group = programs.get_group_for(asked.by, P.CARD_SHOW, asked.team.group_id, asked.on)
    lines = [line for line in card_queries.cards_in(asked.by, group.id, asked.on) if line.code]
    if not lines:
        raise NotOne(f"nobody of {asked.team.name} has a check-in card yet; make them on the team's page.")
    season = group.season.name_es if asked.language == "es" else group.season.name
    content = check_in.print_cards(
        group, lines, season=season, now=asked.now, language=asked.language, paper=asked.paper,
        photos=people.photos_for(asked.by, [line.youth_id for line in lines], group.season_id, asked.on),
    )  # fmt: skip
    return Made(content, "cards.printed", ("group", group.id), len(lines))


def _sign_in(asked: Asked) -> Made:
    gathering_id = queries.register_due(asked.team.group_id, asked.now)
    if gathering_id is None:
        raise NotOne(f"{asked.team.name} has no gathering ahead to sign in for.")
    gathering = programs.get_gathering_for(asked.by, P.ROSTER_PRINT, gathering_id, asked.on)
    lines = queries.sign_in_lines(asked.by, gathering, asked.on)
    content = papers.print_sign_in(
        gathering, lines, what=which_of(gathering), now=asked.now, language=asked.language, paper=asked.paper
    )
    return Made(content, "sign_in.printed", ("gathering", gathering_id), len(lines))


def _game_card(asked: Asked) -> Made:
    """The card of the team's next game, with the code that opens the entry of its score."""
    fixture_id = scores.find_next_game(asked.team.team_id, asked.now)
    if fixture_id is None:
        raise NotOne(f"{asked.team.name} has no game ahead.")
    fixture = scores.get_game(fixture_id)
    if scores.keeping_score([fixture.division_id]):
        score_services.make_link(fixture, by=asked.by, now=asked.now)
    content, players = card.print_card(
        asked.by, fixture, now=asked.now, language=asked.language, paper=asked.paper
    )  # fmt: skip
    return Made(content, "game_card.printed", ("game", fixture_id), players)


def _games(asked: Asked) -> Made:
    team = asked.team
    return _printed_games(asked, services.season_of(team, asked.language), team.team_id)


def _schedule(asked: Asked) -> Made:
    return _printed_games(asked, services.season_of(asked.team, asked.language), None)


def _printed_games(asked: Asked, season: str, team_id: int | None) -> Made:
    team = asked.team
    games = printing.games_to_print(team.season_id, team_id)
    if not games:
        raise NotOne(f"{team.name} has no games that families know of.")
    content = services.print_schedule(
        season,
        games,
        order=asked.order,
        team=team.name if team_id else "",
        now=asked.now,
        language=asked.language,
        paper=asked.paper,
    )
    of = ("team", team_id) if team_id else ("season", team.season_id)
    return Made(content, "schedule.printed", of, len(games), "games")


def _binder(asked: Asked) -> Made:
    """Without court orders: the copy for the office is printed by whoever may read them, on the season's page."""
    season = programs.get_season(asked.team.season_id)
    youth = printing.binder_youth(asked.by, season.id, asked.on)
    parts = parts_of(len(youth))
    if not 1 <= asked.part <= len(parts):
        raise NotOne(f"this binder has {len(parts)} parts.")
    chosen = [youth[place] for place in parts[asked.part - 1]]
    span = span_of([family for _key, family in chosen]) if len(parts) > 1 else ""
    entries = printing.binder_entries(
        asked.by, [key for key, _family in chosen], season.id, asked.on, with_custody=False
    )  # fmt: skip
    content = services.print_binder(
        season,
        entries,
        part=span,
        whom=_("The office"),
        phone=phone,
        relation=lambda each: _(RELATIONSHIPS[each]),
        shows_medical=True,
        shows_barred=False,
        now=asked.now,
        language=asked.language,
        paper=asked.paper,
    )
    return Made(content, "binder.printed", ("season", season.id), len(entries), "youth")


KINDS: dict[str, Callable[[Asked], Made]] = {
    "coach": _coach,
    "public": _public,
    "sign-in": _sign_in,
    "game-card": _game_card,
    "player-cards": _player_cards,
    "check-in-cards": _check_in_cards,
    "games": _games,
    "schedule": _schedule,
    "binder": _binder,
}


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: a draft beside it, then one rename."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
