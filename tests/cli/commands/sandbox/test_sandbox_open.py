"""`dm sandbox open` and `serve`: the whole site over HTTP, and a browser that is led to it."""

from __future__ import annotations

import os
import ssl
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import pytest
from patience import PATIENT
from shell import argv

from dmcli.api.wire import Reply
from dmcli.sandbox.server.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

BROWSER = '#!/bin/sh\necho "$1" > {seen}\n'


@contextmanager
def started(line: str, **env: str) -> Iterator[subprocess.Popen[str]]:
    """A run of `dm sandbox` that goes on until the block ends, and then ends well."""
    with subprocess.Popen(
        argv(f"sandbox {line}"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **env},
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(PATIENT)


def fetched(url: str, **headers: str) -> str:
    """What a browser gets there."""
    with urlopen(Request(url, headers={"Accept": "text/html", **headers}), timeout=PATIENT) as answer:  # noqa: S310
        return answer.read().decode()


def test_serve_has_the_pages(box):
    with started("serve --port 0") as server:
        url = server.stdout.readline().strip()
        box("send single --to ada@example.com --subject 您好 --text t")
        assert "您好" in fetched(url)  # the root leads a browser to the inbox
        assert "您好" in fetched(f"{url}/_dm/mail/1")


@pytest.mark.parametrize("command", ["serve --port 0", "open --port 0 --no-browser"])
def test_the_certificate_is_there_once_the_address_was_said(tmp_path, command):
    with started(command, XDG_STATE_HOME=str(tmp_path)) as server:
        port = server.stdout.readline().partition("127.0.0.1:")[2].split("/")[0]
        trusting = ssl.create_default_context(cafile=tmp_path / "dm" / "sandbox-tls.pem")
        with urlopen(f"https://127.0.0.1:{int(port)}/_dm/api/health", context=trusting, timeout=PATIENT) as answer:
            assert answer.status == 200


@pytest.mark.skipif(os.name != "posix", reason="a browser that is a shell script")
def test_open_serves_and_leads_a_browser_to_the_inbox(tmp_path):
    browser, seen = tmp_path / "browser", tmp_path / "seen"
    os.mkfifo(seen)
    browser.write_text(BROWSER.format(seen=seen))
    browser.chmod(0o700)
    with started("open --port 0", BROWSER=f"{browser} %s") as server:
        inbox = server.stdout.readline().strip()
        assert inbox.endswith("/_dm/")
        assert seen.read_text().strip() == inbox
        assert "No mail yet" in fetched(inbox)
        server.terminate()
        assert "nothing leaves this machine" in server.stderr.read()
    assert server.returncode == 143


@pytest.mark.skipif(os.name != "posix", reason="an empty PATH")
def test_open_says_so_where_there_is_no_browser(tmp_path):
    with started("open --port 0", BROWSER="/bin/false %s", PATH=str(tmp_path), DISPLAY="") as server:
        inbox = server.stdout.readline().strip()
        assert "serving on" in server.stderr.readline()
        assert "there is no browser to open" in server.stderr.readline()
        assert "No mail yet" in fetched(inbox)


def test_open_without_a_browser_prints_where_to_go():
    with started("open --port 0 --no-browser", BROWSER="/bin/false %s") as server:
        inbox = server.stdout.readline().strip()
        assert "No mail yet" in fetched(inbox)
        server.terminate()
        assert "no browser" not in server.stderr.read()


def test_open_uses_a_sandbox_that_is_served_already(bare, tmp_path, monkeypatch):
    with started("serve --port 0") as server:
        url = server.stdout.readline().strip()
        port = url.rpartition(":")[2]
        result = bare("sandbox open --port {} --no-browser", port)
        assert result.out == f"{url}/_dm/\n"
        assert "is served already" in result.err
        doors = bare("sandbox open --port {} --smtp 0 --dns 0", port, code=1)
        assert "or serve --dns and --smtp beside it with --port 0" in doors.err
        monkeypatch.setenv("DM_SANDBOX_DB", str(tmp_path / "other.db"))
        refused = bare("sandbox open --port {} --no-browser", port, code=1)
        assert refused.out == ""
        assert "other.db; serve it beside that with --port 0" in refused.err


@pytest.mark.parametrize("body", [b"{}", b"[]", b"no json", b'{"service": "other"}'])
def test_open_leaves_other_programs_alone(bare, body):
    with Server(lambda _: Reply(200, {}, body)) as server:
        port = server.url.rpartition(":")[2]
        result = bare("sandbox open --port {} --no-browser", port, code=8)
    assert f"cannot listen on 127.0.0.1:{port}: another program has this port" in result.err


@pytest.mark.parametrize(("command", "path"), [("serve", ""), ("open --no-browser", "/_dm/")])
def test_a_sandbox_that_is_served_already_is_named(command, path):
    with started("serve --port 0") as server:
        url = server.stdout.readline().strip()
        again = subprocess.run(
            argv(f"sandbox {command} --port {url.rpartition(':')[2]}"), capture_output=True, text=True, check=True
        )
    assert (again.stdout, again.stderr) == (f"{url}{path}\n", f"[sandbox] {url} is served already, by another run\n")
