"""A PostgreSQL of a test's own: Debian's, in a folder that goes at the end, on a socket there and no port."""

from __future__ import annotations

import glob
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from patience import PATIENT

if TYPE_CHECKING:
    from collections.abc import Iterator

_USER = "postgres"
KEYED = "keyed"  # the one role that needs its password


def _program(name: str) -> str:
    """A program of the server; Debian keeps them off the path, by version."""
    found = shutil.which(name) or max(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), default="")
    assert found, f"{name} is missing: it comes with Debian's package postgresql"
    return found


class Postgres:
    """A server in a folder; `env` are the variables by which psql finds it, `url` how `dm` does."""

    def __init__(self, folder: str) -> None:
        self.folder, self._other = folder, {}
        if os.geteuid() == 0:  # the server refuses to run as root
            shutil.chown(folder, _USER)
            self._other = {"user": _USER}
        self._quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **self._other}
        self.env = {"PGHOST": folder, "PGUSER": _USER, "PGDATABASE": _USER}
        self.url = self.url_of(_USER)
        command = [_program("initdb"), "-D", f"{folder}/data", "-U", _USER, "-A", "trust", "-N", "-E", "UTF8"]
        subprocess.run(command, check=True, timeout=PATIENT, **self._quiet)
        with open(f"{folder}/data/pg_hba.conf", "r+", encoding="utf-8") as file:
            usual = file.read()
            file.seek(0)
            file.write(f"local all {KEYED} scram-sha-256\n{usual}")
        self.start()

    def url_of(self, database: str, user: str = _USER) -> str:
        """The address of a database."""
        return f"postgresql://{user}@/{database}?host={self.folder.replace('/', '%2F')}"

    def start(self) -> None:
        """Start, and wait until it answers; after an immediate shutdown it recovers first."""
        options = ("-k", self.folder, "-c", "listen_addresses=", "-c", "fsync=off")
        self._process = subprocess.Popen([_program("postgres"), "-D", f"{self.folder}/data", *options], **self._quiet)
        _wait(self.env)

    def stop(self, how: int = signal.SIGINT) -> None:
        """Stop: SIGINT ends connections in order, SIGQUIT is an immediate shutdown, as if it had crashed."""
        self._process.send_signal(how)
        self._process.wait()


@contextmanager
def running() -> Iterator[Postgres]:
    """A running server."""
    folder = tempfile.mkdtemp(prefix="pg")
    try:
        server = Postgres(folder)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres() -> Iterator[dict[str, str]]:
    """A running server; the variables by which psql finds it."""
    with running() as server:
        yield server.env


def psql(env: dict[str, str], statement: str) -> list[list[str]]:
    """What a statement gives, row by row, as texts."""
    command = [_program("psql"), "-qtAX", "-F", "\t", "-c", statement]
    done = subprocess.run(
        command, env={**os.environ, **env}, capture_output=True, text=True, timeout=PATIENT, check=True
    )
    return [line.split("\t") for line in done.stdout.splitlines()]


def _wait(env: dict[str, str]) -> None:
    end = time.monotonic() + PATIENT
    command = [_program("psql"), "-qtAX", "-c", "SELECT 1"]
    while subprocess.run(command, env={**os.environ, **env}, capture_output=True, check=False).returncode:
        assert time.monotonic() < end, "PostgreSQL does not come up"
        time.sleep(0.05)
