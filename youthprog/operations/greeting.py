"""What `youthprog serve` says at its start: where it serves and, while a demo is loaded, how to sign in."""

import sys

import sqlalchemy as sa

from youthprog import create_app
from youthprog.access.models import Account
from youthprog.core import db

ROLES = ("coordinator", "coach", "mentor", "guardian", "admin")


def lines(address: str) -> list[str]:
    """One line of the address, one a role with its demo sign-in."""
    app = create_app()
    with app.app_context(), db.reading():
        open_accounts = sa.select(Account.email).where(Account.is_demo, Account.closed_at.is_(None))
        known = set(db.session().scalars(open_accounts))
    said = [f"youthprog serves {app.config['YOUTHPROG'].department} on {address}"]
    return said + [
        f"  {address}/sign-in  {role}@demo.example  demo-{role}" for role in ROLES if f"{role}@demo.example" in known
    ]


if __name__ == "__main__":
    print("\n".join(lines(sys.argv[1])), flush=True)
