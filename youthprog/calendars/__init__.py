"""Storey 6: calendars that telephones fetch, and telling of changes at short notice."""
