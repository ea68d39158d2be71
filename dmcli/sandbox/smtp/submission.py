"""A mail that was submitted over SMTP, as the call of SingleSendMail that it amounts to."""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api import catalogue
from dmcli.api.model import V2015
from dmcli.api.wire import Request
from dmcli.sandbox.actions.send import single
from dmcli.sandbox.errors import ServiceError
from dmcli.sandbox.gateway.request import SMTP, Call
from dmcli.sandbox.gateway.smtp import DAILY, INVALID_SETTING, MONTHLY
from dmcli.sandbox.service import uploads
from dmcli.sandbox.service.delivery import Quota
from dmcli.sandbox.smtp.letter import TRACE, read_letter
from dmcli.sandbox.store.sql import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dmcli.api.wire import Reply
    from dmcli.sandbox.emulator import Sandbox
    from dmcli.sandbox.service.context import Context
    from dmcli.sandbox.smtp.letter import File, Letter

MAX_DATA = uploads.MAX_FILE  # octets of a message (page attachments)
MAX_RECIPIENTS = 60  # of a message (help pages; older ones have 30)
_ACTION = "SingleSendMail"
_YES = ("1", "true", "True")
# Of X-AliDM-Settings: where a setting stands, the parameter that it is, the mark in its refusal (page return codes).
_SETTINGS = (
    ("Unsubscribe", "LinkType", "UnSubscribeLinkType", " [@sm190211]"),
    ("Unsubscribe", "FilterLevel", "UnSubscribeFilterLevel", " [@sm190212]"),
    ("OutboundIp", "IpPoolId", "IpPoolId", ""),
)


class Submitted(NamedTuple):
    """What came over SMTP: who logged in, the envelope, the message; the address it came to, and from."""

    user: str
    sender: str
    recipients: tuple[str, ...]
    data: bytes
    host: str
    peer: str


def submit(sandbox: Sandbox, mail: Submitted) -> Reply:
    """Send a mail; the reply is one of SMTP. Raises SpoiltError where a fault spoils it."""
    request = Request("SMTP", f"smtp://{mail.host}/", {}, mail.data, peer=mail.peer)
    envelope = {"AccountName": mail.sender, "ToAddress": ",".join(mail.recipients)}
    try:
        letter = read_letter(mail.data)
        keys = [os.urandom(16).hex() for _ in letter.files]
        params = _params(letter, mail) | _attachments(mail.host, keys, letter.files) | _own_headers(letter)
    except ServiceError as error:
        return sandbox.submit(request, _call(envelope), single, error)

    def send(context: Context) -> dict[str, Any]:
        reply = _single(context, letter)
        for key, file in zip(keys, letter.files, strict=True):
            uploads.keep(context.connection, key, file, context.now)
        return reply

    return sandbox.submit(request, _call(params), send)


def _call(params: dict[str, str]) -> Call:
    return Call(_ACTION, V2015, params, SMTP, "", "", "", xml=False)


def _single(context: Context, letter: Letter) -> dict[str, Any]:
    """SingleSendMail; a refusal for the quota says which one, as the mail server does. Raises ServiceError."""
    try:
        return single(context, to_json(letter.headers))
    except ServiceError as error:
        if error.code != "InvalidSendMail.Spam":
            raise
        quota = Quota.of(context)
        used_up = DAILY if quota.today >= quota.daily else MONTHLY if quota.month >= quota.monthly else ""
        raise ServiceError(error.code, used_up) from None


def _params(letter: Letter, mail: Submitted) -> dict[str, str]:
    """The parameters of the call; recipients that the message does not name get blind copies, unless it names none."""
    hidden = [one for one in mail.recipients if one.lower() not in letter.named]
    open_ones = [one for one in mail.recipients if one not in hidden]
    given = {
        "AccountName": mail.sender,
        "AddressType": "1",
        "ReplyToAddress": "false",
        "ToAddress": ",".join(open_ones or hidden),
        "BccAddress": ",".join(hidden if open_ones else ()),
        "Subject": letter.subject,
        "HtmlBody": letter.html,
        "TextBody": letter.text,
        "FromAlias": letter.alias,
        "ReplyAddress": letter.reply_to,
        "ReplyAddressAlias": letter.reply_alias,
        "DomainAuth": "" if "@" in mail.user else "true",
    }
    return {name: value for name, value in given.items() if value or name == "Subject"}


def _attachments(host: str, keys: Iterable[str], files: Iterable[File]) -> dict[str, str]:
    """The files, as they will be found."""
    params = {}
    for number, (key, file) in enumerate(zip(keys, files, strict=True), 1):
        params[f"Attachments.{number}.AttachmentName"] = file.name
        params[f"Attachments.{number}.AttachmentUrl"] = f"smtp://{host}/{key}"
    return params


def _own_headers(letter: Letter) -> dict[str, str]:
    """What the service's own headers ask for, as parameters. Raises ServiceError."""
    trace, settings = _read(letter.trace, TRACE), _read(letter.settings)
    params = {"TagName": str(trace.get("TagName") or "")}
    if any(str(trace.get(name)) in _YES for name in ("OpenTrace", "LinkTrace")):
        params["ClickTrace"] = "1"
    kinds = {param.name: param.kind for param in catalogue.get(_ACTION).params}
    for group, name, param, mark in _SETTINGS:
        inside = settings.get(group)
        value = str(inside.get(name) or "") if isinstance(inside, dict) else ""
        if value and not kinds[param].accepts(value):
            raise ServiceError(INVALID_SETTING, f"Invalid setting: {group}.{name}{mark}")
        params[param] = value
    return {name: value for name, value in params.items() if value}


def _read(value: str, name: str = "") -> dict[str, Any]:
    """The object that a header has as JSON in base64, empty without one. Raises ServiceError."""
    try:
        found = from_json(base64.b64decode("".join(value.split()), validate=True).decode(), INVALID_SETTING)
    except (ValueError, ServiceError):
        found = "unreadable"
    if not isinstance(found, dict | None):
        raise ServiceError(INVALID_SETTING, f"Invalid setting: {name}" if name else "")
    return found or {}
