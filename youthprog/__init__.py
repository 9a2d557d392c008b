"""youthprog: the system that police departments and athletic leagues run their youth programs with."""

__version__ = "0.1.0"


def create_app(*, at_once: bool = True, **overrides: object):  # type: ignore[no-untyped-def]
    """The web application. Settings come from the environment and `instance/`; keywords override them.

    `at_once` loads everything; the web process leaves pages until somebody opens them.
    """
    from youthprog.wiring import build

    return build(at_once=at_once, **overrides)
