"""Verbs of consent. They live by purpose in modules of their own; this is the one door other rooms come through."""

from youthprog.consent.asking import ask, note_bounced, note_sent, remind
from youthprog.consent.blanks import ask_on_paper, begin_call, give_code, paper_forms
from youthprog.consent.cases import ASK, COPY, REMIND, TAKEN_BACK, may_answer, places_of, program_names, valid_until
from youthprog.consent.entering import (
    Entry,
    PreparedEntry,
    confirm_original,
    may_confirm,
    prepare_paper,
    prepare_phone,
    questions_for,
    record_entry,
)
from youthprog.consent.listening import close_for_guardian, close_for_restricted, follow_merge
from youthprog.consent.publishing import publish_form, publish_starter_form
from youthprog.consent.retaining import hold, keep_after_all, propose, purge, release
from youthprog.consent.scans import Filed, Received, discard_received, file_loose, file_pages, put_away, receive
from youthprog.consent.signing import Prepared, answer, check_answers, open_form, prepare_signature, sign
from youthprog.consent.taking_back import TAKEN_BACK_KINDS, given_now, take_back
from youthprog.consent.types import Asked

__all__ = [
    "ASK",
    "COPY",
    "REMIND",
    "TAKEN_BACK",
    "TAKEN_BACK_KINDS",
    "Asked",
    "Entry",
    "Filed",
    "Prepared",
    "PreparedEntry",
    "Received",
    "answer",
    "ask",
    "ask_on_paper",
    "begin_call",
    "check_answers",
    "close_for_guardian",
    "close_for_restricted",
    "confirm_original",
    "discard_received",
    "file_loose",
    "file_pages",
    "follow_merge",
    "give_code",
    "given_now",
    "hold",
    "keep_after_all",
    "may_answer",
    "may_confirm",
    "note_bounced",
    "note_sent",
    "open_form",
    "paper_forms",
    "places_of",
    "prepare_paper",
    "prepare_phone",
    "prepare_signature",
    "program_names",
    "propose",
    "publish_form",
    "publish_starter_form",
    "purge",
    "put_away",
    "questions_for",
    "receive",
    "record_entry",
    "release",
    "remind",
    "sign",
    "take_back",
    "valid_until",
]
