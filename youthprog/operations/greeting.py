"""What `youthprog serve` says at its start: where it serves and, while a demo is loaded, how to sign in."""

from collections.abc import Collection

ROLES = ("coordinator", "coach", "mentor", "guardian", "admin", "safeguarding")


def lines(address: str, department: str, demo_accounts: Collection[str]) -> list[str]:
    """One line of the address, one a role with its demo sign-in."""
    return [f"youthprog serves {department} on {address}"] + [
        f"  {address}/sign-in  {role}@demo.example  demo-{role}"
        for role in ROLES
        if f"{role}@demo.example" in demo_accounts
    ]
