"""The sections of a draft: choosing, writing, moving them, and seeing them as a guardian does."""

from dataclasses import dataclass, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.consent import drafting, drafts, form_queries, library, paper, queries, services
from youthprog.consent.answers import TEMPLATES, form_of
from youthprog.consent.builder import deed, draft
from youthprog.consent.form_queries import Written
from youthprog.consent.forms import AnswerForm
from youthprog.consent.showing import is_page, texts_above
from youthprog.consent.statements import filled_words
from youthprog.consent.types import Question, SectionKind, Words
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import Conflict, NotFound, Refused
from youthprog.documents.services import letterhead
from youthprog.programs import queries as programs
from youthprog.web.edge import actor, door
from youthprog.web.language import gettext as _
from youthprog.web.language import language, ngettext
from youthprog.web.pages import page

bp = Blueprint("form_sections", __name__)


@bp.get("/consents/versions/<id:version_id>/sections/new")
@door(P.FORM_EDIT)
def new_block(version_id: int) -> Response:
    """Which kind of section, or the empty section of a kind."""
    written = draft(version_id)
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
    written = draft(version_id)
    kind = _asked_kind()
    if kind is None:
        return _choose_page(written, drafting.LibraryForm(formdata=None), 422)
    form = _block_form(written, kind, queries.questions_of(version_id))
    if not form.validate_on_submit():
        return _block_page(written, form, 422)
    try:
        section = services.add_block(written.version, form.block(), seen=form.seen, **deed())
    except Refused as refused:
        return _not_saved(version_id, form, refused)
    _tell_level(version_id, section.key)
    return redirect(f"{url_for('builder.version', version_id=version_id)}#{section.key}", 303)


@bp.post("/consents/versions/<id:version_id>/library")
@door(P.FORM_EDIT)
def insert(version_id: int) -> BaseResponse:
    """Put standard sections at the end of a draft."""
    written, form = draft(version_id), drafting.LibraryForm()
    blocks = library.standard_sections(form.sections.data or [])
    if not form.validate_on_submit() or not blocks:
        form.sections.errors = [_("Choose at least one section.")]
        return _choose_page(written, form, 422)
    added = services.add_blocks(written.version, blocks, seen=form.seen, **deed())
    flash(ngettext("%(num)s section added.", "%(num)s sections added.", len(added)), "signed")
    return redirect(url_for("builder.version", version_id=version_id), 303)


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
    form.keep(here.settings)
    if not form.validate_on_submit():
        return _block_page(written, form, 422, question=here)
    try:
        services.change_block(written.version, section, form.block(), seen=form.seen, **deed())
    except Refused as refused:
        return _not_saved(version_id, form, refused, here)
    _tell_level(version_id, key)
    return redirect(f"{url_for('builder.version', version_id=version_id)}#{key}", 303)


@bp.post("/consents/sections/<id:section_id>/move")
@door(P.FORM_EDIT)
def move(section_id: int) -> BaseResponse:
    """Move a section up or down."""
    section, written = form_queries.get_block_for(actor(), section_id)
    step = -1 if request.form.get("to") == "up" else 1
    version_id, key = written.version.id, section.key
    services.move_block(written.version, section, step, seen=drafting.EditsForm().seen, **deed())
    return redirect(f"{url_for('builder.version', version_id=version_id)}#{key}", 303)


@bp.post("/consents/sections/<id:section_id>/remove")
@door(P.FORM_EDIT)
def remove(section_id: int) -> BaseResponse:
    """Take a section out of a draft."""
    section, written = form_queries.get_block_for(actor(), section_id)
    version_id = written.version.id
    services.remove_block(written.version, section, seen=drafting.EditsForm().seen, **deed())
    flash(_("The section is taken out."), "neutral")
    return redirect(url_for("builder.version", version_id=version_id), 303)


def _asked_kind() -> SectionKind | None:
    asked = request.args.get("kind", "")
    return SectionKind(asked) if asked in set(SectionKind) else None


def _before(questions: list[Question], here: Question) -> list[Question]:
    return [each for each in questions if each.position < here.position]


def _block_form(written: Written, kind: SectionKind, before: list[Question], **how: Any) -> Any:
    names = {line.program_id: line.name.en for line in programs.list_programs(actor(), P.FORM_EDIT)}
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
    en, es = (levels[each].figure if levels[each].words else "–" for each in ("en", "es"))
    told = _("Saved. English: grade %(en)s. Spanish: INFLESZ %(es)s.", en=en, es=es)
    flash(told, "signed" if good else "waiting")


# ---- as a guardian sees it ----


@bp.get("/consents/versions/<id:version_id>/preview/<int(max=99):number>")
@door(P.FORM_EDIT)
def preview(version_id: int, number: int) -> Response:
    """One question as a guardian sees it, of an invented child."""
    shown = _previewed(version_id, number)
    return _preview_page(shown, shown.form(formdata=None))


@bp.post("/consents/versions/<id:version_id>/preview/<int(max=99):number>")
@door(P.FORM_EDIT)
def try_answer(version_id: int, number: int) -> BaseResponse:
    """Try an answer: what is wrong is said as to a guardian, and nothing is kept."""
    shown = _previewed(version_id, number)
    form = shown.form()
    if getattr(form, "wants_another", False):
        return _preview_page(shown, form)
    if not form.validate_on_submit():
        return _preview_page(shown, form, 422)
    if number < shown.total:
        return redirect(url_for(".preview", version_id=version_id, number=number + 1), 303)
    flash(_("That was the last question. Nothing was kept."), "neutral")
    return redirect(url_for("builder.version", version_id=version_id), 303)


@dataclass(frozen=True)
class Previewed:
    """A question of a version, with its words filled in for an invented child and the texts above it."""

    version_id: int
    number: int
    total: int
    program: str
    question: Question
    words: Words
    texts: list[Words]

    @property
    def form(self) -> type[AnswerForm]:
        """The form a guardian answers it in."""
        return form_of(self.question, self.words)


def _previewed(version_id: int, number: int) -> Previewed:
    written = form_queries.get_version_for(actor(), version_id)
    questions = queries.questions_of(version_id)
    pages = [each for each in questions if is_page(each)]
    if not 1 <= number <= len(pages):
        raise NotFound
    program = next((use.name_es if language() == "es" else use.name for use in written.row.uses), _("Your program"))
    question = pages[number - 1]
    texts = [_sample(each, program) for each in texts_above(questions, question)]
    return Previewed(version_id, number, len(pages), program, question, _sample(question, program), texts)


def _preview_page(shown: Previewed, form: AnswerForm, status: int = 200) -> Response:
    before = shown.number - 1
    back = url_for(".preview", version_id=shown.version_id, number=before) if before else None
    case = SimpleNamespace(
        youth=SimpleNamespace(first_name="Mateo", name="Mateo Aguilar"), request=SimpleNamespace(id=0)
    )
    pages = shown.words.more.get("pages", ())
    words = replace(shown.words, body="\n\n".join([shown.words.body, *pages]))  # all of a sheet at once
    return page(
        "consent/builder/preview.html", status, case=case, words=words, question=shown.question, form=form,
        back_url=back or url_for("builder.version", version_id=shown.version_id), kinds=SectionKind, sheet=None, kept={},
        fields=TEMPLATES[shown.question.kind], texts=shown.texts, now=shown.number, total=shown.total,
        about=f"Mateo · {shown.program}",
    )  # fmt: skip


def _sample(question: Question, program: str) -> Words:
    """The words of a section, filled in for an invented child."""
    values = paper.places(
        language(), first_name="Mateo", full_name="Mateo Aguilar", program=program,
        department=letterhead().full_name, until=clock.today() + timedelta(days=90),
    )  # fmt: skip
    words = filled_words(question.words[language()], values)
    return replace(words, question=words.question or words.label or _("Not written yet"))
