"""Forms of the leagues room."""

from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField
from wtforms.validators import InputRequired

from youthprog.web.forms import Form, Text
from youthprog.web.language import lazy_gettext as _


class ImportForm(Form):
    """A registration export and the season it is for."""

    season = SelectField(
        _("Season"), [InputRequired(_("Choose the season that the players are for."))], validate_choice=False
    )
    team = Text(_("Team"), limit=80)
    file = FileField(_("Registration export"), [FileRequired(_("Choose the file."))])
