"""The command that fills an empty installation with a generated department."""

import argparse
import sys
from datetime import datetime
from time import perf_counter

from youthprog import create_app
from youthprog.core import clock, db
from youthprog.demo.department import plan_department
from youthprog.demo.load import DEMO_MAIL, ROLES, NotEmpty, is_empty, load, prepare_record
from youthprog.demo.types import Size
from youthprog.documents import services as documents
from youthprog.documents.press import PressFailed
from youthprog.documents.types import PreparedDocument


def demo_arguments(parser: argparse.ArgumentParser) -> None:
    """Size, seed, and whether people who are here already are a reason to stop quietly."""
    sizes = "s: 25 youth; m: 2,200 youth, 60,000 attendance marks; l: 20,000 youth, 500,000 marks"
    parser.add_argument("--size", choices=[size.value for size in Size], default=Size.S.value, help=sizes)
    parser.add_argument("--seed", type=int, default=1, help="same seed, same people")
    parser.add_argument("--if-empty", action="store_true", help="do nothing when there are people already")


def demo_run(args: argparse.Namespace) -> int:
    """Plan the department, seal its one record, load it."""
    app = create_app()
    with app.app_context():
        empty = is_empty()
        db.session().rollback()
        if not empty and args.if_empty:
            return 0
        if not empty:
            raise NotEmpty
        began, now = perf_counter(), clock.now()
        _say("inventing people and seasons")
        department = plan_department(Size(args.size), seed=args.seed, today=clock.today())
        _say("sealing the demonstration record")
        sealed = _sealed(now)
        _say("loading")
        loaded = load(department, sealed, now=now)
        db.session().commit()
        _say("")
    print(
        f"demo department: {loaded.youth:,} youth, {loaded.workers:,} adults, {loaded.sites} sites, "
        f"{loaded.marks:,} attendance marks in {perf_counter() - began:.1f} s"
    )
    for role in ROLES:
        print(f"  {role}@{DEMO_MAIL}  demo-{role}")
    return 0


def _sealed(now: datetime) -> PreparedDocument | None:
    """The demonstration's record; None where no PDF can be made."""
    try:
        return prepare_record(now=now)
    except PressFailed:
        print("\nno PDF can be made here: every consent of the demonstration is still asked for", file=sys.stderr)
        return None
    finally:
        documents.press().close()


def _say(step: str) -> None:
    """Show the step on a terminal, and nothing in a pipe."""
    if sys.stderr.isatty():
        print(f"\r\033[K{step}", end="", file=sys.stderr, flush=True)
