"""No secret leaks: every command in every class of error, its output and files searched for secrets in every form."""

from __future__ import annotations

import json
import os
import shutil
import socket
import threading
from base64 import b64encode
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import trustme
from patience import PATIENT
from shell import real_argv, words

from dmcli.api.wire import Reply
from dmcli.cli.reference import walk
from dmcli.cli.session import Session
from dmcli.sandbox.server.http1 import wire

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET, TOKEN = "c4n4ry-s3cret/key+A1", "c4n4ry-t0ken/+=B2"
PASSWORD, PROXY, TICKET = "C4n4ryPassw0rdC3", "c4n4ry-pr0xy-D4", "c4n4ryt1cketE5e5"
KEY_ID = "c4n4ry-id-00000000XYZ"
CANARIES = (SECRET, TOKEN, PASSWORD, PROXY, TICKET, KEY_ID)

# What follows each command for it to get as far as a call.
ARGUMENTS = {
    "send single": "--from a@b.cn --to a@example.com --subject s --text t",
    "send batch": "--from a@b.cn --list l --template t --yes --allow-unfilled",
    "send test": "--from a@b.cn --template 1 --to a@example.com",
    "account sendify-trial": "--yes",
    "account diff": "none.yaml",
    "account apply": "none.yaml --yes",
    "validate email": "a@example.com --yes",
    "validate disposable": "a@example.com",
    "validate file": "https://a.test/x --name x.csv --yes",
    "validate status": "f",
    "validate result": "f",
    "validate delete": "f --yes",
    "dedicated-ip set-renewal": "--ip i --renew --yes",
    "dedicated-ip set-warmup": "i --by self",
    "dedicated-ip warmup": "192.0.2.10",
    "dedicated-ip warmup-days": "192.0.2.10",
    "dedicated-ip create-pool": "p",
    "dedicated-ip update-pool": "1 --ip i",
    "dedicated-ip delete-pool": "1 --yes",
    "send merge": "none.csv --from a@b.cn --subject s --text t --yes",
    "send resolve": "k --sent",
    "domain create": "mail.example.com",
    "domain ensure": "mail.example.com",
    "domain records": "1",
    "domain publish": "1 --provider alidns --yes",
    "domain doctor": "1 --resolver 127.0.0.1:9 --timeout 1s",
    "domain show": "1",
    "domain delete": "1 --yes",
    "domain check": "1",
    "domain rotate-dkim": "b.cn --yes",
    "domain set-password": "example.com --password-stdin",
    "address create": "a@example.com --type batch",
    "address show": "1",
    "address delete": "1 --yes",
    "address update": "1 --reply-to r@example.com",
    "address set-password": "1 --password-stdin",
    "address verify-reply": "1",
    "address approve-reply": TICKET,
    "address set-callback": "a@example.com http://example.com/",
    "address smtp-check": "a@example.com --password-stdin --host 127.0.0.1 --port 9 --timeout 1",
    "receiver create": "l",
    "receiver show": "1",
    "receiver delete": "1 --yes",
    "receiver members": "1",
    "receiver add": "1 a@example.com",
    "receiver remove": "1 a@example.com",
    "receiver import": "1 none.csv",
    "receiver export": "1",
    "receiver sync": "1 none.csv",
    "tag create": "t",
    "tag show": "1",
    "tag update": "1 --name n",
    "tag delete": "1 --yes",
    "template create": "t --subject s --html h",
    "template show": "1",
    "template update": "1 --name n",
    "template delete": "1 --yes",
    "campaign show": "c",
    "campaign report": "c",
    "campaign export": "c",
    "campaign resume": "c",
    "campaign work": "c",
    "campaign pause": "c",
    "campaign settle": "c",
    "campaign retry-rejected": "c",
    "campaign delete": "c --yes",
    "config-set create": "s",
    "config-set show": "1",
    "config-set update": "1 --name n",
    "config-set delete": "1 --yes",
    "config-set link": "1 a@example.com",
    "config-set unlink": "1 a@example.com",
    "ip-filter add": "127.0.0.1",
    "ip-filter remove": "1 --yes",
    "ip-filter protect": "off",
    "suppression add": "a@example.com",
    "suppression remove": "1 --yes",
    "suppression set-level": "l",
    "suppression blocked": "--type unsubscribe",
    "suppression unblock": "a@example.com --from a@b.cn --type unsubscribe --yes",
    "suppression remove-invalid": "a@example.com --yes",
    "stats sender": "a@example.com",
    "stats history export": "--to none.csv",
    "stats history prune": "--older-than 1d --yes",
    "api": "ModifyPWByDomain DomainName=example.com",
    "config init": "x",
    "config show": "p",
    "config use": "p",
    "config set": "region us-east-1 --dry-run",
    "config rename": "p q --dry-run",
    "config delete": "p --dry-run",  # the secrets stay for the others
    "completion": "bash",
    "explain": "Throttling",
    "trace": "a@example.com",
    "sandbox run": "true",
    "sandbox calls show": "1",
    "sandbox play": "open --mail 1",
    "sandbox fault add": "error Throttling",
    "sandbox limit set": "CreateTag 1/s",
    "sandbox dns break": "b.cn servfail",
    "sandbox dns remove": "b.cn",
    "sandbox dns set": "b.cn TXT t",
    "sandbox state approve": "t",
    "sandbox state confirm": "a@b.cn",
    "sandbox state reject": "t",
    "sandbox state set": "domains manual",
    "sandbox state unverify": "b.cn",
    "sandbox state verify": "b.cn",
    "sandbox clock advance": "1h",
    "sandbox clock set": "2026-01-01",
    "sandbox snapshot drop": "s",
    "sandbox snapshot restore": "s",
    "sandbox snapshot take": "s",
    "sandbox seed": "--days 2 --mails 50",
    "sandbox reset": "--yes",
}
# Servers run until they are stopped; that they print no secret is tested with them.
SERVING = {"sandbox serve", "sandbox open"}
COMMANDS = sorted(
    name
    for path, context in walk()
    if (name := " ".join(path)) and not hasattr(context.command, "commands") and name not in SERVING
)

# What asks no service: of all that may become of a call, one is enough for it.
ALONE = [
    name
    for name in COMMANDS
    if name.split()[0] in ("sandbox", "config", "completion", "explain", "help") and name != "config check"
]


class Echo:
    """A server that answers every request in the same bad way, and says back what it was sent wherever it can."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.asked = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.asked += 1
            with connection, suppress(OSError):
                connection.settimeout(PATIENT)
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        head, _, body = data.partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]) if b"ength: " in head else 0
        while len(body) < length:
            body += connection.recv(65536)
        said = f"{body.decode()} {SECRET} {TOKEN} {quote(SECRET)} {b64encode(TOKEN.encode()).decode()} {head.decode()}"
        if self.kind in REPLIES:
            connection.sendall(wire(REPLIES[self.kind](said), connection="close"))


def refused(code: str, status: int = 400):
    def reply(said: str) -> Reply:
        message = f"No. server string to sign is:{quote(said)}" if code == "SignatureDoesNotMatch" else f"No: {said}"
        body = {"Code": code, "Message": message, "RequestId": "R"}
        return Reply(status, {"content-type": "application/json"}, json.dumps(body).encode())

    return reply


def page(status: int):
    return lambda said: Reply(status, {"content-type": "text/html"}, f"<html>{said}</html>".encode())


REPLIES = {
    "throttled": refused("Throttling.User"),
    "clock": refused("InvalidTimeStamp.Expired"),
    "signature": refused("SignatureDoesNotMatch"),
    "forbidden": refused("Forbidden.RAM", 403),
    "rejected": refused("Brand.New.Code"),
    "nonce": refused("SignatureNonceUsed"),
    "internal": refused("InternalError", 500),
    "expired token": refused("InvalidSecurityToken.Expired"),
    "bad gateway": page(502),
    "stranger": page(200),
}
CALLED = [*REPLIES, "dropped", "unreachable", "defect"]
KINDS = [*CALLED, "proxy", "input", "output"]


def forms(secret: str) -> set[str]:
    """How a secret may stand in a text: plain, percent-encoded, in base64 whatever stands before it."""
    once = quote(secret, safe="-_.~")
    found = {secret, once, quote(once, safe="-_.~"), quote(secret)}
    for before in range(3):
        coded = b64encode(b"\0" * before + secret.encode()).decode().rstrip("=")
        found.add(coded[-(-before * 8 // 6) : len(coded) - 1])
    return found


FORMS = {form: secret for secret in CANARIES for form in forms(secret)}


def hits(text: str) -> list[str]:
    return [secret for form, secret in FORMS.items() if form in text]


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A profile file with the secrets in it, the one place where they may be."""
    folder = tmp_path / ".config" / "dm"
    folder.mkdir(parents=True)
    path = folder / "config.yaml"
    path.write_text(
        f"default: p\nprofiles:\n  p:\n    access_key_id: {KEY_ID}\n    access_key_secret: {SECRET}\n"
        f'    security_token: "{TOKEN}"\n    from: a@b.cn\n',
        encoding="utf-8",
    )
    path.chmod(0o600)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    return path


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of the one authority that is trusted."""
    path = str(tmp_path_factory.mktemp("trusted") / "ca.pem")
    trustme.CA().cert_pem.write_to_path(path)
    return path


@pytest.fixture(params=KINDS)
def trouble(authority: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A class of error; the words that lead into it."""
    kind = request.param
    monkeypatch.setenv("DM_CA_BUNDLE", authority)  # loads in a hundredth of the time of all that are known
    if kind in REPLIES or kind == "dropped":
        server = Echo(kind)
        yield words("--endpoint {}", server.url)
        server.close()
    elif kind == "unreachable":
        yield words("--endpoint http://127.0.0.1:9")
    elif kind == "proxy":
        monkeypatch.setenv("https_proxy", f"http://user:{PROXY}@127.0.0.1:9")
        yield words("--endpoint https://service.test")
    elif kind == "defect":
        from dmcli.client.transport import HttpExchange

        def broken(_: object, request: object) -> None:
            raise RuntimeError(f"{SECRET} {TOKEN} {request!r}")

        monkeypatch.setattr(HttpExchange, "__call__", broken)
        yield words("--endpoint http://127.0.0.1:9")
    elif kind == "input":
        yield words("--endpoint http://127.0.0.1:9 --query '[[['")
    else:
        from dmcli.render import output

        monkeypatch.setattr(output, "fit_encoding", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
        yield words("--endpoint http://127.0.0.1:9")


def run(monkeypatch: pytest.MonkeyPatch, line: str, *values: object) -> str:
    """All that a run prints, whatever its exit code."""
    import io
    import sys

    from dmcli.cli import app

    out, err = io.StringIO(), io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        app.run(words(line, *values))
    return out.getvalue() + err.getvalue()


def files(folder: Path, but: Path) -> Iterator[tuple[str, str]]:
    """Every file below a folder but one, and what is in it."""
    for path in folder.rglob("*"):
        if path.is_file() and path != but:
            yield str(path), path.read_bytes().decode("latin-1")


def test_each_command_is_given_what_it_needs(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for path, context in walk():
        if (name := " ".join(path)) in COMMANDS:
            context.command.make_context(path[-1], words(ARGUMENTS.get(name, "")), obj=Session())


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_is_printed_or_kept(profile, trouble, new_sandbox, tmp_path, monkeypatch, form, request):
    kind = request.node.callspec.params["trouble"]
    for number, name in enumerate(COMMANDS, KINDS.index(kind)):
        # In each kind of trouble half of the commands print text, in the next one the other half.
        if (number % 2 == 0) != (form == "text") or (kind in CALLED[1:] and name in ALONE):
            continue
        shutil.copyfile(new_sandbox, tmp_path / "sandbox.db")
        output = "-o json" if form == "json" else ""
        line = f"{name} {ARGUMENTS.get(name, '')} --debug {output}"
        shown = run(monkeypatch, line + " {}", trouble)
        assert not hits(shown), (name, shown)
        assert "Traceback" not in shown
    for path, text in files(tmp_path, profile):
        assert not hits(text), path


def test_what_asks_no_service_is_known(profile, monkeypatch):
    server = Echo(CALLED[0])
    for name in ALONE:
        run(monkeypatch, f"{name} {ARGUMENTS.get(name, '')} {{}}", words("--endpoint {}", server.url))
    server.close()
    assert server.asked == 0


def test_the_search_finds_what_it_looks_for(profile, tmp_path):
    for secret in CANARIES:
        for form in (secret, quote(secret), b64encode(f"xy{secret}z".encode()).decode()):
            assert hits(f"before {form} after") == [secret] * len(hits(f"before {form} after"))
            assert hits(f"before {form} after")
    (tmp_path / "leak").write_text(f"x{SECRET}", encoding="utf-8")
    assert [path for path, text in files(tmp_path, profile) if hits(text)] == [str(tmp_path / "leak")]


def test_every_command_is_tried():
    needing = {
        " ".join(path)
        for path, context in walk()
        if any(param.param_type_name == "argument" and param.required for param in context.command.params)
    }
    assert needing <= set(ARGUMENTS) | SERVING


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="looks at arguments where Linux shows them")
def test_no_secret_stands_among_the_arguments_of_any_process(profile, tmp_path):
    import subprocess

    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        command = real_argv("--endpoint {} domain set-password e.com --password-stdin", url)
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdin.write(f"{PASSWORD}\n".encode())
        process.stdin.close()
        connection, _ = listening.accept()
        with open(f"/proc/{process.pid}/cmdline", encoding="latin-1") as file:
            arguments = file.read()
        process.terminate()
        process.wait()
        process.stderr.close()
        connection.close()
    assert "set-password" in arguments
    assert not hits(arguments)
