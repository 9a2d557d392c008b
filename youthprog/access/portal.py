"""One's own account: password, language, sessions, second factor."""

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from youthprog.access import accounts, admission, factors, queries
from youthprog.access.forms import ChangePasswordForm, LanguageForm, SetUpForm
from youthprog.access.pages import come_in, picture, step, too_many
from youthprog.access.passwords import hash_password, refusals_to_password
from youthprog.access.types import Admission, Checked
from youthprog.core import clock
from youthprog.core.refusals import Refused
from youthprog.web.edge import actor, keep, recording, signed_in
from youthprog.web.language import gettext as _
from youthprog.web.pages import page, safe_next

bp = Blueprint("account", __name__)


@bp.get("/account")
@signed_in()
def show() -> Response:
    """Everything about one's own way in."""
    own = queries.get_account(actor().account_id or 0)
    return page(
        "access/account.html",
        account=own,
        form=LanguageForm(formdata=None, language=actor().language),
        sessions=queries.list_sessions(own.id, actor().session_id, clock.now()),
        must_have_factor=queries.owes_factor(own, clock.today()),
    )


@bp.post("/account/language")
@signed_in()
def speak() -> BaseResponse:
    """Choose a language for pages and mails."""
    form = LanguageForm()
    if form.validate():
        accounts.speak(actor().account_id or 0, form.language.data, by=actor(), now=clock.now())
        session["language"] = form.language.data
    return redirect(url_for("account.show"), 303)


# ---- password ----


@bp.get("/account/password")
@signed_in()
def password() -> Response:
    """Another password."""
    return _password_page(ChangePasswordForm(formdata=None))


@bp.post("/account/password")
@signed_in(late=True)
def change_password() -> BaseResponse:
    """Set it when the one of now is right; every other session ends."""
    form = ChangePasswordForm()
    current, wanted = form.current.data or "", form.password.data or ""
    own, now = queries.get_account(actor().account_id or 0), clock.now()
    least, own_words = queries.password_terms(own, clock.today())
    if form.validate():
        form.take(refusals_to_password(wanted, least=least, own_words=own_words))
    if form.errors:
        return _password_page(form, 422)
    email = own.email
    checked = admission.check_own_password(own.id, current, ip=actor().ip, now=now)
    hashed = hash_password(wanted) if checked.fits else ""
    with recording():
        changed = admission.change_password(email, checked, hashed, by=actor(), now=now)
    if changed.token is None:
        return _refused("access/account_password.html", form, changed, least=least)
    come_in(changed.token)
    flash(_("Your password is changed. Other devices are signed out."), "signed")
    return redirect(url_for("account.show"), 303)


def _password_page(form: ChangePasswordForm, status: int = 200) -> Response:
    least, _words = queries.password_terms(queries.get_account(actor().account_id or 0), clock.today())
    return page("access/account_password.html", status, form=form, least=least)


def _refused(template: str, form: ChangePasswordForm | SetUpForm, answer: Admission, **values: object) -> Response:
    """The page again, with the failure counted."""
    keep()
    if answer.wait_until is not None:
        return too_many(template, form, answer.wait_until, **values)
    field = form.current if isinstance(form, ChangePasswordForm) else form.password
    field.errors = [_("This is not your password.")]
    return step(template, 422, form=form, **values)


# ---- sessions ----


@bp.post("/account/sessions/<id:session_id>/end")
@signed_in()
def end_session(session_id: int) -> BaseResponse:
    """Sign one of one's own browsers out."""
    accounts.end_own_session(session_id, by=actor(), now=clock.now())
    flash(_("That device is signed out."), "signed")
    return redirect(url_for("account.show"), 303)


@bp.post("/account/sessions/end-others")
@signed_in()
def end_other_sessions() -> BaseResponse:
    """Sign every other browser out."""
    accounts.end_other_sessions(by=actor(), now=clock.now())
    flash(_("Every other device is signed out."), "signed")
    return redirect(url_for("account.show"), 303)


# ---- the second factor ----


@bp.get("/sign-in/code/set-up")
@signed_in(own_page=True)
def set_up() -> BaseResponse:
    """Show the secret to a phone."""
    if current_user.needs_factor and current_user.enrolled_factor:
        return redirect(url_for("access.factor"), 303)
    return _set_up_page(_set_up_form(formdata=None, next=safe_next("")))


@bp.post("/sign-in/code/set-up")
@signed_in(own_page=True, late=True)
def set_up_now() -> BaseResponse:
    """Take the phone as second factor, and show the codes for paper once."""
    if current_user.needs_factor and current_user.enrolled_factor:
        return redirect(url_for("access.factor"), 303)
    form = _set_up_form()
    if not form.validate():
        return _set_up_page(form, 422)
    own, now = queries.get_account(actor().account_id or 0), clock.now()
    email, secret = own.email, admission.offered_secret(current_user.token)
    checked = _checked(form, own.id)
    with recording():
        refused = checked and admission.confirm_password(email, checked, by=actor(), now=now)
        if refused:
            return _refused("access/factor_set_up.html", form, refused, **_offer(email))
        try:
            done, codes = admission.set_up_factor(secret, form.code.data or "", by=actor(), now=now)
        except Refused as problem:
            form.take(problem.reasons)
            return _set_up_page(form, 422)
    target = safe_next("/today")
    come_in(done.token or "")
    return step("access/recovery_codes.html", codes=[factors.in_fours(code, "-") for code in codes], target=target)


def _set_up_form(**values: Any) -> SetUpForm:
    """Who has just typed the password is not asked for it again."""
    form = SetUpForm(**values)
    if current_user.needs_factor:
        del form.password
    return form


def _checked(form: SetUpForm, account_id: int) -> Checked | None:
    if "password" not in form:
        return None
    return admission.check_own_password(account_id, form.password.data or "", ip=actor().ip, now=clock.now())


def _set_up_page(form: SetUpForm, status: int = 200) -> Response:
    email = queries.get_account(actor().account_id or 0).email
    return step("access/factor_set_up.html", status, form=form, **_offer(email))


def _offer(email: str) -> dict[str, object]:
    settings = current_app.config["YOUTHPROG"]
    secret = admission.offered_secret(current_user.token)
    issuer = f"{settings.department} {settings.department_program}"
    return {
        "picture": picture(factors.uri(secret, email, issuer)),
        "secret": factors.in_fours(secret),
        "is_demo": queries.get_account(actor().account_id or 0).is_demo,
        "owes": current_user.needs_factor,
    }
