"""From a page's data to the reply: the templates, what they can say, and the headers that keep a browser in check."""

from __future__ import annotations

import base64
import os
from functools import cache
from typing import TYPE_CHECKING, Any

import dmcli
from dmcli.api.wire import Reply
from dmcli.sandbox.mail import mailbox
from dmcli.sandbox.mail.query import Filter
from dmcli.sandbox.web import languages, words
from dmcli.sandbox.web.request import link
from dmcli.words import language, marked

if TYPE_CHECKING:
    from jinja2 import Environment

    from dmcli.api.wire import Request
    from dmcli.sandbox.emulator import Sandbox
    from dmcli.sandbox.web.request import Page, PageRequest

STATIC = {
    "style.css": "text/css; charset=utf-8",
    "newer.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# What a mail may do: be looked at, and have its links opened elsewhere.
_MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; "
    "style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "x-dns-prefetch-control": "off",
    "cache-control": "no-store",
}
# The name of a page as its own template has it, its path, its title.
_NAVIGATION = (
    ("inbox", "", marked("Inbox")),
    ("calls", "calls", marked("Calls")),
    ("faults", "faults", marked("Faults")),
    ("stats", "stats", marked("Stats")),
    ("account", "account", marked("Account")),
)


def rendered(sandbox: Sandbox, page: Page, request: Request) -> Reply:
    """The page as HTML, in the language that is spoken here, with a switch to the other one."""
    unread = mailbox.count_mail(sandbox, Filter(unseen=True))
    nonce = base64.b64encode(os.urandom(16)).decode() if page.script else ""
    html = (
        _templates()
        .get_template(page.template)
        .render(page.shown, unread=unread, nonce=nonce, language=language(), switch=languages.switch(request))
    )
    headers = {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": _POLICY + (f"; script-src 'nonce-{nonce}'; connect-src 'self'" if nonce else ""),
        # Not no-referrer, with which browsers send forms with `Origin: null`.
        "referrer-policy": "same-origin",
        "x-frame-options": "DENY",
        "cross-origin-opener-policy": "same-origin",
    }
    return Reply(
        page.status, {**_ALWAYS, **headers, **languages.kept(request), **page.headers}, html.encode("utf-8", "replace")
    )


def mail_body(html: str) -> Reply:
    """The HTML of a mail, which is nobody's friend."""
    headers = {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": _MAIL_POLICY,
        "referrer-policy": "no-referrer",
        "x-frame-options": "SAMEORIGIN",
    }
    return Reply(200, {**_ALWAYS, **headers}, html.encode("utf-8", "replace"))


def saved(name: str, data: bytes, kind: str = "application/octet-stream") -> Reply:
    """A file to be saved, never shown."""
    headers = {
        "content-type": kind,
        "content-disposition": words.disposition(name),
        "content-security-policy": "sandbox; default-src 'none'",
        "referrer-policy": "no-referrer",
    }
    return Reply(200, {**_ALWAYS, **headers}, data)


def plain(text: str) -> Reply:
    """A text for the script of a page."""
    return Reply(200, {**_ALWAYS, "content-type": "text/plain; charset=utf-8"}, text.encode())


def static(_: PageRequest, *, name: str) -> Reply:
    """A file that belongs to the pages."""
    from importlib.resources import files

    data = (files(__package__) / "static" / name).read_bytes()
    return Reply(200, {**_ALWAYS, "content-type": STATIC[name]}, data)


@cache
def _templates() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    known: dict[str, Any] = {"link": link, "navigation": _NAVIGATION, "version": dmcli.__version__, "tr": words.html_tr}
    made.globals.update(known)
    made.filters.update(words.FILTERS)
    return made
