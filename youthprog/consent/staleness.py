"""Which published words no longer hold, because a newer version of their form reads otherwise."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

import sqlalchemy as sa

from youthprog.consent.blocks import settings_of
from youthprog.consent.drafts import is_same
from youthprog.consent.models import FormVersion, Section, SectionText
from youthprog.consent.types import Question, Words
from youthprog.core import clock, db

NOTHING = {name: "" for name in Words.__dataclass_fields__ if name not in ("sha256", "more")}
Spans = tuple[tuple[date, date | None], ...]  # the first day, and the first day after, if there is one
Version = tuple[date, dict[str, Question]]  # the day it was published, its sections by key


def stale_texts() -> Mapping[tuple[int, str], Spans]:
    """Sections of older versions, by id and language, whose words or terms newer versions changed, and on which days.

    A yes to one of these counts no more on those days: the family is asked again. What a newer version leaves out stays
    as it was. One statement, however many families there are; nothing to read while every form has one version.
    """
    stale: dict[tuple[int, str], Spans] = {}
    several = (
        sa.select(FormVersion.form_id)
        .where(FormVersion.published_at.is_not(None))
        .group_by(FormVersion.form_id)
        .having(sa.func.count() > 1)
    )
    for versions in _published(FormVersion.form_id.in_(several)).values():
        for place, (_day, sections) in enumerate(versions):
            for question in sections.values():
                for language in question.words:
                    spans = _stale_spans(question, language, versions[place + 1 :])
                    if spans:
                        stale[question.section_id, language] = spans
    return stale


def _stale_spans(question: Question, language: str, later: Sequence[Version]) -> Spans:
    """The days on which newer versions read otherwise, each until one reads as before or leaves the section out."""
    spans: list[tuple[date, date | None]] = []
    since: date | None = None
    for day, sections in later:
        now = sections.get(question.key)
        if now is None or is_same(question, now, language):
            spans += [(since, day)] if since is not None else []
            since = None
        elif since is None:
            since = day
    return (*spans, (since, None)) if since is not None else tuple(spans)


def published_versions(form_id: int) -> list[Version]:
    """The published versions of a form, oldest first; of their words the hash alone. One statement."""
    return _published(FormVersion.form_id == form_id).get(form_id, [])


def _published(condition: sa.ColumnElement[bool]) -> Mapping[int, list[Version]]:
    """The published versions of some forms, oldest first; of their words the hash alone."""
    rows = db.session().execute(
        sa.select(
            FormVersion.form_id, FormVersion.id.label("version_id"), FormVersion.published_at, Section.id, Section.key,
            Section.position, Section.kind, Section.required, Section.settings, SectionText.language, SectionText.sha256,
        )
        .join(Section, Section.version_id == FormVersion.id)
        .join(SectionText, SectionText.section_id == Section.id)
        .where(FormVersion.published_at.is_not(None), condition)
        .order_by(FormVersion.form_id, FormVersion.number, Section.position)
    )  # fmt: skip
    forms: dict[int, dict[int, Version]] = defaultdict(dict)
    words: dict[int, dict[str, Words]] = defaultdict(dict)
    for row in rows:
        words[row.id][row.language] = Words(**NOTHING, sha256=row.sha256, more={})
        _day, sections = forms[row.form_id].setdefault(row.version_id, (clock.day_of(row.published_at), {}))
        settings = settings_of(row.settings or {})
        sections[row.key] = Question(row.id, row.key, row.position, row.kind, row.required, words[row.id], settings)
    return {form_id: list(versions.values()) for form_id, versions in forms.items()}
