"""What the people room knows of who may collect a youth: the guardians who may, the adults who may not."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date

import sqlalchemy as sa

from youthprog.core import db
from youthprog.core.collecting import GUARDIAN, Barred, Collector, Known, house_number
from youthprog.core.names import keys_of_adult
from youthprog.people import queries
from youthprog.people.models import CustodyRestriction, Household, HouseholdMember, Person
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


def known_of(person_ids: Collection[int]) -> Mapping[int, Known]:
    """What is on file to tell adults of one name apart: birth dates, and the numbers of the houses they live in. Two statements."""
    houses: dict[int, set[str]] = {}
    streets = db.session().execute(
        sa.select(HouseholdMember.person_id, Household.street)
        .join(Household, Household.id == HouseholdMember.household_id)
        .where(HouseholdMember.person_id.in_(person_ids), Household.street.is_not(None))
    )
    for person_id, street in streets:
        number = house_number(street or "")
        if number is not None:
            houses.setdefault(person_id, set()).add(number)
    born = db.session().execute(sa.select(Person.id, Person.born_on).where(Person.id.in_(person_ids)))
    return {person_id: Known(born_on, frozenset(houses.get(person_id, ()))) for person_id, born_on in born}
