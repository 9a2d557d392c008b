"""Verbs of matching: what people tell, runs, and proposals with everybody's word. They never commit."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Conflict, NotFound, Refusal, Refused, refuse_if
from youthprog.mentorship import queries as matches
from youthprog.mentorship import services as mentorship
from youthprog.mentorship.matching import letters, profiles, queries, rules, wire
from youthprog.mentorship.matching.models import (
    MatchOffer,
    MatchParty,
    MatchProfile,
    MatchRun,
    MatchTie,
    MatchWeights,
)
from youthprog.mentorship.matching.types import (
    HEAVIEST,
    WEIGHTS,
    Fit,
    Mode,
    OfferState,
    Outcome,
    Part,
    Progress,
    RunState,
    Task,
    TieKind,
    Way,
)
from youthprog.people.types import CustodyRestricted, GuardianshipEnded, PeopleMerged
from youthprog.programs.models import Season

LEASE = timedelta(seconds=45)
S = RunState

# ---- what people tell ----


def save_profile(person_id: int, told: Mapping[str, Any], *, by: Actor, now: datetime) -> None:
    """Keep what somebody told for matching. What was told is not in the audit line."""
    row = db.session().get(MatchProfile, person_id)
    if row is None:
        row = MatchProfile(person_id=person_id, told={}, told_at=now)
        db.session().add(row)
    row.told = profiles.with_hours_since(row.told, told, clock.day_of(now))
    row.told_at, row.told_by_id = now, by.person_id
    db.flush()
    record("matching.told", "person", person_id, by=by, now=now)


def save_weights(program_id: int, weights: Mapping[str, int], *, by: Actor, now: datetime) -> None:
    """Keep what a program weighs, 0 to 10 each."""
    kept = {name: max(0, min(HEAVIEST, int(weights[name]))) for name in WEIGHTS if name in weights}
    row = db.session().get(MatchWeights, program_id)
    if row is None:
        db.session().add(MatchWeights(program_id=program_id, weights=kept, changed_at=now))
    else:
        row.weights, row.changed_at = kept, now
    db.flush()
    record("matching.weighed", "program", program_id, by=by, now=now, **kept)


def tie(kind: TieKind, one_id: int, other_id: int, *, by: Actor, now: datetime) -> MatchTie:
    """Enter a pair: a youth and an adult never to be matched, or two youth together or apart. Raises `Refused`."""
    if kind is not TieKind.NEVER:
        one_id, other_id = sorted((one_id, other_id))
    known = sa.select(MatchTie.id).where(MatchTie.one_id == one_id, MatchTie.other_id == other_id)
    refuse_if(rules.refusals_to_tie(one_id, other_id, is_known=db.session().scalar(known) is not None))
    row = MatchTie(kind=kind, one_id=one_id, other_id=other_id, made_at=now, made_by_id=by.person_id)
    db.session().add(row)
    db.flush()
    record("matching.tied", "person", one_id, by=by, now=now, other_id=other_id, kind=kind.value)
    return row


def untie(row: MatchTie, *, by: Actor, now: datetime) -> None:
    """Take an entered pair away."""
    db.session().delete(row)
    db.flush()
    record("matching.untied", "person", row.one_id, by=by, now=now, other_id=row.other_id, kind=row.kind.value)


# ---- runs ----


def ask(season: Season, *, mode: Mode, every_days: int, in_groups: bool, by: Actor, now: datetime) -> MatchRun:
    """Ask the worker for the best proposal for all who wait in a season. Raises `Refused`."""
    db.session().execute(sa.select(Season.id).where(Season.id == season.id).with_for_update())
    reasons = []
    if not queries.list_waiting(by, season.id, clock.day_of(now)):
        reasons.append(Refusal("nobody", N_("Nobody waits for a match in this season.")))
    if not queries.list_mentors(clock.day_of(now)):
        reasons.append(Refusal("no_mentors", N_("No account has the mentor's role yet.")))
    if any(each.state in (S.ASKED, S.WORKING) for each in queries.list_runs(season.id)):
        reasons.append(Refusal("under_way", N_("A matching of this season is under way. Wait for it or stop it.")))
    refuse_if(reasons)
    row = MatchRun(
        season_id=season.id, state=S.ASKED, mode=mode, every_days=every_days, in_groups=in_groups, progress={},
        result={}, asked_at=now, asked_by_id=by.person_id,
    )  # fmt: skip
    db.session().add(row)
    db.flush()
    record("matching.asked", "match_run", row.id, by=by, now=now, season_id=season.id, mode=mode.value)
    return row


def stop(run: MatchRun, *, by: Actor, now: datetime) -> None:
    """Ask the worker to end with the best so far. Raises `Conflict` when nothing is under way."""
    _turn(run, (S.ASKED, S.WORKING), None, stop_asked_at=now)
    record("matching.stopped", "match_run", run.id, by=by, now=now)


def discard(run: MatchRun, *, by: Actor, now: datetime) -> None:
    """Put a run away. What was proposed out of it stays."""
    _turn(run, (S.ASKED, S.WORKING, S.READY, S.FAILED), S.DISCARDED, leased_until=None)
    record("matching.discarded", "match_run", run.id, by=by, now=now)


def _turn(run: MatchRun, states: Sequence[RunState], to: RunState | None, **values: Any) -> None:
    table = db.table(MatchRun)
    done = db.session().execute(
        sa.update(table)
        .where(table.c.id == run.id, table.c.state.in_(states))
        .values(**values, **({"state": to} if to is not None else {}))
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict([Refusal("moved_on", N_("Somebody was faster: this has moved on. Look at it again."))])
    db.session().refresh(run)


def take_up(run_id: int, *, now: datetime) -> bool:
    """Take a run in hand for a while, unless another worker has."""
    table = db.table(MatchRun)
    done = db.session().execute(
        sa.update(table)
        .where(
            table.c.id == run_id,
            table.c.state.in_((S.ASKED, S.WORKING)),
            sa.or_(table.c.leased_until.is_(None), table.c.leased_until < now),
        )
        .values(state=S.WORKING, leased_until=now + LEASE)
    )
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def keep_progress(run_id: int, progress: Progress | None, *, now: datetime) -> bool:
    """Tell how far it is and keep it in hand. Returns whether it should go on; False when stopped or put away."""
    table = db.table(MatchRun)
    values: dict[str, Any] = {"leased_until": now + LEASE}
    if progress is not None:
        values["progress"] = wire.written(progress)
    done = db.session().execute(
        sa.update(table).where(table.c.id == run_id, table.c.state == S.WORKING).values(**values)
    )
    asked = db.session().scalar(sa.select(table.c.stop_asked_at).where(table.c.id == run_id))
    return bool(done.rowcount == 1) and asked is None  # type: ignore[attr-defined]


def keep_result(run_id: int, outcome: Outcome | None, task: Task) -> None:
    """Keep what the worker found, with the groups there were, or that it broke. Nothing when the run was put away."""
    table = db.table(MatchRun)
    circles = {"circles": {str(each.id): list(each.mentors) for each in task.circles}}
    db.session().execute(
        sa.update(table)
        .where(table.c.id == run_id, table.c.state == S.WORKING)
        .values(
            state=S.READY if outcome is not None else S.FAILED,
            result=wire.written(outcome) | circles if outcome is not None else {},
            leased_until=None,
            stop_asked_at=None,
        )
    )
    db.session().expire_all()


# ---- proposals ----


def offer(run: MatchRun, youth_ids: Collection[int] | None, *, by: Actor, now: datetime) -> list[MatchOffer]:
    """Propose pairs of a run to the people in them, all or those of some youth; a pair that no longer holds is left out.

    Raises `Refused` when none holds, with the reason for each.
    """
    on = clock.day_of(now)
    db.session().execute(sa.select(Season.id).where(Season.id == run.season_id).with_for_update())
    outcome = wire.read(Outcome, run.result) if run.result else None
    pairs = [each for each in outcome.pairs if youth_ids is None or each.youth in youth_ids] if outcome else []
    task = queries.task_of(run, on)
    names = queries.shown_names(by, [each.youth for each in pairs], on)
    room = {each.id: float(each.capacity) for each in task.mentors}
    free = {each.id for each in task.youth}
    made, reasons = [], []
    for pair in pairs:
        if pair.youth not in names:
            continue
        adults = mentors_in(run, pair.to)
        share = 1 / max(1, len(adults))
        wrong = rules.refusals_to_offer(
            pair.youth,
            free=free,
            has_guardian=bool(queries.deciding(pair.youth, on)),
            has_room=bool(adults) and all(room.get(adult, 0) >= share - 0.001 for adult in adults),
            name=names[pair.youth],
        )
        reasons += wrong
        if not wrong:
            for adult in adults:
                room[adult] -= share
            shown = wire.written(pair) | {"mentors": list(adults)}
            bundle = f"{run.id}:{pair.to}" if run.in_groups else None
            made.append(
                offer_pair(
                    run.season_id,
                    pair.youth,
                    adults,
                    every_days=run.every_days,
                    shown=shown,
                    bundle=bundle,
                    by=by,
                    now=now,
                )
            )
    if not made:
        raise Refused(reasons or [Refusal("none", N_("Choose at least one pair."))])
    return made


def mentors_in(run: MatchRun, to: int) -> list[int]:
    """The mentors a pair of a run names: one, or those of the group."""
    return list(run.result.get("circles", {}).get(str(to), [] if run.in_groups else [to]))


def offer_pair(
    season_id: int, youth_id: int, mentors: Sequence[int], *, every_days: int, shown: Mapping[str, Any],
    bundle: str | None = None, by: Actor, now: datetime,
) -> MatchOffer:  # fmt: skip
    """Propose one youth to mentors, and write to everybody whose word it needs."""
    row = MatchOffer(
        season_id=season_id, youth_id=youth_id, bundle=bundle, every_days=every_days, state=OfferState.PENDING,
        shown=dict(shown), offered_at=now, offered_by_id=by.person_id,
    )  # fmt: skip
    db.session().add(row)
    db.flush()
    asked = [(person_id, Part.MENTOR) for person_id in mentors]
    asked += [(youth_id, Part.YOUTH)]
    asked += [(guardian_id, Part.GUARDIAN) for guardian_id in queries.deciding(youth_id, clock.day_of(now))]
    parties = [MatchParty(offer=row, person_id=person_id, part=part) for person_id, part in asked]
    db.session().add_all(parties)
    db.flush()
    record("matching.offered", "match_offer", row.id, by=by, now=now, youth_id=youth_id, mentors=list(mentors))
    for party in parties:
        letters.ask(party, by=by, now=now)
    return row


def note_made(
    match_id: int,
    season_id: int,
    mentors: Sequence[int],
    youth: Sequence[int],
    *,
    every_days: int,
    by: Actor,
    now: datetime,
) -> None:
    """Keep who is in a match made by hand, so that they too are asked how it goes after the first time together."""
    on = clock.day_of(now)
    for youth_id in youth:
        row = MatchOffer(
            season_id=season_id, youth_id=youth_id, every_days=every_days, state=OfferState.MADE, match_id=match_id,
            shown={"mentors": list(mentors)}, offered_at=now, offered_by_id=by.person_id, decided_at=now,
        )  # fmt: skip
        asked = [(each, Part.MENTOR) for each in mentors] + [(youth_id, Part.YOUTH)]
        asked += [(each, Part.GUARDIAN) for each in queries.deciding(youth_id, on) if each not in mentors]
        db.session().add(row)
        db.session().add_all(MatchParty(offer=row, person_id=each, part=part) for each, part in asked)
    db.flush()


def answer(party: MatchParty, *, accepts: bool | None, reason: str, way: Way, by: Actor, now: datetime) -> None:
    """Keep somebody's yes or no. A no declines the proposal and frees the youth; the last yes makes the match.

    Said in person it is whoever wrote it down who is named. Raises `Refused`.
    """
    row = _lock_offer(party.offer)
    db.session().refresh(party, ["accepts"])
    refuse_if(rules.refusals_to_answer(row.state, accepts=accepts, reason=reason, is_decided=party.accepts is not None))
    party.accepts, party.reason, party.way = accepts, reason or None, way
    party.answered_at, party.answered_by_id = now, by.person_id
    db.flush()
    action = "matching.accepted" if accepts else "matching.declined"
    record(action, "match_offer", row.id, by=by, now=now, part=party.part.value, way=way.value)
    words = db.session().execute(sa.select(MatchParty.part, MatchParty.accepts).where(MatchParty.offer_id == row.id))
    state = rules.state_after([(part, said) for part, said in words])
    if state is not OfferState.PENDING:
        row.state, row.decided_at = state, now
        db.flush()
    if state is OfferState.AGREED:
        make(row, by=by, now=now)
    elif state is OfferState.DECLINED and row.bundle:
        _go_on_without(row, by=by, now=now)


def _go_on_without(row: MatchOffer, *, by: Actor, now: datetime) -> None:
    """A group whose last open answer was a no is made of those who agreed."""
    others = [each for each in queries.bundle_of(row) if each.state is OfferState.AGREED]
    if others:
        make(others[0], by=by, now=now)


def make(row: MatchOffer, *, by: Actor, now: datetime) -> bool:
    """Make the match of a proposal to which all agreed; a group once nobody of it is asked any more.

    What mentorship refuses is kept as the proposal's trouble and shown to the coordinator. Returns whether it was made.
    """
    together = queries.bundle_of(row)
    if any(each.state is OfferState.PENDING for each in together):
        return False
    season = db.session().get_one(Season, row.season_id)
    try:
        match = mentorship.propose_match(
            season,
            mentors=row.shown.get("mentors", []),
            youth=[each.youth_id for each in together],
            name=_group_name(row) if len(together) > 1 else "",
            every_days=row.every_days,
            by=by,
            now=now,
        )
    except Refused as refused:
        for each in together:
            each.trouble = "; ".join(str(reason) for reason in refused.reasons)[:300]
        db.flush()
        return False
    for each in together:
        each.state, each.match_id, each.trouble, each.decided_at = OfferState.MADE, match.id, None, now
    db.flush()
    record("matching.made", "match_offer", row.id, by=by, now=now, match_id=match.id)
    return True


def _group_name(row: MatchOffer) -> str:
    mentors = matches.names_of(row.shown.get("mentors", []))
    return " & ".join(name.split()[0] for name in mentors.values())[:74] or "Group"


def withdraw(row: MatchOffer, *, by: Actor, now: datetime) -> None:
    """Take a proposal back before it is a match. The youth waits again. Raises `Refused`."""
    _lock_offer(row)
    if row.state not in queries.WAITING:
        raise Refused([Refusal("decided", N_("This proposal is settled already."))])
    row.state, row.decided_at = OfferState.WITHDRAWN, now
    db.flush()
    letters.end(row, now=now)
    record("matching.withdrawn", "match_offer", row.id, by=by, now=now)


def say_fit(party: MatchParty, fit: Fit, *, by: Actor, now: datetime) -> None:
    """Keep how it goes after the first time together; said again, the last word counts."""
    if party.offer.state is not OfferState.MADE or party.fit_asked_on is None:
        raise NotFound
    party.fit, party.fit_said_at = fit, now
    db.flush()
    record("matching.fit", "match_offer", party.offer_id, by=by, now=now, part=party.part.value, fit=fit.value)


def _lock_offer(row: MatchOffer) -> MatchOffer:
    """Let one word at a time be kept for a season's proposals, and see this one as it is now."""
    db.flush()
    db.session().execute(sa.select(Season.id).where(Season.id == row.season_id).with_for_update())
    db.session().refresh(row, ["state"])
    return row


# ---- what other rooms tell ----


def on_restricted(event: CustodyRestricted) -> None:
    """A court order ends every proposal of the child to that adult, and every question to that adult about the child."""
    _end_between(event.youth_id, event.adult_id)


def on_guardianship_ended(event: GuardianshipEnded) -> None:
    """Who is no longer a guardian is asked no longer."""
    _end_between(event.youth_id, event.guardian_id, as_guardian=True)


def _end_between(youth_id: int, adult_id: int, *, as_guardian: bool = False) -> None:
    now = clock.now()
    rows = db.session().scalars(
        sa.select(MatchParty)
        .join(MatchOffer, MatchOffer.id == MatchParty.offer_id)
        .options(sa.orm.joinedload(MatchParty.offer))
        .where(MatchOffer.youth_id == youth_id, MatchParty.person_id == adult_id)
    )
    for party in rows.all():
        letters.end_of(party, now=now)
        if party.part is Part.MENTOR and not as_guardian and party.offer.state in queries.WAITING:
            party.offer.state, party.offer.decided_at = OfferState.WITHDRAWN, now
    db.flush()


def follow_merge(event: PeopleMerged) -> None:
    """Let what was told, entered and proposed name the kept record. Where both have something, the kept one's stays; of
    two pairs the stricter one, and everybody's wishes."""
    told = {row.person_id: dict(row.told) for row in db.session().scalars(sa.select(MatchProfile)).all()}
    _follow_ties(event)
    for model, names in (
        (MatchProfile, ("person_id", "told_by_id")),
        (MatchTie, ("made_by_id",)),
        (MatchRun, ("asked_by_id",)),
        (MatchOffer, ("youth_id", "offered_by_id")),
        (MatchParty, ("person_id", "answered_by_id")),
    ):
        table: Any = db.table(model)
        for name in names:
            _drop_doubles(table, name, event)
            statement = sa.update(table).where(table.c[name] == event.gone_id).values({name: event.kept_id})
            db.session().execute(statement)
    table = db.table(MatchProfile)
    for person_id, values in profiles.merged(told, event.kept_id, event.gone_id).items():
        db.session().execute(sa.update(table).where(table.c.person_id == person_id).values(told=values))
    db.session().expire_all()


def _drop_doubles(table: Any, name: str, event: PeopleMerged) -> None:
    beside = {("match_profile", "person_id"): None, ("match_party", "person_id"): "offer_id"}
    if (table.name, name) not in beside:
        return
    other = beside[table.name, name]
    kept = sa.select(table.c[other or name]).where(table.c[name] == event.kept_id)
    same = table.c[other].in_(kept) if other else sa.exists(kept)
    db.session().execute(sa.delete(table).where(table.c[name] == event.gone_id, same))


def _follow_ties(event: PeopleMerged) -> None:
    """Let entered pairs name the kept record: what forbids stands before what joins, and nobody is a pair with oneself."""
    either = [
        MatchTie.one_id.in_((event.kept_id, event.gone_id)),
        MatchTie.other_id.in_((event.kept_id, event.gone_id)),
    ]
    rows = db.session().scalars(sa.select(MatchTie).where(sa.or_(*either)).order_by(MatchTie.id)).all()
    found = rules.ties_of_one([(row.kind, row.one_id, row.other_id) for row in rows], event.kept_id, event.gone_id)
    for row, pair in zip(rows, found, strict=True):
        if pair is None:
            db.session().delete(row)
    db.flush()
    for row, pair in zip(rows, found, strict=True):
        if pair is not None:
            row.one_id, row.other_id = pair
    db.flush()
