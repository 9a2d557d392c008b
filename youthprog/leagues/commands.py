"""`youthprog import FILE`."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from youthprog import create_app
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor, Grant
from youthprog.core.permissions import P, Reach
from youthprog.core.text import fold
from youthprog.credentials import volunteer_services as volunteers
from youthprog.credentials.volunteer_rules import (
    Fate,
    Flaw,
    Planned,
    VolunteerFile,
    read_volunteer_sheets,
    read_volunteers,
)
from youthprog.leagues import services
from youthprog.leagues.imports import game_services
from youthprog.leagues.imports import queries as import_queries
from youthprog.leagues.imports.file_reading import read_file
from youthprog.leagues.imports.game_plan import plan_games
from youthprog.leagues.imports.game_queries import frame_of, game_season
from youthprog.leagues.imports.importing import on_team
from youthprog.leagues.imports.limits import MOST_BYTES, Unusable
from youthprog.leagues.imports.review import Review, review_of, review_of_games
from youthprog.leagues.imports.services import AT_ONCE
from youthprog.leagues.imports.sheets import ZIP
from youthprog.leagues.imports.types import Action, ImportKind, PlannedRow, Problem, Reading, Severity
from youthprog.leagues.imports.workbooks import read_workbook
from youthprog.programs import queries as programs
from youthprog.programs.models import Season
from youthprog.web.language import speak

MOST_NAMED = 8
VOLUNTEERS = "volunteers"
UNUSABLE = 1
BOTH_ORDERS = (
    "The dates can have the month or the day first, and none decides. Say which with --dates mdy or --dates dmy."
)
SOME_REFUSED = 2
WORDS = {Action.NEW: "new", Action.UPDATE: "changed", Action.SAME: "same", Action.REFUSE: "left out"}
EVERYTHING: Mapping[P, tuple[Grant, ...]] = dict.fromkeys(P, (Grant(Reach.EVERYWHERE),))


class NotOne(Exception):
    """What was named is not here, or not the only one. Says what to name instead."""


def operator() -> Actor:
    """Whoever works at the machine itself: the system, reaching everything."""
    return Actor(SYSTEM.kind, SYSTEM.name, grants=EVERYTHING)


# import -----------------------------------------------------------------------------------------------------------


def import_arguments(parser: argparse.ArgumentParser) -> None:
    """Which file, into which season, and whether to write."""
    parser.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="an export of players, games or volunteers, CSV or Excel",
    )
    parser.add_argument("--season", required=True, metavar="S", help="the season's number or name")
    parser.add_argument(
        "--kind",
        choices=[*(kind.value for kind in ImportKind), VOLUNTEERS],
        help="what the rows are; without it the column names tell",
    )
    parser.add_argument(
        "--dates", choices=("mdy", "dmy"), default="", help="month or day first, where nothing in the file decides"
    )
    parser.add_argument("--team", default="", metavar="NAME", help="the team of a file that has no column for teams")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, and write nothing")
    parser.add_argument("--json", action="store_true", help="the answer as JSON")


def import_run(args: argparse.Namespace) -> int:
    """Import a file; 0 all rows usable, 2 some refused, 1 the file cannot be used."""
    content = args.file.read_bytes()
    app = create_app()
    with app.app_context():
        speak("en")
        season = _season(args.season)
        _say(f"reading {args.file.name}")
        if args.kind == VOLUNTEERS:
            return _volunteers(args, content, season)
        reading = _read(args, content, season)
        if reading.unusable is not None:
            _say("")
            return _unusable(args, reading.unusable)
        review = (
            _games(args, reading, season) if reading.kind is ImportKind.SCHEDULE else _players(args, reading, season)
        )
        _say("")
        print(_as_json(args, season, review, reading.kind) if args.json else _as_text(args, season, review))
    return SOME_REFUSED if review.refusals else 0


def _read(args: argparse.Namespace, content: bytes, season: Season) -> Reading:
    """What the file holds. Dates that could be read both ways make it unusable until somebody says which they are."""
    _sheet, reading = read_file(
        content,
        frame_of(season),
        filename=args.file.name,
        kind=ImportKind(args.kind) if args.kind else None,
        dates=args.dates,
        meanings=import_queries.meanings_of(season.program_id),
    )
    if reading.asks is not None:
        problem = Problem(0, reading.asks.column, "both_orders", BOTH_ORDERS, Severity.REFUSE)
        reading = replace(reading, unusable=problem)
    return on_team(reading, args.team)


def _games(args: argparse.Namespace, reading: Reading, season: Season) -> Review:
    """Plan or write the games of a schedule, in one transaction."""
    _say(f"{'planning' if args.dry_run else 'writing'} {len(reading.games):,} games")
    if args.dry_run:
        planned = plan_games(reading.games, game_season(season, clock.now()))
    else:
        planned = game_services.import_games(reading.games, season, by=operator(), now=clock.now())
        db.session().commit()
    return review_of_games(planned, reading.problems)


def _players(args: argparse.Namespace, reading: Reading, season: Season) -> Review:
    """Plan or write the players of an export. A large file is kept part by part; what is in stays in."""
    rows = reading.rows
    if args.dry_run:
        _say(f"planning {len(rows):,} rows")
        return review_of(services.plan_players(rows, season, by=operator()), reading.problems)
    planned: list[PlannedRow] = []
    for start in range(0, len(rows), AT_ONCE) or (0,):
        _say(f"writing {len(rows):,} rows: {100 * start // max(1, len(rows))} percent")
        part = rows[start : start + AT_ONCE]
        planned += services.import_players(part, season, by=operator(), now=clock.now(), whole=rows).planned
        db.session().commit()
    return review_of(planned, reading.problems)


def _season(asked: str) -> Season:
    seasons = programs.list_seasons(operator(), P.ROSTER_IMPORT, not_over_on=clock.today())
    names = {line.season_id: f"{line.program.en}, {line.name.en}" for line in seasons}
    same = [key for key in names if asked == str(key)]
    same = same or [key for key, name in names.items() if fold(asked) in fold(name)]
    if len(same) == 1:
        return programs.get_season(same[0])
    chosen = same or list(names)
    listed = ", ".join(f"{key} ({names[key]})" for key in chosen[:MOST_NAMED]) or "none; open one first"
    raise NotOne(f"{len(same) or 'no'} seasons are called {asked!r}; give one of these numbers: {listed}.")


def _unusable(args: argparse.Namespace, problem: Problem) -> int:
    """Say on standard error, or as JSON, why the file cannot be used."""
    if args.json:
        print(json.dumps({"file": args.file.name, "unusable": _problem(problem)}, ensure_ascii=False, indent=1))
    else:
        print(f"youthprog import: {args.file.name}: {problem}", file=sys.stderr)
    return UNUSABLE


def _volunteer_file(content: bytes) -> VolunteerFile:
    """A file of volunteers, as text or as an Excel workbook."""
    if not content.startswith(ZIP) or len(content) > MOST_BYTES:
        return read_volunteers(content)
    try:
        return read_volunteer_sheets(read_workbook(content))
    except Unusable as problem:
        found = problem.problem
        return VolunteerFile(unusable=Flaw(0, "", found.code, found.sentence, True, found.values))


def _volunteers(args: argparse.Namespace, content: bytes, season: Season) -> int:
    """Plan or write the volunteers of a file, in one transaction."""
    read = _volunteer_file(content)
    if read.unusable is not None:
        _say("")
        if args.json:
            print(json.dumps({"file": args.file.name, "unusable": _flaw(read.unusable)}, ensure_ascii=False, indent=1))
        else:
            print(f"youthprog import: {args.file.name}: {read.unusable}", file=sys.stderr)
        return UNUSABLE
    flaws = list(read.flaws)
    if args.dry_run:
        planned = volunteers.plan_volunteers(read.rows, season)
    else:
        _say(f"writing {len(read.rows):,} people")
        planned, more = volunteers.import_volunteers(read.rows, season, by=operator(), now=clock.now())
        flaws += more
        db.session().commit()
    _say("")
    fates = {each.volunteer.row: each.fate for each in planned} | dict.fromkeys(read.refused, Fate.REFUSED)
    counts = {fate.value: sum(each is fate for each in fates.values()) for fate in Fate}
    print(
        _volunteers_json(args, season, fates, counts, flaws)
        if args.json
        else _volunteers_text(args, season, planned, fates, counts, flaws, read.left_out)
    )
    return SOME_REFUSED if counts[Fate.REFUSED] else 0


def _volunteers_text(
    args: argparse.Namespace, season: Season, planned: Sequence[Planned], fates: Mapping[int, Fate],
    counts: Mapping[str, int], flaws: Sequence[Flaw], left_out: Sequence[str],
) -> str:  # fmt: skip
    names = {each.volunteer.row: f"{each.volunteer.given_name} {each.volunteer.family_name}" for each in planned}
    by_row: dict[int, list[Flaw]] = {}
    for flaw in flaws:
        by_row.setdefault(flaw.row, []).append(flaw)
    lines = [f"{args.file.name} for {season.program.name}, {season.name}", *(f"  {flaw}" for flaw in by_row.get(0, ()))]
    if left_out:
        lines.append(f"  columns not kept: {', '.join(left_out)}")
    for row in sorted(fates):
        if args.dry_run or row in by_row:
            word = "left out" if fates[row] is Fate.REFUSED else fates[row].value
            lines.append(f"  row {row:>5}  {word:<8}  {names.get(row, '')}".rstrip())
            lines += [
                f"{'':24}{flaw.column}: {flaw}" if flaw.column else f"{'':24}{flaw}" for flaw in by_row.get(row, ())
            ]
    lines.append(
        f"new {counts['new']}, changed {counts['changed']}, same {counts['same']}, left out {counts['refused']}"
    )
    changed = counts["new"] + counts["changed"]
    lines.append("Dry run: nothing was written." if args.dry_run else f"{changed} records changed.")
    return "\n".join(lines)


def _volunteers_json(
    args: argparse.Namespace,
    season: Season,
    fates: Mapping[int, Fate],
    counts: Mapping[str, int],
    flaws: Sequence[Flaw],
) -> str:
    """The answer for scripts. It names nobody: rows are told by their number."""
    answer = {
        "file": args.file.name,
        "season": season.id,
        "kind": VOLUNTEERS,
        "dry_run": args.dry_run,
        "counts": counts,
        "problems": [_flaw(flaw) for flaw in flaws if not flaw.row],
        "rows": [
            {"row": row, "action": fates[row].value, "problems": [_flaw(flaw) for flaw in flaws if flaw.row == row]}
            for row in sorted(fates)
        ],
    }
    return json.dumps(answer, ensure_ascii=False, indent=1)


def _flaw(flaw: Flaw) -> dict[str, Any]:
    severity = "refuse" if flaw.refuses else "note"
    return {"row": flaw.row, "column": flaw.column, "code": flaw.code, "severity": severity, "sentence": str(flaw)}


def _as_text(args: argparse.Namespace, season: Season, review: Review) -> str:
    """The answer for people: row by row in a dry run, else what was left out or is to be known; then the sums."""
    lines = [f"{args.file.name} for {season.program.name}, {season.name}"]
    lines += [f"  {problem}" for problem in review.about_file]
    for line in review.lines:
        if args.dry_run or line.problems:
            when = f"{line.starts_at.astimezone(clock.zone()):%Y-%m-%d %H:%M}" if line.starts_at else ""
            where = [when, line.team, f"No. {line.jersey}" if line.jersey else "", ", ".join(line.changes)]
            says = "  ".join(part for part in (line.name, *where) if part)
            lines.append(f"  row {line.row:>5}  {WORDS[line.action]:<8}  {says}".rstrip())
            lines += [f"{'':24}{_located(problem)}" for problem in line.problems]
    lines.append(", ".join(f"{word} {review.count(action)}" for action, word in WORDS.items()))
    lines.append("Dry run: nothing was written." if args.dry_run else f"{review.changing} records changed.")
    return "\n".join(lines)


def _located(problem: Problem) -> str:
    return f"{problem.column}: {problem}" if problem.column else str(problem)


def _as_json(args: argparse.Namespace, season: Season, review: Review, kind: ImportKind) -> str:
    """The answer for scripts. It names nobody: rows are told by their number."""
    answer = {
        "file": args.file.name,
        "season": season.id,
        "kind": kind.value,
        "dry_run": args.dry_run,
        "counts": {action.value: review.count(action) for action in Action},
        "problems": [_problem(problem) for problem in review.about_file],
        "rows": [
            {
                "row": line.row,
                "action": line.action.value,
                "team": line.team,
                "changes": line.changes,
                "problems": [_problem(problem) for problem in line.problems],
            }
            for line in review.lines
        ],
    }
    return json.dumps(answer, ensure_ascii=False, indent=1)


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "row": problem.row,
        "column": problem.column,
        "code": problem.code,
        "severity": problem.severity.value,
        "sentence": str(problem),
    }


def _say(step: str) -> None:
    """Show the step on a terminal, and nothing in a pipe."""
    if sys.stderr.isatty():
        print(f"\r\033[K{step}", end="", file=sys.stderr, flush=True)
