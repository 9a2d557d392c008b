"""Builders of invented people and things: plain functions, sensible defaults, committed by the caller."""
