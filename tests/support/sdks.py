"""The vendor's SDKs, each in a process of its own that makes calls, and an account for them, the same each time."""

from __future__ import annotations

import hashlib
import json
import os
import select
import shutil
import subprocess
import sys
import venv
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cloud import Cloud
from lab import CALLS, fill, with_list

from dmcli.api.regions import SANDBOX_KEY_ID, SANDBOX_KEY_SECRET
from dmcli.sandbox.certificate import context_for
from dmcli.sandbox.control import clock
from dmcli.sandbox.environment import unset
from dmcli.sandbox.server.server import Server
from dmcli.sandbox.server.site import site_of
from dmcli.sandbox.store import snapshots

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dmcli.api.wire import Reply, Request

_HERE = Path(__file__).parent.parent / "outer" / "clients"
_POST = {"method": "POST", "place": "query"}
_PATIENCE = 60  # seconds for an answer


class Way(NamedTuple):
    """A way to call: an SDK, and how it is told to."""

    sdk: str
    scheme: str
    how: dict[str, Any]

    @property
    def generic(self) -> bool:
        """Whether the SDK has no models, and gives back the reply as it came."""
        return self.sdk in ("python-core", "node-core")


def _ways() -> Iterator[tuple[str, Way]]:
    for sdk in ("python", "python-old", "node"):
        yield f"{sdk}-acs3", Way(sdk, "ACS3-HMAC-SHA256", {"scheme": "v3"})
        yield f"{sdk}-hmac", Way(sdk, "HMAC-SHA1", {"scheme": "v1"})
    yield "python-async", Way("python", "ACS3-HMAC-SHA256, async", {"scheme": "v3", "concurrent": True})
    for shape in ("JSON", "XML"):
        for method, place in (("GET", "query"), ("POST", "query"), ("POST", "form")):
            how = {"method": method, "place": place, "format": shape}
            yield f"python-core-{method}-{place}-{shape}".lower(), Way("python-core", " ".join(how.values()), how)
    yield "python-core-rpc", Way("python-core", "RpcRequest POST JSON", {**_POST, "format": "JSON", "bound": True})
    for method in ("GET", "POST"):
        yield f"node-core-{method}".lower(), Way("node-core", f"{method} JSON", {"method": method})


WAYS = dict(_ways())
PACKAGES = {
    "python": "alibabacloud-dm20151123",
    "python-old": "alibabacloud-dm20151123",
    "python-core": "aliyun-python-sdk-core",
    "node": "@alicloud/dm20151123",
    "node-core": "@alicloud/pop-core",
}


class Installed(NamedTuple):
    """Where the SDKs are that this environment has not: the Python of the old one, and Node's packages."""

    python: Path
    modules: Path

    def command(self, sdk: str) -> list[str]:
        """What starts the process that calls with an SDK."""
        if sdk.startswith("node"):
            return ["node", str(_HERE / "driver.cjs"), "pop-core" if sdk == "node-core" else "dm"]
        python = str(self.python) if sdk == "python-old" else sys.executable
        return [python, str(_HERE / "driver.py"), "core" if sdk == "python-core" else "dm"]

    @property
    def environ(self) -> dict[str, str]:
        """Their environment: with Node's packages, without what would lead anywhere else."""
        away = set(unset(os.environ))
        kept = {name: value for name, value in os.environ.items() if name not in away}
        return kept | {"NODE_PATH": str(self.modules)}


def install(folder: Path) -> Installed:
    """Install the SDKs below a folder, unless they are there from before. Fails with what pip or npm said."""
    old, node = _kept(folder / "python", "old.txt"), _kept(folder / "node", "package-lock.json")
    python = old / "bin" / "python"
    if not (old / "done").exists():
        shutil.rmtree(old, ignore_errors=True)
        venv.create(old, with_pip=True)
        _run([str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", str(_HERE / "old.txt")])
        (old / "done").touch()
    if not (node / "done").exists():
        shutil.rmtree(node, ignore_errors=True)
        node.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(_HERE / name, node)
        _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], node)
        (node / "done").touch()
    return Installed(python, node / "node_modules")


def _kept(folder: Path, wanted: str) -> Path:
    """The folder for what a file wants, and for this Python."""
    said = (_HERE / wanted).read_bytes() + sys.version.encode()
    return folder / hashlib.sha256(said).hexdigest()[:16]


def _run(command: list[str], folder: Path | None = None) -> None:
    done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout[-2000:]}{done.stderr[-2000:]}"


class Driver:
    """A process that calls with an SDK."""

    def __init__(self, command: list[str], environ: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        about = self.ask("about")
        self.version: str = about["version"]
        self.actions = frozenset(about["actions"] or ())

    def ask(self, question: Any) -> Any:
        """What it answers, an object as the drivers say. Fails when it says nothing for a minute."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        assert select.select([self._process.stdout], [], [], _PATIENCE)[0], "the SDK does not come back"
        return json.loads(self._process.stdout.readline() or '"the SDK ended"')

    def close(self) -> None:
        """End it."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(_PATIENCE)
        assert self._process.stdout
        self._process.stdout.close()


class Account:
    """A busy account over HTTP and TLS, and the requests that came. `pem` is the file of its certificate.

    SDKs sign by the machine's clock, so that it is the account's that is turned back to the day of its calls.
    """

    def __init__(self, pem: Path) -> None:
        self.pem = pem
        self.cloud = Cloud()
        self._lists = self.cloud.ok("QueryReceiverByParam")["data"]["receiver"][0]["ReceiverId"]
        fill(self.cloud)
        noon, self.cloud.now = self.cloud.now, datetime.now(UTC)
        clock.turn(self.cloud.sandbox, {"turned": int((noon - self.cloud.now).total_seconds())})
        snapshots.take(self.cloud.sandbox, "busy")
        self.requests: list[Request] = []
        self._answer = site_of(self.cloud.sandbox)
        context = context_for(str(pem))
        self.server = Server(self._exchange, tls=lambda: context)
        self.endpoint = self.server.url.removeprefix("http://")

    def _exchange(self, request: Request) -> Reply:
        self.requests.append(request)
        return self._answer(request)

    def restore(self) -> None:
        """Make it what it was in the beginning, now."""
        self.cloud.now = datetime.now(UTC)
        snapshots.restore(self.cloud.sandbox, "busy")
        self.requests.clear()

    def params(self, action: str) -> dict[str, Any]:
        """What an action needs, by the names on the wire and in text."""
        given = with_list(CALLS[action], self._lists)
        return {name: json.dumps(value) if isinstance(value, list) else value for name, value in given.items()}

    def question(self, way: Way, action: str, params: dict[str, Any], **changed: Any) -> dict[str, Any]:
        """What a driver is asked for a call."""
        keys = {"id": SANDBOX_KEY_ID, "secret": SANDBOX_KEY_SECRET}
        return {"action": action, "params": params, "endpoint": self.endpoint, **keys, **way.how, **changed}


def shape(value: Any, at: str = "") -> set[str]:
    """The paths of all that a reply says; the reply is an object, or XML."""
    if isinstance(value, str) and not at:
        return _shape_of(ET.fromstring(value))  # noqa: S314  written by the sandbox
    if isinstance(value, dict):
        return set().union(*(shape(one, f"{at}/{name}") for name, one in value.items()))
    if isinstance(value, list):
        return set().union(*(shape(one, at) for one in value))
    return {at}


def _shape_of(element: ET.Element, at: str = "") -> set[str]:
    if not len(element):
        return {at}
    return set().union(*(_shape_of(one, f"{at}/{one.tag}") for one in element))
