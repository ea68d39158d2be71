"""A cloud of our own: STS, the metadata service and a server of keys, which check what they are asked."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest
from alibabacloud_tea_openapi.utils import Utils
from patience import PATIENT

from dmcli import credentials
from dmcli.client.attempts import Retrier
from dmcli.client.transport import HttpExchange
from dmcli.config.settings import Flags, resolve
from dmcli.credentials import ecs

if TYPE_CHECKING:
    from pathlib import Path

# What must never be seen: secrets and tokens of the tests have it in them, but for the sandbox's.
CANARY = "c4n4ry"
SANDBOX, SANDBOX_SECRET = "dm-sandbox-id", "dm-sandbox-secret"
IMDS = "/latest/meta-data/ram/security-credentials/"


class Cloud:
    """The services, at `url`, and what they were asked. STS and the metadata service hand out the sandbox's keys.

    `heard` has headers and body of each request, the names of headers as they were sent.
    `known` are the keys that STS knows, by id: secret and token. `says` makes the next replies of STS errors. `ahead`
    is how far the cloud's clock is ahead of this machine's, `lasts` how long the keys last, both in seconds.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.params: list[dict[str, str]] = []
        self.says: list[tuple[int, dict[str, Any]]] = []
        self.known = {"made-up-id": (f"made-up-{CANARY}", "")}
        self.issues = [(SANDBOX, SANDBOX_SECRET)]
        self.instances: list[tuple[str, str]] = []  # what the metadata service hands out before
        self.role = "instance-role"
        self.keys: dict[str, Any] = {}
        self.status = 200
        self.ahead, self.lasts = 0.0, 3600.0
        self.now = time.time
        self.nonces: set[str] = set()
        cloud = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def date_time_string(self, timestamp=None):  # noqa: ARG002  its signature
                return formatdate(cloud.now() + cloud.ahead, usegmt=True)

            def answer(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                cloud.asked.append(f"{self.command} {self.path}")
                cloud.heard.append((dict(self.headers.items()), body))
                status, reply = cloud.answer(self.command, self.path, self.headers, body)
                data = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = answer  # noqa: N815  the names http.server wants

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, method, path, headers, body):
        if path == "/" or path.startswith("/?"):
            text = body.decode() or path[2:]  # in the URL is where the vendor's library has them
            return self.sts(method, dict(parse_qsl(text, keep_blank_values=True, strict_parsing=True)))
        if path.startswith("/latest/"):
            return self.metadata(method, path, headers)
        return self.status, self.keys or {"Code": "Success", **self.issued()}

    def issued(self, identity=SANDBOX, secret=SANDBOX_SECRET):
        end = datetime.fromtimestamp(self.now() + self.ahead + self.lasts, UTC)
        token = f"token-{CANARY}-{identity}"
        self.known[identity] = (secret, token)
        return {
            "AccessKeyId": identity,
            "AccessKeySecret": secret,
            "SecurityToken": token,
            "Expiration": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def metadata(self, method, path, headers):
        if (method, path) == ("PUT", "/latest/api/token"):
            assert 0 < int(headers["X-aliyun-ecs-metadata-token-ttl-seconds"]) <= 21600
            return self.status, f"metadata-{CANARY}".encode()
        if headers["X-aliyun-ecs-metadata-token"] != f"metadata-{CANARY}":
            return 401, b"unauthorized"
        if path == IMDS:
            return self.status, self.role.encode()
        if path != IMDS + self.role:
            return 404, b"none"
        keys = self.instances.pop(0) if self.instances else (SANDBOX, SANDBOX_SECRET)
        return self.status, self.keys or {"Code": "Success", **self.issued(*keys)}

    def sts(self, method, params):
        self.params.append(params)
        wrong = self.refusal(method, params)
        if self.says or wrong:
            status, fields = self.says.pop(0) if self.says else wrong
            return status, fields if not isinstance(fields, dict) else {"RequestId": "STS-REQUEST", **fields}
        identity, secret = self.issues[min(len(self.params), len(self.issues)) - 1]
        return 200, {"RequestId": "STS-REQUEST", "Credentials": self.issued(identity, secret), "AssumedRoleUser": {}}

    def refusal(self, method, params):
        """What is wrong with a call, by the vendor's own signer and by the clock."""
        stamp = datetime.strptime(params["Timestamp"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        nonce = params.get("SignatureNonce", stamp)
        if nonce in self.nonces:
            return 400, {"Code": "SignatureNonceUsed", "Message": "Specified signature nonce was used already."}
        self.nonces.add(nonce)
        if abs(stamp.timestamp() - self.now() - self.ahead) > 900:
            return 400, {
                "Code": "InvalidTimeStamp.Expired",
                "Message": "Specified time stamp or date value is expired.",
            }
        if params["Action"] == "AssumeRoleWithOIDC":
            assert not params.keys() & {"Signature", "AccessKeyId", "SecurityToken", "ExternalId"}
            assert params["OIDCToken"]
            return None
        secret, token = self.known[params["AccessKeyId"]]
        assert params.get("SecurityToken", "") == token
        given = {name: value for name, value in params.items() if name != "Signature"}
        assert params["Signature"] == Utils.get_rpcsignature(given, method, secret)
        return None


@pytest.fixture
def cloud(monkeypatch):
    made = Cloud()
    monkeypatch.setattr(ecs, "URL", made.url)
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def vendor(tmp_path):
    """Writes the vendor command line's file; the first profile is the one in use."""

    def vendor(*profiles: dict[str, Any], mode: int = 0o600) -> None:
        named = [{"name": f"p{number}", "region_id": "cn-hangzhou", **one} for number, one in enumerate(profiles)]
        _put(
            tmp_path / ".aliyun" / "config.json",
            json.dumps({"current": "p0", "profiles": named, "meta_path": ""}),
            mode,
        )

    return vendor


@pytest.fixture
def ini(tmp_path):
    """Writes the file of the vendor's libraries."""
    return lambda text, mode=0o600: _put(tmp_path / ".alibabacloud" / "credentials.ini", text, mode)


@pytest.fixture
def config(tmp_path):
    """Writes our own file."""
    return lambda text, mode=0o600: _put(tmp_path / ".config" / "dm" / "config.yaml", text, mode)


@pytest.fixture
def put():
    """Writes any file."""
    return _put


def _put(path: Path, text: str, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    """Whoever is asked for keys has all the time it takes, however little it is given."""
    carry = HttpExchange.__call__

    def patient(self, request):
        return carry(self, request._replace(patience=PATIENT) if request.patience > 0 else request)

    monkeypatch.setattr(HttpExchange, "__call__", patient)


@pytest.fixture
def find(tmp_path):
    """The source of keys that a run would have. Time is the machine's unless the retrier is given."""
    opened: list[HttpExchange] = []

    def exchange() -> HttpExchange:
        opened.append(HttpExchange())
        return opened[-1]

    def find(retrier: Retrier | None = None, flags: Flags = Flags(endpoint="https://dm.example.com"), **environ: str):  # noqa: B008  immutable
        environ = {"HOME": str(tmp_path), **environ}
        made = retrier or Retrier(sleep=lambda _: None, chance=lambda: 0.5)
        return credentials.source(resolve(flags, environ), flags, environ, exchange, made)

    yield find
    for one in opened:
        one.close()
