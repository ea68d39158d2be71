"""How long the plan for an account of 1,000 things takes in the sandbox of this process, and what it reads.

A third of the things is to be made, some are changed. Exits with 1 where the plan takes 3 seconds or more.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from typing import Any

MOST = 3.0  # seconds
PARTS = {"suppressed": 500, "tags": 300, "senders": 98, "templates": 100, "config-sets": 2}


def document(many: float) -> dict[str, Any]:
    """An account with that share of all."""
    counts = {part: int(count * many) for part, count in PARTS.items()}
    senders = {f"s{n}@sandbox.test": {"type": "batch"} for n in range(counts["senders"])}
    return {
        "suppressed": [f"p{n}@b.test" for n in range(counts["suppressed"])],
        "tags": {f"tag{n}": {"description": f"{many}"} for n in range(counts["tags"])},
        "senders": senders,
        "templates": {f"t{n}": {"subject": "s", "html": "<p>" * 300} for n in range(counts["templates"] - 1)},
        "config-sets": {f"c{n}": {} for n in range(counts["config-sets"])},
    }


def run(*line: str) -> tuple[float, str]:
    """How long `dm -p sandbox` takes for a line, and what it prints."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "dmcli", "-p", "sandbox", *line], check=True, capture_output=True, text=True
    )
    return time.perf_counter() - begun, done.stdout + done.stderr


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.environ |= {"HOME": folder, "DM_SANDBOX_DB": f"{folder}/sandbox.db"}
        for name, many in (("some.json", 2 / 3), ("all.json", 1.0)):
            with open(name, "w", encoding="utf-8") as file:
                json.dump(document(many), file)
        made, _ = run("account", "apply", "some.json", "--yes")
        run("sandbox", "calls", "clear")
        plan, said = run("account", "apply", "all.json", "--dry-run")
        calls = json.loads(run("sandbox", "calls", "list", "--limit", "10000", "-o", "json")[1])["calls"]
        rest, _ = run("account", "apply", "all.json", "--yes")
        print(said.splitlines()[-2])
        print(f"made {made:.1f} s, plan {plan:.2f} s in {len(calls)} calls, the rest made {rest:.1f} s")
        return int(plan >= MOST)


if __name__ == "__main__":
    sys.exit(main())
