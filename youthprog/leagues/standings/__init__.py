"""The table of a division out of its results."""
