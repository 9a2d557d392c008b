"""A season's schedule: fields and hours, the making, the draft, the games."""
