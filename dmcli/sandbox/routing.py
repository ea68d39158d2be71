"""Which function answers a request: a table of routes, read by method and path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class Route(NamedTuple):
    """What answers a method at a path; a name in braces stands for a part of the path, as in `/mail/{number}`."""

    method: str
    path: str
    run: Callable[..., Any]


class Place(NamedTuple):
    """What a name in a path stands for: the pattern of its text, and what makes a value of that text."""

    pattern: str
    read: Callable[[str], Any] = str


class Found(NamedTuple):
    """What answers a request, and the values that its path names."""

    run: Callable[..., Any]
    named: Mapping[str, Any]


class NoPathError(Exception):
    """No route has this path."""


class NoMethodError(Exception):
    """There are routes for this path, but for other methods: `allowed`, in the order of the table."""

    def __init__(self, allowed: list[str]) -> None:
        super().__init__(", ".join(allowed))
        self.allowed = allowed


class Router:
    """Finds routes; of several that match the first counts.

    router = Router([Route("GET", "/calls/{number}", show)], {"number": Place("[0-9]+", int)})
    router.find("GET", "/calls/7")  # Found(show, {"number": 7})
    """

    def __init__(self, routes: Iterable[Route], places: Mapping[str, Place]) -> None:
        self.routes = tuple(routes)
        self._places = places
        self._patterns = [self._compile(route.path) for route in self.routes]

    def _compile(self, path: str) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{(\w+)\}", lambda name: f"(?P<{name[1]}>{self._places[name[1]].pattern})", path))

    def find(self, method: str, path: str) -> Found:
        """What answers a request. Raises NoPathError or NoMethodError."""
        allowed = []
        for route, pattern in zip(self.routes, self._patterns, strict=True):
            match = pattern.fullmatch(path)
            if match and route.method == method:
                return Found(
                    route.run, {name: self._places[name].read(text) for name, text in match.groupdict().items()}
                )
            if match:
                allowed.append(route.method)
        if allowed:
            raise NoMethodError(allowed)
        raise NoPathError(path)
