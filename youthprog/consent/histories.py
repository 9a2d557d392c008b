"""Reading what is needed to say where youth stand: decisions, requests, guardians, excuses, and what each season asks.

A constant number of statements for any number of youth; what it is worth on a day is the rules' to say.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from youthprog.consent import standing
from youthprog.consent.asked import SeasonRule, VersionFact
from youthprog.consent.models import (
    ConsentDecision,
    ConsentEvent,
    ConsentRequest,
    Form,
    FormUse,
    FormUseChange,
    FormVersion,
    GuardianExcuse,
    Section,
    UnmatchedAnswer,
)
from youthprog.consent.staleness import stale_texts
from youthprog.consent.types import (
    STARTER,
    ConsentLine,
    DecisionFact,
    ExcuseFact,
    FamilyFacts,
    GuardianFact,
    Happening,
    Matching,
    Objection,
    RequestFact,
    RequestState,
    Requirement,
    SectionKind,
    SectionState,
    ShowIf,
    Signer,
    UnmatchedFact,
)
from youthprog.core import clock, db
from youthprog.people.models import CustodyRestriction, Guardianship, GuardianshipChange, Person
from youthprog.people.types import BondChange
from youthprog.programs.models import Program, ProgramRuleChange, Season
from youthprog.programs.types import GuardianRule

# ---- what a season asks ----


@dataclass(frozen=True)
class Histories:
    """What guardians decided and were asked, by youth, for one or more seasons, and whose word counts."""

    decisions: Mapping[tuple[int, int], list[DecisionFact]]
    requests: Mapping[tuple[int, int], list[RequestFact]]
    seasons: Mapping[int, SeasonRule]
    families: Mapping[int, FamilyFacts]
    unmatched: Mapping[tuple[int, int], list[UnmatchedFact]]

    def family(self, youth_id: int, season_id: int, on: date) -> FamilyFacts:
        """Whose word counts for a youth in a season, by the rule of a day."""
        known = self.families.get(youth_id, FamilyFacts(youth_id=youth_id, guardians=()))
        unmatched = tuple(self.unmatched.get((youth_id, season_id), ()))
        return replace(known, rule=self.seasons[season_id].rule_on(on), unmatched=unmatched)

    def required(self, youth_id: int, season_id: int, on: date) -> Sequence[str]:
        """The sections a youth cannot do without in a season, as it asked on a day."""
        season, decisions = self.seasons[season_id], self.decisions.get((youth_id, season_id), [])
        family = self.family(youth_id, season_id, on)
        return standing.needed(season.requirements_on(on), decisions, on, family, season.programs)

    def states(
        self, youth_id: int, season_id: int, on: date, keys: Iterable[str] | None = None
    ) -> dict[str, SectionState]:
        """Where a youth stands in each section, of all guardians together; in the needed ones when none are named."""
        key = (youth_id, season_id)
        wanted = self.required(youth_id, season_id, on) if keys is None else keys
        family = self.family(youth_id, season_id, on)
        return standing.section_states(self.decisions.get(key, []), self.requests.get(key, []), on, wanted, family)

    def of_guardians(
        self, youth_id: int, season_id: int, on: date, keys: Sequence[str]
    ) -> dict[tuple[int, str], SectionState]:
        """Where each guardian stands in each section, by (guardian, section)."""
        key, family = (youth_id, season_id), self.family(youth_id, season_id, on)
        return standing.guardian_states(self.decisions.get(key, []), self.requests.get(key, []), on, keys, family)

    def objection(self, youth_id: int, season_id: int, on: date, keys: Sequence[str] | None = None) -> Objection | None:
        """Why a youth is not cleared in a season, by the needed sections or those named; None when cleared."""
        key, required = (youth_id, season_id), self.required(youth_id, season_id, on) if keys is None else keys
        family = self.family(youth_id, season_id, on)
        return standing.objection(self.decisions.get(key, []), self.requests.get(key, []), on, required, family)

    def line(self, youth_id: int, season_id: int, on: date, keys: Sequence[str] | None = None) -> ConsentLine:
        """Where a youth stands in a season: in the needed sections, or in those named."""
        key, required = (youth_id, season_id), self.required(youth_id, season_id, on) if keys is None else keys
        family = self.family(youth_id, season_id, on)
        return standing.line_of(youth_id, self.decisions.get(key, []), self.requests.get(key, []), on, required, family)


# What one statement brings: rows of five kinds under one another, each with what its kind knows.
ASKED = {
    "season_id": Season.id, "program_id": Program.id, "program": Program.name, "rule": Program.guardian_rule,
    "change_id": FormUseChange.id, "changed_on": FormUseChange.changed_on, "was_rule": ProgramRuleChange.guardian_rule,
    "form_id": Form.id, "was_asked": FormUseChange.was_asked, "form_key": Form.key, "number": FormVersion.number,
    "published_at": FormVersion.published_at, "position": Section.position, "key": Section.key, "kind": Section.kind,
    "required": Section.required, "settings": Section.settings,
}  # fmt: skip


def season_rules(season_ids: Collection[int]) -> dict[int, SeasonRule]:
    """What each season asks of its families, now and on days gone by. One statement.

    The forms in use by its program, or the starter form where none of them is published; a form for single events
    is not asked for a season. What counts before any form is published stands in `FALLBACK_REQUIRED`.
    """
    rows = db.session().execute(_asked(season_ids)).all()
    forms, starter_id = _published_forms(row for row in rows if row.season_id is None)
    names, uses = {}, defaultdict(set)
    rules: dict[int, list[tuple[date, GuardianRule]]] = defaultdict(list)
    changes: dict[int, dict[int, list[tuple[date, bool]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if row.rule is not None:
            names[row.season_id] = (frozenset({str(row.program_id), row.program}), row.rule)
        elif row.was_rule is not None:
            rules[row.season_id].append((row.changed_on, row.was_rule))
        elif row.was_asked is not None:
            changes[row.season_id][row.form_id].append((row.changed_on, row.was_asked))
        elif row.season_id is not None:
            uses[row.season_id].add(row.form_id)
    return {
        season_id: SeasonRule(
            known_as, rule, tuple(rules[season_id]), frozenset(uses[season_id]), changes[season_id], forms, starter_id
        )
        for season_id, (known_as, rule) in names.items()
    }


def _asked(season_ids: Collection[int]) -> sa.CompoundSelect[Any]:
    """The seasons, the changes of their programs' rules, the forms they use and used, and all that was published of those."""
    rule, use, was = ProgramRuleChange, FormUse, FormUseChange
    programs = sa.select(Season.program_id).where(Season.id.in_(season_ids))
    ever = (sa.exists().where(table.form_id == Form.id, table.program_id.in_(programs)) for table in (use, was))
    of_seasons = (
        _row("season_id", "program_id", "program", "rule").join(Program, Program.id == Season.program_id),
        _row("season_id", "was_rule", change_id=rule.id, changed_on=rule.changed_on)
        .join(rule, rule.program_id == Season.program_id),
        _row("season_id", "change_id", "changed_on", "was_asked", form_id=was.form_id)
        .join(was, was.program_id == Season.program_id),
        _row("season_id", form_id=use.form_id)
        .join(use, use.program_id == Season.program_id)
        .join(Form, Form.id == use.form_id)
        .where(~use.for_events, Form.closed_at.is_(None)),
    )  # fmt: skip
    published = (
        _row("form_id", "form_key", "number", "published_at", "position", "key", "kind", "required", "settings")
        .join(FormVersion, FormVersion.form_id == Form.id)
        .join(Section, Section.version_id == FormVersion.id)
        .where(FormVersion.published_at.is_not(None), sa.or_(Form.key == STARTER, *ever))
    )
    narrowed = [each.where(Season.id.in_(season_ids)) for each in of_seasons]
    return sa.union_all(*narrowed, published).order_by("season_id", "change_id", "form_id", "number", "position")


def _row(first: str, *known: str, **other: Any) -> sa.Select[Any]:
    """A select of one kind of rows, from the table of the first column; what the kind does not know is null."""
    columns = {name: ASKED[name] for name in (first, *known)} | other
    return sa.select(
        *(
            columns[name].label(name) if name in columns else sa.cast(sa.null(), column.type).label(name)
            for name, column in ASKED.items()
        )
    ).select_from(ASKED[first].class_)


def _published_forms(rows: Iterable[Any]) -> tuple[dict[int, list[VersionFact]], int | None]:
    """The published versions of forms, oldest first, from rows of sections in their order; and which is the starter form."""
    found: dict[int, dict[int, VersionFact]] = defaultdict(dict)
    starter_id, days = None, _Days()
    for row in rows:
        starter_id = row.form_id if row.form_key == STARTER else starter_id
        version = found[row.form_id].get(row.number) or VersionFact(days.of(row.published_at), ())
        if row.required and row.kind is not SectionKind.TEXT and row.settings.get("signer") != Signer.GUARDIAN_2:
            needed = Requirement(row.key, _show_if(row.settings))
            version = replace(version, requirements=(*version.requirements, needed))
        found[row.form_id][row.number] = version
    return {form_id: list(versions.values()) for form_id, versions in found.items()}, starter_id


def _newest_sections() -> sa.Select[Any]:
    """The sections of the newest published version of every form."""
    newer = db.another(FormVersion, "consent.histories.newer")
    is_newest = ~sa.exists().where(
        newer.form_id == FormVersion.form_id, newer.number > FormVersion.number, newer.published_at.is_not(None)
    )
    return (
        sa.select(
            Form.id.label("form_id"), Form.key.label("form_key"), Form.closed_at, Section.key, Section.kind, Section.required,
            Section.settings, Section.position,
        )
        .join(FormVersion, FormVersion.form_id == Form.id)
        .join(Section, Section.version_id == FormVersion.id)
        .where(FormVersion.published_at.is_not(None), is_newest)
    )  # fmt: skip


def _show_if(settings: Mapping[str, Any]) -> ShowIf | None:
    source = settings.get("show_if")
    return ShowIf(source["what"], tuple(source["values"]), source.get("key", "")) if source else None


@dataclass(frozen=True)
class FormInUse:
    """The version of a form that a season's families are asked to sign, and the keys of its sections."""

    version_id: int
    form_id: int
    keys: tuple[str, ...]


def forms_in_use(season_id: int) -> list[FormInUse]:
    """The newest published versions of the forms a season asks for; the starter form where none of its own is. Empty
    before anything is published. One statement."""
    newest = _newest_sections().add_columns(FormVersion.id.label("version_id")).subquery()
    program = sa.select(Season.program_id).where(Season.id == season_id).scalar_subquery()
    in_use = sa.exists().where(FormUse.form_id == newest.c.form_id, FormUse.program_id == program, ~FormUse.for_events)
    rows = db.session().execute(
        sa.select(newest, sa.and_(in_use, newest.c.closed_at.is_(None)).label("is_used")).order_by(
            newest.c.form_id, newest.c.position
        )
    )
    own: dict[int, tuple[int, list[str]]] = {}
    starter: dict[int, tuple[int, list[str]]] = {}
    for row in rows:
        for found in ([own] if row.is_used else []) + ([starter] if row.form_key == STARTER else []):
            found.setdefault(row.version_id, (row.form_id, []))[1].append(row.key)
    return [FormInUse(version_id, form_id, tuple(keys)) for version_id, (form_id, keys) in (own or starter).items()]


def required_keys(season_id: int) -> Sequence[str]:
    """The sections a season cannot do without today, whoever the youth is. One statement."""
    asked = season_rules([season_id])[season_id].requirements_on(clock.today())
    return tuple(dict.fromkeys(each.key for each in asked))


def histories(youth_ids: Collection[int], season_ids: Collection[int], *, gathering_id: int | None = None) -> Histories:
    """Everything decided and asked about the youth in the seasons: for the season, or the slips for one gathering.

    Six statements, whatever their number; seven where a program asks both guardians, or once did.
    """
    seasons = season_rules(season_ids)
    if not youth_ids or not season_ids:
        return Histories({}, {}, seasons, {}, {})
    asks_both = any(each.may_have_asked(GuardianRule.BOTH) for each in seasons.values())
    return Histories(
        _decision_facts(youth_ids, season_ids, gathering_id),
        _request_facts(youth_ids, season_ids, gathering_id),
        seasons,
        _families(youth_ids, _excuses(youth_ids) if asks_both else {}),
        _unmatched_facts(youth_ids, season_ids),
    )


def _decision_facts(
    youth_ids: Collection[int], season_ids: Collection[int], gathering_id: int | None
) -> dict[tuple[int, int], list[DecisionFact]]:
    table, found, days, stale = ConsentDecision, defaultdict(list), _Days(), stale_texts()
    for row in db.session().execute(
        sa.select(
            table.id, table.youth_id, table.season_id, table.guardian_id, table.section_key, table.decision,
            table.decided_at, table.valid_until_on, table.withdrawn_at, table.ended_on, table.needs_original,
            table.confirmed_at, table.section_id, ConsentRequest.language,
        )
        .join(ConsentRequest, ConsentRequest.id == table.request_id)
        .where(
            table.youth_id.in_(youth_ids),
            table.season_id.in_(season_ids),
            ConsentRequest.gathering_id.is_not_distinct_from(gathering_id),
        )
    ):  # fmt: skip
        fact = DecisionFact(
            row.guardian_id, row.section_key, row.decision, row.decided_at, days.of(row.decided_at),
            row.valid_until_on, days[row.withdrawn_at], row.id, row.ended_on, row.needs_original,
            days[row.confirmed_at], stale.get((row.section_id, row.language), ()),
        )  # fmt: skip
        found[row.youth_id, row.season_id].append(fact)
    return found


def _request_facts(
    youth_ids: Collection[int], season_ids: Collection[int], gathering_id: int | None
) -> dict[tuple[int, int], list[RequestFact]]:
    asked, found, days = ConsentRequest, defaultdict(list), _Days()
    canceled = (
        sa.select(sa.func.max(ConsentEvent.at, type_=ConsentEvent.at.type))
        .where(ConsentEvent.request_id == asked.id, ConsentEvent.happening == Happening.CANCELED)
        .scalar_subquery()
    )
    for each in db.session().execute(
        sa.select(
            asked.id, asked.youth_id, asked.season_id, asked.guardian_id, asked.state, asked.created_at,
            asked.sent_at, asked.opened_at, asked.times_asked, asked.awaited,
            sa.func.coalesce(
                asked.signed_at, sa.case((asked.state == RequestState.CANCELED, canceled)), type_=asked.signed_at.type
            ).label("closed_at"),
        ).where(
            asked.youth_id.in_(youth_ids),
            asked.season_id.in_(season_ids),
            asked.gathering_id.is_not_distinct_from(gathering_id),
        )
    ):  # fmt: skip
        request = RequestFact(
            each.id, each.guardian_id, each.state, days.of(each.created_at), days[each.sent_at],
            days[each.opened_at], each.times_asked, days[each.closed_at], each.awaited,
        )  # fmt: skip
        found[each.youth_id, each.season_id].append(request)
    return found


def _families(youth_ids: Collection[int], excuses: Mapping[int, Sequence[ExcuseFact]]) -> dict[int, FamilyFacts]:
    """The guardians of each youth, whatever the day: their rights as they are and were, and what courts forbid them. One
    statement. A court's order counts from the day it was recorded: before, nobody could go by it."""
    bond, limit, change = Guardianship, CustodyRestriction, GuardianshipChange
    keeps = sa.and_(
        limit.youth_id == bond.youth_id,
        limit.adult_id == bond.guardian_id,
        sa.or_(limit.no_decide, limit.no_information),
    )
    born: dict[int, date | None] = {}
    guardians: dict[int, dict[int, GuardianFact]] = defaultdict(dict)
    days, changes, limits = _Days(), defaultdict(dict), defaultdict(dict)  # type: ignore[var-annotated]
    for row in db.session().execute(
        sa.select(
            Person.id, Person.born_on, bond.guardian_id, bond.may_decide, bond.ended_on, limit.id.label("limit_id"),
            limit.starts_on, limit.ends_on, limit.recorded_at, change.id.label("change_id"), change.changed_on,
            change.was_in_force, change.could_decide,
        )
        .outerjoin(bond, bond.youth_id == Person.id)
        .outerjoin(limit, keeps)
        .outerjoin(change, change.guardianship_id == bond.id)
        .where(Person.id.in_(youth_ids))
        .order_by(bond.rank, bond.id, change.id)
    ):  # fmt: skip
        born[row.id], pair = row.born_on, (row.id, row.guardian_id)
        if row.guardian_id is not None:
            guardians[row.id].setdefault(row.guardian_id, GuardianFact(row.guardian_id, row.may_decide, row.ended_on))
        if row.limit_id is not None:
            limits[pair][row.limit_id] = (max(row.starts_on, days.of(row.recorded_at)), row.ends_on)
        if row.change_id is not None:
            changes[pair][row.change_id] = BondChange(row.changed_on, row.was_in_force, row.could_decide)
    for youth_id, guardian_id in {*limits, *changes}:
        pair = (youth_id, guardian_id)
        barred, turns = tuple(limits.get(pair, {}).values()), tuple(changes.get(pair, {}).values())
        guardians[youth_id][guardian_id] = replace(guardians[youth_id][guardian_id], barred=barred, changes=turns)
    return {
        youth_id: FamilyFacts(
            youth_id=youth_id,
            born_on=born_on,
            guardians=tuple(guardians[youth_id].values()),
            excuses=tuple(excuses.get(youth_id, ())),
        )
        for youth_id, born_on in born.items()
    }


def _excuses(youth_ids: Collection[int]) -> dict[int, list[ExcuseFact]]:
    found: dict[int, list[ExcuseFact]] = defaultdict(list)
    table = GuardianExcuse
    for row in db.session().execute(
        sa.select(table.youth_id, table.guardian_id, table.from_on, table.ended_on).where(table.youth_id.in_(youth_ids))
    ):
        found[row.youth_id].append(ExcuseFact(row.guardian_id, row.from_on, row.ended_on))
    return found


def family_of(youth_id: int) -> FamilyFacts:
    """Whose word counts for a youth, whatever the season. Two statements."""
    return _families([youth_id], _excuses([youth_id])).get(youth_id, FamilyFacts(youth_id=youth_id, guardians=()))


def _unmatched_facts(
    youth_ids: Collection[int], season_ids: Collection[int]
) -> dict[tuple[int, int], list[UnmatchedFact]]:
    table, found, days = UnmatchedAnswer, defaultdict(list), _Days()
    for row in db.session().execute(
        sa.select(table.youth_id, table.season_id, table.received_at, table.settled_at).where(
            table.youth_id.in_(youth_ids), table.season_id.in_(season_ids), table.state != Matching.DRAFT
        )
    ):
        fact = UnmatchedFact(days.of(row.received_at), days[row.settled_at])
        found[row.youth_id, row.season_id].append(fact)
    return found


class _Days(dict[datetime | None, date | None]):
    """The department's day of each instant, worked out once: the decisions of one signature share their instant."""

    def __init__(self) -> None:
        super().__init__({None: None})
        self.zone = clock.zone()

    def __missing__(self, moment: datetime) -> date:
        day = self[moment] = moment.astimezone(self.zone).date()
        return day

    def of(self, moment: datetime) -> date:
        """The day of an instant that is there."""
        return self[moment] or moment.astimezone(self.zone).date()
