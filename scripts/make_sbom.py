"""Make the CycloneDX list of what dm and its extras run on: python scripts/make_sbom.py [dmcli.cdx.json].

Needs the extra `release`. The versions are those of constraints.txt, installed into an environment that is thrown away,
so that licences and who needs whom are known; which are needed depends on system and Python. With SOURCE_DATE_EPOCH the
time is that; without it there is none.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path

from dmcli import __version__

PROJECT = Path(__file__).resolve().parents[1]
_TOOLS = Path(sysconfig.get_path("scripts"))


def make(target: Path) -> None:
    """Write the list, which cyclonedx-py validates. Raises CalledProcessError where uv or cyclonedx-py fails."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder)
        # cyclonedx-py leaves out a version that is dynamic.
        root = Path(folder, "pyproject.toml")
        declared = (PROJECT / "pyproject.toml").read_text("utf-8")
        root.write_text(declared.replace('dynamic = ["version"]', f'version = "{__version__}"'), "utf-8")
        install = [_TOOLS / "uv", "pip", "install", "-q", "--python", folder, "--require-hashes", "-r"]
        listing = [_TOOLS / "cyclonedx-py", "environment", "--output-reproducible", "--pyproject", root, "-o", target]
        subprocess.run([*install, PROJECT / "constraints.txt"], check=True)  # noqa: S603  tools of this environment
        subprocess.run([*listing, folder], check=True)  # noqa: S603  same


if __name__ == "__main__":
    make(Path(sys.argv[1] if len(sys.argv) > 1 else "dmcli.cdx.json"))
