"""The hours ledger: every minute of every session, by person, duty and month; months lock, later changes are dated."""
