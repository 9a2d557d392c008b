"""A phone without a network reads cards as the server does: both rules on the same texts."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

import pytest
from playwright._impl._driver import compute_driver_executable

from tests.support.browser import DRIVER_REASON, driver_starts
from tests.support.proofs import cases
from tests.support.skipping import skip_unless_ci
from youthprog.attendance.card_rules import code_in
from youthprog.core.crypto import CODE_LETTERS
from youthprog.core.refusals import Refusal

TWIN = Path(__file__).resolve().parents[2] / "youthprog" / "static" / "js" / "cards.js"
RUN = """
import { readFileSync } from "node:fs";
const source = readFileSync(process.argv[2], "utf8");
const twin = await import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);
const found = JSON.parse(readFileSync(0, "utf8")).map(([text, host]) => twin.codeIn(text, host));
process.stdout.write(JSON.stringify(found.map(({ code, refusal }) => [code ?? null, refusal ?? null])));
"""
HOST = "youth.city.example:8443"
SCHEMES = ("https://", "http://", "HTTPS://", "//", "", "ftp://", "javascript:", "https:/")
HOSTS = (HOST, HOST.upper(), "elsewhere.example", f"{HOST}@evil.example", f"{HOST}.evil.example", "")
PATHS = ("/k/", "/K/", "/v/", "/k", "/k//", "/", "")
ENDS = ("", "/", "//", "?x=1", "#y", "/more", " ", "?/k/")


def text_of(dice: random.Random) -> str:
    """A card's text, or something near one."""
    letters = CODE_LETTERS + ("01OI" if dice.random() < 0.1 else "")
    code = "".join(dice.choices(letters, k=dice.choice((10, 10, 10, 10, 9, 11, 0))))
    code = dice.choice((str, str.lower, str.upper))(code)
    if dice.random() < 0.4:
        at = dice.randrange(len(code) + 1)
        code = code[:at] + dice.choice(("-", " ", "\u2013", ".", "ß", "é", "\u00a0")) + code[at:]
    if dice.random() < 0.4:
        return dice.choice(("", " ", "\n")) + code + dice.choice(("", " ", "x" * 200))
    return dice.choice(SCHEMES) + dice.choice(HOSTS) + dice.choice(PATHS) + code + dice.choice(ENDS)


@pytest.mark.proof("a phone without a network reads cards as the server does", room="attendance")
def test_both_read_the_same(tmp_path: Path) -> None:
    if not driver_starts():
        skip_unless_ci(DRIVER_REASON)
    dice = random.Random(10)
    texts = [text_of(dice) for _each in range(cases(full=100_000, sample=2_000))]
    script = tmp_path / "run.mjs"
    script.write_text(RUN, encoding="utf-8")
    done = subprocess.run(
        [compute_driver_executable()[0], str(script), str(TWIN)],
        input=json.dumps([(text, HOST) for text in texts]), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    phone = [tuple(each) for each in json.loads(done.stdout)]
    read = [code_in(text, HOST) for text in texts]
    server = [(None, each.code) if isinstance(each, Refusal) else (each, None) for each in read]
    wrong = [(text, a, b) for text, a, b in zip(texts, phone, server, strict=True) if a != b]
    assert not wrong, f"{len(wrong)} differ, first {wrong[0]}"
    assert {refusal for _code, refusal in server} == {None, "foreign_code", "other_department"}
