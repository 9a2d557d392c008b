"""Verbs of what is known for forming teams: ratings, links, wishes, limits, what families wrote. They never commit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, NotFound, Refusal, Refused
from youthprog.core.text import fold
from youthprog.leagues.forming import queries
from youthprog.leagues.forming.models import (
    MOST_POINTS,
    FormingPlace,
    RegisteredDivision,
    TeamLimit,
    TeamLink,
    TeamRequest,
    TeamWish,
    YouthRating,
)
from youthprog.leagues.forming.types import LinkKind
from youthprog.leagues.imports.writing import division_called, open_team
from youthprog.leagues.models import Division, Team
from youthprog.people.types import PeopleMerged
from youthprog.programs import queries as programs
from youthprog.programs import services as group_services
from youthprog.programs.models import Group, Season


def rate(division: Division, points: Mapping[int, int | None], *, by: Actor, now: datetime) -> int:
    """Say how well children play, 0 to 10 points each, None for nothing known. Returns how many changed.

    Raises `NotFound` for a child who is not of the division, `Refused` for other numbers.
    """
    if any(value is not None and not 0 <= value <= MOST_POINTS for value in points.values()):
        raise Refused([Refusal("points", N_("Ratings go from 0 to 10."))])
    if points.keys() - {line.youth_id for line in queries.pool_of(division)}:
        raise NotFound
    statement = sa.select(YouthRating).where(YouthRating.season_id == division.season_id)
    known = {row.youth_id: row for row in db.session().scalars(statement)}
    changed = 0
    for youth_id, value in points.items():
        row = known.get(youth_id)
        if (row.points if row else None) == value:
            continue
        changed += 1
        if value is None:
            db.session().delete(row)
        elif row is None:
            row = YouthRating(season_id=division.season_id, youth_id=youth_id, points=value)
            row.rated_at, row.rated_by_id = now, by.person_id
            db.session().add(row)
        else:
            row.points, row.rated_at, row.rated_by_id = value, now, by.person_id
    db.flush()
    if changed:
        record("children.rated", "division", division.id, by=by, now=now, changed=changed)
    return changed


def link(division: Division, kind: LinkKind, one: int, other: int, *, by: Actor, now: datetime) -> TeamLink:
    """Keep two children together or apart. What was said of the two before is replaced.

    Raises `NotFound` for a child who is not of the division, `Refused` for a child and itself.
    """
    _of_division(division, one, other)
    if one == other:
        raise Refused([Refusal("same_child", N_("Choose two different children."), "other")])
    first, second = sorted((one, other))
    row = db.session().scalar(
        sa.select(TeamLink).where(
            TeamLink.season_id == division.season_id, TeamLink.one_id == first, TeamLink.other_id == second
        )
    )
    if row is None:
        row = TeamLink(season_id=division.season_id, one_id=first, other_id=second)
        db.session().add(row)
    row.kind, row.made_at, row.made_by_id = kind, now, by.person_id
    db.flush()
    record("team_link.made", "division", division.id, by=by, now=now, kind=kind.value, one_id=first, other_id=second)
    return row


def keep_siblings_together(division: Division, *, by: Actor, now: datetime) -> int:
    """Link every pair of children of the division who share a household and have no link yet. Returns how many."""
    ids = {line.youth_id for line in queries.pool_of(division)}
    pairs = queries.siblings_among(ids, division.season_id)
    for one, other in pairs:
        db.session().add(
            TeamLink(
                season_id=division.season_id, kind=LinkKind.SIBLINGS, one_id=one, other_id=other, made_at=now,
                made_by_id=by.person_id,
            )
        )  # fmt: skip
    db.flush()
    if pairs:
        record("team_link.siblings", "division", division.id, by=by, now=now, pairs=len(pairs))
    return len(pairs)


def wish(division: Division, youth_id: int, wanted_id: int, *, by: Actor, now: datetime) -> None:
    """Note that a child would like to play with another. Said twice it counts once.

    Raises `NotFound` for a child who is not of the division, `Refused` for a child and itself.
    """
    _of_division(division, youth_id, wanted_id)
    if youth_id == wanted_id:
        raise Refused([Refusal("same_child", N_("Choose two different children."), "wanted")])
    known = {(row.youth_id, row.wanted_id) for row in queries.wishes_of(division.season_id)}
    if (youth_id, wanted_id) in known:
        return
    row = TeamWish(season_id=division.season_id, youth_id=youth_id, wanted_id=wanted_id)
    row.made_at, row.made_by_id = now, by.person_id
    db.session().add(row)
    db.flush()
    record("team_wish.made", "division", division.id, by=by, now=now, youth_id=youth_id, wanted_id=wanted_id)


def limit(
    division: Division, youth_id: int, *, weekday: int | None, site_id: int | None, by: Actor, now: datetime
) -> None:
    """Note a practice day or a place where a child cannot come: one of the two. Said twice it counts once."""
    _of_division(division, youth_id)
    known = {(row.youth_id, row.weekday, row.site_id) for row in queries.limits_of(division.season_id)}
    if (youth_id, weekday, site_id) in known:
        return
    row = TeamLimit(season_id=division.season_id, youth_id=youth_id, weekday=weekday, site_id=site_id)
    row.made_at, row.made_by_id = now, by.person_id
    db.session().add(row)
    db.flush()
    record("team_limit.made", "division", division.id, by=by, now=now, youth_id=youth_id)


def forget(division: Division, known: TeamLink | TeamWish | TeamLimit, *, by: Actor, now: datetime) -> None:
    """Take a link, a wish or a limit away."""
    what = {TeamLink: "team_link", TeamWish: "team_wish", TeamLimit: "team_limit"}[type(known)]
    about = {
        name: getattr(known, name)
        for name in ("one_id", "other_id", "youth_id", "wanted_id", "weekday", "site_id")
        if getattr(known, name, None) is not None
    }
    db.session().delete(known)
    db.flush()
    record(f"{what}.removed", "division", division.id, by=by, now=now, **about)


def settle(division: Division, asked: TeamRequest, *, by: Actor, now: datetime) -> None:
    """Put what a family wrote aside: a person has made of it what there was to make."""
    asked.settled_at = now
    db.flush()
    record("team_request.settled", "division", division.id, by=by, now=now, youth_id=asked.youth_id)


def keep_requests(season_id: int, words: Iterable[tuple[int, str]], *, now: datetime) -> None:
    """Keep what families wrote about teammates and coaches, sealed. The same words again change nothing."""
    said = list(words)
    of_them = sa.select(TeamRequest).where(
        TeamRequest.season_id == season_id, TeamRequest.youth_id.in_({youth_id for youth_id, _text in said})
    )
    known = {row.youth_id: row for row in db.session().scalars(of_them)}
    for youth_id, text in said:
        row = known.get(youth_id)
        if row is not None and row.unseal("text_sealed") == text:
            continue
        if row is None:
            row = known[youth_id] = TeamRequest(season_id=season_id, youth_id=youth_id)
            db.session().add(row)
        row.received_at, row.settled_at = now, None
        db.flush()
        row.seal("text_sealed", text)
    db.flush()


@dataclass(frozen=True)
class OfFile:
    """What a file says of a child for forming teams: points, the weekdays and the places where it cannot come.

    `division` is what it is registered for, where the file names no team.
    """

    youth_id: int
    points: int | None = None
    no_days: frozenset[int] = frozenset()
    no_places: tuple[str, ...] = ()
    division: str = ""


def keep_of_file(season: Season, said: Sequence[OfFile], *, by: Actor, now: datetime) -> None:
    """Keep what a file says, where nothing is known yet: a rating that is here stays. The same again changes nothing.

    A place counts that is called as a site here; others mean nothing.
    """
    wanted = {each.youth_id: each for each in said if each.points is not None or each.no_days or any(each.no_places)}
    if not wanted:
        return
    made = {"season_id": season.id}
    rated = sa.select(YouthRating.youth_id).where(YouthRating.season_id == season.id)
    known = set(db.session().scalars(rated))
    new: list[Any] = [
        YouthRating(youth_id=youth_id, points=each.points, rated_at=now, rated_by_id=by.person_id, **made)
        for youth_id, each in wanted.items()
        if each.points is not None and youth_id not in known
    ]
    sites = {fold(site.name): site.id for site in programs.list_sites()}
    limits = {(row.youth_id, row.weekday, row.site_id) for row in queries.limits_of(season.id)}
    for youth_id, each in wanted.items():
        places = {sites[fold(name)] for name in each.no_places if fold(name) in sites}
        found: list[tuple[int, int | None, int | None]] = [(youth_id, day, None) for day in sorted(each.no_days)]
        found += [(youth_id, None, site_id) for site_id in sorted(places)]
        new += [
            TeamLimit(youth_id=child, weekday=day, site_id=site_id, made_at=now, made_by_id=by.person_id, **made)
            for child, day, site_id in found
            if (child, day, site_id) not in limits
        ]
    db.session().add_all(new)
    db.flush()
    if new:
        record("children.rated", "season", season.id, by=by, now=now, changed=len(new), source="file")


def keep_registered(season: Season, said: Sequence[OfFile]) -> None:
    """Keep for which division each child is registered, as the file says last. A division that is not here yet is made."""
    named = {each.youth_id: each.division for each in said if each.division}
    if not named:
        return
    divisions = {fold(name): division_called(season, name) for name in named.values()}
    db.flush()
    statement = sa.select(RegisteredDivision).where(
        RegisteredDivision.season_id == season.id, RegisteredDivision.youth_id.in_(named)
    )
    known = {row.youth_id: row for row in db.session().scalars(statement)}
    for youth_id, name in named.items():
        row = known.get(youth_id)
        if row is None:
            row = known[youth_id] = RegisteredDivision(season_id=season.id, youth_id=youth_id)
            db.session().add(row)
        row.division_id = divisions[fold(name)].id
    db.flush()


def name_teams(division: Division, names: Mapping[int, str], more: Sequence[str], *, by: Actor, now: datetime) -> int:
    """Call the teams of a division, by group, as said, and make new ones. Returns how many changed or were made.

    Raises `NotFound` for a group that is no team of the division, `Refused` for a name that is empty or taken.
    """
    groups = {
        group.id: group
        for group in db.session().scalars(
            sa.select(Group).join(Team, Team.group_id == Group.id).where(Team.division_id == division.id)
        )
    }
    if names.keys() - groups.keys():
        raise NotFound
    if any(not name for name in names.values()):
        raise Refused([Refusal("no_name", N_("Each team needs a name."), "names")])
    changed = [(groups[key], name) for key, name in names.items() if groups[key].name != name]
    for group, name in changed:
        about: dict[str, Any] = {"meets": group.meets, "places": group.places, "site_id": group.site_id}
        group_services.change_group(group, name=name, by=by, now=now, **about)
    for name in more:
        open_team(division.season, division.name, name, by=by, now=now)
    return len(changed) + len(more)


def _of_division(division: Division, *youth_ids: int) -> None:
    if set(youth_ids) - {line.youth_id for line in queries.pool_of(division)}:
        raise NotFound


# ---- merging people ----


def follow_merge(event: PeopleMerged) -> None:
    """Carry over what was known of a merged record; what the kept one has already stays."""
    _follow_pairs(TeamLink, "one_id", "other_id", event, in_order=True)
    _follow_pairs(TeamWish, "youth_id", "wanted_id", event, in_order=False)
    by_season = (YouthRating, TeamRequest, RegisteredDivision)
    for model, key in (*((each, "season_id") for each in by_season), (FormingPlace, "forming_id")):
        _follow(model, key, event)
    table = db.table(TeamLimit)
    db.session().execute(sa.update(table).where(table.c.youth_id == event.gone_id).values(youth_id=event.kept_id))
    db.session().expire_all()


def _follow_pairs(model: Any, one: str, other: str, event: PeopleMerged, *, in_order: bool) -> None:
    """Give rows about two children to the kept record; a row about one child alone, or said already, goes."""
    first, second = getattr(model, one), getattr(model, other)
    rows = db.session().scalars(
        sa.select(model).where(sa.or_(first == event.gone_id, second == event.gone_id)).order_by(model.id)
    )
    for row in rows.all():
        pair = [event.kept_id if each == event.gone_id else each for each in (getattr(row, one), getattr(row, other))]
        if in_order:
            pair.sort()
        clash = sa.select(model.id).where(model.season_id == row.season_id, first == pair[0], second == pair[1])
        if pair[0] == pair[1] or db.session().scalar(clash) is not None:
            db.session().delete(row)
        else:
            setattr(row, one, pair[0])
            setattr(row, other, pair[1])
        db.flush()


def _follow(model: Any, key: str, event: PeopleMerged) -> None:
    """Give rows of which a child has one each to the kept record, or let them go where it has its own."""
    table = db.table(model)
    own = sa.select(table.c[key]).where(table.c.youth_id == event.kept_id)
    db.session().execute(sa.delete(table).where(table.c.youth_id == event.gone_id, table.c[key].in_(own)))
    db.session().execute(sa.update(table).where(table.c.youth_id == event.gone_id).values(youth_id=event.kept_id))
    db.session().expire_all()
