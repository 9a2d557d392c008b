"""Releasing children: who is on site, who may collect a child, the photo ID, and the stop."""

import re
import uuid
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.attendance import collecting, rules, services, stops
from youthprog.attendance.collecting import Release, Where
from youthprog.attendance.collecting_rules import CUSTODY, NOT_ALONE, NOT_PROVEN
from youthprog.attendance.forms import ReleaseForm
from youthprog.attendance.types import CollectedBy, Collector, DeedKind, Fate, Said
from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core import collecting as hook
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, NotFound, Refusal
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering
from youthprog.web.edge import actor, door
from youthprog.web.language import gettext as _
from youthprog.web.language import says
from youthprog.web.pages import page

bp = Blueprint("release", __name__)
ALONE, ELSE = "alone", "else"
STOP_SHOWN = timedelta(hours=2)
CHOSEN = re.compile(r"(guardian|listed)-([1-9][0-9]{0,17})", re.ASCII)
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
KINDS = {hook.GUARDIAN: CollectedBy.GUARDIAN, hook.LISTED: CollectedBy.LISTED}
SAW_ID = {"id": True, "known": False, "no": None}  # how the leader knows the person
GONE = Refusal("not_listed", N_("This person is not on the list any more. Look at the list again."))
HOW = Refusal("no_answer", N_("Say whether you looked at the photo ID."))
NO_PROOF = {
    hook.BIRTH_DATE: Refusal("no_proof", N_("Write the birth date as the photo ID says it."), "born_on"),
    hook.HOUSE: Refusal("no_proof", N_("Write the number of the house as the photo ID says it."), "house"),
}
NO_NAME = Refusal("no_name", N_("Write the name the person says."), "name")


# ---- who is on site ----


@bp.get("/on-site")
@door(P.REGISTER_READ)
def on_site() -> Response:
    """Everyone who arrived and has not left: of a gathering, a site, a program, or all within reach."""
    where = Where(_key("gathering"), _key("site"), _key("program"))
    who, now = actor(), clock.now()
    gathering = None
    if where.gathering_id is not None:
        gathering = programs.get_gathering_for(who, P.REGISTER_READ, where.gathering_id, clock.today())
    here = collecting.on_site(who, P.REGISTER_READ, now, where)
    record_read(
        "on_site.read",
        "gathering",
        where.gathering_id,
        by=who,
        count=len(here),
        health=any(each.alert for each in here),
    )
    return page(
        "attendance/on_site.html",
        here=here,
        gathering=gathering,
        now=now,
        where=where,
        sites=programs.list_sites() if gathering is None and who.may(P.PROGRAM_READ) else [],
        programs=programs.list_programs(who, P.PROGRAM_READ) if gathering is None else [],
        late=sum(each.is_late for each in here),
        blocked=sum(bool(each.reasons) for each in here),
    )


def _key(name: str) -> int | None:
    """A key behind the question mark; empty means none. Raises `NotFound` for what is no key."""
    text = request.args.get(name, "")
    if not text:
        return None
    if not re.fullmatch(r"[1-9][0-9]{0,17}", text, re.ASCII):
        raise NotFound
    return int(text)


# ---- releasing a child ----


@bp.get("/gatherings/<id:gathering_id>/release/<id:youth_id>")
@door(P.REGISTER_TAKE)
def show(gathering_id: int, youth_id: int) -> Response:
    """Who may collect a child; with somebody chosen, the photo ID."""
    gathering, asked = _asked(gathering_id, youth_id)
    return _page(gathering, asked, request.args.get("to", ""), ReleaseForm(formdata=None))


@bp.post("/gatherings/<id:gathering_id>/release/<id:youth_id>")
@door(P.REGISTER_TAKE)
def save(gathering_id: int, youth_id: int) -> BaseResponse:
    """Release a child to somebody on the list, or stop."""
    gathering, asked = _asked(gathering_id, youth_id)
    form: Any = ReleaseForm()
    to = form.to.data or ""
    if not form.validate_on_submit():
        return _page(gathering, asked, to, form, status=422)
    if asked.out_at is not None or _closed(gathering):
        return _page(gathering, asked, "", form, status=409)
    if to == ELSE:
        known = asked.collecting.named(form.name.data or "")
        if known is not None and not asked.collecting.is_barred(known.name):
            flash(_("%(name)s is on the list. Look at the photo ID.", name=known.name), "neutral")
            chosen = f"{known.kind}-{known.person_id}"
            return redirect(url_for(".show", gathering_id=gathering_id, youth_id=youth_id, to=chosen), 303)
    said = _said(asked, to, form)
    if isinstance(said, Refusal):
        form.take([said])
        again = to == ELSE or said is HOW or said in NO_PROOF.values()
        return _page(gathering, asked, to if again else "", form, status=422)
    (outcome,) = services.say(gathering, [said], by=actor(), now=clock.now())
    if said.kind is DeedKind.STOP or outcome.fate is Fate.REFUSED:
        return redirect(url_for(".stopped", gathering_id=gathering_id, youth_id=youth_id), 303)
    flash(_left_words(asked.youth, said), "signed")
    return redirect(url_for(".on_site", gathering=gathering_id), 303)


@bp.post("/gatherings/<id:gathering_id>/release/<id:youth_id>/undo")
@door(P.REGISTER_TAKE)
def undo(gathering_id: int, youth_id: int) -> BaseResponse:
    """Take back that a child left: it is still here."""
    gathering, asked = _asked(gathering_id, youth_id)
    there = url_for(".show", gathering_id=gathering_id, youth_id=youth_id)
    if asked.out_at is None or asked.left is None:
        flash(_("Nothing is taken back: %(name)s is not signed out.", name=asked.youth.first_name), "neutral")
        return redirect(there, 303)
    now = clock.now()
    back = Said(str(uuid.uuid4()), youth_id, DeedKind.TAKE_BACK, now, undoes=asked.left.client_id, device="web")
    services.say(gathering, [back], by=actor(), now=now)
    flash(_("Taken back. %(name)s is still here.", name=asked.youth.first_name), "signed")
    return redirect(there, 303)


@bp.get("/gatherings/<id:gathering_id>/release/<id:youth_id>/stop")
@door(P.REGISTER_TAKE)
def stopped(gathering_id: int, youth_id: int) -> BaseResponse:
    """The stop: who must not have the child, and what to do now. It never says why."""
    gathering, asked = _asked(gathering_id, youth_id)
    now = clock.now()
    deed = collecting.last_stop(gathering_id, youth_id, now - STOP_SHOWN)
    if deed is None:
        return redirect(url_for(".show", gathering_id=gathering_id, youth_id=youth_id), 303)
    barred = deed.refusal in CUSTODY
    if barred:
        record_read("custody.matched", "person", youth_id, by=actor(), gathering_id=gathering_id)
    return page(
        "attendance/stop.html",
        gathering=gathering,
        youth=asked.youth,
        deed=deed,
        alone=deed.refusal == NOT_ALONE.code,
        not_listed=deed.refusal == "not_listed",
        not_proven=deed.refusal == NOT_PROVEN.code,
        calls=[each for each in asked.collecting.allowed if each.phone],
        coordinators=stops.phones_of_coordinators(gathering.season_id, youth_id, now),
        signers=[] if barred else asked.signers,
    )


def _asked(gathering_id: int, youth_id: int) -> tuple[Gathering, Release]:
    """A gathering and one of its youth, both within reach. Raises `NotFound`. The reading is recorded."""
    today = clock.today()
    gathering = programs.get_gathering_for(actor(), P.REGISTER_TAKE, gathering_id, today)
    youth = collecting.get_youth_at(actor(), P.REGISTER_TAKE, gathering, youth_id, today)
    asked = collecting.release_of(actor(), gathering, youth, today)
    record_read("release.opened", "person", youth_id, by=actor(), gathering_id=gathering_id)
    return gathering, asked


def _said(asked: Release, to: str, form: Any) -> Said | Refusal:
    """The deed the leader's answer makes, or why it makes none."""
    now, name, answer = clock.now(), (form.name.data or "").strip(), form.answer.data or ""
    key = form.deed.data or ""
    client_id = key if UUID.fullmatch(key) else str(uuid.uuid4())

    def deed(kind: DeedKind, who: Collector) -> Said:
        return Said(client_id, asked.youth.id, kind, now, to=who, device="web")

    if to == ELSE:
        return deed(DeedKind.STOP, Collector(None, name)) if name else NO_NAME
    if to == ALONE:
        return deed(DeedKind.LEAVE, Collector(CollectedBy.ALONE)) if asked.may_leave_alone else NOT_ALONE
    match = CHOSEN.fullmatch(to)
    chosen = asked.collecting.find(match[1], int(match[2])) if match else None
    if chosen is None:
        return GONE
    if answer == "no":
        return deed(DeedKind.STOP, Collector(None, chosen.name, id_seen=True))
    person_id = chosen.person_id if chosen.kind == hook.GUARDIAN else None
    if chosen.proofs:
        proof = _proof(chosen, form)
        if isinstance(proof, Refusal):
            return proof
        return deed(DeedKind.LEAVE, Collector(KINDS[chosen.kind], chosen.name, person_id, True, proof))
    if answer not in SAW_ID:
        return HOW
    return deed(DeedKind.LEAVE, Collector(KINDS[chosen.kind], chosen.name, person_id, SAW_ID[answer]))


def _proof(chosen: hook.Collector, form: Any) -> hook.Proof | Refusal:
    """What the leader read on the photo ID of somebody called like a barred adult."""
    if hook.BIRTH_DATE in chosen.checks and form.born_on.data:
        return hook.Proof(hook.BIRTH_DATE, form.born_on.data.isoformat())
    number = hook.house_number(form.house.data or "")
    if hook.HOUSE in chosen.checks and number is not None:
        return hook.Proof(hook.HOUSE, number)
    return NO_PROOF[chosen.checks[0]]


def _left_words(youth: Person, said: Said) -> str:
    if said.to is None or said.to.kind is CollectedBy.ALONE:
        return _("%(child)s left alone.", child=youth.first_name)
    return _("%(child)s left with %(name)s.", child=youth.first_name, name=said.to.name)


def _closed(gathering: Gathering) -> list[Refusal]:
    facts = rules.GatheringFacts(gathering.starts_at, gathering.canceled_at is not None, clock.now())
    return rules.refusals_to_take(facts)


def _page(gathering: Gathering, asked: Release, to: str, form: Any, *, status: int = 200) -> Response:
    match = CHOSEN.fullmatch(to)
    chosen = asked.collecting.find(match[1], int(match[2])) if match else None
    is_alone = to == ALONE and asked.may_leave_alone
    closed = _closed(gathering)
    if chosen is not None and chosen.proofs:  # the page says that somebody of this name may not
        record_read("custody.matched", "person", asked.youth.id, by=actor(), gathering_id=gathering.id)
    return page(
        "attendance/release.html",
        status,
        gathering=gathering,
        youth=asked.youth,
        asked=asked,
        people=asked.collecting.allowed,
        chosen=None if closed else chosen,
        is_alone=is_alone and not closed,
        is_else=to == ELSE and not closed,
        to=to,
        form=form,
        deed=str(uuid.uuid4()),
        closed=[says(reason) for reason in closed],
    )
