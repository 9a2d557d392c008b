"""The same certificates for every engine of the bench."""

import random
from html import escape
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


ROSTER_STYLE = """
@page { size: letter; margin: 15mm 14mm 18mm; @bottom-left { content: "Riverton Police Youth Programs"; font: 7pt "Public Sans"; color: #4a5664 }
  @bottom-right { content: "Page " counter(page) " of " counter(pages); font: 7pt "Public Sans"; color: #4a5664 } }
* { margin: 0; padding: 0; box-sizing: border-box }
body { font: 9pt/12pt "Public Sans"; color: #16202b; hyphens: none }
h1 { font: 600 16pt/20pt "Public Sans"; color: #123f73; margin-bottom: 4mm }
table { width: 100%; border-spacing: 0; table-layout: fixed }
th { text-align: left; font-weight: 600; font-size: 7.5pt; line-height: 10pt; background: #123f73; color: white; padding: 1.4mm 1.6mm }
td { padding: 1.2mm 1.6mm; border-bottom: 0.4pt solid #b4bdc8; vertical-align: top }
tr { break-inside: avoid }
.r { text-align: right }
"""
COLUMNS = (
    ("No.", 14, "r"),
    ("Family name", 40, ""),
    ("Given name", 30, ""),
    ("Guardian and address", 0, ""),
    ("Phone", 30, ""),
    ("Born", 22, "r"),
)
STREETS = ("Mill Street", "Old-Mill Road near the river/park", "Fifth Avenue", "Lincoln Field Drive, Apt 12-B")


def roster_rows(count: int) -> list[tuple[str, ...]]:
    """Rows of a season's roster, of one to three lines."""
    dice = random.Random(5)
    rows = []
    for number in range(1, count + 1):
        family = dice.choice(FAMILY) + (f"-{dice.choice(FAMILY)}" if number % 7 == 0 else "")
        guardian = (
            f"{dice.choice(GIVEN)} {dice.choice(FAMILY)}, {dice.randint(1, 9999)} {dice.choice(STREETS)}, Riverton"
        )
        given = dice.choice(GIVEN) + (f" {dice.choice(GIVEN)}" if number % 3 == 0 else "")
        rows.append(
            (
                str(number),
                family,
                given,
                guardian,
                f"(217) 555-{number:04}",
                f"{dice.randint(1, 12)}/{dice.randint(1, 28)}/20{dice.randint(10, 19)}",
            )
        )
    return rows


def roster_html(rows: Any) -> str:
    """The roster as a page."""
    columns = "".join(f'<col style="width: {width}mm">' if width else "<col>" for _head, width, _side in COLUMNS)
    heads = "".join(f'<th scope=col class="{side}">{head}</th>' for head, _width, side in COLUMNS)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="{side}">{escape(text)}</td>' for text, (_head, _width, side) in zip(row, COLUMNS, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f"<html lang=en><head><title>Roster</title><style>{ROSTER_STYLE}</style></head><body><h1>Roster of the season</h1>"
        f"<table><colgroup>{columns}</colgroup><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></body></html>"
    )


TYPST_ROSTER = """
#set document(title: "Roster")
#set page(paper: "us-letter", margin: (top: 15mm, x: 14mm, bottom: 18mm), footer: context [
  #text(size: 7pt)[Riverton Police Youth Programs #h(1fr) Page #counter(page).display() of #counter(page).final().first()]])
#set text(font: "Public Sans", size: 9pt, fill: rgb("#16202b"), lang: "en")
#set par(leading: 3pt)
= Roster of the season
#table(
  columns: (14mm, 40mm, 30mm, 1fr, 30mm, 22mm),
  align: (right, left, left, left, left, right),
  stroke: (bottom: 0.4pt + rgb("#b4bdc8")),
  inset: (x: 1.6mm, y: 1.7mm),
  table.header(..("No.", "Family name", "Given name", "Guardian and address", "Phone", "Born").map(each => table.cell(fill: rgb("#123f73"), text(size: 7.5pt, fill: white, weight: 600, each)))),
  ..json("rows.json").flatten(),
)
"""
