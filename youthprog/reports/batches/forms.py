"""The form that asks for papers for many."""

from wtforms import BooleanField, SelectField

from youthprog.web.forms import Form, Text
from youthprog.web.language import lazy_gettext as _


class BatchForm(Form):
    """What is printed, for whom, and who signs beside the coach."""

    kind = SelectField(_("What to print"))
    group = SelectField(_("For whom"))
    signatory = Text(_("Who signs"), limit=80)
    role = Text(_("Title under the line"), limit=80)
    again = BooleanField(_("Also for those who have one from an earlier batch"))
