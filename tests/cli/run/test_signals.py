"""Signals at any moment, once and twice: the run ends, says why where there is something to say, and no traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from patience import PATIENT
from shell import DM, words

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

HELD = """
import sys, time
from dmcli.sandbox.emulator import Sandbox

def work(*_):
    print("it works", flush=True)
    time.sleep({patient})

Sandbox._handle = work
"""
WATCHED = """
import signal, sys, time
from dmcli.cli.run import signals

signals.raise_on_signals(lambda wish: sys.stderr.write(f"last words of {wish!r}"))
"""


def program(text: str) -> subprocess.CompletedProcess[str]:
    """Run a Python program to its end."""
    command = [sys.executable, "-c", text]
    return subprocess.run(command, check=False, text=True, capture_output=True, timeout=PATIENT)


@pytest.mark.parametrize(
    ("line", "number", "code"),
    [
        ("sandbox serve --port 0", signal.SIGTERM, 143),
        ("sandbox serve --port 0", signal.SIGINT, 0),
        ("sandbox open --port 0 --no-browser", signal.SIGHUP, 129),
        ("sandbox run -- sh -c 'echo $DM_SANDBOX_API; exec sleep 1000'", signal.SIGTERM, 143),
    ],
)
def test_one_signal_ends_a_server_that_is_at_work(line, number, code):
    command = [*DM[:2], HELD.format(patient=2 * PATIENT) + DM[2], *words(line)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        url = server.stdout.readline().strip().removesuffix("/_dm/api").removesuffix("/_dm/")
        with subprocess.Popen(
            [sys.executable, "-c", f"import urllib.request as u; u.urlopen({url!r})"], stderr=-3
        ) as one:
            assert server.stdout.readline() == "it works\n"
            server.send_signal(number)
            _, err = server.communicate(timeout=PATIENT)
            one.kill()
    assert server.returncode == code
    assert "Traceback" not in err


def test_a_second_signal_while_the_first_is_told_changes_nothing():
    twice = """
import click, signal
from dmcli.sandbox.emulator import Sandbox

def tell(*said, echo=click.echo, **how):
    signal.raise_signal(signal.SIGHUP)
    echo(*said, **how)

click.echo = tell
Sandbox.exchange_in_process = lambda *_: signal.raise_signal(signal.SIGTERM)
"""
    command = [*DM[:2], twice + DM[2], *words("-p sandbox send single --to a@example.com --subject s --text t")]
    done = subprocess.run(command, check=False, text=True, capture_output=True, timeout=PATIENT)
    assert done.returncode == 143
    assert done.stderr.startswith("dm: stopped by SIGTERM while SingleSendMail was under way: whether it was done is")
    assert done.stderr.count("\n") == 1


def test_a_signal_soon_after_another_is_the_same_wish():
    done = program(f"""{WATCHED}
signals._SAME = {PATIENT}
try:
    signal.raise_signal(signal.SIGTERM)
except signals.Stopped:
    signal.raise_signal(signal.SIGINT)
    print("in good order")
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, "in good order\n", "")


def test_a_later_signal_ends_a_run_that_hangs():
    done = program(f"""{WATCHED}
signals._SAME = 0
try:
    signal.raise_signal(signal.SIGTERM)
except signals.Stopped:
    signal.raise_signal(signal.SIGINT)
    time.sleep({PATIENT})
""")
    assert (done.returncode, done.stderr) == (130, "last words of KeyboardInterrupt()")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_in_a_finalizer_is_not_lost(name):
    done = program(f"""{WATCHED}
class Gone:
    def __del__(self):
        signal.raise_signal(signal.{name})

try:
    Gone()
    time.sleep({PATIENT})
except (signals.Stopped, KeyboardInterrupt):
    print("heard")
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, "heard\n", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_before_a_command_begins_a_signal_simply_ends_the_process(number):
    text = f"""
import signal, sys

class Early:
    def find_spec(self, name, *_):
        if name == "dmcli.cli.tree":
            signal.raise_signal({int(number)})

sys.meta_path.insert(0, Early())
{DM[2]}
"""
    done = program(text)
    assert (done.returncode, done.stdout, done.stderr) == (-number, "", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_after_the_result_ends_the_process_without_a_word(number):
    text = f"""
import signal, sys
from dmcli.cli.session import Session
sys.argv = ["dm", "explain", "Throttling"]
close = Session.close
Session.close = lambda self: (close(self), signal.raise_signal({int(number)}))
{DM[2]}
"""
    done = program(text)
    assert done.returncode == -number
    assert "Traceback" not in done.stderr


def test_the_module_runs_as_the_program(box):
    def ended(*line: str) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "dmcli", *line]
        done = subprocess.run(command, check=False, text=True, capture_output=True, timeout=PATIENT)
        return done.returncode, done.stdout, done.stderr

    assert ended("-p", "sandbox", "tag", "list") == (0, box("tag list").out, "")
    assert ended("tag", "--help")[1].startswith("Usage: dm tag ")
    code, _, err = ended("nope")
    assert (code, err.splitlines()[-1].strip()) == (2, "Try 'dm --help'.")
