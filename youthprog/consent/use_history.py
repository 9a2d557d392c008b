"""Keeping which forms a program asked before that changed, so that a day gone by keeps its answer."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa

from youthprog.consent.models import Form, FormUse, FormUseChange, FormVersion
from youthprog.core import clock, db


@contextmanager
def keeping_uses(form_ids: Collection[int], *, now: datetime) -> Iterator[None]:
    """Keep what changes inside: for each program that begins or ceases to ask one of the forms, what it did until the day.

    A program asks a form for a season while it uses it, and while that is published and not closed. Four statements at most.
    """
    before = _asked(form_ids)
    yield
    db.flush()
    after = _asked(form_ids)
    for program_id, form_id in sorted(before ^ after):
        db.session().add(
            FormUseChange(
                program_id=program_id,
                form_id=form_id,
                changed_on=clock.day_of(now),
                was_asked=(program_id, form_id) in before,
            )
        )
    db.flush()


def _asked(form_ids: Collection[int]) -> set[tuple[int, int]]:
    published = sa.exists().where(FormVersion.form_id == Form.id, FormVersion.published_at.is_not(None))
    rows = db.session().execute(
        sa.select(FormUse.program_id, FormUse.form_id)
        .join(Form, Form.id == FormUse.form_id)
        .where(Form.id.in_(form_ids), ~FormUse.for_events, Form.closed_at.is_(None), published)
    )
    return {(program_id, form_id) for program_id, form_id in rows}
