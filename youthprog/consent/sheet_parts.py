"""One part of somebody else that came on paper by itself: a doctor's sheet, a coach's, the young person's.

What others signed on the guardian's own sheet is entered with it (`entering`). Here a part is copied from the scan while
the form is open or after it was signed, on paper, by telephone or online. The route is paper whatever that of the form.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from youthprog.consent import desk_queries, parts, queries, rules, showing
from youthprog.consent.entering import part_facts
from youthprog.consent.entry_rules import is_on_the_sheet, refusals_to_enter_part
from youthprog.consent.models import ConsentPart
from youthprog.consent.parts import Hand
from youthprog.consent.queries import Case
from youthprog.consent.scans import scan_hash
from youthprog.consent.signing_parts import PreparedPart, prepare_part, sign_part
from youthprog.consent.types import Question, Route, Signer
from youthprog.core.actor import Actor
from youthprog.core.refusals import refuse_if


def parts_to_enter(case: Case, on: date) -> list[Question]:
    """The parts of others that may be copied from a sheet of their own now.

    While the guardian still answers, the young person and an interpreter sign in the same sitting or on the same sheet.
    """
    if parts.part_is_closed(case, on):
        return []
    asked = parts.parts_asked(case, queries.questions_of(case.version.id), on)
    alone = (Signer.EXTERNAL, Signer.COACH) if case.request.state in rules.OPEN_STATES else parts.ON_A_SHEET
    return [
        question
        for question, part in asked
        if is_on_the_sheet(question)
        and showing.signer_of(question) in alone
        and (part is None or part.signed_at is None)
    ]


@dataclass(frozen=True)
class SheetEntry:
    """A part as it was copied from its sheet, sealed on paper where its form is signed, and not yet recorded."""

    answer: Mapping[str, Any]
    typed_name: str
    hand: Hand
    prepared: PreparedPart | None


def prepare_entered_part(
    case: Case, question: Question, given: Mapping[str, Any], *, by: Actor, now: datetime
) -> SheetEntry:
    """Decide what the scanned sheet says, and print and seal it, without a lock.

    `given` is the answer with the name and the day on the sheet. Raises `Refused` with every reason, `PressFailed`.
    """
    pages = [each.sha256 for each in desk_queries.sheet_of(case)]
    facts = part_facts(case, question, given, now)
    refuse_if(
        refusals_to_enter_part(facts, recorder_id=by.person_id, guardian_id=case.guardian.id, is_scanned=bool(pages))
    )
    answer = {name: value for name, value in given.items() if name not in ("typed_name", "signed_on")}
    hand = Hand(Route.PAPER, by.name, by.person_id, facts.signed_on, scan_hash(pages))
    prepared = prepare_part(
        case, question, answer, typed_name=facts.typed_name, hand=hand, by=by, now=now, language=case.request.language
    )
    return SheetEntry(answer, facts.typed_name, hand, prepared)


def enter_part(case: Case, question: Question, entry: SheetEntry, *, by: Actor, now: datetime) -> ConsentPart:
    """Record the part of somebody else as the scanned sheet has it. Of a signed form the section is decided now.

    Raises `Refused`: the part was signed meanwhile; `Conflict` when the guardian signed after this was prepared.
    """
    return sign_part(
        case, question, entry.answer, typed_name=entry.typed_name, prepared=entry.prepared, hand=entry.hand,
        person_id=case.youth.id if showing.signer_of(question) is Signer.ATHLETE else None, by=by, now=now,
    )  # fmt: skip
