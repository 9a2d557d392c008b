"""Tables of matching: what people told of themselves, runs, and proposals with everybody's word."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthprog.core.db import Model, choice
from youthprog.mentorship.matching.types import Fit, Mode, OfferState, Part, RunState, TieKind, Way
from youthprog.programs.models import Season

PERSON = "person.id"


class MatchProfile(Model):
    """What a mentor or a youth told for matching, as plain values (see profiles). No health, no address."""

    __tablename__ = "match_profile"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), primary_key=True)
    told: Mapped[dict[str, Any]]
    told_at: Mapped[datetime]
    told_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))


class MatchWeights(Model):
    """What a program weighs, 0 to 10 each."""

    __tablename__ = "match_weights"

    program_id: Mapped[int] = mapped_column(sa.ForeignKey("program.id"), primary_key=True)
    weights: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]


class MatchTie(Model):
    """Two people never to be matched, or two youth to be kept together or apart in groups."""

    __tablename__ = "match_tie"
    __table_args__ = (sa.UniqueConstraint("one_id", "other_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[TieKind] = mapped_column(choice(TieKind, "kind"))
    one_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))  # the youth
    other_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))


class MatchRun(Model):
    """One matching of a season's waiting youth: asked, worked on by the worker, looked at, accepted pair by pair."""

    __tablename__ = "match_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey("season.id"), index=True)
    state: Mapped[RunState] = mapped_column(choice(RunState, "state"))
    mode: Mapped[Mode] = mapped_column(choice(Mode, "mode"))
    every_days: Mapped[int]
    in_groups: Mapped[bool]
    progress: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any]]
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    leased_until: Mapped[datetime | None]
    stop_asked_at: Mapped[datetime | None]
    season: Mapped[Season] = relationship(lazy="raise_on_sql")


class MatchOffer(Model):
    """A youth proposed to a mentor, or to a group's mentors, until all have answered. `bundle` names the group.

    `shown` keeps the points and hours the proposal was made with; `trouble` says why all agreed and no match came of it.
    """

    __tablename__ = "match_offer"

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey("season.id"), index=True)
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    bundle: Mapped[str | None] = mapped_column(sa.String(80))
    every_days: Mapped[int]
    state: Mapped[OfferState] = mapped_column(choice(OfferState, "state"))
    shown: Mapped[dict[str, Any]]
    trouble: Mapped[str | None] = mapped_column(sa.String(300))
    offered_at: Mapped[datetime]
    offered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    decided_at: Mapped[datetime | None]
    match_id: Mapped[int | None] = mapped_column(sa.ForeignKey("match.id"), index=True)
    season: Mapped[Season] = relationship(lazy="raise_on_sql")


class MatchParty(Model):
    """Somebody whose word a proposal needs: yes or no with a reason, how it came, and later how well it goes."""

    __tablename__ = "match_party"
    __table_args__ = (sa.UniqueConstraint("offer_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(sa.ForeignKey("match_offer.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    part: Mapped[Part] = mapped_column(choice(Part, "part"))
    accepts: Mapped[bool | None]
    reason: Mapped[str | None] = mapped_column(sa.String(500))
    way: Mapped[Way | None] = mapped_column(choice(Way, "way"))
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    fit: Mapped[Fit | None] = mapped_column(choice(Fit, "fit"))
    fit_asked_on: Mapped[date | None]
    fit_said_at: Mapped[datetime | None]
    offer: Mapped[MatchOffer] = relationship(lazy="raise_on_sql")
