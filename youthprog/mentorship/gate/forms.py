"""Forms of the gate."""

from datetime import date
from typing import Any

from wtforms import BooleanField, HiddenField, SelectMultipleField, TextAreaField
from wtforms.validators import Length

from youthprog.core.db import key_in
from youthprog.mentorship.gate.requirements import DATED, LONGEST_WORDS, MOST_MONTHS, NUMBERS
from youthprog.mentorship.gate.types import ITEMS, Item, Requirements, StepKind
from youthprog.web.forms import CalendarDay, Filled, Form, OneOf, Optional, Text, Whole
from youthprog.web.language import lazy_gettext as _

TOO_LONG = _("This is too long: %(max)d characters at most.")


def _day(label: Any, **kwargs: Any) -> CalendarDay:
    return CalendarDay(label, [Filled(_("Write the day."))], **kwargs)


def _words(label: Any) -> TextAreaField:
    return TextAreaField(label, [Filled(_("Write the words.")), Length(max=LONGEST_WORDS, message=TOO_LONG)])


class ApplicantForm(Form):
    """Somebody who applies to mentor."""

    given_name = Text(_("First name"), [Filled(_("Write the name."))], limit=80)
    family_name = Text(_("Last name"), [Filled(_("Write the name."))], limit=80)
    email = Text(_("Mail address"), [Filled(_("Write the mail address."))], limit=254)
    done_on = _day(_("Applied on"))


class StepForm(Form):
    """A step of a mentor. Several stand on one page, so that the keys of their fields begin with the kind."""

    kind = HiddenField()
    done_on = _day(_("Day"))
    who = Text(_("Name"), [Optional()], limit=120)
    relation = Text(_("Knows the mentor as"), [Optional()], limit=80)
    relative = BooleanField(_("Is a relative"))
    minutes = Whole(_("Minutes"), [Optional()], least=1, most=6000)

    def __init__(self, which: StepKind, **kwargs: Any):
        super().__init__(**kwargs)
        self.which = which
        for each in self:
            if each.name != "csrf_token":
                each.id = f"{which.value}-{each.name}"
                each.label.field_id = each.id
        if not self.is_submitted():
            self.kind.data = which.value

    def validate(self, extra_validators: Any = None) -> bool:
        """Check what this kind of step needs."""
        good = super().validate(extra_validators)
        if self.which is StepKind.REFERENCE and not self.who.data and not self.who.errors:
            self.who.errors, good = [str(_("Write the name."))], False
        if self.which is StepKind.TRAINING and self.minutes.data is None and not self.minutes.errors:
            self.minutes.errors, good = [str(_("Write a number."))], False
        return good

    def details(self) -> dict[str, Any]:
        """What is kept beside the day."""
        if self.which is StepKind.REFERENCE:
            relative = True if self.relative.data else None
            return {"who": self.who.data, "relation": self.relation.data, "relative": relative}
        return {"minutes": self.minutes.data} if self.which is StepKind.TRAINING else {}


class RulesForm(Form):
    """What a program asks: numbers, for how many months an item counts, the words of the commitment."""

    most_youth = Whole(_("Young people for one mentor, at most"), [Filled(_("Write a number."))])
    target_low = Whole(_("A group aims at, from"), [Filled(_("Write a number."))])
    target_high = Whole(_("to"), [Filled(_("Write a number."))])
    target_mentors = Whole(_("with so many mentors"), [Filled(_("Write a number."))])
    references = Whole(_("References"), [Filled(_("Write a number."))])
    outside_family = Whole(_("of them from outside the family"), [Filled(_("Write a number."))])
    training_minutes = Whole(_("Minutes of training before the match"), [Filled(_("Write a number."))])
    term_months = Whole(_("A match is meant to last, in months"), [Filled(_("Write a number."))])
    commitment = _words(_("The commitment"))
    commitment_es = _words(_("The commitment, in Spanish"))
    months_application = Whole(ITEMS[Item.APPLICATION], [Optional()], most=MOST_MONTHS)
    months_interview = Whole(ITEMS[Item.INTERVIEW], [Optional()], most=MOST_MONTHS)
    months_references = Whole(ITEMS[Item.REFERENCES], [Optional()], most=MOST_MONTHS)
    months_training = Whole(ITEMS[Item.TRAINING], [Optional()], most=MOST_MONTHS)
    months_policies = Whole(ITEMS[Item.POLICIES], [Optional()], most=MOST_MONTHS)
    months_commitment = Whole(ITEMS[Item.COMMITMENT], [Optional()], most=MOST_MONTHS)

    def numbers(self) -> dict[str, int]:
        """The numbers typed."""
        return {name: self[name].data for name in NUMBERS}

    def months(self) -> dict[Item, int]:
        """For how many months each item counts; 0 for one without end."""
        return {item: self[f"months_{item.value}"].data or 0 for item in DATED}


def rules_form(asks: Requirements) -> RulesForm:
    """The form as it stands."""
    values: dict[str, Any] = {name: getattr(asks, name) for name in NUMBERS}
    values |= {f"months_{item.value}": asks.valid_months.get(item) or None for item in DATED}
    return RulesForm(formdata=None, commitment=asks.commitment, commitment_es=asks.commitment_es, **values)


class TopicForm(Form):
    """A policy worded anew, or a new one."""

    key = HiddenField()
    topic_title = Text(_("Policy"), [Filled(_("Write the name."))], limit=80)
    topic_title_es = Text(_("In Spanish"), [Filled(_("Write the name."))], limit=80)
    words = _words(_("What it says"))
    words_es = _words(_("What it says, in Spanish"))
    counts_from = _day(_("Counts from"))

    def said(self) -> dict[str, str]:
        """The words typed."""
        return {
            "title": self.topic_title.data or "", "title_es": self.topic_title_es.data or "",
            "words": self.words.data or "", "words_es": self.words_es.data or "",
        }  # fmt: skip


class PersonForm(Form):
    """Somebody who is to join."""

    person_id = OneOf(_("Who"))


class SignedForm(Form):
    """Who signed in person, and when. A signer is mentor-5, youth-7, or guardian-9-7 for the youth 7."""

    signers: Any = SelectMultipleField(_("Who signed"), choices=[], validate_choice=False)
    signed_on = _day(_("Signed on"))


class MetForm(Form):
    """The first meeting: who was there, when, and who of the staff."""

    met: Any = SelectMultipleField(_("Who was there"), choices=[], validate_choice=False)
    met_on = _day(_("Met on"))
    staff_id = OneOf(_("Staff present"))

    def people(self) -> list[int]:
        """The keys ticked."""
        return [key for text in self.met.data or () if (key := key_in(text)) is not None]


class SignForm(Form):
    """A signature of one's own: the name typed, and a tick."""

    typed_name = Text(_("Your name"), [Filled(_("Type your name."))], limit=120)
    agrees = BooleanField(_("I commit to this."), [Filled(_("Tick this to sign."))])


class TopicsForm(Form):
    """The policies one has read."""

    topics: Any = SelectMultipleField(_("I have read and will follow"), choices=[], validate_choice=False)


def fresh_day(today: date) -> dict[str, Any]:
    """What a form starts with: today."""
    return {"formdata": None, "done_on": today}
