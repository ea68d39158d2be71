"""Mutation testing of the modules that are named, or of all in the table: see mutants.md.

    python tests/mutants.py [dmcli/client/retry.py ...]

mutmut changes the bodies of functions and runs the tests that reach them. What it leaves out, constants of a module,
decorated functions and what runs at import, is changed here by its operators: one change to the file, all tests of it.
"""

from __future__ import annotations

import difflib
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import libcst
from mutmut.mutation.file_mutation import MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COPIED = ("dmcli", "tests", "docs", "completions", "README.md", "config.example.yaml", "pyproject.toml")
WORKERS, LONGEST = 2, 300  # processes at a time, seconds of one run
# Each module and the fewest test files that hold it.
MODULES = {
    "dmcli/client/transport.py": "client/test_transport",
    "dmcli/client/connection.py": "client/test_transport",
    "dmcli/client/retry.py": "client/test_retry client/test_client",
    "dmcli/client/attempts.py": "client/test_attempts client/test_client",
    "dmcli/client/verdict.py": "client/test_attempts client/test_client",
    "dmcli/secret.py": "test_secret",
    "dmcli/untrusted.py": "test_untrusted",
    "dmcli/api/kinds/headers.py": "api/kinds/test_headers api/kinds/test_json",
    "dmcli/api/kinds/addrspec.py": "api/kinds/test_addrspec",
    "dmcli/cli/run/streams.py": "cli/run/test_streams",
    "dmcli/credentials/fetch.py": "credentials/test_uri credentials/test_ecs credentials/test_sts",
    "dmcli/credentials/chain.py": "credentials/test_chain credentials/test_order credentials/test_ecs "
    "credentials/test_process credentials/test_keychain",
    "dmcli/credentials/ecs.py": "credentials/test_ecs credentials/test_refresh",
    "dmcli/credentials/keychain.py": "credentials/test_keychain",
    "dmcli/credentials/modes.py": "credentials/test_modes credentials/test_files credentials/test_chain",
    "dmcli/credentials/process.py": "credentials/test_process credentials/test_refresh",
    "dmcli/credentials/refresh.py": "credentials/test_refresh",
    "dmcli/credentials/sts.py": "credentials/test_sts credentials/test_modes credentials/test_refresh",
    "dmcli/credentials/uri.py": "credentials/test_uri credentials/test_refresh",
    "dmcli/credentials/provider.py": "credentials/test_provider credentials/test_sts",
}
# These look at what a process of its own loads, or replace a function in one: mutmut's own code is in their way.
NOT_WITH_MUTMUT = (
    "tests/api/kinds/test_addrspec.py::test_the_tables_of_idna_load_for_international_domains_only",
    "tests/credentials/test_order.py::test_keys_that_stand_somewhere_load_nothing_of_the_network",
    "tests/credentials/test_process.py::test_an_interruption_ends_it_too",
)
# The same examples each time, and none too slow: a mutant is killed by what it does.
OPTIONS = ("--hypothesis-profile=ci", "-p", "no:cacheprovider")
AT_IMPORT = {"_for_all"}


def main(modules: list[str]) -> None:
    for module in modules or MODULES:
        tests = [f"tests/{name}.py" for name in MODULES[module].split()]
        with copied() as folder:
            inside(folder, module, tests)
        outside(module, tests)


@contextmanager
def copied() -> Iterator[str]:
    """A copy of the project to change."""
    with tempfile.TemporaryDirectory() as folder:
        for name in COPIED:
            source, target = os.path.join(ROOT, name), os.path.join(folder, name)
            shutil.copytree(source, target) if os.path.isdir(source) else shutil.copy(source, target)
        yield folder


def inside(folder: str, module: str, tests: list[str]) -> None:
    """What mutmut makes of the functions of a module."""
    options = [*OPTIONS, *(f"--deselect={test}" for test in NOT_WITH_MUTMUT)]
    with open(os.path.join(folder, "pyproject.toml"), "a", encoding="utf-8") as file:
        file.write(f"""
[tool.mutmut]
source_paths = ["dmcli"]
only_mutate = {[module]}
also_copy = {list(COPIED)}
pytest_add_cli_args = {options}
pytest_add_cli_args_test_selection = {tests}
""")
    mutmut = partial(subprocess.run, cwd=folder, capture_output=True, text=True, check=False)
    done = mutmut([sys.executable, "-m", "mutmut", "run", "--max-children", str(WORKERS)])
    if done.returncode:
        sys.exit(done.stdout[-3000:] + done.stderr)
    listed = mutmut([sys.executable, "-m", "mutmut", "results", "--all", "1"]).stdout.splitlines()
    found = [line.strip().split(": ") for line in listed if ": " in line]
    left = [name for name, status in found if status in {"survived", "no tests"}]
    print(f"{module}: {len(found)} by mutmut, {len(left)} left", flush=True)
    for name in left:
        print(mutmut([sys.executable, "-m", "mutmut", "show", name]).stdout)


def outside(module: str, tests: list[str]) -> None:
    """What becomes of a module when that is changed which mutmut leaves out."""
    with open(os.path.join(ROOT, module), encoding="utf-8") as file:
        text = file.read()
    if killed(module, tests, text):
        sys.exit(f"{module}: its tests fail as it is")
    mutants = list(changed(text))
    with ThreadPoolExecutor(WORKERS) as pool:
        ends = list(pool.map(partial(killed, module, tests), mutants))
    left = [mutant for mutant, dead in zip(mutants, ends, strict=True) if not dead]
    print(f"{module}: {len(mutants)} beside, {len(left)} left", flush=True)
    for mutant in left:
        print("\n".join(difflib.unified_diff(text.splitlines(), mutant.splitlines(), lineterm="", n=0)))


def killed(module: str, tests: list[str], text: str) -> bool:
    """Whether the tests fail, or do not end, with this text of a module."""
    with copied() as folder:
        with open(os.path.join(folder, module), "w", encoding="utf-8") as file:
            file.write(text)
        environ = {**os.environ, "PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "pytest", "-x", "-q", *OPTIONS, *tests]
        try:
            done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, check=False, timeout=LONGEST)
        except subprocess.TimeoutExpired:
            return True
    return done.returncode != 0


class Beside(MutationVisitor):
    """Goes where mutmut goes, and into decorated functions."""

    def _skip_node_and_children(self, node: libcst.CSTNode) -> bool:
        if isinstance(node, libcst.If) and isinstance(node.test, libcst.Name) and node.test.value == "TYPE_CHECKING":
            return True
        return not isinstance(node, libcst.FunctionDef) and super()._skip_node_and_children(node)


def changed(text: str) -> Iterator[str]:
    """The text of a module with one change each, outside of what mutmut changes."""
    wrapper = libcst.MetadataWrapper(libcst.parse_module(text))
    visitor = Beside(mutation_operators, IgnoredCode(set(), set(), set()))
    wrapper.visit(visitor)
    for mutation in visitor.mutations:
        function = mutation.contained_by_top_level_function
        if (
            isinstance(function, libcst.FunctionDef)
            and not function.decorators
            and function.name.value not in AT_IMPORT
        ):
            continue
        yield wrapper.module.deep_replace(mutation.original_node, mutation.mutated_node).code


if __name__ == "__main__":
    main(sys.argv[1:])
