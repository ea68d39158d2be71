"""One mail: as its recipient would see it, how it is made, and what became of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dmcli.sandbox.mail import extract, mailbox
from dmcli.sandbox.service import uploads
from dmcli.sandbox.web import page, words
from dmcli.sandbox.web.asked import Asked, Page, RefusedError, see

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from dmcli.api.wire import Reply

    Gather = Callable[[sqlite3.Connection, dict[str, Any]], dict[str, Any]]

WIDTHS = {"desktop": "Desktop", "phone": "Phone, 375 px"}
_RAW = 200_000  # characters of the message that are shown
_OTHERS = 50  # recipients of the same message
_REMOTE = re.compile(r"(?:src|srcset|background|poster|url\()\s*=?\s*[\"']?\s*(?:https?:)?//", re.IGNORECASE)
_DOCTYPE = re.compile(r"\s*<!doctype[^>]*>", re.IGNORECASE)
# Browsers connect to what these name before they ask whether a policy allows it.
_AHEAD = re.compile(r"<(?:link|i?frame|portal|fencedframe)(?=[\s/>])", re.IGNORECASE)


def show(asked: Asked, number: int, tab: str = "") -> Page:
    """A mail in one of its tabs, by default the first. To look at it is to read it."""
    now = asked.now
    mail = _opened(asked, number)
    parts = extract.read(mail["html"], mail["text"])
    tabs = _tabs(mail, parts)
    tab = tab or next(iter(tabs))
    if tab not in tabs:
        raise RefusedError(404, f"Mail {number} has no such part.")
    with asked.sandbox.store.transaction() as connection:
        if asked.method == "GET" and not mail["seen"]:
            mailbox.mark(connection, number)
        more = _GATHER[tab](connection, mail) if tab in _GATHER else {}
        newer, older = mailbox.neighbours(connection, number)
    shown = {
        "mail": {**mail, "outcome": words.outcome(mail, now)},
        "codes": extract.codes(mail["subject"], parts.text),
        "parts": parts,
        "tabs": tabs,
        "tab": tab,
        "newer": newer,
        "older": older,
        "widths": WIDTHS,
        "width": asked.query.get("width", "desktop"),
        "now": now,
    }
    return Page(f"mail/{tab}.html", {**shown, **more})


def body(asked: Asked, number: int) -> Reply:
    """The HTML of a mail, for the frame on its page. Its links open elsewhere."""
    html = _opened(asked, number)["html"]
    if not html:
        raise RefusedError(404, f"Mail {number} has no HTML.")
    harmless = _AHEAD.sub("<meta", html)
    doctype = _DOCTYPE.match(harmless)
    at = doctype.end() if doctype else 0
    return page.mail_body(f'{harmless[:at]}<base target="_blank">{harmless[at:]}')


def download(asked: Asked, number: int) -> Reply:
    """A mail as a message in a file."""
    from dmcli.sandbox.mail import eml

    with asked.sandbox.store.transaction() as connection:
        data = eml.message(connection, _existing(connection, number))
    return page.saved(f"mail-{number}.eml", data, "message/rfc822")


def attachment(asked: Asked, number: int, nth: int) -> Reply:
    """The nth attachment of a mail, from 1, as a file."""
    with asked.sandbox.store.transaction() as connection:
        given = _existing(connection, number)["attachments"][nth - 1 : nth]
        found = uploads.find(connection, given[0]["AttachmentUrl"]) if given else None
    if not found:
        raise RefusedError(404, f"Mail {number} has no attachment {nth} that was uploaded here.")
    return page.saved(given[0]["AttachmentName"], found[1])


def unread(asked: Asked, number: int) -> Reply:
    """Mark a mail as unread, and go back to the inbox."""
    with asked.sandbox.store.transaction() as connection:
        _existing(connection, number)
        mailbox.mark(connection, number, seen=False)
    return see("/_dm/")


def _opened(asked: Asked, number: int) -> dict[str, Any]:
    with asked.sandbox.store.transaction() as connection:
        return _existing(connection, number)


def _existing(connection: sqlite3.Connection, number: int) -> dict[str, Any]:
    """The mail of that number. Raises RefusedError."""
    mail = mailbox.get_mail(connection, number)
    if mail is None:
        raise RefusedError(404, f"There is no mail {number}; perhaps it was deleted.")
    return mail


def _tabs(mail: dict[str, Any], parts: extract.Parts) -> dict[str, str]:
    """The names and titles of the tabs that this mail has something for."""
    files, links = len(mail["attachments"]), len(parts.links)
    titles = {
        "html": "Rendered" if mail["html"] else "",
        "text": "Text",
        "source": "HTML source" if mail["html"] else "",
        "headers": "Headers",
        "raw": "Raw",
        "files": f"Attachments ({files})" if files else "",
        "links": f"Links ({links})" if links else "",
        "delivery": "Delivery",
    }
    return {name: title for name, title in titles.items() if title}


def _html(_: sqlite3.Connection, mail: dict[str, Any]) -> dict[str, Any]:
    return {"remote": bool(_REMOTE.search(mail["html"]))}


def _headers(connection: sqlite3.Connection, mail: dict[str, Any]) -> dict[str, Any]:
    from email import message_from_bytes

    from dmcli.sandbox.mail import eml

    head = eml.message(connection, mail).partition(b"\r\n\r\n")[0]
    return {"headers": message_from_bytes(head + b"\r\n\r\n", policy=eml.POLICY).items()}


def _raw(connection: sqlite3.Connection, mail: dict[str, Any]) -> dict[str, Any]:
    from dmcli.sandbox.mail import eml

    data = eml.message(connection, mail)
    return {"raw": data[:_RAW].decode("utf-8", "replace").replace("\r\n", "\n"), "bytes": len(data), "most": _RAW}


def _files(connection: sqlite3.Connection, mail: dict[str, Any]) -> dict[str, Any]:
    files = []
    for given in mail["attachments"]:
        found = uploads.find(connection, given["AttachmentUrl"])
        kind, count = (found[0], len(found[1])) if found else ("", 0)
        files.append({"name": given["AttachmentName"], "url": given["AttachmentUrl"], "kind": kind, "size": count})
    return {"files": files}


def _delivery(connection: sqlite3.Connection, mail: dict[str, Any]) -> dict[str, Any]:
    """What happened to the mail, who else got the message, and the call that sent it."""
    same = mailbox.Filter(env_id=mail["env_id"])
    others = [one for one in mailbox.list_mail(connection, _OTHERS + 1, same) if one["id"] != mail["id"]]
    call = connection.execute("SELECT id FROM call WHERE request_id = ?", (mail["request_id"],)).fetchone()
    return {
        "events": connection.execute(
            "SELECT kind, at FROM event WHERE mail = ? ORDER BY at, id", (mail["id"],)
        ).fetchall(),
        "others": others[:_OTHERS],
        "total": mailbox.count_mail(connection, same) - 1,
        "call": call[0] if call else None,
    }


_GATHER: dict[str, Gather] = {
    "html": _html,
    "headers": _headers,
    "raw": _raw,
    "files": _files,
    "delivery": _delivery,
}
