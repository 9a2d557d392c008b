"""Forms of the mentorship room."""

from collections.abc import Mapping
from typing import Any

from wtforms import IntegerField, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange

from youthprog.core.db import key_in
from youthprog.mentorship.rules import LONGEST_SESSION
from youthprog.mentorship.types import PLANS
from youthprog.web.forms import ClockTime, Form, OneOf, Optional, Text
from youthprog.web.language import lazy_gettext as _

NAME, PLACE = 80, 120


class Minutes(IntegerField):
    """Minutes as a whole number; what is not one gets our sentence."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number as typed."""
        text = (valuelist[0] if valuelist else "").strip()
        self.data = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def minutes_field(label: Any, default: int | None = None) -> Minutes:
    """A field for the minutes of a session, of any length."""
    asks = _("Write how many minutes, 1 to %(limit)s.", limit=LONGEST_SESSION)
    return Minutes(label, [InputRequired(asks), NumberRange(1, LONGEST_SESSION, asks)], default=default)


def _key(value: Any) -> int:
    """A key as sent; 0 stands for what is none."""
    return key_in(str(value)) or 0


class ProposalForm(Form):
    """Who is matched with whom, and their plan. Only who was offered can be chosen."""

    mentors = SelectMultipleField(_("Mentors"), coerce=_key, choices=[], validate_choice=False)
    youth = SelectMultipleField(_("Young people"), coerce=_key, choices=[], validate_choice=False)
    name = Text(_("Name of the group"), [Optional()], limit=NAME)
    every_days = OneOf(_("How often"), PLANS, default="7")
    usual_minutes = minutes_field(_("Minutes together"), default=60)
    usual_time = ClockTime(_("Usual time"), [Optional()])
    usual_place = Text(_("Usual place"), [Optional()], limit=PLACE)

    def __init__(self, mentors: Mapping[int, str], youth: Mapping[int, str], **kwargs: Any):
        super().__init__(**kwargs)
        self.offered = {"mentors": mentors, "youth": youth}

    def chosen(self, who: str) -> list[int]:
        """The keys ticked among those offered as `mentors` or `youth`."""
        return [key for key in self[who].data or [] if key in self.offered[who]]
