"""Agreeing to records on a screen: the seven points of 15 USC 7001(c), the sample, and paper instead."""

import hashlib
import json
import tomllib
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from youthprog.audit.services import record
from youthprog.consent import queries, rules
from youthprog.consent.cases import note
from youthprog.consent.models import Disclosure
from youthprog.consent.queries import Case
from youthprog.consent.types import DISCLOSURE, DisclosureWords, Happening
from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.refusals import refuse_if
from youthprog.people.models import Person

SOURCE = Path(__file__).resolve().parent / "forms" / "electronic_records.toml"


def disclosure_words(language: str, *, phone: str, email: str) -> DisclosureWords:
    """The words of today in a language, with the department's phone and mail address in their places."""
    words = disclosure_source()[language]
    values = {"phone": phone, "email": email}
    points = tuple((each["label"], rules.filled(each["text"], values)) for each in words["point"])
    return DisclosureWords(
        words["title"], words["intro"], points, sample=words["sample"], agree=words["agree"], paper=words["paper"]
    )


def disclosure_sha256(language: str) -> str:
    """The SHA-256 of the words of today in a language, before the department's addresses are filled in."""
    words = json.dumps(disclosure_source()[language], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(words.encode()).hexdigest()


@lru_cache(maxsize=1)
def disclosure_source() -> dict[str, Any]:
    """The file of the words, read once."""
    return tomllib.loads(SOURCE.read_text(encoding="utf-8"))


def open_sample(person_id: int, *, language: str, by: Actor, now: datetime) -> None:
    """Note that the person opened the sample; the first time counts."""
    row = _row(person_id, language)
    if row.opened_at is None:
        row.opened_at = now
        db.flush()
        record("disclosure.opened", "person", person_id, by=by, now=now, version=DISCLOSURE, language=language)


def agree_to_screens(cases: Sequence[Case], person_id: int, *, language: str, by: Actor, now: datetime) -> None:
    """Agree to sign on a screen. Raises `Refused` until the sample was opened. Agreeing again changes nothing."""
    row = queries.find_disclosure(person_id)
    refuse_if(rules.refusals_to_agree(row.opened_at if row else None))
    assert row is not None
    if row.accepted_at is not None:
        return
    row.accepted_at, row.language, row.wants_paper_at = now, language, None
    db.flush()
    detail = {"version": row.version, "language": language, "ip": by.ip, "agent": by.user_agent}
    for case in cases:
        note(case.request.id, Happening.AGREED, now, detail)
    record("disclosure.accepted", "person", person_id, by=by, now=now, version=row.version, language=language)


def want_paper(cases: Sequence[Case], person_id: int, *, language: str, by: Actor, now: datetime) -> None:
    """Ask for paper instead, or take an agreement back; the office sees it with every request that waits."""
    row = _row(person_id, language)
    if row.wants_paper_at is not None:
        return
    row.wants_paper_at, row.accepted_at = now, None
    db.flush()
    for case in cases:
        note(case.request.id, Happening.WANTS_PAPER, now, {"language": language})
    record("disclosure.paper_wanted", "person", person_id, by=by, now=now, version=row.version, language=language)


def _row(person_id: int, language: str) -> Disclosure:
    """The person's row, made when there is none. The person is locked: two presses at once make one."""
    db.session().get(Person, person_id, with_for_update=True)
    row = queries.find_disclosure(person_id)
    if row is None:
        row = Disclosure(person_id=person_id, version=DISCLOSURE, language=language)
        db.session().add(row)
        db.flush()
    return row
