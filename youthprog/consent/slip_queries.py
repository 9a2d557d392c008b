"""Reading slips: consent to one gathering, beside the season's."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from youthprog.consent import queries
from youthprog.consent.models import Form, FormUse, FormVersion, Section
from youthprog.consent.surely import needs_slip
from youthprog.consent.types import MemberConsent, Objection, RequestState, SectionKind
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.clearance import NotCleared
from youthprog.core.permissions import P
from youthprog.core.refusals import N_
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Gathering, Season
from youthprog.programs.types import EnrollmentStatus

# What an objection is called when it is to one gathering alone.
OF_THIS_DAY = {
    "consent.not_asked": N_("No slip for this day. Not asked yet."),
    "consent.leaving": N_("No slip for this day. The mail is leaving now."),
    "consent.sent": N_("No slip for this day. Asked on %(on)s."),
    "consent.opened": N_("No slip for this day. Opened %(on)s, not finished."),
    "consent.bounced": N_("No slip for this day. The address does not work."),
    "consent.refused": N_("A guardian said no to this day on %(on)s."),
    "consent.withdrawn": N_("The slip for this day was taken back on %(on)s."),
    "consent.conflict": N_("Guardians disagree about this day."),
}


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
    newer = db.another(FormVersion, "consent.slip_queries.newer")
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


def slip_objections(youth_ids: Mapping[int, Sequence[int]]) -> Iterator[tuple[int, NotCleared]]:
    """What slips say of the youth of some gatherings: (gathering, reason) of whoever may not come along to it.

    One statement, and eight or nine more for each gathering that needs slips.
    """
    for gathering_id, season_id, starts_at in _that_need_slips(youth_ids):
        keys, ids, on = _keys(slip_forms(season_id)), youth_ids[gathering_id], clock.day_of(starts_at)
        if not keys:
            continue  # the form asks nothing that is needed, or is not published
        known = queries.histories(ids, [season_id], gathering_id=gathering_id)
        for youth_id in ids:
            reason = known.objection(youth_id, season_id, on, keys)
            if reason is not None:
                yield gathering_id, _as_slip(youth_id, reason)


def _that_need_slips(gathering_ids: Iterable[int]) -> list[tuple[int, int, datetime]]:
    """Which gatherings a youth needs a slip for: a single event of a program that has a form for those, and whatever
    meeting its families were asked about. One statement."""
    rows = db.session().execute(
        sa.select(Gathering.id, Gathering.season_id, Gathering.starts_at)
        .where(Gathering.id.in_(gathering_ids), needs_slip())
        .order_by(Gathering.id)
    )
    return [(row.id, row.season_id, row.starts_at) for row in rows]


def _as_slip(youth_id: int, reason: Objection) -> NotCleared:
    """An objection in the words of the one day."""
    sentence = OF_THIS_DAY.get(reason.code, N_("No slip for this day."))
    code = reason.code.replace("consent.", "slip.")
    return NotCleared(youth_id, code, reason.state, N_("Slip for this day"), sentence, reason.values)


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
