"""The form of a session, and a draft of it."""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import AnyOf, Length, Regexp

from youthprog.attendance.types import Mark
from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.core.text import storable
from youthprog.mentorship.forms import PLACE, minutes_field
from youthprog.mentorship.sessions.rules import LONGEST_GOAL, LONGEST_NOTE, LONGEST_REASON
from youthprog.mentorship.sessions.types import MODES, MOODS, NOT_HELD, Activity, Entry, Mode, Mood, NotHeld
from youthprog.mentorship.types import DUTIES, DutyStatus
from youthprog.web.forms import CalendarDay, ClockTime, Filled, Form, Optional, SelectChoice, Text
from youthprog.web.language import lazy_gettext as _

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
UUID_WHOLE = re.compile(UUID)
HELD = "held"
YES, NO = "yes", "no"
MOST_DRAFT_BYTES = 20_000


def _one_of(
    label: Any, choices: Mapping[Any, Any], *also: str, wrong: Any = "", default: str | None = None
) -> RadioField:
    """Radio buttons; what is none of them is refused with words, and an empty choice with `also`."""
    return RadioField(
        label,
        [AnyOf([*(each.value for each in choices), *also, *([] if wrong else [None, ""])], wrong or _("Choose one."))],
        choices=[SelectChoice(each.value, words) for each, words in choices.items()],
        validate_choice=False,
        default=default,
    )


class SessionForm(Form):
    """The log of a session. Who came is read beside it, as its names depend on the match."""

    client_id = HiddenField(validators=[Regexp(f"^{UUID}$", message=_("This page was too old. Save it once more."))])
    on = CalendarDay(_("Day"), [Filled(_("Write the day."))])
    at = ClockTime(_("Begun at"), [Filled(_("Write when it began, like 4:00 pm."))])
    place = Text(_("Place"), [Optional()], limit=PLACE)
    minutes = minutes_field(_("Minutes together"))
    mode = _one_of(_("How you met"), MODES, default=Mode.IN_PERSON.value)
    observable = RadioField(
        _("Could others see you?"),
        choices=[SelectChoice(YES, _("Yes")), SelectChoice(NO, _("No"))],
        validate_choice=False,
    )
    transport = BooleanField(_("Somebody rode in my car"))
    other_adult = BooleanField(_("Another adult was there"))
    mentors = SelectMultipleField(_("Who led it?"), choices=[], validate_choice=False)
    activities = SelectMultipleField(_("What did you do?"), choices=[], validate_choice=False)
    duty = _one_of(_("Your time"), DUTIES, wrong=_("Choose in what time it was."))
    mood = _one_of(_("How was it?"), MOODS)
    goal = Text(_("What you work toward"), [Optional()], limit=LONGEST_GOAL)
    note = TextAreaField(
        _("A sentence for the file"),
        [Optional(), Length(max=LONGEST_NOTE, message=_("This is too long: %(max)d characters at most."))],
    )
    reason = Text(_("The reason"), [Optional()], limit=LONGEST_REASON)
    not_held = _one_of(_("We did not meet"), NOT_HELD, HELD, default=HELD)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields; a session that did not take place needs its day alone."""
        good = super().validate(extra_validators)
        if self.said_not_held() is None:
            return self._says_who_could_see(good)
        for field in self:
            if field.name not in ("client_id", "on", "csrf_token"):
                field.errors = []
        return not any(field.errors for field in self)

    def _says_who_could_see(self, good: bool) -> bool:
        if self.mode.data == Mode.IN_PERSON.value and self.observable.data not in (YES, NO):
            self.observable.errors = [str(_("Say whether others could see you."))]
            return False
        return good

    def renew_client_id(self) -> None:
        """Put a fresh key in the place of one that is none, and say so: saving once more is enough."""
        if self.client_id.errors:
            self.form_errors.extend(self.client_id.errors)
            self.client_id.data, self.client_id.errors = fresh_client_id(), []

    def starts_at(self) -> datetime:
        """The instant at which the session began."""
        day, at = self.on.data, self.at.data
        assert isinstance(day, date)
        return datetime.combine(day, at if isinstance(at, time) else time(12), clock.zone())

    def said_not_held(self) -> NotHeld | None:
        """Because of whom it did not take place; None when it did."""
        return NotHeld(self.not_held.data) if self.not_held.data in set(NotHeld) else None

    def entry(
        self, marks: Mapping[int, Mark], mentors: Mapping[int, str], by_id: int | None,
        duties: Mapping[int, DutyStatus] | None = None,
    ) -> Entry:  # fmt: skip
        """What a valid form tells. Of mentors those of the match count; without a choice, whoever logs led it."""
        led = tuple(key for key in map(key_in, self.mentors.data or []) if key is not None and key in mentors)
        led = led or tuple(key for key in mentors if key == by_id) or tuple(mentors)[:1]
        mood = self.mood.data
        return Entry(
            client_id=self.client_id.data or "",
            starts_at=self.starts_at(),
            minutes=self.minutes.data or 0,
            marks=marks,
            duty=DutyStatus(self.duty.data) if self.duty.data in set(DutyStatus) else DutyStatus.CIVILIAN,
            activities=tuple(Activity(value) for value in self.activities.data or [] if value in set(Activity)),
            note=self.note.data or "",
            place=self.place.data or None,
            mode=Mode(self.mode.data) if self.mode.data in set(Mode) else Mode.IN_PERSON,
            observable={YES: True, NO: False}.get(self.observable.data or ""),
            transport=bool(self.transport.data),
            mood=Mood(mood) if mood in set(Mood) else None,
            goal=self.goal.data or None,
            reason=self.reason.data or None,
            mentor_ids=led,
            adults=len(led) + bool(self.other_adult.data),
            not_held=self.said_not_held(),
            duties=duties or {},
        )


class CorrectionForm(SessionForm):
    """A log once more, and why it was wrong."""

    why = Text(_("What was wrong?"), [Optional()], limit=LONGEST_REASON)


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


def read_duties(sent: Any, mentors: Mapping[int, str]) -> dict[int, DutyStatus]:
    """On what duty each other mentor led it, as far as the page says."""
    said = {key: sent.get(f"duty-{key}") for key in mentors}
    return {key: DutyStatus(value) for key, value in said.items() if value in set(DutyStatus)}


# ---- drafts: every field as it stands ----

DRAFTED = frozenset(name for name in vars(SessionForm) if hasattr(getattr(SessionForm, name), "field_class"))


def draft_of(sent: MultiDict[str, str]) -> str | None:
    """The fields of a form as they stand, for keeping; None for what is no form of ours or too long."""
    values = {
        name: sent.getlist(name)
        for name in sent
        if (name in DRAFTED and name != "client_id") or name == "came" or _names_somebody(name)
    }
    if not all(storable(text) for texts in values.values() for text in texts):
        return None
    text = json.dumps(values, ensure_ascii=False)
    return text if len(text.encode()) <= MOST_DRAFT_BYTES else None


def _names_somebody(name: str) -> bool:
    kind, _dash, key = name.partition("-")
    return kind in ("why", "duty") and key_in(key) is not None


def drafted(values: Mapping[str, list[str]]) -> MultiDict[str, str]:
    """A draft as a form would send it."""
    return MultiDict([(name, text) for name, texts in values.items() for text in texts])
