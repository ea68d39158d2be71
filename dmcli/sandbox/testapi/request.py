"""What a route of the test API gets and gives: the request of a program, and JSON or another answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api.wire import Reply
from dmcli.errors import InputError
from dmcli.sandbox.mail.query import Filter, filter_of
from dmcli.untrusted import read_number, windows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dmcli.sandbox.emulator import Sandbox

MOST_ROWS = 1000
_PAGING = ("limit", "before", "wait", "count")
# What a browser that was led here must not make of an answer.
HEADERS = {
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "referrer-policy": "no-referrer",
}


class ApiRequest(NamedTuple):
    """One request of a program: the sandbox, what its path named, its query and the JSON that it brought."""

    sandbox: Sandbox
    named: Mapping[str, Any]
    query: dict[str, str]
    body: Any

    def mails(self) -> Filter:
        """The filter in the query. Raises InputError."""
        return filter_of({name: value for name, value in self.query.items() if name not in _PAGING})

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number in the query. Raises InputError."""
        text = self.query.get(name) or str(default)
        number = read_number(text, most)
        if number is None:
            raise InputError(f"{name} {text!r} is not a number from 0 to {most}")
        return number

    def object(self) -> dict[str, Any]:
        """The JSON object that was brought. Raises InputError."""
        if not isinstance(self.body, dict):
            raise InputError("the body must be a JSON object")
        return self.body


class MissingError(Exception):
    """There is no such thing."""


def as_json(value: Any, status: int = 200) -> Reply:
    """A value as JSON text."""
    pieces = [piece.encode("utf-8", "replace") for piece in _pieces(value)]
    body = b"".join([*pieces, b"\n"])  # curl adds no line of its own
    return Reply(status, {**HEADERS, "content-type": "application/json; charset=utf-8"}, body)


def _pieces(value: Any) -> Iterator[str]:
    """Its JSON, in pieces that let other threads go on between them, as a body of a mail may be long."""
    if isinstance(value, dict):
        before = "{"
        for name, one in value.items():
            yield f"{before}{json.dumps(str(name), ensure_ascii=False)}: "
            yield from _pieces(one)
            before = ", "
        yield "}" if value else "{}"
    elif isinstance(value, str):
        yield '"'
        yield from (json.dumps(value[start:end], ensure_ascii=False)[1:-1] for start, end in windows(len(value), 0))
        yield '"'
    else:
        yield json.dumps(value, ensure_ascii=False)
