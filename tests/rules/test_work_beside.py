"""The processes that think beside the worker are told their task and nothing else."""

from __future__ import annotations

import subprocess

import pytest

from youthprog.leagues.forming import work as forming_work
from youthprog.leagues.forming.types import Budget
from youthprog.leagues.season import work as season_work


class Started(Exception):
    """A process would begin now."""


@pytest.mark.parametrize(
    "begin",
    [
        lambda: season_work.made_beside(None, 1.0).__enter__(),  # type: ignore[arg-type]
        lambda: forming_work.Solver(None, Budget(seconds=1.0), {}),  # type: ignore[arg-type]
    ],
    ids=["schedule", "teams"],
)
def test_it_gets_no_secret(monkeypatch, begin):
    given: dict[str, str] = {}

    def noted(*_command: object, env: dict[str, str] | None = None, **_how: object) -> None:
        assert env is not None, "it would inherit everything"
        given.update(env)
        raise Started

    monkeypatch.setenv("YOUTHPROG_SECRET_KEY", "s" * 40)
    monkeypatch.setattr(subprocess, "Popen", noted)
    with pytest.raises(Started):
        begin()
    assert "PATH" in given
    assert [name for name in given if name.startswith("YOUTHPROG")] == []
