"""Make dm.pyz, `dm` with everything in one file: python scripts/make_pyz.py WHEEL [dm.pyz]. Needs the extra `release`.

What the wheel needs is installed in the versions of constraints.txt. With SOURCE_DATE_EPOCH the same Python makes the
same bytes.

Compiled accelerators cannot be loaded from a zip file and are left out, as are the extras. PyYAML, MarkupSafe and
charset-normalizer have Python in their place; nothing is ever unpacked, so what click itself says stays English.
Modules are compiled beforehand, since Python keeps no cache for a zip file, and not compressed, so that a start reads
them as fast as from a folder: so dm.pyz wants the minor version of Python that made it to be fast, and works on the
others from the sources beside.
"""

from __future__ import annotations

import compileall
import os
import py_compile
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import zipfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
# Python reads the list of all files in a zip at each start, so what is never loaded stays out: rich wants Pygments and
# markdown-it for source code and Markdown alone, which dm does not show.
_DROPPED = (
    *("*.so", "*.pyd", "*.pyi", "bin", "share", "__pycache__", "pygments*", "markdown_it*", "mdurl*"),
    *("*.dist-info/RECORD", "*.dist-info/WHEEL", "*.dist-info/INSTALLER", "*.dist-info/REQUESTED"),
    *("*.dist-info/direct_url.json", "*.dist-info/uv_*", ".lock"),
)
_START = "from dmcli.__main__ import main\nmain()\n"


def make(wheel: Path, target: Path) -> None:
    """Write the zipapp. Raises CalledProcessError where uv fails."""
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder)
        uv = [os.path.join(sysconfig.get_path("scripts"), "uv"), "pip", "install", "-q", "--python", sys.executable]
        pinned = ["-c", str(PROJECT / "constraints.txt"), "--link-mode", "copy", "--target", folder]
        subprocess.run([*uv, *pinned, str(wheel)], check=True)  # noqa: S603  uv of this environment
        for pattern in _DROPPED:
            for path in list(
                inside.rglob(pattern) if pattern.startswith("*.") and "/" not in pattern else inside.glob(pattern)
            ):
                if path.is_file():
                    path.unlink()
                elif path.is_dir():
                    shutil.rmtree(path)
        (inside / "__main__.py").write_text(_START, "utf-8")
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        compileall.compile_dir(folder, quiet=1, legacy=True, ddir="dm.pyz", invalidation_mode=mode)
        _pack(inside, target)


def _pack(folder: Path, target: Path) -> None:
    """As zipapp does, which takes times and order from the file system, and the times in the local zone."""
    moment = time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time())))[:6]
    with target.open("wb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(file, "w") as archive:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), moment)
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, path.read_bytes())
    target.chmod(0o755)


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else "dm.pyz"))  # noqa: PLR2004
