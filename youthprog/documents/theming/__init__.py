"""A department's own paper: its crest, colors, who signs, and templates it may change."""
