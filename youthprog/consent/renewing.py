"""What a guardian answered last time, and confirming it instead of answering again."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from youthprog.consent.models import ConsentDecision, ConsentRequest, FormVersion, PickupPerson, Section, SectionText
from youthprog.consent.queries import Case
from youthprog.consent.types import Decision, SectionKind
from youthprog.core import db
from youthprog.people import queries as people
from youthprog.people.models import HealthNote
from youthprog.programs.models import Season


@dataclass(frozen=True)
class Earlier:
    """A signed request that another renews: when it was signed, its answers, and the hashes of its words."""

    signed_at: datetime
    language: str
    answers: Mapping[str, Mapping[str, Any]]
    hashes: Mapping[tuple[str, str], str]


def find_renewed(youth_id: int, guardian_id: int, season_id: int, version_id: int) -> int | None:
    """The newest request this guardian signed about the youth, of the same program and form, which a new one renews.

    Another program's words would speak of another program. One statement.
    """
    form_id = sa.select(FormVersion.form_id).where(FormVersion.id == version_id).scalar_subquery()
    program_id = sa.select(Season.program_id).where(Season.id == season_id).scalar_subquery()
    return db.session().scalar(
        sa.select(ConsentRequest.id)
        .join(Season, Season.id == ConsentRequest.season_id)
        .join(FormVersion, FormVersion.id == ConsentRequest.form_version_id)
        .where(
            FormVersion.form_id == form_id,
            Season.program_id == program_id,
            ConsentRequest.gathering_id.is_(None),
            ConsentRequest.youth_id == youth_id,
            ConsentRequest.guardian_id == guardian_id,
            ConsentRequest.signed_at.is_not(None),
            ConsentRequest.purged_at.is_(None),
        )
        .order_by(ConsentRequest.signed_at.desc(), ConsentRequest.id.desc())
        .limit(1)
    )


def earlier_answers(cases: Sequence[Case]) -> dict[int, Earlier]:
    """What the same guardian answered in the requests these renew, by the new request. Five statements at most.

    Decisions tell yes or no; people come from their own tables; words about health only when this very guardian wrote
    them in that signing and they still hold. What was taken back is left out, and so is asked again.
    """
    renewed = {case.request.renews_id: case for case in cases if case.request.renews_id is not None}
    if not renewed:
        return {}
    rows = db.session().execute(
        sa.select(ConsentRequest, ConsentDecision, Section.kind, SectionText.language, SectionText.sha256)
        .join(ConsentDecision, ConsentDecision.request_id == ConsentRequest.id)
        .join(Section, Section.id == ConsentDecision.section_id)
        .join(SectionText, SectionText.section_id == Section.id)
        .where(ConsentRequest.id.in_(renewed), ConsentDecision.withdrawn_at.is_(None))
    )
    signed: dict[int, ConsentRequest] = {}
    kinds: dict[int, dict[str, tuple[SectionKind, Decision]]] = defaultdict(dict)
    hashes: dict[int, dict[tuple[str, str], str]] = defaultdict(dict)
    for request, decision, kind, language, sha256 in rows:
        signed[request.id] = request
        kinds[request.id][decision.section_key] = (kind, decision.decision)
        hashes[request.id][decision.section_key, language] = sha256
    told = _told_facts(list(signed.values()))
    found = {}
    for request_id, request in signed.items():
        case = renewed[request_id]
        if request.guardian_id == case.guardian.id and request.youth_id == case.youth.id and request.signed_at:
            answers = {
                key: answer
                for key, (kind, decision) in kinds[request_id].items()
                if (answer := _answered_before(kind, decision, told[request_id])) is not None
            }
            found[case.request.id] = Earlier(request.signed_at, request.language, answers, hashes[request_id])
    return found


@dataclass
class _Told:
    """What one signing left in the tables of people and health. `health` is None when it no longer holds whole."""

    names: list[str]
    contact: dict[str, str] | None
    health: dict[str, str] | None


def _told_facts(signed: Sequence[ConsentRequest]) -> dict[int, _Told]:
    """Three statements for any number of requests."""
    names: dict[int, list[str]] = defaultdict(list)
    people_rows = sa.select(PickupPerson).where(
        PickupPerson.request_id.in_([each.id for each in signed]),
        PickupPerson.end_document_id.is_(None),  # whom the signer took off the list is not proposed again
    )
    for person in db.session().scalars(people_rows.order_by(PickupPerson.id)):
        names[person.request_id].append(person.name)
    youth_ids = [each.youth_id for each in signed]
    contacts = people.emergency_of(youth_ids)
    notes: dict[tuple[int, datetime], list[HealthNote]] = defaultdict(list)
    told_then = sa.select(HealthNote).where(
        HealthNote.youth_id.in_(youth_ids), HealthNote.recorded_at.in_([each.signed_at for each in signed])
    )
    for note in db.session().scalars(told_then):
        notes[note.youth_id, note.recorded_at].append(note)
    found = {}
    for each in signed:
        assert each.signed_at is not None
        own = notes[each.youth_id, each.signed_at]
        last = contacts.get(each.youth_id, [])[-1:]
        contact = {"name": last[0].name, "phone": last[0].phone, "relation": last[0].relation or ""} if last else None
        found[each.id] = _Told(names[each.id], contact, _health_words(own))
    return found


def _health_words(notes: Sequence[HealthNote]) -> dict[str, str] | None:
    if not notes:
        return {"choice": "no"}
    if len(notes) > 1 or notes[0].ended_at is not None:
        return None
    note = notes[0]
    return {"choice": "yes", "alert": note.unseal("alert_sealed") or "", "detail": note.unseal("detail_sealed") or ""}


def _answered_before(kind: SectionKind, decision: Decision, told: _Told) -> Mapping[str, Any] | None:
    """An answer as it was given, as far as it is known still; None is asked again."""
    match kind:
        case SectionKind.DECISION:
            return {"choice": "yes" if decision is Decision.GIVEN else "no"}
        case SectionKind.INFORMATION:
            return {"choice": "read"}
        case SectionKind.PICKUP:
            return {"names": told.names} if told.names else None
        case SectionKind.EMERGENCY:
            return told.contact
        case SectionKind.HEALTH:
            return told.health
    return None
