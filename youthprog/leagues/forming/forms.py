"""Forms of team forming: links, wishes, limits, a move by hand."""

from wtforms import BooleanField
from wtforms.validators import Regexp

from youthprog.leagues.forming.words import LINKS
from youthprog.programs.types import STAFF_ROLES, StaffRole
from youthprog.web.forms import Form, OneOf
from youthprog.web.language import lazy_gettext as _

MOST_PLAYERS = 500
COACHES = {role: STAFF_ROLES[role] for role in (StaffRole.HEAD_COACH, StaffRole.ASSISTANT_COACH, StaffRole.OFFICER)}
DIGITS = Regexp(r"\d{1,3}$", message=_("Write one to three digits."))


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
