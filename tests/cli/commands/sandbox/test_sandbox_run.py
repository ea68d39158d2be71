"""`dm sandbox run` and `env`: other programs are led to the sandbox, and to nothing else."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys

import pytest
from patience import PATIENT
from shell import argv

from dmcli.sandbox.environment import LANGUAGES, SHELLS, exports, variables

SEND = "send single --to ada@example.com --subject s --text t"
ASK = (
    "import json, os, urllib.request; url = os.environ['DM_SANDBOX_API'];"
    "print(json.dumps([json.load(urllib.request.urlopen(url + '/health')), dict(os.environ)]))"
)


def ran(line, *values, **env):
    """A run of `dm sandbox run` and what follows it."""
    return subprocess.run(
        argv(f"sandbox run {line}", *values),
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENT,
        env={**os.environ, **env},
    )


def test_a_command_finds_the_sandbox_and_nothing_else(tmp_path):
    proxy = "http://127.0.0.1:9"
    around = {"HTTPS_PROXY": proxy, "http_proxy": proxy, "ALIBABA_CLOUD_PROFILE": "real"}
    done = ran("-- {} -c {}", sys.executable, ASK, **around)
    assert (done.returncode, done.stderr) == (0, "")
    health, environ = json.loads(done.stdout)
    assert health["service"] == "dm sandbox"
    assert (environ["ALIBABA_CLOUD_ACCESS_KEY_ID"], environ["DM_PROFILE"]) == ("dm-sandbox-id", "sandbox")
    assert environ["DM_SANDBOX_API"] == f"{environ['DM_ENDPOINT']}/_dm/api"
    assert environ["DM_SANDBOX_DB"] == str(tmp_path / "sandbox.db")
    assert not {"HTTPS_PROXY", "http_proxy", "ALIBABA_CLOUD_PROFILE"} & set(environ)


@pytest.mark.parametrize("given", ["", "de:fr"])
def test_the_language_of_dm_is_not_that_of_the_command(given):
    ask = "import os; print(os.environ.get('LANGUAGE', ''), os.environ['DM_LANG'])"
    assert ran("-- {} -c {}", sys.executable, ask, DM_LANG="zh", LANGUAGE=given).stdout == f"{given} zh\n"


def test_a_command_can_trust_the_sandbox_from_the_start():
    program = (
        "import json, os, ssl, urllib.request;"
        "url = os.environ['DM_SANDBOX_API'].replace('http:', 'https:') + '/health';"
        "trusted = ssl.create_default_context(cafile=os.environ['DM_SANDBOX_CA']);"
        "print(json.load(urllib.request.urlopen(url, context=trusted))['service'])"
    )
    assert ran("-- {} -c {}", sys.executable, program).stdout == "dm sandbox\n"


def test_dm_itself_is_led_there(box):
    done = ran("{}", argv(SEND))
    assert done.returncode == 0
    assert box("sandbox calls list -o json").json["calls"][0]["action"] == "SingleSendMail"


def test_a_fresh_sandbox_is_forgotten_at_the_end(box):
    program = "import os, sqlite3, sys; print(os.environ['DM_SANDBOX_DB'])"
    done = ran("--fresh {} -c {}", sys.executable, program)
    path = done.stdout.strip()
    assert path.endswith("sandbox.db")
    assert not os.path.exists(os.path.dirname(path))
    done = ran("--fresh {}", argv(SEND))
    assert done.returncode == 0
    assert box("sandbox mail list -o json").json == {"mails": []}


@pytest.mark.parametrize("code", [0, 1, 7])
def test_it_ends_with_the_exit_code_of_the_command(code):
    assert ran("-- sh -c 'exit {}'", code).returncode == code


def test_options_of_the_command_are_its_own():
    done = ran("{} -c 'import sys; print(sys.argv[1:])' --port -h --", sys.executable)
    assert done.stdout.strip() == "['--port', '-h', '--']"


def test_what_cannot_be_run_is_said_in_a_sentence():
    done = ran("no-such-command")
    assert (done.returncode, done.stderr) == (127, "dm: cannot run 'no-such-command': No such file or directory\n")
    done = ran("{}", __file__)
    assert (done.returncode, done.stderr) == (126, f"dm: cannot run {__file__!r}: Permission denied\n")
    assert ran("").returncode == 2


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_signals_reach_the_command():
    program = "import signal, sys; print('up', flush=True); signal.sigwait([signal.SIGTERM]); sys.exit(9)"
    begin = "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM]);"
    command = argv("sandbox run -- {} -c {}", sys.executable, begin + program)
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"up\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENT) == 9


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_signal_that_ends_the_command_is_told():
    assert ran("-- sh -c 'kill -9 $$'").returncode == 137


def test_env_is_for_the_shell(bare, monkeypatch):
    monkeypatch.setenv("SHELL", "/usr/bin/fish")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    seen = bare("sandbox env --port 1")
    assert "set -e HTTP_PROXY\n" in seen.out
    assert "set -gx DM_ENDPOINT 'http://127.0.0.1:1'\n" in seen.out
    assert seen.err == "nothing answers at http://127.0.0.1:1 yet; start it: dm sandbox serve --port 1\n"
    assert "$Env:DM_PROFILE = 'sandbox'" in bare("sandbox env --shell powershell").out
    assert bare("sandbox env -o json").json["ALIBABA_CLOUD_ENDPOINT"] == "127.0.0.1:8555"


def test_env_in_a_run_is_that_of_the_run():
    program = "import os; print(os.environ['DM_ENDPOINT'], flush=True); from dmcli.cli.app import main; main()"
    done = ran("{} -c {} sandbox env --query DM_ENDPOINT", sys.executable, program)
    url, again = done.stdout.splitlines()
    assert url == again
    assert done.stderr == ""


def test_env_says_nothing_where_the_sandbox_answers(bare, sandbox):
    from dmcli.sandbox.server.server import Server
    from dmcli.sandbox.server.site import site_of

    with Server(site_of(sandbox)) as server:
        assert bare("sandbox env --port {}", server.url.rpartition(":")[2]).err == ""


@pytest.mark.skipif(os.name != "posix", reason="a POSIX shell")
def test_a_shell_takes_what_env_prints():
    lines = exports({"HTTP_PROXY": "x", "PATH": "y"}, variables("http://127.0.0.1:1", "/o'b $HOME/tls.pem"), "sh")
    shown = subprocess.run(
        [
            "/bin/sh",
            "-c",
            f"{lines}echo ${{HTTP_PROXY-none}} $DM_ENDPOINT $ALIBABA_CLOUD_ACCESS_KEY_SECRET $DM_SANDBOX_CA",
        ],
        check=True,
        capture_output=True,
        text=True,
        env={"HTTP_PROXY": "x"},
    )
    assert shown.stdout == "none http://127.0.0.1:1 dm-sandbox-secret /o'b $HOME/tls.pem\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_snippet_has_everything_filled_in(bare, language):
    shown = bare("sandbox env --snippet {}", language).out
    assert "127.0.0.1:8555" in shown
    assert not re.search(r"@[A-Z_]+@", shown)


def test_the_python_snippet_sends_a_mail(bare, box, sandbox):
    from dmcli.sandbox.server.server import Server

    with Server(sandbox.exchange) as server:
        program = bare("sandbox env --snippet python --port {}", server.url.rpartition(":")[2]).out
        done = subprocess.run(
            [sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=PATIENT
        )
    assert done.stdout.strip() == "600000000001"
    assert box("sandbox mail codes").out == "493021\n"


def test_every_shell_has_its_words():
    assert set(SHELLS) == {"sh", "fish", "powershell"}


def test_a_sandbox_in_memory_is_one_of_the_runs_own():
    program = "import os; print(os.environ['DM_SANDBOX_DB']); assert os.path.isfile(os.environ['DM_SANDBOX_DB'])"
    done = ran("{} -c {}", sys.executable, program, DM_SANDBOX_DB=":memory:")
    assert (done.returncode, done.stderr) == (0, "")
    assert not os.path.exists(done.stdout.strip())
