"""Letters of matching: the question whether somebody agrees, and later how it goes, each with a link for it alone."""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from flask import current_app

from youthprog.access.services import end_links, issue_link
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.mentorship.matching import queries
from youthprog.mentorship.matching.models import MatchOffer, MatchParty
from youthprog.mentorship.matching.types import Part
from youthprog.outreach import services as outreach
from youthprog.outreach.types import Recipient
from youthprog.people.models import Person

ASK, FIT = "match_proposed", "match_fit"
LETTERS = {ASK: "mentorship/mail/match_proposed", FIT: "mentorship/mail/match_fit"}
LINK_DAYS = 30.0


def ask(party: MatchParty, *, by: Actor, now: datetime) -> None:
    """Write to a mentor or guardian who has an address. The youth is asked in person."""
    _write(party, ASK, by=by, now=now)


def ask_how_it_goes(now: datetime) -> Iterator[int]:
    """After the first time together ask mentor, youth and guardians how it goes, once. Yields after each proposal."""
    on = clock.day_of(now)
    for offer_id in queries.met_once(now):
        statement = sa.select(MatchParty).where(MatchParty.offer_id == offer_id, MatchParty.fit_asked_on.is_(None))
        parties = db.session().scalars(
            statement.options(sa.orm.joinedload(MatchParty.offer)).with_for_update(of=MatchParty)
        )
        for party in parties.all():
            party.fit_asked_on = on
            _write(party, FIT, by=SYSTEM, now=now)
        record("matching.fit_asked", "match_offer", offer_id, by=SYSTEM, now=now)
        db.flush()
        yield offer_id


def _write(party: MatchParty, kind: str, *, by: Actor, now: datetime) -> None:
    to = _recipient(party, now)
    if to is None:
        return
    end_links(LinkPurpose.MATCH, party.id, now=now)
    _link_id, token = issue_link(LinkPurpose.MATCH, party.person_id, party.id, days=LINK_DAYS, now=now)
    youth = db.session().get_one(Person, party.offer.youth_id)
    child = youth.first_name if party.part is Part.GUARDIAN else None  # a mentor learns no name before the match begins
    link = f"{current_app.config['YOUTHPROG'].public_url}/m/{token}"
    outreach.send(
        kind, LETTERS[kind], to=to, subject_id=party.offer_id, about_youth_id=party.offer.youth_id,
        values={"reader": to.name, "child": child, "link": link}, by=by, now=now,
    )  # fmt: skip


def _recipient(party: MatchParty, now: datetime) -> Recipient | None:
    if party.part is Part.YOUTH:
        return None
    if party.part is Part.GUARDIAN:
        line = queries.deciding(party.offer.youth_id, clock.day_of(now)).get(party.person_id)
        if line is None or not line.email or line.email_bounced:
            return None
        return Recipient(line.name, line.email, line.language, line.guardian_id, line.email_contact_id)
    found = queries.mail_of(party.person_id)
    return Recipient(found[0], found[1], found[2], party.person_id) if found else None


def end(row: MatchOffer, *, now: datetime) -> None:
    """End every link to a proposal."""
    for line in queries.parties_of([row.id]).get(row.id, []):
        end_links(LinkPurpose.MATCH, line.party_id, now=now)


def end_of(party: MatchParty, *, now: datetime) -> None:
    """End one person's link."""
    end_links(LinkPurpose.MATCH, party.id, now=now)
