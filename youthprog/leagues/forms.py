"""Forms of the leagues room."""

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectField
from wtforms.validators import InputRequired, Regexp

from youthprog.leagues.forming_words import LINKS
from youthprog.programs.types import STAFF_ROLES, StaffRole
from youthprog.web.forms import Filled, Form, OneOf, Optional, Text, Whole
from youthprog.web.language import lazy_gettext as _

MOST_PLAYERS = 500
COACHES = {role: STAFF_ROLES[role] for role in (StaffRole.HEAD_COACH, StaffRole.ASSISTANT_COACH, StaffRole.OFFICER)}
DIGITS = Regexp(r"\d{1,3}$", message=_("Write one to three digits."))


class ImportForm(Form):
    """A registration export and the season it is for."""

    season = SelectField(
        _("Season"), [InputRequired(_("Choose the season that the players are for."))], validate_choice=False
    )
    team = Text(_("Team"), limit=80)
    file = FileField(_("Registration export"), [FileRequired(_("Choose the file."))])


class TeamForm(Form):
    """A team of a season."""

    season_id = OneOf(_("Season"))
    name = Text(_("Name"), [Filled(_("Write the name."))], limit=80)
    division = Text(_("Division"), [Optional()], limit=80)
    meets = Text(_("Meets"), [Optional()], limit=120)
    places = Whole(_("Places"), [Optional()], least=1, most=MOST_PLAYERS)
    site_id = OneOf(_("Usual site"))


class PlayerForm(Form):
    """A player for the team."""

    youth_id = OneOf(_("Young person"))
    jersey = Text(_("Jersey number"), [Optional(), DIGITS], limit=3)


class NumberForm(Form):
    """Another jersey number for a player."""

    jersey = Text(_("Jersey number"), [Optional(), DIGITS], limit=3)


class CoachForm(Form):
    """An adult who coaches the team."""

    email = Text(_("Email address"), [Filled(_("Write the address."))], limit=254)
    given_name = Text(_("Given name"), [Optional()], limit=80)
    family_name = Text(_("Family name"), [Optional()], limit=80)
    role = OneOf(_("Role"), COACHES)


class LinkForm(Form):
    """Two children kept together or apart."""

    kind = OneOf(_("Rule"), LINKS)
    one = OneOf(_("Child"))
    other = OneOf(_("And this child"))


class WishForm(Form):
    """A child would like to play with another."""

    youth = OneOf(_("Child"))
    wanted = OneOf(_("Would like to play with"))


class LimitForm(Form):
    """A day or place where a child cannot come: "day 0" or "site 7"."""

    child = OneOf(_("Child"))
    when = OneOf(_("Cannot come to"))


class FormingForm(Form):
    """How teams are to be formed."""

    skill_within = OneOf(_("Skill"))
    mix_ages = BooleanField(_("Mix ages evenly too"))


class MoveForm(Form):
    """Another team for a child of a draft."""

    team = OneOf(_("Team"))
