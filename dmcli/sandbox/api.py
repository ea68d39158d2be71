"""The test API below /_dm/api/: JSON for programs that want to know what was sent, and to say what is to go wrong."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

import dmcli
from dmcli.api.wire import Reply
from dmcli.errors import DmError, InputError
from dmcli.sandbox import calls, clock, extract, faults, limits, mailbox, snapshots, states
from dmcli.sandbox.store import quota, reset, set_quota
from dmcli.untrusted import read_json

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping

    from dmcli.api.wire import Request
    from dmcli.sandbox.adapter import Sandbox

_MOST_WAIT = 60.0  # seconds
_MOST_ROWS = 1000
_NOT_FOUND, _NOT_ALLOWED, _BAD, _TOO_LATE = 404, 405, 400, 408


class Ask(NamedTuple):
    """One request of a program: the sandbox, what its path named, its query and the JSON that it brought."""

    sandbox: Sandbox
    named: Mapping[str, str]
    query: dict[str, str]
    body: Any

    def mails(self) -> mailbox.Filter:
        """The filter in the query. Raises InputError."""
        return mailbox.filter_of({name: value for name, value in self.query.items() if name not in _PAGING})

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number in the query. Raises InputError."""
        text = self.query.get(name) or str(default)
        if not (text.isascii() and text.isdigit() and len(text) < 19 and int(text) <= most):  # noqa: PLR2004
            raise InputError(f"{name} {text!r} is not a number from 0 to {most}")
        return int(text)

    def object(self) -> dict[str, Any]:
        """The JSON object that was brought. Raises InputError."""
        if not isinstance(self.body, dict):
            raise InputError("the body must be a JSON object")
        return self.body


_PAGING = ("limit", "before", "wait", "count")


class _MissingError(Exception):
    """There is no such thing."""


def answer(sandbox: Sandbox, request: Request, path: str) -> Reply:
    """Answer a program; `path` is what stands after /_dm/api."""
    try:
        found = _route(request.method, path)
        query = dict(parse_qsl(request.url.partition("?")[2], keep_blank_values=True))
        body = _body(request)
        result = found.run(Ask(sandbox, found.named, query, body))
    except _MissingError as error:
        return _json({"error": str(error)}, _NOT_FOUND)
    except _NotAllowedError as error:
        return _json({"error": str(error)}, _NOT_ALLOWED)
    except DmError as error:
        return _json({"error": error.message}, _BAD)
    return result if isinstance(result, Reply) else _json(result)


def _body(request: Request) -> Any:
    """What was brought. Raises InputError."""
    try:
        return read_json(request.body) if request.body else {}
    except ValueError as error:
        raise InputError(f"the body is not JSON: {error}") from None


def _json(value: Any, status: int = 200) -> Reply:
    body = f"{json.dumps(value, ensure_ascii=False)}\n".encode("utf-8", "replace")  # curl adds no line of its own
    return Reply(status, {**_HEADERS, "content-type": "application/json; charset=utf-8"}, body)


# What a browser that was led here must not make of an answer.
_HEADERS = {
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "referrer-policy": "no-referrer",
}


# --- mails


def _list(ask: Ask) -> Any:
    """Mails that match; with `wait`, not before there are `count` of them, or the seconds are over."""
    chosen, limit = ask.mails(), ask.number("limit", 100, _MOST_ROWS)
    before, wanted = ask.number("before", 0, 2**62), ask.number("count", 1, _MOST_ROWS)

    def look(connection: sqlite3.Connection) -> dict[str, Any]:
        total = mailbox.count_mail(connection, chosen)
        return {"mails": mailbox.list_mail(connection, limit, chosen, before=before), "total": total}

    return ask.sandbox.store.wait_for(look, lambda found: found["total"] >= wanted, _seconds(ask))


def _one(ask: Ask) -> dict[str, Any]:
    """The mail that a path names, by number or as the latest that matches. Raises _MissingError."""
    if ask.named["mail"] != "latest":
        with ask.sandbox.store.transaction() as connection:
            mail = mailbox.get_mail(connection, int(ask.named["mail"]))
        if mail is None:
            raise _MissingError(f"there is no mail {ask.named['mail']}")
        return mail
    mail = mailbox.latest(ask.sandbox.store, ask.mails(), _seconds(ask))
    if mail is None:
        raise _MissingError("no mail matches")
    return mail


def _seconds(ask: Ask) -> float:
    """How long to wait. Raises InputError."""
    text = ask.query.get("wait") or "0"
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3})?", text) or float(text) > _MOST_WAIT:
        raise InputError(f"wait {text!r} is not a number of seconds from 0 to {_MOST_WAIT:.0f}")
    return float(text)


def _html(ask: Ask) -> Any:
    # Programs read it; in a browser nothing in it may act.
    headers = {**_HEADERS, "content-type": "text/html; charset=utf-8"}
    return Reply(200, headers, _one(ask)["html"].encode("utf-8", "replace"))


def _text(ask: Ask) -> Any:
    headers = {**_HEADERS, "content-type": "text/plain; charset=utf-8"}
    return Reply(200, headers, _one(ask)["text"].encode("utf-8", "replace"))


def _eml(ask: Ask) -> Any:
    from dmcli.sandbox import eml

    mail = _one(ask)
    with ask.sandbox.store.transaction() as connection:
        made = eml.message(connection, mail)
    named = f'attachment; filename="mail-{mail["id"]}.eml"'
    return Reply(200, {**_HEADERS, "content-type": "message/rfc822", "content-disposition": named}, made)


def _links(ask: Ask) -> Any:
    mail = _one(ask)
    return {"id": mail["id"], "links": extract.read(mail["html"], mail["text"]).links}


def _codes(ask: Ask) -> Any:
    mail = _one(ask)
    seen = extract.read(mail["html"], mail["text"]).text
    return {"id": mail["id"], "codes": extract.codes(mail["subject"], seen)}


def _delete(ask: Ask) -> Any:
    with ask.sandbox.store.transaction() as connection:
        return {"deleted": mailbox.delete_mail(connection, ask.mails())}


def _delete_one(ask: Ask) -> Any:
    number = _one(ask)["id"]
    with ask.sandbox.store.transaction() as connection:
        return {"deleted": mailbox.delete_mail(connection, mail=number)}


# --- calls, faults, limits


def _calls(ask: Ask) -> Any:
    limit, status = ask.number("limit", 100, _MOST_ROWS), ask.number("status", 0, 999)
    since, action, code = ask.number("since", 0, 2**62), ask.query.get("action", ""), ask.query.get("code", "")
    with ask.sandbox.store.reading() as connection:
        return {"calls": calls.find(connection, limit, action=action, code=code, status=status, since=since)}


def _call(ask: Ask) -> Any:
    with ask.sandbox.store.reading() as connection:
        found = calls.get(connection, int(ask.named["number"]))
    if found is None:
        raise _MissingError(f"there is no call {ask.named['number']}")
    return found


def _forget_calls(ask: Ask) -> Any:
    with ask.sandbox.store.transaction() as connection:
        return {"deleted": calls.clear(connection)}


def _faults(ask: Ask) -> Any:
    with ask.sandbox.store.reading() as connection:
        return {"faults": [fault._asdict() for fault in faults.every(connection)]}


def _add_fault(ask: Ask) -> Any:
    fault = faults.fault_of(ask.object())
    with ask.sandbox.store.change() as connection:
        return faults.add(connection, fault)._asdict()


def _remove_faults(ask: Ask) -> Any:
    number = int(ask.named["number"]) if "number" in ask.named else None
    with ask.sandbox.store.change() as connection:
        gone = faults.remove(connection, number)
    if number is not None and not gone:
        raise _MissingError(f"there is no fault {number}")
    return {"deleted": gone}


def _limits(ask: Ask) -> Any:
    with ask.sandbox.store.reading() as connection:
        return {"limits": {one.action: one.text for one in limits.every(connection)}}


def _set_limits(ask: Ask) -> Any:
    wanted = [limits.limit_of(action, str(rate)) for action, rate in ask.object().items()]
    now = ask.sandbox.now().timestamp()
    with ask.sandbox.store.change() as connection:
        for one in wanted:
            limits.put(connection, one, now)
    return _limits(ask)


def _lift_limits(ask: Ask) -> Any:
    with ask.sandbox.store.change() as connection:
        return {"deleted": limits.remove(connection)}


# --- the whole of it


def _clock(ask: Ask) -> Any:
    return clock.seen(ask.sandbox)


def _turn(ask: Ask) -> Any:
    clock.turn(ask.sandbox, ask.object())
    return _clock(ask)


def _turn_back(ask: Ask) -> Any:
    clock.turn(ask.sandbox, {"turned": 0})
    return _clock(ask)


def _states(ask: Ask) -> Any:
    return {"states": states.modes(ask.sandbox.store)}


def _set_states(ask: Ask) -> Any:
    for kind, mode in ask.object().items():
        states.set_mode(ask.sandbox.store, kind, str(mode))
    return _states(ask)


def _decide(ask: Ask) -> Any:
    decisions = ask.object()
    if not decisions:
        raise InputError(f"decide something; one can {', '.join(states.DECISIONS)}, each with a name")
    for decision, name in decisions.items():
        states.decide(ask.sandbox.store, decision, str(name))
    return {"status": "ok"}


def _play(ask: Ask) -> Any:
    from dmcli.sandbox import play

    return play.play(ask.sandbox, **play.wanted(ask.object()))._asdict()


def _quota(ask: Ask) -> Any:
    return quota(ask.sandbox.store)


def _set_quota(ask: Ask) -> Any:
    wanted = ask.object()
    if set(wanted) - {"daily", "monthly"} or not all(type(value) is int for value in wanted.values()):
        raise InputError("give daily, monthly or both, each a number of mails")
    set_quota(ask.sandbox.store, **wanted)
    return _quota(ask)


def _reset(ask: Ask) -> Any:
    reset(ask.sandbox.store)
    return {"status": "ok"}


def _snapshots(ask: Ask) -> Any:
    return {"snapshots": snapshots.names(ask.sandbox.store)}


def _take(ask: Ask) -> Any:
    snapshots.take(ask.sandbox.store, ask.named["name"])
    return {"status": "ok"}


def _restore(ask: Ask) -> Any:
    if not snapshots.restore(ask.sandbox.store, ask.named["name"]):
        raise _MissingError(f"there is no snapshot {ask.named['name']!r}")
    return {"status": "ok"}


def _drop(ask: Ask) -> Any:
    if not snapshots.drop(ask.sandbox.store, ask.named["name"]):
        raise _MissingError(f"there is no snapshot {ask.named['name']!r}")
    return {"status": "ok"}


def _health(ask: Ask) -> Any:
    state = os.path.realpath(ask.sandbox.store.path) if ask.sandbox.store.path else ":memory:"
    return {"status": "ok", "service": "dm sandbox", "version": dmcli.__version__, "state": state}


def _index(_: Ask) -> Any:
    return {"routes": [f"{method} /_dm/api{path}" for path, methods in _ROUTES.items() for method in methods]}


_ROUTES: dict[str, dict[str, Callable[[Ask], Any]]] = {
    "/": {"GET": _index},
    "/health": {"GET": _health},
    "/mails": {"GET": _list, "DELETE": _delete},
    "/mails/{mail}": {"GET": _one, "DELETE": _delete_one},
    "/mails/{mail}/html": {"GET": _html},
    "/mails/{mail}/text": {"GET": _text},
    "/mails/{mail}/eml": {"GET": _eml},
    "/mails/{mail}/links": {"GET": _links},
    "/mails/{mail}/codes": {"GET": _codes},
    "/calls": {"GET": _calls, "DELETE": _forget_calls},
    "/calls/{number}": {"GET": _call},
    "/faults": {"GET": _faults, "POST": _add_fault, "DELETE": _remove_faults},
    "/faults/{number}": {"DELETE": _remove_faults},
    "/limits": {"GET": _limits, "PUT": _set_limits, "DELETE": _lift_limits},
    "/clock": {"GET": _clock, "POST": _turn, "DELETE": _turn_back},
    "/states": {"GET": _states, "PUT": _set_states, "POST": _decide},
    "/play": {"POST": _play},
    "/quota": {"GET": _quota, "PUT": _set_quota},
    "/reset": {"POST": _reset},
    "/snapshots": {"GET": _snapshots},
    "/snapshots/{name}": {"POST": _take, "DELETE": _drop},
    "/snapshots/{name}/restore": {"POST": _restore},
}
_NAMED = {"mail": "[0-9]{1,18}|latest", "number": "[0-9]{1,18}", "name": snapshots.NAME}


class _Found(NamedTuple):
    """What answers a request, and what its path names."""

    run: Callable[[Ask], Any]
    named: Mapping[str, str]


class _NotAllowedError(Exception):
    """The path is there, but not for this method."""


def _route(method: str, path: str) -> _Found:
    """What answers a request. Raises _MissingError or _NotAllowedError."""
    for pattern, methods in _ROUTES.items():
        match = re.fullmatch(re.sub(r"\{(\w+)\}", lambda name: f"(?P<{name[1]}>{_NAMED[name[1]]})", pattern), path)
        if match:
            if method not in methods:
                raise _NotAllowedError(f"{path} takes {', '.join(methods)}, not {method}")
            return _Found(methods[method], match.groupdict())
    raise _MissingError(f"there is nothing at /_dm/api{path}; GET /_dm/api/ lists what there is")
