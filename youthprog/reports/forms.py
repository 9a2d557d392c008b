"""The form that asks for certificates: which, how written, who signs."""

from typing import Any

from wtforms import BooleanField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired

from youthprog.core.refusals import N_
from youthprog.documents.types import CertificateKind, Paper, Signatory, Writing
from youthprog.reports.rules import LONGEST_AWARD, LONGEST_WORDS
from youthprog.reports.services import Order
from youthprog.web.forms import CalendarDay, Form, OneOf, Text
from youthprog.web.language import lazy_gettext as _

KINDS = {
    CertificateKind.PARTICIPATION: N_("Participation"),
    CertificateKind.COMPLETION: N_("Completion"),
    CertificateKind.HOURS: N_("Hours"),
    CertificateKind.AWARD: N_("Award"),
}
WRITINGS = {Writing.BOTH: N_("English and Spanish"), Writing.ENGLISH: N_("English"), Writing.SPANISH: N_("Spanish")}
PAPERS = {Paper.LETTER: N_("Letter"), Paper.A4: N_("A4")}


class PaperForm(Form):
    """How a certificate is written, and who signs it: of those the department names, or somebody written here."""

    writing = OneOf(_("Languages"), WRITINGS)
    paper = OneOf(_("Size of the paper"), PAPERS)
    signers = SelectMultipleField(_("Who signs"), coerce=int, validate_choice=True)
    signatory = Text(_("Somebody else who signs"), limit=80)
    role = Text(_("Title in English"), limit=80)
    role_es = Text(_("Title in Spanish"), limit=80)

    def offer(self, signers: tuple[Signatory, ...]) -> None:
        """Name those who sign for the department."""
        self.known = signers
        self.signers.choices = [
            SelectChoice(number, f"{each.name}, {each.role}") for number, each in enumerate(signers)
        ]

    def chosen(self) -> tuple[Signatory, ...]:
        """Who signs, as chosen and written."""
        named = [self.known[number] for number in self.signers.data or ()]
        if self.signatory.data:
            named.append(Signatory(self.signatory.data, self.role.data or "", self.role_es.data or ""))
        return tuple(named)


class CertificateForm(PaperForm):
    """Certificates of a season."""

    kind = OneOf(_("What it certifies"), KINDS)
    coach_signs = BooleanField(_("The team’s coach signs too"))
    mail = BooleanField(_("Mail it to the guardians, with a link that needs no account"))
    award_en = Text(_("Name of the award, in English"), limit=LONGEST_AWARD)
    award_es = Text(_("Name of the award, in Spanish"), limit=LONGEST_AWARD)
    words_en = Text(_("What it is given for, in English"), limit=LONGEST_WORDS)
    words_es = Text(_("What it is given for, in Spanish"), limit=LONGEST_WORDS)

    def order(self) -> Order:
        """What is asked for."""
        return Order(
            kind=CertificateKind(self.kind.data),
            coach_signs=bool(self.coach_signs.data),
            award_en=self.award_en.data or "",
            award_es=self.award_es.data or "",
            words_en=self.words_en.data or "",
            words_es=self.words_es.data or "",
            **_how(self),
        )


class HoursForm(PaperForm):
    """A certificate of the hours a mentor gave."""

    first = CalendarDay(_("From"), [InputRequired(_("Write the first day."))])
    last = CalendarDay(_("To, this day included"), [InputRequired(_("Write the last day."))])

    def order(self) -> Order:
        """What is asked for."""
        return Order(kind=CertificateKind.HOURS, **_how(self))


def _how(form: PaperForm) -> dict[str, Any]:
    return {
        "writing": Writing(form.writing.data),
        "paper": Paper(form.paper.data),
        "signers": form.chosen(),
    }
