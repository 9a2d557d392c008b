"""A guardian without JavaScript who answers whatever page comes, and counts the pages."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from tests.support.pages import H, Page, Visitor

NAME = "Rosa Elena Aguilar"


def place_of(page: Page) -> str:
    """Where one is, without the request's number: `q/3`, `sign`."""
    return urlsplit(page.response.request.path).path.split("/", 3)[-1]


class Walk:
    """One sitting from the link on. `pages` are the pages shown, each once for every time it came."""

    def __init__(self, visitor: Visitor, token: str, *, language: str = "en", same: bool = True, renew: bool = True):
        self.visitor, self.same, self.renew = visitor, same, renew
        self.pages: list[str] = ["landing"]
        self.sources: list[str] = []
        visitor.get(f"/c/{token}")
        self.page = visitor.post(f"/c/{token}", {"language": language})

    def run(self, until: str = "done", **special: dict[str, Any]) -> Page:
        """Answer page after page until one of this name is shown; `special` answers a page otherwise."""
        for _each in range(80):
            place = place_of(self.page)
            self.pages.append(place)
            self.sources.append(self.page.text_source)
            if place == until:
                return self.page
            self.page = self.step(place, special.get(place.replace("/", "_")))
        raise AssertionError(self.pages)

    def step(self, place: str, given: dict[str, Any] | None = None) -> Page:
        """Answer the page one is on."""
        address = self.page.response.request.path
        if place == "agreement":
            self.visitor.raw(
                address.replace("/agreement", "/sample"), "POST", data={"csrf_token": self.page.form()["csrf_token"]}
            )
            return self.visitor.post(address, given or {"way": "agree"})
        if given is None:
            given = {name: value for name, value in self._filled().items() if name != "csrf_token"}
        return self.visitor.post(address, given)

    def _filled(self) -> dict[str, Any]:
        values: dict[str, Any] = dict(self.page.form())
        radios = {field.get("name") for field in self.page.all("input") if field.get("type") == "radio"}
        for name in radios:
            offered = [f.get("value") for f in self.page.all("input") if f.get("name") == name]
            values[name] = ("same" if self.same else "own") if name == "way" else offered[0]
        for button in self.page.all("button"):
            if button.get("name") == "way":
                values["way"] = "renewed" if self.renew else "own"
                break
        for field in [*self.page.tree.iter(H + "input"), *self.page.tree.iter(H + "textarea")]:
            name = field.get("name") or ""
            if values.get(name) == "" and _typed(name):
                values[name] = _typed(name)
        if "typed_name" in values:
            values |= {"typed_name": NAME, "is_guardian": "y", "agrees": "y"}
        return values


def _typed(name: str) -> str:
    last = name.rsplit("-", 1)[-1]
    return {"person_1": "Rosa Aguilar", "name": "José Luis Aguilar", "phone": "(217) 555-0142", "alert": "Asthma"}.get(
        last, ""
    )
