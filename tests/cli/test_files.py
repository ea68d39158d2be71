"""Files and standard input that stand for a text: read up to a limit, and never waited for."""

from __future__ import annotations

import os
import shlex
import subprocess

import pytest
from patience import PATIENT
from shell import argv

SEND = "send single --to a@example.com --subject s --dry-run"
MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("line", "most", "code"),
    [
        (SEND + " --text @{}", 8 * MIB, 0),
        (SEND + " --text t --alias @{}", MIB, 0),
        (SEND + " --text t --headers @{}", 8 * MIB, 2),  # blanks are no JSON
        ("template create t --subject s --dry-run --html @{}", MIB, 0),
        ("receiver add customers --dry-run @{}", 8 * MIB, 2),  # nor addresses
        ("api Any --dry-run Key=@{}", 8 * MIB, 0),
    ],
)
def test_a_file_is_read_up_to_the_limit_of_its_kind(box, tmp_path, line, most, code):
    file = tmp_path / "file"
    file.write_bytes(b" " * most)
    assert "cannot read" not in box(line, file, code=code).err
    os.truncate(file, 1 << 40)  # holes: no disk holds that much, and reading on would take hours
    assert f"it is larger than {most} bytes; give a smaller or a regular file" in box(line, file, code=2).err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="only where there are named pipes")
def test_what_is_no_regular_file_is_refused_at_once(box, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for odd in (tmp_path / "pipe", "/dev/zero", "/dev/null"):
        told = box(SEND + " --text @{}", odd, code=2).err
        assert f"cannot read '{odd}': it is not a regular file; give" in told
        assert "pipe it in and give @-" in told
    assert "Is a directory" in box(SEND + " --text @{}", tmp_path, code=2).err
    assert "No such file" in box(f"{SEND} --text @", code=2).err
    assert "cannot read 'a\\x00b'" in box(SEND + " --text @{}", "a\0b", code=2).err


def test_marks_and_line_breaks_of_a_file(box, tmp_path):
    file = tmp_path / "file"
    file.write_bytes("\ufeffa\r\nb\n\r\n".encode())
    assert box(SEND + " --text @{}", file).json["parameters"]["TextBody"] == "a\r\nb\n"
    file.write_bytes("您好".encode("gbk"))
    assert "it is not UTF-8 text" in box(SEND + " --text @{}", file, code=2).err
    assert box(f"{SEND} --text @-", stdin="\ufeff您好\n").json["parameters"]["TextBody"] == "您好"


def piped(line: str, stdin: str | int | None) -> subprocess.CompletedProcess[str]:
    """A run in a process of its own, with that at its standard input."""
    command = argv(f"-p sandbox {line}")
    return subprocess.run(command, stdin=stdin, capture_output=True, text=True, check=False, timeout=PATIENT)


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="only where there is such a device")
def test_standard_input_without_end_is_refused():
    with open("/dev/zero", "rb") as zeros:
        done = piped(f"{SEND} --text @-", stdin=zeros)
        assert done.returncode == 2
        assert "cannot read '-': it is larger than 8388608 bytes" in done.stderr
        done = piped("domain set-password sandbox.test --password-stdin", stdin=zeros)
        assert done.returncode == 2
        assert "the password on standard input is longer than 1024 characters" in done.stderr


def test_standard_input_that_is_closed():
    done = subprocess.run(
        f"{shlex.join(argv(f'-p sandbox {SEND} --text @-'))} <&-",
        shell=True,
        capture_output=True,
        check=False,
        text=True,
    )
    assert (done.returncode, "needed" in done.stderr) == (2, True)


@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])  # as in most locales, and as in the locale C
def test_a_password_that_is_no_text(monkeypatch, errors):
    reading, writing = os.pipe()
    os.write(writing, b"Secret123\xff\n")
    os.close(writing)
    monkeypatch.setenv("PYTHONIOENCODING", f"utf-8:{errors}")
    done = piped("domain set-password sandbox.test --password-stdin", stdin=reading)
    os.close(reading)
    assert (done.returncode, done.stderr) == (2, "dm: the password on standard input is not UTF-8 text\n")


def test_a_password_is_the_first_line(box):
    box("domain set-password sandbox.test --password-stdin", stdin="Secret123Pass\r\nmore\n")
    told = box("domain set-password sandbox.test --password-stdin", stdin="x" * 1025, code=2).err
    assert "the password on standard input is longer than 1024 characters" in told
    told = box("domain set-password sandbox.test --password-stdin", stdin="Secret123Pass", code=1).err
    assert "InvalidDomainPassword.equalcurrent" in told
