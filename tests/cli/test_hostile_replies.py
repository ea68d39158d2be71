"""Replies that are none, of every class of status: what a run reads of them is little, and it ends in a sentence."""

from __future__ import annotations

import gzip
import subprocess
import sys

import pytest
from faulty import Fault
from shell import words

from dmcli.api.wire import Reply
from dmcli.sandbox.server.http1 import wire

MIB = 1024 * 1024
# 256 MiB of zeros: files of gzip may stand one after the other.
BOMB = gzip.compress(b"\0" * MIB) * 256
STATUSES = (200, 206, 301, 302, 303, 307, 308, 404, 429, 500)


def packed(status: int):
    return wire(Reply(status, {"content-encoding": "gzip", "location": "https://a.example/"}, BOMB), connection="close")


def plain(status: int):
    head = f"HTTP/1.1 {status} X\r\nlocation: https://a.example/\r\ncontent-length: {256 * MIB}\r\n\r\n"
    return head.encode() + b"x" * 64 * MIB  # more than a run may take


def pour(data: bytes) -> Fault:
    return Fault("poured", lambda connection, _: connection.sendall(data))


# Linux counts what the parent had before the child became another program as the child's own peak: so it says its own.
PEAK = """
import os, re, resource, sys
from dmcli.cli.app import run
def peak():
    if os.path.exists("/proc/self/status"):
        return int(re.search("VmHWM: *([0-9]+)", open("/proc/self/status").read().replace("\\t", " "))[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
for _ in sys.stdin:
    print(run(sys.argv[1:]), peak(), flush=True)
"""


@pytest.mark.parametrize("flood", [packed, plain])
def test_a_send_stays_small_whatever_answers(faulty, tmp_path, flood):
    """One process for all statuses: what a reply leaves behind counts with the next one, too."""
    send = words("-p sandbox --endpoint {} send single --to a@b.test --subject s --text t", faulty.url)
    command, told = [sys.executable, "-c", PEAK, *send], tmp_path / "told"
    streams, heard = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}, ""
    with told.open("w") as err, subprocess.Popen(command, stderr=err, text=True, **streams) as sending:
        for status in STATUSES:
            faulty.inject(pour(flood(status)), "SingleSendMail")
            print(status, file=sending.stdin, flush=True)
            code, peak = sending.stdout.readline().split()
            said = told.read_text().removeprefix(heard)
            heard += said
            assert (code, said[:4]) == ("6", "dm: "), (status, said)
            assert int(peak) < 64 * 1024, status


RAW = {
    "a place that is no URL": b"HTTP/1.1 302 Found\r\nlocation: http://[::1\r\ncontent-length: 0\r\n\r\n",
    "a place of odd bytes": b"HTTP/1.1 307 X\r\nlocation: http://\xff\xfe:99999999/\r\ncontent-length: 0\r\n\r\n",
    "an empty place": b"HTTP/1.1 301 X\r\nlocation: \r\ncontent-length: 0\r\n\r\n",
    "a chunk of negative size": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-5\r\nabcde\r\n0\r\n\r\n",
    "a chunk of no size": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nabcde\r\n0\r\n\r\n",
    "a negative length": b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 7\r\n\r\nabcdefg",
    "a status of letters": b"HTTP/1.1 abc OK\r\n\r\n",
    "a status of four digits": b"HTTP/1.1 2000 OK\r\n\r\n",
    "many headers": b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n",
    "many interim replies, then nothing": b"HTTP/1.1 103 Early Hints\r\na: b\r\n\r\n" * 50,
    "no id": b'HTTP/1.1 200 OK\r\ncontent-length: 19\r\n\r\n{"RequestId": null}',
    "an empty id": b'HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n{"RequestId": ""}',
    "an id that is a number": b'HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{"RequestId": 1}',
    "too large a number": b'HTTP/1.1 200 OK\r\ncontent-length: 32\r\n\r\n{"RequestId": "R", "Total": 1e9999}'[:-3]
    + b"9}",
}


@pytest.mark.parametrize("name", RAW)
def test_a_reply_that_is_none_is_no_success(box, faulty, name):
    faulty.inject(pour(RAW[name]), "SingleSendMail")
    said = box("--endpoint {} send single --to a@b.test --subject s --text t", faulty.url, code=6).err
    assert said.startswith("dm: ")
    assert faulty.arrived("SingleSendMail") == 1
    faulty.inject(pour(RAW[name]), "QueryTagByParam")
    assert "a defect" not in box("--endpoint {} tag list", faulty.url, code=4).err


@pytest.mark.parametrize("status", [102, 103, 199])
def test_interim_replies_are_passed_over(box, faulty, status):
    def first_interim(connection, reply: Reply) -> None:
        interim = f"HTTP/1.1 {status} Wait\r\nlink: </a>\r\n\r\n".encode()
        connection.sendall(interim * 2 + wire(reply, connection="close"))

    faulty.inject(Fault("interim", first_interim, executed=True), "SingleSendMail")
    sent = box("--endpoint {} send single --to a@b.test --subject s --text t -o json", faulty.url)
    assert sent.json["EnvId"]
    assert faulty.arrived("SingleSendMail") == 1


@pytest.mark.parametrize("number", ['"²"', '"many"', f'"{"9" * 5000}"', '""', "null", "[]"])
def test_counts_and_states_that_are_none_end_no_run(box, faulty, number):
    counts = f'{{"RequestId": "R", "SuccessCount": {number}, "ErrorCount": {number}, "Data": {{}}}}'
    faulty.inject(pour(wire(Reply(200, {}, counts.encode()), connection="close")), "SaveReceiverDetail")
    assert "defect" not in box("--endpoint {} receiver add customers a@b.test", faulty.url).err
    state = f'{{"RequestId": "R", "DomainStatus": {number}}}'
    faulty.inject(pour(wire(Reply(200, {}, state.encode()), connection="close")), "CheckDomain")
    assert box("--endpoint {} domain check sandbox.test -o json", faulty.url, code=5).json[0]["verified"] is False


@pytest.mark.parametrize("columns", ["²", "9" * 5000, "-1", "x", ""])
def test_odd_widths_are_no_defect(bare, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    assert "Usage" in bare("--help").out


def test_what_is_not_the_service_is_not_called_an_earlier_attempt(box, faulty):
    faulty.inject(
        pour(b"HTTP/1.1 404 X\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>"), "QueryTagByParam"
    )
    said = box("--endpoint {} tag list", faulty.url, code=4).err
    assert "earlier attempt" not in said
    assert "it is safe to run this again" in said
