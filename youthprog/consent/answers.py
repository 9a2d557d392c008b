"""How each kind of section is answered on a page: its form, and the template that draws the form's fields.

A form belongs to one question: how many clauses, options or persons it has is the question's to say. Forms of several
sections stand on one page with a prefix each; the page then carries the form token.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from flask import request
from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import AnyOf, Length, Optional

from youthprog.consent import services
from youthprog.consent.blocks import shape_of
from youthprog.consent.forms import FORM_OF, LONGEST_DETAIL, AnswerForm, DecisionForm, InformationForm
from youthprog.consent.showing import at_least, initials_of
from youthprog.consent.types import Question, SectionKind, Words
from youthprog.people.rules import normal_email
from youthprog.web.filters import phone
from youthprog.web.forms import CalendarDay, Filled, Form, Phone, SelectChoice, Text, phone_number
from youthprog.web.language import gettext, ngettext, says
from youthprog.web.language import lazy_gettext as _

MOST_ROWS = 20  # of persons on one page, whatever a form says
LONGEST_INITIALS = 12  # as typed, with dots and blanks

TEMPLATES: Mapping[SectionKind, str] = {
    SectionKind.DECISION: "consent/kinds/decision.html",
    SectionKind.INFORMATION: "consent/kinds/information.html",
    SectionKind.HEALTH: "consent/kinds/health.html",
    SectionKind.PICKUP: "consent/kinds/pickup.html",
    SectionKind.EMERGENCY: "consent/kinds/emergency.html",
    SectionKind.VIDEO: "consent/kinds/video.html",
    SectionKind.INITIALS: "consent/kinds/initials.html",
    SectionKind.PERSONS: "consent/kinds/persons.html",
    SectionKind.CHOICE: "consent/kinds/choice.html",
    SectionKind.WORDS: "consent/kinds/words.html",
    SectionKind.UPLOAD: "consent/kinds/upload.html",
    SectionKind.EXTERNAL: "consent/kinds/external.html",
    SectionKind.STAFF: "consent/kinds/staff.html",
}


def form_of(question: Question, words: Words, kept: Mapping[str, Any] | None = None) -> type[AnswerForm]:
    """The form of a question, made for its clauses, options and settings; `words` are filled in for the page.

    Of persons it has room for those kept so far.
    """
    if question.kind is SectionKind.PERSONS:
        return _persons(question, words, len((kept or {}).get("persons", ())))
    maker = MAKERS.get(question.kind)
    return FORM_OF[question.kind] if maker is None else maker(question, words)


def _made(base: type[AnswerForm], question: Question, words: Words, **fields: Any) -> type[AnswerForm]:
    return type(base.__name__, (base,), {"question": question, "words": words, **fields})


# ---- yes or no, read, watched ----


class InitialedDecisionForm(DecisionForm):
    """Yes, or no with initials under it."""

    initials = Text(_("Your initials, if you say no"), [Optional()], limit=LONGEST_INITIALS)

    def validate(self, extra_validators: Any = None) -> bool:
        """A no needs initials."""
        good = super().validate(extra_validators)
        if self.choice.data == "no" and not self.initials.errors and initials_of(self.initials.data or "") is None:
            self.initials.errors = [gettext("To say no, write your initials: two to four letters.")]
            return False
        return good

    def answer(self) -> dict[str, Any]:
        """The choice; of a no the initials too."""
        if self.choice.data == "no":
            return {"choice": "no", "initials": initials_of(self.initials.data or "")}
        return {"choice": self.choice.data}


def _decision(question: Question, words: Words) -> type[AnswerForm]:
    base = InitialedDecisionForm if question.settings.initials_if_refused else DecisionForm
    return _made(base, question, words)


class SheetForm(AnswerForm):
    """A page of a sheet that is not the last: nothing to fill in."""

    def answer(self) -> dict[str, Any]:
        """Nothing yet; the page that was read is counted by the view."""
        return {}


class SheetEndForm(InformationForm):
    """The last page of a sheet."""

    def answer(self) -> dict[str, Any]:
        """That it was read to its end."""
        return {"choice": self.choice.data, "seen": len(shape_of(self.question).get("pages", ()))}


def _information(question: Question, words: Words) -> type[AnswerForm]:
    return _made(SheetEndForm if words.more.get("pages") else InformationForm, question, words)


class VideoForm(AnswerForm):
    """A film that was watched."""

    choice = RadioField(
        _("Your answer"),
        [Filled(_("Choose this once you have watched it.")), AnyOf(["watched"], _("Choose one answer."))],
        choices=[SelectChoice("watched", "watched")],
        validate_choice=False,
    )

    def answer(self) -> dict[str, Any]:
        """That it was watched."""
        return {"choice": self.choice.data}


# ---- initials ----


class InitialsForm(AnswerForm):
    """Initials beside each clause; of a section one may leave out, all or none."""

    question: Question

    @property
    def lines(self) -> list[Any]:
        """The fields, one a clause."""
        return [self[f"initials_{number}"] for number in range(1, len(shape_of(self.question)["clauses"]) + 1)]

    def fill(self, kept: Mapping[str, Any]) -> None:
        """Show the initials kept so far."""
        for line, initials in zip(self.lines, kept.get("initials", ()), strict=False):
            line.data = initials

    def validate(self, extra_validators: Any = None) -> bool:
        """Two to four letters beside each clause."""
        good = super().validate(extra_validators)
        if not self.question.required and not any(line.data for line in self.lines):
            return good
        for line in self.lines:
            if not line.errors and initials_of(line.data or "") is None:
                line.errors = [gettext("Write your initials: two to four letters.")]
                good = False
        return good

    def answer(self) -> dict[str, Any]:
        """The initials in the order of the clauses; none when the section is left out."""
        typed = [initials_of(line.data or "") for line in self.lines]
        return {"initials": typed if any(typed) else []}


def _initials(question: Question, words: Words) -> type[AnswerForm]:
    fields = {
        f"initials_{number}": Text(_("Initials for %(number)s", number=number), [Optional()], limit=LONGEST_INITIALS)
        for number in range(1, len(words.more["clauses"]) + 1)
    }
    return _made(InitialsForm, question, words, **fields)


# ---- persons ----


class PersonsForm(AnswerForm):
    """Persons, each with name, phone and relation; empty lines are left out. "Add another" keeps what was typed."""

    question: Question
    rows_shown: int

    @property
    def rows(self) -> list[tuple[Any, Any, Any]]:
        """The fields, person by person."""
        numbers = range(1, self.rows_shown + 1)
        return [(self[f"name_{n}"], self[f"phone_{n}"], self[f"relation_{n}"]) for n in numbers]

    @property
    def wants_another(self) -> bool:
        """Whether the button for one more person was pressed."""
        return "another" in request.form

    @property
    def may_grow(self) -> bool:
        """Whether one more person may be named."""
        return self.rows_shown < min(self.question.settings.most, MOST_ROWS)

    def fill(self, kept: Mapping[str, Any]) -> None:
        """Show the persons kept so far."""
        for (name, number, relation), person in zip(self.rows, kept.get("persons", ()), strict=False):
            name.data, number.data, relation.data = person["name"], phone(person["phone"]), person.get("relation", "")

    def validate(self, extra_validators: Any = None) -> bool:
        """A person has a name and a phone; there are as many as the section needs."""
        good = super().validate(extra_validators)
        for name, number, relation in self.rows:
            if (number.data or relation.data) and not name.data:
                name.errors, good = [gettext("Write the name.")], False
            if (name.data or relation.data) and not number.data:
                number.errors, good = [gettext("Write the phone number.")], False
        count, least = len(self._persons()), at_least(self.question)
        if good and count < least:
            empty = next(name for name, _number, _relation in self.rows if not name.data)
            empty.errors = [ngettext("Name at least %(num)s person.", "Name at least %(num)s persons.", least)]
            return False
        return good

    def _persons(self) -> list[dict[str, Any]]:
        return [
            {
                "name": name.data,
                "phone": phone_number(number.data or "") or "",
                "relation": relation.data or "",
            }
            for name, number, relation in self.rows
            if name.data
        ]

    def answer(self) -> dict[str, Any]:
        """The persons in order."""
        return {"persons": self._persons()}


def _persons(question: Question, words: Words, kept: int) -> type[AnswerForm]:
    rows = _rows_shown(question, kept)
    fields: dict[str, Any] = {"rows_shown": rows}
    for n in range(1, rows + 1):
        fields[f"name_{n}"] = Text(_("Name %(n)s", n=n), [Optional()], limit=160)
        fields[f"phone_{n}"] = Text(_("Phone %(n)s", n=n), [Optional(), Phone()], limit=40)
        fields[f"relation_{n}"] = Text(_("What they are to your child"), [Optional()], limit=60)
    return _made(PersonsForm, question, words, **fields)


def _rows_shown(question: Question, kept: int) -> int:
    """How many persons the page has room for: those kept, or as many as were on it, one more when asked for."""
    typed = request.form.get("rows", "")
    rows = int(typed) if typed.isdecimal() and len(typed) < 4 else kept
    rows += "another" in request.form
    return max(1, min(max(rows, question.settings.least), question.settings.most, MOST_ROWS))


# ---- choices and words ----


class ChoiceForm(AnswerForm):
    """One or several options of a list."""

    question: Question

    def fill(self, kept: Mapping[str, Any]) -> None:
        """Show the options chosen so far."""
        chosen = kept.get("chosen")
        if chosen is not None:
            self.chosen.data = chosen if self.question.settings.most > 1 else (chosen[0] if chosen else "none")

    def validate(self, extra_validators: Any = None) -> bool:
        """As many as the section asks for, of those offered."""
        good = super().validate(extra_validators)
        chosen, offered = self._chosen(), range(len(shape_of(self.question)["options"]))
        least, most = at_least(self.question), self.question.settings.most
        if not set(chosen) <= {str(number) for number in offered}:
            self.chosen.errors = [gettext("Choose one of the list.")]
        elif len(chosen) < least or (most == 1 and not self.chosen.data):
            self.chosen.errors = [ngettext("Choose at least %(num)s.", "Choose at least %(num)s.", max(least, 1))]
        elif len(chosen) > most:
            self.chosen.errors = [ngettext("Choose %(num)s at most.", "Choose %(num)s at most.", most)]
        else:
            return good
        return False

    def _chosen(self) -> list[str]:
        data = self.chosen.data
        picked = data if isinstance(data, list) else [data] if data else []
        return [] if picked == ["none"] else sorted(set(picked))

    def answer(self) -> dict[str, Any]:
        """The options by their index."""
        return {"chosen": self._chosen()}


def _choice(question: Question, words: Words) -> type[AnswerForm]:
    options = [SelectChoice(str(number), label) for number, label in enumerate(words.more["options"])]
    field: Any = SelectMultipleField(_("Your answer"), choices=options, validate_choice=False)
    if question.settings.most == 1:
        extra = [] if question.required else [SelectChoice("none", _("None of these"))]
        field = RadioField(_("Your answer"), [Optional()], choices=[*options, *extra], validate_choice=False)
    return _made(ChoiceForm, question, words, chosen=field)


class WordsForm(AnswerForm):
    """A few words of one's own."""

    def answer(self) -> dict[str, Any]:
        """The words."""
        return {"words": self["words"].data or ""}


def _words(question: Question, words: Words) -> type[AnswerForm]:
    needed: list[Any] = [Filled(_("Write a few words."))] if question.required else [Optional()]
    length = Length(max=LONGEST_DETAIL, message=_("This is too long: %(max)d characters at most."))
    form = _made(WordsForm, question, words)
    form.words = TextAreaField(_("Your words"), [*needed, length])
    return form


# ---- a file, somebody outside, the office ----


class UploadForm(AnswerForm):
    """A file, perhaps with its last day. `content` is what came; without a new file the kept one stays."""

    question: Question
    file = FileField(_("File"))
    content: bytes | None = None
    kept: Mapping[str, Any] = {}

    def remember(self, kept: Mapping[str, Any]) -> None:
        """The file kept so far stays unless another is chosen."""
        self.kept = kept

    def fill(self, kept: Mapping[str, Any]) -> None:
        """Show the day and the choice kept so far."""
        if "expires_on" in self and kept.get("expires_on"):
            self.expires_on.process_formdata([kept["expires_on"]])
        if "none" in self:
            self.none.data = kept.get("choice") == "none"

    def validate(self, extra_validators: Any = None) -> bool:
        """A file of a kind we take, or the one kept already; its last day when the section asks for it."""
        good = super().validate(extra_validators)
        if self._is_left_out:
            return good
        chosen = getattr(self.file.data, "filename", "")
        if chosen:
            self.content = self.file.data.read(services.MOST_BYTES + 1)
            self.file.data.close()
            reasons = services.refusals_of_file(self.content)
            if reasons:
                self.file.errors = [says(reason) for reason in reasons]
                return False
        elif not self.kept.get("sha256"):
            self.file.errors = [gettext("Choose a file.")]
            return False
        if "expires_on" in self and self.expires_on.data is None and not self.expires_on.errors:
            self.expires_on.errors = [gettext("Write the last day the paper is good for.")]
            return False
        return good

    @property
    def _is_left_out(self) -> bool:
        return "none" in self and bool(self.none.data) and not getattr(self.file.data, "filename", "")

    def answer(self) -> dict[str, Any]:
        """The file's name, kind, size and SHA-256; the bytes are in `content`."""
        if self._is_left_out:
            return {"choice": "none"}
        found = {name: self.kept[name] for name in ("sha256", "name", "size", "type") if name in self.kept}
        if self.content is not None:
            found = {
                "sha256": hashlib.sha256(self.content).hexdigest(),
                "name": services.upload_name(self.file.data.filename, self.content),
                "size": len(self.content),
                "type": services.upload_kind(self.content),
            }
        if "expires_on" in self:
            found["expires_on"] = self.expires_on.data.isoformat()
        return found


def _upload(question: Question, words: Words) -> type[AnswerForm]:
    fields: dict[str, Any] = {}
    if question.settings.asks_last_day:
        fields["expires_on"] = CalendarDay(_("Last day this paper is good for"), [Optional()])
    if not question.required:
        fields["none"] = BooleanField(_("I have no file to send"))
    return _made(UploadForm, question, words, **fields)


class ContactForm(AnswerForm):
    """Whom we ask outside: name and mail address."""

    question: Question
    name = Text(_("Name"), [Optional()], limit=160)
    email = Text(_("Email"), [Optional()], limit=200)

    def fill(self, kept: Mapping[str, Any]) -> None:
        """Show whom the guardian named."""
        super().fill(kept)
        if "none" in self:
            self.none.data = kept.get("choice") == "none"

    def validate(self, extra_validators: Any = None) -> bool:
        """A name and an address, unless nobody is to be asked."""
        good = super().validate(extra_validators)
        if self._is_left_out:
            return good
        if not self.name.data and not self.name.errors:
            self.name.errors, good = [gettext("Write the name.")], False
        if not self.email.errors and normal_email(self.email.data or "") is None:
            self.email.errors, good = [gettext("Write the whole address, like rosa@mail.example.")], False
        return good

    @property
    def _is_left_out(self) -> bool:
        return "none" in self and bool(self.none.data)

    def answer(self) -> dict[str, Any]:
        """Name and comparable address."""
        if self._is_left_out:
            return {"choice": "none"}
        return {"name": self.name.data, "email": normal_email(self.email.data or "")}


def _external(question: Question, words: Words) -> type[AnswerForm]:
    fields = {} if question.required else {"none": BooleanField(_("There is nobody to ask"))}
    return _made(ContactForm, question, words, **fields)


class StaffForm(AnswerForm):
    """The lines the office fills in."""

    question: Question

    @property
    def lines(self) -> list[Any]:
        """The fields, one a line of the section."""
        return [self[f"field_{number}"] for number in range(1, len(shape_of(self.question)["fields"]) + 1)]

    def answer(self) -> dict[str, Any]:
        """What was filled in, line by line."""
        return {"fields": [line.data for line in self.lines]}


def _staff(question: Question, words: Words) -> type[AnswerForm]:
    fields = {
        f"field_{number}": Text(label, [Filled(_("Fill in this line."))], limit=300)
        for number, label in enumerate(words.more["fields"], start=1)
    }
    return _made(StaffForm, question, words, **fields)


MAKERS: Mapping[SectionKind, Callable[[Question, Words], type[AnswerForm]]] = {
    SectionKind.DECISION: _decision,
    SectionKind.INFORMATION: _information,
    SectionKind.VIDEO: lambda question, words: _made(VideoForm, question, words),
    SectionKind.INITIALS: _initials,
    SectionKind.CHOICE: _choice,
    SectionKind.WORDS: _words,
    SectionKind.UPLOAD: _upload,
    SectionKind.EXTERNAL: _external,
    SectionKind.STAFF: _staff,
}


# ---- signatures of others ----


class NameForm(Form):
    """The typed name of somebody who signs beside the guardian."""

    typed_name = Text(_("Type your full name"), [Filled(_("Type your full name."))], limit=160)


class InterpreterForm(Form):
    """Whether somebody read the form to the guardian in another language, and who."""

    read_by = RadioField(
        _("Did somebody read this form to you in another language?"),
        [Filled(_("Choose one answer.")), AnyOf(["nobody", "somebody"], _("Choose one answer."))],
        choices=[SelectChoice("nobody", _("No")), SelectChoice("somebody", _("Yes"))],
        validate_choice=False,
    )
    reader_name = Text(_("Name of the person who read it"), [Optional()], limit=160)

    def validate(self, extra_validators: Any = None) -> bool:
        """Who read it signs with their name."""
        good = super().validate(extra_validators)
        if self.read_by.data == "somebody" and not self.reader_name.data and not self.reader_name.errors:
            self.reader_name.errors = [gettext("The person who read the form types their full name here.")]
            return False
        return good

    def answer(self) -> dict[str, Any]:
        """Nobody, or the name of who read it."""
        if self.read_by.data == "nobody":
            return {"choice": "nobody"}
        return {"choice": "somebody", "typed_name": self.reader_name.data}


class OutsideForm(AnswerForm):
    """What somebody outside answers: yes or no, where they practice, and their name."""

    choice = RadioField(
        _("Your answer"),
        [Filled(_("Choose one answer.")), AnyOf(["yes", "no"], _("Choose one answer."))],
        choices=[SelectChoice("yes", _("Yes")), SelectChoice("no", _("No"))],
        validate_choice=False,
    )
    office = Text(
        _("Your office, and your license number if you have one"), [Filled(_("Write where you practice."))], limit=200
    )
    typed_name = Text(_("Type your full name"), [Filled(_("Type your full name."))], limit=160)

    def answer(self) -> dict[str, Any]:
        """The answer and the office; the name is the signature."""
        return {"choice": self.choice.data, "office": self.office.data}
