"""A sheet of values becomes a page: HTML, its pictures, and the title that may be shown in public.

Runs in the press child (and in tests): a web process sends the values and loads neither faces nor these templates.
The Jinja environment is the printing house's own: it knows no request, no session and no application, escapes
everything, and fails on a name it was not given.
"""

import hashlib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2

from youthprog.documents.codes import grouped, halved
from youthprog.documents.drawn import drawing_svg
from youthprog.documents.faces import missing_glyphs
from youthprog.documents.fitting import CARD, CARD_FACES, PARTICIPATION, FitRule, fit, words_of
from youthprog.documents.guilloche import frame_svg
from youthprog.documents.press import PrintJob, SheetJob, Undrawable
from youthprog.documents.qr import NAVY as QR_NAVY
from youthprog.documents.qr import match_png, qr_modules, qr_png
from youthprog.documents.stamping.symbols import qr_squares, svg_of
from youthprog.documents.types import (
    ARCHIVED,
    SEALED,
    AnswerMark,
    Appreciation,
    Certificate,
    CheckInCards,
    ClosureLetter,
    ConsentBlanks,
    ConsentMark,
    ConsentRecord,
    DocumentKind,
    Enclosed,
    EvidenceFile,
    GameCard,
    Language,
    Letterhead,
    Paper,
    RosterSheet,
    Sheet,
    ShownSection,
    SignInSheet,
    SupplementRecord,
    Variant,
    WithdrawalRecord,
)
from youthprog.documents.words import Words

ART = Path(__file__).resolve().parent / "art"
INK = "#16202b"
NAVY = "#123f73"
MARKS = {AnswerMark.YES: "signed", AnswerMark.UNDERSTOOD: "signed", AnswerMark.NO: "declined"}
LANDSCAPE = (279.4, 215.9)
ROWS_AT_EASE = 19
"""So many roster rows fit one page at their full height; up to two more fit when set closer."""
ROWS_CLOSE = 21
GAME_ROWS, GAME_ROWS_CLOSE = 15, 19
"""So many players a side fit a game card at their full height, and set closer; up to 30 fit still tighter."""
CARDS_A_SHEET = 10
LEAST_QR = 28.0
"""How wide a card's picture is at least, with its quiet zone, in mm."""
LEAST_MODULE = 0.7
UNDRAWABLE = "?"
UNKNOWN = "____"
LONGEST_BESIDE = 1200
"""So many letters of a shown question still stand in half the width of a page."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A page ready for the press. `title` names nobody: it may be shown to whoever has the code."""

    kind: DocumentKind
    title: str
    language: Language
    html: str = field(repr=False)
    assets: Mapping[str, bytes] = field(repr=False)


def compose_job(job: SheetJob) -> tuple[Composed, PrintJob]:
    """The page of a sheet and the printing of it. Raises `Undrawable`: no certificate has a hole in its name."""
    sheet, own = job.sheet, job.instance / "crest.svg"
    missing = undrawable_in(job)
    if missing:
        raise Undrawable(missing)
    own_crest = own.read_bytes() if own.exists() else None
    composed = compose(sheet, templates=job.templates, instance=job.instance, own_crest=own_crest)
    return composed, PrintJob(
        html=composed.html,
        identifier=hashlib.sha256(composed.html.encode()).hexdigest()[:32],
        variant=Variant.ARCHIVAL if composed.kind in ARCHIVED else Variant.ACCESSIBLE,
        made_at=job.made_at,
        assets=composed.assets,
        enclosed=enclosed_of(sheet),
        seal_reason=composed.title if composed.kind in SEALED else None,
    )


def undrawable_in(job: SheetJob) -> str:
    """The letters of a certificate's name that no face here can draw."""
    sheet = job.sheet
    if not isinstance(sheet, Certificate | Appreciation):
        return ""
    own_script = sheet.name_in_own_script if isinstance(sheet, Certificate) else None
    return missing_glyphs(sheet.name + (own_script or ""), instance=job.instance)


def enclosed_of(sheet: Sheet) -> Enclosed | None:
    """The data of which the page is the readable form; it travels inside the file."""
    match sheet:
        case ConsentRecord():
            return Enclosed("consent.json", "What was signed, as data", sheet.canonical_json)
        case WithdrawalRecord():
            return Enclosed("withdrawal.json", "What was taken back, as data", sheet.canonical_json)
        case SupplementRecord():
            return Enclosed("supplement.json", "The part that was signed, as data", sheet.canonical_json)
    return None


def compose(sheet: Sheet, *, templates: Path, instance: Path | None = None, own_crest: bytes | None = None) -> Composed:
    """Write the page of a sheet. A letter that no face of ours (or of the instance folder) can draw becomes "?"."""
    composed = _COMPOSERS[type(sheet)](sheet, templates, own_crest)
    html = unicodedata.normalize("NFC", composed.html)
    missing = missing_glyphs(html, instance=instance)
    if missing:
        html = html.translate({ord(letter): UNDRAWABLE for letter in missing})
    return replace(composed, html=html)


def verify_address(letterhead: Letterhead, code: str) -> str:
    """Where a code is checked, without scheme: what is printed beside it."""
    return f"{letterhead.verify_at}/{grouped(code)}"


def _roster(sheet: RosterSheet, templates: Path, own_crest: bytes | None) -> Composed:
    words = Words(sheet.language)
    rows = tuple(_as_shown(row, sheet) for row in sheet.rows)
    confidential = words("confidential_health" if sheet.shows_medical else "confidential_family")
    shred = f", {words('shred')} {words.long_day(sheet.shred_on)}" if sheet.shred_on else ""
    playing = [row for row in rows if not row.struck_reason]
    page = {
        "rows": rows,
        "setting": "close" if ROWS_AT_EASE < len(rows) <= ROWS_CLOSE else "",
        "columns": 2 + sum((sheet.shows_born, sheet.shows_guardian, sheet.shows_consent, sheet.shows_photos)),
        "players": len(playing),
        "may_play": sum(row.consent is ConsentMark.SIGNED for row in playing),
        "alerts": sum(row.medical is not None for row in playing),
        "footer": f"{confidential}{shred}.",
        "kind": words("roster"),
        "under_kind": " · ".join(
            filter(None, (sheet.season, f"{words('version')} {sheet.version}" if sheet.version else ""))
        ),
    }
    title = f"{words('roster')} · {sheet.team}"
    return _composed(DocumentKind.ROSTER, "roster_coach.html", title, sheet, words, page, templates, own_crest)


def _as_shown(row: Any, sheet: RosterSheet) -> Any:
    """A row without what this sheet does not show: it does not even reach the template."""
    return replace(
        row,
        born_on=row.born_on if sheet.shows_born else None,
        age=row.age if sheet.shows_born else None,
        guardian=row.guardian if sheet.shows_guardian else None,
        phone=row.phone if sheet.shows_guardian else None,
        consent=row.consent if sheet.shows_consent else None,
        photos=row.photos if sheet.shows_photos else None,
        medical=row.medical if sheet.shows_medical else None,
    )


def _sign_in(sheet: SignInSheet, templates: Path, own_crest: bytes | None) -> Composed:
    words = Words(sheet.language)
    page = {
        "footer": words("return_tonight"),
        "kind": words("sign_in"),
        "under_kind": sheet.gathering,
        "setting": "on-a4" if sheet.paper is Paper.A4 else "",
    }
    title = f"{words('sign_in')} · {sheet.team}"
    return _composed(DocumentKind.SIGN_IN, "sign_in.html", title, sheet, words, page, templates, own_crest)


def _certificate(sheet: Certificate, templates: Path, own_crest: bytes | None) -> Composed:
    words, spanish = Words(Language.ENGLISH), Words(Language.SPANISH)
    rule: FitRule = replace(PARTICIPATION, largest=44, several=36) if sheet.name_in_own_script else PARTICIPATION
    page = {
        "spanish": spanish,
        "fit": fit(sheet.name, rule),
        "code": grouped(sheet.code),
        "address": verify_address(sheet.letterhead, sheet.code),
    }
    assets = {
        "frame.svg": frame_svg(*LANDSCAPE),
        "qr.svg": qr_svg(f"https://{sheet.letterhead.verify_at}/{sheet.code}"),
    }
    title = f"{words('certificate')} · {sheet.program_en}"
    name = "certificate_participation.html"
    return _composed(DocumentKind.CERTIFICATE, name, title, sheet, words, page, templates, own_crest, assets)


def _appreciation(sheet: Appreciation, templates: Path, own_crest: bytes | None) -> Composed:
    words = Words(Language.ENGLISH)
    page = {
        "spanish": Words(Language.SPANISH),
        "fit": fit(sheet.name, PARTICIPATION),
        "code": grouped(sheet.code),
        "address": verify_address(sheet.letterhead, sheet.code),
    }
    assets = {
        "frame.svg": frame_svg(*LANDSCAPE),
        "qr.svg": qr_svg(f"https://{sheet.letterhead.verify_at}/{sheet.code}"),
    }
    title = f"{words('appreciation')} · {sheet.program_en}"
    name, kind = "appreciation.html", DocumentKind.APPRECIATION
    return _composed(kind, name, title, sheet, words, page, templates, own_crest, assets)


def _closure_letter(sheet: ClosureLetter, templates: Path, own_crest: bytes | None) -> Composed:
    words = Words(sheet.language)
    page = {
        "kind": words("closure_letter"),
        "under_kind": sheet.program,
        "code": grouped(sheet.code),
        "address": verify_address(sheet.letterhead, sheet.code),
        "footer": words("closure_footer"),
        "phone": sheet.letterhead.phone.replace(" ", "\u00a0"),
    }
    title = f"{words('closure_letter')} · {sheet.program}"
    name, kind = "closure_letter.html", DocumentKind.CLOSURE_LETTER
    return _composed(kind, name, title, sheet, words, page, templates, own_crest, _qr_of(sheet))


def _evidence_file(sheet: EvidenceFile, templates: Path, own_crest: bytes | None) -> Composed:
    words = Words(sheet.language)
    printed = f"{words('printed')} {words.day(sheet.printed_at)}, {words.hour(sheet.printed_at)}".removesuffix(".")
    page = {
        "kind": words("evidence_file"),
        "under_kind": sheet.period,
        "footer": f"{words('evidence_footer')} {printed}.",
    }
    title = f"{words('evidence_file')} · {sheet.program}"
    name, kind = "evidence_file.html", DocumentKind.EVIDENCE_FILE
    return _composed(kind, name, title, sheet, words, page, templates, own_crest)


def _consent_record(sheet: ConsentRecord, templates: Path, own_crest: bytes | None) -> Composed:
    words = Words(sheet.language)
    page = {
        "kind": words("record"),
        "under_kind": sheet.form,
        "shown_rows": side_by_side(sheet.shown),
        "marks": MARKS,
        **_evidence_of(sheet, words),
    }
    title = f"{words('record')} · {sheet.title}"
    name = "consent_record.html"
    extra = _qr_of(sheet) | ({"drawn.svg": drawing_svg(sheet.drawn, color=NAVY)} if sheet.drawn else {})
    return _composed(DocumentKind.CONSENT_RECORD, name, title, sheet, words, page, templates, own_crest, extra)


def side_by_side(sections: Sequence[ShownSection]) -> list[list[tuple[int, ShownSection]]]:
    """Sections with their numbers, two in a row where both are short; a long one may break over pages and stands alone."""
    rows: list[list[tuple[int, ShownSection]]] = []
    may_join = False
    for number, section in enumerate(sections, 1):
        is_short = sum(map(len, (*section.paragraphs, *section.answers))) <= LONGEST_BESIDE
        if may_join and is_short:
            rows[-1].append((number, section))
        else:
            rows.append([(number, section)])
        may_join = is_short and len(rows[-1]) == 1
    return rows


def _withdrawal_record(sheet: WithdrawalRecord, templates: Path, own_crest: bytes | None) -> Composed:
    words = Words(sheet.language)
    page = {
        "kind": words("withdrawal"),
        **_evidence_of(sheet, words),
        **_first_of(sheet, words),
    }
    title = f"{words('withdrawal')} · {sheet.title}"
    name, kind = "withdrawal_record.html", DocumentKind.WITHDRAWAL_RECORD
    return _composed(kind, name, title, sheet, words, page, templates, own_crest, _qr_of(sheet))


def _supplement_record(sheet: SupplementRecord, templates: Path, own_crest: bytes | None) -> Composed:
    words = Words(sheet.language)
    read = [row.text for row in sheet.statements] + [text for each in sheet.shown for text in each.paragraphs]
    page = {
        "kind": words("supplement"),
        "shown_rows": side_by_side(sheet.shown),
        "has_blanks": any(UNKNOWN in text for text in read),
        "marks": MARKS,
        **_evidence_of(sheet, words),
        **_first_of(sheet, words),
    }
    title = f"{words('supplement')} · {sheet.title}"
    name, kind = "supplement_record.html", DocumentKind.SUPPLEMENT_RECORD
    return _composed(kind, name, title, sheet, words, page, templates, own_crest, _qr_of(sheet))


Evidence = ConsentRecord | WithdrawalRecord | SupplementRecord


def _evidence_of(sheet: Evidence, words: Words) -> dict[str, str]:
    """What every record of a consent says of itself: its code, where it is checked, the hash of its data."""
    return {
        "code": grouped(sheet.code),
        "address": verify_address(sheet.letterhead, sheet.code),
        "footer": f"{words('record_short')} {grouped(sheet.code)} · {words('record_footer')}",
        "digest": _in_fours(hashlib.sha256(sheet.canonical_json).hexdigest()),
    }


def _first_of(sheet: WithdrawalRecord | SupplementRecord, words: Words) -> dict[str, str]:
    """How a later record names the one it belongs to."""
    return {
        "under_kind": f"{words('of_record')} {grouped(sheet.first_code)}",
        "first_code": grouped(sheet.first_code),
        "first_digest": _in_fours(sheet.first_sha256),
    }


def _qr_of(sheet: Evidence | ClosureLetter) -> dict[str, bytes]:
    return {"qr.png": qr_png(f"https://{sheet.letterhead.verify_at}/{sheet.code}", dark=INK)}


def qr_svg(address: str) -> bytes:
    """The QR code of a certificate as a vector: what is laid out and what is stamped draw the same rectangles."""
    return svg_of(qr_squares(address), QR_NAVY)


def _in_fours(digest: str) -> str:
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))


def _consent_blanks(sheet: ConsentBlanks, templates: Path, own_crest: bytes | None) -> Composed:
    words = Words(sheet.language)
    said = {language: Words(language) for language in Language}
    page = {"said": said, "grouped": grouped, "several": len(sheet.forms) > 1}
    assets = {f"match-{form.code}.png": match_png(form.code) for form in sheet.forms}
    titles = {form.title for form in sheet.forms}
    title = f"{words('blank')} · {titles.pop()}" if len(titles) == 1 else words("blank")
    return _composed(
        DocumentKind.CONSENT_BLANK, "consent_blank.html", title, sheet, words, page, templates, own_crest, assets
    )


def _check_in_cards(sheet: CheckInCards, templates: Path, own_crest: bytes | None) -> Composed:
    words = Words(sheet.language)
    addresses = {card.code: sheet.address + card.code for card in sheet.rows}
    modules = max(map(qr_modules, addresses.values()), default=0)
    cards = [(card, fit(card.name, CARD, faces=CARD_FACES)) for card in sheet.rows]
    page = {
        "sheets": [cards[start : start + CARDS_A_SHEET] for start in range(0, len(cards), CARDS_A_SHEET)],
        "qr": max(LEAST_QR, LEAST_MODULE * modules),
        "quiet": max(LEAST_QR, LEAST_MODULE * modules) / max(modules, 1) * 4,
        "halved": halved,
        "phone": sheet.letterhead.phone.replace(" ", "\u00a0"),
    }
    assets = {f"card-{code}.png": qr_png(address, dark=INK) for code, address in addresses.items()}
    title = f"{words('cards')} · {sheet.group}"
    name, kind = "check_in_cards.html", DocumentKind.CHECK_IN_CARDS
    return _composed(kind, name, title, sheet, words, page, templates, own_crest, assets)


def _game_card(sheet: GameCard, templates: Path, own_crest: bytes | None) -> Composed:
    words = Words(sheet.language)
    address = f"https://{sheet.address}/{sheet.code}"
    most = max(len(sheet.home.rows), len(sheet.away.rows))
    page = {
        "kind": words("game_card"),
        "under_kind": sheet.season,
        "footer": f"{words('hand_in')} {words('printed')} {words.day(sheet.printed_at)}, {words.hour(sheet.printed_at)}.",
        "setting": "game tight" if most > GAME_ROWS_CLOSE else "game close" if most > GAME_ROWS else "game",
        "code": grouped(sheet.code),
        "lines": max(GAME_ROWS, most),
    }
    assets = {"qr.png": qr_png(address, dark=INK)} if sheet.code else {}
    title = f"{words('game_card')} · {sheet.home.team} – {sheet.away.team}"
    return _composed(DocumentKind.GAME_CARD, "game_card.html", title, sheet, words, page, templates, own_crest, assets)


_COMPOSERS: dict[type, Callable[[Any, Path, bytes | None], Composed]] = {
    RosterSheet: _roster,
    SignInSheet: _sign_in,
    Certificate: _certificate,
    ConsentRecord: _consent_record,
    ConsentBlanks: _consent_blanks,
    CheckInCards: _check_in_cards,
    GameCard: _game_card,
    ClosureLetter: _closure_letter,
    Appreciation: _appreciation,
    EvidenceFile: _evidence_file,
    WithdrawalRecord: _withdrawal_record,
    SupplementRecord: _supplement_record,
}


def _composed(
    kind: DocumentKind,
    template: str,
    title: str,
    sheet: Any,
    words: Words,
    page: Mapping[str, Any],
    templates: Path,
    own_crest: bytes | None,
    extra: Mapping[str, bytes] | None = None,
) -> Composed:
    html = _environment(templates).get_template(template).render(sheet=sheet, words=words, title=title, **page)
    crest = {"crest.svg": own_crest} if own_crest else {}
    return Composed(kind, title, words.language, html, {**_art(), **crest, **(extra or {})})


@lru_cache(maxsize=4)
def _environment(templates: Path) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates / "documents"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["words_of"] = words_of
    return environment


@lru_cache(maxsize=1)
def _art() -> Mapping[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(ART.iterdir()) if file.suffix in {".svg", ".css"}}
