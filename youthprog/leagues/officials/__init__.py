"""Who serves at games: officials and volunteers, their places, and who may take them."""
