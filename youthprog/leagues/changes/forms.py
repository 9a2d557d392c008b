"""Forms of changes of a published schedule."""

from wtforms import HiddenField

from youthprog.core.refusals import N_
from youthprog.leagues.season.types import GameKind
from youthprog.web.forms import CalendarDay, ClockTime, Filled, Form, OneOf, Optional, Text
from youthprog.web.language import lazy_gettext as _

KINDS = {
    GameKind.LEAGUE: N_("A game of the season, a make-up"),
    GameKind.FRIENDLY: N_("A friendly, which no table counts"),
}
SAY_WHY = _("Say why. Families read this sentence.")


class ClosingForm(Form):
    """What is closed, from when until when. It is asked with GET: a plan changes nothing."""

    first = CalendarDay(_("Closed on"), [Filled(_("Write the day."))])
    until = CalendarDay(_("Closed until"), [Optional()])
    venue_id = OneOf(_("Field or court"))
    reason = Text(_("Why"), [Filled(SAY_WHY)], limit=200)


class MoveForm(Form):
    """Where and when a game goes."""

    day = CalendarDay(_("Day"), [Filled(_("Write the day."))])
    starts = ClockTime(_("Starts"), [Filled(_("Write the time."))])
    venue_id = OneOf(_("Field or court"))
    reason = Text(_("Why it moves"), [Filled(SAY_WHY)], limit=200)
    seen = HiddenField()


class OffForm(Form):
    """Why a game is called off."""

    off_reason = Text(_("Why it is called off"), [Filled(SAY_WHY)], limit=200)


class AddForm(Form):
    """A game by hand."""

    home = OneOf(_("Home team"))
    away = OneOf(_("Visiting team"))
    kind = OneOf(_("What kind of game"), {kind.value: words for kind, words in KINDS.items()})
    day = CalendarDay(_("Day"), [Filled(_("Write the day."))])
    starts = ClockTime(_("Starts"), [Filled(_("Write the time."))])
    venue_id = OneOf(_("Field or court"))
    reason = Text(_("Why"), [Optional()], limit=200)
