"""Verbs of credentials: say what is asked, enter and decide papers, excuse by two people. They never commit."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Refusal, Refused, refuse_if
from youthprog.core.text import fold
from youthprog.credentials import rules
from youthprog.credentials.lapses import tell_lapsed
from youthprog.credentials.models import Credential, CredentialOverride, CredentialRule, ServiceLimit
from youthprog.credentials.queries import kinds
from youthprog.credentials.types import Asked, Denial, Ground, Kind, ServiceRole, Step
from youthprog.people.models import Person
from youthprog.people.types import PeopleMerged

# ---- what is asked ----


def kind_of(code: str, name: str, name_es: str, *, is_check: bool) -> Kind:
    """A kind known by its code, or a new one of this name. A name in use means the kind that has it."""
    known = kinds()
    if code in known:
        return known[code]
    for each in known.values():
        if fold(each.name) == fold(name):
            return each
    if not name:
        raise Refused([Refusal("no_name", N_("Write what is asked."), "name")])
    taken = fold(name).replace(" ", "_")[:36]
    while taken in known:
        taken += "_"
    return Kind(taken, name, name_es or name, is_check)


def add_rule(kind: Kind, *, by: Actor, now: datetime, **values: Any) -> CredentialRule:
    """Ask for something. `values` are columns of the requirement. The same thing of the same people is asked once."""
    refuse_if(_twice(kind.code, values, but=None))
    row = CredentialRule(
        kind=kind.code, name=kind.name, name_es=kind.name_es, is_check=kind.is_check, added_at=now, **_kept(values)
    )
    db.session().add(row)
    db.flush()
    record("credential_rule.added", "credential_rule", row.id, by=by, now=now, kind=kind.code)
    return row


def change_rule(row: CredentialRule, *, by: Actor, now: datetime, **values: Any) -> None:
    """Change of whom something is asked, how long it is valid, and where that is written. It counts from now on."""
    refuse_if(_twice(row.kind, values, but=row.id))
    kept = _kept(values)
    changed = {
        name: [_plain(getattr(row, name)), _plain(value)] for name, value in kept.items() if getattr(row, name) != value
    }
    for name, value in kept.items():
        setattr(row, name, value)
    db.flush()
    if changed:
        record("credential_rule.changed", "credential_rule", row.id, by=by, now=now, changed=changed)


def end_rule(row: CredentialRule, *, by: Actor, now: datetime) -> None:
    """Ask for something no longer."""
    row.ended_at = now
    db.flush()
    record("credential_rule.ended", "credential_rule", row.id, by=by, now=now, kind=row.kind)


def _kept(values: dict[str, Any]) -> dict[str, Any]:
    role, asked = values.get("role"), values.get("asked") or Asked.ALWAYS
    law = (values.get("jurisdiction") or "").strip().upper()
    return {**values, "role": ServiceRole(role) if role else None, "asked": Asked(asked), "jurisdiction": law}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _twice(code: str, values: dict[str, Any], *, but: int | None) -> list[Refusal]:
    kept = _kept(values)
    statement = sa.select(CredentialRule.id).where(
        CredentialRule.kind == code, CredentialRule.ended_at.is_(None),
        CredentialRule.jurisdiction == kept["jurisdiction"],
        _same(CredentialRule.role, kept["role"]), _same(CredentialRule.program_id, values.get("program_id")),
    )  # fmt: skip
    found = [key for key in db.session().scalars(statement) if key != but]
    return (
        [Refusal("twice", N_("This is asked of the same people already. Change that line."), "kind")] if found else []
    )


def _same(column: Any, value: Any) -> Any:
    return column.is_(None) if value is None else column == value


def set_limits(program_id: int | None, *, by: Actor, now: datetime, **values: Any) -> ServiceLimit:
    """Say what a program, or without one all others, asks of its adults together. `values` are columns."""
    row = db.session().scalar(sa.select(ServiceLimit).where(_same(ServiceLimit.program_id, program_id)))
    if row is None:
        row = ServiceLimit(program_id=program_id)
        db.session().add(row)
    values["jurisdiction"] = (values.get("jurisdiction") or "").strip().upper()
    for name, value in values.items():
        setattr(row, name, value)
    db.flush()
    record("service_limit.set", "program", program_id, by=by, now=now)
    return row


# ---- papers ----


def record_paper(
    person: Person, kind: Kind, step: Step, *, by: Actor, now: datetime, issued_on: date | None = None,
    until_on: date | None = None, provider: str = "", reason: Denial | None = None,
) -> Credential:  # fmt: skip
    """Enter a paper of somebody. Of a background check no reason is kept, whatever is handed in."""
    _check(step, kind.is_check, issued_on, until_on, reason, now)
    decided = step in (Step.APPROVED, Step.DENIED)
    row = Credential(
        person_id=person.id, kind=kind.code, is_check=kind.is_check, step=step, provider=provider,
        issued_on=issued_on, until_on=until_on, reason=_kept_reason(step, kind.is_check, reason), recorded_at=now,
        recorded_by_id=by.person_id, decided_at=now if decided else None,
        decided_by_id=by.person_id if decided else None,
    )  # fmt: skip
    db.session().add(row)
    db.flush()
    record(
        "credential.entered", "person", person.id, by=by, now=now, kind=kind.code, step=step.value, credential_id=row.id
    )
    tell_lapsed([person.id], now=now)
    return row


def decide(
    row: Credential, step: Step, *, by: Actor, now: datetime, issued_on: date | None, until_on: date | None = None,
    provider: str = "", reason: Denial | None = None,
) -> None:  # fmt: skip
    """Say what became of a paper that was pending or looked at: accepted, or not and why."""
    _check(step, row.is_check, issued_on, until_on, reason, now)
    row.step, row.issued_on, row.until_on, row.provider = step, issued_on, until_on, provider
    row.reason = _kept_reason(step, row.is_check, reason)
    if step in (Step.APPROVED, Step.DENIED):
        row.decided_at, row.decided_by_id = now, by.person_id
    db.flush()
    record(f"credential.{step.value}", "person", row.person_id, by=by, now=now, kind=row.kind, credential_id=row.id)
    tell_lapsed([row.person_id], now=now)


def hand_in(
    person: Person,
    kind: Kind,
    *,
    by: Actor,
    now: datetime,
    issued_on: date,
    provider: str,
    until_on: date | None = None,
) -> Credential:
    """Say of oneself that one has a training or license, for the office to look at. A background check comes from its provider."""
    if kind.is_check:
        raise Refused([Refusal("check", N_("The office enters this one itself. Ask there."), "kind")])
    return record_paper(
        person, kind, Step.REVIEW, issued_on=issued_on, until_on=until_on, provider=provider, by=by, now=now
    )


def take_off(row: Credential, *, by: Actor, now: datetime) -> None:
    """Take a paper off the file that was entered by mistake. It stays in the database, and counts no more."""
    row.ended_at = now
    db.flush()
    record("credential.taken_off", "person", row.person_id, by=by, now=now, kind=row.kind, credential_id=row.id)
    tell_lapsed([row.person_id], now=now, also={(row.person_id, row.kind)})


def _check(
    step: Step, is_check: bool, issued_on: date | None, until_on: date | None, reason: Denial | None, now: datetime
) -> None:
    refuse_if(
        rules.refusals_to_record(
            step, issued_on, until_on, clock.day_of(now), is_check=is_check, has_reason=reason is not None
        )
    )


def _kept_reason(step: Step, is_check: bool, reason: Denial | None) -> Denial | None:
    return reason if step is Step.DENIED and not is_check else None


# ---- exceptions ----


def ask_override(
    person: Person, kind: str, ground: Ground, until_on: date, *, program_id: int | None, by: Actor, now: datetime
) -> CredentialOverride:
    """Ask that somebody may serve for a while although something is not in force. It excuses nothing until another agrees."""
    on = clock.day_of(now)
    refuse_if(
        rules.refusals_to_excuse(asked_by=by.person_id, person_id=person.id, from_on=on, until_on=until_on, today=on)
    )
    assert by.person_id is not None
    row = CredentialOverride(
        person_id=person.id, kind=kind, program_id=program_id, ground=ground, from_on=on, until_on=until_on,
        asked_by_id=by.person_id, asked_at=now,
    )  # fmt: skip
    db.session().add(row)
    db.flush()
    record("credential.override_asked", "person", person.id, by=by, now=now, kind=kind, override_id=row.id)
    return row


def agree_to_override(row: CredentialOverride, *, by: Actor, now: datetime) -> None:
    """Agree, as the second person, that somebody may serve for a while. From this moment on it counts."""
    db.session().refresh(row, with_for_update=True)
    is_open = row.agreed_at is None and row.ended_at is None and row.until_on >= clock.day_of(now)
    refuse_if(
        rules.refusals_to_agree(
            asked_by=row.asked_by_id, agreed_by=by.person_id, person_id=row.person_id, is_open=is_open
        )
    )
    row.agreed_by_id, row.agreed_at = by.person_id, now
    db.flush()
    record(
        "credential.override_agreed", "person", row.person_id, by=by, now=now, kind=row.kind, override_id=row.id,
        asked_by=row.asked_by_id, until=row.until_on.isoformat(),
    )  # fmt: skip


def end_override(row: CredentialOverride, *, by: Actor, now: datetime) -> None:
    """End an exception before its last day, or decline it."""
    row.ended_at = now
    db.flush()
    record("credential.override_ended", "person", row.person_id, by=by, now=now, kind=row.kind, override_id=row.id)
    if row.agreed_at is not None:
        tell_lapsed([row.person_id], now=now, also={(row.person_id, row.kind)})


# ---- one person under two records ----


def follow_merge(event: PeopleMerged) -> None:
    """Move the papers and exceptions of a merged record. An exception that would then be for oneself ends."""
    papers, excuses = db.table(Credential), db.table(CredentialOverride)
    for name in ("person_id", "recorded_by_id", "decided_by_id"):
        _move(papers, name, event)
    own = sa.or_(excuses.c.asked_by_id == event.kept_id, excuses.c.agreed_by_id == event.kept_id)
    mine = excuses.c.person_id == event.gone_id
    db.session().execute(sa.update(excuses).where(mine, own, excuses.c.ended_at.is_(None)).values(ended_at=event.at))
    db.session().execute(
        sa.update(excuses).where(mine, sa.not_(sa.func.coalesce(own, False))).values(person_id=event.kept_id)
    )
    db.session().expire_all()


def _move(table: sa.Table, name: str, event: PeopleMerged) -> None:
    column = table.c[name]
    db.session().execute(sa.update(table).where(column == event.gone_id).values({name: event.kept_id}))
