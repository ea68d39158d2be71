"""One mail: as its recipient would see it, how it is made, and what became of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dmcli.sandbox.gateway.call_log import find_call
from dmcli.sandbox.mail import extract, mailbox
from dmcli.sandbox.mail.attachments import read_attachments
from dmcli.sandbox.mail.query import Filter
from dmcli.sandbox.web import page, words
from dmcli.sandbox.web.request import Page, PageRequest, RefusedError, see
from dmcli.untrusted import windows
from dmcli.words import marked, tr, tr_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from dmcli.api.wire import Reply
    from dmcli.sandbox.emulator import Sandbox

    Gather = Callable[[Sandbox, dict[str, Any]], dict[str, Any]]

WIDTHS = marked({"desktop": "Desktop", "phone": "Phone, 375 px"})
_SHOWN = 200_000  # characters of a body or the message that are shown
_RENDERED = 1_000_000  # characters of HTML in the frame
_AROUND = 1000  # characters that a reference to a picture is not longer than
_OTHERS = 50  # recipients of the same message
# Each run of blanks stands behind something that is no blank, so that there is one way alone to read it.
_REMOTE = re.compile(r"(?:src|srcset|background|poster|url\()\s*(?:=\s*)?(?:[\"']\s*)?(?:https?:)?//")
_DOCTYPE = re.compile(r"\s*<!doctype[^>]*>", re.IGNORECASE)
# Browsers connect to what these name before they ask whether a policy allows it.
_AHEAD = re.compile(r"<(?:link|i?frame|portal|fencedframe)(?=[\s/>])", re.IGNORECASE)


def show(request: PageRequest, number: int, tab: str = "") -> Page:
    """A mail in one of its tabs, by default the first. To look at it is to read it."""
    now = request.now
    mail = _opened(request, number)
    parts = extract.read(mail["html"], mail["text"])
    tabs = _tabs(mail, parts)
    tab = tab or next(iter(tabs))
    if tab not in tabs:
        raise RefusedError(404, tr("Mail {number} has no such part.", number=number))
    if request.method == "GET" and not mail["seen"]:
        mailbox.mark(request.sandbox, number)
    more = _GATHER[tab](request.sandbox, mail) if tab in _GATHER else {}
    newer, older = mailbox.find_neighbours(request.sandbox, number)
    found = extract.codes(mail["subject"], parts.text)
    shown = {
        "mail": {**mail, "outcome": words.outcome(mail, now)},
        "codes": found,
        "codes_title": tr_in("one-time", "Code") if len(found) == 1 else tr_in("one-time", "Codes"),
        "parts": parts,
        "tabs": tabs,
        "tab": tab,
        "newer": newer,
        "older": older,
        "widths": WIDTHS,
        "width": request.query.get("width", "desktop"),
        "now": now,
        "most": _SHOWN,
    }
    return Page(f"mail/{tab}.html", {**shown, **more})


def body(request: PageRequest, number: int) -> Reply:
    """The HTML of a mail, for the frame on its page. Its links open elsewhere."""
    html = _opened(request, number)["html"][:_RENDERED]
    if not html:
        raise RefusedError(404, tr("Mail {number} has no HTML.", number=number))
    harmless = _AHEAD.sub(lambda _: "<meta", html)  # a function lets other threads go on between two of them
    doctype = _DOCTYPE.match(harmless)
    at = doctype.end() if doctype else 0
    return page.mail_body(f'{harmless[:at]}<base target="_blank">{harmless[at:]}')


def download(request: PageRequest, number: int) -> Reply:
    """A mail as a message in a file."""
    from dmcli.sandbox.mail import eml

    data = eml.write_message(request.sandbox, _opened(request, number))
    return page.saved(f"mail-{number}.eml", data, "message/rfc822")


def attachment(request: PageRequest, number: int, nth: int) -> Reply:
    """The nth attachment of a mail, from 1, as a file."""
    for found in read_attachments(request.sandbox, _opened(request, number))[nth - 1 : nth]:
        if found.data is not None:
            return page.saved(found.name, found.data)
    raise RefusedError(404, tr("Mail {number} has no attachment {nth} that was uploaded here.", number=number, nth=nth))


def unread(request: PageRequest, number: int) -> Reply:
    """Mark a mail as unread, and go back to the inbox."""
    _opened(request, number)
    mailbox.mark(request.sandbox, number, seen=False)
    return see("/_dm/")


def _opened(request: PageRequest, number: int) -> dict[str, Any]:
    """The mail of that number. Raises RefusedError."""
    mail = mailbox.get_mail(request.sandbox, number)
    if mail is None:
        raise RefusedError(404, tr("There is no mail {number}; perhaps it was deleted.", number=number))
    return mail


def _tabs(mail: dict[str, Any], parts: extract.Parts) -> dict[str, str]:
    """The names and titles of the tabs that this mail has something for."""
    files, links = len(mail["attachments"]), len(parts.links)
    titles = {
        "html": tr("Rendered") if mail["html"] else "",
        "text": tr("Text"),
        "source": tr("HTML source") if mail["html"] else "",
        "headers": tr("Headers"),
        "raw": tr("Raw"),
        "files": tr("Attachments ({count})", count=files) if files else "",
        "links": tr("Links ({count})", count=links) if links else "",
        "delivery": tr("Delivery"),
    }
    return {name: title for name, title in titles.items() if title}


def _html(_: Sandbox, mail: dict[str, Any]) -> dict[str, Any]:
    html = mail["html"][:_RENDERED].lower()
    return {"remote": any(_REMOTE.search(html, *ends) for ends in windows(len(html), _AROUND))}


def _headers(_: Sandbox, mail: dict[str, Any]) -> dict[str, Any]:
    from dmcli.sandbox.mail import eml

    return {"headers": eml.headers_of(mail)}


def _raw(sandbox: Sandbox, mail: dict[str, Any]) -> dict[str, Any]:
    from dmcli.sandbox.mail import eml

    data = eml.write_message(sandbox, mail)
    return {"raw": data[:_SHOWN].decode("utf-8", "replace").replace("\r\n", "\n"), "bytes": len(data)}


def _files(sandbox: Sandbox, mail: dict[str, Any]) -> dict[str, Any]:
    return {
        "files": [
            {"name": one.name, "url": one.url, "kind": one.kind, "size": len(one.data or b"")}
            for one in read_attachments(sandbox, mail)
        ]
    }


def _delivery(sandbox: Sandbox, mail: dict[str, Any]) -> dict[str, Any]:
    """What happened to the mail, who else got the message, and the call that sent it."""
    same = Filter(env_id=mail["env_id"])
    others = [one for one in mailbox.list_mail(sandbox, _OTHERS + 1, same) if one["id"] != mail["id"]]
    return {
        "events": [(_event(kind), at) for kind, at in mailbox.list_events(sandbox, mail["id"])],
        "others": others[:_OTHERS],
        "total": mailbox.count_mail(sandbox, same) - 1,
        "call": find_call(sandbox, mail["request_id"]),
    }


def _event(kind: str) -> str:
    """What happened, in a word."""
    words = {
        "open": tr_in("event", "open"),
        "click": tr_in("event", "click"),
        "unsubscribe": tr_in("event", "unsubscribe"),
        "complaint": tr_in("event", "complaint"),
        "bounce": tr_in("event", "bounce"),
        "soft-bounce": tr_in("event", "soft-bounce"),
        "spam": tr_in("event", "spam"),
    }
    return words.get(kind, kind)


_GATHER: dict[str, Gather] = {
    "html": _html,
    "headers": _headers,
    "raw": _raw,
    "files": _files,
    "delivery": _delivery,
}
