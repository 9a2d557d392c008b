"""The desk: forms on paper for a team, scans that come back, originals seen by a second person."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_wtf.file import FileField
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectField
from wtforms.validators import Optional

from youthprog.audit.services import record_read
from youthprog.consent import desk_queries, queries, services, uploads
from youthprog.consent.desk_queries import DeskLine
from youthprog.consent.entry_rules import refusals_to_confirm
from youthprog.consent.queries import Case
from youthprog.core import clock, db
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound, Refused
from youthprog.documents.codes import grouped, read_code
from youthprog.documents.press import PressFailed
from youthprog.documents.services import print_sheet
from youthprog.people import queries as people
from youthprog.people.types import GuardianLine
from youthprog.programs import queries as programs
from youthprog.programs.models import Group, Program
from youthprog.web.edge import actor, door, recording
from youthprog.web.forms import Filled, Form, SelectChoice, Text
from youthprog.web.language import gettext as _
from youthprog.web.language import language, lazy_gettext, ngettext, says
from youthprog.web.pages import file_response, page

bp = Blueprint("consent_desk", __name__)

# ---- forms on paper ----


@bp.get("/consents/teams/<id:group_id>/paper")
@door(P.CONSENT_ENTER)
def team(group_id: int) -> Response:
    """Whose form is printed, or asked by telephone; who wants paper comes first."""
    group, lines = _team(group_id)
    printed = sum(len(one.codes) for each in lines for one in each.guardians)
    return page("consent/desk_team.html", group=group, lines=lines, printed=printed, codes_of=_codes)


def _codes(codes: Sequence[str]) -> str:
    return ", ".join(grouped(each) for each in codes)


@bp.post("/consents/teams/<id:group_id>/paper")
@door(P.CONSENT_ENTER)
def print_for(group_id: int) -> BaseResponse:
    """Make the forms of a team, or of one guardian, with their codes; the sheets follow on the next page."""
    group, lines = _team(group_id)
    chosen = _chosen(lines)
    codes = [each for youth_id, guardian in chosen for each in _ask(youth_id, guardian, group.season_id)]
    for request_id in codes:
        services.give_code(queries.get_request(request_id).request, by=actor(), now=clock.now())
    if codes and request.form.get("guardian_id"):
        return redirect(url_for(".family_blanks", request_id=codes[0]), 303)
    if codes:
        return redirect(url_for(".team_blanks", group_id=group_id), 303)
    flash(_("Nobody here can be asked on paper: no guardian on file may decide."), "missing")
    return redirect(url_for(".team", group_id=group_id), 303)


@bp.post("/consents/teams/<id:group_id>/phone")
@door(P.CONSENT_ENTER)
def call(group_id: int) -> BaseResponse:
    """Open the forms of one guardian without a mail, to ask by telephone; of several the next page offers the choice."""
    group, lines = _team(group_id)
    chosen = _chosen(lines) if request.form.get("guardian_id") else []
    opened = _ask(*chosen[0], group.season_id) if len(chosen) == 1 else []
    if not opened:
        return redirect(url_for(".team", group_id=group_id), 303)
    for request_id in opened:
        services.begin_call(queries.get_request(request_id).request, by=actor(), now=clock.now())
    if len(opened) > 1:
        return redirect(url_for("consent_entries.family", request_id=opened[0]), 303)
    return redirect(url_for("consent_entries.phone", request_id=opened[0]), 303)


@bp.get("/consents/teams/<id:group_id>/paper.pdf")
@door(P.CONSENT_ENTER)
def team_blanks(group_id: int) -> BaseResponse:
    """The printed forms of a team, each with its code, one after the other."""
    group, _lines = _team(group_id)
    cases = desk_queries.printed_of(actor(), group, clock.today())
    if not cases:
        return redirect(url_for(".team", group_id=group_id), 303)
    return _printed(cases, url_for(".team", group_id=group_id), f"forms-{group.id}.pdf")


@bp.post("/consents/requests/<id:request_id>/blank")
@door(P.CONSENT_ENTER)
def make_blank(request_id: int) -> BaseResponse:
    """Give an open form its match code; the sheet follows."""
    case = _case(request_id)
    if services.may_answer(case, now=clock.now()):
        return redirect(url_for("consent.show", request_id=request_id), 303)
    services.print_newest(case, by=actor(), now=clock.now())
    services.give_code(case.request, by=actor(), now=clock.now())
    return redirect(url_for(".blank", request_id=request_id), 303)


@bp.get("/consents/requests/<id:request_id>/blank.pdf")
@door(P.CONSENT_ENTER)
def blank(request_id: int) -> BaseResponse:
    """The paper form of one guardian about one child."""
    case, back = _case(request_id), url_for("consent.show", request_id=request_id)
    if case.request.match_code is None:
        return redirect(back, 303)
    return _printed([case], back, f"form-{case.request.match_code}.pdf")


@bp.get("/consents/requests/<id:request_id>/blanks.pdf")
@door(P.CONSENT_ENTER)
def family_blanks(request_id: int) -> BaseResponse:
    """Every printed form of the same child and guardian, one after the other."""
    case, back = _case(request_id), url_for("consent.show", request_id=request_id)
    cases = [each for each in desk_queries.list_together(actor(), case, clock.today()) if each.request.match_code]
    if not cases:
        return redirect(back, 303)
    return _printed(cases, back, f"forms-{cases[0].request.match_code}.pdf")


def _printed(cases: Sequence[Case], back: str, name: str) -> BaseResponse:
    for case in cases:
        record_read("consent.printed", "consent_request", case.request.id, by=actor())
    try:
        return file_response(print_sheet(services.paper_forms(cases), now=clock.now()), name=name)
    except Refused as refused:
        flash(" ".join(says(reason) for reason in refused.reasons), "missing")
    except PressFailed:
        flash(_("We could not print just now. Try again in a minute."), "missing")
    return redirect(back, 303)


def _team(group_id: int) -> tuple[Group, list[DeskLine]]:
    group = programs.get_group_for(actor(), P.CONSENT_ENTER, group_id, clock.today())
    return group, desk_queries.list_desk(actor(), group, clock.today())


def _chosen(lines: Sequence[DeskLine]) -> list[tuple[int, GuardianLine]]:
    """The guardian named in the form, or of each youth those asked already, else the first who may decide."""
    youth_id, guardian_id = request.form.get("youth_id", ""), request.form.get("guardian_id", "")
    if guardian_id:
        return [
            (each.youth_id, one.guardian)
            for each in lines
            for one in each.guardians
            if (str(each.youth_id), str(one.guardian.guardian_id)) == (youth_id, guardian_id)
        ]
    found = []
    for each in lines:
        asked = [one for one in each.guardians if one.forms] or list(each.guardians[:1])
        found += [(each.youth_id, one.guardian) for one in asked]
    return found


def _ask(youth_id: int, guardian: GuardianLine, season_id: int) -> list[int]:
    """The open requests of a guardian; none when the guardian may not answer."""
    try:
        asked = services.ask_on_paper(youth_id, guardian, season_id, by=actor(), now=clock.now())
    except Refused:
        return []
    return [request.id for request in asked]


# ---- scans ----


class ScanForm(Form):
    """A file from the scanner."""

    file = FileField(lazy_gettext("Scan or photo of signed forms"))
    office = SelectField(lazy_gettext("Program"), [Optional()], choices=(), validate_choice=False)
    offices: Mapping[str, int] | None = None

    def offer(self, offices: Sequence[Program]) -> None:
        """Offer the programs whose coordinators see pages that cannot be filed; of one there is nothing to choose."""
        self.offices = {str(each.id): each.id for each in offices}
        if len(offices) < 2:
            del self.office
            return
        names = [each.name_es if language() == "es" and each.name_es else each.name for each in offices]
        options = [SelectChoice(key, name) for key, name in zip(self.offices, names, strict=True)]
        self.office.choices = [SelectChoice("", _("As the other pages say")), *options]

    @property
    def program_id(self) -> int | None:
        """The chosen program, when it is one of those offered."""
        return (self.offices or {}).get(self.office.data or "") if "office" in self else None


class CodeForm(Form):
    """A match code, typed from a sheet whose picture could not be read."""

    code = Text(lazy_gettext("Match code"), [Filled(lazy_gettext("Type the code from the sheet."))], limit=40)


class OriginalForm(Form):
    """A second person says that the sheet itself was there."""


@bp.get("/consents/scans")
@door(P.CONSENT_ENTER)
def scans() -> Response:
    """Where signed sheets come in: send a scan, file what could not be read, then enter the answers."""
    return _scans_page(ScanForm(formdata=None))


@bp.post("/consents/scans")
@door(P.CONSENT_ENTER, late=True)
def take_scan() -> BaseResponse:
    """Read a scan page by page without a lock, then file each page to the request of its code."""
    form = ScanForm()
    form.offer(desk_queries.list_offices(actor()))
    content = form.file.data.read() if form.validate_on_submit() and form.file.data else b""
    if not content:
        form.file.errors = [*form.file.errors, _("Choose the file of the scan.")]
        return _scans_page(form, 422)
    try:
        received = services.receive(content, name=form.file.data.filename or "")
    except Refused as refused:
        form.take(refused.reasons)
        return _scans_page(form, 422)
    except PressFailed:
        form.file.errors = [*form.file.errors, _("We cannot read scans just now. Try again in a minute.")]
        return _scans_page(form, 503)
    with recording():
        try:
            filed = services.file_pages(received, program_id=form.program_id, by=actor(), now=clock.now())
        except Exception:
            db.begin_writing()
            services.discard_received(received)
            raise
    _tell(filed)
    return redirect(url_for(".scans"), 303)


def _tell_older(names: Sequence[str]) -> None:
    words = _("This sheet has the words of an older version: %(names)s. See below what to do.", names=", ".join(names))
    flash(words, "waiting")


def _tell(filed: services.Filed) -> None:
    count = sum(filed.by_request.values())
    if count:
        names = ", ".join(filed.children)
        flash(
            ngettext("%(num)s page filed: %(names)s.", "%(num)s pages filed: %(names)s.", count, names=names), "signed"
        )
    if filed.older:
        _tell_older(filed.older)
    if filed.loose:
        flash(
            ngettext("%(num)s page waits to be filed by hand.", "%(num)s pages wait to be filed by hand.", filed.loose),
            "waiting",
        )
    if not count and not filed.loose:
        flash(_("These pages were here already."), "neutral")


@bp.get("/consents/scans/<id:scan_id>/page")
@door(P.CONSENT_ENTER)
def loose_page(scan_id: int) -> Response:
    """The picture of a page that waits to be filed."""
    scan = desk_queries.get_loose_for(actor(), scan_id)
    record_read("scan.read", "scan", scan.id, by=actor())
    return file_response(uploads.load(scan.sha256), name=f"page-{scan.page}", kind=scan.content_type)


@bp.post("/consents/scans/<id:scan_id>/file")
@door(P.CONSENT_ENTER)
def file_loose(scan_id: int) -> BaseResponse:
    """File a page by the code typed from it."""
    scan, form = desk_queries.get_loose_for(actor(), scan_id), CodeForm()
    if not form.validate_on_submit():
        return _scans_page(ScanForm(formdata=None), 422, wrong=(scan_id, form))
    try:
        found = services.file_loose(scan, read_code(form.code.data or ""), by=actor(), now=clock.now())
    except Refused as refused:
        form.take(refused.reasons)
        return _scans_page(ScanForm(formdata=None), 422, wrong=(scan_id, form))
    name = found.case.youth.name
    flash(_("Filed: %(name)s.", name=name), "signed")
    if found.is_older:
        _tell_older([name])
    return redirect(url_for(".scans"), 303)


@bp.post("/consents/scans/<id:scan_id>/away")
@door(P.CONSENT_ENTER)
def put_away(scan_id: int) -> BaseResponse:
    """Throw a page away that is no form."""
    services.put_away(desk_queries.get_loose_for(actor(), scan_id), by=actor(), now=clock.now())
    flash(_("Thrown away."), "neutral")
    return redirect(url_for(".scans"), 303)


@bp.get("/consents/requests/<id:request_id>/scans/<id:page_id>")
@door(P.CONSENT_ENTER)
def scan(request_id: int, page_id: int) -> Response:
    """One scanned page of a request."""
    case = _case(request_id)
    found = desk_queries.get_scan(case.request.id, page_id)
    record_read("scan.read", "consent_request", request_id, by=actor())
    return file_response(uploads.load(found.sha256), name=f"scan-{found.id}", kind=found.content_type)


def _scans_page(form: ScanForm, status: int = 200, wrong: tuple[int, CodeForm] | None = None) -> Response:
    on = clock.today()
    if form.offices is None:
        form.offer(desk_queries.list_offices(actor()))
    return page(
        "consent/scans.html",
        status,
        form=form,
        loose=desk_queries.list_loose(actor()),
        wrong=dict([wrong]) if wrong else {},
        to_enter=desk_queries.list_to_enter(actor(), on),
        older=desk_queries.list_older_sheets(actor(), on),
        parts=desk_queries.list_parts_to_enter(actor(), on),
        to_confirm=desk_queries.list_to_confirm(actor(), on),
        grouped=grouped,
    )


# ---- originals ----


@bp.get("/consents/requests/<id:request_id>/original")
@door(P.CONSENT_ENTER)
def original(request_id: int) -> Response:
    """The scan beside the answers that wait for their original."""
    return _original_page(_waiting_case(request_id), OriginalForm(formdata=None))


@bp.post("/consents/requests/<id:request_id>/original")
@door(P.CONSENT_ENTER)
def confirm(request_id: int) -> BaseResponse:
    """A second person saw the original."""
    case, form = _waiting_case(request_id), OriginalForm()
    try:
        services.confirm_original(case, by=actor(), now=clock.now())
    except Refused as refused:
        form.take(refused.reasons)
        return _original_page(case, form, 422)
    flash(_("Noted: you saw the original. The answers count from now on."), "signed")
    return redirect(url_for("consent.show", request_id=request_id), 303)


def _waiting_case(request_id: int) -> Case:
    case = _case(request_id)
    if case.request.signed_at is None:
        raise NotFound
    return case


def _original_page(case: Case, form: Any, status: int = 200) -> Response:
    waiting = desk_queries.waiting_for_original(case.request.id)
    reasons = [says(each) for each in refusals_to_confirm(services.may_confirm(case, by=actor()))]
    recorder = case.request.recorded_by_id
    return page(
        "consent/original.html", status, case=case, form=form, waiting=waiting, reasons=reasons,
        questions={each.key: each for each in queries.questions_of(case.version.id)},
        scans=(scans := desk_queries.scans_of(case.request.id)), numbers=desk_queries.numbers_of(scans),
        recorder=people.get_person(recorder).name if recorder else "",
    )  # fmt: skip


def _case(request_id: int) -> Case:
    return queries.get_request_for(actor(), P.CONSENT_ENTER, request_id, clock.today())
