"""What a screen reader gets in place of tables and frames: a line a fact, in the order in which they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console  # noqa: TID251  to annotate
    from rich.text import Text


def flat(groups: Iterable[Iterable[tuple[str, Text | str]]], console: Console) -> Text:
    """The groups as `label: value` lines that nothing folds, an empty line between groups; the console takes them.

    What has no label goes on what stands above, and is read with it.
    """
    from rich.text import Text

    shown = Text("\n\n").join(Text("\n").join(_lines(group)) for group in groups)
    shown.no_wrap = True
    console.width = max(console.width, shown.cell_len)
    return shown


def _lines(group: Iterable[tuple[str, Text | str]]) -> list[Text]:
    from rich.text import Text

    lines: list[Text] = []
    for label, value in group:
        if label or not lines:
            lines.append(Text.assemble(tr("{label}: ", label=label) if label else "", value))
        else:
            lines[-1] = Text.assemble(lines[-1], tr("; "), value)
    return lines
