"""Clients of SMTP that we did not write, beside the blocks of docs/smtp.md: curl, Nodemailer, Django over STARTTLS."""

from __future__ import annotations

import email
import json
import os
import subprocess
import sys
from email.policy import default

import pytest

from dmcli.api.regions import SANDBOX_SMTP_PASSWORD
from dmcli.sandbox.certificate import context_for
from dmcli.sandbox.mail.eml import write_message
from dmcli.sandbox.smtp.server import SmtpServer

SENDER = "noreply@sandbox.test"
FILE = bytes(range(256)) * 400
TRACE = {"TagName": "welcome", "OpenTrace": "1"}
NODEMAILER = """
const [port, mail] = [Number(process.argv[1]), JSON.parse(process.argv[2])];
const transport = require('nodemailer').createTransport({
  host: '127.0.0.1', port, secure: false, requireTLS: true, pool: true, maxConnections: 2,
  auth: { user: mail.from, pass: process.env.MAIL_PASSWORD },
});
mail.headers = { 'X-AliDM-Trace': Buffer.from(JSON.stringify(mail.trace)).toString('base64') };
const kept = { ...mail, normalizeHeaderKey: (key) => key.replace('Alidm', 'AliDM') };
const wrong = transport.sendMail({ ...mail, from: 'news@sandbox.test' }).catch((error) => error.response);
Promise.all([transport.sendMail(mail), transport.sendMail(kept), wrong]).then((said) => {
  console.log(said[2]);
  transport.close();
});
"""
DJANGO = """
import sys
from django.conf import settings
settings.configure(EMAIL_HOST="127.0.0.1", EMAIL_PORT=int(sys.argv[1]), EMAIL_USE_TLS=True, EMAIL_HOST_USER=sys.argv[2],
                   EMAIL_HOST_PASSWORD=sys.argv[3], DEFAULT_FROM_EMAIL=sys.argv[2])
from django.core.mail import EmailMultiAlternatives, get_connection
mail = EmailMultiAlternatives("您好", "Ihr Code", to=["a@example.com"], cc=["b@example.com"], bcc=["c@example.com"],
                              reply_to=["help@sandbox.test"], headers={"X-AliDM-Trace": sys.argv[4]})
mail.attach_alternative("<p>" + "Grüße " * 2000 + "</p>", "text/html")
mail.attach("Rechnung-März.bin", bytes(range(256)) * 400, "application/octet-stream")
print(get_connection().send_messages([mail, mail]))
"""


@pytest.fixture
def served(cloud, tmp_path):
    pem = tmp_path / "tls.pem"
    with SmtpServer(cloud.sandbox, tls=context_for(str(pem))) as server:
        yield cloud, server.port, str(pem)


def ran(command, **env):
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, env={**os.environ, **env})
    assert done.returncode == 0, done.stderr
    return done.stdout


def trace():
    import base64

    return base64.b64encode(json.dumps(TRACE).encode()).decode()


def test_curl_over_starttls(served, tmp_path):
    cloud, port, pem = served
    (tmp_path / "mail.eml").write_bytes(
        b"From: noreply@sandbox.test\r\nSubject: Hi\r\n\r\n.\r\n" + b"x" * 5000 + b"\r\n"
    )
    login = f"{SENDER}:{SANDBOX_SMTP_PASSWORD}"
    command = ["curl", "-sS", "--ssl-reqd", "--cacert", pem, "--user", login, "--mail-from", SENDER]
    ran([*command, "--mail-rcpt", "a@example.com", "-T", str(tmp_path / "mail.eml"), f"smtp://127.0.0.1:{port}"])
    assert cloud.mails()[0]["text"] == ".\n" + "x" * 5000 + "\n"


def test_nodemailer_as_it_comes(served, installed):
    cloud, port, pem = served
    mail = {
        "from": SENDER,
        "to": "Ada <a@example.com>",
        "bcc": "hidden@example.com",
        "subject": "Grüße " * 30,
        "html": "<body>" + "您好 " * 2000 + "</body>",
        "attachments": [{"filename": "发票.txt", "content": "1\r\n2"}],
        "trace": TRACE,
    }
    command = ["node", "-e", NODEMAILER, str(port), json.dumps(mail)]
    environ = installed.environ | {"NODE_EXTRA_CA_CERTS": pem, "MAIL_PASSWORD": SANDBOX_SMTP_PASSWORD}
    assert ran(command, **environ).startswith('436 "MAIL FROM" doesn\'t conform with authentication')
    mails = cloud.mails()
    assert sorted((one["recipient"], one["tag"]) for one in mails) == [
        *(("a@example.com", tag) for tag in ("", "welcome")),
        *(("hidden@example.com", tag) for tag in ("", "welcome")),
    ]
    for one in mails:
        assert (one["subject"], one["html"], one["bcc"]) == (
            mail["subject"].strip(),
            mail["html"],
            one["recipient"] != "a@example.com",
        )
        (file,) = email.message_from_bytes(write_message(cloud.sandbox, one), policy=default).iter_attachments()
        assert (file.get_filename(), file.get_payload(decode=True)) == ("发票.txt", b"1\r\n2")


def test_django_over_starttls(served):
    cloud, port, pem = served
    command = [sys.executable, "-c", DJANGO, str(port), SENDER, SANDBOX_SMTP_PASSWORD, trace()]
    assert ran(command, SSL_CERT_FILE=pem) == "2\n"
    mails = cloud.mails()
    assert [(one["recipient"], one["bcc"]) for one in mails[:3]] == [
        ("c@example.com", True),
        ("b@example.com", False),
        ("a@example.com", False),
    ]
    assert (len(mails), {one["tag"] for one in mails}) == (6, {"welcome"})
    mail = mails[0]
    assert (mail["subject"], mail["text"].strip(), mail["reply_to"]) == ("您好", "Ihr Code", "help@sandbox.test")
    assert mail["html"].strip() == "<p>" + "Grüße " * 2000 + "</p>"
    (file,) = email.message_from_bytes(write_message(cloud.sandbox, mail), policy=default).iter_attachments()
    assert (file.get_filename(), file.get_payload(decode=True)) == ("Rechnung-März.bin", FILE)
