"""What the server answers where: the service at /, the test API and the pages below /_dm/."""

from __future__ import annotations

import importlib
from itertools import compress
from typing import TYPE_CHECKING, Protocol, cast

from dmcli.api.wire import Reply
from dmcli.sandbox.gateway.request import request_path
from dmcli.sandbox.mail.search import Indexer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dmcli.api.wire import Request
    from dmcli.sandbox.emulator import Sandbox

HOME = "/_dm/"


class Part(Protocol):
    """A part of the site: a module with this function."""

    def answer(self, sandbox: Sandbox, request: Request, path: str) -> Reply:
        """Answer a request; `path` is decoded, and what stands before the part is cut off."""
        ...


class Site:
    """The exchange that a server serves: the sandbox, and what stands around it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._indexer = Indexer(sandbox.store)

    def __call__(self, request: Request) -> Reply:
        """Answer a request."""
        path = request_path(request)
        if path == f"{HOME}api" or path.startswith(f"{HOME}api/"):
            return _part("testapi").answer(self._sandbox, request, path.removeprefix(f"{HOME}api") or "/")
        if path.startswith(HOME):
            self._indexer.wake()  # who looks at pages may search
            return _part("web").answer(self._sandbox, request, path.removeprefix(HOME.rstrip("/")))
        if path == HOME.rstrip("/") or (path == "/" and _is_browser(request)):
            return Reply(302, {"location": HOME}, b"")
        return self._sandbox.exchange(request)

    def together(self, requests: Sequence[Request]) -> list[Reply | None]:
        """Answer the calls among some requests in one transaction; None for what else there is, or may have to wait."""
        are_calls = [_is_call(request) for request in requests]
        replies = iter(self._sandbox.exchange_together(list(compress(requests, are_calls))))
        return [next(replies) if is_call else None for is_call in are_calls]


def site_of(sandbox: Sandbox) -> Site:
    """What a server answers for a sandbox."""
    return Site(sandbox)


def _is_call(request: Request) -> bool:
    return request_path(request) == "/" and not _is_browser(request)


def _is_browser(request: Request) -> bool:
    """Whether a person looks for something to see; SDKs ask for JSON or XML, and name an action."""
    html = "text/html" in request.headers.get("accept", "")
    return request.method == "GET" and html and "Action=" not in request.url and "x-acs-action" not in request.headers


def _part(name: str) -> Part:
    """The module that answers a part of the site, loaded when it is first asked."""
    return cast("Part", importlib.import_module(f"dmcli.sandbox.{name}"))
