"""Reading forms as their writers see them: lists, versions, uses, drafts, and whom a new version asks again."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from youthprog.consent.drafts import is_same
from youthprog.consent.models import ConsentDecision, ConsentRequest, Form, FormUse, FormVersion, Section
from youthprog.consent.staleness import published_versions
from youthprog.consent.types import STARTER, Decision, Question, RequestState
from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.people.models import Person
from youthprog.programs.models import Program, Season


@dataclass(frozen=True)
class Use:
    """A program that uses a form; `for_events`: as a slip for single events."""

    program_id: int
    name: str
    name_es: str
    for_events: bool


@dataclass(frozen=True)
class FormRow:
    """A form in the list of forms. `may_edit`: every program that uses it is the reader's to write forms for."""

    form_id: int
    key: str
    title: str
    title_es: str
    published: int | None
    published_at: datetime | None
    draft_id: int | None
    uses: tuple[Use, ...]
    may_edit: bool
    closed_at: datetime | None = None

    @property
    def is_starter(self) -> bool:
        """Whether it is the form of every program that has chosen no other."""
        return self.key == STARTER


@dataclass(frozen=True)
class VersionRow:
    """A version of a form. Without `published_at` it is the draft."""

    version_id: int
    number: int
    published_at: datetime | None
    published_by: str | None
    exception: str | None
    sections: int


@dataclass(frozen=True)
class Written:
    """A version with its form as far as its writers know it."""

    version: FormVersion
    form: Form
    row: FormRow

    @property
    def is_draft(self) -> bool:
        """Whether it may still be changed."""
        return self.version.published_at is None


# ---- whose a form is ----


def list_forms(actor: Actor) -> list[FormRow]:
    """The forms the actor's programs use, and the starter; everything for whoever writes forms everywhere. Three statements."""
    return _rows(actor, sa.true())


def get_form_for(actor: Actor, form_id: int, *, editing: bool = False) -> FormRow:
    """A form the actor may see, or change. Raises `NotFound`. Three statements."""
    for row in _rows(actor, Form.id == form_id):
        if row.may_edit or not editing:
            return row
    raise NotFound


def get_version_for(actor: Actor, version_id: int, *, editing: bool = False) -> Written:
    """A version of a form the actor may see; with `editing` a draft the actor may change. Raises `NotFound`.

    A draft is nobody's to read but its writers'. Four statements.
    """
    found = (
        db.session()
        .execute(
            sa.select(FormVersion, Form).join(Form, Form.id == FormVersion.form_id).where(FormVersion.id == version_id)
        )
        .first()
    )
    if found is None:
        raise NotFound
    version, form = found
    is_draft = version.published_at is None
    if editing and not is_draft:
        raise NotFound
    return Written(version, form, get_form_for(actor, form.id, editing=editing or is_draft))


def get_block_for(actor: Actor, section_id: int) -> tuple[Section, Written]:
    """A section of a draft the actor may change. Raises `NotFound`. Five statements."""
    section = db.session().get(Section, section_id)
    if section is None:
        raise NotFound
    return section, get_version_for(actor, section.version_id, editing=True)


def _rows(actor: Actor, condition: sa.ColumnElement[bool]) -> list[FormRow]:
    """Forms within sight: whether one is, is decided by all its uses, so they are read before it is shown."""
    forms = db.session().scalars(sa.select(Form).where(condition).order_by(Form.title, Form.id)).all()
    uses = _uses([form.id for form in forms])
    versions: dict[int, list[FormVersion]] = defaultdict(list)
    statement = sa.select(FormVersion).where(FormVersion.form_id.in_([form.id for form in forms]))
    for version in db.session().scalars(statement.order_by(FormVersion.number)):
        versions[version.form_id].append(version)
    rows = [_row(actor, form, uses[form.id], versions[form.id]) for form in forms]
    return [row for row in rows if row is not None]


def _row(actor: Actor, form: Form, uses: Sequence[Use], versions: Sequence[FormVersion]) -> FormRow | None:
    everywhere, own = actor.everywhere(P.FORM_EDIT), actor.programs(P.FORM_EDIT)
    used = {use.program_id for use in uses}
    may_edit = everywhere or (form.key != STARTER and bool(used) and used <= own)
    published = [version for version in versions if version.published_at is not None]
    if not may_edit and not (published and (form.key == STARTER or used & own)):
        return None
    newest = published[-1] if published else None
    draft = next((version.id for version in versions if version.published_at is None), None)
    return FormRow(
        form.id, form.key, form.title, form.title_es,
        newest.number if newest else None, newest.published_at if newest else None,
        draft if may_edit else None,
        tuple(use for use in uses if everywhere or use.program_id in own),
        may_edit,
        form.closed_at,
    )  # fmt: skip


def _uses(form_ids: Collection[int]) -> dict[int, list[Use]]:
    found: dict[int, list[Use]] = defaultdict(list)
    rows = db.session().execute(
        sa.select(FormUse.form_id, FormUse.program_id, FormUse.for_events, Program.name, Program.name_es)
        .join(Program, Program.id == FormUse.program_id)
        .where(FormUse.form_id.in_(form_ids))
        .order_by(Program.name)
    )
    for row in rows:
        found[row.form_id].append(Use(row.program_id, row.name, row.name_es or row.name, row.for_events))
    return found


# ---- versions ----


def list_versions(form_id: int, *, with_draft: bool) -> list[VersionRow]:
    """The versions of a form, newest first. One statement."""
    count = sa.select(sa.func.count()).where(Section.version_id == FormVersion.id).scalar_subquery()
    statement = (
        sa.select(FormVersion, Person, count)
        .outerjoin(Person, Person.id == FormVersion.published_by_id)
        .where(FormVersion.form_id == form_id)
        .order_by(FormVersion.number.desc())
    )
    return [
        VersionRow(
            version.id, version.number, version.published_at, by.name if by else None, version.exception, sections
        )
        for version, by, sections in db.session().execute(statement)
        if with_draft or version.published_at is not None
    ]


def find_published_before(version: FormVersion) -> FormVersion | None:
    """The newest published version with a lower number."""
    statement = sa.select(FormVersion).where(
        FormVersion.form_id == version.form_id,
        FormVersion.number < version.number,
        FormVersion.published_at.is_not(None),
    )
    return db.session().scalar(statement.order_by(FormVersion.number.desc()).limit(1))


def find_version(form_id: int, number: int) -> FormVersion | None:
    """A published version of a form by its number."""
    statement = sa.select(FormVersion).where(
        FormVersion.form_id == form_id, FormVersion.number == number, FormVersion.published_at.is_not(None)
    )
    return db.session().scalar(statement)


def list_uses_of(program_ids: Collection[int], form_id: int) -> dict[int, str]:
    """How each program uses a form: no, beside (the starter too), instead, events. One statement."""
    rows = db.session().execute(
        sa.select(FormUse.program_id, FormUse.for_events, Form.key, Form.id)
        .join(Form, Form.id == FormUse.form_id)
        .where(FormUse.program_id.in_(program_ids))
    )
    used: dict[int, dict[int, bool]] = defaultdict(dict)
    with_starter = set()
    for row in rows:
        used[row.program_id][row.id] = row.for_events
        if row.key == STARTER and row.id != form_id:
            with_starter.add(row.program_id)
    found = {}
    for program_id in program_ids:
        events = used[program_id].get(form_id)
        season = "beside" if program_id in with_starter else "instead"
        found[program_id] = "no" if events is None else "events" if events else season
    return found


# ---- whom a new version asks again ----


@dataclass(frozen=True)
class AskedAgain:
    """How many families a new version asks again: all together, and by section that causes it."""

    families: int
    sections: dict[str, int]


def asked_again(form_id: int, new: Sequence[Question], on: date) -> AskedAgain:
    """Families who have agreed to all the form in force asks, in seasons that are not over, whom a new version would ask again. Two statements.

    Only sections a youth cannot do without count: an optional one that changed waits for the next time.
    """
    versions = published_versions(form_id)
    needed = {each.key: each for each in new if each.required}
    if not versions or not needed:
        return AskedAgain(0, {})
    current = {key: each for key, each in versions[-1][1].items() if each.required}
    signed_words = {each.section_id: each for _day, sections in versions for each in sections.values()}
    today: dict[tuple[int, int, int], set[str]] = defaultdict(set)
    tomorrow: dict[tuple[int, int, int], set[str]] = defaultdict(set)
    for row in _given(form_id, on):
        family = (row.youth_id, row.guardian_id, row.season_id)
        signed = signed_words[row.section_id]
        for kept, sections in ((today, current), (tomorrow, needed)):
            if signed.key in sections and is_same(signed, sections[signed.key], row.language):
                kept[family].add(signed.key)
    whole = [family for family, given in today.items() if given >= current.keys()]
    missing = [needed.keys() - tomorrow[family] for family in whole]
    counts = {key: sum(key in each for each in missing) for key in needed}
    return AskedAgain(sum(bool(each) for each in missing), {key: count for key, count in counts.items() if count})


def _given(form_id: int, on: date) -> Sequence[Any]:
    """Each yes in force to any version of a form, in seasons that are not over."""
    statement = (
        sa.select(
            ConsentRequest.youth_id,
            ConsentRequest.guardian_id,
            ConsentRequest.season_id,
            ConsentRequest.language,
            ConsentDecision.section_id,
        )
        .join(ConsentRequest, ConsentRequest.id == ConsentDecision.request_id)
        .join(FormVersion, FormVersion.id == ConsentRequest.form_version_id)
        .join(Season, Season.id == ConsentRequest.season_id)
        .where(
            FormVersion.form_id == form_id,
            ConsentRequest.state == RequestState.SIGNED,
            ConsentDecision.decision == Decision.GIVEN,
            ConsentDecision.withdrawn_at.is_(None),
            sa.or_(ConsentDecision.valid_until_on.is_(None), ConsentDecision.valid_until_on >= on),
            Season.ends_on >= on,
        )
    )
    return db.session().execute(statement).all()
