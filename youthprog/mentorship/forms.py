"""Forms of the mentorship room."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

from wtforms import HiddenField, IntegerField, RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Regexp

from youthprog.attendance.types import Mark
from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.mentorship.rules import LONGEST_NOTE, LONGEST_SESSION
from youthprog.mentorship.types import DUTIES, PLANS, Activity, DutyStatus
from youthprog.web.forms import CalendarDay, ClockTime, Filled, Form, OneOf, Optional, SelectChoice, Text
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

    client_id = HiddenField(validators=[Regexp(f"^{UUID}$", message=_("This page was too old. Save it once more."))])
    on = CalendarDay(_("Day"), [Filled(_("Write the day."))])
    at = ClockTime(_("Begun at"), [Filled(_("Write when it began, like 4:00 pm."))])
    place = Text(_("Place"), [Optional()], limit=PLACE)
    minutes = _minutes(_("Minutes together"))
    activities = SelectMultipleField(_("What did you do?"), choices=[], validate_choice=False)
    duty = RadioField(
        _("Your time"),
        [AnyOf([each.value for each in DutyStatus], _("Choose in what time it was."))],
        choices=[SelectChoice(each.value, label) for each, label in DUTIES.items()],
        validate_choice=False,
    )
    note = TextAreaField(
        _("A sentence for the file"),
        [Optional(), Length(max=LONGEST_NOTE, message=_("This is too long: %(max)d characters at most."))],
    )

    def renew_client_id(self) -> None:
        """Put a fresh key in the place of one that is none, and say so: saving once more is enough."""
        if self.client_id.errors:
            self.form_errors.extend(self.client_id.errors)
            self.client_id.data, self.client_id.errors = fresh_client_id(), []

    def starts_at(self) -> datetime:
        """The instant at which the session began."""
        day, at = self.on.data, self.at.data
        assert isinstance(day, date)
        assert isinstance(at, time)
        return datetime.combine(day, at, clock.zone())

    def chosen_activities(self) -> list[Activity]:
        """What was done together; a word that is none of ours is left out."""
        return [Activity(value) for value in self.activities.data or [] if value in set(Activity)]

    def chosen_duty(self) -> DutyStatus:
        """In what time it was."""
        return DutyStatus(self.duty.data)


def _key(value: Any) -> int:
    """A key as sent; 0 stands for what is none."""
    return key_in(str(value)) or 0


class ProposalForm(Form):
    """Who is matched with whom, and their plan. Only who was offered can be chosen."""

    mentors = SelectMultipleField(_("Mentors"), coerce=_key, choices=[], validate_choice=False)
    youth = SelectMultipleField(_("Young people"), coerce=_key, choices=[], validate_choice=False)
    name = Text(_("Name of the group"), [Optional()], limit=NAME)
    every_days = OneOf(_("How often"), PLANS, default="7")
    usual_minutes = _minutes(_("Minutes together"), default=60)
    usual_time = ClockTime(_("Usual time"), [Optional()])
    usual_place = Text(_("Usual place"), [Optional()], limit=PLACE)

    def __init__(self, mentors: Mapping[int, str], youth: Mapping[int, str], **kwargs: Any):
        super().__init__(**kwargs)
        self.offered = {"mentors": mentors, "youth": youth}

    def chosen(self, who: str) -> list[int]:
        """The keys ticked among those offered as `mentors` or `youth`."""
        return [key for key in self[who].data or [] if key in self.offered[who]]


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
