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
_STATUS_ZH = {"1": "已冻结", "2": "欠费", "3": "限制外发", "4": "限制外发", "8": "已删除"}
_STATUS_REMEDY = (
    "See `dm account show` and the messages in the web console, and ask the vendor's support.",
    "请查看 `dm account show` 和控制台中的通知，并联系厂商支持。",
)
_QUOTA_REMEDY = (
    "Send to fewer, wait for the next {0} of the service (UTC+8), or ask the vendor for a larger quota.",
    "请减少收件人，等到服务的下一个{0}（UTC+8），或联系厂商提高额度。",
)
_ALL_ELSE = {
    "en": (
        "The mail was refused for its content or the sending rate: the account is in order, and its quota suffices.",
        "Look at the content, and send more slowly.",
    ),
    "zh": (
        "账号状态正常且额度足够，发信被拒绝的原因是邮件内容或发送频率。",
        "请检查邮件内容，并降低发送频率。",
    ),
}
_SPANS = {"day": ("today", "今天", "自然日"), "month": ("this month", "本月", "自然月")}


def look_why(client: Client, action: Action, params: Mapping[str, str], now: datetime) -> Explained:
    """Why the service refused a send with InvalidSendMail.Spam, as far as the account tells. `now` is its time."""
    try:
        summary = client.call(catalogue.get("DescAccountSummary"), {})
        status = str(value_of(summary, "UserStatus"))
        if status in USER_STATUS and status != _NORMAL:
            return _account_is(status)
        usage = quota_usage(client, now)
        wanted = _wanted(client, Asked(action.name, True, params))
    except DmError:
        return {}
    for span, (name, _) in SPANS.items():
        used = usage.of(span).mails
        quota = read_number(str(value_of(summary, name)))
        if quota is not None and used is not None and wanted > quota - used:
            return _quota_is_short(span, max(quota - used, 0), wanted)
    return {} if usage.day.mails is None else _ALL_ELSE


def _wanted(client: Client, asked: Asked) -> int:
    """How many mails a send comes to. Raises DmError."""
    if name := asked.params.get("ReceiversName"):
        return read_number(str(value_of(find_row(client, LIST_NAME, name, by_name=True), "Count"))) or 0
    return asked.recipients()


def _account_is(status: str) -> Explained:
    en_remedy, zh_remedy = _STATUS_REMEDY
    return {
        "en": (f"The account is {USER_STATUS[status]}, so it sends no mail.", en_remedy),
        "zh": (f"账号状态为{_STATUS_ZH[status]}，不能发信。", zh_remedy),
    }


def _quota_is_short(span: str, left: int, wanted: int) -> Explained:
    (en_when, zh_when, zh_span), (en_remedy, zh_remedy) = _SPANS[span], _QUOTA_REMEDY
    return {
        "en": (f"The quota does not suffice: {left:,} left {en_when}, {wanted:,} wanted.", en_remedy.format(span)),
        "zh": (f"额度不足：{zh_when}还剩 {left:,} 封，本次需要 {wanted:,} 封。", zh_remedy.format(zh_span)),
    }
