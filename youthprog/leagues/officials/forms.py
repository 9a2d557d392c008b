"""Forms of officials and volunteers."""

from typing import Any

from wtforms import SelectMultipleField

from youthprog.leagues.officials.types import TRAVEL_MINUTES
from youthprog.web.forms import CalendarDay, Filled, Form, OneOf, Optional, Text, Whole
from youthprog.web.language import lazy_gettext as _

MOST_CREDENTIALS = 6


class RoleForm(Form):
    """A role a program needs people for."""

    name = Text(_("Role"), [Filled(_("Write the name."))], limit=60)
    name_es = Text(_("In Spanish"), [Optional()], limit=60)
    needs = Text(_("Credentials it asks for"), [Optional()], limit=400)

    def credentials(self) -> list[str]:
        """The credentials typed, parted by commas, each once."""
        typed = (self.needs.data or "").split(",")
        return list(dict.fromkeys(" ".join(each.split())[:80] for each in typed if each.strip()))[:MOST_CREDENTIALS]


class TravelForm(Form):
    """How long the way between two sites takes."""

    travel_minutes = Whole(
        _("Minutes between two sites"), [Filled(_("Write a number."))], most=240, default=TRAVEL_MINUTES
    )


class OfficialForm(Form):
    """An adult who serves at games."""

    email = Text(_("Mail address"), [Filled(_("Write the mail address."))], limit=254)
    given_name = Text(_("First name"), [Filled(_("Write the name."))], limit=80)
    family_name = Text(_("Last name"), [Filled(_("Write the name."))], limit=80)
    role_ids: Any = SelectMultipleField(_("Serves as"))


class ServesForm(Form):
    """In which roles somebody serves, and the site nearest to them."""

    role_ids: Any = SelectMultipleField(_("Serves as"))
    home_site_id = OneOf(_("Nearest site"))


class CredentialForm(Form):
    """A check, license or training."""

    name = Text(_("Credential"), [Filled(_("Write the name."))], limit=80)
    from_on = CalendarDay(_("In force from"), [Filled(_("Write the day."))])
    until_on = CalendarDay(_("Until and including"), [Optional()])


class PersonForm(Form):
    """Somebody of the list."""

    person_id = OneOf(_("Who"))
