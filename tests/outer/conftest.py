"""A real Chromium that the system has, a trap for whatever leaves it, and the vendor's SDKs, installed when needed."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections import Counter
from contextlib import ExitStack, closing, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from chromium import AS_ROOT, PROGRAM, QUIET
from playwright.sync_api import sync_playwright
from sdks import PACKAGES, Account, Driver, Installed, Way, install

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page, Request


class Trap:
    """A port to which everything of evil.example is led; it counts connections, for not all ask for something.

    `rule` has a browser go there, and nowhere else beyond this machine.
    """

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.caught = 0
        here = f"127.0.0.1:{self.port}"
        names = f"MAP evil.example {here}, MAP *.evil.example {here}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        self.rule = f"--host-resolver-rules={names}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.caught += 1
                connection.close()

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class Watched(NamedTuple):
    """A page, and what happened on it: what was asked for, the dialogs that opened, errors of the pages."""

    page: Page
    requests: list[Request]
    dialogs: list[str]
    errors: list[str]

    @property
    def sent(self) -> list[str]:
        """The addresses that were really asked for: what the browser itself blocks counts as a request that failed."""
        return [request.url for request in self.requests if request.failure not in ("csp", "origin")]


@pytest.fixture(scope="session")
def trap() -> Iterator[Trap]:
    made = Trap()
    yield made
    made.close()


@pytest.fixture(scope="session")
def browser(trap: Trap) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=PROGRAM, args=[*QUIET, *AS_ROOT, trap.rule])
        yield made
        made.close()


@pytest.fixture
def visited(trap: Trap, tmp_path: Path) -> Callable[[str], int]:
    """Visits an address with a browser that connects ahead, as one on a desk does; how many connections it caught."""

    def visited(url: str) -> int:
        caught = trap.caught
        flags = ("--headless=new", "--disable-gpu", "--no-first-run", f"--user-data-dir={tmp_path / 'chromium'}")
        command = [PROGRAM, *flags, *AS_ROOT, trap.rule, "--timeout=3000", "--dump-dom", url]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return trap.caught - caught

    return visited


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Opens a window, of a size and colour scheme, with scripts or without, and watches it."""
    contexts: list[BrowserContext] = []

    def opened(width: int = 1280, height: int = 800, scheme: str = "light", *, scripts: bool = True) -> Watched:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=scripts
        )
        contexts.append(context)
        page = context.new_page()
        watched = Watched(page, [], [], [])
        context.on("request", lambda request: watched.requests.append(request))  # noqa: PLW0108  a built-in cannot be wrapped
        context.on("dialog", lambda dialog: (watched.dialogs.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: watched.errors.append(str(error)))
        return watched

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def installed(request: pytest.FixtureRequest) -> Installed:
    """The SDKs that this environment has not, kept in pytest's cache."""
    return install(request.config.cache.mkdir("sdks"))


@pytest.fixture(scope="session")
def driver(installed: Installed) -> Iterator[Callable[[str], Driver]]:
    """The process that calls with an SDK, started when it is first asked for."""
    started: dict[str, Driver] = {}
    with ExitStack() as stack:

        def driver(sdk: str) -> Driver:
            if sdk not in started:
                started[sdk] = stack.enter_context(closing(Driver(installed.command(sdk), installed.environ)))
            return started[sdk]

        yield driver


@pytest.fixture(scope="session")
def shared_account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    made = Account(tmp_path_factory.mktemp("tls") / "sandbox.pem")
    with made.server:
        yield made
    made.cloud.sandbox.close()


@pytest.fixture
def account(shared_account: Account) -> Account:
    """A busy account, as it was before other tests."""
    shared_account.restore()
    return shared_account


@pytest.fixture
def call(account: Account, driver: Callable[[str], Driver], record_property: Callable[..., None]) -> Callable[..., Any]:
    """Calls an action in a way; what the SDK's process answers."""

    def call(way: Way, action: str, params: dict[str, Any], **changed: Any) -> Any:
        sdk = driver(way.sdk)
        record_property("client", f"{PACKAGES[way.sdk]} {sdk.version}")
        record_property("scheme", way.scheme)
        return sdk.ask(account.question(way, action, params, **changed))

    return call


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The matrix: for each client and each way to call how many of the actions were done, and of the other cases."""
    counts: dict[tuple[str, str], Counter[tuple[str, str]]] = {}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            said = dict(report.user_properties)
            if "client" in said and report.when == "call":
                kind = "action" if "action" in said else "other"
                counts.setdefault((said["client"], said["scheme"]), Counter())[kind, outcome] += 1
    if not counts:
        return
    terminalreporter.section("clients")
    terminalreporter.write_line(f"{'client':<34}{'scheme':<26}{'actions':>8}{'others':>8}")
    for (client, scheme), count in counts.items():
        done = [f"{count[k, 'passed']}/{count[k, 'passed'] + count[k, 'failed']}" for k in ("action", "other")]
        terminalreporter.write_line(f"{client:<34}{scheme:<26}{done[0]:>8}{done[1]:>8}")
