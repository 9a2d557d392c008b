"""Who surely has everything: a condition in SQL, narrower than the rules of standing and never wider.

Standing is computed, never stored, and computing it for a whole department to show fifty lines would be slow. Nearly
everybody is the simple case: every needed section given by somebody who may decide, to the end, and nothing said against
it. That one SQL can say. Whatever is less simple goes through the rules. A test compares both on random families.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from youthprog.consent import timing
from youthprog.consent.models import (
    ConsentDecision,
    ConsentRequest,
    Form,
    FormUse,
    FormUseChange,
    FormVersion,
    Section,
    SectionText,
)
from youthprog.consent.types import STARTER, Decision, RequestState, SectionKind, Signer
from youthprog.core import clock, db
from youthprog.core.prepared import Prepared, as_list, keys, words
from youthprog.people.models import CustodyRestriction, Guardianship, GuardianshipChange, Person
from youthprog.programs.models import Gathering, Program, ProgramRuleChange, Season
from youthprog.programs.types import GatheringKind, GuardianRule

MORE_THAN_ANYBODY_GIVES = 1_000_000


@dataclass(frozen=True)
class Needed:
    """The sections programs cannot do without, and the rows of them whose words hold today."""

    program_ids: tuple[int, ...]
    keys: tuple[str, ...]
    section_ids: tuple[int, ...]
    since: date | None = (
        None  # the day of the newest version among those that followed another; of days before, it says nothing
    )


def needed_by_programs() -> list[Needed]:
    """What each program asks for a season: its own forms, else the starter form. Two statements.

    A section of an older version counts while its words, kind and settings are those of the newest.
    """
    uses = db.session().execute(sa.select(Program.id, FormUse.form_id).outerjoin(FormUse, _is_season_form()))
    rows = db.session().execute(
        sa.select(
            Form.id.label("form_id"), Form.key.label("form"), Form.closed_at, FormVersion.id, Section.id.label("section_id"),
            Section.key, Section.kind, Section.required, Section.settings, SectionText.language, SectionText.sha256,
            FormVersion.published_at,
        )
        .join(FormVersion, FormVersion.form_id == Form.id)
        .join(Section, Section.version_id == FormVersion.id)
        .join(SectionText, SectionText.section_id == Section.id)
        .where(FormVersion.published_at.is_not(None))
        .order_by(Form.id, FormVersion.number, Section.position, SectionText.language)
    ).all()  # fmt: skip
    forms: dict[int, dict[int, dict[int, list[Any]]]] = {}
    starter, closed = None, set()
    for row in rows:
        forms.setdefault(row.form_id, {}).setdefault(row.id, {}).setdefault(row.section_id, []).append(row)
        starter = row.form_id if row.form == STARTER else starter
        closed |= {row.form_id} if row.closed_at else set()
    used: dict[int, set[int]] = {}
    for program_id, form_id in uses:
        used.setdefault(program_id, set())
        if form_id in forms and form_id not in closed:
            used[program_id].add(form_id)
    programs_of: dict[tuple[int, ...], list[int]] = {}
    for program_id, form_ids in used.items():
        wanted = form_ids or ({starter} if starter else set())
        programs_of.setdefault(tuple(sorted(wanted)), []).append(program_id)
    return [
        Needed(tuple(program_ids), *_holding([forms[form_id] for form_id in form_ids]), _since(forms, form_ids))
        for form_ids, program_ids in programs_of.items()
    ]


def _since(forms: Mapping[int, Mapping[int, Mapping[int, list[Any]]]], form_ids: Sequence[int]) -> date | None:
    """The last day on which a version took another's place in one of the forms."""
    newest = [list(forms[form_id].values())[-1] for form_id in form_ids if len(forms[form_id]) > 1]
    return max((clock.day_of(next(iter(version.values()))[0].published_at) for version in newest), default=None)


def _is_season_form() -> sa.ColumnElement[bool]:
    return sa.and_(FormUse.program_id == Program.id, ~FormUse.for_events)


def _holding(forms: Sequence[Mapping[int, Mapping[int, list[Any]]]]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The required keys of the newest versions, and the sections of any version that read like them."""
    keys: dict[str, None] = {}
    section_ids = []
    for versions in forms:
        last = list(versions.values())[-1].values()
        newest = {texts[0].key: _terms(texts) for texts in last if _is_needed(texts[0])}
        keys |= dict.fromkeys(newest)
        for sections in versions.values():
            section_ids += [key for key, texts in sections.items() if newest.get(texts[0].key) == _terms(texts)]
    return tuple(keys), tuple(section_ids)


def _is_needed(section: Any) -> bool:
    """Whether a family cannot do without a section; words to read, and what only a second guardian answers, decide nothing."""
    if not section.required or section.kind is SectionKind.TEXT:
        return False
    return section.settings.get("signer") != Signer.GUARDIAN_2


def _terms(texts: Sequence[Any]) -> tuple[Any, ...]:
    first = texts[0]
    return first.key, first.kind, first.settings, tuple((each.language, each.sha256) for each in texts)


def surely_fine(
    needed: Sequence[Needed], youth_id: Any, season_id: Any, on: date, *, days: int = 0
) -> sa.ColumnElement[bool]:
    """The condition that a youth lacks nothing in a season on a day, nor on the days after it within the season.

    The statement around it has joined `Season`, `Program` and the youth as `Person`.
    """
    fine = [_fine_in(each, youth_id, season_id, on, on + timedelta(days=days)) for each in needed]
    return sa.func.coalesce(sa.or_(sa.false(), *fine), sa.false())


def _fine_in(needed: Needed, youth_id: Any, season_id: Any, on: date, until: date) -> sa.ColumnElement[bool]:
    if not needed.keys or (needed.since is not None and on < needed.since):
        return sa.false()  # no form is published: nobody can have signed one; or another version held on the day
    last = until if until == on else sa.case((Season.ends_on < until, Season.ends_on), else_=until)
    days = _Days(on, _midnight_after(on, clock.zone()), last, timing.born_by(until))
    given = _all_given(needed.keys, needed.section_ids, len(needed.keys), youth_id, season_id, days)
    return sa.and_(Season.program_id.in_(needed.program_ids), _asks_plainly(on), given)


@dataclass(frozen=True)
class _Days:
    """The days a condition is about, as values or as parameters: the first, the instant it is over, the last one that
    counts, and the birthday of whoever turns 18 by then."""

    on: Any
    over_at: Any
    last: Any
    born_by: Any


def _midnight_after(on: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(on + timedelta(days=1), time(), zone)


def _asks_plainly(on: Any) -> sa.ColumnElement[bool]:
    """One guardian answers for a `Program`, and nothing it asks of a `Season` has changed since the day."""
    asked_else = (
        sa.exists().where(was.program_id == Season.program_id, was.changed_on > on)
        for was in (ProgramRuleChange, FormUseChange)
    )
    return sa.and_(Program.guardian_rule != GuardianRule.BOTH, *(~changed_since for changed_since in asked_else))


def _all_given(
    keys_needed: Any, section_ids: Any, how_many: Any, youth_id: Any, season_id: Any, days: _Days
) -> sa.ColumnElement[bool]:
    """Every needed section was given for the season, to the end, and nothing was said against any."""
    row, asked, limit, on = ConsentDecision, ConsentRequest, CustodyRestriction, days.on
    bond, change = Guardianship, GuardianshipChange
    barred = sa.exists().where(
        limit.youth_id == row.youth_id,
        limit.adult_id == row.guardian_id,
        sa.or_(limit.ends_on.is_(None), limit.ends_on >= on),
    )
    changed = sa.exists().where(change.guardianship_id == bond.id, change.changed_on > on)
    decides = sa.exists().where(
        bond.youth_id == row.youth_id, bond.guardian_id == row.guardian_id, bond.may_decide, bond.ended_on.is_(None),
        ~changed,
    )  # fmt: skip
    good = sa.and_(
        row.section_id.in_(section_ids),
        row.decision == Decision.GIVEN,
        row.withdrawn_at.is_(None),
        row.ended_on.is_(None),
        row.decided_at < days.over_at,
        sa.or_(~row.needs_original, row.confirmed_at < days.over_at),
        sa.or_(row.valid_until_on.is_(None), row.valid_until_on >= days.last),
        decides,
        ~barred,
    )
    found = (
        sa.select(
            sa.and_(
                sa.func.count(row.section_key.distinct()) == how_many,
                sa.func.count() == sa.func.count(sa.case((good, 1))),
            )
        )
        .join(asked, asked.id == row.request_id)
        .where(
            row.youth_id == youth_id,
            row.season_id == season_id,
            row.section_key.in_(keys_needed),
            asked.gathering_id.is_(None),
        )
        .correlate_except(ConsentDecision, ConsentRequest)
        .scalar_subquery()
    )
    return sa.and_(
        sa.or_(Person.born_on.is_(None), Person.born_on > days.born_by),
        found,
    )


# ---- at the gate: what a season asks is read once, then what each youth has in the statement of whoever asks ----


def surely_cleared(youth_ids: Sequence[int], season_id: int, on: date, gathering_id: int) -> set[int]:
    """Those of the youth whom nothing of consent keeps from a gathering of a season, by its day. Two statements.

    Only words of the newest versions count as signed here, and no gathering that needs slips: whoever is left out goes
    through the rules, as ever.
    """
    found = CLEARED.rows(
        youth=as_list(youth_ids), season_id=season_id, on=on, **asked_at_gate(season_id, on, gathering_id)
    )
    return {row.id for row in found}


def asked_at_gate(season_id: int, on: date, gathering_id: int) -> Mapping[str, Any]:
    """The parameters of `gave_all_at_gate`: what a gathering of a season asks for on its day. Where that cannot be said in
    few words, so many sections that nobody has them. One statement."""
    over_at = _midnight_after(on, clock.zone())
    rows = ASKED_AT_GATE.rows(season_id=season_id, gathering_id=gathering_id, on=on, over_at=over_at)
    named = sorted({row.key for row in rows})
    return {
        "keys_needed": as_list(named),
        "sections_needed": as_list(sorted(row.section_id for row in rows)),
        "how_many": len(named) or MORE_THAN_ANYBODY_GIVES,
        "over_at": over_at,
        "born_by": timing.born_by(on),
    }


def gave_all_at_gate(engine: str, youth_id: Any) -> sa.ColumnElement[bool]:
    """The condition that nothing of consent keeps a youth from a gathering on its day, `on`; the youth is joined as
    `Person`. The parameters are those of `asked_at_gate`."""
    on, born_by = (sa.bindparam(name, type_=sa.Date()) for name in ("on", "born_by"))
    days = _Days(on, sa.bindparam("over_at", type_=ConsentDecision.decided_at.type), on, born_by)
    how_many: Any = sa.bindparam("how_many", type_=sa.BigInteger())
    season: Any = sa.bindparam("season_id", type_=sa.BigInteger())
    return _all_given(words(engine, "keys_needed"), keys(engine, "sections_needed"), how_many, youth_id, season, days)


def _cleared(engine: str) -> sa.SelectBase:
    return sa.select(Person.id).where(Person.id.in_(keys(engine, "youth")), gave_all_at_gate(engine, Person.id))


def _asked_at_gate(_engine: str) -> sa.SelectBase:
    season: Any = sa.bindparam("season_id", type_=sa.BigInteger())
    over_at: Any = sa.bindparam("over_at", type_=ConsentDecision.decided_at.type)
    needed = _needed_now(season).cte("needed").prefix_with("MATERIALIZED")
    newer_words = sa.exists(sa.select(needed.c.key).where(needed.c.published_at >= over_at))
    slip = sa.exists().where(Gathering.id == sa.bindparam("gathering_id"), needs_slip())
    return (
        sa.select(needed.c.key, needed.c.section_id)
        .select_from(Season)
        .join(Program, Program.id == Season.program_id)
        .join(needed, sa.true())
        .where(Season.id == season, _asks_plainly(sa.bindparam("on", type_=sa.Date())), ~newer_words, ~slip)
    )


CLEARED = Prepared(_cleared)
ASKED_AT_GATE = Prepared(_asked_at_gate)


def _needed_now(season_id: Any) -> Any:
    """What `needed_by_programs` finds for the program of one season, of the newest versions alone."""
    newer, other, used = (
        db.another(FormVersion, "consent.surely.newer"),
        db.another(Form, "consent.surely.other"),
        db.another(FormUse, "consent.surely.used"),
    )
    program = sa.select(Season.program_id).where(Season.id == season_id).scalar_subquery()
    is_newest = ~sa.exists().where(
        newer.form_id == FormVersion.form_id, newer.number > FormVersion.number, newer.published_at.is_not(None)
    )
    own = sa.exists().where(FormUse.form_id == Form.id, FormUse.program_id == program, ~FormUse.for_events)
    any_own = sa.exists().where(
        used.program_id == program, ~used.for_events, other.id == used.form_id, other.closed_at.is_(None),
        newer.form_id == other.id, newer.published_at.is_not(None),
    )  # fmt: skip
    return (
        sa.select(Section.id.label("section_id"), Section.key, FormVersion.published_at)
        .join(FormVersion, FormVersion.id == Section.version_id)
        .join(Form, Form.id == FormVersion.form_id)
        .where(
            FormVersion.published_at.is_not(None),
            is_newest,
            sa.or_(sa.and_(own, Form.closed_at.is_(None)), sa.and_(Form.key == STARTER, ~any_own)),
            Section.required,
            Section.kind != SectionKind.TEXT,
            sa.func.coalesce(Section.settings["signer"].as_string(), "") != Signer.GUARDIAN_2.value,
        )
    )


def needs_slip() -> sa.ColumnElement[bool]:
    """The condition that a `Gathering` needs slips: a single event of a program that has a form for those, and whatever
    meeting its families were asked about."""
    asked = sa.exists().where(
        ConsentRequest.gathering_id == Gathering.id, ConsentRequest.state != RequestState.CANCELED
    )
    its = db.another(Season, "consent.surely.its")
    has_form = sa.exists().where(
        its.id == Gathering.season_id, FormUse.program_id == its.program_id, FormUse.for_events
    )
    return sa.and_(has_form, sa.or_(Gathering.kind == GatheringKind.EVENT, asked))
