"""The manual pages: one for dm and one a group, with every command, and nothing that roff would take for its own."""

from __future__ import annotations

import re

import click

from dmcli.cli.app import GROUPS
from dmcli.cli.manual import manual
from dmcli.cli.reference import walk

PAGES = manual("2026-01-31")
# What the pages are made of; all else that begins with a dot is a text that roff would obey.
REQUESTS = {".TH", ".SH", ".SS", ".TP", ".PP", ".EX", ".EE"}


def test_there_is_a_page_for_dm_and_one_a_group() -> None:
    assert set(PAGES) == {"dm.1", *(f"dm-{name}.1" for name in GROUPS)}
    for name in GROUPS:
        written = name.replace("-", r"\-")
        assert rf"\fBdm\-{written}\fR(1)" in PAGES["dm.1"]


def test_every_command_stands_in_the_page_of_its_group() -> None:
    for path, ctx in walk():
        if len(path) > 1 and not isinstance(ctx.command, click.Group):
            title = f".SS dm {' '.join(path)}".replace("-", r"\-")
            assert title in PAGES[f"dm-{path[0]}.1"].splitlines(), path


def test_no_text_is_taken_for_a_request_of_roff() -> None:
    for name, page in PAGES.items():
        for line in page.splitlines():
            assert line, name
            assert not line.startswith(("'", ".")) or line.split()[0] in REQUESTS, line
            assert set(re.findall(r"\\(\(?.)", line)) <= {"f", "-", "e", "&", "(a", "(h", "(t", "(g"}, line
