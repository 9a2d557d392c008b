"""Forms of the leagues room."""

from wtforms.validators import Regexp

from youthprog.programs.types import STAFF_ROLES, StaffRole
from youthprog.web.forms import Filled, Form, OneOf, Optional, Text, Whole
from youthprog.web.language import lazy_gettext as _

MOST_PLAYERS = 500
COACHES = {role: STAFF_ROLES[role] for role in (StaffRole.HEAD_COACH, StaffRole.ASSISTANT_COACH, StaffRole.OFFICER)}
DIGITS = Regexp(r"\d{1,3}$", message=_("Write one to three digits."))


class TeamForm(Form):
    """A team of a season."""

    season_id = OneOf(_("Season"))
    name = Text(_("Name"), [Filled(_("Write the name."))], limit=80)
    division = Text(_("Division"), [Optional()], limit=80)
    meets = Text(_("Meets"), [Optional()], limit=120)
    places = Whole(_("Places"), [Optional()], least=1, most=MOST_PLAYERS)
    site_id = OneOf(_("Usual site"))


class PlayerForm(Form):
    """A player for the team. The reason is asked for where the division's rules have something against it."""

    youth_id = OneOf(_("Young person"))
    jersey = Text(_("Jersey number"), [Optional(), DIGITS], limit=3)
    reason = Text(_("Why it may stand"), [Optional()], limit=200)


class NumberForm(Form):
    """Another jersey number for a player."""

    jersey = Text(_("Jersey number"), [Optional(), DIGITS], limit=3)


class CoachForm(Form):
    """An adult who coaches the team."""

    email = Text(_("Email address"), [Filled(_("Write the address."))], limit=254)
    given_name = Text(_("Given name"), [Optional()], limit=80)
    family_name = Text(_("Family name"), [Optional()], limit=80)
    role = OneOf(_("Role"), COACHES)
