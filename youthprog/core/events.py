"""How a room tells a higher one that something happened.

The table of who listens is `wiring.SUBSCRIBERS`; handlers run at once, in the same transaction.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Flask, current_app

Handler = Callable[[Any], None]


def install(app: Flask, subscribers: Mapping[type, Iterable[Handler]]) -> None:
    """Give the application its table of subscribers."""
    app.extensions["youthprog.events"] = {event: tuple(handlers) for event, handlers in subscribers.items()}


def publish(event: object) -> None:
    """Call every handler of the event's type, in the table's order, in the caller's transaction."""
    for handler in current_app.extensions["youthprog.events"].get(type(event), ()):
        handler(event)
