"""youthprog: the system that police departments and athletic leagues run their youth programs with."""

__version__ = "0.1.0"


def create_app(**overrides: object):  # type: ignore[no-untyped-def]
    """The web application. Settings come from the environment and `instance/`; keywords override them."""
    from youthprog.wiring import build

    return build(**overrides)
