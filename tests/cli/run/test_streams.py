"""What a person's own input, the environment and odd programs make `dm` say is harmless, whatever it is."""

from __future__ import annotations

import io
import re
import sys

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from shell import argv, words

from dmcli.cli.run.streams import guard_streams
from dmcli.untrusted import Painted

HARMFUL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ud800-\udfff\ufeff"
    "\U000e0000-\U000e007f]"
)
ODD = "\x1b]0;x\x07\x9b1m\u202e\u2028\n\r\tdm: all is well\udcff\U000e0041"
SEND = "-p sandbox send single --to a@example.com --subject s --text t"
# Where a person's text stands; {} is the text.
TYPED = [
    "{}",
    "domain {}",
    "domain list {}",
    "domain list --{}",
    "domain list -{}",
    "domain list -o {}",
    "domain list --limit {}",
    "domain list --query {}",
    "domain list --lang {}",
    "domain list --deadline {}",
    "domain list --ca-bundle {}",
    "-p {} domain list",
    "--region {} domain list",
    "--endpoint {} domain list",
    "-p sandbox domain show {}",
    "-p sandbox domain check {}",
    "-p sandbox domain create {} --dry-run",
    "-p sandbox tag delete {} --yes",
    "-p sandbox receiver add customers {} --dry-run",
    "-p sandbox receiver add customers --detail {} --dry-run",
    SEND + " --from {} --dry-run",
    SEND + " --to {} --dry-run",
    SEND + " --tag {} --dry-run",
    SEND + " --alias {} --dry-run",
    SEND + " --headers {} --dry-run",
    SEND + " --attachment {} --dry-run",
    SEND + " --text @{} --dry-run",
    SEND + " --idempotency-key {} --dry-run",
    "-p sandbox send resolve {} --sent",
    "-p sandbox stats details --since {}",
    "-p {} doctor",
    "-p sandbox address approve-reply {} --dry-run",
    "-p sandbox api {} --dry-run",
    "-p sandbox api DescDomain {}",
    "-p sandbox api DescDomain DomainId={}",
    "-p sandbox --debug api {} {}={}",
    "config show {}",
    "config use {}",
    "config init {}",
    "explain {}",
    "completion {}",
    "sandbox mail show {}",
]
VARIABLES = ["ALIBABA_CLOUD_REGION_ID", *(f"DM_{n}" for n in ("PROFILE", "ENDPOINT", "OUTPUT", "LANG", "CONFIG"))]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def shown(monkeypatch, line: str, *values: object) -> str:
    """What `dm` writes to a terminal, be it result or talk."""
    from dmcli.cli import app

    out, err = Terminal(), Terminal()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", io.StringIO())
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.setenv("NO_COLOR", "1")
        code = app.run(words(line, *values))
    assert code not in (70, 141), (code, err.getvalue())
    assert not re.search("^ *dm: all is well", err.getvalue(), re.MULTILINE)
    return out.getvalue() + err.getvalue()


HARSH = settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
# Bytes that are no UTF-8 come as surrogates of U+DC80 to U+DCFF; there are no others, and no NUL.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0") | st.sampled_from(ODD), max_size=40)


@pytest.mark.parametrize("line", TYPED)
@HARSH
@example(text=ODD)
@example(text="x" * 5000 + ODD)
@given(text=TEXTS)
def test_what_was_typed(monkeypatch, line, text):
    assert not HARMFUL.search(shown(monkeypatch, line, *[text] * line.count("{}")))


@pytest.mark.parametrize("name", VARIABLES)
@HARSH
@example(text=ODD)
@given(text=TEXTS)
def test_what_the_environment_says(monkeypatch, name, text):
    monkeypatch.setenv(name, text)
    for line in ("tag list", "config check", "config path", "config list"):
        assert not HARMFUL.search(shown(monkeypatch, line))


def test_a_result_in_a_pipe_stays_as_it_is(bare, monkeypatch):
    monkeypatch.setenv("DM_CONFIG", "/nowhere/\x1b\u202e")
    assert bare("config path").out == "/nowhere/\x1b\u202e\n"


def test_a_path_that_is_no_text_is_shown_with_escapes(monkeypatch):
    import subprocess

    monkeypatch.setenv("DM_CONFIG", "/nowhere/\udcff")
    assert subprocess.run(argv("config path"), capture_output=True, check=True).stdout == b"/nowhere/\\udcff\n"


@pytest.mark.parametrize("terminal", [True, False])
def test_a_command_cannot_write_past_the_guard(monkeypatch, terminal):
    out, err = (Terminal() if terminal else io.StringIO()), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    with guard_streams():
        assert sys.stdout.write("\x1ba\n") == 3
        sys.stderr.writelines(["\x1b", "\x9b\n"])
        print("\u202e", file=sys.stderr)
        assert not hasattr(sys.stderr, "buffer")
        sys.stdout.write(Painted("\x1b[1m"))
    assert (sys.stdout, sys.stderr) == (out, err)
    assert out.getvalue() == ("\\x1ba\n\x1b[1m" if terminal else "\x1ba\n\x1b[1m")
    assert err.getvalue() == "\\x1b\\x9b\n\\u202e\n"


def test_bytes_cannot_get_past_the_guard(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    with guard_streams():
        assert sys.stderr.encoding == "utf-8"
        with pytest.raises(AttributeError, match=r"^buffer$"):
            sys.stderr.buffer.write(b"\x1b")


def test_streams_that_are_closed_stay_so(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    with guard_streams():
        assert sys.stdout is sys.stderr is None
