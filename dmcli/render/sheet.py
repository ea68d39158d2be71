"""One thing at a glance: facts in groups within a frame, states in their colours, or lines for a screen reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.folding import cells, fold_chinese
from dmcli.look import is_accessible, style
from dmcli.render.cells import cell_words, told, translated, values
from dmcli.render.console import console_for, show_renderable, style_of
from dmcli.render.encoding import fit_encoding
from dmcli.render.flat import flat
from dmcli.render.show import show_document
from dmcli.untrusted import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console, RenderableType  # noqa: TID251  to annotate
    from rich.text import Text

    from dmcli.api.model import Field
    from dmcli.render.formats.base import Sink
    from dmcli.render.output import Output

    # A label and what stands beside it, harmless both; without a label it goes on what stands above.
    Line = tuple[str, Text | str]

_FRAME = 6  # cells of the frame, and of the blanks within it and between its columns


def show_sheet(
    record: dict[str, Any], fields: tuple[Field, ...], groups: Sequence[Sequence[str]], output: Output
) -> None:
    """Print one object: for people its titled fields in groups, by wire names; the rest of them in the first group.

    The first field names the kind of thing. Other formats, and a query, have the object as it is.
    """
    if not output.for_people:
        show_document(record, fields, output)
        return
    fields = translated(fields)
    grouped = {name for group in groups for name in group}
    present = {name.lower() for name, value in record.items() if value not in (None, "", [])}
    titled = [field._replace(title=field.title or field.alone) for field in fields if field.name.lower() in present]
    titled = [field for field in titled if field.title]
    parts = [[field for field in titled if field.name not in grouped]]
    parts += [[field for field in titled if field.name in group] for group in groups]
    lines = [[line_of(field, values(record, [field.name])[0], output) for field in part] for part in parts if part]
    show_renderable(console := console_for(output), drawn(fields[0].title, lines, console), output)


def line_of(field: Field, value: Any, output: Sink) -> Line:
    """The line of a field."""
    from rich.text import Text

    if isinstance(value, dict) and not field.part:
        text = safe(_inside(value))
    else:
        text = safe(cell_words(field, value, output.zone) or ("" if field.part else told(value)))
    return field.title, Text(fit_encoding(text, output.stdout), style_of(field, value))


def _inside(value: dict[str, Any]) -> str:
    """What an object holds, by its names."""
    return "; ".join(f"{name}: {told(one)}" for name, one in value.items() if one not in (None, "", []))


def around(labels: Iterable[str]) -> int:
    """Cells of a frame, the longest of its labels and the blanks after it."""
    return _FRAME + max(map(cells, labels), default=0)


def _folded(value: Text | str, room: int) -> Text | str:
    """What stands beside a label, Chinese in lines that fit; what is drawn of several styles is left as it is."""
    from rich.text import Text

    if isinstance(value, str):
        return fold_chinese(value, room)
    return value if value.spans else Text(fold_chinese(value.plain, room), value.style)


def drawn(title: str, groups: Iterable[Iterable[Line]], console: Console) -> RenderableType:
    """The groups in a frame with a title, an empty line between them."""
    if is_accessible():
        return flat(groups, console)
    from rich import box
    from rich.panel import Panel
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    grid.add_column(style=style("heading"), overflow="fold")
    grid.add_column(overflow="fold")
    parts = [list(group) for group in groups]
    room = console.width - around(label for part in parts for label, _ in part)
    for at, part in enumerate(parts):
        if at:
            grid.add_row("", "")
        for label, value in part:
            grid.add_row(label, _folded(value, room))
    return Panel(grid, title=title, box=box.ROUNDED, expand=False)
