"""What is counted is in the singular where there is one of it."""

from __future__ import annotations

import re

import pytest

SEND = "send single --to a@example.com,b@example.com --subject s --text t"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("template show welcome-mail", "there is 1 other"),
        ("domain list --limit 1", "showing the first 1 row; there are more"),
        ("sandbox mail list --limit 1", "showing the newest 1 mail; there are more"),
        ("sandbox mail delete 1 --yes", "deleted 1 mail\n"),
        ("sandbox fault remove --all", "removed 1 fault\n"),
        ("sandbox limit lift SingleSendMail", "lifted 1 limit\n"),
        ("receiver add customers ada@example.com", "1 of 1 address rejected; "),
    ],
)
def test_one_is_one(box, line, said):
    box("domain create mail.example.com")
    box(SEND)
    box("sandbox fault add drop --action CreateTag")
    box("sandbox limit set SingleSendMail 10/s")
    told = box(line, code={"template": 10, "receiver": 7}.get(line.split()[0], 0)).err
    assert said in told
    assert not re.search(r"\b1 [a-z]+s\b", told.replace("1 address", ""))


def test_more_are_more(box):
    for name in ("one.example.com", "two.example.com"):
        box(f"domain create {name}")
    box(SEND)
    assert "there are 3 others" in box("domain show xyzzy", code=10).err
    assert "showing the first 2 rows" in box("domain list --limit 2").err
    assert "deleted 2 mails" in box("sandbox mail delete --all --yes").err
