"""`youthprog verify FILE.pdf`."""

import argparse
import sys
from pathlib import Path

from youthprog import create_app
from youthprog.core import db
from youthprog.documents import codes, services

NOT_OURS = 3


def verify_arguments(parser: argparse.ArgumentParser) -> None:
    """The file."""
    parser.add_argument("file", type=Path, metavar="FILE.pdf")


def verify_run(args: argparse.Namespace) -> int:
    """Say whether a sealed document is ours and unchanged; 0 yes, 3 no."""
    content = args.file.read_bytes()
    app = create_app()
    with app.app_context(), db.reading():
        try:
            verdict = services.verify_upload(content)
        finally:
            services.press().close()
            db.session().rollback()
        if not verdict.is_ours:
            print(f"{args.file.name}: {_why(verdict)}", file=sys.stderr)
            if verdict.claimed is not None:
                was = verdict.claimed
                print(f"  It was {was.title}, code {codes.grouped(was.code)}. Ask for the original.", file=sys.stderr)
            return NOT_OURS
        print(f"{args.file.name}: ours and unchanged.")
        if verdict.document is not None:
            document = verdict.document
            print(f"  {document.title}, code {codes.grouped(document.code)}, issued {document.issued_at:%Y-%m-%d}")
            if document.revoked_at is not None:
                print(f"  Revoked on {document.revoked_at:%Y-%m-%d}: it does not hold any more.")
        return 0


def _why(verdict: services.Verdict) -> str:
    if verdict.seal.intact and not verdict.seal.ours:
        return "sealed by somebody else, not by this department."
    if verdict.seal.ours and not verdict.seal.intact:
        return "our seal, but the file was changed."
    if verdict.seal.ours and not verdict.seal.whole_file:
        return "our seal, but something was added afterwards."
    return "no seal of this department."
