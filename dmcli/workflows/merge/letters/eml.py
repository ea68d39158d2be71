"""A mail as a message (RFC 5322), to be looked at in a mail program."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

from dmcli.untrusted import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping


def eml(wire: Mapping[str, str]) -> str:
    """The message that the parameters of a SingleSendMail stand for."""
    message = EmailMessage(policy=SMTP)
    local, _, domain = wire["AccountName"].rpartition("@")
    message["From"] = Address(wire.get("FromAlias", ""), local, domain)
    message["To"] = wire.get("ToAddress", "")
    message["Subject"] = wire.get("Subject", "")
    if wire.get("ReplyAddress"):
        message["Reply-To"] = wire["ReplyAddress"]
    for name, value in read_json(wire.get("Headers", "{}").encode()).items():
        message[name] = value
    if wire.get("TextBody"):
        message.set_content(wire["TextBody"])
    if wire.get("HtmlBody"):
        add = message.add_alternative if wire.get("TextBody") else message.set_content
        add(wire["HtmlBody"], subtype="html")
    return message.as_bytes().decode("ascii", "replace")
