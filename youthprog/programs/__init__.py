"""Storey 5: program, season, site, enrollment, waitlist, groups that meet, and their gatherings."""
