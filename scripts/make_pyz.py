"""Make dm.pyz, `dm` with everything in one file: python scripts/make_pyz.py [dm.pyz]. Needs pip and its package index.

Compiled accelerators cannot be loaded from a zip file and are left out, as are the extras. PyYAML, MarkupSafe and
charset-normalizer have Python in their place; nothing is ever unpacked. Modules are compiled beforehand, since Python
keeps no cache for a zip file, and not compressed, so that a start reads them as fast as from a folder: so dm.pyz wants
the minor version of Python that made it to be fast, and works on the others from the sources beside.
"""

from __future__ import annotations

import compileall
import py_compile
import shutil
import subprocess
import sys
import tempfile
import zipapp
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
# Python reads the list of all files in a zip at each start, so what is never loaded stays out: rich wants Pygments and
# markdown-it for source code and Markdown alone, which dm does not show.
_DROPPED = (
    *("*.so", "*.pyd", "*.pyi", "bin", "share", "__pycache__", "pygments*", "markdown_it*", "mdurl*"),
    *("*.dist-info/RECORD", "*.dist-info/WHEEL", "*.dist-info/INSTALLER", "*.dist-info/REQUESTED"),
)
_START = "from dmcli.__main__ import main\nmain()\n"


def make(target: Path) -> None:
    """Write the zipapp. Raises CalledProcessError where pip fails."""
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder)
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-compile", "--target", folder, str(PROJECT)]
        subprocess.run(pip, check=True)  # noqa: S603  pip of this interpreter
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
        zipapp.create_archive(folder, target, interpreter="/usr/bin/env python3")


if __name__ == "__main__":
    make(Path(sys.argv[1] if len(sys.argv) > 1 else "dm.pyz"))
