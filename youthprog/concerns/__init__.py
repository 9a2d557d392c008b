"""Safeguarding concerns, apart from everything else: raised by anybody, read by few, never changed."""
