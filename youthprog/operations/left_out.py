"""Parts of libraries that the web process never uses are not loaded into it.

Frameworks load their development server, their test clients and TLS at their first line, whether or not anybody calls
them. Here an empty module stands for each: it has every name, and whoever calls one is told that it was left out. The
journeys of the suite run on it. See docs/decisions/0009.
"""

import sys
from collections.abc import Iterable
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NoReturn

EMPTY = (
    "ssl", "asyncio.sslproto",  # a proxy in front speaks TLS; mail leaves in the worker
    "werkzeug.serving",  # the development server
    "werkzeug.test", "flask.testing", "flask_login.test_client",
    "flask_wtf.recaptcha",
    "granian.asgi", "granian.rsgi",  # it serves WSGI
    "phonenumbers.asyoutypeformatter", "phonenumbers.phonenumbermatcher",
    "babel.dates", "babel.numbers", "pytz",  # days are written by `core.dates`
    "sqlalchemy.dialects.sqlite.aiosqlite", "sqlalchemy.dialects.sqlite.pysqlcipher",  # other drivers
    "socketserver", "logging.handlers",  # settings of logs sent over the network
)  # fmt: skip
# Whoever asks for these does without: Python has the same digests of its own.
ABSENT = ("_hashlib",)


class LeftOut(RuntimeError):
    """Something that this process does without was called."""


def leave_out(empty: Iterable[str] = EMPTY, absent: Iterable[str] = ABSENT) -> None:
    """From now on empty modules stand for the first and the second do not exist, where they are not loaded yet."""
    sys.meta_path.insert(0, _Finder(frozenset(empty), frozenset(absent)))


class _Finder(MetaPathFinder):
    def __init__(self, empty: frozenset[str], absent: frozenset[str]) -> None:
        self.empty, self.absent = empty, absent

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name in self.absent:
            raise ModuleNotFoundError(f"{name} is left out of this process", name=name)
        return ModuleSpec(name, _Empty()) if name in self.empty else None


class _Empty(Loader):
    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__
        module.__getattr__ = lambda wanted: _stand_in(name, wanted)  # type: ignore[method-assign]


def _stand_in(module: str, name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)

    class StandIn(Exception):
        def __init__(self, *_args: object, **_named: object) -> NoReturn:
            raise LeftOut(f"{module}.{name} is left out of this process")

    return StandIn
