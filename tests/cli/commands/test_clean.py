"""`dm receiver clean` and `stats invalid --all`: known invalid addresses off the lists, and all of them listed."""

from __future__ import annotations

import json

import pytest

BAD = ["x1@b.test", "X2@b.test", "x3@b.test"]


@pytest.fixture
def lists(box, sandbox):
    """Two lists with three invalid addresses between them, and many that are in neither."""
    with sandbox.store.transaction() as connection:
        known = [(address.lower(), 1) for address in BAD] + [(f"other{number}@b.test", 1) for number in range(250)]
        connection.executemany("INSERT INTO invalid (address, at) VALUES (?, ?)", known)
    for name, addresses in (("one", [*BAD, "ok@b.test"]), ("two", ["x1@b.test", "fine@b.test"])):
        box("receiver create {} -q", name)
        box("receiver add {} {} -q", name, addresses)


def members(box, name):
    return [row["Email"] for row in box("receiver members {} --all -o json --query rows", name).json]


def rows(result):
    return {row["list"]: (row["invalid"], row["removed"], row["left"]) for row in result.json}


def test_a_dry_run_shows_the_plan_and_takes_nothing_off(box, lists):
    result = box("receiver clean --dry-run -o json")
    shown = rows(result)
    assert (shown["one"], shown["two"]) == ((3, 0, 3), (1, 0, 1))
    assert set(next(row for row in result.json if row["list"] == "one")["sample"]) == set(BAD)
    assert len(members(box, "one")) == 4
    assert "dry run" in result.err


def test_all_lists_are_cleaned_and_a_second_run_finds_nothing(dm, box, lists):
    shown = rows(dm("receiver clean --yes -o json"))
    assert (shown["one"], shown["two"]) == ((3, 3, 0), (1, 1, 0))
    assert (members(box, "one"), members(box, "two")) == (["ok@b.test"], ["fine@b.test"])
    again = dm("receiver clean --yes -o json")
    assert set(rows(again).values()) == {(0, 0, 0)}
    assert "no list has" in again.err


def test_only_the_lists_that_are_named(box, lists):
    assert set(rows(box("receiver clean two --yes -o json"))) == {"two"}
    assert len(members(box, "one")) == 4
    assert "nosuch" in box("receiver clean nosuch --yes", code=10).err


def test_it_asks_and_without_a_terminal_refuses_before_any_call(box, lists):
    assert "give --yes" in box("receiver clean", code=2).err
    assert "nothing was done" in box("receiver clean", tty=True, stdin="n\n", code=2).err
    assert len(members(box, "one")) == 4
    asked = box("receiver clean one", tty=True, stdin="y\n")
    assert "one: 3 known invalid addresses, such as x1@b.test, X2@b.test, x3@b.test" in asked.err
    assert "Take 3 addresses off" in asked.err
    assert members(box, "one") == ["ok@b.test"]


def test_what_is_done_and_left_at_a_refusal_is_told_and_the_next_run_does_the_rest(box, lists):
    box("sandbox fault add error Forbidden.RAM --action DeleteReceiverDetail --nth 3")
    result = box("receiver clean --yes -o json", code=3)
    assert sum(removed for _, removed, _ in rows(result).values()) == 2
    error = json.loads(result.err.splitlines()[-1])["error"]
    assert "2 of 4 addresses taken off, 2 left" in error["message"]
    assert "dm:DeleteReceiverDetail" in error["hint"]
    box("receiver clean --yes -q")
    assert (members(box, "one"), members(box, "two")) == (["ok@b.test"], ["fine@b.test"])


def test_what_is_gone_already_counts_as_done(box, lists):
    box("sandbox fault add error InvalidReceiver.NotFound --action DeleteReceiverDetail --times 4")
    assert rows(box("receiver clean one --yes -o json"))["one"] == (3, 3, 0)


def test_an_interruption_tells_what_is_left(box, lists, monkeypatch):
    from dmcli.client.client import Client

    call, deletes = Client.call, []

    def interrupted(self, action, *rest):
        if action.name == "DeleteReceiverDetail":
            deletes.append(1)
            if len(deletes) == 3:
                raise KeyboardInterrupt
        return call(self, action, *rest)

    monkeypatch.setattr(Client, "call", interrupted)
    assert "2 of 4 addresses taken off, 2 left" in box("receiver clean --yes", code=130).err


def test_all_invalid_addresses_are_listed_over_all_pages(box, lists):
    assert len(box("stats invalid --all -o json --query rows").json) == 253
    assert len(box("stats invalid -o json --query rows").json) == 100


def test_a_full_disk_is_said(box, lists, monkeypatch):
    from dmcli.workflows.lists.clean import Plan

    made = Plan.__init__

    def small(self):
        made(self)
        self._db.execute("PRAGMA max_page_count = 4")

    monkeypatch.setattr(Plan, "__init__", small)
    assert "full" in box("receiver clean --dry-run", code=8).err
