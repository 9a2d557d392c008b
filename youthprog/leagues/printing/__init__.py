"""What a team and a season put on paper, and who may print it."""
