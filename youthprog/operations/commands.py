"""Commands that run the house."""

import argparse
from pathlib import Path

import sqlalchemy as sa

from youthprog import config, create_app
from youthprog.core import crypto, db
from youthprog.operations import backup, health, setup
from youthprog.operations import rekey as rekeying
from youthprog.operations.logs import log_as_json
from youthprog.outreach import jobs

UNHEALTHY = 1


def init_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def init_run(_args: argparse.Namespace) -> int:
    """Set up or upgrade."""
    app = setup.set_up()
    settings = app.config["YOUTHPROG"]
    print(f"ready: {settings.department}, {sa.make_url(settings.database_url).render_as_string()}")
    return 0


def worker_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def worker_run(_args: argparse.Namespace) -> int:
    """Work through the outbox until stopped."""
    log_as_json()
    jobs.run(create_app())
    return 0


def backup_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to write."""
    parser.add_argument("file", type=Path)


def backup_run(args: argparse.Namespace) -> int:
    """Write a backup."""
    app = create_app()
    with app.app_context():
        rows = backup.back_up(args.file, app.config["YOUTHPROG"].instance)
    print(f"{args.file}: {sum(rows.values())} rows of {len(rows)} tables, documents and keys. Keep it safe.")
    return 0


def restore_arguments(parser: argparse.ArgumentParser) -> None:
    """What to restore."""
    parser.add_argument("file", type=Path)


def restore_run(args: argparse.Namespace) -> int:
    """Restore into an empty installation."""
    manifest = backup.manifest_of(args.file)
    instance = config.instance_folder()
    if (instance / setup.KEYS).exists():
        raise backup.CannotRestore(f"{instance} has keys already; restore into an empty folder (YOUTHPROG_INSTANCE).")
    instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    backup.restore_files(args.file, instance)
    app = create_app()
    setup.migrate(app, manifest["revision"])
    with app.app_context():
        rows = backup.restore_rows(args.file)
    setup.migrate(app)
    print(f"restored {sum(rows.values())} rows from {manifest['made_at']}")
    return 0


def check_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def check_run(_args: argparse.Namespace) -> int:
    """Look at everything; exit 0 when healthy."""
    app = create_app()
    healthy = True
    with app.app_context(), db.reading():
        for finding in health.look():
            healthy &= finding.fine
            print(f"{'ok     ' if finding.fine else 'ATTEND '}{finding.name:<12}{finding.says}")
    return 0 if healthy else UNHEALTHY


def rekey_arguments(parser: argparse.ArgumentParser) -> None:
    """Whether to make a new key first."""
    parser.add_argument("--resume", action="store_true", help="go on with the current key instead of a new one")


def rekey_run(args: argparse.Namespace) -> int:
    """Seal all fields with a fresh key; a running server learns of it by itself."""
    app = create_app()
    if not args.resume:
        with app.app_context():
            setup.add_field_key(app.config["YOUTHPROG"], crypto.keyring())
    with app.app_context():
        totals: dict[str, int] = {}
        for table, changed in rekeying.rekey():
            totals[table] = totals.get(table, 0) + changed
    print(f"sealed anew: {sum(totals.values())} fields in {len(totals)} tables.")
    return 0
