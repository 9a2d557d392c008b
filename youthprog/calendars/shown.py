"""A calendar's link as pages show it: the address to copy, the one that opens a calendar, and its picture."""

from typing import Any

from flask import current_app, url_for
from markupsafe import Markup

from youthprog.calendars.types import FeedLine

DARK = "#14212f"


def addresses_of(feed: FeedLine | None) -> dict[str, Any] | None:
    """What a page needs to show a link; None where there is none."""
    if feed is None:
        return None
    base = str(current_app.config["YOUTHPROG"].public_url).rstrip("/")
    address = base + url_for("calendar_links.fetch", token=feed.token)
    opens = "webcal" + address[address.index(":") :]
    return {
        "feed_id": feed.feed_id, "address": address, "opens": opens, "picture": _picture(opens), "made_at": feed.made_at,
    }  # fmt: skip


def _picture(text: str) -> Markup:
    """A QR picture, dark on white in either color scheme."""
    import segno

    symbol = segno.make(text, error="m", boost_error=False, micro=False)
    return Markup(symbol.svg_inline(border=4, dark=DARK, light="#ffffff", omitsize=True))
