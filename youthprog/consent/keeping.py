"""Keeping records: what may go, who proposed it, who purges it, and what is held."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.consent import keeping_queries, services
from youthprog.consent.keeping_queries import KeptRecord
from youthprog.core import clock
from youthprog.core.db import BIGGEST_ID
from youthprog.core.permissions import P
from youthprog.core.refusals import Refused
from youthprog.people import queries as people
from youthprog.web.edge import actor, door
from youthprog.web.forms import Form, Text
from youthprog.web.language import gettext as _
from youthprog.web.language import lazy_gettext, ngettext, says
from youthprog.web.pages import asked_cursor, cursor, page

bp = Blueprint("consent_keeping", __name__)


class HoldForm(Form):
    """Why the records of a youth may not go."""

    reason = Text(lazy_gettext("Why are the records held?"), limit=200)


@bp.get("/consents/keeping")
@door(P.RECORD_KEEP)
def index() -> Response:
    """What may go, what waits for a second person, what is held."""
    rule, on = keeping_queries.rule_in_force(), clock.today()
    place = asked_cursor((int,))
    may_go = keeping_queries.list_may_go(actor(), rule, on, after=place[0] if place else 0)
    full = len(may_go) >= keeping_queries.PAGE
    return page(
        "consent/keeping.html",
        rule=rule,
        may_go=may_go,
        following=cursor((may_go[-1].request_id,)) if full else None,
        proposed=keeping_queries.list_proposed(actor(), rule, on),
        holds=keeping_queries.list_holds(actor(), on),
        me=actor().person_id,
    )


@bp.post("/consents/keeping/propose")
@door(P.RECORD_KEEP)
def propose() -> BaseResponse:
    """Propose the ticked records."""
    rule, done, refused = keeping_queries.rule_in_force(), 0, set()
    for kept in _ticked():
        try:
            services.propose(kept, rule, by=actor(), now=clock.now())
            done += 1
        except Refused as problem:
            refused |= {says(reason) for reason in problem.reasons}
    _tell(done, ngettext("%(num)s record proposed.", "%(num)s records proposed.", done), refused)
    return redirect(url_for(".index"), 303)


@bp.post("/consents/keeping/purge")
@door(P.RECORD_KEEP)
def purge() -> BaseResponse:
    """Purge the ticked records that somebody else proposed, or keep them after all."""
    rule, done, refused = keeping_queries.rule_in_force(), 0, set()
    keeps = "keep" in request.form
    for kept in _ticked():
        try:
            if keeps:
                services.keep_after_all(kept, by=actor(), now=clock.now())
            else:
                services.purge(kept, rule, by=actor(), now=clock.now())
            done += 1
        except Refused as problem:
            refused |= {says(reason) for reason in problem.reasons}
    if keeps:
        told = ngettext("%(num)s proposal taken back.", "%(num)s proposals taken back.", done)
    else:
        told = ngettext("%(num)s record purged.", "%(num)s records purged.", done)
    _tell(done, told, refused)
    return redirect(url_for(".index"), 303)


def _ticked() -> list[KeptRecord]:
    """The records ticked on the page that are within reach, each once. Raises `NotFound` for any other."""
    ids = sorted({int(each) for each in request.form.getlist("record")[:200] if each.isascii() and each.isdigit()})
    rule, on = keeping_queries.rule_in_force(), clock.today()
    return [keeping_queries.get_record_for(actor(), each, rule, on) for each in ids if each <= BIGGEST_ID]


def _tell(done: int, told: str, refused: set[str]) -> None:
    if done:
        flash(told, "signed")
    if refused:
        flash(" ".join(sorted(refused)), "missing")
    if not done and not refused:
        flash(_("Tick at least one record."), "missing")


@bp.get("/consents/keeping/youth/<id:youth_id>")
@door(P.RECORD_KEEP)
def youth(youth_id: int) -> Response:
    """Every record of a youth with its last day, and the hold on them."""
    return _youth_page(youth_id, HoldForm(formdata=None))


@bp.post("/consents/keeping/youth/<id:youth_id>/hold")
@door(P.RECORD_KEEP)
def hold(youth_id: int) -> BaseResponse:
    """Hold the records of a youth."""
    person, form = people.get_youth_for(actor(), P.RECORD_KEEP, youth_id, clock.today()), HoldForm()
    if not form.validate_on_submit():
        return _youth_page(youth_id, form, 422)
    try:
        services.hold(person, form.reason.data or "", by=actor(), now=clock.now())
    except Refused as refused:
        form.take(refused.reasons)
        return _youth_page(youth_id, form, 422)
    flash(_("Held. No record of %(name)s can be purged.", name=person.name), "signed")
    return redirect(url_for(".youth", youth_id=youth_id), 303)


@bp.post("/consents/keeping/youth/<id:youth_id>/release")
@door(P.RECORD_KEEP)
def release(youth_id: int) -> BaseResponse:
    """End the hold on a youth's records."""
    person = people.get_youth_for(actor(), P.RECORD_KEEP, youth_id, clock.today())
    try:
        services.release(person, by=actor(), now=clock.now())
    except Refused as refused:
        flash(" ".join(says(reason) for reason in refused.reasons), "missing")
    else:
        flash(_("The hold has ended."), "signed")
    return redirect(url_for(".youth", youth_id=youth_id), 303)


def _youth_page(youth_id: int, form: HoldForm, status: int = 200) -> Response:
    on = clock.today()
    person = people.get_youth_for(actor(), P.RECORD_KEEP, youth_id, on)
    rule = keeping_queries.rule_in_force()
    return page(
        "consent/keeping_youth.html",
        status,
        youth=person,
        form=form,
        rule=rule,
        held=keeping_queries.find_hold(youth_id),
        records=keeping_queries.list_of_youth(actor(), youth_id, rule, on),
    )
