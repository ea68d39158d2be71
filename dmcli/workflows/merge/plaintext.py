"""The plain text of an HTML template, for readers that show no HTML: paragraphs, list items, links with their URL."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BLOCK = (
    "address article aside blockquote center div dl dt dd fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li "
    "main nav ol p pre section table tr ul"
)
_BLOCKS = frozenset(_BLOCK.split())
_SPACED = _BLOCKS & {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote"}  # by an empty line
_HIDDEN = frozenset(("head", "script", "style", "title"))


def plain_text(html: str) -> str:
    r"""The text. What stands in {{ }} stays as it is, so that the result is a template too.

    >>> plain_text('<style>p {}</style><p>Dear {{ name }},</p><p>see <a href="https://a.example/">this</a></p>')
    'Dear {{ name }},\n\nsee this (https://a.example/)'
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [re.sub(r"[ \t\f]+", " ", line).strip() for line in "".join(reader.pieces).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    """Collects pieces of text; line breaks are the document's structure, not its source's."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0
        self._links: list[tuple[str, int]] = []  # the URLs of open links, and where their texts begin

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._break(tag)
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag == "br":
            self.pieces.append("\n")
        elif tag == "li":
            self.pieces.append("- ")
        elif tag == "img":
            self.pieces.append(given.get("alt", ""))
        elif tag in ("td", "th"):
            self.pieces.append(" ")
        elif tag == "a":
            self._links.append((given.get("href", ""), len(self.pieces)))

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(self._hidden - 1, 0)
        elif tag == "a" and self._links:
            url, begin = self._links.pop()
            if url and not url.startswith("#") and url not in "".join(self.pieces[begin:]):
                self.pieces.append(f" ({url.removeprefix('mailto:')})")
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(re.sub(r"\s+", " ", data))

    def _break(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.pieces.append("\n\n" if tag in _SPACED else "\n")
