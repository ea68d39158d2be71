"""Sends a second: in the process against a bare loop that signs and commits a row; over HTTP against a constant."""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from http.client import HTTPConnection

from dmcli.api import catalogue
from dmcli.api.request import Keys, Signed, Target, sign
from dmcli.api.wire import Reply
from dmcli.client.attempts import Retrier
from dmcli.client.client import Client
from dmcli.local.database import open_database
from dmcli.sandbox.control.quota import set_quota
from dmcli.sandbox.emulator import Sandbox
from dmcli.sandbox.server.server import Server
from dmcli.sandbox.server.site import site_of
from dmcli.secret import Secret

KEYS = Keys("dm-sandbox-id", Secret("dm-sandbox-secret"))
TARGET = Target("http://sandbox.local", "cn-hangzhou")
PARAMS = {
    "AccountName": "noreply@sandbox.test",
    "AddressType": "1",
    "ReplyToAddress": "false",
    "ClickTrace": "0",
    "ToAddress": "a@example.com",
    "Subject": "Hello, 您好",
    "TextBody": "A short text, as people send it. " * 10,
}
ACTION = catalogue.get("SingleSendMail")
CLIENTS = 8


def request(target: Target, params=PARAMS):
    call = Signed(ACTION.name, "2015-11-23", target, KEYS, datetime.now(UTC), os.urandom(16).hex())
    return sign(call, params)


def bare(folder: str, count: int) -> float:
    """Sign and commit one row, with the sandbox's own database settings."""
    return loop(open_database(f"{folder}/bare.db", ("CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB)",)), count)


def loop(db: sqlite3.Connection, count: int) -> float:
    """Rows a second."""
    began = time.perf_counter()
    for _ in range(count):
        body = request(TARGET).body
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO row (body) VALUES (?)", (body,))
        db.execute("COMMIT")
    rate = count / (time.perf_counter() - began)
    db.close()
    return rate


def in_process(sandbox: Sandbox, count: int) -> float:
    client = Client(sandbox.exchange, lambda **_: KEYS, TARGET, Retrier())
    began = time.perf_counter()
    for _ in range(count):
        client.call(ACTION, PARAMS)
    return count / (time.perf_counter() - began)


def over_http(kind: str, folder: str, count: int) -> float:
    """Eight keep-alive clients against a server process of its own; requests are signed before the clock starts."""
    command = [sys.executable, __file__, kind, folder]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        url = server.stdout.readline().strip()
        rate = hammer(url, count)
        server.terminate()
    return rate


def hammer(url: str, count: int) -> float:
    """Requests a second that the server at the URL answers."""
    target = Target(url, "cn-hangzhou")
    port = int(url.rsplit(":", 1)[1])
    work = [[request(target) for _ in range(count // CLIENTS)] for _ in range(CLIENTS)]
    failed = []

    def client(requests):
        connection = HTTPConnection("127.0.0.1", port)
        for one in requests:
            connection.request("POST", "/", one.body, one.headers)
            answer = connection.getresponse()
            if "RequestId" not in json.loads(answer.read()) or answer.status != 200:
                failed.append(answer.status)
        connection.close()

    threads = [threading.Thread(target=client, args=(part,)) for part in work]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate = count / (time.perf_counter() - began)
    assert not failed, failed[:3]
    return rate


def serve(kind: str, folder: str) -> None:
    """The server process: the sandbox, or the same server answering a constant."""
    sandbox = Sandbox(f"{folder}/sandbox.db")
    server = Server(site_of(sandbox) if kind == "sandbox" else Constant())
    print(server.url, flush=True)
    server.serve()


class Constant:
    """An exchange that says the same to everybody, at once."""

    def __call__(self, _):
        return Reply(200, {"content-type": "application/json"}, b'{"RequestId":"x","EnvId":"1"}')

    def together(self, requests):
        return [self(request) for request in requests]


def bare_by_default(folder: str, count: int) -> float:
    """The same bare loop on a database with SQLite's own default settings."""
    db = sqlite3.connect(f"{folder}/default.db", isolation_level=None)
    db.execute("CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, body BLOB)")
    return loop(db, count)


def show(name: str, pairs: list[tuple[float, float]], limit: float) -> None:
    a, b = (statistics.median(pair[i] for pair in pairs) for i in (0, 1))
    found = statistics.median(x / y for x, y in pairs)
    verdict = "ok" if found >= limit else "MISSED"
    print(f"{name:52} {found:5.2f} (at least {limit:.2f}) {verdict:7} {a:6.0f}/s of {b:.0f}/s")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox(f"{folder}/sandbox.db")
        set_quota(sandbox, 10**9, 10**9)
        for run in (in_process, bare):
            run(sandbox if run is in_process else folder, 200)
        show(
            "in the process / bare, same database settings",
            [(in_process(sandbox, 1000), bare(folder, 1000)) for _ in range(7)],
            0.5,
        )
        show(
            "in the process / bare, SQLite's default settings",
            [(in_process(sandbox, 1000), bare_by_default(folder, 300)) for _ in range(5)],
            0.5,
        )
        sandbox.close()
        show(
            f"over HTTP with {CLIENTS} clients / a constant",
            [(over_http("sandbox", folder, 2000), over_http("constant", folder, 2000)) for _ in range(5)],
            0.4,
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(*sys.argv[1:])
    else:
        main()
