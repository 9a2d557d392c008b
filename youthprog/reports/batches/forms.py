"""The form that asks for papers for many."""

from wtforms import BooleanField, SelectField
from wtforms.validators import Optional

from youthprog.reports.rules import LONGEST_AWARD, LONGEST_WORDS
from youthprog.web.forms import CalendarDay, Form, Text
from youthprog.web.language import lazy_gettext as _


class BatchForm(Form):
    """What is printed, for whom, and who signs beside the coach."""

    kind = SelectField(_("What to print"))
    group = SelectField(_("For whom"))
    first = CalendarDay(_("From"), [Optional()])
    last = CalendarDay(_("To, this day included"), [Optional()])
    award_en = Text(_("Name of the award, in English"), limit=LONGEST_AWARD)
    award_es = Text(_("Name of the award, in Spanish"), limit=LONGEST_AWARD)
    words_en = Text(_("What it is given for, in English"), limit=LONGEST_WORDS)
    words_es = Text(_("What it is given for, in Spanish"), limit=LONGEST_WORDS)
    signatory = Text(_("Who signs"), limit=80)
    role = Text(_("Title under the line"), limit=80)
    mail = BooleanField(_("Mail each to the guardians, with a link that needs no account"))
    again = BooleanField(_("Also for those who have one from an earlier batch"))
