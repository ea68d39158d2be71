"""Every block of README and docs does what the page says, from a fresh start."""

from __future__ import annotations

import ast
import json
import re
import socket
from collections import Counter
from typing import TYPE_CHECKING

import pytest
import yaml
from blocks import HOW, LANGUAGES, PROJECT, Block, agrees, all_blocks, blocks_of, masked, pages, steps_of
from rows import each
from running import run

if TYPE_CHECKING:
    from pathlib import Path

BLOCKS = all_blocks()
HERE = [block for block in BLOCKS if not block.how.startswith("by ") and block.language in ("sh", "console", "python")]


def _name(page: Path) -> str:
    return page.relative_to(PROJECT).as_posix()


@pytest.mark.parametrize("block", HERE, ids=[block.name for block in HERE])
def test_a_block_does_what_the_page_says(block: Block, tmp_path: Path) -> None:
    run(block, tmp_path)


def test_every_block_is_of_a_kind_that_is_run_or_read() -> None:
    for block in BLOCKS:
        assert block.language in LANGUAGES, f"{block.name}: a block of {block.language or 'no language'}"
        assert block.how in HOW, f"{block.name}: nothing runs it {block.how!r}"
        if block.language == "json":
            assert [json.loads(line) for line in block.text.splitlines()], block.name
        elif block.language == "yaml":
            assert yaml.safe_load(block.text), block.name


@each("page", pages(), named=_name)
def test_every_comment_that_says_how_is_above_a_block(page: Path) -> None:
    text = page.read_text("utf-8")
    assert text.count("<!-- run:") == len([block for block in blocks_of("", text) if block.how]) + text.count(
        "`<!-- run:"
    )


def test_what_is_left_to_others_is_run_there() -> None:
    installing = [block for block in BLOCKS if block.how == "by .ci/run"]
    for block in installing:
        assert (block.page, block.language) == ("README.md", "sh"), f"{block.name}: .ci/run reads the README alone"
        for line in block.text.splitlines():
            assert line.startswith("python3 -m venv"), f"{block.name}: .ci/run does not run {line!r}"
    assert len(installing) == 2
    assert "grep -E '^python3 -m venv' README.md" in (PROJECT / ".ci/run").read_text("utf-8")
    assert any(block.how == "by tests/outer" for block in BLOCKS)
    assert "run(block" in (PROJECT / "tests/outer/test_blocks.py").read_text("utf-8")


def test_files_of_python_are_named_once() -> None:
    names = Counter(block.file for block in BLOCKS if block.file)
    assert names.most_common(1)[0][1] == 1, names
    for block in BLOCKS:
        if block.language == "python":
            ast.parse(block.text)


def test_the_readme_is_a_front_door() -> None:
    text = (PROJECT / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= 150
    others = {"README.md", "architecture.md", "glossary.md", "releasing.md"}  # the index, and pages for contributors
    guides = {path.name for path in (PROJECT / "docs").glob("*.md")} - others
    assert [name for name in sorted(guides) if f"](docs/{name})" not in text] == []


@each("page", pages(), named=_name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8")):
        if not target.startswith("https://"):
            assert (page.parent / target).exists(), target


# --- that these tests would notice


def test_a_fence_that_is_not_closed_is_noticed() -> None:
    with pytest.raises(ValueError, match=r"page\.md:2: this block has no end"):
        list(blocks_of("page.md", "text\n```sh\nls\n"))


def test_a_block_that_fails_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="exit code 3"):
        run(Block("page.md", 1, "sh", "(exit 3)\ntrue\n", ""), tmp_path)
    with pytest.raises(AssertionError, match=r"page\.md:1"):
        run(Block("page.md", 1, "python", "assert False\n", ""), tmp_path)


def test_an_output_that_differs_is_noticed(tmp_path: Path) -> None:
    run(Block("page.md", 1, "console", "$ echo a; echo b\n...\nb\n", ""), tmp_path)
    for shown in ("", "a\n", "a\nb\nc\n", "b\na\n"):
        with pytest.raises(AssertionError, match=r"page\.md:1"):
            run(Block("page.md", 1, "console", f"$ echo a; echo b\n{shown}", ""), tmp_path)


def test_a_port_that_is_taken_is_no_matter(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as first, socket.create_server(("127.0.0.1", 0)) as second:
        smtp, smtps = (taken.getsockname()[1] for taken in (first, second))
        line = f"dm sandbox serve --smtp {smtp} --smtps {smtps}\n"
        run(Block("page.md", 1, "sh", line, "until Ctrl-C"), tmp_path)


def test_a_block_that_does_not_serve_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="nothing was served"):
        run(Block("page.md", 1, "sh", "true\n", "until Ctrl-C"), tmp_path)


def test_commands_and_what_they_print() -> None:
    steps = steps_of("$ one \\\n>   two\n1\n> 2\n$ three\n")
    assert steps == [("one \\\n  two", "1\n> 2\n"), ("three", "")]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2026-11-28 10:03 +00:00", "2031-01-01 23:59 +08:00", True),
        ("2026-11-28T10:03:22Z", "2031-01-01T23:59:00Z", True),
        ("2026-11-28", "2026-11-28 10:03", True),
        ("3D82314E-5987-4D57-A8E7-7ABAD04568FD", "CAE2FF38-B9F1-44BB-AF99-FE4A6DBB86B6", True),
        ("127.0.0.1:8555", "127.0.0.1:40969", True),
        ("493021", "493022", False),
        ("600000000001", "600000000002", False),
        ("450 no", "550 no", False),
    ],
)
def test_what_differs_from_run_to_run(one: str, other: str, same: bool) -> None:
    assert (masked(one) == masked(other)) == same
    assert agrees(f"{one}\n", f"{other}\n") == same
