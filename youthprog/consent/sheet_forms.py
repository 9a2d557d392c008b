"""Small forms for what others signed on a sheet of paper: whether, who, on which day, and what they answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wtforms import RadioField
from wtforms.validators import AnyOf, Optional

from youthprog.consent.answers import OutsideForm, form_of
from youthprog.consent.forms import AnswerForm
from youthprog.consent.showing import signer_of
from youthprog.consent.types import SIGNERS, Question, Signer, Words
from youthprog.web.forms import CalendarDay, Filled, Form, SelectChoice, Text
from youthprog.web.language import gettext, lazy_gettext

YES, NO = "yes", "no"


class MarkForm(Form):
    """Whether a part is signed on this sheet, by whom and on which day."""

    signed = RadioField(
        lazy_gettext("Is this part signed on the sheet?"),
        [Filled(lazy_gettext("Choose one answer.")), AnyOf([YES, NO], lazy_gettext("Choose one answer."))],
        choices=[SelectChoice(YES, lazy_gettext("Yes")), SelectChoice(NO, lazy_gettext("No"))],
        validate_choice=False,
    )
    typed_name = Text(lazy_gettext("Name, as it stands on the sheet"), [Optional()], limit=160)
    signed_on = CalendarDay(lazy_gettext("Day on the sheet"), [Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        """A signed part has a name and a day."""
        good = super().validate(extra_validators)
        if not self.is_signed:
            return good
        if not self.typed_name.data and not self.typed_name.errors:
            self.typed_name.errors, good = [gettext("Write the name as it was given.")], False
        if self.signed_on.data is None and not self.signed_on.errors:
            self.signed_on.errors, good = [gettext("Write the day on which it was signed.")], False
        return good

    @property
    def is_signed(self) -> bool:
        """Whether somebody signed."""
        return bool(self.signed.data == YES)


class SignedForm(MarkForm):
    """A part on a sheet of its own is signed: nothing is asked about that."""

    signed: Any = None

    @property
    def is_signed(self) -> bool:
        """Always."""
        return True


class OnSheetForm(OutsideForm):
    """What somebody outside answered on a sheet; the name stands beside the day."""

    office = Text(
        lazy_gettext("Office, and license number if there is one"),
        [Filled(lazy_gettext("Write the office."))],
        limit=200,
    )
    typed_name: Any = None


@dataclass(frozen=True)
class SheetPart:
    """A part of somebody else on the page: its words, who signs it, its mark and the small form of its answer."""

    question: Question
    number: int
    label: str
    words: Words
    signer: str
    mark: MarkForm
    form: AnswerForm | None

    @property
    def is_interpreter(self) -> bool:
        """Whether it is the part of who read the form aloud."""
        return signer_of(self.question) is Signer.INTERPRETER

    def validate(self) -> bool:
        """Whether all that is needed is there, told field by field."""
        good = self.mark.validate()
        if self.form is not None and self.mark.is_signed:
            good = self.form.validate() and good
        return good

    def answer(self) -> dict[str, Any] | None:
        """The answer with the name and the day; None when the part is not signed yet."""
        if not self.mark.is_signed:
            return {"choice": "nobody"} if self.is_interpreter else None
        given = {"choice": "somebody"} if self.form is None else self.form.answer()
        day = self.mark.signed_on.data
        return given | {"typed_name": self.mark.typed_name.data, "signed_on": day and day.isoformat()}

    def wrong(self) -> list[tuple[str, str]]:
        """The places and sentences of what is wrong."""
        forms = [self.mark] if self.form is None else [self.mark, self.form]
        return [
            (field.id + ("-0" if field.type in ("RadioField", "SelectMultipleField") else ""), f"{self.label}: {field.errors[0]}")
            for form in forms
            for field in form
            if field.errors
        ]  # fmt: skip


def sheet_part(question: Question, words: Words, label: str, *, alone: bool, how: Mapping[str, Any]) -> SheetPart:
    """The part of somebody else, with its forms named after the section's key."""
    mark = (SignedForm if alone else MarkForm)(prefix=f"{question.key}-by", meta={"csrf": False}, **how)
    form = None
    signer = signer_of(question)
    if signer is Signer.EXTERNAL:
        form = OnSheetForm(prefix=question.key, meta={"csrf": False}, **how)
    elif signer is not Signer.INTERPRETER:
        form = form_of(question, words)(prefix=question.key, meta={"csrf": False}, **how)
    role = words.more.get("role") or SIGNERS[signer]
    return SheetPart(question, question.position, label, words, role, mark, form)
