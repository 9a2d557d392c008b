"""Forms of matching. A profile's hours and places are read beside it, as their rows depend on shift and sites."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from wtforms import BooleanField, RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import Length

from youthprog.core.db import key_in
from youthprog.core.refusals import N_
from youthprog.mentorship.matching.profiles import INTERESTS, LANGUAGES, MOST_YOUTH, NEEDS, PERIODS, TEMPERAMENTS
from youthprog.mentorship.matching.rules import LONGEST_REASON
from youthprog.mentorship.matching.types import FITS, HEAVIEST, MODES, TIES, WEIGHTS, Mode, TieKind
from youthprog.mentorship.types import PLANS
from youthprog.web.forms import CalendarDay, Filled, Form, OneOf, Optional, SelectChoice, Text, Whole
from youthprog.web.language import lazy_gettext as _

# What one tap says of a day.
BLOCKS = (("09:00", "12:00"), ("12:00", "15:00"), ("15:00", "17:00"), ("17:00", "19:00"), ("19:00", "21:00"))
GENDERS = {"": N_("Does not matter"), "girl": N_("A woman"), "boy": N_("A man")}
OWN_GENDER = {"": N_("Not said"), "girl": N_("Woman"), "boy": N_("Man")}
QUIET = {"": N_("Not known"), **{str(step): words for step, words in TEMPERAMENTS.items()}}
MOST_MINUTES = 180
OWN = 300


def _ticks(label: Any) -> SelectMultipleField:
    return SelectMultipleField(label, choices=[], validate_choice=False)


class AskForm(Form):
    """What kind of best is looked for."""

    mode = OneOf(_("What counts most"), MODES, default=Mode.TOTAL.value)
    every_days = OneOf(_("How often they are to meet"), PLANS, default="7")
    in_groups = BooleanField(_("Into the groups that mentors lead, not one to one"))


class WeightsForm(Form):
    """What a program weighs."""

    interests = Whole(_("Likes and dislikes in common"), [Optional()], 0, HEAVIEST)
    time = Whole(_("Time to spare"), [Optional()], 0, HEAVIEST)
    place = Whole(_("Short way"), [Optional()], 0, HEAVIEST)
    age = Whole(_("Age"), [Optional()], 0, HEAVIEST)
    experience = Whole(_("Experience"), [Optional()], 0, HEAVIEST)
    temperament = Whole(_("Temperament"), [Optional()], 0, HEAVIEST)
    wishes = Whole(_("Wishes of the three"), [Optional()], 0, HEAVIEST)
    identity = Whole(_("What the family asked for"), [Optional()], 0, HEAVIEST)

    def weights(self) -> dict[str, int]:
        """What was written; what was left empty weighs nothing."""
        return {name: self[name].data or 0 for name in WEIGHTS}


class TieForm(Form):
    """Two people never to be matched, or two youth to be kept together or apart."""

    kind = OneOf(_("What holds for them"), TIES, default=TieKind.NEVER.value)
    one_id = OneOf(_("Young person"), {})
    other_id = OneOf(_("And"), {})

    def offer(self, youth: Mapping[int, str], mentors: Mapping[int, str]) -> None:
        """Who can be chosen."""
        self.one_id.choices = [SelectChoice(str(key), name) for key, name in youth.items()]
        self.other_id.choices = [SelectChoice(str(key), name) for key, name in {**mentors, **youth}.items()]


class ProfileForm(Form):
    """What a mentor or a youth tells. What is left empty is not known and forbids nothing."""

    period = OneOf(_("How the hours repeat"), PERIODS, default="7")
    anchor = CalendarDay(_("A day on which the shift begins"), [Optional()])
    most_minutes = Whole(_("Longest way, in minutes"), [Optional()], 1, MOST_MINUTES)
    languages = _ticks(_("Languages"))
    languages_own = Text(_("Other languages, with commas between"), [Optional()], limit=OWN)
    likes = _ticks(_("Likes"))
    likes_own = Text(_("Other likes, with commas between"), [Optional()], limit=OWN)
    dislikes = _ticks(_("Does not like"))
    dislikes_own = Text(_("Other dislikes, with commas between"), [Optional()], limit=OWN)
    needs = _ticks(_("Experience with"))
    temperament = OneOf(_("Quiet or lively"), QUIET, default="")
    only_gender = OneOf(_("Only with"), GENDERS, default="")
    wishes = OneOf(_("The young person would like"), {}, default="")
    guardian_wishes = OneOf(_("The guardian would like"), {}, default="")
    identity_own = Text(_("Background, only where the family asks for it"), [Optional()], limit=OWN)
    gender = OneOf(_("Woman or man"), OWN_GENDER, default="")
    youngest = Whole(_("Likes to work with ages from"), [Optional()], 3, 25)
    oldest = Whole(_("to"), [Optional()], 3, 25)
    takes = Whole(_("Takes at most so many young people"), [Optional()], 0, MOST_YOUTH)
    least = Whole(_("A group begins with at least"), [Optional()], 1, MOST_YOUTH)
    beside = OneOf(_("Leads a group together with"), {}, default="")

    OF_YOUTH = ("wishes", "guardian_wishes")
    OF_MENTOR = ("gender", "youngest", "oldest", "takes", "least", "beside")
    TICKED = {"languages": LANGUAGES, "likes": INTERESTS, "dislikes": INTERESTS, "needs": NEEDS}

    def __init__(self, mentors: Mapping[int, str], *, of_mentor: bool, **kwargs: Any):
        super().__init__(**kwargs)
        for name in ("wishes", "guardian_wishes", "beside"):
            nobody = SelectChoice("", _("Nobody in particular"))
            self[name].choices = [nobody, *(SelectChoice(str(key), mentor) for key, mentor in mentors.items())]
        for name in self.OF_YOUTH if of_mentor else self.OF_MENTOR:
            del self[name]

    def told(self, sent: Any, site_ids: Sequence[int]) -> dict[str, Any]:
        """What was told, as a profile keeps it."""
        period = int(self.period.data)
        found: dict[str, Any] = {"period": period, "free": _free(sent, period)}
        if self.anchor.data and period != 7:
            found["anchor"] = self.anchor.data.isoformat()
        for name, words in self.TICKED.items():
            found[name] = [word for word in words if word in (self[name].data or [])]
        for name in ("languages_own", "likes_own", "dislikes_own", "identity_own"):
            found[name] = self[name].data or ""
        for name in ("most_minutes", "youngest", "oldest", "takes", "least"):
            if name in self and self[name].data is not None:
                found[name] = self[name].data
        for name in ("wishes", "guardian_wishes"):
            if name in self and self[name].data:
                found[name] = [int(self[name].data)]
        if "beside" in self and self.beside.data:
            found["with"] = int(self.beside.data)
        for name in ("only_gender", "gender"):
            if name in self and self[name].data:
                found[name] = self[name].data
        if self.temperament.data:
            found["temperament"] = int(self.temperament.data)
        minutes = {site_id: key_in(sent.get(f"place-{site_id}", "")) for site_id in site_ids}
        found["places"] = {str(site): each for site, each in minutes.items() if each and each <= MOST_MINUTES}
        return {name: value for name, value in found.items() if value not in ("", [], {})}


def values_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """A profile as the fields of its form."""
    values = dict(told)
    values["period"] = str(told.get("period", 7))
    values["temperament"] = str(told.get("temperament", ""))
    values["anchor"] = date.fromisoformat(told["anchor"]) if told.get("anchor") else None
    values["beside"] = str(told.get("with", ""))
    for name in ("wishes", "guardian_wishes"):
        values[name] = str((told.get(name) or [""])[0])
    return values


def _free(sent: Any, period: int) -> list[list[Any]]:
    """The blocks ticked, those that touch as one."""
    found: list[list[Any]] = []
    for day in range(period):
        ticked = set(sent.getlist(f"day-{day}"))
        for place, (starts, ends) in enumerate(BLOCKS):
            if str(place) not in ticked:
                continue
            if found and found[-1][0] == day and found[-1][2] == starts:
                found[-1][2] = ends
            else:
                found.append([day, starts, ends])
    return found


def blocks_of(told: Mapping[str, Any], day: int) -> list[int]:
    """The blocks of a day within what was told."""
    return [
        place
        for place, (starts, ends) in enumerate(BLOCKS)
        if any(each[0] == day and each[1] <= starts and each[2] >= ends for each in told.get("free", ()))
    ]


class WordForm(Form):
    """Yes or no to a proposal."""

    accepts = RadioField(
        _("Do you agree?"), choices=[SelectChoice("yes", _("Yes")), SelectChoice("no", _("No"))], validate_choice=False
    )
    reason = TextAreaField(
        _("If not, why? It helps us find a better match."),
        [Optional(), Length(max=LONGEST_REASON, message=_("This is too long: %(max)d characters at most."))],
    )

    def says(self) -> bool | None:
        """Yes, no, or nothing."""
        return {"yes": True, "no": False}.get(self.accepts.data or "")


class FitForm(Form):
    """How it goes after the first time together."""

    fit = RadioField(
        _("How does it feel so far?"),
        [Filled(_("Choose one of the three."))],
        choices=[SelectChoice(each.value, _(label)) for each, label in FITS.items()],
    )
