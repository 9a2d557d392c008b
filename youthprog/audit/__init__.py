"""Storey 1: the append-only, hash-chained record of who did what and who read what."""
