"""The one console of rich: colour only where it is wanted, and no markup from data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.look import style, wants_color
from dmcli.render.cells import cell_tone
from dmcli.untrusted import Painted

if TYPE_CHECKING:
    from rich.console import Console, RenderableType  # noqa: TID251  to annotate

    from dmcli.api.model import Field
    from dmcli.render.formats.base import Sink


def style_of(field: Field, value: Any) -> str:
    """The style of a value: that of the state that it is, else none."""
    tone = cell_tone(field, value)
    return style(tone.value) if tone else ""


def console_for(output: Sink) -> Console:
    """A console that takes the width of the terminal or COLUMNS, colour only where wanted, and no markup from data."""
    from rich.console import Console, detect_legacy_windows  # noqa: TID251  this is the one

    color = wants_color(output.stdout, output.color) and not detect_legacy_windows()
    return Console(
        file=output.stdout,
        color_system="256" if color else None,
        no_color=not color,
        markup=False,
        highlight=False,
        emoji=False,
    )


def show_renderable(console: Console, item: RenderableType, output: Sink) -> None:
    """Print through our own stream: the console would swallow a closed pipe."""
    with console.capture() as captured:
        console.print(item)
    output.stdout.write(Painted(captured.get()))
    output.stdout.flush()
