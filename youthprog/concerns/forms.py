"""Forms of the concerns room."""

from typing import Any
from uuid import UUID, uuid4

from wtforms import HiddenField, RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import Length, Optional

from youthprog.concerns.types import DANGERS, LONGEST_NAME, LONGEST_WORDS, Danger, Entry, Offered, Raised
from youthprog.core.db import key_in
from youthprog.people.rules import normal_email
from youthprog.web.forms import Form, SelectChoice, Text
from youthprog.web.language import lazy_gettext as _

TOO_LONG = _("This is too long: %(max)d characters at most.")
ADDED = (Entry.NOTE, Entry.OUTCOME)


def _key(value: Any) -> int:
    """A key as sent; 0 stands for what is none."""
    return key_in(str(value)) or 0


class ConcernForm(Form):
    """A concern. Nothing of it has to be filled in; only who was offered can be ticked."""

    client_id = HiddenField()
    ticket = HiddenField()
    youth = SelectMultipleField(_("Which young person is it about?"), coerce=_key, choices=[], validate_choice=False)
    adults = SelectMultipleField(_("Is it about one of these adults?"), coerce=_key, choices=[], validate_choice=False)
    who = Text(_("Somebody else, or a name"), [Optional()], limit=LONGEST_NAME)
    words = TextAreaField(
        _("What happened, or what worries you?"), [Optional(), Length(max=LONGEST_WORDS, message=TOO_LONG)]
    )
    danger = RadioField(
        _("Is somebody in danger now?"),
        choices=[SelectChoice(each.value, _(label)) for each, label in DANGERS.items()],
        validate_choice=False,
    )

    def raised(self, offered: Offered) -> Raised:
        """What was sent, as far as it was offered. A damaged key of the form is replaced: a concern is not lost for it."""
        return Raised(
            client_id=_client_id(self.client_id.data),
            youth_ids=tuple(each.person_id for each in offered.youth if each.person_id in (self.youth.data or ())),
            adult_ids=tuple(each.person_id for each in offered.adults if each.person_id in (self.adults.data or ())),
            who=self.who.data or "",
            words=self.words.data or "",
            danger=Danger(self.danger.data) if self.danger.data in set(Danger) else None,
        )


def fresh_client_id() -> str:
    """A key made before the concern is sent, so that sending it twice makes one."""
    return str(uuid4())


def _client_id(text: str | None) -> str:
    try:
        return str(UUID(text or ""))
    except ValueError:
        return fresh_client_id()


class WordsForm(Form):
    """A note, or the outcome."""

    words = TextAreaField(_("What was done, or found?"), [Optional(), Length(max=LONGEST_WORDS, message=TOO_LONG)])
    kind = RadioField(
        _("This is"),
        choices=[SelectChoice(Entry.NOTE.value, _("a note")), SelectChoice(Entry.OUTCOME.value, _("the outcome"))],
        default=Entry.NOTE.value,
        validate_choice=False,
    )


class ReadersForm(Form):
    """Who reads concerns: addresses of accounts, one a line."""

    first = TextAreaField(_("Read concerns and are told at once"), [Optional(), Length(max=4000, message=TOO_LONG)])
    further = TextAreaField(
        _("Are told when nobody answers in a day"), [Optional(), Length(max=4000, message=TOO_LONG)]
    )

    def addresses(self, field: str) -> list[str]:
        """The addresses of a field, in comparable form; what is no address stays as typed, to be refused by name."""
        lines = (self[field].data or "").replace(",", "\n").split("\n")
        return [normal_email(line.strip()) or line.strip() for line in lines if line.strip()]
