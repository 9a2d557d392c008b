"""`youthprog audit verify`: is the trail whole? `youthprog audit anchor`: write its head down outside."""

import argparse
import sys

from flask import current_app

from youthprog import create_app
from youthprog.audit import anchors, queries
from youthprog.core import clock, db

WHOLE, BROKEN = 0, 3


def audit_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be asked."""
    parser.add_argument("deed", choices=("verify", "anchor"), help="recompute the chain, or write its head down")


def audit_run(asked: argparse.Namespace) -> int:
    """Do it; 3 when the chain is broken."""
    with create_app().app_context(), db.reading():
        return anchor() if asked.deed == "anchor" else verify()


def verify() -> int:
    """Recompute the chain and compare it with the anchors; name the first bad line."""
    outside = anchors.read(current_app.config["YOUTHPROG"].instance)
    verdict = queries.verify(outside)
    db.session().rollback()
    if verdict.whole:
        print(f"whole: {verdict.lines} lines, {len(outside)} anchors, head {verdict.head[:16]}")
        return WHOLE
    print(
        f"broken at line {verdict.bad_number}: {verdict.reason}; {verdict.lines} lines before it are whole",
        file=sys.stderr,
    )
    return BROKEN


def anchor() -> int:
    """Write the head of the chain to the file of anchors."""
    added = anchors.anchor(current_app.config["YOUTHPROG"].instance, clock.now())
    db.session().rollback()
    print("anchored" if added else "nothing new to anchor")
    return WHOLE
