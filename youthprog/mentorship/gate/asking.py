"""Asking guardians to sign the commitment of a match: a letter with a link that opens that page and nothing else."""

from datetime import date, datetime

from flask import current_app

from youthprog.access.services import end_links, issue_link
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record
from youthprog.core import clock
from youthprog.core.actor import Actor
from youthprog.mentorship.gate import queries
from youthprog.mentorship.gate.types import Signer
from youthprog.mentorship.models import Match
from youthprog.outreach import services as outreach
from youthprog.outreach.types import Recipient
from youthprog.people import queries as people
from youthprog.people.types import GuardianLine

LETTER = "match_commitment"
LINK_DAYS = 14


def to_ask(match: Match, on: date) -> list[tuple[GuardianLine, list[int]]]:
    """The guardians with a mail address whose signature is missing, each with the children it is for."""
    block = queries.block_of(match, on)
    wanted: dict[int, list[int]] = {}
    for each in queries.signatures_open(block):
        if each.signer is Signer.GUARDIAN and each.youth_id is not None:
            wanted.setdefault(each.person_id, []).append(each.youth_id)
    lines = people.guardians_of({youth_id for youth_ids in wanted.values() for youth_id in youth_ids}, on)
    known = {line.guardian_id: line for each in lines.values() for line in each if line.email}
    return [(known[key], youth_ids) for key, youth_ids in sorted(wanted.items()) if key in known]


def ask_guardians(match: Match, *, by: Actor, now: datetime) -> int:
    """Write to each guardian whose signature is missing; links sent before open no longer. Returns how many letters."""
    asked = to_ask(match, clock.day_of(now))
    for line, youth_ids in asked:
        end_links(LinkPurpose.COMMITMENT, match.id, now=now, person_id=line.guardian_id)
        _link_id, token = issue_link(LinkPurpose.COMMITMENT, line.guardian_id, match.id, days=LINK_DAYS, now=now)
        first, *rest = youth_ids
        outreach.send(
            LETTER,
            "mentorship/mail/commitment",
            to=Recipient(line.name, line.email or "", line.language, line.guardian_id, line.email_contact_id),
            subject_id=match.id,
            values={"name": line.name, "link": address_of(token), "days": LINK_DAYS},
            about_youth_id=first,
            also_about=rest,
            by=by,
            now=now,
        )
    record("match.commitment_asked", "match", match.id, by=by, now=now, count=len(asked))
    return len(asked)


def address_of(token: str) -> str:
    """Where a guardian signs."""
    return f"{str(current_app.config['YOUTHPROG'].public_url).rstrip('/')}/commitment/{token}"
