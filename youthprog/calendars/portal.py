"""Doors that open to a secret alone: the calendar a telephone fetches, and the page that says "I have seen it".

A program fetches the first every hour; whoever looks at the second has seen nothing until the button is pressed, since
mail scanners look at pages too.
"""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, redirect, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.access.queries import LinkKey, find_link, live_link
from youthprog.access.types import LinkPurpose
from youthprog.calendars import ical, notices, queries, rules, services
from youthprog.calendars.models import CalendarFeed
from youthprog.calendars.shown import addresses_of
from youthprog.calendars.types import FeedKind
from youthprog.core import clock
from youthprog.core.actor import Actor
from youthprog.core.refusals import NotFound
from youthprog.web.edge import public
from youthprog.web.language import LANGUAGES, speak
from youthprog.web.language import gettext as _
from youthprog.web.pages import page

bp = Blueprint("calendar_links", __name__)
HIDES_CANCELED = "Google-Calendar-Importer"  # it leaves out what is canceled: there the words alone say it


# ---- the calendar ----


@bp.get("/cal/<token>.ics")
@public()
def fetch(token: str) -> BaseResponse:
    """A calendar, or the answer that it is still the same."""
    feed, now = queries.find_feed(token), clock.now()
    owner = queries.owner_of(feed, now) if feed else None
    if feed is None or owner is None:
        raise NotFound
    actor, language = owner
    speak(language)
    response = Response(_calendar(feed, actor, now), mimetype="text/calendar")
    response.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "User-Agent"
    response.set_etag(sha256(response.get_data()).hexdigest()[:32])
    return response.make_conditional(request)


def _calendar(feed: CalendarFeed, actor: Actor, now: datetime) -> bytes:
    meetings = queries.meetings_for(feed, actor, now)
    names, host = (
        queries.names_of(meetings),
        urlsplit(current_app.config["YOUTHPROG"].public_url).hostname or "youthprog",
    )
    events = [rules.event_of(each, names, _, host) for each in meetings]
    hides = HIDES_CANCELED in request.headers.get("User-Agent", "")
    return ical.write(_name(feed), clock.zone(), events, hides_canceled=hides)


def _name(feed: CalendarFeed) -> str:
    settings = current_app.config["YOUTHPROG"]
    return " · ".join(
        part for part in (queries.name_of(feed), settings.department_program or settings.department) if part
    )


# ---- one's own page ----


@bp.get("/seen/<token>")
@public()
def own(token: str) -> Response:
    """What changed, and the family's calendar. Looking marks nothing."""
    by, key = _reader(token)
    if session.get("language") not in LANGUAGES:
        speak(by.language)
    on = clock.today()
    owner = queries.as_owner(key.person_id, on)
    family = next((feed for feed in queries.own_feeds(key.person_id) if feed.kind is FeedKind.FAMILY), None)
    return page(
        "calendars/seen.html",
        news=notices.news_of(key.person_id, clock.now()),
        has_children=owner is not None and queries.has_children(owner, on),
        family=addresses_of(family),
        token=token,
    )


@bp.post("/seen/<token>")
@public()
def say_seen(token: str) -> BaseResponse:
    """Keep that it was seen."""
    by, key = _reader(token)
    notices.say_seen(key.person_id, until=notices.moment_of(request.form.get("until")), by=by, now=clock.now())
    return redirect(url_for(".own", token=token), 303)


@bp.post("/seen/<token>/calendar")
@public()
def share(token: str) -> BaseResponse:
    """Make the family's calendar, or stop it."""
    by, key = _reader(token)
    on, now = clock.today(), clock.now()
    owner = queries.as_owner(key.person_id, on)
    if owner is None or not queries.has_children(owner, on):
        raise NotFound
    if request.form.get("do") == "stop":
        for each in queries.own_feeds(key.person_id):
            if each.kind is FeedKind.FAMILY:
                services.stop(queries.get_own_feed(key.person_id, each.feed_id), by=by, now=now)
    else:
        services.share(FeedKind.FAMILY, by=by, now=now)
    return redirect(url_for(".own", token=token), 303)


def _reader(token: str) -> tuple[Actor, LinkKey]:
    """Who holds a live link, as they are written into the trail. Raises `NotFound`."""
    key = find_link(token, LinkPurpose.CALENDAR)
    live = live_link(key.link_id, LinkPurpose.CALENDAR) if key else None
    if live is None:
        raise NotFound
    return replace(live[0], ip=request.remote_addr or "", user_agent=request.user_agent.string[:200]), live[1]
