"""A text that is only to be used, never to be seen."""

from __future__ import annotations

_MASK = "***"


class Secret:
    """Keeps a text out of prints, logs and tracebacks: whatever shows it shows `***`. False when it is empty."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, to sign or to write with."""
        return self._text

    def __repr__(self) -> str:
        return _MASK if self._text else "''"

    def __str__(self) -> str:
        return _MASK if self._text else ""

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        return Secret, (str(self),)  # a pickle is a file too
