"""A live draft: coaches pick a division's children in turn."""
