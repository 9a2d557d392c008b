"""The list of whom to chase: who is missing, how far each letter came, whom to call; and the letters to many at once."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.consent import chase_queries, services
from youthprog.consent.chase_queries import PAGE
from youthprog.consent.services import Chased
from youthprog.consent.types import (
    CHASE_CHANNELS,
    CHASE_STATES,
    REACHED,
    ChaseChannel,
    ChaseFilter,
    ChaseKey,
    ChaseState,
)
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.people import queries as people
from youthprog.people.types import RELATIONSHIPS
from youthprog.web.edge import actor, door
from youthprog.web.language import LANGUAGES, ngettext
from youthprog.web.language import gettext as _
from youthprog.web.pages import asked_choice, asked_cursor, cursor, page, safe_next

bp = Blueprint("consent_chase", __name__)
PLACE = (str, int, str, int, int)
LONGEST_ID = 18  # digits


@bp.get("/consents/chase")
@door(P.CONSENT_SEND)
def index() -> Response:
    """A page of those to chase, as the filters say."""
    on, wanted = clock.today(), _asked_filter()
    found = chase_queries.chase_page(actor(), wanted, on, after=_place("after"), before=_place("before"))
    seasons, groups = chase_queries.list_choices(actor(), wanted.season_id, on)
    kept: dict[str, Any] = {
        name: value for name, value in request.args.items() if name not in ("after", "before") and value
    }
    return page(
        "consent/chase.html",
        found=found,
        wanted=wanted,
        seasons=seasons,
        groups=groups,
        states=CHASE_STATES,
        channels=CHASE_CHANNELS,
        reached=REACHED,
        relationships=RELATIONSHIPS,
        languages=LANGUAGES,
        first=url_for(".index", **kept),
        previous=_address(kept, "before", found.before),
        next=_address(kept, "after", found.after),
        per_page=PAGE,
        writable=sum(bool(line.to_remind or line.may_be_asked) for line in found.rows),
        today=on,
    )


@bp.post("/consents/chase")
@door(P.CONSENT_SEND)
def write() -> BaseResponse:
    """Write to the family of one row, of the chosen rows, or of every row of the page."""
    only = request.form.get("only")
    named = [only] if only else request.form.getlist("on_page" if request.form.get("do") == "all" else "who")
    pairs = [pair for pair in (_numbers(each, 2) for each in named[: PAGE * 2]) if pair is not None]
    allowed = chase_queries.pairs_within(actor(), [(pair[0], pair[1]) for pair in pairs], clock.today())
    if allowed:
        done = services.chase(allowed, by=actor(), now=clock.now())
        flash(_told(done), "signed" if done.reminded or done.asked else "missing")
    else:
        flash(_("Choose at least one family."), "waiting")
    return redirect(safe_next(url_for(".index")), 303)


@bp.post("/consents/chase/called")
@door(P.CONSENT_ENTER)
def called() -> BaseResponse:
    """Note that a guardian was called just now."""
    numbers = _numbers(request.form.get("called", ""), 2)
    youth_id, guardian_id = numbers or (0, 0)
    youth = people.get_youth_for(actor(), P.CONSENT_ENTER, youth_id, clock.today())
    services.note_call(youth.id, guardian_id, by=actor(), now=clock.now())
    flash(_("The call about %(name)s is noted.", name=youth.name), "signed")
    return redirect(safe_next(url_for(".index")), 303)


def _asked_filter() -> ChaseFilter:
    state = asked_choice("state", [each.value for each in ChaseState], "")
    channel = asked_choice("channel", [each.value for each in ChaseChannel], "")
    return ChaseFilter(
        season_id=_number(request.args.get("season", "")),
        group_id=_number(request.args.get("group", "")),
        state=ChaseState(state) if state else None,
        language=asked_choice("language", list(LANGUAGES), ""),
        channel=ChaseChannel(channel) if channel else None,
    )


def _place(name: str) -> ChaseKey | None:
    found = asked_cursor(PLACE, name)
    if found is None:
        return None
    try:
        return ChaseKey(date.fromisoformat(found[0]), *found[1:])
    except ValueError:
        return None


def _address(kept: dict[str, Any], name: str, key: ChaseKey | None) -> str | None:
    if key is None:
        return None
    place: dict[str, Any] = {name: cursor(key.due.isoformat(), *key[1:])}
    return url_for(".index", **kept, **place)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID else None


def _numbers(text: str, count: int) -> list[int] | None:
    """The numbers of "12-3", when there are so many."""
    found = [number for number in map(_number, text.split("-")) if number is not None]
    return found if len(found) == count == len(text.split("-")) else None


def _told(done: Chased) -> str:
    """What became of it, with the languages the letters are written in."""
    parts = []
    if done.reminded:
        parts.append(ngettext("%(num)s family reminded.", "%(num)s families reminded.", done.reminded))
    if done.asked:
        parts.append(ngettext("%(num)s family asked.", "%(num)s families asked.", done.asked))
    if done.languages:
        words = (f"{LANGUAGES.get(each, each)} {count}" for each, count in sorted(done.languages.items()))
        parts.append(_("Letters: %(languages)s.", languages=", ".join(words)))
    if done.unreachable:
        count = done.unreachable
        parts.append(
            ngettext("%(num)s has no address that works: call.", "%(num)s have no address that works: call.", count)
        )
    return " ".join(parts) or _("Nobody had to be written to.")
