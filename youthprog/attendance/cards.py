"""Check-in cards: who a scanned code belongs to, and making and replacing cards. Nothing here commits."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from flask import current_app

from youthprog.attendance import card_queries
from youthprog.attendance.card_rules import CODE_LENGTH, FOREIGN, NOT_ENROLLED, code_in, ended
from youthprog.attendance.models import YouthCard
from youthprog.audit.services import record
from youthprog.core import clock, crypto, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import Refusal
from youthprog.documents.services import letterhead, print_sheet
from youthprog.documents.types import CheckInCard, CheckInCards, Language, Paper
from youthprog.people import queries as people
from youthprog.people.types import PeopleMerged
from youthprog.programs.models import Gathering, Group
from youthprog.programs.types import Occasion

# ---- what a code says ----


def resolve(code_text: str, gathering: Gathering, *, by: Actor | None = None) -> int | Refusal:
    """The youth a scanned or typed code means at a gathering, or why it means nobody there. See `resolve_all`."""
    return resolve_all([code_text], gathering, by=by)[code_text]


def resolve_all(
    texts: Iterable[str], gathering: Gathering | Occasion, *, by: Actor | None = None
) -> dict[str, int | Refusal]:
    """What each of several codes means at a gathering, in a constant number of statements.

    Refused are codes that are none of ours, of another department, of a card that was replaced, and of youth who have
    no place in the season (`foreign_code`, `other_department`, `ended_code`, `not_enrolled`). Who has a place and is not
    in the group is a walk-in. To an adult whom custody keeps from a child, that child's card is a foreign one.
    """
    host = current_app.config["YOUTHPROG"].host
    read = {text: code_in(text, host) for text in texts}
    cards = card_queries.cards_of_codes({code for code in read.values() if isinstance(code, str)})
    members, enrolled = card_queries.belonging(gathering, {card.youth_id for card in cards.values()})
    kept_from = set(people.youth_kept_from(by.person_id, clock.today())) if by and cards else set()
    found: dict[str, int | Refusal] = {}
    for text, code in read.items():
        card = None if isinstance(code, Refusal) else cards.get(code)
        if isinstance(code, Refusal):
            found[text] = code
        elif card is None or card.youth_id in kept_from:
            found[text] = FOREIGN
        elif card.ended_at is not None:
            found[text] = ended(card.ended_at)
        else:
            found[text] = card.youth_id if card.youth_id in members | enrolled else NOT_ENROLLED
    return found


def address_of(code: str) -> str:
    """What the picture of a card says: where a finder is told whom to call."""
    return f"{current_app.config['YOUTHPROG'].public_url.rstrip('/')}/k/{code}"


# ---- making and replacing ----


def issue(youth_id: int, *, by: Actor, now: datetime) -> YouthCard:
    """The live card of a youth, made when there is none."""
    card = card_queries.live_cards([youth_id]).get(youth_id)
    return card or _made(youth_id, by=by, now=now, action="card.issued")


def replace(youth_id: int, *, by: Actor, now: datetime) -> YouthCard:
    """Give a youth a new card; the one before is worth nothing from now on."""
    card = card_queries.live_cards([youth_id]).get(youth_id)
    if card is not None:
        card.ended_at = now
        db.flush()  # before the new one: one live card a youth
    return _made(youth_id, by=by, now=now, action="card.replaced" if card else "card.issued")


def issue_missing(youth_ids: Sequence[int], *, by: Actor, now: datetime) -> int:
    """Make a card for each of the youth who has none; returns how many were made."""
    there = card_queries.live_cards(youth_ids)
    missing = [youth_id for youth_id in youth_ids if youth_id not in there]
    for youth_id in missing:
        _made(youth_id, by=by, now=now, action="card.issued")
    return len(missing)


def _made(youth_id: int, *, by: Actor, now: datetime, action: str) -> YouthCard:
    card = YouthCard(youth_id=youth_id, code=crypto.code(CODE_LENGTH), issued_at=now, issued_by_id=by.person_id)
    db.session().add(card)
    db.flush()
    record(action, "person", youth_id, by=by, now=now)
    return card


def print_cards(
    group: Group,
    lines: Sequence[card_queries.CardLine],
    *,
    season: str,
    now: datetime,
    language: str,
    paper: Paper = Paper.LETTER,
    photos: Mapping[int, bytes] | None = None,
) -> bytes:
    """The cards of a group as PDF, ten to a sheet, with the photos given; who has no card is left out. Raises `Refused`, `PressFailed`."""
    sheet = CheckInCards(
        letterhead=letterhead(),
        group=group.name,
        season=season,
        address=address_of(""),
        rows=tuple(
            CheckInCard(line.name, line.code, line.jersey or "", photo=(photos or {}).get(line.youth_id))
            for line in lines
            if line.code
        ),
        language=Language(language),
        paper=paper,
    )
    return print_sheet(sheet, now=now)


def follow_merge(event: PeopleMerged) -> None:
    """Let the cards of a merged record open the kept one; of two live cards the kept record's stays."""
    table = db.table(YouthCard)
    live = card_queries.live_cards([event.kept_id, event.gone_id])
    if event.kept_id in live and event.gone_id in live:
        live[event.gone_id].ended_at = event.at
        db.flush()
    for column in (table.c.youth_id, table.c.issued_by_id):
        db.session().execute(sa.update(table).where(column == event.gone_id).values({column.name: event.kept_id}))
    db.session().expire_all()
