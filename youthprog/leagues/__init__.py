"""Storey 7: divisions, teams, rosters; later fixtures, results, standings."""
