"""Many rows of data in one test: all are tried, and those that do not hold are told together."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def each(names: str | tuple[str, ...], rows: Iterable[Any], named: Callable[[Any], str] = repr) -> Callable[[Any], Any]:
    """Do as `pytest.mark.parametrize` does, in one test, for checks that take less than a test of their own costs.

    The rows share the fixtures of the test: none may change what the next one finds.
    """
    single, rows = isinstance(names, str), list(rows)
    assert rows, "a test without rows cannot fail"
    assert isinstance(named(rows[0]), str)

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def every(**fixtures: Any) -> None:
            failed = {}
            for row in rows:
                try:
                    test(**({names: row} if single else dict(zip(names, row, strict=True))), **fixtures)
                except (Exception, BaseExceptionGroup, pytest.fail.Exception) as error:  # noqa: BLE001  whatever it is, the next row counts
                    error.add_note(f"That was {named(row)}.")
                    failed[named(row)] = error
            if failed:
                raise BaseExceptionGroup(f"of {len(rows)}: {', '.join(failed)}", list(failed.values()))

        signature = inspect.signature(test)
        left = [one for name, one in signature.parameters.items() if name not in ([names] if single else names)]
        every.__signature__ = signature.replace(parameters=left)
        return every

    return decorate
