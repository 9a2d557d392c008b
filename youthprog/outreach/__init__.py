"""Storey 4: the outbox, delivery, notices and messages."""
