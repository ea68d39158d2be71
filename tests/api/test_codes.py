"""Every code is explained in both languages, and what is on the wire is exactly what the service answers."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from rows import each

from dmcli.api import catalogue
from dmcli.api.codes import CODES, Code, explain, find, nearest
from dmcli.api.codes.causes import CAUSES, Asked, explain_call

REFERENCE = """
InvalidReceiverName.Malformed InvalidTemplateName.Malformed InvalidMailAddress.NotFound InvalidTemplate.NotFound
InvalidReceiver.NotFound InvalidToAddress InvalidToAddress.Spam InvalidBody InvalidSendMail.Spam
InvalidMailAddressSendType.Malformed InvalidMailAddressStatus.Malformed InvalidMailAddressDomain.Malformed
InvalidMailAddressName.Malformed InvalidMailAddressNameMalformed InvalidSubject.Malformed InvalidFromAlias.Malformed
InvalidReplyAddressAlias.Malformed InvalidReplyAddress.Malformed InvalidTemplateStatus.Malformed
InvalidReceiverStatus.Malformed InvalidDomainPassword.Malformed InvalidDomainPassword.equalcurrent
InvalidDomainName.Malformed InvalidDomainName.Duplicate InvalidDomainName.Conflict InvalidDomainName.DuplicateTLD
InvalidDomainNumber.Malformed InvalidDomain.NotFound InvalidDomainStatus.Malformed InvalidDomainId.Malformed
CheckDomain.Failed InvalidDate.Malformed InvalidDate.NotFound InvalidStartTime.Malformed InvalidBetweenTime.Malformed
InvalidYear.Malformed InvalidTagName.Malformed InternalError
"""

HELP_PAGES = """
InvalidDomainId.NotFound InvalidMailAddressId.Malformed InvalidTag.NotFound EmailFormatError EmailLengthError
InvalidAddress.Locked InvalidAddress.NotFound InvalidAddressNumber.Malformed AvailableSubDomain.GetFailed
AvailableSubDomain.Limit FastConfigFlow.Create.Failed FastConfigFlow.Exist FastConfigFlow.NotFound
Abs.InvalidNetworkType.NotFound InternalServiceError InvalidIP.NotFound InvalidMailAddressName.Duplicate
InvalidUser.NotFound
"""

GATEWAY = """
Forbidden Signature Forbidden.RAM NoPermission Forbidden.RiskControl InvalidAccessKeyId.NotFound
InvalidAccessKeyId.Inactive SignatureDoesNotMatch IncompleteSignature InvalidSignatureMethod SignatureNonceUsed
InvalidTimeStamp.Format InvalidTimeStamp.Expired IllegalTimestamp InvalidSecurityToken.Expired MissingAccountName
MissingParameter InvalidParameter InvalidParameter.Format UnsupportedOperation UnsupportedHTTPMethod NoSuchVersion
InvalidVersion InvalidAction InvalidAction.NotFound InvalidApi.NotFound InvalidProtocol.NeedSsl Throttling
Throttling.User Throttling.Api Rejected.Throttling ServiceUnavailable
"""

INFERRED = """
SandboxNotImplemented InvalidReceiverName.Duplicate InvalidTagName.Duplicate InvalidTemplateName.Duplicate
InvalidMailAddressNumber.Malformed InvalidReceiverNumber.Malformed InvalidTagNumber.Malformed
InvalidTemplateNumber.Malformed InvalidReceiverDetailNumber.Malformed InvalidTicket.Malformed
InvalidNotifyUrl.Malformed InvalidFileId.NotFound InvalidIpPool.NotFound
"""

ROLES = """
EntityNotExist.Role InvalidParameter.RoleArn InvalidParameter.RoleSessionName InvalidParameter.DurationSeconds
InvalidParameter.PolicyGrammar AuthenticationFail.NoPermission AuthenticationFail.OIDCToken.Expired
AuthenticationFail.OIDCToken.Invalid AuthenticationFail.OIDCToken.AudienceNotMatch
AuthenticationFail.OIDCToken.IssuerNotMatch
"""

COMMAND = re.compile(r"`dm ([a-z]+ [a-z-]+)[^`]*`")
BY_HAND = {"config check", "receiver create", "receiver add", "domain check"}


def known(code: str) -> Code:
    found = find(code)
    assert found is not None, code
    return found


@each("code", (REFERENCE + HELP_PAGES + GATEWAY + INFERRED + ROLES).split())
def test_every_code_is_explained_in_both_languages(code):
    entry = known(code)
    assert entry.code == code
    texts = [*explain(entry, "en"), *explain(entry, "zh")]
    assert len(set(texts)) == 4
    for text in texts[:2]:
        assert text.isascii()
        assert re.fullmatch(r"[A-Z](?!.*\. [A-Z]).*\.", text), "one sentence"
    for text in texts[2:]:
        assert re.search("[一-鿿]", text)
        assert re.fullmatch("[^。]+。", text), "one sentence"


@each("code", (REFERENCE + HELP_PAGES + INFERRED + ROLES).split())
def test_codes_of_the_service_have_an_entry_of_their_own(code):
    assert code in CODES


@each("entry", CODES.values(), named=lambda one: one.code)
def test_facts_of_the_wire_are_plausible(entry):
    assert entry.status in {400, 401, 403, 404, 500, 503}
    assert entry.message.isascii()
    assert entry.message == entry.message.strip() != ""
    assert entry.exit in {1, 3, 4, 5, 10}


@each("entry", CODES.values(), named=lambda one: one.code)
def test_remedies_name_the_same_commands_in_both_languages_and_they_exist(entry):
    commands = {command.path for action in catalogue.all_actions() for command in action.commands} | BY_HAND
    named = COMMAND.findall(entry.en_remedy)
    assert named == COMMAND.findall(entry.zh_remedy)
    assert set(named) <= commands


@each("name", sorted({c for a in catalogue.all_actions() for c in (*a.errors, *a.already_done)}))
def test_codes_of_the_catalogue_are_explained(name):
    assert known(name).code == name


def test_the_codes_a_parameter_answers_with_are_explained():
    answers = {code for a in catalogue.all_actions() for p in a.params for code in (p.malformed, p.missing) if code}
    assert answers
    assert [code for code in sorted(answers) if find(code) is None] == []


@each(
    ("code", "status", "message"),
    [
        ("InvalidMailAddress.NotFound", 404, "The specified mailAddress does not exist."),
        ("InvalidTemplate.NotFound", 404, "The specified template does not exist."),
        ("InvalidReceiver.NotFound", 404, "The specified receiver does not exist."),
        ("InvalidToAddress", 400, "The specified toAddress is wrongly formed."),
        ("InvalidToAddress.Spam", 400, "Sendmail rejected by invalid address."),
        ("InvalidBody", 400, "The specified textBody or htmlBody is wrongly formed."),
        ("InvalidSendMail.Spam", 400, "Sendmail rejected by spam filter."),
        ("InvalidMailAddressSendType.Malformed", 400, "The specified mailAddress sendType is wrongly formed."),
        ("InvalidMailAddressStatus.Malformed", 400, "The specified mailAddress status is wrongly formed."),
        ("InvalidMailAddressDomain.Malformed", 400, "The specified mailAddress domain does not exist."),
        ("InvalidMailAddressName.Malformed", 400, "The specified MailAddress name is wrongly formed."),
        ("InvalidMailAddressNameMalformed", 400, "The specified mailAddress's accountName is wrongly formed."),
        ("InvalidReceiverStatus.Malformed", 400, "The specified receivers status is wrongly formed."),
        ("InvalidReplyAddressAlias.Malformed", 400, "The specified replyAddressAlias is wrongly formed."),
        ("InvalidDomain.NotFound", 404, "The specified domain does not exist."),
        ("CheckDomain.Failed", 400, "Domain check failed."),
        ("SignatureDoesNotMatch", 400, "Specified signature is not matched with our calculation."),
        ("SignatureNonceUsed", 400, "Specified signature nonce was used already."),
        ("InvalidTimeStamp.Expired", 400, "Specified time stamp or date value is expired."),
        ("InvalidAccessKeyId.NotFound", 404, "Specified access key is not found."),
        ("InvalidAction.NotFound", 404, "Specified api is not found, please check your url and method."),
        ("InvalidVersion", 400, "Specified parameter Version is not valid."),
        ("Throttling.User", 400, "Request was denied due to user flow control."),
        ("ServiceUnavailable", 503, "The request has failed due to a temporary failure of the server."),
        ("InternalServiceError", 500, "Failed to call the internal service. Please try again later."),
        ("MissingAccountName", 400, "AccountName is mandatory for this action."),
    ],
)
def test_facts_of_the_wire(code, status, message):
    assert known(code)[:3] == (code, status, message)


@pytest.mark.parametrize(
    ("codes", "status"),
    [
        ("InvalidSignatureMethod SignatureDoesNotMatch Signature SignatureNonceUsed IncompleteSignature", 3),
        ("Forbidden Forbidden.RAM Forbidden.Unheard Forbidden.RiskControl NoPermission", 3),
        ("InvalidAccessKeyId.NotFound InvalidSecurityToken.Expired MissingSecurityToken", 3),
        ("InvalidTimeStamp.Expired InvalidTimeStamp.Format IllegalTimestamp", 3),
        (ROLES, 3),
        ("Throttling Throttling.Unheard Rejected.Throttling ServiceUnavailable InternalError InternalServiceError", 4),
        ("CheckDomain.Failed", 5),
        ("InvalidMailAddress.NotFound InvalidTemplate.NotFound InvalidReceiver.NotFound InvalidTag.NotFound", 10),
        ("InvalidDomain.NotFound InvalidDomainId.NotFound InvalidDomainId.Malformed", 10),
        ("InvalidSendMail.Spam MissingAccountName InvalidAction.NotFound SandboxNotImplemented", 1),
    ],
)
def test_exit_codes(codes, status):
    assert {code: known(code).exit for code in codes.split()} == dict.fromkeys(codes.split(), status)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("CheckDomain.Failed", "CheckDomain.Failed"),
        ("checkdomain.failed", "CheckDomain.Failed"),
        ("InvalidFromALias.Malformed", "InvalidFromAlias.Malformed"),
        ("MissingParameter", "MissingParameter"),
        ("MissingReceiversName", "MissingReceiversName"),
        ("MissingAttachments.1.AttachmentName", "MissingAttachments.1.AttachmentName"),
        ("InvalidWhatever.Malformed", "InvalidWhatever.Malformed"),
        ("Throttling.Api.Concurrency", "Throttling"),
        ("BatchSendMail.Throttling", "Throttling"),
        ("Forbidden.SubUser", "Forbidden.RAM"),
        ("Forbidden.RiskControl", "Forbidden.RiskControl"),
    ],
)
def test_find(typed, code):
    assert known(typed).code == code


@pytest.mark.parametrize("typed", ["", "Missing", "Invalid.Malformed", "Odd", "Missing\x1b[31mX", "ForbiddenFruit"])
def test_find_nothing(typed):
    assert find(typed) is None


@pytest.mark.parametrize("typed", ["MissingBirthYear", "InvalidBirthYear.Malformed"])
def test_the_name_of_the_parameter_is_filled_in_everywhere(typed):
    entry = known(typed)
    for text in (entry.message, *explain(entry, "en"), *explain(entry, "zh")):
        assert "BirthYear" in text
        assert "{" not in text


def test_nearest():
    assert nearest("InvalidDomianName.Duplicate")[0] == "InvalidDomainName.Duplicate"
    assert nearest("checkdomain.fialed") == ["CheckDomain.Failed"]
    assert len(nearest("InvalidTemplateName")) == 3
    assert not [near for near in nearest("MissingParam") if "{" in near]
    assert nearest("zzzzzzzz") == []


def test_importing_the_table_loads_nothing_heavy():
    script = "import sys, dmcli.api.codes; print(sorted({'difflib', 'json', 'dataclasses'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "[]"


@each("cause", CAUSES, named=lambda cause: cause.en[:50])
def test_a_cause_is_told_as_a_code_is(cause):
    assert cause.code in CODES
    texts = (cause.en, cause.en_remedy, cause.zh, cause.zh_remedy)
    for text in texts[:2]:
        assert text.isascii()
        assert re.fullmatch(r"[A-Z](?!.*\. [A-Z]).*\.", text), "one sentence"
    for text in texts[2:]:
        assert re.search("[一-鿿]", text)
        assert re.fullmatch("[^。]+。", text), "one sentence"
    commands = {command.path for action in catalogue.all_actions() for command in action.commands} | BY_HAND
    named = COMMAND.findall(cause.en_remedy)
    assert named == COMMAND.findall(cause.zh_remedy)
    assert set(named) <= commands
    assert re.findall(r"\{\w+\}", cause.en + cause.en_remedy) == re.findall(r"\{\w+\}", cause.zh + cause.zh_remedy)


LONG = "x" * 101
CALLS = [
    ("InvalidReplyAddress.Malformed", "SingleSendMail", {"ReplyToAddress": "true", "AccountName": "a@b.cn"}, "a@b.cn"),
    ("InvalidReplyAddress.Malformed", "SingleSendMail", {"ReplyToAddress": "true", "ReplyAddress": "x"}, ""),
    ("InvalidReplyAddress.Malformed", "SingleSendMail", {"ReplyToAddress": "false", "ReplyAddress": "x"}, ""),
    ("InvalidTagName.Malformed", "SingleSendMail", {"ClickTrace": "1"}, "the mail has none"),
    ("InvalidTagName.Malformed", "SingleSendMail", {"ClickTrace": "1", "TagName": "t"}, "it has no tag t"),
    ("InvalidTagName.Malformed", "SingleSendMail", {"ClickTrace": "1", "TagName": "a b"}, ""),
    ("InvalidTagName.Malformed", "CreateTag", {"TagName": "t"}, ""),
    ("InvalidToAddress", "SingleSendMail", {"ToAddress": ",".join(["a@b.cn"] * 101)}, "more than 100"),
    ("InvalidToAddress", "SingleSendMail", {"ToAddress": "x"}, "not written as an e-mail address"),
    ("InvalidToAddress", "DeleteReceiverDetail", {"Email": "x"}, "not written as an e-mail address"),
    ("InvalidToAddress.Spam", "SingleSendMail", {"ToAddress": "a@b.cn"}, "a@b.cn is known as one"),
    ("InvalidToAddress.Spam", "SingleSendMail", {"ToAddress": "a@b.cn,c@b.cn"}, ""),
    (
        "InvalidReceiverName.Malformed",
        "BatchSendMail",
        {"Receivers": json.dumps([{"To": ["a@b.cn"] * 101}])},
        "more than 100 recipients",
    ),
    ("InvalidReceiverName.Malformed", "BatchSendMail", {"Receivers": "[]"}, "stands in the call"),
    ("InvalidReceiverName.Malformed", "BatchSendMail", {"ReceiversName": "a"}, "name of the recipient list"),
    ("InvalidReceiverName.Malformed", "CreateReceiver", {"ReceiversName": "a", "ReceiversAlias": LONG}, "alias"),
    ("InvalidReceiverName.Malformed", "CreateReceiver", {"ReceiversName": LONG}, "longer than 30"),
    ("InvalidReceiver.NotFound", "DeleteReceiver", {"ReceiverId": "1"}, "no such recipient list in"),
    ("InvalidReceiver.NotFound", "DeleteReceiverDetail", {"ReceiverId": "1", "Email": "a@b.cn"}, ""),
    ("InvalidBody", "SingleSendMail", {}, "has no body"),
    ("InvalidBody", "SingleSendMail", {"HtmlBody": LONG}, "too large"),
    ("InvalidBody", "CreateTemplate", {"TemplateText": LONG}, "too large"),
    ("InvalidBody", "BatchSendMail", {"TemplateContent": "{}"}, "neither HtmlBody nor TextBody"),
    ("InvalidSubject.Malformed", "SingleSendMail", {"Subject": LONG}, "longer than 100"),
    ("InvalidSubject.Malformed", "SingleSendMail", {"Subject": "a\nb"}, "line break"),
    ("InvalidSubject.Malformed", "SingleSendMail", {}, "no subject"),
    ("InvalidSubject.Malformed", "BatchSendMail", {"TemplateContent": "{}"}, ""),
    ("InvalidFromAlias.Malformed", "SingleSendMail", {"FromAlias": LONG}, "longer than 15"),
    ("InvalidFromAlias.Malformed", "SingleSendMail", {"FromAlias": "a\nb"}, "has characters"),
    ("InvalidReplyAddressAlias.Malformed", "SingleSendMail", {"ReplyAddressAlias": LONG}, "longer than 15"),
    ("InvalidReplyAddressAlias.Malformed", "SingleSendMail", {"ReplyAddressAlias": "a\nb"}, "has characters"),
    ("InvalidTemplateName.Malformed", "CreateTemplate", {"TemplateName": LONG}, "longer than 30"),
    ("InvalidMailAddressSendType.Malformed", "BatchSendMail", {"AccountName": "a@b.cn"}, "a@b.cn is of the trigger"),
    ("InvalidMailAddressSendType.Malformed", "SingleSendMail", {"AccountName": "a@b.cn"}, "a@b.cn is of the batch"),
    ("InvalidMailAddressSendType.Malformed", "CreateMailAddress", {"Sendtype": "x"}, "neither batch nor trigger"),
    ("InvalidMailAddressName.Malformed", "CreateMailAddress", {"AccountName": LONG}, "longer than 60"),
    ("InvalidMailAddressName.Malformed", "SingleSendMail", {"AccountName": LONG}, ""),
    ("InvalidMailAddressId.Malformed", "DeleteMailAddress", {"MailAddressId": "7"}, "has the id 7"),
    ("InvalidMailAddressId.Malformed", "DeleteMailAddress", {"MailAddressId": "x"}, "is a number"),
    ("InvalidDomainId.Malformed", "DescDomain", {"DomainId": "7"}, "has the id 7"),
    ("InvalidDomainId.Malformed", "DescDomain", {"DomainId": "x"}, "is a number"),
    ("InvalidDomainName.Malformed", "CreateDomain", {"DomainName": LONG}, "longer than 50"),
    ("InvalidDomainName.Malformed", "CreateDomain", {"DomainName": "localhost"}, "has no dot"),
    ("InvalidDomainName.Malformed", "CreateDomain", {"DomainName": "a..b"}, ""),
    ("InvalidReceiverDetailNumber.Malformed", "SaveReceiverDetail", {"Detail": json.dumps([1] * 501)}, "500 members"),
    ("InvalidReceiverDetailNumber.Malformed", "SaveReceiverDetail", {"CustomDetail": "[1]"}, "hold no more"),
    ("InvalidDate.NotFound", "GetTrackList", {"StartTime": "2026-01-01"}, "no last one"),
    ("InvalidDate.NotFound", "GetTrackList", {"EndTime": "2026-01-01"}, "no first one"),
    ("InvalidDate.NotFound", "GetTrackList", {}, ""),
    ("InvalidStartTime.Malformed", "GetTrackList", {"StartTime": "2026-01-01"}, "2026-01-01, is longer ago"),
    ("InvalidStartTime.Malformed", "GetTrackList", {"StartTime": "Monday"}, "not written as a date"),
    (
        "InvalidBetweenTime.Malformed",
        "GetTrackList",
        {"StartTime": "2026-01-02", "EndTime": "2026-01-01"},
        "2026-01-01, lies before",
    ),
    (
        "InvalidBetweenTime.Malformed",
        "GetTrackList",
        {"StartTime": "2026-01-02", "EndTime": "2026-03-01"},
        "from 2026-01-02 to 2026-03-01 is longer",
    ),
    ("InternalError", "DescDomain", {"DomainId": "7"}, "failed inside"),
    ("InternalError", "SingleSendMail", {}, ""),
    ("InternalServiceError", "DescDomain", {}, "could not reach"),
    ("ServiceUnavailable", "DescDomain", {}, "out of order"),
    ("InvalidTicket.Malformed", "ApproveReplyMailAddress", {"Ticket": "7"}, ""),
]


@each(("code", "action", "params", "told"), CALLS)
def test_a_call_tells_which_cause_it_is(code, action, params, told):
    said = explain_call(code, Asked(action, action in ("SingleSendMail", "BatchSendMail"), params))
    assert bool(said) == bool(told)
    if told:
        assert told in said["en"][0]
        assert not re.search(r"\{\w+\}", "".join((*said["en"], *said["zh"])))


def test_every_cause_is_told_by_some_call():
    told = {
        explain_call(code, Asked(action, "Send" in action, params)).get("zh", ("",))[0]
        for code, action, params, _ in CALLS
    }
    assert [cause.en for cause in CAUSES if "{" not in cause.zh and cause.zh not in told] == []
