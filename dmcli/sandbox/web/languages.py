"""The language of a page: as its switch says, which a cookie keeps, else as the browser asks, else as this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, urlencode

from dmcli.sandbox.server.site import HOME
from dmcli.words import LANGUAGES, language

if TYPE_CHECKING:
    from dmcli.api.wire import Request

_FIELD = "lang"  # of a query
_COOKIE = "dm_lang"
_KEPT = 365 * 24 * 60 * 60  # seconds
_MOST = 50  # languages that a browser asks for, and fields of a query
_NAMES = {"en": "English", "zh": "中文"}  # each in itself


class Switch(NamedTuple):
    """The way to the same page in the other language: its code for HTML, its own name, the address."""

    lang: str
    name: str
    href: str


def language_of(request: Request) -> str:
    """`en` or `zh`."""
    kept = dict(pair.strip().partition("=")[::2] for pair in request.headers.get("cookie", "").split(";"))
    for wanted in (_chosen(request), kept.get(_COOKIE, ""), _asked(request.headers.get("accept-language", ""))):
        if wanted in LANGUAGES:
            return wanted
    return language()


def kept(request: Request) -> dict[str, str]:
    """The header that has a browser keep what the switch chose, if it did."""
    chosen = _chosen(request)
    return {"set-cookie": f"{_COOKIE}={chosen}; Path={HOME}; Max-Age={_KEPT}; SameSite=Lax"} if chosen else {}


def switch(request: Request) -> Switch:
    """The switch of a page; of what a form brought about, which has no address, it leads to the inbox."""
    other = "en" if language() == "zh" else "zh"
    target = f"/{request.url.partition('://')[2].partition('/')[2]}" if request.method != "POST" else HOME
    path, _, query = target.partition("?")
    fields = [(name, value) for name, value in _fields(query) if name != _FIELD]
    return Switch("zh-CN" if other == "zh" else other, _NAMES[other], f"{path}?{urlencode([*fields, (_FIELD, other)])}")


def _chosen(request: Request) -> str:
    """The language in the query of an address, "" where there is none that we speak."""
    chosen = dict(_fields(request.url.partition("?")[2])).get(_FIELD, "")
    return chosen if chosen in LANGUAGES else ""


def _fields(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, max_num_fields=_MOST)
    except ValueError:  # the page says that there are too many
        return []


def _asked(accepted: str) -> str:
    """Of the languages that a browser accepts (RFC 9110) the one of ours that it likes best, "" where there is none.

    >>> _asked("de, en;q=0.5, zh-TW;q=0.8"), _asked("fr"), _asked("en;q=0")
    ('zh', '', '')
    """
    found: dict[str, float] = {}
    for part in accepted.lower().split(",")[:_MOST]:
        name, _, weight = part.partition(";")
        try:
            liked = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        ours = name.strip().partition("-")[0]
        if ours in LANGUAGES and liked > 0:
            found[ours] = max(liked, found.get(ours, 0))
    return max(found, key=lambda name: found[name], default="")
