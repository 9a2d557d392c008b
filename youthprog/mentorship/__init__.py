"""Storey 7: matches and groups, session logs, monitoring, closure."""
