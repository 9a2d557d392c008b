"""Rosters: who is on a team and may play, on a day, and why not."""
