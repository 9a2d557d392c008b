"""Issuing and the public check, on both engines."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from tests.makers import sheets
from tests.support.pages import Visitor
from youthprog import config
from youthprog.core import db
from youthprog.core.refusals import NotFound, Refused
from youthprog.documents import commands, queries, seal, services, storage
from youthprog.documents.codes import grouped
from youthprog.documents.models import Document
from youthprog.documents.press import Press, SheetJob

NOW = datetime(2026, 11, 21, 18, tzinfo=UTC)


def issue(name: str = "Li Wu") -> Document:
    prepared = services.prepare(sheets.certificate(name, code=services.new_code()), now=NOW)
    document = services.record_document(prepared, subject_kind="youth", subject_id=7, now=NOW)
    db.session().commit()
    return document


def test_a_document_is_issued_kept_and_found(app: Flask) -> None:
    document = issue()
    assert queries.find_by_code(grouped(document.code).lower()) is document
    assert queries.get(document.id) is document
    assert queries.list_of_subject("youth", 7) == [document]
    assert queries.find_by_code("nonsense") is None
    with pytest.raises(NotFound):
        queries.get(document.id + 1)
    content = services.load_bytes(document)
    assert len(content) == document.size_bytes
    assert services.verify_upload(content).is_ours
    assert document.sealed


@pytest.mark.press
def test_a_consent_record_is_issued(app: Flask) -> None:
    prepared = services.prepare(sheets.consent_record(code=services.new_code()), now=NOW)
    document = services.record_document(prepared, subject_kind="consent", subject_id=1, now=NOW)
    assert document.pages == 2
    assert document.title == "Signed consent record · Fall Flag Football 2026"


def test_a_file_changed_on_disk_is_not_handed_out(app: Flask) -> None:
    document = issue()
    path = storage.path_of(document.sha256, app.config["YOUTHPROG"].documents)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(storage.Damaged):
        services.load_bytes(document)


def test_what_was_prepared_and_not_recorded_leaves_no_file(app: Flask) -> None:
    prepared = services.prepare(sheets.certificate(code=services.new_code()), now=NOW)
    path = storage.path_of(prepared.sha256, app.config["YOUTHPROG"].documents)
    assert path.exists()
    services.discard(prepared)
    assert not path.exists()


def test_discarding_spares_what_was_recorded(app: Flask) -> None:
    prepared = services.prepare(sheets.certificate(code=services.new_code()), now=NOW)
    document = services.record_document(prepared, subject_kind="youth", subject_id=7, now=NOW)
    services.discard(prepared)
    assert services.load_bytes(document) == prepared.content


def test_two_documents_never_share_a_code(app: Flask) -> None:
    document = issue()
    prepared = services.prepare(sheets.certificate(code=document.code), now=NOW)
    with pytest.raises(IntegrityError):
        services.record_document(prepared, subject_kind="youth", subject_id=8, now=NOW)


def test_a_name_beyond_any_use_is_refused_before_the_press(app: Flask) -> None:
    with pytest.raises(Refused) as refused:
        services.prepare(sheets.certificate("a" * 101), now=NOW)
    assert [reason.code for reason in refused.value.reasons] == ["name_too_long"]


def test_a_certificate_with_a_hole_in_the_name_is_refused(app: Flask) -> None:
    with pytest.raises(Refused) as refused:
        services.prepare(sheets.certificate("欧阳若曦"), now=NOW)
    assert [reason.code for reason in refused.value.reasons] == ["missing_glyphs"]


def test_revoking_shows_at_once_and_happens_once(app: Flask, visitor: Visitor) -> None:
    document = issue()
    services.revoke(document, reason="Wrong season for Li Wu", now=NOW)
    db.session().commit()
    code = grouped(document.code)
    page = visitor.get(f"/v/{code}")
    assert page.h1 == "This document was revoked"
    assert "Li Wu" not in page.text
    with pytest.raises(Refused):
        services.revoke(queries.get(document.id), reason="Again", now=NOW)


def test_the_public_page_shows_title_issuer_date_and_no_name(app: Flask, visitor: Visitor) -> None:
    page = visitor.get(f"/v/{grouped(issue('Li Wu').code)}")
    assert page.h1 == "This document is genuine"
    for words in (
        "Certificate of Participation · Fall Flag Football",
        "Riverton Police Youth Programs",
        "November 21, 2026",
    ):
        assert words in page.text
    assert "Li Wu" not in page.text_source


@pytest.mark.parametrize("code", ["AAAA-AAAA", "nonsense", "0000-0000", "x" * 500, "%00", "é"])
def test_an_unknown_code(code: str, app: Flask, visitor: Visitor) -> None:
    assert visitor.get(f"/v/{code}", status=404).h1 == "We do not know this code"


def test_a_typed_code_leads_to_its_page(app: Flask, visitor: Visitor) -> None:
    code = grouped(issue().code)
    assert visitor.get(f"/v/?code={code.lower()}").h1 == "This document is genuine"
    page = visitor.get("/v/?code=12", status=422)
    assert "8 letters and digits" in page.text


def test_the_form_speaks_spanish(app: Flask, visitor: Visitor) -> None:
    visitor.get("/language/es?next=/v/")
    assert visitor.get("/v/").h1 == "Compruebe un documento"


def upload(visitor: Visitor, content: bytes, status: int = 200) -> Any:
    return visitor.post("/v/", {"file": (BytesIO(content), "paper.pdf")}, status=status, form_from="/v/")


@pytest.mark.press
def test_an_uploaded_file_is_checked(app: Flask, visitor: Visitor) -> None:
    document = issue()
    content = services.load_bytes(document)
    assert upload(visitor, content).h1 == "This document is genuine"
    assert "the very file we issued" in visitor.page.text  # type: ignore[union-attr]
    assert upload(visitor, content[:-30] + b"x" * 30).h1 == "This file is not ours"
    assert upload(visitor, content + b"\n").h1 == "This file was changed"
    assert upload(visitor, b"junk").h1 == "This file is not ours"
    assert "Choose the PDF file" in upload(visitor, b"", status=422).text


@pytest.mark.press
def test_a_sealed_file_whose_record_is_gone_is_still_ours(app: Flask, visitor: Visitor) -> None:
    content = services.prepare(sheets.certificate(code=services.new_code()), now=NOW).content
    assert upload(visitor, content).h1 == "This file bears our seal"


@pytest.mark.press
def test_the_command_tells_ours_from_others(
    app: Flask, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands, "create_app", lambda: app)
    document = issue()
    ours, changed = tmp_path / "ours.pdf", tmp_path / "changed.pdf"
    ours.write_bytes(services.load_bytes(document))
    changed.write_bytes(services.load_bytes(document) + b"\n")
    db.session().rollback()
    assert run(commands, ours) == 0
    assert "ours and unchanged" in capsys.readouterr().out
    assert run(commands, changed) == 3
    assert "something was added afterwards" in capsys.readouterr().err


def attacks(content: bytes, tmp_path: Path) -> dict[str, bytes]:
    """Four ways to change a sealed record, and what becomes of it."""
    place = content.index(b"stream") + 20
    again = BytesIO()
    with pikepdf.open(BytesIO(content)) as pdf:
        pdf.save(again)
    seal.make_seal_keys(tmp_path / "elsewhere", department="Elsewhere Police")
    unsealed = Press(tmp_path / "elsewhere", keys=tmp_path / "elsewhere")
    try:
        job = SheetJob(sheets.consent_record(), config.ROOT / "templates", tmp_path / "elsewhere", NOW)
        elsewhere = unsealed.print_sheet(job).content
    finally:
        unsealed.close()
    return {
        "flipped": content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :],
        "appended": content + b"\n% a later thought\n",
        "saved again": again.getvalue(),
        "other authority": elsewhere,
    }


@pytest.mark.press
def test_the_command_detects_every_attack_on_a_record(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands, "create_app", lambda: app)
    prepared = services.prepare(sheets.consent_record(code=services.new_code()), now=NOW)
    document = services.record_document(prepared, subject_kind="consent_request", subject_id=1, now=NOW)
    db.session().commit()
    content = services.load_bytes(document)
    said = {}
    for name, changed in attacks(content, tmp_path).items():
        assert changed != content
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(changed)
        db.session().rollback()
        assert run(commands, path) == 3, name
        said[name] = capsys.readouterr().err
    assert said["flipped"]
    assert said["saved again"]
    assert "something was added afterwards" in said["appended"]
    assert "sealed by somebody else" in said["other authority"]
    path.write_bytes(content)
    assert run(commands, path) == 0


def run(module: Any, path: Any) -> int:
    parser = ArgumentParser()
    module.verify_arguments(parser)
    return int(module.verify_run(parser.parse_args([str(path)])))
