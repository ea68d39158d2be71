"""The plain text of an HTML template, for readers that show no HTML: paragraphs, lists, quotes, links with URLs."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple

from dmcli.markup import attributes, readable
from dmcli.workflows.merge.letters.marks import Marks, words

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCKS = words(
    "address article aside blockquote center div dl dt dd fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li "
    "main nav ol p pre section table tr ul"  # untranslated: names
)
_SPACED = words("p h1 h2 h3 h4 h5 h6 ul ol table blockquote pre hr")  # by an empty line  # untranslated: names
_HIDDEN = words("script style title template")  # untranslated: names
_VOID = words("area base br col embed hr img input link meta source track wbr")  # untranslated: names
_UNSEEN = r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|(?:max-height|opacity)\s*:\s*0(?![.\d])"
_SPACE, _CELL = "\0", "\1"  # a space that stays, and where a cell of a table begins


def plain_text(html: str) -> str:
    r"""The text. What stands in {{ }} stays as it is, so that the result is a template too.

    What CSS hides, such as the line that is shown in an inbox only, is left out.

    >>> plain_text('<style>p {}</style><p>Dear {{ name }},</p><p>see <a href="https://a.example/">this</a></p>')
    'Dear {{ name }},\n\nsee this (https://a.example/)'
    >>> plain_text('<ol><li>One<li>Two</ol><blockquote>Well<br>said</blockquote>')
    '1. One\n2. Two\n\n> Well\n> said'
    """
    marks = Marks("--html", html)
    reader = _Reader(_hidden_by_rules(marks.text))
    reader.feed(readable(re.sub("[\0\1]", "", marks.text)))
    reader.close()
    return marks.in_text(reader.text())


def _hidden_by_rules(html: str) -> frozenset[str]:
    """The classes and ids that a style sheet hides everywhere, as `.preheader` or `#preheader`."""
    sheets = " ".join(re.findall(r"<style\b[^<>]*>(.*?)(?:</style|\Z)", html, re.DOTALL | re.IGNORECASE))
    hiding = [names for names, body in _rules(sheets) if re.search(_UNSEEN, body, re.IGNORECASE)]
    selectors = [one.strip() for names in hiding for one in names.split(",")]
    return frozenset(found[1] for one in selectors if (found := re.fullmatch(r"\w*([.#][\w-]+)", one)))


def _rules(sheets: str) -> Iterator[tuple[str, str]]:
    """Selectors and body of each rule that holds everywhere, not in @media and the like."""
    *pieces, _ = re.split(r"([{}])", re.sub(r"/\*.*?(?:\*/|\Z)", "", sheets, flags=re.DOTALL))
    depth, head = 0, ""
    for text, brace in zip(pieces[::2], pieces[1::2], strict=True):
        if brace == "{":
            head = head if depth else text.rpartition(";")[2].strip()
            depth += 1
        else:
            if depth == 1 and not head.startswith("@"):
                yield head, text
            depth = max(depth - 1, 0)


class _Open(NamedTuple):
    """An element that is being read: its tag, where its text begins, whether it is hidden, and what its end needs."""

    tag: str
    begin: int
    hidden: bool
    note: str = ""  # of a link its URL, of an item what stands before it, of a table or row the table's role


class _Reader(HTMLParser):
    """Collects pieces of text; line breaks are the document's structure, not its source's."""

    def __init__(self, hidden: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._open: list[_Open] = []
        self._hidden = hidden
        self._items: list[int] = []  # of each open list the number of its last item, -1 where it has none

    def text(self) -> str:
        """The text of the whole document."""
        self._close_to(0)
        return _tidy("".join(self._pieces)).replace(_SPACE, " ")

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        given = attributes((self.get_starttag_text() or "")[len(tag) + 1 :])
        if tag in ("li", "td", "th", "tr", "p"):  # their ends may be left out
            self._close_open(tag)
        if tag in _VOID:
            self._put({"br": "\n", "hr": "\n\n---\n\n", "img": given.get("alt", "")}.get(tag, ""))
            return
        self._break(tag)
        note = {"a": given.get("href", ""), "table": given.get("role", "")}.get(tag, "")
        if tag in ("ul", "ol"):
            self._items.append(0 if tag == "ol" else -1)
        elif tag == "li":
            note = self._next_item()
        elif tag == "tr":
            note = next((one.note for one in reversed(self._open) if one.tag == "table"), "")
        elif tag in ("td", "th"):
            self._put(_CELL)
        hidden = self._is_hidden or self._hides(tag, given)
        self._open.append(_Open(tag, len(self._pieces), hidden, note))

    def handle_endtag(self, tag: str) -> None:
        places = [place for place, one in enumerate(self._open) if one.tag == tag]
        if places:
            self._close_to(places[-1])

    def handle_data(self, data: str) -> None:
        if any(one.tag == "pre" for one in self._open):
            self._put(data.replace(" ", _SPACE))
        else:
            self._put(re.sub(r"\s+", " ", data))

    def handle_comment(self, data: str) -> None:
        if re.fullmatch(r"dmx+\d+z", data):  # a tag of the template
            self._put(data)

    @property
    def _is_hidden(self) -> bool:
        return bool(self._open) and self._open[-1].hidden

    def _hides(self, tag: str, given: dict[str, str]) -> bool:
        names = {f".{name}" for name in given.get("class", "").split()} | {f"#{given.get('id', '')}"}
        unseen = re.search(_UNSEEN, given.get("style", ""), re.IGNORECASE)
        return tag in _HIDDEN or "hidden" in given or bool(unseen) or bool(names & self._hidden)

    def _put(self, text: str) -> None:
        if text and not self._is_hidden:
            self._pieces.append(text)

    def _break(self, tag: str) -> None:
        if tag not in _BLOCKS:
            return
        nested = tag in ("ul", "ol") and any(one.tag == "li" for one in self._open)
        wanted = 2 if tag in _SPACED and not nested else 1
        there = "".join(self._pieces[-4:])
        there = there[len(there.rstrip("\n ")) :]
        self._put("\n" * max(wanted - there.count("\n"), 0))

    def _next_item(self) -> str:
        if not self._items or self._items[-1] < 0:
            return "- "
        self._items[-1] += 1
        return f"{self._items[-1]}. "

    def _close_open(self, tag: str) -> None:
        """End an element of this tag that is still open in the list, row or table that is being read."""
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place].tag == tag:
                self._close_to(place)
            if self._open[place:] and self._open[place].tag in ("ul", "ol", "table", "div"):
                return

    def _close_to(self, place: int) -> None:
        while len(self._open) > place:
            one = self._open[-1]
            if not one.hidden:
                text = "".join(self._pieces[one.begin :])
                self._pieces[one.begin :] = [_ended(one, text)]
            self._open.pop()
            if one.tag in ("ul", "ol"):
                self._items.pop()
            self._break(one.tag)


def _ended(one: _Open, text: str) -> str:
    """What the text of an element comes to when all of it is read."""
    if one.tag == "a":
        return _link(text, one.note.strip())
    if one.tag == "blockquote":
        return "\n".join(f">{_SPACE}{line}".rstrip(_SPACE) for line in _tidy(text).split("\n"))
    if one.tag == "li":
        first, *rest = _tidy(text).split("\n")
        indented = [f"{_SPACE * len(one.note)}{line}" if line else "" for line in rest]
        return "\n".join([one.note.replace(" ", _SPACE) + first, *indented])
    if one.tag == "tr":
        cells = list(filter(None, map(_tidy, text.split(_CELL))))
        layout = one.note in ("presentation", "none") or any("\n" in cell for cell in cells)
        return ("\n\n" if layout else " | ").join(cells)
    return text


def _link(text: str, url: str) -> str:
    said = _tidy(text.replace(_CELL, " "))
    bare = re.sub(r"^(?:https?://|mailto:|tel:)|/$", "", url, flags=re.IGNORECASE)
    if not bare or url.startswith("#") or re.match(r"javascript:", url, re.IGNORECASE) or bare in said:
        return text
    url = re.sub(r"^(?:mailto|tel):", "", url, flags=re.IGNORECASE)
    return f"{text} ({url})" if said else url


def _tidy(text: str) -> str:
    """Lines without spaces at their ends, and at most one empty line between two."""
    lines = [re.sub(r"[ \t\f]+", " ", line).strip(" ") for line in text.replace(_CELL, " ").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n ")
