"""Why a send was refused whose code has causes that the account tells: a used-up quota, or its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.api import catalogue
from dmcli.api.actions.account import USER_STATUS
from dmcli.api.codes.causes import Asked
from dmcli.api.kinds.common import LIST_NAME
from dmcli.api.paging import value_of
from dmcli.errors import DmError
from dmcli.untrusted import read_number
from dmcli.words import LANGUAGES, marked, speaking, tr
from dmcli.workflows.lookup import find_row
from dmcli.workflows.usage import SPANS, quota_usage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dmcli.api.codes.causes import Explained
    from dmcli.api.model import Action
    from dmcli.client.client import Client

SPAM = "InvalidSendMail.Spam"
_NORMAL = "0"
_STATUS = marked(
    (
        "The account is {status}, so it sends no mail.",
        "See `dm account show` and the messages in the web console, and ask the vendor's support.",
    )
)
_ALL_ELSE = marked(
    (
        "The mail was refused for its content or the sending rate: the account is in order, and its quota suffices.",
        "Look at the content, and send more slowly.",
    )
)
_SHORT = marked(
    {
        "day": (
            "The quota does not suffice: {left:,} left today, {wanted:,} wanted.",
            "Send to fewer, wait for the next day of the service (UTC+8), or ask the vendor for a larger quota.",
        ),
        "month": (
            "The quota does not suffice: {left:,} left this month, {wanted:,} wanted.",
            "Send to fewer, wait for the next month of the service (UTC+8), or ask the vendor for a larger quota.",
        ),
    }
)


def look_why(client: Client, action: Action, params: Mapping[str, str], now: datetime) -> Explained:
    """Why the service refused a send with InvalidSendMail.Spam, as far as the account tells. `now` is its time."""
    try:
        summary = client.call(catalogue.get("DescAccountSummary"), {})
        status = str(value_of(summary, "UserStatus"))
        if status in USER_STATUS and status != _NORMAL:
            return _explained(_STATUS, USER_STATUS[status])
        usage = quota_usage(client, now)
        wanted = _wanted(client, Asked(action.name, True, params))
    except DmError:
        return {}
    for span, (name, _) in SPANS.items():
        used = usage.of(span).mails
        quota = read_number(str(value_of(summary, name)))
        if quota is not None and used is not None and wanted > quota - used:
            return _explained(_SHORT[span], left=max(quota - used, 0), wanted=wanted)
    return {} if usage.day.mails is None else _explained(_ALL_ELSE)


def _wanted(client: Client, asked: Asked) -> int:
    """How many mails a send comes to. Raises DmError."""
    if name := asked.params.get("ReceiversName"):
        return read_number(str(value_of(find_row(client, LIST_NAME, name, by_name=True), "Count"))) or 0
    return asked.recipients()


def _explained(texts: tuple[str, str], status: str = "", **values: int) -> Explained:
    """A meaning and a remedy, in each language: what the error is shown in may be another than that of the run."""
    explained = {}
    for language in LANGUAGES:
        with speaking(language):
            meaning, remedy = texts
            explained[language] = (tr(meaning, status=status and tr(status), **values), tr(remedy))
    return explained
