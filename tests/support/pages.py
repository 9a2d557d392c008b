"""A visitor without JavaScript who checks every page as a page."""

from __future__ import annotations

from contextvars import Context
from typing import Any
from xml.etree.ElementTree import Element

from flask import Flask, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support import markup
from youthprog.core import db

H = "{http://www.w3.org/1999/xhtml}"


class Page:
    """A fetched page: its parsed tree and what one reads on it."""

    def __init__(self, response: TestResponse):
        self.response = response
        self.status = response.status_code
        self.text_source = response.get_data(as_text=True)
        self.tree: Element = markup.parse(self.text_source)

    def all(self, tag: str) -> list[Element]:
        """Every element of a tag."""
        return list(self.tree.iter(H + tag))

    @property
    def text(self) -> str:
        """The visible words, with single blanks."""
        body = self.tree.find(H + "body")
        return " ".join("".join(_words(body)).split()) if body is not None else ""

    @property
    def h1(self) -> str:
        """The page's heading."""
        return " ".join("".join(self.all("h1")[0].itertext()).split())

    def link(self, words: str) -> str:
        """The address behind a link that has these words."""
        for anchor in self.all("a"):
            if words in " ".join("".join(anchor.itertext()).split()):
                return anchor.attrib["href"]
        raise AssertionError(f"no link {words!r} on {self.h1!r}")

    def form(self, action: str | None = None) -> dict[str, str]:
        """The values a form would send if one only pressed its button."""
        for form in self.all("form"):
            if form.get("method", "get").lower() == "post" and (action is None or form.get("action") == action):
                return _values(form)
        raise AssertionError(f"no form on {self.h1!r}")

    def check(self) -> None:
        """One h1, a title, labels, unique ids, form tokens, nonces, no inline style or handler."""
        assert self.text_source.lstrip().lower().startswith("<!doctype html>")
        assert self.tree.get("lang") in ("en", "es"), "the page has no language"
        assert len(self.all("h1")) == 1, f"{len(self.all('h1'))} h1 on the page"
        titles = self.all("title")
        assert titles, "no title"
        assert (titles[0].text or "").strip(), "an empty title"
        ids = [e.get("id") for e in self.tree.iter() if isinstance(e.tag, str) and e.get("id")]
        assert len(ids) == len(set(ids)), f"ids twice: {sorted({i for i in ids if ids.count(i) > 1})}"
        self._check_labels(set(ids))
        for form in self.all("form"):
            if form.get("method", "get").lower() == "post":
                names = [field.get("name") for field in form.iter(H + "input")]
                assert "csrf_token" in names, f"a form without token: {form.get('action')}"
        for script in self.all("script"):
            assert script.get("nonce") or script.get("type") == "application/json", "a script without nonce"
        for element in self.tree.iter():
            for name in element.attrib:
                assert not name.startswith("on"), f"an inline handler: {name}"
                assert name != "style", "an inline style"
        assert not self.all("style"), "a style element"

    def _check_labels(self, ids: set[str | None]) -> None:
        labelled = {label.get("for") for label in self.all("label")}
        inside = {id(field) for label in self.all("label") for field in label.iter()}
        for tag in ("input", "select", "textarea"):
            for field in self.all(tag):
                if field.get("type") in ("hidden", "submit", "button"):
                    continue
                named = field.get("id") in labelled or id(field) in inside or field.get("aria-label")
                by = field.get("aria-labelledby", "").split()
                assert named or (by and set(by) <= ids), f"a field without label: {field.get('name')}"


def _words(element: Element) -> list[str]:
    if element.tag in (H + "script", H + "style", H + "template"):
        return [element.tail or ""]
    parts = [element.text or ""]
    for child in element:
        parts += _words(child)
    return [*parts, " ", element.tail or ""]


def _values(form: Element) -> dict[str, str]:
    values: dict[str, str] = {}
    for field in form.iter(H + "input"):
        name, kind = field.get("name"), field.get("type", "text")
        if name and (kind not in ("checkbox", "radio", "submit", "file") or "checked" in field.attrib):
            values[name] = field.get("value", "on" if kind in ("checkbox", "radio") else "")
    for area in form.iter(H + "textarea"):
        if area.get("name"):
            values[area.attrib["name"]] = (area.text or "").removeprefix("\n")
    for select in form.iter(H + "select"):
        chosen = [o for o in select.iter(H + "option") if "selected" in o.attrib] or list(select.iter(H + "option"))[:1]
        if select.get("name") and chosen:
            values[select.attrib["name"]] = chosen[0].get("value", chosen[0].text or "")
    return values


class Browser(FlaskClient):
    """A client whose every request begins with nothing, as in a server.

    Inside the test's own application context a request would share `flask.g`, and with it whoever was signed
    in before, and the test's database session. What the test has made is committed first, so that the
    request sees it and waits for no lock.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send one request."""
        if has_app_context():
            db.session().commit()
        return Context().run(super().open, *args, **kwargs)


class Visitor:
    """A browser session against the application, without JavaScript."""

    def __init__(self, app: Flask):
        self.app = app
        self.client = Browser(app, app.response_class, use_cookies=True)
        self.page: Page | None = None

    def sign_in(self, account: Any) -> Visitor:
        """Come in as an account, past the sign-in page."""
        from tests.makers.accounts import session_cookie

        token = session_cookie(account)
        with self.client.session_transaction() as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True
        return self

    def get(self, address: str, *, status: int = 200, **kwargs: Any) -> Page:
        """Fetch a page, follow redirects, check it."""
        response = self.client.get(address, follow_redirects=True, **kwargs)
        assert response.status_code == status, f"{address}: {response.status_code} instead of {status}"
        self.page = Page(response)
        self.page.check()
        return self.page

    def raw(self, address: str, method: str = "GET", **kwargs: Any) -> TestResponse:
        """Fetch anything, follow nothing, check nothing."""
        return self.client.open(address, method=method, **kwargs)

    def post(
        self, address: str, data: dict[str, Any] | None = None, *, status: int = 200, form_from: str | None = None
    ) -> Page:
        """Send a form with the token of the page one is on (or of `form_from`), follow, check."""
        if form_from is not None or self.page is None:
            self.get(form_from or address)
        assert self.page is not None
        token = next((f.get("value") for f in self.page.tree.iter(H + "input") if f.get("name") == "csrf_token"), None)
        response = self.client.post(
            address, data={"csrf_token": token or "", **(data or {})}, follow_redirects=True,
            headers={"Referer": "http://localhost/"},
        )  # fmt: skip
        assert response.status_code == status, f"POST {address}: {response.status_code} instead of {status}"
        self.page = Page(response)
        self.page.check()
        return self.page
