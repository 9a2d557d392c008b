"""Forms of signing in, of one's own account, and of other people's accounts."""

from wtforms import HiddenField, PasswordField, RadioField, SelectField
from wtforms.validators import DataRequired, Length

from youthprog.access.passwords import MOST
from youthprog.web.forms import Form, SelectChoice, Text
from youthprog.web.language import LANGUAGES
from youthprog.web.language import lazy_gettext as _

NEEDED = DataRequired(_("Fill this in."))
SHORT_ENOUGH = Length(max=MOST, message=_("This is too long: %(max)d characters at most."))
SPOKEN = [SelectChoice(code, name) for code, name in LANGUAGES.items()]


class SignInForm(Form):
    """Address and password."""

    email = Text(_("Email address"), [NEEDED], limit=254)
    password = PasswordField(_("Password"), [NEEDED, SHORT_ENOUGH])
    next = HiddenField()


class FactorForm(Form):
    """The second step of signing in."""

    code = Text(_("Code"), [NEEDED], limit=40)
    next = HiddenField()


class SetUpForm(Form):
    """A phone becomes the second factor; replacing one asks for the password."""

    password = PasswordField(_("Your password"), [NEEDED, SHORT_ENOUGH])
    code = Text(_("Code"), [NEEDED], limit=40)
    next = HiddenField()


class ForgotForm(Form):
    """Where to send the link."""

    email = Text(_("Email address"), [NEEDED], limit=254)


class NewPasswordForm(Form):
    """A password through a link."""

    password = PasswordField(_("New password"), [NEEDED, SHORT_ENOUGH])


class ChangePasswordForm(Form):
    """Another password for one's own account."""

    current = PasswordField(_("Your password now"), [NEEDED, SHORT_ENOUGH])
    password = PasswordField(_("New password"), [NEEDED, SHORT_ENOUGH])


class LanguageForm(Form):
    """The language of pages and mails."""

    language = SelectField(_("Language"), choices=SPOKEN)


class RoleForm(Form):
    """A role, and where it holds."""

    role = RadioField(_("Role"), [DataRequired(_("Choose a role."))])
    program_id = SelectField(_("Where"), default="")


class AccountForm(RoleForm):
    """A new account."""

    given_name = Text(_("Given name"), [NEEDED], limit=80)
    family_name = Text(_("Family name"), [NEEDED], limit=80)
    email = Text(_("Email address"), [NEEDED], limit=254)
    language = SelectField(_("Language of pages and mails"), choices=SPOKEN, default="en")
