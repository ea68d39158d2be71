"""The account at a glance."""

from __future__ import annotations

import io
import json

import pytest
from rich.cells import cell_len

from dmcli.render import Output
from dmcli.render.panel import show_account

SUMMARY = {
    "DailyQuota": 2000, "MonthQuota": 60000, "QuotaLevel": 2, "MaxQuotaLevel": 10, "UserStatus": 0,
    "Domains": 1, "MailAddresses": 3, "Receivers": 4, "Tags": 5, "Templates": 6, "RequestId": "R",
}  # fmt: skip
USAGE: dict[str, object] = {"day_used": 1500, "month_used": 1600}


def panel(monkeypatch, summary, usage=USAGE, columns="80", color=None):
    monkeypatch.setenv("COLUMNS", columns)
    stdout = io.StringIO()
    show_account({**summary, "usage": usage}, Output("table", "", stdout, color))
    return stdout.getvalue()


def test_at_80_columns(monkeypatch):
    assert panel(monkeypatch, SUMMARY).splitlines() == [
        "╭──────────────────────────────── Account ─────────────────────────────────╮",
        "│ Status      normal                                                       │",
        "│ Level       2 of 10                                                      │",
        "│ Today       ███████████████░░░░░  75%  1,500 of 2,000 used, 500 left     │",
        "│ This month  █░░░░░░░░░░░░░░░░░░░   2%  1,600 of 60,000 used, 58,400 left │",
        "│ Domains     1 of 5                                                       │",
        "│ Senders     3 of 100 (10 by an older page)                               │",
        "│ Lists       4                                                            │",
        "│ Tags        5 of 500 (100 by an older page)                              │",
        "│ Templates   6 of 100                                                     │",
        "╰──────────────────────────────────────────────────────────────────────────╯",
    ]


def test_at_40_columns_figures_stand_under_the_bar(monkeypatch):
    text = panel(monkeypatch, SUMMARY, columns="40")
    assert {cell_len(line) for line in text.splitlines()} == {40}
    assert "│ Today       ███████████████░░░░  75% │\n│             1,500 of 2,000 used, 500 │\n" in text


@pytest.mark.parametrize(
    ("summary", "usage", "figures"),
    [
        ({}, USAGE, ["1,500 used, quota unknown", "1,600 used, quota unknown"]),
        ({}, None, ["Today       unknown", "This month  unknown", "unknown of unknown", "Status      unknown"]),
        (SUMMARY, None, ["2,000 allowed, used unknown", "60,000 allowed, used unknown"]),
        (SUMMARY, {"day_used": None, "month_used": 0}, ["2,000 allowed, used unknown", "0%  0 of 60,000 used"]),
        ({"DailyQuota": -1, "monthquota": "-1"}, {"day_used": 3}, ["3 used, no limit", "no limit, used unknown"]),
        ({"DailyQuota": 0}, {"day_used": 0}, ["100%  0 of 0 used, 0 left"]),
        ({"dailyquota": "100"}, {"day_used": 130}, ["████ 130%  130 of 100 used, 0 left"]),
        ({"DailyQuota": 1}, {"day_used": 29}, ["████ 2,900%  29 of 1 used, 0 left"]),
        ({"DailyQuota": 1}, {"day_used": 1234567}, ["██ 123,456,700%  1,234,567 of 1 used, 0 left"]),
    ],
)
def test_what_is_not_known_or_not_limited_is_said(monkeypatch, summary, usage, figures):
    text = panel(monkeypatch, summary, usage)
    for figure in figures:
        assert figure in text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "normal"),
        ("1", "frozen"),
        (2, "overdue"),
        (3, "outbound restricted"),
        (4, "outbound restricted"),
        (8, "deleted"),
        (5, "5"),
        ("\x1b[0m", r"\x1b[0m"),
    ],
)
def test_states_in_words(monkeypatch, code, words):
    assert f"│ Status      {words} " in panel(monkeypatch, {**SUMMARY, "UserStatus": code})


@pytest.mark.parametrize("columns", ["24", "40", "80"])
@pytest.mark.parametrize("used", [0, 1, 29, 1234567])
def test_a_bar_is_never_wider_than_the_terminal(monkeypatch, used, columns):
    text = panel(monkeypatch, SUMMARY | {"DailyQuota": 1}, {"day_used": used}, columns=columns)
    assert {cell_len(line) for line in text.splitlines()} == {min(int(columns), max(map(cell_len, text.splitlines())))}


@pytest.mark.parametrize(("used", "style"), [(1399, "32"), (1400, "33"), (1800, "1;31")])
def test_the_bar_warms_up(monkeypatch, used, style):
    text = panel(monkeypatch, SUMMARY, {"day_used": used}, color=True)
    assert f"\x1b[{style}m█" in text
    assert "\x1b[32mnormal" in text


def test_other_formats_have_the_plain_document():
    for document in (SUMMARY, {**SUMMARY, "usage": USAGE}):
        stdout = io.StringIO()
        show_account(document, Output("json", "", stdout))
        assert json.loads(stdout.getvalue()) == document


def test_the_panel_says_what_it_does_not_know_when_it_ends_and_where_it_is(monkeypatch):
    found = {"profile": "shop", "region": "cn\x1b[2J", "DailyRemainFreeQuota": 5, "RemainFreeQuota": "1999"}
    usage = {"day_used": 2, "day_left": 3, "day_runs_out": 1_774_929_600, "missing": "what nobody counts"}
    text = panel(monkeypatch, {**SUMMARY, **found}, usage, columns="120")
    assert r"│ Profile     shop, cn\x1b[2J " in text
    assert "│             at today's pace used up by 2026-03-31 04:00 +00:00 " in text
    assert "│ Free mails  5 left today, 1,999 in all " in text
    assert "│ Uncounted   what nobody counts " in text


def test_a_query_is_put_to_the_document():
    stdout = io.StringIO()
    show_account({**SUMMARY, "usage": USAGE}, Output("table", "[DailyQuota, usage.day_used]", stdout))
    assert json.loads(stdout.getvalue()) == [2000, 1500]


def test_an_ascii_stream_gets_an_ascii_bar(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    path = tmp_path / "out"
    with path.open("w", encoding="ascii") as stdout:
        show_account({**SUMMARY, "usage": USAGE}, Output("table", "", stdout))
    assert "###############.....  75%" in path.read_text("ascii")
