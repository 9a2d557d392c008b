"""What is served as it lies: vendored files are what they say, the stylesheet stays small and in the look."""

import gzip
import hashlib
import json
import re
from functools import cache
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, nodes

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "youthprog" / "static"
TEMPLATES = ROOT / "templates"
STYLE = (STATIC / "css" / "youthprog.css").read_text(encoding="utf-8")
LIMIT = 12_000

# The look table: token, light, dark.
TOKENS = {
    "page": ("#f6f4ee", "#10161f"),
    "paper": ("#fffefb", "#19212d"),
    "ink": ("#1b2430", "#ecebe6"),
    "dim": ("#525b68", "#adb5c0"),
    "link": ("#0f4c8f", "#9cc6f8"),
    "act": ("#14335c", "#a9cdf8"),
    "on-act": ("#fff", "#0d1b30"),
    "signed": ("#14603b", "#8fd9ac"),
    "waiting": ("#6b4800", "#f3cd78"),
    "missing": ("#99201d", "#ffb3aa"),
    "signed-bg": ("#e2f1e6", "#15352a"),
    "waiting-bg": ("#fcf0cd", "#372b10"),
    "missing-bg": ("#fbe7e3", "#431d1e"),
    "calm": ("#e9edf2", "#243040"),
    "edge": ("#7a818b", "#7f8b9a"),
    "focus": ("#0f4c8f", "#ffd25e"),
}
# Text on ground, and the least contrast WCAG asks of it (3 for what is not text).
PAIRS = [
    ("ink", "page", 4.5),
    ("ink", "paper", 4.5),
    ("ink", "calm", 4.5),
    ("dim", "page", 4.5),
    ("dim", "paper", 4.5),
    ("dim", "calm", 4.5),
    ("link", "page", 4.5),
    ("link", "calm", 4.5),
    ("on-act", "act", 4.5),
    ("signed", "signed-bg", 4.5),
    ("waiting", "waiting-bg", 4.5),
    ("missing", "missing-bg", 4.5),
    ("missing", "page", 4.5),
    ("ink", "missing-bg", 4.5),
    ("edge", "page", 3),
    ("focus", "page", 3),
]


def vendored() -> list[tuple[Path, dict[str, str]]]:
    """Every file named in a VENDOR.json, with what is said about it."""
    lists = [STATIC / "vendor" / "VENDOR.json", ROOT / "tests" / "vendor" / "VENDOR.json"]
    return [((each.parent / row["file"]).resolve(), row) for each in lists for row in json.loads(each.read_text())]


def templates() -> list[Path]:
    """All page templates; documents and mails have rules of their own."""
    return [path for path in sorted(TEMPLATES.rglob("*.html")) if not {"documents", "mail"} & set(path.parts)]


@cache
def parsed(path: Path) -> nodes.Template:
    return Environment(extensions=["jinja2.ext.do"]).parse(path.read_text(encoding="utf-8"))


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize(("path", "said"), vendored(), ids=lambda value: value.name if isinstance(value, Path) else "")
def test_a_vendored_file_is_the_one_that_was_named(path: Path, said: dict[str, str]) -> None:
    assert hashlib.sha256(path.read_bytes()).hexdigest() == said["sha256"]
    assert all(said[key] for key in ("name", "version", "license"))


def test_nothing_lies_in_vendor_or_fonts_unnamed() -> None:
    named = {path for path, _said in vendored()}
    for folder in (STATIC / "vendor", STATIC / "fonts", ROOT / "tests" / "vendor"):
        for path in folder.iterdir():
            kept = path.name == "VENDOR.json" or path.suffix == ".txt"
            assert kept or path.resolve() in named, f"{path.name} has no line in VENDOR.json"


def test_the_stylesheet_stays_small() -> None:
    assert len(gzip.compress(STYLE.encode(), 9)) <= LIMIT


def test_the_stylesheet_fetches_only_our_own_files() -> None:
    addresses = re.findall(r"url\(\"([^\"]+)\"\)", STYLE)
    assert addresses
    for address in addresses:
        assert address.startswith("#") or (STATIC / "css" / address).resolve().is_file(), address


def test_everything_in_the_stylesheet_lies_in_a_layer() -> None:
    """An unlayered rule would beat `@layer print`; only fonts and the order of layers stand outside."""
    depth, outside, text = 0, "", re.sub(r"/\*.*?\*/", "", STYLE, flags=re.S)
    heads = []
    for character in text:
        if character == "{":
            if depth == 0:
                heads.append(outside.rsplit(";", 1)[-1].strip())
                outside = ""
            depth += 1
        elif character == "}":
            depth -= 1
        elif depth == 0:
            outside += character
    assert depth == 0
    assert {head.split()[0] for head in heads} <= {"@layer", "@font-face"}


def token_values(name: str) -> list[str]:
    return re.findall(rf"--{name}: (#[0-9a-f]+);", STYLE.split("@layer base {")[0])


@pytest.mark.parametrize("name", TOKENS)
def test_a_token_is_the_one_of_the_look(name: str) -> None:
    expected = TOKENS[name]
    values = token_values(name)
    assert (values[0], values[-1]) == expected


def luminance(color: str) -> float:
    digits = color.lstrip("#")
    digits = "".join(each * 2 for each in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground", "least"), PAIRS)
def test_colors_can_be_read(text: str, ground: str, least: float, scheme: int) -> None:
    lights = sorted((luminance(TOKENS[text][scheme]), luminance(TOKENS[ground][scheme])))
    assert (lights[1] + 0.05) / (lights[0] + 0.05) >= least


@pytest.mark.parametrize("path", templates(), ids=shown)
def test_a_page_brings_its_code_and_style_in_files_of_ours(path: Path) -> None:
    tree = parsed(path)
    markup = "".join(part.data for part in tree.find_all(nodes.TemplateData))
    assert not re.search(r"<style|<script(?![^>]*\ssrc=)", markup, re.I), "inline code"
    assert not re.search(r"https?://(?!www\.w3\.org)", markup), "an address outside"


def test_no_rule_of_a_page_measures_what_a_chart_draws() -> None:
    """A size in the stylesheet outdoes that of a bar: a rule for another `.bar` made all bars as long as the page."""
    chart = (TEMPLATES / "_ui" / "chart.html").read_text()
    drawn = set(re.findall(r'<rect class="(\w+)[^>]* height="{{', chart))  # as tall as its figure says
    assert "bar" in drawn
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", STYLE)
    bare = {each.strip() for names, body in rules if "-size:" in body for each in names.split(",")}
    assert not bare & {f".{name}" for name in drawn}


def test_every_icon_that_is_asked_for_exists() -> None:
    icons = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True).get_template("_ui/icons.html").module
    known = {*icons.strokes, "disc-check", "dashed-ring"}
    for path in templates():
        tree = parsed(path)
        for call in tree.find_all(nodes.Call):
            named = isinstance(call.node, nodes.Name) and call.node.name == "icon"
            if named and call.args and isinstance(call.args[0], nodes.Const):
                assert call.args[0].value in known, f"{shown(path)}: {call.args[0].value}"
            for keyword in call.kwargs:
                if keyword.key == "icon" and isinstance(keyword.value, nodes.Const):
                    assert keyword.value.value in known, f"{shown(path)}: {keyword.value.value}"


def test_every_class_that_is_used_is_styled() -> None:
    """A class nobody styles is a slip of the pen."""
    styled = set(re.findall(r"\.([a-z][a-z0-9_-]*)", STYLE))
    unstyled = {"todo", "plain"}
    for path in templates():
        tree = parsed(path)
        for part in tree.find_all(nodes.TemplateData):
            for value in re.findall(r"\sclass=\"([a-z0-9_ -]+)\"", part.data):
                unknown = set(value.split()) - styled - unstyled
                assert not unknown, f"{shown(path)}: {unknown}"
