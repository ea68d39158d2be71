"""A sandbox with a million mails beside one with a thousand: sends, pages, searches, statistics, memory, file, reset.

`python tests/benchmarks/million.py [MAILS]`. The mails have a body of some 350 bytes in words of three languages, and
are spread over 30 days; every tenth was opened. The index of words is made before the searches, as a sandbox makes it
while there are no calls, and how long that took is printed. Times of pages are of CPU, since others may use the machine
too, and medians. Exits with 1 where a figure is missed.
"""

from __future__ import annotations

import os
import random
import resource
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from sends import KEYS, PARAMS, TARGET, request

from dmcli.api import catalogue
from dmcli.api.request import Signed, sign
from dmcli.api.wire import Request
from dmcli.sandbox.control.quota import set_quota
from dmcli.sandbox.emulator import Sandbox
from dmcli.sandbox.mail.search import index_some
from dmcli.sandbox.server.site import site_of
from dmcli.sandbox.service.delivery import INSERT_MAIL, INSERT_MESSAGE, OK, Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MILLION, FEW, RUNS = 1_000_000, 1000, 400
WORDS = (
    *("the", "of", "and", "your", "order", "invoice", "welcome", "account", "please", "confirm", "below", "shipping"),
    *("reset", "password", "table", "您好", "您的验证码", "订单", "已发货", "感谢您的购买", "請確認", "ваш", "заказ"),
)
PAGES = {
    "inbox": ("", 30),
    "inbox, the last page": ("?page=10000", 150),
    "search: in every mail": ("?text=welcome", 150),
    "search: in one": ("?text=number+500000", 150),
    "search: in none": ("?text=nowhere+at+all", 150),
    "search: Chinese, in many": (f"?text={quote('您的验证码')}", 150),
    "search: Chinese, two characters, in one": (f"?text={quote('发票')}", 150),
    "search: Chinese, in none": (f"?text={quote('退款通知')}", 150),
    "search: a part of an address": ("?text=u0500000%40", 150),
    "search: the address alone": ("?to=u0500000%40", 150),
    "statistics of 30 days": ("stats", 100),
}


class Row(NamedTuple):
    """One figure: what it is, what was found, what it may be at most."""

    name: str
    found: float
    most: float
    unit: str

    @property
    def met(self) -> bool:
        """Whether it is good enough."""
        return self.found <= self.most


def fill(sandbox: Sandbox, mails: int) -> int:
    """Keep that many mails as sends would; bytes of their subjects and bodies."""
    chance, now, size = random.Random(1), int(sandbox.now().timestamp()), 0  # noqa: S311  the same mails each time
    for first in range(0, mails, 10_000):
        messages, rows, events = [], [], []
        for number in range(first, min(first + 10_000, mails)):
            text = " ".join(chance.choices(WORDS, k=45)) + (" 发票" if number == mails // 3 else "")
            message = Message(f"Mail number {number}", "", text)
            at = now - 29 * 86400 + number * 29 * 86400 // mails
            messages.append((*message, f"request-{number}", message.size))
            who = (number + 1, "mail", "noreply@sandbox.test", f"u{number:07}@example.com", 0, f"t{number % 7}")
            rows.append((*who, *OK[:3], None, None, at, at))
            events += [(number + 1, "open", at)] if number % 10 == 0 else []
            size += message.size
        with sandbox.store.transaction() as connection:
            connection.executemany(INSERT_MESSAGE, messages)
            connection.executemany(INSERT_MAIL, rows)
            connection.executemany("INSERT INTO event (mail, kind, at) VALUES (?, ?, ?)", events)
    return size


def once(work: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    """Milliseconds of CPU, or by another clock."""
    began = clock()
    work()
    return (clock() - began) * 1000


def look(sandbox: Sandbox, path: str) -> float:
    """Milliseconds for a page, the median of those after the first, which loads templates."""
    exchange = site_of(sandbox)
    asked = Request("GET", f"http://127.0.0.1/_dm/{path}", {"host": "127.0.0.1"}, b"")

    def page() -> None:
        assert exchange(asked).status == 200

    return statistics.median([once(page) for _ in range(8)][1:])


def totals(sandbox: Sandbox) -> float:
    """Milliseconds for the service's own statistics of 30 days."""
    action = catalogue.get("SenderStatisticsByTagNameAndBatchID")
    day = 86400

    def ask() -> None:
        window = [time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600 - back * day)) for back in (29, 0)]
        given = dict(zip(("StartTime", "EndTime"), window, strict=True))
        call = Signed(action.name, "2015-11-23", TARGET, KEYS, sandbox.now(), os.urandom(16).hex())
        assert sandbox.exchange(sign(call, given)).status == 200

    return statistics.median([once(ask) for _ in range(8)][1:])


def send(sandbox: Sandbox) -> float:
    """Microseconds of CPU that a send takes."""
    chance = random.Random()  # noqa: S311  recipients that are anywhere among the others
    to = [f"u{chance.randrange(10**6):07}@example.com" for _ in range(RUNS)]
    sends = [request(TARGET, {**PARAMS, "ToAddress": one}) for one in to]
    began = time.process_time()
    for one in sends:
        assert sandbox.exchange(one).status == 200
    return (time.process_time() - began) / RUNS * 1e6


def resident() -> float:
    """MiB of this process now."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20


def beside_few(large: Sandbox, small: Sandbox) -> float:
    """The CPU of a send as a multiple of that in a sandbox with few mails."""
    return statistics.median([send(large) / send(small) for _ in range(9)])


def filled(folder: str, name: str, mails: int) -> tuple[Sandbox, int]:
    """A sandbox with that many mails, and the bytes of their bodies."""
    sandbox = Sandbox(f"{folder}/{name}.db")
    set_quota(sandbox, 10**9, 10**9)
    send(sandbox), look(sandbox, "")
    return sandbox, fill(sandbox, mails)


def growth(mails: int = MILLION) -> float:
    """The CPU of a send into that many mails as a multiple of that into a thousand."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        small, large = (stack.enter_context(closing(filled(folder, str(size), size)[0])) for size in (FEW, mails))
        return beside_few(large, small)


def figures(folder: str, mails: int) -> Iterator[Row]:
    """All figures, one by one."""
    with closing(filled(folder, "small", FEW)[0]) as small:
        before, (large, size) = resident(), filled(folder, "large", mails)
        yield Row("a send, beside one of a thousand", beside_few(large, small), 1.15, "")
    with closing(large):
        index = once(lambda: all(iter(lambda: index_some(large.store), 0)), time.perf_counter)
        print(f"indexed in {index / 1000:.0f} s", flush=True)
        for name, (path, most) in PAGES.items():
            yield Row(name, look(large, path), most, "ms")
        yield Row("totals of 30 days, a call", totals(large), 100, "ms")
        yield Row("memory grown by", resident() - before, 20, "MiB")
        kept = sum(os.path.getsize(f"{folder}/large.db{end}") for end in ("", "-wal"))
        yield Row("file, a mail beside its body", (kept - size) / mails, 1.2 * 1024, "bytes")
        yield Row("reset", once(large.reset, time.perf_counter), 1000, "ms")


def main(mails: int = MILLION) -> int:
    """One line a figure."""
    met = []
    with tempfile.TemporaryDirectory() as folder:
        for row in figures(folder, mails):
            met.append(row.met)
            word = "ok" if row.met else "MISSED"
            print(f"{row.name:42} {row.found:8.2f} {row.unit:5} (at most {row.most:g}) {word}", flush=True)
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
