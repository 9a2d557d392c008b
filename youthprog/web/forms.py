"""Forms: one base, our own fields, and how a refusal finds its field."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import phonenumbers
from flask import request
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    Field,
    FieldList,
    FormField,
    IntegerField,
    SelectField,
    StringField,
    TimeField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, NumberRange, Optional, StopValidation

from youthprog.core.refusals import Refusal
from youthprog.core.text import crowded, storable
from youthprog.web.language import lazy_gettext as _
from youthprog.web.language import says

EARLIEST = date(1900, 1, 1)
LATEST = date(2200, 1, 1)
BROKEN = "\ufffd"  # what bytes that are no text arrive as


def _trim(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


class Form(FlaskForm):
    """Every form: blanks trimmed, text that cannot be stored refused in words, form token included."""

    class Meta(FlaskForm.Meta):
        """WTForms' hook for each bound field."""

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Field:
            filters = [_trim, *unbound_field.kwargs.get("filters", [])]
            return unbound_field.bind(form=form, filters=filters, **options)

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """A form is read from a form, never from JSON, which may be nested too deep to be read at all."""
            return None if request.is_json else super().wrap_formdata(form, formdata)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, and that its text can be stored on both engines."""
        good = super().validate(extra_validators)
        for field in self:
            if not isinstance(field, FormField | FieldList):
                field.errors = [str(error) for error in field.errors]  # a lazy text is no text to a template yet
            if isinstance(field.data, str) and not field.errors:
                reason = _unstorable(field.data)
                if reason:
                    field.errors = [*field.errors, reason]
                    good = False
        return bool(good)

    def take(self, refusals: Iterable[Refusal]) -> None:
        """Put refusals beside their fields; those of no field stand in the summary alone."""
        for refusal in refusals:
            target = self._fields.get(refusal.field or "")
            if target is not None:
                target.errors = [*target.errors, says(refusal)]
            else:
                self.form_errors.append(says(refusal))


def _unstorable(text: str) -> str | None:
    if not storable(text) or BROKEN in text:
        return str(_("This has a character we cannot keep. Type it again."))
    if crowded(text):
        return str(_("This has too many accents on one letter. Type it again."))
    return None


class Text(StringField):
    """A line of text of at most `limit` characters, as the column behind it."""

    def __init__(self, label: Any = None, validators: Any = (), limit: int = 200, **kwargs: Any):
        message = _("This is too long: %(max)d characters at most.")
        super().__init__(label, [*validators, Length(max=limit, message=message)], **kwargs)


def phone_number(text: str) -> str | None:
    """The comparable form (E.164) of a phone typed in the United States, or None."""
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None  # seven digits are possible only within one area
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class Phone:
    """The number has its area code."""

    def __call__(self, form: Any, field: Field) -> None:
        if field.data and phone_number(field.data) is None:
            raise ValidationError(str(_("Add the area code, like (217) 555-0163.")))


class Day:
    """The date is one people live in."""

    def __call__(self, form: Any, field: Field) -> None:
        if field.data and not EARLIEST <= field.data <= LATEST:
            raise ValidationError(str(_("Check the year.")))


class Filled:
    """Something is written; the sentence says what is missing. A value that could not be read is not missing."""

    field_flags = {"required": True}

    def __init__(self, sentence: Any):
        self.sentence = sentence

    def __call__(self, form: Any, field: Field) -> None:
        typed = field.raw_data[0] if field.raw_data else ""
        if not (isinstance(typed, str) and typed.strip()):
            field.errors = []
            raise StopValidation(str(self.sentence))
        if field.errors or field.process_errors:
            raise StopValidation


class CalendarDay(DateField):
    """A day, from a calendar or typed as 2016-03-04."""

    def __init__(self, label: Any = None, validators: Any = (), **kwargs: Any):
        super().__init__(label, [*validators, Day()], **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the day, or say in our words that it is none."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(_("Write the day as year, month, day: 2016-03-04."))) from None


class ClockTime(TimeField):
    """A time of day, as 17:30."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the time, or say in our words that it is none."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(_("Write the time as hours and minutes: 17:30."))) from None


class Whole(IntegerField):
    """A whole number between two others."""

    def __init__(self, label: Any = None, validators: Any = (), least: int = 0, most: int = 9999, **kwargs: Any):
        message = _("Write a number from %(min)s to %(max)s.")
        super().__init__(label, [*validators, NumberRange(least, most, message)], **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number, or say in our words that it is none."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(_("Write a number."))) from None


class OneOf(SelectField):
    """One of the values of a table of words: {value: msgid}."""

    def __init__(self, label: Any = None, words: Mapping[Any, str] | None = None, **kwargs: Any):
        choices = [SelectChoice(str(value), _(sentence)) for value, sentence in (words or {}).items()]
        super().__init__(label, choices=choices, **kwargs)
        self.type = "SelectField"  # templates draw it as one

    def pre_validate(self, form: Any) -> None:
        """The value is one of those offered."""
        offered: Any = self.choices or ()
        if self.data not in {choice.value for choice in offered}:
            raise ValidationError(str(_("Choose one of the list.")))


__all__ = [
    "CalendarDay",
    "ClockTime",
    "Day",
    "Filled",
    "Form",
    "InputRequired",
    "OneOf",
    "Optional",
    "Phone",
    "SelectChoice",
    "Text",
    "Whole",
    "phone_number",
]
