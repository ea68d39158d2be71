"""Waiting for look-ups in code that is not asynchronous, even where that was called by code that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")


def wait_for(make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What the coroutine that `make` makes comes to.

    Where an event loop runs in this thread, as in an asynchronous test that calls the sandbox, it has one of its own in
    another thread: a thread has no room for two.

    >>> async def answer() -> int:
    ...     return 42
    >>> async def asynchronous() -> int:
    ...     return wait_for(answer)
    >>> wait_for(answer), wait_for(asynchronous)
    (42, 42)
    """
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(make())
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(make())).result()
