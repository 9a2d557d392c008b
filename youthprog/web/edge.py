"""The doors of the house, and the one commit.

Every endpoint carries a mark that says who may pass and whether it may write; an endpoint without one
stops the start of the application. A view never commits: what it did is committed here, together with
its audit lines, when it answers below 400, or undone.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from os import urandom
from random import Random
from typing import Any, Literal, TypeVar

from flask import Flask, Response, abort, current_app, g, redirect, request, session, url_for
from flask.globals import request_ctx
from flask_login import LoginManager, logout_user
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from youthprog.core import clock, db, together
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.prepared import waiting_lines
from youthprog.core.refusals import NotFound, Refused
from youthprog.web.late_pages import LateView

log = logging.getLogger("youthprog")
OWN_WORDS = (NotFound, Refused, HTTPException, IntegrityError, StaleDataError)  # failures that have a page already
View = TypeVar("View", bound=Callable[..., Any])
Kind = Literal["public", "signed_in", "permission", "link"]
SAFE = ("GET", "HEAD", "OPTIONS")

VISITOR = Actor(kind="visitor")
_numbers = Random(
    urandom(16)
)  # of requests: no secret, and asking the system for each would let another thread go first
login = LoginManager()


@dataclass(frozen=True)
class Door:
    """Who may pass an endpoint. `late` doors begin reading and take the write lock in `recording()`.

    Through an `inside` door a browser whose cookie and token were checked a moment ago steps as a guest: who it is and
    whether it may is read in the transaction that keeps its deed, by `keep_together`, or as soon as anybody asks.
    """

    kind: Kind
    permission: P | None = None
    purpose: str | None = None
    late: bool = False
    inside: bool = False
    own_page: bool = False  # a step of signing in itself: passes before the second factor


def _mark(mark: Door) -> Callable[[View], View]:
    def put(view: View) -> View:
        view.__door__ = mark  # type: ignore[attr-defined]
        return view

    return put


def public(*, late: bool = False, own_page: bool = False) -> Callable[[View], View]:
    """Anyone may pass."""
    return _mark(Door("public", late=late, own_page=own_page))


def signed_in(*, late: bool = False, own_page: bool = False) -> Callable[[View], View]:
    """Anyone with an account may pass."""
    return _mark(Door("signed_in", late=late, own_page=own_page))


def door(permission: P, *, late: bool = False, inside: bool = False) -> Callable[[View], View]:
    """Whoever holds the permission at any reach may pass; the view then loads only what is within reach."""
    return _mark(Door("permission", permission=permission, late=late, inside=inside))


def link_key(purpose: str, *, late: bool = False) -> Callable[[View], View]:
    """Whoever came through a live signed link of this purpose may pass; `g.link` is its row's value."""
    return _mark(Door("link", purpose=purpose, late=late))


LinkLoader = Callable[[int, str], tuple[Actor, Any] | None]


UserLoader = Callable[[str], Any]


def install(app: Flask, *, load_link: LinkLoader, load_user: UserLoader) -> None:
    """Put the doors in."""
    app.extensions["youthprog.load_user"] = load_user
    login.user_loader(load_user)
    app.extensions["youthprog.load_link"] = load_link
    login.init_app(app)
    # A cookie that remembers is never set, so nobody has to look after it.
    app.after_request_funcs[None].remove(login._update_remember_cookie)
    login.session_protection = None
    app.before_request(_enter)
    app.teardown_request(_leave)


def check_doors(app: Flask) -> None:
    """Stop the start when an endpoint has no mark."""
    unmarked = [endpoint for endpoint, view in app.view_functions.items() if not hasattr(view, "__door__")]
    if unmarked:
        raise RuntimeError(f"endpoints without a door: {', '.join(sorted(unmarked))}")


def door_of(app: Flask, endpoint: str) -> Door:
    """The mark of an endpoint."""
    mark: Door = getattr(app.view_functions[endpoint], "__door__")  # noqa: B009
    return mark


def actor() -> Actor:
    """Who is acting in this request. Whoever writes for many acts for none of them: the deeds know by whom they are."""
    assert waiting_lines() is None, "a deed that is kept together with others asked for the actor of one request"
    come_in()
    who: Actor = g.get("actor", VISITOR)
    return who


def keep() -> None:
    """Commit although the answer is a refusal (a failed sign-in must be counted)."""
    g.keep = True


class NotRecorded(Exception):
    """A prepared deed could not be recorded, for no reason of its own: nothing of it was kept. The text is for the page."""


@contextmanager
def recording(*, undo: Callable[[], None] | None = None, says: str = "") -> Iterator[None]:
    """The second half of a `late` door: take the write lock and record what was prepared.

    Rows loaded before are stale from here on; check again, by a conditional update, that they still hold. `undo` takes
    away what lies outside the database (a file), when recording or the commit after the view fails; `says` is what
    the page then tells, when the failure has no words of its own.
    """
    db.begin_writing()
    g.recording, g.undo, g.says = True, undo, says
    try:
        yield
    except Exception as problem:
        _undo(problem)
        raise


Kept = TypeVar("Kept")


def keep_together(deed: Callable[..., Kept], *values: Any, **named: Any) -> Kept:
    """The second half of a `late` door where many write at once: do a deed, keep it, and return what it returned.

    It may be kept in one commit with the deeds of other requests, by another thread than this one; so it is handed all
    it needs, and `by` whom, and asks nothing of the request. What it raises is raised here, and then nothing of it is kept.
    """
    writers = together.writers()
    if not writers.is_best:
        return keep_alone(deed, *values, **named)
    if db.is_open():
        db.session().rollback()
    done: Kept = _keep_for_guest(writers, deed, values, named)
    if db.is_open():
        db.session().rollback()  # it may have read for others, before all this was kept
    return done


def _keep_for_guest(
    writers: together.Writers, deed: Callable[..., Kept], values: tuple[Any, ...], named: dict[str, Any]
) -> Kept:
    here = g._get_current_object().__dict__
    guest: Guest | None = here.get("guest")
    if guest is not None:
        try:
            done: Kept = writers.keep(guest.do, deed, values, named)
            return done
        except _NotLetIn:
            pass  # by the whole way then: it says why not, or something has changed just now
        finally:
            if guest.user is not None:
                here["actor"], here["_login_user"] = guest.actor, guest.user
                del here["guest"]
    kept: Kept = writers.keep(deed, *values, by=actor(), **named)
    return kept


def keep_alone(deed: Callable[..., Kept], *values: Any, **named: Any) -> Kept:
    """Do a deed in the second half of a `late` door and return what it returned; it is committed with the answer."""
    by = actor()
    with recording():
        return deed(*values, by=by, **named)


class _NotLetIn(NotFound):
    """A guest turned out to be nobody who may pass."""


class Guest:
    """Somebody of whom it is not known yet who it is and whether the door is open to them."""

    __slots__ = ("actor", "load", "mark", "seen", "token", "user")

    def __init__(self, mark: Door, token: str, seen: tuple[str, str, str], load: UserLoader):
        self.mark, self.token, self.seen, self.load = mark, token, seen, load
        self.user: Any = None
        self.actor = VISITOR

    def do(self, deed: Callable[..., Kept], values: tuple[Any, ...], named: dict[str, Any]) -> Kept:
        """Find out who this is, in the transaction that is under way, and do a deed for them. Raises `_NotLetIn`."""
        self.user = None
        user = self.load(self.token)
        if user is None or _lacks(user, user.actor, self.mark):
            raise _NotLetIn
        self.user, self.actor = user, user.actor.seen(*self.seen)
        return deed(*values, by=self.actor, **named)


def come_in() -> None:
    """Let a guest in by the whole way, or answer as a closed door does. No answer leaves for a guest."""
    guest = g._get_current_object().__dict__.pop("guest", None)
    if guest is not None and (turned_away := _pass(guest.mark)) is not None:
        abort(turned_away)


def _undo(problem: Exception) -> None:
    """Undo what lies outside the database. Raises `NotRecorded` when the page is to say what did not happen."""
    g.recording, undo, says = False, g.pop("undo", None), g.pop("says", "")
    db.begin_writing()
    if undo is not None:
        undo()
        db.begin_writing()
    if says and not isinstance(problem, OWN_WORDS):
        log.error("could not be recorded", exc_info=problem)
        raise NotRecorded(says) from problem


LEFT = frozenset(
    {
        "keep",
        "language",
        "link",
        "nonce",
        "recording",
        "undo",
        "says",
        "csrf_token",
        "csrf_valid",
        "_login_user",
        "guest",
    }
)


def _enter() -> BaseResponse | None:
    context: Any = request_ctx._get_current_object()  # type: ignore[attr-defined]
    here, asked = g._get_current_object(), context.request
    for left in LEFT & here.__dict__.keys():  # of the request before, where tests share one context
        here.pop(left)
    here.request_id = format(_numbers.getrandbits(60), "015X")
    db.begin_reading()
    if asked.url_rule is None:
        return None
    view = context.app.view_functions[asked.url_rule.endpoint]
    mark: Door | None = getattr(view, "__door__", None)
    if mark is None:
        abort(404)
    here.writes = asked.method not in SAFE
    if mark.inside and _steps_in(context, here.__dict__, mark):
        return None
    answer = _pass(mark)
    if type(view) is LateView and answer is None:
        view.pages.load()  # before the lock is taken
    if here.writes and not mark.late:
        db.begin_writing()
    return answer


def _steps_in(context: Any, here: dict[str, Any], mark: Door) -> bool:
    """Whether somebody may wait inside: the cookie and the token were good a moment ago, and the browser was active."""
    session, environ, app = context.session, context.request.environ, context.app
    token = session.get("_user_id")
    seen = session.get("seen")
    if not token or seen is None or not 0 <= clock.now().timestamp() - seen <= 60:
        return False
    if not app.extensions[together.WRITERS].is_best or not app.extensions["csrf"].knows(session, environ):
        return False
    where = (environ.get("REMOTE_ADDR", "")[:45], environ.get("HTTP_USER_AGENT", "")[:200], here["request_id"])
    here.pop("actor", None)
    here["guest"], here["csrf_valid"] = Guest(mark, token, where, app.extensions["youthprog.load_user"]), True
    return True


def _mark_of(endpoint: str) -> Door | None:
    mark: Door | None = getattr(current_app.view_functions[endpoint], "__door__", None)
    return mark


def _pass(mark: Door) -> BaseResponse | None:
    """Decide who comes in; a redirect or an abort when nobody does."""
    if mark.kind == "link":
        g.actor = _here(VISITOR)
        _pass_by_link(mark)
        return None
    user = _recognize()
    if user is not None and user.needs_factor and not mark.own_page:
        g.actor = replace(g.actor, grants={})
        if mark.kind != "public":
            return redirect(url_for("access.factor", next=_way_back()), 303)
    if mark.kind == "public":
        return None
    if user is None:
        if request.method not in SAFE:
            abort(403)
        return redirect(url_for("access.sign_in", next=_way_back()), 303)
    if _lacks(user, g.actor, mark):
        abort(404)
    return None


def _lacks(user: Any, who: Actor, mark: Door) -> bool:
    """Whether somebody who is signed in lacks what a door asks for: a second factor, a permission."""
    if user.needs_factor and not mark.own_page:
        return True
    return mark.permission is not None and not who.may(mark.permission)


def _recognize() -> Any:
    """Who stands behind the cookie by a live, not idle session; `g.actor` is then this person."""
    token = session.get("_user_id")
    user = current_app.extensions["youthprog.load_user"](token) if token else None
    g._login_user = user or login.anonymous_user()  # what Flask-Login would find, but for cookies we never set
    if user is None or not touch_session(current_app.config["YOUTHPROG"].idle_minutes):
        g.actor = _here(VISITOR)
        if user is not None:
            logout_user()
            session.pop("seen", None)
        return None
    g.actor = _here(user.actor)
    return user


def _way_back() -> str | None:
    return request.full_path.rstrip("?") if request.method == "GET" else None


def _pass_by_link(mark: Door) -> None:
    link_id = session.get("links", {}).get(mark.purpose)
    found = link_id and current_app.extensions["youthprog.load_link"](link_id, mark.purpose)
    if not found:
        abort(404)
    g.actor, g.link = _here(found[0]), found[1]


def _here(who: Actor) -> Actor:
    environ = request.environ
    return who.seen(environ.get("REMOTE_ADDR", "")[:45], environ.get("HTTP_USER_AGENT", "")[:200], g.request_id)


def close(response: Response) -> Response:
    """Commit or undo, after the view and before the first byte leaves."""
    come_in()
    if not db.is_open():
        return response
    wrote = g.get("recording") or (g.get("writes") and not _is_late())
    if wrote and (response.status_code < 400 or g.get("keep")):
        try:
            db.session().commit()
        except Exception as problem:
            _undo(problem)
            raise
    elif db.session().info.get("reads"):
        db.begin_writing()
        db.session().commit()
    else:
        db.session().rollback()
    return response


def _is_late() -> bool:
    mark = _mark_of(request.endpoint) if request.endpoint else None
    return mark is not None and mark.late


def _leave(_problem: BaseException | None) -> None:
    if db.is_open():
        db.session().rollback()
        db.session().info.pop("reads", None)
    db.may_write()


def touch_session(idle_minutes: int) -> bool:
    """Note that the browser was active; False when it had been idle too long."""
    moment, here = int(clock.now().timestamp()), session._get_current_object()  # type: ignore[attr-defined]
    seen = here.get("seen", moment)
    if moment - seen > idle_minutes * 60:
        return False
    if moment - seen > 60 or "seen" not in here:
        here["seen"] = moment
    return True
