"""Records of the starter form and of what is taken back, as pure values: invented people, real words."""

import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.makers.consent import YES
from tests.makers.sheets import CENTRAL, RIVERTON
from youthprog.consent.blocks import words_hash
from youthprog.consent.paper import BLANK, BLANKS, RecordFacts, day_in
from youthprog.consent.part_paper import PartFacts
from youthprog.consent.publishing import FORMS
from youthprog.consent.queries import TEXTS
from youthprog.consent.retelling import Happened
from youthprog.consent.taking_back_paper import WithdrawalFacts
from youthprog.consent.types import Happening, Question, SectionKind, Signing, Words
from youthprog.people.types import Relationship

SIGNED_AT = datetime(2026, 8, 22, 0, 46, 18, tzinfo=UTC)
SIGNING = Signing("Luz Ruiz de Castellanos", True, True, 7, "en")


def questions() -> list[Question]:
    """The sections of the starter form."""
    source = tomllib.loads((FORMS / "participation.toml").read_text(encoding="utf-8"))
    found = []
    for position, each in enumerate(source["section"], 1):
        words = {}
        for language in ("en", "es"):
            texts = {name: each[language].get(name, "").strip() for name in TEXTS}
            words[language] = Words(**texts, sha256=words_hash([texts[name] for name in TEXTS], {}))
        kind = SectionKind(each["kind"])
        found.append(Question(position, each["key"], position, kind, each["required"], words))
    return found


def events() -> list[Happened]:
    """An ordinary way to a signature: sent, reminded, opened, answered, one answer changed, checked, signed."""
    start = SIGNED_AT - timedelta(minutes=6)
    told = [
        (Happening.SENT, SIGNED_AT - timedelta(days=8), {"address": "l•••@family.example"}),
        (Happening.REMINDED, SIGNED_AT - timedelta(days=1), {"address": "l•••@family.example"}),
        (Happening.OPENED, start, {"by": "link", "language": "en", "ip": "192.0.2.7", "agent": "a phone"}),
    ]
    keys = [each.key for each in questions()]
    told += [(Happening.ANSWERED, start + timedelta(seconds=30 * n), {"section": key}) for n, key in enumerate(keys, 1)]
    told += [
        (Happening.CHANGED, SIGNED_AT - timedelta(seconds=80), {"section": "photos"}),
        (Happening.CHECKED, SIGNED_AT - timedelta(seconds=40), {"version": 7}),
        (Happening.SIGNED, SIGNED_AT, {"ip": "192.0.2.7", "agent": "a phone"}),
    ]
    return [Happened(*each) for each in told]


def record_facts(language: str = "en", **changes: Any) -> RecordFacts:
    """The starter form, answered and signed."""
    facts = RecordFacts(
        code="P8HX3MRT",
        letterhead=RIVERTON,
        zone=CENTRAL,
        form_key="participation",
        form_titles={"en": "Taking part", "es": "Participación"},
        form_number=4,
        program_names={"en": "Fall Flag Football", "es": "Fútbol de banderín de otoño"},
        season_names={"en": "Fall 2026", "es": "Otoño de 2026"},
        youth_name="María Fernanda de la Concepción Castellanos-Ruiz",
        youth_first_name="María Fernanda",
        youth_born_on=date(2016, 2, 17),
        guardian_name="Luz Ruiz de Castellanos",
        relationship=Relationship.MOTHER,
        questions=questions(),
        answers=YES,
        signing=replace(SIGNING, language=language),
        signed_at=SIGNED_AT,
        valid_until_on=date(2026, 11, 21),
        events=events(),
    )
    return replace(facts, **changes)


def withdrawal_facts(language: str = "en", **changes: Any) -> WithdrawalFacts:
    """Photos and the pick-up list, taken back through the link."""
    record = record_facts(language)
    facts = WithdrawalFacts(
        code="R3WD8HNC",
        letterhead=record.letterhead,
        zone=record.zone,
        program_names=record.program_names,
        season_names=record.season_names,
        youth_name=record.youth_name,
        youth_first_name=record.youth_first_name,
        youth_born_on=record.youth_born_on,
        guardian_name=record.guardian_name,
        relationship=record.relationship,
        questions=record.questions,
        taken=("rides", "pickup"),
        standing=("take_part", "emergency_care"),
        pickups={"pickup": ["Luz Ruiz de Castellanos", "Joaquín Castellanos Ruiz"]},
        at=SIGNED_AT + timedelta(days=20),
        until=record.valid_until_on,
        language=language,
        way="link",
        by_name=record.guardian_name,
        first_code=record.code,
        first_sha256="7c1e94d05ab2fe380d67b19c42e58f03a6d431fb78c9e2509b17cc6e04afd583",
        first_signed_at=SIGNED_AT,
    )
    return replace(facts, **changes)


def doctors_question() -> Question:
    """A section a doctor signs, in plain invented words."""
    said = {
        "en": {
            "label": "Fit to play",
            "question": "May %(name)s play contact sports?",
            "body": "We ask you as the doctor who examined %(name)s this year. %(program)s trains twice a week, outdoors.\n\n"
            "You do not need to write down a diagnosis. Yes or no is enough.",
            "statement": "I examined %(full_name)s within the last 12 months. The answer above is true until %(until)s.",
            "yes_label": "Yes, without limits",
            "yes_hint": "May train and play.",
            "no_label": "No, not now",
            "no_hint": "The family talks with you first.",
        },
        "es": {
            "label": "Apto para jugar",
            "question": "¿Puede %(name)s practicar deportes de contacto?",
            "body": "Le preguntamos como médico que examinó a %(name)s este año. %(program)s entrena dos veces por semana, al aire libre.\n\n"
            "No hace falta anotar un diagnóstico. Basta un sí o un no.",
            "statement": "Examiné a %(full_name)s en los últimos 12 meses. La respuesta es cierta hasta el %(until)s.",
            "yes_label": "Sí, sin límites",
            "yes_hint": "Puede entrenar y jugar.",
            "no_label": "No, por ahora no",
            "no_hint": "La familia habla antes con usted.",
        },
    }
    words = {}
    for language, more in (("en", {"role": "Doctor"}), ("es", {"role": "Médico"})):
        texts = {name: said[language].get(name, "") for name in TEXTS}
        words[language] = Words(**texts, more=more, sha256=words_hash([texts[name] for name in TEXTS], more))
    return Question(9, "doctor", 9, SectionKind.EXTERNAL, True, words)


def part_facts(language: str = "en", **changes: Any) -> PartFacts:
    """The doctor's part, signed eleven days after the guardian."""
    record, asked, at = record_facts(language), doctors_question(), SIGNED_AT + timedelta(days=11, hours=2)
    unknown = dict.fromkeys((*BLANKS, "born_on"), BLANK)
    places = {
        spoken: unknown
        | {
            "name": record.youth_first_name, "full_name": record.youth_first_name,
            "program": record.program_names[spoken], "department": RIVERTON.full_name, "until": day_in(record.valid_until_on, spoken),
        }
        for spoken in ("en", "es")
    }  # fmt: skip
    detail = {"section": "doctor", "name": "Dra. Ada Obi", "address": "o•••@clinic.example"}
    events = [
        Happened(Happening.SIGNED, SIGNED_AT, {"ip": "192.0.2.7"}),
        Happened(Happening.PART_ASKED, SIGNED_AT, detail),
        Happened(Happening.PART_SIGNED, at, {"section": "doctor", "signer": "external", "name": "Ada Obi"}),
    ]
    facts = PartFacts(
        code="S5KW7QTD", letterhead=record.letterhead, zone=record.zone, form_key=record.form_key,
        form_titles=record.form_titles, form_number=record.form_number, program_names=record.program_names,
        season_names=record.season_names, youth_name=record.youth_name, youth_born_on=record.youth_born_on,
        question=asked, places=places, answer={"choice": "yes", "office": "Riverton Clinic, license 4711"},
        typed_name="Ada Obi", at=at, until=record.valid_until_on, language=language, way="link", scan_sha256="",
        address="o•••@clinic.example", events=events, first=record.signing, first_code=record.code,
        first_sha256="7c1e94d05ab2fe380d67b19c42e58f03a6d431fb78c9e2509b17cc6e04afd583", first_signed_at=SIGNED_AT,
        first_signer=record.guardian_name,
    )  # fmt: skip
    return replace(facts, **changes)
