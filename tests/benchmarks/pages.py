"""The server's time for a page of an inbox with 10,000 mails: as it is, searched, filtered, and one mail."""

from __future__ import annotations

import random
import statistics
import tempfile
import time

from dmcli.api.wire import Request
from dmcli.sandbox.emulator import Sandbox
from dmcli.sandbox.server.site import site_of
from dmcli.sandbox.service.context import Context
from dmcli.sandbox.service.delivery import Message, Recipient, deliver

MAILS, LIMIT = 10_000, 0.1  # seconds
WORDS = (
    "order",
    "invoice",
    "welcome",
    "您好",
    "您的验证码",
    "reset",
    "password",
    "<b>",
    "</b>",
    "the",
    "of",
    "table",
    "style",
)
PAGES = {
    "inbox": "",
    "inbox, last page": "?page=100",
    "search: in every mail": "?text=welcome",
    "search: in one": "?text=number+5000",
    "search: in none": "?text=nowhere+at+all",
    "search: Chinese, in none": "?text=%E6%82%A8%E7%9A%84%E5%8F%91%E7%A5%A8",
    "tag and outcome": "?tag=t3&status=0",
    "unread": "?unseen=true",
    "count of newer": "newer?since=9990",
    "a mail": "mail/5000/text",
    "delivery of a mail": "mail/5000/delivery",
    "calls": "calls",
    "statistics": "stats",
    "account": "account",
}


def fill(sandbox: Sandbox) -> int:
    """Send 10,000 mails of about 3 kB, each to one; bytes of all bodies."""
    chance, size = random.Random(1), 0  # noqa: S311  the same mails each time
    now = int(sandbox.now().timestamp())
    with sandbox.store.transaction() as connection:
        for number in range(MAILS):
            html, text = (" ".join(chance.choices(WORDS, k=count)) for count in (400, 80))
            message = Message(f"Mail number {number}", f"<html><body>{html}</body></html>", text)
            size += message.size
            context = Context(connection, {}, now - (MAILS - number) * 60, f"request-{number}")
            deliver(
                context, "noreply@sandbox.test", message, [Recipient(f"u{number}@example.com")], tag=f"t{number % 7}"
            )
    return size


def main() -> None:
    """One line a page: the median of its times but the first, which loads templates, and whether it is quick enough."""
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox(f"{folder}/sandbox.db")
        print(f"{MAILS} mails, {fill(sandbox) / 1e6:.0f} MB of subjects and bodies")
        exchange = site_of(sandbox)
        for name, path in PAGES.items():
            request = Request("GET", f"http://127.0.0.1/_dm/{path}", {"host": "127.0.0.1"}, b"")
            taken = []
            for _ in range(12):
                began = time.perf_counter()
                assert exchange(request).status == 200
                taken.append(time.perf_counter() - began)
            median = statistics.median(taken[1:])
            verdict = "ok" if median <= LIMIT else "MISSED"
            print(f"{name:26} {median * 1000:6.1f} ms (at most {LIMIT * 1000:.0f}) {verdict}")
        sandbox.close()


if __name__ == "__main__":
    main()
