"""The processes that think beside the worker: one way to start them, told their task and nothing else."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import youthprog
from youthprog.core.beside import Beside, Ended
from youthprog.leagues.season import work as season_work

THINKING = "tests.support.thinking"
SOON, LONG = 0.02, 60.0


class Started(Exception):
    """A process would begin now."""


@pytest.mark.parametrize(
    "begin",
    [lambda: season_work.made_beside(None, 1.0).__enter__(), lambda: Beside(THINKING, None)],  # type: ignore[arg-type]
    ids=["schedule", "any"],
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


def test_nothing_else_in_the_leagues_starts_a_process():
    leagues = Path(youthprog.__file__).parent / "leagues"
    assert [path.name for path in leagues.rglob("*.py") if "subprocess" in path.read_text(encoding="utf-8")] == []


def test_it_says_what_it_finds_and_hears_a_stop():
    with Beside(THINKING, "a task") as process:
        assert process.next(LONG) == "a task"
        assert process.next(SOON) is None, "it thinks"
        process.stop()
        assert list(process.messages(LONG)) == ["stopped"]
        with pytest.raises(Ended):
            process.next(LONG)
        process.stop()  # nobody is there to hear it
    assert process.child.returncode is not None


def test_one_that_breaks_has_ended_and_one_that_takes_too_long_is_ended():
    with Beside(THINKING, "break") as process:
        assert list(process.messages(LONG)) == ["break"]
    with Beside(THINKING, "a task", most_seconds=0.0) as process:
        assert process.next(LONG) == "a task"
        with pytest.raises(Ended):
            process.next(SOON)
    assert process.child.returncode is not None, "it goes with the block"


def test_it_leaves_when_the_worker_is_gone():
    with Beside(THINKING, "a task") as process:
        assert process.next(LONG) == "a task"
        assert process.child.stdin is not None
        process.child.stdin.close()
        assert process.child.wait(LONG) == 1
