"""A department's own paper: what it may be made of, what is refused and where, and what stays in use meanwhile."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.documents.conftest import TEMPLATES
from tests.makers import sheets
from youthprog.documents.compose import compose
from youthprog.documents.press import Press
from youthprog.documents.theming import files, trying
from youthprog.documents.theming.pictures import BadPicture, harmless
from youthprog.documents.theming.rules import contrast, refusals_to_color, refusals_to_sign
from youthprog.documents.theming.templating import faults_of, fill_in, good_one
from youthprog.documents.theming.trying import Trial, faults_in_every, house_text, try_out
from youthprog.documents.theming.types import TEMPLATES as NAMES
from youthprog.documents.theming.types import OwnTemplate, Sample, Theme
from youthprog.documents.types import Signatory, Writing

AWARD = house_text(TEMPLATES, "award")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An instance folder with nothing in it."""
    return tmp_path


@pytest.fixture
def laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are filled in and counted as one, not laid out: a second each."""
    monkeypatch.setattr(trying, "typeset", lambda html, **_named: (html.encode(), 1))


def keep(folder: Path, name: str, number: int, html: str, css: str = "") -> None:
    place = files.templates_folder(folder, name)
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{number:04}.html").write_text(html, encoding="utf-8")
    (place / f"{number:04}.css").write_text(css, encoding="utf-8")


def trial(folder: Path, html: str, css: str = AWARD.css) -> Trial:
    return Trial("award", sheets.RIVERTON, TEMPLATES, folder, OwnTemplate(1, html, css))


# ---- what a template may be ----


@pytest.mark.parametrize("name", NAMES)
def test_the_house_s_own_template_has_no_fault(name: str, folder: Path, laid_out: None) -> None:
    own = house_text(TEMPLATES, name)
    assert faults_of(own.html, own.css) == []
    assert faults_in_every(Trial(name, sheets.RIVERTON, TEMPLATES, folder, own)) == []


REFUSED = {
    "a call": ("<h1>x</h1>\n{{ name.lines.append(1) }}", 2),
    "an import": ('<h1>x</h1>\n\n{% import "certificate.html" as x %}', 3),
    "an include from outside": ("<h1>x</h1>\n{% include '/etc/passwd' %}", 2),
    "another's template": ('<h1>x</h1>\n{% extends "closure_letter.html" %}', 2),
    "what lies behind a value": ("<h1>x</h1>\n{{ name.__class__.__mro__ }}", 2),
    "the same by a filter": ('<h1>x</h1>\n{{ name|attr("__class__") }}', 2),
    "a long text out of a short one": ('<h1>x</h1>\n{{ "a" * 999999999 }}', 2),
    "a power": ("<h1>x</h1>\n{{ 9 ** 9 ** 9 }}", 2),
    "a loop over nothing given": ("<h1>x</h1>\n{% for n in range(99999) %}{% endfor %}", 2),
    "a list of its own": ("<h1>x</h1>\n{% for n in [1, 2, 3] %}{% endfor %}", 2),
    "loops in loops in loops": (
        "<h1>x</h1>\n{% for a in facts %}{% for b in facts %}{% for c in facts %}{% endfor %}{% endfor %}{% endfor %}",
        2,
    ),
    "going around": ("<h1>x</h1>\n{% for a in facts recursive %}{{ loop(facts) }}{% endfor %}", 2),
    "a macro": ("<h1>x</h1>\n{% macro again() %}{{ again() }}{% endmacro %}", 2),
    "a value of its own": ("<h1>x</h1>\n{% set x = name %}", 2),
    "an open brace": ("<h1>x</h1>\n\n{% if name %}", 3),
    "no heading": ("<p>x</p>", 0),
    "a script": ("<h1>x</h1>\n<script>1</script>", 2),
    "a frame": ('<h1>x</h1>\n<iframe src="asset:x"></iframe>', 2),
    "a picture from elsewhere": ('<h1>x</h1>\n<img alt="" src="https://example.org/x.png">', 2),
    "a file": ('<h1>x</h1>\n<img alt="" src="file:///etc/passwd">', 2),
    "a file beside": ('<h1>x</h1>\n<img alt="" src="../youthprog.db">', 2),
    "data": ('<h1>x</h1>\n<img alt="" src="data:image/svg+xml,x">', 2),
    "a picture that says nothing": ('<h1>x</h1>\n<img src="asset:qr.svg">', 2),
    "a style sheet from elsewhere": ('<h1>x</h1>\n<link rel="stylesheet" href="//example.org/x.css">', 2),
    "an attachment": ('<h1>x</h1>\n<link rel="attachment" href="asset:theme.css/../x">', 2),
    "another base": ('<h1>x</h1>\n<base href="https://example.org/">', 2),
    "going elsewhere": ('<h1>x</h1>\n<meta http-equiv="refresh" content="0;url=https://example.org">', 2),
    "an address in a style": ('<h1>x</h1>\n<p style="background: url(https://example.org/x)">x</p>', 2),
    "a style in the page": ("<h1>x</h1>\n<style>\n@import url(https://example.org/x);</style>", 3),
    "an entity": ('<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<h1>x</h1>', 1),
    "a drawing from elsewhere": ('<h1>x</h1>\n<svg><use xlink:href="https://example.org/x#a"/></svg>', 2),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_template_that_may_not_be_is_refused_with_its_line(what: str) -> None:
    html, line = REFUSED[what]
    assert line in {fault.line for fault in faults_of(html, "")}, faults_of(html, "")


@pytest.mark.parametrize(
    ("css", "line"),
    [
        ('p {}\n@import "x.css";', 2),
        ("p {}\n\na { background: url(https://example.org/x) }", 3),
        ("a { background: url('file:///etc/passwd') }", 1),
        ("@font-face { font-family: x; src: url(x.ttf) }", 1),
        ("@page { background: url(//example.org) }", 1),
        ('p { background: image-set("https://example.org/x" 1x) }', 1),
        ("p { content: attr(href url) }", 1),
        ("p { color: red }\n}", 2),
        ("p {\n  color red;\n}", 2),
    ],
)
def test_a_style_that_may_not_be_is_refused_with_its_line(css: str, line: int) -> None:
    assert line in {fault.line for fault in faults_of("<h1>x</h1>", css)}, faults_of("<h1>x</h1>", css)


def test_a_value_there_is_not_is_named_with_its_line(folder: Path) -> None:
    html = AWARD.html.replace("{{ issuer }}</p>", "{{ isuer }}</p>")
    line = html[: html.index("isuer")].count("\n") + 1
    (fault,) = faults_in_every(trial(folder, html))
    assert (fault.part, fault.line) == ("html", line)
    assert "isuer" in fault.values["what"]


@pytest.mark.parametrize("gone", ["{{ line }}", "{{ code }}", "asset:qr.svg"])
def test_the_name_the_code_and_its_picture_stay(gone: str, folder: Path, laid_out: None) -> None:
    faults = faults_in_every(trial(folder, AWARD.html.replace(gone, "asset:star.svg" if "qr" in gone else "")))
    assert "must stay" in faults[0].text


def test_a_template_that_spills_over_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trying, "typeset", lambda html, **_named: (b"", 2))
    (fault,) = faults_in_every(trial(folder, AWARD.html))
    assert fault.values == {"pages": "2", "most": "1"}


@given(st.text(alphabet="{}%<>\"'= \nabc|.()[]/#&;:-_0", max_size=80))
def test_no_text_makes_the_check_itself_fail(text: str) -> None:
    faults_of(text, text)


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ facts.append.__self__ }}",
        "{{ lipsum.__globals__ }}",
        "{{ cycler.__init__.__globals__.os }}",
        "{{ self._TemplateReference__context }}",
        "{{ name.update({'size': 1}) }}",
        "{{ headings.clear() }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{{ range(9) }}",
        "{{ '%s' | format(1) }}",
        "{{ name | map(attribute='__class__') | list }}",
    ],
)
def test_the_sandbox_holds_without_the_check(source: str) -> None:
    values = {"facts": [], "headings": [1], "name": {"size": 2}}
    with pytest.raises((jinja2.TemplateError, TypeError)):
        fill_in(source, values)
    assert values == {"facts": [], "headings": [1], "name": {"size": 2}}


# ---- what stays in use ----


def test_the_newest_good_one_is_used_and_a_broken_one_is_passed_over(folder: Path) -> None:
    keep(folder, "award", 1, AWARD.html.replace("<body", "<body data-first=yes"), AWARD.css)
    keep(folder, "award", 2, "{% if %}", "")
    found = good_one(folder, "award")
    assert found is not None
    assert found.number == 1
    assert "data-first=yes" in compose(sheets.award(), templates=TEMPLATES, instance=folder).html
    assert "data-first=yes" not in compose(sheets.certificate(), templates=TEMPLATES, instance=folder).html


def test_one_that_cannot_be_filled_in_gives_way_to_the_house_s(folder: Path) -> None:
    keep(folder, "award", 1, "<h1>{{ nothing.of.the.kind }}</h1>", "")
    assert "Sportsmanship Award" in compose(sheets.award(), templates=TEMPLATES, instance=folder).html


def test_a_version_without_words_is_the_house_s_again(folder: Path) -> None:
    keep(folder, "award", 1, AWARD.html.replace("<body", "<body data-first=yes"), AWARD.css)
    keep(folder, "award", 2, "", "")
    assert good_one(folder, "award") is None


def test_an_unreadable_theme_is_passed_over(folder: Path) -> None:
    place = files.theme_folder(folder)
    place.mkdir(parents=True)
    (place / "0001.json").write_text(files.written(Theme(main="#0a5c36", accent="#c9a227")), encoding="utf-8")
    (place / "0002.json").write_text("{", encoding="utf-8")
    (place / "0003.json").write_text(json.dumps({"main": "#ffffff", "accent": "#fff", "crest": "", "signers": []}))
    (place / "notes.json").write_text("{}")
    assert files.read_theme(folder) == Theme(1, "#0a5c36", "#c9a227")


def test_a_theme_dresses_certificates_and_sheets(folder: Path) -> None:
    place = files.theme_folder(folder)
    place.mkdir(parents=True)
    (place / "0001.json").write_text(files.written(Theme(main="#0a5c36", accent="#c9a227")), encoding="utf-8")
    for sheet in (sheets.certificate(), sheets.completion(), sheets.roster(), sheets.closure_letter()):
        assets = compose(sheet, templates=TEMPLATES, instance=folder).assets
        styles = b"".join(content for name, content in assets.items() if name.endswith((".css", ".svg")))
        assert b"#0a5c36" in styles
        assert b"#123f73" not in styles.lower()
    house = compose(sheets.certificate(), templates=TEMPLATES).assets
    assert b"--main: #123f73" in house["theme.css"]


# ---- colors, who signs ----


@pytest.mark.parametrize(
    ("main", "accent", "code"),
    [
        ("navy", "#f2b01e", "bad_color"),
        ("#12f", "#f2b01e", "bad_color"),
        ("#7aa2d6", "#f2b01e", "main_too_pale"),
        ("#123f73", "#fdf6e3", "accent_too_pale"),
        ("#123f73", "#0f4c8f", "colors_alike"),
    ],
)
def test_colors_that_do_not_print_are_refused(main: str, accent: str, code: str) -> None:
    assert [each.code for each in refusals_to_color(main, accent)] == [code]


def test_the_house_s_colors_print() -> None:
    assert refusals_to_color(Theme().main, Theme().accent) == []
    assert round(contrast("#000000", "#ffffff"), 2) == 21


def test_whoever_signs_has_a_name_and_a_title_once() -> None:
    assert [each.code for each in refusals_to_sign([Signatory("A", ""), Signatory("a", "Chief")])] == [
        "half_a_signer",
        "signer_twice",
    ]
    assert [each.code for each in refusals_to_sign([Signatory(str(n), "x") for n in range(9)])] == ["too_many_signers"]


# ---- pictures ----

XMLNS = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9"'
SHAPE = '<path d="M0 0L9 9"/>'


@pytest.mark.parametrize(
    "inner",
    [
        "<script>alert(1)</script>",
        '<image href="file:///etc/passwd" width="9" height="9"/>',
        '<image xlink:href="https://example.org/x.png"/>',
        '<use href="https://example.org/x.svg#a"/>',
        "<foreignObject><p>x</p></foreignObject>",
        '<style>@import "https://example.org/x.css"; path { fill: url(https://example.org/x) }</style>',
        '<rect width="9" height="9" fill="url(https://example.org/x)" onload="alert(1)"/>',
        '<rect width="9" height="9" style="fill: url(file:///etc/passwd); filter: url(#f)"/>',
        '<a href="https://example.org"><path d="M0 0L1 1"/></a>',
        '<animate attributeName="href" to="https://example.org"/>',
        "<text>https://example.org</text>",
        "<!-- https://example.org --><title>https://example.org</title>",
        '<filter id="f"><feImage href="https://example.org/x"/></filter>',
        '<mask id="m"><image href="https://example.org/x"/></mask>',
    ],
)
def test_a_drawing_keeps_its_shapes_and_nothing_else(inner: str) -> None:
    clean, ending = harmless(f"<svg {XMLNS}>{SHAPE}{inner}</svg>".encode())
    assert ending == ".svg"
    assert b"M0 0L9 9" in clean
    assert not any(word in clean for word in (b"example", b"file:", b"script", b"alert", b"href", b"style", b"<a"))


def test_a_drawing_keeps_its_looks() -> None:
    source = f'<svg {XMLNS}><style>.a{{fill:#123456}}</style><path class="a" style="stroke: #fff" d="M0 0L9 9" opacity=".5"/></svg>'
    clean = harmless(source.encode())[0]
    assert all(look in clean for look in (b'fill="#123456"', b'stroke="#fff"', b'opacity=".5"'))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"<svg",
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text>only words</text></svg>',
        b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg">&x;</svg>',
        b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg">&b;</svg>',
        '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'.encode("utf-16"),
        b"\x89PNG\r\n\x1a\n but no picture",
        b"<svg>" + b" " * 300_001,
    ],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(BadPicture):
        harmless(content)


def test_a_photograph_of_a_crest_is_written_again_without_what_it_carries() -> None:
    sent = BytesIO()
    Image.new("RGB", (2400, 900), "#123f73").save(sent, "PNG", pnginfo=_carrying("secret words"))
    assert b"secret words" in sent.getvalue()
    clean, ending = harmless(sent.getvalue())
    assert ending == ".png"
    assert b"secret words" not in clean
    assert Image.open(BytesIO(clean)).size == (1600, 600)


def _carrying(text: str):
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Comment", text)
    return info


# ---- through the real press ----


def test_a_crest_as_png_is_printed_and_a_signature_stands_over_its_line(press: Press, folder: Path) -> None:
    place = files.pictures_folder(folder)
    place.mkdir(parents=True)
    picture = BytesIO()
    Image.new("RGBA", (300, 300), (200, 30, 30, 255)).save(picture, "PNG")
    (place / "0a.png").write_bytes(picture.getvalue())
    theme = Theme(crest="0a.png", signers=(Signatory("Ana Reyes", "Chief", "Jefa", "0a.png"),))
    plain = Trial("award", sheets.RIVERTON, TEMPLATES, folder, None, Theme())
    dressed = replace(plain, theme=theme)
    contents = [try_out(each, Sample(writing=Writing.ENGLISH, signers=1)) for each in (plain, dressed)]
    assert [faults for _content, faults in contents] == [[], []]
    assert contents[1][0].count(b"/Subtype /Image") > contents[0][0].count(b"/Subtype /Image")


def test_the_press_says_what_is_wrong_with_a_template(press: Press, folder: Path) -> None:
    asked = {
        "name": "award",
        "letterhead": {
            each: getattr(sheets.RIVERTON, each) for each in ("department", "unit", "address", "phone", "verify_at")
        },
        "templates": str(TEMPLATES),
        "instance": str(folder),
        "own": {"number": 1, "html": "<h1>\n{{ name.lines.pop() }}</h1>", "css": ""},
        "theme": None,
    }
    answer = press.ask("try_out", **asked, sample=None)
    assert answer["faults"] == [["html", 2, "A template cannot do this: %(what)s.", {"what": "call"}]]
    answer = press.ask("try_out", **{**asked, "own": None}, sample={"writing": "es"})
    assert answer["faults"] == []
    assert "refused" in press.ask("take_picture", content="R0lGODlh")
