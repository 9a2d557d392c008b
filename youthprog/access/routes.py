"""Other people's accounts and roles, for administrators."""

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.access import accounts, queries
from youthprog.access.forms import AccountForm, RoleForm
from youthprog.access.roles import LABELS, NAMED_TOGETHER
from youthprog.access.rules import PROGRAM_ROLES
from youthprog.access.types import STANDINGS, Role, Standing
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import Refused
from youthprog.core.text import fold
from youthprog.web.edge import actor, door
from youthprog.web.forms import SelectChoice
from youthprog.web.language import gettext as _
from youthprog.web.language import language
from youthprog.web.pages import PAGE_ROWS, asked_cursor, asked_text, cursor, page

bp = Blueprint("accounts", __name__)
STATES = {
    Standing.OPEN: "signed",
    Standing.INVITED: "waiting",
    Standing.UNPROTECTED: "waiting",
    Standing.UNINVITED: "missing",
    Standing.CLOSED: "neutral",
}


@bp.get("/accounts")
@door(P.ACCOUNT_READ)
def index() -> Response:
    """Everybody with an account."""
    word = asked_text("find", 80)
    rows = queries.list_accounts(word=fold(word), after=asked_cursor((str, int)), limit=PAGE_ROWS + 1, now=clock.now())
    more = cursor(rows[PAGE_ROWS - 1].folded_name, rows[PAGE_ROWS - 1].account_id) if len(rows) > PAGE_ROWS else None
    return page("access/accounts.html", rows=rows[:PAGE_ROWS], more=more, word=word, **_words())


@bp.get("/accounts/new")
@door(P.ACCOUNT_EDIT)
def new() -> Response:
    """A new account."""
    return _new_page(_with_choices(AccountForm(formdata=None)))


@bp.post("/accounts/new")
@door(P.ACCOUNT_EDIT)
def create() -> BaseResponse:
    """Open it and invite its person."""
    form = _with_choices(AccountForm())
    if not form.validate():
        return _new_page(form, 422)
    now = clock.now()
    try:
        account = accounts.open_with_role(
            form.given_name.data or "",
            form.family_name.data or "",
            form.email.data or "",
            language=form.language.data,
            role=Role(form.role.data),
            program_id=_program_of(form),
            by=actor(),
            now=now,
        )
    except Refused as problem:
        form.take(problem.reasons)
        return _new_page(form, 422)
    token = accounts.invite(account, by=actor(), now=now)
    return _link_sent(account.id, "access.welcome", token)


def _new_page(form: AccountForm, status: int = 200) -> Response:
    return page("access/account_new.html", status, form=form, has_programs=bool(_programs()))


@bp.get("/accounts/<id:account_id>")
@door(P.ACCOUNT_READ)
def show(account_id: int) -> Response:
    """One account: how far it has come, its roles, what can be done."""
    return _show_page(account_id, _with_choices(RoleForm(formdata=None)))


def _show_page(account_id: int, form: RoleForm, status: int = 200) -> Response:
    found = queries.get_account_page(actor(), P.ACCOUNT_READ, account_id, clock.now())
    return page(
        "access/account_show.html",
        status,
        found=found,
        form=form,
        programs=_programs(),
        is_own=account_id == actor().account_id,
        **_words(),
    )


@bp.post("/accounts/<id:account_id>/roles")
@door(P.ROLE_GRANT)
def give_role(account_id: int) -> BaseResponse:
    """Give a role."""
    form = _with_choices(RoleForm())
    if not form.validate():
        return _show_page(account_id, form, 422)
    try:
        accounts.give_role(account_id, Role(form.role.data), _program_of(form), by=actor(), now=clock.now())
    except Refused as problem:
        form.take(problem.reasons)
        return _show_page(account_id, form, 422)
    flash(_("The role is given."), "signed")
    return _back(account_id)


@bp.post("/accounts/<id:account_id>/roles/<id:grant_id>/take")
@door(P.ROLE_GRANT)
def take_role(account_id: int, grant_id: int) -> BaseResponse:
    """Take a role; whoever held it is signed out."""
    accounts.take_role(account_id, grant_id, by=actor(), now=clock.now())
    flash(_("The role is taken. Every device of this account is signed out."), "signed")
    return _back(account_id)


@bp.post("/accounts/<id:account_id>/invite")
@door(P.ACCOUNT_EDIT)
def invite(account_id: int) -> BaseResponse:
    """Send an invitation, or a link to a new password when there is one already."""
    account = queries.get_account_for(actor(), P.ACCOUNT_EDIT, account_id)
    if account.password_hash is None:
        return _link_sent(account_id, "access.welcome", accounts.invite(account, by=actor(), now=clock.now()))
    token = accounts.send_new_password(account, by=actor(), now=clock.now())
    return _link_sent(account_id, "access.reset", token)


@bp.post("/accounts/<id:account_id>/close")
@door(P.ACCOUNT_EDIT)
def close(account_id: int) -> BaseResponse:
    """Close it; every session ends."""
    accounts.close_account(account_id, by=actor(), now=clock.now())
    flash(_("The account is closed. Every device is signed out."), "signed")
    return _back(account_id)


@bp.post("/accounts/<id:account_id>/reopen")
@door(P.ACCOUNT_EDIT)
def reopen(account_id: int) -> BaseResponse:
    """Open it again; an invitation sets its password."""
    accounts.reopen_account(account_id, by=actor(), now=clock.now())
    flash(_("The account is open. Send an invitation to set a password."), "signed")
    return _back(account_id)


@bp.post("/accounts/<id:account_id>/reset-factor")
@door(P.ACCOUNT_EDIT)
def reset_factor(account_id: int) -> BaseResponse:
    """Take the second factor off; the next sign-in sets up a new one."""
    accounts.reset_factor(account_id, by=actor(), now=clock.now())
    flash(_("The second factor is taken off. The next sign-in sets up a new one."), "signed")
    return _back(account_id)


def _back(account_id: int) -> BaseResponse:
    return redirect(url_for("accounts.show", account_id=account_id), 303)


def _link_sent(account_id: int, endpoint: str, token: str) -> BaseResponse:
    """Without a mail server the link is shown once, to be handed over; else it is on its way by mail."""
    settings = current_app.config["YOUTHPROG"]
    if settings.smtp_url:
        flash(_("The link is on its way by mail."), "signed")
        return _back(account_id)
    found = queries.get_account_page(actor(), P.ACCOUNT_READ, account_id, clock.now())
    link = settings.public_url.rstrip("/") + url_for(endpoint, token=token)
    return page("access/account_link.html", found=found, link=link)


def _with_choices(form: RoleForm) -> RoleForm:
    form.role.choices = [
        SelectChoice(role.value, _(LABELS[role]).capitalize()) for role in Role if role not in NAMED_TOGETHER
    ]
    whole = SelectChoice("", _("The whole department"))
    form.program_id.choices = [whole, *(SelectChoice(key, name) for key, name in _programs().items())]
    return form


def _program_of(form: RoleForm) -> int | None:
    return int(form.program_id.data) if form.program_id.data else None


def _programs() -> dict[str, str]:
    """Names of the programs a role can be granted in, by the value of their choice."""
    spanish = language() == "es"
    found = queries.list_programs(actor())
    return {str(each.program_id): (each.name_es if spanish else "") or each.name for each in found}


def _words() -> dict[str, Any]:
    return {"labels": LABELS, "standings": STANDINGS, "states": STATES, "program_roles": PROGRAM_ROLES}
