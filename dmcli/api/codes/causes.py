"""Which of several causes of a code it is, where the call that was refused tells that by itself.

A name in braces in a text is a parameter of the call.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api.kinds.addresses import EMAIL
from dmcli.api.kinds.dates import moment_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Explained = Mapping[str, tuple[str, str]]  # by language: what it means, what to do

_AT_ONCE, _SAVED = 100, 500  # recipients of a send, members in a call (SDK)
_LIST_NAME, _TEMPLATE_NAME, _SENDER, _DOMAIN, _ALIAS, _SUBJECT = 30, 30, 60, 50, 15, 100  # characters


class Asked(NamedTuple):
    """A call that was refused: its action, whether that sends mail, and its parameters."""

    action: str
    sends: bool
    params: Mapping[str, str]

    def has(self, *names: str) -> bool:
        """Whether one of the parameters was given."""
        return any(self.params.get(name) for name in names)

    def longer(self, name: str, most: int) -> bool:
        """Whether a parameter has more characters."""
        return len(self.params.get(name, "")) > most

    def yes(self, name: str) -> bool:
        """Whether a flag was set, as clients write that."""
        return self.params.get(name, "").lower() in ("1", "true")

    def elements(self, name: str) -> list[Any]:
        """The elements of a JSON array; none where it is none."""
        from dmcli.untrusted import read_json

        try:
            value = read_json(self.params.get(name, ""))
        except ValueError:
            return []
        return value if isinstance(value, list) else []

    def recipients(self) -> int:
        """How many recipients a call names itself."""
        from dmcli.api.kinds.json import recipients_in

        typed = ",".join(filter(None, (self.params.get("ToAddress"), self.params.get("BccAddress"))))
        groups = self.elements("Receivers")
        return (typed.count(",") + 1 if typed else 0) + sum(len(recipients_in(group) or ()) for group in groups)


class Cause(NamedTuple):
    """One cause of a code: what tells it, what it means and what to do, each in one sentence of two languages."""

    code: str
    told_by: Callable[[Asked], bool]
    en: str
    en_remedy: str
    zh: str
    zh_remedy: str


def explain_call(code: str, asked: Asked) -> Explained:
    """What a code means for this call, by language; nothing where the call does not tell."""
    cause = next((cause for cause in CAUSES if cause.code == code and cause.told_by(asked)), None)
    if cause is None:
        return {}

    def fill(text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda match: asked.params.get(match[1], match[0]), text)

    return {"en": (fill(cause.en), fill(cause.en_remedy)), "zh": (fill(cause.zh), fill(cause.zh_remedy))}


def _is_plain_tag(asked: Asked) -> bool:
    return re.fullmatch(r"[\w-]{1,128}", asked.params.get("TagName", "")) is not None


def _asks_for_own_reply_address(asked: Asked) -> bool:
    return asked.yes("ReplyToAddress") and (
        not asked.has("ReplyAddress") or EMAIL.accepts(asked.params["ReplyAddress"])
    )


def _has_break(text: str) -> bool:
    return re.search("[\x00-\x1f\x7f]", text) is not None


def _is_date(text: str) -> bool:
    return moment_of(text[:10], "%Y-%m-%d") is not None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


# Left as written: one argument a line would double the table.
# fmt: off
CAUSES: tuple[Cause, ...] = (
    # Sending
    Cause("InvalidReplyAddress.Malformed", _asks_for_own_reply_address,
          "The sender address {AccountName} has no confirmed reply-to address, which the call asks for.",
          "Set one with `dm address update ADDRESS --reply-to EMAIL` and have it confirmed with "
          "`dm address verify-reply ADDRESS`, or leave --use-reply-to out.",
          "调用要求使用发信地址自己的回信地址，但 {AccountName} 没有已确认的回信地址。",
          "请用 `dm address update ADDRESS --reply-to EMAIL` 设置并用 `dm address verify-reply ADDRESS` 确认，"
          "或去掉 --use-reply-to。"),
    Cause("InvalidTagName.Malformed", lambda asked: asked.yes("ClickTrace") and not asked.has("TagName"),
          "Opens and clicks are counted by tag, and the mail has none.",
          "Give --tag with one that `dm tag list` shows, or leave --track out.",
          "打开和点击按标签统计，但邮件没有标签。",
          "请用 --tag 指定 `dm tag list` 中的标签，或去掉 --track。"),
    Cause("InvalidTagName.Malformed", lambda asked: asked.yes("ClickTrace") and _is_plain_tag(asked),
          "Opens and clicks are counted by a tag of the account, and it has no tag {TagName}.",
          "Make it with `dm tag create NAME`, or take one that `dm tag list` shows.",
          "打开和点击按账号中的标签统计，但账号中没有标签 {TagName}。",
          "请用 `dm tag create NAME` 新建，或使用 `dm tag list` 中已有的标签。"),
    Cause("InvalidToAddress", lambda asked: asked.recipients() > _AT_ONCE,
          "The call has more than 100 recipients.",
          "Send to at most 100 in one call, or to a list with `dm send batch`.",
          "一次调用的收件人超过 100 个。",
          "请将每次的收件人控制在 100 个以内，或用 `dm send batch` 发送给列表。"),
    Cause("InvalidToAddress", lambda asked: asked.has("ToAddress", "Email"),
          "A recipient's address is not written as an e-mail address.",
          "Give addresses such as a@example.com, made of letters, digits, and _ - + . before the @.",
          "收件人地址不是合法的邮箱地址。",
          "请提供形如 a@example.com 的地址，@ 之前只用字母、数字和 _ - + . 这些字符。"),
    Cause("InvalidToAddress.Spam", lambda asked: asked.recipients() == 1 and asked.has("ToAddress"),
          "The address {ToAddress} is known as one that does not exist, so the service does not send to it.",
          "Look for it in `dm stats invalid` and take it off your lists.",
          "{ToAddress} 已被记录为无效地址，服务拒绝向其投递。",
          "请用 `dm stats invalid` 查询，并将该地址从收件人列表中移除。"),
    Cause("InvalidReceiverName.Malformed", lambda asked: asked.recipients() > _AT_ONCE,
          "The call has more than 100 recipients.",
          "Name at most 100 in one call, or send to a list with --list.",
          "一次调用的收件人超过 100 个。",
          "请将每次的收件人控制在 100 个以内，或用 --list 发送给列表。"),
    Cause("InvalidReceiverName.Malformed", lambda asked: asked.has("Receivers"),
          "A recipient that stands in the call is not written as an e-mail address, or there is none.",
          'Give --receivers as [{"To": ["a@example.com"]}].',
          "调用中的收件人不是合法的邮箱地址，或没有收件人。",
          '--receivers 请写成 [{"To": ["a@example.com"]}]。'),
    Cause("InvalidReceiverName.Malformed",
          lambda asked: asked.longer("ReceiversAlias", _LIST_NAME) and not asked.longer("ReceiversName", _LIST_NAME),
          "The alias of the recipient list is longer than 30 characters.",
          "Shorten --alias.",
          "收件人列表的别名超过 30 个字符。",
          "请缩短 --alias。"),
    Cause("InvalidReceiverName.Malformed", lambda asked: asked.longer("ReceiversName", _LIST_NAME),
          "The name of the recipient list is longer than 30 characters.",
          "Give a name of 1 to 30 characters; `dm receiver list` shows the lists there are.",
          "收件人列表名称超过 30 个字符。",
          "请使用 1 到 30 个字符的名称，现有列表可用 `dm receiver list` 查看。"),
    Cause("InvalidReceiverName.Malformed", lambda asked: asked.has("ReceiversName"),
          "The name of the recipient list is not acceptable.",
          "Give a list name of 1 to 30 characters as `dm receiver list` shows it.",
          "收件人列表名称不符合要求。",
          "列表名称应为 1 到 30 个字符，写法见 `dm receiver list`。"),
    Cause("InvalidReceiver.NotFound", lambda asked: asked.action != "DeleteReceiverDetail",
          "This account has no such recipient list in the region that was called.",
          "Compare with `dm receiver list`, and check the region.",
          "当前账号在所调用的地域中没有这个收件人列表。",
          "请与 `dm receiver list` 的结果核对，并检查地域设置。"),
    Cause("InvalidBody", lambda asked: asked.has("TemplateContent"),
          "The content in place of a template has neither HtmlBody nor TextBody, or one of them is not acceptable.",
          "Give one of the two in --template-content, as UTF-8 and not empty.",
          "代替模板的内容既没有 HtmlBody 也没有 TextBody，或其中之一不符合要求。",
          "请在 --template-content 中提供其中之一，应为非空的 UTF-8 文本。"),
    Cause("InvalidBody", lambda asked: not asked.has("HtmlBody", "TextBody", "Template", "TemplateText"),
          "The mail has no body.",
          "Give --html, --text or both.",
          "邮件没有正文。",
          "请提供 --html 或 --text。"),
    Cause("InvalidBody", lambda asked: asked.has("HtmlBody", "TextBody", "TemplateText"),
          "A body of the mail is not acceptable, mostly because it is too large.",
          "Make it smaller, and check that it is UTF-8.",
          "邮件正文不符合要求，多半是过大。",
          "请缩小正文，并检查其是否为 UTF-8。"),
    Cause("InvalidSubject.Malformed", lambda asked: asked.longer("Subject", _SUBJECT),
          "The subject is longer than 100 characters.",
          "Shorten it.",
          "邮件主题超过 100 个字符。",
          "请缩短主题。"),
    Cause("InvalidSubject.Malformed", lambda asked: _has_break(asked.params.get("Subject", "")),
          "The subject has a line break or another control character.",
          "Write it in one line.",
          "邮件主题含有换行或其他控制字符。",
          "请将主题写在一行内。"),
    Cause("InvalidSubject.Malformed", lambda asked: not asked.has("Subject", "TemplateContent", "TemplateSubject"),
          "The mail has no subject.",
          "Give --subject, or a template that has one.",
          "邮件没有主题。",
          "请提供 --subject，或使用带主题的模板。"),
    Cause("InvalidFromAlias.Malformed", lambda asked: asked.longer("FromAlias", _ALIAS),
          "The sender's display name is longer than 15 characters.",
          "Shorten --alias to at most 15 characters.",
          "发信人昵称超过 15 个字符。",
          "请将 --alias 缩短到 15 个字符以内。"),
    Cause("InvalidFromAlias.Malformed", lambda asked: asked.has("FromAlias"),
          "The sender's display name has characters that the service does not accept.",
          "Write --alias in one line of plain text.",
          "发信人昵称含有服务不接受的字符。",
          "--alias 请使用单行纯文本。"),
    Cause("InvalidReplyAddressAlias.Malformed", lambda asked: asked.longer("ReplyAddressAlias", _ALIAS),
          "The display name of the reply-to address is longer than 15 characters.",
          "Shorten --reply-alias to at most 15 characters.",
          "回信地址的昵称超过 15 个字符。",
          "请将 --reply-alias 缩短到 15 个字符以内。"),
    Cause("InvalidReplyAddressAlias.Malformed", lambda asked: asked.has("ReplyAddressAlias"),
          "The display name of the reply-to address has characters that the service does not accept.",
          "Write --reply-alias in one line of plain text.",
          "回信地址的昵称含有服务不接受的字符。",
          "--reply-alias 请使用单行纯文本。"),
    Cause("InvalidTemplateName.Malformed", lambda asked: asked.longer("TemplateName", _TEMPLATE_NAME),
          "The template name is longer than 30 characters.",
          "Use a name of 1 to 30 characters; `dm template list` shows the templates there are.",
          "模板名称超过 30 个字符。",
          "请使用 1 到 30 个字符的名称，现有模板可用 `dm template list` 查看。"),
    # Sender addresses
    Cause("InvalidMailAddressSendType.Malformed", lambda asked: asked.action == "BatchSendMail",
          "The sender address {AccountName} is of the trigger type, which does not send to lists.",
          "Take one of the batch type from `dm address list`, or make it with "
          "`dm address create ADDRESS --type batch`.",
          "发信地址 {AccountName} 是触发类型，不能用于批量发送。",
          "请从 `dm address list` 中选用 batch 类型的地址，或用 `dm address create ADDRESS --type batch` 新建。"),
    Cause("InvalidMailAddressSendType.Malformed", lambda asked: asked.action == "SingleSendMail",
          "The sender address {AccountName} is of the batch type, which does not send single mails.",
          "Take one of the trigger type from `dm address list`, or make it with "
          "`dm address create ADDRESS --type trigger`.",
          "发信地址 {AccountName} 是批量类型，不能用于触发发送。",
          "请从 `dm address list` 中选用 trigger 类型的地址，或用 `dm address create ADDRESS --type trigger` 新建。"),
    Cause("InvalidMailAddressSendType.Malformed", lambda asked: asked.has("Sendtype"),
          "The type of a sender address is neither batch nor trigger.",
          "Give one of the two as --type.",
          "发信地址的类型既不是 batch 也不是 trigger。",
          "请在 --type 中提供其中之一。"),
    Cause("InvalidMailAddressName.Malformed",
          lambda asked: asked.action == "CreateMailAddress" and asked.longer("AccountName", _SENDER),
          "The sender address is longer than 60 characters.",
          "Choose a shorter one.",
          "发信地址超过 60 个字符。",
          "请使用较短的地址。"),
    Cause("InvalidMailAddressId.Malformed", lambda asked: _is_number(asked.params.get("MailAddressId", "")),
          "No sender address of this account has the id {MailAddressId}.",
          "Name the address itself, or take the id from `dm address list`.",
          "当前账号中没有 ID 为 {MailAddressId} 的发信地址。",
          "请直接使用地址本身，或从 `dm address list` 中取得 ID。"),
    Cause("InvalidMailAddressId.Malformed", lambda asked: asked.has("MailAddressId"),
          "The id of a sender address is a number, and the call has another text in its place.",
          "Take the id from `dm address list`.",
          "发信地址 ID 应为数字，但调用中不是。",
          "请从 `dm address list` 中取得 ID。"),
    # Domains
    Cause("InvalidDomainId.Malformed", lambda asked: _is_number(asked.params.get("DomainId", "")),
          "No domain of this account has the id {DomainId}.",
          "Name the domain itself, or take the id from `dm domain list`.",
          "当前账号中没有 ID 为 {DomainId} 的域名。",
          "请直接使用域名本身，或从 `dm domain list` 中取得 ID。"),
    Cause("InvalidDomainId.Malformed", lambda asked: asked.has("DomainId"),
          "The id of a domain is a number, and the call has another text in its place.",
          "Take the id from `dm domain list`.",
          "域名 ID 应为数字，但调用中不是。",
          "请从 `dm domain list` 中取得 ID。"),
    Cause("InvalidDomainName.Malformed", lambda asked: asked.longer("DomainName", _DOMAIN),
          "The domain is longer than 50 characters.",
          "Choose a shorter one.",
          "域名超过 50 个字符。",
          "请使用较短的域名。"),
    Cause("InvalidDomainName.Malformed", lambda asked: "." not in asked.params.get("DomainName", "."),
          "The domain has no dot.",
          "Give the whole of it, such as mail.example.com.",
          "域名中没有点。",
          "请提供完整的域名，例如 mail.example.com。"),
    # Members
    Cause("InvalidReceiverDetailNumber.Malformed",
          lambda asked: max(len(asked.elements("Detail")), len(asked.elements("CustomDetail"))) > _SAVED,
          "The call has more than 500 members.",
          "Add at most 500 in one call; `dm receiver add LIST EMAIL` divides them by itself.",
          "一次调用的收件人超过 500 个。",
          "每次调用最多添加 500 个，`dm receiver add LIST EMAIL` 会自动分批。"),
    Cause("InvalidReceiverDetailNumber.Malformed", lambda asked: asked.has("Detail", "CustomDetail"),
          "The recipient list can hold no more members.",
          "Make another list with `dm receiver create NAME`.",
          "收件人列表已满。",
          "请用 `dm receiver create NAME` 另建一个列表。"),
    # Statistics
    Cause("InvalidDate.NotFound", lambda asked: asked.has("EndTime") and not asked.has("StartTime"),
          "The question has a last day and no first one.",
          "Give --since.",
          "查询有结束日期但没有起始日期。",
          "请提供 --since。"),
    Cause("InvalidDate.NotFound", lambda asked: asked.has("StartTime") and not asked.has("EndTime"),
          "The question has a first day and no last one.",
          "Give --until.",
          "查询有起始日期但没有结束日期。",
          "请提供 --until。"),
    Cause("InvalidStartTime.Malformed", lambda asked: _is_date(asked.params.get("StartTime", "")),
          "The first day, {StartTime}, is longer ago than the service keeps data.",
          "Choose a --since within the last 30 days.",
          "起始日期 {StartTime} 早于服务保留数据的期限。",
          "请将 --since 设为最近 30 天以内。"),
    Cause("InvalidStartTime.Malformed", lambda asked: asked.has("StartTime"),
          "The first day is not written as a date.",
          "Give --since as 2019-09-29, or as 7d or today.",
          "起始日期格式不正确。",
          "--since 请使用 2019-09-29 这样的日期，或 7d、today。"),
    Cause("InvalidBetweenTime.Malformed",
          lambda asked: asked.has("EndTime") and asked.params["EndTime"] < asked.params.get("StartTime", ""),
          "The last day, {EndTime}, lies before the first, {StartTime}.",
          "Swap --since and --until.",
          "结束日期 {EndTime} 早于起始日期 {StartTime}。",
          "请交换 --since 和 --until。"),
    Cause("InvalidBetweenTime.Malformed", lambda asked: asked.has("EndTime"),
          "The time from {StartTime} to {EndTime} is longer than the service allows.",
          "Ask for a shorter time; how long it may be differs by command, 7 days is always accepted.",
          "从 {StartTime} 到 {EndTime} 的跨度超出服务允许的范围。",
          "请缩短查询范围；各命令的上限不同，7 天以内总是可以的。"),
    # What is no send is not out in doubt
    Cause("ServiceUnavailable", lambda asked: not asked.sends,
          "The service is out of order for the moment.",
          "Try again in a few minutes.",
          "服务暂时不可用。",
          "请几分钟后重试。"),
    Cause("InternalError", lambda asked: not asked.sends,
          "The service failed inside for a reason it does not tell.",
          "Try again in a few minutes.",
          "服务内部出错，未说明原因。",
          "请几分钟后重试。"),
    Cause("InternalServiceError", lambda asked: not asked.sends,
          "One part of the service could not reach another for the moment.",
          "Try again in a few minutes.",
          "服务内部调用暂时失败。",
          "请几分钟后重试。"),
)
# fmt: on
