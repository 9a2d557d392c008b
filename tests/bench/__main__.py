"""`make bench`: run the measures, print one line each, keep them in instance/bench.json, exit 1 when one falls short."""

import argparse
import importlib
import json
import sys
from dataclasses import asdict
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE.parent.parent / "instance" / "bench.json"
NOT_ROOMS = {
    "__init__", "__main__", "attendance_speed", "gate", "hello", "leagues_calendars", "leagues_forming", "leagues_import", "leagues_officials", "leagues_robinx", "leagues_season", "measure", "sealing", "serving", "stamping_peers", "stamping_texts",
}  # fmt: skip

WINGS = {"mentorship": ["mentor_matching", "sessions", "concerns", "credentials"]}  # rooms measured in several files


def main(argv: list[str] | None = None) -> int:
    rooms = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_ROOMS)
    parser = argparse.ArgumentParser(prog="make bench", description="Measure the product.")
    parser.add_argument(
        "--only", metavar="ROOM", choices=[*rooms, *WINGS], help=f"one of {', '.join([*rooms, *WINGS])}"
    )
    only = parser.parse_args(argv).only
    kept = []
    for room in WINGS.get(only, [only]) if only else rooms:
        for measure in importlib.import_module(f"tests.bench.{room}").measures():
            print(measure.line(), flush=True)
            kept.append({**asdict(measure), "room": room, "result": "ok" if measure.holds else "short"})
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return int(any(measure["result"] == "short" for measure in kept))


if __name__ == "__main__":
    sys.exit(main())
