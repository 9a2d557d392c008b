"""Invented requirements and papers."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.makers.people import NOW
from youthprog.core import db
from youthprog.core.actor import SYSTEM
from youthprog.credentials.models import Credential, CredentialRule
from youthprog.credentials.services import add_rule
from youthprog.credentials.types import BUILT_IN, CONCUSSION, Step

KINDS = {kind.code: kind for kind in BUILT_IN}


def make_rule(kind: str = CONCUSSION, **values: Any) -> CredentialRule:
    """Something asked of all who serve, valid for a year, renewed from 90 days before its end."""
    asked = {
        "program_id": None, "valid_months": 12, "grace_days": 0, "renew_days": 90, "source": "Board", "source_on": date(2026, 1, 5)
    }  # fmt: skip
    return add_rule(KINDS[kind], by=SYSTEM, now=NOW, **(asked | values))


def make_paper(person_id: int, issued_on: date, kind: str = CONCUSSION, step: Step = Step.APPROVED) -> Credential:
    """A paper on file, accepted unless told otherwise."""
    row = Credential(
        person_id=person_id, kind=kind, is_check=KINDS[kind].is_check, step=step, issued_on=issued_on, provider="County",
        recorded_at=NOW,
    )  # fmt: skip
    db.session().add(row)
    db.flush()
    return row
