"""What a machine may lack: files, memory, disk, a home. A run ends with a sentence and a code, nothing half done."""

from __future__ import annotations

import os
import subprocess

import pytest
from patience import PATIENT
from shell import real_argv

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")

LINES = [
    "--version",
    "tag list",
    "tag list -o yaml",
    "tag show nothing -o json",
    "tag show welcome -o table",
    "sandbox quota",
    "sandbox run -- true",
    "send single --to a@example.com --subject s --text t --idempotency-key k",
]
LIMITS = ["-n 6", "-n 7", "-n 9", "-v 34000", "-v 40000", "-v 60000"]  # files, and KiB of memory
# A read and a send under each, any other line under one of files and one of memory.
SCARCE = [
    (limit, line)
    for at, line in enumerate(LINES)
    for limit in LIMITS
    if at in (1, len(LINES) - 1) or limit in (LIMITS[at % 3], LIMITS[3 + at % 3])
]
ENDS = (0, 8, 10, 126)  # done, the machine's fault, not found, and a command that could not be started


def limited(limit: str, line: str, *values: object, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the sandbox under a limit of the shell's `ulimit`."""
    command = ["sh", "-c", f'ulimit {limit}; exec "$@"', "sh", *real_argv(f"-p sandbox {line}", *values)]
    env = os.environ | environ
    return subprocess.run(command, check=False, text=True, capture_output=True, timeout=PATIENT, env=env)


@pytest.mark.parametrize(("limit", "line"), SCARCE)
def test_no_files_or_memory_left_is_a_sentence_and_a_code(limit, line):
    done = limited(limit, line)
    if done.returncode == 127 and "shared libraries" in done.stderr:
        pytest.fail(f"Python itself needs more than {limit}")
    assert done.returncode in ENDS, done.stderr
    assert "Traceback" not in done.stderr
    assert bool(done.stderr) or done.returncode == 0
    assert done.stderr.count("\n") <= 3


@pytest.mark.parametrize("limit", range(31_500, 55_000, 4_000))
def test_a_server_that_cannot_load_what_it_needs_is_the_machines_fault(limit):
    """Python calls an encoding unknown where there is no memory to load it."""
    done = limited(f"-v {limit}", "sandbox run -- true")
    assert done.returncode in ENDS, done.stderr
    assert "a defect" not in done.stderr


def test_too_many_files_are_told_with_the_remedy():
    done = limited("-n 6", "tag list")
    assert (done.returncode, done.stdout) == (8, "")
    assert done.stderr.startswith("dm: too many files are open: close some, or raise the limit (ulimit -n)")
    assert done.stderr.count("\n") == 1
    assert '"exit": 8' in limited("-n 6", "tag list -o json").stderr


def test_a_send_that_a_full_disk_undid_was_not_sent(box, tmp_path):
    """The key is free again, too."""
    box("sandbox mail list")
    large = tmp_path / "large.txt"
    large.write_text("x" * 2_000_000, encoding="utf-8")
    line = "send single -q --to a@example.com --subject s --text @{} --idempotency-key k"
    done = limited("-f 1024", line, large)  # blocks of 512 bytes, or of 1024
    assert done.returncode == 8
    assert done.stderr.startswith(f"dm: {tmp_path}/sandbox.db cannot be used: ")
    assert done.stderr.endswith("; nothing was done\n")
    assert done.stderr.count("\n") == 1
    assert box("sandbox mail list -o json").json["mails"] == []
    box(line, large)
    assert len(box("sandbox mail list -o json").json["mails"]) == 1


@pytest.mark.parametrize("home", ["missing/folder", "file", "/proc/nothing"])
@pytest.mark.parametrize("line", ["tag list", "config list", "config path", "sandbox run --fresh -- true"])
def test_a_home_that_takes_no_files_is_a_sentence_and_a_code(home, line, tmp_path, monkeypatch):
    monkeypatch.delenv("DM_SANDBOX_DB")
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = limited("-c 0", line, HOME=os.path.join(tmp_path, home), TMPDIR=os.path.join(tmp_path, "gone"))
    assert done.returncode in (0, 8), done.stderr
    assert "Traceback" not in done.stderr
    assert bool(done.stderr) == bool(done.returncode) or done.returncode == 0
