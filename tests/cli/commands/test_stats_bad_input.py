"""What is typed wrong for statistics, or answered wrong: one sentence, and the exit code of its kind."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest


def test_ranges_senders_and_tags(box):
    for line, code, said in (
        ("stats totals --since 2199-01-01", 2, "--since 2199-01-01 lies in the future: give today or earlier"),
        ("stats details --since 2199-01-01", 2, "lies in the future: give today or earlier"),
        ("stats invalid --since 2199-01-01", 2, "lies in the future: give today or earlier"),
        ("stats report --since 2199-01-01", 2, "lies in the future: give today or earlier"),
        ("trace ada@example.com --since 2199-01-01", 2, "lies in the future: give today or earlier"),
        ("stats tracking --since today --until 9d", 2, "--until lies before --since: swap them"),
        ("stats report --since today --until 9d", 2, "--until lies before --since: swap them"),
        ("stats invalid --since today --until 9d", 2, "--until lies before --since: swap them"),
        ("stats totals --since 2020-01-01 --until 2020-02-01", 2, "the service answers for the last 90 days: give"),
        ("stats report --since 2020-01-01 --until 2020-02-01", 2, "the service answers for the last 90 days: give"),
        ("stats totals --since 2020-01-01", 0, "the service answers for the last 90 days: shown from"),
        ("trace ada@example.com --since 2020-01-01", 0, "the service answers for the last 30 days: shown from"),
        ("stats totals --since 0001-01-01", 0, "--since 0001-01-01 is too long ago"),
        ("stats tracking --tag welcome", 2, "--tag needs --from as well"),
        ("stats totals --from nobody@sandbox.test", 10, "there is no sender address named 'nobody@sandbox.test'"),
        ("stats tracking --from nobody@sandbox.test", 10, "there is no sender address named 'nobody@sandbox.test'"),
        ("stats sender nobody@sandbox.test", 10, "This account has no such sender address"),
        ("stats details --from nobody@sandbox.test", 10, "there is no sender address named 'nobody@sandbox.test'"),
        ("stats totals --from nobody", 2, "--from: 'nobody' has no @"),
    ):
        assert said in box(line, code=code).err, line


class StandingStill(BaseHTTPRequestHandler):
    """Gives every page the same cursor."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        row = {"ToAddress": "ada@example.com", "Status": 0, "UtcLastUpdateTime": "1795897233"}
        listed = asked["Action"][0] in ("SenderStatisticsDetailByParam", "QueryInvalidAddress")
        data = {"mailDetail": [row] * 100, "stat": []} if listed else {}
        body = json.dumps({"RequestId": "r", "NextStart": "still" if listed else "", "data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing."""


@pytest.fixture
def still():
    server = ThreadingHTTPServer(("127.0.0.1", 0), StandingStill)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_cursor_that_does_not_advance(box, still):
    for line in ("stats details --all", "stats invalid --all", "stats sync", "trace ada@example.com", "stats report"):
        run = box(f"--endpoint {{}} {line}", still, code=4)
        assert "cursor does not advance after 200 rows" in run.err, line
    assert box("--endpoint {} stats history -o json", still).json["mails"] == 0  # no day is kept by half
