"""Settings: one frozen value, read once from `instance/config.toml` and `YOUTHPROG_*` variables.

The environment wins. Unknown or bad settings stop the start, with every fault named at once.
"""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "YOUTHPROG_"
ENVIRONMENT_ONLY = {"INSTANCE", "FORCE_NATIVE", "TRACEBACK"}


class BadSettings(Exception):
    """The settings cannot be used. `faults` has one sentence each."""

    def __init__(self, faults: list[str]):
        self.faults = faults
        super().__init__("\n".join(faults))


@dataclass(frozen=True)
class Settings:
    """Everything an installation can set. `department*` is what people see and call."""

    instance: Path
    database_url: str
    secret_key: str
    public_url: str = "http://127.0.0.1:8000"
    smtp_url: str = ""
    mail_from: str = ""
    huey_url: str = ""
    timezone: str = "America/Chicago"
    department: str = "Riverton Police"
    department_program: str = "Youth Programs"
    department_phone: str = "(217) 555-0100"
    department_email: str = "youth@riverton.example"
    department_address: str = "Community desk, 40 Mill Street"
    department_hours: str = "Weekdays 8 am to 5 pm"
    emergency_number: str = "911"
    department_hours_es: str = "Lunes a viernes, de 8 am a 5 pm"
    environment: str = "production"
    trusted_proxies: int = 0
    idle_minutes: int = 30
    session_hours: int = 12
    offline_hours: int = 12
    batch_days: int = 14

    @property
    def secure(self) -> bool:
        """Whether people reach us by https: cookies are then marked so."""
        return self.public_url.startswith("https://")

    @property
    def host(self) -> str:
        """The host of the public address: the only one answered."""
        return urlsplit(self.public_url).netloc

    @property
    def documents(self) -> Path:
        """Where sealed files are kept."""
        return self.instance / "documents"

    @property
    def batches(self) -> Path:
        """Where the files of a batch wait to be fetched, encrypted, for `batch_days`."""
        return self.instance / "batches"

    @property
    def uploads(self) -> Path:
        """Where files that families sent are kept, encrypted."""
        return self.instance / "uploads"


def instance_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of the department's own data: `YOUTHPROG_INSTANCE` or `instance/`."""
    return Path(environ.get(PREFIX + "INSTANCE") or ROOT / "instance").resolve()


def read(environ: Mapping[str, str] = os.environ, **overrides: Any) -> Settings:
    """Read the settings. Raises `BadSettings` with all faults."""
    instance = Path(overrides.pop("instance", None) or instance_folder(environ))
    found, faults = _from_file(instance / "config.toml")
    known = {field.name for field in fields(Settings)} - {"instance"}
    for name, value in environ.items():
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in ENVIRONMENT_ONLY:
            found[name.removeprefix(PREFIX).lower()] = value
    found |= overrides
    faults += [f"Unknown setting: {name}." for name in sorted(set(found) - known)]
    values = {name: value for name, value in found.items() if name in known}
    values.setdefault("database_url", f"sqlite:///{instance / 'youthprog.db'}")
    values.setdefault("secret_key", _secret_of(instance))
    values = {name: _typed(name, value, faults) for name, value in values.items()}
    settings = Settings(instance=instance, **values) if not faults else None
    if settings is not None:
        faults += [sentence for name, holds, sentence in CHECKS if not holds(getattr(settings, name))]
    if faults or settings is None:
        raise BadSettings(faults)
    return settings


def _secret_of(instance: Path) -> str:
    keys = instance / "keys.toml"
    if not keys.exists():
        return ""
    return str(tomllib.loads(keys.read_text()).get("secret_key", ""))


def _from_file(path: Path) -> tuple[dict[str, Any], list[str]]:
    if not path.exists():
        return {}, []
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        return {}, [f"{path.name} cannot be read: {problem}."]
    flat: dict[str, Any] = {}
    for name, value in found.items():
        if isinstance(value, dict):  # [department] phone = … is department_phone; name = … is department
            flat |= {name if part == "name" else f"{name}_{part}": inner for part, inner in value.items()}
        else:
            flat[name] = value
    return flat, []


def _typed(name: str, value: Any, faults: list[str]) -> Any:
    wanted = {field.name: field.type for field in fields(Settings)}[name]
    if wanted is int and not isinstance(value, bool):
        try:
            return int(value)
        except (TypeError, ValueError):
            faults.append(f"{name} must be a whole number, not {value!r}.")
            return 0
    if wanted is str and not isinstance(value, str):
        faults.append(f"{name} must be text, not {value!r}.")
    return value


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _is_http(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and parts.path in ("", "/")


def _is_database(url: str) -> bool:
    return url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://"))


def _is_smtp(url: str) -> bool:
    """TLS, or a server on this very machine."""
    parts = urlsplit(url)
    if parts.scheme == "smtp":
        return parts.hostname in ("localhost", "127.0.0.1", "::1")
    return not url or (parts.scheme in ("smtps", "smtp+starttls") and bool(parts.hostname))


CHECKS: list[tuple[str, Callable[[Any], bool], str]] = [
    ("database_url", _is_database, "database_url must begin with sqlite:/// or postgresql://."),
    ("public_url", _is_http, "public_url must be an address like https://youth.example.org, without a path."),
    ("smtp_url", _is_smtp, "smtp_url must begin with smtps:// or smtp+starttls:// (smtp:// only to this machine)."),
    ("emergency_number", lambda text: 2 <= sum(each.isdigit() for each in text) <= 15, "emergency_number must be a telephone number like 911."),
    ("timezone", _is_zone, "timezone must be a name like America/Chicago."),
    ("environment", ("production", "development", "testing").__contains__, "environment must be production, development or testing."),
    ("idle_minutes", lambda minutes: 1 <= minutes <= 24 * 60, "idle_minutes must be between 1 and 1440."),
    ("session_hours", lambda hours: 1 <= hours <= 24, "session_hours must be between 1 and 24."),
    ("offline_hours", lambda hours: 1 <= hours <= 72, "offline_hours must be between 1 and 72."),
    ("batch_days", lambda days: 1 <= days <= 90, "batch_days must be between 1 and 90."),
    ("trusted_proxies", lambda count: 0 <= count <= 5, "trusted_proxies must be between 0 and 5."),
]  # fmt: skip
