"""Tables of real lists on terminals of several widths: nothing is wider, and what is copied from a table is whole."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len
from rows import each
from shell import on_a_terminal

from dmcli.api import catalogue
from dmcli.api.model import State

SENDER = "newsletter@marketing.customers.example.com"
RECIPIENT = "alexandra.montgomery@subsidiary.example.co.uk"
SUBJECT = "Your order 2026-11-3311 has been shipped today"
# Every list that has an address, a name or an id, and the field of each row that is one.
LISTS = {
    "stats details": "data.mailDetail[].ToAddress",
    "stats invalid": "data.mailDetail[].ToAddress",
    "domain list": "data.domain[].DomainName",
    "address list": "data.mailAddress[].AccountName",
    "receiver list": "data.receiver[].ReceiverId",
    "receiver members customers": "data.detail[].Email",
    "tag list": "data.tag[].TagName",
    "template list": "data.template[].TemplateName",
    "task list": "data.task[].TaskId",
    "suppression blocked --type unsubscribe": "Data[].BlockEmail",
    "sandbox mail list": "mails[].recipient",
    "sandbox calls list": "calls[].action",
}


@pytest.fixture(scope="module")
def kept():
    """The file of the sandbox of `full`, once a test has filled it."""
    return []


@pytest.fixture
def full(box, kept, tmp_path):
    """A sandbox with long names in it, filled once and copied from then on."""
    path = tmp_path / "sandbox.db"
    if kept:
        path.write_bytes(kept[0])
    else:
        fill(box)
        kept.append(path.read_bytes())
    return box


def fill(box):
    """Let there be something in every list."""
    box("sandbox limit lift --all")
    box("domain create marketing.customers.example.com")
    box("domain check marketing.customers.example.com")
    box("address create {} --type batch --reply-to {}", SENDER, RECIPIENT)
    for to in (RECIPIENT, f"invalid+{RECIPIENT}", "invalid@example.com"):
        box("send single --from {} --to {} --subject {} --html x --track --tag welcome", SENDER, to, SUBJECT)
    box("sandbox play unsubscribe --mail 1")
    box("receiver add customers {}", RECIPIENT)
    box("send batch --from {} --list customers --template newsletter --tag welcome --yes", SENDER)


@each("columns", [80, 120])
@each("line", LISTS)
def test_ids_and_addresses_are_whole(full, monkeypatch, line, columns):
    names = full(f"{line} -o json --query {LISTS[line]}").json
    assert names
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = full(line, tty=True).out
    assert set(map(str, names)) <= set(plain(shown).split())


@each("columns", [40, 80, 120])
@each("line", [*LISTS, "stats tracking", "stats totals", "config list"])
def test_no_line_is_wider_than_the_terminal(full, monkeypatch, line, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    for row in plain(full(line, tty=True).out).splitlines():
        assert cell_len(row) <= columns, row


@pytest.mark.parametrize("columns", [40, 61])
def test_what_is_said_is_folded_between_words(full, columns):
    said = on_a_terminal("-p sandbox stats sender nobody@sandbox.test", columns=columns)[1].splitlines()
    wide = on_a_terminal("-p sandbox stats sender nobody@sandbox.test", columns=300)[1]
    assert all(len(line) <= columns for line in said)
    request = re.compile("[0-9A-F]{8}-[-0-9A-F]{27}")
    assert request.sub("", " ".join(said)).split() == request.sub("", wide).split()
    assert "`dm address list`" in " ".join(line.strip() for line in said if "`" in line)
    assert full("stats details --limit 1").err.count("\n") == 1  # not where it is no terminal


def test_the_columns_of_details_give_way_in_their_order(full, monkeypatch):
    seen = []
    for columns in (170, 147, 103, 91):
        monkeypatch.setenv("COLUMNS", str(columns))
        result = full("stats details", tty=True)
        seen.append((plain(result.out).splitlines()[0].split(), result.err.partition(":")[0].strip()))
    assert seen == [
        (["Time", "To", "Outcome", "Subject", "From", "Message"], ""),
        (["Time", "To", "Outcome", "Subject", "From"], "no room for Message"),
        (["Time", "To", "Outcome", "Subject"], "no room for From, Message"),
        (["Time", "To", "Outcome"], "no room for Subject, From, Message"),
    ]


@pytest.mark.parametrize(
    ("line", "word", "style"),
    [
        ("account show", "normal", "32"),
        ("domain list", "verified", "32"),
        ("domain show sandbox.test", "yes", "32"),
        ("domain check sandbox.test", "yes", "32"),
        ("address list", "normal", "32"),
        ("address show noreply@sandbox.test", "normal", "32"),
        ("stats sender noreply@sandbox.test", "normal", "32"),
        ("stats details --status delivered", "delivered", "32"),
        ("stats details --status invalid", "invalid address", "1;31"),
        ("template list", "approved", "32"),
        ("template show newsletter", "approved", "32"),
        ("task list", "sent", "32"),
        ("sandbox mail list", "invalid address", "1;31"),
        ("sandbox mail show 1", "delivered", "32"),
        ("sandbox calls list", "200", "32"),
        ("sandbox calls list --status 400", "400", "1;31"),
        ("trace ada@example.com", "delivered", "32"),
        ("trace invalid@example.com", "invalid address", "1;31"),
        ("trace invalid@example.com", "known-invalid", "33"),
    ],
)
def test_states_have_colour_in_every_table(full, monkeypatch, line, word, style):
    full("address delete nobody@sandbox.test --yes", code=10)
    full("api DeleteTag TagId=", code=1)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "xterm")
    assert re.search(f"\x1b\\[{style}m *{word}", full(line, tty=True).out.replace("\x1b[49m", ""))


@each("action", catalogue.all_actions(), named=lambda one: one.name)
def test_the_words_of_a_status_say_how_well_things_stand(action):
    for field in action.fields:
        assert "status" not in field.name.lower() or all(isinstance(word, State) for word in field.words.values())


@each("action", [one for one in catalogue.all_actions() if one.lists], named=lambda one: one.name)
def test_headings_differ_and_say_unique_where_the_wire_does(action):
    titles = [field.title for field in action.fields if field.title]
    assert len(titles) == len(set(titles))
    for field in action.fields:
        assert not field.title or ("Unique" in field.name) == ("Unique" in field.title)


def plain(shown: str) -> str:
    """What is shown, without colours."""
    return re.sub("\x1b\\[[0-9;]*m", "", shown)
