"""JSON that becomes part of a mail: its headers, its subject, its recipients."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from rows import each

from dmcli.api import catalogue
from dmcli.api.kinds.addresses import EMAIL
from dmcli.api.kinds.json import Headers, Json, Recipients
from dmcli.api.kinds.text import HeaderText

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
CONTENT = catalogue.get("BatchSendMail").param("TemplateContent").kind
PEOPLE = catalogue.get("BatchSendMail").param("Receivers").kind


def refused(kind, value) -> str:
    """The sentence that a value is refused with."""
    with pytest.raises(ValueError, match=r"\w") as caught:
        kind.to_wire(json.dumps(value), NOW)
    return str(caught.value)


@pytest.mark.parametrize(
    "value", [{}, {"X-User-Id": "7", "x-user-notify-a": "測"}, {"Message-ID": "<a@b>", "List-Unsubscribe-Post": "x"}]
)
def test_headers(value):
    text = json.dumps(value)
    assert Headers().to_wire(f" {text} ", NOW) == text
    assert Headers().accepts(text)
    assert Headers().warning(text) == ""


@pytest.mark.parametrize("name", ["Subject", "Precedence", "X-Mailer", "X-User-", "Message-IDs"])
def test_a_header_that_is_not_listed_is_a_doubt(name):
    text = json.dumps({"X-User-Id": "7", name: "x"})
    assert Headers().to_wire(text, NOW) == text
    assert Headers().warning(text).startswith(f"{name}: the service lists only Message-ID")


@each(
    ("value", "told"),
    [
        ({f"X-User-{number}": "x" for number in range(11)}, "has 11 headers; the service drops all but the first 10"),
        ({"X-User-a": "1", "x-user-A": "2"}, "has a header twice"),
        ({"": "x"}, "'' which is no name of a header".replace("''", "'',")),
        ({"X-User-A b": "x"}, "'X-User-A b', which is no name of a header"),
        ({"X-User-A:": "x"}, "no name of a header"),
        ({"X-User-测": "x"}, "no name of a header"),
        ({"X-User-A\r\nBcc": "x"}, r"'X-User-A\r\nBcc', which is no name"),
        ({"X-User-=?a?q?=0A?=": "x"}, "the name 'X-User-=?a?q?=0A?=' has an encoded word"),
        ({"X-User-A": "x\r\nBcc: y"}, "X-User-A has a line break or control character"),
        ({"X-User-A": "x\0"}, "X-User-A has a line break or control character"),
        ({"X-User-A": "\u2028"}, "X-User-A has a line break or control character"),
        ({"X-User-A": "=?utf-8?q?=0A?="}, "X-User-A has an encoded word"),
        ({"X-User-A": 7}, "X-User-A is not a text; put it in quotes"),
        ({"X-User-A": None}, "X-User-A is not a text"),
        ({"X-User-A": ["x"]}, "X-User-A is not a text"),
        ([], "is not a JSON object"),
    ],
)
def test_what_is_no_headers(value, told):
    assert told in refused(Headers(), value)


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ({f"X-User-{number}": number for number in range(11)}, True),
        ({"X-User-A": "x\ny"}, False),
        ({"X-User-A\r": "x"}, False),
        ([], False),
    ],
)
def test_the_service_takes_more_headers_but_no_line_breaks(value, taken):
    assert Headers().accepts(json.dumps(value)) is taken


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"Subject": "a\r\nBcc: x"}, "its Subject has a line break"),
        ({"Subject": "=?utf-8?b?Cg==?="}, "its Subject has an encoded word"),
        ({"Subject": ""}, "its Subject has 0 characters"),
        ({"Subject": "x" * 257}, "its Subject has 257 characters"),
        ({"Subject": "s", "Alias": "a\nb"}, "its Alias has a line break"),
        ({"Subject": 7}, "its Subject is not a text"),
    ],
)
def test_subject_and_alias_of_inline_content(value, told):
    assert told in refused(CONTENT, value)


def test_inline_content_is_judged_by_what_goes_into_headers():
    text = json.dumps({"Subject": "x" * 101, "Alias": "y" * 16, "HtmlBody": "a\r\nb\x1b", "Other": None})
    assert CONTENT.to_wire(text, NOW) == text
    assert CONTENT.warning(text) == (
        "its Subject has 101 characters; some of the service's pages allow only 100; "
        "its Alias has 16 characters; some of the service's pages allow only 15"
    )
    assert CONTENT.warning('{"Subject": "s", "Alias": null}') == ""


def test_recipients():
    text = json.dumps(
        [{"To": ["a@example.com", "b@example.com"]}, {"To": "c@example.com", "TemplateData": {"a": "\n"}}]
    )
    assert PEOPLE.to_wire(text, NOW) == text
    assert PEOPLE.accepts(text)
    assert not PEOPLE.accepts("{}")
    assert not PEOPLE.accepts(json.dumps([1] * 101))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ([{"To": ["a@x.com", "b@x.com,c@x.com"]}], "a recipient of element 1 'b@x.com,c@x.com' has two addresses"),
        ([{"To": "a@x.com"}, {"To": "Bob <a@x.com>"}], "a recipient of element 2 'Bob <a@x.com>' has angle brackets"),
        ([{"To": ["a@例え.jp"]}], "element 1 has 'a@例え.jp'; write it in ASCII, as a@xn--r8jz45g.jp"),
        ([{"To": [7]}], "a recipient of element 1 is not a text"),
        ([{"To": 7}], 'element 1 has no recipients; give it "To"'),
        ([{}], "element 1 has no recipients"),
        (["a@x.com"], "element 1 has no recipients"),
        ([{"To": "a@x.com"}] * 101, "has 101 elements; the service takes at most 100"),
    ],
)
def test_who_is_no_recipient(value, told):
    assert told in refused(Recipients(EMAIL, 100), value)


def test_a_part_may_be_of_any_kind():
    kind = Json(dict, parts={"a": HeaderText(2)})
    assert kind.to_wire('{"b": "x"}', NOW) == '{"b": "x"}'
    assert "its a has 1 character;" in refused(kind, {"a": "x"})
    assert kind.accepts('{"a": "x"}')
