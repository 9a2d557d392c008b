"""Plain values of the forfeit warning."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Squad:
    """Who a team can count on for a game: its members, those who said they stay away, and others not cleared that day."""

    members: int
    away: int = 0
    not_cleared: int = 0

    @property
    def playable(self) -> int:
        """How many may and can play."""
        return self.members - self.away - self.not_cleared
