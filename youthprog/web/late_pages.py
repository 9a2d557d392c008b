"""Pages whose module is loaded when somebody who may pass first opens one of their addresses.

Only in the web process; see `web.doors` for the table that says which addresses they have.
"""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Flask

from youthprog.core import late
from youthprog.web.addresses import LateRule

# What a blueprint may bring along that is asked by its name. The rest would be the whole house's and has to be there at once.
OF_A_BLUEPRINT = (
    "error_handler_spec", "before_request_funcs", "after_request_funcs", "teardown_request_funcs",
    "template_context_processors", "url_value_preprocessors", "url_default_functions",
)  # fmt: skip


class LatePages:
    """The pages of a blueprint, `home`, and the modules that hold them."""

    __slots__ = ("app", "are_loaded", "home", "modules")

    def __init__(self, app: Flask, home: str, modules: Sequence[str]) -> None:
        self.app, self.home, self.modules, self.are_loaded = app, home, modules, False

    def load(self) -> None:
        """Load the modules and put the views where the late ones stand. Raises RuntimeError where they are others."""
        with late.LOADING:
            if not self.are_loaded:
                late.load(self.modules)
                self._put_in(late.find(self.home))
                self.are_loaded = True

    def _put_in(self, blueprint: Blueprint) -> None:
        shelf = Flask("shelf", static_folder=None)  # the house takes no more blueprints once it has served
        shelf.template_context_processors.clear()
        shelf.url_rule_class, shelf.url_map.converters = LateRule, self.app.url_map.converters
        shelf.register_blueprint(blueprint)
        if "jinja_env" in vars(shelf) or any(None in getattr(shelf, kind) for kind in OF_A_BLUEPRINT):
            raise RuntimeError(f"{self.home} brings something along for the whole house: name it in AT_ONCE")
        views = self.app.view_functions
        if shelf.view_functions.keys() != {name for name in views if name.rpartition(".")[0] == blueprint.name}:
            raise RuntimeError(f"{self.home} has other addresses than the table says: set up again")
        for kind in OF_A_BLUEPRINT:
            if blueprint.name in (brought := getattr(shelf, kind)):
                getattr(self.app, kind)[blueprint.name] = brought[blueprint.name]
        views.update(shelf.view_functions)


class LateView:
    """Stands for a view until its pages are loaded: it has its door and calls it by its name."""

    __slots__ = ("__door__", "endpoint", "pages")

    def __init__(self, endpoint: str, mark: Any, pages: LatePages) -> None:
        self.endpoint, self.__door__, self.pages = endpoint, mark, pages

    def __call__(self, **values: Any) -> Any:
        self.pages.load()
        return self.pages.app.view_functions[self.endpoint](**values)
