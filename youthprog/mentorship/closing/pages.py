"""The closure of a match, its papers, and how long matches last."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, Conflict, NotFound, Refusal, Refused
from youthprog.documents import services as printing
from youthprog.mentorship import queries as mentorship
from youthprog.mentorship.closing import queries, rules, services
from youthprog.mentorship.closing.forms import (
    AttemptForm,
    ChildForm,
    ClosureForm,
    child_forms,
    form_of,
    read_rematch,
)
from youthprog.mentorship.closing.models import MatchClosure
from youthprog.mentorship.closing.types import (
    AREAS,
    CONTACTS,
    HOWS,
    INITIATORS,
    PARTIES,
    REASONS,
    REMATCHES,
    STEPS,
    TALKS,
    WAYS,
    Rematch,
    Step,
)
from youthprog.mentorship.models import Match
from youthprog.mentorship.types import MatchStatus
from youthprog.people import queries as people
from youthprog.programs import queries as programs
from youthprog.programs.types import ProgramKind
from youthprog.web.edge import actor, door, recording
from youthprog.web.language import gettext as _
from youthprog.web.language import language, ngettext, says
from youthprog.web.pages import asked_text, file_response, page

bp = Blueprint("closing", __name__)
NOT_ENDED = N_("The match was not ended, and no letter was kept. Try again.")
WORDS = {
    "ways": WAYS,
    "reasons": REASONS,
    "initiators": INITIATORS,
    "parties": PARTIES,
    "talks": TALKS,
    "hows": HOWS,
    "contacts": CONTACTS,
    "rematches": REMATCHES,
    "areas": AREAS,
    "steps": STEPS,
}


def _match(match_id: int) -> Match:
    """A match within reach, of whose youth no court keeps the reader. Raises `NotFound`."""
    on = clock.today()
    match = mentorship.get_match_for(actor(), P.MATCH_EDIT, match_id, on)
    closure = queries.find_closure(match_id)
    youth = [row.person_id for row in queries.parties_of(closure)] if closure else []
    if any(adult == actor().person_id for _youth, adult in people.restrictions_on(youth, on)):
        raise NotFound
    return match


@bp.get("/matches/<id:match_id>/closure")
@door(P.MATCH_EDIT)
def show(match_id: int) -> Response:
    """How far the closure of a match has come, and the rest to be written."""
    match = _match(match_id)
    closure = queries.find_closure(match_id)
    if queries.is_under_way(closure):
        printing.warm_up()
    return _page(match, closure)


def _page(
    match: Match,
    closure: MatchClosure | None,
    *,
    form: ClosureForm | None = None,
    children: Mapping[int, ChildForm] | None = None,
    trying: AttemptForm | None = None,
    refusals: Sequence[Refusal] = (),
    status: int = 200,
) -> Response:
    shown: dict[str, Any] = {"form": None, "lines": [], "draft": None, "missing": [], "children": {}}
    if closure is not None:
        draft = queries.draft_of(closure)
        record_read("closure.read", "match", match.id, by=actor())
        shown = {
            "draft": draft,
            "form": form or form_of(draft, closure.version),
            "children": child_forms(draft, sent=False) if children is None else children,
            "lines": queries.party_lines(actor(), closure, clock.today()),
            "asked": rules.steps_of(draft),
            "missing": rules.steps_missing(draft, lettered=closure.finished_at is not None),
        }
    return page(
        "mentorship/closure.html",
        status,
        match=match,
        closure=closure,
        under_way=queries.is_under_way(closure),
        may_begin=match.status in rules.BEGUN,
        trying=trying or AttemptForm(formdata=None, tried_on=clock.today()),
        knows=actor().may(P.REMATCH_READ),
        unsafe=Rematch.UNSAFE,
        last_step=Step.LETTERS,
        least=rules.LEAST_ATTEMPTS,
        problems=[says(reason) for reason in refusals],
        chosen={name: value for name, value in request.form.items() if name.startswith("rematch-")},
        **shown,
        **WORDS,
    )


@bp.post("/matches/<id:match_id>/closure/open")
@door(P.MATCH_EDIT)
def begin(match_id: int) -> BaseResponse:
    """Begin a closure."""
    return _do(match_id, services.open_closure, _("Begun. Write what you know; the rest can wait for another day."))


@bp.post("/matches/<id:match_id>/closure/drop")
@door(P.MATCH_EDIT)
def drop(match_id: int) -> BaseResponse:
    """Give a closure up: the match goes on."""
    return _do(match_id, services.drop_closure, _("The match goes on. What you wrote is kept."))


def _do(match_id: int, deed: Callable[..., Any], done: str) -> BaseResponse:
    match = _match(match_id)
    try:
        deed(match, by=actor(), now=clock.now())
    except Refused as refused:
        return _page(match, queries.find_closure(match_id), refusals=refused.reasons, status=422)
    flash(done, "signed")
    return redirect(url_for(".show", match_id=match_id), 303)


@bp.post("/matches/<id:match_id>/closure")
@door(P.MATCH_EDIT)
def save(match_id: int) -> BaseResponse:
    """Write on."""
    match = _match(match_id)
    closure = queries.find_closure(match_id)
    if closure is None:
        raise NotFound
    form, children = ClosureForm(), child_forms(queries.draft_of(closure), sent=True)
    good = [form.validate_on_submit(), *(each.validate() for each in children.values())]
    if not all(good):
        return _page(match, closure, form=form, children=children, status=422)
    try:
        draft = form.draft(_decided(closure), {key: each.talks() for key, each in children.items()})
        services.save_closure(match, draft, seen=form.seen(), by=actor(), now=clock.now())
    except Refused as refused:
        _take(refused.reasons, form, children)
        status = 409 if isinstance(refused, Conflict) else 422
        return _page(match, closure, form=form, children=children, status=status)
    flash(_("Saved. You can go on whenever you want."), "signed")
    return redirect(url_for(".show", match_id=match_id), 303)


def _take(reasons: Sequence[Refusal], form: ClosureForm, children: Mapping[int, ChildForm]) -> None:
    """Put each reason beside its field; those of a child's talks into the child's own form."""
    rest = list(reasons)
    for youth_id, each in children.items():
        prefix = f"child-{youth_id}-"
        each.take(
            Refusal(why.code, why.sentence, why.field.removeprefix(prefix), why.values)
            for why in rest
            if why.field and why.field.startswith(prefix)
        )
        rest = [why for why in rest if not (why.field and why.field.startswith(prefix))]
    form.take(rest)


def _decided(closure: MatchClosure) -> dict[int, Rematch | None]:
    """What was decided of those whose match ends; `unsafe` is left as it is by whoever may not know of it."""
    knows = actor().may(P.REMATCH_READ)
    rows = [row for row in queries.parties_of(closure) if knows or row.rematch is not Rematch.UNSAFE]
    return read_rematch(request.form, [row.person_id for row in rows], knows=knows)


@bp.post("/matches/<id:match_id>/closure/tried")
@door(P.MATCH_EDIT)
def tried(match_id: int) -> BaseResponse:
    """Note a try to reach somebody."""
    match = _match(match_id)
    form = AttemptForm()
    if not form.validate_on_submit():
        return _page(match, queries.find_closure(match_id), trying=form, status=422)
    try:
        services.add_attempt(match, form.attempt(), by=actor(), now=clock.now())
    except Refused as refused:
        form.take(refused.reasons)
        return _page(match, queries.find_closure(match_id), trying=form, status=422)
    flash(_("This try is written down."), "signed")
    return redirect(url_for(".show", match_id=match_id, _anchor="tries"), 303)


@bp.post("/matches/<id:match_id>/closure/finish")
@door(P.MATCH_EDIT, late=True)
def finish(match_id: int) -> BaseResponse:
    """Make the letters and certificates, and end the match."""
    match, now = _match(match_id), clock.now()
    try:
        papers = services.prepare_papers(match, by=actor(), now=now)
    except Refused as refused:
        return _page(match, queries.find_closure(match_id), refusals=refused.reasons, status=422)
    try:
        with recording(undo=papers.discard, says=_(NOT_ENDED)):
            services.finish_closure(_match(match_id), papers, by=actor(), now=now)
    except Refused as refused:
        match = _match(match_id)
        return _page(match, queries.find_closure(match_id), refusals=refused.reasons, status=409)
    flash(_("The match has ended. The letters are ready to be printed."), "signed")
    return redirect(url_for(".show", match_id=match_id), 303)


@bp.post("/matches/<id:match_id>/closure/mail")
@door(P.MATCH_EDIT)
def mail(match_id: int) -> BaseResponse:
    """Mail the letters to the families."""
    match = _match(match_id)
    try:
        sent = services.mail_letters(match, by=actor(), now=clock.now())
    except Refused as refused:
        return _page(match, queries.find_closure(match_id), refusals=refused.reasons, status=422)
    if sent:
        flash(ngettext("%(num)s letter leaves by mail.", "%(num)s letters leave by mail.", sent), "signed")
    else:
        flash(_("Nobody is left to be written to: all were, or have no mail address. Give these a print."), "waiting")
    return redirect(url_for(".show", match_id=match_id), 303)


@bp.post("/matches/<id:match_id>/closure/rematch")
@door(P.REMATCH_READ)
def rematch(match_id: int) -> BaseResponse:
    """Decide anew, after the end, whether somebody may be matched again."""
    match = _match(match_id)
    person_id, decision = key_in(request.form.get("person")), request.form.get("rematch", "")
    if person_id is None or decision not in set(Rematch):
        raise NotFound
    services.decide_rematch(match, person_id, Rematch(decision), by=actor(), now=clock.now())
    flash(_("Decided. It counts from now on."), "signed")
    return redirect(url_for(".show", match_id=match_id), 303)


@bp.get("/matches/<id:match_id>/closure/<id:document_id>.pdf")
@door(P.MATCH_EDIT)
def paper(match_id: int, document_id: int) -> Response:
    """A letter or certificate of a closure."""
    closure = queries.find_closure(_match(match_id).id)
    if closure is None:
        raise NotFound
    document, _party = queries.paper_of(closure, document_id)
    record_read("closure.paper_opened", "document", document_id, by=actor(), match_id=match_id)
    return file_response(printing.load_bytes(document), name=f"{document.kind.value}-{document.code}.pdf")


# ---- how long matches last ----


@bp.get("/matches/retention")
@door(P.MATCH_EDIT)
def retention() -> Response:
    """How long matches last, open ones counted as long as they are known to last."""
    who, on = actor(), clock.today()
    choices = [
        (line.program_id, line.name.named(language()))
        for line in programs.list_programs(who, P.MATCH_EDIT)
        if line.kind is ProgramKind.MENTORSHIP
    ]
    program_id = key_in(asked_text("program"))
    if program_id is not None and program_id not in dict(choices):
        raise NotFound
    typed = {name: asked_text(name, 10) for name in ("from", "until")}
    scope = queries.Scope(program_id, _day_in(typed["from"]), _day_in(typed["until"]))
    spans = queries.spans_of(who, scope, on)
    return page(
        "mentorship/retention.html",
        programs=choices,
        program_id=program_id,
        typed=typed,
        retention=rules.retention_of([span for _started, span in spans]),
        cohorts=queries.cohorts_of(spans),
        endings=queries.endings_of(who, scope, on),
        closed=MatchStatus.CLOSED.value,
        reasons=REASONS,
        initiators=INITIATORS,
        longest=max(rules.MONTHS.values()),
        days=rules.MONTHS,
    )


def _day_in(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-09-17") else None
    except ValueError:
        return None
