"""Mail over the test API: listed, waited for, in every form, deleted."""

from __future__ import annotations

import re
from typing import Any

from dmcli.api.wire import Reply
from dmcli.errors import InputError
from dmcli.sandbox.mail import extract, mailbox
from dmcli.sandbox.mail.attachments import described, read_attachments
from dmcli.sandbox.mail.query import Filter
from dmcli.sandbox.routing import Route
from dmcli.sandbox.testapi.request import HEADERS, MOST_ROWS, ApiRequest, MissingError

_MOST_WAIT = 60.0  # seconds


def _list(request: ApiRequest) -> Any:
    """Mails that match; with `wait`, not before there are `count` of them, or the seconds are over."""
    chosen, limit = request.mails(), request.number("limit", 100, MOST_ROWS)
    before, wanted = request.number("before", 0, 2**62), request.number("count", 1, MOST_ROWS)
    found = mailbox.wait_for_mail(request.sandbox, wanted, _seconds(request), chosen, limit=limit, before=before)
    return found._asdict()


def _one(request: ApiRequest) -> dict[str, Any]:
    """The mail that a path names, by number or as the latest that matches. Raises MissingError."""
    if request.named["mail"] != "latest":
        mail = mailbox.get_mail(request.sandbox, int(request.named["mail"]))
        if mail is None:
            raise MissingError(f"there is no mail {request.named['mail']}")
        return mail
    mail = mailbox.find_latest(request.sandbox, request.mails(), _seconds(request))
    if mail is None:
        raise MissingError("no mail matches")
    return mail


def _seconds(request: ApiRequest) -> float:
    """How long to wait. Raises InputError."""
    text = request.query.get("wait") or "0"
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3})?", text) or float(text) > _MOST_WAIT:
        raise InputError(f"wait {text!r} is not a number of seconds from 0 to {_MOST_WAIT:.0f}")
    return float(text)


def _html(request: ApiRequest) -> Any:
    # Programs read it; in a browser nothing in it may act.
    headers = {**HEADERS, "content-type": "text/html; charset=utf-8"}
    return Reply(200, headers, _one(request)["html"].encode("utf-8", "replace"))


def _text(request: ApiRequest) -> Any:
    headers = {**HEADERS, "content-type": "text/plain; charset=utf-8"}
    return Reply(200, headers, _one(request)["text"].encode("utf-8", "replace"))


def _eml(request: ApiRequest) -> Any:
    from dmcli.sandbox.mail import eml

    mail = _one(request)
    named = f'attachment; filename="mail-{mail["id"]}.eml"'
    return Reply(
        200,
        {**HEADERS, "content-type": "message/rfc822", "content-disposition": named},
        eml.write_message(request.sandbox, mail),
    )


def _links(request: ApiRequest) -> Any:
    mail = _one(request)
    return {"id": mail["id"], "links": extract.read(mail["html"], mail["text"]).links}


def _codes(request: ApiRequest) -> Any:
    mail = _one(request)
    seen = extract.read(mail["html"], mail["text"]).text
    return {"id": mail["id"], "codes": extract.codes(mail["subject"], seen)}


def _attachments(request: ApiRequest) -> Any:
    return {"attachments": described(read_attachments(request.sandbox, _one(request)))}


def _attachment(request: ApiRequest) -> Any:
    """The bytes of an attachment. Raises MissingError."""
    number = int(request.named["number"])
    for one in read_attachments(request.sandbox, _one(request))[number - 1 : number]:
        if one.data is not None:
            return Reply(200, {**HEADERS, "content-type": "application/octet-stream"}, one.data)
    raise MissingError(f"there is no attachment {number} that was uploaded here")


def _delete(request: ApiRequest) -> Any:
    return {"deleted": mailbox.delete_mail(request.sandbox, request.mails())}


def _delete_one(request: ApiRequest) -> Any:
    return {"deleted": mailbox.delete_mail(request.sandbox, Filter(ids=(_one(request)["id"],)))}


ROUTES = (
    Route("GET", "/mails", _list),
    Route("DELETE", "/mails", _delete),
    Route("GET", "/mails/{mail}", _one),
    Route("DELETE", "/mails/{mail}", _delete_one),
    Route("GET", "/mails/{mail}/html", _html),
    Route("GET", "/mails/{mail}/text", _text),
    Route("GET", "/mails/{mail}/eml", _eml),
    Route("GET", "/mails/{mail}/links", _links),
    Route("GET", "/mails/{mail}/codes", _codes),
    Route("GET", "/mails/{mail}/attachments", _attachments),
    Route("GET", "/mails/{mail}/attachments/{number}", _attachment),
)
