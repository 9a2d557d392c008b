"""`youthprog import FILE` and `youthprog roster TEAM`."""

import argparse
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from youthprog import create_app
from youthprog.audit.services import record_read
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor, Grant
from youthprog.core.permissions import P, Reach
from youthprog.core.refusals import NotFound
from youthprog.core.text import fold
from youthprog.documents import services as documents
from youthprog.leagues import papers, queries
from youthprog.leagues.queries import TeamHead
from youthprog.leagues.routes import paper_notes
from youthprog.programs import queries as programs
from youthprog.web.filters import phone
from youthprog.web.language import gettext, speak

MOST_NAMED = 8
EVERYTHING: Mapping[P, tuple[Grant, ...]] = dict.fromkeys(P, (Grant(Reach.EVERYWHERE),))


class NotOne(Exception):
    """What was named is not here, or not the only one. Says what to name instead."""


def operator() -> Actor:
    """Whoever works at the machine itself: the system, reaching everything."""
    return Actor(SYSTEM.kind, SYSTEM.name, grants=EVERYTHING)


# roster -----------------------------------------------------------------------------------------------------------


def roster_arguments(parser: argparse.ArgumentParser) -> None:
    """Which team, which paper, where to."""
    parser.add_argument("team", metavar="TEAM", help="the team's number or name")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.pdf", help="where to write the PDF")
    parser.add_argument("--kind", choices=("coach", "sign-in"), default="coach", help="coach's roster or sign-in sheet")
    parser.add_argument("--language", choices=("en", "es"), default="en")


def roster_run(args: argparse.Namespace) -> int:
    """Print a roster with everything a coordinator may read; exit 0 when the file is written."""
    app = create_app()
    with app.app_context():
        speak(args.language)
        try:
            team = _team(args.team)
            content, action, players = _printed(team, args.kind, args.language)
            record_read(action, "team", team.team_id, by=operator(), players=players)
            db.session().commit()
        finally:
            documents.press().close()
    write_whole(args.out, content)
    print(f"{args.out}: {team.name}, {players} players.")
    return 0


def _team(asked: str) -> TeamHead:
    on = clock.today()
    if asked.isascii() and asked.isdigit() and 0 < int(asked) <= db.BIGGEST_ID:
        with suppress(NotFound):
            return queries.get_team_for(operator(), P.ROSTER_PRINT, int(asked), on)
    rows = queries.list_teams(operator(), P.ROSTER_PRINT, on, word=fold(asked), limit=100)
    same = [row for row in rows if row.folded_name == fold(asked)] or rows
    if len(same) == 1:
        return queries.get_team_for(operator(), P.ROSTER_PRINT, same[0].team_id, on)
    if not same:
        raise NotOne(f"there is no team {asked!r} in a season that is not over.")
    named = ", ".join(f"{row.team_id} ({row.name}, {row.program})" for row in same[:MOST_NAMED])
    raise NotOne(f"{len(same)} teams are called so; give the number: {named}.")


def _printed(team: TeamHead, kind: str, language: str) -> tuple[bytes, str, int]:
    """The paper, what the audit calls it, and how many players are on it."""
    on, now = clock.today(), clock.now()
    if kind == "coach":
        roster = queries.roster_of(operator(), team, on)
        content = papers.print_roster(team, roster, notes=paper_notes(roster), phone=phone, now=now, language=language)
        return content, "roster.printed", len(roster.players)
    gathering_id = queries.register_due(team.group_id, now)
    if gathering_id is None:
        raise NotOne(f"{team.name} has no gathering ahead to sign in for.")
    gathering = programs.get_gathering_for(operator(), P.ROSTER_PRINT, gathering_id, on)
    lines = queries.sign_in_lines(operator(), team, clock.day_of(gathering.starts_at), on)
    number, count = queries.place_in_series(gathering)
    what = gettext(papers.IN_SERIES, what=gettext(gathering.title), number=number, count=count)
    content = papers.print_sign_in(team, gathering, lines, what=what, now=now, language=language)
    return content, "sign_in.printed", len(lines)


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
