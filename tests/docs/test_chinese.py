"""Every page for users is there in Chinese too, and says as much as the English one: part by part, as Markdown is read.

Blocks of code are equal to the byte, so that those of the English pages are run alone.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import pytest
from blocks import PROJECT, chinese_of, english_pages
from markdown_it import MarkdownIt
from rows import each

if TYPE_CHECKING:
    from pathlib import Path

# Why these are in English alone.
ENGLISH_ONLY = {
    "docs/architecture.md": "for contributors",
    "docs/commands.md": "the help of each command, generated in English",
    "docs/glossary.md": "for translators, in both languages as it is",
    "docs/releasing.md": "for contributors",
}
ENGLISH = [path for path in english_pages() if path.relative_to(PROJECT).as_posix() not in ENGLISH_ONLY]

_HAN = r"[\u3007\u4e00-\u9fff]"
_WORDS = r"(?<!\S)[a-z]{2,} [a-z]{2,}(?!\S)"  # of a sentence, not names
_NUMBER = re.compile(r"\d(?:[\d,.:/]*\d)?", re.ASCII)
_NAME = re.compile(r"\b(?:[A-Z]{2,}|[A-Z][a-z]+[A-Z])\w*", re.ASCII)  # such as CSV and PostgreSQL
_MARKDOWN = MarkdownIt("commonmark").enable("table")
# How Chinese is not written here; docs/glossary.md has the rules.
_ILL = {
    rf"{_HAN}[A-Za-z0-9`\[]|[A-Za-z0-9%`)]{_HAN}": "no space between Chinese and Latin",
    rf"{_HAN}[,;:!?.(]|[,;:!?)]{_HAN}": "punctuation that is not full-width",
    "您|厂商": "a word that is not used",
    rf"{_HAN}\n{_HAN}": "a line break, which is shown as a space",
}


class Part(NamedTuple):
    """A part of a page: what it is, and of its text what every language has: code and numbers (sorted), links, bold."""

    what: str
    code: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    links: int = 0
    strong: int = 0
    text: str = ""


def parts_of(text: str) -> list[Part]:
    """A page as Markdown is read. Code blocks and comments are whole in `what`, the words of all else in `text`."""
    found = []
    for token in _MARKDOWN.parse(text):
        if token.type != "inline":
            found.append(Part(f"{token.type} {token.tag} {token.info} {token.content}".strip()))
            continue
        inside = token.children or []
        kinds = Counter(one.type for one in inside)
        code = sorted(one.content for one in inside if one.type == "code_inline")
        words = " ".join(one.content for one in inside if one.type in ("text", "image"))
        numbers = sorted(re.findall(_NUMBER, words))
        links = kinds["link_open"] + kinds["image"]
        found.append(Part("text", tuple(code), tuple(numbers), links, kinds["strong_open"], words))
    return found


def names_in(text: str) -> set[str]:
    """Names and abbreviations, which stay as they are; but for that of the product."""
    return {name.removesuffix("s") for name in re.findall(_NAME, text.replace("邮件推送", " DirectMail "))}


def differences(english: str, chinese: str) -> list[str]:
    """What a Chinese page has otherwise than the English one; where links lead aside. The first part alone is told."""
    ours, theirs = parts_of(english), parts_of(chinese)
    for one, other in zip(ours, theirs, strict=False):
        if one._replace(text="") != other._replace(text=""):
            return [f"{one}\n{other}"]
        if re.search(_WORDS, one.text) and not re.search(_HAN, other.text):
            return [f"not translated: {other.text}"]
        lacking = names_in(one.text) - names_in(other.text)
        if lacking:
            return [f"without {lacking}: {other.text}"]
    return [] if len(ours) == len(theirs) else [f"{len(ours)} parts and {len(theirs)}"]


def anchors(text: str) -> list[str]:
    """The names by which the headings of a page are linked to, as GitHub makes them."""
    headings = re.findall(r"(?m)^#+ (.+)$", re.sub(r"(?ms)^```.*?^```$", "", text))
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


def _links(page: Path) -> list[str]:
    """Where a page's links lead, sorted: what stands there in English, and the number of the heading."""
    english = {chinese_of(path): path for path in ENGLISH}
    found = []
    for link in re.findall(r"(?:\]\(|src=\"|srcset=\")([^()\s\"]+)", page.read_text("utf-8")):
        name, _, anchor = link.partition("#")
        if "://" in link:
            found.append(link)
            continue
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{page}: {link}"
        heading = anchors(target.read_text("utf-8")).index(anchor) if anchor else 0
        found.append(f"{english.get(target, target)} {heading}".replace(".zh.", "."))  # pictures
    return sorted(found)


@each("path", ENGLISH)
def test_a_page_says_the_same_in_chinese(path: Path) -> None:
    other = chinese_of(path)
    assert other.exists(), f"{other} is missing: translate the page, or say in ENGLISH_ONLY why not"
    assert differences(path.read_text("utf-8"), other.read_text("utf-8")) == []
    assert _links(path) == _links(other)
    for one, another in ((path, other), (other, path)):  # each leads to the other at its top
        top = "".join(one.read_text("utf-8").splitlines()[:3])
        assert f"]({os.path.relpath(another, one.parent)})" in top, one


@each("path", ENGLISH)
def test_chinese_is_written_as_the_glossary_says(path: Path) -> None:
    text = re.sub(r"(?ms)^```.*?^```$", "", chinese_of(path).read_text("utf-8"))
    text = re.sub(r"`[^`\n]+`", "`x`", text)
    found = {why: [one.group() for one in re.finditer(rule, text)] for rule, why in _ILL.items()}
    assert {why: what for why, what in found.items() if what} == {}


def test_every_chinese_page_has_an_english_one() -> None:
    pages = {PROJECT / "README.zh.md", *(PROJECT / "docs/zh").rglob("*.md")}
    assert pages == {chinese_of(path) for path in ENGLISH}
    assert all((PROJECT / page).exists() for page in ENGLISH_ONLY)


@pytest.mark.parametrize(
    "chinese",
    [
        "## 标题\n\n值 `a`：CSV 8。\n",  # another level
        "# 标题\n\n值 `b`：CSV 8。\n",  # another word of code
        "# 标题\n\n**值** `a`：CSV 8。\n",
        "# 标题\n\n值 `a`：CSV 9。\n",
        "# 标题\n\n值 `a`：TSV 8。\n",
        "# 标题\n\n值 `a`：CSV 8。\n\n更多。\n",
        "# 标题\n",
        "# 标题\n\nThe value is `a`: CSV 8.\n",
        "# 标题\n\n- 值 `a`：CSV 8。\n",
        "# 标题\n\n[值](a.md) `a`：CSV 8。\n",
    ],
)
def test_a_page_that_differs_is_noticed(chinese: str) -> None:
    english = "# Title\n\nThe value is indeed `a`: CSV 8.\n"
    assert differences(english, "# 标题\n\n值 `a`：CSV 8。\n") == []
    assert differences(english, chinese) != []


def test_a_block_or_a_table_that_differs_is_noticed() -> None:
    english = "```sh\nls\n```\n\n| a | b |\n|---|---|\n| c | d |\n"
    assert differences(english, english) == []
    assert differences(english, english.replace("ls", "ls -l")) != []
    assert differences(english, english + "| e | f |\n") != []
