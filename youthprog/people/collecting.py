"""What the people room knows of who may collect a youth: the guardians who may, the adults who may not."""

from collections.abc import Collection, Iterator
from datetime import date

import sqlalchemy as sa

from youthprog.core import db
from youthprog.core.collecting import GUARDIAN, Barred, Collector
from youthprog.core.names import keys_of_adult
from youthprog.people import queries
from youthprog.people.models import CustodyRestriction, Person
from youthprog.people.types import RELATIONSHIPS


def guardians_who_collect(youth_ids: Collection[int], on: date) -> Iterator[Collector]:
    """The guardians who may collect on a day, first to be called first. Custody is applied."""
    for youth_id, lines in queries.guardians_of(youth_ids, on).items():
        for line in lines:
            if line.may_collect:
                yield Collector(
                    youth_id, GUARDIAN, line.guardian_id, line.name, RELATIONSHIPS[line.relationship], line.phone
                )


def barred_from_collecting(youth_ids: Collection[int], on: date) -> Iterator[Barred]:
    """The adults whom a restriction keeps from collecting, or from all information, on a day. One statement."""
    table = CustodyRestriction
    rows = db.session().execute(
        sa.select(table.youth_id, Person)
        .join(Person, Person.id == table.adult_id)
        .where(table.youth_id.in_(youth_ids), sa.or_(table.no_collect, table.no_information), queries.holds_on(on))
        .order_by(table.id)
    )
    for youth_id, adult in rows:
        yield Barred(youth_id, adult.id, keys_of_adult(adult.given_name, adult.family_name, adult.preferred_name))
