"""`youthprog match --mentors FILE.csv --youth FILE.csv`: the best proposal for two files, with reasons."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from youthprog.mentorship.matching.engine import propose
from youthprog.mentorship.matching.reading import ReadFile, Unusable, people_of, read_people
from youthprog.mentorship.matching.types import CRITERIA, RULES, Alternative, Mode, Outcome, Progress, Task
from youthprog.mentorship.matching.wire import written

UNUSABLE, SOME_LEFT_OUT = 1, 2
MOST_TOLD = 20


def match_arguments(parser: argparse.ArgumentParser) -> None:
    """Which files, and what is best."""
    parser.add_argument("--mentors", type=Path, required=True, metavar="FILE.csv", help="one mentor a row")
    parser.add_argument("--youth", type=Path, required=True, metavar="FILE.csv", help="one young person a row")
    parser.add_argument(
        "--mode", choices=[mode.value for mode in Mode], default=Mode.TOTAL.value,
        help="best total (total), most matched (most), best worst pair (worst)",
    )  # fmt: skip
    parser.add_argument("--every", type=int, choices=(7, 14, 28), default=7, help="days between two meetings (7)")
    parser.add_argument("--json", action="store_true", help="the answer as JSON")


def match_run(args: argparse.Namespace) -> int:
    """Match; 0 all rows used, 2 some left out, 1 a file cannot be used."""
    places: dict[str, int] = {}
    read: list[ReadFile] = []
    for path, first in ((args.mentors, 1), (args.youth, 1_000_001)):
        try:
            read.append(read_people(path.read_bytes(), first=first, places=places))
        except Unusable as problem:
            print(f"youthprog match: {path.name}: {problem}", file=sys.stderr)
            return UNUSABLE
    mentors, youth = people_of(*read)
    task = Task(youth=youth, mentors=mentors, mode=Mode(args.mode), every_days=args.every)
    outcome = propose(task, tell=_say)
    _say(None)
    names = read[0].names | read[1].names
    print(_as_json(outcome, names, read) if args.json else _as_text(outcome, names, read))
    return SOME_LEFT_OUT if any(each.is_left_out for file in read for each in file.problems) else 0


def _say(progress: Progress | None) -> None:
    """Progress on a terminal; a pipe stays quiet."""
    if sys.stderr.isatty():
        text = f"{progress.phase.value} {progress.share:.0%}" if progress else ""
        print(f"\r{text:<30}", end="" if progress else "\r", file=sys.stderr, flush=True)


def _as_json(outcome: Outcome, names: dict[int, str], read: list[ReadFile]) -> str:
    found: dict[str, Any] = written(outcome)
    for each in (*found["pairs"], *found["unmatched"]):
        each["youth_name"] = names[each["youth"]]
        if "to" in each:
            each["mentor_name"] = names[each["to"]]
        if each["other"]:
            each["other"]["mentor_name"] = names[each["other"]["to"]]
    found["problems"] = {
        name: [written(each) for each in file.problems] for name, file in zip(("mentors", "youth"), read, strict=True)
    }
    return json.dumps(found, indent=2, ensure_ascii=False)


def _as_text(outcome: Outcome, names: dict[int, str], read: list[ReadFile]) -> str:
    figures, lines = outcome.figures, []
    lines.append(
        f"{figures.matched} of {figures.youth} matched ({figures.matchable} have a mentor that suits), "
        f"{figures.total} points, worst pair {figures.worst}; proved the best"
    )
    lines.append(f"in turn: {figures.first_come[0]} matched, {figures.first_come[1]} points")
    for pair in outcome.pairs:
        points = ", ".join(f"{_low(CRITERIA[each.criterion])} {each.points}" for each in pair.points if each.points)
        lines.append(f"\n{names[pair.youth]} with {names[pair.to]}: {pair.score} ({points or 'nothing in common'})")
        lines.append(f"  {_other(pair.other, names)}")
    for left in outcome.unmatched:
        removed = "; ".join(f"{_low(RULES[each.rule])}: not so for {each.count}" for each in left.removed)
        lines.append(
            f"\n{names[left.youth]}: no match. {left.possible} possible mentors went to others. {removed}".rstrip()
        )
        lines.append(f"  {_other(left.other, names)}")
    for name, file in zip(("mentors", "youth"), read, strict=True):
        lines += [f"{name} row {each.row}, {each.column}: {each.sentence}" for each in file.problems[:MOST_TOLD]]
        if len(file.problems) > MOST_TOLD:
            lines.append(f"{name}: {len(file.problems) - MOST_TOLD} more problems; --json has all")
    return "\n".join(lines)


def _other(other: Alternative | None, names: dict[int, str]) -> str:
    if other is None:
        return "no other mentor suits"
    costs = [
        f"{cost} {word}"
        for cost, word in (
            (other.matched_cost, "matched"), (other.worst_cost, "points of the worst pair"), (other.total_cost, "points")
        )
        if cost
    ]  # fmt: skip
    return f"next best {names[other.to]} ({other.score}), which costs all together {' and '.join(costs) or 'nothing'}"


def _low(words: str) -> str:
    return words[:1].lower() + words[1:]
