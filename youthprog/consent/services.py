"""Verbs of consent. They live by purpose in modules of their own; this is the one door other rooms come through."""

from youthprog.consent.asking import ask, note_bounced, note_sent, remind
from youthprog.consent.cases import (
    ASK,
    COPY,
    REMIND,
    TAKEN_BACK,
    may_answer,
    may_answer_each,
    places_of,
    program_names,
    valid_until,
)
from youthprog.consent.disclosing import (
    agree_to_screens,
    disclosure_source,
    disclosure_words,
    open_sample,
    want_paper,
)
from youthprog.consent.listening import close_for_guardian, close_for_restricted, follow_merge
from youthprog.consent.publishing import publish_form, publish_starter_form, starter_source
from youthprog.consent.signing import (
    CHANGED,
    REWORDED,
    Prepared,
    answer,
    answer_all,
    check_answers,
    confirm_earlier,
    follow_form,
    open_form,
    prepare_signature,
    prepare_signatures,
    sign,
)
from youthprog.consent.taking_back import TAKEN_BACK_KINDS, given_now, take_back
from youthprog.consent.types import Asked

__all__ = [
    "ASK",
    "CHANGED",
    "COPY",
    "REMIND",
    "REWORDED",
    "TAKEN_BACK",
    "TAKEN_BACK_KINDS",
    "Asked",
    "Prepared",
    "agree_to_screens",
    "answer",
    "answer_all",
    "ask",
    "check_answers",
    "close_for_guardian",
    "close_for_restricted",
    "confirm_earlier",
    "disclosure_source",
    "disclosure_words",
    "follow_form",
    "follow_merge",
    "given_now",
    "may_answer",
    "may_answer_each",
    "note_bounced",
    "note_sent",
    "open_form",
    "open_sample",
    "places_of",
    "prepare_signature",
    "prepare_signatures",
    "program_names",
    "publish_form",
    "publish_starter_form",
    "remind",
    "sign",
    "starter_source",
    "take_back",
    "valid_until",
    "want_paper",
]
