"""One step of a deed fails: what must be left behind is nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, g, has_request_context

from youthprog.documents.press import JobTooLong
from youthprog.documents.services import press

BROKEN = ("render", "seal", "audit", "commit")
EACH = [pytest.param(step, marks=[pytest.mark.press] if step == "seal" else []) for step in BROKEN]  # for parametrize


def stored_files(app: Flask) -> set[Path]:
    """Every file in the folder of documents, half-written ones too."""
    return {path for path in app.config["YOUTHPROG"].documents.rglob("*") if path.is_file()}


def break_step(monkeypatch: pytest.MonkeyPatch, app: Flask, step: str) -> None:
    """Let rendering, sealing, the audit line or the commit of the next deed fail."""
    if step == "render":
        monkeypatch.setattr(press(), "print_sheet", _fail(JobTooLong("a job took longer than 20 s")))
    elif step == "seal":
        _without_a_sealing_key(monkeypatch, app)
    elif step == "audit":
        monkeypatch.setattr("youthprog.audit.services.append", _fail(RuntimeError("broken on purpose")))
    else:
        _without_commit(monkeypatch)


def _fail(problem: Exception) -> Any:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise problem

    return fail


def _without_a_sealing_key(monkeypatch: pytest.MonkeyPatch, app: Flask) -> None:
    """Take the key away from the real press: rendering works, sealing does not."""
    keys = app.config["YOUTHPROG"].instance / "no-keys-here"
    monkeypatch.setattr(press(), "keys", keys)


def _without_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the database refuse the commit of whatever a `late` door recorded, after everything was sent to it."""
    commit = sa.engine.Connection._commit_impl

    def refuse(connection: sa.engine.Connection) -> None:
        if has_request_context() and g.get("recording"):
            raise sa.exc.OperationalError("COMMIT", None, Exception("disk is full"))
        commit(connection)

    monkeypatch.setattr(sa.engine.Connection, "_commit_impl", refuse)
