"""Storey 6: the register of a gathering: roll call, check-in, release."""
