"""From the events of an address to the likely reason and the remedy, in English and Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmcli.api.replies import REASONS, read, texts_of
from dmcli.api.replies.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from dmcli.workflows.trace.sources import Event

_DELIVERIES = ("delivered", "invalid", "spam", "failed")
# What a failed delivery means where its message is none that can be read: by the service's class, then its outcome.
_BY_CLASS = {"SmtpNxBox": "unknown-mailbox", "SmtpSpam": "spam", "SmtpTimeout": "unreachable"}
_BY_OUTCOME = {"delivered": "delivered", "invalid": "unknown-mailbox", "spam": "spam", "failed": "failed"}

# Verdicts that are no reply of a mail server. Left as written: one argument a line would double the table.
# fmt: off
_OWN: dict[str, Reason] = {reason.word: reason for reason in (
    Reason("unsubscribed", "recipient",
           "The recipient has unsubscribed, so the service holds mail back.",
           "Do not send to them until they ask for it again, and take the address off your lists.",
           "收件人已退订，服务会拦截发给其的邮件。",
           "在收件人重新同意之前请勿发送，并将该地址从列表中移除。"),
    Reason("complained", "recipient",
           "The recipient has reported mail as spam, so the service holds mail back.",
           "Do not send to them any more, and take the address off your lists.",
           "收件人曾举报垃圾邮件，服务会拦截发给其的邮件。",
           "请勿再向其发送，并将该地址从列表中移除。"),
    Reason("failed", "sender",
           "The delivery failed, with a message that cannot be read.",
           "Send once more; if it fails again, ask the service's support, with the message as it stands.",
           "投递失败，返回的信息无法解读。",
           "请再发送一次；若仍失败，请将该信息原样提供给服务支持。"),
    Reason("not-sent", "sender",
           "The address is in a list, and no mail to it is known in this time.",
           "See `dm task list` for batch sends; an outcome may take minutes, and is kept for 30 days.",
           "该地址在列表中，但这段时间内没有发给它的邮件记录。",
           "批量发送请查看 `dm task list`；结果可能需要几分钟，并保留 30 天。"),
    Reason("nothing-known", "sender",
           "Nothing is known of this address in this time: no mail was sent to it, or its outcome is not known yet.",
           "Check spelling, profile and region, and `dm account show` for the quota; outcomes are kept for 30 days.",
           "这段时间内没有该地址的任何记录：未曾发信，或结果尚未得知。",
           "请检查拼写、配置和地域，并用 `dm account show` 查看额度；结果保留 30 天。"),
    Reason("unknown", "sender",
           "Nothing can be said, since not all could be read.",
           "Mend what is named below, and run it again.",
           "部分信息未能读取，无法判断。",
           "请处理下面指出的问题后重新运行。"),
)}
# fmt: on
VERDICTS: dict[str, Reason] = REASONS | _OWN
# What a time line says of its events: a word, and what it means where no reply tells, in English and Chinese.
EVENTS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "delivered": (("delivered", ""), ("已送达", "")),
    "invalid": (("invalid address", ""), ("无效地址", "")),
    "spam": (("taken for spam", ""), ("判为垃圾邮件", "")),
    "failed": (("failed", ""), ("失败", "")),
    "found-invalid": (
        ("on the invalid list", "The service no longer sends to it."),
        ("列入无效地址", "服务不再向其投递。"),
    ),
    "unsubscribed": (("unsubscribed", "By a mail from {from}."), ("退订", "来自 {from} 的邮件。")),
    "complained": (("reported as spam", "A mail from {from}."), ("举报垃圾邮件", "来自 {from} 的邮件。")),
    "member": (("joined a list", "It is in the list {list}."), ("加入列表", "该地址在列表 {list} 中。")),
    "task": (
        ("batch send", "Task {task} to the list {list}, which has the address now."),
        ("批量发送", "任务 {task}，发送至列表 {list}，该地址目前在其中。"),
    ),
}


class Verdict(NamedTuple):
    """The likely reason, and the reply of the mail server that it was read from, "" for none."""

    reason: Reason
    message: str = ""

    def texts(self, lang: str) -> tuple[str, str]:
        """What it means and what to do."""
        return texts_of(self.reason, lang)


def judge(events: Sequence[Event], unread: Container[str]) -> Verdict:
    """The verdict on events in the order of time: what holds mail back now, else what became of the last mail."""
    deliveries = [event for event in events if event.what in _DELIVERIES]
    last = deliveries[-1] if deliveries else None
    arrived = (last.time or 0) if last and last.what == "delivered" else -1
    for what, word in (
        ("complained", "complained"),
        ("unsubscribed", "unsubscribed"),
        ("found-invalid", "known-invalid"),
    ):
        holding = [event for event in events if event.what == what and (event.time or 0) >= arrived]
        if holding:
            failed = last.data["message"] if last and last.what != "delivered" else ""
            return Verdict(VERDICTS[word], failed)
    if last:
        return Verdict(VERDICTS[meaning_of(last)], last.data["message"])
    if "deliveries" in unread:
        return Verdict(VERDICTS["unknown"])
    in_list = any(event.what == "member" for event in events)
    return Verdict(VERDICTS["not-sent" if in_list else "nothing-known"])


def meaning_of(event: Event) -> str:
    """The reason (a key of VERDICTS) that a delivery came to its end."""
    if event.what == "delivered":
        return "delivered"
    reading = read(event.data["message"])
    if reading and reading.reason not in ("delivered", "refused"):
        return reading.reason
    return _BY_CLASS.get(event.data["classification"]) or _BY_OUTCOME[event.what]


def event_texts(event: Event, lang: str) -> tuple[str, str]:
    """The word for an event and what it means, "" where there is no more to say."""
    word, meaning = EVENTS[event.what][lang == "zh"]
    if event.what in _DELIVERIES and event.what != "delivered":
        return word, texts_of(VERDICTS[meaning_of(event)], lang)[0]
    return word, meaning.format_map(event.data)
