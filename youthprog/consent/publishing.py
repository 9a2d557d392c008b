"""Writing forms: drafts, their sections, the gate, and publishing. What is published never changes."""

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.consent import form_queries, queries
from youthprog.consent.blocks import more_of, settings_as, settings_of, words_hash
from youthprog.consent.drafts import SPOKEN, refusals_to_publish
from youthprog.consent.models import Form, FormUse, FormVersion, Section, SectionText
from youthprog.consent.queries import TEXTS
from youthprog.consent.types import STARTER, Question, SectionKind, Settings
from youthprog.consent.use_history import keeping_uses
from youthprog.core import db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.refusals import N_, Conflict, Refusal, Refused, refuse_if
from youthprog.core.text import fold

FORMS = Path(__file__).resolve().parent / "forms"
MOST_SECTIONS = 60
CHANGED = Refusal("changed", N_("Somebody changed this draft meanwhile. Look at it as it is now, then save again."))
PUBLISHED = Refusal("published", N_("This version is published and stays as it is. Begin a new draft."))


@dataclass(frozen=True)
class Block:
    """A section as it is written: kind, settings, and its words by language."""

    kind: SectionKind
    required: bool = False
    settings: Settings = field(default_factory=Settings)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    more: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    key: str = ""


# ---- forms that ship ----


def publish_starter_form(*, now: datetime) -> FormVersion:
    """Publish the starter form unless a version of it is published already. Safe to repeat."""
    published = queries.find_current_version()
    if published is not None:
        return published
    return publish_form(starter_source(), by=SYSTEM, now=now)


def starter_source() -> dict[str, Any]:
    """The starter form as it is written."""
    return tomllib.loads((FORMS / "participation.toml").read_text(encoding="utf-8"))


def publish_form(source: Mapping[str, Any], *, by: Actor, now: datetime) -> FormVersion:
    """Publish one version of a form from its source. Files that ship pass the gate in a test."""
    version = draft_from(source)
    _keep_titles(version)
    with keeping_uses([version.form_id], now=now):
        version.published_at, version.published_by_id = now, by.person_id
    details = {"form": source["key"], "number": version.number}
    record("form.published", "form_version", version.id, by=by, now=now, **details)
    return version


def draft_from(source: Mapping[str, Any]) -> FormVersion:
    """A draft from a form's source. Raises `Refused` on settings or words a section cannot have."""
    form = db.session().scalar(sa.select(Form).where(Form.key == source["key"]))
    if form is None:
        form = Form(key=source["key"], title=source["title"]["en"], title_es=source["title"]["es"])
        db.session().add(form)
    version = FormVersion(form=form, number=source["number"])
    db.session().add(version)
    db.flush()
    for position, each in enumerate(source["section"], start=1):
        _write_section(version.id, position, block_from(each))
    return version


def block_from(source: Mapping[str, Any]) -> Block:
    """A section from a form's source."""
    return Block(
        SectionKind(source["kind"]),
        bool(source["required"]),
        settings_of(source.get("settings", {})),
        {each: {name: source[each].get(name, "") for name in TEXTS} for each in SPOKEN},
        {each: source[each].get("more", {}) for each in SPOKEN},
        source["key"],
    )


def _write_section(version_id: int, position: int, block: Block) -> Section:
    section = Section(version_id=version_id, key=block.key, position=position)
    _fill(section, block)
    db.session().add(section)
    db.flush()
    for language in SPOKEN:
        db.session().add(_worded(SectionText(section_id=section.id, language=language), block))
    db.flush()
    return section


def _fill(section: Section, block: Block) -> None:
    section.kind = block.kind
    section.required = block.required and block.kind is not SectionKind.TEXT  # a text asks nothing
    section.settings = settings_as(block.settings)


def _worded(text: SectionText, block: Block) -> SectionText:
    """A text with the block's words of its language and their hash."""
    given = block.words.get(text.language, {})
    words = {name: given.get(name, "").strip() for name in TEXTS}
    more = more_of(block.kind, block.more.get(text.language, {}))
    for name, value in words.items():
        setattr(text, name, value)
    text.more, text.sha256 = more, words_hash([words[name] for name in TEXTS], more)
    return text


# ---- drafts ----


def start_form(title: str, title_es: str, *, by: Actor, now: datetime, program_id: int | None = None) -> FormVersion:
    """Begin a form with an empty draft; with a program, that program uses it beside the starter form."""
    key = _free_key(title)
    form = Form(key=key, title=title, title_es=title_es)
    db.session().add(form)
    version = FormVersion(form=form, number=1)
    db.session().add(version)
    db.flush()
    record("form.started", "form", form.id, by=by, now=now, title=title, program_id=program_id)
    if program_id is not None:
        use_form(form.id, {program_id: "beside"}, by=by, now=now)
    return version


def _free_key(title: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", fold(title)).strip("_")[:30] or "form"
    taken = set(db.session().scalars(sa.select(Form.key).where(Form.key.startswith(plain, autoescape=True))))
    if plain not in taken:
        return plain
    return next(key for key in (f"{plain}_{number}" for number in range(2, len(taken) + 3)) if key not in taken)


def begin_draft(form_id: int, *, by: Actor, now: datetime) -> FormVersion:
    """A draft of the next version, as the newest published one reads. Raises `Refused` when there is a draft already."""
    numbers = db.session().execute(
        sa.select(FormVersion.id, FormVersion.number, FormVersion.published_at)
        .where(FormVersion.form_id == form_id)
        .order_by(FormVersion.number)
        .with_for_update()
    )
    rows = numbers.all()
    if any(row.published_at is None for row in rows):
        raise Refused([Refusal("has_draft", N_("There is a draft already. Work on that one."))])
    version = FormVersion(form_id=form_id, number=rows[-1].number + 1 if rows else 1)
    db.session().add(version)
    db.flush()
    for question in queries.questions_of(rows[-1].id) if rows else []:
        _write_section(version.id, question.position, block_of(question))
    record("form.draft_begun", "form_version", version.id, by=by, now=now, number=version.number)
    return version


def block_of(question: Question) -> Block:
    """A section as it could be written again."""
    words = {each: {name: getattr(said, name) for name in TEXTS} for each, said in question.words.items()}
    more = {each: dict(said.more) for each, said in question.words.items()}
    return Block(question.kind, question.required, question.settings, words, more, question.key)


def discard_draft(version: FormVersion, *, seen: int, by: Actor, now: datetime) -> None:
    """Throw a draft away; a form that was never published goes with it. Raises `Conflict`, `Refused`."""
    _claim(version, seen)
    form_id = version.form_id
    for section in _sections(version.id):
        _delete(section)
    db.session().delete(version)
    db.flush()
    record("form.draft_discarded", "form_version", version.id, by=by, now=now, number=version.number)
    left = db.session().scalar(sa.select(sa.func.count()).where(FormVersion.form_id == form_id))
    if not left:
        for use in db.session().scalars(sa.select(FormUse).where(FormUse.form_id == form_id)).all():
            db.session().delete(use)
        db.flush()
        db.session().delete(db.session().get_one(Form, form_id))
        db.flush()


def _claim(version: FormVersion, seen: int) -> None:
    """Take the draft as it was seen, or not at all. Raises `Conflict`; `Refused` for a published one."""
    if version.published_at is not None:
        raise Refused([PUBLISHED])
    table = db.table(FormVersion)
    claimed = db.session().execute(
        sa.update(table)
        .where(table.c.id == version.id, table.c.edits == seen, table.c.published_at.is_(None))
        .values(edits=seen + 1)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict([CHANGED])
    db.session().refresh(version)


def _sections(version_id: int) -> list[Section]:
    statement = sa.select(Section).where(Section.version_id == version_id).order_by(Section.position)
    return list(db.session().scalars(statement))


def _delete(section: Section) -> None:
    for text in db.session().scalars(sa.select(SectionText).where(SectionText.section_id == section.id)).all():
        db.session().delete(text)
    db.flush()
    db.session().delete(section)
    db.flush()


# ---- sections of a draft ----


def add_block(version: FormVersion, block: Block, *, seen: int, by: Actor, now: datetime) -> Section:
    """Put a section at the end of a draft. Raises `Conflict`, `Refused`."""
    return add_blocks(version, [block], seen=seen, by=by, now=now)[0]


def add_blocks(version: FormVersion, blocks: Sequence[Block], *, seen: int, by: Actor, now: datetime) -> list[Section]:
    """Put sections at the end of a draft, each with a key of its own. Raises `Conflict`, `Refused`."""
    there = _sections(version.id)
    for block in blocks:
        _check(block)
    if len(there) + len(blocks) > MOST_SECTIONS:
        raise Refused(
            [Refusal("too_many", N_("A form has at most %(most)s sections."), values={"most": MOST_SECTIONS})]
        )
    _claim(version, seen)
    taken = {section.key for section in there}
    added: list[Section] = []
    for block in blocks:
        key = _free_word(block.key or _key_from(block), taken)
        taken.add(key)
        position = len(there) + len(added) + 1
        added.append(_write_section(version.id, position, Block(**{**vars(block), "key": key})))
        record("form.changed", "form_version", version.id, by=by, now=now, did="added", section=key)
    return added


def _check(block: Block) -> None:
    """Refuse settings and words a section cannot have, before anything is touched. Raises `Refused`."""
    settings_of(settings_as(block.settings))
    for more in block.more.values():
        more_of(block.kind, more)


def _key_from(block: Block) -> str:
    label = block.words.get("en", {}).get("label", "")
    return re.sub(r"[^a-z0-9]+", "_", fold(label)).strip("_")[:30] or block.kind.value


def _free_word(wanted: str, taken: Collection[str]) -> str:
    if wanted not in taken:
        return wanted
    return next(key for key in (f"{wanted}_{number}" for number in range(2, len(taken) + 3)) if key not in taken)


def change_block(version: FormVersion, section: Section, block: Block, *, seen: int, by: Actor, now: datetime) -> None:
    """Write a section of a draft anew; its key stays, so that older answers find it. Raises `Conflict`, `Refused`."""
    _check(block)
    _claim(version, seen)
    _fill(section, block)
    for text in db.session().scalars(sa.select(SectionText).where(SectionText.section_id == section.id)).all():
        _worded(text, block)
    db.flush()
    record("form.changed", "form_version", version.id, by=by, now=now, did="written", section=section.key)


def move_block(version: FormVersion, section: Section, step: int, *, seen: int, by: Actor, now: datetime) -> bool:
    """Move a section of a draft up (-1) or down (1); False at the end of the road. Raises `Conflict`, `Refused`."""
    _claim(version, seen)
    sections = _sections(version.id)
    place = next(number for number, each in enumerate(sections) if each.id == section.id)
    other = place + (1 if step > 0 else -1)
    if not 0 <= other < len(sections):
        return False
    sections[place], sections[other] = sections[other], sections[place]
    _number(sections)
    record("form.changed", "form_version", version.id, by=by, now=now, did="moved", section=section.key)
    return True


def remove_block(version: FormVersion, section: Section, *, seen: int, by: Actor, now: datetime) -> None:
    """Take a section out of a draft. Raises `Conflict`, `Refused`."""
    _claim(version, seen)
    key = section.key
    _delete(section)
    _number(_sections(version.id))
    record("form.changed", "form_version", version.id, by=by, now=now, did="removed", section=key)


def _number(sections: Sequence[Section]) -> None:
    """Number anew, in two steps: two sections never have the same place."""
    for number, section in enumerate(sections, start=1):
        section.position = 1000 + number
    db.flush()
    for number, section in enumerate(sections, start=1):
        section.position = number
    db.flush()


# ---- publishing ----


def publish(version: FormVersion, *, seen: int, reason: str, by: Actor, now: datetime) -> None:
    """Publish a draft that passes the gate. Requests made from now on ask it; open ones keep the words they began with.

    Raises `Refused` with every reason of the gate, `Conflict` when the draft changed since it was read. A reason
    excuses hard texts alone and is kept with the version and in the trail.
    """
    _claim(version, seen)
    questions = queries.questions_of(version.id)
    refuse_if(refusals_to_publish(questions, reason=reason))
    excused = bool(refusals_to_publish(questions))
    _keep_titles(version)
    version.exception = reason.strip() if excused else None
    with keeping_uses([version.form_id], now=now):
        version.published_at, version.published_by_id = now, by.person_id
    details = {"number": version.number} | ({"exception": version.exception} if excused else {})
    record("form.published", "form_version", version.id, by=by, now=now, **details)


def _keep_titles(version: FormVersion) -> None:
    """What is published keeps the form's name of the day."""
    form = db.session().get_one(Form, version.form_id)
    version.title, version.title_es = form.title, form.title_es


# ---- which programs use a form ----


def use_form(form_id: int, ways: Mapping[int, str], *, by: Actor, now: datetime) -> None:
    """Say how each program uses a form: no, beside (with the starter form), instead (of it), or for events."""
    starter_id = db.session().scalar(sa.select(Form.id).where(Form.key == STARTER))
    rows = db.session().scalars(sa.select(FormUse).where(FormUse.program_id.in_(ways.keys()))).all()
    known = {(row.program_id, row.form_id): row for row in rows}
    before = form_queries.list_uses_of(list(ways), form_id)
    with keeping_uses([each for each in (form_id, starter_id) if each is not None], now=now):
        for program_id, way in sorted(ways.items()):
            if before[program_id] == way:
                continue
            _set_use(known, program_id, form_id, None if way == "no" else way == "events")
            if starter_id is not None and form_id != starter_id:
                _settle_starter(known, program_id, starter_id, way)
            record("form.used", "form", form_id, by=by, now=now, program_id=program_id, way=way)


def _settle_starter(known: dict[tuple[int, int], FormUse], program_id: int, starter_id: int, way: str) -> None:
    """Keep the starter form beside others, take it away when another stands in its place or when it is alone anyway."""
    others = [use for (program, form), use in known.items() if program == program_id and form != starter_id]
    if way == "beside":
        _set_use(known, program_id, starter_id, False)
    elif way == "instead" or not any(not use.for_events for use in others):
        _set_use(known, program_id, starter_id, None)


def _set_use(known: dict[tuple[int, int], FormUse], program_id: int, form_id: int, for_events: bool | None) -> None:
    row = known.get((program_id, form_id))
    if for_events is None:
        if row is not None:
            db.session().delete(row)
            del known[program_id, form_id]
    elif row is None:
        known[program_id, form_id] = FormUse(program_id=program_id, form_id=form_id, for_events=for_events)
        db.session().add(known[program_id, form_id])
    else:
        row.for_events = for_events
