"""Setting up an installation: folders, keys, database, the starter form. Safe to repeat."""

import os
from base64 import b64encode
from pathlib import Path

from flask import Flask
from flask_migrate import Migrate, upgrade

from youthprog import config, create_app
from youthprog.consent.services import publish_starter_form
from youthprog.core import clock, crypto, db
from youthprog.documents.badge_keys import make_badge_key
from youthprog.documents.seal import make_seal_keys
from youthprog.operations import glance
from youthprog.web import migrations

KEYS = "keys.toml"


def prepare_folder(instance: Path) -> bool:
    """Make the folders and, when there are none, the keys. Returns whether keys were made."""
    instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    (instance / "documents").mkdir(exist_ok=True, mode=0o700)
    if (instance / KEYS).exists():
        return False
    key_id = crypto.new_key_id()
    write_keys(instance, crypto.token() + crypto.token(), {key_id: crypto.new_key()}, key_id)
    return True


def write_keys(instance: Path, secret_key: str, keys: dict[str, str], current: str) -> None:
    """Write the key file, whole or not at all, readable by its owner alone."""
    lines = [f'secret_key = "{secret_key}"', "", "[field_keys]", f'current = "{current}"']
    lines += [f'{name} = "{key}"' for name, key in keys.items()]
    fresh = instance / (KEYS + ".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(instance / KEYS)


def add_field_key(settings: config.Settings, ring: crypto.Keyring) -> str:
    """Add a fresh field key to the key file and make it the current one; returns its id."""
    key_id = crypto.new_key_id()
    keys = {name: b64encode(key).decode() for name, key in ring.keys.items()} | {key_id: crypto.new_key()}
    write_keys(settings.instance, settings.secret_key, keys, key_id)
    return key_id


def migrate(app: Flask, revision: str = "head") -> None:
    """Bring the database to a revision."""
    Migrate(app, db.db, directory=str(migrations.folder()))
    with app.app_context():
        upgrade(directory=str(migrations.folder()), revision=revision)


def set_up() -> Flask:
    """Everything `youthprog init` does; returns the application."""
    prepare_folder(config.instance_folder())
    app = create_app()
    settings: config.Settings = app.config["YOUTHPROG"]
    make_seal_keys(settings.instance, department=settings.department)
    make_badge_key(settings.instance)
    migrate(app)
    with app.app_context():
        publish_starter_form(now=clock.now())
        db.session().commit()
    glance.leave_mark(settings, str(migrations.head()))
    return app
