"""What the staff may record of a guardian's answers on paper or by telephone. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from youthprog.consent import rules
from youthprog.consent.showing import GUARDIANS, signer_of
from youthprog.consent.types import Original, Question, RequestState, Route, SectionKind, Signer
from youthprog.core.refusals import N_, Refusal
from youthprog.core.text import fold

NOT_BY_PHONE = frozenset({Signer.ATHLETE, Signer.INTERPRETER, Signer.EXTERNAL})  # they sign with their own hand
ON_A_SHEET = NOT_BY_PHONE | {Signer.COACH}
NOT_THE_GUARDIAN = frozenset({Signer.INTERPRETER, Signer.EXTERNAL})
NO_SCAN = Refusal("no_scan", N_("Scan the signed sheet first. Without it nobody can check the answers."))
OWN_CHILD = Refusal("own_child", N_("Somebody else of the staff enters this: it is about your own child."))


@dataclass(frozen=True)
class EntryFacts:
    """What decides whether answers from paper or telephone count.

    `newest_answer_on` is the last day on which the same guardian decided or took back anything about the child and season.
    """

    route: Route
    state: RequestState
    valid_until_on: date
    today: date
    asked_on: date
    may_decide: bool
    recorder_id: int | None
    guardian_id: int
    typed_name: str
    is_guardian: bool
    unanswered: tuple[str, ...] = ()
    signed_on: date | None = None
    is_scanned: bool = False
    identity: str = ""
    newest_answer_on: date | None = None
    older_words: tuple[int, int] | None = None  # the version on the scanned sheet and the version the form has now


@dataclass(frozen=True)
class PartFacts:
    """What decides whether the part of somebody else counts, copied from a sheet."""

    signer: Signer
    typed_name: str
    signed_on: date | None
    today: date
    asked_on: date
    guardian_names: tuple[str, ...]


def refusals_of_part(facts: PartFacts) -> list[Refusal]:
    """Every reason why a part that others signed on a sheet would not count."""
    found = _refusals_of_day(facts.signed_on, facts.today, facts.asked_on)
    if len(fold(facts.typed_name)) < rules.SHORTEST_NAME:
        found.append(Refusal("no_name", N_("Write the name as it was given."), "typed_name"))
    elif facts.signer in NOT_THE_GUARDIAN and fold(facts.typed_name) in map(fold, facts.guardian_names):
        reason = N_("This is the guardian's own name. Somebody else signs this part.")
        found.append(Refusal("guardians_name", reason, "typed_name"))
    return found


def refusals_to_enter_part(
    facts: PartFacts, *, recorder_id: int | None, guardian_id: int, is_scanned: bool
) -> list[Refusal]:
    """Every reason why somebody may not copy one part from a sheet by itself."""
    found = []
    if recorder_id is None or recorder_id == guardian_id:
        found.append(OWN_CHILD)
    if not is_scanned:
        found.append(NO_SCAN)
    return found + refusals_of_part(facts)


def refusals_to_enter(facts: EntryFacts) -> list[Refusal]:
    """Every reason why answers from paper or telephone would not count."""
    if facts.route not in (Route.PAPER, Route.PHONE):
        return [Refusal("not_a_desk_route", N_("Only the guardian can sign online."))]
    found = rules.refusals_to_answer(
        facts.state, may_decide=facts.may_decide, valid_until_on=facts.valid_until_on, today=facts.today
    )
    if facts.recorder_id is None or facts.recorder_id == facts.guardian_id:
        found.append(OWN_CHILD)
    if facts.unanswered:
        found.append(Refusal("unanswered", N_("Some questions have no answer yet.")))
    if len(fold(facts.typed_name)) < rules.SHORTEST_NAME:
        found.append(Refusal("no_name", N_("Write the name as it was given."), "typed_name"))
    if not facts.is_guardian:
        found.append(
            Refusal("not_guardian", N_("This form is for this guardian alone. Anyone else needs a form of their own."), "is_guardian")
        )  # fmt: skip
    return found + (_refusals_of_paper(facts) if facts.route is Route.PAPER else _refusals_of_phone(facts))


def _refusals_of_paper(facts: EntryFacts) -> list[Refusal]:
    found = []
    if not facts.is_scanned and facts.older_words is not None:
        old, new = facts.older_words
        reason = N_(
            "The scanned sheet is version %(old)s of this form. The family has version %(new)s since, so the sheet cannot "
            "count as that. Print the new form, or ask by telephone."
        )
        found.append(Refusal("older_words", reason, values={"old": old, "new": new}))
    elif not facts.is_scanned:
        found.append(NO_SCAN)
    day = facts.signed_on
    wrong = _refusals_of_day(day, facts.today, facts.asked_on)
    if wrong:
        return found + wrong
    if day is not None and facts.newest_answer_on is not None and facts.newest_answer_on > day:
        reason = N_("This guardian answered again on %(on)s. The older sheet does not count.")
        found.append(Refusal("overtaken", reason, "signed_on", {"on": facts.newest_answer_on}))
    return found


def _refusals_of_day(day: date | None, today: date, asked_on: date) -> list[Refusal]:
    """Why the day on a sheet cannot be: it is missing, still to come, or before the form was made."""
    if day is None:
        return [Refusal("no_day", N_("Write the day on which it was signed."), "signed_on")]
    if day > today:
        return [Refusal("in_future", N_("This day is still to come. Copy the day from the sheet."), "signed_on")]
    if day < asked_on:
        reason = N_("This form was made on %(on)s. A sheet signed before that is another form.")
        return [Refusal("before_asked", reason, "signed_on", {"on": asked_on})]
    return []


def _refusals_of_phone(facts: EntryFacts) -> list[Refusal]:
    if not facts.identity.strip():
        return [Refusal("no_identity", N_("Write how you made sure who was on the telephone."), "identity")]
    return []


def asked_of_guardian(question: Question) -> bool:
    """Whether the guardian answers a section: the office, others and plain words are left out."""
    return signer_of(question) in GUARDIANS and question.kind is not SectionKind.TEXT


def is_recorded(question: Question, route: Route) -> bool:
    """Whether a section stands in the record of a route; by telephone what others sign beside the guardian is left out."""
    return route is Route.PAPER or not (signer_of(question) in NOT_BY_PHONE or needs_paper(question))


def is_on_the_sheet(question: Question) -> bool:
    """Whether somebody else than the guardian signs a section on the guardian's sheet of paper."""
    return signer_of(question) in ON_A_SHEET and question.kind not in (SectionKind.TEXT, SectionKind.STAFF)


def needs_paper(question: Question) -> bool:
    """Whether an answer cannot be given by telephone: a signature in ink, or before a notary."""
    return question.settings.original is not Original.NONE


@dataclass(frozen=True)
class OriginalFacts:
    """What decides whether somebody may say that they saw the original. `filed_by` scanned or entered it."""

    waits: bool
    is_scanned: bool
    viewer_id: int | None
    filed_by: Collection[int]


def refusals_to_confirm(facts: OriginalFacts) -> list[Refusal]:
    """Why a person may not confirm an original: two different members of the staff must have held the sheet."""
    if not facts.waits:
        return [Refusal("nothing_waits", N_("No answer of this form waits for its original."))]
    found = []
    if not facts.is_scanned:
        found.append(NO_SCAN)
    if facts.viewer_id is None or facts.viewer_id in facts.filed_by:
        found.append(
            Refusal("same_person", N_("You scanned or entered this sheet. A second person has to see the original."))
        )
    return found


def may_be_filed(state: RequestState, *, is_awaited: bool) -> bool:
    """Whether a scan still belongs to a request: it is open, or an answer waits for its original, or a part for its signer."""
    return state in rules.OPEN_STATES or is_awaited
