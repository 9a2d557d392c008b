"""Verbs of closing a match: begin, write on, note a try, give up, make the papers, finish. They never commit.

Only `mentorship.services.close_match` ends a match; it asks this wing's rules what is missing. Finishing has two halves:
`prepare_papers` lays out and seals without a lock, `finish_closure` enters them in the books and ends the match.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from json import dumps, loads
from typing import Any

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.refusals import N_, Conflict, NotFound, Refusal, Refused, refuse_if
from youthprog.documents import services as documents
from youthprog.documents.types import Appreciation, ClosureLetter, Issued, Language, PreparedDocument, Signatory
from youthprog.mentorship import queries as mentorship
from youthprog.mentorship import services as mentorship_services
from youthprog.mentorship.closing import queries, rules
from youthprog.mentorship.closing.models import ClosureParty, MatchClosure
from youthprog.mentorship.closing.types import Attempt, Draft, Interview, Rematch, Side
from youthprog.mentorship.models import Match
from youthprog.mentorship.types import MatchStatus
from youthprog.outreach import services as outreach
from youthprog.outreach.types import Recipient
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.people.rules import age_on
from youthprog.people.types import PeopleMerged
from youthprog.programs import queries as programs
from youthprog.programs.models import Group, GroupMember
from youthprog.programs.types import YouthWithdrawn

LETTER, GROWN = "closure_letter", 18
WITHDRAWN, SEASON_OVER = "withdrawn", "season_over"
STRICTNESS = (None, Rematch.YES, Rematch.LATER, Rematch.NO, Rematch.UNSAFE)
STALE = Refusal("stale", N_("Somebody else saved meanwhile. Load the page again; what is there now counts."))

# ---- begin, write on, give up ----


def open_closure(
    match: Match, *, by: Actor, now: datetime, why: str | None = None, also_youth: Sequence[int] = ()
) -> MatchClosure:
    """Begin the closure of a match that has begun. It stays as it is; its mentor may still log the last session.

    Begun again after it was given up, what was written then is there. `why` names what began it, where nobody did.
    `also_youth` are those who just left. Raises `Refused`.
    """
    _lock(match)
    on = clock.day_of(now)
    closure = queries.find_closure(match.id)
    refuse_if(rules.refusals_to_open(match.status, under_way=queries.is_under_way(closure)))
    if closure is None:
        closure = MatchClosure(match_id=match.id, opened_at=now, attempts=[], interviews={})
        db.session().add(closure)
    closure.opened_at, closure.opened_by_id, closure.opened_why, closure.dropped_at = now, by.person_id, why, None
    db.flush()
    known = {row.person_id for row in queries.parties_of(closure)}
    sides = dict.fromkeys([*programs.member_ids(match.group_id, on), *also_youth], Side.YOUTH)
    sides |= dict.fromkeys(mentorship.mentors_of(match, on), Side.MENTOR)
    db.session().add_all(
        ClosureParty(closure_id=closure.id, person_id=person_id, side=side)
        for person_id, side in sides.items()
        if person_id not in known
    )
    db.flush()
    record("closure.opened", "match", match.id, by=by, now=now, why=why)
    return closure


def save_closure(match: Match, draft: Draft, *, seen: int, by: Actor, now: datetime) -> None:
    """Write down what is known of a closure so far; its tries are written one by one. `seen` is the version it was read at.

    What was decided of somebody and is not in `draft.rematch` stays. A mentor with whom it would not be safe reaches the
    youth no longer from this moment on: the match is paused. Raises `Refused`, `Conflict`.
    """
    _lock(match)
    closure = _under_way(match, seen)
    days = rules.Days(match.started_on, queries.together(match.id).last_on, clock.day_of(now))
    refuse_if(rules.refusals_to_save(draft, days))
    closure.way, closure.reason, closure.initiator, closure.ends_on = (
        draft.way, draft.reason, draft.initiator, draft.ends_on
    )  # fmt: skip
    closure.unreachable = draft.unreachable
    closure.contact, closure.contact_told_on = draft.contact, draft.contact_told_on
    closure.interviews, words = _kept_talks(draft)
    closure.seal("words_sealed", dumps(words) if words else None)
    _decide(closure, draft.rematch)
    closure.version += 1
    db.flush()
    if match.status is MatchStatus.ACTIVE and any(_is_unsafe_mentor(row) for row in queries.parties_of(closure)):
        mentorship_services.pause_match(match, by=by, now=now)
    record("closure.saved", "match", match.id, by=by, now=now, version=closure.version)


def _kept_talks(draft: Draft) -> tuple[dict[str, Any], dict[str, str]]:
    """State and day of each talk, as they are counted, and apart from them the words, as they are sealed.

    In a group each child's own stand under `children`, and what they come to where a match of one child has its talk.
    """
    kept: dict[str, Any] = {party.value: _state_of(talk) for party, talk in draft.interviews.items()}
    words = {party.value: talk.words for party, talk in draft.interviews.items() if talk.words}
    if draft.children:
        kept |= {party.value: _state_of(rules.in_all(rules.talks_with(draft, party))) for party in rules.OF_CHILDREN}
        kept["children"] = {
            str(youth_id): {party.value: _state_of(talk) for party, talk in talks.items()}
            for youth_id, talks in draft.children.items()
        }
        for youth_id, talks in draft.children.items():
            words |= {f"{youth_id}-{party.value}": talk.words for party, talk in talks.items() if talk.words}
    return kept, words


def _state_of(talk: Interview) -> dict[str, str | None]:
    return {"state": talk.state.value, "on": talk.on.isoformat() if talk.on else None}


def _is_unsafe_mentor(party: ClosureParty) -> bool:
    return party.side is Side.MENTOR and party.rematch is Rematch.UNSAFE


def _decide(closure: MatchClosure, rematch: Mapping[int, Rematch | None]) -> None:
    for party in queries.parties_of(closure):
        if party.person_id in rematch:
            party.rematch = rematch[party.person_id]


def add_attempt(match: Match, attempt: Attempt, *, by: Actor, now: datetime) -> None:
    """Write down a try to reach somebody. Raises `Refused`."""
    _lock(match)
    closure = _under_way(match)
    known = queries.draft_of(closure).attempts
    refuse_if(rules.refusals_to_add_attempt(attempt, known, rules.Days(match.started_on, None, clock.day_of(now))))
    closure.attempts = [*closure.attempts, {"on": attempt.on.isoformat(), "how": attempt.how.value}]
    db.flush()
    record("closure.tried", "match", match.id, by=by, now=now, on=attempt.on.isoformat(), how=attempt.how.value)


def drop_closure(match: Match, *, by: Actor, now: datetime) -> None:
    """Give a closure up: the match goes on. Not while a match with one of them would not be safe. Raises `Refused`."""
    _lock(match)
    closure = _under_way(match)
    if any(party.rematch is Rematch.UNSAFE for party in queries.parties_of(closure)):
        raise Refused([Refusal("unsafe", N_("It was decided that a match would not be safe. Change that first."))])
    closure.dropped_at, closure.version = now, closure.version + 1
    db.flush()
    record("closure.dropped", "match", match.id, by=by, now=now)


def decide_rematch(match: Match, person_id: int, rematch: Rematch, *, by: Actor, now: datetime) -> None:
    """Decide anew, after the end, whether somebody may be matched again. Raises `NotFound` for who was not in the match."""
    _lock(match)
    closure = queries.find_closure(match.id)
    party = next((row for row in queries.parties_of(closure) if row.person_id == person_id), None) if closure else None
    if closure is None or closure.finished_at is None or party is None:
        raise NotFound
    party.rematch = rematch
    db.flush()
    record("rematch.decided", "match", match.id, by=by, now=now, person_id=person_id)


def _lock(match: Match) -> None:
    """Let one deed at a time go on for a match, and see it as it is now."""
    db.flush()
    table: Any = Match.__table__
    db.session().execute(sa.select(table.c.id).where(table.c.id == match.id).with_for_update(key_share=True))
    db.session().refresh(match, ["status", "started_on", "ended_on"])


def _under_way(match: Match, seen: int | None = None) -> MatchClosure:
    closure = queries.find_closure(match.id)
    if closure is None or not queries.is_under_way(closure):
        raise Refused([Refusal("not_open", N_("The closure of this match is not under way."))])
    db.session().refresh(closure)
    if seen is not None and closure.version != seen:
        raise Conflict([STALE])
    return closure


# ---- papers, and the end ----


@dataclass(frozen=True)
class Papers:
    """What was laid out and sealed for the end of a match, by person, and at which version of the closure."""

    version: int
    by_person: Mapping[int, PreparedDocument]

    def discard(self) -> None:
        """Take the files away again: the match did not end."""
        for prepared in self.by_person.values():
            documents.discard(prepared)


def prepare_papers(match: Match, *, by: Actor, now: datetime) -> Papers:
    """Lay out and seal the letters and certificates of a closure that misses nothing else. Takes no lock.

    Raises `Refused` with everything that is missing, `PressFailed` when the press cannot.
    """
    closure = queries.find_closure(match.id)
    draft = queries.draft_of(closure) if closure is not None and queries.is_under_way(closure) else None
    refuse_if(rules.refusals_to_end(match.status, draft, lettered=True))
    assert closure is not None
    assert draft is not None
    made: dict[int, PreparedDocument] = {}
    try:
        for person_id, sheet in _sheets(match, closure, draft, by):
            made[person_id] = documents.prepare(sheet, now=now)
    except Exception:
        Papers(closure.version, made).discard()
        raise
    return Papers(closure.version, made)


def _sheets(match: Match, closure: MatchClosure, draft: Draft, by: Actor) -> Iterator[tuple[int, Issued]]:
    parties = {row.person_id: row for row in queries.parties_of(closure)}
    persons = {person.id: person for person in db.session().scalars(sa.select(Person).where(Person.id.in_(parties)))}
    met, program = queries.together(match.id), match.group.season.program
    signer = mentorship.names_of([by.person_id]).get(by.person_id, "") if by.person_id else ""
    mentors = [persons[row.person_id].name for row in parties.values() if row.side is Side.MENTOR]
    named = all(row.rematch is not Rematch.UNSAFE for row in parties.values())
    started_on, ended_on = match.started_on or draft.ends_on, draft.ends_on
    assert started_on is not None
    assert ended_on is not None
    assert draft.contact is not None
    for row in parties.values():
        person = persons[row.person_id]
        if row.side is Side.YOUTH:
            language = Language.SPANISH if person.language == "es" else Language.ENGLISH
            yield (
                row.person_id,
                ClosureLetter(
                    letterhead=documents.letterhead(),
                    code=documents.new_code(),
                    name=person.name,
                    program=program.name_es if language is Language.SPANISH else program.name,
                    started_on=started_on,
                    ended_on=ended_on,
                    contact=draft.contact.value,
                    signer=signer,
                    mentors=tuple(mentors) if named else (),
                    sessions=met.sessions if named else 0,
                    hours=round(met.minutes / 60) if named else 0,
                    language=language,
                ),
            )
        elif queries.is_due_paper(row):
            yield (
                row.person_id,
                Appreciation(
                    letterhead=documents.letterhead(),
                    name=person.name,
                    program_en=program.name,
                    program_es=program.name_es,
                    started_on=started_on,
                    awarded_on=ended_on,
                    code=documents.new_code(),
                    signatories=(Signatory(signer, "For the program", "Por el programa"),),
                    hours=round(met.minutes / 60) or None,
                    gatherings=met.sessions or None,
                ),
            )


def finish_closure(match: Match, papers: Papers, *, by: Actor, now: datetime) -> None:
    """Enter the papers in the books and end the match. Raises `Conflict` when the closure changed since they were made."""
    _lock(match)
    closure = _under_way(match, papers.version)
    for party in queries.parties_of(closure):
        prepared = papers.by_person.get(party.person_id)
        if prepared is not None:
            document = documents.record_document(prepared, subject_kind=queries.SUBJECT, subject_id=closure.id, now=now)
            party.document_id = document.id
            record(
                "document.issued", "document", document.id, by=by, now=now, match_id=match.id, sha256=prepared.sha256
            )
    db.flush()
    mentorship_services.close_match(match, by=by, now=now)


# ---- what begins a closure by itself ----


def mail_letters(match: Match, *, by: Actor, now: datetime) -> int:
    """Mail each letter of an ended match to the guardians of its youth who have an address, once each; returns how many.

    Whom a court keeps from the child's information is written nothing, nor are guardians of who is grown meanwhile; an
    order that comes before the mail leaves stops it (`outreach`). Raises `Refused` before the match has ended.
    """
    _lock(match)
    closure, on = queries.find_closure(match.id), clock.day_of(now)
    if closure is None or closure.finished_at is None:
        raise Refused([Refusal("not_ended", N_("The match has not ended. There are no letters yet."))])
    rows = {row.person_id: row for row in queries.parties_of(closure) if row.side is Side.YOUTH and row.document_id}
    youth = db.session().scalars(sa.select(Person).where(Person.id.in_(rows))).all()
    children = {each.id: each for each in youth if each.born_on is None or age_on(each.born_on, on) < GROWN}
    written, sent = queries.letters_written(LETTER, closure.id), 0
    for youth_id, lines in sorted(people.guardians_of(list(children), on).items()):
        for line in lines:
            if not line.email or line.email_bounced or (line.guardian_id, youth_id) in written:
                continue
            outreach.send(
                LETTER, "mentorship/mail/closure_letter",
                to=Recipient(line.name, line.email, line.language, line.guardian_id, line.email_contact_id),
                subject_id=closure.id, about_youth_id=youth_id, document_id=rows[youth_id].document_id,
                values={"reader": line.name, "child": children[youth_id].first_name}, by=by, now=now,
            )  # fmt: skip
            sent += 1
    return sent


def on_withdrawn(event: YouthWithdrawn) -> None:
    """Begin the closure of a match whose last youth left the season. A match with others in it goes on."""
    now = clock.now()
    matches = (
        db.session()
        .scalars(
            sa.select(Match)
            .join(Group, Group.id == Match.group_id)
            .where(
                Group.season_id == event.season_id,
                Match.status.in_(rules.BEGUN),
                sa.exists().where(GroupMember.group_id == Group.id, GroupMember.youth_id == event.youth_id),
                ~sa.exists().where(GroupMember.group_id == Group.id, GroupMember.until_on.is_(None)),
            )
        )
        .all()
    )
    for match in matches:
        if not queries.in_closing(match.id):
            open_closure(match, by=SYSTEM, now=now, why=WITHDRAWN, also_youth=[event.youth_id])


def open_at_season_end(now: datetime) -> Iterator[int]:
    """Begin the closure of each match whose season is over; none is ended. A daily chore; yields each match's key."""
    for match in queries.overdue_seasons(clock.day_of(now)):
        open_closure(match, by=SYSTEM, now=now, why=SEASON_OVER)
        yield match.id


def follow_merge(event: PeopleMerged) -> None:
    """Let the closures of a merged record name the kept one; of two decisions the stricter one holds."""
    rows = db.session().scalars(sa.select(ClosureParty).where(ClosureParty.person_id == event.gone_id)).all()
    for row in rows:
        _rename_talks(row.closure_id, event)
        kept = db.session().get(ClosureParty, (row.closure_id, event.kept_id))
        if kept is None:
            row.person_id = event.kept_id
            continue
        kept.rematch = max(kept.rematch, row.rematch, key=STRICTNESS.index)
        kept.document_id = kept.document_id or row.document_id
        db.session().delete(row)
    table: Any = MatchClosure.__table__
    for name in ("opened_by_id", "finished_by_id"):
        db.session().execute(sa.update(table).where(table.c[name] == event.gone_id).values({name: event.kept_id}))
    db.flush()
    db.session().expire_all()


def _rename_talks(closure_id: int, event: PeopleMerged) -> None:
    """Let a child's own talks stand under the kept record; where both had some, the kept one's stay."""
    closure = db.session().get_one(MatchClosure, closure_id)
    own = dict(closure.interviews.get("children", {}))
    gone, kept = str(event.gone_id), str(event.kept_id)
    if gone not in own:
        return
    talks = own.pop(gone)
    words: dict[str, str] = loads(closure.unseal("words_sealed") or "{}")
    said = {party: words.pop(f"{gone}-{party}", "") for party in talks}
    if kept not in own:
        own[kept] = talks
        words |= {f"{kept}-{party}": text for party, text in said.items() if text}
    closure.interviews = {**closure.interviews, "children": own}
    closure.seal("words_sealed", dumps(words) if words else None)
    db.flush()
