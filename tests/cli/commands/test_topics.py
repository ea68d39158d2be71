"""`dm help TOPIC`: pages of docs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from dmcli.cli.topics import TOPICS
from dmcli.words import LANGUAGES

PROJECT = Path(__file__).parents[3]


# Marks with which no line begins.
ENDING = "、。》」』】，：；！？）”"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_is_the_text_of_its_page(dm, topic: str, lang: str) -> None:
    shown = dm(f"help {topic} --lang {lang}")
    folder = PROJECT / "docs" if lang == "en" else PROJECT / "docs" / lang
    lines = (folder / TOPICS[topic]).read_text("utf-8").splitlines()
    plain = [line for line in lines if line and "](" not in line and not line.startswith("<!--")]
    assert plain[0].startswith("# ")
    assert [line for line in plain if line not in shown.out] == []
    assert "<!--" not in shown.out


@pytest.mark.parametrize("lang", LANGUAGES)
def test_on_a_terminal_prose_is_as_wide_as_that_is(terminal, lang: str) -> None:
    code, shown = terminal(f"help output --lang {lang}", columns=60)
    assert code == 0
    prose = re.sub(r"(?ms)^```.*?^```$", "", shown.replace("\r\n", "\n")).splitlines()
    widths = [cell_len(line) for line in prose]
    assert max(widths) <= 60
    assert sum(width > 48 for width in widths) > 60, "most lines are full"
    assert [line for line in prose if line.strip() and line.lstrip()[0] in ENDING] == []
    assert [line for line in prose if line.endswith(("（", "“"))] == []


def test_a_topic_that_is_a_group_too_shows_the_commands_first(dm) -> None:
    shown = dm("help sandbox").out
    assert shown.index("Usage: dm sandbox") < shown.index("# The sandbox")


def test_every_variable_of_ours_is_on_the_page() -> None:
    sources = "".join(path.read_text("utf-8") for path in (PROJECT / "dmcli").rglob("*.py"))
    ours = set(re.findall(r"\bDM_[A-Z]+(?:_[A-Z]+)*\b", sources))
    assert "DM_PROFILE" in ours
    page = (PROJECT / "docs/environment.md").read_text("utf-8")
    assert {name for name in ours if name not in page} == set()
