"""Forms of the leagues room."""

from wtforms import FileField, SelectField

from youthprog.web.forms import Form
from youthprog.web.language import lazy_gettext as _


class ImportForm(Form):
    """A registration export and the season it is for."""

    season = SelectField(_("Season"), validate_choice=False)
    file = FileField(_("Registration export"))
