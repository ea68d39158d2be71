"""A command that prints keys: its two forms, and everything that it can do wrong, each in one sentence."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import threading

import pytest
from patience import PATIENT, SOON, eventually
from shell import argv

from dmcli.client.attempts import Retrier
from dmcli.config.settings import Flags
from dmcli.credentials import process
from dmcli.credentials.provider import ProviderContext
from dmcli.errors import ConfigError
from dmcli.secret import Secret

CANARY = "c4n4ry"
VERSION_1 = {"Version": 1, "AccessKeyId": "dm-sandbox-id", "SecretAccessKey": "dm-sandbox-secret"}
LIST = "tag list -o json"
CONTEXT = ProviderContext({"SECRET": CANARY}, lambda: None, Retrier())
END = "2099-01-31T12:00:00Z"


def python(program: str, *args: str) -> str:
    """The command that runs a Python program."""
    return shlex.join([sys.executable, "-c", program, *args])


def printing(answer) -> str:
    """The command that prints an answer."""
    return python(f"print({json.dumps(answer)!r})", CANARY)


@pytest.fixture
def command(config):
    """Makes a command the source of keys of our default profile."""

    def command(text: str, more: str = "") -> None:
        config(f"default: p\nprofiles:\n  p:\n    credential_process: {json.dumps(text)}\n{more}")

    return command


@pytest.mark.parametrize(
    ("answer", "keys"),
    [
        (VERSION_1, ("dm-sandbox-id", "dm-sandbox-secret", "", 0)),
        (
            {"Version": 1, "AccessKeyId": "i", "AccessKeySecret": "s", "SecurityToken": "t", "Expiration": END},
            ("i", "s", "t", 4073544000),
        ),
        (
            {
                "Version": 1,
                "AccessKeyId": "i",
                "SecretAccessKey": "s",
                "SessionToken": "t",
                "Expiration": "2099-01-31T12:00:00+01:00",
            },
            ("i", "s", "t", 4073540400),
        ),
        ({"mode": "AK", "access_key_id": "i", "access_key_secret": "s", "sts_token": "stale"}, ("i", "s", "", 0)),
        ({"access_key_id": "i", "access_key_secret": "s"}, ("i", "s", "", 0)),
        (
            {"mode": "StsToken", "access_key_id": "i", "access_key_secret": "s", "sts_token": "t", "expiration": END},
            ("i", "s", "t", 4073544000),
        ),
        (
            {
                "mode": "ststoken",
                "access_key_id": "i",
                "access_key_secret": "s",
                "sts_token": "t",
                "sts_expiration": 4073544000,
            },
            ("i", "s", "t", 4073544000),
        ),
    ],
)
def test_both_forms(find, command, answer, keys):
    command(printing(answer))
    found = find()()
    secret, token = found.access_key_secret.reveal(), found.security_token.reveal()
    assert (found.access_key_id, secret, token, found.expires) == keys
    assert found.source.startswith("command 'python")
    assert "profile 'p' in " in found.source
    assert CANARY not in found.source + found.owner
    assert find().owner == found.owner


def test_it_reaches_the_service(bare, server, command):
    command(printing(VERSION_1), f"    endpoint: {server.url}\n")
    result = bare(f"--debug {LIST}")
    assert result.json["data"]["tag"]
    assert CANARY not in result.err


def test_config_show_names_the_program_only(bare, command):
    command(f"/opt/vault keys --token {CANARY}")
    shown = bare("config show -o json")
    assert shown.json["credential_process"] == "vault ***"
    listed = bare("config list -o json")
    assert listed.json[0]["access_key_id"] == ""
    assert CANARY not in shown.out + listed.out


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import sys; sys.exit(1)", "ended with exit code 1; run it by hand"),
        ("import sys; sys.exit(3)", "ended with exit code 3; run it by hand"),
        (
            "import sys; sys.stderr.write('c4n4ry'); sys.exit(3)",
            "ended with exit code 3, having written 6 bytes to standard error; run it by hand",
        ),
        ("import os; os.kill(os.getpid(), 15)", "ended by signal 15; run it by hand"),
        ("print('c4n4ry')", "printed no keys; it must print JSON"),
        ("pass", "printed no keys; it must print JSON"),
        ("print('[1]')", "printed no keys; it must print JSON"),
        ("print('[' * 9999)", "printed no keys; it must print JSON"),
        ("import os; os.write(1, b'\\xff\\xfe')", "printed no keys; it must print JSON"),
        ('print(\'{"Version": 2, "AccessKeyId": "c4n4ry"}\')', "printed no keys; it must print JSON"),
        ('print(\'{"mode": "RamRoleArn", "access_key_id": "c4n4ry"}\')', "printed no keys; it must print JSON"),
        ('print(\'{"mode": [], "access_key_id": "c4n4ry"}\')', "printed no keys; it must print JSON"),
        ('print(\'{"Version": 1, "AccessKeyId": "c4n4ry"}\')', "gave no SecretAccessKey or AccessKeySecret; "),
        (
            'print(\'{"mode": "StsToken", "access_key_id": "x", "access_key_secret": "c4n4ry"}\')',
            "gave no sts_token; ",
        ),
        (
            'print(\'{"access_key_id": "x", "access_key_secret": "c4n4ry", "sts_expiration": 4073544000000}\')',
            "gave an expiration that is no time",
        ),
        ("print('x' * 65536)", "printed more than 65536 bytes, which no keys are; run it by hand"),
        ("import time\nwhile True: print('c4n4ry' * 999)", "printed more than 65536 bytes, which no keys are"),
    ],
)
def test_what_goes_wrong_is_one_sentence(bare, command, program, said):
    command(python(program, CANARY))
    error = bare("tag list", code=3).err
    assert error.startswith("dm: command 'python")
    assert said in error
    assert error.count("\n") == 1
    assert CANARY not in error


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/none/such c4n4ry", "command 'such' of profile 'p' in "),
        ("/none/such c4n4ry", "cannot be run: No such file or directory"),
        ("'open c4n4ry", "names no program; check its quotes"),
        ("/usr c4n4ry", "cannot be run: Permission denied"),
    ],
)
def test_a_command_that_does_not_start(bare, command, text, said):
    command(text)
    error = bare("tag list", code=3).err
    assert said in error
    assert CANARY not in error


def test_a_command_with_a_character_that_none_has():
    found = process.provider(Secret("dm x\0y"), "x", CONTEXT)
    with pytest.raises(ConfigError, match="cannot be run: it has a character that no command has"):
        found.fetch()


def hanging(file, then: str = "wait") -> str:
    """A command that starts another one, leaves its process id in the file, and waits."""
    return shlex.join(["sh", "-c", f"sleep 600 & echo $! > {shlex.quote(str(file))}; {then}"])


def gone(pid: int) -> bool:
    """Whether a process has ended, perhaps unburied."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(") ")[2].startswith("Z")
    except FileNotFoundError:
        return True


@pytest.fixture
def short(monkeypatch) -> None:
    """A command is given up soon."""
    monkeypatch.setattr(process, "LIMIT", SOON)


@pytest.fixture
def started(short, tmp_path, monkeypatch):
    """The file in which a command leaves a process id; only then does its time begin to run."""
    file, finished = tmp_path / "pid", process._wait_for

    def when_started(*args):
        eventually(lambda: file.exists() and file.read_text().endswith("\n"))
        return finished(*args)

    monkeypatch.setattr(process, "_wait_for", when_started)
    return file


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="looks at processes where Linux shows them")
@pytest.mark.parametrize("then", ["wait", "true", "exec >&- 2>&-; wait"])
def test_a_command_that_hangs_is_ended_with_its_children(bare, command, started, then):
    command(hanging(started, then))
    error = bare("tag list", code=3).err
    assert "command 'sh' of profile 'p' in " in error
    assert f"took longer than {SOON} s and was ended; run it by hand" in error
    eventually(lambda: gone(int(started.read_text())))


def test_what_it_leaves_behind_must_let_go_of_its_errors_too(bare, command, short):
    command(shlex.join(["sh", "-c", f"sleep 600 >&- & echo {shlex.quote(json.dumps(VERSION_1))}"]))
    assert f"took longer than {SOON} s and was ended" in bare("tag list", code=3).err


@pytest.mark.skipif(not hasattr(os, "setsid"), reason="sessions are a POSIX thing")
def test_what_left_its_session_cannot_be_ended_and_is_not_waited_for(bare, command, started):
    away = "import subprocess, sys; p = subprocess.Popen(['sleep', '600'], start_new_session=True); "
    command(python(f"{away}print(p.pid, file=open({str(started)!r}, 'w'), flush=True)"))
    try:
        assert f"took longer than {SOON} s and was ended" in bare("tag list", code=3).err
        readers = [thread for thread in threading.enumerate() if isinstance(thread, process._Reader)]
        assert [reader.daemon for reader in readers] == [True, True]  # nor does the end of the run wait for it
    finally:
        os.kill(int(started.read_text()), signal.SIGKILL)


def test_a_command_that_says_nothing_more_and_stays_is_ended(bare, command, short):
    command(python("import os, time; os.close(1); os.close(2); time.sleep(600)"))
    assert f"took longer than {SOON} s and was ended" in bare("tag list", code=3).err


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="looks at processes where Linux shows them")
def test_completion_leaves_no_command_behind(command, tmp_path):
    """The prompt does not wait for a command that hangs, and neither does the command outlive the prompt."""
    file = tmp_path / "pid"
    command(hanging(file), "    endpoint: http://127.0.0.1:1\n")
    # The second that completion takes begins when the command has started, however busy the machine is.
    program = f"""
import os, threading, time
from dmcli.cli.app import main

def join_when_started(thread, seconds=None):
    while not (os.path.exists({str(file)!r}) and os.path.getsize({str(file)!r})):
        time.sleep(0.01)
    join(thread, seconds)

join, threading.Thread.join = threading.Thread.join, join_when_started
main()
"""
    asked = {"_DM_COMPLETE": "bash_complete", "COMP_WORDS": "dm domain show ", "COMP_CWORD": "3"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | asked,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENT,
    )
    assert (done.stdout.strip(), done.stderr) == ("", "")
    eventually(lambda: gone(int(file.read_text())))


def test_it_has_no_standard_input(command):
    answer = json.dumps(VERSION_1)
    command(
        python(f"import sys; assert sys.stdin.read() == ''; print({answer!r})"), "    endpoint: http://127.0.0.1:1\n"
    )
    done = subprocess.run(argv("config check"), input="typed", capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert done.stderr.startswith("dm: cannot reach 127.0.0.1:1: ")


def test_what_it_prints_may_have_64_kibibytes_and_its_errors_any_size(find, command):
    answer = json.dumps(VERSION_1)
    command(python(f"import sys; sys.stderr.write('x' * 300000); print({answer!r}.ljust(65535))"))
    assert find()().access_key_id == "dm-sandbox-id"


def test_it_runs_in_the_environment_of_this_run(find, command):
    command(python("import json, os; print(json.dumps({'access_key_id': os.environ['ID'], 'access_key_secret': 's'}))"))
    assert find(ID="from-the-environment")().access_key_id == "from-the-environment"


def test_it_may_be_of_a_profile_that_is_asked_for(find, config):
    config(f"profiles:\n  p: {{credential_process: {json.dumps(printing(VERSION_1))}}}\n")
    assert find(flags=Flags(profile="p", endpoint="http://127.0.0.1:1"))().access_key_id == "dm-sandbox-id"


def test_what_it_must_print_is_said(find, command):
    command(python("pass"))
    with pytest.raises(ConfigError) as caught:
        find()()
    assert caught.value.message.endswith(
        ' printed no keys; it must print JSON with "Version": 1 and AccessKeyId, or with "mode": "AK" or "StsToken" '
        "and access_key_id"
    )


def test_it_has_no_shell(find, command, tmp_path):
    program = "import json, sys; print(json.dumps({'Version': 1, 'AccessKeyId': sys.argv[1], 'SecretAccessKey': 's'}))"
    command(python(program) + f" $HOME;touch>{tmp_path}/made")
    assert find()().access_key_id == f"$HOME;touch>{tmp_path}/made"
    assert not (tmp_path / "made").exists()


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="looks at processes where Linux shows them")
def test_an_interruption_ends_it_too(tmp_path):
    pid = tmp_path / "pid"
    words = shlex.split(hanging(pid))
    program = f"""
import os, signal, threading, time
from dmcli.credentials import process

def interrupted(*args):
    while not (os.path.exists({str(pid)!r}) and os.path.getsize({str(pid)!r})):
        time.sleep(0.01)
    threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGINT)).start()
    return finished(*args)

finished, process._wait_for = process._wait_for, interrupted
process._output({words!r}, "x", dict(os.environ))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=PATIENT)
    assert "KeyboardInterrupt" in done.stderr
    assert done.returncode in (130, -signal.SIGINT)
    eventually(lambda: gone(int(pid.read_text())))


def test_what_it_prints_is_kept_for_this_environment_only(find, config, cloud, tmp_path):
    log = tmp_path / "log"
    answer = {"Version": 1, "AccessKeyId": "i", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": END}
    text = python(f"open({str(log)!r}, 'a').write('x'); print({json.dumps(answer)!r})")
    config(f"default: p\nprofiles:\n  p: {{credential_process: {json.dumps(text)}}}\n")
    for account in ("one", "one", "two"):
        find(ACCOUNT=account)()
    assert log.read_text() == "xx"


@pytest.mark.parametrize(
    "more",
    [
        "    access_key_id: x\n",
        "    access_key_secret: c4n4ry\n",
        "    security_token: c4n4ry\n",
        "    keychain: yes\n",
    ],
)
def test_a_profile_has_one_way_only(bare, command, more):
    command("vault", more)
    error = bare("tag list", code=3).err
    assert "has credential_process and keys or a keychain beside it; take one out" in error
    assert CANARY not in error


def test_the_vendors_switch_forbids_commands(bare, command, vendor, monkeypatch):
    monkeypatch.setenv("ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS", "1")
    said = "wants keys from a command, which ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS forbids; unset it"
    command(printing(VERSION_1))
    assert said in bare("tag list", code=3).err


def test_a_file_with_a_command_must_be_private(bare, config):
    config("default: p\nprofiles:\n  p: {credential_process: vault}\n", 0o666)
    assert "chmod 600" in bare("tag list", code=3).err


def test_on_windows_a_program_splits_its_own_line(monkeypatch):
    line = r'"C:\Program Files\vault.exe" keys'
    run = []
    monkeypatch.setattr(process, "_output", lambda command, *_: run.append(command) or json.dumps(VERSION_1))
    assert process.provider(Secret(line), "x", CONTEXT, windows=True).fetch().access_key_id == "dm-sandbox-id"
    assert run == [line]


def test_elsewhere_a_program_may_have_any_name():
    for path in (r"C:\vault", 'the "vault"', "x"):
        assert process.program(Secret(shlex.quote(f"/opt/{path}") + " keys"), windows=False) == path


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (r'"C:\tools\vaultX" keys', "vaultX"),
        (r'"C:\Program Files\vault.exe" keys', "vault.exe"),
        (r"C:\tools\vault.exe keys", "vault.exe"),
        ("vault.exe", "vault.exe"),
        ('"open', ""),
    ],
)
def test_on_windows_a_program_is_called_by_its_name(line, name):
    assert process.program(Secret(line), windows=True) == name
    if name:
        assert process.provider(Secret(line), "x", CONTEXT, windows=True).source == f"command '{name}' of x"


def test_nothing_of_the_command_is_in_what_python_shows_of_it():
    assert CANARY not in repr(process.provider(Secret(f"vault {CANARY}"), "x", CONTEXT))


def test_ending_a_process_on_windows():
    started = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    process._end(started, [], windows=True)
    assert started.returncode is not None
    process._end(started, [], windows=True)
