"""What is loaded when.

Importing requests, rich or yaml eagerly doubles the time of every `dm --help` and of each press of the tab key, so this
test runs `dm` in a process of its own and looks at what it loaded.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from shell import words

PROGRAM = """
import json, sys
import click
click_alone = set(sys.modules)
sys.argv = {argv!r}
from dmcli.cli.app import main
try:
    main()
except SystemExit as ended:
    sys.stderr.write(json.dumps(sorted(set(sys.modules) - click_alone)))
"""
# What click itself loads when it prints help or completes.
OF_CLICK = {"click.shell_completion", "click._textwrap", "textwrap", "shutil", "click._compat", "colorama"}
HEAVY = {
    "requests",
    "rich",
    "yaml",
    "jmespath",
    "urllib3",
    "http.client",
    "http.server",
    "email",
    "ssl",
    "pathlib",
    "dataclasses",
    "datetime",
    "random",
    "logging",
    "asyncio",
    "unittest",
}


def loaded(line: str, **env: str) -> set[str]:
    """The modules that a run of `dm` loads beyond those of `import click`."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(argv=words(f"dm {line}"))],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **env},
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    ("line", "env"),
    [
        ("--version", {}),
        ("--help", {}),
        ("", {"_DM_COMPLETE": "bash_complete", "COMP_WORDS": "dm sta", "COMP_CWORD": "1"}),
        ("", {"_DM_COMPLETE": "bash_complete", "COMP_WORDS": "dm send single --sub", "COMP_CWORD": "3"}),
        ("", {"_DM_COMPLETE": "zsh_complete", "COMP_WORDS": "dm domain ", "COMP_CWORD": "2"}),
    ],
)
def test_help_version_and_words_load_click_only(line, env):
    loaded_modules = loaded(line, **env)
    outside = {
        name.partition(".")[0] if not name.startswith(("http.", "email.")) else name
        for name in loaded_modules
        if not name.startswith(("dmcli", "_", "click"))
    }
    assert not outside & (HEAVY | {"json", "hashlib", "sqlite3", "ssl", "http", "email", "difflib"})
    needed_by_runs = {f"dmcli.cli.{name}" for name in ("perform", "values", "run.resources", "run.voice")}
    assert not loaded_modules & needed_by_runs


def test_a_sandbox_call_loads_no_network_code(tmp_path):
    modules = loaded("-p sandbox tag list -o json", DM_SANDBOX_DB=str(tmp_path / "s.db"))
    assert "sqlite3" in modules
    assert not {name.partition(".")[0] for name in modules} & {"requests", "urllib3", "rich", "yaml", "jmespath", "ssl"}
    assert not modules & {"http.client", "http.server", "email.message"}


def test_an_area_loads_when_it_is_entered(tmp_path):
    modules = loaded("tag --help")
    assert "dmcli.api.actions.tag" in modules
    assert not modules & {
        "dmcli.api.actions.stats",
        "dmcli.api.actions.send",
        "dmcli.client.client",
        "dmcli.sandbox.emulator",
    }
