"""Measures of the product, one module a room: `measures()` yields them, and `make bench` runs them all."""
