"""The form that asks for a certificate."""

from wtforms import SelectField
from wtforms.validators import DataRequired

from youthprog.web.forms import Form, Text
from youthprog.web.language import lazy_gettext as _


class CertificateForm(Form):
    """Which season, and who signs beside the coach."""

    season = SelectField(_("Season"), coerce=int)
    signatory = Text(_("Who signs"), [DataRequired(_("Write who signs."))], limit=80)
    role = Text(_("Title under the line"), [DataRequired(_("Write the title under the line."))], limit=80)
