"""Memory of the catalogue: what a command takes of it, and all of it, as `dm api --list` does."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

MOST = 12.0  # MiB
COMMANDS = ("tag list", "send single --from noreply@sandbox.test --to a@b.test --subject s --text t", "stats details")
# A run of dm, and then once more, traced, the areas that it loaded: what else a run needs is there already.
PROGRAM = """
import sys, tracemalloc
from importlib import import_module
from dmcli.cli import app
code = app.run(sys.argv[1:])
names = [name for name in sys.modules if name.startswith("dmcli.api.")]
for name in names:
    del sys.modules[name]
tracemalloc.start()
for name in names:
    import_module(name)
areas = sum(name.startswith("dmcli.api.actions.") for name in names)
sys.stderr.write(f"\\n{code} {areas} {tracemalloc.get_traced_memory()[1] / 2**20}")
"""


def taken(line: str) -> tuple[int, float]:
    """Modules of areas that a run of `dm` loads, and MiB that all it loads of the catalogue takes at most."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, "-p", "sandbox", *line.split()],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "DM_SANDBOX_DB": f"{folder}/sandbox.db"},
        )
    code, areas, mib = done.stderr.splitlines()[-1].split()
    assert code == "0", done.stderr
    return int(areas), float(mib)


if __name__ == "__main__":
    for command in (*COMMANDS, "api --list"):
        areas, mib = taken(command)
        verdict = "ok" if mib <= MOST else "MISSED"
        print(f"dm {command[:40]:42} {areas:3} modules of actions, {mib:5.2f} MiB (at most {MOST:.0f}) {verdict}")
