"""A mail as the message that would have gone over the wire: RFC 5322, with its parts and attachments."""

from __future__ import annotations

from datetime import UTC, datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from dmcli.sandbox.mail.attachments import read_attachments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dmcli.sandbox.mail.attachments import Attachment
    from dmcli.sandbox.store.account import Account

_HEADERS = HeaderRegistry()
# A caller's may be anything. The stubs take the mixed-in half of a header for a whole one.
_HEADERS.map_to_type("message-id", UnstructuredHeader)  # type: ignore[arg-type]
POLICY = policy.SMTP.clone(header_factory=_HEADERS)
_OWN = frozenset({"message-id"})  # headers of the caller that take the place of ours


def write_message(sandbox: Account, mail: Mapping[str, Any]) -> bytes:
    """The message of a mail as `get_mail` gives it. Headers that could not be in one are left out."""
    made = EmailMessage(policy=POLICY)
    made["Date"] = format_datetime(datetime.fromtimestamp(mail["created"], UTC))
    made["From"] = _address(mail["alias"], mail["sender"])
    made["To"] = _address("", mail["recipient"])
    if mail["reply_to"]:
        made["Reply-To"] = _address(mail["reply_alias"], mail["reply_to"])
    made["Subject"] = _line(mail["subject"])
    given = {name: _line(str(value)) for name, value in mail["headers"].items()}
    if not _OWN & {name.lower() for name in given}:
        made["Message-ID"] = f"<{mail['env_id']}.{mail['id']}@sandbox.test>"
    for name, value in given.items():
        if name.isascii() and name.replace("-", "").isalnum():
            made[name] = value
    made["X-DM-Sandbox-Mail"] = str(mail["id"])
    _fill(made, mail)
    for attachment in read_attachments(sandbox, mail):
        _attach(made, attachment)
    return made.as_bytes()


def _fill(made: EmailMessage, mail: Mapping[str, Any]) -> None:
    """The bodies: text, HTML, or both as alternatives."""
    text, html = _whole(mail["text"]), _whole(mail["html"])
    if text or not html:
        made.set_content(text)
    if html and text:
        made.add_alternative(html, subtype="html")
    elif html:
        made.set_content(html, subtype="html")


def _attach(made: EmailMessage, attachment: Attachment) -> None:
    """An attachment that was uploaded here; of any other only a note, since nothing is fetched."""
    name = _line(attachment.name)
    if attachment.data is None:
        made.add_attachment(f"Not fetched: {attachment.url}\n", filename=f"{name}.txt")
        return
    kind, _, subtype = attachment.kind.partition("/")
    kind, subtype = kind or "application", subtype or "octet-stream"
    made.add_attachment(attachment.data, maintype=kind, subtype=subtype, filename=name)


def _address(name: str, address: str) -> Address | str:
    try:
        return Address(_line(name), addr_spec=address)
    except (ValueError, IndexError, MessageError):  # the service takes addresses that the standard does not
        return _line(address)


def _line(text: str) -> str:
    """A text that can be a header."""
    return " ".join(_whole(text).split())


def _whole(text: str) -> str:
    """A text that can be encoded."""
    return text.encode("utf-8", "replace").decode()
