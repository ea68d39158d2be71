"""Lines for people on a terminal, folded to its width."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dmcli.folding import fold

if TYPE_CHECKING:
    from typing import TextIO


def folded(text: str, stream: TextIO) -> str:
    """The text with line breaks where the terminal behind a stream is too narrow for it; as it is elsewhere."""
    try:
        room = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError, AttributeError):  # no terminal
        return text
    return fold(text, room)
