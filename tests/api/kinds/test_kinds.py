"""What a value may be: the edges of every limit, and what holds for all kinds."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from operator import itemgetter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import each

from dmcli.api import catalogue
from dmcli.api.kinds import addresses, common, text
from dmcli.api.kinds.addresses import AnyEmail, Attachments, Email, Emails
from dmcli.api.kinds.dates import DAY, Day, Instant, Minute, Stamp
from dmcli.api.kinds.json import Headers, Json, Recipients, StoredTemplate, Switch, ValidationRule
from dmcli.api.kinds.network import IpRange
from dmcli.api.kinds.reference import Ref
from dmcli.api.kinds.text import Choice, Flag, Integer, Text

if TYPE_CHECKING:
    from dmcli.api.kinds.base import Kind

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SURROGATE = "\ud800"
# Each kind that the catalogue uses, under one of its names.
USED = {id(p.kind): (f"{action.name}.{p.name}", p.kind) for action in catalogue.all_actions() for p in action.params}


def reads(kind: Kind) -> tuple[object, ...]:
    """All that decides what a kind makes of a text: whatever it holds but its place in help and completion."""
    held = {name: value for name, value in vars(kind).items() if name not in ("completes", "metavar")}
    return type(kind), *(
        (name, reads(value) if hasattr(value, "to_wire") else repr(value)) for name, value in held.items()
    )


SOME = settings(database=None, max_examples=20)  # for each of eighty kinds
# Of those that read alike one: texts are made for each.
UNLIKE = {reads(kind): (name, kind) for name, kind in USED.values()}.values()
of_each = pytest.mark.parametrize("kind", [kind for _, kind in UNLIKE], ids=[name for name, _ in UNLIKE])
# How people spell a value of a kind whose values are not just any text.
EMAILS = st.from_regex(r"[A-Za-z0-9_+.-]{1,20}@[a-z0-9]{1,9}(\.[a-z]{2,5}){1,3}", fullmatch=True)
DOMAINS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?(\.[a-z]{2,5}){1,3}", fullmatch=True)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
SPELLINGS: dict[type[Kind], st.SearchStrategy[str]] = {
    Attachments: st.from_regex(r"[a-z]{1,9}\.pdf=https?://[a-z]{1,9}\.example/[a-z?=&]{0,9}", fullmatch=True),
    Emails: st.lists(EMAILS, min_size=1, max_size=2).map(", ".join),
    addresses.Sender: EMAILS,
    Email: EMAILS,
    addresses.Domain: DOMAINS,
    addresses.EmailOrDomain: EMAILS | DOMAINS,
    IpRange: st.ip_addresses().map(str)
    | st.sampled_from(["0.0.0.0/0", "203.0.113.0/24", "203.0.113.5-203.0.113.9", "2001:db8::/32", "::1-::1"]),
    AnyEmail: EMAILS,
    text.Password: st.from_regex(r"[A-Z][a-z][0-9][!-~]{7,17}", fullmatch=True),
    Flag: st.sampled_from(["true", "True", "FALSE", "yes", "No", "on", "OFF", "0", "1"]),
    Switch: st.sampled_from(["true", "No", '{"EnableEventbridge": false}']),
    Day: st.dates().map(str) | st.sampled_from(["today", "Yesterday", "0d", "7d", "9999D"]),
    Minute: st.sampled_from(["2026-01-31", "2026-01-31 09:30", "2026-01-31T23:59", "Today", "YESTERDAY", "7d"]),
    Instant: st.sampled_from(["1000000000", "2026-01-31", "2026-01-31 09:30", "today", "7d"]),
    Stamp: st.sampled_from(["2026-01-31T09:30:00Z", "2026-01-31", "2026-01-31 09:30", "today", "7d"]),
    Json: st.nothing(),
    Ref: st.integers(0, 10**20).map(str),
    StoredTemplate: st.fixed_dictionaries(
        {"TemplateId": st.integers(0) | st.integers(0).map(str)}, optional={"TemplateData": JSON_VALUES}
    ).map(json.dumps)
    | st.integers(0).map(str),
    text.Body: st.text(),
}


def spellings(kind: Kind) -> st.SearchStrategy[str]:
    """Texts that a kind understands."""
    if isinstance(kind, Choice):
        words = [*kind.words, *kind.words.values()]
        return st.sampled_from([*words, *[word.upper() for word in words]])
    if isinstance(kind, Integer):
        return st.integers(kind.least, kind.most).map(
            lambda number: f"0{number}" if 0 < number < 10**18 else str(number)
        )
    if isinstance(kind, Json):
        return json_spellings(kind)
    if isinstance(kind, Ref) and kind.takes == "name" and kind.names:
        return spellings(kind.names)
    if isinstance(kind, Text) and not kind.pattern:
        return st.text(
            st.characters(exclude_categories=["C", "Z"]), min_size=kind.least, max_size=min(kind.most or 99, 99)
        )
    return SPELLINGS.get(type(kind), st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1))


def json_spellings(kind: Json) -> st.SearchStrategy[str]:
    """JSON that a kind understands."""
    if isinstance(kind, Headers):
        names = st.from_regex(r"(X-User-[A-Za-z0-9]{1,9}|Message-ID|X-[!-9;-~]{1,9})", fullmatch=True)
        values = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=9)
        return st.dictionaries(names, values, max_size=10).filter(_distinct).map(json.dumps)
    if isinstance(kind, ValidationRule):
        lists = dict.fromkeys(kind.lists, st.lists(st.text(max_size=9)))
        return st.fixed_dictionaries({}, optional={"Enabled": st.booleans()} | lists).map(json.dumps)
    if isinstance(kind, Recipients):
        return st.lists(st.fixed_dictionaries({"To": st.lists(EMAILS, max_size=3) | EMAILS}), max_size=5).map(
            json.dumps
        )
    of = (
        st.dictionaries(st.text(max_size=9).filter(lambda name: name not in kind.parts), JSON_VALUES)
        if kind.of is dict
        else st.lists(JSON_VALUES, max_size=9)
    )
    return of.map(lambda value: json.dumps(value, indent=1))


def _distinct(headers: dict[str, str]) -> bool:
    return len({name.lower() for name in headers}) == len(headers)


def refused(kind: Kind, text: str) -> str:
    """The sentence that a text is refused with."""
    with pytest.raises(ValueError, match=r"\w") as caught:
        kind.to_wire(text, NOW)
    return str(caught.value)


@of_each
@SOME
@given(st.data())
def test_what_people_may_type_is_accepted_by_the_service_and_is_its_own_spelling(
    kind: Kind, data: st.DataObject
) -> None:
    wire = kind.to_wire(data.draw(spellings(kind)), NOW)
    assert kind.accepts(wire)
    assert kind.to_wire(wire, NOW) == wire


@of_each
@SOME
@given(st.text(st.characters() | st.sampled_from("@.,:-{}[]\"'0123456789aAzZ \r\n")))
def test_any_other_text_is_refused_in_a_sentence_or_taken_in_the_same_way(kind: Kind, text: str) -> None:
    try:
        wire = kind.to_wire(text, NOW)
    except ValueError:
        refused(kind, text)
        return
    assert kind.accepts(wire)
    assert kind.to_wire(wire, NOW) == wire
    assert isinstance(kind.warning(wire), str)
    wire.encode()


@each(("name", "kind"), USED.values(), named=itemgetter(0))
def test_control_characters_and_lone_surrogates_are_refused(name: str, kind: Kind) -> None:
    for odd in ("\x1b", "\x07", "\x7f", "\x85", "\u2028", SURROGATE):
        if isinstance(kind, text.Body) and odd != SURROGATE:
            continue  # a body is MIME content, where the service re-encodes whatever it gets
        refused(kind, f"Aa1bcdefgh{odd}")
        refused(kind, f"{odd}Aa1bcdefgh")


@each(
    "kind",
    [
        common.TEXT,
        common.SUBJECT,
        common.ALIAS,
        common.TAG,
        common.LIST_NAME,
        common.TEMPLATE_NAME,
    ],
)
@each("text", ["a\nb", "a\r\nBcc: x@example.com", "a\tb", "a\n"])
def test_line_breaks_are_refused_where_they_would_split_a_header(kind: Kind, text: str) -> None:
    refused(kind, text)


@pytest.mark.parametrize("number", [1, 99, 100])
def test_up_to_100_recipients(number: int) -> None:
    wire = ",".join(["a@example.com"] * number)
    assert Emails(100).to_wire(wire, NOW) == wire
    assert Emails(100).accepts(wire)


def test_101_recipients_are_too_many() -> None:
    wire = ",".join(["a@example.com"] * 101)
    assert refused(Emails(100), wire) == "101 addresses are given; the service takes at most 100 in a call"
    assert not Emails(100).accepts(wire)


def test_recipients_may_be_repeated_and_separated_by_commas_with_blanks() -> None:
    given_texts = ["a@example.com, b@example.com", "c@example.com"]
    assert Emails(3).encode("ToAddress", given_texts, NOW) == {"ToAddress": "a@example.com,b@example.com,c@example.com"}
    with pytest.raises(ValueError, match="3 addresses"):
        Emails(2).encode("ToAddress", given_texts, NOW)
    assert Emails(2).accepts("a@example.com, b@example.com")
    refused(Emails(2), "a@example.com,,b@example.com")
    refused(Emails(2), "a@example.com,b@example.com\n")


@pytest.mark.parametrize(
    "text", ["a@example.com", "A.b-c_d+e@mail.example.com", "1@1.cn", "x@example", f"{'a' * 64}@{'b' * 63}.{'c' * 63}"]
)
def test_addresses(text: str) -> None:
    assert addresses.EMAIL.to_wire(text, NOW) == text


@each(
    "text",
    [
        "",
        "a",
        "@example.com",
        "a@",
        "a@b@c.com",
        "a b@example.com",
        " a@example.com",
        "a@example.com\n",
        "a@exa mple.com",
        "a@.com",
        "a@example.",
        "é@example.com",
        "a,b@example.com",
        "<a@example.com>",
        f"{'a' * 60}@{'b' * 63}.{'c' * 63}.com.net",
    ],
)
def test_what_is_no_address(text: str) -> None:
    refused(addresses.EMAIL, text)
    assert not addresses.EMAIL.accepts(text)


def test_a_plus_in_an_address_is_a_doubt() -> None:
    assert addresses.EMAIL.warning("a+b@example.com")
    assert not addresses.EMAIL.warning("a-b@example.com")


@pytest.mark.parametrize(
    ("typed", "alias"),
    [
        ("a@example.com", None),
        ("<a@example.com>", None),
        ("Li Si <a@example.com>", "Li Si"),
        ("  Li<a@example.com> ", "Li"),
        ('"Li, Si" <a@example.com>', "Li, Si"),
        ("张三 < a@example.com >", "张三"),
        ("A <b> <a@example.com>", "A <b>"),
        ('"" <a@example.com>', None),
    ],
)
def test_senders(typed: str, alias: str | None) -> None:
    expected = {"AccountName": "a@example.com"} | ({"FromAlias": alias} if alias else {})
    assert addresses.SENDER.encode("AccountName", [typed], NOW) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "Li",
        "Li <>",
        "Li <a>",
        "Li a@example.com>",
        "Li\nBcc <a@example.com>",
        "L\x07 <a@b.cn>",
        "Li <a@b.cn>\n",
        "Li <a@b.cn\r>",
        " " * 200_000,
    ],
)
def test_what_is_no_sender(typed: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        addresses.SENDER.encode("AccountName", [typed], NOW)


@each(
    ("text", "told"),
    [
        ("a" * 47 + ".cn", ""),
        ("a" * 48 + ".cn", "1 to 50"),
        ("1.a.b-c.XN--FIQS8S", ""),
        ("a", "it has no dot"),
        ("localhost", "it has no dot"),
        ("", "has no domain"),
        ("a_b.cn", "letters, digits, dots and hyphens"),
        ("example..com", "an empty label"),
        (".example.com", "an empty label"),
        ("example.com.", "an empty label"),
        ("-a.com", "'-a' begins with a hyphen"),
        ("a.b-.com", "'b-' ends with a hyphen"),
        ("127.0.0.1", "is an IP address"),
        ("http://a.com", "is a URL; give the domain alone: a.com"),
        ("a@b.com", "is a mail address; give its domain alone: b.com"),
        ("ｅxample.com", "has 'ｅ' (FULLWIDTH LATIN SMALL LETTER E); type 'e' in its place"),
        ("example。com", "has '。' (IDEOGRAPHIC FULL STOP); type '.' in its place"),
    ],
)
def test_domains(text: str, told: str) -> None:
    assert addresses.DOMAIN.accepts(text) is (told == "")
    if told:
        assert told in refused(addresses.DOMAIN, text)
    else:
        assert addresses.DOMAIN.to_wire(text, NOW) == text


@each(
    ("text", "right", "warning"),
    [
        ("Aa1bbbbbb", False, False),  # 9
        ("AAaa11bbbb", True, False),  # 10
        ("AAaa11bbbbbbbbbbbbbb", True, False),  # 20
        ("AAaa11bbbbbbbbbbbbbbb", False, False),  # 21
        ("aa11bbbbbb", False, False),
        ("AA11BBBBBB", False, False),
        ("AAaabbbbbb", False, False),
        ("Aaa11bbbbb", True, True),
        ("AAa11BBBBB", True, True),
        ("AAaa1bbbbb", True, True),
        ("pwd129WDCft9", True, False),  # the reference's own
        ("AAaa11 !~#", True, False),
        ("ÀÀàà１１bbbb", False, False),  # letters and digits are those of ASCII
    ],
)
def test_passwords(text: str, right: bool, warning: bool) -> None:
    assert common.PASSWORD.accepts(text) is right
    if right:
        assert common.PASSWORD.to_wire(text, NOW) == text
        assert bool(common.PASSWORD.warning(text)) is warning
    else:
        assert text not in refused(common.PASSWORD, text)


@each(
    ("kind", "size", "right", "warning"),
    [
        (common.SUBJECT, 0, False, False),
        (common.SUBJECT, 1, True, False),
        (common.SUBJECT, 100, True, False),
        (common.SUBJECT, 101, True, True),
        (common.SUBJECT, 256, True, True),
        (common.SUBJECT, 257, False, True),
        (common.ALIAS, 0, True, False),
        (common.ALIAS, 15, True, False),
        (common.ALIAS, 16, True, True),
        (common.ALIAS, 1000, True, True),
        (common.TAG, 0, False, False),
        (common.TAG, 128, True, True),
        (common.TAG, 129, False, True),
    ],
)
def test_lengths_are_counted_in_characters(kind: Kind, size: int, right: bool, warning: bool) -> None:
    text = "\U0001f600" * size
    assert kind.accepts(text) is right
    assert bool(kind.warning(text)) is warning
    if right:
        assert kind.to_wire(text, NOW) == text
    else:
        assert f"has {size} characters" in refused(kind, text)


@pytest.mark.parametrize(
    ("kind", "text", "warning"),
    [
        (common.TAG, "aZ0_-", False),
        (common.TAG, "标签", True),
        (common.TAG, "a b", True),
        (common.NEW_TAG, "aZ0_", False),
        (common.NEW_TAG, "a-b", True),
        (common.NEW_TAG, "标签", True),
    ],
)
def test_the_characters_of_a_tag_are_only_a_doubt(kind: Kind, text: str, warning: bool) -> None:
    assert kind.to_wire(text, NOW) == text
    assert kind.accepts(text)
    assert bool(kind.warning(text)) is warning


def test_a_pattern_is_a_refusal() -> None:
    kind = Text(pattern="[a-z]+", rule="small letters")
    assert kind.to_wire("", NOW) == ""
    assert refused(kind, "A") == "'A' may have only small letters"
    assert not kind.accepts("A")


@pytest.mark.parametrize(("size", "warning"), [(28 * 1024, False), (28 * 1024 + 1, True), (8 * 1024 * 1024, True)])
def test_bodies_are_measured_in_bytes(size: int, warning: bool) -> None:
    text = "测" * (size // 3) + "x" * (size % 3)
    assert common.BODY.to_wire(text, NOW) == text
    assert bool(common.BODY.warning(text)) is warning


def test_a_body_of_more_than_8_mebibytes_is_refused() -> None:
    assert "at most 8388608" in refused(common.BODY, "x" * (8 * 1024 * 1024 - 2) + "测")


@pytest.mark.parametrize(
    ("text", "wire"), [("1", "1"), ("007", "7"), ("-0", None), ("0", None), ("1000", "1000"), ("1001", None)]
)
def test_whole_numbers(text: str, wire: str | None) -> None:
    kind = Integer(1, 1000)
    if wire is None:
        assert "from 1 to 1000" in refused(kind, text)
        assert not kind.accepts(text)
    else:
        assert kind.to_wire(text, NOW) == wire


@pytest.mark.parametrize("text", ["", "1.0", "+1", " 1", "1e3", "٣", "x", "9" * 30, "9223372036854775808"])
def test_what_is_no_read_number(text: str) -> None:
    assert "whole number of 0 or more" in refused(Integer(), text)


def test_choices_are_read_as_words_or_as_the_wire_has_them() -> None:
    kind = Choice({"delivered": "0", "Invalid": "2"})
    assert [kind.to_wire(text, NOW) for text in ("delivered", "DELIVERED", "0", "2")] == ["0", "0", "0", "2"]
    assert refused(kind, "1") == "'1' must be one of delivered, Invalid"


@pytest.mark.parametrize("text", ["true", "True", "yes", "ON", "1"])
def test_yes(text: str) -> None:
    assert Flag().to_wire(text, NOW) == "true"
    assert Flag("1", "0").to_wire(text, NOW) == "1"


@pytest.mark.parametrize("text", ["false", "False", "no", "Off", "0"])
def test_no(text: str) -> None:
    assert Flag().to_wire(text, NOW) == "false"
    assert Flag("1", "0").to_wire(text, NOW) == "0"


def test_neither_yes_nor_no() -> None:
    assert refused(Flag(), "2") == "'2' must be true or false"


LAST_SECOND = datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC)  # 23:59:59 in China


@each(
    ("text", "before", "after"),
    [
        ("today", "2026-11-22", "2026-11-23"),
        ("Yesterday", "2026-11-21", "2026-11-22"),
        ("0d", "2026-11-22", "2026-11-23"),
        ("7d", "2026-11-15", "2026-11-16"),
        ("23D", "2026-10-30", "2026-10-31"),
        ("2026-01-31", "2026-01-31", "2026-01-31"),
    ],
)
@each("hours", [-11, 0, 8])
def test_days_turn_at_midnight_in_china_wherever_the_clock_is(text: str, before: str, after: str, hours: int) -> None:
    here = LAST_SECOND.astimezone(timezone(timedelta(hours=hours)))
    assert DAY.to_wire(text, here) == before
    assert DAY.to_wire(text, here + timedelta(seconds=1)) == after


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-01-31", "2026-01-31 00:00", "2026-01-31 23:59"),
        ("2026-01-31 09:30", "2026-01-31 09:30", "2026-01-31 09:30"),
        ("2026-01-31T09:30", "2026-01-31 09:30", "2026-01-31 09:30"),
        ("today", "2026-11-23 00:00", "2026-11-23 23:59"),
        ("Today", "2026-11-23 00:00", "2026-11-23 23:59"),
        ("YESTERDAY", "2026-11-22 00:00", "2026-11-22 23:59"),
        ("7d", "2026-11-16 00:00", "2026-11-16 23:59"),
    ],
)
def test_a_bare_day_is_its_first_minute_or_its_last(text: str, start: str, end: str) -> None:
    assert Minute().to_wire(text, NOW) == start
    assert Minute(end=True).to_wire(text, NOW) == end


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("2026-01-31T09:30Z", "2026-01-31 17:30"),
        ("2026-01-31T09:30:59.5z", "2026-01-31 17:30"),
        ("2026-01-31 20:30 +00:00", "2026-02-01 04:30"),
        ("2026-01-31 09:30 +08:00", "2026-01-31 09:30"),
        ("2026-01-31t09:30:00+0800", "2026-01-31 09:30"),
        ("2026-01-31 09:30 -05", "2026-01-31 22:30"),
        ("2026-01-31 09:30+05:45", "2026-01-31 11:45"),
    ],
)
def test_a_moment_with_an_offset_is_that_moment_by_the_service_s_calendar(text: str, minute: str) -> None:
    assert Minute().to_wire(text, NOW) == Minute(end=True).to_wire(text, NOW) == minute
    assert DAY.to_wire(text, NOW) == minute[:10]
    assert minute[:10] in DAY.conversion_note(text, minute[:10])
    assert Minute().conversion_note(text, minute) == ""


@each("kind", [DAY, Minute(), Minute(end=True)])
@each(
    "text",
    [
        "",
        "tomorrow",
        "d",
        "-1d",
        "99999d",
        "2026-1-31",
        "2026-02-29",
        "2026-13-01",
        "2026-00-01",
        "0000-01-01",
        "26-01-31",
        "2026/01/31",
        "٢٠٢٦-01-31",
        "2026-01-31 ",
        "2026-01-31\n",
        "2026-01-31T",
        "2026-01-31 24:00",
        "2026-01-31 9:30",
        "2026-01-31 09:60",
        "2026-01-31 09:30:00",
        "2026-01-31T24:00Z",
        "2026-02-29T09:30Z",
        "2026-01-31T09:30+24:00",
        "2026-01-31T09:30 +8",
        "2026-01-31T09:30:00.Z",
        "2026-01-31T0930Z",
        "2026-W05-6T09:30Z",
        "2026-01-31Z",
        "２026-01-31T09:30Z",
        "9999-12-31T23:00Z",
    ],
)
def test_what_is_no_date(kind: Kind, text: str) -> None:
    assert " is not a " in refused(kind, text)
    assert not kind.accepts(text)


def test_the_service_takes_a_day_only_for_a_day_and_a_minute_only_for_a_minute() -> None:
    assert not DAY.accepts("2026-01-31 09:30")
    assert not Minute().accepts("2026-01-31")
    assert not DAY.accepts("today")


@pytest.mark.parametrize(
    ("kind", "text", "wire"),
    [
        (Json(dict), '{"a": "测"}', {"a": "测"}),
        (Json(dict), " {} ", {}),
        (Json(list), "[]", []),
        (Json(list, 2), "[1, [2, 3, 4]]", [1, [2, 3, 4]]),
    ],
)
def test_json(kind: Json, text: str, wire: object) -> None:
    assert json.loads(kind.to_wire(text, NOW)) == wire


@pytest.mark.parametrize(
    ("kind", "text", "rule"),
    [
        (Json(dict), "", "is not a JSON object"),
        (Json(dict), "[]", "JSON of another type"),
        (Json(dict), '{"a": 1', "is not a JSON object"),
        (Json(dict), "{'a': 1}", "is not a JSON object"),
        (Json(list), "{}", "JSON of another type"),
        (Json(list), "null", "JSON of another type"),
        (Json(list), '"[]"', "JSON of another type"),
        (Json(list), "[" * 100_000, "is not a JSON array"),
        (Json(list, 2), "[1, 2, 3]", "has 3 elements; the service takes at most 2"),
    ],
)
def test_what_is_no_json(kind: Json, text: str, rule: str) -> None:
    assert rule in refused(kind, text)
    assert not kind.accepts(text)


@pytest.mark.parametrize("text", ['{"a": NaN}', '{"a": Infinity}', '{"a": -Infinity}'])
def test_numbers_that_json_does_not_have_are_refused(text: str) -> None:
    refused(Json(dict), text)


@pytest.mark.parametrize("text", ['{"a": "\\ud800"}', '{"\\udfff": 1}', '{"a": 1e400}', '{"a": "\ud800"}'])
def test_json_on_the_wire_can_be_encoded_and_read_again(text: str) -> None:
    try:
        wire = Json(dict).to_wire(text, NOW)
    except ValueError:
        return
    wire.encode()
    json.loads(wire, parse_constant=pytest.fail)


@pytest.mark.parametrize("number", ["1.10", "12345678901234567890.123456789", "1E5", "123456789012345678901234567890"])
def test_numbers_in_json_keep_their_value(number: str) -> None:
    wire = Json(list).to_wire(f"[{number}]", NOW)
    assert json.loads(wire, parse_float=Decimal) == [Decimal(number)]


def test_attachments_are_numbered_pairs() -> None:
    typed = ["a.pdf=https://example.com/a?x=1", "测 试.txt=http://example.com/b"]
    assert Attachments().encode("Attachments", typed, NOW) == {
        "Attachments.1.AttachmentName": "a.pdf",
        "Attachments.1.AttachmentUrl": "https://example.com/a?x=1",
        "Attachments.2.AttachmentName": "测 试.txt",
        "Attachments.2.AttachmentUrl": "http://example.com/b",
    }


@each(
    "typed",
    ["a.pdf", "a.pdf=", "=https://example.com/a", "a=ftp://example.com", "a=/etc/passwd", "a=https://x y", "a=https://"]
    + [text for odd in "\x00\x1b\r\n\ud800" for text in (f"a{odd}=https://example.com", f"a=https://example.com{odd}")],
)
def test_what_is_no_attachment(typed: str) -> None:
    with pytest.raises(ValueError, match="is not NAME=URL"):
        Attachments().encode("Attachments", [typed], NOW)


def test_up_to_100_attachments() -> None:
    assert len(Attachments().encode("Attachments", ["a=http://example.com"] * 100, NOW)) == 200
    with pytest.raises(ValueError, match="101 attachments are given; the service takes at most 100"):
        Attachments().encode("Attachments", ["a=http://example.com"] * 101, NOW)


@each(
    ("ref", "text", "is_id"),
    [
        (common.TAG_REF, "0", True),
        (common.TAG_REF, "1234567890123456789012", True),
        (common.TAG_REF, "0a" * 16, False),
        (common.TAG_REF, "", False),
        (common.TAG_REF, "-1", False),
        (common.TAG_REF, "１２", False),
        (common.TAG_REF, "12\n", False),
        (common.LIST_REF, "12", True),
        (common.LIST_REF, "0a" * 16, True),
        (common.LIST_REF, "0F" * 16, True),
        (common.LIST_REF, "0a" * 15 + "0", False),
        (common.LIST_REF, "0a" * 16 + "0", False),
        (common.LIST_REF, "0g" * 16, False),
        (addresses.DOMAIN_REF, "example.com", False),
    ],
)
def test_what_is_an_id(ref: Ref, text: str, is_id: bool) -> None:
    assert ref.is_id(text) is is_id
    assert ref.accepts(text) is is_id
    if not is_id:
        assert "is not the id of a " in refused(ref, text)


def test_names_go_on_the_wire_where_the_wire_takes_names() -> None:
    assert common.LIST_NAME.to_wire("客户 12", NOW) == "客户 12"
    assert common.TEMPLATE_NAME.to_wire("0a" * 15, NOW) == "0a" * 15
    assert "at most 30" in refused(common.TEMPLATE_NAME, "0a" * 16)
    assert "is not the name of a list" in refused(common.LIST_NAME, "")


def test_the_last_of_several_texts_counts() -> None:
    assert common.SUBJECT.encode("Subject", ["a", "b"], NOW) == {"Subject": "b"}


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("2026-11-23", "1795363200", "1795449599"),
        ("2026-11-23 09:30", "1795397400", "1795397459"),
        ("2026-11-23T09:30+08:00", "1795397400", "1795397459"),
        ("2026-11-23T01:30:07Z", "1795397407", "1795397407"),
        ("today", "1795363200", "1795449599"),
        ("1795397401", "1795397401", "1795397401"),
    ],
)
def test_an_instant_is_the_service_s_time_in_epoch_seconds(text, begin, end):
    assert (Instant().to_wire(text, NOW), Instant(end=True).to_wire(text, NOW)) == (begin, end)
