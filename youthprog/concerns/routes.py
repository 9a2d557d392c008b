"""The concerns, for those named to read them; who that is, for administrators; a youth's own link, for coordinators."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.audit.types import CONFIDENTIAL
from youthprog.concerns import queries, services
from youthprog.concerns.forms import ReadersForm, WordsForm
from youthprog.concerns.models import Concern
from youthprog.concerns.types import DANGERS, STATES, Entry
from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import Refusal, Refused
from youthprog.people import queries as people
from youthprog.web.edge import actor, door
from youthprog.web.language import gettext, says
from youthprog.web.pages import PAGE_ROWS, asked_cursor, cursor, page

bp = Blueprint("concern_desk", __name__)
BADGES = {"new": "missing", "acknowledged": "waiting", "settled": "signed"}

# ---- reading ----


@bp.get("/concerns")
@door(P.CONCERN_READ)
def index() -> Response:
    """Concerns nobody answers for yet, then the others, newest first."""
    who, on, now, after = actor(), clock.today(), clock.now(), asked_cursor((int,))
    waiting = queries.list_concerns(who, on, now, answered=False) if after is None else []
    rows = queries.list_concerns(
        who, on, now, answered=True, before=after[0] if after else None, limit=PAGE_ROWS + 1
    )  # fmt: skip
    if waiting or rows:
        record_read("confidential.read", CONFIDENTIAL, None, by=who)
    return page(
        "concerns/index.html",
        waiting=waiting,
        rows=rows[:PAGE_ROWS],
        more=cursor(rows[PAGE_ROWS - 1].concern_id) if len(rows) > PAGE_ROWS else None,
        is_first=after is None,
        **_words(),
    )


@bp.get("/concerns/<id:concern_id>")
@door(P.CONCERN_READ)
def show(concern_id: int) -> Response:
    """One concern: what was written, who was told, what was done."""
    return _show_page(_concern(concern_id), WordsForm(formdata=None))


def _concern(concern_id: int) -> Concern:
    return queries.get_concern_for(actor(), P.CONCERN_READ, concern_id, clock.today())


def _show_page(concern: Concern, form: WordsForm, problems: Sequence[Refusal] = (), status: int = 200) -> Response:
    who, on = actor(), clock.today()
    found = queries.page_of(concern, on, clock.now())
    record_read("confidential.read", CONFIDENTIAL, concern.id, by=who)
    named = queries.readers(on)
    others = [each for each in (*named.first, *named.further) if each.person_id != who.person_id]
    return page(
        "concerns/show.html",
        status,
        found=found,
        form=form,
        others=[each for each in others if each.name not in found.adults],
        problems=[says(each) for each in problems],
        Entry=Entry,
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {"states": STATES, "badges": BADGES, "dangers": DANGERS}


# ---- answering for it, adding to it ----


@bp.post("/concerns/<id:concern_id>/acknowledge")
@door(P.CONCERN_READ)
def acknowledge(concern_id: int) -> BaseResponse:
    """Say that one answers for it."""
    return _do(concern_id, services.acknowledge, gettext("You answer for this now. It is kept with your name."))


@bp.post("/concerns/<id:concern_id>/add")
@door(P.CONCERN_READ)
def add(concern_id: int) -> BaseResponse:
    """Add a note or the outcome."""
    concern, form = _concern(concern_id), WordsForm()
    if not form.validate_on_submit():
        return _show_page(concern, form, status=422)
    is_outcome = form.kind.data == Entry.OUTCOME.value
    deed = services.record_outcome if is_outcome else services.add_note
    try:
        deed(concern, form.words.data or "", by=actor(), now=clock.now())
    except Refused as refused:
        form.take(refused.reasons)
        return _show_page(concern, form, status=422)
    flash(gettext("Added. It stays as it is now."), "signed")
    return redirect(url_for(".show", concern_id=concern_id), 303)


@bp.post("/concerns/<id:concern_id>/contact")
@door(P.CONCERN_READ)
def contact(concern_id: int) -> BaseResponse:
    """Stop the mentoring between two people of it, or let it go on."""
    adult_id, youth_id = (key_in(request.form.get(name, "")) or 0 for name in ("adult_id", "youth_id"))
    lifts = request.form.get("do") == "lift"
    verb = services.lift_contact if lifts else services.stop_contact
    done = gettext("A coordinator may start the match again.") if lifts else gettext("Their mentoring is stopped.")
    return _do(concern_id, lambda concern, by, now: verb(concern, adult_id, youth_id, by=by, now=now), done)


@bp.post("/concerns/<id:concern_id>/keep-from")
@door(P.CONCERN_READ)
def keep_from(concern_id: int) -> BaseResponse:
    """Note that it is about one more of those who read concerns, who reads it no longer."""
    adult_id = key_in(request.form.get("adult_id", "")) or 0
    done = gettext("Kept. This person reads it no longer.")
    return _do(concern_id, lambda concern, by, now: services.keep_from(concern, adult_id, by=by, now=now), done)


def _do(concern_id: int, deed: Callable[..., None], done: str) -> BaseResponse:
    concern = _concern(concern_id)
    try:
        deed(concern, by=actor(), now=clock.now())
    except Refused as refused:
        return _show_page(concern, WordsForm(formdata=None), refused.reasons, 422)
    flash(done, "signed")
    return redirect(url_for(".show", concern_id=concern_id), 303)


# ---- who reads concerns ----


@bp.get("/concerns/people")
@door(P.SAFEGUARD_NAME)
def readers() -> Response:
    """Who is named now, to be written anew."""
    named = queries.readers(clock.today())
    first, further = ("\n".join(each.email for each in group) for group in (named.first, named.further))
    return _readers_page(ReadersForm(formdata=None, first=first, further=further))


@bp.post("/concerns/people")
@door(P.SAFEGUARD_NAME)
def name_readers() -> BaseResponse:
    """Name them: two at least."""
    form = ReadersForm()
    if not form.validate_on_submit():
        return _readers_page(form, 422)
    try:
        services.name_readers(form.addresses("first"), form.addresses("further"), by=actor(), now=clock.now())
    except Refused as refused:
        form.take(refused.reasons)
        return _readers_page(form, 422)
    flash(gettext("Named. They are told of every concern from now on, and of those that wait."), "signed")
    return redirect(url_for(".readers"), 303)


def _readers_page(form: ReadersForm, status: int = 200) -> Response:
    return page("concerns/readers.html", status, form=form, named=queries.readers(clock.today()))


# ---- a youth's own link ----


@bp.get("/youth/<id:youth_id>/concern-link")
@door(P.YOUTH_EDIT)
def own_link(youth_id: int) -> Response:
    """What a youth's own link is for, before one is made."""
    youth = people.get_youth_for(actor(), P.YOUTH_EDIT, youth_id, clock.today())
    return page("concerns/link.html", youth=youth, link=None, until=None, qr=None)


@bp.post("/youth/<id:youth_id>/concern-link")
@door(P.YOUTH_EDIT)
def make_link(youth_id: int) -> Response:
    """Make it and show it once."""
    youth = people.get_youth_for(actor(), P.YOUTH_EDIT, youth_id, clock.today())
    token, until = services.give_link(youth, by=actor(), now=clock.now())
    link = current_app.config["YOUTHPROG"].public_url.rstrip("/") + url_for("match_asked.young", token=token)
    return page("concerns/link.html", youth=youth, link=link, until=until, qr=_qr(link))


def _qr(text: str) -> Markup:
    """The link as a symbol that a telephone reads. Loaded here: few pages draw one (docs/decisions/0009)."""
    import segno

    symbol = segno.make(text, error="m", boost_error=False, micro=False)
    return Markup(symbol.svg_inline(border=4, dark="#14212f", light="#ffffff", omitsize=True))
