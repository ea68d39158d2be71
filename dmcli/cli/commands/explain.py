"""`dm explain CODE`: what an error code means and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dmcli.api.model import Field
from dmcli.cli.tree import command
from dmcli.errors import NotFoundError

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_FIELDS = (
    Field("code", "Code"),
    Field("http_status", "HTTP"),
    Field("message", "Message"),
    Field("meaning", "Meaning"),
    Field("remedy", "Remedy"),
    Field("exit", "Exit code"),
)


def _codes(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    from dmcli.api.codes import CODES

    return [code for code in CODES if code.lower().startswith(incomplete.lower())]


def _explain(current: Session, code: str) -> None:
    from dmcli.api import codes
    from dmcli.render import show_document

    known = codes.find(code)
    if known is None:
        near = " or ".join(codes.nearest(code))
        raise NotFoundError(f"no error code {code!r} is known{f'; did you mean {near}?' if near else ''}")
    meaning, remedy = codes.explain(known, current.lang)
    document = {"code": known.code, "http_status": known.status, "message": known.message, "meaning": meaning}
    show_document(document | {"remedy": remedy, "exit": known.exit}, _FIELDS, current.output())


COMMAND = command(
    "explain",
    [click.Argument(["code"], metavar="CODE", help="Error code, e.g. InvalidSendMail.Spam.", shell_complete=_codes)],
    _explain,
    "Explain an error code.",
)
