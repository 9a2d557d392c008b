"""`youthprog schedule FILE.xml --out SOLUTION.xml`: a season from a RobinX file, timetabled, or why it cannot be."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from youthprog.leagues.timetables.program import unwritable
from youthprog.leagues.timetables.robinx import read_timetable, write_solution
from youthprog.leagues.timetables.timetabling import Best, Timetabling
from youthprog.leagues.timetables.types import Cause, Timetable, Verdict
from youthprog.leagues.timetables.xml_files import XmlUnusable

UNUSABLE, NOTHING_FOUND, IMPOSSIBLE = 1, 2, 4
SECONDS = 60.0
WORDS = {
    "CA1": "games of a team in certain slots",
    "CA2": "games of a team against certain others",
    "CA3": "games crowded together",
    "CA4": "games of a group in certain slots",
    "GA1": "certain games in certain slots",
    "BR1": "breaks of a team",
    "BR2": "breaks of a group",
    "FA2": "balance of home games",
    "SE1": "slots between the meetings of a pair",
}


def schedule_arguments(parser: argparse.ArgumentParser) -> None:
    """Which season, where to, for how long."""
    parser.add_argument("file", type=Path, metavar="FILE.xml", help="a season in RobinX form")
    parser.add_argument("--out", type=Path, required=True, metavar="SOLUTION.xml", help="where to write the schedule")
    parser.add_argument("--seconds", type=_seconds, default=SECONDS, help="how long to search (60); Ctrl-C ends sooner")
    parser.add_argument("--seed", type=int, default=1, help="another number searches along another way (1)")
    parser.add_argument("--workers", type=int, choices=(1, 2), default=2, help="processor cores to use (2)")


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 86_400:
        raise argparse.ArgumentTypeError("seconds must be above 0 and at most 86400")
    return seconds


def schedule_run(args: argparse.Namespace) -> int:
    """Timetable; 0 a schedule that keeps every hard rule, 4 proved impossible, 2 nothing found in time, 1 unusable."""
    try:
        timetable = read_timetable(args.file.read_bytes())
    except XmlUnusable as problem:
        return _refuse(args.file, str(problem))
    if sentence := unwritable(timetable):
        return _refuse(args.file, sentence)
    if not args.out.parent.is_dir():
        return _refuse(args.out, "There is no such folder.")
    search = Timetabling(timetable, seconds=args.seconds, seed=args.seed, workers=args.workers)
    stopped = _watch(search, args.seconds)
    best = search.best
    if best.verdict is not None:
        args.out.write_text(write_solution(timetable, best.games, best.verdict), encoding="utf-8")
        _tell(timetable, best.verdict, args.out)
        return 0
    if best.impossible:
        _tell_causes(best.causes)
        return IMPOSSIBLE
    how_far = f" The nearest still misses hard rules by {best.hard_left}." if best.hard_left else ""
    when = "Stopped before" if stopped else f"In {args.seconds:g} seconds no schedule was found"
    says = f"{when} a schedule was found" if stopped else when
    print(f"{says} that keeps every hard rule; nothing is proved.{how_far}", file=sys.stderr)
    return NOTHING_FOUND


def _watch(search: Timetabling, seconds: float) -> bool:
    """Wait for the search, with a line of progress on a terminal; whether somebody pressed Ctrl-C."""
    began, shows = time.monotonic(), sys.stderr.isatty()
    try:
        for best in search.ticks():
            if shows:
                print(
                    f"\r{_progress(best, time.monotonic() - began, seconds):<78}", end="", file=sys.stderr, flush=True
                )
    except KeyboardInterrupt:
        return True
    finally:
        if shows:
            print("\r" + " " * 78 + "\r", end="", file=sys.stderr, flush=True)
    return False


def _progress(best: Best, past: float, seconds: float) -> str:
    if best.verdict is not None:
        state = f"best so far: {best.verdict.soft}"
    elif best.hard_left is not None:
        state = f"hard rules still missed by {best.hard_left}"
    else:
        state = "looking for a first schedule"
    return f"{min(past, seconds):3.0f} of {seconds:g} s  {state}  (Ctrl-C keeps the best)"


def _refuse(path: Path, sentence: str) -> int:
    print(f"youthprog schedule: {path.name}: {sentence}", file=sys.stderr)
    return UNUSABLE


def _tell(timetable: Timetable, verdict: Verdict, out: Path) -> None:
    games = len(timetable.teams) * (len(timetable.teams) - 1) * timetable.rounds // 2
    print(
        f"{timetable.name or 'season'}: {games} games of {len(timetable.teams)} teams in {len(timetable.slots)} slots"
    )
    print(f"hard: {verdict.hard}")
    print(f"soft: {verdict.soft}")
    for (code, _hard), cost in sorted(verdict.by_kind.items()):
        print(f"  {code} {WORDS[code]}: {cost}")
    print(f"written: {out}")


def _tell_causes(causes: Sequence[Cause]) -> None:
    print("This season cannot be scheduled.")
    for cause in causes:
        print(f"because: {cause.reason}")
        print(f"  least change: {cause.relaxation}")
