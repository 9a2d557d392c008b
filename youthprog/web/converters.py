"""Parts of addresses."""

from werkzeug.routing import BaseConverter, ValidationError

from youthprog.core.db import BIGGEST_ID


class Id(BaseConverter):
    """A row's key: 1 to 2^63 - 1. Anything else is an unknown address."""

    regex = r"[1-9]\d{0,18}"

    def to_python(self, value: str) -> int:
        """The key as a number."""
        number = int(value)
        if number > BIGGEST_ID:
            raise ValidationError
        return number
