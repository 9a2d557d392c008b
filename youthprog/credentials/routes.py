"""Pages of credentials: who lacks what, one person's papers, what is asked, and one's own."""

from typing import Any

from flask import Blueprint, Response, flash, has_request_context, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound, Refused
from youthprog.credentials import listing, queries, services
from youthprog.credentials.forms import LimitsForm, OverrideForm, OwnForm, PaperForm, RuleForm
from youthprog.credentials.models import Credential, CredentialRule
from youthprog.credentials.types import (
    DENIALS,
    GROUNDS,
    ROLES,
    STATES,
    CredentialState,
    Denial,
    Ground,
    Kind,
    Limits,
    Standing,
    Step,
)
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.types import ServiceWarned
from youthprog.web.csv_files import csv_response
from youthprog.web.edge import actor, door, signed_in
from youthprog.web.forms import SelectChoice
from youthprog.web.language import gettext as _
from youthprog.web.language import language, says
from youthprog.web.pages import PAGE_ROWS, Slice, asked_choice, asked_cursor, cursor, page
from youthprog.web.xlsx_files import xlsx_response

bp = Blueprint("credentials", __name__)
MOST_EXPORTED = 20_000  # lines of one file
COLORS = {
    CredentialState.APPROVED: "signed",
    CredentialState.EXPIRING: "waiting",
    CredentialState.GRACE: "waiting",
    CredentialState.PENDING: "waiting",
    CredentialState.REVIEW: "waiting",
}
ALL, ELSE = "", "+"


def _deed() -> dict[str, Any]:
    return {"by": actor(), "now": clock.now()}


def show_warnings(event: ServiceWarned) -> None:
    """Tell whoever just gave an adult something to do what they should know of it, on the page that follows."""
    for warning in event.warnings if has_request_context() else ():
        flash(says(warning), "waiting")


def _programs() -> dict[int, str]:
    """The programs whose adults one sees, by name."""
    return {line.program_id: line.name.named(language()) for line in programs.list_programs(actor(), P.CREDENTIAL_READ)}


def _words() -> dict[str, Any]:
    return {
        "states": STATES, "roles": ROLES, "grounds": GROUNDS, "denials": DENIALS, "kinds": queries.kinds(),
        "color": lambda each: "waiting" if each.excused_until else COLORS.get(each.state, "missing"),
    }  # fmt: skip


# ---- the list ----


@bp.get("/credentials")
@door(P.CREDENTIAL_READ)
def index() -> Response:
    """Who serves, and what of theirs is missing or ends soon."""
    on, names = clock.today(), _programs()
    chosen = asked_choice("show", listing.FILTERS, "needs")
    program_id = key_in(request.args.get("program"))
    program_id = program_id if program_id in names else None
    after = asked_cursor((str, int))
    lines = listing.list_people(
        actor(),
        on=on,
        chosen=chosen,
        program_id=program_id,
        after=after,
        limit=PAGE_ROWS + 1,
    )
    shown = lines[:PAGE_ROWS]
    further = cursor(shown[-1].folded_name, shown[-1].person_id) if len(lines) > PAGE_ROWS else None
    return page(
        "credentials/index.html", people=Slice(shown, further), chosen=chosen, program_id=program_id, names=names,
        asks=queries.asks_anything(), overrides=listing.overrides_of(None, actor=actor(), on=on), **_words(),
    )  # fmt: skip


@bp.get("/credentials/people.csv")
@door(P.CREDENTIAL_READ)
def exported() -> Response:
    """Who serves and where everything asked of them stands, to take along."""
    return csv_response(*_exported(), name=f"volunteers-{clock.today().isoformat()}.csv")


@bp.get("/credentials/people.xlsx")
@door(P.CREDENTIAL_READ)
def exported_workbook() -> Response:
    """The same as an Excel workbook."""
    return xlsx_response(*_exported(), name=f"volunteers-{clock.today().isoformat()}.xlsx")


def _exported() -> tuple[list[str], list[list[str]]]:
    """The head and the lines of the list as it is shown, all of it; written down as handed out.

    A column for each kind asked of anybody here says where it stands and until when. No provider, no reason, no paper.
    """
    on, names = clock.today(), _programs()
    chosen, program_id = asked_choice("show", listing.FILTERS, "all"), key_in(request.args.get("program"))
    lines = listing.list_people(
        actor(), on=on, chosen=chosen, program_id=program_id if program_id in names else None, limit=MOST_EXPORTED
    )  # fmt: skip
    asked = {each.kind for line in lines for each in line.asked}
    kinds = {code: kind.named(language()) for code, kind in queries.kinds().items() if code in asked}
    head = [
        _("Name"),
        _("Serves as"),
        _("Programs"),
        _("Status"),
        *kinds.values(),
        _("Hours this month"),
        _("Hours this year"),
    ]
    record_read("credential.exported", "person", None, by=actor(), people=len(lines))
    return head, [_line(line, list(kinds), names) for line in lines]


def _line(line: listing.PersonStanding, kinds: list[str], names: dict[int, str]) -> list[str]:
    stands = {each.kind: each for each in line.asked}
    missing = sum(not each.in_force for each in line.asked)
    status = _("%(num)s not in force", num=missing) if missing else _("All in force")
    hours = [f"{used / 60:.1f}" for used in (line.hours.month, line.hours.year)] if line.hours else ["", ""]
    return [
        line.list_name,
        ", ".join(dict.fromkeys(_(ROLES[each.role]) for each in line.services)),
        ", ".join(dict.fromkeys(names[each.program_id] for each in line.services if each.program_id in names)),
        status if line.asked else _("Nothing is asked"),
        *(_where(stands[kind]) if kind in stands else "" for kind in kinds),
        *hours,
    ]


def _where(each: Standing) -> str:
    until = each.excused_until or each.ends_on
    word = _("Exception") if each.excused_until else _(STATES[each.state])
    return f"{word}, {until.isoformat()}" if until else word


# ---- one person ----


def _person(person_id: int, permission: P = P.CREDENTIAL_EDIT) -> Person:
    return listing.get_person_for(actor(), permission, person_id, clock.today())


@bp.get("/credentials/people/<id:person_id>")
@door(P.CREDENTIAL_READ)
def person(person_id: int) -> Response:
    """What somebody must hold, what they hold, and who excused what."""
    row = _person(person_id, P.CREDENTIAL_READ)
    record_read("credential.read", "person", row.id, by=actor())
    return _person_page(row)


def _person_page(row: Person, status: int = 200, form: Any = None, override_form: Any = None) -> Response:
    on = clock.today()
    return page(
        "credentials/person.html", status, person=row, standing=listing.standing_of_person(row, on),
        papers=listing.papers_on_file(row.id), names=_programs(), overrides=listing.overrides_of([row.id], on=on), form=form or _paper_form(formdata=None),
        override_form=override_form or _override_form(formdata=None), me=actor().person_id, **_words(),
    )  # fmt: skip


def _kind_choices(*, checks: bool = True) -> list[SelectChoice]:
    known = sorted(queries.kinds().values(), key=lambda kind: kind.named(language()))
    return [SelectChoice(kind.code, kind.named(language())) for kind in known if checks or not kind.is_check]


def _paper_form(**more: Any) -> Any:
    form: Any = PaperForm(**more)
    form.kind.choices = _kind_choices()
    form.reason.choices = [SelectChoice("", "–"), *form.reason.choices]
    return form


def _override_form(**more: Any) -> Any:
    form: Any = OverrideForm(prefix="excuse-", **more)
    form.kind.choices = _kind_choices()
    form.program_id.choices = _program_choices(actor().everywhere(P.CREDENTIAL_EDIT))
    return form


def _program_choices(with_all: bool) -> list[SelectChoice]:
    every = [SelectChoice(ALL, _("All programs"))] if with_all else []
    return every + [SelectChoice(str(key), name) for key, name in _programs().items()]


def _paper_values(form: Any) -> dict[str, Any]:
    return {
        "issued_on": form.issued_on.data, "until_on": form.until_on.data, "provider": form.provider.data or "",
        "reason": Denial(form.reason.data) if form.reason.data else None,
    }  # fmt: skip


@bp.post("/credentials/people/<id:person_id>")
@door(P.CREDENTIAL_EDIT)
def enter(person_id: int) -> BaseResponse:
    """Enter a paper of somebody, a first one or a renewal."""
    row, form = _person(person_id), _paper_form()
    if form.validate_on_submit():
        try:
            services.record_paper(row, _kind(form), Step(form.step.data), **_paper_values(form), **_deed())
            flash(_("Saved."), "signed")
            return redirect(url_for(".person", person_id=row.id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _person_page(row, 422, form=form)


def _kind(form: Any) -> Kind:
    return queries.kinds()[form.kind.data]


@bp.get("/credentials/people/<id:person_id>/papers/<id:credential_id>")
@door(P.CREDENTIAL_EDIT)
def paper(person_id: int, credential_id: int) -> Response:
    """One paper: decide it, or correct what was entered."""
    row, credential = _paper(person_id, credential_id)
    return _paper_page(row, credential, _paper_form(formdata=None, obj=credential))


def _paper(person_id: int, credential_id: int) -> tuple[Person, Credential]:
    row = _person(person_id)
    return row, listing.get_credential(row.id, credential_id)


def _paper_page(row: Person, credential: Credential, form: Any, status: int = 200) -> Response:
    kind = queries.kinds().get(credential.kind, Kind(credential.kind, credential.kind, "", credential.is_check))
    return page("credentials/paper.html", status, person=row, paper=credential, kind=kind, form=form)


@bp.post("/credentials/people/<id:person_id>/papers/<id:credential_id>")
@door(P.CREDENTIAL_EDIT)
def decide(person_id: int, credential_id: int) -> BaseResponse:
    """Accept a paper, or not and why; or take off what was entered by mistake."""
    row, credential = _paper(person_id, credential_id)
    if request.form.get("end"):
        services.take_off(credential, **_deed())
        flash(_("Removed."))
        return redirect(url_for(".person", person_id=row.id), 303)
    form = _paper_form()
    form.kind.data = credential.kind  # what it is does not change
    if form.validate_on_submit():
        try:
            services.decide(credential, Step(form.step.data), **_paper_values(form), **_deed())
            flash(_("Saved."), "signed")
            return redirect(url_for(".person", person_id=row.id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _paper_page(row, credential, form, 422)


@bp.post("/credentials/people/<id:person_id>/overrides")
@door(P.CREDENTIAL_EDIT)
def ask_override(person_id: int) -> BaseResponse:
    """Ask for an exception."""
    row, form = _person(person_id), _override_form()
    if form.validate_on_submit():
        try:
            services.ask_override(
                row, form.kind.data, Ground(form.ground.data), form.until_on.data,
                program_id=key_in(form.program_id.data), **_deed(),
            )  # fmt: skip
            flash(_("Asked. It counts once a second person agrees."), "waiting")
            return redirect(url_for(".person", person_id=row.id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _person_page(row, 422, override_form=form)


@bp.post("/credentials/people/<id:person_id>/overrides/<id:override_id>")
@door(P.CREDENTIAL_EDIT)
def settle_override(person_id: int, override_id: int) -> BaseResponse:
    """Agree to an exception as the second person, or end it."""
    row = _person(person_id)
    override = listing.get_override(row.id, override_id)
    _within_program(override.program_id)
    if request.form.get("end"):
        services.end_override(override, **_deed())
        flash(_("Ended."))
    else:
        services.agree_to_override(override, **_deed())
        flash(_("Agreed. It counts from now on."), "signed")
    return redirect(url_for(".person", person_id=row.id), 303)


def _within_program(program_id: int | None) -> None:
    """What holds in all programs is for those who coordinate them all."""
    if program_id is None:
        if not actor().everywhere(P.CREDENTIAL_EDIT):
            raise NotFound
    else:
        programs.get_program_for(actor(), P.CREDENTIAL_EDIT, program_id)


# ---- what is asked ----


@bp.get("/credentials/requirements")
@door(P.CREDENTIAL_EDIT)
def requirements() -> Response:
    """What the department asks of its adults, and where that is written."""
    return _requirements_page()


def _requirements_page(status: int = 200, form: Any = None, limits_form: Any = None) -> Response:
    names = _programs()
    shown = [line for line in listing.rules_in_force() if line[0].program_id is None or line[0].program_id in names]
    return page(
        "credentials/requirements.html", status, lines=shown, form=form or _rule_form(formdata=None),
        limits_form=limits_form or _limits_form(formdata=None), limits=queries.limits_of(), names=names,
        may_all=actor().everywhere(P.CREDENTIAL_EDIT), **_words(),
    )  # fmt: skip


def _rule_form(**more: Any) -> Any:
    form: Any = RuleForm(**more)
    form.kind.choices = [*_kind_choices(), SelectChoice(ELSE, _("Something else"))]
    form.role.choices = [SelectChoice(ALL, _("All adults")), *form.role.choices]
    form.program_id.choices = _program_choices(actor().everywhere(P.CREDENTIAL_EDIT))
    return form


def _limits_form(**more: Any) -> Any:
    row = listing.find_limit(None)
    form: Any = LimitsForm(prefix="limits-", obj=row or Limits(), **more)
    form.program_id.choices = _program_choices(actor().everywhere(P.CREDENTIAL_EDIT))
    return form


def _rule_values(form: Any) -> dict[str, Any]:
    names = ("role", "jurisdiction", "asked", "valid_months", "renew_days", "grace_days", "source", "source_on")
    program_id = key_in(form.program_id.data)
    _within_program(program_id)
    return {name: getattr(form, name).data for name in names} | {"program_id": program_id}


@bp.post("/credentials/requirements")
@door(P.CREDENTIAL_EDIT)
def add_requirement() -> BaseResponse:
    """Ask for something."""
    form = _rule_form()
    if form.validate_on_submit():
        try:
            code = "" if form.kind.data == ELSE else form.kind.data
            kind = services.kind_of(
                code, form.name.data or "", form.name_es.data or "", is_check=bool(form.is_check.data)
            )
            services.add_rule(kind, **_rule_values(form), **_deed())
            flash(_("Saved."), "signed")
            return redirect(url_for(".requirements"), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _requirements_page(422, form=form)


@bp.post("/credentials/requirements/limits")
@door(P.CREDENTIAL_EDIT)
def set_limits() -> BaseResponse:
    """Say how many hours those not fully cleared may serve, and how many cleared adults a meeting needs."""
    form = _limits_form()
    if form.validate_on_submit():
        names = (
            "jurisdiction", "month_hours", "year_hours", "warn_percent", "fewest_adults", "source", "source_on"
        )  # fmt: skip
        program_id = key_in(form.program_id.data)
        _within_program(program_id)
        values = {name: getattr(form, name).data for name in names}
        services.set_limits(program_id, **(values | {"source": values["source"] or ""}), **_deed())
        flash(_("Saved."), "signed")
        return redirect(url_for(".requirements"), 303)
    return _requirements_page(422, limits_form=form)


@bp.get("/credentials/requirements/<id:rule_id>")
@door(P.CREDENTIAL_EDIT)
def requirement(rule_id: int) -> Response:
    """The form of a requirement."""
    row = _rule(rule_id)
    return _rule_page(row, _rule_form(formdata=None, obj=row))


def _rule(rule_id: int) -> CredentialRule:
    row = listing.get_rule(rule_id)
    _within_program(row.program_id)
    return row


def _rule_page(row: CredentialRule, form: Any, status: int = 200) -> Response:
    return page("credentials/requirement.html", status, rule=row, form=form, kind=queries.kinds()[row.kind])


@bp.post("/credentials/requirements/<id:rule_id>")
@door(P.CREDENTIAL_EDIT)
def change_requirement(rule_id: int) -> BaseResponse:
    """Change a requirement, or ask for it no longer."""
    row = _rule(rule_id)
    if request.form.get("end"):
        services.end_rule(row, **_deed())
        flash(_("Removed."))
        return redirect(url_for(".requirements"), 303)
    form = _rule_form()
    form.kind.data = row.kind
    if form.validate_on_submit():
        try:
            services.change_rule(row, **_rule_values(form), **_deed())
            flash(_("Saved."), "signed")
            return redirect(url_for(".requirements"), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _rule_page(row, form, 422)


# ---- one's own ----


def _me() -> Person:
    return people.get_person(actor().person_id or 0)


@bp.get("/my-papers")
@signed_in()
def mine() -> Response:
    """What one must hold oneself, where it stands, and how to hand in a new one."""
    return _own_page()


def _own_page(status: int = 200, form: Any = None) -> Response:
    me = _me()
    standing = listing.standing_of_person(me, clock.today())
    return page("credentials/mine.html", status, standing=standing, form=form or _own_form(formdata=None), **_words())


def _own_form(**more: Any) -> Any:
    form: Any = OwnForm(**more)
    form.kind.choices = _kind_choices(checks=False)
    return form


@bp.post("/my-papers")
@signed_in()
def hand_in() -> BaseResponse:
    """Say that one has a new training or license; the office looks at it."""
    if not actor().may(P.CREDENTIAL_OWN) and not listing.standing_of_person(_me(), clock.today()).services:
        raise NotFound  # nothing is asked of them
    form = _own_form()
    if form.validate_on_submit():
        try:
            services.hand_in(
                _me(), _kind(form), issued_on=form.issued_on.data, until_on=form.until_on.data,
                provider=form.provider.data, **_deed(),
            )  # fmt: skip
            flash(_("Handed in. The office looks at it."), "signed")
            return redirect(url_for(".mine"), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _own_page(422, form)
