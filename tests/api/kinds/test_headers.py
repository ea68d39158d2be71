"""What may stand in a header: against every way to write a line break, and against Python's own reader."""

from __future__ import annotations

import base64
import email.errors
import email.header
import encodings.aliases
import itertools
import re
import warnings

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rows import each

from dmcli.api.kinds.headers import BREAK, breaks, check, check_line

ODD = "\r\n\0\t\x1b\x7f\x85\x9b\u2028\u2029"
CHARSETS = [
    "utf-8",
    "us-ascii",
    "latin-1",
    "gb18030",
    "big5",
    "utf-7",
    "utf-16",
    "utf-16be",
    "utf-32le",
    "cp037",
    "iso2022_jp",
]


def quoted(data: bytes) -> str:
    return "".join(f"={byte:02X}" for byte in data)


def word(data: bytes, charset: str = "utf-8", encoding: str = "b") -> str:
    """An encoded word of these bytes."""
    return f"=?{charset}?{encoding}?{quoted(data) if encoding in 'qQ' else base64.b64encode(data).decode()}?="


def refused(text: str) -> str:
    with pytest.raises(ValueError, match="; ") as caught:
        check(text)
    return str(caught.value)


@pytest.mark.parametrize("char", [*ODD, "\ud800"])
def test_a_header_is_one_line(char):
    for text in (f"a{char}b", char, f"a{char}"):
        assert refused(text) == "has a line break or control character; leave it out"
        with pytest.raises(ValueError, match="line break"):
            check_line(text)
        assert breaks(text) == (char in "\r\n")


@pytest.mark.parametrize("charset", CHARSETS)
def test_encoded_words_of_any_charset_are_read(charset):
    for char, encoding in itertools.product(ODD, "bBqQ"):
        data = f"e{char}Bcc: x".encode(charset, "ignore")
        if char in data.decode(charset):  # some charsets lack some of them
            told = refused(f"Hi {word(data, charset, encoding)} there")
            assert told.startswith("has an encoded word (=?...?=) that stands for a line break or control character")
    check(word("né en 1900".encode(charset, "ignore"), charset))


@each(
    "text",
    [
        "=?utf-8?q?a=0ABcc:x?=",
        "=?utf-8?q?a=0aBcc:x?=",
        "=?UTF-8*en?Q?=0D?=",
        "=?utf-8?b?Cg==?=",
        "=?utf-8?b?Cg?=",  # no padding
        "=?utf-8?b?C g =\u00e9=?=",  # what is not of the alphabet is skipped
        "=?utf-8?b?4o!Co?=",
        "=?utf-8?b?YWIKx?=",  # one digit alone is no byte
        "=?utf-8?b?QQ==Cg==?=",  # padding within
        "=?utf-8?b?QU=JDREVGCg?=",
        "=?utf-8?b?QUI=4oCo?=",  # a break for readers that begin anew after it
        "=?utf-8?b?4=oCo?=",  # and one for those that go on over it
        "=?utf-7?q?+AAo-?=",
        "=?utf-16?b?AAo=?=",  # the byte order is not said
        "=?utf-16?b?CgA=?=",
        "=?utf-32?b?AAAACg==?=",
        "=?x-unknown?q?=0D?=",
        "=?x-unknown?b?Cg==?=",
        "=?\u00e9?q?=0A?=",
        "=??q?=0A?=",
        "=?idna?q?=0A?=",
        "=?zlib?q?=0A?=",
        "=?unicode_escape?q?=5Cn=5Cz?=",
        "=?utf-8?q?a?b=0Ac?=",  # a question mark within, as some readers allow
        "=?x?q?=?utf-8?q?=0A?=",  # a word that begins within another
        "=?a=?b?Cg==?=",
        "=?utf-16be?b?AA==?= =?utf-16be?b?Cg==?=",  # a character of two words
        "=?utf-16be?b?AA==?= =?UTF-16BE*en?b?Cg==?=",
        "=?utf-16be?b?AA==?= =?utf-16be?b?Cg==?= =?utf-8?q?no end",
        "=?utf-16be?b?IA==?= =?utf-16be?b?KA==?=",
        "=?utf-16be?b?QUE=IA==?= =?utf-16be?b?KA==?=",
        "=?utf-16be?b?QQ=Qg=?= =?utf-16be?b?KA==?=",  # three bytes for one reader and two for the other
        "=?utf-16be?q?_(?=",
        "=?utf-8?q?ok?= =?utf-8?q?=0A?=",
        "=?utf-8?q?=E2=80=A8?=",
        "=?utf-8*en?q?=E2=80=A8?=",
        "=?utf-8?q?=FF=E2=80=A8?=",  # beside a byte that is none of the charset's
    ],
)
def test_what_some_reader_takes_for_a_line_break_is_one(text):
    assert "encoded word" in refused(text)
    assert "encoded word" in refused(f"{text} and more")


@each(
    "text",
    [
        "",
        "您好 & welcome 😀",
        "=?utf-8?b?5rWL6K+V?=",
        "=?utf-8?q?caf=C3=A9_au_lait?=",
        "=?iso-2022-jp?b?GyRCRnxLXBsoQg==?=",  # its escapes are of the charset, not of the text
        "=?utf-16be?b?CgA=?=",
        "=?utf-8?x?=0A?=",  # no encoding that there is
        "=?utf-8?q?=0A",  # no end
        "=?utf-8?q?a?= =0A ?=",  # outside of the word
        "=?utf-16be?b?QUE=?= =?utf-16be?b?IAA=?= =?utf-8?b?KA==?=",  # of two charsets
        "=?utf-8?q =0A?=",
        "=?x-unknown?q?=93?=",
        "=?utf-8?b?C?=",
        "=?undefined?q?a?=",
        "=0A %0A \\n &#10;",
        "x" * 5000,
    ],
)
def test_all_else_may_stand_there(text):
    check(text)


def test_a_header_line_holds_998_characters():
    word = "=?utf-8?q?a?="
    check("x" * (998 - len(word)) + word)
    told = "has an encoded word and 999 characters; a header line has at most 998"
    assert refused("x" * (999 - len(word)) + word) == told
    refused("=?a?q?" * 200_000)  # at once


WORDS = st.builds(
    "=?{}?{}?{}?={}".format,
    st.sampled_from([*CHARSETS, "x-unknown", "utf-8*en"]),
    st.sampled_from("qQbB"),
    st.text("=0ADd_?+/abcQ ", max_size=9)
    | st.binary(max_size=6).map(quoted)
    | st.binary(max_size=6).map(lambda data: base64.b64encode(data).decode()),
    st.sampled_from(["", " ", "x"]),
)


@given(st.lists(WORDS | st.text("=?qb uf-80AD", max_size=9), max_size=4).map("".join))
@example("=?utf-8?q?a?b=0Ac?=")
def test_what_may_stand_there_is_a_line_for_pythons_reader_too(text):
    try:
        check(text)
        parts = email.header.decode_header(text)
    except (ValueError, email.errors.HeaderParseError):
        return
    for part, charset in parts:
        try:
            said = part if isinstance(part, str) else part.decode((charset or "ascii").partition("*")[0], "replace")
        except LookupError:
            said = part.decode("ascii", "replace")
        assert not re.search(BREAK, said)


@each("charset", sorted({*encodings.aliases.aliases, *encodings.aliases.aliases.values(), "unicode_escape"}))
def test_no_name_of_an_encoding_makes_it_fail(charset):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check(f"=?{charset}?q?=5Cz?=")
        try:
            check(f"=?{charset}?q?abc=FF=5Cx?=")
        except ValueError as error:
            assert "encoded word" in str(error)  # noqa: PT017  either is right, a failure is not


@given(st.text("=?qbQ_ \n08uf-A\u00e9", max_size=60) | st.text(max_size=60))
def test_no_text_makes_it_fail(text):
    try:
        check(text)
    except ValueError:
        return
    assert not re.search(BREAK, text)
