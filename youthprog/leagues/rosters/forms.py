"""Forms of rosters."""

from flask_wtf.file import FileField
from wtforms import BooleanField
from wtforms.validators import Regexp

from youthprog.leagues.rosters.types import PAPERS, WAITS
from youthprog.web.forms import CalendarDay, Filled, Form, OneOf, Optional, Text, Whole
from youthprog.web.language import lazy_gettext as _

MOST_PLAYERS = 500
DIGITS = Regexp(r"\d{1,3}$", message=_("Write one to three digits."))


class RulesForm(Form):
    """How a division keeps its rosters."""

    min_age = Whole(_("Youngest age"), [Optional()], most=25)
    max_age = Whole(_("Oldest age"), [Optional()], most=25)
    age_cutoff_on = CalendarDay(_("Age counts on"), [Optional()])
    most_players = Whole(_("Most players on a team"), [Optional()], least=1, most=MOST_PLAYERS)
    fewest_players = Whole(_("Fewest players to play"), [Optional()], least=1, most=MOST_PLAYERS)
    closes_on = CalendarDay(_("Rosters close on"), [Optional()])
    two_teams = BooleanField(_("A child may play for two teams of the season"))
    asks_age_proof = BooleanField(_("Proof of age"))
    asks_physical = BooleanField(_("Sports physical"))
    wait_days = Whole(_("Days to wait after a clearance"), [Filled(_("Write a number."))], most=60)
    wait_from = OneOf(_("The days count"), WAITS)


class WaitForm(Form):
    """A child for the waitlist."""

    youth_id = OneOf(_("Young person"))


class AcceptForm(Form):
    """Why something stands although the rules have something against it."""

    reason = Text(_("Why it may stand"), [Filled(_("Write why."))], limit=200)


class TransferForm(Form):
    """Another team for a player."""

    team = OneOf(_("To team"))
    jersey = Text(_("Jersey number"), [Optional(), DIGITS], limit=3)
    why = Text(_("Why"), [Filled(_("Write why."))], limit=200)


class LeaveForm(Form):
    """Why a player leaves."""

    reason = Text(_("Why"), [Optional()], limit=200)


class SuspendForm(Form):
    """Games to sit out, or a last day."""

    games = Whole(_("Games to sit out"), [Optional()], least=1, most=40)
    until_on = CalendarDay(_("Or all games until"), [Optional()])
    suspend_from_on = CalendarDay(_("Counts from"), [Optional()])
    suspend_why = Text(_("Why"), [Filled(_("Write why."))], limit=200)


class HoldForm(Form):
    """A player taken off for health."""

    from_on = CalendarDay(_("Day it happened"), [Optional()])
    head = BooleanField(_("A knock to the head, or signs of one"))
    note = Text(_("What happened"), [Optional()], limit=500)


class ClearForm(Form):
    """The end of a hold, with its clearance where it needs one."""

    cleared_on = CalendarDay(_("Day on the clearance"), [Optional()])
    signed_by = Text(_("Signed by"), [Optional()], limit=120)
    file = FileField(_("Clearance as a file"))
    in_office = BooleanField(_("The paper itself is in our files"))


class PaperForm(Form):
    """A paper the office has seen."""

    kind = OneOf(_("Paper"), PAPERS)
    valid_until_on = CalendarDay(_("Good until"), [Optional()])
