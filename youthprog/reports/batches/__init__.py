"""Papers for many at once: asked for by staff, printed by the worker, fetched as one file or one file each."""
