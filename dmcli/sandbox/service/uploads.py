"""Attachments by the SDKs' way: a permit from OpenPlatform's AuthorizeFileUpload, a form upload as to OSS, a URL.

The permit names a bucket and an endpoint that together make this server's own address, so the upload comes here, from
the SDKs over TLS, on which they insist. A URL is only ever looked up among what was uploaded; nothing is fetched.
"""

from __future__ import annotations

import base64
import json
import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api.regions import SANDBOX_KEY_ID, SANDBOX_URL
from dmcli.api.wire import Reply
from dmcli.sandbox.errors import ServiceError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from dmcli.api.wire import Request
    from dmcli.sandbox.store.store import Store

MAX_FILE = 15 * 1024 * 1024  # bytes; the service takes mails of up to 15 MB
_PORT = r"(?:https?://)?[^/]*:([0-9]{1,5})/?"
_KIND = "[A-Za-z0-9_.+-]+/[A-Za-z0-9_.+-]+"
_NAME = rb'(?:^|;)\s*name="([^"]*)"'
_FILE = rb'(?:^|;)\s*filename="([^"]*)"'
_BOUNDARY = r'boundary="?([^";,\s]{1,200})"?'


class _Part(NamedTuple):
    """One field of a form: its name, the name of its file (None where it is none), its type and its bytes."""

    name: str
    file: str | None
    kind: str
    data: bytes


def authorize(host: str) -> dict[str, Any]:
    """AuthorizeFileUpload: where to upload a file to. Raises ServiceError when this server could not take it."""
    port = re.fullmatch(_PORT, host)
    here = SANDBOX_URL.partition("://")[2]
    if not port and host != here:
        raise ServiceError("SandboxNotImplemented", "Uploads need the sandbox as a server: dm sandbox serve.")
    bucket, endpoint = ("127", f"0.0.1:{port[1]}") if port else here.split(".")
    key = os.urandom(16).hex()
    policy = base64.b64encode(json.dumps({"conditions": [["eq", "$key", key]]}).encode()).decode()
    return {
        "AccessKeyId": SANDBOX_KEY_ID,
        # SDKs put a dot between bucket and endpoint: https://127.0.0.1:PORT/.
        "Bucket": bucket,
        "Endpoint": endpoint,
        "EncodedPolicy": policy,
        "ObjectKey": key,
        "Signature": "sandbox",
        "UseAccelerate": False,
    }


def take(store: Store, request: Request, now: int) -> Reply:
    """Keep an uploaded file; the answer as OSS gives it."""
    boundary = re.search(_BOUNDARY, request.headers.get("content-type", ""))
    body = request.body if request.stream is None else b"".join(request.stream)
    parts = {part.name: part for part in _parts(body, boundary[1].encode())} if boundary else {}
    key, file = parts.get("key"), parts.get("file")
    if not key or not file or not re.fullmatch("[0-9a-f]{32}", key.data.decode("latin-1")):
        return _xml(400, "<Error><Code>InvalidArgument</Code><Message>The form lacks key or file.</Message></Error>")
    if len(file.data) > MAX_FILE:
        return _xml(400, "<Error><Code>EntityTooLarge</Code><Message>The file is too large.</Message></Error>")
    with store.transaction() as connection:
        keep(connection, key.data.decode(), (file.file or "", file.kind, file.data), now)
    status = parts["success_action_status"].data.decode("latin-1") if "success_action_status" in parts else "204"
    return _xml(int(status) if status in ("200", "201", "204") else 204, "<PostResponse></PostResponse>")


def keep(connection: sqlite3.Connection, key: str, file: tuple[str, str, bytes], now: int) -> None:
    """Keep a file under a key: its name, type and bytes."""
    sql = "INSERT OR REPLACE INTO upload (key, name, kind, data, at) VALUES (?, ?, ?, ?, ?)"
    connection.execute(sql, (key, *file, now))


def find(connection: sqlite3.Connection, url: str) -> tuple[str, bytes] | None:
    """Type and bytes of the file that an attachment's URL means; None where it was not uploaded here."""
    row = connection.execute("SELECT kind, data FROM upload WHERE key = ?", (_key(url),)).fetchone()
    return (str(row[0]), bytes(row[1])) if row else None


def size_of(connection: sqlite3.Connection, urls: Iterable[str]) -> int:
    """Bytes of the files that attachments' URLs mean, as often as they are named."""
    sql = "SELECT length(data) FROM upload WHERE key = ?"
    rows = (connection.execute(sql, (_key(url),)).fetchone() for url in urls)
    return sum(row[0] for row in rows if row)


def _key(url: str) -> str:
    """The key under which the file of a URL was uploaded, if it was."""
    return url.rsplit("/", 1)[-1]


def _parts(body: bytes, boundary: bytes) -> list[_Part]:
    """The fields of a form. Split at the boundary alone: there are clients that leave out the line break before it.

    The SDK for Node does so after a file; where that ends in CRLF, it is taken for the form's and lost.
    """
    found = []
    for piece in body.split(b"--" + boundary)[1:]:
        head, separator, data = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if not separator:
            continue
        headers: Mapping[bytes, bytes] = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(b":") for line in head.split(b"\r\n"))
        }
        disposition = headers.get(b"content-disposition", b"")
        name, file = re.search(_NAME, disposition), re.search(_FILE, disposition)
        if name:
            kind = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip()
            kind = kind if re.fullmatch(_KIND, kind) else "application/octet-stream"
            found.append(_Part(_text(name[1]), _text(file[1]) if file else None, kind, data.removesuffix(b"\r\n")))
    return found


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _xml(status: int, body: str) -> Reply:
    return Reply(status, {"content-type": "application/xml"}, f'<?xml version="1.0" encoding="UTF-8"?>{body}'.encode())
