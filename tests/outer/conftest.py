"""A real Chromium that the system has, and a trap for whatever leaves it: every name leads there."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page, Request

QUIET = (
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AS_ROOT = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or "chromium"


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
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *AS_ROOT, trap.rule])
        yield made
        made.close()


@pytest.fixture
def visited(trap: Trap, tmp_path: Path) -> Callable[[str], int]:
    """Visits an address with a browser that connects ahead, as one on a desk does; how many connections it caught."""

    def visited(url: str) -> int:
        caught = trap.caught
        flags = ("--headless=new", "--disable-gpu", "--no-first-run", f"--user-data-dir={tmp_path / 'chromium'}")
        command = [CHROMIUM, *flags, *AS_ROOT, trap.rule, "--timeout=3000", "--dump-dom", url]
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
