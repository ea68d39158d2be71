"""Calls that read, made at the same time, at no more than the service's pace."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dmcli.api.wire import Exchange, Reply, Request
    from dmcli.client.client import Client

_A_SECOND = 10  # calls; the service publishes no rate for reads
_THREADS = 20  # of a trace with ten lists, as many as an account may have, no call waits for another


@contextmanager
def together(
    client: Client, clock: Callable[[], float], pause: Callable[[float], None]
) -> Iterator[tuple[Client, ThreadPoolExecutor]]:
    """The client at that pace, and the threads to call it in."""
    pool = ThreadPoolExecutor(_THREADS)
    try:
        yield client._replace(exchange=_paced(client.exchange, clock, pause)), pool
    finally:  # an interruption waits for nothing
        pool.shutdown(wait=False, cancel_futures=True)


def _paced(exchange: Exchange, clock: Callable[[], float], pause: Callable[[float], None]) -> Exchange:
    """The exchange, that of several threads, with no more than so many calls begun in any second."""
    lock, begun = threading.Lock(), [float("-inf")] * _A_SECOND

    def wait_and_exchange(request: Request) -> Reply:
        with lock:
            wait = begun.pop(0) + 1.0 - clock()
            if wait > 0:
                pause(wait)
            begun.append(clock())
        return exchange(request)

    return wait_and_exchange
