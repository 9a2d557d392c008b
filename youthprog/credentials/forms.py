"""Forms of credentials."""

from typing import Any

from flask_wtf.file import FileField
from wtforms import BooleanField

from youthprog.credentials.types import (
    ASKED,
    DENIALS,
    FEWEST_ADULTS,
    GROUNDS,
    MONTH_HOURS,
    ROLES,
    STEPS,
    WARN_PERCENT,
    YEAR_HOURS,
)
from youthprog.web.forms import CalendarDay, Filled, Form, OneOf, Optional, Text, Whole
from youthprog.web.language import lazy_gettext as _


class RuleForm(Form):
    """A requirement."""

    kind = OneOf(_("What is asked"))
    name = Text(_("Something else: its name"), [Optional()], limit=120)
    name_es = Text(_("In Spanish"), [Optional()], limit=120)
    is_check: Any = BooleanField(_("It is a background check: only light, provider and dates are kept"))
    role = OneOf(_("Asked of"), ROLES)
    program_id = OneOf(_("In"))
    jurisdiction = Text(_("Only under the law of"), [Optional()], limit=12)
    asked = OneOf(_("Needed"), ASKED)
    valid_months = Whole(_("Valid for how many months from the day of issue"), [Optional()], least=1, most=240)
    renew_days = Whole(_("Can be renewed how many days before"), [Filled(_("Write a number."))], most=365, default=90)
    grace_days = Whole(_("Days of grace after"), [Filled(_("Write a number."))], most=365, default=0)
    source = Text(_("Where this is written"), [Filled(_("Write the law, rule or decision it comes from."))], limit=300)
    source_on = CalendarDay(_("Read there on"), [Filled(_("Write the day."))])


class LimitsForm(Form):
    """What a program asks of its adults together."""

    program_id = OneOf(_("For"))
    jurisdiction = Text(_("Law that applies"), [Optional()], limit=12)
    month_hours = Whole(_("Hours a month"), [Filled(_("Write a number."))], most=744, default=MONTH_HOURS)
    year_hours = Whole(_("Hours a year"), [Filled(_("Write a number."))], most=8784, default=YEAR_HOURS)
    warn_percent = Whole(_("Warn at percent"), [Filled(_("Write a number."))], least=1, most=100, default=WARN_PERCENT)
    fewest_adults = Whole(
        _("Cleared adults at each meeting"), [Filled(_("Write a number."))], most=9, default=FEWEST_ADULTS
    )
    source = Text(_("Where this is written"), [Optional()], limit=300)
    source_on = CalendarDay(_("Read there on"), [Optional()])


class PaperForm(Form):
    """A check, training or license of somebody."""

    kind = OneOf(_("What"))
    step = OneOf(_("How far it is"), STEPS)
    issued_on = CalendarDay(_("Day of issue"), [Optional()])
    until_on = CalendarDay(_("Ends on, as it says itself"), [Optional()])
    provider = Text(_("Provider"), [Optional()], limit=120)
    reason = OneOf(_("Why it is not accepted"), DENIALS)


class OverrideForm(Form):
    """An exception that a second person has to agree to."""

    kind = OneOf(_("Without which"))
    program_id = OneOf(_("In"))
    ground = OneOf(_("Reason"), GROUNDS)
    until_on = CalendarDay(_("Until and including"), [Filled(_("Write the day."))])


class OwnForm(Form):
    """A training or license one has oneself."""

    kind = OneOf(_("What"))
    issued_on = CalendarDay(_("Day of issue"), [Filled(_("Write the day."))])
    until_on = CalendarDay(_("Ends on, as it says itself"), [Optional()])
    provider = Text(_("Provider"), [Filled(_("Write who gave it."))], limit=120)


class FileForm(Form):
    """A file of volunteers or mentors, and the season whose program they serve."""

    season = OneOf(_("Season"))
    file = FileField(_("List of volunteers or mentors"))
