"""Mail in pages and by words: what is read and counted is what a look at every mail finds, in the same order."""

from __future__ import annotations

import json

import pytest
from patience import eventually

from dmcli.api.wire import Request
from dmcli.sandbox.mail import mailbox, search
from dmcli.sandbox.mail.query import Filter
from dmcli.sandbox.server.site import site_of
from dmcli.sandbox.web.views import inbox

_TEXTS = (
    "Your code is 123456",
    "您的验证码是 654321，请勿转发",
    "发票",
    'He said "AND" OR (NEAR) *',
    "ΟΔΥΣΣΕΥΣ, straße, İstanbul",
    "100% of a_b\\c",
    "a\x00b between",
    "é",
)
_WORDS = (
    *(
        "code",
        "CODE",
        "123",
        "验证码",
        "验",
        "发票",
        "发",
        "票",
        "请勿转发",
        "οδυσσευς",
        "οδυσσευσ",
        "SS",
        "straße",
        "i̇stan",
    ),
    *("é", "e", "nowhere", "12", "u3@", "@example.com", "m", '"and"', '"', "(near) *", "%", "_b", "\\c", "a\x00b"),
    "subject 5",
)
_CHOICES = (
    *(Filter(text=word) for word in _WORDS),
    *(Filter(to="U3@"), Filter(subject="subject 4"), Filter(text="code", to="u1"), Filter(text="code", tag="none")),
    *(Filter(text="code", since=3), Filter(text="code", since=6), Filter(text="co", until=6), Filter(text="for ada")),
    Filter(text="nobody", unseen=True),
)


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


def _found(cloud) -> list[object]:
    """What is found by each choice, in several ways."""
    with cloud.sandbox.store.reading() as connection:
        numbers = [mailbox.select_numbers(connection, chosen, 100) for chosen in _CHOICES]
        parts = [mailbox.select_numbers(connection, chosen, 2, before=9, offset=1) for chosen in _CHOICES]
    counts = [mailbox.count_mail(cloud.sandbox, chosen) for chosen in _CHOICES]
    return [numbers, parts, counts, [mailbox.list_mail(cloud.sandbox, 3, chosen) for chosen in _CHOICES]]


@pytest.fixture
def full(cloud):
    """Mails to one, and a batch whose subject and variables differ by recipient."""
    for number, text in enumerate(_TEXTS):
        cloud.send(f"u{number}@example.com", Subject=f"Subject {number}", TextBody=text)
    people = [{"To": f"{name}@example.com", "TemplateData": {"name": name}} for name in ("ada", "li", "bo", "sam")]
    content = {"Subject": "For {name}", "TextBody": "A code for everybody"}
    batch = {"AccountName": "news@sandbox.test", "AddressType": "1", "TemplateContent": json.dumps(content)}
    cloud.ok("BatchSendMail", **batch, Receivers=json.dumps(people))
    return cloud


def test_an_index_finds_what_a_look_at_every_mail_finds(full, monkeypatch):
    monkeypatch.setattr(search, "_MOST_MAILS", 5)
    expected = _found(full)
    assert expected[0][0]  # and not nothing everywhere
    while search.index_some(full.sandbox.store):
        assert _found(full) == expected  # a part of it in the index, the others not
    assert full.sql("SELECT last - first FROM together") == [(1,), (1,)]
    monkeypatch.setattr(search, "_MOST_TERMS", 2)
    assert _found(full) == expected
    monkeypatch.setattr(search, "available", lambda: False)
    assert _found(full) == expected


def test_mail_that_is_gone_is_not_found_and_what_comes_then_is(full):
    while search.index_some(full.sandbox.store):
        pass
    mailbox.delete_mail(full.sandbox, Filter(text="123"))
    assert not mailbox.list_mail(full.sandbox, chosen=Filter(text="123"))
    mailbox.delete_mail(full.sandbox)
    full.send("u1@example.com", TextBody="Your code is 777")
    assert mailbox.count_mail(full.sandbox, Filter(text="code")) == 1
    full.sandbox.reset()
    full.send("u1@example.com", TextBody="Your code is 888")
    assert mailbox.count_mail(full.sandbox, Filter(text="code is 888")) == 1


def test_the_index_is_made_once_somebody_looks_and_nobody_calls(full, monkeypatch):
    monkeypatch.setattr(search, "_FEW", 0)
    monkeypatch.setattr(search, "_QUIET", 0.01)
    assert site_of(full.sandbox)(Request("GET", "http://127.0.0.1/_dm/", {"host": "127.0.0.1"}, b"")).status == 200

    def until() -> int:
        with full.sandbox.store.reading() as connection:
            return search.indexed_until(connection)

    eventually(lambda: until() == len(_TEXTS) + 4)


def test_the_index_is_made_once_somebody_looks_at_pages_and_there_are_no_calls(full, monkeypatch):
    monkeypatch.setattr(search, "_FEW", 0)
    monkeypatch.setattr(search, "_QUIET", 0.01)

    def until() -> int:
        with full.sandbox.store.reading() as connection:
            return search.indexed_until(connection)

    assert until() == 0
    _ask(full)
    eventually(lambda: until() == len(_TEXTS) + 4)
