"""Storey 9: running the house: setting up, serving, backing up, checking. Imported by nothing but the command."""
