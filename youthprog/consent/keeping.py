"""Keeping records: what may go, who proposed it, who purges it, and what is held."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.consent import file_queries, keeping_queries, services, state_packs
from youthprog.consent.file_queries import KeptPart
from youthprog.consent.keeping_queries import KeptRecord
from youthprog.consent.retention import BadRule
from youthprog.consent.types import FILE_PARTS
from youthprog.core import clock
from youthprog.core.db import key_in
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


@bp.errorhandler(BadRule)
def fault(problem: BadRule) -> Response:
    """The department's retention.toml has a fault: nothing is listed, proposed or purged by a rule that is none."""
    return page("consent/keeping_fault.html", 503, fault=str(problem))


@bp.get("/consents/keeping")
@door(P.RECORD_KEEP)
def index() -> Response:
    """What may go, what waits for a second person, what is held."""
    rule, on = keeping_queries.rule_in_force(), clock.today()
    files, place = keeping_queries.file_rules_in_force(), asked_cursor((int,))
    may_go = keeping_queries.list_may_go(actor(), rule, on, after=place[0] if place else 0)
    full = len(may_go) >= keeping_queries.PAGE
    return page(
        "consent/keeping.html",
        rule=rule,
        packs=[state_packs.packs()[each.state] for each in rule.packs],
        files=files,
        parts=FILE_PARTS,
        may_go=may_go,
        parts_over=[] if place else file_queries.list_parts_over(actor(), files, on),
        following=cursor((may_go[-1].request_id,)) if full else None,
        proposed=keeping_queries.list_proposed(actor(), rule, on),
        parts_proposed=file_queries.list_parts_proposed(actor(), files, on),
        holds=keeping_queries.list_holds(actor(), on),
        me=actor().person_id,
    )


@bp.post("/consents/keeping/propose")
@door(P.RECORD_KEEP)
def propose() -> BaseResponse:
    """Propose the ticked records and parts of files."""

    def deed(each: KeptRecord | KeptPart, rule: Any) -> None:
        if isinstance(each, KeptPart):
            services.propose_part(each, rule, by=actor(), now=clock.now())
        else:
            services.propose(each, rule, by=actor(), now=clock.now())

    done, refused = _each_ticked(deed)
    _tell(done, ngettext("%(num)s record proposed.", "%(num)s records proposed.", done), refused)
    return redirect(url_for(".index"), 303)


@bp.post("/consents/keeping/purge")
@door(P.RECORD_KEEP)
def purge() -> BaseResponse:
    """Purge what is ticked and somebody else proposed, or keep it after all."""
    if "keep" in request.form:
        done, refused = _each_ticked(_keep)
        told = ngettext("%(num)s proposal taken back.", "%(num)s proposals taken back.", done)
    else:
        done, refused = _each_ticked(_purge)
        told = ngettext("%(num)s record purged.", "%(num)s records purged.", done)
    _tell(done, told, refused)
    return redirect(url_for(".index"), 303)


def _keep(each: KeptRecord | KeptPart, _rule: Any) -> None:
    if isinstance(each, KeptPart):
        services.keep_part_after_all(each, by=actor(), now=clock.now())
    else:
        services.keep_after_all(each, by=actor(), now=clock.now())


def _purge(each: KeptRecord | KeptPart, rule: Any) -> None:
    if isinstance(each, KeptPart):
        services.purge_part(each, rule, by=actor(), now=clock.now())
    else:
        services.purge(each, rule, by=actor(), now=clock.now())


def _each_ticked(deed: Callable[[KeptRecord | KeptPart, Any], None]) -> tuple[int, set[str]]:
    """Do the deed to each thing ticked on the page: how many were done, and why others were not.

    Raises `NotFound` before anything is done when one of them is out of reach.
    """
    rule, files, on = keeping_queries.rule_in_force(), keeping_queries.file_rules_in_force(), clock.today()
    ids = sorted({number for each in request.form.getlist("record")[:200] if (number := key_in(each)) is not None})
    ticked: list[tuple[KeptRecord | KeptPart, Any]] = [
        (keeping_queries.get_record_for(actor(), each, rule, on), rule) for each in ids
    ]
    for key in sorted(set(request.form.getlist("part")[:200])):
        part = file_queries.get_part_for(actor(), key, files, on)
        ticked.append((part, files[part.part]))
    done, refused = 0, set()
    for each, its_rule in ticked:
        try:
            deed(each, its_rule)
            done += 1
        except Refused as problem:
            refused |= {says(reason) for reason in problem.reasons}
    return done, refused


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
    rule, files = keeping_queries.rule_in_force(), keeping_queries.file_rules_in_force()
    return page(
        "consent/keeping_youth.html",
        status,
        youth=person,
        form=form,
        parts=FILE_PARTS,
        kept_parts=file_queries.parts_of_youth(actor(), youth_id, files, on),
        purged_parts=file_queries.purged_of_youth(youth_id),
        held=keeping_queries.find_hold(youth_id),
        records=keeping_queries.list_of_youth(actor(), youth_id, rule, on),
    )
