"""Reading slips: consent to one gathering, beside the season's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from youthprog.consent import queries
from youthprog.consent.models import Form, FormUse, FormVersion, Section
from youthprog.consent.types import MemberConsent, RequestState, SectionKind
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Gathering, Season
from youthprog.programs.types import EnrollmentStatus


@dataclass(frozen=True)
class SlipForm:
    """A form for single gatherings: its newest published version, and what it cannot do without."""

    version_id: int
    title: str
    title_es: str
    keys: tuple[str, ...]

    def named(self, language: str) -> str:
        """The title in a page's language."""
        return self.title_es if language == "es" and self.title_es else self.title


def slip_forms(season_id: int) -> list[SlipForm]:
    """The forms the program of a season uses for single gatherings. One statement."""
    newer = aliased(FormVersion)
    rows = db.session().execute(
        sa.select(
            FormVersion.id,
            sa.func.coalesce(FormVersion.title, Form.title).label("title"),
            sa.func.coalesce(FormVersion.title_es, Form.title_es).label("title_es"),
            Section.key,
            Section.required,
            Section.kind,
        )
        .join(Form, Form.id == FormVersion.form_id)
        .join(FormUse, FormUse.form_id == Form.id)
        .join(Season, Season.program_id == FormUse.program_id)
        .join(Section, Section.version_id == FormVersion.id)
        .where(
            Season.id == season_id,
            FormUse.for_events,
            Form.closed_at.is_(None),
            FormVersion.published_at.is_not(None),
            ~sa.exists().where(
                newer.form_id == FormVersion.form_id, newer.number > FormVersion.number, newer.published_at.is_not(None)
            ),
        )
        .order_by(Form.id, Section.position)
    )
    found: dict[int, tuple[Any, list[str]]] = {}
    for row in rows:
        found.setdefault(row.id, (row, []))[1].extend(
            [row.key] if row.required and row.kind is not SectionKind.TEXT else []
        )
    return [SlipForm(version_id, row.title, row.title_es, tuple(keys)) for version_id, (row, keys) in found.items()]


def youth_of(gathering: Gathering) -> list[int]:
    """Who is expected at a gathering: the group on its day, or everybody enrolled in the season. By name."""
    if gathering.group_id is not None:
        return [line.youth_id for line in programs.members_of(gathering.group_id, clock.day_of(gathering.starts_at))]
    statement = (
        sa.select(Enrollment.youth_id)
        .join(Person, Person.id == Enrollment.youth_id)
        .where(Enrollment.season_id == gathering.season_id, Enrollment.status == EnrollmentStatus.ENROLLED)
        .order_by(Person.folded_name, Person.id)
    )
    return list(db.session().scalars(statement))


def slips_of(gathering_id: int) -> dict[int, bool]:
    """For each youth expected at a gathering, whether a slip allows it. Empty where the program uses no such form."""
    gathering = db.session().get_one(Gathering, gathering_id)
    keys = _keys(slip_forms(gathering.season_id))
    if not keys:
        return {}
    ids, on = youth_of(gathering), clock.day_of(gathering.starts_at)
    known = queries.histories(ids, [gathering.season_id], gathering_id=gathering_id)
    return {youth_id: known.line(youth_id, gathering.season_id, on, keys).state == "signed" for youth_id in ids}


def list_slips(actor: Actor, gathering: Gathering, forms: Sequence[SlipForm], on: date) -> list[MemberConsent]:
    """The youth of a gathering within reach, missing first, with the guardian to call."""
    ids = youth_of(gathering)
    readable = people.reachable(actor, P.CONSENT_READ, ids, on)
    guardians = people.guardians_of(people.reachable(actor, P.CONTACT_READ, readable, on), on)
    known = queries.histories(readable, [gathering.season_id], gathering_id=gathering.id)
    names = {row.id: row for row in db.session().scalars(sa.select(Person).where(Person.id.in_(readable)))}
    day, keys, found = clock.day_of(gathering.starts_at), _keys(forms), []
    for youth_id in (each for each in ids if each in readable):
        line = known.line(youth_id, gathering.season_id, day, keys)
        deciding = [each for each in guardians.get(youth_id, []) if each.may_decide]
        bounced = line.request_state is RequestState.BOUNCED
        found.append(
            MemberConsent(
                youth_id, names[youth_id].name, names[youth_id].list_name, line, deciding[0] if deciding else None,
                bounced=bounced,
            )
        )  # fmt: skip
    order = {"missing": 0, "expired": 0, "waiting": 1, "signed": 2}
    return sorted(found, key=lambda each: order[each.line.state])


def _keys(forms: Sequence[SlipForm]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for form in forms for key in form.keys))
