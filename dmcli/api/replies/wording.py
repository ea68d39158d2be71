"""What the large mailbox providers write in their replies, and what mail servers in general do.

Phrases are in lower case; one matches where all its parts stand in a reply, so matching takes time as the reply's
length. The first that matches counts: those of providers stand before those of servers in general. SURE are from what
the provider publishes, or pages that copy it whole: Gmail (support.google.com/a/answer/3726730), Yahoo (its page of
SMTP error codes), QQ and NetEase (their pages of bounces), Aliyun (the service's table of bounces). LIKELY are known
only from bounces that users and collections such as smtp.codes quote, or may be written by others too.
"""

from __future__ import annotations

from typing import NamedTuple

SURE, LIKELY = True, False


class Wording(NamedTuple):
    """Who writes it ("" for mail servers in general), the parts that stand in it, and the reason, a key of REASONS."""

    provider: str
    parts: tuple[str, ...]
    reason: str
    sure: bool


def _of(provider: str, sure: bool, **phrases: str) -> tuple[Wording, ...]:
    """Entries of a provider by reason, with _ for -; ` | ` stands between phrases, ` & ` between the parts of one."""
    return tuple(
        Wording(provider, tuple(phrase.strip() for phrase in one.split("&")), reason.replace("_", "-"), sure)
        for reason, joined in phrases.items()
        for one in joined.split("|")
    )


WORDINGS: tuple[Wording, ...] = (
    # The service itself, before it sends; its sibling Alibaba Mail writes alike.
    *_of(
        "Aliyun",
        SURE,
        known_invalid="invalid rcptto",
        quota="sending quota exceeded | not enough sending quota",
        account="main account unavailable",
        other_sender="conform with authentication",
        bad_setting="invalid setting",
        spam="reject by content spam | spamed by local spam engine",
        bad_reputation="reject by behaviour spam",
        no_such_domain="host not found by dns resolve | dns resolve error | no data by dns resolve",
        unreachable="socks connect to unreachable host",
        not_served="rcptto account & local account",
        too_large="the length of data content is achieved | the length of attach is achieved",
        too_fast="the number of rcpts is over size | rcpts is achieved the maximum | rcpt attempts is achieved",
        mailbox_disabled="isn't allowed to receive email",
        bad_content="virus infected mail rejected",
        unknown_mailbox='"rcpt to" mailbox unavailable | rcpt & dosn\'t exist',
    ),
    *_of(
        "Gmail",
        SURE,
        unknown_mailbox="nosuchuser | email account that you tried to reach does not exist",
        mailbox_disabled="email account that you tried to reach is disabled",
        mailbox_full="email account that you tried to reach is over quota",
        recipient_busy="user you are trying to contact is receiving mail",
        too_fast="unusual rate of & mail originating from your ip",
        blocked_by_recipient="not in whitelist for rcpt domain | gcdp",
        encryption="tls required for rcpt domain",
    ),
    *_of(
        "Gmail",
        LIKELY,
        mailbox_disabled="email account that you tried to reach is inactive",
        mailbox_full="overquota | inbox is out of storage",
        too_fast="unsolicitedratelimiterror",
        spam="unsolicitedmessageerror | likely unsolicited mail",
        bad_reputation="likely suspicious due to",
        not_authenticated="unauthenticated email | requires all senders to authenticate",
    ),
    *_of(
        "Outlook",
        LIKELY,
        bad_reputation="part of their network is on our block list | banned sending ip | "
        "temporarily rate limited due to ip reputation | sc-001 | dy-001 | ou-001 | ou-002 | (s3140) | (s3150)",
        not_authenticated="does not meet the required authentication level",
        too_fast="rp-001 | rp-002 | rp-003 | server busy & (s775)",
        unknown_mailbox="s2017062302 | recipnotfound | recipientnotfound",
        mailbox_full="quotaexceededexception",
    ),
    *_of(
        "Yahoo",
        SURE,
        bad_reputation="unexpected volume or user complaints | deferred due to user complaints | "
        "permanently deferred | connections will not be accepted from",
        unknown_mailbox="this user doesn't have a & account | delivery error: dd",
        too_fast="max message per connection reached",
    ),
    *_of(
        "Yahoo",
        LIKELY,
        bad_reputation="[tss | [ts0",
        mailbox_full="mailbox & is over quota",
        spam="message not accepted for policy reasons",
    ),
    *_of(
        "QQ",
        SURE,
        blocked_by_recipient="mail is rejected by recipients",
        recipient_busy="mailbox unavailable or access denied",
        spam="mail content denied",
        too_fast="sender frequency limited | domain frequency limited | ip frequency limited | "
        "connection frequency limited",
        bad_reputation="suspected spam sender",
        not_authenticated="dmarc check failed",
        unknown_mailbox="mailbox not found. http",
    ),
    *_of(
        "QQ",
        LIKELY,
        bad_reputation="suspected bounce attacks | suspected spam ip",
        mailbox_full="mailbox space not enough",
    ),
    *_of(
        "NetEase",
        SURE,
        bad_reputation="hl:rep | dt:rbl",
        too_fast="hl:icc | hl:ifc | mi:dmc | mi:sfq | rp:drc",
        not_authenticated="hl:mep",
        spam="dt:spm",
        protocol="mi:cel | mi:ccl | rp:cel | rp:ccl",
        policy="wm:bli | wm:blu",
    ),
    *_of(
        "NetEase",
        LIKELY,
        bad_reputation="hl:ihu | hl:iph",
        not_authenticated="mi:spf | dt:sum",
        recipient_busy="rp:qrc",
        too_fast="rp:rcl",
    ),
    *_of(
        "iCloud",
        LIKELY,
        bad_reputation="[cs01] | [hm08]",
        unknown_mailbox="@icloud.com & user does not exist",
        mailbox_full="@icloud.com & over quota",
        recipient_busy="deferred due to excessive volume",
    ),
    *_of(
        "Mail.ru",
        LIKELY,
        unknown_mailbox="message was not accepted & invalid mailbox",
        spam="spam message rejected",
        mailbox_full="user quota exceeded",
        account="message sending for this account is disabled",
    ),
    *_of(
        "Sina",
        LIKELY,
        mailbox_disabled="user is locked",
        bad_reputation="black ip | black mail address | rbl deny | host denies the sender",
        spam="message rejected by anti-spam engine | too many same size mails",
        too_large="attachment is too long",
    ),
    # What others may write of a signature too, but for the end.
    *_of("Aliyun", LIKELY, wrong_login="authentication failure. | authentication failure[ | passwd is null"),
    # Mail servers in general: Postfix, Exim, Exchange, qmail, Coremail and those that write like them.
    *_of("", LIKELY, temporary="greylist | graylist"),
    *_of(
        "",
        LIKELY,
        unknown_mailbox="user unknown | unknown user | no such user | user not found | mailbox not found | "
        "invalid user | user not exist | no such recipient | no such mailbox | mailbox does not exist | "
        "account does not exist | user does not exist | user doesn't exist | recipient not found | "
        "unknown recipient | recipient unknown | no mailbox here | invalid recipient | bad destination mailbox",
        mailbox_disabled="account has been disabled | account is disabled | mailbox disabled | mailbox is disabled | "
        "user suspended | account inactive",
        mailbox_full="mailbox full | mailbox is full | over quota | quota exceed | exceeded storage | out of storage | "
        "quota full",
        too_large="message size exceeds | message too large | message is too long | exceeded mailsize limit",
        no_such_domain="unrouteable address | host not found | domain not found | no mx record | nullmx | "
        "no such domain",
        not_served="relay access denied | relaying denied | unable to relay | not permitted to relay",
        unreachable="timed out | timeout | connection refused | unreachable | cannot be reached | lost connection",
        bad_reputation="spamhaus | block list | blocklist | blacklist | dnsbl | poor reputation",
        not_authenticated="dmarc | dkim | spf ",
        too_fast="too many connections | too many messages | rate limit",
        spam="spam | content reject",
        bad_content="virus",
        loop="too many hops | mail loop | looping message",
        encryption="starttls",
        temporary="try again later | temporarily deferred | temporarily rejected",
    ),
    *_of("", LIKELY, unknown_mailbox="mailbox unavailable"),
)
