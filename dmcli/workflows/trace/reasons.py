"""Verdicts on an address that are no reply of a mail server, in English and Chinese as those of the replies are."""

from __future__ import annotations

from dmcli.api.replies.reasons import Reason

# Left as written: one argument a line would double the table.
# fmt: off
OWN: dict[str, Reason] = {reason.word: reason for reason in (
    Reason("suppressed", "sender",
           "The address or its domain is on the account's suppression list, so the service holds mail back.",
           "Leave it so, or take it off the list with `dm suppression remove`.",
           "该地址或其域名在账号的屏蔽列表中，服务会拦截发给其的邮件。",
           "保持不变，或用 `dm suppression remove` 将其从列表中移除。"),
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
