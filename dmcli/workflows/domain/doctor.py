"""What domains want, asked of the account in the background, so that DNS can be asked at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from dmcli.api import catalogue
from dmcli.api.kinds.addresses import DOMAIN_REF
from dmcli.api.paging import value_of
from dmcli.errors import DmError
from dmcli.maildns.survey import Wants
from dmcli.maildns.wanted import wanted
from dmcli.workflows.lookup import resolve_all

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from dmcli.client.client import Client

    Job = Callable[[], None]

_AT_ONCE = 8  # calls on the way
_Result = TypeVar("_Result")


def ask_account(client: Client, domains: Collection[str]) -> dict[str, Future[Wants]]:
    """What each domain, given by name or id, wants, as a future; a DmError in it says why that is not known.

    The calls are made in threads that do not keep the program from ending. One is made before the others, so that what
    it finds out about clock and keys holds for them.
    """
    futures = {name: _future(Wants) for name in domains}
    _start(partial(_ask, client, futures))
    return futures


def _ask(client: Client, futures: dict[str, Future[Wants]]) -> None:
    senders = _future(list[str])
    ids = _future(dict[str, str])
    _settle(ids, lambda: resolve_all(client, DOMAIN_REF, futures))
    jobs: list[Job] = [partial(_settle, senders, partial(_senders, client))]
    for name, future in futures.items():
        jobs.append(partial(_settle, future, partial(_describe, client, name, ids, senders)))
    if all(DOMAIN_REF.is_id(name) for name in futures):  # no listing was asked for ids
        jobs.pop(0)()
    _run(jobs)


def _describe(client: Client, name: str, ids: Future[dict[str, str]], senders: Future[list[str]]) -> Wants:
    params = {"DomainId": ids.result()[name], "RequireRealTimeDnsRecords": "true"}
    reply = client.call(catalogue.get("DescDomain"), params)
    domain = str(value_of(reply, "DomainName"))
    return Wants(
        domain,
        tuple(wanted(reply)),
        account=True,
        filed={"1": True, "0": False}.get(str(value_of(reply, "IcpStatus"))),  # the other way round than other flags
        senders=tuple(address for address in senders.result() if address.rpartition("@")[2] == domain),
    )


def _senders(client: Client) -> list[str]:
    """The account's sender addresses; none where they cannot be listed: the doctor can do without."""
    try:
        rows = client.rows(catalogue.get("QueryMailAddressByParam"), {})
        return [str(value_of(row, "AccountName")).lower() for row in rows]
    except DmError:
        return []


def _future(_: type[_Result]) -> Future[_Result]:
    """A future that cannot be cancelled any more: its result is set whether somebody still waits or not."""
    future: Future[_Result] = Future()
    future.set_running_or_notify_cancel()
    return future


def _settle(future: Future[_Result], work: Callable[[], _Result]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001  raised again where the future is awaited
        future.set_exception(error)


def _run(jobs: Iterable[Job]) -> None:
    """Run jobs in a few threads, in order."""
    left: SimpleQueue[Job] = SimpleQueue()
    for job in jobs:
        left.put(job)

    def work() -> None:
        while True:
            try:
                job = left.get_nowait()
            except Empty:
                return
            job()

    for _ in range(min(_AT_ONCE, left.qsize())):
        _start(work)


def _start(work: Job) -> None:
    threading.Thread(target=work, daemon=True).start()
