"""The form of a session."""

from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

from wtforms import HiddenField, RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import AnyOf, Length, Regexp

from youthprog.attendance.types import Mark
from youthprog.core import clock
from youthprog.mentorship.forms import PLACE, minutes_field
from youthprog.mentorship.sessions.rules import LONGEST_NOTE
from youthprog.mentorship.sessions.types import Activity
from youthprog.mentorship.types import DUTIES, DutyStatus
from youthprog.web.forms import CalendarDay, ClockTime, Filled, Form, Optional, SelectChoice, Text
from youthprog.web.language import lazy_gettext as _

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class SessionForm(Form):
    """The log of a session. Who came is read beside it, as its names depend on the match."""

    client_id = HiddenField(validators=[Regexp(f"^{UUID}$", message=_("This page was too old. Save it once more."))])
    on = CalendarDay(_("Day"), [Filled(_("Write the day."))])
    at = ClockTime(_("Begun at"), [Filled(_("Write when it began, like 4:00 pm."))])
    place = Text(_("Place"), [Optional()], limit=PLACE)
    minutes = minutes_field(_("Minutes together"))
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
