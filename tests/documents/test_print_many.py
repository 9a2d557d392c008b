"""Many sheets at once: in their order, and none at all when a name has letters nobody can draw."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.documents.conftest import NOON
from tests.makers import sheets
from youthprog.core.refusals import Refused
from youthprog.documents import services as documents


def test_many_sheets_come_in_their_order(app: Flask) -> None:
    names = [f"Kofi {letter}" for letter in "ABCDEFGHIJKL"]
    with app.app_context():
        printed = list(documents.print_many([sheets.certificate(name) for name in names], now=NOON))
    assert [name for each, name in zip(printed, names, strict=True) if name.encode() in each.content] == names


def test_missing_glyphs_stop_the_batch_with_every_name_before_anything_is_printed(app: Flask) -> None:
    press = app.extensions["youthprog.press"]
    before = len(press.jobs)
    named = ["Li Wu", "שרה כהן", "Zoë", "李伟"]
    with app.app_context(), pytest.raises(Refused) as told:
        list(documents.print_many([sheets.certificate(name) for name in named], now=NOON))
    assert [reason.values["name"] for reason in told.value.reasons] == ["שרה כהן", "李伟"]
    assert {reason.code for reason in told.value.reasons} == {"missing_glyphs"}
    assert len(press.jobs) == before


def test_only_kin_are_announced_to_be_learned_from(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is counted of each makes no family of its own; another season does, and of one alone nothing is learned."""
    told: list[int] = []
    press = app.extensions["youthprog.press"]
    monkeypatch.setattr(press, "print_sheets", lambda jobs, *, following: told.extend(following) or [])
    seasons = ["Fall 2026", "Spring 2026", "Fall 2026", "Winter 2026", "Fall 2026"]
    list(
        documents.print_many(
            [
                sheets.certificate(f"Kofi {n}", code=f"P8HX3MR{n}", season_en=each, hours=n)
                for n, each in enumerate(seasons, 2)
            ],
            now=NOON,
        )
    )
    assert told == [2, 0, 1, 0, 0]
