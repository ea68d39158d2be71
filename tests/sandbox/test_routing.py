"""Requests find their functions by method and path."""

from __future__ import annotations

import pytest

from dmcli.sandbox.routing import NoMethodError, NoPathError, Place, Route, Router

ROUTES = (
    Route("GET", "/mail", "list"),
    Route("GET", "/mail/{number}", "show"),
    Route("DELETE", "/mail/{number}", "delete"),
    Route("GET", "/mail/{number}/body", "body"),
    Route("GET", "/mail/{number}/{tab}", "tab"),
)
ROUTER = Router(ROUTES, {"number": Place("[0-9]{1,3}", int), "tab": Place("[a-z]+")})


@pytest.mark.parametrize(
    ("method", "path", "run", "named"),
    [
        ("GET", "/mail", "list", {}),
        ("GET", "/mail/7", "show", {"number": 7}),
        ("DELETE", "/mail/7", "delete", {"number": 7}),
        ("GET", "/mail/7/body", "body", {"number": 7}),  # the first of two that match
        ("GET", "/mail/7/text", "tab", {"number": 7, "tab": "text"}),
    ],
)
def test_a_route_is_found_with_what_its_path_names(method, path, run, named):
    assert ROUTER.find(method, path) == (run, named)


@pytest.mark.parametrize("path", ["", "/", "/mail/", "/mail/1234", "/mail/7/TEXT", "/mail/7\n", "/email"])
def test_any_other_path_has_no_route(path):
    with pytest.raises(NoPathError):
        ROUTER.find("GET", path)


def test_a_path_says_which_methods_it_has():
    with pytest.raises(NoMethodError) as caught:
        ROUTER.find("POST", "/mail/7")
    assert caught.value.allowed == ["GET", "DELETE"]
