"""Sending mail (reference section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.api.kinds.addresses import EMAIL, split_addresses
from dmcli.api.kinds.common import ALIAS
from dmcli.api.kinds.json import recipients_in
from dmcli.record import Record
from dmcli.sandbox.errors import ServiceError
from dmcli.sandbox.facts import NOBODY, SDK, Facts, said
from dmcli.sandbox.service.callers import PROTECTED, check_caller
from dmcli.sandbox.service.composing import (
    BUILT_IN,
    MAX_HEADERS,
    batch_message,
    find_template,
    headers_of,
    personal,
    single_message,
    variables_of,
)
from dmcli.sandbox.service.delivery import (
    FORBIDDEN,
    HELD,
    LEFT,
    NO_MAILBOX,
    Message,
    Outcome,
    Recipient,
    deliver,
    quota_days,
)
from dmcli.sandbox.service.holding import ANYBODY_HELD, forbidden, held_back, known_invalid
from dmcli.sandbox.service.pools import chosen_pool
from dmcli.sandbox.store.sql import from_json
from dmcli.words import marked

if TYPE_CHECKING:
    from dmcli.sandbox.service.context import Context, Handler

MAX_INLINE = 100
_ANY_SENDER = "domain-auth-created-by-system"  # the sender that DomainAuth needs in a domain (SDK)
# All that every send reads before it writes, in one statement, since several would take about as long each.
_SENDER = (
    f"SELECT a.status, d.status, {PROTECTED}, {LEFT}, a.sendtype, a.reply, a.reply_status, coalesce(c.ip_pool, ''), "
    f"CAST(coalesce(c.id, '') AS TEXT), coalesce(c.validation, ''), {ANYBODY_HELD} FROM address AS a "
    "LEFT JOIN domain AS d ON d.name = a.domain LEFT JOIN config_set AS c ON c.id = a.config_set WHERE a.name = ?"
)


class Sender(Record):
    """A sender address as far as sending needs it; `ip_pool` and `validation` are those of its configuration set.

    `left` are the mails that the account may still send, `held` tells whether there is anybody who gets no mail.
    """

    name: str
    left: int
    sendtype: str
    reply: str
    reply_status: int
    ip_pool: str
    config_set: str
    validation: str
    held: int


def single(context: Context, headers: str = "") -> dict[str, Any]:
    """SingleSendMail: all recipients are checked before any gets the mail.

    `headers` as JSON text are those of a mail that came over SMTP.
    """
    sender = _sender(context)
    to = [Recipient(address.strip()) for address in split_addresses(context.params["ToAddress"])]
    if hidden := context.get("BccAddress"):
        to += [Recipient(address.strip(), bcc=1) for address in split_addresses(hidden) if address]
    message = _common(context, sender, single_message(context), headers)
    addresses = [one.address for one in to]
    if sender.held and known_invalid(context, addresses):
        raise ServiceError("InvalidToAddress.Spam")
    _check_quota(sender, len(to))
    stopped = _stopped(context, sender, addresses)
    return {"EnvId": deliver(context, sender.name, message, to, tag=context.get("TagName"), stopped=stopped)}


def batch(context: Context) -> dict[str, Any]:
    """BatchSendMail: a message a recipient, each with their own variables; known invalid ones are only recorded."""
    sender = _sender(context)
    if sender.sendtype == "trigger":
        raise ServiceError("InvalidMailAddressSendType.Malformed")
    message = _common(context, sender, batch_message(context))
    people = _members(context) if context.get("ReceiversName") else _inline(context)
    _check_quota(sender, len(people))
    addresses = [address for address, _ in people]
    stopped = _stopped(context, sender, addresses)
    if sender.held:
        stopped |= dict.fromkeys(known_invalid(context, addresses), NO_MAILBOX)
    tag = context.get("TagName")
    env = deliver(context, sender.name, message, personal(message, people), tag=tag, stopped=stopped)
    context.add(
        "task",
        receivers=context.get("ReceiversName"),
        template=message.template,
        tag=tag,
        count=len(people),
        address_type=context.params["AddressType"],
        ip_pool=message.ip_pool,
        config_set=message.config_set,
        created=context.now,
    )
    return {"EnvId": env}


def test(context: Context) -> dict[str, Any]:
    """SendTestByTemplate: a mail as the template's batches make it, to one address."""
    sender, to = _sender(context), context.params["Email"]
    template = find_template(context, "id", context.params["TemplateId"])
    message = Message(template.subject, template.html, alias=template.nickname, template=template.name)
    message = message._replace(ip_pool=sender.ip_pool, config_set=sender.config_set)
    given = {name: context.params[name] for name in BUILT_IN if context.get(name)}
    others = variables_of(from_json(context.get("TemplateParams"), "InvalidTemplateParams.Malformed"))
    if sender.held and known_invalid(context, [to]):
        raise ServiceError("InvalidToAddress.Spam")
    _check_quota(sender, 1)
    people = [(to, {**others, **given})]
    deliver(context, sender.name, message, personal(message, people), stopped=_stopped(context, sender, [to]))
    return {}


def _stopped(context: Context, sender: Sender, addresses: list[str]) -> dict[str, Outcome]:
    """What becomes of mail that is held back, by the recipient in lower case."""
    stopped: dict[str, Outcome] = {}
    if sender.validation:
        stopped |= dict.fromkeys(forbidden(context, sender.validation, addresses), FORBIDDEN)
    if sender.held:
        stopped |= dict.fromkeys(held_back(context, sender.name, sender.sendtype, addresses), HELD)
    return stopped


def _sender(context: Context) -> Sender:
    """The sender, which must be able to send from where the call comes. Raises ServiceError."""
    name, days = context.params["AccountName"].lower(), quota_days(context.now)
    row = context.one(_SENDER, *days, name)
    if row is None and context.yes("DomainAuth"):  # stands for every address of its domain
        row = context.one(_SENDER, *days, f"{_ANY_SENDER}@{name.partition('@')[2]}")
    if row is None:
        check_caller(context)
        raise ServiceError("InvalidMailAddress.NotFound")
    frozen, domain_status, protected, *facts = row
    if protected:
        check_caller(context)
    if frozen:
        raise ServiceError("InvalidMailAddressStatus.Malformed")
    if domain_status in (None, 1):
        raise ServiceError("InvalidMailAddressDomain.Malformed")
    return Sender(name, *facts)


def _common(context: Context, sender: Sender, message: Message, headers: str = "") -> Message:
    """The message with what both ways of sending have in common. Raises ServiceError."""
    if not ALIAS.accepts(message.alias):
        raise ServiceError("InvalidFromAlias.Malformed")
    own_reply = context.yes("ReplyToAddress")
    if own_reply and (not sender.reply or sender.reply_status):
        raise ServiceError("InvalidReplyAddress.Malformed")
    return message._replace(
        reply_to=context.get("ReplyAddress", sender.reply if own_reply else ""),
        reply_alias=context.get("ReplyAddressAlias"),
        track=int(context.yes("ClickTrace") and _is_tag(context, context.get("TagName"))),
        headers=headers_of(context) if context.get("Headers") else headers,
        ip_pool=chosen_pool(context) or sender.ip_pool,
        config_set=sender.config_set,
    )


def _is_tag(context: Context, name: str) -> bool:
    return context.one("SELECT 1 FROM tag WHERE name = ?", name) is not None


def _members(context: Context) -> list[tuple[str, dict[str, str]]]:
    """The members of the list, with their variables. Raises ServiceError."""
    found = context.one("SELECT id FROM receiver WHERE name = ?", context.params["ReceiversName"])
    if not found:
        raise ServiceError("InvalidReceiver.NotFound")
    rows = context.all("SELECT email, variables FROM member WHERE receiver = ?", found[0])
    if not rows:
        raise ServiceError("InvalidReceiverStatus.Malformed")
    return [(email, from_json(variables, "InternalError") or {}) for email, variables in rows]


def _inline(context: Context) -> list[tuple[str, dict[str, str]]]:
    """The recipients that stand in the call itself, with their variables. Raises ServiceError."""
    people = []
    for group in from_json(context.params["Receivers"], "InvalidReceiverName.Malformed"):
        addresses = recipients_in(group)
        for address in [""] if addresses is None else addresses:
            if not isinstance(address, str) or not EMAIL.accepts(address):
                raise ServiceError("InvalidReceiverName.Malformed")
            people.append((address, variables_of(group.get("TemplateData"))))
    if not 0 < len(people) <= MAX_INLINE:
        raise ServiceError("InvalidReceiverName.Malformed")
    return people


def _check_quota(sender: Sender, mails: int) -> None:
    """Refuse when that many mails are more than may be sent."""
    if mails > sender.left:
        raise ServiceError("InvalidSendMail.Spam")


HANDLERS: dict[str, Handler] = {"SingleSendMail": single, "BatchSendMail": batch, "SendTestByTemplate": test}

_LEVELS = marked(
    "UnSubscribeFilterLevel says whose unsubscribes hold mail back: those from the sender address, its domain or the "
    "account; by default those from the sender address where that is of the batch type."
)
_REFUSED_IPS = marked(
    {
        "InvalidIP.NotFound": "only listed IP addresses may send, and the call comes from another",
        "InvalidIpPool.NotFound": "the account has no such IP pool",
    }
)
_UNTAGGED = marked("With ClickTrace and no tag, or one that was not created, mail is taken and not tracked.")
FACTS: dict[str, Facts] = {
    "SingleSendMail": Facts(
        section="4.1",
        printed=(
            "AccountName",
            "AddressType",
            "ReplyToAddress",
            "Subject",
            "ToAddress",
            "ClickTrace",
            "FromAlias",
            "HtmlBody",
            "TagName",
            "TextBody",
        ),
        unread=("AddressType", "UnSubscribeLinkType"),
        never=(
            "InvalidReceiverName.Malformed",
            "InvalidReceiver.NotFound",
            "InvalidTemplateName.Malformed",
            "InvalidMailAddressSendType.Malformed",
            "InvalidMailAddressStatus.Malformed",
        ),
        undeclared_codes={
            **_REFUSED_IPS,
            "InvalidTemplateStatus.Malformed": "the template is not approved",
            "InvalidTemplateData.Malformed": "the variables are a text that is no JSON",
        },
        copied={
            "With a template the bodies are ignored.": SDK,
            "Opens and clicks of blind copies are not counted; blind copies count against the quota.": SDK,
            said("Of more than {most} headers the rest is dropped.", most=MAX_HEADERS): SDK,
            "DomainAuth lets every address of a domain send in which domain-auth-created-by-system@ was made.": SDK,
            "An address in the list of invalid ones is refused with InvalidToAddress.Spam.": "reference 4.1",
            "With ReplyToAddress the sender must have a reply-to address that is confirmed.": "reference 4.1",
            _UNTAGGED: "page tracking by tag",
            _LEVELS: SDK,
        },
        guessed={
            "One recipient that cannot be sent to refuses the whole call.": NOBODY,
            "Each recipient gets a mail of their own, addressed to nobody else.": NOBODY,
            "Sender addresses of the batch type may send single mails.": NOBODY,
            "With ReplyToAddress and no confirmed reply-to address a call is refused: InvalidReplyAddress.Malformed.": (
                "reference 4.1"
            ),
            "The tag may be any, and need not be there.": SDK,
            "ReplyAddress goes before the sender's own reply-to address.": NOBODY,
            "Headers that the SDK's text does not list are refused with InvalidHeaders.Malformed.": SDK,
            "Variables stand in braces, such as {UserName}; one that has no value stays as it is.": NOBODY,
        },
        missing={
            "With AddressType 0 the mail still comes from the sender address, and from no random one.": "reference 4.1",
            "No sender address is ever frozen.": "reference 4.1",
        },
    ),
    "BatchSendMail": Facts(
        section="4.2",
        printed=("AccountName", "AddressType", "ReceiversName", "TemplateName", "ClickTrace", "TagName"),
        unread=("UnSubscribeLinkType",),
        never=("InvalidMailAddressStatus.Malformed",),
        undeclared_codes={
            **_REFUSED_IPS,
            "InvalidTemplateData.Malformed": "the variables of a recipient are a text that is no JSON, or too large",
            "InvalidBody": "a body is too large, or would be with its variables filled in",
            "InvalidFromAlias.Malformed": "the alias has a line break or is too long",
            "InvalidSubject.Malformed": "the subject is empty, has a line break or is too long",
        },
        copied={
            _LEVELS: SDK,
            "ReceiversName goes before Receivers, and TemplateName before TemplateContent.": SDK,
            "A list that is larger than what is left of the quota is refused.": SDK,
            _UNTAGGED: "page tracking by tag",
            "A template must be approved.": "reference 4.2",
            "The name of a list or template with more than 30 characters is refused as malformed.": "reference 4.2",
        },
        guessed={
            "A sender of the trigger type is refused with InvalidMailAddressSendType.Malformed.": "reference 4.2",
            "Known invalid addresses of a list count as sent and as invalid; the rest gets the mail.": NOBODY,
            "An empty list is refused with InvalidReceiverStatus.Malformed.": "reference 4.2",
            "Of several templates of one name the newest is sent.": NOBODY,
            "Variables are UserName, NickName, Gender, Birthday, Mobile, EAddr and those of CustomDetail, in braces.": (
                "help pages"
            ),
        },
        missing={
            "All mail is there when the call ends; the list may be deleted at once.": SDK,
            "AddressType 0 is only shown again in the list of tasks.": "reference 4.2",
            "With DomainAuth too AccountName must be an address, and not the domain alone.": SDK,
            "No sender address is ever frozen.": "reference 4.2",
        },
    ),
    "SendTestByTemplate": Facts(
        undeclared_codes={"InvalidTemplateData.Malformed": "the variables are too large"},
        guessed={
            "A test mail counts against the quota, and in the statistics.": NOBODY,
            "The template must be approved, as for a batch.": "other actions",
            "Senders of both types may send it.": NOBODY,
            "UserName and the other parameters go before a variable of their name in TemplateParams.": NOBODY,
        },
    ),
}
