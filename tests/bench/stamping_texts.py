"""The same certificates for every engine of the bench."""

import random
from typing import Any

from tests.makers import sheets
from youthprog.core.crypto import CODE_LETTERS

GIVEN = [
    "María",
    "Kofi",
    "Zoë",
    "Łukasz",
    "Siobhán",
    "Imani",
    "Haruki",
    "Astrid",
    "Chidera",
    "Luis",
    "Ángel",
    "Salma",
    "Obinna",
    "Eleni",
    "Declan",
    "Li",
    "Noé",
    "Tyler",
]
FAMILY = [
    "Williams",
    "Castellanos",
    "Kowalczyk",
    "Ávila",
    "O’Sullivan",
    "Jørgensen",
    "Fujimoto",
    "Ibrahim",
    "Papadopoulou",
    "Offiong",
    "Waffle",
    "Griffith",
]
TYPST_FRAME = ', background: pdf.artifact(image("frame.svg", width: 100%, height: 100%))'
TYPST_CERTIFICATE = (
    """
#set document(title: "Certificate of Participation")
#set page(width: 279.4mm, height: 215.9mm, margin: 0mm"""
    + TYPST_FRAME
    + """)
#set text(font: "Source Serif 4", size: 11pt, fill: rgb("#16202b"), lang: "en")
#let at(y, body) = place(top + center, dy: y, body)
#for p in json("people.json") {
  at(18.9mm, image("crest.svg", height: 21.6mm, alt: "Crest of Riverton Police Youth Programs"))
  at(51.4mm, text(font: "Public Sans", size: 8.7pt, weight: 600, tracking: 1.65pt)[RIVERTON POLICE YOUTH PROGRAMS])
  at(58.4mm, heading(level: 1, text(font: "Source Serif 4 Display", size: 31pt, weight: 400)[Certificate of Participation]))
  at(70.9mm, text(font: "Source Serif 4 Display", size: 20pt, style: "italic", lang: "es")[Certificado de participación])
  at(81.6mm, text(size: 12.5pt, style: "italic")[presented to · #text(lang: "es")[se otorga a]])
  at(95mm, text(font: "Source Serif 4 Display", size: 49pt, p.name))
  at(126mm, text(size: 12pt)[who showed up, played fair and helped a team become a team in])
  at(132mm, text(size: 12pt, lang: "es")[por su constancia y juego limpio, y por ayudar a formar un equipo en])
  at(138mm, text(size: 12pt, weight: 600)[Fall Flag Football · Tigers U10])
  at(148mm, text(size: 11.6pt)[Fall 2026 · 36 · November 21, 2026])
  at(153mm, text(size: 10.2pt, style: "italic", lang: "es")[Otoño de 2026 · 24 encuentros · 21 de noviembre de 2026])
  at(178.8mm, text(size: 10.4pt, weight: 600)[Alicia Moreno])
  at(183mm, text(size: 10.4pt, weight: 600)[Chief Denise Okafor])
  at(162.2mm, image(bytes(p.qr), width: 26mm, alt: "QR code that opens youth.riverton.example/v/" + p.code))
  at(187.6mm, text(font: "Public Sans", size: 9.2pt, weight: 700, tracking: 1.4pt, p.code))
  at(191.7mm, text(font: "Public Sans", size: 6.6pt)[youth.riverton.example/v])
  pagebreak(weak: true)
}
"""
)


def certificates(count: int) -> list[Any]:
    """Certificates of one season, with names of one line."""
    dice = random.Random(1)
    return [
        sheets.certificate(
            f"{dice.choice(GIVEN)} {dice.choice(FAMILY)}" + (f"-{dice.choice(FAMILY)}" if number % 5 == 0 else ""),
            code="".join(dice.choice(CODE_LETTERS) for _ in range(8)),
        )
        for number in range(count)
    ]


def lines(sheet: Any) -> list[tuple[str, float, float, str]]:
    """Face, size, height and words of the lines of a certificate, for an engine that lays nothing out."""
    return [
        ("PublicSans-Bold", 8.7, 456, "RIVERTON POLICE YOUTH PROGRAMS"),
        ("SourceSerif4Display-Regular", 31, 418, "Certificate of Participation"),
        ("SourceSerif4-It", 20, 391, "Certificado de participación"),
        ("SourceSerif4-It", 12.5, 366, "presented to · se otorga a"),
        ("SourceSerif4Display-Regular", 49, 300, sheet.name),
        ("SourceSerif4-Regular", 12, 245, "who showed up, played fair and helped a team become a team in"),
        ("SourceSerif4-Regular", 12, 228, "por su constancia y juego limpio, y por ayudar a formar un equipo en"),
        ("SourceSerif4-Semibold", 12, 211, "Fall Flag Football · Tigers U10"),
        ("SourceSerif4-Regular", 11.6, 184, "Fall 2026 · 36 · November 21, 2026"),
        ("SourceSerif4-It", 10.2, 170, "Otoño de 2026 · 24 encuentros · 21 de noviembre de 2026"),
        ("SourceSerif4-Semibold", 10.4, 95, "Alicia Moreno"),
        ("SourceSerif4-Semibold", 10.4, 83, "Chief Denise Okafor"),
        ("PublicSans-Bold", 9.2, 73, sheet.code),
    ]
