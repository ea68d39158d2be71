"""A form read as Python's own library reads it, whatever stands in it."""

from __future__ import annotations

import tracemalloc
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dmcli.api.wire import Request
from dmcli.sandbox.gateway.request import read_call

PIECES = [
    "%",
    "%4",
    "%41",
    "%e4%BD%a0",
    "%3d",
    "%0D",
    "%0a",
    "%ff",
    "%C3",
    "=",
    "\n",
    "\r",
    " ",
    "\t",
    "_",
    "a",
    "1",
    "é",
]


def value_of(sent: bytes) -> str:
    """The value of a parameter that was sent so."""
    return read_call(Request("POST", "http://127.0.0.1/", {}, b"Name=" + sent)).params["Name"]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
@example("=3D" + "%41" * 30_000 + "%4")
def test_escapes_are_resolved_and_what_is_none_stays(text: str) -> None:
    assert value_of(text.encode()) == unquote_to_bytes(text).decode("utf-8", "replace")


@pytest.mark.parametrize("sent", [b"%41z", b"%zz", b"%41", b"%E4%BD%A0"])
def test_a_body_of_escapes_takes_a_few_times_its_size(sent: bytes) -> None:
    """It took fifty times as much: a call of the largest size, 1.4 GB."""
    size = 2 * 1024 * 1024
    body = sent * (size // len(sent))
    tracemalloc.start()
    try:
        value_of(body)
        assert tracemalloc.get_traced_memory()[1] < 10 * size
    finally:
        tracemalloc.stop()
