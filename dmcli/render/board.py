"""What is looked at again and again, redrawn in place on a terminal, and when the next look comes."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TextIO, cast

from dmcli.look import style
from dmcli.render.console import console_for
from dmcli.render.encoding import fit_encoding
from dmcli.untrusted import Painted, brief
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from rich.console import RenderableType
    from rich.text import Text

    from dmcli.api.model import Tone
    from dmcli.render.formats.base import Sink


class _Line(NamedTuple):
    text: str
    tone: Tone | None = None
    details: tuple[str, ...] = ()


class Redrawn:
    """Something that stands on the terminal while the block lasts. It leaves nothing there, unless it is to be kept.

    `sink` is the terminal. `drawn` gives what stands there, made harmless, and is told when the next look comes.
    """

    def __init__(
        self, sink: Sink, drawn: Callable[[str], RenderableType], *, clock: Callable[[], float], keep: bool = False
    ) -> None:
        from rich.live import Live

        self._clock = clock
        self._next = clock()
        console = console_for(sink)
        console.file = cast("TextIO", _Painter(sink.stdout))
        self._live = Live(
            console=console,
            get_renderable=lambda: drawn(self._when()),
            refresh_per_second=2,
            transient=not keep,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        self._live.start(refresh=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def refresh(self) -> None:
        """Draw it now."""
        self._live.refresh()

    def rest(self, seconds: float) -> None:
        """Say that the next look comes in so many seconds."""
        self._next = self._clock() + seconds
        self.refresh()

    def _when(self) -> str:
        left = self._next - self._clock()
        return tr("next look in {seconds:.0f} s", seconds=left) if left > 0 else tr("looking")


class Board(Redrawn):
    """What is known of each of some things that are waited for, by name, a line for each.

    `end` is the moment on `clock` at which the wait is over.

    >>> with Board(sink, ["a.example.com"], end=1800.0, clock=time.monotonic) as board:  # doctest: +SKIP
    ...     board.tell("a.example.com", "not verified, missing:", Tone.BAD, ["SPF, TXT a.example.com"])
    ...     board.rest(30.0)
    """

    def __init__(self, sink: Sink, names: Iterable[str], *, end: float, clock: Callable[[], float]) -> None:
        self._sink, self._end = sink, end
        self._lines = dict.fromkeys(names, _Line(tr("is being looked at")))
        super().__init__(sink, self._drawn, clock=clock)

    def tell(self, name: str, text: str, tone: Tone | None, details: Iterable[str] = ()) -> None:
        """Say how a thing stands now; each of the details has a line below it."""
        self._lines[name] = _Line(text, tone, tuple(details))
        self.refresh()

    def _drawn(self, when: str) -> Text:
        from rich.text import Text

        drawn = Text()
        for name, line in self._lines.items():
            tone = style(line.tone.value) if line.tone else ""
            drawn.append(self._fit(tr("{label}: ", label=name)), style("heading")).append(self._fit(line.text), tone)
            drawn.append("".join(f"\n  {self._fit(detail)}" for detail in line.details)).append("\n")
        left = span(max(self._end - self._clock(), 0))
        return drawn.append(tr("{when}, until {span} from now", when=when, span=left), style("quiet"))

    def _fit(self, text: str) -> str:
        return fit_encoding(brief(text), self._sink.stdout)


class _Painter:
    """A stream for what has been made harmless before its colours came in, as all lines of a board are.

    A terminal that has gone ends no wait: nothing depends on a board's being seen.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(Painted(text))
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def span(seconds: float) -> str:
    """A span of time for people.

    >>> span(90), span(45), span(3720), span(100_000)
    ('1 min 30 s', '45 s', '1 h 2 min', '1 d 4 h')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 24:  # noqa: PLR2004  a day
        days, hours = divmod(round(seconds / 3600), 24)
        return tr("{days} d {hours} h", days=days, hours=hours)
    if hours:
        return tr("{hours} h {minutes} min", hours=hours, minutes=minutes)
    return (
        tr("{minutes} min {seconds} s", minutes=minutes, seconds=rest) if minutes else tr("{seconds} s", seconds=rest)
    )
