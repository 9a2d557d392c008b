"""Certificates and closing letters as plain values: what a template prints, and nothing it could reach through.

A template gets text, numbers, lists and dictionaries, all made here; so one that a department writes itself can
do no harm (see `own_templates`). Each value that differs from paper to paper stands in an element of its own.
Runs in the press child, as `compose` does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from youthprog.documents.codes import grouped
from youthprog.documents.fitting import (
    BESIDE_OWN_SCRIPT,
    COMPLETION,
    COMPLETION_OWN_SCRIPT,
    DISPLAY_FACES,
    OWN_SCRIPT,
    PARTICIPATION,
    Fit,
    FitRule,
    fit,
    width_of,
)
from youthprog.documents.fonts import OUR_FONTS
from youthprog.documents.guilloche import frame_svg, upright_svg
from youthprog.documents.stamping.symbols import qr_squares, svg_of
from youthprog.documents.theming.files import picture_path
from youthprog.documents.theming.types import Theme
from youthprog.documents.types import (
    Appreciation,
    Certificate,
    CertificateKind,
    ClosureLetter,
    DocumentKind,
    Language,
    Paper,
    Signatory,
    Writing,
)
from youthprog.documents.words import Words

INK = "#16202b"
SIZES = {Paper.LETTER: (215.9, 279.4), Paper.A4: (210.0, 297.0)}
UPRIGHT = frozenset({CertificateKind.COMPLETION, CertificateKind.HOURS})
ROSETTE_AT = {Paper.LETTER: 43.5, Paper.A4: 47.5}
BESIDE = 93.0
"""Width in mm of one language beside the other, on its side; upright it has `BESIDE_UPRIGHT`."""
BESIDE_UPRIGHT = 66.5
BOLD = 12.9
"""The size at which the regular face is as wide as the semibold one at 12 pt."""
MOST_SIGNERS = 4
TITLES = {
    CertificateKind.PARTICIPATION: "certificate",
    CertificateKind.COMPLETION: "certificate_completion",
    CertificateKind.HOURS: "certificate_hours",
}
HOUSE_TEMPLATES = {
    "participation": "certificate",
    "award": "certificate",
    "appreciation": "certificate",
    "completion": "certificate",
    "hours": "certificate",
    "closure_letter": "closure_letter",
}
"""Which file of the house lays out what; certificates differ in their style alone."""
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Laid:
    """A certificate or letter ready for its template, which goes by `name` when a department has one of its own."""

    kind: DocumentKind
    name: str
    title: str
    language: Language
    values: Values
    assets: Mapping[str, bytes]


def _qr(sheet: Certificate | Appreciation | ClosureLetter, color: str) -> bytes:
    """Where it is checked, as a vector: what is laid out and what is stamped draw the same rectangles."""
    return svg_of(qr_squares(f"https://{sheet.letterhead.verify_at}/{sheet.code}"), color)


def css_name(name: str) -> str:
    """The style sheet of a template: the house's, or a department's own in its place."""
    return "letter.css" if name == "closure_letter" else "certificate.css"


def languages_of(writing: Writing) -> list[Words]:
    """The languages a paper is written in, the first one first."""
    both = (Language.ENGLISH, Language.SPANISH)
    return [Words(each) for each in both if writing in (Writing.BOTH, Writing(each.value))]


# ---- certificates ----


def lay_certificate(sheet: Certificate, theme: Theme, instance: Path | None) -> Laid:
    """A certificate of participation, completion, hours, or an award."""
    said = languages_of(sheet.writing)
    if sheet.kind is CertificateKind.AWARD:
        headings = [(words, _in(words, sheet.award_en, sheet.award_es)) for words in said]
        title = f"{said[0]('award')} · {_in(said[0], sheet.award_en, sheet.award_es)}"
    else:
        headings = [(words, words(TITLES[sheet.kind])) for words in said]
        title = f"{headings[0][1]} · {_in(said[0], sheet.program_en, sheet.program_es)}"
    upright = sheet.kind in UPRIGHT
    values = {
        "headings": _said_once(headings),
        "presented": _said_once([(words, words("certifies" if upright else "presented")) for words in said]),
        "honored": _honored(said, sheet),
        "facts": _facts_of(said, sheet),
    }
    return _laid(DocumentKind.CERTIFICATE, str(sheet.kind), title, sheet, values, upright, theme, instance)


def lay_appreciation(sheet: Appreciation, theme: Theme, instance: Path | None) -> Laid:
    """A certificate that thanks a mentor."""
    said = languages_of(sheet.writing)
    facts = [
        _fact(said, "since", *_dates(said, sheet.started_on)),
        *_hours_facts(said, sheet.hours, sheet.gatherings),
        _fact(said, "awarded", *_dates(said, sheet.awarded_on)),
    ]
    values = {
        "headings": _said_once([(words, words("appreciation")) for words in said]),
        "presented": _said_once([(words, words("presented")) for words in said]),
        "honored": _sides(said, [(w("gave_time"), _in(w, sheet.program_en, sheet.program_es)) for w in said], BESIDE),
        "facts": facts,
    }
    title = f"{said[0]('appreciation')} · {_in(said[0], sheet.program_en, sheet.program_es)}"
    return _laid(DocumentKind.APPRECIATION, "appreciation", title, sheet, values, False, theme, instance)


def _laid(
    kind: DocumentKind,
    own_name: str,
    title: str,
    sheet: Certificate | Appreciation,
    values: Values,
    upright: bool,
    theme: Theme,
    instance: Path | None,
) -> Laid:
    """What all certificates share: whose it is, the name, who signs, the code, the frame."""
    words, head = languages_of(sheet.writing)[0], sheet.letterhead
    signers, pictures = _signers(sheet.signatories[:MOST_SIGNERS], sheet.writing, instance)
    across, down = SIZES[sheet.paper]
    names = {"main": theme.main, "accent": theme.accent}
    frame = (
        upright_svg(across, down, medallion_at=ROSETTE_AT[sheet.paper], **names)
        if upright
        else frame_svg(down, across, **names)
    )
    shared = {
        "title": title,
        "language": str(words.language),
        "setting": " ".join(
            (
                "upright" if upright else "on-its-side",
                str(sheet.paper),
                "one-language" if sheet.writing is not Writing.BOTH else "two-languages",
                f"signers-{len(signers)}",
                _crowding(max(each["rows"] for each in values["honored"])),
            )
        ),
        "issuer": head.full_name,
        "crest": f"{words('crest')} {head.full_name}",
        "name": _name(sheet, upright, instance),
        "signers": signers,
        "code": grouped(sheet.code),
        "check": words("check_certificate"),
        "verify_at": head.verify_at,
        "qr": f"{words('qr')} {head.verify_at}/{grouped(sheet.code)}",
    }
    qr = _qr(sheet, theme.main)
    return Laid(kind, own_name, title, words.language, shared | values, {"frame.svg": frame, "qr.svg": qr, **pictures})


def _crowding(rows: int) -> str:
    """How closely the words are set, by how many lines they would take at their full size."""
    return "words-at-ease" if rows <= 3 else "long-words" if rows == 4 else "longest-words"


def _name(sheet: Certificate | Appreciation, upright: bool, instance: Path | None) -> Values:
    """The name on its lines, and the name in its own script above it, each as large as fits."""
    faces = (*DISPLAY_FACES, *_own_faces(instance))
    own = sheet.name_in_own_script if isinstance(sheet, Certificate) else None
    rules: tuple[FitRule, FitRule] = (
        (COMPLETION_OWN_SCRIPT, COMPLETION) if upright else (BESIDE_OWN_SCRIPT, PARTICIPATION)
    )
    fitted: Fit = fit(sheet.name, rules[0] if own else rules[1], faces=faces)
    found: Values = {"lines": list(fitted.lines), "size": fitted.size, "own": None}
    if own and isinstance(sheet, Certificate):
        found["own"] = {
            "text": own,
            "size": fit(own, replace(OWN_SCRIPT, width=rules[1].width), faces=faces).size,
            "language": sheet.own_script_language or "",
            "direction": "rtl" if sheet.own_script_runs_left else "ltr",
        }
    return found


def _own_faces(instance: Path | None) -> tuple[Path, ...]:
    ours = tuple(sorted(OUR_FONTS.glob("*-Regular.ttf")))
    if instance is None or not (instance / "fonts").is_dir():
        return ours
    return (
        *ours,
        *(each for each in sorted((instance / "fonts").iterdir()) if each.suffix.lower() in (".ttf", ".otf")),
    )


def _signers(
    signatories: Sequence[Signatory], writing: Writing, instance: Path | None
) -> tuple[list[Values], dict[str, bytes]]:
    """Who signs, with their titles in the languages of the paper, and the pictures of their signatures."""
    rows: list[Values] = []
    pictures: dict[str, bytes] = {}
    said = languages_of(writing)
    for number, each in enumerate(signatories):
        path = picture_path(instance, each.picture) if instance is not None and each.picture else None
        name = f"signature-{number}{path.suffix}" if path else ""
        if path is not None:
            pictures[name] = path.read_bytes()
        titles = [(words, _in(words, each.role, each.role_es)) for words in said]
        rows.append({"name": each.name, "roles": _said_once(titles), "picture": f"asset:{name}" if name else ""})
    return rows, pictures


# ---- what is said of somebody ----


def _honored(said: list[Words], sheet: Certificate) -> list[Values]:
    width = BESIDE_UPRIGHT if sheet.kind in UPRIGHT else BESIDE
    programs = [_in(words, sheet.program_en, sheet.program_es) for words in said]
    match sheet.kind:
        case CertificateKind.PARTICIPATION:
            texts = [words("took_part_team" if sheet.team else "took_part") for words in said]
        case CertificateKind.COMPLETION:
            texts = [words("completed") for words in said]
        case CertificateKind.HOURS:
            texts = [words("gave_as_mentor" if sheet.of_mentor else "gave") for words in said]
        case CertificateKind.AWARD:
            texts = [_in(words, sheet.words_en, sheet.words_es) for words in said]
    sides = _sides(said, list(zip(texts, programs, strict=True)), width, team=sheet.team or "")
    if sheet.kind is CertificateKind.HOURS:
        hours = hours_said(sheet.minutes or 0)
        for words, side in zip(said, sides, strict=True):
            side["lines"], side["after"] = side["lines"][:1], side["lines"][1]
            side["figure"] = words("one_hour" if hours == "1" else "some_hours", hours=hours)
    return sides


def _sides(said: list[Words], rows: list[tuple[str, str]], width: float, *, team: str = "") -> list[Values]:
    """Each language's words: its lines, and what it was for. `rows` counts the lines it will take."""
    found = []
    room = width if len(said) > 1 else width * 1.5
    for words, (text, program) in zip(said, rows, strict=True):
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        joined = f"{program} · {team}" if team else program
        strong = [program, team] if team and _lines_of(joined, BOLD, room) > 1 else [joined]
        count = sum(_lines_of(line, 12, room) for line in lines) + sum(_lines_of(line, BOLD, room) for line in strong)
        side = {"lang": _lang(words, said), "lines": lines, "figure": "", "after": "", "strong": strong, "rows": count}
        found.append(side)
    return found


@lru_cache(maxsize=512)
def _lines_of(text: str, size: float, room: float) -> int:
    """How many lines a text takes, broken where words end."""
    lines, used = (1 if text else 0), 0.0
    blank = width_of(" ", size, faces=TEXT_FACES)
    for word in text.split():
        width = width_of(word, size, faces=TEXT_FACES)
        if used and used + blank + width > room:
            lines, used = lines + 1, width
        else:
            used += width + (blank if used else 0)
    return lines


TEXT_FACES = (OUR_FONTS / "SourceSerif4-Regular.ttf", OUR_FONTS / "PublicSans-Regular.ttf")


def _facts_of(said: list[Words], sheet: Certificate) -> list[Values]:
    seasons = [_in(words, sheet.season_en, sheet.season_es) for words in said]
    awarded = _fact(said, "awarded", *_dates(said, sheet.awarded_on))
    if sheet.kind is CertificateKind.HOURS and sheet.started_on and sheet.ended_on:
        period = [(words, f"{words.day(sheet.started_on)} – {words.day(sheet.ended_on)}") for words in said]
        count = sheet.gatherings or 0
        what = "sessions" if sheet.of_mentor else "gatherings"
        return [
            _fact(said, "period", *period),
            *([_fact(said, what, (said[0], str(count)))] if count else []),
            awarded,
        ]
    facts = [_fact(said, "season", *zip(said, seasons, strict=True))] if seasons[0] else []
    if sheet.kind is CertificateKind.AWARD:
        return [*facts, awarded]
    return [*facts, *_hours_facts(said, sheet.hours, sheet.gatherings), awarded]


def _hours_facts(said: list[Words], hours: int | None, gatherings: int | None) -> list[Values]:
    if hours is None and gatherings is None:
        return []
    met = [
        (words, words("one_gathering" if gatherings == 1 else "some_gatherings", count=str(gatherings)))
        for words in said
    ]
    if hours is None:
        return [_fact(said, "gatherings", *met)]
    fact = _fact(said, "hours", (said[0], str(hours)))
    if gatherings is not None:
        fact["other"] = [_text(words, said, text) for words, text in met]
    return [fact]


def hours_said(minutes: int) -> str:
    """Minutes as hours to one decimal, rounded half up: "36", "52.5"."""
    tenths = (minutes + 3) // 6
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)


# ---- one value in one or two languages ----


def _in(words: Words, english: str, spanish: str) -> str:
    """A value in a language; what was written in one language only is said in that."""
    return (spanish or english) if words.language is Language.SPANISH else (english or spanish)


def _lang(words: Words, said: list[Words]) -> str:
    """The language to mark a text with: none where it is the whole page's."""
    return "" if words.language is said[0].language else str(words.language)


def _text(words: Words, said: list[Words], text: str) -> Values:
    return {"text": text, "lang": _lang(words, said)}


def _said_once(texts: Sequence[tuple[Words, str]]) -> list[Values]:
    """Texts in their languages; what both say alike is said once."""
    said = [words for words, _text_ in texts]
    return [
        _text(words, said, text) for number, (words, text) in enumerate(texts) if number == 0 or text != texts[0][1]
    ]


def _dates(said: list[Words], day: Any) -> list[tuple[Words, str]]:
    return [(words, words.long_day(day)) for words in said]


def _fact(said: list[Words], label: str, *values: tuple[Words, str]) -> Values:
    """A label and its value; the value in the second language beneath, unless it is the same."""
    first, *others = _said_once(values)
    return {"labels": _said_once([(words, words(label)) for words in said]), "first": first, "other": others}


# ---- the letter at the end of a match ----


def lay_letter(sheet: ClosureLetter, theme: Theme, instance: Path | None) -> Laid:
    """The letter at the end of a match: a page in the family's language, the other overleaf when both are asked for."""
    del theme, instance
    first = Words(sheet.language)
    other = Words(Language.SPANISH if sheet.language is Language.ENGLISH else Language.ENGLISH)
    said = [first, other] if sheet.both else [first]
    head = sheet.letterhead
    values: Values = {
        "title": f"{first('closure_letter')} · {sheet.program}",
        "language": str(sheet.language),
        "setting": "letter on-a4" if sheet.paper is Paper.A4 else "letter",
        "department": head.department,
        "unit": head.unit,
        "issuer": head.full_name,
        "contact_line": " · ".join(filter(None, (head.address, head.phone))),
        "crest": f"{first('crest')} {head.full_name}",
        "footer": first("closure_footer"),
        "page": first("page"),
        "of": first("of"),
        "kind": first("closure_letter"),
        "program": sheet.program,
        "code": grouped(sheet.code),
        "check": first("check_letter"),
        "verify_at": head.verify_at,
        "qr": f"{first('qr')} {head.verify_at}/{grouped(sheet.code)}",
        "signer": sheet.signer,
        "letters": [_letter_in(words, said, sheet) for words in said],
    }
    qr = {"qr.svg": _qr(sheet, INK)}
    return Laid(DocumentKind.CLOSURE_LETTER, "closure_letter", values["title"], sheet.language, values, qr)


def _letter_in(words: Words, said: list[Words], sheet: ClosureLetter) -> Values:
    """One language of the letter, word for word."""
    started, ended = words.long_day(sheet.started_on), words.long_day(sheet.ended_on)
    phone = sheet.letterhead.phone.replace(" ", "\u00a0")
    joined = (words("closure_and") if len(sheet.mentors) < 3 else ", ").join(sheet.mentors)
    if sheet.mentors:
        opening = words("closure_with", mentors=joined, started=started, ended=ended)
    else:
        opening = words("closure_plain", started=started, ended=ended)
    if sheet.sessions == 1:
        met = words("closure_met_once")
    elif sheet.sessions and sheet.hours > 1:
        met = words("closure_met_hours", sessions=str(sheet.sessions), hours=str(sheet.hours))
    else:
        met = words("closure_met", sessions=str(sheet.sessions)) if sheet.sessions else words("closure_thanks")
    return {
        "lang": _lang(words, said),
        "date": ended,
        "heading": words("closure_title"),
        "to": words("closure_to", whom=sheet.name),
        "paragraphs": [opening, met, words("closure_feel")],
        "after": words("closure_contact"),
        "rules": [
            words(f"closure_{sheet.contact}"),
            words("closure_call", phone=phone) if phone else words("closure_ask"),
        ],
        "signed_for": f"{words('closure_for')} {sheet.letterhead.full_name}, {sheet.program}",
    }
