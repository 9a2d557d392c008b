"""Forms of the people room."""

from wtforms import BooleanField, TextAreaField
from wtforms.validators import Length

from youthprog.people.types import GENDERS, HEALTH_KINDS, RELATIONSHIPS
from youthprog.web.forms import CalendarDay, Filled, Form, OneOf, Optional, Phone, Text, Whole
from youthprog.web.language import LANGUAGES
from youthprog.web.language import lazy_gettext as _

LONGEST_NOTE = 4000
TOO_LONG = _("This is too long: %(max)d characters at most.")


class NameForm(Form):
    """Names as the person writes them."""

    given_name = Text(_("Given name"), [Filled(_("Write the given name."))], limit=80)
    family_name = Text(_("Family name"), [Filled(_("Write the family name."))], limit=80)
    preferred_name = Text(_("Goes by"), [Optional()], limit=80)


class YouthForm(NameForm):
    """What the file says of a young person."""

    born_on = CalendarDay(_("Birth date"), [Filled(_("Write the birth date."))])
    gender = OneOf(_("Gender"), GENDERS, default="unstated")
    school = Text(_("School"), [Optional()], limit=120)
    language = OneOf(_("Language"), LANGUAGES, default="en")
    hides_surname = BooleanField(_("The family wants no surname on public papers"))


class NewYouthForm(YouthForm):
    """A young person with the first guardian, in one form."""

    another = BooleanField(_("This is a different child with the same name and birth date"))
    guardian_given_name = Text(_("Guardian's given name"), [Filled(_("Write the given name."))], limit=80)
    guardian_family_name = Text(_("Guardian's family name"), [Filled(_("Write the family name."))], limit=80)
    relationship = OneOf(_("Relation to the child"), RELATIONSHIPS)
    phone = Text(_("Phone number"), [Optional(), Phone()], limit=40)
    email = Text(_("Email address"), [Optional()], limit=254)
    guardian_language = OneOf(_("Language for messages"), LANGUAGES, default="en")
    may_collect = BooleanField(_("May pick the child up"), default=True)
    may_decide = BooleanField(_("May sign for the child"), default=True)


class AdultForm(NameForm):
    """What the file says of an adult, with address and phone."""

    phone = Text(_("Phone number"), [Optional(), Phone()], limit=40)
    email = Text(_("Email address"), [Optional()], limit=254)
    born_on = CalendarDay(_("Birth date"), [Optional()])
    language = OneOf(_("Language for messages"), LANGUAGES, default="en")


class GuardianForm(Form):
    """A guardian of a child."""

    given_name = Text(_("Given name"), [Filled(_("Write the given name."))], limit=80)
    family_name = Text(_("Family name"), [Filled(_("Write the family name."))], limit=80)
    relationship = OneOf(_("Relation"), RELATIONSHIPS)
    phone = Text(_("Phone number"), [Filled(_("Write a phone number.")), Phone()], limit=40)
    email = Text(_("Email address"), [Optional()], limit=254)
    language = OneOf(_("Language for messages"), LANGUAGES, default="en")
    may_collect = BooleanField(_("May pick the child up"), default=True)
    may_decide = BooleanField(_("May sign for the child"), default=True)


class BondForm(GuardianForm):
    """A guardian already in the file, with the place in the order of calling."""

    rank = Whole(_("Called"), [Filled(_("Write a number."))], least=1, most=20, default=1)


class HealthForm(Form):
    """A health note: the alert for leaders and the detail for the office, apart."""

    kind = OneOf(_("About"), HEALTH_KINDS)
    alert = Text(_("Alert for coaches and mentors"), [Optional()], limit=80)
    detail = TextAreaField(_("Detail"), [Optional(), Length(max=LONGEST_NOTE, message=TOO_LONG)])


class CustodyForm(Form):
    """What a court order forbids an adult."""

    adult_id = OneOf(_("Adult named in the order"))
    no_collect = BooleanField(_("May not pick the child up"))
    no_decide = BooleanField(_("May not sign for the child"))
    no_information = BooleanField(_("May not see anything about the child"))
    starts_on = CalendarDay(_("First day"), [Filled(_("Write the first day."))])
    ends_on = CalendarDay(_("Last day"), [Optional()])
    note = TextAreaField(_("What the order says"), [Optional(), Length(max=LONGEST_NOTE, message=TOO_LONG)])


class EmergencyForm(Form):
    """Somebody to call besides the guardians."""

    name = Text(_("Name"), [Filled(_("Write the name."))], limit=160)
    phone = Text(_("Phone number"), [Filled(_("Write a phone number.")), Phone()], limit=40)
    relation = Text(_("Relation"), [Optional()], limit=60)


class HomeForm(Form):
    """A home at an address."""

    street = Text(_("Street and number"), [Filled(_("Write the street and number."))], limit=120)
    unit = Text(_("Apartment"), [Optional()], limit=40)
    city = Text(_("City"), [Filled(_("Write the city."))], limit=80)
    state = Text(_("State"), [Optional()], limit=40)
    postal_code = Text(_("ZIP code"), [Optional()], limit=16)


class MergeForm(Form):
    """Which of two records stays."""

    other_id = Whole(_("Other record"), [Filled(_("Choose the other record."))], least=1, most=2**63 - 1)


class DeedForm(Form):
    """A button: nothing to fill in but the form token."""
