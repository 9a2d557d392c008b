"""What every template can use: words, dates, phones, static addresses, permissions."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import phonenumbers
from flask import Flask, request, url_for
from flask_wtf.csrf import generate_csrf

from youthprog.core import clock
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.web import edge, language
from youthprog.web.headers import csp_nonce

STATIC = Path(__file__).resolve().parent.parent / "static"


@dataclass(frozen=True)
class NavItem:
    """One entry of the main navigation, shown to those who hold the permission."""

    label: str
    endpoint: str
    icon: str
    permission: P | None = None
    in_tabs: bool = True
    also: tuple[str, ...] = ()  # other addresses under which this entry is the current one


@cache
def static_url(path: str) -> str:
    """The address of a static file, with a piece of its hash, so that it may be cached for a year."""
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:10]
    return f"/static/{path}?v={digest}"


def phone(value: str | None) -> str:
    """(217) 555-0163 for numbers of the United States, international form for others."""
    if not value:
        return ""
    try:
        number = phonenumbers.parse(value, "US")
    except phonenumbers.NumberParseException:
        return value
    national = number.country_code == 1
    style = phonenumbers.PhoneNumberFormat.NATIONAL if national else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def install(app: Flask, navigation: Sequence[NavItem], role_label: Callable[[Actor], str]) -> None:
    """Give templates their words."""
    settings = app.config["YOUTHPROG"]
    app.jinja_env.filters |= {
        "day": language.day,
        "moment": language.moment,
        "time": language.time_of,
        "weekday": language.weekday,
        "month": language.month,
        "phone": phone,
        "says": language.says,
        "shown": language.shown,
        "local_day": clock.day_of,
    }
    app.jinja_env.globals |= {
        "static_url": static_url,
        "csp_nonce": csp_nonce,
        "P": P,
        "csrf_token": generate_csrf,
        "sentence": language.sentence,
    }
    app.jinja_env.add_extension("jinja2.ext.do")

    @app.context_processor
    def words() -> dict[str, Any]:
        spoken = language.language()
        return {
            "language": spoken,
            "other_language": _other(spoken),
            "actor": _shown_actor(edge.actor(), role_label),
            "nav": _navigation(edge.actor(), navigation),
            "department": SimpleNamespace(
                name=settings.department,
                program=settings.department_program if spoken == "en" else _program_es(settings),
                phone=settings.department_phone,
                email=settings.department_email,
                address=settings.department_address,
                hours=settings.department_hours if spoken == "en" else settings.department_hours_es,
            ),
            "can": edge.actor().may,
            "today": clock.today(),
        }


def _program_es(settings: Any) -> str:
    translated = language.gettext(settings.department_program)
    return str(translated)


def _other(spoken: str) -> SimpleNamespace:
    code = "es" if spoken == "en" else "en"
    here = request.full_path.rstrip("?") if request.method == "GET" else request.path
    return SimpleNamespace(
        code=code, label=language.LANGUAGES[code], url=url_for("web.language", code=code) + "?next=" + quote(here)
    )


def _shown_actor(who: Actor, role_label: Callable[[Actor], str]) -> SimpleNamespace | None:
    if who.kind != "account":
        return None
    return SimpleNamespace(name=who.name, role_label=role_label(who), roles=who.roles)


def _navigation(who: Actor, items: Sequence[NavItem]) -> list[SimpleNamespace]:
    if who.kind != "account":
        return []
    return [
        SimpleNamespace(
            label=language.gettext(item.label),
            url=url_for(item.endpoint),
            icon=item.icon,
            in_tabs=item.in_tabs,
            current=_is_current(url_for(item.endpoint), *item.also),
        )
        for item in items
        if item.permission is None or who.may(item.permission)
    ]


def _is_current(*paths: str) -> bool:
    return any(request.path == path or request.path.startswith(path.rstrip("/") + "/") for path in paths)
