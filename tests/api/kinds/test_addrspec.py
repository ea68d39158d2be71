"""Mail addresses and domains: what is one, what is none and why, and what goes on the wire."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata

import idna
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rows import each

from dmcli.api.kinds.addrspec import ADDRESS, MOST, conversion_note, oddity, parse, to_ascii

ALMOST = st.text(
    st.sampled_from('ab0A._-+@,;<>()" \t\r\n\u3000\u3002xn--éа例ａß\u0308\ud800\0') | st.characters(), max_size=80
)
LETTERS = st.text(st.sampled_from("abcxyzäöüßéèñαβγабв例え中文字한글אבاب0189-"), min_size=1, max_size=30)
# A letter for which most versions of Python have no name.
NAMELESS = unicodedata.name("𗀀", "unnamed").partition(" ")[0].title()


def a_label(domain: str) -> str:
    """The domain with its first label in punycode, whatever IDNA says of it."""
    label, _, rest = domain.partition(".")
    return f"xn--{label.encode('punycode').decode()}.{rest}"


@given(ALMOST | st.builds("{}@{}.{}".format, ALMOST, LETTERS, LETTERS))
@example("a@b")
@example("user@例え.jp")
@example("a@xn--a.xn--")
def test_what_is_accepted_is_one_address_that_stays_itself(text):
    try:
        wire = parse(text)
    except ValueError as refused:
        assert len(str(refused).splitlines()) == 1  # noqa: PT017  that nothing else is raised is the point
        return
    assert wire.isascii()
    assert wire.count("@") == 1
    assert not set(wire) & set(',;<>() \t\r\n"\\:[]')
    assert re.fullmatch(ADDRESS, wire)
    assert len(wire) <= MOST
    assert max(map(len, wire.partition("@")[2].split("."))) <= 63
    assert parse(wire) == wire
    assert wire == text or not text.isascii()
    assert bool(conversion_note(text, wire)) == (wire != text)
    assert isinstance(oddity(wire.partition("@")[2]), str)


@given(LETTERS)
def test_an_international_label_is_what_idna_makes_of_it(label):
    try:
        wire = idna.alabel(unicodedata.normalize("NFC", label)).decode()
    except idna.IDNAError:
        return
    assert parse(f"a@{label}.example") == f"a@{wire}.example"


@given(st.text("xn-abcdefgh0123456789", max_size=70))
@example("99999999999")
@example("")
def test_whatever_a_label_stands_for_it_is_told(label):
    said = oddity(f"mail.XN--{label}.example")
    try:
        stands_for = idna.ulabel(f"xn--{label}")
    except idna.IDNAError:
        assert f"xn--{label} in its domain " in said
    else:
        assert said == "" or repr(stands_for) in said


@each(
    ("text", "told"),
    [
        ("a@x.com,b@y.com", "has two addresses; give one"),
        ("a@x.com;b@y.com", "two addresses"),
        ("a@x.com b@y.com", "two addresses"),
        ("a@x.com,b@y.com\nc@z.com", "three addresses"),
        (",".join(["a@x.com"] * 12), "12 addresses"),
        ("a,b@x.com", "has a comma"),
        ("a;b@x.com", "has a semicolon"),
        ("Bob <a@x.com>", "has angle brackets"),
        ("<a@x.com>", "has angle brackets"),
        ("alice@example.org)bob", "has a comment in parentheses"),
        ("a(c)@x.com", "has a comment in parentheses"),
        ('"a b"@x.com', "has a quoted part"),
        (" a@x.com", "white space"),
        ("a@x.com\r\nBcc: v", "white space"),
        ("a\u3000b@x.com", "white space"),
        ("a", "no @"),
        ("", "no @"),
        ("a@b@c", "2 @"),
        ("@x.com", "nothing before the @"),
        (f"{'a' * 65}@x.com", "65 characters before the @"),
        ("a%b@x.com", "'%' (PERCENT SIGN) before the @"),
        ("а@example.com", "'а' (CYRILLIC SMALL LETTER A) before the @"),
        ("ａ@example.com", "'ａ' (FULLWIDTH LATIN SMALL LETTER A); type 'a' in its place"),
        ("a@x.com，b@y.com", "'，' (FULLWIDTH COMMA); type ',' in its place"),
        ("a@x.com；b@y.com", "'；' (FULLWIDTH SEMICOLON); type ',' in its place"),
        ("a@x.com、b@y.com", "'、' (IDEOGRAPHIC COMMA); type ',' in its place"),
        ("a＠x.com", "'＠' (FULLWIDTH COMMERCIAL AT); type '@' in its place"),
        ("a@x．com", "'．' (FULLWIDTH FULL STOP); type '.' in its place"),
        ("a\0@x.com", r"'\x00' (U+0000) before the @"),
        ("\udc80@x.com", r"'\udc80' (U+DC80) before the @"),
        ("a@", "no domain"),
        ("a@x..com", "an empty label"),
        ("a@.x.com", "an empty label"),
        ("a@x.com.", "an empty label"),
        (f"a@{'b' * 64}.com", "a label of 64 characters"),
        ("a@[127.0.0.1]", "'[' (LEFT SQUARE BRACKET) in its domain"),
        ("a@-x.com", "'-x' begins with a hyphen"),
        ("a@x.y-.com", "'y-' ends with a hyphen"),
        ("a@_x.com", "begins with '_'"),
        ("a@ｅｘ.com", "'ｅ' (FULLWIDTH LATIN SMALL LETTER E); type 'e' in its place"),
        ("a@例え。jp", "'。' (IDEOGRAPHIC FULL STOP); type '.' in its place"),
        ("a@☃.com", "IDNA 2008 does not allow"),
        ("a@\ud800.com", "IDNA 2008 does not allow"),
        (f"a@{'例' * 60}.jp", "IDNA 2008 does not allow"),
    ],
)
def test_each_refusal_says_what_is_wrong(text, told):
    with pytest.raises(ValueError, match=re.escape(told)) as refused:
        parse(text)
    assert str(refused.value).startswith(f"{text!r} has ")


def test_each_part_may_be_as_long_as_the_rules_allow():
    label = "b" * 63
    longest = f"{'a' * 64}@{label}.{'c' * 59}.com"
    assert len(longest) == MOST == 192
    assert parse(longest) == longest
    with pytest.raises(ValueError, match=r"has no @; a mail address such as name@example\.com has one"):
        parse("a" * 192)


@pytest.mark.parametrize("text", ["A.B_c-d+e1@Example.COM", "x@X.com", "0@0-0.a_b", "-@x.com"])
def test_what_the_service_takes_goes_out_as_it_was_typed(text):
    assert parse(text) == text
    assert re.fullmatch(ADDRESS, text)


@pytest.mark.parametrize("text", ["a" * 193, f"a@{'.'.join(['例え日本'] * 12)}.jp"])
def test_an_address_that_is_too_long(text):
    with pytest.raises(ValueError, match=r"^has \d+ characters; a mail address here has at most 192$"):
        parse(text)


def test_other_limits_count_what_is_sent():
    assert parse("a@例え.jp", 17) == "a@xn--r8jz45g.jp"
    with pytest.raises(ValueError, match="has 16 characters; a mail address here has at most 15"):
        parse("a@例え.jp", 15)


@pytest.mark.parametrize(
    ("typed", "wire"),
    [
        ("user@例え.jp", "user@xn--r8jz45g.jp"),
        ("user@Bücher.DE", "user@xn--bcher-kva.DE"),
        ("user@bu\u0308cher.de", "user@xn--bcher-kva.de"),
        ("user@straße.de", "user@xn--strae-oqa.de"),
        ("user@a_b.例え.jp", "user@a_b.xn--r8jz45g.jp"),
    ],
)
def test_international_domains_go_out_in_ascii_and_that_is_said(typed, wire):
    assert parse(typed) == wire
    assert conversion_note(typed, wire) == f"{typed!r} is sent in ASCII, as {wire}"


@pytest.mark.parametrize(
    ("typed", "wire", "told"),
    [
        ("a@x.com, b@y.com", "a@x.com,b@y.com", ""),
        ("张三 <a@x.com>", "a@x.com", ""),
        ("a@例え.jp, a@x.com", "a@xn--r8jz45g.jp,a@x.com", "as a@xn--r8jz45g.jp"),
        ("a@例え.jp,a@xn--r8jz45g.jp", "a@xn--r8jz45g.jp,a@xn--r8jz45g.jp", "as a@xn--r8jz45g.jp"),
        ("例え.jp", "xn--r8jz45g.jp", "as xn--r8jz45g.jp"),
        (
            "a@例え.jp,b@例え.jp",
            "a@xn--r8jz45g.jp,b@xn--r8jz45g.jp",
            "as a@xn--r8jz45g.jp; 'b@例え.jp' is sent in ASCII, as b@xn--r8jz45g.jp",
        ),
    ],
)
def test_only_what_was_changed_is_told(typed, wire, told):
    assert conversion_note(typed, wire).endswith(told)
    assert bool(conversion_note(typed, wire)) == bool(told)


@each(
    ("domain", "told"),
    [
        ("example.com", ""),
        ("xn-.com", ""),
        ("xn--r8jz45g.jp", ""),
        ("XN--R8JZ45G.JP", ""),
        (to_ascii("日本語カナabc.jp"), ""),  # scripts that Japanese writes together
        (to_ascii("한글漢字abc.kr"), ""),
        (to_ascii("ㄅㄆ注音abc.tw"), ""),
        (to_ascii("пример.рф"), ""),
        (to_ascii("pаypal.com"), "'pаypal', which mixes Cyrillic and Latin"),
        (to_ascii("αpple.com"), "'αpple', which mixes Greek and Latin"),
        (to_ascii("кириллица中.com"), "which mixes Cjk and Cyrillic"),
        (a_label("Ꭺpple.com"), "'Ꭺpple', which mixes Cherokee and Latin"),
        (a_label("a𗀀.com"), f"which mixes Latin and {NAMELESS}"),
        ("xn--99999999.com", "stands for nothing"),
        ("xn--.com", "stands for '' in a way that IDNA 2008 does not allow"),
        ("xn---bbk.com", "stands for 'ま' in a way that IDNA 2008 does not allow"),
        ("xn--n3h.com", "stands for '☃' in a way that IDNA 2008 does not allow"),
        ("xn--a-ecp.ru", "stands for 'a⒈', which is no domain but another spelling of 'a1.'"),
        (
            "xn--n3h.xn--99999999.com",
            "'☃' in a way that IDNA 2008 does not allow; xn--99999999 in its domain is no valid",
        ),
    ],
)
def test_labels_that_stand_for_something_odd(domain, told):
    assert told in oddity(domain)
    assert bool(oddity(domain)) == bool(told)


def test_the_tables_of_idna_load_for_international_domains_only():
    program = """
import sys
from dmcli.api.kinds.addrspec import oddity, parse
assert oddity(parse("a@example.com")) == ""
assert not {"idna", "unicodedata"} & set(sys.modules)
parse("a@例え.jp")
assert "idna" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)
