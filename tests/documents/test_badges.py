"""Badges signed by the press and checked by a library that is none of ours (PyJWT); files joined with their tags whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import jwt
import page
import pikepdf
import pytest
import time_machine

from tests.documents.conftest import NOON, TEMPLATES, PrintSheet, broken_rules
from tests.makers import sheets
from tests.rules.test_batches import BADGE, faults_of
from youthprog import config
from youthprog.documents import badge_keys
from youthprog.documents.badges import LONGEST, credential_of
from youthprog.documents.compose import compose
from youthprog.documents.joining import join
from youthprog.documents.press import Press, SheetJob
from youthprog.documents.qr import qr_png, qr_version
from youthprog.documents.stamping.symbols import squares_from

UA1 = page.ValidationProfile.PDF_UA_1
KEYS_AT = "https://youth.riverton.example/badges"


@pytest.fixture(scope="module")
def signed(press: Press) -> str:
    return press.sign_badge(credential_of(BADGE), keys_at=KEYS_AT)


def key_of(signed: str, folder: Path) -> jwt.PyJWK:
    """The key that a badge points to, out of the set we publish."""
    found = jwt.PyJWKSet.from_json((folder / "badge-keys.json").read_text())
    address = jwt.get_unverified_header(signed)["kid"]
    assert address.startswith(f"{KEYS_AT}/")
    return found[address.rpartition("/")[2]]


@pytest.fixture(autouse=True)
def after_it_was_awarded() -> Iterator[None]:
    """A badge is valid from the day it was awarded on."""
    with time_machine.travel(BADGE.issued_at + timedelta(days=1)):
        yield


@pytest.mark.press
def test_a_badge_checks_out_with_an_independent_library(signed: str, instance: Path) -> None:
    claims = jwt.decode(signed, key_of(signed, instance), algorithms=["RS256"], issuer=f"{KEYS_AT}/issuer")
    assert claims == credential_of(BADGE)
    assert faults_of(claims) == []
    assert jwt.get_unverified_header(signed)["typ"] == "JWT"
    assert len(signed) < LONGEST


@pytest.mark.press
def test_a_changed_badge_does_not(signed: str, instance: Path) -> None:
    head, claims, seal = signed.split(".")
    other = credential_of(replace(BADGE, holder="Somebody Else"))
    forged = f"{head}.{badge_keys._json(other)}.{seal}"
    for bad in (forged, f"{head}.{claims}.{seal[:-4]}AAAA", f"{badge_keys._json({'alg': 'none'})}.{claims}."):
        with pytest.raises(jwt.PyJWTError):
            jwt.decode(bad, key_of(signed, instance), algorithms=["RS256"])


@pytest.mark.press
def test_the_published_key_has_no_private_half_and_the_private_one_is_its_owners_alone(
    signed: str, instance: Path
) -> None:
    assert '"d"' not in (instance / "badge-keys.json").read_text()
    assert (instance / badge_keys.PRIVATE).stat().st_mode & 0o077 == 0
    assert badge_keys.make_badge_key(instance) is False


# ---- joining ----


@pytest.fixture(scope="module")
def several(print_sheet: PrintSheet) -> list[bytes]:
    names = ["Kofi Mensah", "Imani Okafor-Williams", "Ana Ruiz"]
    found = [print_sheet(replace(sheets.certificate(), name=name), sealed=True) for name in names]
    return [*found, print_sheet(sheets.roster())]


@pytest.mark.press
def test_joined_files_keep_their_tags_and_their_promise(several: list[bytes]) -> None:
    joined = join(several)
    assert broken_rules(joined, UA1) == set()
    with pikepdf.open(BytesIO(joined)) as pdf:
        assert len(pdf.pages) == sum(len(pikepdf.open(BytesIO(each)).pages) for each in several)
        assert str(pdf.Root.Lang) == "en"
        assert "/AcroForm" not in pdf.Root
        assert len(pdf.Root.StructTreeRoot.K) == len(several)
        for element in pdf.Root.StructTreeRoot.ParentTree.Nums[1::2]:
            assert element is not None
    assert outline(joined) == [line for each in several for line in outline(each)]
    assert len(joined) < sum(len(each) for each in several) / 2, "the artwork is in it more than once"


@pytest.mark.press
def test_a_joined_file_without_its_tree_is_seen(several: list[bytes]) -> None:
    with pikepdf.open(BytesIO(join(several))) as pdf:
        del pdf.Root.StructTreeRoot
        out = BytesIO()
        pdf.save(out)
    assert broken_rules(out.getvalue(), UA1)


def outline(content: bytes) -> list[tuple[str, int]]:
    """The structure of a file, flattened: role and how many marked pieces hang on each element."""
    with pikepdf.open(BytesIO(content)) as pdf:
        found: list[tuple[str, int]] = []
        _walk(pdf.Root.StructTreeRoot.K, found)
    return found


def _walk(node: object, found: list[tuple[str, int]]) -> None:
    if isinstance(node, pikepdf.Array):
        for each in node:
            _walk(each, found)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        kids = node.get("/K", pikepdf.Array())
        pieces = kids if isinstance(kids, pikepdf.Array) else [kids]
        found.append(
            (str(node.S), sum(not isinstance(each, pikepdf.Dictionary) or "/S" not in each for each in pieces))
        )
        _walk(kids, found)


# ---- the picture on paper ----


@pytest.mark.parametrize("host", ["youth.riverton.example", f"{'h' * 50}.example"])
def test_the_picture_on_a_certificate_stays_within_version_four(host: str) -> None:
    address = f"https://{host}/v/R3WD8HNC"
    assert qr_version(address) <= 4
    assert qr_png(address).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "host", ["youth.riverton.example", "youth-programs.police.springfield.example", f"{'h' * 50}.example"]
)
def test_a_module_on_paper_is_wide_enough_for_any_telephone(host: str) -> None:
    sheet = sheets.certificate()
    sheet = replace(sheet, letterhead=replace(sheet.letterhead, verify_at=f"{host}/v"))
    composed = compose(sheet, templates=TEMPLATES)
    assert composed.html.count("asset:qr.svg") == 1
    across = squares_from(composed.assets["qr.svg"]).across  # type: ignore[union-attr]
    box = re.search(r"\.qr \{[^}]*width: ([\d.]+)mm", composed.assets["certificate.css"].decode())
    assert across <= 37, "larger than version 4"
    assert float(box.group(1)) / across >= 0.7  # type: ignore[union-attr]


# ---- which document a file was ----


@pytest.mark.press
def test_a_seal_names_its_document_in_a_file_that_was_changed_too(press: Press, instance: Path) -> None:
    sheet = sheets.certificate()
    sealed = press.print_sheet(SheetJob(sheet, config.ROOT / "templates", instance, NOON)).content
    assert press.verify(sealed).code == sheet.code
    place = sealed.index(b"/MediaBox")
    changed = sealed[:place] + b"/MediaBux" + sealed[place + 9 :]
    report = press.verify(changed)
    assert (report.ours, report.intact, report.code) == (True, False, sheet.code)
    assert press.verify(b"%PDF-1.7 of somebody").code is None
