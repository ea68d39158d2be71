"""The attachments of a mail, as far as they were uploaded to the sandbox; nothing is fetched."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.sandbox.service import uploads

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dmcli.sandbox.store.account import Account


class Attachment(NamedTuple):
    """An attachment: its name, the URL that the caller gave, its type and bytes (None where it is elsewhere)."""

    name: str
    url: str
    kind: str = ""
    data: bytes | None = None


def described(attachments: Iterable[Attachment]) -> list[dict[str, Any]]:
    """What attachments are, by their numbers from 1; size and hash are None for those that are elsewhere."""
    return [
        {
            "number": number,
            "name": one.name,
            "type": one.kind,
            "bytes": None if one.data is None else len(one.data),
            "sha256": None if one.data is None else sha256(one.data).hexdigest(),
            "url": one.url,
        }
        for number, one in enumerate(attachments, 1)
    ]


def read_attachments(sandbox: Account, mail: Mapping[str, Any]) -> list[Attachment]:
    """The attachments of a mail as `get_mail` gives it."""
    with sandbox.store.reading() as connection:
        return [
            Attachment(
                one["AttachmentName"], one["AttachmentUrl"], *(uploads.find(connection, one["AttachmentUrl"]) or ())
            )
            for one in mail["attachments"]
        ]
