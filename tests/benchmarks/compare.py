"""Us and the peers that are installed, side by side: one table of name, what, ratio, target, met.

A row is a line of ROWS and a function that measures it: a ratio in this run, None where the peer is not installed. Rows
that are `steady` count instructions with valgrind's callgrind, which says the same whatever else the machine does;
`.ci/run` runs them. The exit code is 1 when one is past its target, or past what is held where the target is ahead.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from measure import DM, spent
from million import growth
from served import constant, moto_server, node, times_as_long

from dmcli.sandbox import certificate
from dmcli.sandbox.emulator import open_sandbox
from dmcli.sandbox.server.server import Server
from dmcli.sandbox.server.site import site_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

IMPORTS = (sys.executable, "-c", "import click, requests")
LIST = ("tag", "list", "-o", "json")
SEND = (
    *("send", "single", "--from", "noreply@sandbox.test", "--to", "ada@example.com"),
    *("--subject", "Hello", "--text", "Hi", "-o", "json"),
)
PAIRS = 15  # of runs whose CPU is compared


class Lab:
    """A sandbox over HTTP and HTTPS on this machine, and the environment in which every program runs."""

    def __init__(self, stack: ExitStack) -> None:
        home = stack.enter_context(tempfile.TemporaryDirectory())
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": home,
            "LANG": "C.UTF-8",
            "PYTHONHASHSEED": "0",
            "XDG_STATE_HOME": f"{home}/state",
            "DM_SANDBOX_DB": f"{home}/sandbox.db",
        }
        sandbox = open_sandbox(self.env)
        stack.callback(sandbox.close)
        tls = partial(certificate.context_for, certificate.path_of(self.env))
        server = stack.enter_context(Server(site_of(sandbox), tls=tls if certificate.available() else None))
        self.url = server.url
        self.instructions = cache(self._instructions)

    def dm(self, *words: str, endpoint: str = "") -> tuple[str, ...]:
        """The command line of a call to the sandbox."""
        return (sys.executable, DM, "-p", "sandbox", *words, *(("--endpoint", endpoint) if endpoint else ()))

    def bundle(self) -> str:
        """The usual certificates, and the sandbox's among them."""
        import certifi

        path = Path(self.env["HOME"]) / "bundle.pem"
        path.write_text(Path(certifi.where()).read_text() + Path(certificate.trusted(self.env)).read_text())
        return str(path)

    def _instructions(self, command: tuple[str, ...]) -> int:
        """Instructions of a second run, which finds what a first one made. Fails when the command does."""
        subprocess.run(command, check=True, capture_output=True, env=self.env)
        counted = f"{self.env['HOME']}/callgrind"
        wrapped = ("valgrind", "--tool=callgrind", f"--callgrind-out-file={counted}", *command)
        subprocess.run(wrapped, check=True, capture_output=True, env=self.env)
        return int(re.findall(r"^(?:summary|totals): (\d+)", Path(counted).read_text(), re.MULTILINE)[-1])

    def beside_imports(self, command: tuple[str, ...]) -> float:
        """The instructions of a command, as a share of those of importing click and requests."""
        return self.instructions(command) / self.instructions(IMPORTS)


def bare(lab: Lab) -> float:
    """Python itself, for scale."""
    return lab.beside_imports((sys.executable, "-c", "pass"))


def call(words: tuple[str, ...], lab: Lab) -> float:
    """A call over HTTP."""
    return lab.beside_imports(lab.dm(*words, endpoint=lab.url))


def _secure(words: tuple[str, ...], lab: Lab) -> tuple[str, ...]:
    """The command line of a call over HTTPS, whose server is verified by the usual certificates and one more."""
    return lab.dm(*words, "--ca-bundle", lab.bundle(), endpoint=lab.url.replace("http:", "https:"))


def secure_call(words: tuple[str, ...], lab: Lab) -> float | None:
    """A call over HTTPS, beside the imports and one reading of the same certificates."""
    if not certificate.available():
        return None
    command = _secure(words, lab)
    reading = f"import ssl; ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations({lab.bundle()!r})"
    return lab.instructions(command) / lab.instructions((*IMPORTS[:2], f"{IMPORTS[2]}; {reading}"))


def in_turn(ours: Sequence[str], theirs: Sequence[str], lab: Lab) -> float:
    """The CPU of a command as a multiple of that of another, run by run in turn."""
    return statistics.median(spent(list(ours), lab.env)[1] / spent(list(theirs), lab.env)[1] for _ in range(PAIRS))


def cpu(words: tuple[str, ...], lab: Lab) -> float:
    """The CPU of a call over HTTP, beside the imports."""
    return in_turn(lab.dm(*words, endpoint=lab.url), IMPORTS, lab)


def secure_cpu(words: tuple[str, ...], lab: Lab) -> float | None:
    """The same over HTTPS."""
    return in_turn(_secure(words, lab), IMPORTS, lab) if certificate.available() else None


def call_in_process(words: tuple[str, ...], lab: Lab) -> float:
    """A call to the sandbox in the process."""
    return lab.beside_imports(lab.dm(*words))


def beside_aliyun(lab: Lab) -> float | None:
    """The CPU of a call over HTTP, beside that of the vendor's Go binary."""
    aliyun = shutil.which("aliyun")
    if not aliyun:
        return None
    theirs = [aliyun, "dm", "QueryTagByParam", "--mode", "AK", "--region", "cn-hangzhou", "--version", "2015-11-23"]
    theirs += ["--access-key-id", "dm-sandbox-id", "--access-key-secret", "dm-sandbox-secret", "--force"]
    theirs += ["--endpoint", lab.url.split("://")[1], "--secure=false"]
    return in_turn(lab.dm(*LIST, endpoint=lab.url), theirs, lab)


class Row(NamedTuple):
    """What is measured, and the most that its ratio may be: the `target`, None for a figure that is only shown.

    Where the target is not reached yet, `held` is what has been, which must not get worse. `steady` is what another's
    load does not change.
    """

    name: str
    what: str
    measure: Callable[[Lab], float | None]
    target: float | None = None
    held: float = 0.0
    steady: bool = False


COUNTED = "instructions / import click, requests"
READ = "instructions / import click, requests, reading the certificates once"
CPU = "CPU / import click, requests"
SERVED = "a send over HTTP, 8 clients"
ROWS = (
    Row("python -c pass", COUNTED, bare, steady=True),
    Row("tag list over HTTP", COUNTED, partial(call, LIST), 1.15, steady=True),
    Row("send single over HTTP", COUNTED, partial(call, SEND), 1.15, steady=True),
    Row("tag list over HTTPS", READ, partial(secure_call, LIST), 1.20, steady=True),
    Row("send single over HTTPS", READ, partial(secure_call, SEND), 1.20, steady=True),
    Row("tag list in the process", COUNTED, partial(call_in_process, LIST), 0.55, steady=True),
    Row("tag list over HTTP", CPU, partial(cpu, LIST), 1.15, 1.5),
    Row("tag list over HTTPS", CPU, partial(secure_cpu, LIST), 1.35, 1.7),
    Row("tag list over HTTP", "CPU / aliyun-cli", beside_aliyun, 5.0),
    Row(SERVED, "time / the same server, answering a constant", lambda _: times_as_long(constant), 2.22, 3.0),
    Row(SERVED, "time / moto_server, SES", lambda _: times_as_long(moto_server), 0.11, 0.25),
    Row(SERVED, "time / aws-ses-v2-local", lambda _: times_as_long(node), 0.67, 1.8),
    Row("a send in the process, a million mails kept", "CPU / a thousand kept", lambda _: growth(), 1.15),
)


def show(row: Row, ratio: float | None) -> bool:
    """Print a line of the table; whether it is no worse than it was."""
    shown, target = ("-" if number is None else f"{number:.2f}" for number in (ratio, row.target))
    if ratio is None or row.target is None:
        word, held = "not installed" if ratio is None else "-", True
    else:
        word, held = "yes" if ratio <= row.target else "no", ratio <= max(row.target, row.held)
    print(
        f"| {row.name} | {row.what} | {shown} | {target} | {word if held else 'NO, and worse than before'} |",
        flush=True,
    )
    return held


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steady", action="store_true", help="only what does not depend on who else uses the machine")
    parser.add_argument("--only", default="", metavar="TEXT", help="only rows with this in their name or in what")
    chosen = parser.parse_args()
    rows = [row for row in ROWS if (row.steady or not chosen.steady) and chosen.only in f"{row.name}, {row.what}"]
    print("| name | what | ratio | target (at most) | met |\n|---|---|---|---|---|")
    with ExitStack() as stack:
        lab = Lab(stack)
        held = [show(row, row.measure(lab)) for row in rows]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
