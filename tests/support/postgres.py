"""A PostgreSQL of a test's own: Debian's, in a folder that goes at the end, on a socket there and no port."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from patience import PATIENT

if TYPE_CHECKING:
    from collections.abc import Iterator

_USER = "postgres"


def _program(name: str) -> str:
    """A program of the server; Debian keeps them off the path, by version."""
    found = shutil.which(name) or max(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), default="")
    assert found, f"{name} is missing: it comes with Debian's package postgresql"
    return found


@contextmanager
def postgres() -> Iterator[dict[str, str]]:
    """A running server; the variables by which psql finds it."""
    folder = tempfile.mkdtemp(prefix="pg")
    other = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, _USER)
        other = {"user": _USER}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **other}
    env = {"PGHOST": folder, "PGUSER": _USER, "PGDATABASE": _USER}
    try:
        subprocess.run(
            [_program("initdb"), "-D", f"{folder}/data", "-U", _USER, "-A", "trust", "-N", "-E", "UTF8"],
            check=True,
            timeout=PATIENT,
            **quiet,
        )
        options = ("-k", folder, "-c", "listen_addresses=", "-c", "fsync=off")
        with subprocess.Popen([_program("postgres"), "-D", f"{folder}/data", *options], **quiet) as server:
            try:
                _wait(env)
                yield env
            finally:
                server.terminate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
