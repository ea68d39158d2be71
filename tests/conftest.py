"""The command line as people use it: real arguments, a real sandbox, in the process and over real HTTP."""

from __future__ import annotations

import gc
import io
import json
import os
import shutil
import signal
import sys
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from shell import on_a_terminal, words

from dmcli.cli import app
from dmcli.sandbox.emulator import Sandbox
from dmcli.sandbox.server.server import Server
from dmcli.sandbox.server.site import site_of

pytest_plugins = ["cloud", "faulty", "lab", "merges", "pages"]

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path


# On a busy machine examples are slow to make and slow to run, which says nothing of what is tested. Each run has its
# own, so that fifty at a time are many before long.
settings.register_profile("busy", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

# What is compiled is kept, whatever the environment says: else each `dm` that a test starts compiles its own code, and
# each run of the suite all tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# A loss of power is played, never waited for: where there is a disk in memory, with room and open to programs, nothing
# that a test writes waits for a real one.
_MEMORY, _ROOM = "/dev/shm", 4 << 30  # noqa: S108  pytest makes a private folder in it
if os.access(_MEMORY, os.W_OK):
    _disk = os.statvfs(_MEMORY)
    if not _disk.f_flag & os.ST_NOEXEC and _disk.f_bavail * _disk.f_frsize > _ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", _MEMORY)

# What starts the suite in the background may have it ignore these, and so all that it starts.
for _name, _handler in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
    if hasattr(signal, _name) and signal.getsignal(getattr(signal, _name)) is signal.SIG_IGN:
        signal.signal(getattr(signal, _name), _handler)

# Variables that `dm` heeds, or that the libraries under it do.
_OURS = (
    *("ALIBABA", "ALICLOUD", "ACCESS_KEY", "SECURITY_TOKEN", "REGION", "DM_", "XDG_", "LC_", "LANG"),
    *("HTTP_", "HTTPS_", "ALL_PROXY", "NO_PROXY", "REQUESTS_", "NO_COLOR"),
)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Tests and what they import stay to the end: garbage is not looked for there, and no fork copies it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(optionalhook=True, wrapper=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Half as many workers more than cores: tests wait for processes and paces a good part of their time."""
    cores = yield
    return cores if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ else cores + (cores + 1) // 2


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Each worker begins in a part of the suite of its own, and who has done his takes of another's.

    So tests that wait run beside tests that do not, and none runs alone at the end.
    """
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log) if config.getvalue("dist") == "load" else None


class Result(NamedTuple):
    """What one run gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, parsed."""
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """The error that ends standard error with -o json."""
        return json.loads(self.err.splitlines()[-1])["error"]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Dm:
    """Runs `dm` with a line as it is typed in a shell, and fails when the exit code is not the one expected.

    A line is one string, split as a shell does:

        dm("send single --to you@example.com --subject '您好' --text t")

    A value that comes from Python stands for a `{}`, alone or within a word. It is taken as it is, whatever is in it; a
    list in place of a word is as many words:

        dm("send single --to {} --subject {} --html @{}", address, subject, path)
        dm("receiver add customers {}", addresses)

    What several lines have in common is a line too. An f-string puts lines together and nothing else; where values come
    to it they keep their `{}`:

        SEND = "send single --to you@example.com --subject s --text t"
        dm(f"{SEND} --track --tag welcome", code=2)
        dm(SEND + " --reply-to {}", address)

    `always` is typed before every line. Programs that tests start themselves take lines by the same rules: `words` and
    `argv` in tests/support/shell.py.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, always: str = "", *values: object) -> None:
        self.monkeypatch = monkeypatch
        self.always = words(always, *values)

    def __call__(self, line: str = "", *values: object, code: int = 0, stdin: str = "", tty: bool = False) -> Result:
        out, err = (Terminal() if tty else io.StringIO()), io.StringIO()
        with self.monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", Terminal(stdin) if tty else io.StringIO(stdin))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            ended = app.run([*self.always, *words(line, *values)])
        result = Result(ended, out.getvalue(), err.getvalue())
        assert result.code == code, result
        assert "Traceback" not in result.err
        return result


@pytest.fixture
def terminal():
    """Runs `dm` on a terminal of its own: `terminal("config init shop", answers=["an-id", "a-secret"])`."""
    if sys.platform == "win32":
        pytest.skip("a pseudo-terminal is a POSIX thing")
    return on_a_terminal


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own configuration reaches a test, and nothing of a test the machine."""
    for name in list(os.environ):
        if name.upper().startswith(_OURS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DM_SANDBOX_DB", str(tmp_path / "sandbox.db"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TZ", "UTC")


@pytest.fixture
def shanghai(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Puts this process into another zone than UTC, where the system lets it."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Shanghai")
        if hasattr(time, "tzset"):
            time.tzset()
        yield
    if hasattr(time, "tzset"):
        time.tzset()


class Clock:
    """The clock of a run, in seconds: it goes on by what the run waits and what a test says, and else stands still."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waited: list[float] = []

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        """Wait without waiting."""
        self.waited.append(seconds)
        self.now += seconds


@pytest.fixture(autouse=True)
def run_clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """What deadlines are told by in this process: a busy machine is no reason to give up."""
    from dmcli.cli.run.resources import Resources

    made = Clock()
    monkeypatch.setattr(Resources, "clock", staticmethod(made))
    monkeypatch.setattr(Resources, "pause", staticmethod(made.pause))
    monkeypatch.setattr(Resources, "chance", staticmethod(lambda: 0.5))
    return made


@pytest.fixture
def pauses(run_clock: Clock) -> list[float]:
    """The seconds that retries would have waited."""
    return run_clock.waited


@pytest.fixture(scope="session")
def new_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a sandbox in which nothing happened yet."""
    path = tmp_path_factory.mktemp("new") / "sandbox.db"
    Sandbox(str(path)).close()
    return path


@pytest.fixture
def _account(new_sandbox: Path, tmp_path: Path) -> None:
    """Lets the sandbox of this test be a copy of a new one, which is made in a tenth of the time."""
    shutil.copyfile(new_sandbox, tmp_path / "sandbox.db")
    (tmp_path / "sandbox.db").chmod(0o600)


@pytest.fixture
def sandbox(_account: None, tmp_path: Path) -> Iterator[Sandbox]:
    """The sandbox that this test's commands use."""
    made = Sandbox(str(tmp_path / "sandbox.db"))
    yield made
    made.close()


@pytest.fixture
def server(sandbox: Sandbox) -> Iterator[Server]:
    """The same sandbox over HTTP, with all that `dm sandbox serve` serves."""
    made = Server(site_of(sandbox))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def bare(_account: None, monkeypatch: pytest.MonkeyPatch) -> Dm:
    """`dm` without a profile."""
    return Dm(monkeypatch)


@pytest.fixture(params=["process", "http"])
def dm(_account: None, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Dm:
    """`dm -p sandbox`, once in the process and once over HTTP."""
    if request.param == "process":
        return Dm(monkeypatch, "-p sandbox")
    server: Server = request.getfixturevalue("server")
    return Dm(monkeypatch, "-p sandbox --endpoint {}", server.url)


@pytest.fixture
def box(_account: None, monkeypatch: pytest.MonkeyPatch) -> Dm:
    """`dm -p sandbox` in the process."""
    return Dm(monkeypatch, "-p sandbox")
