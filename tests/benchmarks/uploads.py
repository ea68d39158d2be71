"""Peak memory of uploads over HTTP: a file as large as a mail takes, and 15 MiB of addresses, beside small ones."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import DM

from dmcli.sandbox.emulator import Sandbox
from dmcli.sandbox.server.server import Server
from dmcli.sandbox.server.site import site_of

MOST = 50  # MiB
LINES = {
    "send single --to a@example.com --subject s --text t --attach": 15 * 2**20 // 4 * 3,  # as base64 15 MiB
    "validate file --yes": 15 * 2**20,
}
# A process counts what the one that started it had before: so a small one starts it, and not this one with the server.
STARTED = """
import os, sys
number = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(number, 0)
print(status, usage.ru_maxrss)
"""


def peak(url: str, line: str, file: Path) -> float:
    """MiB at most resident of a command with a file."""
    command = [sys.executable, "-IS", "-c", STARTED, DM, *f"-p sandbox --endpoint {url} {line} {file}".split()]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    status, kib = done.stdout.splitlines()[-1].split()
    assert status == "0"
    return int(kib) / 1024


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox(f"{folder}/sandbox.db")
        os.environ["HOME"] = folder
        with Server(site_of(sandbox)) as server:
            for line, largest in LINES.items():
                figures = []
                for size in (1000, largest):
                    file = Path(folder, "file.csv")
                    file.write_bytes(data := os.urandom(size))
                    figures.append(peak(server.url, line, file))
                    with sandbox.store.reading() as connection:
                        assert connection.execute("SELECT 1 FROM upload WHERE data = ?", (data,)).fetchone()
                    command = " ".join(line.split()[:2])
                    print(f"{command}, {size:>8} bytes: peak {figures[-1]:.1f} MiB (at most {MOST})")
                print(f"ratio of the two peaks {figures[1] / figures[0]:.3f} (at most 1.05)")
        sandbox.close()
