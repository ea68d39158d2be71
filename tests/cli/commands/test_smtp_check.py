"""`dm address smtp-check`: the sandbox's own SMTP, and servers that go wrong."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager, suppress

import pytest

from dmcli.api.regions import REGIONS, SANDBOX_SMTP_PASSWORD
from dmcli.api.replies import REASONS
from dmcli.sandbox.certificate import context_for
from dmcli.sandbox.smtp.server import SmtpServer
from dmcli.workflows.smtp_check import Login, Place, Step, places_of

CHECK = "address smtp-check noreply@sandbox.test"
WRONG = REASONS["wrong-login"]


@pytest.fixture
def mail(sandbox, tmp_path, monkeypatch):
    """The sandbox over SMTP, both ways, as `dm sandbox run` tells a program of it; the environment has the password."""
    context = context_for(str(tmp_path / ".local/state/dm/sandbox-tls.pem"))
    with SmtpServer(sandbox, tls=context) as plain, SmtpServer(sandbox, tls=context, implicit=True) as secure:
        monkeypatch.setenv("DM_SANDBOX_SMTP", f"127.0.0.1:{plain.port}")
        monkeypatch.setenv("DM_SANDBOX_SMTPS", f"127.0.0.1:{secure.port}")
        monkeypatch.setenv("DM_SMTP_PASSWORD", SANDBOX_SMTP_PASSWORD)
        yield plain.port, secure.port


@contextmanager
def server(*script, host="127.0.0.1"):
    """A server that says the lines of a script, one to each that it gets and notes, and hangs up at None."""
    got = []

    def serve():
        with suppress(OSError):
            connection = listening.accept()[0]
            with connection, connection.makefile("rwb") as stream:
                for number, said in enumerate(script):
                    if number:
                        got.append(stream.readline())
                    if said is None:
                        return
                    stream.write(said.encode())
                    stream.flush()
                stream.read()

    with socket.create_server((host, 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1], got


def test_each_port_is_looked_at_and_no_mail_is_sent(box, mail, monkeypatch):
    plain, secure = mail
    rows = box(f"{CHECK} -o json").json
    assert [(row["port"], row["step"], row["state"]) for row in rows] == [
        *((secure, step, "ok") for step in ("connect", "TLS", "login")),
        *((plain, step, "ok") for step in ("connect", "TLS")),
    ]
    assert rows[1]["found"].startswith("TLSv1.3, the certificate is trusted, for localhost, 127.0.0.1, ")
    assert rows[2]["reply"] == "235 Authentication successful"
    assert box("sandbox mail list -o json").json == {"mails": []}
    assert "noreply@sandbox.test may send, and no mail was sent" in box(CHECK + " --port {}", plain).out
    assert box(CHECK + " --port {} --implicit-tls --user sandbox.test", secure).code == 0
    monkeypatch.delenv("DM_SMTP_PASSWORD")
    assert box(f"{CHECK} --password-stdin", stdin=f"{SANDBOX_SMTP_PASSWORD}\n").code == 0
    assert box(f"{CHECK} --no-login").out.count("\tok\t") == 4
    assert "set DM_SMTP_PASSWORD; --no-login does without" in box(CHECK, code=2).err
    chinese = box(f"{CHECK} --no-login --lang zh").out
    assert "证书受信任，适用于 localhost" in chinese


def test_a_wrong_login_is_explained(box, mail, monkeypatch):
    plain, _ = mail
    monkeypatch.setenv("DM_SMTP_PASSWORD", "Wrong12345Password")
    failed = box(f"{CHECK} -o json", code=5)
    assert failed.json[2]["found"] == f"{WRONG.en} {WRONG.en_remedy}"
    assert (failed.json[2]["state"], failed.json[2]["reply"]) == ("failed", "535 Authentication failure.")
    assert len([row for row in failed.json if row["step"] == "login"]) == 1  # one attempt, not one a port
    assert "Wrong12345Password" not in failed.out + failed.err
    assert WRONG.zh + WRONG.zh_remedy in box(CHECK + " --port {} --lang zh", plain, code=5).err
    assert box("explain {}", "535 Authentication failure.").out.count("wrong-login") == 0
    assert WRONG.en in box("explain {}", "535 Authentication failure.").out


GREETING, EHLO = "220 mx ESMTP\r\n", "250-mx\r\n250 AUTH LOGIN\r\n"
ASKED = ("334 dXNlcm5hbWU6\r\n",)


@pytest.mark.parametrize(
    ("script", "code", "step", "said"),
    [
        ((GREETING, EHLO, *ASKED, "235 ok\r\n"), 0, "login", "may send"),
        ((GREETING, EHLO, *ASKED, "421 later\r\n"), 4, "login", "server"),
        ((GREETING, EHLO, "535 no\r\n"), 5, "login", WRONG.en),
        ((GREETING, EHLO, "551 Main account unavailable\r\n"), 5, "login", REASONS["account"].en),
        ((GREETING, EHLO, None), 4, "login", "does not answer"),
        (("554 go away\r\n",), 4, "connect", ""),
        (("HTTP/1.1 400 Bad Request\r\n",), 4, "connect", ""),
        ((GREETING, "250-mx\r\n250 STARTTLS\r\n", "454 no TLS now\r\n"), 4, "TLS", ""),
        ((GREETING, "250-mx\r\n250 STARTTLS\r\n", "220 go\r\n", "no TLS\r\n"), 4, "TLS", "no TLS with 127.0.0.1"),
        (("",), 4, "connect", "wants --implicit-tls"),
    ],
    ids=["login", "later", "no", "account", "gone", "refuses", "http", "454", "garbage", "says-nothing"],
)
def test_servers_of_many_minds(box, monkeypatch, script, code, step, said):
    monkeypatch.setenv("DM_SMTP_PASSWORD", "Some12345Password")
    with server(*script) as (port, _):
        timeout = "1" if script[-1] == "" else "20"
        done = box(CHECK + " --port {} --timeout {} -o json", port, timeout, code=code)
    last = done.json[-1]
    assert (last["step"], last["state"]) == (step, "failed" if code else "ok")
    assert said in last["found"]
    assert last["found"]
    words = {0: "", 4: "Unreachable", 5: "NotVerified"}
    assert (json.loads(done.err.splitlines()[-1])["error"]["code"] if code else "") == words[code]


def test_a_password_goes_to_nobody_unknown(bare, mail, tmp_path):
    """Not without TLS to another machine, and not to a certificate that nobody vouches for."""
    shop = "address smtp-check noreply@sandbox.test"
    with server(GREETING, EHLO, "", host="") as (port, got):
        done = bare(shop + " --host 0.0.0.0 --port {} -o json", port, code=3)
    assert done.json[-1]["found"] == "0.0.0.0 offers no TLS at this port, so no password is sent to it"
    assert not any(b"AUTH" in line for line in got)
    plain, secure = mail
    for where in (f"--port {plain}", f"--port {secure} --implicit-tls"):
        done = bare(f"{shop} --host 127.0.0.1 {where} -o json", code=3)
        assert (done.json[-1]["step"], done.json[-1]["state"]) == ("TLS", "failed")
        assert "--ca-bundle FILE" in done.json[-1]["found"]
    done = bare(shop + " --host 127.0.0.1 --port {} --implicit-tls", plain, code=4)
    assert "does not begin with TLS at this port" in done.err
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert "look at host, port and firewall" in bare(shop + " --host 127.0.0.1 --port {}", port, code=4).err


def test_the_service_has_a_server_a_region_and_the_sandbox_where_it_is_served(box, bare, monkeypatch):
    assert places_of("h", None, implicit=False) == [
        Place("h", 465, implicit=True),
        Place("h", 80, implicit=False),
        Place("h", 25, implicit=False),
    ]
    assert places_of("h", 465, implicit=False) == [Place("h", 465, implicit=True)]
    assert all(region.smtp.startswith("smtpdm") for region in REGIONS.values())
    assert repr(Login("a", "secret")) == "Login('a')"
    assert "sandbox serve --smtp 2525" in box(f"{CHECK} --no-login", code=2).err
    asked = []
    monkeypatch.setattr(
        "dmcli.workflows.smtp_check.check", lambda places, *_: asked.append(places) or [Step(465, "TLS", "ok", "")]
    )
    bare("--region ap-southeast-1 address smtp-check a@b.cn --no-login")
    assert [place.host for place in asked[0]] == ["smtpdm-ap-southeast-1.aliyuncs.com"] * 3
