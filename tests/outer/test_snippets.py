"""The programs that `dm sandbox env --snippet` prints, run as they are: each sends a mail that can be asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

# What runs each; Go and Java are too much to install for one program.
RUN = {"python": f"'{sys.executable}'", "node": "node", "curl": "sh -e"}
PROGRAM = """
set -e
dm sandbox env --snippet {language} > snippet.txt
{run} snippet.txt > said.txt
curl -fsS "$DM_SANDBOX_API/mails/latest?to=you@example.com"
"""


@pytest.mark.parametrize("language", RUN)
def test_a_snippet_sends_a_mail(installed, tmp_path, language):
    scripts = os.path.dirname(sys.executable)
    done = subprocess.run(
        [
            os.path.join(scripts, "dm"),
            "sandbox",
            "run",
            "--fresh",
            "sh",
            "-c",
            PROGRAM.format(language=language, run=RUN[language]),
        ],
        check=False,
        cwd=tmp_path,
        env={**installed.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    mail = json.loads(done.stdout)
    assert (mail["text"], mail["sender"]) == ("Your code is 493021.", "noreply@sandbox.test")
    said = (tmp_path / "said.txt").read_text(encoding="utf-8")
    assert mail["env_id"] in said
    assert ("493021" in said) == (language == "curl")
