"""The forms a guardian fills in: one small form per kind of question, and the signature."""

import re
from collections.abc import Mapping
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    RadioField,
    SelectMultipleField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import AnyOf, Length, Optional

from youthprog.consent.drawing import LONGEST, path_of
from youthprog.consent.rules import MOST_PICKUPS
from youthprog.consent.types import SectionKind
from youthprog.web.filters import phone
from youthprog.web.forms import Filled, Form, Phone, SelectChoice, Text, phone_number
from youthprog.web.language import lazy_gettext as _

LONGEST_DETAIL = 1000
SEEN = re.compile(r"(?a:\d{1,18}:\d{1,9})( (?a:\d{1,18}:\d{1,9})){0,49}")


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

    def fill(self, kept: Mapping[str, Any]) -> None:
        """Show the person with the phone as people write it."""
        super().fill({**kept, "phone": phone(kept["phone"])} if kept.get("phone") else kept)

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


class WayForm(Form):
    """How to go on with a sibling: the same answers as for the first child, or one by one."""

    way = _choice("same", "own")


class Drawn:
    """A drawing is whole numbers alone."""

    def __call__(self, form: Any, field: Field) -> None:
        if path_of(field.data or "") is None:
            raise ValidationError(str(_("The drawing cannot be read. Draw it again, or leave it out.")))


class SignForm(Form):
    """The signature: a typed name, two statements, a drawing if one likes, and what was on the screen.

    `version` names each request that was shown with the state of its answers: "12:7 13:3".
    """

    typed_name = Text(_("Type your full name"), [Optional()], limit=160)
    is_guardian = BooleanField(_("I am the parent or legal guardian"), [Optional()])
    agrees = BooleanField(_("I agree to sign on this screen."), [Optional()])
    drawn = Text(_("Draw your signature"), [Optional(), Drawn()], limit=LONGEST)
    version = HiddenField(validators=[Optional()])

    def show(self, versions: Mapping[int, int]) -> None:
        """Put down which requests are shown, and the state of their answers."""
        self.version.data = " ".join(f"{request_id}:{version}" for request_id, version in versions.items())

    def seen(self) -> dict[int, int]:
        """The requests that were shown and the state of their answers; empty when it cannot be read."""
        text = self.version.data or ""
        return {int(a): int(b) for a, b in re.findall(r"(\d+):(\d+)", text)} if SEEN.fullmatch(text) else {}

    @property
    def path(self) -> str:
        """The drawing as path data; empty when there is none."""
        return path_of(self.drawn.data or "") or ""


class ListForm(Form):
    """Somebody to add to the pick-up list, and the guardian's own word that this is meant."""

    name = Text(_("Full name"), [Filled(_("Write the name."))], limit=160)
    relation = Text(_("What they are to your child"), [Optional()], limit=60)
    phone = Text(_("Phone"), [Optional(), Phone()], limit=40)
    agrees = BooleanField(_("I allow this person to pick up my child"), [Filled(_("Tick this to add the person."))])


class TakeOffForm(Form):
    """Whom to take off the pick-up list."""

    person = HiddenField(validators=[Filled(_("Choose a name."))])


class ListLinkForm(Form):
    """Whose link is wanted, and from which gathering."""

    request = HiddenField(validators=[Optional()])
    gathering = HiddenField(validators=[Optional()])

    def key(self, name: str) -> int:
        """The key of a field; 0, which nothing has, when it is none."""
        text = self[name].data or ""
        return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else 0


class TakeBackForm(Form):
    """Which answers are taken back; the rules say whether they may be."""

    sections = SelectMultipleField(_("What do you take back?"), validate_choice=False)
