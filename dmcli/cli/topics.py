"""The topics of `dm help`: each is the text of a page of docs, which a wheel carries along in `dmcli/topics`."""

from __future__ import annotations

import os
import pkgutil
import re

# Topic: its page in docs. The one place; setup.py puts these pages into the wheel.
TOPICS = {
    "environment": "environment.md",
    "output": "output.md",
    "exit-codes": "exit-codes.md",
    "dates": "dates.md",
    "limits": "limits.md",
    "credentials": "configuration.md",
    "sandbox": "sandbox.md",
}


def topic_page(topic: str) -> str:
    """A topic's page as it is read on a terminal: without comments, and links by their text alone."""
    text = re.sub(r"(?m)^<!-- .* -->\n", "", _source(TOPICS[topic]))
    return re.sub(r"\[([^][\n]+)\]\([^()\s]+\)", r"\1", text).rstrip("\n")


def _source(page: str) -> str:
    docs = os.path.join(os.path.dirname(__file__), "..", "..", "docs", page)
    try:
        data = pkgutil.get_data("dmcli", f"topics/{page}")
    except FileNotFoundError:  # a checkout has no copy
        with open(docs, encoding="utf-8") as file:
            return file.read()
    return (data or b"").decode()
