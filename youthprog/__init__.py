"""youthprog: the system that police departments and athletic leagues run their youth programs with."""

import gc

__version__ = "0.1.0"


def create_app(*, at_once: bool = True, **overrides: object):  # type: ignore[no-untyped-def]
    """The web application. Settings come from the environment and `instance/`; keywords override them.

    `at_once` loads everything; the web process leaves pages until somebody opens them.
    """
    was_looking = gc.isenabled()
    gc.disable()  # hardly anything of what is loaded is garbage, and looking for it took a fifth of the time
    try:
        from youthprog.wiring import build

        return build(at_once=at_once, **overrides)
    finally:
        if was_looking:
            gc.enable()
