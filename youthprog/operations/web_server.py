"""The web server's own process, started by `youthprog serve`: granian, without what it never uses."""

from youthprog.operations.left_out import leave_out

leave_out()

from granian.cli import entrypoint  # noqa: E402  what is left out has to be known before

if __name__ == "__main__":
    entrypoint()
