"""The coordinator writes forms: list, versions, sections, preview, comparison, the gate, publishing, states."""

from dataclasses import dataclass, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.consent import drafting, drafts, form_queries, library, paper, queries, rules, services, state_packs
from youthprog.consent.form_queries import FormRow, Written
from youthprog.consent.forms import FORM_OF
from youthprog.consent.queries import TEXTS
from youthprog.consent.showing import is_page, texts_above
from youthprog.consent.types import Question, SectionKind, Words
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import Conflict, NotFound, Refusal, Refused
from youthprog.documents.services import letterhead
from youthprog.programs import queries as programs
from youthprog.web.edge import actor, door
from youthprog.web.forms import SelectChoice
from youthprog.web.language import gettext as _
from youthprog.web.language import language, ngettext, says
from youthprog.web.pages import page

bp = Blueprint("builder", __name__)


def _deed() -> dict[str, Any]:
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
    version = services.start_form(form.title.data, form.title_es.data, program_id=program_id, **_deed())
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
    version = services.begin_draft(form_id, **_deed())
    return redirect(url_for(".version", version_id=version.id), 303)


@bp.get("/consents/forms/<id:form_id>/uses")
@door(P.FORM_EDIT)
def uses(form_id: int) -> Response:
    """Which programs use the form, and how."""
    row = form_queries.get_form_for(actor(), form_id, editing=True)
    return page("consent/builder/uses.html", row=row, form=_uses_form(row))


@bp.post("/consents/forms/<id:form_id>/uses")
@door(P.FORM_EDIT)
def change_uses(form_id: int) -> BaseResponse:
    """Say which programs use the form."""
    row = form_queries.get_form_for(actor(), form_id, editing=True)
    form = _uses_form(row)
    if not form.validate_on_submit():
        return page("consent/builder/uses.html", 422, row=row, form=form)
    ways = {key: form[f"way_{key}"].data for key in _programs()}
    if not actor().everywhere(P.FORM_EDIT) and set(ways.values()) == {"no"}:
        form.form_errors.append(_("Keep it in one program at least. A form no program uses is out of your sight."))
        return page("consent/builder/uses.html", 422, row=row, form=form)
    services.use_form(form_id, ways, **_deed())
    flash(_("Saved."), "signed")
    return redirect(url_for(".show", form_id=form_id), 303)


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
    if "what" in values:
        values["what"] = _(values["what"])
    return says(replace(refusal, values=values))


@bp.post("/consents/versions/<id:version_id>/publish")
@door(P.FORM_EDIT)
def publish(version_id: int) -> BaseResponse:
    """Publish a draft that passes the gate."""
    written = _draft(version_id)
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
    moved = services.publish(written.version, seen=form.seen, reason=reason, **_deed())
    flash(_("Version %(number)s is published.", number=number), "signed")
    if moved:
        told = ngettext("%(num)s open form now asks it.", "%(num)s open forms now ask it.", moved)
        flash(f"{told} {_('Answers to sections that did not change are kept.')}", "neutral")
    return redirect(url_for(".show", form_id=written.form.id), 303)


@bp.post("/consents/versions/<id:version_id>/discard")
@door(P.FORM_EDIT)
def discard(version_id: int) -> BaseResponse:
    """Throw a draft away."""
    written, form = _draft(version_id), drafting.EditsForm()
    first = written.row.published is None
    services.discard_draft(written.version, seen=form.seen, **_deed())
    flash(_("The draft is thrown away."), "neutral")
    return redirect(url_for(".index") if first else url_for(".show", form_id=written.form.id), 303)


def _draft(version_id: int) -> Written:
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


# ---- sections ----


@bp.get("/consents/versions/<id:version_id>/sections/new")
@door(P.FORM_EDIT)
def new_block(version_id: int) -> Response:
    """Which kind of section, or the empty section of a kind."""
    written = _draft(version_id)
    kind = _asked_kind()
    if kind is None:
        return _choose_page(written, drafting.LibraryForm(formdata=None))
    form = _block_form(written, kind, queries.questions_of(version_id), formdata=None)
    form.edits.data = written.version.edits
    return _block_page(written, form)


@bp.post("/consents/versions/<id:version_id>/sections/new")
@door(P.FORM_EDIT)
def create_block(version_id: int) -> BaseResponse:
    """Put a section at the end of a draft."""
    written = _draft(version_id)
    kind = _asked_kind()
    if kind is None:
        return _choose_page(written, drafting.LibraryForm(formdata=None), 422)
    form = _block_form(written, kind, queries.questions_of(version_id))
    if not form.validate_on_submit():
        return _block_page(written, form, 422)
    try:
        section = services.add_block(written.version, form.block(), seen=form.seen, **_deed())
    except Refused as refused:
        return _not_saved(version_id, form, refused)
    _tell_level(version_id, section.key)
    return redirect(f"{url_for('.version', version_id=version_id)}#{section.key}", 303)


@bp.post("/consents/versions/<id:version_id>/library")
@door(P.FORM_EDIT)
def insert(version_id: int) -> BaseResponse:
    """Put standard sections at the end of a draft."""
    written, form = _draft(version_id), drafting.LibraryForm()
    blocks = library.standard_sections(form.sections.data or [])
    if not form.validate_on_submit() or not blocks:
        form.sections.errors = [_("Choose at least one section.")]
        return _choose_page(written, form, 422)
    added = services.add_blocks(written.version, blocks, seen=form.seen, **_deed())
    flash(ngettext("%(num)s section added.", "%(num)s sections added.", len(added)), "signed")
    return redirect(url_for(".version", version_id=version_id), 303)


@bp.get("/consents/sections/<id:section_id>")
@door(P.FORM_EDIT)
def edit_block(section_id: int) -> Response:
    """A section of a draft, to be written."""
    section, written = form_queries.get_block_for(actor(), section_id)
    questions = queries.questions_of(written.version.id)
    here = next(each for each in questions if each.section_id == section_id)
    form = _block_form(written, section.kind, _before(questions, here), formdata=None)
    form.fill(services.block_of(here))
    form.edits.data = written.version.edits
    return _block_page(written, form, question=here)


@bp.post("/consents/sections/<id:section_id>")
@door(P.FORM_EDIT)
def change_block(section_id: int) -> BaseResponse:
    """Write a section of a draft."""
    section, written = form_queries.get_block_for(actor(), section_id)
    version_id, key = written.version.id, section.key
    questions = queries.questions_of(version_id)
    here = next(each for each in questions if each.section_id == section_id)
    form = _block_form(written, section.kind, _before(questions, here))
    if not form.validate_on_submit():
        return _block_page(written, form, 422, question=here)
    try:
        services.change_block(written.version, section, form.block(), seen=form.seen, **_deed())
    except Refused as refused:
        return _not_saved(version_id, form, refused, here)
    _tell_level(version_id, key)
    return redirect(f"{url_for('.version', version_id=version_id)}#{key}", 303)


@bp.post("/consents/sections/<id:section_id>/move")
@door(P.FORM_EDIT)
def move(section_id: int) -> BaseResponse:
    """Move a section up or down."""
    section, written = form_queries.get_block_for(actor(), section_id)
    step = -1 if request.form.get("to") == "up" else 1
    version_id, key = written.version.id, section.key
    services.move_block(written.version, section, step, seen=drafting.EditsForm().seen, **_deed())
    return redirect(f"{url_for('.version', version_id=version_id)}#{key}", 303)


@bp.post("/consents/sections/<id:section_id>/remove")
@door(P.FORM_EDIT)
def remove(section_id: int) -> BaseResponse:
    """Take a section out of a draft."""
    section, written = form_queries.get_block_for(actor(), section_id)
    version_id = written.version.id
    services.remove_block(written.version, section, seen=drafting.EditsForm().seen, **_deed())
    flash(_("The section is taken out."), "neutral")
    return redirect(url_for(".version", version_id=version_id), 303)


def _asked_kind() -> SectionKind | None:
    asked = request.args.get("kind", "")
    return SectionKind(asked) if asked in set(SectionKind) else None


def _before(questions: list[Question], here: Question) -> list[Question]:
    return [each for each in questions if each.position < here.position]


def _block_form(written: Written, kind: SectionKind, before: list[Question], **how: Any) -> Any:
    names = [line.name.en for line in programs.list_programs(actor(), P.FORM_EDIT)]
    return drafting.form_of(kind, before, names)(**how)


def _choose_page(written: Written, form: Any, status: int = 200) -> Response:
    form.edits.data = written.version.edits
    return page(
        "consent/builder/choose.html", status, written=written, form=form, kinds=drafting.KINDS,
        shelves=list(library.standard_forms().values()),
    )  # fmt: skip


def _block_page(written: Written, form: Any, status: int = 200, question: Question | None = None) -> Response:
    """`form` knows its kind; what is written in both languages stands side by side."""
    names = [*drafts.TEXTS_OF[form.kind], *drafting.MORE.get(form.kind, {})]
    return page(
        "consent/builder/block.html", status, written=written, form=form, question=question, names=names,
        kind=drafting.KINDS[form.kind], hints=drafting.HINTS, spoken=drafting.LANGUAGE_NAMES,
        levels=drafts.levels_of(question) if question else {}, places=sorted(drafts.PLACES),
    )  # fmt: skip


def _not_saved(version_id: int, form: Any, refused: Refused, question: Question | None = None) -> Response:
    """Nothing is saved and nothing is lost: what was typed stands there, beside the draft as it is now."""
    form.take(refused.reasons)
    written = form_queries.get_version_for(actor(), version_id, editing=True)
    form.edits.data = written.version.edits
    form.edits.raw_data = None
    return _block_page(written, form, 409 if isinstance(refused, Conflict) else 422, question=question)


def _tell_level(version_id: int, key: str) -> None:
    """Say how hard the section just written reads."""
    here = next(each for each in queries.questions_of(version_id) if each.key == key)
    levels = drafts.levels_of(here)
    good = all(level.is_plain for level in levels.values())
    told = _("Saved. English: grade %(en)s. Spanish: INFLESZ %(es)s.", en=levels["en"].figure, es=levels["es"].figure)
    flash(told, "signed" if good else "waiting")


# ---- as a guardian sees it ----


@bp.get("/consents/versions/<id:version_id>/preview/<int(max=99):number>")
@door(P.FORM_EDIT)
def preview(version_id: int, number: int) -> Response:
    """One question as a guardian sees it, of an invented child."""
    written, questions, question = _previewed(version_id, number)
    return _preview_page(written, questions, question, number, _answer_form(question, formdata=None))


@bp.post("/consents/versions/<id:version_id>/preview/<int(max=99):number>")
@door(P.FORM_EDIT)
def try_answer(version_id: int, number: int) -> BaseResponse:
    """Try an answer: what is wrong is said as to a guardian, and nothing is kept."""
    written, questions, question = _previewed(version_id, number)
    form = _answer_form(question)
    if form is not None and not form.validate_on_submit():
        return _preview_page(written, questions, question, number, form, 422)
    if number < sum(is_page(each) for each in questions):
        return redirect(url_for(".preview", version_id=version_id, number=number + 1), 303)
    flash(_("That was the last question. Nothing was kept."), "neutral")
    return redirect(url_for(".version", version_id=version_id), 303)


def _previewed(version_id: int, number: int) -> tuple[Written, list[Question], Question]:
    written = form_queries.get_version_for(actor(), version_id)
    questions = queries.questions_of(version_id)
    pages = [each for each in questions if is_page(each)]
    if not 1 <= number <= len(pages):
        raise NotFound
    return written, questions, pages[number - 1]


def _answer_form(question: Question, **how: Any) -> Any:
    form = FORM_OF.get(question.kind)
    return form(**how) if form else None


def _preview_page(
    written: Written, questions: list[Question], question: Question, number: int, form: Any, status: int = 200
) -> Response:
    total = sum(is_page(each) for each in questions)
    program = next((use.name_es if language() == "es" else use.name for use in written.row.uses), _("Your program"))
    back = url_for(".preview", version_id=written.version.id, number=number - 1) if number > 1 else None
    case = SimpleNamespace(
        youth=SimpleNamespace(first_name="Mateo", name="Mateo Aguilar"), request=SimpleNamespace(id=0)
    )
    return page(
        "consent/builder/preview.html", status, case=case, words=_sample(question, program), question=question,
        form=form, back_url=back or url_for(".version", version_id=written.version.id), kinds=SectionKind,
        above=[_sample(each, program) for each in texts_above(questions, question)],
        now=number, total=total, about=f"Mateo · {program}",
    )  # fmt: skip


def _sample(question: Question, program: str) -> Words:
    """The words of a section, filled in for an invented child."""
    words = question.words[language()]
    values = paper.places(
        language(), first_name="Mateo", full_name="Mateo Aguilar", program=program,
        department=letterhead().full_name, until=clock.today() + timedelta(days=90),
    )  # fmt: skip
    filled = {name: rules.filled(getattr(words, name), values) for name in TEXTS}
    filled["question"] = filled["question"] or filled["label"] or _("Not written yet")
    return replace(words, **filled)  # type: ignore[arg-type]


# ---- what states may ask ----


@bp.get("/consents/states")
@door(P.FORM_EDIT)
def states() -> Response:
    """What sources say about states, each with source and day, and the words "Ask your attorney"."""
    return page(
        "consent/builder/states.html", packs=list(state_packs.packs().values()), topics=state_packs.TOPICS,
        every=state_packs.EVERY, allowed=state_packs.ALLOWED, signers=drafting.SIGNER_NAMES,
    )  # fmt: skip
