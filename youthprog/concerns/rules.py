"""Whom to tell of a concern, who may be named, what may be added. Pure."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from youthprog.concerns.types import LEAST, LONGEST_WORDS, Entry, Reader, Readers, State, Telling
from youthprog.core.refusals import N_, Refusal

PATIENCE = timedelta(hours=24)  # how long a concern may wait for somebody to answer for it


def whom_to_tell(readers: Readers, kept_out: Collection[int], told: Collection[int], *, overdue: bool) -> Telling:
    """Whom to write to now, of those who were not written to for this reason before.

    `kept_out` are the people a concern is about, whoever raised it, and adults a court keeps from a youth in it: they are
    never written to. Where fewer than two of the first remain, the further ones stand in for them; where there are fewer
    than two even so, the administrators are told that somebody must be named. After a day without an answer
    the further people are told, and the administrators where there are none.
    """
    first, further = _without(readers.first, kept_out), _without(readers.further, kept_out)
    reading = {each.person_id: each for each in first}
    if overdue or len(reading) < LEAST:
        reading |= {each.person_id: each for each in further}
    needs_admins = len(reading) < LEAST or (overdue and not further)
    admins = _without(readers.admins, kept_out) if needs_admins else []
    return Telling(
        tuple(each for each in reading.values() if each.person_id not in told),
        tuple(each for each in admins if each.person_id not in told and each.person_id not in reading),
    )


def _without(readers: Iterable[Reader], kept_out: Collection[int]) -> list[Reader]:
    return [each for each in readers if each.person_id not in kept_out]


def is_overdue(raised_at: datetime, state: State, now: datetime) -> bool:
    """Whether nobody has answered for a concern for a day."""
    return state is State.NEW and now - raised_at >= PATIENCE


def state_of(kinds: Collection[Entry]) -> State:
    """How far a concern has come, by the kinds of its lines."""
    if Entry.OUTCOME in kinds:
        return State.SETTLED
    return State.ACKNOWLEDGED if Entry.ACKNOWLEDGED in kinds else State.NEW


def refusals_to_acknowledge(kinds: Collection[Entry]) -> list[Refusal]:
    """Why nobody can answer for a concern."""
    done = state_of(kinds) is not State.NEW
    return [Refusal("acknowledged", N_("Somebody answers for this already."))] if done else []


def refusals_to_add(kinds: Collection[Entry], kind: Entry, words: str) -> list[Refusal]:
    """Why a note or the outcome cannot be added. An outcome may be followed by further notes and further outcomes."""
    found = []
    if not words:
        found.append(Refusal("no_words", N_("Write at least a few words."), "words"))
    if len(words) > LONGEST_WORDS:
        sentence = N_("This is too long: %(max)d characters at most.")
        found.append(Refusal("too_long", sentence, "words", {"max": LONGEST_WORDS}))
    if kind is Entry.OUTCOME and state_of(kinds) is State.NEW:
        found.append(Refusal("not_acknowledged", N_("Say first that you answer for this.")))
    return found


def refusals_to_name(first: Sequence[int], unknown: Sequence[str]) -> list[Refusal]:
    """Why these people cannot be named to read concerns. `unknown` are addresses without an open account."""
    found = [
        Refusal("unknown", N_("No open account has the address %(email)s."), "first", {"email": each})
        for each in unknown
    ]
    if len(set(first)) < LEAST:
        sentence = N_("Name at least %(least)s people, so that a concern about one of them reaches another.")
        found.append(Refusal("too_few", sentence, "first", {"least": LEAST}))
    return found
