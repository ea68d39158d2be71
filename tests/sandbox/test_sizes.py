"""Sizes, depths and numbers from outside have limits that are said; what is within them is looked at quickly."""

from __future__ import annotations

import json
from time import thread_time

import pytest
from growth import seconds
from rows import each

from dmcli.api.kinds.addresses import MAX_ATTACHMENTS
from dmcli.api.kinds.text import MOST_LINE
from dmcli.api.wire import Request
from dmcli.sandbox.actions.receiver import MAX_COLUMNS
from dmcli.sandbox.gateway import call_log
from dmcli.sandbox.gateway.diagnosis import MAX_BYTES, MAX_NAMES
from dmcli.sandbox.gateway.request import MAX_PARAMS
from dmcli.sandbox.gateway.signature import MAX_SHOWN
from dmcli.sandbox.mail import mailbox
from dmcli.sandbox.server.site import site_of
from dmcli.sandbox.service.delivery import MAX_BLANKS, MAX_SUBJECT, MAX_VARIABLES
from dmcli.untrusted import DEEPEST, MOST_MARKS, read_json

MIB = 1024 * 1024
BATCH = {"AccountName": "news@sandbox.test", "AddressType": "1"}
MUCH = 0.5  # seconds of work for a look at the largest mail there can be; it takes a fifth


def batch(html: str, **data: str) -> dict[str, object]:
    """A batch to one recipient, with the content in the call."""
    content = {"Subject": data.pop("subject", "S"), "HtmlBody": html}
    return {**BATCH, "TemplateContent": content, "Receivers": [{"To": ["a@b.test"], "TemplateData": data}]}


def ask(cloud, path: str, method: str = "GET", body: object = None):
    """What the site answers at a path below /_dm/."""
    data = b"" if body is None else json.dumps(body).encode()
    return site_of(cloud.sandbox)(Request(method, f"http://127.0.0.1/_dm/{path}", {"host": "127.0.0.1"}, data))


@pytest.mark.parametrize(("number", "status"), [(MAX_PARAMS - 20, 200), (MAX_PARAMS, 400)])
def test_a_call_has_so_many_parameters(cloud, number, status):
    reply = cloud.reply("DescAccountSummary", **{f"p{n}": "" for n in range(number)})
    assert reply.status == status
    if status != 200:
        assert (json.loads(reply.body)["Code"], b"500" in reply.body) == ("InvalidParameter", True)


@pytest.mark.parametrize(
    ("given", "searched"),
    [
        ({f"p{n}": "x" for n in range(MAX_NAMES - 20)}, True),
        ({f"p{n}": "x" for n in range(MAX_NAMES)}, False),
        ({"p": "x" * (MAX_BYTES - 500)}, True),
        ({"p": "x" * MAX_BYTES}, False),
        ({"p": "您" * (MAX_BYTES // 3)}, False),
    ],
    ids=["few", "many", "short", "long", "long in bytes"],
)
def test_a_wrong_signature_is_explained_as_far_as_that_is_quick(cloud, given, searched):
    asked = cloud.request("QueryTagByParam", given)
    wrong = asked._replace(body=asked.body.replace(b"Signature=", b"Signature=x"))
    took = seconds(cloud.sandbox.exchange, wrong)
    assert took < MUCH
    (call,) = call_log.list_calls(cloud.sandbox, 1, whole=True)
    assert call["code"] == "SignatureDoesNotMatch"
    assert call["request"]["signature"]["cause"].startswith("not searched") is not searched
    assert len(call["reply"]) <= MAX_SHOWN


def test_of_a_long_string_to_sign_the_beginning_is_answered(cloud):
    asked = cloud.request("QueryTagByParam", {"p": "x" * MIB})
    reply = cloud.sandbox.exchange(asked._replace(body=asked.body.replace(b"Signature=", b"Signature=x")))
    assert len(reply.body) < MAX_SHOWN + 1000


def test_a_wrong_key_is_found_however_large_the_call(cloud):
    from dmcli.api import signing

    asked = cloud.request("QueryTagByParam", {"p": "x" * MIB})
    given = dict(pair.split("=") for pair in asked.body.decode().split("&"))
    del given["Signature"]
    text = signing.v1_of_canonical("POST", "&".join(f"{name}={given[name]}" for name in sorted(given)))
    given["Signature"] = signing.percent_encode(signing.v1_signature(text, "")).replace("~", "%7E")
    body = "&".join(f"{name}={value}" for name, value in given.items())
    cloud.sandbox.exchange(asked._replace(body=body.encode()))
    (call,) = call_log.list_calls(cloud.sandbox, 1, whole=True)
    assert call["request"]["signature"]["cause"] == "it signed with an empty secret"


def test_a_secret_that_is_cut_off_is_masked_as_far_as_it_is_shown(cloud):
    secret = "".join(f"{number:05}" for number in range(20_000))
    asked = cloud.request("QueryTagByParam", {"Password": secret})
    cloud.sandbox.exchange(asked._replace(body=asked.body.replace(b"Signature=", b"Signature=x")))
    (call,) = call_log.list_calls(cloud.sandbox, 1, whole=True)
    shown = call["reply"] + json.dumps(call["request"])
    assert not any(f"{number:05}{number + 1:05}" in shown for number in range(0, 20_000, 7))


# --- JSON


@pytest.mark.parametrize(
    "text",
    ["[" * 1_000_000, '{"a":' * 1_000_000, "[" + "[]," * 1_000_000, '"' * 1_000_000, "[" + "1," * 1_000_000 + "1]"],
    ids=["deep", "deep objects", "wide", "texts", "numbers"],
)
def test_json_that_is_too_large_is_not_parsed(text):
    def read(text: str) -> None:
        with pytest.raises(ValueError, match="more than"):
            read_json(text, MOST_MARKS)

    assert seconds(read, text, 3) < MUCH


def test_json_within_the_limits_is_read():
    deep, wide = "[" * DEEPEST + "]" * DEEPEST, json.dumps([{"a": "b"}] * (MOST_MARKS // 7))
    assert read_json(deep, MOST_MARKS) == json.loads(deep)
    assert read_json(wide, MOST_MARKS) == json.loads(wide)
    text = json.dumps({"a": '[{,:"\\' * MOST_MARKS})
    assert read_json(text, MOST_MARKS) == json.loads(text)


@pytest.mark.parametrize("text", ["[" * 1000, "[" + "[]," * MOST_MARKS + "[]]"], ids=["deep", "wide"])
def test_json_of_a_call_that_is_too_large_is_refused(cloud, text):
    given = {**BATCH, "TemplateContent": {"Subject": "S", "HtmlBody": "x"}}
    assert cloud.refused("BatchSendMail", **given, Receivers=text) == (400, "InvalidReceiverName.Malformed")
    answer = site_of(cloud.sandbox)(Request("POST", "http://127.0.0.1/_dm/api/play", {}, text.encode()))
    assert (answer.status, b"more than" in answer.body) == (400, True)


# --- mails


def test_a_mail_that_its_variables_make_too_large_is_refused(cloud):
    assert cloud.refused("BatchSendMail", **batch("{a}" * 2000, a="x" * 60_000)) == (400, "InvalidBody")
    assert cloud.refused("BatchSendMail", **batch("{a}" * (MAX_BLANKS + 1), a="")) == (400, "InvalidBody")
    code = "InvalidTemplateData.Malformed"
    assert cloud.refused("BatchSendMail", **batch("{a}", a="x" * MAX_VARIABLES)) == (400, code)
    assert (
        cloud.refused("BatchSendMail", **batch("x", subject="{a}" * 80, a="x" * 60_000))[1]
        == "InvalidSubject.Malformed"
    )
    assert not cloud.mails()


def test_a_stored_template_has_the_same_limits(cloud):
    text = {"TemplateText": "{b}" * 5000, "TemplateType": "0"}
    made = cloud.ok("CreateTemplate", TemplateName="t", TemplateSubject="S", **text)
    template = {"TemplateId": made["TemplateId"], "TemplateData": {"a": "S", "b": "x" * 4000}}
    given = {name: value for name, value in cloud.mail.items() if name != "TextBody"} | {"Subject": "{a}"}
    assert cloud.refused("SingleSendMail", **given, Template=template) == (400, "InvalidBody")
    template["TemplateData"] = {"a": "x" * (MAX_SUBJECT + 1), "b": ""}
    assert cloud.refused("SingleSendMail", **given, Template=template) == (400, "InvalidSubject.Malformed")


def test_the_variables_of_a_call_have_a_limit_together(cloud):
    made = cloud.ok("CreateReceiver", ReceiversName="l", ReceiversAlias="l@list")["ReceiverId"]
    numbers = "WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)"
    some = json.dumps({"a": "x" * 60_000})
    cloud.sql(f"{numbers} INSERT INTO member SELECT ?, i || '@b.test', ?, 0 FROM n", made, some)
    given = {name: value for name, value in batch("x").items() if name != "Receivers"} | {"ReceiversName": "l"}
    assert cloud.refused("BatchSendMail", **given) == (400, "InvalidTemplateData.Malformed")


def test_the_largest_bodies_are_taken(cloud):
    body = "x" * (8 * MIB)
    cloud.send(HtmlBody=body, TextBody=body[:-10])
    cloud.ok("BatchSendMail", **batch(body))
    assert cloud.refused("SingleSendMail", **{**cloud.mail, "TextBody": body + "x"}) == (400, "InvalidBody")
    assert cloud.refused("BatchSendMail", **batch(body + "x")) == (400, "InvalidBody")


@pytest.mark.parametrize("names", [1, 2])
def test_files_count_for_the_size_of_a_mail(cloud, names):
    cloud.sql("INSERT INTO upload (key, name, kind, data, at) VALUES ('a', 'a', '', ?, 0)", b"x" * (15 * MIB))
    files = {f"Attachments.{n}.AttachmentName": "a" for n in range(1, names + 1)}
    files |= {f"Attachments.{n}.AttachmentUrl": "http://h/a" for n in range(1, names + 1)}
    reply = cloud.reply("SingleSendMail", **cloud.mail, **files)
    assert reply.status == (200 if names == 1 else 400)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"FromAlias": "(" * (MOST_LINE + 1)}, "InvalidFromAlias.Malformed"),
        ({"Headers": {"X-User-Id": "x" * (MOST_LINE + 1)}}, "InvalidHeaders.Malformed"),
        ({"Attachments.1.AttachmentName": "x" * (MOST_LINE + 1)}, "InvalidAttachments.Malformed"),
        (
            {f"Attachments.{n}.AttachmentName": "x" for n in range(1, MAX_ATTACHMENTS + 2)},
            "InvalidAttachments.Malformed",
        ),
    ],
)
def test_lines_of_a_mail_have_limits(cloud, given, code):
    assert cloud.refused("SingleSendMail", **{**cloud.mail, **given}) == (400, code)


def test_a_list_has_so_many_variables(cloud):
    made = cloud.ok("CreateReceiver", ReceiversName="l", ReceiversAlias="l@list")["ReceiverId"]
    many = [{"Email": "a@b.test", "CustomData": {f"v{n}": "x" for n in range(MAX_COLUMNS + 1)}}]
    assert cloud.refused("SaveReceiverDetail", ReceiverId=made, CustomDetail=many) == (
        400,
        "InvalidCustomDetail.Malformed",
    )


HOSTILE = {
    "brackets": {"FromAlias": "(" * MOST_LINE, "ReplyAddress": "a@b.test", "ReplyAddressAlias": '"<(' * 600},
    "headers": {"Headers": {f"X-User-{n}": "é " * (MOST_LINE // 2) for n in range(10)}},
    "words": {"Headers": {f"X-User-{n}": "=?utf-8?q?" * 90 + "a" for n in range(10)}, "Subject": "=?q?b?" * 40},
    "blanks": {"HtmlBody": "<p>src" + " " * 200_000},
    "tags": {"HtmlBody": "<a>" * (MIB // 4)},
    "links": {"HtmlBody": "<a href=http://a.test/>x</a>" * (MIB // 28), "TextBody": "http://b.test/ " * (MIB // 15)},
    "frames": {"HtmlBody": "<iframe " * (MIB // 8)},
    "codes": {"TextBody": "A1B2 code " * (MIB // 10)},
    "lines": {"HtmlBody": "\n" * MIB, "TextBody": "\r\n" * MIB},
    "files": {f"Attachments.{n}.AttachmentName": "é(" * 900 for n in range(1, 101)},
}
LOOKS = [
    *(f"mail/1{tab}" for tab in ("", "/text", "/source", "/headers", "/raw", "/links", "/files", "/delivery")),
    *("mail/1/body", "mail/1/eml", "", "?text=aaaaaaaaaaaaaaab", "api/mails", "api/mails/1"),
    *(f"api/mails/1/{part}" for part in ("html", "text", "eml", "links", "codes")),
]


@pytest.mark.parametrize("name", HOSTILE)
def test_each_look_at_a_hostile_mail_is_quick(cloud, name):
    cloud.send_past_the_wire(**HOSTILE[name])
    for path in LOOKS:
        began = thread_time()
        assert ask(cloud, path).status in (200, 404), path
        if (took := thread_time() - began) > MUCH:
            took = seconds(lambda path: ask(cloud, path), path, 3)
        assert took < MUCH, path


def test_a_mail_is_rendered_and_read_while_others_have_the_database(cloud, monkeypatch):
    cloud.ok("BatchSendMail", **batch("{a} https://a.test/", a="b"))
    held = []
    render = mailbox.mail_of

    def watched(row):
        held.append(cloud.sandbox.store._lock._is_owned())
        return render(row)

    monkeypatch.setattr(mailbox, "mail_of", watched)
    ask(cloud, "api/play", "POST", {"event": "unsubscribe", "mail": 1})
    for path in LOOKS:
        ask(cloud, path)
    assert held
    assert not any(held)


def test_a_long_body_is_shown_in_part_and_given_whole(cloud):
    html = "<p>" + "word " * 50_000
    cloud.send(HtmlBody=html)
    page = ask(cloud, "mail/1/source").body.decode()
    assert "Only the beginning is shown" in page
    assert page.count("word ") < 50_000
    assert ask(cloud, "api/mails/1/html").body.decode() == html


# --- numbers


@pytest.mark.parametrize("number", [0, -1, 10**15, 10**18, 10**20, 10**400])
def test_a_mail_of_a_number_out_of_range_is_not_there(cloud, number):
    answer = ask(cloud, "api/play", "POST", {"event": "open", "mail": number})
    assert answer.status == 400
    for path in (
        f"mail/{number}",
        f"mail/{number}/raw",
        f"api/mails/{number}",
        f"api/calls/{number}",
        f"calls/{number}",
    ):
        assert ask(cloud, path).status == 404, path


@each("number", [-1, 10**18, 10**20, 10**300, 1e308, -1e308])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "api/quota", "daily"),
        ("POST", "api/clock", "turned"),
        ("POST", "api/clock", "advance"),
        ("POST", "api/clock", "set"),
        ("PUT", "api/limits", "SingleSendMail"),
        *(("POST", "api/faults", name) for name in ("effect", "after", "nth", "times", "rate", "seed", "retry_after")),
        ("DELETE", "api/faults/{}", ""),
        *(("GET", f"api/mails?{name}={{}}", "") for name in ("limit", "before", "since", "count", "status", "env_id")),
        *(("GET", f"api/calls?{name}={{}}", "") for name in ("limit", "status", "since")),
        *(("GET", f"?{name}={{}}", "") for name in ("page", "since", "status", "env_id")),
        ("GET", "newer?since={}", ""),
        ("GET", "stats?page={}", ""),
        ("GET", "account/domain/{}", ""),
        ("GET", "account/template/{}", ""),
        ("GET", "mail/1/file/{}", ""),
    ],
)
def test_a_number_out_of_range_is_answered(cloud, method, path, body, number):
    answer = ask(cloud, path.format(number), method, {"effect": "delay:1", body: number} if body else None)
    assert answer.status in (200, 400, 404), answer.body
