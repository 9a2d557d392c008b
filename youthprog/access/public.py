"""Signing in and out, the second step, a new password. What visitors without a session can reach."""

from flask import Blueprint, Response, flash, g, redirect, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from youthprog.access import accounts, admission, queries
from youthprog.access.forms import FactorForm, ForgotForm, NewPasswordForm, SignInForm
from youthprog.access.pages import come_in, step, too_many
from youthprog.access.passwords import hash_password, refusals_to_password
from youthprog.access.roles import LABELS
from youthprog.access.types import LinkPurpose
from youthprog.core import clock
from youthprog.web.edge import actor, keep, link_key, public, recording, signed_in
from youthprog.web.language import gettext as _
from youthprog.web.language import lazy_gettext
from youthprog.web.pages import safe_next

bp = Blueprint("access", __name__)
HOME = "/today"
WRONG = lazy_gettext("The address or the password is not right.")


@bp.app_context_processor
def account_words() -> dict[str, str]:
    """Where the masthead's menu leads."""
    return {"account_url": url_for("account.show"), "sign_out_url": url_for("access.sign_out")}


# ---- in and out ----


@bp.get("/sign-in")
@public(own_page=True)
def sign_in() -> BaseResponse:
    """Address and password; who is in already goes on."""
    if actor().kind == "account":
        return redirect(safe_next(HOME), 303)
    return _sign_in_page(SignInForm(formdata=None, next=safe_next("")))


@bp.post("/sign-in")
@public(late=True, own_page=True)
def sign_in_now() -> BaseResponse:
    """Compare, then let in or count. The answer is the same for an unknown address and for a wrong password."""
    form = SignInForm()
    if not form.validate():
        return _sign_in_page(form, 422)
    email, now = form.email.data or "", clock.now()
    checked = admission.check_password(email, form.password.data or "", ip=actor().ip, now=now)
    ending = current_user.token if current_user.is_authenticated else None
    with recording():
        admitted = admission.admit(email, checked, by=actor(), now=now, ending=ending)
        if admitted.token is not None:
            come_in(admitted.token)
            return redirect(safe_next(HOME), 303)
    keep()
    if admitted.wait_until is not None:
        return too_many("access/sign_in.html", form, admitted.wait_until, **_demo())
    form.form_errors.append(str(WRONG))
    return _sign_in_page(form, 422)


def _sign_in_page(form: SignInForm, status: int = 200) -> Response:
    return step("access/sign_in.html", status, form=form, **_demo())


def _demo() -> dict[str, object]:
    return {"demo": queries.demo_sign_ins(), "labels": LABELS}


@bp.post("/sign-out")
@public(own_page=True)
def sign_out() -> BaseResponse:
    """End the session on the server; the cookie is empty from here on."""
    if current_user.is_authenticated:
        admission.leave(current_user.token, by=actor(), now=clock.now())
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    flash(_("You are signed out."), "signed")
    response = redirect(url_for("access.sign_in"), 303)
    response.headers["Clear-Site-Data"] = '"storage"'  # a register kept on the phone, where no script took it away
    return response


# ---- the second step ----


@bp.get("/sign-in/code")
@signed_in(own_page=True)
def factor() -> BaseResponse:
    """Ask for the code; who has no second factor yet sets one up first."""
    if not current_user.needs_factor:
        return redirect(safe_next(HOME), 303)
    if not current_user.enrolled_factor:
        return redirect(url_for("account.set_up", next=safe_next("") or None), 303)
    return step("access/factor.html", form=FactorForm(formdata=None, next=safe_next("")))


@bp.post("/sign-in/code")
@signed_in(own_page=True)
def factor_now() -> BaseResponse:
    """Take the code."""
    form = FactorForm()
    if not form.validate():
        return step("access/factor.html", 422, form=form)
    passed = admission.pass_factor(form.code.data or "", by=actor(), now=clock.now())
    if passed.token is not None:
        come_in(passed.token)
        return redirect(safe_next(HOME), 303)
    keep()
    if passed.wait_until is not None:
        return too_many("access/factor.html", form, passed.wait_until)
    form.code.errors = [_(admission.WRONG_CODE)]
    return step("access/factor.html", 422, form=form)


# ---- a new password ----


@bp.get("/forgot")
@public(own_page=True)
def forgot() -> Response:
    """Ask where to send the link."""
    return step("access/forgot.html", form=ForgotForm(formdata=None))


@bp.post("/forgot")
@public(own_page=True)
def forgot_now() -> BaseResponse:
    """Send it, if the address has an account. The answer never says whether it has."""
    form = ForgotForm()
    if not form.validate():
        return step("access/forgot.html", 422, form=form)
    accounts.ask_new_password(form.email.data or "", by=actor(), now=clock.now())
    return redirect(url_for("access.forgot_sent"), 303)


@bp.get("/forgot/sent")
@public(own_page=True)
def forgot_sent() -> Response:
    """The same for everybody."""
    return step("access/forgot_sent.html")


@bp.get("/welcome/<token>")
@public(own_page=True)
def welcome(token: str) -> BaseResponse:
    """Open an invitation; looking uses nothing up."""
    return _open(token, LinkPurpose.INVITATION, "access.welcome_password")


@bp.get("/reset/<token>")
@public(own_page=True)
def reset(token: str) -> BaseResponse:
    """Open a link to a new password; looking uses nothing up."""
    return _open(token, LinkPurpose.PASSWORD_RESET, "access.reset_password")


def _open(token: str, purpose: LinkPurpose, endpoint: str) -> BaseResponse:
    """Exchange the secret in the address for a mark in the cookie, so that it stands in no history or log."""
    key = queries.find_link(token, purpose)
    if key is None:
        return step("access/link_gone.html", 404, is_invitation=purpose is LinkPurpose.INVITATION)
    session["links"] = {**session.get("links", {}), purpose.value: key.link_id}
    return redirect(url_for(endpoint), 303)


@bp.get("/welcome")
@link_key(LinkPurpose.INVITATION.value)
def welcome_password() -> Response:
    """The first password."""
    return _password_page(NewPasswordForm(formdata=None))


@bp.post("/welcome")
@link_key(LinkPurpose.INVITATION.value, late=True)
def welcome_password_now() -> BaseResponse:
    """Set it and use the invitation up."""
    return _set_password()


@bp.get("/reset")
@link_key(LinkPurpose.PASSWORD_RESET.value)
def reset_password() -> Response:
    """Another password."""
    return _password_page(NewPasswordForm(formdata=None))


@bp.post("/reset")
@link_key(LinkPurpose.PASSWORD_RESET.value, late=True)
def reset_password_now() -> BaseResponse:
    """Set it and use the link up; every session ends."""
    return _set_password()


def _set_password() -> BaseResponse:
    form = NewPasswordForm()
    password = form.password.data or ""
    if not form.validate():
        return _password_page(form, 422)
    least, own_words = queries.password_terms(queries.get_account(g.link.subject_id), clock.today())
    form.take(refusals_to_password(password, least=least, own_words=own_words))
    if form.errors:
        return _password_page(form, 422)
    hashed = hash_password(password)
    with recording():
        accounts.set_password(g.link, hashed, by=actor(), now=clock.now())
    session.clear()
    flash(_("Your password is set. Sign in with it."), "signed")
    return redirect(url_for("access.sign_in"), 303)


def _password_page(form: NewPasswordForm, status: int = 200) -> Response:
    account = queries.get_account(g.link.subject_id)
    least, _words = queries.password_terms(account, clock.today())
    is_first = g.link.purpose is LinkPurpose.INVITATION
    return step("access/new_password.html", status, form=form, least=least, account=account, is_first=is_first)
