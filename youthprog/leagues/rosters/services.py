"""Verbs of rosters: rules, joining, moving, leaving, suspending, holding, papers. They never commit."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Refusal, Refused, refuse_if
from youthprog.leagues.models import Division, Team
from youthprog.leagues.rosters import records, rules, waiting
from youthprog.leagues.rosters.facts import Keeping, keeping_by_group
from youthprog.leagues.rosters.models import (
    DivisionRosterChange,
    DivisionWait,
    MedicalHold,
    PlayerPaper,
    RosterException,
    RosterMove,
    Suspension,
)
from youthprog.leagues.rosters.types import Exceptional, JoinFacts, MoveKind, PaperKind, RosterRules, WaitFrom
from youthprog.people import queries as people
from youthprog.people.types import PeopleMerged
from youthprog.programs import queries as programs
from youthprog.programs import services as groups
from youthprog.programs.models import Enrollment, Gathering, Group, GroupMember

Asked = tuple[Exceptional, Refusal]

# ---- a division's rules ----


def set_rules(
    keeping: Keeping, wanted: RosterRules, *, wait_days: int, wait_from: WaitFrom, by: Actor, now: datetime
) -> None:
    """Say how a division keeps its rosters from today on; days gone by keep their answer. Places that open are filled.

    `wanted.cutoff_on` equal to the season's own is kept as none, so that it follows the season. Raises `Refused`.
    """
    refuse_if(rules.refusals_to_set(wanted, wait_days=wait_days))
    waiting.lock_division(keeping.division.id)
    division, row, before = keeping.division, keeping.row, keeping.values()
    division.min_age, division.max_age = wanted.min_age, wanted.max_age
    division.age_cutoff_on = None if wanted.cutoff_on == keeping.season_cutoff_on else wanted.cutoff_on
    row.most_players, row.fewest_players, row.closes_on = wanted.most_players, wanted.fewest_players, wanted.closes_on
    row.one_team = wanted.one_team
    row.asks_age_proof, row.asks_physical = (
        kind in wanted.papers for kind in (PaperKind.AGE_PROOF, PaperKind.PHYSICAL)
    )
    row.wait_days, row.wait_from = wait_days, wait_from
    db.session().add(row)
    changed = sorted(name for name, value in keeping.values().items() if value != before[name])
    if changed:
        was = {name: value.isoformat() if isinstance(value, date) else value for name, value in before.items()}
        change = DivisionRosterChange(division_id=division.id, changed_on=clock.day_of(now), was=was)
        db.session().add(change)
    db.flush()
    record("division.roster_rules_set", "division", division.id, by=by, now=now, changed=changed, wait_days=wait_days)
    waiting.fill_places(division, now=now)


# ---- joining, moving, leaving ----


def add_player(
    youth_id: int, group: Group, *, jersey: str | None = None, reason: str = "", by: Actor, now: datetime
) -> GroupMember:
    """Put an enrolled child on a team. What the division's rules ask to be let stand needs a reason, kept with who and when.

    Raises `Refused` with every reason.
    """
    _lock_places(group, youth_id)
    asked = _look_at(youth_id, group, reason, now)
    member = groups.join_group(youth_id, group, jersey=jersey, by=by, now=now)
    _let_stand(asked, youth_id, group, reason, by, now)
    _note_move(MoveKind.JOINED, youth_id, to_group=group, reason=reason, by=by, now=now)
    _stop_line(youth_id, group, now)
    return member


def transfer(
    youth_id: int, old: Group, new: Group, *, jersey: str | None = None, reason: str, by: Actor, now: datetime
) -> GroupMember:
    """Move a player from one team of a season to another from today on; suspensions and holds go along.

    The division's rules of the new team are looked at as for joining; the same reason serves. Raises `Refused`.
    """
    _lock_places(new, youth_id, old)
    found = rules.refusals_to_transfer(
        same_team=old.id == new.id,
        same_season=old.season_id == new.season_id,
        met_today=_has_met_today(old.id, now),
        reason=reason,
    )
    refuse_if(found)
    asked = _look_at(youth_id, new, reason, now, leaves=old.id)
    member = groups.join_group(youth_id, new, jersey=jersey, by=by, now=now)
    _let_stand(asked, youth_id, new, reason, by, now)
    _note_move(MoveKind.TRANSFERRED, youth_id, from_group=old, to_group=new, reason=reason, by=by, now=now)
    groups.leave_group(youth_id, old, by=by, now=now)
    _end_exceptions(youth_id, old.id, by, now)
    _open_place(old, now)
    return member


def leave(youth_id: int, group: Group, *, reason: str = "", by: Actor, now: datetime) -> None:
    """Take a player off a team from today on; the place in the season stays. Whoever waits moves up at once."""
    if programs.find_membership(group.id, youth_id) is None:
        return
    groups.leave_group(youth_id, group, by=by, now=now)
    _end_exceptions(youth_id, group.id, by, now)
    _note_move(MoveKind.LEFT, youth_id, from_group=group, reason=reason, by=by, now=now)
    _open_place(group, now)


def accept(youth_id: int, group: Group, *, reason: str, by: Actor, now: datetime) -> list[Exceptional]:
    """Let stand, in writing, what a team's rules have against a player who is on it already. Returns what."""
    if not reason.strip():
        raise Refused([Refusal("no_reason", N_("Write why."), "reason")])
    asked = _to_let_stand(youth_id, group, now)
    if not asked:
        raise Refused([Refusal("nothing_to_accept", N_("The division's rules have nothing against this player."))])
    _let_stand(asked, youth_id, group, reason, by, now)
    return [kind for kind, _refusal in asked]


def take_back_exception(row: RosterException, *, by: Actor, now: datetime) -> None:
    """Let something stand no longer, from today on."""
    if row.ended_at is None:
        row.ended_at, row.ended_by_id = now, by.person_id
        db.flush()
        record("roster.exception_ended", "person", row.youth_id, by=by, now=now, kind=row.kind.value)


def _lock_places(group: Group, youth_id: int, *others: Group) -> None:
    """One at a time: first the child's place in the season, so that two coaches never both list one child, then the divisions."""
    db.flush()
    db.session().execute(
        sa.select(Enrollment.id)
        .where(Enrollment.season_id == group.season_id, Enrollment.youth_id == youth_id)
        .with_for_update()
    )
    for division_id in sorted({_division_of(each.id).id for each in (group, *others)}):
        waiting.lock_division(division_id)


def _division_of(group_id: int) -> Division:
    return (
        db.session()
        .scalars(sa.select(Division).join(Team, Team.division_id == Division.id).where(Team.group_id == group_id))
        .one()
    )


def _look_at(youth_id: int, group: Group, reason: str, now: datetime, *, leaves: int | None = None) -> list[Asked]:
    """What joining would ask to be let stand. Raises `Refused` when it cannot be, or nobody wrote why."""
    on, keeping = clock.day_of(now), keeping_by_group([group.id])[group.id]
    others = records.teams_of_youth([youth_id], group.season_id, on).get(youth_id, [])
    facts = JoinFacts(
        rules=keeping.rules(),
        on=on,
        born_on=people.get_person(youth_id).born_on,
        inside=len(programs.member_ids(group.id, on)),
        other_team=next((name for key, name in others if key not in (group.id, leaves)), None),
        waiting=waiting.could_move_up(keeping, now, but=youth_id) if leaves is None else 0,
        kept_away=records.kept_away_from(group.id, youth_id, on),
    )
    refuse_if(rules.refusals_to_join(facts))
    asked = rules.exceptions_to_join(facts)
    refuse_if(rules.refusals_without_reason(asked, reason))
    return asked


def _to_let_stand(youth_id: int, group: Group, now: datetime) -> list[Asked]:
    """What the rules have against a player who is on a team: the same as against joining, as far as it is not accepted."""
    codes = records.roster_codes(group.id, group.season_id, youth_id, now)
    return [(kind, Refusal(code, "")) for code, kind in records.ACCEPTABLE.items() if code in codes]


def _let_stand(asked: Sequence[Asked], youth_id: int, group: Group, reason: str, by: Actor, now: datetime) -> None:
    for kind, _refusal in asked:
        row = RosterException(
            youth_id=youth_id,
            group_id=group.id,
            kind=kind,
            reason=reason.strip(),
            given_at=now,
            given_by_id=by.person_id,
        )
        db.session().add(row)
        record("roster.exception_given", "person", youth_id, by=by, now=now, group_id=group.id, kind=kind.value)
    db.flush()


def _end_exceptions(youth_id: int, group_id: int, by: Actor, now: datetime) -> None:
    rows = db.session().scalars(
        sa.select(RosterException).where(
            RosterException.youth_id == youth_id,
            RosterException.group_id == group_id,
            RosterException.ended_at.is_(None),
        )
    )
    for row in rows:
        row.ended_at, row.ended_by_id = now, by.person_id
    db.flush()


def _note_move(
    kind: MoveKind,
    youth_id: int,
    *,
    from_group: Group | None = None,
    to_group: Group | None = None,
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    move = RosterMove(
        youth_id=youth_id,
        kind=kind,
        from_group_id=from_group.id if from_group else None,
        to_group_id=to_group.id if to_group else None,
        moved_on=clock.day_of(now),
        reason=reason.strip(),
        at=now,
        by_id=by.person_id,
    )
    db.session().add(move)
    db.flush()
    record(f"roster.{kind.value}", "person", youth_id, by=by, now=now, from_group_id=move.from_group_id,
           to_group_id=move.to_group_id)  # fmt: skip


def _stop_line(youth_id: int, group: Group, now: datetime) -> None:
    """Whoever is on a team waits for its division no longer."""
    rows = db.session().scalars(
        sa.select(DivisionWait).where(
            DivisionWait.division_id == _division_of(group.id).id,
            DivisionWait.youth_id == youth_id,
            DivisionWait.placed_at.is_(None),
            DivisionWait.left_at.is_(None),
        )
    )
    for row in rows:
        row.placed_at, row.group_id = now, group.id
    db.flush()


def _open_place(group: Group, now: datetime) -> None:
    """Fill the place, also where a child joined and left on one day, which nobody is told of."""
    division = _division_of(group.id)
    if records.waiting_rows(division.id):
        waiting.fill_places(division, now=now)


def _has_met_today(group_id: int, now: datetime) -> bool:
    start = datetime.combine(clock.day_of(now), time(), clock.zone())
    statement = sa.select(Gathering.id).where(
        Gathering.group_id == group_id,
        Gathering.canceled_at.is_(None),
        Gathering.starts_at >= start,
        Gathering.starts_at <= now,
    )
    return db.session().scalar(statement.limit(1)) is not None


# ---- suspensions ----


def suspend(
    youth_id: int,
    group: Group,
    *,
    games: int | None,
    until_on: date | None,
    reason: str,
    by: Actor,
    now: datetime,
    from_on: date | None = None,
) -> Suspension:
    """Let a player sit out a number of games, or all until a day, from now or from the beginning of a later day on.

    Games that have begun never count. Raises `Refused`.
    """
    today = clock.day_of(now)
    refuse_if(rules.refusals_to_suspend(games=games, until_on=until_on, today=today, reason=reason, from_on=from_on))
    later = datetime.combine(from_on, time(), clock.zone()).astimezone(UTC) if from_on else now
    row = Suspension(
        youth_id=youth_id, season_id=group.season_id, group_id=group.id, from_at=max(now, later), games=games,
        until_on=until_on, reason=reason.strip(), given_at=now, given_by_id=by.person_id,
    )  # fmt: skip
    db.session().add(row)
    db.flush()
    record("player.suspended", "person", youth_id, by=by, now=now, group_id=group.id, games=games,
           until_on=until_on.isoformat() if until_on else None)  # fmt: skip
    return row


def lift(row: Suspension, *, by: Actor, now: datetime) -> None:
    """End a suspension before its time, from now on."""
    if row.lifted_at is None:
        row.lifted_at, row.lifted_by_id = now, by.person_id
        db.flush()
        record("player.suspension_lifted", "person", row.youth_id, by=by, now=now)


# ---- merging people ----

OF_ONE: Iterable[Any] = (RosterException, RosterMove, Suspension, MedicalHold, PlayerPaper)


def follow_merge(event: PeopleMerged) -> None:
    """Let everything about a merged record follow; of two places in one line the earlier stays."""
    for model in OF_ONE:
        table = db.table(model)
        db.session().execute(sa.update(table).where(table.c.youth_id == event.gone_id).values(youth_id=event.kept_id))
    rows = db.session().scalars(
        sa.select(DivisionWait)
        .where(DivisionWait.youth_id.in_((event.kept_id, event.gone_id)))
        .order_by(DivisionWait.asked_at, DivisionWait.id)
    )
    open_in: set[int] = set()
    for row in rows.all():
        if row.placed_at is None and row.left_at is None:
            if row.division_id in open_in:
                row.left_at = event.at
            open_in.add(row.division_id)
    db.flush()
    table = db.table(DivisionWait)
    db.session().execute(sa.update(table).where(table.c.youth_id == event.gone_id).values(youth_id=event.kept_id))
    db.session().expire_all()
