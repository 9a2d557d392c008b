"""Who may begin: the ten items without which no match is active, and who joins and leaves one that runs."""
