"""Sheets of invented people, for the tests of paper."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from youthprog.documents.types import (
    AnswerMark,
    Appreciation,
    BinderContact,
    BinderRow,
    BlankChoice,
    BlankForm,
    BlankLayout,
    BlankSection,
    Certificate,
    CertificateKind,
    CheckInCard,
    CheckInCards,
    ClosureLetter,
    ConsentBlanks,
    ConsentEvent,
    ConsentMark,
    ConsentRecord,
    EmergencyBinder,
    EvidenceFile,
    EvidencePart,
    EvidenceRow,
    GameCard,
    GameCardRow,
    GameCardTeam,
    HeldFor,
    Language,
    Letterhead,
    PlayerCard,
    PlayerCards,
    PublicRoster,
    PublicRow,
    RosterRow,
    RosterSheet,
    ScheduledGame,
    ScheduleOrder,
    SeasonSchedule,
    Signatory,
    SignInRow,
    SignInSheet,
    Statement,
)

CENTRAL = ZoneInfo("America/Chicago")

RIVERTON = Letterhead(
    department="Riverton Police",
    unit="Youth Programs",
    address="1200 Mill Street, Riverton",
    phone="(217) 555-0100",
    verify_at="youth.riverton.example/v",
)

PLAYERS = [
    ("1", "Aguilar", "Mateo", date(2016, 3, 4), "Rosa Aguilar", "0141", None),
    ("3", "Adébáyọ̀", "Folúkẹ", date(2017, 1, 22), "Ìdòwú Adébáyọ̀", "0150", None),
    ("4", "Brooks", "Imani", date(2016, 11, 30), "Dana Brooks", "0177", "Asthma. Inhaler in blue pouch"),
    (
        "7",
        "Castellanos-Ruiz",
        "María Fernanda de la Concepción",
        date(2016, 2, 17),
        "Luz Ruiz de Castellanos",
        "0119",
        None,
    ),
    ("8", "Chukwuemeka", "Obinna", date(2016, 6, 2), "Adaeze Chukwuemeka", "0146", None),
    ("9", "Dawes", "Tyler", date(2016, 4, 19), "Kim Dawes", "0163", None),
    ("10", "Eze", "Chidera", date(2016, 12, 8), "Ngozi Eze", "0102", "Peanut allergy. Epinephrine in red pouch"),
    ("12", "Flores", "Luis Ángel", date(2016, 5, 27), "Carmen Flores", "0188", None),
    ("14", "Fujimoto", "Haruki", date(2016, 10, 13), "Naomi Fujimoto", "0155", None),
    ("15", "Gagnon", "Zoë", date(2016, 9, 25), "Paul Gagnon", "0125", None),
    ("18", "Hernández", "Noé", date(2016, 7, 7), "Ana Hernández", "0190", "Type 1 diabetes. Juice if shaky, then call"),
    ("21", "Ibrahim", "Salma", date(2017, 1, 3), "Hana Ibrahim", "0136", None),
    ("22", "Jørgensen", "Astrid", date(2016, 3, 29), "Lars Jørgensen", "0167", None),
    ("24", "Kowalczyk", "Zbigniew", date(2016, 8, 11), "Małgorzata Kowalczyk", "0171", None),
    (
        "27",
        "Nguyễn",
        "Thị Ánh Tuyết",
        date(2017, 2, 5),
        "Nguyễn Văn Hòa",
        "0128",
        "Bee stings. Antihistamine with coach",
    ),
    ("30", "O’Sullivan", "Declan", date(2016, 11, 16), "Siobhán O’Sullivan", "0184", None),
    ("33", "Papadopoulos", "Eleni", date(2016, 4, 1), "Katerina Papadopoulou", "0113", None),
    ("42", "Wu", "Li", date(2016, 6, 20), "Wu Meiling", "0199", None),
]

# The longest and the shortest names in turn.
ENDS = sorted(PLAYERS, key=lambda player: -len(player[1] + player[2]))
ENDS = [player for pair in zip(ENDS, reversed(ENDS), strict=True) for player in pair][: len(PLAYERS)]

UNSIGNED = {
    "7": (ConsentMark.WAITING, "sent Aug 20"),
    "10": (ConsentMark.EXPIRED, "Sep 1"),
    "12": (ConsentMark.MISSING, "not sent"),
    "30": (ConsentMark.WAITING, "opened Aug 29"),
}

NOTES = {
    "to Aug 14, 2027": "hasta el 14 ago 2027", "sent Aug 20": "enviado el 20 ago", "Sep 1": "el 1 sept",
    "not sent": "no se envió", "opened Aug 29": "abierto el 29 ago",
}  # fmt: skip


def _note(number: str, *, spanish: bool) -> str:
    note = UNSIGNED.get(number, (None, "to Aug 14, 2027"))[1]
    return NOTES[note] if spanish else note


HELD = dict.fromkeys(("7", "10", "12"), HeldFor.CONSENT) | {"15": HeldFor.SUSPENDED, "21": HeldFor.OTHER}


def _practice(*, spanish: bool) -> str:
    return "Mar, jue 5:30 p.m. · Lincoln Field 2" if spanish else "Tue, Thu 5:30 pm · Lincoln Field 2"


def roster(**changes: Any) -> RosterSheet:
    """The Tigers with everything shown, as a head coach may see them."""
    spanish = changes.get("language") is Language.SPANISH
    rows = tuple(
        RosterRow(
            number=number,
            family_name=family,
            given_name=given,
            age=(date(2026, 12, 1) - born).days // 365,
            born_on=born,
            guardian=guardian,
            phone=f"(217) 555-{phone}",
            consent=UNSIGNED.get(number, (ConsentMark.SIGNED, ""))[0],
            consent_note=_note(number, spanish=spanish),
            photos=number not in ("7", "12", "15"),
            medical=medical,
        )
        for number, family, given, born, guardian, phone, medical in PLAYERS
    )
    sheet = RosterSheet(
        letterhead=RIVERTON,
        team="Tigers U10",
        season="Fall 2026",
        version="7",
        coach="Alicia Moreno",
        officer="B. Tate",
        practice=_practice(spanish=spanish),
        printed_at=datetime(2026, 9, 17, 16, 12, tzinfo=CENTRAL),
        rows=rows,
        emergency_phone="(217) 555-0100",
        shred_on=date(2026, 12, 1),
        shows_medical=True,
    )
    return replace(sheet, **changes)


def sign_in(**changes: Any) -> SignInSheet:
    """The Tigers' sheet for one practice."""
    spanish = changes.get("language") is Language.SPANISH
    rows = tuple(
        SignInRow(number, family, given, (guardian,), see_coordinator=number in UNSIGNED)
        for number, family, given, _born, guardian, _phone, _medical in PLAYERS
    )
    sheet = SignInSheet(
        letterhead=RIVERTON,
        team="Tigers U10",
        gathering="Práctica · reunión 12 de 24" if spanish else "Practice · gathering 12 of 24",
        starts_at=datetime(2026, 9, 17, 17, 30, tzinfo=CENTRAL),
        ends_at=datetime(2026, 9, 17, 19, 0, tzinfo=CENTRAL),
        place="Lincoln Field 2",
        coach="Alicia Moreno",
        printed_at=datetime(2026, 9, 17, 16, 12, tzinfo=CENTRAL),
        rows=rows,
    )
    return replace(sheet, **changes)


def certificate(name: str = "Li Wu", **changes: Any) -> Certificate:
    """A season's certificate of participation."""
    sheet = Certificate(
        letterhead=RIVERTON,
        name=name,
        program_en="Fall Flag Football",
        program_es="Fútbol de banderín de otoño",
        team="Tigers U10",
        season_en="Fall 2026",
        season_es="Otoño de 2026",
        hours=36,
        gatherings=24,
        awarded_on=date(2026, 11, 21),
        code="R3WD8HNC",
        signatories=(
            Signatory("Alicia Moreno", "Coach", "Entrenadora"),
            Signatory("Chief Denise Okafor", "Chief of Police", "Jefa de Policía"),
        ),
    )
    return replace(sheet, **changes)


SIGNERS = (
    Signatory("Alicia Moreno", "Coach", "Entrenadora"),
    Signatory("Chief Denise Okafor", "Chief of Police", "Jefa de Policía"),
    Signatory("Thandiwe Mokoena", "Mentorship Coordinator", "Coordinadora de mentoría"),
    Signatory("Maj. Christopher Featherstonehaugh", "Youth Programs", "Programas juveniles"),
)


def completion(name: str = "Amara Adébáyọ̀-Lindqvist", **changes: Any) -> Certificate:
    """A certificate of completion."""
    return certificate(name, **{"kind": CertificateKind.COMPLETION, **changes})


def hours(name: str = "Sgt. Nikolai Petrosyan", **changes: Any) -> Certificate:
    """A mentor's hours of a year."""
    shown: dict[str, Any] = {
        "kind": CertificateKind.HOURS,
        "minutes": 3150,
        "started_on": date(2025, 9, 3),
        "ended_on": date(2026, 6, 12),
        "of_mentor": True,
        "gatherings": 35,
        "program_en": "Bridges Mentorship",
        "program_es": "Mentoría Puentes",
        "team": None,
        "hours": None,
    }
    return certificate(name, **{**shown, **changes})


def award(name: str = "Tyler Dawes", **changes: Any) -> Certificate:
    """An award with its words."""
    shown: dict[str, Any] = {
        "kind": CertificateKind.AWARD,
        "award_en": "Sportsmanship Award",
        "award_es": "Premio a la deportividad",
        "words_en": "For lifting up the other team after every game, and never once looking at the score first.",
        "words_es": "Por animar al otro equipo después de cada partido, y por no mirar nunca primero el marcador.",
    }
    return certificate(name, **{**shown, **changes})


def cards(count: int = 10, **changes: Any) -> CheckInCards:
    """Check-in cards of the Tigers, with the names that are hardest to fit first."""
    rows = tuple(
        CheckInCard(f"{given} {family}", f"CARD{'ABCDEFGHJK'[n // 10 % 10]}{'ABCDEFGHJK'[n % 10]}2345", number)
        for n, (number, family, given, *_rest) in enumerate((ENDS * 30)[:count])
    )
    sheet = CheckInCards(
        letterhead=RIVERTON,
        group="Tigers U10",
        season="Fall 2026",
        address="https://youth.riverton.example/k/",
        rows=rows,
    )
    return replace(sheet, **changes)


ENGLISH = (
    Statement(
        "I am the parent or legal guardian of María Fernanda de la Concepción Castellanos-Ruiz, and she may take part "
        "in Fall Flag Football from September 1 to November 21, 2026.",
        "Yes",
        AnswerMark.YES,
    ),
    Statement(
        "I understand that flag football involves running, contact and falls, and that injuries can happen even with supervision.",
        "Understood",
        AnswerMark.UNDERSTOOD,
    ),
    Statement(
        "If my child is hurt and I cannot be reached, program staff may call for emergency care.", "Yes", AnswerMark.YES
    ),
    Statement(
        "Riverton Police Youth Programs may publish photographs in which my child can be recognized.",
        "No",
        AnswerMark.NO,
        note="Optional. Does not affect taking part",
    ),
    Statement(
        "My child may leave only with the people I have named: Luz Ruiz de Castellanos, Joaquín Castellanos Ruiz.",
        "Yes",
        AnswerMark.YES,
    ),
)

SPANISH = (
    Statement(
        "Soy madre, padre o tutor legal de María Fernanda de la Concepción Castellanos-Ruiz, y ella puede participar "
        "en Fútbol de banderín de otoño del 1 de septiembre al 21 de noviembre de 2026.",
        "Sí",
        AnswerMark.YES,
    ),
    Statement(
        "Entiendo que en el fútbol de banderín se corre y hay contacto y caídas, y que puede haber lesiones aun con supervisión.",
        "Entendido",
        AnswerMark.UNDERSTOOD,
    ),
    Statement(
        "Si mi hija se lastima y no me localizan, el personal puede pedir atención de emergencia.", "Sí", AnswerMark.YES
    ),
    Statement(
        "Riverton Police Youth Programs puede publicar fotos en las que se reconozca a mi hija.", "No", AnswerMark.NO
    ),
    Statement(
        "Mi hija puede irse solo con las personas que nombré: Luz Ruiz de Castellanos, Joaquín Castellanos Ruiz.",
        "Sí",
        AnswerMark.YES,
    ),
)


def consent_record(**changes: Any) -> ConsentRecord:
    """A guardian's five answers, signed in English with the Spanish text beside."""
    signed_at = datetime(2026, 8, 21, 19, 46, 18, tzinfo=CENTRAL)
    events = tuple(
        ConsentEvent(what, signed_at + after, how)
        for what, after, how in (
            ("Sent", -timedelta(hours=34, minutes=44), "Text message to (217) 555-01••, link valid 14 days"),
            ("Opened", -timedelta(seconds=325), "Phone, English chosen"),
            ("Read to the end", -timedelta(seconds=112), "All 5 statements on screen, 3 min 33 s"),
            ("Identity checked", -timedelta(seconds=76), "Six-digit code, first try"),
            ("Signed", timedelta(0), "Typed full name, pressed “Sign”"),
        )
    )
    record = ConsentRecord(
        letterhead=RIVERTON,
        code="P8HX3MRT",
        title="Fall Flag Football 2026",
        form="Participation form, version 4",
        youth="María Fernanda de la Concepción Castellanos-Ruiz",
        youth_born_on=date(2016, 2, 17),
        signer="Luz Ruiz de Castellanos",
        relationship="mother and legal guardian",
        signature="Luz Ruiz de Castellanos",
        signed_at=signed_at,
        zone="America/Chicago",
        statements=ENGLISH,
        events=events,
        canonical_json=b'{"answers":{"photos":"no","take_part":"yes"},"form":"participation","version":4}',
        in_force_from=date(2026, 8, 21),
        in_force_until=date(2026, 11, 21),
        other_language=Language.SPANISH,
        other_statements=SPANISH,
    )
    return replace(record, **changes)


def consent_blanks(count: int = 1, **changes: Any) -> ConsentBlanks:
    """Paper forms of the same few parts, one in each layout."""
    english, spanish = _blank(Language.ENGLISH), _blank(Language.SPANISH)
    forms = tuple(replace((english, spanish)[n % 2], code=f"ABCD234{n + 2}") for n in range(count))
    return replace(ConsentBlanks(letterhead=RIVERTON, forms=forms), **changes)


def _blank(language: Language) -> BlankForm:
    photos = BlankSection(
        title="Photos",
        question="May we use photos of Mateo?",
        paragraphs=("We take pictures at games and meetings.", "We never print a child’s name next to a picture."),
        statement="Riverton Police may show pictures of Mateo, with no name.",
        layout=BlankLayout.CHOICES,
        choices=(
            BlankChoice("Yes, you may use photos", "With no name."),
            BlankChoice("No, please do not", "Mateo takes part either way.", initials=True),
        ),
    )
    people = BlankSection(
        title="Pick-up",
        question="Who may collect Mateo?",
        paragraphs=("Only people on this list may collect Mateo.",),
        statement="These people may collect Mateo.",
        layout=BlankLayout.LINES,
        lines=("Name|Phone|What they are to Mateo",) * 3,
    )
    rules = BlankSection(
        title="Conduct",
        question="Do you agree to the rules?",
        paragraphs=(),
        statement="",
        layout=BlankLayout.INITIALS,
        clauses=("Mateo comes on time.", "Mateo is kind to others, in words and in deeds, on the field and off it."),
    )
    doctor = BlankSection(
        title="Medical",
        question="May a doctor treat Mateo?",
        paragraphs=("Some clinics ask for ink.",),
        statement="A doctor may treat Mateo.",
        layout=BlankLayout.CHOICES,
        choices=(BlankChoice("Yes"), BlankChoice("No")),
        note="Needs a notary.",
        notary=True,
    )
    return BlankForm(
        code="ABCD2345",
        language=language,
        title="Youth football, Fall 2026",
        form="Taking part form, version 4",
        youth="Mateo Aguilar Núñez",
        guardian="Rosa Elena Aguilar",
        sections=(photos, people, rules, doctor, photos),
    )


def game_card(**changes: Any) -> GameCard:
    """The Tigers against the Hawks, whose list the Tigers' coach may not read."""
    rows = tuple(
        GameCardRow(number, family, given, held=HELD.get(number))
        for number, family, given, _born, _guardian, _phone, _medical in PLAYERS[:14] + PLAYERS[-1:]
    )
    sheet = GameCard(
        letterhead=RIVERTON,
        home=GameCardTeam("Tigers U10", "Alicia Moreno", rows),
        away=GameCardTeam("Hawks U10", "Desmond Achterberg"),
        starts_at=datetime(2026, 9, 19, 10, 0, tzinfo=CENTRAL),
        field="Lincoln Field 2",
        division="U10 North",
        season="Flag football · Fall 2026",
        printed_at=datetime(2026, 9, 19, 8, 5, tzinfo=CENTRAL),
        code="5M8TQX2K7HJP",
        address="youth.riverton.example/g",
    )
    return replace(sheet, **changes)


def closure_letter(**changes: Any) -> ClosureLetter:
    """The letter to a youth whose match ended."""
    sheet = ClosureLetter(
        letterhead=RIVERTON,
        code="P8HX3MRT",
        name="Mateo Aguilar",
        program="One-to-one mentoring",
        started_on=date(2025, 9, 8),
        ended_on=date(2026, 11, 21),
        contact="through_office",
        signer="Dana Whitfield",
        mentors=("Ana Reyes",),
        sessions=38,
        hours=47,
    )
    return replace(sheet, **changes)


def appreciation(name: str = "Ana Reyes", **changes: Any) -> Appreciation:
    """The certificate that thanks a mentor."""
    sheet = Appreciation(
        letterhead=RIVERTON,
        name=name,
        program_en="One-to-one mentoring",
        program_es="Mentoría individual",
        started_on=date(2025, 9, 8),
        awarded_on=date(2026, 11, 21),
        code="K7WD9FRC",
        signatories=(Signatory("Dana Whitfield", "For the program", "Por el programa"),),
        hours=47,
        gatherings=38,
    )
    return replace(sheet, **changes)


def evidence_file(**changes: Any) -> EvidenceFile:
    """A few benchmarks of a mentoring program."""
    rows = (
        EvidenceRow("B.5.8", "Each meeting is on file with its day, its length and what was done.", "Partly met", "waiting", "412 of 508"),
        EvidenceRow("B.6.4", "At the end we speak with mentor, young person and family.", "Met", "signed", "21 of 21"),
        EvidenceRow("B.6.6", "Each end is on file with its reason and a letter.", "Not met", "missing", "2 of 9"),
        EvidenceRow("B.2.2", "Each mentor has applied in writing.", "Not measured here", "plain"),
    )  # fmt: skip
    sheet = EvidenceFile(
        letterhead=RIVERTON,
        program="One-to-one mentoring",
        period="Nov 28, 2025 to Nov 27, 2026",
        after="Your program’s own list, after Elements of Effective Practice for Mentoring, 4th edition (MENTOR, 2015). "
        "Its codes were not compared with the standard: compare them before you cite one.",
        counts=("Met: 1", "Partly met: 1", "Not met: 1", "Not measured here: 1"),
        parts=(EvidencePart("Support", rows[:1]), EvidencePart("Closure", rows[1:])),
        printed_at=datetime(2026, 11, 27, 9, 30, tzinfo=CENTRAL),
    )
    return replace(sheet, **changes)


def public_roster(count: int = 18, **changes: Any) -> PublicRoster:
    """The Tigers as anybody may read them; of every sixth the family asked to leave the surname out."""
    rows = tuple(
        PublicRow(number, given, "" if place % 6 == 1 else family)
        for place, (number, family, given, *_rest) in enumerate((PLAYERS * 2)[:count])
    )
    sheet = PublicRoster(
        letterhead=RIVERTON,
        team="Tigers U10",
        season="Flag football · Fall 2026",
        division="U10 North",
        coach="Alicia Moreno",
        practice=_practice(spanish=changes.get("language") is Language.SPANISH),
        printed_at=datetime(2026, 9, 17, 16, 12, tzinfo=CENTRAL),
        rows=rows,
    )
    return replace(sheet, **changes)


def player_cards(count: int = 10, **changes: Any) -> PlayerCards:
    """Player cards of the Tigers, with the names that are hardest to fit first."""
    rows = tuple(PlayerCard(given, family, number) for number, family, given, *_rest in (ENDS * 30)[:count])
    sheet = PlayerCards(
        letterhead=RIVERTON,
        team="Tigers U10",
        division="U10 North",
        season="Fall 2026",
        valid_until=date(2026, 11, 21),
        rows=rows,
        coach="Alicia Moreno",
    )
    return replace(sheet, **changes)


TEAMS = ("Tigers U10", "Hawks U10", "Bears U10", "Wolves U10", "Riverside Boys and Girls Club Lightning U10")


def season_schedule(order: ScheduleOrder = ScheduleOrder.DATE, **changes: Any) -> SeasonSchedule:
    """Five teams that meet once each: one has a week off each week, and that is no game."""
    games = []
    for week in range(5):
        first = datetime(2026, 9, 12, 9, 0, tzinfo=CENTRAL) + timedelta(days=7 * week)
        ring = [TEAMS[(week + place) % 5] for place in range(5)]
        for number, (home, away) in enumerate(((ring[1], ring[4]), (ring[2], ring[3]))):
            field = ("Lincoln Field 2", "Memorial Park, east field")[number]
            off = week == 3 and number == 1
            games.append(ScheduledGame(first + timedelta(minutes=75 * number), home, away, field, "U10 North", off))
    sheet = SeasonSchedule(
        letterhead=RIVERTON,
        season="Flag football · Fall 2026",
        order=order,
        rows=tuple(games),
        printed_at=datetime(2026, 9, 1, 16, 12, tzinfo=CENTRAL),
    )
    return replace(sheet, **changes)


def emergency_binder(times: int = 1, **changes: Any) -> EmergencyBinder:
    """The players with whom to call, by family name, in three teams."""
    mother, uncle = ("Madre", "Tío") if changes.get("language") is Language.SPANISH else ("Mother", "Uncle")
    ordered = sorted(PLAYERS * times, key=lambda player: player[1])
    rows = tuple(
        BinderRow(
            family_name=family,
            given_name=given,
            teams=(TEAMS[place % 3],) if place % 7 else (),
            number=number,
            age=10,
            born_on=born,
            contacts=(
                BinderContact(guardian, mother, f"(217) 555-{phone}"),
                *((BinderContact("Joaquín Castellanos Ruiz", uncle, "(217) 555-0108"),) if place % 3 == 0 else ()),
            ),
            medical=medical,
            health="Carries a blue inhaler; two puffs, then wait five minutes." if number == "4" else None,
            pick_up=(guardian,),
            barred=("Victor Brooks",) if number == "4" else (),
        )
        for place, (number, family, given, born, guardian, phone, medical) in enumerate(ordered)
    )
    sheet = EmergencyBinder(
        letterhead=RIVERTON,
        season="Flag football · Fall 2026",
        rows=rows,
        printed_at=datetime(2026, 9, 17, 16, 12, tzinfo=CENTRAL),
        printed_by="Dana Whitfield",
        emergency_phone="(217) 555-0100",
        shred_on=date(2026, 12, 1),
        shows_medical=True,
        shows_barred=True,
    )
    return replace(sheet, **changes)
