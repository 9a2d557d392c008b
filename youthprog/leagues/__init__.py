"""Storey 7: divisions, teams, players; in wings: imports, forming, a season's schedule, timetables, standings."""
