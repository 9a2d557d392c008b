"""Forms of the programs room."""

from typing import Any

from wtforms import SelectMultipleField

from youthprog.programs.types import (
    GATHERING_KINDS,
    GUARDIAN_RULES,
    PROGRAM_KINDS,
    STAFF_ROLES,
    GatheringKind,
    GuardianRule,
    StaffRole,
)
from youthprog.web.forms import (
    CalendarDay,
    ClockTime,
    Filled,
    Form,
    OneOf,
    Optional,
    SelectChoice,
    Text,
    Whole,
)
from youthprog.web.language import lazy_gettext as _

MOST_PLACES = 100_000
WEEKDAYS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)
LEADERS = {role: STAFF_ROLES[role] for role in (StaffRole.LEADER, StaffRole.OFFICER, StaffRole.MENTOR)}
MEETINGS = {kind: words for kind, words in GATHERING_KINDS.items() if kind is not GatheringKind.GAME}


class ProgramForm(Form):
    """A program, in both languages."""

    kind = OneOf(_("Kind"), PROGRAM_KINDS)
    name = Text(_("Name in English"), [Filled(_("Write the name."))], limit=120)
    name_es = Text(_("Name in Spanish"), [Optional()], limit=120)
    guardian_rule = OneOf(_("Who gives consent for a child"), GUARDIAN_RULES, default=GuardianRule.ONE.value)
    alone_from_age = Whole(_("May leave alone from age"), [Optional()], least=8, most=25)
    absent_running = Whole(_("Absences running until we ask"), [Optional()], least=2, most=10, default=2)
    summary = Text(_("One sentence in English"), [Optional()], limit=300)
    summary_es = Text(_("One sentence in Spanish"), [Optional()], limit=300)


class SeasonForm(Form):
    """One run of a program."""

    program_id = OneOf(_("Program"))
    name = Text(_("Name in English"), [Filled(_("Write the name."))], limit=80)
    name_es = Text(_("Name in Spanish"), [Optional()], limit=80)
    starts_on = CalendarDay(_("First day"), [Filled(_("Write the first day."))])
    ends_on = CalendarDay(_("Last day"), [Filled(_("Write the last day."))])
    registration_opens_on = CalendarDay(_("Registration opens"), [Optional()])
    registration_closes_on = CalendarDay(_("Registration closes"), [Optional()])
    age_cutoff_on = CalendarDay(_("Age counts on"), [Filled(_("Write the day on which ages count."))])
    min_age = Whole(_("Youngest age"), [Filled(_("Write a number."))], most=25, default=5)
    max_age = Whole(_("Oldest age"), [Filled(_("Write a number."))], most=25, default=17)
    capacity = Whole(_("Places"), [Optional()], least=1, most=MOST_PLACES)
    site_id = OneOf(_("Usual site"))


class EnrollForm(Form):
    """A youth for the season."""

    youth_id = Whole(_("Young person"), [Filled(_("Choose a young person."))], least=1, most=2**63 - 1)
    age_exception = Text(_("Why the age is accepted"), [Optional()], limit=200)


class WithdrawForm(Form):
    """Why a youth leaves a season."""

    reason = Text(_("Reason"), [Optional()], limit=200)


class GroupForm(Form):
    """A class or club of a season."""

    name = Text(_("Name"), [Filled(_("Write the name."))], limit=80)
    meets = Text(_("Meets"), [Optional()], limit=120)
    places = Whole(_("Places"), [Optional()], least=1, most=500)
    site_id = OneOf(_("Usual site"))


class JoinForm(Form):
    """A youth for a group."""

    youth_id = OneOf(_("Young person"))


class LeadForm(Form):
    """An adult who leads a group, found by mail address."""

    email = Text(_("Email address of the adult"), [Filled(_("Write the address."))], limit=254)
    role = OneOf(_("Role"), LEADERS)


class GatheringForm(Form):
    """One meeting, or a weekly series of them."""

    kind = OneOf(_("Kind"), MEETINGS)
    title = Text(_("What it is called"), [Filled(_("Write the title."))], limit=120)
    day = CalendarDay(_("Day"), [Filled(_("Write the day."))])
    starts = ClockTime(_("Starts"), [Filled(_("Write the time."))])
    ends = ClockTime(_("Ends"), [Filled(_("Write the time."))])
    site_id = OneOf(_("Site"))
    place = Text(_("Room or field"), [Optional()], limit=120)
    until = CalendarDay(_("Repeat weekly until"), [Optional()])
    weekdays: Any = SelectMultipleField(
        _("On these weekdays"), choices=[SelectChoice(str(number), day) for number, day in enumerate(WEEKDAYS)]
    )


class CancelForm(Form):
    """Why a meeting does not take place."""

    reason = Text(_("Why"), [Filled(_("Say why. Families read this sentence."))], limit=200)


class SiteForm(Form):
    """A place where people meet."""

    name = Text(_("Name"), [Filled(_("Write the name."))], limit=120)
    address = Text(_("Address"), [Optional()], limit=200)
