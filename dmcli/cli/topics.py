"""The topics of `dm help`: each is the text of a page of docs, which a wheel carries along in `dmcli/topics`."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dmcli import packaged
from dmcli.folding import folded
from dmcli.words import language

if TYPE_CHECKING:
    from typing import TextIO

# Topic: its page in docs. The one place; setup.py puts these pages into the wheel, and the Chinese ones in `zh`.
TOPICS = {
    "environment": "environment.md",
    "output": "output.md",
    "exit-codes": "exit-codes.md",
    "dates": "dates.md",
    "limits": "limits.md",
    "credentials": "configuration.md",
    "sandbox": "sandbox.md",
}


def topic_page(topic: str, stream: TextIO) -> str:
    """A topic's page: without comments, and links by their text alone. On a terminal prose is as wide as that is."""
    text = _source(TOPICS[topic] if language() == "en" else f"zh/{TOPICS[topic]}")
    text = re.sub(r"\A\[[^\n]+\)\n\n", "", text)  # the link to the page in the other language
    text = re.sub(r"(?m)^<!-- .* -->\n", "", text)
    text = re.sub(r"\[([^][\n]+)\]\([^()\s]+\)", r"\1", text).rstrip("\n")
    if not stream.isatty():
        return text
    parts = re.split(r"(?ms)(^```.*?^```$)", text)  # prose, then a block, and so on
    parts[::2] = [_refilled(prose, stream) for prose in parts[::2]]
    return "".join(parts)


def _refilled(prose: str, stream: TextIO) -> str:
    """Paragraphs and items with their lines joined and folded anew; headings and rows of tables stay lines."""
    lines = re.sub(r"(?<=[^\n|])\n(?:  )?(?![\s|#]|- )", " ", prose).split("\n")
    return "\n".join(
        f"- {folded(f'  {line[2:]}', stream)[2:]}" if line.startswith("- ") else folded(line, stream) for line in lines
    )


def _source(page: str) -> str:
    docs = os.path.join(os.path.dirname(__file__), "..", "..", "docs", page)
    try:
        return packaged(f"topics/{page}").decode()
    except FileNotFoundError:  # a checkout has no copy
        with open(docs, encoding="utf-8") as file:
            return file.read()
