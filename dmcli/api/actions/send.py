"""Sending mail (reference section 4; SendTestByTemplate is the SDK's alone)."""

from __future__ import annotations

from dmcli.api.actions.common import REQUEST_ID
from dmcli.api.actions.delivery import (
    ADDRESS_TYPE,
    CLICK_TRACE,
    DELIVERY_OPTIONS,
    REPLY_ALIAS,
    SENDER_PARAM,
    STORED_TEMPLATE,
)
from dmcli.api.actions.reply import REPLY_ADDRESS
from dmcli.api.kinds.addresses import EMAIL, Attachments, Emails
from dmcli.api.kinds.common import ALIAS, BODY, LIST_NAME, SUBJECT, TAG, TEMPLATE_NAME, TEMPLATE_REF
from dmcli.api.kinds.json import Json, Recipients
from dmcli.api.kinds.text import Flag, HeaderText
from dmcli.api.model import ONLY_2015, Action, Command, Effect, Field, Param
from dmcli.api.rules import at_least_one, at_most_one, needs, tracks

_TAG = Param("TagName", TAG, "Tag to file the mail under.", option="tag", malformed="InvalidTagName.Malformed")
_BLANK = HeaderText(0, 30)
_FIELDS = (Field("EnvId", "Send id"), REQUEST_ID)
_SEND_ERRORS = (
    "InvalidReceiverName.Malformed",
    "InvalidTemplateName.Malformed",
    "InvalidMailAddress.NotFound",
    "InvalidTemplate.NotFound",
    "InvalidReceiver.NotFound",
    "InvalidSendMail.Spam",
    "InvalidMailAddressSendType.Malformed",
    "InvalidMailAddressStatus.Malformed",
    "InvalidMailAddressDomain.Malformed",
    "InvalidReplyAddressAlias.Malformed",
    "InvalidReplyAddress.Malformed",
)

ACTIONS = (
    Action(
        "SingleSendMail",
        "send",
        "Send one mail to up to 100 addresses.",
        Effect.SEND,
        done="the service accepted the mail to {ToAddress}",
        form=None,
        params=(
            SENDER_PARAM,
            Param(
                "ToAddress",
                Emails(100),
                "Recipient; repeat it or separate with commas, up to 100.",
                required=True,
                option="to",
                malformed="InvalidToAddress",
                recipients=True,
            ),
            Param("Subject", SUBJECT, "Subject line.", required=True, malformed="InvalidSubject.Malformed"),
            Param("HtmlBody", BODY, "HTML body.", option="html", malformed="InvalidBody"),
            Param("TextBody", BODY, "Plain text body.", option="text", malformed="InvalidBody"),
            Param(
                "FromAlias",
                ALIAS,
                "Display name of the sender.",
                option="alias",
                malformed="InvalidFromAlias.Malformed",
            ),
            REPLY_ADDRESS,
            REPLY_ALIAS,
            Param(
                "ReplyToAddress",
                Flag(),
                "Use the sender address's own confirmed reply-to address.",
                required=True,
                option="use-reply-to",
                default="false",
            ),
            _TAG,
            CLICK_TRACE,
            ADDRESS_TYPE,
            Param(
                "BccAddress",
                Emails(2),
                "Blind copy, up to 2 addresses.",
                option="bcc",
                versions=ONLY_2015,
                recipients=True,
            ),
            Param(
                "Template",
                STORED_TEMPLATE,
                "Approved template in place of a body, by name or id; with variables "
                'as {"TemplateId": "promo", "TemplateData": {"name": "Li"}}.',
                versions=ONLY_2015,
            ),
            Param(
                "Attachments",
                Attachments(),
                "File already on the web, as NAME=URL; repeatable.",
                option="attachment",
                versions=ONLY_2015,
            ),
            *DELIVERY_OPTIONS,
        ),
        fields=_FIELDS,
        rules=(
            at_least_one("HtmlBody", "TextBody", "Template", code="InvalidBody"),
            at_most_one("HtmlBody", "Template", code=""),
            at_most_one("TextBody", "Template", code=""),
            tracks("ClickTrace", "HtmlBody", "Template"),
            needs("ClickTrace", "TagName", "1", code=""),
        ),
        errors=(
            *_SEND_ERRORS,
            "InvalidToAddress",
            "InvalidToAddress.Spam",
            "InvalidBody",
            "InvalidSubject.Malformed",
            "InvalidFromAlias.Malformed",
        ),
        look="stats details --to {ToAddress}",
        commands=(
            Command(
                "send single",
                example="--from news@mail.example.com --to ada@example.com --subject Welcome --html @welcome.html",
            ),
        ),
        sample={
            "AccountName": "news@sandbox.test",
            "AddressType": "1",
            "ReplyToAddress": "false",
            "ToAddress": "a@b.test",
            "Subject": "S",
            "TextBody": "T",
        },
    ),
    Action(
        "BatchSendMail",
        "send",
        "Send a template to every address of a list.",
        Effect.SEND,
        done="the service accepted the batch",
        form=("Receivers", "TemplateContent"),
        params=(
            SENDER_PARAM._replace(help="Sender address of the batch type; default: the profile's 'from'."),
            Param(
                "ReceiversName",
                LIST_NAME,
                "Recipient list, by name or id.",
                option="list",
                malformed="InvalidReceiverName.Malformed",
            ),
            Param(
                "TemplateName",
                TEMPLATE_NAME,
                "Approved template, by name or id.",
                option="template",
                malformed="InvalidTemplateName.Malformed",
            ),
            _TAG,
            CLICK_TRACE,
            ADDRESS_TYPE,
            REPLY_ADDRESS,
            REPLY_ALIAS,
            Param(
                "Receivers",
                Recipients(EMAIL, 100),
                'Recipients in place of a list: [{"To": ["a@example.com"], "TemplateData": {"name": "A"}}].',
                versions=ONLY_2015,
                malformed="InvalidReceiverName.Malformed",
                recipients=True,
            ),
            Param(
                "TemplateContent",
                Json(dict, parts={"Subject": SUBJECT, "Alias": ALIAS}),
                'Content in place of a template: {"Subject": "...", "HtmlBody": "...", "Alias": "..."}.',
                versions=ONLY_2015,
                malformed="InvalidBody",
            ),
            *DELIVERY_OPTIONS,
        ),
        fields=_FIELDS,
        rules=(
            at_least_one("ReceiversName", "Receivers", code="MissingReceiversName"),
            at_least_one("TemplateName", "TemplateContent", code="MissingTemplateName"),
            at_most_one("ReceiversName", "Receivers", code=""),
            at_most_one("TemplateName", "TemplateContent", code=""),
            needs("ClickTrace", "TagName", "1", code=""),
        ),
        errors=(
            *_SEND_ERRORS,
            "InvalidMailAddressName.Malformed",
            "InvalidTemplateStatus.Malformed",
            "InvalidReceiverStatus.Malformed",
        ),
        look="task list",
        commands=(
            Command("send batch", example="--from news@mail.example.com --list customers --template newsletter"),
        ),
        sample={
            "AccountName": "news@sandbox.test",
            "AddressType": "1",
            "ReceiversName": "customers",
            "TemplateName": "newsletter",
        },
    ),
    Action(
        "SendTestByTemplate",
        "send",
        "Send one test mail, filled in from a template.",
        Effect.SEND,
        done="the service accepted the test mail to {Email}",
        params=(
            SENDER_PARAM,
            Param("TemplateId", TEMPLATE_REF, "Template, by name or id.", required=True, option="template"),
            Param("Email", EMAIL, "Who gets the mail.", required=True, option="to", recipients=True),
            Param("UserName", _BLANK, "What {UserName} stands for."),
            Param("NickName", _BLANK, "What {NickName} stands for.", option="nickname"),
            Param("Gender", _BLANK, "What {Gender} stands for."),
            Param("Birthday", _BLANK, "What {Birthday} stands for."),
            Param("Mobile", _BLANK, "What {Mobile} stands for."),
            Param(
                "TemplateParams",
                Json(dict),
                'Values of other variables: {"city": "Oslo"}.',
                option="variables",
            ),
        ),
        fields=(REQUEST_ID,),
        errors=(
            "InvalidMailAddress.NotFound",
            "InvalidMailAddressDomain.Malformed",
            "InvalidTemplate.NotFound",
            "InvalidTemplateStatus.Malformed",
            "InvalidToAddress.Spam",
            "InvalidSendMail.Spam",
            "InvalidSubject.Malformed",
            "InvalidBody",
        ),
        look="stats details --to {Email}",
        versions=ONLY_2015,
        commands=(
            Command("send test", example="--from news@mail.example.com --template newsletter --to ada@example.com"),
        ),
        sample={"AccountName": "news@sandbox.test", "TemplateId": "1", "Email": "a@b.test"},
    ),
)
