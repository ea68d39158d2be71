"""A secret shows itself nowhere."""

from __future__ import annotations

import itertools
import pickle
from base64 import b64encode
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rows import each

from dmcli.secret import Entry, Secret, hidden

CANARY = "c4n4ry-s3cret"


@each(
    "show",
    [
        repr,
        str,
        "{}".format,
        "{!r}".format,
        "{:>20}".format,
        "%s".__mod__,
        lambda secret: f"{secret}",
        lambda secret: str([secret]),
        lambda secret: str({"a": secret}),
        lambda secret: str(pickle.dumps(secret)),
        lambda secret: str(Exception(secret)),
        lambda secret: str(vars(type(secret))),
    ],
)
def test_nothing_that_shows_it_shows_it(show):
    assert CANARY not in show(Secret(CANARY))


def test_only_reveal_does():
    assert Secret(CANARY).reveal() == CANARY


def test_it_is_shown_as_stars_and_an_empty_one_as_empty():
    assert (str(Secret(CANARY)), repr(Secret(CANARY)), f"{Secret(CANARY):>5}") == ("***", "***", "  ***")
    assert (str(Secret()), repr(Secret("")), bool(Secret()), bool(Secret("x"))) == ("", "''", False, True)
    assert pickle.loads(pickle.dumps(Secret(CANARY))).reveal() == "***"  # noqa: S301  our own pickle
    with pytest.raises(AttributeError):
        Secret(CANARY).more = 1  # type: ignore[attr-defined]


def test_secrets_compare_with_secrets_only():
    assert Secret("a") == Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2


@example("a/b c+d~e", b"", b"")
@given(st.text(min_size=6, max_size=40), st.binary(max_size=7), st.binary(max_size=7))
def test_a_secret_is_hidden_however_it_is_written(text, before, after):
    secrets = [Secret(text)]
    once = quote(text, safe="-_.~")
    coded = b64encode(before + text.encode() + after).decode()
    for form in (text, once, quote(once, safe="-_.~"), coded):
        shown = hidden(f"<{form}>", secrets)
        assert text not in shown.replace("***", "") or text in "<>"
        assert "***" in shown


def test_in_base64_only_digits_that_are_half_a_neighbours_stay():
    for length, before, after in itertools.product(range(6, 10), range(4), range(4)):
        text = "s3cr3t/=?"[:length]
        coded = b64encode(b"\xff" * before + text.encode() + b"\xff" * after).decode()
        own = [8 * before <= 6 * digit and 6 * digit + 6 <= 8 * (before + length) for digit in range(len(coded))]
        first, end = own.index(True), own.index(True) + sum(own)
        assert hidden(coded, [Secret(text)]) == coded[:first] + "***" + coded[end:]


def test_what_was_typed_and_is_no_text_is_hidden_too():
    typed = b"p4ssw\xffrd".decode("utf-8", "surrogateescape")
    assert hidden(f"<{typed}>", [Secret(typed)]) == "<***>"
    assert hidden("nothing here", [Secret(typed)]) == "nothing here"


def test_six_characters_make_a_secret():
    assert hidden("123456", [Secret("123456")]) == "***"


def test_what_is_short_or_no_secret_stays():
    assert hidden("a short one", [Secret("short"), Secret("")]) == "a short one"
    assert hidden("nothing here", [Secret("something else")]) == "nothing here"


def test_an_entry_has_the_first_of_its_names_that_has_a_value():
    entry = Entry("the file", {"a": "", "b": "2", "c": "3"}, {"key": Secret(CANARY)})
    assert (entry.first("a", "b", "c"), entry.first("c", "b"), entry.first("a", "d")) == ("2", "3", "")
    assert (entry.secret("key"), entry.secret("b")) == (Secret(CANARY), Secret())
