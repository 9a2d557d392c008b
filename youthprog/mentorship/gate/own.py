"""Signing for oneself: a mentor reads policies and signs on the own phone; a guardian signs by account or by a link."""

from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.access.queries import LinkKey, find_link, live_link
from youthprog.access.types import LinkPurpose
from youthprog.core import clock
from youthprog.core.actor import Actor
from youthprog.core.refusals import NotFound, Refused
from youthprog.mentorship.gate import own_queries, services
from youthprog.mentorship.gate.forms import SignForm, TopicsForm
from youthprog.mentorship.gate.own_queries import ToSign
from youthprog.mentorship.gate.types import Signer
from youthprog.mentorship.types import PLANS
from youthprog.web.edge import actor, public, signed_in
from youthprog.web.language import LANGUAGES, language, speak
from youthprog.web.language import gettext as _
from youthprog.web.pages import page

bp = Blueprint("gate_own", __name__)


@bp.get("/my-mentoring")
@signed_in()
def show() -> Response:
    """What somebody has to read and to sign before a match can begin, or go on."""
    return _own_page()


def _own_page(form: Any = None, status: int = 200, *, at: str = "") -> Response:
    person_id, on = actor().person_id or 0, clock.today()
    return page(
        "mentorship/own.html", status, policies=own_queries.policies_of(person_id, on),
        commitments=own_queries.commitments_of(person_id, on), form=form, at=at, plans=PLANS, signs=Signer,
    )  # fmt: skip


@bp.post("/my-mentoring/policies/<id:program_id>")
@signed_in()
def acknowledge(program_id: int) -> BaseResponse:
    """Keep which policies were read."""
    person_id = actor().person_id or 0
    if not any(each.program_id == program_id for each in own_queries.policies_of(person_id, clock.today())):
        raise NotFound
    form = TopicsForm()
    if form.validate_on_submit():
        try:
            services.acknowledge(program_id, person_id, form.topics.data or (), by=actor(), now=clock.now())
            flash(_("Saved. Thank you."), "signed")
            return redirect(url_for(".show"), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _own_page(form, 422, at=f"policies-{program_id}")


@bp.post("/my-mentoring/commitments/<id:match_id>")
@signed_in()
def sign(match_id: int) -> BaseResponse:
    """Sign the commitment of a match, as its mentor or as a guardian."""
    by = actor()
    open_here = _commitments(by.person_id or 0, match_id, clock.today())
    form = SignForm()
    if form.validate_on_submit():
        try:
            _sign(open_here, form, by)
            flash(_("Signed. Thank you."), "signed")
            return redirect(url_for(".show"), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _own_page(form, 422, at=f"match-{match_id}")


def _commitments(person_id: int, match_id: int, on: date) -> list[ToSign]:
    """What somebody may sign of a match. Raises `NotFound` when it is nothing."""
    found = own_queries.commitments_of(person_id, on, match_id=match_id)
    if not found:
        raise NotFound
    return found


def _sign(open_here: list[ToSign], form: SignForm, by: Actor) -> None:
    now = clock.now()
    for each in open_here:
        if each.missing:
            services.sign_commitment(
                own_queries.get_match(each.match_id), by.person_id or 0, each.signer, signed_on=clock.day_of(now),
                typed_name=form.typed_name.data or "", language=language(), youth_ids=each.youth_ids, by=by, now=now,
            )  # fmt: skip


# ---- by a link ----


@bp.get("/commitment/<token>")
@public()
def by_link(token: str) -> Response:
    """The commitment, for a guardian who came by a letter."""
    by, key = _reader(token)
    if session.get("language") not in LANGUAGES:
        speak(by.language)
    return _link_page(token, _for_guardian(key))


def _link_page(token: str, found: list[ToSign], form: SignForm | None = None, status: int = 200) -> Response:
    return page(
        "mentorship/commitment.html", status, token=token, each=found[0], plans=PLANS,
        form=form or SignForm(formdata=None),
    )  # fmt: skip


def _for_guardian(key: LinkKey) -> list[ToSign]:
    found = _commitments(key.person_id, key.subject_id, clock.today())
    mine = [each for each in found if each.signer is Signer.GUARDIAN]
    if not mine:
        raise NotFound
    return mine


@bp.post("/commitment/<token>")
@public()
def sign_by_link(token: str) -> BaseResponse:
    """Keep the guardian's signature."""
    by, key = _reader(token)
    found = _for_guardian(key)
    form = SignForm()
    if form.validate_on_submit():
        try:
            _sign(found, form, by)
            return redirect(url_for(".by_link", token=token), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _link_page(token, found, form, 422)


def _reader(token: str) -> tuple[Actor, LinkKey]:
    """Who holds a live link, as they are written into the trail. Raises `NotFound`."""
    key = find_link(token, LinkPurpose.COMMITMENT)
    live = live_link(key.link_id, LinkPurpose.COMMITMENT) if key else None
    if live is None:
        raise NotFound
    return replace(live[0], ip=request.remote_addr or "", user_agent=request.user_agent.string[:200]), live[1]
