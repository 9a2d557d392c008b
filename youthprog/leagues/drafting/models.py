"""Tables of live drafts: the draft, and where every child is."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthprog.core.db import Model, choice, partial_index
from youthprog.leagues.drafting.types import DraftOrder, DraftState
from youthprog.leagues.models import Division

PERSON = "person.id"
HOLDS = "undone_at IS NULL"


class LiveDraft(Model):
    """One live draft of a division; at most one is under way. Written to the teams it has a forming, as any draft of teams.

    `seats` are the teams' groups in the order of the first round. `shows_ratings`: whether coaches see what the league knows of how well a child plays.
    """

    __tablename__ = "live_draft"
    __table_args__ = (partial_index("uq_live_draft_under_way", "division_id", where="state IN ('open', 'paused')"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    division_id: Mapped[int] = mapped_column(sa.ForeignKey("division.id"), index=True)
    state: Mapped[DraftState] = mapped_column(choice(DraftState, "state"))
    pick_order: Mapped[DraftOrder] = mapped_column(choice(DraftOrder, "pick_order"))
    seats: Mapped[list[Any]]
    shows_ratings: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    decided_at: Mapped[datetime | None]
    forming_id: Mapped[int | None] = mapped_column(sa.ForeignKey("forming.id"))
    division: Mapped[Division] = relationship(lazy="raise_on_sql")


class DraftPlace(Model):
    """A child on a team, and the round that the team pays for it: picked, along with a pick, or there before the draft.

    `client_key` stands with the child who was picked; it is made with the form, so that the same form sent twice picks
    once. Who came along has that row in `picked_with_id`. What was undone stays, for those who send their form again.
    """

    __tablename__ = "draft_place"
    __table_args__ = (
        sa.UniqueConstraint("live_draft_id", "client_key"),
        partial_index("uq_draft_place_youth", "live_draft_id", "youth_id", where=HOLDS),
        partial_index("uq_draft_place_round", "live_draft_id", "group_id", "round", where=HOLDS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    live_draft_id: Mapped[int] = mapped_column(sa.ForeignKey("live_draft.id"))
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("group.id"))
    round: Mapped[int]
    client_key: Mapped[str | None] = mapped_column(sa.String(40))
    picked_with_id: Mapped[int | None] = mapped_column(sa.ForeignKey("draft_place.id"))
    placed_at: Mapped[datetime]
    placed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    undone_at: Mapped[datetime | None]
