"""How runs end: readers that leave, disks that fill, streams that are closed, signals, defects. Never a traceback."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
from contextlib import contextmanager

import pytest
from patience import PATIENT
from shell import argv, on_a_terminal, real_argv

SEND = "send single --to a@example.com --subject s --text t"
PRINTING = [
    "--help",
    "--version",
    "domain --help",
    "completion bash",
    "explain Throttling",
    "tag list",
    "tag list -o json",
    "tag list -o yaml",
    "tag list -o csv",
    "tag list -o ndjson",
    "tag list -o table",
    "tag list --query data",
    "tag show welcome",
    "account show -o table",
    "api QueryTagByParam",
    "api QueryTagByParam --format xml",
    "config list",
    "config path",
    "tag create x --dry-run",
    "sandbox mail list -o json",
    "sandbox quota",
]
REAL = {SEND, "--version", "tag list"}
# Streams that are not needed and bad: the real ones with each, any other line with one.
_SCRIPTS = ('"$@" 2>&-', '"$@" 2>/dev/full', '"$@" <&-')
BAD = [
    (script, line)
    for at, line in enumerate(PRINTING)
    for script in _SCRIPTS
    if line in REAL or script == _SCRIPTS[at % len(_SCRIPTS)]
]
pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="pipes, devices and signals of POSIX"),
    pytest.mark.usefixtures("_account"),
]


def box_argv(line: str, *values: object) -> list[str]:
    """What starts `dm -p sandbox` with the line after it, from Python's own start where the line is one of REAL."""
    return (real_argv if line in REAL else argv)(f"-p sandbox {line}", *values)


def real_box_argv(line: str, *values: object) -> list[str]:
    """What a shell starts for `dm -p sandbox` and the line after it."""
    return real_argv(f"-p sandbox {line}", *values)


def run(line: str, **more) -> subprocess.CompletedProcess[str]:
    """Run a command in a sandbox of its own with bad streams; its end is judged, its output is text."""
    more = {"stderr": subprocess.PIPE} | more
    return subprocess.run(box_argv(line), check=False, text=True, timeout=PATIENT, **more)


def shell(script: str, line: str) -> subprocess.CompletedProcess[str]:
    """Run a command as part of a shell's script, in which it is "$@"."""
    command = ["sh", "-c", script, "sh", *box_argv(line)]
    return subprocess.run(command, check=False, text=True, capture_output=True, timeout=PATIENT)


def run_for_nobody(line: str) -> subprocess.CompletedProcess[str]:
    """Run a command whose reader has gone before it begins: what is printed at once would still fit into a pipe."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return run(line, stdout=writer)
    finally:
        os.close(writer)


@pytest.mark.parametrize("line", PRINTING)
def test_a_reader_that_goes_away_is_exit_141(line):
    done = run_for_nobody(line)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("line", PRINTING)
def test_a_full_disk_is_exit_8(line):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = run(line, stdout=full)
    assert done.returncode == 8
    assert "output: No space left on device" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("line", PRINTING)
def test_a_closed_standard_output_is_exit_8(line):
    done = shell('"$@" >&-', line)
    assert done.returncode == 8
    assert "standard output is closed: redirect it to /dev/null if the result is not wanted" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(("script", "line"), BAD)
def test_a_bad_standard_error_or_input_changes_nothing(script, line):
    done = shell(script, line)
    assert done.returncode == 0
    assert done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("script", ['"$@" 2>&-', '"$@" 2>/dev/full', '"$@" 2>&1 >/dev/null | true; exit 10'])
def test_an_error_nobody_can_hear_has_its_exit_code_all_the_same(script):
    assert shell(script, "tag show nothing").returncode == 10


def test_head_takes_one_line_and_the_rest_is_quiet(box):
    for number in range(30):
        box("tag create t{}", number)
    done = shell('"$@" | head -1', "tag list --all --page-size 1")
    assert done.stdout.startswith("TagName\t")
    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (0, 1, "")


def test_a_send_that_cannot_be_shown_is_not_lost():
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = run(SEND, stdout=full)
    assert done.returncode == 8
    assert "this was done: SingleSendMail" in done.stderr
    assert "EnvId" in done.stderr
    unread = run_for_nobody(SEND)
    assert unread.returncode == 141
    assert "this was done: SingleSendMail" in unread.stderr


# --- without a terminal, or with a poor one


@pytest.mark.parametrize(
    "line", ["tag delete welcome", "domain set-password sandbox.test", "sandbox reset", "config init"]
)
@pytest.mark.parametrize("script", ['"$@" </dev/null', '"$@" <&-'])
def test_without_a_terminal_nothing_is_asked(script, line):
    done = shell(script, line)
    assert done.returncode == 2
    assert "there is no terminal" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("line", PRINTING)
def test_a_terminal_of_one_column_is_no_crash(line):
    code, shown = on_a_terminal(f"-p sandbox {line}", columns=1)
    assert code == 0
    assert shown
    assert "Traceback" not in shown


@pytest.mark.parametrize("line", ["tag list", "account show", "tag show welcome"])
def test_a_dumb_terminal_gets_no_escapes(line):
    code, shown = on_a_terminal(f"-p sandbox {line}", TERM="dumb")
    assert code == 0
    assert "\x1b" not in shown
    assert "\x1b" in on_a_terminal(f"-p sandbox {line}")[1]


# --- signals


@contextmanager
def silent_server():
    """A server that takes a request and says nothing; yields its URL and a function that waits for a request."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENT)
        kept = []

        def arrived() -> bytes:
            connection, _ = listening.accept()
            kept.append(connection)
            connection.settimeout(PATIENT)
            data = b""
            while b"Signature=" not in data:
                data += connection.recv(65536)
            return data

        yield f"http://127.0.0.1:{listening.getsockname()[1]}", arrived
        for connection in kept:
            connection.close()


def signalled(number: int, line: str) -> tuple[int, str, str]:
    """Run a command against a server that says nothing, and signal it once its request is there."""
    with silent_server() as (url, arrived):
        command = real_box_argv("--endpoint {} " + line, url)
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            arrived()
            process.send_signal(number)
            out, err = process.communicate(timeout=PATIENT)
    return process.returncode, out, err


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (signal.SIGINT, 130, "interrupted"),
        (signal.SIGTERM, 143, "stopped by SIGTERM"),
        (signal.SIGHUP, 129, "stopped by SIGHUP"),
    ],
)
def test_a_signal_in_the_middle_of_a_send_says_that_nobody_knows(number, code, said):
    ended, out, err = signalled(number, SEND)
    assert (ended, out) == (code, "")
    doubt = "whether it was done is not known, look before you run it again"
    assert err == f"dm: {said} while SingleSendMail was under way: {doubt}\n"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_in_the_middle_of_a_read_has_nothing_to_add(number, code):
    ended, out, err = signalled(number, "tag list")
    assert (ended, out, err.count("\n")) == (code, "", 1)
    assert "under way" not in err


def test_a_send_under_a_key_that_was_cut_short_stays_unknown(box):
    line = f"{SEND} --idempotency-key k"
    with silent_server() as (url, arrived):
        command = real_box_argv("--endpoint {} " + line, url)
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            arrived()
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENT)
        assert process.returncode == 143
        assert "is not known" in box("--endpoint {} " + line, url, code=6).err


def test_nohup_is_respected():
    with silent_server() as (url, arrived):
        command = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *real_box_argv("--endpoint {} tag list", url)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            arrived()
            process.send_signal(signal.SIGHUP)
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.3)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENT)
    assert process.returncode == 143


def test_an_interrupt_before_the_first_byte_is_sure_that_nothing_was_sent(box, monkeypatch):
    from dmcli.client.transport import HttpExchange

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(HttpExchange, "_adapter", interrupted)
    assert box(f"--endpoint http://127.0.0.1:9 {SEND}", code=130).err == "dm: interrupted\n"


def test_an_interrupted_wait_shows_what_was_seen(box):
    box("domain create fail.example.com")
    command = real_box_argv("domain check fail.example.com --wait --interval {}s", PATIENT)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert "not verified" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENT)
    assert (process.returncode, out, err) == (130, "", "dm: interrupted\n")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_a_server_stops_at_a_signal(number, code):
    command = real_argv("sandbox serve --port 0")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout.readline().startswith("http://127.0.0.1:")
        server.send_signal(number)
        _, err = server.communicate(timeout=PATIENT)
    assert server.returncode == code
    assert "Traceback" not in err


# --- defects


def test_a_defect_is_one_line_a_report_and_exit_70(box, monkeypatch, tmp_path):
    from dmcli.workflows import usage

    def broken(*_: object) -> None:
        try:
            {}["a secret value"]
        except KeyError as error:
            raise RuntimeError("another secret") from error

    monkeypatch.setattr(usage, "quota_usage", broken)
    said = box("account show --query {}", "[?s == 'secret']", code=70).err
    assert said.count("\n") == 1
    assert said.startswith("dm: a defect in dm ")
    assert f": RuntimeError at {os.path.basename(__file__)}:" in said
    path = said.split(" with ")[1].split(", which")[0]
    assert path.startswith(str(tmp_path))
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    with open(path, encoding="utf-8") as file:
        report = file.read()
    assert "secret" not in said + report
    for expected in ("command: dm account show\n", "\nRuntimeError\n", "\nKeyError\n", " in broken\n", "Python 3."):
        assert expected in report


def test_a_defect_in_the_middle_of_a_send_says_that_nobody_knows(box, monkeypatch):
    from dmcli.sandbox.emulator import Sandbox

    monkeypatch.setattr(Sandbox, "exchange_in_process", lambda *_: 1 // 0)
    assert "while SingleSendMail was under way: whether it was done is not known" in box(SEND, code=70).err


def test_a_report_that_cannot_be_written_is_no_second_defect(box, monkeypatch, tmp_path):
    from dmcli.workflows import usage

    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(usage, "quota_usage", lambda *_: 1 // 0)
    assert box("account show", code=70).err.endswith("; please report it\n")
