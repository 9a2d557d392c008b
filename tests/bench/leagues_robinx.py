"""Timetabling seasons from RobinX files, judged apart from the solver.

`BENCH_TIMETABLING` names a folder of RobinX seasons with `best_known.csv` (`instance,...,best_obj,...`); each gets
`BENCH_TIMETABLING_SECONDS` (60) on two cores. Without it only seasons of our own making are timetabled.
"""

import csv
import os
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measure import Measure
from tests.makers.timetables import amateur_rules, season_xml
from youthprog.leagues.timetables.robinx import read_timetable
from youthprog.leagues.timetables.timetabling import Best, Timetabling

FOLDER = "BENCH_TIMETABLING"
OWN = 4
OWN_SECONDS = 60.0
SHARE_AS_GOOD = 30 / 44
TOTAL_AGAINST_BEST = 571 / 519


def measures() -> Iterator[Measure]:
    yield from own_seasons()
    yield from outside_seasons()


def own_seasons() -> Iterator[Measure]:
    """Generated seasons of twelve teams over two hundred days: none may be left without a schedule or a cause."""
    open_ones = 0
    for seed in range(OWN):
        text = season_xml(teams=12, slots=200, rules=amateur_rules(12, 200, seed, home_days=16))
        search = Timetabling(read_timetable(text.encode()), seconds=OWN_SECONDS)
        for best in search.ticks():
            if best.verdict is not None:
                break  # the first one will do
        open_ones += _open(search.best)
    yield Measure("generated seasons neither timetabled nor proved impossible", open_ones, "seasons", 0)


def outside_seasons() -> Iterator[Measure]:
    """The table of a folder: how many are open, how many as good as the best known, and the sum of penalties."""
    named = os.environ.get(FOLDER)
    if not named:
        print(f"RobinX seasons are skipped: set {FOLDER} to a folder of them.")
        return
    folder = Path(named)
    known = best_known(folder / "best_known.csv")
    seconds = float(os.environ.get(f"{FOLDER}_SECONDS", "60"))
    open_ones, as_good, compared, ours, theirs = 0, 0, 0, 0, 0
    for path in sorted(folder.glob("*.xml"), key=lambda path: (len(path.stem), path.stem)):
        began = time.monotonic()
        best = Timetabling(read_timetable(path.read_bytes()), seconds=seconds).run()
        goal = known.get(path.stem)
        print(f"  {path.stem:<18} {_result(best):<34} best known {'-' if goal is None else goal:>5}  "
              f"{time.monotonic() - began:.0f} s", flush=True)  # fmt: skip
        open_ones += _open(best)
        if best.verdict and goal is not None:
            compared, as_good = compared + 1, as_good + (best.verdict.soft <= goal)
            ours, theirs = ours + best.verdict.soft, theirs + goal
    yield Measure("RobinX seasons neither timetabled nor proved impossible", open_ones, "seasons", 0)
    if compared:
        yield Measure(
            "RobinX seasons as good as the best known", as_good / compared, "share", SHARE_AS_GOOD, more_is_better=True
        )
        yield Measure(
            "sum of penalties against the best known", ours / max(1, theirs), "times", round(TOTAL_AGAINST_BEST, 3)
        )


def best_known(path: Path) -> dict[str, int]:
    """The best known penalty of each season that has one."""
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        return {row["instance"]: int(row["best_obj"]) for row in csv.DictReader(file) if row.get("best_obj")}


def _open(best: Best) -> bool:
    return not best.impossible and best.verdict is None


def _result(best: Best) -> str:
    if best.impossible:
        return "impossible, proved"
    if best.verdict is None:
        return "nothing found"
    return f"hard-feasible, penalty {best.verdict.soft}"
