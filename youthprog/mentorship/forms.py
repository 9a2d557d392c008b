"""Forms of the mentorship room."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Regexp
from wtforms.validators import Optional as MayBeEmpty

from youthprog.attendance.types import Mark
from youthprog.core import clock
from youthprog.mentorship.rules import LONGEST_NOTE, LONGEST_SESSION
from youthprog.mentorship.types import ACTIVITIES, DUTIES, PLANS, Activity, DutyStatus
from youthprog.web.forms import Day, Form, SelectChoice, Text
from youthprog.web.language import gettext
from youthprog.web.language import lazy_gettext as _

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
NAME, PLACE = 80, 120


class Minutes(IntegerField):
    """Minutes as a whole number; what is not one gets our sentence."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number as typed."""
        text = (valuelist[0] if valuelist else "").strip()
        self.data = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _minutes(label: Any, default: int | None = None) -> Minutes:
    asks = _("Write how many minutes, 1 to %(limit)s.", limit=LONGEST_SESSION)
    return Minutes(label, [InputRequired(asks), NumberRange(1, LONGEST_SESSION, asks)], default=default)


class SessionForm(Form):
    """The log of a session. Who came is read beside it, as its names depend on the match."""

    client_id = HiddenField(validators=[Regexp(f"^{UUID}$", message=_("This page is too old. Load it again."))])
    on = DateField(_("Day"), [InputRequired(_("Write the day.")), Day()])
    at = TimeField(_("Begun at"), [InputRequired(_("Write when it began, like 4:00 pm."))])
    place = Text(_("Place"), [MayBeEmpty()], limit=PLACE)
    minutes = _minutes(_("Minutes together"))
    activities = SelectMultipleField(
        _("What did you do?"), choices=[SelectChoice(each.value, label) for each, label in ACTIVITIES.items()]
    )
    duty = RadioField(
        _("Your time"),
        [InputRequired(_("Choose in what time it was."))],
        choices=[SelectChoice(each.value, label) for each, label in DUTIES.items()],
    )
    note = TextAreaField(
        _("A sentence for the file"),
        [MayBeEmpty(), Length(max=LONGEST_NOTE, message=_("This is too long: %(max)d characters at most."))],
    )

    def starts_at(self) -> datetime:
        """The instant at which the session began."""
        day, at = self.on.data, self.at.data
        assert isinstance(day, date)
        assert isinstance(at, time)
        return datetime.combine(day, at, clock.zone())

    def chosen_activities(self) -> list[Activity]:
        """What was done together."""
        return [Activity(value) for value in self.activities.data or []]

    def chosen_duty(self) -> DutyStatus:
        """In what time it was."""
        return DutyStatus(self.duty.data)


class ProposalForm(Form):
    """Who is matched with whom, and their plan."""

    mentors = SelectMultipleField(_("Mentors"), coerce=int)
    youth = SelectMultipleField(_("Young people"), coerce=int)
    name = Text(_("Name of the group"), [MayBeEmpty()], limit=NAME)
    every_days = SelectField(_("How often"), coerce=int, default=7)
    usual_minutes = _minutes(_("Minutes together"), default=60)
    usual_time = TimeField(_("Usual time"), [MayBeEmpty()])
    usual_place = Text(_("Usual place"), [MayBeEmpty()], limit=PLACE)

    def __init__(self, mentors: Mapping[int, str], youth: Mapping[int, str], **kwargs: Any):
        super().__init__(**kwargs)
        self.mentors.choices = list(mentors.items())
        self.youth.choices = list(youth.items())
        self.every_days.choices = [(days, gettext(label)) for days, label in PLANS.items()]


def fresh_client_id() -> str:
    """A key made before the session is logged, so that sending it twice makes one."""
    return str(uuid4())


def read_who_came(sent: Any, youth_ids: list[int]) -> dict[int, Mark]:
    """The mark of each youth of the page: ticked came; unticked is excused, or absent without word."""
    came = set(sent.getlist("came"))
    return {
        youth_id: Mark.PRESENT
        if str(youth_id) in came
        else Mark.EXCUSED
        if sent.get(f"why-{youth_id}") == Mark.EXCUSED.value
        else Mark.ABSENT
        for youth_id in youth_ids
    }
