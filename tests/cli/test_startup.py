"""What is loaded when.

Importing requests, rich or yaml eagerly doubles the time of every `dm --help` and of each press of the tab key, so this
test runs `dm` in a process of its own and looks at what it loaded. Of a call, cold, every module is named.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from enum import EnumMeta

import pytest
from shell import words

PROGRAM = """
import json, sys
import {before}
before = set(sys.modules)
sys.argv = {argv!r}
from dmcli.cli.app import main
try:
    main()
except SystemExit as ended:
    sys.stderr.write(json.dumps(sorted(set(sys.modules) - before)))
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


# What a signed call loads of dm, by rooms, a package itself as *: everywhere, further over HTTP, or in the process.
CALL = {
    "": "* errors folding look record secret untrusted words",
    "api": "* catalogue model regions request signing wire",
    "api.actions": "* common",
    "api.kinds": "* base common headers reference text",
    "cli": "* app build common help options perform session tree values",
    "cli.commands": "*",
    "cli.run": "* exits failure language resources signals streams voice",
    "client": "* attempts client retry verdict",
    "config": "* file settings values",
    "credentials": "*",
    "local": "* files paths",
    "render": "* encoding output show",
    "render.formats": "* base document",
}
OVER_HTTP = {"client": "connection transport"}
IN_PROCESS = {
    "local": "database",
    "sandbox": "* emulator errors facts",
    "sandbox.actions": "*",
    "sandbox.gateway": "* call_log checks params redaction reply request signature",
    "sandbox.service": "* context sources",
    "sandbox.store": "* schema sql store",
}
LIST = {"api": "paging", "api.actions": "tag", "cli": "listing", "cli.commands": "tag"}
SEND = {
    "api": "rules",
    "api.actions": "delivery reply send",
    "api.kinds": "addresses addrspec json reach",
    "cli.commands": "send",
    "cli.commands.sending": "* options single",
}
LIST_IN_PROCESS = {"sandbox.actions": "tag"}
SEND_IN_PROCESS = {
    "api.kinds": "network",
    "sandbox": "calendar",
    "sandbox.actions": "send",
    "sandbox.service": "callers composing delivery holding pools uploads validation",
}
# What it loads of others beyond click and requests; what begins with _ is a part of one of these.
OUTSIDE = {"contextvars", "signal"}
OUTSIDE_IN_PROCESS = {"sqlite3", "sqlite3.dbapi2", "zipimport"}


def named(*rooms: dict[str, str]) -> set[str]:
    """The modules in these tables."""
    tables = [(f"dmcli.{room}".rstrip("."), name) for table in rooms for room in table for name in table[room].split()]
    return {room if name == "*" else f"{room}.{name}" for room, name in tables}


def loaded(line: str, *, before: str = "click", **env: str) -> set[str]:
    """The modules that a run of `dm` loads beyond those of importing some `before`."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(before=before, argv=words(f"dm {line}"))],
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


@pytest.mark.parametrize(
    ("line", "over_http", "in_process"),
    [
        ("tag list -o json", LIST, LIST_IN_PROCESS),
        (
            "send single --from noreply@sandbox.test --to ada@example.com --subject Hi --text Hi -o json",
            SEND,
            SEND_IN_PROCESS,
        ),
    ],
    ids=["tag list", "send single"],
)
def test_every_module_of_a_cold_call_is_named(server, line, over_http, in_process):
    """What differs was added, and goes into the tables where a call cannot do without it; or is loaded no more."""

    def differences(command: str, known: set[str], outside: set[str]) -> set[str]:
        modules = {
            name for name in loaded(f"-p sandbox {command}", before="click, requests") if not name.startswith("_")
        }
        return (modules - outside) ^ known

    assert not differences(f"{line} --endpoint {server.url}", named(CALL, OVER_HTTP, over_http), OUTSIDE)
    assert not differences(line, named(CALL, over_http, IN_PROCESS, in_process), OUTSIDE | OUTSIDE_IN_PROCESS)


def test_a_call_over_http_makes_no_named_tuple_and_no_enum():
    """These are written as source and compiled, or go through a metaclass, at each start; dmcli.record has both."""
    made = [
        f"{module}.{name}"
        for module in sorted(named(CALL, OVER_HTTP, LIST, SEND))
        for name, value in vars(importlib.import_module(module)).items()
        if getattr(value, "__module__", "") == module
        and (hasattr(value, "_field_defaults") or isinstance(value, EnumMeta))
    ]
    assert not made


def test_of_the_common_options_a_call_makes_those_that_are_typed(tmp_path):
    """Click would take longer to make and to go through all of them, at each level, than to read the line."""
    made = (
        "from dmcli.cli.app import run; from dmcli.cli.common import _made; run({argv}); print(_made.cache_info()[-1])"
    )
    for line, options in (
        ("-p sandbox tag list -o json -q", 3),
        ("-p sandbox -q tag --lang en list --output=json", 17),
    ):
        done = subprocess.run(
            [sys.executable, "-c", made.format(argv=words(line))],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "DM_SANDBOX_DB": str(tmp_path / "s.db")},
        )
        assert (done.stdout.splitlines()[-1], done.stderr) == (str(options), "")


def test_an_area_loads_when_it_is_entered(tmp_path):
    modules = loaded("tag --help")
    assert "dmcli.api.actions.tag" in modules
    assert not modules & {
        "dmcli.api.actions.stats",
        "dmcli.api.actions.send",
        "dmcli.client.client",
        "dmcli.sandbox.emulator",
    }
