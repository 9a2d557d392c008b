"""A sheet of values becomes a page: HTML, its pictures, and the title that may be shown in public.

Runs in the press child (and in tests): a web process sends the values and loads neither faces nor these templates.
The Jinja environment is the printing house's own: it knows no request, no session and no application, escapes
everything, and fails on a name it was not given.
"""

import hashlib
import logging
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2

from youthprog.documents.codes import grouped
from youthprog.documents.compose_certificates import (
    HOUSE_TEMPLATES,
    Laid,
    css_name,
    lay_appreciation,
    lay_certificate,
    lay_letter,
)
from youthprog.documents.compose_papers import PAPERS
from youthprog.documents.compose_papers import Laid as LaidPaper
from youthprog.documents.drawn import drawing_svg
from youthprog.documents.faces import missing_glyphs
from youthprog.documents.fitting import words_of
from youthprog.documents.press import PrintJob, SheetJob, Undrawable
from youthprog.documents.qr import match_png, qr_png
from youthprog.documents.seal import sealed_words
from youthprog.documents.theming.files import picture_path, read_theme
from youthprog.documents.theming.templating import fill_in, good_one
from youthprog.documents.theming.types import ACCENT, MAIN, OwnTemplate, Theme
from youthprog.documents.types import (
    ARCHIVED,
    SEALED,
    AnswerMark,
    Appreciation,
    Certificate,
    ClosureLetter,
    ConsentBlanks,
    ConsentRecord,
    DocumentKind,
    Enclosed,
    EvidenceFile,
    Language,
    Letterhead,
    Sheet,
    ShownSection,
    SupplementRecord,
    Variant,
    WithdrawalRecord,
)
from youthprog.documents.words import Words

log = logging.getLogger("youthprog")
ART = Path(__file__).resolve().parent / "art"
INK = "#16202b"
NAVY = "#123f73"
MARKS = {AnswerMark.YES: "signed", AnswerMark.UNDERSTOOD: "signed", AnswerMark.NO: "declined"}
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
        seal_reason=sealed_words(composed.title, getattr(sheet, "code", None)) if composed.kind in SEALED else None,
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
    theme = read_theme(instance) if instance is not None else Theme()
    if isinstance(sheet, Certificate | Appreciation | ClosureLetter):
        return compose_with(sheet, templates, instance, own=None, theme=theme, own_crest=own_crest)
    composed = _COMPOSERS[type(sheet)](sheet, templates, own_crest)
    composed = replace(composed, assets=_dressed(composed.assets, theme, instance, own_crest))
    return _drawable(composed, instance)


def compose_with(
    sheet: Certificate | Appreciation | ClosureLetter,
    templates: Path,
    instance: Path | None,
    *,
    own: OwnTemplate | None,
    theme: Theme | None,
    own_crest: bytes | None = None,
) -> Composed:
    """Write a certificate or letter in a given template and theme; None is what the department uses.

    A template of the department's own that cannot be filled in is passed over for the house's, unless it was given.
    """
    if theme is None:
        theme = read_theme(instance) if instance is not None else Theme()
    laid = _LAYERS[type(sheet)](sheet, theme, instance)
    page, styles = house_template(templates, laid.name)
    assets = {**_art(), **laid.assets, **styles}
    html = ""
    chosen = own or good_one(instance, laid.name)
    if chosen is not None:
        try:
            html = fill_in(chosen.html, laid.values)
            assets[css_name(laid.name)] = chosen.css.encode()
        except (jinja2.TemplateError, TypeError, ValueError) as problem:
            if own is not None:
                raise
            log.warning("template %s, version %s cannot be filled in: %s", laid.name, chosen.number, problem)
    html = html or fill_in(page, laid.values)
    assets = dict(_dressed(assets, theme, instance, own_crest))
    return _drawable(Composed(laid.kind, laid.title, laid.language, html, assets), instance)


def _drawable(composed: Composed, instance: Path | None) -> Composed:
    html = unicodedata.normalize("NFC", composed.html)
    missing = missing_glyphs(html, instance=instance)
    if missing:
        html = html.translate({ord(letter): UNDRAWABLE for letter in missing})
    return replace(composed, html=html)


@lru_cache(maxsize=16)
def house_template(templates: Path, name: str) -> tuple[str, dict[str, bytes]]:
    """The house's own template of a certificate or letter, and its style."""
    folder = templates / "documents"
    page = (folder / f"{HOUSE_TEMPLATES[name]}.html").read_text(encoding="utf-8")
    return page, {css_name(name): (folder / css_name(name)).read_bytes()}


def _dressed(
    assets: Mapping[str, bytes], theme: Theme, instance: Path | None, own_crest: bytes | None
) -> Mapping[str, bytes]:
    """The department's crest and colors put on a page's art and styles."""
    path = picture_path(instance, theme.crest) if instance is not None and theme.crest else None
    crest = path.read_bytes() if path is not None else own_crest
    colors = f":root {{ --main: {theme.main}; --accent: {theme.accent}; }}\n".encode()
    found = {**assets, "theme.css": colors}
    if not theme.is_house:
        for name in found.keys() & _art().keys():
            found[name] = found[name].replace(MAIN.encode(), theme.main.encode())
            found[name] = found[name].replace(ACCENT.encode(), theme.accent.encode())
    return {**found, "crest.svg": crest} if crest else found


def verify_address(letterhead: Letterhead, code: str) -> str:
    """Where a code is checked, without scheme: what is printed beside it."""
    return f"{letterhead.verify_at}/{grouped(code)}"


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


def _qr_of(sheet: Evidence) -> dict[str, bytes]:
    return {"qr.png": qr_png(f"https://{sheet.letterhead.verify_at}/{sheet.code}", dark=INK)}


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


def _of_papers(lay: Callable[[Any], LaidPaper]) -> Callable[[Any, Path, bytes | None], Composed]:
    """The composer of a paper of `compose_papers`."""

    def composed(sheet: Any, templates: Path, own_crest: bytes | None) -> Composed:
        laid = lay(sheet)
        kind, name, title, words = laid.kind, laid.template, laid.title, laid.words
        return _composed(kind, name, title, sheet, words, laid.page, templates, own_crest, laid.assets)

    return composed


_LAYERS: dict[type, Callable[[Any, Theme, Path | None], Laid]] = {
    Certificate: lay_certificate,
    Appreciation: lay_appreciation,
    ClosureLetter: lay_letter,
}
_COMPOSERS: dict[type, Callable[[Any, Path, bytes | None], Composed]] = {
    **{sheet: _of_papers(lay) for sheet, lay in PAPERS.items()},
    ConsentRecord: _consent_record,
    ConsentBlanks: _consent_blanks,
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
    return Composed(kind, title, words.language, html, {**_art(), **(extra or {})})


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
