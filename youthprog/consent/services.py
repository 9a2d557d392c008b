"""Verbs of consent. They live by purpose in modules of their own; this is the one door other rooms come through."""

from youthprog.consent.asking import ask, note_bounced, note_sent, remind
from youthprog.consent.blanks import ask_on_paper, begin_call, give_code, paper_forms
from youthprog.consent.cases import (
    ASK,
    COPY,
    REMIND,
    RENEW,
    TAKEN_BACK,
    Roster,
    may_answer,
    places_of,
    program_names,
    questions_to_ask,
    roster_of,
    shown_of,
    valid_until,
)
from youthprog.consent.chasing import Chased, chase, note_call
from youthprog.consent.entering import (
    Entry,
    PreparedEntry,
    confirm_original,
    may_confirm,
    prepare_paper,
    prepare_phone,
    questions_by_route,
    record_entry,
)
from youthprog.consent.expiring import close_for_adults, end_at_group, end_at_school, renew_ending
from youthprog.consent.fairness import disagreements, end_excuse, excuse, log_attempt, tell_of_conflict
from youthprog.consent.linking import send_own_link
from youthprog.consent.listening import close_for_guardian, close_for_restricted, follow_merge
from youthprog.consent.parts import PART, outside_words, part_is_closed, parts_asked, refusals_to_sign_part, sign_part
from youthprog.consent.publishing import (
    Block,
    add_block,
    add_blocks,
    begin_draft,
    block_from,
    block_of,
    change_block,
    discard_draft,
    draft_from,
    move_block,
    publish,
    publish_form,
    publish_starter_form,
    remove_block,
    start_form,
    use_form,
)
from youthprog.consent.reminding import remind_due
from youthprog.consent.retaining import hold, keep_after_all, propose, purge, release
from youthprog.consent.scans import Filed, Received, discard_received, file_loose, file_pages, put_away, receive
from youthprog.consent.signing import Prepared, answer, check_answers, open_form, prepare_signature, sign
from youthprog.consent.slips import ask_for_gathering, close_slips
from youthprog.consent.taking_back import (
    TAKEN_BACK_KINDS,
    PreparedWithdrawal,
    given_now,
    prepare_taking_back,
    take_back,
)
from youthprog.consent.types import Asked
from youthprog.consent.unmatched import (
    Outsider,
    find_draft,
    full_child_name,
    outsider_about,
    prepare_match,
    questions_for,
    same_values,
    was_sent,
)
from youthprog.consent.unmatched import answer as outside_answer
from youthprog.consent.unmatched import begin as outside_begin
from youthprog.consent.unmatched import case_of as outside_case
from youthprog.consent.unmatched import match as match_answer
from youthprog.consent.unmatched import opened as outside_opened
from youthprog.consent.unmatched import reject as reject_answer
from youthprog.consent.unmatched import send as outside_send
from youthprog.consent.uploads import MOST_BYTES, Lost, refusals_of_file
from youthprog.consent.uploads import kind_of as upload_kind
from youthprog.consent.uploads import load as load_upload
from youthprog.consent.uploads import name_of as upload_name
from youthprog.consent.uploads import reseal as reseal_uploads
from youthprog.consent.uploads import store as store_upload

__all__ = [
    "ASK",
    "COPY",
    "MOST_BYTES",
    "PART",
    "REMIND",
    "RENEW",
    "TAKEN_BACK",
    "TAKEN_BACK_KINDS",
    "Asked",
    "Block",
    "Chased",
    "Entry",
    "Filed",
    "Lost",
    "Outsider",
    "Prepared",
    "PreparedEntry",
    "PreparedWithdrawal",
    "Received",
    "Roster",
    "add_block",
    "add_blocks",
    "answer",
    "ask",
    "ask_for_gathering",
    "ask_on_paper",
    "begin_call",
    "begin_draft",
    "block_from",
    "block_of",
    "change_block",
    "chase",
    "check_answers",
    "close_for_adults",
    "close_for_guardian",
    "close_for_restricted",
    "close_slips",
    "confirm_original",
    "disagreements",
    "discard_draft",
    "discard_received",
    "draft_from",
    "end_at_group",
    "end_at_school",
    "end_excuse",
    "excuse",
    "file_loose",
    "file_pages",
    "find_draft",
    "follow_merge",
    "full_child_name",
    "give_code",
    "given_now",
    "hold",
    "keep_after_all",
    "load_upload",
    "log_attempt",
    "match_answer",
    "may_answer",
    "may_confirm",
    "move_block",
    "note_bounced",
    "note_call",
    "note_sent",
    "open_form",
    "outside_answer",
    "outside_begin",
    "outside_case",
    "outside_opened",
    "outside_send",
    "outside_words",
    "outsider_about",
    "paper_forms",
    "part_is_closed",
    "parts_asked",
    "places_of",
    "prepare_match",
    "prepare_paper",
    "prepare_phone",
    "prepare_signature",
    "prepare_taking_back",
    "program_names",
    "propose",
    "publish",
    "publish_form",
    "publish_starter_form",
    "purge",
    "put_away",
    "questions_by_route",
    "questions_for",
    "questions_to_ask",
    "receive",
    "record_entry",
    "refusals_of_file",
    "refusals_to_sign_part",
    "reject_answer",
    "release",
    "remind",
    "remind_due",
    "remove_block",
    "renew_ending",
    "reseal_uploads",
    "roster_of",
    "same_values",
    "send_own_link",
    "shown_of",
    "sign",
    "sign_part",
    "start_form",
    "store_upload",
    "take_back",
    "tell_of_conflict",
    "upload_kind",
    "upload_name",
    "use_form",
    "valid_until",
    "was_sent",
]
