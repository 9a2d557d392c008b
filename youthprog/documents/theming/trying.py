"""A template or theme tried out before it is used: filled in with invented people, laid out, and looked at.

Runs in the press child. A template is used only when every sample comes out: short and long names, one language
and both, Letter and A4, nobody and four people to sign.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import jinja2

from youthprog.core.refusals import N_
from youthprog.documents.codes import grouped
from youthprog.documents.compose import compose_with, house_template
from youthprog.documents.compose_certificates import css_name
from youthprog.documents.theming.templating import fault_in_filling, faults_of, good_one
from youthprog.documents.theming.types import Fault, OwnTemplate, Sample, Theme
from youthprog.documents.types import (
    Appreciation,
    Certificate,
    CertificateKind,
    ClosureLetter,
    Language,
    Letterhead,
    Paper,
    Signatory,
    Variant,
    Writing,
)
from youthprog.documents.typeset import CannotTypeset, typeset

SHORT, LONG = "Li Wu", "María Fernanda de la Concepción Castellanos-Ruiz"
CODE = "R3WD8HNC"
SIGNERS = (
    Signatory("Alicia Moreno", "Coach", "Entrenadora"),
    Signatory("Chief Denise Okafor", "Chief of Police", "Jefa de Policía"),
    Signatory("Thandiwe Mokoena", "Program Coordinator", "Coordinadora del programa"),
    Signatory("Sgt. Nikolai Petrosyan", "Youth Programs", "Programas juveniles"),
)
EVERY = (
    Sample(),
    Sample(long=True, paper="a4", signers=4),
    Sample(writing="en", signers=0),
    Sample(writing="es", paper="a4", long=True, signers=1),
)
TAG = re.compile(r"<[^>]*>")
MOST_PAGES = {"closure_letter": 2}


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried out: a template or the theme, or both as they are now (None)."""

    name: str
    letterhead: Letterhead
    templates: Path
    instance: Path
    own: OwnTemplate | None = None
    theme: Theme | None = None


def try_out(trial: Trial, sample: Sample) -> tuple[bytes, list[Fault]]:
    """The PDF of one sample; or what is wrong."""
    if trial.own is not None and (faults := faults_of(trial.own.html, trial.own.css)):
        return b"", faults
    return _laid_out(trial, sample)


def faults_in_every(trial: Trial) -> list[Fault]:
    """What is wrong with a template in any sample; with none, it may be used."""
    assert trial.own is not None
    faults = faults_of(trial.own.html, trial.own.css)
    for sample in EVERY if not faults else ():
        faults = _laid_out(trial, sample)[1]
        if faults:
            break
    return faults


def _laid_out(trial: Trial, sample: Sample) -> tuple[bytes, list[Fault]]:
    sheet = sample_of(trial.name, sample, trial.letterhead, trial.theme)
    own = trial.own or good_one(trial.instance, trial.name)
    try:
        composed = compose_with(sheet, trial.templates, trial.instance, own=own, theme=trial.theme)
    except (jinja2.TemplateError, TypeError, ValueError) as problem:
        return b"", [fault_in_filling(problem)]
    shown = TAG.sub(" ", composed.html)
    missing = [said for said in _must_say(sheet) if said not in shown]
    missing += ["asset:qr.svg"] if "asset:qr.svg" not in composed.html else []
    if missing:
        sentence = N_("The paper no longer shows “%(what)s”: the name, the code and its picture must stay.")
        return b"", [Fault("html", 0, sentence, {"what": missing[0]})]
    try:
        content, pages = typeset(
            composed.html,
            assets=composed.assets,
            identifier=b"sample",
            variant=Variant.ACCESSIBLE,
            made_at=datetime(2026, 11, 21, tzinfo=UTC),
        )
    except CannotTypeset as problem:
        return b"", [Fault("html", 0, N_("This cannot be laid out: %(what)s."), {"what": str(problem)[:160]})]
    most = MOST_PAGES.get(trial.name, 1)
    if pages > most:
        sentence = N_("This takes %(pages)s pages, and %(most)s are meant. Look at sizes and places.")
        return b"", [Fault("css", 0, sentence, {"pages": str(pages), "most": str(most)})]
    return content, []


def _must_say(sheet: Certificate | Appreciation | ClosureLetter) -> list[str]:
    return [sheet.name.split()[0], sheet.name.split()[-1], grouped(sheet.code)]


def sample_of(
    name: str, sample: Sample, letterhead: Letterhead, theme: Theme | None
) -> Certificate | Appreciation | ClosureLetter:
    """A paper of an invented person."""
    who, writing, paper = (LONG if sample.long else SHORT), Writing(sample.writing), Paper(sample.paper)
    signers = ((theme.signers if theme else ()) + SIGNERS)[: sample.signers]
    if name == "closure_letter":
        return ClosureLetter(
            letterhead=letterhead,
            code=CODE,
            name=who,
            program="Bridges Mentorship",
            started_on=date(2025, 9, 8),
            ended_on=date(2026, 11, 21),
            contact="through_office",
            signer="Thandiwe Mokoena",
            mentors=("Nikolai Petrosyan",),
            sessions=38,
            hours=47,
            language=Language.SPANISH if writing is Writing.SPANISH else Language.ENGLISH,
            both=writing is Writing.BOTH,
            paper=paper,
        )
    if name == "appreciation":
        return Appreciation(
            letterhead=letterhead,
            name=who,
            program_en="Bridges Mentorship",
            program_es="Mentoría Puentes",
            started_on=date(2025, 9, 8),
            awarded_on=date(2026, 11, 21),
            code=CODE,
            signatories=signers,
            hours=47,
            gatherings=38,
            writing=writing,
            paper=paper,
        )
    return Certificate(
        letterhead=letterhead,
        name=who,
        program_en="Fall Flag Football",
        program_es="Fútbol de banderín de otoño",
        season_en="Fall 2026",
        season_es="Otoño de 2026",
        awarded_on=date(2026, 11, 21),
        code=CODE,
        signatories=signers,
        team="Tigers U10",
        hours=36,
        gatherings=24,
        kind=CertificateKind(name),
        writing=writing,
        paper=paper,
        award_en="Sportsmanship Award",
        award_es="Premio a la deportividad",
        words_en="For lifting up the other team after every game, and never once looking at the score first.",
        words_es="Por animar al otro equipo después de cada partido, y por no mirar nunca primero el marcador.",
        minutes=2160,
        started_on=date(2026, 9, 1),
        ended_on=date(2026, 11, 21),
    )


def house_text(templates: Path, name: str) -> OwnTemplate:
    """The house's own template and style of a paper, as text to begin from."""
    html, styles = house_template(templates, name)
    return OwnTemplate(0, html, styles[css_name(name)].decode())
