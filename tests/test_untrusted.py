"""What a terminal is shown of strings we did not write, and what is read as JSON."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows import each

from dmcli.untrusted import DEEPEST, brief, read_json, read_number, safe

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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[" * 100_000, "^it has more than 64 levels$"),
        ("[" * 300, "^it has more than 64 levels$"),  # told before a parser has gone down to its end
        ("[{}, " * 65, "^it has more than 64 levels$"),
        ('["' + "[" * 300, "Unterminated string"),
        ("[" * 65 + "]" * 65, "^it has more than 64 levels$"),
        ('{"a":' * 65 + "1" + "}" * 65, "^it has more than 64 levels$"),
        ("9" * 5000, "digits"),
        ("NaN", "^NaN is no JSON number$"),
        ("[Infinity]", "^Infinity is no JSON number$"),
        ("-Infinity", "^-Infinity is no JSON number$"),
        ('{"a": 1, "a": 2}', "^a key stands twice in one object$"),
        ('[{"a": {"b": 1, "b": 1}}]', "^a key stands twice in one object$"),
        ("", "Expecting value"),
        ("{", "Expecting property name"),
    ],
)
def test_what_can_be_read_in_two_ways_is_no_json(text, told):
    for form in (text, text.encode()):
        with pytest.raises(ValueError, match=told):
            read_json(form)


@pytest.mark.parametrize(
    "data",
    [
        b'"\xff"',
        b'"\xed\xa0\x80"',  # a lone surrogate
        '{"a": 1}'.encode("utf-16"),
        '{"a": 1}'.encode("utf-16-le"),
        '{"a": 1}'.encode("utf-32"),
    ],
)
def test_bytes_that_are_not_utf_8_are_no_json(data):
    with pytest.raises(ValueError, match=r"."):
        read_json(data)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 64 + "]" * 64,
        '["' + "[" * 100 + '"]',
        r'["\"' + "[" * 100 + r'\\\\", "", "\\", "' + "{" * 100 + '"]',
        b'{"a": "\xe6\x82\xa8"}',
        b'\xef\xbb\xbf{"a": 1}',  # the mark that RFC 8259 lets a reader ignore
        '"\\ud800"',
        '"\ud800"',
    ],
)
def test_json_within_the_limits_is_read(text):
    assert read_json(text) == json.loads(text)


@given(
    st.recursive(st.none() | st.integers() | st.text('[]{}\\"a'), lambda some: st.lists(some, max_size=2), max_leaves=9)
)
def test_depth_is_told_whatever_stands_in_texts(value):
    for _ in range(60):
        value = [value]
    text = json.dumps(value)

    def depth(of):
        return 1 + max(map(depth, of), default=0) if isinstance(of, list) else 0

    if depth(value) > DEEPEST:
        with pytest.raises(ValueError, match="64 levels"):
            read_json(text)
    else:
        assert read_json(text) == value


def test_a_message_is_cut():
    assert brief("x" * 2000) == "x" * 2000
    assert brief("\x1b" * 3000) == r"\x1b" * 500 + "..."
    assert brief("x" * 2001) == "x" * 2000 + "..."


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), ("599", 599), ("000000000000000599", 599)])
def test_a_number_is_ascii_digits_up_to_a_limit(text, number):
    assert read_number(text, 599) == number


@each("text", ["", "600", "-1", "+1", "1.0", " 1", "1\n", "1_0", "５", "²", "x", "0" * 18 + "1", "9" * 10_000])
def test_any_other_text_is_no_number(text):
    assert read_number(text, 599) is None
