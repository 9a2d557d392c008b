"""Storey 0: what every room stands on. A closed list of modules that know no feature."""
