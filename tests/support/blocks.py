"""The code blocks of README and docs, how each of them is run, and what of their output differs from run to run.

`docs/README.md` has these rules for readers. A comment on the line above a block, `<!-- run: HOW -->`, says when it is
not simply run by `tests/docs/`; what it can say is in HOW below.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parents[2]
GENERATED = PROJECT / "docs" / "commands.md"  # the help of every command, compared with the commands elsewhere

HOW = {
    "": "by tests/docs, as it stands",
    "until Ctrl-C": "by tests/docs, until it serves; then it is interrupted",
    "with an account": "by tests/docs, with a sandbox over HTTP in place of the account, and answers to the questions",
    "by tests/test_scenes.py": "there, where it is a file, in each language",
    "by tests/outer": "there, since it needs more than Python packages",
    "by .ci/run": "there, since it installs packages",
}
# What a block can be. Drawings and data are read, the others run.
LANGUAGES = ("sh", "console", "python", "json", "yaml", "mermaid")

_MARK = re.compile(r"<!-- run: (.+) -->")
_FILE = re.compile(r"# (\w+\.py)$")


class Block(NamedTuple):
    """A fenced block: its page by its path in the project, the line of its fence, and the mark above it."""

    page: str
    line: int
    language: str
    text: str
    how: str

    @property
    def name(self) -> str:
        """The page and line, for people."""
        return f"{self.page}:{self.line}"

    @property
    def file(self) -> str:
        """The name of the file that the block is, which its first line says; "" where it is none."""
        first = _FILE.match(self.text.partition("\n")[0])
        return first[1] if first and self.language == "python" else ""


class Step(NamedTuple):
    """A command of a console block, and what it prints."""

    command: str
    output: str


def english_pages() -> list[Path]:
    """README and all pages of docs/."""
    return [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]


def pages() -> list[Path]:
    """The English pages but the generated one. Chinese pages have the same blocks, which are not run twice."""
    return [path for path in english_pages() if path != GENERATED]


def chinese_of(page: Path) -> Path:
    """Where the Chinese page of an English one is."""
    return PROJECT / "README.zh.md" if page == PROJECT / "README.md" else page.parent / "zh" / page.name


def blocks_of(page: str, text: str) -> Iterator[Block]:
    """The blocks of a page. Raises ValueError for a fence that is not closed."""
    lines = text.split("\n")
    start: int | None = None
    for at, line in enumerate(lines):
        if not line.startswith("```"):
            continue
        if start is None:
            start = at
            continue
        mark = _MARK.fullmatch(lines[start - 1]) if start else None
        body = "\n".join(lines[start + 1 : at]) + "\n"
        yield Block(page, start + 1, lines[start][3:], body, mark[1] if mark else "")
        start = None
    if start is not None:
        raise ValueError(f"{page}:{start + 1}: this block has no end")


def all_blocks() -> list[Block]:
    """The blocks of all pages."""
    return [
        block
        for path in pages()
        for block in blocks_of(path.relative_to(PROJECT).as_posix(), path.read_text(encoding="utf-8"))
    ]


def steps_of(text: str) -> list[Step]:
    """The commands of a console block: a line that begins with `$ `, with `> ` where it goes on."""
    steps: list[Step] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            steps.append(Step(line[2:], ""))
        elif line.startswith("> ") and not steps[-1].output:
            steps[-1] = Step(f"{steps[-1].command}\n{line[2:]}", "")
        else:
            steps[-1] = Step(steps[-1].command, f"{steps[-1].output}{line.rstrip()}\n")
    return steps


# --- what differs from run to run

_VARIES = (
    (re.compile(r"\b[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\b"), "<request id>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?(?:Z| ?[+-]\d\d:\d\d)?)?"), "<time>"),
    (re.compile(r"\b[0-9a-f]{16,}\b"), "<hex>"),
    (re.compile(r"\b1\d{9}(?:\.\d+)?\b"), "<epoch>"),
    (re.compile(r"\b(127\.0\.0\.1|localhost):\d+"), r"\1:<port>"),
)


def masked(text: str) -> str:
    """The text without request ids, times, hexadecimal numbers of 16 digits or more, and ports of this machine."""
    for pattern, name in _VARIES:
        text = pattern.sub(name, text)
    return text


def agrees(shown: str, printed: str) -> bool:
    """Whether a page shows what was printed; a line with nothing but `...` stands for any lines."""
    parts = [re.escape(part) for part in re.split(r"^\.\.\.\n", masked(shown), flags=re.MULTILINE)]
    return re.fullmatch(r"(?:.*\n)*?".join(parts), masked(printed)) is not None
