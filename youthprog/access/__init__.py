"""Storey 3: accounts, roles, assignments, sessions, signed links, and the permission table."""
