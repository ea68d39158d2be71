"""Mail over the test API: listed, waited for, in every form, deleted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dmcli.api.wire import Reply
from dmcli.errors import InputError
from dmcli.sandbox.mail import extract, mailbox
from dmcli.sandbox.mail.query import Filter
from dmcli.sandbox.testapi.ask import HEADERS, MOST_ROWS, Ask, MissingError

if TYPE_CHECKING:
    from dmcli.sandbox.testapi.ask import Routes

_MOST_WAIT = 60.0  # seconds


def _list(ask: Ask) -> Any:
    """Mails that match; with `wait`, not before there are `count` of them, or the seconds are over."""
    chosen, limit = ask.mails(), ask.number("limit", 100, MOST_ROWS)
    before, wanted = ask.number("before", 0, 2**62), ask.number("count", 1, MOST_ROWS)
    found = mailbox.wait_for_mail(ask.sandbox, wanted, _seconds(ask), chosen, limit=limit, before=before)
    return found._asdict()


def _one(ask: Ask) -> dict[str, Any]:
    """The mail that a path names, by number or as the latest that matches. Raises MissingError."""
    if ask.named["mail"] != "latest":
        mail = mailbox.get_mail(ask.sandbox, int(ask.named["mail"]))
        if mail is None:
            raise MissingError(f"there is no mail {ask.named['mail']}")
        return mail
    mail = mailbox.find_latest(ask.sandbox, ask.mails(), _seconds(ask))
    if mail is None:
        raise MissingError("no mail matches")
    return mail


def _seconds(ask: Ask) -> float:
    """How long to wait. Raises InputError."""
    text = ask.query.get("wait") or "0"
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3})?", text) or float(text) > _MOST_WAIT:
        raise InputError(f"wait {text!r} is not a number of seconds from 0 to {_MOST_WAIT:.0f}")
    return float(text)


def _html(ask: Ask) -> Any:
    # Programs read it; in a browser nothing in it may act.
    headers = {**HEADERS, "content-type": "text/html; charset=utf-8"}
    return Reply(200, headers, _one(ask)["html"].encode("utf-8", "replace"))


def _text(ask: Ask) -> Any:
    headers = {**HEADERS, "content-type": "text/plain; charset=utf-8"}
    return Reply(200, headers, _one(ask)["text"].encode("utf-8", "replace"))


def _eml(ask: Ask) -> Any:
    from dmcli.sandbox.mail import eml

    mail = _one(ask)
    named = f'attachment; filename="mail-{mail["id"]}.eml"'
    return Reply(
        200,
        {**HEADERS, "content-type": "message/rfc822", "content-disposition": named},
        eml.write_message(ask.sandbox, mail),
    )


def _links(ask: Ask) -> Any:
    mail = _one(ask)
    return {"id": mail["id"], "links": extract.read(mail["html"], mail["text"]).links}


def _codes(ask: Ask) -> Any:
    mail = _one(ask)
    seen = extract.read(mail["html"], mail["text"]).text
    return {"id": mail["id"], "codes": extract.codes(mail["subject"], seen)}


def _delete(ask: Ask) -> Any:
    return {"deleted": mailbox.delete_mail(ask.sandbox, ask.mails())}


def _delete_one(ask: Ask) -> Any:
    return {"deleted": mailbox.delete_mail(ask.sandbox, Filter(ids=(_one(ask)["id"],)))}


ROUTES: Routes = {
    "/mails": {"GET": _list, "DELETE": _delete},
    "/mails/{mail}": {"GET": _one, "DELETE": _delete_one},
    "/mails/{mail}/html": {"GET": _html},
    "/mails/{mail}/text": {"GET": _text},
    "/mails/{mail}/eml": {"GET": _eml},
    "/mails/{mail}/links": {"GET": _links},
    "/mails/{mail}/codes": {"GET": _codes},
}
