"""Words of the leagues room."""

import enum


class ImportState(enum.StrEnum):
    """Where an import stands."""

    TRIED = "tried"
    ACCEPTED = "accepted"
    DISCARDED = "discarded"
