"""A form's life after publishing: its name, its closing, its opening again. What was signed stays as it was signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.consent import rules
from youthprog.consent.cases import ASK, NOTICE, REMIND, RENEW, close
from youthprog.consent.models import ConsentRequest, Form, FormUse, FormVersion
from youthprog.consent.types import STARTER
from youthprog.consent.use_history import keeping_uses
from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Refusal, refuse_if
from youthprog.outreach import services as outreach
from youthprog.programs.models import Program

FORM_CLOSED = "form_closed"
LETTERS = (ASK, REMIND, RENEW, NOTICE)


@dataclass(frozen=True)
class Closing:
    """What closing a form does: open requests to decide about, and the programs that ask the starter form from then on."""

    open_requests: int
    then_starter: tuple[tuple[str, str], ...]  # the programs' names in both languages


def rename_form(form_id: int, title: str, title_es: str, *, by: Actor, now: datetime) -> None:
    """Give a form another name. Families read it once a new version is published; what is published keeps its own.

    The same names again change nothing. Raises `Refused` when a name is empty.
    """
    form = _locked(form_id)
    title, title_es = title.strip(), title_es.strip()
    refuse_if(refusals_to_rename(title, title_es))
    if (title, title_es) == (form.title, form.title_es):
        return
    before = {"title_before": form.title, "title_es_before": form.title_es}
    form.title, form.title_es = title, title_es
    db.flush()
    record("form.renamed", "form", form.id, by=by, now=now, title=title, title_es=title_es, **before)


def refusals_to_rename(title: str, title_es: str) -> list[Refusal]:
    """Why a form cannot be called so."""
    return [
        Refusal("no_name", N_("Write the name."), field=field)
        for field, name in (("title", title), ("title_es", title_es))
        if not name
    ]


def close_form(form_id: int, *, withdraws: bool, by: Actor, now: datetime) -> int:
    """Ask nobody a form any more. What was given stays in force; open requests are withdrawn or may still be answered.

    Returns how many were withdrawn. Raises `Refused` for the starter form and for one that is closed already.
    """
    form = _locked(form_id)
    refuse_if(refusals_to_close(is_starter=form.key == STARTER, is_closed=form.closed_at is not None))
    with keeping_uses([form_id], now=now):
        form.closed_at = now
    waiting = _open_requests(form_id) if withdraws else []
    for request in waiting:
        close(request, now, by=by, reason=FORM_CLOSED)
    _stop_letters(waiting, now)
    record("form.closed", "form", form.id, by=by, now=now, withdrawn=len(waiting), stays=not withdraws)
    return len(waiting)


def refusals_to_close(*, is_starter: bool, is_closed: bool) -> list[Refusal]:
    """Why a form cannot be closed."""
    if is_starter:
        return [Refusal("starter", N_("Programs without a form of their own ask this one. It stays open."))]
    if is_closed:
        return [Refusal("closed_already", N_("This form is closed already."))]
    return []


def open_form_again(form_id: int, *, by: Actor, now: datetime) -> None:
    """Let the programs that use a closed form ask it again. Withdrawn requests stay withdrawn. Raises `Refused`."""
    form = _locked(form_id)
    refuse_if(refusals_to_open_again(is_closed=form.closed_at is not None))
    with keeping_uses([form_id], now=now):
        form.closed_at = None
    record("form.opened_again", "form", form.id, by=by, now=now)


def refusals_to_open_again(*, is_closed: bool) -> list[Refusal]:
    """Why a form cannot be opened again."""
    return [] if is_closed else [Refusal("is_open", N_("This form is open."))]


def closing_of(form_id: int) -> Closing:
    """What closing a form would do. Two statements."""
    counted = sa.select(sa.func.count()).select_from(ConsentRequest).where(_is_open(form_id))
    own, other = db.another(FormUse, "consent.closing_forms.own"), db.another(FormUse, "consent.closing_forms.other")
    others = sa.exists(
        sa.select(sa.literal(1))
        .select_from(other)
        .join(Form, Form.id == other.form_id)
        .where(
            other.program_id == own.program_id, other.form_id != form_id, ~other.for_events, Form.closed_at.is_(None),
            sa.exists().where(FormVersion.form_id == Form.id, FormVersion.published_at.is_not(None)),
        )
    )  # fmt: skip
    alone = (
        sa.select(Program.name, Program.name_es)
        .join(own, own.program_id == Program.id)
        .where(own.form_id == form_id, ~own.for_events, Program.closed_at.is_(None), ~others)
        .order_by(Program.name)
    )
    names = tuple((name, name_es or name) for name, name_es in db.session().execute(alone))
    return Closing(db.session().scalar(counted) or 0, names)


def _locked(form_id: int) -> Form:
    """The form's row as it is now, ours until the commit."""
    return db.session().get_one(Form, form_id, with_for_update=True, populate_existing=True)


def _is_open(form_id: int) -> sa.ColumnElement[bool]:
    versions = sa.select(FormVersion.id).where(FormVersion.form_id == form_id)
    return sa.and_(ConsentRequest.form_version_id.in_(versions), ConsentRequest.state.in_(rules.OPEN_STATES))


def _open_requests(form_id: int) -> Sequence[ConsentRequest]:
    statement = sa.select(ConsentRequest).where(_is_open(form_id)).order_by(ConsentRequest.id).with_for_update()
    return db.session().scalars(statement).all()


def _stop_letters(withdrawn: Sequence[ConsentRequest], now: datetime) -> None:
    """Letters about these that have not left stay here, unless their guardian is still asked something else."""
    still_asked = sa.select(ConsentRequest.guardian_id).where(
        ConsentRequest.guardian_id.in_([each.guardian_id for each in withdrawn]),
        ConsentRequest.state.in_(rules.OPEN_STATES),
    )
    busy = set(db.session().scalars(still_asked)) if withdrawn else set()
    outreach.cancel_waiting(LETTERS, [each.id for each in withdrawn if each.guardian_id not in busy], now=now)
