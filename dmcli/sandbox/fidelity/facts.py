"""What the sandbox has from where, what it guesses and what it lacks, as data; `differences` makes statements of it.

The catalogue and the code say most of it. Here stands what they do not say: where the reference prints an action, which
of its parameters nothing reads, and what has to be put into a sentence. A sentence is about the sandbox, and has its
source: who says so where it is copied, who leaves it open where it is guessed, who has it where it is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmcli.api import codes
from dmcli.api.actions.receiver import MAX_SAVED
from dmcli.sandbox import emulator
from dmcli.sandbox.actions import account, address, domain, receiver, send, tag, template
from dmcli.sandbox.control import events, limits
from dmcli.sandbox.gateway import params, signature
from dmcli.sandbox.service import delivery, uploads
from dmcli.sandbox.service.context import MAX_PAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

NOBODY = "no source"
SDK = "SDK 1.11"
# What a source's name begins with, and what it is.
SOURCES = {
    "reference": "the vendor's API reference of December 2019, with the section",
    SDK: "the vendor's SDK alibabacloud-dm20151123, its parameters and fields and the texts beside them",
    "SDK 2017": "the vendor's SDK alibabacloud-dm20170622 1.2",
    "page": "a page of the vendor's help, by its subject",
    "help pages": "other pages of the vendor's help on DirectMail",
    "gateway pages": "pages of the vendor's help on calling any of its services",
    "RFC": "a standard",
    "other actions": "what the sources say of other actions",
    NOBODY: "nobody says it; the sandbox does what seemed likeliest",
}


class Facts(NamedTuple):
    """What is known of an action, or of a subject that has no action of its own.

    Names stand in one text, with blanks between. Of an action's declaration: `section` is where the reference prints it
    and `printed` are the parameters printed there; `sdk` says whether the SDK has it, and so all other parameters;
    `unread` are parameters that are checked and change nothing. Of its reply: `old` are fields that only the reference
    has, `own` those that nobody has; `same` always have the value that is printed, `always` one that they have here
    alone. Of its codes: `never` are answered by a fault alone, `likely` are declared though no source has them for this
    action, `besides` are answered without being declared, each when something is so.

    `copied`, `guessed` and `missing` are sentences with their sources.
    """

    section: str = ""
    printed: str = ""
    sdk: bool = True
    old: str = ""
    own: str = ""
    same: Mapping[str, str] = {}
    always: Mapping[str, str] = {}
    unread: str = ""
    never: str = ""
    likely: str = ""
    besides: Mapping[str, str] = {}
    copied: Mapping[str, str] = {}
    guessed: Mapping[str, str] = {}
    missing: Mapping[str, str] = {}


def _listed(words: list[str]) -> str:
    """Words as they stand in a sentence."""
    *most, last = words
    return f"{', '.join(most)} and {last}"


_UNSUBSCRIBE = "UnSubscribeFilterLevel UnSubscribeLinkType"
_OFFSETS = "Offset OffsetCreateTime OffsetCreateTimeDesc Total"
_OFFSET_FIELDS = dict.fromkeys(
    ("OffsetCreateTime", "OffsetCreateTimeDesc", "offsetCreateTime", "offsetCreateTimeDesc"), ""
)
_CONFIG_SET = {"ConfigSetId": "", "ConfigSetName": ""}
_OLD_TRACKS = (
    "trackList createTime totalNumber rcptOpenCount rcptUniqueOpenCount rcptUniqueOpenRate rcptClickCount "
    "rcptUniqueClickCount rcptUniqueClickRate pageNo pageSize offsetCreateTime offsetCreateTimeDesc"
)
_NO_ADDRESS = "InvalidMailAddressSendType.Malformed InvalidMailAddressDomain.Malformed"
_OPEN_LISTS = {
    "Lists of opens and clicks have ten days a page, unless another number is asked for.": NOBODY,
    "Shares are texts with two decimals and a percent sign.": NOBODY,
    "MissingAccountName is answered where TagName stands alone.": NOBODY,
}

ACTIONS: dict[str, Facts] = {
    "SingleSendMail": Facts(
        section="4.1",
        printed="AccountName AddressType ReplyToAddress Subject ToAddress ClickTrace FromAlias HtmlBody TagName "
        "TextBody",
        unread=f"AddressType {_UNSUBSCRIBE}",
        never="InvalidReceiverName.Malformed InvalidReceiver.NotFound InvalidTemplateName.Malformed "
        "InvalidMailAddressSendType.Malformed InvalidMailAddressStatus.Malformed",
        besides={
            "InvalidTemplateStatus.Malformed": "the template is not approved",
            "InvalidTemplateData.Malformed": "the variables are a text that is no JSON",
        },
        copied={
            "With a template the bodies are ignored.": SDK,
            "Opens and clicks of blind copies are not counted; blind copies count against the quota.": SDK,
            f"Of more than {send.MAX_HEADERS} headers the rest is dropped.": SDK,
            "DomainAuth lets every address of a domain send in which domain-auth-created-by-system@ was made.": SDK,
            "An address in the list of invalid ones is refused with InvalidToAddress.Spam.": "reference 4.1",
        },
        guessed={
            "One recipient that cannot be sent to refuses the whole call.": NOBODY,
            "Each recipient gets a mail of their own, addressed to nobody else.": NOBODY,
            "Sender addresses of the batch type may send single mails.": NOBODY,
            "A tag must be there when opens and clicks are tracked, else it may be any.": SDK,
            "ReplyAddress goes before the sender's own reply-to address.": NOBODY,
            "Headers that the SDK's text does not list are refused with InvalidHeaders.Malformed.": SDK,
            "Variables stand in braces, such as {UserName}; one that has no value stays as it is.": NOBODY,
        },
        missing={
            "With AddressType 0 the mail still comes from the sender address, and from no random one.": "reference 4.1",
            "No sender address is ever frozen.": "reference 4.1",
            "IpPoolId may be any text, and is only shown again.": SDK,
        },
    ),
    "BatchSendMail": Facts(
        section="4.2",
        printed="AccountName AddressType ReceiversName TemplateName ClickTrace TagName",
        unread=_UNSUBSCRIBE,
        never="InvalidMailAddressStatus.Malformed",
        besides={
            "InvalidTemplateData.Malformed": "the variables of a recipient are a text that is no JSON",
            "InvalidFromAlias.Malformed": "the alias has a line break",
            "InvalidSubject.Malformed": "the subject is empty or has a line break",
        },
        copied={
            "ReceiversName goes before Receivers, and TemplateName before TemplateContent.": SDK,
            "A list that is larger than what is left of the quota is refused.": SDK,
            "A template must be approved.": "reference 4.2",
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
    "DescAccountSummary": Facts(
        section="5.1",
        same=dict.fromkeys(("DayuStatus", "SmsRecord", "SmsSign", "SmsTemplates", "EnableTimes"), "0"),
        always={"UserStatus": "0", "QuotaLevel": "2", "MaxQuotaLevel": "10", "IpChannelType": "normal"},
        guessed={"Receivers is the number of lists; the sources call it the number of recipients.": "reference 5.1"},
        missing={"The account is never frozen, overdue or restricted.": "reference 5.1"},
    ),
    "CreateDomain": Facts(
        section="6.2 and 12.2",
        printed="DomainName",
        old="domainId",
        never="InvalidDomainName.Conflict InvalidDomain.NotFound",
        copied={f"There are at most {domain.MAX_DOMAINS} domains.": "help pages"},
        guessed={"A domain is kept in lower case.": NOBODY},
        missing={"A domain is never another account's: there is no other account.": "reference 12.2"},
    ),
    "QueryDomainByParam": Facts(
        section="6.4 and 12.2",
        printed="KeyWord PageNo PageSize Status",
        old="DomainType CnameRecord CnameConfirmStatus",
        same={"CnameRecord": "dmtrace"},
        copied={"Rows stand at data.domain, and with the names of the newer section at data.data.": "reference 12.2"},
        guessed={"Every usable state, 2 to 4 too, is normal for the filter Status.": "reference 6.4"},
    ),
    "DescDomain": Facts(
        section="6.5 and 12.2",
        printed="DomainId",
        old="UtcCreateTime TldomainName",
        same={
            "DefaultDomain": "0",
            "CnameRecord": "dmtrace",
            "SpfRecord": "include:spf1.dm.aliyun.com",
            "MxRecord": "mx01.dm.aliyun.com",
            "TracefRecord": "tracedm.aliyuncs.com",
        },
        always={
            "DomainVersion": "1",
            "DkimRsaLength": "2048",
            "SpfRecordV2": "v=spf1 include:spf1.dm.aliyun.com -all",
        },
        unread="RequireRealTimeDnsRecords",
        guessed={
            "The host and value of each record are made from the domain's name; the DKIM key is no key.": SDK,
            "The main domain is the last two labels, of a.com.cn too.": "reference 6.5",
            "CnameConfirmStatus tells whether the CNAME is there; the SDK's text says that a record was changed.": (
                "reference 6.5"
            ),
        },
        missing={
            "No DNS is asked: the Dns fields hold what is wanted once the domain is verified, before that nothing.": (
                SDK
            ),
        },
    ),
    "CheckDomain": Facts(
        section="6.3 and 12.2",
        printed="DomainId",
        never="InvalidDomainName.DuplicateTLD",
        guessed={
            "A check passes, unless a reserved domain begins otherwise: with "
            f"{_listed([f'{label}. (status {status})' for label, status in domain.CHECKS.items()])}, "
            "or with fail. and unverified., which are refused with CheckDomain.Failed.": NOBODY,
            "A domain that is verified stays so.": NOBODY,
        },
        missing={"No DNS is asked.": "reference 6.3"},
    ),
    "ModifyPWByDomain": Facts(
        section="6.1 and 12.2",
        printed="DomainName Password",
        same={"Code": "OK", "Success": "true"},
        always={"Message": "OK"},
        never="InvalidDomainStatus.Malformed InvalidDomainId.Malformed",
        copied={
            "A password has 10 to 20 characters with digits, small and capital letters.": "reference 12.2",
            "A password cannot be set twice in a row.": "reference 12.2",
        },
        missing={
            "One digit, capital and small letter are enough where the SDK's text asks for two.": SDK,
            "The password opens nothing: there is no SMTP.": SDK,
        },
    ),
    "DeleteDomain": Facts(
        likely="InvalidDomainId.Malformed",
        never="InvalidDomainId.NotFound",
        guessed={"Its sender addresses stay, with DomainStatus 1, and cannot send.": NOBODY},
    ),
    "CreateMailAddress": Facts(
        section="7.1",
        printed="AccountName Sendtype ReplyAddress",
        never="InvalidMailAddressStatus.Malformed",
        besides={
            "InvalidMailAddressName.Duplicate": "the address is there already",
            "InvalidMailAddressNumber.Malformed": "there are as many addresses as there may be",
        },
        copied={
            f"There are at most {address.MAX_ADDRESSES} sender addresses.": "help pages",
            "An address is kept in lower case.": "help pages",
        },
        guessed={"An EXTERNAL address needs no domain here, and can send only once that domain is verified.": SDK},
    ),
    "QueryMailAddressByParam": Facts(
        always={
            **_CONFIG_SET,
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
        printed="MailAddressId Password ReplyAddress",
        never=f"{_NO_ADDRESS} InvalidMailAddressStatus.Malformed",
        besides={"InvalidDomainPassword.equalcurrent": "the password is the one that is set"},
        copied={"A password has 10 to 20 characters with digits, small and capital letters.": "reference 7.2"},
        guessed={
            "One of ReplyAddress and Password must be given, else MissingReplyAddress is answered.": "reference 7.2",
            "Another reply-to address is unconfirmed, the same one stays as it was.": NOBODY,
        },
        missing={
            "One digit, capital and small letter are enough where the SDK's text asks for two.": SDK,
            "The password opens nothing: there is no SMTP.": SDK,
        },
    ),
    "DeleteMailAddress": Facts(
        section="7.3",
        printed="MailAddressId",
        never=_NO_ADDRESS,
        copied={f"At most {address.MAX_DELETIONS} addresses are deleted a month.": "help pages"},
        guessed={"The one above that is refused with InvalidMailAddressStatus.Malformed.": "reference 7.3"},
    ),
    "CheckReplyToMailAddress": Facts(
        section="7.5",
        printed="MailAddressId",
        unread="Region",
        never=f"{_NO_ADDRESS} InvalidMailAddressStatus.Malformed",
        besides={"InvalidReplyAddress.Malformed": "the sender address has no reply-to address"},
        copied={"The mail is English with Lang en, else Chinese.": SDK},
        guessed={
            "The mail's words are the sandbox's own; it counts neither in statistics nor against the quota.": NOBODY,
            "A new mail voids the ticket of the one before.": NOBODY,
        },
    ),
    "ApproveReplyMailAddress": Facts(
        section="7.4",
        printed="Ticket",
        never=f"{_NO_ADDRESS} InvalidMailAddressStatus.Malformed",
        guessed={"A ticket is good once, for as long as the reply-to address stays the same.": NOBODY},
    ),
    "UpdateMailAddressMsgCallBackUrl": Facts(
        section="7.6",
        printed="MailFrom NotifyUrl",
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
    "CreateReceiver": Facts(
        section="8.1",
        printed="ReceiversName ReceiversAlias Desc",
        never="InvalidReceiverStatus.Malformed",
        besides={
            "InvalidReceiverName.Duplicate": "a list has the name",
            "InvalidReceiverNumber.Malformed": "there are as many lists as there may be",
        },
        copied={f"There are at most {receiver.MAX_LISTS} lists.": "help pages"},
        guessed={"The alias may be any line, where the SDK wants a mail address.": SDK},
    ),
    "QueryReceiverByParam": Facts(
        copied={"A page has 100 lists, unless another number is asked for.": SDK},
        always={"NextStart": "", "ReceiversStatus": "1"},
        guessed={"The filter Status 0 finds nothing, since each list is complete at once.": SDK},
    ),
    "DeleteReceiver": Facts(
        section="8.2",
        printed="ReceiverId",
        never="InvalidReceiverName.Malformed InvalidReceiverStatus.Malformed",
    ),
    "QueryReceiverDetail": Facts(
        guessed={
            "Members are sorted by address, and the cursor is the last address of a page.": SDK,
            "Data are the values by the columns of DataSchema, with commas between and none escaped.": SDK,
        },
    ),
    "SaveReceiverDetail": Facts(
        besides={
            "EmailFormatError": "an address is none; it is a message of its row, with HTTP 200",
            "EmailLengthError": "an address is too long; it is a message of its row, with HTTP 200",
            "InvalidReceiverDetailNumber.Malformed": "there are more members than there may be",
        },
        copied={
            f"At most {MAX_SAVED} members are added at once.": SDK,
            f"A list has at most {receiver.MAX_MEMBERS:,} members.": "help pages",
            "What cannot be added counts in ErrorCount, duplicates too, and the rest is added.": SDK,
        },
        guessed={"The words for a duplicate are the sandbox's own.": SDK},
        missing={"Names and other values of a member may be of any length.": "help pages"},
    ),
    "DeleteReceiverDetail": Facts(
        section="8.3",
        printed="ReceiverId Email",
        never="InvalidReceiverName.Malformed InvalidReceiverStatus.Malformed",
        guessed={
            "Without Email nothing is deleted, and MissingEmail is answered.": "reference 8.3",
            "An address that is no member is refused with InvalidReceiver.NotFound.": NOBODY,
        },
    ),
    "CreateTag": Facts(
        section="10.1",
        printed="TagName",
        besides={
            "InvalidTagName.Duplicate": "a tag has the name",
            "InvalidTagNumber.Malformed": "there are as many tags as there may be",
        },
        copied={f"There are at most {tag.MAX_TAGS} tags.": "help pages"},
        guessed={"A name is any line of 1 to 128 characters, where the SDK's text has letters, digits and _.": SDK},
    ),
    "QueryTagByParam": Facts(),
    "ModifyTag": Facts(
        section="10.3",
        printed="TagId TagName",
        besides={"InvalidTagName.Duplicate": "another tag has the name"},
        guessed={
            "A description that is not given stays.": NOBODY,
            "Mail that was sent keeps the old name.": NOBODY,
        },
    ),
    "DeleteTag": Facts(section="10.2", printed="TagId", guessed={"Mail that was sent keeps the tag.": NOBODY}),
    "SenderStatisticsByTagNameAndBatchID": Facts(
        section="12.1",
        printed="AccountName TagName StartTime EndTime",
        old="totalCount createTime",
        never="InvalidYear.Malformed InternalError",
        copied={"A window begins at most 90 days back and spans at most 31; the reference has 30 and 7.": SDK},
        guessed={
            "faildCount is spam and failures together, unavailableCount the invalid addresses.": "reference 12.1",
            "Only days on which there was mail have a row.": NOBODY,
            "A sender is found that is the account's or has sent mail; a tag or domain need not be there.": NOBODY,
            "Mail whose outcome is not known yet is in requestCount alone.": NOBODY,
            "DedicatedIp and DedicatedIpPoolId find nothing, whatever they are.": SDK,
        },
        missing={"Rows are not at data itself, where the reference has them, but at data.stat.": "reference 12.1"},
    ),
    "SenderStatisticsDetailByParam": Facts(
        section="12.1",
        printed="AccountName TagName StartTime EndTime ToAddress Status Length",
        old="detailList accountName toAddress tagName batchId code message status mailSize lastUpdateTime "
        "utcLastUpdateTime",
        own="TagName",
        always=_CONFIG_SET,
        likely="InvalidDate.Malformed InvalidBetweenTime.Malformed",
        besides={
            "InvalidParameter": "more than one of AccountName, TagName and ToAddress is given",
            "InvalidStartTime.Malformed": "the window begins more than 30 days back",
        },
        copied={"A call gives at most 100 rows.": SDK},
        guessed={
            "Rows are the newest first, by when the mail was sent.": NOBODY,
            "Mail whose outcome is not known yet has no row.": NOBODY,
            "batchId is the EnvId of the send, and code the number that the message begins with.": "reference 12.1",
            "ConfigSetId finds nothing, whatever it is.": SDK,
        },
    ),
    "GetTrackList": Facts(
        section="12.1",
        printed="StartTime EndTime",
        old=_OLD_TRACKS,
        own="rcptOpenRate rcptClickRate",
        always=_OFFSET_FIELDS,
        unread=_OFFSETS,
        never="InvalidYear.Malformed InternalError",
        copied={"TagName needs AccountName.": SDK},
        guessed=_OPEN_LISTS,
    ),
    "GetTrackListByMailFromAndTagName": Facts(
        section="12.1",
        printed="AccountName TagName StartTime EndTime",
        old=_OLD_TRACKS,
        own="rcptOpenRate rcptClickRate",
        always=_OFFSET_FIELDS,
        unread=_OFFSETS,
        never="InvalidYear.Malformed InternalError",
        copied={"TagName needs AccountName.": "reference 12.1"},
        guessed=_OPEN_LISTS,
    ),
    "GetSendEmailCountByMailFrom": Facts(
        section="12.1",
        printed="AccountName",
        sdk=False,
        always={"mailfromStatus": "0", "mailpriority": "0", "quotaLevel": "2"},
        besides={"InvalidMailAddress.NotFound": "the account has no such sender address"},
        guessed={
            "dailyCount and monthCount are the account's quota.": "reference 12.1",
            "The reply's object stands at data.": "reference 12.1",
        },
    ),
    "QueryInvalidAddress": Facts(
        section="12.1",
        printed="StartTime EndTime KeyWord Length NextStart",
        old="total detailList toAddress lastUpdateTime utcLastUpdateTime",
        likely="InvalidDate.Malformed InvalidBetweenTime.Malformed",
        besides={"InvalidStartTime.Malformed": "the window begins more than 30 days back"},
        guessed={
            "Rows are the newest first, by when the address was found.": NOBODY,
            "An address is found once, and keeps the time of that.": NOBODY,
        },
        missing={"No address ever leaves the list.": "page error codes"},
    ),
    "QueryTemplateByParam": Facts(
        always={"TemplateComment": "", "SmsStatus": "0", "SmsTemplateCode": "0", "Smsrejectinfo": "0"},
        unread="FromType",
        copied={"A page has 20 templates, unless another number is asked for.": SDK},
    ),
    "DescTemplate": Facts(unread="FromType", likely="InvalidTemplate.NotFound"),
    "CreateTemplate": Facts(
        unread="FromType",
        besides={"InvalidTemplateNumber.Malformed": "there are as many templates as there may be"},
        copied={f"There are at most {template.MAX_TEMPLATES} templates.": "help pages"},
        guessed={"Several templates may have one name.": SDK},
    ),
    "ModifyTemplate": Facts(
        unread="FromType",
        guessed={
            "What is not given stays.": NOBODY,
            "A template that is changed is reviewed again.": NOBODY,
        },
    ),
    "DeleteTemplate": Facts(unread="FromType"),
    "QueryTaskByParam": Facts(
        always={**_CONFIG_SET, "TaskStatus": "1"},
        guessed={"KeyWord is looked for in the names of list, template and tag.": SDK},
        missing={"A task is done when it is made.": SDK},
    ),
}

SUBJECTS: dict[str, Facts] = {
    "signatures": Facts(
        copied={
            "HMAC-SHA1 signatures are verified over what came, as it came.": "reference 3.1",
            "ACS3-HMAC-SHA256 signatures are verified over method, query, signed headers and body.": SDK,
            "A wrong signature is answered with the string that the server signed.": "gateway pages",
        },
        guessed={
            "Host, action, version, date and nonce must be among the signed headers, else IncompleteSignature.": NOBODY,
            "A wrong ACS3-HMAC-SHA256 signature is answered in the words of the older scheme.": NOBODY,
        },
        missing={
            "There is one pair of keys, and SecurityToken may be anything.": "gateway pages",
            "Nobody lacks a permission, so Forbidden.RAM and NoPermission come by a fault alone.": "gateway pages",
        },
    ),
    "time and nonces": Facts(
        copied={
            f"A time that is more than {signature.MAX_SKEW // 60} minutes off is refused: InvalidTimeStamp.Expired.": (
                "gateway pages"
            ),
            "A nonce is taken once: SignatureNonceUsed.": "gateway pages",
        },
        guessed={
            f"A nonce is remembered for {emulator.PERIOD // 60} minutes at least.": "gateway pages",
            "A call that is refused after its signature was verified has used its nonce too.": NOBODY,
            "Fractions of a second are refused: InvalidTimeStamp.Format.": "gateway pages",
        },
    ),
    "versions and regions": Facts(
        copied={"Actions and parameters that version 2017-06-22 lacks are not there in it.": "SDK 2017"},
        guessed={
            "A parameter that the version lacks is ignored; an action that it lacks is InvalidAction.NotFound.": NOBODY,
            "Another version is InvalidVersion.": "gateway pages",
        },
        missing={
            "There is one account, in no region: RegionId and the host name may be anything.": "reference 2",
        },
    ),
    "throttling": Facts(
        copied={
            f"The documented limits can be set: {', '.join(f'{a} {r}' for a, r in limits.DOCUMENTED.items())}.": (
                "page ways of sending"
            ),
        },
        guessed={
            "A limit is a bucket that fills at its rate; what is above it is refused with Throttling.User, HTTP 400.": (
                "gateway pages"
            ),
        },
        missing={
            "There is no limit until one is set.": "page ways of sending",
            "x-acs-retry-after comes by a fault alone.": SDK,
        },
    ),
    "quota": Facts(
        copied={
            "A new account may send 2,000 mails a day and 60,000 a month.": "reference 5.1",
            "Every recipient counts, blind copies too.": SDK,
            "What is above the quota is refused with InvalidSendMail.Spam.": "reference 4.1",
        },
        guessed={
            "Days and months begin at midnight in UTC+8.": NOBODY,
            "A call that would be above the quota is refused whole.": NOBODY,
        },
        missing={"The quota does not move with the reputation.": "help pages"},
    ),
    "billing": Facts(
        copied={
            f"{account.FREE:,} mails are free, {account.FREE_A_DAY} of them a day at most.": "page free quota",
        },
        missing={"Nothing is charged, and nobody is ever in arrears.": "reference 5.1"},
    ),
    "outcomes": Facts(
        copied={"A mail is delivered (0), to an invalid address (2), spam (3) or failed (4).": "reference 12.1"},
        guessed={
            f"The recipient's address decides: {_listed([f'{name}@' for name in delivery.MAGIC])} "
            "of a reserved domain, all others are delivered.": NOBODY,
            "Domains below .test and .example are reserved, and example.com and its sisters.": "RFC 2606",
            "The answers of the recipients' servers are made up, and so are the classes of errors but SmtpNxBox.": (
                "page message notification"
            ),
        },
        missing={
            "No mail leaves this machine.": "reference 4.1",
            "Nobody looks at what is in a mail: there is no spam filter.": "reference 4.1",
            "An outcome is known at once, but for slow@ after a minute, and a bounce comes when it is played.": (
                "page message notification"
            ),
        },
    ),
    "verification and review": Facts(
        guessed={
            "The first check verifies a domain, unless it is set to take checks, seconds or a hand.": "reference 6.3",
            "A template is approved when it is made, unless it is set to take looks, seconds or a hand.": SDK,
            "A reply-to address is confirmed by the ticket in the mail, unless it is set to be so by itself.": (
                "reference 7.4"
            ),
        },
        missing={"Nobody reads a template; it is rejected by hand alone.": SDK},
    ),
    "callbacks": Facts(
        copied={
            "The text is that of the older notification, name=value with & between and nothing escaped.": (
                "page message notification"
            ),
            "Its events are Deliver:SendSuccessfully, Deliver:SendFailed, Deliver:Open and Deliver:Click.": (
                "page message notification"
            ),
        },
        guessed={
            f"Unsubscribing is {events.EVENTS['unsubscribe'].name}.": "page message notification",
            "msg_id is made from the EnvId.": NOBODY,
        },
        missing={
            "Nothing is told when a mail is sent, only when something is played.": "page message notification",
            "Only web addresses on this machine are told, once, and no failure is repeated.": "reference 7.6",
            "There is neither MNS nor EventBridge.": "page message notification",
            "X-User-Notify headers are kept with the mail and not told.": SDK,
        },
    ),
    "attachments": Facts(
        copied={"AuthorizeFileUpload gives a permit, a form is uploaded, its URL goes into the mail.": SDK},
        guessed={
            f"A file of more than {uploads.MAX_FILE // 2**20} MB is refused; the service means the whole mail.": (
                "help pages"
            ),
        },
        missing={
            "A URL that was not uploaded here is kept and never fetched.": SDK,
            "Neither the policy nor the signature of an upload is checked.": SDK,
        },
    ),
    "unsubscribing": Facts(
        missing={
            "No link to unsubscribe is added to a mail.": SDK,
            "Nobody who unsubscribed is left out of later mail.": SDK,
        },
    ),
    "statistics": Facts(
        guessed={
            "Everything counts at once, from the mail that was sent.": NOBODY,
            "Days are those of UTC+8.": NOBODY,
            "Opens and clicks come when they are played.": NOBODY,
        },
        missing={
            "Figures are never late.": "help pages",
            "Mail and figures are kept for good; only the window of a question is limited.": "help pages",
        },
    ),
    "parameters": Facts(
        copied={
            "Booleans are understood in any spelling: True, true, 1.": SDK,
            "Without Format the answer is XML.": "gateway pages",
        },
        guessed={
            "Of two limits that sources give, the looser one refuses.": NOBODY,
            "Parameters that the catalogue does not have are accepted, and noted in the log of calls.": NOBODY,
            "Query and form body are read as one, whichever the SDK uses.": SDK,
            f"{', '.join(params.INTERNAL)} may be anything.": SDK,
        },
    ),
    "error answers": Facts(
        copied={
            "Codes, statuses and messages are those that are printed.": "page error codes",
            "An answer has RequestId, HostId, Code, Message and, in JSON, Recommend.": SDK,
        },
        guessed={
            "What is missing is Missing and the parameter's name, what is malformed Invalid, its name and .Malformed, "
            "unless a source has another code.": "gateway pages",
            "A status or message that is printed nowhere is put together like the others: 404 for a NotFound, else "
            "400.": "reference 12.2",
            f"Printed nowhere at all: {', '.join(sorted(codes.INFERRED))}.": NOBODY,
            "Of several mistakes in a call the first in the order of the catalogue is answered.": NOBODY,
        },
        missing={
            "InternalError and ServiceUnavailable come when the sandbox itself fails, or by a fault.": (
                "page error codes"
            ),
            "There are no AccessDeniedDetail, Detail or Description.": SDK,
        },
    ),
    "pages of lists": Facts(
        copied={"A page has 10 rows, unless the action says otherwise.": SDK},
        guessed={
            f"A page has at most {MAX_PAGE:,} rows, however many are asked for.": NOBODY,
            "Lists are in the order in which things were made.": NOBODY,
            "NextStart of statistics is two numbers with # between.": NOBODY,
        },
    ),
    "times": Facts(
        copied={
            "CreateTime is the time in UTC+8 with a Z behind it, eight hours ahead of UtcCreateTime.": "reference 6.4"
        },
    ),
    "SMTP": Facts(missing={"There is no SMTP: mail comes by the API alone.": "reference 6.1"}),
}
