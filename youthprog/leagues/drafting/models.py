"""Tables of live drafts: the draft, the teams' seats, each pick, and where every child is."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthprog.core.db import Model, choice, partial_index
from youthprog.leagues.drafting.types import DraftOrder, DraftState
from youthprog.leagues.models import Division

PERSON, GROUP, DRAFT = "person.id", "group.id", "live_draft.id"


class LiveDraft(Model):
    """One live draft of a division; at most one is under way. Written to the teams it has a forming, as any draft of teams.

    `shows_ratings`: whether coaches see what the league knows of how well a child plays.
    """

    __tablename__ = "live_draft"
    __table_args__ = (partial_index("uq_live_draft_under_way", "division_id", where="state IN ('open', 'paused')"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    division_id: Mapped[int] = mapped_column(sa.ForeignKey("division.id"), index=True)
    state: Mapped[DraftState] = mapped_column(choice(DraftState, "state"))
    pick_order: Mapped[DraftOrder] = mapped_column(choice(DraftOrder, "pick_order"))
    shows_ratings: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    decided_at: Mapped[datetime | None]
    forming_id: Mapped[int | None] = mapped_column(sa.ForeignKey("forming.id"))
    division: Mapped[Division] = relationship(lazy="raise_on_sql")


class DraftSeat(Model):
    """A team's place in the first round, from 1."""

    __tablename__ = "draft_seat"
    __table_args__ = (sa.UniqueConstraint("live_draft_id", "place"),)

    live_draft_id: Mapped[int] = mapped_column(sa.ForeignKey(DRAFT), primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey(GROUP), primary_key=True, index=True)
    place: Mapped[int]


class DraftPick(Model):
    """A pick, undone ones too. `client_key` is made with the form: the same form sent twice picks once."""

    __tablename__ = "draft_pick"
    __table_args__ = (sa.UniqueConstraint("live_draft_id", "client_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    live_draft_id: Mapped[int] = mapped_column(sa.ForeignKey(DRAFT))
    round: Mapped[int]
    group_id: Mapped[int] = mapped_column(sa.ForeignKey(GROUP))
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    client_key: Mapped[str] = mapped_column(sa.String(40))
    picked_at: Mapped[datetime]
    picked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    undone_at: Mapped[datetime | None]


class DraftPlace(Model):
    """A child on a team, and the round that the team pays for it; without a pick it belonged there before the draft."""

    __tablename__ = "draft_place"
    __table_args__ = (sa.UniqueConstraint("live_draft_id", "group_id", "round"),)

    live_draft_id: Mapped[int] = mapped_column(sa.ForeignKey(DRAFT), primary_key=True)
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), primary_key=True, index=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey(GROUP))
    round: Mapped[int]
    pick_id: Mapped[int | None] = mapped_column(sa.ForeignKey("draft_pick.id"))
