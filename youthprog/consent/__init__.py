"""Storey 6: consent forms and their versions, requests, answers, signatures, and what is in force on a date."""
