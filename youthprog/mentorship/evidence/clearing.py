"""What is counted of the people of matches: what the gate asks of them, what they agreed to, how they are kept up with."""

from collections.abc import Callable
from datetime import date

import sqlalchemy as sa

from youthprog.core import db
from youthprog.mentorship.cadence import queries as support
from youthprog.mentorship.closing.rules import MONTHS
from youthprog.mentorship.evidence.period import Period
from youthprog.mentorship.evidence.types import Count
from youthprog.mentorship.gate.rules import missing_items
from youthprog.mentorship.gate.types import Item, StepKind
from youthprog.mentorship.matching.models import MatchOffer
from youthprog.mentorship.matching.types import OfferState


def _mentors(*items: Item) -> Callable[[Period], Count]:
    """Mentors of open matches for whom items are in date today (EEPM B.2, B.3)."""

    def count(period: Period) -> Count:
        everybody: set[int] = set()
        lacking: set[int] = set()
        for found in period.gate.values():
            everybody |= {each.person_id for each in found.mentors}
            lacking |= {each.person_id for each in missing_items(found) if each.item in items}
        return Count(len(everybody - lacking), len(everybody))

    return count


def _matches(item: Item) -> Callable[[Period], Count]:
    """Open matches for all of whose people an item is in date today (EEPM B.2, B.4)."""

    def count(period: Period) -> Count:
        whole = [all(each.item is not item for each in missing_items(found)) for found in period.gate.values()]
        return Count(sum(whole), len(whole))

    return count


def _later_training(period: Period) -> Count:
    """Mentors who have been in a match for a year or more, and of them those with some training in the last year."""
    year = MONTHS[12]
    old: dict[int, date] = {}
    for each in period.matches:
        if each.is_open and (period.on - each.started_on).days >= year:
            for mentor in period.gate[each.match_id].mentors:
                old[mentor.person_id] = min(each.started_on, old.get(mentor.person_id, each.started_on))
    trained = {
        mentor.person_id
        for found in period.gate.values()
        for mentor in found.mentors
        if mentor.person_id in old
        for step in mentor.steps
        if step.kind is StepKind.TRAINING
        and step.done_on > old[mentor.person_id]
        and (period.on - step.done_on).days < year
    }
    return Count(len(trained), len(old))


def _preferences(period: Period) -> Count:
    """Matches that mentor, youth and guardian each agreed to before they met (EEPM B.4.1)."""
    ids = {each.match_id for each in period.matches}
    agreed = sa.select(MatchOffer.match_id).where(MatchOffer.match_id.in_(ids), MatchOffer.state == OfferState.MADE)
    return Count(len(set(db.session().scalars(agreed))), len(ids))


def _contacts(period: Period) -> Count:
    """Contacts of staff with mentor, youth and guardian that were due in the period, and of them those made (EEPM B.5)."""
    about = {each.match_id for each in period.matches}
    cases = support.list_cases(period.actor, period.on, since=period.from_on)
    rates = [support.rate_of(each, period.from_on, period.until_on) for each in cases if each.match_id in about]
    return Count(sum(each.made for each in rates), sum(each.required for each in rates))


MEASURES: dict[str, Callable[[Period], Count]] = {
    "application": _mentors(Item.APPLICATION),
    "interview": _mentors(Item.INTERVIEW),
    "checks": _mentors(Item.CRIMINAL_CHECK, Item.REGISTRY_CHECKS),
    "references": _mentors(Item.REFERENCES),
    "training": _mentors(Item.TRAINING),
    "policies": _mentors(Item.POLICIES),
    "commitment": _matches(Item.COMMITMENT),
    "first_meeting": _matches(Item.FIRST_MEETING),
    "later_training": _later_training,
    "preferences": _preferences,
    "contacts": _contacts,
}
