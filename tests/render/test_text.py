"""What a terminal is shown of strings we did not write."""

from __future__ import annotations

import sys

import pytest

from dmcli.render import safe

HARMFUL = (
    {*range(0x20), *range(0x7F, 0xA0), 0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
    | {0x2028, 0x2029, 0xFEFF, *range(0xD800, 0xE000)}
    | set(range(0xE0000, 0xE0080))
)


def test_every_character_is_either_kept_or_escaped_in_plain_ascii():
    for code in range(sys.maxunicode + 1):
        shown = safe(chr(code))
        if code in HARMFUL:
            assert shown.startswith("\\")
            assert shown.isascii()
            assert shown.isprintable()
        else:
            assert shown == chr(code)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain 测试 😀", "plain 测试 😀"),
        ("\x1b[31mred\x07", r"\x1b[31mred\x07"),
        ("a\tb\r\nc", r"a\tb\r\nc"),
        ("\x9b0m", r"\x9b0m"),
        ("a\u202eb", r"a\u202eb"),
        ("\udc80", r"\udc80"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_escapes_are_those_of_a_literal(text, shown):
    assert safe(text) == shown


def test_only_line_feeds_stay_when_lines_are_wanted():
    assert safe("a\nb\x1b\r\n\tc", lines=True) == "a\nb\\x1b\\r\n\\tc"
