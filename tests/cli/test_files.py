"""Files and standard input that stand for a text: read up to a limit, and never waited for."""

from __future__ import annotations

import os
import shlex
import subprocess

import click
import pytest
from patience import PATIENT
from rows import each
from shell import argv

from dmcli.api.kinds.text import Text
from dmcli.cli.options import Value
from dmcli.cli.reference import walk

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
    assert (done.returncode, "standard input (@-) is empty" in done.stderr) == (2, True)


def texts_from_files() -> list[tuple[str, bool]]:
    """A line for each option and argument that takes @FILE, and whether a bare word is surely a forgotten @ there."""
    found = []
    for path, ctx in walk():
        before = " ".join(path)
        for param in ctx.command.params:
            kind = param.type.kind if isinstance(param.type, Value) else None
            if kind and kind.files:
                typed = f"{param.opts[0]} {{}}" if isinstance(param, click.Option) else "{}"
                found.append((f"{before} {typed}", not isinstance(kind, Text)))
            if isinstance(param, click.Argument):
                before += f" {param.type.choices[0]}" if isinstance(param.type, click.Choice) else " x"
    return found


@each(("line", "bare"), [*texts_from_files(), ("api SingleSendMail HtmlBody={}", True)])
def test_a_forgotten_at_is_told(box, tmp_path, monkeypatch, line, bare):
    monkeypatch.chdir(tmp_path)
    for name in ("mail.html", "mail"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    told = "{!r} is the name of a file: give @{} for what is in it; to mean the name itself, pipe it in as @-".format
    assert told("mail.html", "mail.html") in box(line, "mail.html", code=2).err
    assert told("./mail", "./mail") in box(line, "./mail", code=2).err
    if bare:
        assert told("mail", "mail") in box(line, "mail", code=2).err


def test_a_word_may_be_the_name_of_a_file_by_chance(box, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spring").write_text("x", encoding="utf-8")
    box("tag create spring")
    box("tag create @-", stdin="mail.html\n")


@pytest.mark.parametrize("empty", ["", "\n", "\ufeff\r\n"])
def test_what_is_empty_is_told(box, tmp_path, empty):
    told = box(f"{SEND} --text @-", stdin=empty, code=2).err
    assert told.startswith("dm: '--text': standard input (@-) is empty\n")
    (tmp_path / "file").write_text(empty, encoding="utf-8")
    assert f"'{tmp_path}/file' is empty" in box(SEND + " --text @{}", tmp_path / "file", code=2).err
    assert "Key: standard input (@-) is empty" in box("api Any Key=@-", stdin=empty, code=2).err
    told = box("domain set-password sandbox.test --password-stdin", stdin="\n", code=2).err
    assert told == "dm: the password is missing: standard input is empty, or its first line is\n"


def test_standard_input_is_read_once(box):
    told = box(f"{SEND} --text @- --html @-", stdin="x", code=2).err
    assert "standard input is read for another option already; give a file" in told


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
