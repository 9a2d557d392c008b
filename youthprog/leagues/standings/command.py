"""`youthprog standings GAMES.csv --rules RULES.toml`: the table of a list of games, and what decided each place."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from youthprog.leagues.imports.limits import Unusable
from youthprog.leagues.imports.types import Problem
from youthprog.leagues.standings.files import ReadGames, RulesUnusable, read_games, read_rules
from youthprog.leagues.standings.tables import Place, Rules, standings_of

UNUSABLE, SOME_REFUSED = 1, 2
COLUMNS = (("played", "P"), ("won", "W"), ("drawn", "D"), ("lost", "L"), ("scored", "F"), ("conceded", "A"),
           ("difference", "+/-"), ("points", "Pts"))  # fmt: skip
WORDS = {
    "": "", "points": "points", "points_per_game": "points per game", "wins": "wins",
    "head_to_head_points": "head to head, points", "head_to_head_difference": "head to head, difference",
    "head_to_head_scored": "head to head, scored", "head_to_head_quotient": "head to head, quotient",
    "difference": "difference", "difference_per_game": "difference per game", "scored": "scored",
    "scored_per_game": "scored per game", "fewest_conceded": "fewest conceded",
    "fewest_conceded_per_game": "fewest conceded per game", "quotient": "quotient", "lots": "lots drawn",
}  # fmt: skip


def standings_arguments(parser: argparse.ArgumentParser) -> None:
    """Which games, by which rules."""
    parser.add_argument("games", type=Path, metavar="GAMES.csv", help="home,away,home_score,away_score,date[,status]")
    parser.add_argument("--rules", type=Path, metavar="RULES.toml", help="points, caps, forfeits and tie-break steps")
    parser.add_argument("--json", action="store_true", help="the answer as JSON")


def standings_run(args: argparse.Namespace) -> int:
    """Print the table; 0 all rows counted, 2 some left out, 1 a file cannot be used."""
    try:
        rules = read_rules(args.rules.read_text(encoding="utf-8")) if args.rules else Rules()
        read = read_games(args.games.read_bytes())
    except RulesUnusable as problem:
        return _refuse(args.rules, *problem.faults)
    except UnicodeDecodeError:
        return _refuse(args.rules, "The rules are no UTF-8 text.")
    except Unusable as unusable:
        return _refuse(args.games, str(unusable))
    places = standings_of(read.games, rules)
    print(_as_json(places, read) if args.json else _as_text(places))
    if not args.json:
        for each in read.problems:
            print(f"row {each.row}, {each.column}: {each}", file=sys.stderr)
    return SOME_REFUSED if read.problems else 0


def _refuse(path: Path, *faults: str) -> int:
    for fault in faults:
        print(f"youthprog standings: {path.name}: {fault}", file=sys.stderr)
    return UNUSABLE


def _as_text(places: list[Place]) -> str:
    wide = max((len(place.team) for place in places), default=4)
    lines = [f"{'':>3} {'Team':<{wide}} " + " ".join(f"{head:>4}" for _name, head in COLUMNS) + "  Decided by"]
    for place in places:
        figures = " ".join(f"{getattr(place.record, name):>4}" for name, _head in COLUMNS)
        lines.append(f"{place.number:>3} {place.team:<{wide}} {figures}  {WORDS[place.decided_by]}".rstrip())
    return "\n".join(lines)


def _as_json(places: list[Place], read: ReadGames) -> str:
    table = [
        {"place": place.number, "team": place.team}
        | {name: getattr(place.record, name) for name, _head in COLUMNS}
        | {"decided_by": place.decided_by, "level_with": list(place.level_with)}
        for place in places
    ]
    return json.dumps(
        {"table": table, "problems": [_told(each) for each in read.problems]}, ensure_ascii=False, indent=1
    )


def _told(problem: Problem) -> dict[str, Any]:
    return {"row": problem.row, "column": problem.column, "code": problem.code, "sentence": str(problem)}
