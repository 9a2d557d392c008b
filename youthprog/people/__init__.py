"""Storey 2: persons, households, guardianships, contacts, custody restrictions, health notes."""
