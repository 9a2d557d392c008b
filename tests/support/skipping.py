"""What a test does when this machine lacks what it needs."""

import os
from typing import NoReturn

import pytest


def skip_unless_ci(reason: str) -> NoReturn:
    """Skip with a reason that is counted and shown; where CI is set nothing may be missing, and the test fails."""
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
