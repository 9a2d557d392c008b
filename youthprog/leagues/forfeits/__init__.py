"""Teams that will be too few to play, said early enough to do something about it."""
