"""The form of a closure. Whatever is left out is not said yet; the rest is kept."""

import enum
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from wtforms import HiddenField, RadioField, TextAreaField

from youthprog.mentorship.closing.rules import OF_CHILDREN
from youthprog.mentorship.closing.types import (
    CONTACTS,
    HOWS,
    INITIATORS,
    PARTIES,
    REASONS,
    TALKS,
    WAYS,
    Attempt,
    Contact,
    Draft,
    How,
    Initiator,
    Interview,
    Party,
    Reason,
    Rematch,
    Talk,
    Way,
)
from youthprog.web.forms import CalendarDay, Filled, Form, OneOf, Optional, SelectChoice
from youthprog.web.language import lazy_gettext as _

Kind = TypeVar("Kind", bound=enum.StrEnum)
UNSAID = {"": _("Not said yet")}


def _one_of(kind: type[Kind], value: Any) -> Kind | None:
    """The word as sent, or None when it is none of ours."""
    return kind(value) if value in set(kind) else None


def _radios(label: Any, words: Mapping[Any, str]) -> RadioField:
    choices = [SelectChoice(each.value, _(sentence)) for each, sentence in words.items()]
    return RadioField(label, [Optional()], choices=choices, validate_choice=False)


def _talk(asked: Any, day: Any, said: Any) -> tuple[RadioField, CalendarDay, TextAreaField]:
    return _radios(asked, TALKS), CalendarDay(day, [Optional()]), TextAreaField(said, [Optional()])


class ClosureForm(Form):
    """What is known of a closure so far. Who may be matched again is read beside it: the names depend on the match."""

    version = HiddenField()
    way = _radios(_("How does it end?"), WAYS)
    reason = OneOf(_("Why?"), UNSAID | REASONS)
    initiator = _radios(_("From whom does the end come?"), INITIATORS)
    ends_on = CalendarDay(_("Last day of the match"), [Optional()])
    unreachable = OneOf(_("Who cannot be reached?"), UNSAID | PARTIES)
    mentor_state, mentor_on, mentor_words = _talk(
        _("The talk with the mentor"), _("Day of the talk with the mentor"), _("What the mentor said, or why not")
    )
    youth_state, youth_on, youth_words = _talk(
        _("The talk with the young person"),
        _("Day of the talk with the young person"),
        _("What the young person said, or why not"),
    )
    guardian_state, guardian_on, guardian_words = _talk(
        _("The talk with the family"), _("Day of the talk with the family"), _("What the family said, or why not")
    )
    contact = _radios(_("Which rule holds on contact after the end?"), CONTACTS)
    contact_told_on = CalendarDay(_("Day on which everybody was told this rule"), [Optional()])

    def seen(self) -> int:
        """The version the form was read at; 0 for what is none."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0

    def draft(
        self, rematch: Mapping[int, Rematch | None], children: Mapping[int, Mapping[Party, Interview]] | None = None
    ) -> Draft:
        """What was written; `children` are each child's own talks in a group."""
        return Draft(
            way=_one_of(Way, self.way.data),
            reason=_one_of(Reason, self.reason.data),
            initiator=_one_of(Initiator, self.initiator.data),
            ends_on=self.ends_on.data,
            unreachable=_one_of(Party, self.unreachable.data),
            interviews={party: _interview(self, party) for party in ([Party.MENTOR] if children else Party)},
            children=children or {},
            rematch=rematch,
            contact=_one_of(Contact, self.contact.data),
            contact_told_on=self.contact_told_on.data,
        )


def _interview(form: Any, party: Party) -> Interview:
    state = _one_of(Talk, form[f"{party}_state"].data) or Talk.OPEN
    return Interview(state, form[f"{party}_on"].data, form[f"{party}_words"].data or "")


def _values(talks: Mapping[Party, Interview]) -> dict[str, Any]:
    return {
        f"{party}_{name}": value
        for party, talk in talks.items()
        for name, value in (("state", talk.state.value), ("on", talk.on), ("words", talk.words))
    }


class ChildForm(Form):
    """The talks about one child of a group. It stands in the form of the closure, under the child's own names."""

    youth_state, youth_on, youth_words = _talk(
        _("The talk with the young person"),
        _("Day of the talk with the young person"),
        _("What the young person said, or why not"),
    )
    guardian_state, guardian_on, guardian_words = _talk(
        _("The talk with the family"), _("Day of the talk with the family"), _("What the family said, or why not")
    )

    def talks(self) -> dict[Party, Interview]:
        """What was written."""
        return {party: _interview(self, party) for party in OF_CHILDREN}


def child_forms(draft: Draft, *, sent: bool) -> dict[int, ChildForm]:
    """A form for each child of a group, as sent or with what is written already; none for a match of one child."""
    found = {}
    for youth_id, talks in draft.children.items():
        more: dict[str, Any] = {} if sent else {"formdata": None, **_values(talks)}
        found[youth_id] = ChildForm(prefix=f"child-{youth_id}-", meta={"csrf": False}, **more)
    return found


def form_of(draft: Draft, version: int) -> ClosureForm:
    """The form with what is written already."""
    values: dict[str, Any] = {
        "version": str(version),
        "way": draft.way,
        "reason": draft.reason or "",
        "initiator": draft.initiator,
        "ends_on": draft.ends_on,
        "unreachable": draft.unreachable or "",
        "contact": draft.contact,
        "contact_told_on": draft.contact_told_on,
    }
    values |= _values(draft.interviews)
    plain = {name: value.value if isinstance(value, enum.Enum) else value for name, value in values.items()}
    return ClosureForm(formdata=None, **plain)


class AttemptForm(Form):
    """One try to reach somebody."""

    tried_on = CalendarDay(_("Day"), [Filled(_("Write the day."))])
    how = OneOf(_("How"), HOWS)

    def attempt(self) -> Attempt:
        """The try as written."""
        on = self.tried_on.data
        assert on is not None  # the form asks for it
        return Attempt(on, How(self.how.data))


def read_rematch(sent: Any, person_ids: Iterable[int], *, knows: bool) -> dict[int, Rematch | None]:
    """What was decided of each of these people; who may not know of `unsafe` cannot decide it."""
    found = {}
    for person_id in person_ids:
        value = sent.get(f"rematch-{person_id}")
        if value is not None:
            chosen = _one_of(Rematch, value)
            found[person_id] = None if chosen is Rematch.UNSAFE and not knows else chosen
    return found
