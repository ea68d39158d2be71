"""The fixture `dm_sandbox`, as tests of other projects use it."""

from __future__ import annotations

import smtplib
import subprocess
import sys
from base64 import b64encode

import pytest
from patience import PATIENT

from dmcli.api.regions import SANDBOX_SMTP_PASSWORD
from dmcli.errors import InputError

OTHERS = """
def test_welcome(dm_sandbox):
    import subprocess, sys, os
    program = [sys.executable, "-c", "from dmcli.cli.app import main; main()", "send", "single"]
    program += ["--to", "ada@example.com", "--subject", "Welcome", "--text", "Your code is 493021."]
    subprocess.run(program, check=True, env={**os.environ, **dm_sandbox.env})
    mail = dm_sandbox.wait_for(to="ada@example.com")
    assert dm_sandbox.codes(mail) == ["493021"]


def test_each_has_its_own(dm_sandbox):
    assert dm_sandbox.mails() == []
    dm_sandbox.wait_for(timeout=0, to="nobody@")
"""


@pytest.fixture
def dm_at(bare, dm_sandbox, monkeypatch):
    """`dm` with the environment that the fixture gives."""
    for name, value in dm_sandbox.env.items():
        monkeypatch.setenv(name, value)
    return bare


@pytest.fixture
def send(dm_at):
    def send(to="ada@example.com", options="", code=0):
        html = '<p>Your code is 493021: <a href="https://x.example/">go</a></p>'
        return dm_at("send single --to {} --subject Welcome --html {} " + options, to, html, code=code)

    return send


def test_another_project_needs_only_the_name(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)  # those of this run
    (tmp_path / "test_others.py").write_text(OTHERS)
    program = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(program, check=False, capture_output=True, text=True, cwd=tmp_path, timeout=PATIENT)
    assert "1 failed, 1 passed" in done.stdout
    assert "no mail matches {'to': 'nobody@'} after 0 s; there are: none" in done.stdout


def test_mail_comes_over_smtp_too(dm_sandbox):
    with smtplib.SMTP(*dm_sandbox.smtp, timeout=PATIENT) as client:
        client.login("noreply@sandbox.test", SANDBOX_SMTP_PASSWORD)
        client.sendmail("noreply@sandbox.test", "ada@example.com", "From: noreply@sandbox.test\n\nYour code is 493021.")
    assert dm_sandbox.codes(dm_sandbox.wait_for(to="ada@")) == ["493021"]
    assert dm_sandbox.env["DM_SANDBOX_SMTP"] == f"127.0.0.1:{dm_sandbox.smtp[1]}"


def test_mail_is_found_waited_for_and_deleted(dm_sandbox, send):
    send()
    send("li@example.com", "--tag welcome")
    mail = dm_sandbox.wait_for(to="ada@")
    assert (mail["id"], mail["subject"]) == (1, "Welcome")
    assert dm_sandbox.links(mail) == ["https://x.example/"]
    assert b"Subject: Welcome" in dm_sandbox.eml(mail)
    assert [one["id"] for one in dm_sandbox.mails()] == [2, 1]
    assert [one["id"] for one in dm_sandbox.mails(tag="welcome")] == [2]
    assert dm_sandbox.delete_mails(to="li@") == 1
    with pytest.raises(InputError, match="mail has no colour"):
        dm_sandbox.mails(colour="red")
    with pytest.raises(AssertionError, match=r"no mail matches \{'to': 'sam@'\} after 0 s; there are: \['ada@ex"):
        dm_sandbox.wait_for(0, to="sam@")


def test_what_was_asked_is_seen(dm_sandbox, dm_at):
    dm_at("tag create one")
    dm_at("tag create one", code=1)
    assert [call["status"] for call in dm_sandbox.calls(action="CreateTag")] == [200, 400]
    assert dm_sandbox.calls(status=400)[0]["request"]["params"]["TagName"] == "one"


def test_faults_and_limits(dm_sandbox, send):
    dm_sandbox.fault("error", "InvalidSendMail.Spam", action="SingleSendMail", times=2)
    assert "InvalidSendMail.Spam" in send(code=1).err
    dm_sandbox.clear_faults()
    send()
    dm_sandbox.limits("2019")
    assert "InvalidFromAlias.Malformed" in send("ada@example.com", "--alias Some-long-department", code=1).err
    dm_sandbox.limits("2026")
    dm_sandbox.limit("SingleSendMail", "1/h")
    send()
    assert "Throttling.User" in send(code=4).err


def test_the_account_is_changed_kept_and_forgotten(dm_sandbox, send, dm_at):
    dm_sandbox.snapshot()
    dm_sandbox.quota(daily=1)
    send()
    send(code=1)
    dm_sandbox.turn_clock(advance="1d")
    send()
    dm_sandbox.seed(days=2, mails=9)
    assert len(dm_sandbox.mails()) == 11
    dm_sandbox.restore()
    assert dm_sandbox.mails() == []
    with pytest.raises(KeyError):
        dm_sandbox.restore("none")
    dm_sandbox.state("domains", "manual")
    dm_at("domain create mail.example.com")
    dm_at("domain check mail.example.com", code=5)
    dm_sandbox.decide("verify", "mail.example.com")
    dm_at("domain check mail.example.com")
    dm_sandbox.reset()
    assert "mail.example.com" not in dm_at("domain list -o json").out


def test_a_mail_is_opened(dm_sandbox, send):
    send("ada@example.com", "--tag welcome --track")
    assert dm_sandbox.play("open", dm_sandbox.wait_for()) == ""


# The vendor's code asks for the time in a way that Python 3.12 warns of.
@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
def test_a_file_is_uploaded_as_the_sdk_does_it(dm_sandbox):
    import io
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from alibabacloud_dm20151123 import models
        from alibabacloud_dm20151123.client import Client
        from alibabacloud_tea_openapi.models import Config
        from darabonba.runtime import RuntimeOptions

    keys = {"access_key_id": dm_sandbox.access_key_id, "access_key_secret": dm_sandbox.access_key_secret}
    client = Client(Config(endpoint=dm_sandbox.endpoint, protocol="http", region_id="cn-hangzhou", **keys))
    client._open_platform_endpoint = dm_sandbox.endpoint
    file = models.SingleSendMailAdvanceRequestAttachments(
        attachment_name="a.txt", attachment_url_object=io.BytesIO(b"by upload")
    )
    request = models.SingleSendMailAdvanceRequest(
        account_name="noreply@sandbox.test",
        address_type=1,
        reply_to_address=False,
        to_address="ada@example.com",
        subject="s",
        text_body="t",
        attachments=[file],
    )
    client.single_send_mail_advance(request, RuntimeOptions(ca=dm_sandbox.env["DM_SANDBOX_CA"]))
    assert b64encode(b"by upload") in dm_sandbox.eml(dm_sandbox.wait_for(to="ada@example.com"))


def test_the_way_in_without_http(dm_sandbox):
    from dmcli.api.wire import Request

    reply = dm_sandbox.exchange(Request("POST", f"{dm_sandbox.url}/", {"host": dm_sandbox.endpoint}, b""))
    assert (reply.status, b"MissingVersion" in reply.body) == (400, True)
    assert (dm_sandbox.access_key_id, dm_sandbox.access_key_secret) == ("dm-sandbox-id", "dm-sandbox-secret")
