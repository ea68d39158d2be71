"""The members of a list: read over all pages, and added in as many calls as it takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api import catalogue
from dmcli.api.actions.receiver import MAX_SAVED
from dmcli.api.paging import value_of
from dmcli.untrusted import read_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dmcli.client.client import Client

_PAGE = 1000  # members to ask for at once


class Added(NamedTuple):
    """What one call added; `rejected` are the service's rows (Email, ErrMessage), `errors` their number."""

    added: int
    errors: int
    rejected: list[dict[str, Any]]


class Member(NamedTuple):
    """A member; `values` by the names of the list's columns, None where they cannot be told apart."""

    email: str
    values: dict[str, str] | None


def add(client: Client, list_id: str, param: str, records: Sequence[Any]) -> Iterator[Added]:
    """Save the records (of the parameter Detail or CustomDetail) in calls of MAX_SAVED, in order.

    Raises DmError when a call fails; what was yielded before is in the list.
    """
    action = catalogue.get("SaveReceiverDetail")
    for start in range(0, len(records), MAX_SAVED):
        text = json.dumps(records[start : start + MAX_SAVED], ensure_ascii=False, separators=(",", ":"))
        reply = client.call(action, {"ReceiverId": list_id, param: text})
        data = value_of(reply, "Data") or {}
        rejected = value_of(data, "Detail") if isinstance(data, dict) else None
        counts = [read_number(str(value_of(reply, name))) or 0 for name in ("SuccessCount", "ErrorCount")]
        yield Added(counts[0], counts[1], rejected or [])


def members(client: Client, list_id: str) -> Iterator[Member]:
    """All members. A value with a comma cannot be told from two, since the service writes them with commas between."""
    action = catalogue.get("QueryReceiverDetail")
    for page in client.pages(action, {"ReceiverId": list_id}, _PAGE):
        columns = [name for name in str(value_of(page.reply, "DataSchema") or "").split(",") if name]
        for row in page.rows:
            values = str(value_of(row, "Data") or "").split(",") if columns else []
            told = dict(zip(columns, values, strict=True)) if len(values) == len(columns) else None
            yield Member(str(value_of(row, "Email")), told)
