"""Snapshots taken and restored by several threads and processes at once, and where they cannot be written."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from patience import PATIENT

from dmcli.errors import LocalIOError
from dmcli.sandbox.control.quota import get_quota, set_quota
from dmcli.sandbox.emulator import Sandbox
from dmcli.sandbox.store import snapshots

TAKES = """
import sys
from dmcli.sandbox.emulator import Sandbox
from dmcli.sandbox.store import snapshots
sandbox = Sandbox(sys.argv[1])
print("ready", flush=True)
input()
for _ in range(20):
    snapshots.take(sandbox, "same")
sandbox.close()
"""
FULL = """
import resource, sys
from dmcli.errors import LocalIOError
from dmcli.sandbox.emulator import Sandbox
from dmcli.sandbox.store import snapshots
sandbox = Sandbox(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
try:
    snapshots.take(sandbox, "large")
except LocalIOError as error:
    print(error)
"""


def together(program: str, *args: str) -> list[int]:
    """The exit codes of four processes that begin at the same moment."""
    command = [sys.executable, "-c", program, *args]
    running = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for one in running:
        assert one.stdout is not None
        one.stdout.readline()
    for one in running:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    for one in running:
        one.communicate(timeout=PATIENT)
    return [one.returncode for one in running]


def test_a_snapshot_in_memory_is_whole_while_it_is_replaced():
    def take() -> None:
        for _ in range(200):
            snapshots.take(sandbox, "one")

    def restore() -> list[bool]:
        found = [snapshots.restore(sandbox, "one") for _ in range(200)]
        assert get_quota(sandbox)["daily"] == 1
        return found

    with closing(Sandbox(":memory:")) as sandbox, ThreadPoolExecutor(4) as pool:
        set_quota(sandbox, daily=1)
        snapshots.take(sandbox, "one")
        running = [pool.submit(work) for work in (take, restore, take, restore)]
        assert [one.result(60) for one in running] == [None, [True] * 200] * 2


def test_a_snapshot_in_memory_may_be_dropped_at_any_time():
    def each(number: int) -> None:
        for _ in range(100):
            (snapshots.take, snapshots.restore, snapshots.drop)[number % 3](sandbox, "one")
            assert snapshots.list_names(sandbox) in ([], ["one"])

    with closing(Sandbox(":memory:")) as sandbox, ThreadPoolExecutor(6) as pool:
        for one in [pool.submit(each, number) for number in range(6)]:
            one.result(60)
        assert get_quota(sandbox)["daily"] == 2000


def test_processes_may_take_the_same_snapshot_at_once(tmp_path):
    path = str(tmp_path / "s.db")
    with closing(Sandbox(path)) as sandbox:
        set_quota(sandbox, daily=1)
        assert together(TAKES, path) == [0] * 4
        set_quota(sandbox, daily=2)
        assert snapshots.restore(sandbox, "same")
        assert get_quota(sandbox)["daily"] == 1
    assert sorted(os.listdir(tmp_path)) == ["s.db", "s.db-snapshot-same.db"]
    assert (tmp_path / "s.db-snapshot-same.db").stat().st_mode & 0o777 == 0o600


def test_a_snapshot_that_cannot_be_put_in_place_leaves_nothing(tmp_path):
    with closing(Sandbox(str(tmp_path / "s.db"))) as sandbox:
        (tmp_path / "s.db-snapshot-one.db").mkdir()
        with pytest.raises(LocalIOError, match=r"^cannot write .*s\.db-snapshot-one\.db: Is a directory$"):
            snapshots.take(sandbox, "one")
    assert sorted(os.listdir(tmp_path)) == ["s.db", "s.db-snapshot-one.db"]


def test_a_snapshot_that_does_not_fit_leaves_nothing(tmp_path):
    path = str(tmp_path / "s.db")
    Sandbox(path).close()
    run = subprocess.run(
        [sys.executable, "-c", FULL, path], capture_output=True, text=True, timeout=PATIENT, check=True
    )
    assert run.stdout.startswith(f"cannot write {path}-snapshot-large.db: ")
    assert [name for name in os.listdir(tmp_path) if "snapshot" in name] == []
