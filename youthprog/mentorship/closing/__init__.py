"""How a match ends: never silently, and what is known afterwards of how long matches last."""
