"""`receiver import` of 100,000 rows into ten lists, against a bare loop that only makes the same calls."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
import time
from typing import NamedTuple

from dmcli.api import catalogue
from dmcli.api.actions.receiver import MAX_SAVED
from dmcli.cli import app
from dmcli.cli.session import Session
from dmcli.sandbox.emulator import Sandbox
from dmcli.sandbox.server.server import Server
from dmcli.sandbox.server.site import site_of
from dmcli.workflows.lists.fill import Target, find_list
from dmcli.workflows.lists.members import add

ROWS = int(sys.argv[1]) if sys.argv[1:] else 100_000
A_LIST = 10_000


class Rates(NamedTuple):
    """Rows a second, and rows a CPU second of client and sandbox together, which another's load does not change."""

    wall: float
    cpu: float


class Clock:
    """Both clocks, from now on."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def rates(self) -> Rates:
        return Rates(ROWS / (time.perf_counter() - self._wall), ROWS / (time.process_time() - self._cpu))


def run(line: str) -> None:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as said:
        if code := app.run(line.split()):
            raise SystemExit(f"{line}: {code}\n{said.getvalue()}")


def make(lists: int, name: str) -> None:
    for number in range(1, lists + 1):
        run(f"-p sandbox receiver create {name}{f'-{number}' if number > 1 else ''}")


def people(number: int) -> dict[str, str]:
    return {"e": f"reader{number}@example.com", "u": f"Reader {number}"}


def bare(lists: int) -> Rates:
    """Rows a second of calls alone, the records made beforehand."""
    client = Session({"profile": "sandbox"}).client
    targets: list[Target] = [
        find_list(client, f"bare{f'-{number}' if number > 1 else ''}") for number in range(1, lists + 1)
    ]
    records = [people(number) for number in range(ROWS)]
    began = Clock()
    for place, target in enumerate(targets):
        for _ in add(client, target.id, "Detail", records[place * A_LIST : (place + 1) * A_LIST]):
            pass
    return began.rates()


def imported(path: str) -> Rates:
    began = Clock()
    run(f"-p sandbox receiver import readers {path} --split")
    return began.rates()


def measure(folder: str, what: str) -> Rates:
    """A fresh sandbox over HTTP for each, since an account has ten lists."""
    sandbox = Sandbox(f"{folder}/{what}.db")
    lists = -(-ROWS // A_LIST)
    with Server(site_of(sandbox), port=0) as server:
        os.environ["DM_ENDPOINT"] = server.url
        run("-p sandbox receiver delete customers --yes")
        if what == "bare":
            make(lists, "bare")
            return bare(lists)
        run("-p sandbox receiver create readers")
        path = f"{folder}/readers.csv"
        with open(path, "w", encoding="utf-8") as file:
            file.write("email,name\n")
            file.writelines(f"{one['e']},{one['u']}\n" for one in map(people, range(ROWS)))
        return imported(path)


def main() -> None:
    print(f"{catalogue.get('SaveReceiverDetail').name}: {MAX_SAVED} rows a call, {ROWS:,} rows")
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder, "XDG_CACHE_HOME": folder}
        alone, whole = measure(folder, "bare"), measure(folder, "import")
    for name, first, second in zip(Rates._fields, alone, whole, strict=True):
        print(
            f"{name}: calls alone {first:,.0f} rows/s, receiver import {second:,.0f}: {second / first:.2f} (bar: 0.7)"
        )


if __name__ == "__main__":
    main()
