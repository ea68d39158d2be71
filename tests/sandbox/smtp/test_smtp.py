"""The sandbox over SMTP, by real clients over real sockets: logins, envelopes, messages, refusals, faults."""

from __future__ import annotations

import asyncio
import base64
import email
import json
import smtplib
import socket
import sqlite3
import ssl
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.mime.text import MIMEText
from email.policy import default
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from cloud import Cloud
from patience import eventually
from rows import each

from dmcli.api.regions import SANDBOX_SMTP_PASSWORD
from dmcli.errors import LocalIOError
from dmcli.sandbox.certificate import context_for
from dmcli.sandbox.control.events import play
from dmcli.sandbox.control.faults import add_fault, fault_of, remove_faults
from dmcli.sandbox.control.limits import lift_limits, limit_of, set_limits
from dmcli.sandbox.gateway import call_log
from dmcli.sandbox.mail.eml import write_message
from dmcli.sandbox.smtp.letter import MAX_HEADER, MAX_HEADERS, MAX_PARTS
from dmcli.sandbox.smtp.server import SmtpServer

SENDER, OWN = "noreply@sandbox.test", "Own12345Password"
HI = b"From: noreply@sandbox.test\r\nTo: you@example.com\r\nSubject: Hi\r\n\r\nHi\r\n"
FROM = HI[:28]
SUBJECT = "您好，Ada" * 20  # without blanks, of which older Pythons lose some where they fold
PATIENCE = 60


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    path = str(tmp_path_factory.mktemp("tls") / "tls.pem")
    return context_for(path), ssl.create_default_context(cafile=path)


@pytest.fixture
def served(cloud, certificate):
    """An account over SMTP: `login()` is a client that is in, `say(client, data)` what is answered to a message."""
    context, trusted = certificate
    with ExitStack() as stack:
        plain = stack.enter_context(SmtpServer(cloud.sandbox, tls=context))
        secure = stack.enter_context(SmtpServer(cloud.sandbox, tls=context, implicit=True))

        def connect():
            return stack.enter_context(closing(smtplib.SMTP("127.0.0.1", plain.port, timeout=PATIENCE)))

        def login(user=SENDER, password=SANDBOX_SMTP_PASSWORD):
            client = connect()
            client.login(user, password)
            return client

        yield SimpleNamespace(
            cloud=cloud,
            sandbox=cloud.sandbox,
            plain=plain,
            secure=secure,
            trusted=trusted,
            connect=connect,
            login=login,
        )


def say(client, data=HI, to="you@example.com", sender=SENDER):
    """What is answered to a message at its end, or to the first command of it that is refused."""
    for command, *arguments in (("mail", sender), *(("rcpt", one) for one in to.split())):
        code, words = getattr(client, command)(*arguments)
        if code != 250:
            client.rset()
            return code, words.decode()
    code, words = client.data(data)
    return code, words.decode()


def header(name, value):
    """A header of the service, as its pages have it."""
    text = value if isinstance(value, str) else json.dumps(value)
    return f"{name}: {base64.b64encode(text.encode()).decode()}\r\n".encode()


def test_a_mail_is_sent_as_the_action_sends(served):
    mail = EmailMessage()
    mail["From"] = "Wolkenpost für Ada <noreply@sandbox.test>"
    mail["To"], mail["Cc"] = "Ada <ada@example.com>", "invalid@b.test"
    mail["Reply-To"], mail["Subject"] = '"Ask, us" <help@sandbox.test>', SUBJECT
    mail["Message-ID"], mail["X-User-Notify-Id"] = "<1@shop.example>", "order 7"
    mail.set_content("Ihr Code ist 493021.\n")
    mail.add_alternative("<body><a href='https://example.com/a'>Grüße</a></body>", subtype="html")
    mail.add_attachment(bytes(range(256)) * 50, maintype="application", subtype="pdf", filename="Rechnung-März.pdf")
    with smtplib.SMTP("127.0.0.1", served.plain.port, timeout=PATIENCE) as client:
        client.starttls(context=served.trusted)
        client.login(SENDER, SANDBOX_SMTP_PASSWORD)
        assert client.send_message(mail, to_addrs=["ada@example.com", "invalid@b.test", "hidden@example.com"]) == {}

    hidden, wrong, ada = served.cloud.mails()
    assert [(one["recipient"], one["bcc"], one["status"]) for one in (ada, wrong, hidden)] == [
        ("ada@example.com", False, 0),
        ("invalid@b.test", False, 2),
        ("hidden@example.com", True, 0),
    ]
    assert (ada["sender"], ada["alias"]) == (SENDER, "Wolkenpost für Ada")
    assert (ada["subject"], ada["text"]) == (SUBJECT, "Ihr Code ist 493021.\n")
    assert ada["html"].strip() == "<body><a href='https://example.com/a'>Grüße</a></body>"
    assert (ada["reply_alias"], ada["reply_to"]) == ("Ask, us", "help@sandbox.test")
    again = email.message_from_bytes(write_message(served.sandbox, ada), policy=default)
    for name in ("From", "To", "Cc", "Reply-To", "Subject", "Message-ID", "X-User-Notify-Id"):
        assert str(again[name]) == str(mail[name]).strip()
    (file,) = again.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("Rechnung-März.pdf", "application/pdf")
    assert file.get_content() == bytes(range(256)) * 50

    (call,) = call_log.list_calls(served.sandbox, 5, whole=True)
    assert (call["action"], call["scheme"], call["status"], call["code"]) == ("SingleSendMail", "smtp", 250, "")
    assert call["reply"] == f"250 Data Ok: queued as freedom ###envid={ada['env_id']}"
    assert call["request"]["params"]["BccAddress"] == "hidden@example.com"
    assert served.cloud.ok("GetSendEmailCountByMailFrom", AccountName=SENDER)["data"]["dailyReqCount"] == 3
    assert served.cloud.sql("SELECT sum(mails) FROM used") == [(3,)]
    assert say(served.login(), to="invalid@b.test you@example.com") == (559, "Invalid rcptto")  # known from now on


def test_who_may_log_in_and_send_as_whom(served):
    served.cloud.ok("ModifyMailAddress", MailAddressId="1", Password=OWN)
    served.cloud.ok("CreateDomain", DomainName="bare.example.com")
    for user, password, sender in (
        (SENDER, OWN, SENDER),
        ("NoReply@Sandbox.Test", SANDBOX_SMTP_PASSWORD, "noreply@sandbox.test"),
        ("sandbox.test", SANDBOX_SMTP_PASSWORD, "news@sandbox.test"),
    ):
        assert say(served.login(user, password), sender=sender)[0] == 250
    client = served.connect()
    assert client.ehlo()[1].split(b"\n")[1:] == [b"8BITMIME", b"STARTTLS", b"AUTH LOGIN PLAIN", b"PIPELINING"]
    assert client.mail(SENDER)[0] == 530
    for user, password in (
        (SENDER, "Wrong12345Password"),
        (SENDER, ""),
        ("news@sandbox.test", OWN),
        ("nobody@sandbox.test", SANDBOX_SMTP_PASSWORD),
        ("bare.example.com", ""),
        ("é@sandbox.test", OWN),
    ):
        for how in ("PLAIN", "LOGIN"):
            said = client.docmd("AUTH", f"PLAIN {_plain(user, password)}")
            if how == "LOGIN":
                client.docmd("AUTH", "login " + base64.b64encode(user.encode()).decode())
                said = client.docmd(base64.b64encode(password.encode()).decode())
            assert said == (535, b"Authentication failure.")
    eventually(lambda: len(_refused_logins(served)) == 18)
    logged = _refused_logins(served)
    assert {(one["status"], one["scheme"]) for one in logged} == {(535, "smtp")}
    assert OWN not in json.dumps(logged)
    causes = {one["request"]["params"]["User"]: one["request"]["login"] for one in logged}
    assert "it gives another password" in causes[SENDER]
    assert "it gives another password" in causes["bare.example.com"]
    assert "nobody whom the account knows" in causes["nobody@sandbox.test"]
    assert client.docmd("AUTH", "XALIOAUTH")[0] == 504
    assert client.docmd("AUTH", f"plain {_plain(SENDER, OWN)}") == (235, b"Authentication successful")
    assert say(client, sender="news@sandbox.test") == (
        436,
        '"MAIL FROM" doesn\'t conform with authentication [@sm060104] '  # noqa: ISC004
        "(Auth Account:noreply@sandbox.test|Mail Account:news@sandbox.test)",
    )
    assert say(client, to="'two'@example.com") == (
        553,
        "\"'two'@example.com\" is no mail address that the service takes",
    )
    assert say(client, to=" ".join(f"to{n}@example.com" for n in range(61))) == (
        556,
        "The number of RCPTs is over size",
    )
    assert say(client, to=" ".join(f"to{n}@example.com" for n in range(60)))[0] == 250
    domain = served.login("sandbox.test")
    assert say(domain, sender="gone@sandbox.test") == (
        554,
        "InvalidMailAddress.NotFound: The specified mailAddress does not exist.",
    )
    assert domain.mail("someone@example.com")[0] == 436


def test_a_refused_login_is_answered_while_another_process_holds_the_state(tmp_path):
    cloud = Cloud(str(tmp_path / "sandbox.db"))
    with SmtpServer(cloud.sandbox) as server, closing(sqlite3.connect(cloud.sandbox.store.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        for password, code in (("Wrong12345Password", 535), (SANDBOX_SMTP_PASSWORD, 235)):
            with closing(smtplib.SMTP("127.0.0.1", server.port, timeout=PATIENCE)) as client:
                client.ehlo()
                assert client.docmd("AUTH", f"PLAIN {_plain(SENDER, password)}")[0] == code
        other.rollback()
        eventually(lambda: [one["action"] for one in call_log.list_calls(cloud.sandbox, 50)] == ["AUTH"])
    cloud.sandbox.close()


def _refused_logins(served):
    return [one for one in call_log.list_calls(served.sandbox, 50, whole=True) if one["action"] == "AUTH"]


def _plain(user, password):
    return base64.b64encode(f"\0{user}\0{password}".encode()).decode()


def test_tls_from_the_first_byte_and_without_trust(served, capfd):
    with smtplib.SMTP_SSL("127.0.0.1", served.secure.port, context=served.trusted, timeout=PATIENCE) as client:
        assert b"STARTTLS" not in client.ehlo()[1]
        client.login(SENDER, SANDBOX_SMTP_PASSWORD)
        assert say(client)[0] == 250
    doubting = ssl.create_default_context()
    with pytest.raises(ssl.SSLCertVerificationError):
        smtplib.SMTP_SSL("127.0.0.1", served.secure.port, context=doubting, timeout=PATIENCE)
    client = served.connect()
    with pytest.raises(ssl.SSLCertVerificationError):
        client.starttls(context=doubting)
    assert say(served.login())[0] == 250
    assert capfd.readouterr() == ("", "")  # neither aiosmtpd nor asyncio talks past us


def test_tags_tracking_and_settings(served):
    client = served.login("news@sandbox.test")
    served.cloud.sql("INSERT INTO ip_pool (name, created) VALUES ('fast', 0)")

    def sent(*headers):
        return say(client, b"".join(headers) + HI, sender="news@sandbox.test")

    trace = {"TagName": "welcome", "OpenTrace": "1", "LinkTrace": "1"}
    settings = {
        "Version": "1.0",
        "Unsubscribe": {"LinkType": "zh-cn", "FilterLevel": "disabled"},
        "OutboundIp": {"IpPoolId": "1"},
    }
    assert sent(header("X-AliDM-Trace", trace), header("X-AliDM-Settings", settings))[0] == 250
    mail = served.cloud.mails()[0]
    assert (mail["tag"], mail["track"]) == ("welcome", True)
    assert not {"X-AliDM-Trace", "X-AliDM-Settings"} & set(mail["headers"])
    play(served.sandbox, "open", mail["id"])
    today = served.cloud.now.strftime("%Y-%m-%d")
    (row,) = served.cloud.ok("GetTrackList", StartTime=today, EndTime=today)["data"]["stat"]
    assert row["TotalNumber"] == "1"
    assert sent(header("X-AliDM-Trace", {"TagName": "any"}))[0] == 250  # untracked, as the action has it
    assert sent(header("X-AliDM-Trace", {"TagName": "any", "OpenTrace": "1"}))[0] == 250
    assert (served.cloud.mails()[0]["tag"], served.cloud.mails()[0]["track"]) == ("any", False)
    assert sent(header("x-alidm-trace", {**trace, "TagName": "any"}))[0] == 250  # no name of the service's
    for value, said in (
        ("no JSON", "Invalid setting [@sm190210]"),
        ([1], "Invalid setting [@sm190210]"),
        ({"Unsubscribe": {"LinkType": "fr"}}, "Invalid setting: Unsubscribe.LinkType [@sm190211]"),
        ({"OutboundIp": {"IpPoolId": "fast"}}, "Invalid setting: OutboundIp.IpPoolId"),
        ({"Unsubscribe": {"FilterLevel": "x"}}, "Invalid setting: Unsubscribe.FilterLevel [@sm190212]"),
    ):
        assert sent(header("X-AliDM-Settings", value)) == (504, said)
    assert sent(b"X-AliDM-Trace: !\r\n") == (504, "Invalid setting: X-AliDM-Trace")
    # Who unsubscribed gets no mail of a batch sender, unless the mail asks for it.
    play(served.sandbox, "unsubscribe", mail["id"])
    for level, status in (("default", 4), ("disabled", 0)):
        assert sent(header("X-AliDM-Settings", {"Unsubscribe": {"FilterLevel": level}}))[0] == 250
        assert served.cloud.mails()[0]["status"] == status


def test_quota_limits_and_the_filter_refuse_as_for_the_action(served):
    client = served.login()
    served.cloud.quota(2, 60)
    assert say(client, to="a@example.com b@example.com c@example.com") == (552, "Not enough sending quota")
    assert say(client, to="a@example.com b@example.com")[0] == 250
    assert say(client) == (552, "Daily sending quota exceeded")
    served.cloud.quota(60, 2)
    assert say(client) == (552, "Monthly sending quota exceeded")
    served.cloud.quota(2000, 60000)
    set_limits(served.sandbox, [limit_of("SingleSendMail", "1/min")])
    assert say(client)[0] == 250
    assert say(client) == (451, "Throttling.User: Request was denied due to user flow control.")
    lift_limits(served.sandbox)
    served.cloud.ok("UpdateIpProtection", IpProtection="1")
    assert say(client)[1].startswith("InvalidIP.NotFound: ")
    codes = [call["code"] for call in call_log.list_calls(served.sandbox, 20) if call["scheme"] == "smtp"]
    assert codes.count("InvalidSendMail.Spam") == 3
    assert codes[:1] == ["InvalidIP.NotFound"]


@pytest.mark.parametrize(
    ("fault", "said", "taken"),
    [
        ({"effect": "error", "value": "InvalidSendMail.Spam"}, (552, "Not enough sending quota"), 0),
        ({"effect": "error", "value": "Throttling.User", "after": True, "recipient": "you@*"}, (451, "Thrott"), 1),
        ({"effect": "status", "value": "503"}, (451, "InternalError: "), 0),
        ({"effect": "latency", "value": "0.01"}, (250, "Data Ok"), 1),
        ({"effect": "drop"}, "hung up", 0),
        ({"effect": "drop", "after": True}, "hung up", 1),
        ({"effect": "truncate", "after": True}, (250, "Data Ok"), 1),  # smtplib takes half a line for a whole one
        ({"effect": "garbage"}, "garbled", 0),
        ({"effect": "hang"}, "silent", 0),
        ({"effect": "error", "value": "InternalError", "recipient": "other@*"}, (250, "Data Ok"), 1),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else None,
)
def test_faults_strike_as_they_do_the_action(served, fault, said, taken):
    add_fault(served.sandbox, fault_of({"action": "SingleSendMail", **fault}))
    client = served.login()
    if fault["effect"] == "hang":
        client.sock.settimeout(0.3)
    try:
        found = say(client)
        found = (found[0], found[1][: len(said[1])]) if isinstance(said, tuple) else found
    except smtplib.SMTPServerDisconnected as error:
        found = "silent" if "timed out" in str(error) else "hung up"
    except smtplib.SMTPResponseException:
        found = "garbled"
    found = "garbled" if isinstance(found, tuple) and found[0] == -1 else found
    assert found == said
    assert len(served.cloud.mails()) == taken
    remove_faults(served.sandbox)
    assert say(served.login())[0] == 250


def multipart(count, inside=b""):
    return b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + (b"--b\r\n\r\nx\r\n" + inside) * count + b"--b--\r\n"


def nested(levels):
    parts = [b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(levels)]
    return b"".join(parts) + b"\r\nx\r\n"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"To: you@example.com\r\n\r\nHi", "no From header"),
        (b"From: nobody\r\n\r\nHi", "no From header"),
        (b"Hi\r\n", "no From header"),
        (FROM + HI, "more than one From header"),
        (b"Subject: 1\r\nsubject: 2\r\nFrom: a@b.test\r\n\r\n", "more than one Subject header"),
        (b"X: " + b"y" * MAX_HEADER + b"\r\n" + HI, "A header of the message has more than 16,384 octets"),
        (b"X: y\r\n" * (MAX_HEADERS // 6) + HI, "The headers of the message have more than 262,144 octets"),
        (FROM + b"Content-Type: text/plain; name*%s*=x" % (b"9" * 5000) + b"\r\n\r\nx", "A parameter of a header"),
        (FROM + multipart(MAX_PARTS), "more than 1,000 parts"),
        (FROM + nested(52), "more than 50 levels of parts within parts"),
    ],
    ids=[
        "no-from",
        "no-address",
        "no-headers",
        "two-from",
        "two-subjects",
        "header",
        "headers",
        "number",
        "parts",
        "levels",
    ],
)
def test_a_message_that_is_none_is_refused_in_a_sentence(served, data, said):
    code, words = say(served.login(), data)
    assert (code, words.split(": ")[0]) == (554, "InvalidMessage")
    assert said in words
    assert served.cloud.mails() == []
    assert call_log.list_calls(served.sandbox, 1)[0]["code"] == "InvalidMessage"


def test_messages_as_programs_write_them(served):
    """Long lines, dots, empty bodies, raw bytes, odd charsets: what is there is kept."""
    client = served.login()
    html = MIMEText("<p>" + "x" * 200_000 + "</p>", "html")
    html["From"], html["To"] = SENDER, "you@example.com"
    client.sendmail(SENDER, ["you@example.com"], html.as_string())
    assert served.cloud.mails()[0]["html"] == "<p>" + "x" * 200_000 + "</p>\n"

    def sent(head, body=b"", to="you@example.com"):
        assert say(client, b"From: noreply@sandbox.test\r\n" + head + b"\r\n" + body, to)[0] == 250
        return served.cloud.mails()[0]

    assert sent(b"", b".\r\n..\r\n.x\r\n")["text"] == ".\n..\n.x\n"
    assert sent(b"Subject: \xe6\x82\xa8\xe5\xa5\xbd\r\n", "您好".encode())["subject"] == "您好"
    assert sent(b"Subject: \xe9\r\n")["subject"] == "\N{REPLACEMENT CHARACTER}"
    for charset, data, text in (
        (b"gb18030", "您好".encode("gb18030"), "您好"),
        (b"nonsense", b"a\xc3\xa9", "aé"),
        (b"punycode", b"a", "a"),
        (b"hex", b"61", "61"),
        (b"utf-8", b"a\xff", "a\N{REPLACEMENT CHARACTER}"),
    ):
        head = b"Content-Type: text/plain; charset=" + charset + b"\r\nContent-Transfer-Encoding: 8bit\r\n"
        assert sent(head, data)["text"].strip() == text
    words = b"Subject: =?gb18030?B?xPo=?= =?gb18030?b?usM=?= =?utf-8?q?=3D_?=\r\n =?utf-8?q?a?= =?utf-8?b?!?= b\r\n"
    assert sent(words)["subject"] == "您好= a b"
    mail = sent(b"To: undisclosed-recipients:;\r\n", to="a@example.com b@example.com")
    assert (mail["bcc"], mail["text"]) == (False, "")
    within = EmailMessage()
    within["From"], within["Subject"] = "ada@example.com", "Within"
    within.set_content("I am within.")
    outer = EmailMessage()
    outer["From"], outer["Subject"] = SENDER, "Outer"
    outer.set_content("See what is within.")
    outer.add_attachment(within)
    outer.add_attachment("1,2\n", subtype="csv", filename="a/b\\c.csv")
    outer.add_attachment(b"", maintype="image", subtype="png", filename="empty.png")
    assert say(client, outer.as_bytes())[0] == 250
    mail = served.cloud.mails()[0]
    assert (mail["text"], mail["subject"]) == ("See what is within.\n", "Outer")
    again = email.message_from_bytes(write_message(served.sandbox, mail), policy=default)
    first, second = again.iter_attachments()
    assert b"I am within." in first.get_payload(decode=True)
    assert (second.get_filename(), second.get_payload(decode=True).strip()) == ("a/b\\c.csv", b"1,2")


@each(
    ("charset", "meant", "text"),
    [
        ("gb2312", "gbk", "朱镕基"),
        ("gbk", "gb18030", "€ 㐀"),
        ("big5", "cp950", "恒裏"),
        ("ks_c_5601-1987", "cp949", "똠"),
        ("shift_jis", "cp932", "髙①"),
        ("utf-8", "utf-8", "报价"),
    ],
)
def test_a_charset_is_the_newer_one_that_programs_mean(served, charset, meant, text):
    word = base64.b64encode(text.encode(meant)).decode()
    kind = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n"
    named = "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename"
    percent = f"*={charset}''{quote(text.encode(meant))}"
    names = [percent, f'="plain.pdf"; filename{percent}', f"==?{charset}?B?{word}?=", f'="{text}"']
    letters = [f"Subject: =?{charset}?B?{word}?=\r\n{kind}\r\n{word}", *(f"{named}{name}\r\n\r\nx" for name in names)]
    with served.login() as client:
        for letter in letters:
            assert say(client, f"From: noreply@sandbox.test\r\n{letter}\r\n".encode())[0] == 250
        bare = f"From: noreply@sandbox.test\r\n{kind}Subject: ".encode() + text.encode(meant)
        assert say(client, bare + f"\r\n\r\n{word}\r\n".encode())[0] == 250
    mail, *files, old = reversed(served.cloud.mails()[: len(letters) + 1])
    assert (mail["subject"], mail["text"]) == (old["subject"], old["text"]) == (text, text)
    assert [file["attachments"][0]["AttachmentName"] for file in files] == [text] * len(names)


@each(
    ("kind", "text"),
    [
        (b'text/plain; charset="\xff"', "你你"),
        (b"text/plain; charset*=utf-8''gb2312", "浣犱綘"),
        (b"text/plain; charset*=x''%ff; format=flowed", "你你"),
        (b"text/plain; charset=punycode", "你你"),
    ],
)
def test_a_charset_in_an_odd_form_leaves_a_text(served, kind, text):
    letter = b"From: noreply@sandbox.test\r\nSubject: s\r\nContent-Type: %s\r\n\r\n%s\r\n" % (kind, "你你".encode())
    with served.login() as client:
        assert say(client, letter)[0] == 250
    assert served.cloud.mails()[0]["text"].strip() == text


def test_a_type_that_is_none_leaves_a_file(served):
    assert say(served.login(), FROM + b"Content-Type: \xff/\xfe; name=x.bin\r\n\r\nHi")[0] == 250
    assert served.cloud.mails()[0]["attachments"][0]["AttachmentName"] == "x.bin"


def test_too_much_data_and_commands_out_of_order(served):
    client = served.login()
    line = b"x" * 998 + b"\r\n"
    assert say(client, HI + line * (15 * 1024 * 1024 // 1000 + 10)) == (
        557,
        "The length of DATA content is achieved the maximum threshold",
    )
    assert say(client, HI + line * 5000)[0] == 250
    assert client.docmd("DATA")[0] == 503
    assert client.mail(SENDER)[0] == 250
    assert client.docmd("DATA")[0] == 503
    assert client.rcpt("you@example.com")[0] == 250
    assert client.docmd("DATA", "now")[0] == 501
    assert client.docmd("BDAT 1 LAST")[0] == 500
    # All of a mail in one piece, and what comes after it.
    client.rset()
    with raw(served) as (stream, told):
        stream.sendall(b"DATA\r\nEHLO me\r\nAUTH PLAIN " + _plain(SENDER, SANDBOX_SMTP_PASSWORD).encode() + b"\r\n")
        stream.sendall(b"MAIL FROM:<%s>\r\nRCPT TO:<you@example.com>\r\nDATA\r\n" % SENDER.encode())
        stream.sendall(HI + b".\r\nMAIL FROM:<%s>\r\nQUIT\r\n" % SENDER.encode())
        codes = [line.split()[0] for line in told if line[3:4] != b"-"]
    assert codes == [b"220", b"503", b"250", b"235", b"250", b"250", b"354", b"250", b"250", b"221"]
    assert served.cloud.mails()[0]["text"] == "Hi\n"
    with raw(served) as (stream, told):  # gone in the middle of it
        stream.sendall(b"EHLO me\r\nAUTH PLAIN " + _plain(SENDER, SANDBOX_SMTP_PASSWORD).encode() + b"\r\n")
        stream.sendall(b"MAIL FROM:<%s>\r\nRCPT TO:<gone@example.com>\r\nDATA\r\n" % SENDER.encode())
        next(line for line in told if line.startswith(b"354"))
        stream.sendall(HI)
    assert say(served.login(), to="next@example.com")[0] == 250
    assert [mail["recipient"] for mail in served.cloud.mails()][:2] == ["next@example.com", "you@example.com"]


@contextmanager
def raw(served):
    """A connection without a library: the socket, and the lines that come."""
    with socket.create_connection(("127.0.0.1", served.plain.port), timeout=PATIENCE) as stream:
        yield stream, stream.makefile("rb")


def test_an_empty_message_ends_at_once(served):
    with raw(served) as (stream, told):
        stream.sendall(b"EHLO me\r\nAUTH PLAIN " + _plain(SENDER, SANDBOX_SMTP_PASSWORD).encode() + b"\r\n")
        stream.sendall(b"MAIL FROM:<%s>\r\nRCPT TO:<you@example.com>\r\nDATA\r\n.\r\nQUIT\r\n" % SENDER.encode())
        assert [line.split()[0] for line in told][-2:] == [b"554", b"221"]


def test_a_server_ends_while_clients_are_there(cloud, certificate):
    context, trusted = certificate
    with SmtpServer(cloud.sandbox, tls=context) as server:
        clients = [smtplib.SMTP("127.0.0.1", server.port, timeout=PATIENCE) for _ in range(2)]
        clients[0].starttls(context=trusted)
        with pytest.raises(LocalIOError, match=f"cannot take mail on 127.0.0.1:{server.port}: another program has"):
            SmtpServer(cloud.sandbox, server.port)
        assert cloud.sandbox.doors == {"smtp": f"127.0.0.1:{server.port}"}
    assert cloud.sandbox.doors == {}
    for client in clients:
        with pytest.raises((smtplib.SMTPServerDisconnected, OSError)):
            client.noop()
        with suppress(OSError):
            client.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)


def test_the_clock_of_the_account_dates_the_mail(served):
    served.cloud.now = datetime(2026, 5, 1, tzinfo=UTC)
    assert say(served.login())[0] == 250
    assert served.cloud.mails()[0]["created"] == served.cloud.now.timestamp()


def test_a_server_begins_and_ends_beside_a_loop_that_runs(cloud):
    async def greeted() -> bytes:
        with SmtpServer(cloud.sandbox) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            line = await reader.readline()
            writer.close()
            return line

    assert asyncio.run(greeted()).startswith(b"220 ")
