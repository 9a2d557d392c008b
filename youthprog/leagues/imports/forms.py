"""The form of an import."""

from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField
from wtforms.validators import InputRequired, Regexp

from youthprog.programs.types import STAFF_ROLES, StaffRole
from youthprog.web.forms import Form, Text
from youthprog.web.language import lazy_gettext as _

MOST_PLAYERS = 500
COACHES = {role: STAFF_ROLES[role] for role in (StaffRole.HEAD_COACH, StaffRole.ASSISTANT_COACH, StaffRole.OFFICER)}
DIGITS = Regexp(r"\d{1,3}$", message=_("Write one to three digits."))


class ImportForm(Form):
    """A registration export and the season it is for."""

    season = SelectField(
        _("Season"), [InputRequired(_("Choose the season that the players are for."))], validate_choice=False
    )
    team = Text(_("Team"), limit=80)
    file = FileField(_("Registration export"), [FileRequired(_("Choose the file."))])
