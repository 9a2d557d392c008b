"""Whose photo may be shown, asked from any storey: consent knows it, and rooms that print do not know consent."""

from collections.abc import Callable, Collection
from datetime import date

from flask import Flask, current_app

Agreed = Callable[[Collection[int], int | None, date], set[int]]


def install(app: Flask, agreed: Agreed) -> None:
    """Say who knows which families agreed to photos."""
    app.extensions["youthprog.picturing"] = agreed


def may_be_shown(youth_ids: Collection[int], season_id: int | None, on: date) -> set[int]:
    """Those of the youth whose photo may be shown on a day, in a season; None is any season that is not over."""
    found: Agreed = current_app.extensions["youthprog.picturing"]
    return found(youth_ids, season_id, on) if youth_ids else set()
