"""The pages below /_dm/: for a person who opens a browser to see what was sent.

A request finds its view in a table; a view gathers data, a template makes HTML of it. Nothing needs a script.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dmcli.api.wire import Reply
from dmcli.errors import InputError
from dmcli.sandbox.routing import NoMethodError, NoPathError, Place, Route, Router
from dmcli.sandbox.web import languages, page
from dmcli.sandbox.web.request import Page, PageRequest, RefusedError
from dmcli.sandbox.web.views import account, calls, differences, faults, inbox, mail, stats
from dmcli.words import speaking, tr

if TYPE_CHECKING:
    from dmcli.api.wire import Request
    from dmcli.sandbox.emulator import Sandbox
    from dmcli.sandbox.routing import Found


ROUTES = (
    Route("GET", "/", inbox.show),
    Route("GET", "/newer", inbox.newer),
    Route("POST", "/delete", inbox.delete),
    Route("GET", "/mail/{number}", mail.show),
    Route("GET", "/mail/{number}/body", mail.body),
    Route("GET", "/mail/{number}/eml", mail.download),
    Route("GET", "/mail/{number}/{tab}", mail.show),
    Route("GET", "/mail/{number}/file/{nth}", mail.attachment),
    Route("POST", "/mail/{number}/unread", mail.unread),
    Route("GET", "/calls", calls.show),
    Route("GET", "/calls/{number}", calls.one),
    Route("GET", "/faults", faults.show),
    Route("POST", "/faults", faults.add),
    Route("POST", "/faults/remove", faults.remove),
    Route("POST", "/limits", faults.limit),
    Route("POST", "/limits/documented", faults.documented),
    Route("POST", "/limits/remove", faults.lift),
    Route("GET", "/stats", stats.show),
    Route("GET", "/differences", differences.show),
    Route("GET", "/account", account.show),
    Route("POST", "/account/quota", account.quota),
    Route("GET", "/account/domain/{number}", account.domain),
    Route("GET", "/account/list/{receiver}", account.members),
    Route("GET", "/account/template/{number}", account.template),
    Route("GET", "/confirm/{ticket}", account.confirm),
    Route("POST", "/confirm/{ticket}", account.confirmed),
    *(Route("GET", f"/{name}", partial(page.static, name=name)) for name in page.STATIC),
)
_NUMBER, _ID = Place("[1-9][0-9]{0,14}", int), Place("[0-9a-f]{32}")
_ROUTER = Router(ROUTES, {"number": _NUMBER, "nth": _NUMBER, "tab": Place("[a-z]+"), "receiver": _ID, "ticket": _ID})


def answer(sandbox: Sandbox, request: Request, path: str) -> Reply:
    """Answer a browser in its language; `path` is what stands after /_dm."""
    with speaking(languages.language_of(request)):
        return _answered(sandbox, request, path)


def _answered(sandbox: Sandbox, request: Request, path: str) -> Reply:
    try:
        asked = PageRequest.of(sandbox, request)
        view, named = _find(request, path)
        made = view(asked, **named)
    except RefusedError as refusal:
        made = Page("error.html", {"message": str(refusal)}, refusal.status, refusal.headers)
    except InputError as error:
        made = Page("error.html", {"message": error.message}, 400)
    return made if isinstance(made, Reply) else page.rendered(sandbox, made, request)


def _find(request: Request, path: str) -> Found:
    """The view of a request, and what its path names. Raises RefusedError."""
    method = "GET" if request.method == "HEAD" else request.method
    try:
        found = _ROUTER.find(method, path)
    except NoPathError:
        raise RefusedError(404, tr("There is no such page.")) from None
    except NoMethodError as error:
        allow = ", ".join(sorted(set(error.allowed)))
        raise RefusedError(405, tr("This address does not take {method}.", method=method), {"allow": allow}) from None
    if method == "POST" and not _from_here(request):
        raise RefusedError(403, tr("Only the sandbox's own pages change anything here; a program uses /_dm/api/."))
    return found


def _from_here(request: Request) -> bool:
    """Whether a form of our own was sent: the browser says so.

    An Origin has been compared to the Host before. Browsers that send neither header with a form are older than 2020,
    and for them there is no telling.
    """
    return "origin" in request.headers or request.headers.get("sec-fetch-site") == "same-origin"
