"""Ways of calling each action on the account in `lab`: with all that a parameter can say, wrongly, in bad times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab import LIST, PASSWORD

from dmcli.api.kinds.addresses import Email
from dmcli.api.kinds.dates import Instant, Stamp
from dmcli.api.kinds.text import Choice, Flag, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab import Lab, Outcome

    from dmcli.api.kinds.base import Kind
    from dmcli.api.model import Action, Param

NOBODY, NONE = "nobody@sandbox.test", "0" * 32
TEMPLATE = {"TextBody": None, "Template": {"TemplateId": "1", "TemplateData": {"UserName": "Ada"}}}
CONTENT = {"Subject": "S", "HtmlBody": "H"}
LEVELS = ("disabled", "default", "mailfrom", "mailfrom_domain", "edm_id")
UPLOADED = f"http://oss/{'f1':0>32}"
FILE = {"Attachments.1.AttachmentName": "a.pdf", "Attachments.1.AttachmentUrl": "https://a.test/a.pdf"}


def varied(name: str, *values: Any, **besides: Any) -> list[dict[str, Any]]:
    """Parameters with one of some values, None for none, and whatever else must be for it to count."""
    return [{**besides, name: value} for value in values]


# Values that a parameter has in all actions; a choice has all of its own.
VALUES: dict[str, list[Any]] = {
    **{name: ["1", "2"] for name in ("MailAddressId", "TagId", "TemplateId")},
    "AccountName": ["noreply@sandbox.test", "shop@icp.example.com"],
    "Address": ["invalid@b.test", "held.test"],
    "BccAddress": ["y@b.test"],
    "CustomDetail": [[{"Email": "y@b.test", "CustomData": {"name": "Y"}}]],
    "Detail": [[{"e": "y@b.test"}], [{"e": "z@b.test"}]],
    "Domain": ["sandbox.test", "icp.example.com"],
    "BuyResourceIds": ["dm-ip-2", "dm-ip-3"],
    "DedicatedIp": ["192.0.2.10", "192.0.2.11"],
    "DkimRsaLength": ["1024", "2048"],
    "DomainAuth": ["true", "false"],
    "DomainId": ["1", "2", "3"],
    "DomainName": ["sandbox.test", "other.test"],
    "Email": ["ada@example.com", "li@example.com"],
    "EndTime": ["2026-03-11", "2026-03-15"],
    "Esp": ["gmail.com", "others"],
    "FileId": ["f1", "f2"],
    "Headers": ['{"X-User-A": "b"}'],
    "Id": ["1", "2"],
    **{name: ["1", "2"] for name in ("ConfigSetId", "DedicatedIpPoolId", "IpPoolId")},
    "FromAddress": ["noreply@sandbox.test", "shop@icp.example.com"],
    "Ids": ["1", "2", "1,2"],
    "Keyword": ["rest", "zzz"],
    "ValidationOption": ['{"Enabled": true}', "{}"],
    "IpAddress": ["192.0.2.1", "192.0.2.8/29"],
    "KeyWord": ["a", "zzz"],
    "MailFrom": ["noreply@sandbox.test", "news@sandbox.test"],
    "NotifyUrl": ["http://127.0.0.1:1/"],
    "Password": [PASSWORD, f"{PASSWORD}Y"],
    "ReceiverId": [LIST, NONE],
    "ReceiversAlias": ["a@list", "b@list"],
    "ReceiversName": ["customers", "new", "newer"],
    "ReplyAddress": ["y@example.com"],
    "SuppressionIds": ["1", "2", "1,2"],
    "StartTime": ["2026-03-12", "2026-03-15"],
    "TagName": ["welcome", "spring", "newer"],
    "TemplateName": ["newsletter", "newer"],
    "TemplateParams": ['{"UserName": "Ada"}'],
    "Ticket": ["ticket", "other"],
    "ToAddress": ["a@gmail.com", "spam@b.test"],
}
# Values of a kind, for parameters whose name says no more.
OF_A_KIND: dict[type[Kind], list[Any]] = {
    Email: ["b@gmail.com", "shop@icp.example.com"],
    Instant: ["1000000000", "1900000000"],
    Stamp: ["2026-03-14T00:00:00Z", "2026-03-16T00:00:00Z"],
    Text: ["x", "y"],
}
# Where that is not enough: an action's ways of calling it.
OWN: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("SingleSendMail", "Attachments"): [{}, FILE],
    ("SingleSendMail", "ClickTrace"): varied("ClickTrace", "0", "1", TagName="welcome"),
    ("SingleSendMail", "DomainAuth"): varied("DomainAuth", "true", "false", AccountName=NOBODY),
    ("SingleSendMail", "UnSubscribeFilterLevel"): varied(
        "UnSubscribeFilterLevel", None, *LEVELS, ToAddress="a@gmail.com"
    ),
    ("BatchSendMail", "UnSubscribeFilterLevel"): varied(
        "UnSubscribeFilterLevel", None, *LEVELS, ReceiversName=None, Receivers=[{"To": "a@gmail.com"}]
    ),
    ("UnblockSending", "BlockEmail"): varied("BlockEmail", "a@gmail.com", "b@gmail.com"),
    ("DeleteInvalidAddress", "ToAddress"): varied("ToAddress", "old@b.test", "invalid@b.test"),
    ("SingleSendMail", "Template"): [TEMPLATE, {"TextBody": "T"}],
    ("BatchSendMail", "AccountName"): varied("AccountName", "news@sandbox.test", "elsewhere@b.test"),
    ("BatchSendMail", "ClickTrace"): varied("ClickTrace", "0", "1", TagName="welcome"),
    ("BatchSendMail", "DomainAuth"): varied("DomainAuth", "true", "false", AccountName="any@icp.example.com"),
    ("BatchSendMail", "ReceiversName"): varied("ReceiversName", "customers", None, Receivers=[{"To": "y@b.test"}]),
    ("BatchSendMail", "Receivers"): varied("Receivers", [{"To": "y@b.test"}], [{"To": "z@b.test"}], ReceiversName=None),
    ("BatchSendMail", "TemplateName"): varied("TemplateName", "newsletter", None, TemplateContent=CONTENT),
    ("BatchSendMail", "TemplateContent"): varied(
        "TemplateContent", CONTENT, {**CONTENT, "Subject": "T"}, TemplateName=None
    ),
    ("CheckReplyToMailAddress", "Lang"): varied("Lang", "en", "zh"),
    ("CreateMailAddress", "AccountName"): varied("AccountName", "a@sandbox.test", "b@sandbox.test"),
    ("DedicatedIpChangeWarmupType", "Id"): varied("Id", "dm-ip-1", "dm-ip-3"),
    ("DedicatedIpList", "Keyword"): varied("Keyword", None, ".10", "zzz"),
    ("DedicatedIpPoolCreate", "BuyResourceIds"): varied("BuyResourceIds", None, "dm-ip-3"),
    ("DedicatedIpPoolList", "All"): varied("All", None, "true", PageSize="1"),
    ("DedicatedIpPoolUpdate", "BuyResourceIds"): varied("BuyResourceIds", None, "dm-ip-1", "dm-ip-1,dm-ip-3"),
    ("ValidateEmail", "Email"): varied("Email", "Ada@gmail.com", "invalid+1@b.test", "x"),
    ("ValidateEmail", "ProbeType"): varied("ProbeType", None, "FULL", "BASIC_ONLY", Email="invalid@b.test"),
    ("CheckDisposable", "Email"): varied("Email", "a@b.test", "a@disposable.test", "a@b.invalid"),
    **{
        ("SendValidateFile", name): varied(name, *values, FileUrl=UPLOADED)
        for name, values in {
            "AddressColumn": ("1", "2"),
            "HasHeaderRow": ("true", "false"),
            "RemoveDuplicate": ("true", "false"),
        }.items()
    },
    ("SendValidateFile", "FileUrl"): varied("FileUrl", UPLOADED, "https://a.test/x"),
    ("QueryInvalidAddress", "NextStart"): varied("NextStart", None, "2#3"),
    ("SenderStatisticsDetailByParam", "EndTime"): varied("EndTime", "2026-03-14 00:00", "2026-03-15 23:59"),
    ("SenderStatisticsDetailByParam", "NextStart"): varied("NextStart", None, "3#9"),
    ("SenderStatisticsDetailByParam", "StartTime"): varied("StartTime", "2026-03-10 00:00", "2026-03-16 00:00"),
    **{
        (action, "TagName"): varied("TagName", "welcome", "spring", AccountName="noreply@sandbox.test")
        for action in ("GetTrackList", "GetTrackListByMailFromAndTagName")
    },
    ("UpdateMailAddressMsgCallBackUrl", "MailFrom"): varied(
        "MailFrom", "noreply@sandbox.test", "news@sandbox.test", NotifyUrl="http://127.0.0.1:1/"
    ),
}
# What no parameter takes, or few do.
WRONG = (
    *(None, "", "x", "a\nb", "x" * 2000, "-1", "9" * 25, "99", NONE, "@", '{"a"', "[1]", "{}"),
    *("2020-01-01", "2026-03-01", "2027-01-01", "2020-01-01 00:00", "2026-03-01 00:00", "2027-01-01 00:00"),
)


def rows(count: int, table: str, **values: str) -> str:
    """The statement that adds rows to a table, of SQL expressions in which i is the row's number."""
    numbers = f"WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
    return f"{numbers} INSERT INTO {table} ({', '.join(values)}) SELECT {', '.join(values.values())} FROM n"


DRAFTS = "UPDATE template SET status = 1"
NO_PEER = "DELETE FROM ipfilter"
WIDE = """UPDATE upload SET data = CAST('x' || char(10) || '"' || hex(zeroblob(100000)) AS BLOB)"""  # a field of a CSV
NO_QUOTA = "UPDATE setting SET value = 0 WHERE name = 'daily'"
# Calls that find trouble in the account: parameters, and statements of SQL before.
TROUBLE: dict[str, list[tuple[dict[str, Any], str]]] = {
    "ConfigSetCreate": [
        ({"Name": "shop"}, ""),
        ({}, rows(100, "config_set", name="i", description="''", ip_pool="''", fall_back="0", validation="''")),
    ],
    "ConfigSetDelete": [({"IsForce": None}, "")],
    "ConfigSetUpdate": [({"Name": "rest"}, "")],
    **{
        action: [({"FromAddress": "nobody@b.test"}, "")]
        for action in ("ConfigSetRelationFromAddress", "ConfigSetCancelRelationFromAddress")
    },
    "AddIpfilter": [({}, rows(10, "ipfilter", address="i", created="0"))],
    "SingleSendMail": [
        ({}, NO_PEER),
        ({"AccountName": "elsewhere@b.test"}, ""),
        ({"ToAddress": "old@b.test"}, ""),
        ({"TextBody": None, "Template": {"TemplateId": "99"}}, ""),
        ({"TextBody": None, "Template": {"TemplateId": "1", "TemplateData": "{"}}, ""),
        (TEMPLATE, DRAFTS),
        ({}, NO_QUOTA),
    ],
    "BatchSendMail": [
        ({}, NO_PEER),
        ({"AccountName": "noreply@sandbox.test"}, ""),
        ({"ReceiversName": None, "Receivers": [{"To": "a@b.test", "TemplateData": "{"}]}, ""),
        ({"TemplateName": None, "TemplateContent": {**CONTENT, "Alias": "a\nb"}}, ""),
        ({"TemplateName": None, "TemplateContent": {**CONTENT, "Subject": ""}}, ""),
        ({"ReceiversName": "empty"}, ""),
        ({}, DRAFTS),
        ({}, NO_QUOTA),
    ],
    "SendTestByTemplate": [
        ({"AccountName": NOBODY}, ""),
        ({"AccountName": "elsewhere@b.test"}, ""),
        ({"Email": "old@b.test"}, ""),
        ({"TemplateParams": {"UserName": "x" * 2000}}, ""),
        ({"TemplateParams": {"x": "x" * 70_000}}, ""),
        ({"TemplateParams": {"x": "x" * 60_000}}, "UPDATE template SET html = replace(hex(zeroblob(200)), '0', '{x}')"),
        ({}, DRAFTS),
        ({}, NO_QUOTA),
    ],
    "SendValidateFile": [({"FileUrl": UPLOADED}, WIDE)],
    **{
        action: [({"FileId": "f3"}, "")]
        for action in ("GetValidateFileStatus", "GetValidateFile", "DeleteValidateFile")
    },
    "CreateDomain": [({}, rows(5, "domain", name="i", created="0"))],
    "CheckDomain": [({}, "UPDATE domain SET name = 'fail.test', status = 1 WHERE id = 1")],
    "ChangeDomainDkimRecord": [({"Domain": "nobodys.test"}, "")],
    "ModifyPWByDomain": [({"Password": f"{PASSWORD}X"}, "")],
    "CreateMailAddress": [
        ({"AccountName": "new@b.test"}, ""),
        ({"AccountName": "news@sandbox.test"}, ""),
        ({}, rows(100, "address", name="i", domain="''", sendtype="''", created="0", updated="0")),
    ],
    "ModifyMailAddress": [
        ({"Password": f"{PASSWORD}X"}, "UPDATE address SET password = (SELECT password FROM domain WHERE id = 1)")
    ],
    "DeleteMailAddress": [({}, rows(10, "address_deletion", at="(SELECT max(created) FROM mail)"))],
    "CheckReplyToMailAddress": [({}, "UPDATE address SET reply = ''")],
    "CreateReceiver": [({}, rows(10, "receiver", id="i", name="i", alias="i", columns="''", created="0"))],
    "SaveReceiverDetail": [
        ({"Detail": [{"e": f"{'a' * 200}@b.test"}]}, ""),
        (
            {},
            rows(
                10_000,
                "member",
                receiver="(SELECT id FROM receiver WHERE name = 'customers')",
                email="i",
                variables="''",
                created="0",
            ),
        ),
    ],
    "CreateTag": [({}, rows(500, "tag", name="i"))],
    "CreateTemplate": [({}, rows(100, "template", name="i", subject="''", html="''", created="0"))],
    **{
        action: [({"AccountName": NOBODY}, "")]
        for action in (
            *("SenderStatisticsByTagNameAndBatchID", "GetSendEmailCountByMailFrom"),
            *("GetTrackList", "GetTrackListByMailFromAndTagName"),
        )
    },
    "SenderStatisticsDetailByParam": [({"AccountName": NOBODY, "TagName": "welcome"}, "")],
    "DeleteInvalidAddress": [({"ToAddress": "fine@b.test"}, "")],
    "ListUserSuppression": [({"StartCreateTime": "1000000000", "EndCreateTime": "1000700000"}, "")],
    "QueryInvalidAddress": [({"StartTime": "2026-03-15", "EndTime": "2026-03-14"}, "")],
}
# Another account, as far as calls show it.
CHANGED = [
    "DELETE FROM setting WHERE name IN ('dns', 'eventbridge', 'sendify')",
    *(
        f"DELETE FROM {table} WHERE id = (SELECT max(id) FROM {table})"
        for table in ("config_set", "domain", "ipfilter", "message", "tag", "template")
    ),
    "DELETE FROM receiver WHERE name = 'empty'",
    "DELETE FROM address WHERE name LIKE '%@b.test'",
    "DELETE FROM used",
    "UPDATE dedicated_ip SET pool = CASE id WHEN 'dm-ip-1' THEN NULL ELSE 2 END",
    "UPDATE setting SET value = value + 1",
    "UPDATE setting SET value = 0 WHERE name = 'ip_protection'",
    "UPDATE receiver SET columns = 'UserName'",
    "UPDATE member SET created = 0",
    "UPDATE address SET updated = 0",
    "UPDATE task SET template = '', created = 0",
    "DELETE FROM suppression WHERE id = 2",
    "UPDATE suppression_level SET level = 'other'",
    "UPDATE sqlite_sequence SET seq = seq + 10",
]


def valid(lab: Lab, action: Action, param: Param, *, look: bool = True) -> list[Outcome]:
    """What becomes of calls that differ in one parameter, each of its values being one that the catalogue takes."""
    ways = OWN.get((action.name, param.name)) or [{param.name: value} for value in _values(param)]
    for way in ways:
        value = way.get(param.name)
        assert not isinstance(value, str) or value == LIST or param.kind.accepts(value), (param.name, value)
    return [lab.call(action.name, lab.base(action.name, **way), look=look) for way in ways]


def invalid(lab: Lab, action: Action) -> Iterator[Outcome]:
    """What becomes of calls with something wrong in them, or in the account."""
    for param in action.params:
        for value in WRONG:
            yield lab.call(action.name, lab.base(action.name, **{param.name: value}), look=False)
    for way, before in TROUBLE.get(action.name, []):
        yield lab.call(action.name, lab.base(action.name, **way), *filter(None, [before]), look=False)


def elsewhere(lab: Lab, action: Action) -> Outcome:
    """What becomes of a call on another account, and by another chance."""
    return lab.call(action.name, lab.base(action.name), *CHANGED, chance=100, look=False)


def _values(param: Param) -> list[Any]:
    kind = param.kind
    if isinstance(kind, Choice):
        some: list[Any] = list(kind.words.values())
    elif isinstance(kind, Flag):
        some = [kind.yes, kind.no]
    else:
        some = next(
            values
            for values in (VALUES.get(param.name), OF_A_KIND.get(type(kind)), ["1", "2"], ["x", "y"])
            if values and all(not isinstance(value, str) or value == LIST or kind.accepts(value) for value in values)
        )
    return some if param.required else [None, *some]
