"""The completion script in zsh, which loads its completions by itself where nobody did."""

from __future__ import annotations

from pathlib import Path

from tab import press

SCRIPT = Path(__file__).parents[2] / "completions" / "_dm"


def test_zsh_completes_without_a_configuration(tmp_path):
    (tmp_path / "body.html").touch()
    for line, expected in {"dm doma": "dm domain", "dm send single --html @bo": "--html @body.html"}.items():
        assert expected in press(["zsh", "-f", "-i"], SCRIPT, line, expected, tmp_path)
