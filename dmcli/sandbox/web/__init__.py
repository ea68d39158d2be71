"""The pages below /_dm/: for a person who opens a browser to see what was sent.

A request finds its view in a table; a view gathers data, a template makes HTML of it. Nothing needs a script.
"""

from __future__ import annotations

import re
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple

from dmcli.api.wire import Reply
from dmcli.errors import InputError
from dmcli.sandbox.web import page
from dmcli.sandbox.web.asked import Asked, Page, RefusedError
from dmcli.sandbox.web.views import account, calls, differences, faults, inbox, mail, stats

if TYPE_CHECKING:
    from collections.abc import Callable

    from dmcli.api.wire import Request
    from dmcli.sandbox.emulator import Sandbox

    View = Callable[..., Page | Reply]


class Route(NamedTuple):
    """Which view answers a method at a path.

    {n} stands for a number, {id} for the id of a list or a ticket, {word} for a word.
    """

    method: str
    path: str
    view: View


ROUTES = (
    Route("GET", "/", inbox.show),
    Route("GET", "/newer", inbox.newer),
    Route("POST", "/delete", inbox.delete),
    Route("GET", "/mail/{n}", mail.show),
    Route("GET", "/mail/{n}/{word}", mail.show),
    Route("GET", "/mail/{n}/body", mail.body),
    Route("GET", "/mail/{n}/eml", mail.download),
    Route("GET", "/mail/{n}/file/{n}", mail.attachment),
    Route("POST", "/mail/{n}/unread", mail.unread),
    Route("GET", "/calls", calls.show),
    Route("GET", "/calls/{n}", calls.one),
    Route("GET", "/faults", faults.show),
    Route("POST", "/faults", faults.add),
    Route("POST", "/faults/remove", faults.remove),
    Route("POST", "/limits", faults.limit),
    Route("POST", "/limits/documented", faults.documented),
    Route("POST", "/limits/remove", faults.lift),
    Route("GET", "/stats", stats.show),
    Route("GET", "/differences", differences.show),
    Route("GET", "/account", account.show),
    Route("POST", "/account/quota", account.quota),
    Route("GET", "/account/domain/{n}", account.domain),
    Route("GET", "/account/list/{id}", account.members),
    Route("GET", "/account/template/{n}", account.template),
    Route("GET", "/confirm/{id}", account.confirm),
    Route("POST", "/confirm/{id}", account.confirmed),
    *(Route("GET", f"/{name}", partial(page.static, name=name)) for name in page.STATIC),
)
_PLACES = {"{n}": "([1-9][0-9]{0,14})", "{id}": "([0-9a-f]{32})", "{word}": "([a-z]+)"}


def answer(sandbox: Sandbox, request: Request, path: str) -> Reply:
    """Answer a browser; `path` is what stands after /_dm."""
    try:
        asked = Asked.of(sandbox, request)
        view, named = _view(request, path)
        made = view(asked, *named)
    except RefusedError as refusal:
        made = Page("error.html", {"message": str(refusal)}, refusal.status, refusal.headers)
    except InputError as error:
        made = Page("error.html", {"message": error.message}, 400)
    return made if isinstance(made, Reply) else page.rendered(sandbox, made)


def _view(request: Request, path: str) -> tuple[View, list[int | str]]:
    """The view of a request, and what its path names. Raises RefusedError."""
    method = "GET" if request.method == "HEAD" else request.method
    found = [(route, match) for route in ROUTES if (match := _pattern(route.path).fullmatch(path))]
    if not found:
        raise RefusedError(404, "There is no such page.")
    chosen = [(route, match) for route, match in found if route.method == method]
    if not chosen:
        allowed = ", ".join(sorted({route.method for route, _ in found}))
        raise RefusedError(405, f"This address does not take {method}.", {"allow": allowed})
    if method == "POST" and not _from_here(request):
        raise RefusedError(403, "Only the sandbox's own pages change anything here; a program uses /_dm/api/.")
    # A path that is spelt out comes before one with a word in it.
    route, match = min(chosen, key=lambda one: "{word}" in one[0].path)
    return route.view, [int(text) if text.isdigit() and len(text) <= 15 else text for text in match.groups()]  # noqa: PLR2004


@cache
def _pattern(path: str) -> re.Pattern[str]:
    for name, pattern in _PLACES.items():
        path = path.replace(name, pattern)
    return re.compile(path)


def _from_here(request: Request) -> bool:
    """Whether a form of our own was sent: the browser says so.

    An Origin has been compared to the Host before. Browsers that send neither header with a form are older than 2020,
    and for them there is no telling.
    """
    return "origin" in request.headers or request.headers.get("sec-fetch-site") == "same-origin"
