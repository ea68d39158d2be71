"""`dm sandbox calls`: each request that came, its signature check and its reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dmcli.api.kinds.common import TEXT
from dmcli.api.model import Field, bad, good
from dmcli.cli.commands.sandbox.rows import show_one, show_rows
from dmcli.cli.complete import action_names
from dmcli.cli.options import Value
from dmcli.cli.tree import Group, command
from dmcli.errors import NotFoundError
from dmcli.sandbox.gateway.params import known_action
from dmcli.words import counted, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_STATUSES: dict[str, str] = {str(number): (good if number < 400 else bad)(str(number)) for number in range(100, 600)}  # noqa: PLR2004
_HEAD = (
    Field("id", "Call"),
    Field("at", "Time", shape="epoch", priority=2),
    Field("action", "Action"),
    Field("scheme"),
    Field("status", "HTTP", _STATUSES, shape="number"),
    Field("code", "Code"),
    Field("spoilt", "Fault", priority=1),
    Field("ms", "ms", shape="number", priority=3),
    Field("version"),
    Field("key_id"),
    Field("request_id"),
    Field("fault"),
)
_WHOLE = (
    *_HEAD[:3],
    Field("scheme", "Signature"),
    Field("version", "Version"),
    Field("key_id", "Key"),
    Field("request.method", "Method"),
    Field("request.target", "Target"),
    Field("request.headers", "Headers"),
    Field("request.params", "Parameters"),
    Field("request.bytes", "Body bytes", shape="number"),
    Field("request.unknown", "Unknown parameters"),
    *_HEAD[4:8],
    Field("request_id", "Request id"),
    Field("request.login", "The client"),
    Field("request.signature.cause", "The client"),
    Field("request.signature.difference", "Difference"),
    Field("request.signature.server", "String signed here"),
    Field("request.signature.client", "String signed there"),
    Field("reply", "Reply"),
)
_MOST = 10**9  # calls


def _list(current: Session, *, limit: int, **chosen: Any) -> None:
    from dmcli.sandbox.gateway.call_log import Filter, list_calls

    if chosen["action"]:
        known_action(chosen["action"])
    found = list_calls(current.sandbox, limit, Filter(**chosen))
    nothing = tr("no call matches") if any(chosen.values()) else tr("no call yet")
    show_rows(current, "calls", [{**call, "ms": round(call["ms"], 1)} for call in found], _HEAD, nothing)


def _show(current: Session, *, call: int) -> None:
    from dmcli.sandbox.gateway.call_log import get_call
    from dmcli.sandbox.gateway.diagnosis import told

    found = get_call(current.sandbox, call)
    if found is None:
        raise NotFoundError(
            tr(
                "there is no call {call} in the sandbox; see: {sandbox} calls list",
                call=call,
                sandbox=current.resources.sandbox_command,
            )
        )
    found["ms"] = round(found["ms"], 1)
    if login := found["request"].get("login"):
        found["request"]["login"] = told(login)
    if signature := found["request"].get("signature"):
        signature |= {name: told(signature[name]) for name in ("cause", "difference") if name in signature}
    show_one(current, found, _WHOLE)


def _clear(current: Session) -> None:
    from dmcli.sandbox.gateway.call_log import clear_calls

    gone = clear_calls(current.sandbox)
    current.say(tr("forgot {calls}", calls=counted(gone, "call")))


COMMAND = Group("calls")
for _made in (
    command(
        "list",
        [
            click.Option(
                ["--action"],
                type=Value(TEXT),
                default="",
                metavar="ACTION",
                help="Only calls of this action.",
                shell_complete=action_names,
            ),
            click.Option(["--code"], type=Value(TEXT), default="", metavar="CODE", help="Only those refused with it."),
            click.Option(
                ["--status"], type=click.IntRange(100, 999), metavar="N", help="Only those answered with this status."
            ),
            click.Option(
                ["--since"], type=click.IntRange(0, _MOST), default=0, metavar="CALL", help="Only those after this one."
            ),
            click.Option(
                ["--limit"],
                type=click.IntRange(1, _MOST),
                default=100,
                show_default=True,
                metavar="N",
                help="Show at most N calls.",
            ),
        ],
        _list,
        "List calls, newest first.",
        "--action SingleSendMail",
    ),
    command(
        "show",
        [click.Argument(["call"], type=click.IntRange(1, _MOST), metavar="CALL", help="Number from the list.")],
        _show,
        "Show a call; for a wrong signature, where the client signed something else.",
        "1",
    ),
    command("clear", [], _clear, "Forget all calls."),
):
    COMMAND.add_command(_made)
