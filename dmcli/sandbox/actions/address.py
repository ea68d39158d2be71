"""Sender addresses (reference section 7)."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from dmcli.sandbox.calendar import day_of, day_start, first_of_month, time_text
from dmcli.sandbox.environment import PORT
from dmcli.sandbox.errors import ServiceError
from dmcli.sandbox.facts import NOBODY, SDK, Facts, said
from dmcli.sandbox.service.context import Context, Row, list_page
from dmcli.sandbox.service.delivery import count_sent
from dmcli.sandbox.service.sources import ADDRESSES
from dmcli.sandbox.service.states import confirm_replies, reply_confirmed_at_once
from dmcli.sandbox.store.sql import like

if TYPE_CHECKING:
    from dmcli.sandbox.service.context import Handler

MAX_DELETIONS = 10  # a month
CONFIRMER = "confirm@directmail.test"  # the service itself, no address of the account
_TARGET = re.compile(r"https?://[!-~]+|[a-z]{2}-[a-z0-9-]+")  # a web hook, or an MNS region
# A server of the sandbox; in the process it is none, and the link is to the one that will be started to read the mail.
_HERE = re.compile(r"(?:https?://)?((?:127\.0\.0\.1|localhost|\[::1\]):[0-9]{1,5})", re.ASCII)
_FIELDS = (
    "a.id, a.name, a.sendtype, a.status, a.reply, a.reply_status, a.address_type, a.created, "
    "coalesce(d.status, 1) = 1, coalesce(c.id, ''), coalesce(c.name, '')"
)
_SOURCE = "address AS a LEFT JOIN domain AS d ON d.name = a.domain LEFT JOIN config_set AS c ON c.id = a.config_set"
# The mail is in the language that the call asks for, whichever its recipient's dm speaks.
_SUBJECT = {
    "en": "Confirm your reply-to address",  # untranslated: as said
    "zh": "请确认您的回信地址",
}
_TEXT = {
    "en": """{reply} was given as the reply-to address of {sender}.

To confirm it, open
{link}

or run: dm -p sandbox address approve-reply {ticket}
""",  # untranslated: as said
    "zh": """{reply} 被设置为 {sender} 的回信地址。

请打开以下链接确认：
{link}

或运行：dm -p sandbox address approve-reply {ticket}
""",  # untranslated: as said
}


def create(context: Context) -> dict[str, Any]:
    """CreateMailAddress; addresses are kept in lower case."""
    name = context.params["AccountName"].lower()
    domain, kind = name.partition("@")[2], context.get("AddressType", "INTERNAL")
    if kind == "INTERNAL" and not context.one("SELECT 1 FROM domain WHERE name = ?", domain):
        raise ServiceError("InvalidMailAddressDomain.Malformed")
    if context.one("SELECT 1 FROM address WHERE name = ?", name):
        raise ServiceError("InvalidMailAddressName.Duplicate")
    if context.count("SELECT count(*) FROM address") >= ADDRESSES.under(context.settings):
        raise ServiceError("InvalidMailAddressNumber.Malformed")
    made = context.add(
        "address",
        name=name,
        domain=domain,
        sendtype=context.params["Sendtype"],
        reply=context.get("ReplyAddress"),
        reply_status=int(not (context.get("ReplyAddress") and reply_confirmed_at_once(context))),
        address_type=kind,
        created=context.now,
        updated=context.now,
    )
    return {"MailAddressId": str(made)}


def query(context: Context) -> dict[str, Any]:
    """QueryMailAddressByParam."""
    confirm_replies(context)
    conditions = {**like("a.name", context.get("KeyWord")), "a.sendtype = ?": context.get("Sendtype") or None}
    page = list_page(context, _FIELDS, _SOURCE, conditions, "a.id")
    return {**page.head, "data": {"mailAddress": [_row(context, row) for row in page.rows]}}


def _row(context: Context, row: Row) -> dict[str, str]:
    address, name, sendtype, status, reply, reply_status, kind, created, domain_failed, config, config_name = row
    sent = count_sent(context, name)
    return {
        "MailAddressId": str(address),
        "AccountName": name,
        "Sendtype": sendtype,
        "AccountStatus": str(status),
        "ReplyAddress": reply,
        "ReplyStatus": str(reply_status),
        "DailyReqCount": str(sent.today),
        "MonthReqCount": str(sent.month),
        "DailyCount": "-1",  # no limit of its own
        "MonthCount": "-1",
        "DomainStatus": str(domain_failed),
        "AddressType": kind,
        "CreateTime": time_text(created),
        "ConfigSetId": str(config),
        "ConfigSetName": config_name,
        "MailAddressVerificationStatus": "0",
        "SenderAddress": name,
    }


def modify(context: Context) -> dict[str, Any]:
    """ModifyMailAddress: a new reply-to address is unconfirmed."""
    from dmcli.sandbox.service.passwords import hash_password, matches

    address, _, reply, kept = _existing(context)
    new_reply, password = context.get("ReplyAddress", reply), context.get("Password")
    if new_reply == reply and not password:
        return {}
    if password and matches(password, kept):
        raise ServiceError("InvalidDomainPassword.equalcurrent")
    context.run(
        "UPDATE address SET password = ?, reply = ?, reply_status = coalesce(?, reply_status), updated = ? "
        "WHERE id = ?",
        hash_password(password) if password else kept,
        new_reply,
        int(not reply_confirmed_at_once(context)) if new_reply != reply else None,
        context.now,
        address,
    )
    return {}


def delete(context: Context) -> dict[str, Any]:
    """DeleteMailAddress, ten times a month."""
    address = _existing(context)[0]
    since = day_start(first_of_month(day_of(context.now)))
    if context.count("SELECT count(*) FROM address_deletion WHERE at >= ?", since) >= MAX_DELETIONS:
        raise ServiceError("InvalidMailAddressStatus.Malformed")
    context.run("DELETE FROM address WHERE id = ?", address)
    context.run("DELETE FROM ticket WHERE address = ?", address)
    context.add("address_deletion", at=context.now)
    return {}


def send_ticket(context: Context) -> dict[str, Any]:
    """CheckReplyToMailAddress: a mail to the reply-to address with a ticket in it; earlier tickets become void."""
    from dmcli.sandbox.service.delivery import Message, Recipient, deliver

    address, sender, reply, _ = _existing(context)
    if not reply:
        raise ServiceError("InvalidReplyAddress.Malformed")
    ticket = os.urandom(16).hex()
    context.run("DELETE FROM ticket WHERE address = ?", address)
    context.run("UPDATE address SET asked = ?, checks = 0 WHERE id = ?", context.now, address)
    context.add("ticket", ticket=ticket, address=address, reply=reply)
    lang = "en" if context.get("Lang").lower() == "en" else "zh"
    here = _HERE.fullmatch(context.host)
    link = f"http://{here[1] if here else f'127.0.0.1:{PORT}'}/_dm/confirm/{ticket}"
    text = _TEXT[lang].format(reply=reply, sender=sender, link=link, ticket=ticket)
    deliver(context, CONFIRMER, Message(_SUBJECT[lang], text=text), [Recipient(reply)], kind="confirmation")
    return {}


def approve(context: Context) -> dict[str, Any]:
    """ApproveReplyMailAddress: a ticket is good once, and only while the reply-to address is still that one."""
    ticket = context.params["Ticket"]
    found = context.one(
        "SELECT a.id FROM ticket AS t JOIN address AS a ON a.id = t.address AND a.reply = t.reply WHERE t.ticket = ?",
        ticket,
    )
    if not found:
        raise ServiceError("InvalidTicket.Malformed")
    context.run("UPDATE address SET reply_status = 0, updated = ? WHERE id = ?", context.now, found[0])
    context.run("DELETE FROM ticket WHERE ticket = ?", ticket)
    return {}


def set_callback(context: Context) -> dict[str, Any]:
    """UpdateMailAddressMsgCallBackUrl: where `play` tells of events, if that is on this machine."""
    url, name = context.get("NotifyUrl"), context.params["MailFrom"].lower()
    if url and not _TARGET.fullmatch(url):
        raise ServiceError("InvalidNotifyUrl.Malformed")
    if not context.one("SELECT 1 FROM address WHERE name = ?", name):
        raise ServiceError("InvalidMailAddressNameMalformed")
    context.run("UPDATE address SET callback = ?, updated = ? WHERE name = ?", url, context.now, name)
    return {}


def _existing(context: Context) -> tuple[int, str, str, str]:
    """Id, name, reply-to address and password of the address meant. Raises ServiceError."""
    row = context.one("SELECT id, name, reply, password FROM address WHERE id = ?", context.params["MailAddressId"])
    if not row:
        raise ServiceError("InvalidMailAddressId.Malformed")
    address, name, reply, password = row
    return address, name, reply, password


HANDLERS: dict[str, Handler] = {
    "CreateMailAddress": create,
    "QueryMailAddressByParam": query,
    "ModifyMailAddress": modify,
    "DeleteMailAddress": delete,
    "CheckReplyToMailAddress": send_ticket,
    "ApproveReplyMailAddress": approve,
    "UpdateMailAddressMsgCallBackUrl": set_callback,
}

_NO_ADDRESS = ("InvalidMailAddressSendType.Malformed", "InvalidMailAddressDomain.Malformed")
FACTS: dict[str, Facts] = {
    "CreateMailAddress": Facts(
        section="7.1",
        printed=("AccountName", "Sendtype", "ReplyAddress"),
        never=("InvalidMailAddressStatus.Malformed",),
        undeclared_codes={
            "InvalidMailAddressName.Duplicate": "the address is there already",
            "InvalidMailAddressNumber.Malformed": "there are as many addresses as there may be",
        },
        copied={
            said("There are at most {most} sender addresses.", most=ADDRESSES.looser): "help pages",
            "An address is kept in lower case.": "help pages",
        },
        guessed={"An EXTERNAL address needs no domain here, and can send only once that domain is verified.": SDK},
    ),
    "QueryMailAddressByParam": Facts(
        always={
            "AccountStatus": "0",
            "DailyCount": "-1",
            "MonthCount": "-1",
            "MailAddressVerificationStatus": "0",
        },
        guessed={"DailyReqCount and MonthReqCount count recipients.": SDK},
        missing={"A sender address has no quota of its own.": SDK},
    ),
    "ModifyMailAddress": Facts(
        section="7.2",
        printed=("MailAddressId", "Password", "ReplyAddress"),
        never=(*_NO_ADDRESS, "InvalidMailAddressStatus.Malformed"),
        undeclared_codes={"InvalidDomainPassword.equalcurrent": "the password is the one that is set"},
        copied={"A password has 10 to 20 characters with digits, small and capital letters.": "reference 7.2"},
        guessed={
            "With neither ReplyAddress nor Password nothing changes, and that is a success.": "reference 7.2",
            "Another reply-to address is unconfirmed, the same one stays as it was.": NOBODY,
        },
        missing={
            "One digit, capital and small letter are enough where the SDK's text asks for two.": SDK,
        },
    ),
    "DeleteMailAddress": Facts(
        section="7.3",
        printed=("MailAddressId",),
        never=_NO_ADDRESS,
        copied={said("At most {most} addresses are deleted a month.", most=MAX_DELETIONS): "help pages"},
        guessed={"The one above that is refused with InvalidMailAddressStatus.Malformed.": "reference 7.3"},
    ),
    "CheckReplyToMailAddress": Facts(
        section="7.5",
        printed=("MailAddressId",),
        unread=("Region",),
        never=(*_NO_ADDRESS, "InvalidMailAddressStatus.Malformed"),
        undeclared_codes={"InvalidReplyAddress.Malformed": "the sender address has no reply-to address"},
        copied={"The mail is English with Lang en, else Chinese.": SDK},
        guessed={
            "The mail's words are the sandbox's own; it counts neither in statistics nor against the quota.": NOBODY,
            "A new mail voids the ticket of the one before.": NOBODY,
        },
    ),
    "ApproveReplyMailAddress": Facts(
        section="7.4",
        printed=("Ticket",),
        never=(*_NO_ADDRESS, "InvalidMailAddressStatus.Malformed"),
        guessed={"A ticket is good once, for as long as the reply-to address stays the same.": NOBODY},
    ),
    "UpdateMailAddressMsgCallBackUrl": Facts(
        section="7.6",
        printed=("MailFrom", "NotifyUrl"),
        sdk=False,
        copied={"Both spellings of the action are understood.": "reference 7.6"},
        guessed={
            "NotifyUrl is a web address, a region such as cn-hangzhou, or empty, which clears it.": "reference 7.6",
            "An address that is no sender of the account is refused with InvalidMailAddressNameMalformed.": (
                "reference 7.6"
            ),
        },
        missing={
            "Nothing is told to a region's MNS, nor to a web address that is not on this machine.": "reference 7.6"
        },
    ),
}
