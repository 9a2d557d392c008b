"""Words of the attendance room."""

import enum


class Mark(enum.StrEnum):
    """What a register says of one youth. No row means nobody said anything yet."""

    PRESENT = "present"
    LATE = "late"
    ABSENT = "absent"
    EXCUSED = "excused"
    LEFT_EARLY = "left_early"
    WALK_IN = "walk_in"


CAME = (Mark.PRESENT, Mark.LATE, Mark.LEFT_EARLY, Mark.WALK_IN)
