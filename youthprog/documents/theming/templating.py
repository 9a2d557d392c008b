"""Templates of a department's own: checked, and filled in. Runs in the press child.

A template prints values and decides by them; that is all the language it has. It cannot call anything, load
anything, define anything, or go around in circles: what it may be made of is a closed list (`ALLOWED`), and it is
filled in inside a sandbox besides. Whatever gets through still meets the press: nothing is fetched there, and it is
killed after twenty seconds.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jinja2
import tinycss2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError

from youthprog.core.refusals import N_
from youthprog.documents.theming.files import templates_of
from youthprog.documents.theming.types import Fault, OwnTemplate

LONGEST = 60_000
MOST_NESTED = 2
"""So deep may loops stand in each other. The longest list has a few items, the longest text some hundred letters."""
ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const, nodes.For,
    nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Filter, nodes.Test,
    nodes.Concat,
)  # fmt: skip
FILTERS = frozenset({"upper", "lower", "title", "capitalize", "trim", "length", "first", "last", "join", "default"})
TESTS = frozenset({"defined", "undefined", "none", "odd", "even", "string", "number"})
REFUSED_TAGS = frozenset(
    {"script", "iframe", "frame", "object", "embed", "applet", "base", "form", "input", "button", "textarea", "select",
     "video", "audio", "source", "track", "portal", "a", "area"}
)  # fmt: skip
ADDRESSES = frozenset(
    {"src", "href", "xlink:href", "srcset", "data", "poster", "background", "action", "formaction", "ping"}
)
SHEETS = {"asset:theme.css", "asset:certificate.css", "asset:sheet.css", "asset:letter.css"}
AT_RULES = frozenset({"page", "media", "supports", *(f"{side}-{place}" for side in ("top", "bottom") for place in ("left", "center", "right", "left-corner", "right-corner")), *(f"{side}-{place}" for side in ("left", "right") for place in ("top", "middle", "bottom"))})  # fmt: skip


def good_one(instance: Path | None, name: str) -> OwnTemplate | None:
    """The newest version without a fault; one that somebody broke by hand is passed over. None means the house's."""
    for each in templates_of(instance, name) if instance is not None else ():
        if not each.html:
            return None
        if _is_good(each.html, each.css):
            return each
    return None


@lru_cache(maxsize=32)
def _is_good(html: str, css: str) -> bool:
    return not faults_of(html, css)


# ---- filling in ----


def fill_in(html: str, values: Mapping[str, Any]) -> str:
    """The page a template makes of plain values. Raises `jinja2.TemplateError`."""
    return _compiled(html).render(values)


@lru_cache(maxsize=16)
def _compiled(html: str) -> jinja2.Template:
    return _sandbox().from_string(html)


@lru_cache(maxsize=1)
def _sandbox() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=None, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.tests = {name: test for name, test in environment.tests.items() if name in TESTS or not name.isalpha()}
    return environment


# ---- what is wrong ----


def faults_of(html: str, css: str) -> list[Fault]:
    """Everything wrong with a template as it is written, with its lines. What only shows when filled in is found there."""
    if len(html) > LONGEST or len(css) > LONGEST:
        return [Fault("html", 0, N_("A template has %(most)s characters at most."), {"most": str(LONGEST)})]
    return [*_words_of_the_language(html), *_page_faults(html), *_style_faults(css)]


def fault_in_filling(problem: Exception) -> Fault:
    """What went wrong when a template was filled in, with the line in it."""
    line, trace = 0, problem.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    if isinstance(problem, jinja2.UndefinedError):
        return Fault("html", line, N_("There is no such value: %(what)s."), {"what": _short(problem)})
    if isinstance(problem, SecurityError):
        return Fault("html", line, N_("A template cannot do this: %(what)s."), {"what": _short(problem)})
    return Fault("html", line, N_("This cannot be filled in: %(what)s."), {"what": _short(problem)})


def _words_of_the_language(html: str) -> list[Fault]:
    try:
        tree = _sandbox().parse(html)
    except jinja2.TemplateSyntaxError as problem:
        return [
            Fault("html", problem.lineno, N_("This is not written as a template: %(what)s."), {"what": _short(problem)})
        ]
    faults = []
    for node in _all(tree):
        if not isinstance(node, ALLOWED):
            what = type(node).__name__.lower()
            faults.append(Fault("html", node.lineno, N_("A template cannot do this: %(what)s."), {"what": what}))
        elif isinstance(node, nodes.Filter) and node.name not in FILTERS:
            faults.append(Fault("html", node.lineno, N_("There is no filter “%(what)s”."), {"what": node.name}))
        elif isinstance(node, nodes.Test) and node.name not in _sandbox().tests:
            faults.append(Fault("html", node.lineno, N_("There is no test “%(what)s”."), {"what": node.name}))
        elif isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
            faults.append(Fault("html", node.lineno, N_("There is no such value: %(what)s."), {"what": node.attr}))
        elif isinstance(node, nodes.For) and (node.recursive or _depth(node) > MOST_NESTED):
            faults.append(
                Fault(
                    "html", node.lineno, N_("Loops may stand in each other %(most)s deep."), {"most": str(MOST_NESTED)}
                )
            )
    return faults


def _all(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _all(child)


def _depth(node: nodes.Node) -> int:
    below = max((_depth(child) for child in node.iter_child_nodes()), default=0)
    return below + isinstance(node, nodes.For)


class _Tags(HTMLParser):
    """Looks at every tag of a template's source."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.faults: list[Fault] = []
        self.styling = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        line = self.getpos()[0]
        given = {name.lower(): value or "" for name, value in attributes}
        self.styling = tag == "style"
        if tag in REFUSED_TAGS:
            self.faults.append(Fault("html", line, N_("Paper has no use for <%(what)s>."), {"what": tag}))
        if tag == "link" and given.get("href") not in SHEETS:
            self.faults.append(Fault("html", line, N_("A page has the house’s style sheets and its own only."), {}))
        if tag == "meta" and "http-equiv" in given:
            self.faults.append(Fault("html", line, N_("Paper has no use for <%(what)s>."), {"what": "meta http-equiv"}))
        if tag == "img" and "alt" not in given:
            self.faults.append(Fault("html", line, N_("Say in “alt” what the picture shows."), {}))
        for name, value in given.items():
            self._look_at(name, value, line)

    def _look_at(self, name: str, value: str, line: int) -> None:
        if name in ADDRESSES and not re.match(r"\s*(asset:|\{\{)", value):
            self.faults.append(Fault("html", line, N_("Nothing is fetched: an address begins with “asset:”."), {}))
        if name.startswith("on"):
            self.faults.append(Fault("html", line, N_("Paper has no use for <%(what)s>."), {"what": name}))
        if name == "style":
            self.faults += [
                Fault("html", line, fault.text, fault.values)
                for fault in _token_faults(tinycss2.parse_component_value_list(value))
            ]

    def handle_data(self, data: str) -> None:
        if self.styling:
            above = self.getpos()[0] - 1
            self.faults += [Fault("html", above + each.line, each.text, each.values) for each in _style_faults(data)]

    def handle_endtag(self, tag: str) -> None:
        self.styling = False

    def handle_decl(self, decl: str) -> None:
        if decl.strip().lower() != "doctype html":
            self.unknown_decl(decl)

    def unknown_decl(self, data: str) -> None:
        line = self.getpos()[0]
        self.faults.append(Fault("html", line, N_("Paper has no use for <%(what)s>."), {"what": f"!{data[:20]}"}))


def _page_faults(html: str) -> list[Fault]:
    tags = _Tags()
    tags.feed(html)
    tags.close()
    faults = tags.faults
    if not re.search(r"<h1[\s>]", html):
        faults.append(Fault("html", 0, N_("A page has one heading <h1>."), {}))
    return faults


def _style_faults(css: str) -> list[Fault]:
    return list(_rule_faults(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)))


def _rule_faults(rules: list[Any]) -> Iterator[Fault]:
    for rule in rules:
        if rule.type == "error":
            yield Fault(
                "css", rule.source_line, N_("This is not written as a style: %(what)s."), {"what": rule.message}
            )
        elif rule.type == "at-rule" and rule.lower_at_keyword not in AT_RULES:
            what = f"@{rule.lower_at_keyword}"
            yield Fault("css", rule.source_line, N_("Paper has no use for %(what)s."), {"what": what})
        elif rule.type in ("at-rule", "qualified-rule"):
            yield from _token_faults([*rule.prelude, *(rule.content or [])])
            if rule.type == "qualified-rule":
                for each in tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True):
                    if each.type == "error":
                        text = N_("This is not written as a style: %(what)s.")
                        yield Fault("css", each.source_line, text, {"what": each.message})


def _token_faults(tokens: list[Any]) -> Iterator[Fault]:
    """Addresses of anything but what comes with the page, however deep."""
    for token in tokens:
        address = None
        if token.type == "url":
            address = token.value
        elif token.type == "function" and token.lower_name in (
            "url",
            "src",
            "image",
            "image-set",
            "cross-fade",
            "element",
            "attr",
        ):
            inner = [each for each in token.arguments if each.type == "string"]
            address = inner[0].value if inner and token.lower_name == "url" else token.lower_name
        elif token.type == "error":
            yield Fault(
                "css", token.source_line, N_("This is not written as a style: %(what)s."), {"what": token.message}
            )
        if address is not None and not address.startswith("asset:"):
            yield Fault("css", token.source_line, N_("Nothing is fetched: an address begins with “asset:”."), {})
        for name in ("arguments", "content"):
            yield from _token_faults(getattr(token, name, None) or [])


def _short(problem: Exception) -> str:
    return str(problem).rstrip(".")[:160]
