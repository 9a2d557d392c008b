"""What a register's page sends: for each youth the mark tapped and the mark that was shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length, Optional

from youthprog.attendance.rules import field_of
from youthprog.attendance.types import TAPPED, Kept, Mark
from youthprog.core.refusals import N_, Refusal
from youthprog.web.forms import CalendarDay, Form, Text
from youthprog.web.language import lazy_gettext as _

MARK = re.compile(r"mark-([1-9]\d{0,18})")
SHOWN = re.compile(r"shown-([1-9]\d{0,18})")
VALUES = {mark.value: mark for mark in TAPPED}
WAS = re.compile(r"(\d{1,9})\.([a-z_]{0,16})")


class WalkInForm(Form):
    """Who walked in: a name as typed, or the youth chosen from those it may mean. `deed` where it was typed on a phone
    without a network and somebody says now who it is; `nobody` is then the button that says it is none of ours."""

    name = StringField(
        _("Name of who walked in"),
        validators=[InputRequired(_("Type the name of who walked in.")), Length(max=160)],
    )
    youth_id = HiddenField(validators=[Length(max=19)])
    deed = HiddenField(validators=[Optional(), Length(max=36)])
    nobody = HiddenField(validators=[Optional()])


class OneMarkForm(Form):
    """What the page of one row says: the mark, and the version that was shown."""

    mark = HiddenField(validators=[Length(max=16)])
    seen = HiddenField(validators=[Length(max=19)])


@dataclass(frozen=True)
class Posted:
    """A register as sent. `wants_rest` when "Everyone else is here" was pressed without JavaScript."""

    marks: dict[int, Mark]
    shown: dict[int, Kept]
    wants_rest: bool
    refusals: tuple[Refusal, ...]

    @property
    def seen(self) -> dict[int, int]:
        """The version of each mark that was shown."""
        return {youth_id: kept.version for youth_id, kept in self.shown.items()}


def read_register(sent: Mapping[str, str]) -> Posted:
    """Read a register's fields. A mark that is none of the four is refused beside its row."""
    marks, shown, refusals = {}, {}, []
    for name, value in sent.items():
        if found := MARK.fullmatch(name):
            youth_id = int(found[1])
            if value in VALUES:
                marks[youth_id] = VALUES[value]
            else:
                reason = N_("Choose Present, Late, Absent or Excused.")
                refusals.append(Refusal("unknown_mark", reason, field_of(youth_id)))
        elif found := SHOWN.fullmatch(name):
            shown[int(found[1])] = shown_as(value)
    return Posted(marks, shown, sent.get("rest") == "present", tuple(refusals))


def shown_as(value: str) -> Kept:
    """The version and mark of a hidden field like "3.late"; anything else was never shown."""
    found = WAS.fullmatch(value)
    if found is None:
        return Kept()
    return Kept(Mark(found[2]) if found[2] in set(Mark) else None, int(found[1]))


def written(kept: Kept) -> str:
    """The value of the hidden field that says what was shown."""
    return f"{kept.version}.{kept.shown.value if kept.shown else ''}"


class ReleaseForm(Form):
    """With whom a child leaves: whom the leader chose, how the leader knows the person, or the name somebody says.

    Of somebody called like a barred adult, what the photo ID says.
    """

    to = HiddenField(validators=[Optional()])
    answer = HiddenField(validators=[Optional()])
    name = Text(_("Name"), [Optional()], limit=160)
    born_on = CalendarDay(_("Birth date on the photo ID"), [Optional()])
    house = Text(_("House number on the photo ID"), [Optional()], limit=20)
    deed = HiddenField(validators=[Optional()])
