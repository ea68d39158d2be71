"""All that a person reads is there in Chinese, and what programs read is the same in every language."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len
from rows import each

from dmcli.cli.reference import walk

TREE = dict(walk())
CLOSING = "，。：；、？！）》」』”’"
# Four words in a row that no name, value or command explains are a sentence that was not translated.
ENGLISH = re.compile(r"(?:\b[a-z]{2,}[,;:]? ){3}[a-z]{2,}\b")
# What is typed, or said by others, stays as it is.
TYPED = re.compile(r"`[^`]*`|'[^']*'|dm [a-z][^，。；：）]*|\b[a-z-]+(, [a-z-]+)+\b|\x1b\[[0-9;]*m")


def english_in(text: str) -> list[str]:
    """The sentences in a text that are English."""
    return ENGLISH.findall(TYPED.sub("", text))


@each("path", TREE, named=" ".join)
def test_help_is_in_chinese(path, bare, monkeypatch):
    for columns in (40, 80):
        monkeypatch.setenv("COLUMNS", str(columns))
        shown = bare("{} --help --lang zh", path).out
        about, _, _example = shown.partition("\n示例")
        assert re.search("[\u4e00-\u9fff]", about), columns
        assert english_in(about.partition("\n")[2].replace("\n", " ")) == [], columns
        for line in shown.splitlines():
            assert cell_len(line) <= columns or len(line.split()) == 1, (columns, line)
            assert line.lstrip()[:1] not in set(CLOSING), (columns, line)


LINES = (
    "account show",
    "domain list",
    "domain show sandbox.test",
    "address list",
    "receiver members customers",
    "tag list",
    "template list",
    "task list",
    "stats totals --since 2d",
    "stats details --since 2d",
    "stats invalid --since 2d",
    "sandbox mail list",
    "sandbox calls list",
    "sandbox quota",
    "sandbox limits",
    "sandbox differences",
    "config list",
)


@pytest.mark.parametrize("line", LINES)
def test_what_is_shown_is_in_chinese_and_fits(line, box, monkeypatch):
    box("send single --to ada@example.com --subject s --text t")
    for columns in (40, 80, 120):
        monkeypatch.setenv("COLUMNS", str(columns))
        shown = box(f"{line} --lang zh --no-pager", tty=True)
        assert re.search("[\u4e00-\u9fff]", shown.out + shown.err), shown
        assert english_in(shown.out + shown.err) == []
        assert all(cell_len(row) <= columns for row in re.sub(r"\x1b\[[0-9;]*m", "", shown.out).splitlines())


@pytest.mark.parametrize("line", LINES)
def test_data_is_the_same_in_every_language(line, box):
    box("send single --to ada@example.com --subject s --text t")
    box("tag list")
    for output in ("json", "csv"):
        first, second = (box(f"{line} -o {output} --lang {lang}").out for lang in ("en", "zh"))
        assert re.sub(r"[0-9A-F-]{36}", "", first) == re.sub(r"[0-9A-F-]{36}", "", second)


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("domian list", 2, "domain"),
        ("tag list --no-such", 2, "--no-such"),
        ("tag create", 2, "NAME"),
        ("send single --to nobody --subject s --text t", 2, "nobody"),
        ("send single --to ada@example.com --subject s", 2, "--text"),
        ("domain show nosuch.example.com", 10, "nosuch.example.com"),
        ("tag list --limit x", 2, "'x'"),
        ("-p nosuch tag list", 3, "nosuch"),
        ("account show --need 999999999", 5, "999,999,999"),
        ("tag list --query [", 2, "--query"),
    ],
)
def test_what_goes_wrong_is_told_in_chinese(line, code, said, box):
    told = box(f"--lang zh {line}", code=code).err
    assert said in told
    assert re.search("[\u4e00-\u9fff]", told)
    assert english_in(told) == []
