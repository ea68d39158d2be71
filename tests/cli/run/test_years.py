"""Clocks that are far ahead: a run does the same in any year that a calendar has."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import pytest

from dmcli.client import attempts
from dmcli.sandbox import emulator

LINES = [
    "tag list",
    "tag show welcome -o table",
    "send single --to a@example.com --subject s --text t --idempotency-key k",
    "stats totals",
    "stats details --since 7d",
    "account show",
    "task list",
    "sandbox mail list",
    "sandbox mail show 1",
    "sandbox quota",
    "sandbox clock advance 1d",
    "sandbox clock show -o table",
    "sandbox calls list",
    "doctor",
]


@pytest.mark.parametrize("moment", [2**31, 2**32, 9_223_372_036, 13_569_465_600])  # 2038, 2106, 2262, 2400
def test_a_clock_that_is_far_ahead_is_no_trouble(box, monkeypatch, moment):
    class Far(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.fromtimestamp(moment, tz)

    for module in (attempts, emulator):
        monkeypatch.setattr(module, "datetime", Far)
    monkeypatch.setattr("datetime.datetime", Far)
    monkeypatch.setattr(time, "time", lambda: float(moment))
    for line in LINES:
        box(line)
    year = datetime.fromtimestamp(moment + 86400, UTC).year
    assert str(year) in box("sandbox clock show").out
    assert re.search(r"sent under this key before, \d{4,}-\d\d-\d\d \d\d:\d\d \+00:00;", box(LINES[2]).err)
