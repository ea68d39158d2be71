"""The completion scripts in the shells that they are for."""

from __future__ import annotations

from pathlib import Path

import pytest
from tab import press

SCRIPTS = Path(__file__).parents[2] / "completions"
LINES = {
    "dm send single --html @bo": "--html @body.html ",
    "dm send single --html @ma": "--html @mails/",
    "dm send single --html @mails/": "--html @mails/one.html ",
    "dm send single --subject 'a b' --html @bo": "--subject 'a b' --html @body.html ",
    "dm -p sandbox send single --from noreply@sa": "--from noreply@sandbox.test ",
    "dm doma": "dm domain ",
}


@pytest.mark.parametrize("line", LINES)
def test_bash_completes_files_after_an_at_sign_and_addresses(line, tmp_path):
    (tmp_path / "mails").mkdir()
    for name in ("body.html", "mails/one.html", ".body"):
        (tmp_path / name).touch()
    assert LINES[line] in press(["bash", "--norc", "-i"], SCRIPTS / "dm.bash", line, LINES[line], tmp_path)
