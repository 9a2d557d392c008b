"""Storey 9: generated people and seasons. Imported by nothing."""
