"""How much each player has to play, how much they did, and who fell short."""
