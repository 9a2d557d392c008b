"""Verbs of consent. They live by purpose in modules of their own; this is the one door other rooms come through."""

from youthprog.consent.asking import ask, note_bounced, note_sent, remind
from youthprog.consent.cases import (
    ASK,
    COPY,
    REMIND,
    RENEW,
    TAKEN_BACK,
    may_answer,
    places_of,
    program_names,
    valid_until,
)
from youthprog.consent.chasing import Chased, chase, note_call
from youthprog.consent.expiring import close_for_adults, end_at_group, end_at_school, renew_ending
from youthprog.consent.listening import close_for_guardian, close_for_restricted, follow_merge
from youthprog.consent.publishing import publish_form, publish_starter_form
from youthprog.consent.reminding import remind_due
from youthprog.consent.signing import Prepared, answer, check_answers, open_form, prepare_signature, sign
from youthprog.consent.slips import ask_for_gathering, close_slips
from youthprog.consent.taking_back import TAKEN_BACK_KINDS, given_now, take_back
from youthprog.consent.types import Asked

__all__ = [
    "ASK",
    "COPY",
    "REMIND",
    "RENEW",
    "TAKEN_BACK",
    "TAKEN_BACK_KINDS",
    "Asked",
    "Chased",
    "Prepared",
    "answer",
    "ask",
    "ask_for_gathering",
    "chase",
    "check_answers",
    "close_for_adults",
    "close_for_guardian",
    "close_for_restricted",
    "close_slips",
    "end_at_group",
    "end_at_school",
    "follow_merge",
    "given_now",
    "may_answer",
    "note_bounced",
    "note_call",
    "note_sent",
    "open_form",
    "places_of",
    "prepare_signature",
    "program_names",
    "publish_form",
    "publish_starter_form",
    "remind",
    "remind_due",
    "renew_ending",
    "sign",
    "take_back",
    "valid_until",
]
