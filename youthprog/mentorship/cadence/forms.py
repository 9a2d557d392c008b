"""Forms of keeping up with matches."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from wtforms import BooleanField, HiddenField, RadioField, TextAreaField
from wtforms.validators import AnyOf, Length, Regexp, ValidationError

from youthprog.mentorship.cadence.types import (
    AREAS,
    DEPTHS,
    LONGEST_AREA,
    LONGEST_NOTE,
    MOST_POINTS,
    MOST_RHYTHMS,
    PARTIES,
    PRESETS,
    SAFETIES,
    SIGNS,
    UNITS,
    WAYS,
    Depth,
    Party,
    Plan,
    Rhythm,
    Safety,
    Sign,
    Unit,
    Way,
)
from youthprog.mentorship.hours.rules import MOST_CENTS, kept_rates, rates_of
from youthprog.mentorship.hours.types import HourRate
from youthprog.mentorship.types import DutyStatus
from youthprog.web.forms import CalendarDay, Filled, Form, OneOf, Optional, SelectChoice, Text, Whole
from youthprog.web.language import lazy_gettext as _

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
REACHED, TRIED = "reached", "tried"
OWN = "own"


def _radio(label: Any, words: dict[Any, str], asks: Any) -> RadioField:
    return RadioField(
        label,
        [AnyOf([str(each.value) for each in words], asks)],
        choices=[SelectChoice(each.value, _(says)) for each, says in words.items()],
        validate_choice=False,
    )


class ContactForm(Form):
    """A contact with somebody of a match. Whose turn it is, today and the telephone are filled in."""

    client_id = HiddenField(validators=[Regexp(f"^{UUID}$", message=_("This page was too old. Save it once more."))])
    seat = OneOf(_("With whom"))
    way = _radio(_("How"), WAYS, _("Choose how."))
    reached = RadioField(
        _("Reached?"),
        [AnyOf([REACHED, TRIED], _("Choose one."))],
        choices=[SelectChoice(REACHED, _("Reached")), SelectChoice(TRIED, _("Nobody reached"))],
        validate_choice=False,
    )
    depth = _radio(_("What kind"), DEPTHS, _("Choose one."))
    safety = RadioField(
        _("Is the young person safe?"),
        [Optional(), AnyOf([each.value for each in Safety], _("Choose one."))],
        choices=[SelectChoice(each.value, _(says)) for each, says in SAFETIES.items()],
        validate_choice=False,
    )
    alone = BooleanField(_("The mentor was not there"))
    note = TextAreaField(
        _("Note"), [Optional(), Length(max=LONGEST_NOTE, message=_("This is too long: %(max)d characters at most."))]
    )
    on = CalendarDay(_("Day"), [Filled(_("Write the day."))])

    def asks(self, areas: Sequence[str]) -> list[tuple[str, Any]]:
        """The areas asked about, each with its field."""
        return [(area, self[f"area_{number}"]) for number, area in enumerate(areas)]

    def renew_client_id(self) -> None:
        """Put a fresh key in the place of one that is none, and say so: saving once more is enough."""
        if self.client_id.errors:
            self.form_errors.extend(self.client_id.errors)
            self.client_id.data, self.client_id.errors = fresh_client_id(), []

    def values(self) -> dict[str, Any]:
        """What was said, as the service takes it."""
        return {
            "client_id": self.client_id.data or "",
            "on": self.on.data,
            "way": Way(self.way.data),
            "depth": Depth(self.depth.data),
            "reached": self.reached.data == REACHED,
            "safety": Safety(self.safety.data) if self.safety.data else None,
            "alone": bool(self.alone.data),
            "note": self.note.data or "",
        }


def fresh_client_id() -> str:
    """A key made before the contact is recorded, so that sending it twice makes one."""
    return str(uuid4())


ANYBODY = ""
WHOM = {ANYBODY: _("All three"), **{party.value: _(says) for party, says in PARTIES.items()}}


class PlanForm(Form):
    """What a program asks of itself: the rhythm of contacts, the areas, points of warnings, what hours are worth."""

    preset = OneOf(_("Whose rhythm"))
    source = Text(_("Source of your own lines"), [Optional()], limit=200)
    read_on = CalendarDay(_("Date of the source"), [Optional()])
    warn_from = Whole(_("Warn from so many points"), [Filled(_("Write a number."))], least=1, most=99)

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        published = [SelectChoice(key, _(each.name)) for key, each in PRESETS.items()]
        self.preset.choices = [*published, SelectChoice(OWN, _("Our own, below"))]

    def lines(self) -> list[dict[str, Any]]:
        """The fields of each line of the program's own rhythm."""
        return [{part: self[f"{part}_{number}"] for part in PARTS} for number in range(MOST_RHYTHMS)]

    def areas(self) -> list[Any]:
        """The fields of the areas."""
        return [self[f"area_{number}"] for number in range(len(AREAS))]

    def points(self) -> dict[Sign, Any]:
        """The field of each warning rule."""
        return {sign: self[f"points_{sign.value}"] for sign in Sign}

    def duties(self) -> dict[DutyStatus, dict[str, Any]]:
        """The fields of each duty."""
        return {duty: {part: self[f"{part}_{duty.value}"] for part in RATE_PARTS} for duty in DutyStatus}

    def fill(self, plan: Plan) -> None:
        """Show what is set so far; the lines of a published rhythm stand below it, ready to be changed."""
        self.preset.data = plan.preset or OWN
        self.source.data, self.read_on.data, self.warn_from.data = plan.source, plan.read_on, plan.warn_from
        for fields, rhythm in zip(self.lines(), plan.rhythms, strict=False):
            said = (
                rhythm.times,
                rhythm.every,
                rhythm.unit,
                rhythm.after,
                rhythm.until,
                rhythm.depth,
                rhythm.party or "",
            )
            for part, value in zip(PARTS, said, strict=True):
                fields[part].data = str(value) if isinstance(value, str) else value
        for field, area in zip(self.areas(), plan.areas, strict=False):
            field.data = str(_(area))
        for sign, field in self.points().items():
            field.data = plan.points[sign]
        for duty, rate in rates_of(plan.rates).items():
            fields = self.duties()[duty]
            fields["counts"].data, fields["rate_source"].data = rate.counts, rate.source
            fields["rate"].data = f"{rate.cents // 100}.{rate.cents % 100:02}" if rate.cents is not None else ""
            fields["rate_on"].data = rate.said_on

    def plan(self) -> Plan:
        """What was typed. A line without a number of contacts is no line; an area emptied is none."""
        preset = self.preset.data if self.preset.data in PRESETS else None
        published = PRESETS.get(preset or "")
        return Plan(
            preset=preset,
            rhythms=published.rhythms if published else tuple(self._own()),
            source=self.source.data or "",
            read_on=self.read_on.data,
            areas=tuple(
                _area(usual, field.data) for usual, field in zip(AREAS, self.areas(), strict=True) if field.data
            ),
            points={sign: field.data or 0 for sign, field in self.points().items()},
            warn_from=self.warn_from.data or 1,
            rates=kept_rates(self._rates()),
        )

    def _own(self) -> list[Rhythm]:
        found = []
        for fields in self.lines():
            said = {part: field.data for part, field in fields.items()}
            if said["times"] is not None:
                party = Party(said["party"]) if said["party"] else None
                depth, unit = Depth(said["depth"]), Unit(said["unit"])
                found.append(
                    Rhythm(depth, unit, said["after"] or 0, said["until"], said["times"], said["every"] or 0, party)
                )
        return found

    def _rates(self) -> dict[DutyStatus, HourRate]:
        return {
            duty: HourRate(
                bool(fields["counts"].data), cents_in(fields["rate"].data), fields["rate_source"].data or "",
                fields["rate_on"].data,
            )
            for duty, fields in self.duties().items()
        }  # fmt: skip


def _area(usual: str, typed: str) -> str:
    """An area as typed; one of ours stays one of ours, in every language."""
    return usual if typed == str(_(usual)) else typed


class Dollars(Text):
    """Dollars and cents, like 31.80."""

    def pre_validate(self, form: Any) -> None:
        """It is money, and not too much of it."""
        cents = cents_in(self.data)
        if self.data and (cents is None or cents > MOST_CENTS):
            raise ValidationError(str(_("Write dollars and cents, like 31.80.")))


def cents_in(text: str | None) -> int | None:
    """Cents out of dollars as typed; None for nothing and for what is no money."""
    whole, _point, part = (text or "").strip().removeprefix("$").partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) < 7):
        return None
    if part and not (part.isascii() and part.isdigit() and len(part) <= 2):
        return None
    return int(whole) * 100 + int(part.ljust(2, "0") or 0)


def _fields() -> dict[str, Callable[[], Any]]:
    """The fields of a line, by part."""
    return {
        "times": lambda: Whole(_("Contacts"), [Optional()], least=1, most=31),
        "every": lambda: Whole(_("in each so many"), [Optional()], least=1, most=366),
        "unit": lambda: OneOf(_("Days or months"), UNITS, default=Unit.MONTHS.value),
        "after": lambda: Whole(_("after the start"), [Optional()], least=0, most=3720),
        "until": lambda: Whole(_("until (empty: goes on)"), [Optional()], least=1, most=3720),
        "depth": lambda: OneOf(_("Kind"), DEPTHS, default=Depth.QUICK.value),
        "party": lambda: OneOf(_("With"), WHOM, default=ANYBODY),
    }


PARTS = tuple(_fields())
RATE_PARTS = ("counts", "rate", "rate_source", "rate_on")
for _number in range(MOST_RHYTHMS):
    for _part, _make in _fields().items():
        setattr(PlanForm, f"{_part}_{_number}", _make())
for _number in range(len(AREAS)):
    setattr(PlanForm, f"area_{_number}", Text(_("Area %(number)s", number=_number + 1), [Optional()], limit=80))
for _sign in Sign:
    setattr(
        PlanForm, f"points_{_sign.value}",
        Whole(_(SIGNS[_sign]), [Optional()], least=0, most=MOST_POINTS),
    )  # fmt: skip
for _duty in DutyStatus:
    setattr(PlanForm, f"counts_{_duty.value}", BooleanField(_("Counts as in-kind")))
    setattr(PlanForm, f"rate_{_duty.value}", Dollars(_("Dollars an hour"), [Optional()], limit=9))
    setattr(PlanForm, f"rate_source_{_duty.value}", Text(_("Source"), [Optional()], limit=200))
    setattr(PlanForm, f"rate_on_{_duty.value}", CalendarDay(_("Date"), [Optional()]))
for _number in range(len(AREAS)):
    setattr(ContactForm, f"area_{_number}", Text(validators=[Optional()], limit=LONGEST_AREA))
