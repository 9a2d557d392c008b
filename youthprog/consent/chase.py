"""The list of whom to chase: who is missing, how far each letter came, whom to call; and the letters to many at once."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
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
    ChaseLine,
    ChaseState,
)
from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, NotFound, Refused
from youthprog.people import queries as people
from youthprog.people.types import RELATIONSHIPS
from youthprog.web.csv_files import csv_response
from youthprog.web.edge import actor, door
from youthprog.web.filters import phone
from youthprog.web.language import LANGUAGES, language, ngettext, says
from youthprog.web.language import gettext as _
from youthprog.web.pages import asked_choice, asked_cursor, cursor, page, safe_next

bp = Blueprint("consent_chase", __name__)
PLACE = (str, int, str, int, int)
CHANNELS_OF = {  # as `REACHED` has it, the day in a column of its own
    "sent": N_("Sent"),
    "reminded": N_("Reminded"),
    "delivered": N_("Delivered"),
    "noticed": N_("Told that another guardian was asked"),
    "opened": N_("Opened"),
    "called": N_("Called"),
    "bounced": N_("Came back"),
    "queued": N_("Leaving"),
    "failed": N_("Could not be sent"),
    "bounced_before": N_("The address does not work"),
    "no_address": N_("No mail address"),
    "not_asked": N_("No letter yet"),
}


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
        export=url_for(".export", **kept),
        previous=_address(kept, "before", found.before),
        next=_address(kept, "after", found.after),
        per_page=PAGE,
        writable=sum(bool(line.to_remind or line.may_be_asked) for line in found.rows),
        today=on,
    )


@bp.get("/consents/chase.csv")
@door(P.CONSENT_SEND)
def export() -> Response:
    """The list as the filters say, for a spreadsheet: a row a guardian. Why a section is missing stays on the page."""
    wanted = _asked_filter()
    rows = [row for line in chase_queries.every_line(actor(), wanted, clock.today()) for row in _cells(line)]
    record_read(
        "consent.chase_exported", "season", wanted.season_id, by=actor(), rows=len(rows),
        filters={name: str(value) for name, value in vars(wanted).items() if value},
    )  # fmt: skip
    head = (
        _("Young person"), _("Program"), _("Season"), _("Team or group"), _("What is wrong"), _("Wanted by"), _("Guardian"),
        _("Relationship"), _("Language"), _("Phone"), _("Last letter"), _("On"), _("Wants paper"),
    )  # fmt: skip
    return csv_response(head, rows, name=f"forms-missing-{clock.today().isoformat()}.csv")


def _cells(line: ChaseLine) -> Iterator[tuple[str, ...]]:
    """The rows of one youth: one for each guardian, one without when there is none."""
    spanish = language() == "es"
    of_youth = (
        line.list_name, line.program_es if spanish and line.program_es else line.program,
        line.season_es if spanish and line.season_es else line.season, ", ".join(line.groups), _(CHASE_STATES[line.state]),
        line.due_on.isoformat() if line.due_on else "",
    )  # fmt: skip
    if not line.guardians:
        yield (*of_youth, *("",) * 7)
    for each in line.guardians:
        yield (
            *of_youth, each.name, _(RELATIONSHIPS[each.relationship]), LANGUAGES.get(each.language, each.language),
            phone(each.phone) if each.phone else "", _(CHANNELS_OF[each.reached]),
            clock.day_of(each.reached_at).isoformat() if each.reached_at else "", _("Yes") if each.wants_paper else "",
        )  # fmt: skip


@bp.post("/consents/chase/paper")
@door(P.CONSENT_ENTER)
def print_form() -> BaseResponse:
    """Print what a guardian who wants paper has still to answer, with the codes; the sheets follow."""
    youth_id, season_id, guardian_id = _numbers(request.form.get("paper", ""), 3) or (0, 0, 0)
    on = clock.today()
    allowed = chase_queries.pairs_within(actor(), [(youth_id, season_id)], on, P.CONSENT_ENTER)
    lines = people.guardians_of([youth for youth, _season in allowed], on).get(youth_id, [])
    line = next((each for each in lines if each.guardian_id == guardian_id), None)
    if line is None:
        raise NotFound
    try:
        asked = services.ask_on_paper(youth_id, line, season_id, by=actor(), now=clock.now())
    except Refused as refused:
        flash(" ".join(says(reason) for reason in refused.reasons), "missing")
        return redirect(safe_next(url_for(".index")), 303)
    for each in asked:
        services.give_code(each, by=actor(), now=clock.now())
    if asked:
        return redirect(url_for("consent_desk.family_blanks", request_id=asked[0].id), 303)
    flash(_("%(name)s has nothing left to sign.", name=line.name), "neutral")
    return redirect(safe_next(url_for(".index")), 303)


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
        season_id=key_in(request.args.get("season")),
        group_id=key_in(request.args.get("group")),
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


def _numbers(text: str, count: int) -> list[int] | None:
    """The numbers of "12-3", when there are so many."""
    found = [number for number in map(key_in, text.split("-")) if number is not None]
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
