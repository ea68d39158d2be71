"""Faults on demand: rules that spoil the answers of chosen calls, the same ones each time.

A rule counts the calls that it matches; which of them it strikes follows from the count alone, or from the count and a
seed where a rate was asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api.wire import Reply
from dmcli.errors import InputError
from dmcli.sandbox.control.effects import EFFECTS, REPLYING, Stage
from dmcli.sandbox.gateway.params import actions_with_recipients, known_action
from dmcli.words import listed, tr

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from dmcli.sandbox.store.account import Account

_CODES = {500: "InternalError", 503: "ServiceUnavailable"}
FLAGS = ("after", "html")
_TOLD = "The sandbox was told to fail."  # untranslated: on the wire


class Fault(NamedTuple):
    """One rule.

    It matches calls of `action` (any where empty) to a recipient like `recipient` (a pattern with * and ?; any where
    empty). Of those it strikes the `nth` (each where 0), at most `times` (without end where None), or a share of
    `rate`, drawn with `seed`. `after` strikes once the call was done, else in place of doing it. `html` makes a web
    page of a status; `retry_after` are the milliseconds that the answer asks to wait. `seen` and `struck` count.
    """

    effect: str
    value: str = ""
    after: bool = False
    action: str = ""
    recipient: str = ""
    nth: int = 0
    times: int | None = 1
    rate: float | None = None
    seed: int = 0
    html: bool = False
    retry_after: int | None = None
    id: int = 0
    seen: int = 0
    struck: int = 0

    @property
    def stage(self) -> Stage:
        """Where it is carried out."""
        return EFFECTS[self.effect].stage

    @property
    def code(self) -> str:
        """The code of the refusal of a call that is not done."""
        return self.value if self.stage is Stage.REFUSAL else "InternalError"

    @property
    def prevents(self) -> bool:
        """Whether a call that it strikes is not done."""
        return not self.after and self.stage is not Stage.DELAY

    @property
    def spent(self) -> bool:
        """Whether it will strike no more."""
        return (self.times is not None and self.struck >= self.times) or bool(self.nth and self.seen >= self.nth)


SETTABLE = Fault._fields[: Fault._fields.index("id")]


def fault_of(given: Mapping[str, Any]) -> Fault:
    """The rule that these values describe, by the names of its fields. Raises InputError."""
    unknown = set(given) - set(SETTABLE)
    if unknown:
        raise InputError(
            tr(
                "a fault has no {unknown}; it has {fields}",
                unknown=listed(sorted(unknown)),
                fields=listed(SETTABLE),
            )
        )
    effect, value = str(given.get("effect") or ""), str(given.get("value") or "")
    if effect not in EFFECTS:
        raise InputError(
            tr("a fault cannot be {effect!r}; it is one of {effects}", effect=effect, effects=listed(EFFECTS))
        )
    kind = EFFECTS[effect]
    if bool(value) != bool(kind.takes):
        raise InputError(
            tr("the fault {effect} needs a value: it is to {act}", effect=effect, act=tr(kind.text))
            if kind.takes
            else tr("the fault {effect} takes no value: it is to {act}", effect=effect, act=tr(kind.text))
        )
    rate = _number(given, "rate", float, 0.0, 1.0)
    times = _number(given, "times", int, 1, 10**9)
    fault = Fault(
        effect=effect,
        value=kind.parse(value) if value else "",
        after=_flag(given, "after"),
        action=known_action(str(given["action"])) if given.get("action") else "",
        recipient=str(given.get("recipient") or "").lower(),
        nth=_number(given, "nth", int, 1, 10**9) or 0,
        times=1 if times is None and rate is None else times,
        rate=rate,
        seed=_number(given, "seed", int, 0, 2**62) or 0,
        html=_flag(given, "html"),
        retry_after=_number(given, "retry_after", int, 0, 10**9),
    )
    _check_together(fault, seeded=given.get("seed") is not None)
    return fault


def _check_together(fault: Fault, *, seeded: bool) -> None:
    """Refuse fields that do nothing together with the others. Raises InputError."""
    if fault.html and fault.stage is not Stage.REPLY:
        raise InputError(tr("html makes a web page of a status; {effect} has none", effect=fault.effect))
    if fault.retry_after is not None and fault.effect not in REPLYING:
        raise InputError(
            tr(
                "retry_after stands in the answer of {effects}; {effect} has none",
                effects=listed(REPLYING, " and "),
                effect=fault.effect,
            )
        )
    if seeded and fault.rate is None:
        raise InputError(tr("seed chooses among the calls of a rate; give rate too"))
    if fault.nth and (fault.rate is not None or fault.times != 1):
        raise InputError(tr("nth strikes one call; times and rate do not go with it"))
    if fault.recipient and fault.action and fault.action not in actions_with_recipients():
        raise InputError(
            tr(
                "{action} names no recipient; {others} do",
                action=fault.action,
                others=listed(actions_with_recipients(), " and "),
            )
        )


def _number(given: Mapping[str, Any], name: str, kind: type[Any], least: float, most: float) -> Any:
    """A number within limits, None where it was not given. Raises InputError."""
    value = given.get(name)
    if value is None:
        return None
    try:
        number = kind(str(value))
    except ValueError:
        number = None
    if number is None or isinstance(value, bool) or not least <= number <= most:
        raise InputError(
            tr(
                "{name} {value!r} is not a number from {least:,.0f} to {most:,.0f}",
                name=name,
                value=value,
                least=least,
                most=most,
            )
        )
    return number


def _flag(given: Mapping[str, Any], name: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise InputError(tr("{name} {value!r} is neither true nor false", name=name, value=value))
    return value


def add_fault(sandbox: Account, fault: Fault) -> Fault:
    """Keep a rule; it as it is kept, with its number."""
    values = fault._asdict()
    del values["id"]
    marks = ", ".join("?" * len(values))
    sql = f"INSERT INTO fault ({', '.join(values)}) VALUES ({marks})"
    with sandbox.store.change() as connection:
        return fault._replace(id=connection.execute(sql, tuple(values.values())).lastrowid or 0)


def list_faults(sandbox: Account) -> list[Fault]:
    """All rules, in the order they were made."""
    with sandbox.store.reading() as connection:
        return _read_all(connection)


def remove_faults(sandbox: Account, number: int | None = None) -> int:
    """Forget a rule, or all; how many that were."""
    clause, values = ("", ()) if number is None else (" WHERE id = ?", (number,))
    with sandbox.store.change() as connection:
        return connection.execute(f"DELETE FROM fault{clause}", values).rowcount


def _read_all(connection: sqlite3.Connection) -> list[Fault]:
    rows = connection.execute(f"SELECT {', '.join(Fault._fields)} FROM fault ORDER BY id")
    return [_fault(dict(zip(Fault._fields, row, strict=True))) for row in rows]


def _fault(row: dict[str, Any]) -> Fault:
    """The rule in a row, by the names of its columns; SQLite keeps flags as numbers."""
    return Fault(**{**row, **{name: bool(row[name]) for name in FLAGS}})


def strike(connection: sqlite3.Connection, action: str, recipients: Iterable[str]) -> Fault | None:
    """Count a call at every rule that matches it; the first one that strikes it, if any does.

    It is a part of the call's own transaction, hence the connection.
    """
    chosen, people = None, [one.strip().lower() for one in recipients]
    for fault in _read_all(connection):
        if not _matches(fault, action, people):
            continue
        seen = fault.seen + 1
        hit = chosen is None and _strikes(fault._replace(seen=seen))
        connection.execute("UPDATE fault SET seen = ?, struck = struck + ? WHERE id = ?", (seen, hit, fault.id))
        if hit:
            chosen = fault
    return chosen


def _matches(fault: Fault, action: str, people: list[str]) -> bool:
    from fnmatch import fnmatchcase

    if fault.action and fault.action != action:
        return False
    wanted = fault.recipient.replace("[", "[[]")  # only * and ? stand for others
    return not wanted or any(fnmatchcase(one, wanted) for one in people)


def _strikes(fault: Fault) -> bool:
    """Whether a rule strikes the call that it just counted."""
    if fault.nth and fault.seen != fault.nth:
        return False
    if fault.times is not None and fault.struck >= fault.times:
        return False
    return fault.rate is None or _drawn(fault) < fault.rate


def _drawn(fault: Fault) -> float:
    """A number from 0 to 1 that follows from the seed and the count."""
    import hashlib

    digest = hashlib.sha256(f"{fault.seed}:{fault.seen}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


def spoil_reply(fault: Fault, reply: Reply) -> Reply:
    """The reply that a fault puts in the place of this one, or this one, with the time that it asks to wait."""
    headers = reply.headers | ({"x-acs-retry-after": str(fault.retry_after)} if fault.retry_after is not None else {})
    if fault.stage is not Stage.REPLY:
        return reply._replace(headers=headers)
    status = int(fault.value)
    if fault.html:
        page = f"<html><head><title>{status}</title></head><body><h1>{status} Gateway Error</h1></body></html>"
        return Reply(status, headers | {"content-type": "text/html"}, page.encode())
    import json

    code, request_id = _CODES.get(status, "InternalError"), reply.headers.get("x-acs-request-id", "")
    body = {
        "RequestId": request_id,
        "HostId": "",
        "Code": code,
        "Message": _TOLD,
    }
    return Reply(status, headers | {"content-type": "application/json;charset=utf-8"}, json.dumps(body).encode())
