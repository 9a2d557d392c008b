"""The porch: doors, one commit, forms, pages, errors, filters, headers. Only edge modules import it."""
