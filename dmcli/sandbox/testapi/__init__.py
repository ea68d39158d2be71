"""The test API below /_dm/api/: JSON for programs that want to know what was sent, and to say what is to go wrong."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

import dmcli
from dmcli.api.wire import Reply
from dmcli.errors import DmError, InputError
from dmcli.sandbox.store import snapshots
from dmcli.sandbox.testapi import control, mails
from dmcli.sandbox.testapi.ask import Ask, MissingError, as_json
from dmcli.untrusted import read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dmcli.api.wire import Request
    from dmcli.sandbox.emulator import Sandbox
    from dmcli.sandbox.testapi.ask import Routes

_NOT_FOUND, _NOT_ALLOWED, _BAD = 404, 405, 400


def answer(sandbox: Sandbox, request: Request, path: str) -> Reply:
    """Answer a program; `path` is what stands after /_dm/api."""
    try:
        found = _route(request.method, path)
        query = dict(parse_qsl(request.url.partition("?")[2], keep_blank_values=True))
        body = _body(request)
        result = found.run(Ask(sandbox, found.named, query, body))
    except MissingError as error:
        return as_json({"error": str(error)}, _NOT_FOUND)
    except _NotAllowedError as error:
        return as_json({"error": str(error)}, _NOT_ALLOWED)
    except DmError as error:
        return as_json({"error": error.message}, _BAD)
    return result if isinstance(result, Reply) else as_json(result)


def _body(request: Request) -> Any:
    """What was brought. Raises InputError."""
    try:
        return read_json(request.body) if request.body else {}
    except ValueError as error:
        raise InputError(f"the body is not JSON: {error}") from None


def _health(ask: Ask) -> Any:
    state = os.path.realpath(ask.sandbox.path) if ask.sandbox.path else ":memory:"
    return {"status": "ok", "service": "dm sandbox", "version": dmcli.__version__, "state": state}


def _index(_: Ask) -> Any:
    return {"routes": [f"{method} /_dm/api{path}" for path, methods in _ROUTES.items() for method in methods]}


_ROUTES: Routes = {"/": {"GET": _index}, "/health": {"GET": _health}, **mails.ROUTES, **control.ROUTES}
_NAMED = {"mail": "[0-9]{1,18}|latest", "number": "[0-9]{1,18}", "name": snapshots.NAME}


class _Found(NamedTuple):
    """What answers a request, and what its path names."""

    run: Callable[[Ask], Any]
    named: Mapping[str, str]


class _NotAllowedError(Exception):
    """The path is there, but not for this method."""


def _route(method: str, path: str) -> _Found:
    """What answers a request. Raises MissingError or _NotAllowedError."""
    for pattern, methods in _ROUTES.items():
        match = re.fullmatch(re.sub(r"\{(\w+)\}", lambda name: f"(?P<{name[1]}>{_NAMED[name[1]]})", pattern), path)
        if match:
            if method not in methods:
                raise _NotAllowedError(f"{path} takes {', '.join(methods)}, not {method}")
            return _Found(methods[method], match.groupdict())
    raise MissingError(f"there is nothing at /_dm/api{path}; GET /_dm/api/ lists what there is")
