"""Forms of a season's fields and games."""

from typing import Any

from wtforms import SelectMultipleField

from youthprog.core.refusals import N_
from youthprog.web.forms import CalendarDay, ClockTime, Filled, Form, OneOf, Optional, SelectChoice, Text, Whole
from youthprog.web.language import lazy_gettext as _

WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
LEGS = {"1": N_("Once"), "2": N_("Twice, at home and away")}


class HoursForm(Form):
    """A field and when the season has it."""

    site_id = OneOf(_("Site"))
    name = Text(_("Field or court"), [Filled(_("Write the name."))], limit=80)
    weekdays: Any = SelectMultipleField(
        _("On these weekdays"), choices=[SelectChoice(str(number), day) for number, day in enumerate(WEEKDAYS)]
    )
    only_on = CalendarDay(_("Only on this date"), [Optional()])
    starts = ClockTime(_("Starts"), [Filled(_("Write the time."))])
    ends = ClockTime(_("Ends"), [Filled(_("Write the time."))])


class ClosedForm(Form):
    """A day without games, or several in a row."""

    closed_on = CalendarDay(_("Day"), [Filled(_("Write the day."))])
    until_on = CalendarDay(_("Last day, of several"), [Optional()])
    venue_id = OneOf(_("Field or court"))
    reason = Text(_("Why"), [Optional()], limit=120)


class PlayingForm(Form):
    """How a division plays."""

    minutes = Whole(_("Minutes a game"), [Filled(_("Write a number."))], least=10, most=480, default=60)
    legs = OneOf(_("Every team meets every other"), LEGS)
    games = Whole(_("Games a team"), [Optional()], least=1, most=80)
    rest_days = Whole(_("Days of rest between games"), [Filled(_("Write a number."))], most=14, default=1)
    most_a_week = Whole(_("Games a week at most"), [Optional()], least=1, most=7)


class TravelForm(Form):
    """How long the way between two sites takes."""

    minutes = Whole(_("Minutes between two sites"), [Filled(_("Write a number."))], most=240, default=30)


class HomeForm(Form):
    """Where a team is at home."""

    venue_id = OneOf(_("Home field"))


class DaysOffForm(Form):
    """Days on which a team does not play."""

    from_on = CalendarDay(_("First day off"), [Filled(_("Write the day."))])
    until_on = CalendarDay(_("Last day off"), [Optional()])


class ExcuseForm(Form):
    """Answering for a clash."""

    reason = Text(
        _("Who stands in, or why it is all right"),
        [Filled(_("Write who stands in, or why it is all right."))],
        limit=200,
    )
