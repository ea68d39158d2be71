"""Peak memory of `dm send single --attach` over HTTP: of a file as large as a mail takes, beside a small one."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from hashlib import sha256
from pathlib import Path

from measure import DM

from dmcli.sandbox.emulator import Sandbox
from dmcli.sandbox.mail.attachments import read_attachments
from dmcli.sandbox.mail.mailbox import find_latest
from dmcli.sandbox.server.server import Server
from dmcli.sandbox.server.site import site_of

MOST = 50  # MiB
LARGEST = 15 * 2**20 // 4 * 3  # bytes of which the base64 is 15 MiB


def peak(url: str, file: Path) -> tuple[float, float]:
    """MiB at most resident, and seconds, of sending a file."""
    line = f"-p sandbox --endpoint {url} send single --to a@example.com --subject s --text t --attach {file}"
    began = time.perf_counter()
    process = subprocess.Popen([DM, *line.split()], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss / 1024, time.perf_counter() - began


if __name__ == "__main__":
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox(f"{folder}/sandbox.db")
        os.environ["HOME"] = folder
        with Server(site_of(sandbox)) as server:
            for size in (1000, LARGEST):
                file = Path(folder, "file.bin")
                file.write_bytes(os.urandom(size))
                mib, seconds = peak(server.url, file)
                mail = find_latest(sandbox)
                assert mail
                (attached,) = read_attachments(sandbox, mail)
                assert sha256(attached.data or b"").digest() == sha256(file.read_bytes()).digest()
                figures.append(mib)
                print(f"{size:>10} bytes: peak {mib:.1f} MiB (at most {MOST}), {seconds:.1f} s")
        sandbox.close()
    print(f"ratio of the two peaks {figures[1] / figures[0]:.3f} (at most 1.05)")
