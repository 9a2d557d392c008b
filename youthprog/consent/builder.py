"""The coordinator writes forms: list, uses, versions, comparison, the gate, publishing; and what states may ask."""

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.consent import drafting, drafts, form_queries, queries, services, state_packs
from youthprog.consent.form_queries import FormRow, Written
from youthprog.consent.types import Question
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound, Refusal
from youthprog.programs import queries as programs
from youthprog.web.edge import actor, door
from youthprog.web.forms import SelectChoice
from youthprog.web.language import gettext as _
from youthprog.web.language import language, says
from youthprog.web.pages import page

bp = Blueprint("builder", __name__)


def deed() -> dict[str, Any]:
    """Who does it, and when."""
    return {"by": actor(), "now": clock.now()}


# ---- forms ----


@bp.get("/consents/forms")
@door(P.FORM_EDIT)
def index() -> Response:
    """Every form within sight, and what each program asks."""
    return page("consent/builder/index.html", forms=form_queries.list_forms(actor()))


@bp.get("/consents/forms/new")
@door(P.FORM_EDIT)
def new() -> Response:
    """A new form."""
    return page("consent/builder/new.html", form=_new_form())


@bp.post("/consents/forms/new")
@door(P.FORM_EDIT)
def create() -> BaseResponse:
    """Begin a form with an empty draft."""
    form: Any = _new_form()
    if not form.validate_on_submit():
        return page("consent/builder/new.html", 422, form=form)
    program_id = int(form.program_id.data) if form.program_id.data else None
    version = services.start_form(form.title.data, form.title_es.data, program_id=program_id, **deed())
    return redirect(url_for(".version", version_id=version.id), 303)


def _new_form() -> Any:
    form: Any = drafting.NewFormForm()
    choices = [SelectChoice(str(key), name) for key, name in _programs().items()]
    if actor().everywhere(P.FORM_EDIT):
        choices.insert(0, SelectChoice("", _("No program yet")))
    form.program_id.choices = choices
    return form


def _programs() -> dict[int, str]:
    """The programs whose forms the reader writes."""
    lines = programs.list_programs(actor(), P.FORM_EDIT)
    return {line.program_id: line.name.named(language()) for line in lines}


@bp.get("/consents/forms/<id:form_id>")
@door(P.FORM_EDIT)
def show(form_id: int) -> Response:
    """A form with its versions and its uses."""
    row = form_queries.get_form_for(actor(), form_id)
    versions = form_queries.list_versions(form_id, with_draft=row.may_edit)
    return page("consent/builder/form.html", row=row, versions=versions)


@bp.post("/consents/forms/<id:form_id>/draft")
@door(P.FORM_EDIT)
def begin(form_id: int) -> BaseResponse:
    """Begin a draft as the newest version reads, or go to the one there is."""
    row = form_queries.get_form_for(actor(), form_id, editing=True)
    if row.draft_id is not None:
        return redirect(url_for(".version", version_id=row.draft_id), 303)
    version = services.begin_draft(form_id, **deed())
    return redirect(url_for(".version", version_id=version.id), 303)


@bp.get("/consents/forms/<id:form_id>/uses")
@door(P.FORM_EDIT)
def uses(form_id: int) -> Response:
    """Which programs use the form, and how."""
    row = _used_by_choice(form_id)
    return page("consent/builder/uses.html", row=row, form=_uses_form(row))


@bp.post("/consents/forms/<id:form_id>/uses")
@door(P.FORM_EDIT)
def change_uses(form_id: int) -> BaseResponse:
    """Say which programs use the form."""
    row = _used_by_choice(form_id)
    form = _uses_form(row)
    if not form.validate_on_submit():
        return page("consent/builder/uses.html", 422, row=row, form=form)
    ways = {key: form[f"way_{key}"].data for key in _programs()}
    if not actor().everywhere(P.FORM_EDIT) and set(ways.values()) == {"no"}:
        form.form_errors.append(_("Keep it in one program at least. A form no program uses is out of your sight."))
        return page("consent/builder/uses.html", 422, row=row, form=form)
    services.use_form(form_id, ways, **deed())
    flash(_("Saved."), "signed")
    return redirect(url_for(".show", form_id=form_id), 303)


def _used_by_choice(form_id: int) -> FormRow:
    """A form that programs choose; the starter is the one of those that have chosen none."""
    row = form_queries.get_form_for(actor(), form_id, editing=True)
    if row.is_starter:
        raise NotFound
    return row


def _uses_form(row: FormRow) -> Any:
    names = _programs()
    form: Any = drafting.uses_form(names)()
    if request.method == "GET":
        for key, way in form_queries.list_uses_of(list(names), row.form_id).items():
            form[f"way_{key}"].data = way
    return form


# ---- a version ----


@dataclass(frozen=True)
class Shown:
    """A section in the list of a version: what it is, how hard it reads, what is wrong with it."""

    question: Question
    title: str
    kind: str
    levels: dict[str, drafts.Level]
    faults: list[str]


@bp.get("/consents/versions/<id:version_id>")
@door(P.FORM_EDIT)
def version(version_id: int) -> Response:
    """The sections of a version; of a draft with everything that can be done to it."""
    written = form_queries.get_version_for(actor(), version_id)
    return _version_page(written, drafting.PublishForm(formdata=None))


def _version_page(written: Written, form: Any, status: int = 200) -> Response:
    questions = queries.questions_of(written.version.id)
    faults = drafts.faults_of(questions) if written.is_draft else []
    again = form_queries.asked_again(written.form.id, questions, clock.today()) if written.is_draft else None
    form.edits.data = written.version.edits
    return page(
        "consent/builder/version.html", status, written=written, form=form, again=again,
        sections=[_shown(question, faults) for question in questions],
        faults=[_told(fault.refusal) for fault in faults if fault.key is None],
        stopped=any(not fault.excusable for fault in faults),
        needs_reason=any(fault.excusable for fault in faults),
        names={question.key: _title(question) for question in questions},
        before=form_queries.find_published_before(written.version),
    )  # fmt: skip


def _shown(question: Question, faults: list[drafts.Fault]) -> Shown:
    told = [_told(fault.refusal) for fault in faults if fault.key == question.key]
    kind = _(drafting.KINDS[question.kind][0])
    return Shown(question, _title(question), kind, drafts.levels_of(question), told)


def _title(question: Question) -> str:
    words = question.words.get(language()) or next(iter(question.words.values()))
    return words.label or words.question or question.key


def _told(refusal: Refusal) -> str:
    values = dict(refusal.values)
    name = values.get("what")
    if name:
        values["what"] = _(name)
    return says(replace(refusal, values=values))


@bp.post("/consents/versions/<id:version_id>/publish")
@door(P.FORM_EDIT)
def publish(version_id: int) -> BaseResponse:
    """Publish a draft that passes the gate."""
    written = draft(version_id)
    form: Any = drafting.PublishForm()
    good = form.validate_on_submit()
    faults = drafts.faults_of(queries.questions_of(version_id))
    reason = form.reason.data or ""
    if good and any(fault.excusable for fault in faults) and len(reason) < drafts.SHORTEST_REASON:
        form.reason.errors = [_("Write why, in at least %(least)s letters.", least=drafts.SHORTEST_REASON)]
        good = False
    if not good or any(not fault.excusable for fault in faults):
        return _version_page(written, form, 422)
    number = written.version.number
    services.publish(written.version, seen=form.seen, reason=reason, **deed())
    flash(_("Version %(number)s is published.", number=number), "signed")
    return redirect(url_for(".show", form_id=written.form.id), 303)


@bp.post("/consents/versions/<id:version_id>/discard")
@door(P.FORM_EDIT)
def discard(version_id: int) -> BaseResponse:
    """Throw a draft away."""
    written, form = draft(version_id), drafting.EditsForm()
    first = written.row.published is None
    services.discard_draft(written.version, seen=form.seen, **deed())
    flash(_("The draft is thrown away."), "neutral")
    return redirect(url_for(".index") if first else url_for(".show", form_id=written.form.id), 303)


def draft(version_id: int) -> Written:
    """A draft the reader may change. Raises `NotFound`."""
    return form_queries.get_version_for(actor(), version_id, editing=True)


@bp.get("/consents/versions/<id:version_id>/compare")
@door(P.FORM_EDIT)
def compare(version_id: int) -> Response:
    """A version beside an older one, word by word, in both languages."""
    written = form_queries.get_version_for(actor(), version_id)
    asked = request.args.get("with", "")
    older = (
        form_queries.find_version(written.form.id, int(asked))
        if asked.isdecimal() and len(asked) < 9
        else form_queries.find_published_before(written.version)
    )
    if older is None or older.number >= written.version.number:
        raise NotFound
    old = {each.key: each for each in queries.questions_of(older.id)}
    new = {each.key: each for each in queries.questions_of(version_id)}
    changes = drafts.changed_sections(list(old.values()), list(new.values()))
    numbers = [each.number for each in form_queries.list_versions(written.form.id, with_draft=False)]
    return page(
        "consent/builder/compare.html", written=written, older=older, changes=changes, old=old, new=new,
        numbers=[number for number in numbers if number < written.version.number],
        diff=lambda key, spoken: drafts.section_diff(old.get(key), new.get(key), spoken),
        terms_differ=lambda key: key in old and key in new and drafts.terms_of(old[key]) != drafts.terms_of(new[key]),
        title_for=lambda key: _title(new.get(key) or old[key]),
    )  # fmt: skip


# ---- what states may ask ----


@bp.get("/consents/states")
@door(P.FORM_EDIT)
def states() -> Response:
    """What sources say about states, each with source and day, and the words "Ask your attorney"."""
    return page(
        "consent/builder/states.html", packs=list(state_packs.packs().values()), topics=state_packs.TOPICS,
        every=state_packs.EVERY, allowed=state_packs.ALLOWED, signers=drafting.SIGNER_NAMES,
    )  # fmt: skip
