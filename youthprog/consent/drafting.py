"""The forms in which a coordinator writes: a form, a section of any kind, which programs use it, publishing."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, IntegerField, SelectMultipleField, TextAreaField
from wtforms.validators import Length, Optional

from youthprog.consent.blocks import LONGEST_TEXT, MORE
from youthprog.consent.drafts import SPOKEN, TEXT_NAMES, TEXTS_OF
from youthprog.consent.models import SectionText
from youthprog.consent.publishing import Block
from youthprog.consent.queries import TEXTS
from youthprog.consent.showing import CHOICES, SIGNERS
from youthprog.consent.types import Original, Question, SectionKind, Settings, ShowIf, Signer, Validity
from youthprog.core.refusals import N_
from youthprog.web.forms import CalendarDay, Filled, Form, OneOf, SelectChoice, Text, Whole
from youthprog.web.language import lazy_gettext as _

LONGEST_BODY = 20_000
LONGEST_LIST = 30_000
NEXT_PAGE = "\n---\n"  # between the pages of a sheet
LONG_TEXTS = frozenset({"body", "statement", "undo"})
LANGUAGE_NAMES = {"en": N_("English"), "es": N_("Spanish")}

KINDS = {
    SectionKind.DECISION: (N_("Yes or no"), N_("One decision, two equal answers.")),
    SectionKind.INFORMATION: (N_("Sheet to read"), N_("Page by page to its end; “I have read it”.")),
    SectionKind.VIDEO: (N_("Film to watch"), N_("A web address; “I have watched it”.")),
    SectionKind.INITIALS: (N_("Clauses with initials"), N_("Each clause gets the signer’s initials.")),
    SectionKind.HEALTH: (N_("Health"), N_("Nothing to tell, or a few words. Kept sealed.")),
    SectionKind.PICKUP: (N_("Who may pick up"), N_("Names for the pick-up list.")),
    SectionKind.EMERGENCY: (N_("Emergency contact"), N_("Somebody else to call.")),
    SectionKind.PERSONS: (N_("People"), N_("One or more: name, phone, relation.")),
    SectionKind.CHOICE: (N_("Choices"), N_("One or several of a list.")),
    SectionKind.WORDS: (N_("A few words"), N_("An answer in one’s own words.")),
    SectionKind.UPLOAD: (N_("File"), N_("A paper or picture, perhaps with a last day.")),
    SectionKind.EXTERNAL: (N_("Somebody outside"), N_("A doctor, for example, signs by a link of their own.")),
    SectionKind.TEXT: (N_("Text"), N_("Words only, above the next question.")),
    SectionKind.STAFF: (N_("For the office"), N_("Filled in by staff, printed with the form.")),
}
SIGNER_NAMES = {
    Signer.GUARDIAN: N_("The guardian"),
    Signer.GUARDIAN_2: N_("A second guardian"),
    Signer.ATHLETE: N_("The young person"),
    Signer.COACH: N_("A coach"),
    Signer.INTERPRETER: N_("An interpreter"),
    Signer.STAFF: N_("The office"),
    Signer.EXTERNAL: N_("Somebody outside"),
}
VALIDITIES = {
    Validity.SEASON: N_("Until the season ends"),
    Validity.DAYS: N_("For a number of days"),
    Validity.EVENT: N_("For one event"),
    Validity.DATE: N_("Until a fixed day"),
    Validity.EIGHTEEN: N_("Until the 18th birthday"),
    Validity.MOVE: N_("Until a change of team or school"),
}
ORIGINALS = {
    Original.NONE: N_("A signature on a screen is enough"),
    Original.INK: N_("Ink on paper, seen by two of the staff"),
    Original.NOTARY: N_("A notary’s paper, seen by two of the staff"),
}
SHOWN_WHEN = {
    "": N_("Always"),
    "age_under": N_("Only under an age"),
    "age_from": N_("Only from an age on"),
    "answer": N_("Only after an answer"),
    "program": N_("Only in some programs"),
}
WAYS = {
    "no": N_("Does not use it"),
    "beside": N_("Yes, beside the department’s form"),
    "instead": N_("Yes, in place of the department’s form"),
    "events": N_("Only as a slip for single events"),
}
HINTS = {
    "label": N_("Two or three words, as on a list."),
    "body": N_("An empty line begins a new paragraph."),
    "pages": N_("A line with three dashes begins the next page."),
    "clauses": N_("One a line."),
    "options": N_("One a line, in the same order in both languages."),
    "fields": N_("One a line."),
    "statement": N_("The sentence that stands in the signed record."),
}
WITHOUT_ANSWER = frozenset({SectionKind.TEXT, SectionKind.STAFF})


class Lines(TextAreaField):
    """A list, one a line; of a sheet, one page between lines of three dashes."""

    def __init__(self, label: Any = None, validators: Any = (), paged: bool = False, **kwargs: Any):
        super().__init__(label, validators, **kwargs)
        self.paged = paged

    @property
    def items(self) -> list[str]:
        """What is listed, without empty ones."""
        text = (self.data or "").replace("\r\n", "\n")
        parts = f"\n{text}\n".split(NEXT_PAGE) if self.paged else text.split("\n")
        return [part.strip() for part in parts if part.strip()]

    def show(self, items: Sequence[str]) -> None:
        """Put a list into the field."""
        self.data = (NEXT_PAGE if self.paged else "\n").join(items)


class NewFormForm(Form):
    """A new form: what it is called, and the program that will use it."""

    title = Text(_("Name in English"), [Filled(_("Write the name."))], limit=120)
    title_es = Text(_("Name in Spanish"), [Filled(_("Write the name."))], limit=120)
    program_id = OneOf(_("Program"))


class EditsForm(Form):
    """A deed on a draft: which state of it was on the screen."""

    edits = IntegerField(validators=[Optional()])

    @property
    def seen(self) -> int:
        """The state that was seen; one that no draft has when the field is missing."""
        return -1 if self.edits.data is None else min(int(self.edits.data), 2**62)


class PublishForm(EditsForm):
    """Publishing, with a reason where the gate asks for one."""

    reason = TextAreaField(
        _("Why it is published all the same"),
        [Optional(), Length(max=500, message=_("This is too long: %(max)d characters at most."))],
    )


class LibraryForm(EditsForm):
    """Which standard sections go into a draft."""

    sections = SelectMultipleField(_("Sections"), validate_choice=False)


class BlockForm(EditsForm):
    """What the sections of all kinds have in common. `form_of` adds what a kind has besides."""

    kind: SectionKind
    programs: Mapping[int, str]  # those one may choose
    others: Sequence[str] = ()  # programs out of the writer's sight that the section is shown in; they stay

    def fill(self, block: Block) -> None:
        """Show a section as it is kept."""
        settings = block.settings
        values: dict[str, Any] = {**vars(settings), "required": block.required}
        for name in ("signer", "validity", "original"):
            values[name] = str(values[name])
        show = settings.show_if
        if show is not None:
            values["show_what"] = show.what
            if show.what in ("age_under", "age_from"):
                values["show_age"] = int(show.values[0]) if show.values and show.values[0].isdecimal() else None
            elif show.what == "answer":
                values["show_answers"] = [f"{show.key}|{value}" for value in show.values]
            else:
                known = {str(key): name for key, name in self.programs.items()}
                values["show_programs"] = [key for key, name in known.items() if {key, name} & set(show.values)]
                self.keep(settings)
        for language in SPOKEN:
            values |= {f"{language}_{name}": text for name, text in block.words.get(language, {}).items()}
            values |= {f"{language}_{name}": said for name, said in block.more.get(language, {}).items()}
        for name, value in values.items():
            field = self._fields.get(name)
            if isinstance(field, Lines):
                field.show(value)
            elif field is not None:
                field.data = value

    def keep(self, settings: Settings) -> None:
        """Remember the programs of a section that this writer cannot choose."""
        show = settings.show_if
        if show is not None and show.what == "program":
            known = {str(key) for key in self.programs} | set(self.programs.values())
            self.others = [program for program in show.values if program not in known]

    def block(self) -> Block:
        """The section as it is typed. `validate` has said that it holds together."""
        words = {each: {name: self._text(f"{each}_{name}") for name in TEXTS_OF[self.kind]} for each in SPOKEN}
        more = {each: {name: self._said(f"{each}_{name}") for name in MORE.get(self.kind, {})} for each in SPOKEN}
        return Block(self.kind, bool(self._value("required", False)), self._settings(), words, more)

    def validate(self, extra_validators: Any = None) -> bool:
        """Each field, and what fields say together."""
        good = super().validate(extra_validators)
        wrong = dict(self._wrong())
        for name, sentence in wrong.items():
            field = self._fields.get(name)
            if field is not None and not field.errors:
                field.errors = [str(sentence)]
        return bool(good) and not wrong

    def _wrong(self) -> list[tuple[str, Any]]:
        found: list[tuple[str, Any]] = []
        if self._value("validity") == Validity.DAYS and not self._value("days"):
            found.append(("days", _("Say for how many days.")))
        if self._value("validity") == Validity.DATE and not self._value("until_on"):
            found.append(("until_on", _("Say until which day.")))
        least, most = self._value("least", 0) or 0, self._value("most", 1) or 0
        if "most" in self and least > most:
            found.append(("most", _("At most is less than at least.")))
        if "web_address" in self and not self._text("web_address").startswith("https://"):
            found.append(("web_address", _("Write the address with https:// in front.")))
        return found + self._wrong_show()

    def _wrong_show(self) -> list[tuple[str, Any]]:
        what, answers = self._value("show_what"), self._value("show_answers") or []
        if what in ("age_under", "age_from") and not self._value("show_age"):
            return [("show_age", _("Write the age in years."))]
        if what == "answer" and not answers:
            return [("show_answers", _("Choose the answer."))]
        if what == "answer" and len({answer.partition("|")[0] for answer in answers}) > 1:
            return [("show_answers", _("Choose answers of one section only."))]
        if what == "program" and not (self._value("show_programs") or self.others):
            return [("show_programs", _("Choose the program."))]
        return []

    def _settings(self) -> Settings:
        validity = Validity(self._value("validity", Validity.SEASON))
        return Settings(
            signer=Signer(self._value("signer", Signer.GUARDIAN)),
            validity=validity,
            days=self._value("days") if validity is Validity.DAYS else None,
            until_on=self._value("until_on") if validity is Validity.DATE else None,
            original=Original(self._value("original", Original.NONE)),
            initials_if_refused=bool(self._value("initials_if_refused", False)),
            show_if=self._show_if(),
            least=self._value("least", 0) or 0,
            most=self._value("most", 1) or 1,
            asks_last_day=bool(self._value("asks_last_day", False)),
            web_address=self._text("web_address"),
        )

    def _show_if(self) -> ShowIf | None:
        what = self._value("show_what") or ""
        if what in ("age_under", "age_from"):
            return ShowIf(what, (str(self._value("show_age")),))
        if what == "program":
            return ShowIf(what, (*self._value("show_programs"), *self.others))
        if what == "answer":
            pairs = [answer.partition("|") for answer in self._value("show_answers")]
            return ShowIf(what, tuple(value for _key, _bar, value in pairs), pairs[0][0])
        return None

    def _value(self, name: str, default: Any = None) -> Any:
        field = self._fields.get(name)
        return default if field is None else field.data

    def _text(self, name: str) -> str:
        return str(self._value(name) or "").replace("\r\n", "\n")

    def _said(self, name: str) -> Any:
        field = self._fields[name]
        return field.items if isinstance(field, Lines) else self._text(name)


def form_of(kind: SectionKind, before: Sequence[Question], programs: Mapping[int, str]) -> type[BlockForm]:
    """The form of a section of a kind; it may depend on the sections before it and on the programs."""
    fields: dict[str, Any] = {"kind": kind, "programs": programs}
    if kind not in WITHOUT_ANSWER:
        fields["required"] = BooleanField(_("Needed: without it the young person cannot take part"), [Optional()])
        fields |= _answer_fields(kind)
    elif kind is SectionKind.TEXT:
        fields["signer"] = OneOf(_("Who reads it"), _some(SIGNER_NAMES, list(Signer)[:5]), default=str(Signer.GUARDIAN))
    fields |= _kind_fields(kind) | _show_fields(before, programs)
    for language in SPOKEN:
        fields |= {f"{language}_{name}": _text_field(name, language) for name in TEXTS_OF[kind]}
        fields |= {f"{language}_{name}": _more_field(kind, name) for name in MORE.get(kind, {})}
    return type("SectionForm", (BlockForm,), fields)


def _answer_fields(kind: SectionKind) -> dict[str, Any]:
    signers = [each for each in Signer if each in SIGNERS.get(kind, frozenset({Signer.GUARDIAN, Signer.GUARDIAN_2}))]
    return {
        "signer": OneOf(_("Who answers"), _some(SIGNER_NAMES, signers), default=str(signers[0])),
        "validity": OneOf(_("How long the answer holds"), VALIDITIES, default=str(Validity.SEASON)),
        "days": Whole(_("Days"), [Optional()], least=1, most=3650),
        "until_on": CalendarDay(_("Last day"), [Optional()]),
        "original": OneOf(_("Signature"), ORIGINALS, default=str(Original.NONE)),
    }


def _kind_fields(kind: SectionKind) -> dict[str, Any]:
    match kind:
        case SectionKind.DECISION:
            return {"initials_if_refused": BooleanField(_("A no needs the signer’s initials"), [Optional()])}
        case SectionKind.PERSONS | SectionKind.CHOICE:
            most = 10 if kind is SectionKind.PERSONS else 30
            return {
                "least": Whole(_("At least"), [Optional()], most=most, default=1),
                "most": Whole(_("At most"), [Optional()], least=1, most=most, default=1),
            }
        case SectionKind.UPLOAD:
            return {"asks_last_day": BooleanField(_("Ask for the last day on which the paper is good"), [Optional()])}
        case SectionKind.VIDEO:
            address = Text(_("Web address of the film"), [Filled(_("Write the web address of the film."))], limit=300)
            return {"web_address": address}
    return {}


def _show_fields(before: Sequence[Question], programs: Mapping[int, str]) -> dict[str, Any]:
    answers = [choice for question in before for choice in _answers_of(question)]
    whens = {key: words for key, words in SHOWN_WHEN.items() if key != "answer" or answers}
    return {
        "show_what": OneOf(_("When it is shown"), whens, default=""),
        "show_age": Whole(_("Age in years"), [Optional()], least=1, most=25),
        "show_answers": SelectMultipleField(_("After this answer"), [Optional()], choices=answers),
        "show_programs": SelectMultipleField(
            _("In these programs"),
            [Optional()],
            choices=[SelectChoice(str(key), name) for key, name in programs.items()],
        ),
    }


def _answers_of(question: Question) -> list[SelectChoice]:
    """Answers of an earlier section that another may depend on."""
    words = question.words["en"]
    label = words.label or question.key
    if question.kind is SectionKind.CHOICE:
        pairs = [(str(number), option) for number, option in enumerate(words.more.get("options", ()))]
    elif question.kind in (SectionKind.DECISION, SectionKind.HEALTH):
        shown = {"yes": words.yes_label or str(_("Yes")), "no": words.no_label or str(_("No"))}
        pairs = [(value, shown[value]) for value in CHOICES[question.kind]]
    else:
        return []
    return [SelectChoice(f"{question.key}|{value}", f"{label}: {name}") for value, name in pairs]


def _some(words: Mapping[Any, str], kept: Sequence[Any]) -> dict[Any, str]:
    return {each: words[each] for each in kept}


def _text_field(name: str, language: str) -> Any:
    limit = getattr(SectionText.__table__.c[name].type, "length", None) or LONGEST_BODY
    if name in LONG_TEXTS:
        message = _("This is too long: %(max)d characters at most.")
        return TextAreaField(_(TEXT_NAMES[name]), [Optional(), Length(max=limit, message=message)])
    if (name, language) == ("label", "en"):  # a draft may lack every other word
        return Text(_(TEXT_NAMES[name]), [Filled(_("Write a short name."))], limit=limit)
    return Text(_(TEXT_NAMES[name]), [Optional()], limit=limit)


def _more_field(kind: SectionKind, name: str) -> Any:
    if MORE[kind][name] is str:
        return Text(_(TEXT_NAMES[name]), [Optional()], limit=200)
    too_long = _("One of these is too long: %(max)d characters at most.")
    return Lines(_(TEXT_NAMES[name]), [Optional(), Length(max=LONGEST_LIST), _Short(too_long)], paged=name == "pages")


class _Short:
    """Each item of a list is short enough to be kept."""

    def __init__(self, sentence: Any):
        self.sentence = sentence

    def __call__(self, _form: Any, field: Any) -> None:
        if any(len(item) > LONGEST_TEXT for item in field.items):
            raise ValueError(str(self.sentence) % {"max": LONGEST_TEXT})


def uses_form(programs: Mapping[int, str]) -> type[Form]:
    """How each of some programs uses a form: {id: name}."""
    fields = {f"way_{key}": OneOf(name, WAYS, default="no") for key, name in programs.items()}
    return type("UsesForm", (Form,), fields)


assert set(TEXTS) >= {name for names in TEXTS_OF.values() for name in names}
