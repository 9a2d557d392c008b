"""The forms a guardian fills in: one small form per kind of question, and the signature."""

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, IntegerField, RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import AnyOf, Length, Optional

from youthprog.consent.rules import MOST_PICKUPS
from youthprog.consent.types import SectionKind
from youthprog.web.forms import Filled, Form, Phone, SelectChoice, Text, phone_number
from youthprog.web.language import lazy_gettext as _

LONGEST_DETAIL = 1000


class AnswerForm(Form):
    """One question: `fill` shows the answer kept so far, `answer` is what is kept."""

    def fill(self, kept: Mapping[str, Any]) -> None:
        """Show the answer kept so far."""
        for name, value in kept.items():
            if name in self:
                self[name].data = value

    def remember(self, kept: Mapping[str, Any]) -> None:
        """What was kept before, for a kind of which a part is not sent again, such as a file."""

    def answer(self) -> dict[str, Any]:
        """What is kept of a valid form."""
        raise NotImplementedError


def _choice(*values: str) -> RadioField:
    words = _("Choose one answer.")
    choices = [SelectChoice(value, value) for value in values]
    return RadioField(_("Your answer"), [Filled(words), AnyOf(values, words)], choices=choices, validate_choice=False)


class DecisionForm(AnswerForm):
    """Yes or no."""

    choice = _choice("yes", "no")

    def answer(self) -> dict[str, Any]:
        """The choice."""
        return {"choice": self.choice.data}


class InformationForm(AnswerForm):
    """A sheet that was read."""

    choice = _choice("read")

    def answer(self) -> dict[str, Any]:
        """That it was read."""
        return {"choice": self.choice.data}


class HealthForm(AnswerForm):
    """Nothing to tell, or the few words a leader needs and more for the office."""

    choice = _choice("yes", "no")
    alert = Text(_("What must a leader know? A few words"), [Optional()], limit=120)
    detail = TextAreaField(
        _("More, if you like"), [Optional(), Length(max=LONGEST_DETAIL, message=_("This is too long: %(max)d characters at most."))]
    )  # fmt: skip

    def validate(self, extra_validators: Any = None) -> bool:
        """Something to tell needs the few words."""
        good = super().validate(extra_validators)
        if self.choice.data == "yes" and not self.alert.data and not self.alert.errors:
            self.alert.errors = [str(_("Write the few words a leader must know."))]
            return False
        return good

    def answer(self) -> dict[str, Any]:
        """The choice, and the words when there are any to tell."""
        if self.choice.data == "no":
            return {"choice": "no"}
        return {"choice": "yes", "alert": self.alert.data, "detail": self.detail.data or ""}


class EmergencyForm(AnswerForm):
    """Somebody else to call."""

    name = Text(_("Name"), [Filled(_("Write the name."))], limit=160)
    phone = Text(_("Phone"), [Filled(_("Write the phone number.")), Phone()], limit=40)
    relation = Text(_("What they are to your child"), [Optional()], limit=60)

    def answer(self) -> dict[str, Any]:
        """Name, comparable phone and relation."""
        return {
            "name": self.name.data,
            "phone": phone_number(self.phone.data or ""),
            "relation": self.relation.data or "",
        }


class PickupForm(AnswerForm):
    """The people who may collect the child; empty lines are left out."""

    person_1 = Text(_("Name"), [Filled(_("Write at least one name."))], limit=160)
    person_2 = Text(_("Another name"), [Optional()], limit=160)
    person_3 = Text(_("Another name"), [Optional()], limit=160)
    person_4 = Text(_("Another name"), [Optional()], limit=160)
    person_5 = Text(_("Another name"), [Optional()], limit=160)
    person_6 = Text(_("Another name"), [Optional()], limit=160)

    def fill(self, kept: Mapping[str, Any]) -> None:
        """Show the names kept so far."""
        for number, name in enumerate(kept.get("names", ())[:MOST_PICKUPS], start=1):
            self[f"person_{number}"].data = name

    def answer(self) -> dict[str, Any]:
        """The names in order, each once."""
        typed = [self[f"person_{number}"].data for number in range(1, MOST_PICKUPS + 1)]
        return {"names": list(dict.fromkeys(name for name in typed if name))}


FORM_OF: dict[SectionKind, type[AnswerForm]] = {
    SectionKind.DECISION: DecisionForm,
    SectionKind.INFORMATION: InformationForm,
    SectionKind.HEALTH: HealthForm,
    SectionKind.PICKUP: PickupForm,
    SectionKind.EMERGENCY: EmergencyForm,
}


class SignForm(Form):
    """The signature: a typed name, two statements, and which state of the answers was on the screen."""

    typed_name = Text(_("Type your full name"), [Optional()], limit=160)
    is_guardian = BooleanField(_("I am the parent or legal guardian"), [Optional()])
    agrees = BooleanField(_("I agree to sign on this screen."), [Optional()])
    version = IntegerField(validators=[Optional()])


class TakeBackForm(Form):
    """Which answers are taken back; the rules say whether they may be."""

    sections = SelectMultipleField(_("What do you take back?"), validate_choice=False)
