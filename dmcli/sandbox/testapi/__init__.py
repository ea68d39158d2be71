"""The test API below /_dm/api/: JSON for programs that look at what was sent and set what goes wrong."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import dmcli
from dmcli.api.wire import Reply
from dmcli.errors import DmError, InputError
from dmcli.sandbox.routing import NoMethodError, NoPathError, Place, Route, Router
from dmcli.sandbox.store import snapshots
from dmcli.sandbox.testapi import control, mails
from dmcli.sandbox.testapi.request import ApiRequest, MissingError, as_json
from dmcli.untrusted import MOST_MARKS, read_json
from dmcli.words import speaking

if TYPE_CHECKING:
    from dmcli.api.wire import Request
    from dmcli.sandbox.emulator import Sandbox

_NOT_FOUND, _NOT_ALLOWED, _BAD = 404, 405, 400


def answer(sandbox: Sandbox, request: Request, path: str) -> Reply:
    """Answer a program, in English; `path` is what stands after /_dm/api."""
    with speaking("en"):
        return _answered(sandbox, request, path)


def _answered(sandbox: Sandbox, request: Request, path: str) -> Reply:
    try:
        found = _ROUTER.find(request.method, path)
        query = dict(parse_qsl(request.url.partition("?")[2], keep_blank_values=True))
        body = _body(request)
        result = found.run(ApiRequest(sandbox, found.named, query, body))
    except NoPathError:
        return as_json({"error": f"there is nothing at /_dm/api{path}; GET /_dm/api/ lists what there is"}, _NOT_FOUND)
    except NoMethodError as error:
        return as_json({"error": f"{path} takes {error}, not {request.method}"}, _NOT_ALLOWED)
    except MissingError as error:
        return as_json({"error": str(error)}, _NOT_FOUND)
    except DmError as error:
        return as_json({"error": error.message}, _BAD)
    return result if isinstance(result, Reply) else as_json(result)


def _body(request: Request) -> Any:
    """What was brought. Raises InputError."""
    try:
        return read_json(request.body, MOST_MARKS) if request.body else {}
    except ValueError as error:
        raise InputError(f"the body is not JSON: {error}") from None


def _health(request: ApiRequest) -> Any:
    state = os.path.realpath(request.sandbox.path) if request.sandbox.path else ":memory:"
    about = {"version": dmcli.__version__, "region": request.sandbox.region, "state": state}
    return {"status": "ok", "service": "dm sandbox", **about, **request.sandbox.doors}


def _index(_: ApiRequest) -> Any:
    return {"routes": [f"{route.method} /_dm/api{route.path}" for route in _ROUTER.routes]}


_ROUTER = Router(
    [Route("GET", "/", _index), Route("GET", "/health", _health), *mails.ROUTES, *control.ROUTES],
    {"mail": Place("[0-9]{1,18}|latest"), "number": Place("[0-9]{1,18}", int), "name": Place(snapshots.NAME)},
)
