"""One's own calendars: make a link, see it again, make another, stop; and who has not seen a change."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.calendars import notice_queries, notices, queries, services
from youthprog.calendars.shown import addresses_of
from youthprog.calendars.types import FeedKind
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.programs import queries as programs
from youthprog.web.edge import actor, door
from youthprog.web.language import gettext as _
from youthprog.web.language import ngettext
from youthprog.web.pages import page

bp = Blueprint("calendars", __name__)
LONGEST_PLACE = 120


def _deed() -> dict[str, Any]:
    return {"by": actor(), "now": clock.now()}


# ---- one's own ----


@bp.get("/calendar")
@door(P.CALENDAR_READ)
def show() -> Response:
    """The family's calendar, and those of the groups one leads or has a child in."""
    on, mine = clock.today(), queries.own_feeds(actor().person_id)
    family = next((feed for feed in mine if feed.kind is FeedKind.FAMILY), None)
    return page(
        "calendars/own.html",
        has_children=queries.has_children(actor(), on),
        family=addresses_of(family),
        ended=family is None and queries.ended_for_safety(actor().person_id),
        groups=queries.own_groups(actor(), on),
        shared={feed.group_id for feed in mine},
        places=[feed for feed in mine if feed.kind is FeedKind.PLACE],
    )


@bp.post("/calendar")
@door(P.CALENDAR_READ)
def share() -> BaseResponse:
    """Make the link of one's family; the one before stops working."""
    services.share(FeedKind.FAMILY, **_deed())
    flash(_("Here is your link."), "signed")
    return redirect(url_for(".show"), 303)


@bp.post("/calendar/<id:feed_id>/stop")
@door(P.CALENDAR_READ)
def stop(feed_id: int) -> BaseResponse:
    """End one of one's own links."""
    feed = queries.get_own_feed(actor().person_id, feed_id)
    services.stop(feed, **_deed())
    flash(_("The link is stopped. Nobody can fetch this calendar with it any more."), "signed")
    return redirect(_page_of(feed.kind, feed.group_id, feed.site_id), 303)


@bp.post("/calendar/seen")
@door(P.CALENDAR_READ)
def say_seen() -> BaseResponse:
    """Say on Today that one has seen the changes shown there."""
    notices.say_seen(actor().person_id or 0, until=notices.moment_of(request.form.get("until")), **_deed())
    flash(_("Thank you. We know that you know."), "signed")
    return redirect("/today", 303)


def _page_of(kind: FeedKind, group_id: int | None, site_id: int | None) -> str:
    match kind:
        case FeedKind.GROUP:
            return url_for(".group", group_id=group_id)
        case FeedKind.PLACE:
            return url_for(".place", site_id=site_id)
    return url_for(".show")


# ---- a group's ----


@bp.get("/groups/<id:group_id>/calendar")
@door(P.CALENDAR_READ)
def group(group_id: int) -> Response:
    """The calendar of a team, class or match."""
    row = queries.get_group_for(actor(), group_id, clock.today())
    mine = (feed for feed in queries.own_feeds(actor().person_id) if feed.group_id == row.id)
    return page("calendars/group.html", group=row, shown=addresses_of(next(mine, None)))


@bp.post("/groups/<id:group_id>/calendar")
@door(P.CALENDAR_READ)
def share_group(group_id: int) -> BaseResponse:
    """Make one's own link to it."""
    row = queries.get_group_for(actor(), group_id, clock.today())
    services.share(FeedKind.GROUP, group_id=row.id, **_deed())
    flash(_("Here is your link."), "signed")
    return redirect(url_for(".group", group_id=row.id), 303)


@bp.post("/groups/<id:group_id>/calendar/families")
@door(P.TEAM_EDIT)
def invite(group_id: int) -> BaseResponse:
    """Write to the families of a group how to have their calendar."""
    row = programs.get_group_for(actor(), P.TEAM_EDIT, group_id, clock.today())
    count = notices.invite(row, **_deed())
    sentence = ngettext("%(num)s guardian is written to.", "%(num)s guardians are written to.", count)
    flash(sentence if count else _("Everybody has it already, was just written to, or has no address."), "signed")
    return redirect(url_for(".group", group_id=row.id), 303)


# ---- a place's ----


@bp.get("/sites/<id:site_id>/calendar")
@door(P.CALENDAR_READ)
def place(site_id: int) -> Response:
    """The calendars of a site and of each of its fields."""
    site = queries.get_site_for(actor(), site_id, clock.today())
    mine = [feed for feed in queries.own_feeds(actor().person_id) if feed.site_id == site.id]
    places = queries.places_of(actor(), site.id, clock.today())
    return page(
        "calendars/place.html",
        site=site,
        feeds=[(feed, addresses_of(feed)) for feed in mine],
        others=[each for each in (None, *places) if each not in {feed.field for feed in mine}],
    )


@bp.post("/sites/<id:site_id>/calendar")
@door(P.CALENDAR_READ)
def share_place(site_id: int) -> BaseResponse:
    """Make one's own link to a site or one of its fields."""
    site, on = queries.get_site_for(actor(), site_id, clock.today()), clock.today()
    wanted = request.form.get("field", "")[:LONGEST_PLACE]
    known = wanted if wanted in queries.places_of(actor(), site.id, on) else None
    services.share(FeedKind.PLACE, site_id=site.id, field=known, **_deed())
    flash(_("Here is your link."), "signed")
    return redirect(url_for(".place", site_id=site.id), 303)


# ---- who has not seen a change ----


@bp.get("/gatherings/<id:gathering_id>/told")
@door(P.REGISTER_READ)
def told(gathering_id: int) -> Response:
    """Everybody who was told of a change of this meeting; whom to call stands first."""
    now = clock.now()
    gathering = programs.get_gathering_for(actor(), P.REGISTER_READ, gathering_id, clock.day_of(now))
    return page("calendars/told.html", gathering=gathering, lines=notice_queries.told_of(actor(), gathering, now))
