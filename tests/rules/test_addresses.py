"""An address that led to a rule leads there again, and what it must not keep is kept nowhere."""

from __future__ import annotations

import pytest
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule

from youthprog.web.converters import Id
from youthprog.web.house import MOST_FOUND, Addresses

RULES = Map(
    [
        Rule("/gatherings/<id:gathering_id>/deeds", endpoint="keep", methods=["POST"]),
        Rule("/c/<token>", endpoint="link"),
    ],
    converters={"id": Id},
)


def ask(found, path, method="GET"):
    bound = Addresses(RULES, "house.example", "/", "", "http", path, method, "").with_found(found)
    rule, values = bound.match(return_rule=True)
    return rule.endpoint, values


def test_the_second_time_it_is_found_where_it_was_kept():
    found = {}
    first = ask(found, "/gatherings/7/deeds", "POST")
    assert list(found) == [("POST", "/gatherings/7/deeds")]
    first[1]["gathering_id"] = 8  # whoever changes what it was given changes nothing for others
    assert ask(found, "/gatherings/7/deeds", "POST") == ("keep", {"gathering_id": 7})


def test_another_method_of_a_known_address_is_still_refused():
    found = {}
    ask(found, "/gatherings/7/deeds", "POST")
    with pytest.raises(MethodNotAllowed):
        ask(found, "/gatherings/7/deeds", "GET")
    assert len(found) == 1


@pytest.mark.parametrize("path", ["/gatherings/0/deeds", "/gatherings/9223372036854775808/deeds", "/nowhere"])
def test_an_unknown_address_is_kept_nowhere(path):
    found = {}
    with pytest.raises(NotFound):
        ask(found, path, "POST")
    assert not found


def test_the_secret_of_a_link_is_kept_nowhere():
    found = {}
    assert ask(found, "/c/secret") == ("link", {"token": "secret"})
    assert not found


def test_no_more_are_kept_than_may_be():
    found = {}
    for number in range(1, MOST_FOUND + 2):
        ask(found, f"/gatherings/{number}/deeds", "POST")
    assert len(found) == 1
