"""How often something may be guessed, asked from any storey: `access` keeps the count, and `wiring` says so.

A try is a kind of guess and what it is about or whence it comes. Only wrong ones are counted.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from flask import Flask, current_app

Try = tuple[str, object]
MayTry = Callable[[Sequence[Try], datetime], bool]
Miss = Callable[[Sequence[Try], datetime], None]
ASKED = "youthprog.guessing"


def install(app: Flask, may_try: MayTry, miss: Miss) -> None:
    """Say who counts."""
    app.extensions[ASKED] = may_try, miss


def may_guess(*tries: Try, now: datetime) -> bool:
    """Whether none of these was guessed wrong too often in the last quarter of an hour."""
    found: bool = current_app.extensions[ASKED][0](tries, now)
    return found


def guessed_wrong(*tries: Try, now: datetime) -> None:
    """Count a wrong guess; the caller's transaction keeps it."""
    current_app.extensions[ASKED][1](tries, now)
