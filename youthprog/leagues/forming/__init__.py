"""Teams formed from the players of a division: hard links kept, numbers even, wishes weighed."""
