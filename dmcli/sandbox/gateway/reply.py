"""Replies and refusals, as the caller wants them: JSON, XML, or the words of a mail server."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

from dmcli.api.wire import Reply
from dmcli.sandbox.gateway.request import SMTP

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from dmcli.sandbox.errors import ServiceError
    from dmcli.sandbox.gateway.request import Call

_NOT_XML = "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_encode = json.JSONEncoder(ensure_ascii=False).encode


def new_request_id() -> str:
    """A fresh request id: a random UUID in capitals."""
    digits = os.urandom(16).hex().upper()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-A{digits[17:20]}-{digits[20:]}"


def write_success(action: str, reply: Mapping[str, Any], request_id: str, call: Call, now: datetime) -> Reply:
    """The reply of an action that was done."""
    if call.scheme == SMTP:
        from dmcli.sandbox.gateway.smtp import say_accepted

        return say_accepted(reply)
    return _reply(200, f"{action}Response", {**reply, "RequestId": request_id}, request_id, call.xml, now)


def write_refusal(error: ServiceError, host: str, request_id: str, call: Call, now: datetime) -> Reply:
    """The reply of a call that was refused."""
    from dmcli.api import codes

    if call.scheme == SMTP:
        from dmcli.sandbox.gateway.smtp import say_refused

        return say_refused(error)

    known = codes.find(error.code)
    status = known.status if known else 404 if error.code.endswith("NotFound") else 400
    reply = {
        "RequestId": request_id,
        "HostId": host,
        "Code": error.code,
        "Message": error.message or (known.message if known else error.code),
    }
    if not call.xml:
        reply["Recommend"] = f"https://api.aliyun.com/troubleshoot?q={error.code}&product=Dm&requestId={request_id}"
    return _reply(status, "Error", reply, request_id, call.xml, now)


def _reply(status: int, root: str, reply: dict[str, Any], request_id: str, xml: bool, now: datetime) -> Reply:
    if xml:
        body = f'<?xml version="1.0" encoding="UTF-8"?><{root}>{"".join(_elements(reply))}</{root}>'
    else:
        body = _encode(reply)
    headers = {
        "content-type": "text/xml;charset=utf-8" if xml else "application/json;charset=utf-8",
        "date": _http_date(now),
        "x-acs-request-id": request_id,
    }
    return Reply(status, headers, body.encode("utf-8", "replace"))


def _elements(value: Mapping[str, Any]) -> Iterator[str]:
    """The fields of an object as XML elements; an array is its element's name over and over."""
    for name, field in value.items():
        for item in field if isinstance(field, list) else (field,):
            inside = "".join(_elements(item)) if isinstance(item, dict) else _xml_text(item)
            yield f"<{name}>{inside}</{name}>"


def _xml_text(value: object) -> str:
    """A value as XML text."""
    text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    return re.sub(_NOT_XML, "\ufffd", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def _http_date(now: datetime) -> str:
    """RFC 1123, whatever the locale."""
    day, month = _DAYS[now.weekday()], _MONTHS[now.month - 1]
    return f"{day}, {now.day:02} {month} {now.year} {now.hour:02}:{now.minute:02}:{now.second:02} GMT"
