"""What is known of subjects that have no action of their own: signatures, quota, outcomes, callbacks and the like."""

from __future__ import annotations

from dmcli.api import catalogue, codes
from dmcli.api.kinds.addresses import MAX_ATTACHMENTS
from dmcli.api.kinds.text import MOST_LINE, Body
from dmcli.sandbox import emulator
from dmcli.sandbox.actions import account, receiver
from dmcli.sandbox.control import events, limits
from dmcli.sandbox.dns import zones
from dmcli.sandbox.facts import NOBODY, SDK, Facts, in_words, named, said
from dmcli.sandbox.gateway import diagnosis, params, request, signature
from dmcli.sandbox.service import delivery, uploads
from dmcli.sandbox.service.context import MAX_PAGE
from dmcli.sandbox.smtp import letter, submission
from dmcli.untrusted import DEEPEST, MOST_MARKS
from dmcli.words import listed

_UNSURE = [action.name for action in catalogue.all_actions() if action.unsure_versions]
_POSTED, _GOTTEN = (
    sorted(action.name for action in catalogue.all_actions() if action.methods == (method,))
    for method in ("POST", "GET")
)
SUBJECTS: dict[str, Facts] = named(
    {
        "signatures": Facts(
            copied={
                "HMAC-SHA1 signatures are verified over what came, as it came.": "reference 3.1",
                "ACS3-HMAC-SHA256 signatures are verified over method, query, signed headers and body.": SDK,
                "A wrong signature is answered with the string that the server signed.": "gateway pages",
            },
            guessed={
                "Host, action, version, date and nonce must be among the signed headers, "
                "else IncompleteSignature.": NOBODY,
                "A wrong ACS3-HMAC-SHA256 signature is answered in the words of the older scheme.": NOBODY,
            },
            missing={
                "There is one pair of keys, and SecurityToken may be anything.": "gateway pages",
                "Nobody lacks a permission, so Forbidden.RAM and NoPermission come by a fault alone.": "gateway pages",
            },
        ),
        "time and nonces": Facts(
            copied={
                said(
                    "A time that is more than {minutes} minutes off is refused: InvalidTimeStamp.Expired.",
                    minutes=signature.MAX_SKEW // 60,
                ): ("gateway pages"),
                "A nonce is taken once: SignatureNonceUsed.": "gateway pages",
            },
            guessed={
                said(
                    "A nonce is remembered for {minutes} minutes at least.", minutes=emulator.PERIOD // 60
                ): "gateway pages",
                "A call that is refused after its signature was verified has used its nonce too.": NOBODY,
                "Fractions of a second are refused: InvalidTimeStamp.Format.": "gateway pages",
            },
        ),
        "versions and regions": Facts(
            copied={
                "Actions and parameters that 2017-06-22 lacks are not in it, unless "
                "the reference has them.": "SDK 2017",
                "Each action of the reference is there in 2017-06-22.": "reference 2",
                "Regions are accounts of their own: what one has is not found in another.": "help pages",
            },
            guessed={
                said(
                    "The SDK of 2017-06-22 lacks {actions}, which the reference does not exclude.",
                    actions=in_words(_UNSURE),
                ): "SDK 2017",
                "A parameter that the version lacks is ignored; an action that it lacks is "
                "InvalidAction.NotFound.": NOBODY,
                "Another version is InvalidVersion.": "gateway pages",
            },
            missing={
                "The endpoint decides: a server is that of one region, and RegionId and the "
                "host name may be anything.": ("reference 2"),
                "The accounts of all regions begin with the same things, and their DNS records have the same values.": (
                    "help pages"
                ),
            },
        ),
        "throttling": Facts(
            copied={
                said(
                    "The documented limits can be set: {limits}, outside the mainland {abroad}.",
                    limits=in_words([f"{a} {r}" for a, r in limits.DOCUMENTED.items()]),
                    abroad=limits.ABROAD["BatchSendMail"],
                ): "page ways of sending",
            },
            guessed={
                "A limit is a bucket that fills at its rate; what is above it is refused with "
                "Throttling.User, HTTP 400.": ("gateway pages"),
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
                said(
                    "{free:,} mails are free, {daily} of them a day at most.",
                    free=account.FREE,
                    daily=account.FREE_A_DAY,
                ): "page free quota",
            },
            missing={"Nothing is charged, and nobody is ever in arrears.": "reference 5.1"},
        ),
        "outcomes": Facts(
            copied={"A mail is delivered (0), to an invalid address (2), spam (3) or failed (4).": "reference 12.1"},
            guessed={
                said(
                    "The recipient's address decides: {names} of a reserved domain, all others are delivered.",
                    names=in_words([f"{name}@" for name in delivery.MAGIC]),
                ): NOBODY,
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
                "The first check verifies a domain, unless it is set to take "
                "checks, seconds or a hand.": "reference 6.3",
                "A template is approved when it is made, unless it is set to take looks, seconds or a hand.": SDK,
                "A reply-to address is confirmed by the ticket in the mail, unless it is set to be so by itself.": (
                    "reference 7.4"
                ),
            },
            missing={"Nobody reads a template; it is rejected by hand alone.": SDK},
        ),
        "public suffixes": Facts(
            copied={
                said(
                    "Their list is that of {date}, as far as registries are concerned.", date=zones.list_date()
                ): "publicsuffix.org"
            },
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
                said("Unsubscribing is {event}.", event=events.EVENTS["unsubscribe"].name): "page message notification",
                said("A complaint is {event}.", event=events.EVENTS["complaint"].name): "page message notification",
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
                said(
                    "A file of more than {size} MB is refused; the service means the whole mail.",
                    size=uploads.MAX_FILE // 2**20,
                ): ("help pages"),
            },
            missing={
                "A URL that was not uploaded here is kept and never fetched.": SDK,
                "Neither the policy nor the signature of an upload is checked.": SDK,
            },
        ),
        "unsubscribing": Facts(
            missing={"No link to unsubscribe is added to a mail.": SDK},
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
                said(
                    "{names} take POST alone, {other} GET alone.", names=in_words(_POSTED), other=in_words(_GOTTEN)
                ): "CLI",
            },
            guessed={
                "Of two limits that sources give the looser one refuses, unless the stricter ones are asked for with "
                "dm sandbox limits 2019.": NOBODY,
                "Parameters that the catalogue does not have are accepted, and noted in the log of calls.": NOBODY,
                "Query and form body are read as one, whichever the SDK uses.": SDK,
                said("{names} may be anything.", names=lambda: listed(params.INTERNAL)): SDK,
            },
        ),
        "sizes": Facts(
            copied={
                said(
                    "A body has at most {size} MiB, as HtmlBody, TextBody or in TemplateContent.", size=Body.most >> 20
                ): SDK,
                said(
                    "A file that is uploaded has at most {size} MiB.", size=uploads.MAX_FILE >> 20
                ): "page attachments",
            },
            guessed={
                said("A call has at most {most} parameters, else InvalidParameter.", most=request.MAX_PARAMS): NOBODY,
                said("The form of a call has at most {size} MiB, else HTTP 413.", size=request.MAX_BODY >> 20): SDK,
                said(
                    "A line of text for which no source has a number has at most {most:,} characters.", most=MOST_LINE
                ): NOBODY,
                said(
                    "JSON has at most {levels} levels, and {marks:,} texts, brackets, commas and colons.",
                    levels=DEEPEST,
                    marks=MOST_MARKS,
                ): NOBODY,
                said(
                    "A mail, its variables filled in and with the files that were uploaded for it, has at most "
                    "{size} MiB, and its variables stand in it at most {times:,} times: InvalidBody.",
                    size=delivery.MAX_MAIL >> 20,
                    times=delivery.MAX_BLANKS,
                ): SDK,
                said(
                    "The variables of a recipient have at most {each} KiB as JSON, those of a call {size} MiB: "
                    "InvalidTemplateData.Malformed.",
                    each=delivery.MAX_VARIABLES >> 10,
                    size=delivery.MAX_MAIL >> 20,
                ): NOBODY,
                said(
                    "A subject whose variables are filled in has at most {most} characters.", most=delivery.MAX_SUBJECT
                ): "RFC 5322",
                said(
                    "The cause of a wrong signature is searched for up to {most} parameters of {size:,} bytes, and "
                    "the answer repeats {shown:,} characters of what was signed.",
                    most=diagnosis.MAX_NAMES,
                    size=diagnosis.MAX_BYTES,
                    shown=signature.MAX_SHOWN,
                ): NOBODY,
                said(
                    "The members of a list have at most {most} variables of different names.", most=receiver.MAX_COLUMNS
                ): NOBODY,
            },
        ),
        "error answers": Facts(
            copied={
                "Codes, statuses and messages are those that are printed.": "page error codes",
                "An answer has RequestId, HostId, Code, Message and, in JSON, Recommend.": SDK,
            },
            guessed={
                "What is missing is Missing and the parameter's name, what is malformed Invalid, "
                "its name and .Malformed, "
                "unless a source has another code.": "gateway pages",
                "A status or message that is printed nowhere is put together like the others: 404 for a NotFound, else "
                "400.": "reference 12.2",
                said("Printed nowhere at all: {codes}.", codes=lambda: listed(sorted(codes.INFERRED))): NOBODY,
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
                said("A page has at most {most:,} rows, however many are asked for.", most=MAX_PAGE): NOBODY,
                "Lists are in the order in which things were made.": NOBODY,
                "NextStart of statistics is two numbers with # between.": NOBODY,
            },
        ),
        "times": Facts(
            copied={
                "CreateTime is the time in UTC+8 with a Z behind it, eight hours "
                "ahead of UtcCreateTime.": "reference 6.4"
            },
        ),
        "SMTP": Facts(
            copied={
                "A mail that is taken is sent as SingleSendMail sends: quota, limits, faults, who gets no mail, "
                "statistics and the log of calls are the same.": "help pages",
                "The user is a sender address, and the password its SMTP password or that of its domain.": "help pages",
                "A wrong login is refused with 535, a sender other than the user with 436, too many recipients with "
                "556, too much data with 557, an invalid recipient with 559, a used-up quota with 552, an "
                "X-AliDM-Settings that cannot be with 504.": "page return codes",
                "What is taken is answered with 250 Data Ok: queued as freedom ###envid= and the EnvId.": "help pages",
                said(
                    "A message has at most {size} MiB and {files} attachments.",
                    size=submission.MAX_DATA >> 20,
                    files=MAX_ATTACHMENTS,
                ): "page attachments",
                said("A message goes to at most {most} recipients.", most=submission.MAX_RECIPIENTS): "help pages",
                "X-AliDM-Trace names the tag and turns tracking on, X-AliDM-Settings has the filter level and IP pool "
                "of a mail; both names are read in this spelling alone.": "page SMTP headers",
                "A login in the clear is taken; STARTTLS is offered, and TLS from the first byte at a port of its "
                "own.": "page SMTP endpoints",
            },
            guessed={
                "A line of a message may be of any length: RFC 5321 allows 1,000 octets, and HTML in one line has "
                "more.": NOBODY,
                "A domain that logs in with its own password sends from any of its addresses.": SDK,
                "A recipient that stands neither in To nor in Cc gets a blind copy, unless there is none that "
                "does.": NOBODY,
                "OpenTrace and LinkTrace turn on the same tracking, of opens and of clicks.": "page SMTP headers",
                "A message needs a From header, which may name another address than MAIL FROM.": "page return codes",
                "Other refusals are 554 with the code of the API, and 451 where trying again may help.": NOBODY,
                said(
                    "A header has at most {each} KiB, those of a message {all} KiB, and a message {parts:,} parts on "
                    "{levels} levels.",
                    each=letter.MAX_HEADER >> 10,
                    all=letter.MAX_HEADERS >> 10,
                    parts=letter.MAX_PARTS,
                    levels=letter.MAX_LEVELS,
                ): NOBODY,
            },
            missing={
                "The extensions AUTH=, XALIOAUTH and DSN are not offered.": "help pages",
                "A picture within the HTML is an attachment like the others.": "help pages",
                "The mail that is shown is put together anew, from the parts of the message.": "help pages",
            },
        ),
    }
)
