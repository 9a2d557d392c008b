"""Staff keep up with matches: contacts that are due, contacts made, and matches that worry."""
