"""Publishing forms."""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.consent import paper, queries
from youthprog.consent.models import Form, FormVersion, Section, SectionText
from youthprog.consent.queries import TEXTS
from youthprog.consent.types import SectionKind
from youthprog.core import db
from youthprog.core.actor import SYSTEM, Actor

FORMS = Path(__file__).resolve().parent / "forms"


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
    """Publish one version of a form from its source. What is published never changes."""
    form = db.session().scalar(sa.select(Form).where(Form.key == source["key"]))
    if form is None:
        form = Form(key=source["key"], title=source["title"]["en"], title_es=source["title"]["es"])
        db.session().add(form)
    version = FormVersion(form=form, number=source["number"], published_at=now)
    db.session().add(version)
    db.flush()
    for position, each in enumerate(source["section"], start=1):
        section = Section(
            version_id=version.id,
            key=each["key"],
            position=position,
            kind=SectionKind(each["kind"]),
            required=each["required"],
        )
        db.session().add(section)
        db.flush()
        for language in ("en", "es"):
            words = {name: each[language][name].strip() for name in TEXTS}
            sha256 = paper.text_hash([words[name] for name in TEXTS])
            db.session().add(SectionText(section_id=section.id, language=language, sha256=sha256, **words))
    db.flush()
    record("form.published", "form_version", version.id, by=by, now=now, form=form.key, number=version.number)
    return version
