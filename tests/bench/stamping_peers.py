"""One engine, one job, one process: `python -m tests.bench.stamping_peers ENGINE JOB COUNT FOLDER` prints its figures as JSON.

Imports and the invented people are there before the clock starts. The peers get their QR codes made as well; ours makes
them, and composes every page, within its time.
"""

import gc
import json
import re
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from tests.bench import stamping_texts as texts
from youthprog import config
from youthprog.documents.fonts import OUR_FONTS, use_our_fonts
from youthprog.documents.guilloche import frame_svg
from youthprog.documents.stamping.symbols import qr_squares, svg_of

NOW = datetime(2026, 8, 21, 12, tzinfo=UTC)
ADDRESS = "https://youth.riverton.example/v/"


def main(engine: str, job: str, count: str, folder: str) -> None:
    work = ENGINES[engine, job](int(count), Path(folder))
    gc.collect()
    gc.disable()  # as in the press; for every engine
    start, wall = time.process_time(), time.perf_counter()
    content, pages = work()
    figures = {
        "cpu": time.process_time() - start,
        "wall": time.perf_counter() - wall,
        "bytes": len(content),
        "pages": pages,
        "memory": _peak(),
    }
    (Path(folder) / f"{engine}-{job}.pdf").write_bytes(content)
    print(json.dumps(figures))


def _peak() -> float:
    """The most memory this process has held, in MB. What getrusage tells begins with what the parent held when it was started."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024  # type: ignore[union-attr]
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# Ours ---------------------------------------------------------------------------------------------------------


def stamped(count: int, folder: Path, *, learned: bool = False, plain: bool = False) -> Callable[[], tuple[bytes, int]]:
    """The true template: three specimens learned from, every page composed, one tagged file."""
    from youthprog.documents.press import SheetJob
    from youthprog.documents.stamped_sheets import _print_page, _specimens
    from youthprog.documents.stamping.makes import Stamper

    use_our_fonts(folder)
    _warm_up()
    sheets = texts.certificates(count)
    stamper = Stamper(_print_page)
    job = SheetJob(sheets[0], config.ROOT / "templates", folder, NOW)

    def learn() -> None:
        stamper.learn([_without_artwork(page) if plain else page for page in _specimens(job, _page(sheets[0], folder))])

    def work() -> tuple[bytes, int]:
        if not learned:
            learn()
        pages = ((_without_artwork(page) if plain else page, "") for page in (_page(sheet, folder) for sheet in sheets))
        done = stamper.stamp_together(pages, identifier=b"bench")
        assert not done.refused, done.refused[:3]
        return done.content, done.pages

    if learned:
        learn()
    return work


def stamped_one(count: int, folder: Path) -> Callable[[], tuple[bytes, int]]:
    """Files of one page each from a cached template, composing included; the figures are of all of them."""
    from youthprog.documents.press import SheetJob
    from youthprog.documents.stamped_sheets import _print_page, _specimens
    from youthprog.documents.stamping.makes import Stamper

    use_our_fonts(folder)
    _warm_up()
    sheets = texts.certificates(count + 1)
    stamper = Stamper(_print_page)
    stamper.learn(_specimens(SheetJob(sheets[0], config.ROOT / "templates", folder, NOW), _page(sheets[0], folder)))
    stamper.stamp(_page(sheets[0], folder), identifier=b"x")

    def work() -> tuple[bytes, int]:
        content = b""
        for sheet in sheets[1:]:
            content = stamper.stamp(_page(sheet, folder), identifier=b"x") or b""
            assert content
        return content, count

    return work


def _page(sheet: Any, folder: Path) -> Any:
    from youthprog.documents.compose import compose
    from youthprog.documents.stamping.pages import Page

    composed = compose(sheet, templates=config.ROOT / "templates", instance=folder)
    return Page(composed.html, composed.assets)


def _without_artwork(page: Any) -> Any:
    from youthprog.documents.stamping.pages import Page

    empty = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    return Page(page.html, {**page.assets, "frame.svg": empty})


def _warm_up() -> None:
    """A small page with what the measured ones have: each library has been loaded and called once."""
    from youthprog.documents.types import Variant
    from youthprog.documents.typeset import typeset

    html = texts.roster_html(texts.roster_rows(1))
    typeset(html, assets={}, identifier=b"x", variant=Variant.ACCESSIBLE, made_at=NOW)


# weasyprint ---------------------------------------------------------------------------------------------------


def weasyprint_certificates(count: int, folder: Path) -> Callable[[], tuple[bytes, int]]:
    """One tagged document with a page for each, from the same template."""
    from youthprog.documents.types import Variant
    from youthprog.documents.typeset import typeset

    use_our_fonts(folder)
    _warm_up()
    sheets = texts.certificates(count)
    pages = [_page(sheet, folder) for sheet in sheets]
    bodies, assets = [], dict(pages[0].assets)
    for number, page in enumerate(pages):
        assets[f"qr{number}.svg"] = page.assets["qr.svg"]
        body = re.search('<body class="([^"]*)">(.*)</body>', page.html, re.DOTALL)
        assert body
        inside = body.group(2).replace("asset:qr.svg", f"asset:qr{number}.svg")
        style = "position: relative; height: 215.9mm; break-after: page"
        bodies.append(f'<div class="{body.group(1)}" style="{style}">{inside}</div>')
    html = re.sub(
        "<body class.*</body>",
        lambda _found: f"<body style='height: auto'>{''.join(bodies)}</body>",
        pages[0].html,
        flags=re.DOTALL,
    )

    def work() -> tuple[bytes, int]:
        return typeset(html, assets=assets, identifier=b"x", variant=Variant.ACCESSIBLE, made_at=NOW)

    return work


# typst --------------------------------------------------------------------------------------------------------


def typst_certificates(count: int, folder: Path, *, plain: bool = False) -> Callable[[], tuple[bytes, int]]:
    """One tagged document (PDF/UA-1)."""
    (folder / "frame.svg").write_bytes(frame_svg(279.4, 215.9))
    crest = config.ROOT / "youthprog" / "documents" / "art" / "crest.svg"
    (folder / "crest.svg").write_bytes(crest.read_bytes())
    people = [
        {"name": sheet.name, "code": sheet.code, "qr": svg_of(qr_squares(ADDRESS + sheet.code), "#123f73").decode()}
        for sheet in texts.certificates(count)
    ]
    (folder / "people.json").write_text(json.dumps(people), encoding="utf-8")
    source = texts.TYPST_CERTIFICATE
    if plain:
        source = source.replace(texts.TYPST_FRAME, "")
    return _typst(folder, source, count)


def _typst(folder: Path, source: str, pages: int) -> Callable[[], tuple[bytes, int]]:
    import typst

    file = folder / "page.typ"
    file.write_text(source, encoding="utf-8")

    def work() -> tuple[bytes, int]:
        content = typst.compile(
            str(file), font_paths=[str(OUR_FONTS)], ignore_system_fonts=True, pdf_standards="ua-1", format="pdf"
        )
        return content, pages

    return work


# reportlab ----------------------------------------------------------------------------------------------------


def reportlab_certificates(count: int, folder: Path) -> Callable[[], tuple[bytes, int]]:
    """One document, not tagged; the artwork once as a form."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    sheets = texts.certificates(count)
    squares = {sheet.code: qr_squares(ADDRESS + sheet.code) for sheet in sheets}
    paths = re.findall(
        r'<path d="([^"]*)" fill="none" stroke="([^"]*)" stroke-width="([^"]*)"', frame_svg(279.4, 215.9).decode()
    )

    def work() -> tuple[bytes, int]:
        for face in (
            "SourceSerif4Display-Regular",
            "SourceSerif4-Regular",
            "SourceSerif4-It",
            "SourceSerif4-Semibold",
            "PublicSans-Bold",
        ):
            pdfmetrics.registerFont(TTFont(face, OUR_FONTS / f"{face}.ttf"))
        out = BytesIO()
        canvas = Canvas(out, pagesize=(792, 612), pageCompression=1)
        canvas.beginForm("frame")
        canvas.scale(72 / 25.4, 72 / 25.4)
        for data, color, weight in paths:
            canvas.setStrokeColor(color)
            canvas.setLineWidth(float(weight))
            canvas.drawPath(_path(canvas, data))
        canvas.endForm()
        for sheet in sheets:
            canvas.doForm("frame")
            for face, size, height, text in texts.lines(sheet):
                canvas.setFont(face, size)
                canvas.drawCentredString(396, height, text)
            picture = canvas.beginPath()
            side = 73.7 / squares[sheet.code].across
            for x, y, width, high in squares[sheet.code].boxes:
                picture.rect(359 + x * side, 152 - (y + high) * side, width * side, high * side)
            canvas.drawPath(picture, stroke=0, fill=1)
            canvas.showPage()
        canvas.save()
        return out.getvalue(), count

    return work


def _path(canvas: Any, data: str) -> Any:
    path, (x, y) = canvas.beginPath(), (0.0, 0.0)
    for kind, numbers in re.findall(r"([Mcz])([^Mcz]*)", data):
        values = [float(number) for number in re.findall(r"-?[\d.]+(?:e-?\d+)?", numbers)]
        if kind == "M":
            x, y = values
            path.moveTo(x, y)
        elif kind == "c":
            a, b, c, d, e, f = values
            path.curveTo(x + a, y + b, x + c, y + d, x + e, y + f)
            x, y = x + e, y + f
        else:
            path.close()
    return path


# Rosters ------------------------------------------------------------------------------------------------------


def _lay_roster(rows: Any, reader: Any = None) -> tuple[bytes, int]:
    from youthprog.documents.types import Variant
    from youthprog.documents.typeset import typeset

    html = texts.roster_html(rows)
    return typeset(html, assets={}, identifier=b"x", variant=Variant.ACCESSIBLE, made_at=NOW, reader=reader)


def stamped_roster(count: int, folder: Path, *, learned: bool = False) -> Callable[[], tuple[bytes, int]]:
    """Learned from two specimens, then stamped."""
    from youthprog.documents.stamping.table_layouts import learn_table
    from youthprog.documents.stamping.tables import stamp_table

    use_our_fonts(folder)
    _warm_up()
    rows = texts.roster_rows(count)

    def learn() -> Any:
        return learn_table(lambda some, reader: _lay_roster(some, reader)[0], len(texts.COLUMNS))

    known = learn() if learned else None

    def work() -> tuple[bytes, int]:
        return stamp_table(known or learn(), rows, identifier=b"bench")

    return work


def weasyprint_roster(count: int, folder: Path) -> Callable[[], tuple[bytes, int]]:
    use_our_fonts(folder)
    _warm_up()
    rows = texts.roster_rows(count)

    def work() -> tuple[bytes, int]:
        return _lay_roster(rows)

    return work


def typst_roster(count: int, folder: Path) -> Callable[[], tuple[bytes, int]]:
    (folder / "rows.json").write_text(json.dumps(texts.roster_rows(count)), encoding="utf-8")
    return _typst(folder, texts.TYPST_ROSTER, 0)


def reportlab_roster(count: int, folder: Path) -> Callable[[], tuple[bytes, int]]:
    """A LongTable; the wide column wraps. Not tagged."""
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate

    rows = texts.roster_rows(count)

    def work() -> tuple[bytes, int]:
        pdfmetrics.registerFont(TTFont("PublicSans-Regular", OUR_FONTS / "PublicSans-Regular.ttf"))
        style = ParagraphStyle("cell", fontName="PublicSans-Regular", fontSize=9, leading=12)
        out = BytesIO()
        heads = [head for head, _width, _side in texts.COLUMNS]
        body = [[*row[:3], Paragraph(row[3], style), *row[4:]] for row in rows]
        widths = [40, 113, 85, 173, 85, 51]
        table = LongTable(
            [heads, *body],
            colWidths=widths,
            repeatRows=1,
            style=[("FONT", (0, 0), (-1, -1), "PublicSans-Regular", 9, 12)],
        )
        SimpleDocTemplate(out, pagesize=(612, 792)).build([table])
        return out.getvalue(), 0

    return work


ENGINES: dict[tuple[str, str], Callable[[int, Path], Callable[[], tuple[bytes, int]]]] = {
    ("stamped", "certificates"): stamped,
    ("learned", "certificates"): lambda count, folder: stamped(count, folder, learned=True),
    ("stamped", "plain"): lambda count, folder: stamped(count, folder, plain=True),
    ("stamped", "single"): stamped_one,
    ("weasyprint", "certificates"): weasyprint_certificates,
    ("typst", "certificates"): typst_certificates,
    ("typst", "plain"): lambda count, folder: typst_certificates(count, folder, plain=True),
    ("reportlab", "certificates"): reportlab_certificates,
    ("stamped", "roster"): stamped_roster,
    ("learned", "roster"): lambda count, folder: stamped_roster(count, folder, learned=True),
    ("weasyprint", "roster"): weasyprint_roster,
    ("weasyprint", "roster-some"): weasyprint_roster,
    ("typst", "roster"): typst_roster,
    ("reportlab", "roster"): reportlab_roster,
    ("stamped", "roster-some"): stamped_roster,
}


if __name__ == "__main__":
    main(*sys.argv[1:5])
