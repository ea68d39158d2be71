"""Why mail servers refuse mail: a stable word for each reason, whose move it is, and texts in English and Chinese.

The texts are our own, each a sentence.
"""

from __future__ import annotations

from typing import NamedTuple

# Whose move it is, by the word that data have.
MOVES: dict[str, tuple[str, str]] = {
    "nobody": ("nobody's", "无需处理"),
    "wait": ("wait", "等待"),
    "sender": ("the sender's", "发件方"),
    "recipient": ("the recipient's", "收件方"),
    "list-owner": ("the list owner's", "列表维护者"),
}


class Reason(NamedTuple):
    """One reason: its `word`, whose `move` it is (a key of MOVES), what it means and what to do."""

    word: str
    move: str
    en: str
    en_remedy: str
    zh: str
    zh_remedy: str


# Left as written: one argument a line would double the table.
# fmt: off
_ALL: tuple[Reason, ...] = (
    Reason("delivered", "nobody",
           "The recipient's server took the mail.",
           "Where it is not in the inbox, the recipient should look among junk mail.",
           "收件方服务器已接收邮件。",
           "如果收件箱中没有，请收件人查看垃圾邮件文件夹。"),
    Reason("unknown-mailbox", "list-owner",
           "The recipient's domain has no such mailbox.",
           "Check the spelling, and take the address off your lists with `dm receiver clean`.",
           "收件方域名下没有这个邮箱。",
           "请检查拼写，并用 `dm receiver clean` 将该地址从列表中移除。"),
    Reason("known-invalid", "list-owner",
           "The service knows the address as one that does not exist, and no longer sends to it.",
           "Take it off your lists with `dm receiver clean`; if the mailbox is there, ask the service's support.",
           "服务已将该地址记录为无效地址，不再向其投递。",
           "请用 `dm receiver clean` 将其从列表中移除；如果邮箱确实存在，请联系服务支持解除。"),
    Reason("mailbox-disabled", "list-owner",
           "The mailbox is there but is switched off, locked or no longer used.",
           "Reach the person another way, and take the address off your lists if it stays so.",
           "邮箱存在，但已停用、被锁定或长期未使用。",
           "请以其他方式联系收件人，若一直如此请将该地址从列表中移除。"),
    Reason("mailbox-full", "recipient",
           "The recipient's mailbox has no room left.",
           "The recipient has to make room; send again in a few days.",
           "收件人的邮箱空间已满。",
           "需由收件人清理空间，请几天后再发送。"),
    Reason("recipient-busy", "wait",
           "The recipient gets more mail at the moment than its server lets through.",
           "Wait some hours, and send this address less often.",
           "收件人短时间内收到的邮件过多，服务器暂不接收。",
           "请等待数小时，并降低向该地址发信的频率。"),
    Reason("moved", "list-owner",
           "The recipient has moved to another address, or the mailbox has another owner now.",
           "Ask the person for the new address, and take the old one off your lists.",
           "收件人已更换地址，或邮箱已归他人所有。",
           "请向收件人索取新地址，并将旧地址从列表中移除。"),
    Reason("bad-address", "list-owner",
           "The recipient's address is not written as its server wants it.",
           "Correct the address in your lists.",
           "收件人地址的写法不被其服务器接受。",
           "请在列表中更正该地址。"),
    Reason("no-such-domain", "list-owner",
           "The recipient's domain does not exist, or takes no mail.",
           "Check the part behind the @, and take the address off your lists.",
           "收件方域名不存在，或不接收邮件。",
           "请检查 @ 后面的部分，并将该地址从列表中移除。"),
    Reason("not-served", "recipient",
           "The server that the recipient's domain names does not take mail for it.",
           "The administrator of the recipient's domain has to correct its MX records or its server.",
           "收件方域名所指向的服务器不为该域名收信。",
           "需由收件方域名的管理员更正 MX 记录或服务器设置。"),
    Reason("unreachable", "wait",
           "The recipient's server could not be reached, or did not answer in time.",
           "Wait some hours and send again; if it stays so, the recipient's administrator has to look.",
           "无法连接收件方服务器，或其未及时响应。",
           "请等待数小时后再发送；若一直如此，需由收件方管理员检查。"),
    Reason("temporary", "wait",
           "The recipient's server put the mail off for now, as many do with senders that they do not know.",
           "The service tries again by itself; if the mail still did not arrive after a day, send it again.",
           "收件方服务器暂时推迟接收，对陌生发件人常见（灰名单）。",
           "服务会自动重试；如果一天后仍未送达，请重新发送。"),
    Reason("too-fast", "sender",
           "The recipient's provider takes less mail at a time than was sent.",
           "Send more slowly or in smaller parts, and wait some hours before the next.",
           "发送速度超过收件方服务商的限制。",
           "请放慢速度或分批发送，并间隔数小时。"),
    Reason("bad-reputation", "sender",
           "The recipient's provider distrusts the IP or domain that the mail comes from, or has blocked it.",
           "Mail only people who asked for it, lower the volume, and ask the service's support about the sending IP.",
           "收件方服务商不信任发信 IP 或域名，或已将其列入黑名单。",
           "请只向同意接收的人发信，降低发送量，并就发信 IP 联系服务支持。"),
    Reason("spam", "sender",
           "The recipient's server takes the mail for spam.",
           "Change subject, text and links, mail only people who asked for it, and offer a way to unsubscribe.",
           "收件方服务器将邮件判定为垃圾邮件。",
           "请修改主题、正文和链接，只向同意接收的人发信，并提供退订方式。"),
    Reason("not-authenticated", "sender",
           "The mail failed SPF, DKIM or DMARC at the recipient's server, or its sender's DNS is not in order.",
           "Run `dm domain doctor` with the sending domain, and publish what it names.",
           "邮件未通过收件方的 SPF、DKIM 或 DMARC 检查，或发件方 DNS 记录有误。",
           "请对发信域名运行 `dm domain doctor`，并发布其指出的记录。"),
    Reason("blocked-by-recipient", "recipient",
           "The recipient, or a rule of their own, refuses this sender.",
           "Only the recipient can change that; do not send to them until they ask for it.",
           "收件人或其自定义规则拒收该发件人。",
           "只有收件人可以更改，在其同意之前请勿再发送。"),
    Reason("policy", "recipient",
           "A rule of the recipient's server refuses the mail and does not say more.",
           "Ask the recipient's administrator which rule it was, and try `dm domain doctor` with the sending domain.",
           "收件方服务器的规则拒收该邮件，未说明更多原因。",
           "请向收件方管理员询问具体规则，并对发信域名运行 `dm domain doctor`。"),
    Reason("too-large", "sender",
           "The mail is larger than the recipient's server takes.",
           "Make it smaller, or put a link in place of attachments.",
           "邮件超过收件方服务器的大小限制。",
           "请缩小邮件，或用链接代替附件。"),
    Reason("bad-content", "sender",
           "The recipient's server cannot or will not read the mail's format, headers or attachments.",
           "Leave unusual attachments and headers out, and send plain text beside the HTML.",
           "收件方服务器无法或不愿处理邮件的格式、邮件头或附件。",
           "请去掉不常见的附件和邮件头，并在 HTML 之外提供纯文本。"),
    Reason("encryption", "sender",
           "The two servers did not agree on encryption or on a login.",
           "Ask the service's support, which runs the sending server.",
           "双方服务器未能就加密或登录达成一致。",
           "请联系服务支持，发信服务器由其运行。"),
    Reason("loop", "recipient",
           "The mail went in a circle, or through too many servers, behind the recipient's address.",
           "The recipient's administrator has to correct the forwarding.",
           "邮件在收件地址之后循环转发，或经过的服务器过多。",
           "需由收件方管理员更正转发设置。"),
    Reason("server-trouble", "wait",
           "The recipient's server is in trouble: no space, an error of its own, or switched off.",
           "Wait some hours and send again; if it stays so, the recipient's administrator has to look.",
           "收件方服务器出现故障：空间不足、内部错误或已停用。",
           "请等待数小时后再发送；若一直如此，需由收件方管理员检查。"),
    Reason("protocol", "sender",
           "The two servers did not understand each other's commands.",
           "Ask the service's support, with the reply as it stands.",
           "双方服务器的命令交互出错。",
           "请将该回复原样提供给服务支持。"),
    Reason("quota", "sender",
           "The quota of the sending account is used up.",
           "See `dm account show`, and send the rest when the quota is renewed.",
           "发信账号的额度已用完。",
           "请查看 `dm account show`，待额度恢复后再发送其余邮件。"),
    Reason("account", "sender",
           "The sending account or its login is not in order.",
           "See `dm account show`; where mail is sent over SMTP, try `dm address set-password`.",
           "发信账号或其登录信息异常。",
           "请查看 `dm account show`；若通过 SMTP 发信，请用 `dm address set-password` 重设密码。"),
    Reason("refused", "sender",
           "The recipient's server refuses the mail for good, and does not say why.",
           "Send once more; if it is refused again, ask the recipient's administrator, with the reply as it stands.",
           "收件方服务器永久拒收该邮件，未说明原因。",
           "请再发送一次；若仍被拒收，请将该回复原样提供给收件方管理员。"),
)
# fmt: on
REASONS: dict[str, Reason] = {reason.word: reason for reason in _ALL}


def texts_of(reason: Reason, lang: str) -> tuple[str, str]:
    """What a reason means and what to do, in Chinese when `lang` is "zh", else in English."""
    return (reason.zh, reason.zh_remedy) if lang == "zh" else (reason.en, reason.en_remedy)
