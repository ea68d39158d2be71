"""What a view gets and gives: the request of a browser, and a page, or the way to another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlencode

from dmcli.api.wire import Reply
from dmcli.errors import InputError
from dmcli.sandbox.server.site import HOME
from dmcli.untrusted import read_number
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dmcli.api.wire import Request
    from dmcli.sandbox.emulator import Sandbox

_MOST_FIELDS = 2000
MOST = 10**15 - 1  # of any number in a query or form


class RefusedError(Exception):
    """A request that is not done: the status, a sentence for the page that says so, further headers."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}


class PageRequest(NamedTuple):
    """A request: its method, the server's own address, the fields of its query, and those of a form by all values."""

    sandbox: Sandbox
    method: str
    origin: str
    query: dict[str, str]
    form: dict[str, list[str]]

    @classmethod
    def of(cls, sandbox: Sandbox, request: Request) -> PageRequest:
        """What a request asks. Raises RefusedError."""
        origin, _, rest = request.url.partition("://")
        host, _, target = rest.partition("/")
        query = {name: values[-1] for name, values in _fields(target.partition("?")[2]).items()}
        form = _fields(request.body.decode("utf-8", "replace")) if request.method == "POST" else {}
        return cls(sandbox, request.method, f"{origin}://{host}", query, form)

    @property
    def now(self) -> int:
        """The account's time in epoch seconds."""
        return int(self.sandbox.now().timestamp())

    def field(self, name: str) -> str:
        """A field of the form, without blanks around it; "" where it is not there."""
        return self.form.get(name, [""])[-1].strip()

    def number(self, name: str) -> int:
        """A whole number in the query or else in the form, 0 where there is none. Raises InputError."""
        text = self.query.get(name) or self.field(name) or "0"
        number = read_number(text, MOST)
        if number is None:
            raise InputError(tr("{name} {given!r} is no number", name=name, given=text))
        return number


class Page(NamedTuple):
    """A page to be made: the template, what it shows, the status; `script` lets it load the script newer.js."""

    template: str
    shown: Mapping[str, Any]
    status: int = 200
    headers: Mapping[str, str] = {}
    script: bool = False


def link(path: str, **query: object) -> str:
    """The address of a page, `path` being what stands after /_dm/; what is empty in the query is left out."""
    given = urlencode({name: value for name, value in query.items() if value})
    return f"{HOME}{path}" + (f"?{given}" if given else "")


def see(location: str) -> Reply:
    """The answer to a form that was taken: the way to the page that shows what became of it."""
    return Reply(303, {"location": location, "cache-control": "no-store"}, b"")


def _fields(text: str) -> dict[str, list[str]]:
    """The fields of a query or form by name. Raises RefusedError."""
    try:
        return parse_qs(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise RefusedError(400, tr("There are more than {most} fields.", most=_MOST_FIELDS)) from None
