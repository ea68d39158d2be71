"""A template's tags set aside while a tool for HTML works on it, and put back afterwards, each in its place."""

from __future__ import annotations

import re
from typing import NamedTuple

from dmcli.errors import InputError
from dmcli.words import tr
from dmcli.workflows.merge.letters.template import no_template

# What is read whole, so that a mark in it stays a word; everywhere else a mark is a comment, which may also stand
# between the rows of a table, where HTML moves a word out of it.
# What has no end goes on to the end of the text, so that no text takes longer than as its length.
_WHOLE = (
    r"<!--.*?(?:-->|\Z)"
    r"|<(style|title|textarea|script|mj-style|mj-title|mj-preview)\b[^<>]*>.*?(?:</\1\s*>|\Z)"
    r"""|<[A-Za-z/!](?:"[^"]*"|'[^']*'|[^'"<>])*+>"""
)
_STYLES = r"<style\b[^<>]*>.*?(?:</style\s*>|\Z)"
_ENDS = frozenset(("block_end", "variable_end", "comment_end", "raw_begin", "raw_end"))


def words(text: str) -> frozenset[str]:
    """The words of a text, such as names of elements."""
    return frozenset(text.split())


class _Tag(NamedTuple):
    """A tag of the template, and the line that it begins in."""

    text: str
    line: int

    @property
    def moves(self) -> bool:
        """Whether what is before and after it matters: all but a value."""
        return not self.text.startswith("{{")


class Marks:
    """The template with a mark for each of its tags. `what` names it in messages.

    >>> marks = Marks("--html", "<p>{{ name }}</p>")
    >>> marks.text
    '<p><!--dmx0z--></p>'
    >>> marks.restore(marks.text.upper().lower(), "a tool")
    '<p>{{ name }}</p>'
    """

    def __init__(self, what: str, source: str) -> None:
        self.what = what
        self._mark = "dmx"
        while self._mark in source.lower():
            self._mark += "x"
        self._tags: list[_Tag] = []
        marked = "".join(self._pieces(source))
        one = rf"{self._mark}\d+z"
        self.text = re.sub(
            rf"{_WHOLE}|({one})",
            lambda found: f"<!--{found[2]}-->" if found[2] else found[0],
            marked,
            flags=re.DOTALL | re.IGNORECASE,
        )
        styles = " ".join(found[0] for found in re.finditer(_STYLES, self.text, re.DOTALL | re.IGNORECASE))
        self._in_styles = {int(number) for number in re.findall(rf"{self._mark}(\d+)z", styles)}

    def _pieces(self, source: str) -> list[str]:
        from jinja2 import Environment, TemplateError

        pieces, tag, begun = [], "", 0
        try:
            for line, kind, text in Environment(autoescape=True, keep_trailing_newline=True).lex(source):
                if kind == "data":
                    pieces.append(text)
                    continue
                tag, begun = tag + text, begun if tag else line
                if kind in _ENDS:
                    pieces.append(f"{self._mark}{len(self._tags)}z")
                    self._tags.append(_Tag(tag, begun))
                    tag = ""
        except TemplateError as error:
            raise no_template(self.what, error) from None
        if tag:
            raise InputError(tr("{what}, line {line}: {tag} has no end", what=self.what, line=begun, tag=tag.strip()))
        return pieces

    def restore(self, made: str, tool: str) -> str:
        """What the tool made, with the tags in their places. Raises InputError where it lost or moved one."""
        mark = rf"<!--{self._mark}(\d+)z-->|{self._mark}(\d+)z(=\"\")?"
        found = [(int(one[1] or one[2]), bool(one[3])) for one in re.finditer(mark, made)]
        order = [number for number, _ in found if self._tags[number].moves]
        wanted = [number for number, tag in enumerate(self._tags) if tag.moves]
        bare = {number for number, is_bare in found if is_bare}  # its place among attributes is not kept
        there = {number for number, _ in found}
        for number, tag in enumerate(self._tags):
            lost = number not in there and (tag.moves or number not in self._in_styles)
            if lost or (tag.moves and number in bare):
                raise self._refusal(tag, tool)
        if order != wanted:
            moved = next(now for now, then in zip(order, [*wanted, -1], strict=False) if now != then)
            raise self._refusal(self._tags[moved], tool)
        return re.sub(mark, lambda one: self._tags[int(one[1] or one[2])].text, made)

    def blanked(self) -> str:
        """The template without its tags, each line where it was."""
        mark = rf"(?:<!--)?{self._mark}(\d+)z(?:-->)?"
        return re.sub(mark, lambda one: "\n" * self._tags[int(one[1])].text.count("\n"), self.text)

    def in_text(self, text: str) -> str:
        """A plain text made of what is marked, with the tags back; those that stand alone in a line leave no gap."""

        def tag(found: re.Match[str]) -> str:
            return self._tags[int(found[1])].text

        block = "|".join(str(number) for number, one in enumerate(self._tags) if one.moves)
        if block:
            text = re.sub(rf"^((?:{self._mark}(?:{block})z ?)+)\n+", r"\1", text, flags=re.MULTILINE)
        return re.sub(rf"{self._mark}(\d+)z", tag, text)

    def _refusal(self, tag: _Tag, tool: str) -> InputError:
        return InputError(
            tr(
                "{what}, line {line}: {tool} would lose or move {tag}; values may stand in "
                "texts, attributes and styles, {{% if %}} around whole elements or within an "
                "attribute's value",
                what=self.what,
                line=tag.line,
                tool=tool,
                tag=tag.text,
            )
        )
