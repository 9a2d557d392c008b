"""Keeping up with matches: what is due, what worries, the contacts of a match, and a program's plan. An edge module."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, NotFound, Refusal, Refused
from youthprog.mentorship import queries as mentorship
from youthprog.mentorship.cadence import queries, rules, services
from youthprog.mentorship.cadence.forms import ContactForm, PlanForm, fresh_client_id
from youthprog.mentorship.cadence.types import (
    DEPTHS,
    MOST_MATCHES,
    PARTIES,
    PRESETS,
    SAFETIES,
    SIGNS,
    WAYS,
    Case,
    Depth,
    Party,
    Seat,
    SeatLine,
    Way,
)
from youthprog.mentorship.hours.queries import list_programs
from youthprog.mentorship.models import Match
from youthprog.mentorship.types import DUTIES
from youthprog.people import queries as people
from youthprog.programs import queries as programs
from youthprog.programs.models import Program
from youthprog.web.edge import actor, door
from youthprog.web.forms import SelectChoice
from youthprog.web.language import gettext as _
from youthprog.web.language import says
from youthprog.web.pages import asked_choice, page

bp = Blueprint("support", __name__)
PERIODS = {"30": N_("Last 30 days"), "90": N_("Last 90 days"), "365": N_("Last 12 months")}
MOST_LINES = 60
NOBODY = "nobody"
WORDS: dict[str, Any] = {"parties": PARTIES, "depths": DEPTHS, "ways": WAYS, "safeties": SAFETIES}


def _deed() -> dict[str, Any]:
    return {"by": actor(), "now": clock.now()}


# ---- all matches ----


@bp.get("/support")
@door(P.MATCH_SUPPORT)
def index() -> Response:
    """Contacts due and overdue, matches that worry, and what each of the staff keeps up with."""
    who, on = actor(), clock.today()
    period = asked_choice("period", tuple(PERIODS), "90")
    first = on - timedelta(days=int(period) - 1)
    cases = queries.list_cases(who, on, since=first)
    going = [case for case in cases if case.is_open]
    staff = {str(case.staff_id): case.staff_name for case in going if case.staff_id is not None}
    chosen = asked_choice("staff", ("mine", NOBODY, *staff), "")
    theirs = [case for case in going if _is_of(case, chosen)]
    due, warned = queries.due_of(theirs, on), queries.warned_of(theirs, on)
    return page(
        "mentorship/support.html",
        due=due[:MOST_LINES],
        due_count=len(due),
        late_count=sum(each.overdue_days > 0 for each in due),
        warned=warned[:MOST_LINES],
        warned_count=len(warned),
        loads=queries.loads_of(cases, first, on),
        most=MOST_MATCHES,
        period=period,
        periods=PERIODS,
        staff=staff,
        chosen=chosen,
        programs=list_programs(who),
        **WORDS,
    )


def _is_of(case: Case, chosen: str) -> bool:
    if chosen == NOBODY:
        return case.staff_id is None
    if chosen == "mine":
        return case.staff_id == actor().person_id
    return not chosen or str(case.staff_id) == chosen


# ---- one match ----


def _case_of(match_id: int, on: date) -> tuple[Match, Case]:
    match = mentorship.get_match_for(actor(), P.MATCH_SUPPORT, match_id, on)
    found = queries.list_cases(actor(), on, since=date.min, match_id=match_id)
    if not found:
        raise NotFound
    return match, found[0]


@bp.get("/matches/<id:match_id>/contacts")
@door(P.MATCH_SUPPORT)
def contacts(match_id: int) -> Response:
    """Record a contact; below it, the contacts there were and how each person stands."""
    match, case = _case_of(match_id, clock.today())
    line = _asked_seat(case)
    form: Any = ContactForm(
        formdata=None,
        client_id=fresh_client_id(),
        seat=line.seat.key if line else None,
        way=Way.PHONE.value,
        reached="reached",
        depth=_depth_due(line).value,
        on=clock.today(),
    )
    return _contacts_page(match, case, form)


def _asked_seat(case: Case) -> SeatLine | None:
    """The seat the address names, else the one longest overdue, else whose turn is next."""
    asked = request.args.get("with", "")
    named = next((line for line in case.seats if line.seat.key == asked), None)
    turn = sorted(
        case.seats,
        key=lambda line: (
            -line.support.overdue_days,
            line.support.due[0].last_on or date.max if line.support.due else date.max,
        ),
    )
    return named or (turn[0] if turn else None)


def _depth_due(line: SeatLine | None) -> Depth:
    if line is None:
        return Depth.QUICK
    owed = {line.support.owed_depth, *(each.depth for each in line.support.due)}
    return Depth.IN_DEPTH if Depth.IN_DEPTH in owed else Depth.QUICK


@bp.post("/matches/<id:match_id>/contacts")
@door(P.MATCH_SUPPORT)
def record_contact(match_id: int) -> BaseResponse:
    """Record the contact; sent twice, it is one."""
    match, case = _case_of(match_id, clock.today())
    form: Any = ContactForm()
    seats = _offer(form, case)
    if not form.validate_on_submit():
        form.renew_client_id()
        return _contacts_page(match, case, form, 422)
    seat, said = seats[form.seat.data], form.values()
    areas = [(area, field.data or "") for area, field in form.asks(case.plan.areas)]
    try:
        services.record_contact(match, seat, areas=areas, **said, **_deed())
    except Refused as refused:
        form.take(refused.reasons)
        return _contacts_page(match, case, form, 422)
    _say_recorded(seat, said)
    return redirect(url_for(".contacts", match_id=match_id), 303)


def _say_recorded(seat: Seat, said: dict[str, Any]) -> None:
    lacks = rules.lacks_of(seat.party, reached=said["reached"], safety=said["safety"], alone=said["alone"])
    if not said["reached"]:
        flash(_("The attempt is recorded. The contact stays due."), "waiting")
    elif lacks:
        words = ", ".join(_(each) for each in lacks)
        flash(_("Recorded, but it does not count yet: %(why)s. Record it again with that.", why=words), "waiting")
    else:
        flash(_("Contact recorded."), "signed")


def _offer(form: Any, case: Case) -> dict[str, Seat]:
    form.seat.choices = [SelectChoice(line.seat.key, _seat_words(line.seat)) for line in case.seats]
    return {line.seat.key: line.seat for line in case.seats}


def _seat_words(seat: Seat) -> str:
    if seat.party is Party.GUARDIAN:
        return str(_("Guardian of %(name)s", name=seat.name))
    return f"{seat.name} ({_(PARTIES[seat.party]).lower()})"


def _contacts_page(
    match: Match, case: Case, form: Any, status: int = 200, refusals: Sequence[Refusal] = ()
) -> Response:
    who, on = actor(), clock.today()
    _offer(form, case)
    told = queries.list_contacts(who, case, on)
    if told:
        record_read("support.read", "match", match.id, by=who, contacts=len(told))
    seat = next((line.seat for line in case.seats if line.seat.key == form.seat.data), None)
    return page(
        "mentorship/contacts.html",
        status,
        match=match,
        case=case,
        form=form,
        asks=form.asks(case.plan.areas),
        seat=seat,
        call=_call(seat, on) if seat else None,
        contacts=told,
        rate=queries.rate_of(case, on - timedelta(days=364), on),
        rhythm=PRESETS[case.plan.preset].name if case.plan.preset else None,
        staff=queries.list_staff(case.program_id, on),
        problems=[says(reason) for reason in refusals],
        **WORDS,
    )


def _call(seat: Seat, on: date) -> tuple[str, str] | None:
    """Name and telephone of whom to call: the mentor, or the first guardian; a young person is asked face to face."""
    if seat.party is Party.MENTOR:
        lines = people.contacts_of([seat.person_id]).get(seat.person_id, [])
        number = next((line.value for line in lines if line.kind.value == "phone"), None)
        return (seat.name, number) if number else None
    known = people.reachable(actor(), P.CONTACT_READ, [seat.person_id], on)
    guardians = people.guardians_of(known, on).get(seat.person_id, [])
    first = next((line for line in guardians if line.phone), None)
    return (first.name, first.phone or "") if first else None


@bp.post("/matches/<id:match_id>/support")
@door(P.MATCH_SUPPORT)
def give(match_id: int) -> BaseResponse:
    """Say who of the staff keeps up with the match."""
    match, case = _case_of(match_id, clock.today())
    asked = request.form.get("staff", "")
    try:
        staff_id = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
        if asked and staff_id is None:
            raise Refused([Refusal("not_staff", N_("Choose one of the list."), "staff")])
        services.give_to(match, staff_id, **_deed())
    except Refused as refused:
        form: Any = ContactForm(formdata=None, client_id=fresh_client_id(), on=clock.today())
        return _contacts_page(match, case, form, 422, refused.reasons)
    flash(_("Saved."), "signed")
    return redirect(url_for(".contacts", match_id=match_id), 303)


# ---- a program's plan ----


@bp.get("/support/<id:program_id>")
@door(P.PROGRAM_EDIT)
def plan(program_id: int) -> Response:
    """The rhythm of contacts, the areas, the points of warnings and what hours are worth."""
    program = programs.get_program_for(actor(), P.PROGRAM_EDIT, program_id)
    form: Any = PlanForm(formdata=None)
    form.fill(queries.plans_of([program_id])[program_id])
    return _plan_page(program, form)


@bp.post("/support/<id:program_id>")
@door(P.PROGRAM_EDIT)
def set_plan(program_id: int) -> BaseResponse:
    """Set them."""
    program = programs.get_program_for(actor(), P.PROGRAM_EDIT, program_id)
    form: Any = PlanForm()
    if form.validate_on_submit():
        try:
            services.set_plan(program_id, form.plan(), **_deed())
            flash(_("Saved."), "signed")
            return redirect(url_for(".plan", program_id=program_id), 303)
        except Refused as refused:
            form.take(refused.reasons)
    return _plan_page(program, form, 422)


def _plan_page(program: Program, form: Any, status: int = 200) -> Response:
    known = queries.signs_known()
    return page(
        "mentorship/support_plan.html",
        status,
        program=program,
        form=form,
        presets=PRESETS,
        signs=SIGNS,
        unknown=[sign for sign, is_known in known.items() if not is_known],
        duties=DUTIES,
        depths=DEPTHS,
    )
