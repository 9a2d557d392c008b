"""Forms between guardians: a day to look at, a try to reach, an excuse; and what somebody not on file fills in."""

from typing import Any

from wtforms import BooleanField, RadioField

from youthprog.consent.types import EXCUSES, WAYS
from youthprog.core.refusals import N_
from youthprog.people.types import RELATIONSHIPS
from youthprog.web.forms import CalendarDay, ClockTime, Filled, Form, OneOf, Optional, Phone, SelectChoice, Text
from youthprog.web.language import lazy_gettext as _


class AsOfForm(Form):
    """The day a page is asked for. It changes nothing, so it needs no token."""

    class Meta(Form.Meta):
        """Read from the address."""

        csrf = False

    on = CalendarDay(_("As of this day"), [Optional()])


class AttemptForm(Form):
    """One try to reach a guardian."""

    who = OneOf(_("Guardian"))
    way = OneOf(_("How"), WAYS)
    on_day = CalendarDay(_("Day"), [Filled(_("Write the day."))])
    at_time = ClockTime(_("Time"), [Optional()])
    note = Text(_("What came of it"), [Optional()], limit=300)


class ExcuseForm(Form):
    """Why a guardian need not answer, and who said so."""

    guardian = OneOf(_("Guardian"))
    excuse = OneOf(_("Reason"), EXCUSES)
    stated_by = Text(_("Who told us"), [Optional()], limit=160)


class OutsiderForm(Form):
    """Who somebody is that is not on file."""

    name = Text(_("Your full name"), [Filled(_("Write your name."))], limit=160)
    relationship = OneOf(
        _("What you are to the child"),
        {"": N_("Choose one"), **RELATIONSHIPS},
        validators=[Filled(_("Say what you are to the child."))],
    )
    has_right: Any = RadioField(
        _("Do you have the legal right to decide for this child?"),
        [Optional()],
        choices=[SelectChoice("yes", _("Yes")), SelectChoice("no", _("No"))],
        validate_choice=False,
    )
    email = Text(_("Your email address"), [Optional()], limit=254)
    phone = Text(_("Your phone"), [Optional(), Phone()], limit=40)


class ChildForm(OutsiderForm):
    """The same, and of which child, where no link says it."""

    given_name = Text(_("The child’s given name"), [Filled(_("Write the given name."))], limit=80)
    family_name = Text(_("The child’s family name"), [Filled(_("Write the family name."))], limit=80)
    born_on = CalendarDay(_("The child’s birth date"), [Filled(_("Write the birth date."))])


class OutsideSignForm(Form):
    """A typed name under the answers."""

    typed_name = Text(_("Type your full name"), [Optional()], limit=160)
    agrees = BooleanField(_("I agree to sign on this screen."), [Optional()])


class MatchForm(Form):
    """The guardian an answer came from; the child, where none was found."""

    youth_id = Text(_("Young person"), [Filled(_("Choose a young person."))], limit=19)
    guardian_id = Text(_("Guardian"), [Filled(_("Choose a guardian."))], limit=19)


class SetAsideForm(Form):
    """Why an answer is set aside."""

    reason = Text(_("Why"), [Optional()], limit=200)
