"""The application itself: Flask with the one commit, and with a short way for what is asked again and again."""

from typing import Any

from flask import Flask, Request
from werkzeug.routing import MapAdapter, Rule

from youthprog.web import edge, headers

MOST_FOUND = 512
Found = dict[tuple[str, str], tuple[Rule, dict[str, Any]]]


class Asked(Request):
    """Flask's request. One that brought no files has none to close, which Flask takes longer to find out than to match it."""

    def close(self) -> None:
        """Close the files it brought, where any were read."""
        if "files" in self.__dict__:
            super().close()

    @property
    def blueprints(self) -> list[str]:
        """The name of the blueprint that answers, if any; ours are not nested."""
        rule = self.url_rule
        return [rule.endpoint.rpartition(".")[0]] if rule is not None and "." in rule.endpoint else []


class Addresses(MapAdapter):
    """The addresses of the house. One that led to a rule leads there again: rules stand still once the house is built."""

    found: Found

    def with_found(self, found: Found) -> "Addresses":
        """The same, with what was found before."""
        self.found = found
        return self

    def match(self, *values: Any, **named: Any) -> Any:
        """The rule and values of the address that is bound, or as werkzeug has it."""
        if values or named != {"return_rule": True}:
            return super().match(*values, **named)
        key = self.default_method, self.path_info
        known = self.found.get(key)
        if known is None:
            rule, given = super().match(return_rule=True)
            if not all(type(value) is int for value in given.values()):
                return rule, given  # it may hold the secret of a link, which is kept nowhere
            if len(self.found) >= MOST_FOUND:
                self.found.clear()
            known = self.found[key] = rule, dict(given)
        return known[0], known[1].copy()


OF_A_HOST = ("HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "SCRIPT_NAME", "wsgi.url_scheme")
MOST_HOSTS = 16


class House(Flask):
    """Flask, with the one commit between the view and the first byte."""

    request_class = Asked
    response_class = headers.Answer

    def __init__(self, *values: Any, **named: Any) -> None:
        super().__init__(*values, **named)
        self.hosts: dict[tuple[Any, ...], tuple[str, MapAdapter]] = {}
        self.found: Found = {}

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Bind the addresses to a request. A host that was found to be ours is not taken apart again for the next one."""
        if request is None:
            return super().create_url_adapter(request)
        there = request.environ
        key = tuple(there.get(name) for name in OF_A_HOST)
        known = self.hosts.get(key)
        if known is None or there.get("QUERY_STRING") or "HTTP_UPGRADE" in there:
            adapter = super().create_url_adapter(request)
            if adapter is not None and len(self.hosts) < MOST_HOSTS:
                self.hosts[key] = request.host, adapter
            return adapter
        request.trusted_hosts = self.config["TRUSTED_HOSTS"]
        request.host, like = known
        return Addresses(
            self.url_map, like.server_name, like.script_name, like.subdomain, like.url_scheme, request.path,
            request.method, "",
        ).with_found(self.found)  # fmt: skip

    def ensure_sync(self, func: Any) -> Any:
        """No function of ours is a coroutine; Flask would look ten times a request."""
        return func

    def dispatch_request(self) -> Any:
        """Run the view, then commit or undo. A guest is let in before anything is told, a failure too."""
        try:
            answer = super().dispatch_request()
        except Exception:
            edge.come_in()
            raise
        return edge.close(answer if isinstance(answer, headers.Answer) else self.make_response(answer))
