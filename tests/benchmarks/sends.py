"""Sends a second: in the process against a bare loop that signs and commits a row; over HTTP against a constant."""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import threading
import time
from datetime import datetime, timezone
from http.client import HTTPConnection

from dmcli.api import catalogue
from dmcli.api.wire import Reply
from dmcli.client import Client, Signed, Target, sign
from dmcli.credentials import Keys
from dmcli.local import open_database
from dmcli.sandbox.adapter import Sandbox
from dmcli.sandbox.server import Server
from dmcli.sandbox.store import set_quota

KEYS = Keys("dm-sandbox-id", "dm-sandbox-secret", "", "benchmark")
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


def request(target: Target):
    call = Signed(ACTION.name, "2015-11-23", target, KEYS, datetime.now(timezone.utc), os.urandom(16).hex())
    return sign(call, PARAMS)


def bare(folder: str, count: int) -> float:
    """Sign and commit one row, with the sandbox's own database settings."""
    db = open_database(f"{folder}/bare.db", ("CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB)",))
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
    client = Client(sandbox.exchange, KEYS, TARGET)
    began = time.perf_counter()
    for _ in range(count):
        client.call(ACTION, PARAMS)
    return count / (time.perf_counter() - began)


def over_http(exchange, count: int) -> float:
    """Eight keep-alive clients; every request is signed before the clock starts, so that the server is measured."""
    server = Server(exchange)
    server.start()
    target = Target(server.url, "cn-hangzhou")
    port = int(server.url.rsplit(":", 1)[1])
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
    server.stop()
    assert not failed, failed[:3]
    return rate


def constant(_):
    return Reply(200, {"content-type": "application/json"}, b'{"RequestId":"x","EnvId":"1"}')


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox(f"{folder}/sandbox.db")
        set_quota(sandbox.store, 10**9, 10**9)
        in_process(sandbox, 200), bare(folder, 200)
        pairs = [(in_process(sandbox, 1000), bare(folder, 1000)) for _ in range(7)]
        a, b = (statistics.median(p[i] for p in pairs) for i in (0, 1))
        found = statistics.median(x / y for x, y in pairs)
        print(f"in the process: {a:.0f}/s of {b:.0f}/s bare: {found:.2f} (at least 0.50)")
        over_http(sandbox.exchange, 400), over_http(constant, 400)
        pairs = [(over_http(sandbox.exchange, 2000), over_http(constant, 2000)) for _ in range(5)]
        a, b = (statistics.median(p[i] for p in pairs) for i in (0, 1))
        found = statistics.median(x / y for x, y in pairs)
        print(f"over HTTP, {CLIENTS} clients: {a:.0f}/s of {b:.0f}/s constant: {found:.2f} (at least 0.50)")
        sandbox.close()
