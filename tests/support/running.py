"""Runs a block of a page from a fresh start, as its language and the mark above it have it."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.request import urlopen

from blocks import Block, agrees, all_blocks, steps_of
from console import CTRL_C, environment, followed, pasted
from patience import PATIENT

from dmcli.sandbox.emulator import Sandbox
from dmcli.sandbox.server.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# What is typed at the questions of `dm config init`; elsewhere nothing asks.
_ANSWERS = {
    "Profile name": "work",
    "AccessKey id": "dm-sandbox-id",
    "AccessKey secret": "dm-sandbox-secret",
    "Security token": "",
    "Region": "cn-hangzhou",
    "Sender address": "",
}
# A server takes any free port; what is typed stays as it stands on the page.
_ANY_PORT = """
dm() {
  case "$1 $2" in
    "sandbox serve" | "sandbox open")
      doors="--port 0"
      case "$*" in *"--smtp "*) doors="$doors --smtp 0" ;; esac
      case "$*" in *"--smtps "*) doors="$doors --smtps 0" ;; esac
      command dm "$@" $doors ;;
    *) command dm "$@" ;;
  esac
}
"""


def run(block: Block, home: Path, **more: str) -> None:
    """Run a block in an empty folder, where it finds the files that the pages define; `more` are variables for it.

    Fails when it does not end well, or prints something else than the page shows.
    """
    for other in all_blocks():
        if other.file:
            (home / other.file).write_text(other.text, encoding="utf-8")
    if block.language == "python":
        _python(block, home)
    elif block.how == "with an account":
        with account(home) as endpoint:
            _shell(block, home, DM_ENDPOINT=endpoint, **more)
    elif block.how == "until Ctrl-C":
        _served(block, home, **more)
    else:
        _shell(block, home, **more)


def _shell(block: Block, home: Path, **more: str) -> None:
    """A block of commands: the output of each is compared, or all of them end well."""
    env = environment(home, **more)
    if block.language == "console":
        steps = steps_of(block.text)
        for step, got in zip(steps, followed([step.command for step in steps], home, env), strict=True):
            assert agrees(step.output, got.output), (
                f"{block.name}: $ {step.command}\n--- the page shows\n{step.output}--- printed was\n{got.output}"
            )
        return
    code, text = pasted(block.text, home, env, _answering())
    assert code == 0, f"{block.name}: exit code {code}\n{text}"


def _python(block: Block, home: Path) -> None:
    """A block of Python: a file with tests by pytest, any other by Python."""
    name = block.file or "block.py"
    (home / name).write_text(block.text, encoding="utf-8")
    command = ["-m", "pytest", "-q"] if name.startswith("test_") else []
    done = subprocess.run(
        [sys.executable, *command, name],
        check=False,
        cwd=home,
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENT,
    )
    assert done.returncode == 0, f"{block.name}: {done.stdout}"


def _served(block: Block, home: Path, **more: str) -> None:
    """A block that serves: once it does, and has said where, it is interrupted."""
    answered: list[str] = []

    def interrupt(seen: str) -> str:
        url = re.search(r"serving on (http://127\.0\.0\.1:\d+)", seen)
        if answered or not url:
            return ""
        with urlopen(f"{url[1]}/_dm/api/health", timeout=PATIENT) as answer:  # noqa: S310
            answered.append(answer.read().decode())
        return CTRL_C

    code, text = pasted(_ANY_PORT + block.text, home, environment(home, BROWSER="true", **more), interrupt)
    assert answered, f"{block.name}: nothing was served\n{text}"
    assert "dm sandbox" in answered[0]
    assert code == 0, f"{block.name}: exit code {code}\n{text}"


@contextmanager
def account(home: Path) -> Iterator[str]:
    """A sandbox over HTTP that stands for the account."""
    sandbox = Sandbox(str(home / "account.db"))
    try:
        with Server(sandbox.exchange) as server:
            yield server.url
    finally:
        sandbox.close()


def _answering() -> Callable[[str], str]:
    """Answers each question once, when it was asked."""
    left = list(_ANSWERS.items())

    def answer(seen: str) -> str:
        if left and re.search(rf"^{left[0][0]}[^\n]*: $", seen, flags=re.MULTILINE):
            return f"{left.pop(0)[1]}\n"
        return ""

    return answer
