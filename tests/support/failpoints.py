"""Runs of `dm` that end, or lack room, at a chosen point: forked from one process that has loaded everything.

As a program it reads a JSON object a line, `{"line": [...], "point": "...", "number": 3, "how": "kill", "room": null}`,
runs `dm` with that in a fork, which ends or fails when it reaches the point for that time, and writes the exit code.
With `room` no file can grow beyond so many bytes: the system refuses the write that would, or does half of it.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from forks import load

if TYPE_CHECKING:
    from collections.abc import Callable

# In the order in which a mail passes them.
POINTS = (
    "a transaction has begun",
    "a transaction is about to be committed",
    "a transaction was committed",
    "bytes are about to be sent",
    "bytes were sent",
    "the head of a reply is there",
    "a reply is there",
)
KILLED = -signal.SIGKILL


class Runs:
    """The process that forks. `output` is what the last run wrote to both its streams."""

    def __init__(self, folder: str) -> None:
        self._path = os.path.join(folder, "output")
        self._process = subprocess.Popen(
            [sys.executable, __file__, self._path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(
        self, line: list[str], point: str = "", number: int = 0, how: str = "kill", room: int | None = None
    ) -> int:
        """The exit code of a run."""
        wish = {
            "line": line,
            "point": point,
            "number": number,
            "how": how,
            "room": room,
            "folder": os.getcwd(),
            "environ": dict(os.environ),
        }
        self._process.stdin.write(json.dumps(wish) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    @property
    def output(self) -> str:
        with open(self._path, encoding="utf-8") as file:
            return file.read()

    def close(self) -> None:
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


def _reaching(point: str, number: int, how: str) -> Callable[[str], None]:
    count = itertools.count(1)

    def reached(name: str) -> None:
        # What is read of the quota beside the mails would bring the points out of order.
        if name == point and threading.current_thread().name != "quota" and next(count) == number:
            if how == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            raise sqlite3.OperationalError("database or disk is full")

    return reached


def _prepare(reached: Callable[[str], None], *, merges: bool) -> None:
    """Have the points reached: those of the network once mails are sent, or from the start where it is no merge."""
    from dmcli.client.transport import HttpExchange
    from dmcli.workflows.merge.journals import sqlite
    from dmcli.workflows.merge.sending import Sending

    transaction = sqlite.transaction

    @contextlib.contextmanager
    def watched(db, **more):
        with transaction(db, **more):
            reached(POINTS[0])
            yield
            reached(POINTS[1])
        reached(POINTS[2])

    sqlite.transaction = watched

    def around(place, name: str, before: str, after: str) -> None:
        real = getattr(place, name)

        def call(*args, **more):
            reached(before)
            result = real(*args, **more)
            reached(after)
            return result

        setattr(place, name, call)

    def watch_the_network():
        around(http.client.HTTPConnection, "send", POINTS[3], POINTS[4])
        around(http.client.HTTPResponse, "begin", "", POINTS[5])
        around(HttpExchange, "__call__", "", POINTS[6])

    enter = Sending.__enter__

    def begin(self):
        watch_the_network()
        return enter(self)

    if merges:
        Sending.__enter__ = begin
    else:
        watch_the_network()


def _main(path: str) -> None:
    from dmcli.cli import app
    from dmcli.workflows.merge import pace
    from dmcli.workflows.merge.letters import template

    pace.USED = 60  # so that no batch waits for the one before
    template.Template("", "{{ a }}", html=True)
    load()
    for text in sys.stdin:
        wish = json.loads(text)
        output, into = os.pipe()  # a file would have no room either
        pid = os.fork()
        if pid == 0:
            os.dup2(into, 1), os.dup2(into, 2)
            if wish["room"] is not None:  # Python ignores SIGXFSZ, so that the write fails
                resource.setrlimit(resource.RLIMIT_FSIZE, (wish["room"],) * 2)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115
            os.chdir(wish["folder"])
            os.environ.clear()
            os.environ.update(wish["environ"])
            merges = not {"receiver", "account"} & {*wish["line"]}
            _prepare(_reaching(wish["point"], wish["number"], wish["how"]), merges=merges)
            code = 70
            try:
                code = app.run(wish["line"])
                sys.stdout.flush()
            finally:
                os._exit(code)
        os.close(into)
        with open(output, "rb") as said, open(path, "wb") as file:
            file.write(said.read())
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        print(code, flush=True)


if __name__ == "__main__":
    _main(sys.argv[1])
