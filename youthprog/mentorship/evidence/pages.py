"""The evidence file as page, PDF and table; surveys for staff, and behind their links."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for
from flask_wtf.file import FileField
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.core import clock, db
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, NotFound, Refused
from youthprog.documents import services as printing
from youthprog.documents.types import EvidenceFile, EvidencePart, EvidenceRow, Language
from youthprog.mentorship.evidence import lists, measures, queries, rules, services
from youthprog.mentorship.evidence.models import SurveyAnswer, SurveyInstrument
from youthprog.mentorship.evidence.types import (
    AUDIENCES,
    VERDICTS,
    Audience,
    BenchmarkList,
    DueSurvey,
    Finding,
    Verdict,
)
from youthprog.programs import queries as programs
from youthprog.programs.types import ProgramKind
from youthprog.web.csv_files import csv_response
from youthprog.web.edge import actor, door, public
from youthprog.web.forms import Form, OneOf, SelectChoice
from youthprog.web.language import day, language, lazy_gettext
from youthprog.web.language import gettext as _
from youthprog.web.pages import asked_text, file_response, page

bp = Blueprint("evidence", __name__)
outside = Blueprint("survey_links", __name__)
LONGEST_FILE = 200_000
SHAPES = {Verdict.MET: "signed", Verdict.PARTLY: "waiting", Verdict.NOT_MET: "missing"}
UNCHECKED = N_("Your program’s own list, after %(edition)s. Its codes were not compared with the standard: compare them before you cite one.")  # fmt: skip
CHECKED = N_("Your program’s own list, after %(edition)s.")
# The page whose list a count is of.
LINKS: dict[str, tuple[str, dict[str, str]]] = {
    **dict.fromkeys(("described", "four_hours"), ("mentorship.index", {"state": "active"})),
    "one_year": ("closing.retention", {}),
    **dict.fromkeys(("enrolled", "guardian_known"), ("people.index", {})),
    "permission": ("consent.index", {}),
    "surveys": ("evidence.surveys", {}),
    **dict.fromkeys(
        ("closed", "closed_expected", "closed_unexpected", "closed_unreachable", "talks", "talk_mentor", "talk_youth",
         "talk_guardian", "rematch", "contact_rule"),
        ("mentorship.index", {"state": "closed"}),
    ),
}  # fmt: skip

# ---- the evidence file ----


@dataclass(frozen=True)
class Asked:
    """What the address asks for, and what was found."""

    found: BenchmarkList
    edition: str
    program_id: int | None
    program: str
    from_on: date
    until_on: date
    programs: list[tuple[int, str]]
    findings: list[Finding]
    matches: int

    @property
    def kept(self) -> dict[str, Any]:
        """The part of an address that asks for the same."""
        return {
            "program": self.program_id, "edition": self.edition, "from": self.from_on.isoformat(),
            "until": self.until_on.isoformat(),
        }  # fmt: skip

    def by_group(self) -> list[tuple[str, list[Finding]]]:
        """The findings under their headings."""
        speech = language()
        return [
            (name.named(speech), rows)
            for key, name in self.found.groups.items()
            if (rows := [each for each in self.findings if each.benchmark.group == key])
        ]

    def after(self) -> str:
        """After which list the entries were written, and what was not checked."""
        edition = self.found.editions[self.edition]
        return _(CHECKED if edition.checked else UNCHECKED, edition=edition.name.named(language()))


def _asked() -> Asked:
    """Read the address and count. Raises `NotFound` for a program that is none of this reader's."""
    on, who = clock.today(), actor()
    found = queries.benchmarks(current_app.config["YOUTHPROG"].instance)
    edition = asked_text("edition", 20)
    edition = edition if edition in found.editions else found.default
    choices = _mentoring_programs(P.MATCH_EDIT)
    program_id = key_in(asked_text("program"))
    if program_id is not None and program_id not in dict(choices):
        raise NotFound
    usual = measures.usual_period(on)
    from_on, until_on = (_day_in(asked_text(name, 10)) or usual[place] for place, name in enumerate(("from", "until")))
    period = measures.Period(who, program_id, from_on, max(from_on, until_on), on)
    return Asked(
        found, edition, program_id, dict(choices).get(program_id or 0, _("All mentoring programs")), from_on,
        max(from_on, until_on), choices,
        rules.findings_of(found, edition, lambda measure: measures.count_of(measure, period)), len(period.matches),
    )  # fmt: skip


def _mentoring_programs(permission: P) -> list[tuple[int, str]]:
    return [
        (line.program_id, line.name.named(language()))
        for line in programs.list_programs(actor(), permission)
        if line.kind is ProgramKind.MENTORSHIP
    ]


def _day_in(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-09-17") else None
    except ValueError:
        return None


def _figures(finding: Finding) -> str:
    return "" if finding.count is None else _("%(done)s of %(of)s", done=finding.count.done, of=finding.count.of)


@bp.get("/matches/evidence")
@door(P.MATCH_EDIT)
def index() -> Response:
    """How far each benchmark is met, with its count and the list it was counted from."""
    asked = _asked()
    return page(
        "mentorship/evidence.html",
        asked=asked,
        groups=asked.by_group(),
        tally=rules.tally_of(asked.findings),
        after=asked.after(),
        edition=asked.found.editions[asked.edition],
        verdicts=VERDICTS,
        shapes=SHAPES,
        links=LINKS,
        figures=_figures,
    )


@bp.get("/matches/evidence.pdf")
@door(P.MATCH_EDIT)
def printed() -> Response:
    """The same on paper."""
    asked, now = _asked(), clock.now()
    counts = rules.tally_of(asked.findings)
    sheet = EvidenceFile(
        letterhead=printing.letterhead(),
        program=asked.program,
        period=_("%(first)s to %(last)s", first=day(asked.from_on), last=day(asked.until_on)),
        after=asked.after(),
        counts=tuple(f"{_(VERDICTS[verdict])}: {count}" for verdict, count in counts.items()),
        parts=tuple(
            EvidencePart(
                title,
                tuple(
                    EvidenceRow(
                        each.code,
                        each.benchmark.text.named(language()),
                        _(VERDICTS[each.verdict]),
                        SHAPES.get(each.verdict, "plain"),
                        _figures(each),
                    )
                    for each in rows
                ),
            )
            for title, rows in asked.by_group()
        ),
        printed_at=now.astimezone(clock.zone()),
        language=Language.SPANISH if language() == "es" else Language.ENGLISH,
    )
    record_read("evidence.printed", "program", asked.program_id, by=actor(), edition=asked.edition)
    return file_response(printing.print_sheet(sheet, now=now), name=f"evidence-{asked.until_on}.pdf")


@bp.get("/matches/evidence.csv")
@door(P.MATCH_EDIT)
def table() -> Response:
    """The same for a spreadsheet."""
    asked, speech = _asked(), language()
    edition = asked.found.editions[asked.edition]
    head = [_("After"), _("Part"), _("What it asks"), _("Where we stand"), _("Counted"), _("Of"), _("Source"), _("Noted on"), _("Compared with the standard")]  # fmt: skip
    rows = (
        [
            each.code,
            title,
            each.benchmark.text.named(speech),
            _(VERDICTS[each.verdict]),
            str(each.count.done) if each.count else "",
            str(each.count.of) if each.count else "",
            f"{edition.name.named(speech)}; {edition.source}",
            edition.noted_on.isoformat(),
            _("Yes") if each.benchmark.checked or edition.checked else _("No"),
        ]
        for title, findings in asked.by_group()
        for each in findings
    )
    record_read("evidence.printed", "program", asked.program_id, by=actor(), edition=asked.edition)
    return csv_response(head, rows, name=f"evidence-{asked.until_on}.csv")


# ---- surveys ----


class InstrumentForm(Form):
    """A survey to load: a file, and for which program."""

    program = OneOf(lazy_gettext("Program"), {})
    file = FileField(lazy_gettext("Survey, as CSV or JSON"))


@bp.get("/matches/surveys")
@door(P.MATCH_EDIT)
def surveys() -> Response:
    """Surveys in use, what is due of them, and the form to load one."""
    return _surveys_page(_instrument_form())


def _instrument_form() -> InstrumentForm:
    form = InstrumentForm()
    form.program.choices = [SelectChoice(str(key), name) for key, name in _mentoring_programs(P.MATCH_EDIT)]
    return form


def _surveys_page(form: InstrumentForm, status: int = 200) -> Response:
    on = clock.today()
    due = queries.due_surveys(actor(), on)
    return page(
        "mentorship/surveys.html",
        status,
        form=form,
        due=due[: queries.MOST_SHOWN],
        due_count=len(due),
        instruments=queries.list_instruments(actor()),
        audiences=AUDIENCES,
        children=Audience.YOUTH,
        scale=lambda row: lists.scale_of(row.content),
    )


@bp.post("/matches/surveys")
@door(P.MATCH_EDIT)
def load() -> BaseResponse:
    """Load a survey."""
    form = _instrument_form()
    if not form.validate_on_submit():
        return _surveys_page(form, 422)
    content = form.file.data.read(LONGEST_FILE + 1) if form.file.data else b""
    if not content:
        form.file.errors = [_("Choose the file.")]
        return _surveys_page(form, 422)
    if len(content) > LONGEST_FILE:
        form.file.errors = [_("This file is too large.")]
        return _surveys_page(form, 422)
    try:
        instrument = lists.read_instrument(content, form.file.data.filename or "")
    except Refused as refused:
        form.take(refused.reasons)
        return _surveys_page(form, 422)
    services.load_instrument(int(form.program.data), instrument, by=actor(), now=clock.now())
    flash(_("Loaded. It is asked from now on."), "signed")
    return redirect(url_for(".surveys"), 303)


@bp.post("/matches/surveys/<id:instrument_id>/retire")
@door(P.MATCH_EDIT)
def retire(instrument_id: int) -> BaseResponse:
    """Ask a survey no longer."""
    row = queries.get_instrument_for(actor(), P.MATCH_EDIT, instrument_id)
    services.retire_instrument(row, by=actor(), now=clock.now())
    flash(_("It is not asked any more. The answers stay."), "signed")
    return redirect(url_for(".surveys"), 303)


def _due(match_id: int, instrument_id: int) -> DueSurvey:
    """The survey of a match that is due of the person and month in the address. Raises `NotFound`."""
    person_id, months = key_in(request.args.get("person_id")), key_in(request.args.get("months"))
    if person_id is None or months is None:
        raise NotFound
    return queries.find_due(
        actor(), clock.today(), match_id=match_id, instrument_id=instrument_id, person_id=person_id, months=months
    )


@bp.post("/matches/<id:match_id>/surveys/<id:instrument_id>/send")
@door(P.MATCH_EDIT)
def send(match_id: int, instrument_id: int) -> BaseResponse:
    """Send a due survey as a link."""
    due = _due(match_id, instrument_id)
    try:
        services.send_survey(due, by=actor(), now=clock.now())
    except Refused as refused:
        form = _instrument_form()
        form.take(refused.reasons)
        return _surveys_page(form, 422)
    flash(_("Sent to %(name)s.", name=due.name), "signed")
    return redirect(url_for(".surveys"), 303)


@bp.get("/matches/<id:match_id>/surveys/<id:instrument_id>")
@door(P.MATCH_EDIT)
def ask(match_id: int, instrument_id: int) -> Response:
    """A due survey, to be filled in with somebody."""
    due = _due(match_id, instrument_id)
    row = queries.get_instrument_for(actor(), P.MATCH_EDIT, instrument_id)
    return _answer_page(row, due)


@bp.post("/matches/<id:match_id>/surveys/<id:instrument_id>")
@door(P.MATCH_EDIT)
def fill(match_id: int, instrument_id: int) -> BaseResponse:
    """Keep what somebody answered to staff."""
    due = _due(match_id, instrument_id)
    row = queries.get_instrument_for(actor(), P.MATCH_EDIT, instrument_id)
    try:
        services.answer_due(due, _answers(row), by=actor(), now=clock.now())
    except Refused as refused:
        return _answer_page(row, due, refused, 422)
    flash(_("Kept. Thank you."), "signed")
    return redirect(url_for(".surveys"), 303)


def _answers(row: SurveyInstrument) -> dict[str, int | None]:
    """What was chosen, by question; a word that is no number of a scale is none."""
    found: dict[str, int | None] = {}
    for question in lists.questions_of(row.content):
        value = request.form.get(f"q-{question.key}", "")
        found[question.key] = int(value) if value.isascii() and value.isdigit() and len(value) < 3 else None
    return found


def _answer_page(
    row: SurveyInstrument, due: DueSurvey | None, refused: Refused | None = None, status: int = 200, token: str = ""
) -> Response:
    instrument = queries.instrument_of(row)
    speech = language()
    options = [
        (str(value), f"{value} · {instrument.scale[value].named(speech)}" if value in instrument.scale else str(value))
        for value in range(instrument.least, instrument.most + 1)
    ]
    return page(
        "mentorship/survey_link.html" if due is None else "mentorship/survey.html",
        status,
        instrument=instrument,
        name=instrument.name.named(speech),
        questions=[(each.key, each.text.named(speech)) for each in instrument.questions],
        options=options,
        chosen=_answers(row) if request.method == "POST" else {},
        due=due,
        token=token,
        problems=[_(reason.sentence, **reason.values) if reason.values else _(reason.sentence) for reason in (refused.reasons if refused else [])],
    )  # fmt: skip


@outside.get("/q/<token>")
@public()
def show(token: str) -> Response:
    """A survey behind its link. It names nobody; looking uses nothing up."""
    row = queries.find_by_token(token, clock.now())
    if row is None:
        return page("mentorship/survey_done.html", 404, known=False)
    return _answer_page(_instrument(row), None, token=token)


@outside.post("/q/<token>")
@public()
def say(token: str) -> BaseResponse:
    """Take the answers. The link then opens nothing any more."""
    row = queries.find_by_token(token, clock.now())
    if row is None:
        return page("mentorship/survey_done.html", 404, known=False)
    instrument = _instrument(row)
    try:
        services.answer(row, _answers(instrument), by=actor(), now=clock.now())
    except Refused as refused:
        return _answer_page(instrument, None, refused, 422, token)
    return page("mentorship/survey_done.html", known=True)


def _instrument(row: SurveyAnswer) -> SurveyInstrument:
    return db.session().get_one(SurveyInstrument, row.instrument_id)
