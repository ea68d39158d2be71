"""Mail in pages and by words: what is read and counted is what a look at every mail finds, in the same order."""

from __future__ import annotations

from dmcli.api.wire import Request
from dmcli.sandbox.mail import mailbox
from dmcli.sandbox.mail.query import Filter
from dmcli.sandbox.server.site import site_of
from dmcli.sandbox.web.views import inbox


def _ask(cloud, query: str = "") -> bytes:
    """What the inbox shows."""
    reply = site_of(cloud.sandbox)(Request("GET", f"http://127.0.0.1/_dm/{query}", {"host": "127.0.0.1"}, b""))
    assert reply.status == 200
    return reply.body


def test_pages_are_the_parts_of_the_list(cloud):
    for number in range(7):
        cloud.send(f"u{number}@example.com")
    mailbox.mark(cloud.sandbox, 4)
    for chosen in (Filter(), Filter(unseen=True), Filter(since=2), Filter(text="example"), Filter(tag="none")):
        every = [mail["id"] for mail in mailbox.list_mail(cloud.sandbox, chosen=chosen)]
        for page in range(1, 6):
            found = mailbox.read_page(cloud.sandbox, chosen, page, 2)
            assert [mail["id"] for mail in found.mails] == every[(page - 1) * 2 : page * 2]
            assert (found.total, found.more) == (len(every), False)


def test_a_search_counts_no_more_than_a_thousand(cloud, monkeypatch):
    monkeypatch.setattr(mailbox, "MOST_COUNTED", 2)
    monkeypatch.setattr(inbox, "PAGE", 2)
    for number in range(4):
        cloud.send(f"u{number}@example.com")
    first, last = (mailbox.read_page(cloud.sandbox, Filter(text="example"), page, 2) for page in (1, 2))
    assert (len(first.mails), first.total, first.more) == (2, 2, True)
    assert (len(last.mails), last.total, last.more) == (2, 4, False)
    assert b"1 to 2 of more than 2 mails found" in _ask(cloud, "?text=example")
    assert b"more" not in _ask(cloud).partition(b'class="shown"')[2].partition(b"</p>")[0]
