"""The certificate: one for all who first want it at the same moment, and the one that clients find in the file."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from patience import PATIENT

from dmcli.api.wire import Reply
from dmcli.errors import LockedError
from dmcli.local.locks import Claims
from dmcli.sandbox import certificate
from dmcli.sandbox.server.server import Server

# Two servers; once all processes have theirs, a client that trusts the file talks to each.
SERVERS = """
import ssl, sys
from concurrent.futures import ThreadPoolExecutor
import cryptography.x509
from dmcli.sandbox.certificate import context_for

path = sys.argv[1]
print("ready", flush=True)
input()
with ThreadPoolExecutor(2) as pool:
    contexts = list(pool.map(context_for, [path] * 2))
print("made", flush=True)
input()
for context in contexts:
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = context.wrap_bio(there, back, server_side=True)
    client = ssl.create_default_context(cafile=path).wrap_bio(back, there, server_hostname="localhost")
    left = [client, server]
    for side in [client, server] * 4:
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
        if side in left:
            left.remove(side)
    assert not left
"""


def ended() -> str:
    return certificate._made(datetime.now(UTC) - timedelta(days=380))


@pytest.mark.parametrize("before", [None, "no certificate", ended()], ids=["absent", "broken", "ending"])
def test_servers_that_start_together_have_the_certificate_of_the_file(tmp_path, before):
    path = tmp_path / "tls.pem"
    if before is not None:
        path.write_text(before)
    command = [sys.executable, "-c", SERVERS, str(path)]
    running = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for said in ("ready\n", "made\n"):
        assert [one.stdout.readline() for one in running] == [said] * 4
        for one in running:
            one.stdin.write("\n")
            one.stdin.flush()
    for one in running:
        one.communicate(timeout=PATIENT)
    assert [one.returncode for one in running] == [0] * 4
    assert path.read_text() != before
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_certificate_that_lasts_is_left_alone(tmp_path):
    path = tmp_path / "tls.pem"
    certificate.context_for(str(path))
    before = path.read_text()
    os.unlink(f"{path}.lock")
    certificate.context_for(str(path))
    assert path.read_text() == before
    assert os.listdir(tmp_path) == ["tls.pem"]


def test_a_process_that_holds_the_lock_for_too_long_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(certificate, "_PATIENCE", 0)
    monkeypatch.setattr(Claims, "take", lambda _self, _number: False)
    with pytest.raises(LockedError, match=r"^another run is making .*tls\.pem; try again when that has ended$"):
        certificate.context_for(str(tmp_path / "tls.pem"))


def test_a_server_that_cannot_speak_tls_says_what_it_lacks(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(certificate, "available", lambda: False)
    wanted = partial(certificate.context_for, str(tmp_path / "tls.pem"))
    with Server(lambda _: Reply(204, {}, b""), tls=wanted) as server:
        port = int(server.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENT) as client:
            client.sendall(b"\x16")
            assert client.recv(1) == b""
    assert f"TLS needs the package cryptography: {certificate.INSTALL}" in capfd.readouterr().err
