"""What is read out of a mail: its visible text, its links, its one-time codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows import each

from dmcli.sandbox.mail.extract import _TOKEN, codes, read

_PIECES = [
    *("<", ">", "</", "<>", "</>", "<!", "<?", "<!--", "-->", "<!-->", "--!>", "<![foo]>", "<![ endif]>", "<![CDATA["),
    *("]]>", "<!doctype", "&", "&amp;", "&#x", "&#65;", "&nbsp;", "=", "/", "'", '"', "<a", "<a>", "</a>", "<p>"),
    *("<br/>", "<head>", "</head>", "<script", "<script>", "</script>", "<style>", "</style", "<template>", "href="),
    *('href="https://a.test"', "https://b.test", "x", "code", "123456"),
]


@each(
    ("subject", "text", "found"),
    [
        ("", "Your verification code is 493021. It expires in 10 minutes.", ["493021"]),
        ("", "Your code: 493 021", ["493021"]),
        ("", "123-456 is your one-time password", ["123456"]),
        ("482913 is your login code", "", ["482913"]),
        ("", "Use G-482913 to verify", ["G-482913"]),
        ("", "Security code\nA1B2C3\nDo not share it", ["A1B2C3"]),
        ("", "PIN 4821", ["4821"]),
        ("", "【ACME】您的验证码为：886621，5分钟内有效，请勿泄露。", ["886621"]),
        ("", "您的验证码为：８８６６２１", ["886621"]),
        ("", "验证码886621（10分钟内有效）", ["886621"]),
        ("", "動態碼 5521", ["5521"]),
        ("", "校验码：AB12CD", ["AB12CD"]),
        ("", "Hello\n\n774411\n\nBye", ["774411"]),
        ("", "Your code is 112233, or 445566 on the phone", ["112233", "445566"]),
        ("Code 111222", "Your code is 111222", ["111222"]),
        ("Your code", "It is 493021.", ["493021"]),
        ("您的验证码", "请输入 886621", ["886621"]),
        ("Your code", "It was 493021 that came before this one. Your PIN is 4455.", ["4455"]),
        ("Your order", "It is 493021.", []),
        ("Your code", "It is A1B2C3.", []),
        ("", "", []),
        ("", "Pay $1234 by 2026-10-10, call 13800138000", []),
        ("", "© 2026 ACME", []),
        ("", "Your order 88213345678901 has shipped", []),
        ("", "The code expires in 1440 minutes", []),
        ("", "验证码有效期为 1440 分钟", []),
        ("", "Version 1.2345 of the code", []),
        ("", "https://example.com/code/123456", []),
        ("", "a mail without anything to type", []),
    ],
)
def test_codes(subject, text, found):
    assert codes(subject, text) == found


def test_what_stands_nearer_to_its_word_comes_first():
    assert codes("", "Order 778899 of today. Your verification code: 112233")[0] == "112233"


def test_visible_text():
    html = (
        "<html><head><title>T</title><style>p{}</style></head><body><p>Hello&nbsp;<b>Ada</b>,</p>"
        "<script>alert(1)</script><div>您好<br>line</div><ul><li>one<li>two</ul>&lt;tag&gt;</body></html>"
    )
    assert read(html).text == "Hello Ada,\n\n您好\nline\n\none\ntwo\n<tag>"
    assert read("", "plain\n text").text == "plain\n text"
    assert read("<p>html</p>", "plain").text == "html"


def test_links():
    html = '<a href="https://a.test/?x=1&amp;y=2">a</a><area href=" http://b.test ">c <a href="mailto:a@b.cn">m</a>'
    html += '<a href="javascript:alert(1)">j</a><a>none</a><img src="https://pixel.test">'
    text = "see https://a.test/?x=1&y=2, (http://c.test/d). 请点击https://e.test/f，谢谢"
    assert read(html, text).links == [
        "https://a.test/?x=1&y=2",
        "http://b.test",
        "http://c.test/d",
        "https://e.test/f",
    ]


@each(
    ("href", "link"),
    [
        ('"https://a.test/?id=1&region=cn&copy=2&notify=3"', "https://a.test/?id=1&region=cn&copy=2&notify=3"),
        ("'https://a.test/?id=1&amp;region=cn&amp;copy=2'", "https://a.test/?id=1&region=cn&copy=2"),
        ("https://a.test/?id=1&times=2 href=https://b.test", "https://a.test/?id=1&times=2"),
        ("https://a.test/?q=1\u30002 id=x", "https://a.test/?q=1\u30002"),
        ('"https://a.test/&#65;&#x42;&reg;&copy"', "https://a.test/AB\u00ae\u00a9"),
    ],
)
def test_a_link_is_the_one_that_a_browser_opens(href, link):
    assert read(f"<a href={href}>go</a>").links == [link]


@pytest.mark.parametrize("space", ["\u3000", "\u00a0", "\v"])
def test_a_tag_with_a_space_that_is_none_in_html_is_no_link(space):
    assert read(f"<a{space}href=https://a.test/>go</a>") == ("go", [])
    assert read(f"<a {space}href=https://a.test/>go</a>") == ("go", [])


@given(st.text(), st.text())
def test_no_mail_is_too_strange_to_read(html, text):
    parts = read(html, text)
    assert all(link.startswith(("http://", "https://")) for link in parts.links)
    assert len(set(parts.links)) == len(parts.links)
    found = codes(html, parts.text)
    assert len(set(found)) == len(found)
    assert all(any(character.isdigit() for character in code) for code in found)


pieces = st.lists(st.sampled_from([*_PIECES, " ", "\n", f"&#{'9' * 5000};"]) | st.text(max_size=3)).map("".join)


@given(pieces)
def test_no_html_is_too_strange_to_read(html):
    parts = read(html)
    assert all(link.startswith(("http://", "https://")) for link in parts.links)
    codes("", parts.text)


@given(pieces)
def test_each_character_of_html_is_in_one_token(html):
    assert "".join(token[0] for token in _TOKEN.finditer(html)) == html


@each(
    ("html", "text"),
    [
        ("a<![foo]>b<![ endif]>c", "abc"),
        ("a<!--[if mso]>b<![endif]-->c<!--[if !mso]><!-->d<!--<![endif]-->e", "acde"),
        ("a<!-->b<!--->c<!-- > -- --!>d", "abcd"),
        ("a < b <3 << c <", "a < b <3 << c <"),
        ("a</>b</ x>c<?php d ?>e</", "abce</"),
        ("a<script>if (b<c) '</scripts>' <!-- </script >d<STYLE/>e</Style>f", "adf"),
        ("a</script></style>b<head>c</style>d</head>e", "abe"),
        ("<p title=it's>a<p title='>'>b<p title = \">\" x=y\">c", "a\nb\nc"),
        ("a<!-- b", "a"),
        ("a<b title='> c", "a"),
        ("a<script>b", "a"),
        (f"a&#{'0' * 5000}65;&#{'9' * 5000};&#00000000;&lt;&notit;", "aA\ufffd\ufffd<¬it;"),
    ],
)
def test_odd_html_is_seen_as_a_browser_shows_it(html, text):
    assert read(html).text == text


# Were the work to grow as the square of the length, each of these would take minutes.
@each(
    "piece",
    [*_PIECES, "<a ", "<!-- ", "<a x='", '<a x="', "<a x=", "<script>", "<a href=https://a.test ", "&#9", "&a", "= "],
)
def test_long_odd_html_is_read_in_one_go(piece):
    parts = read(piece * (200_000 // len(piece)))
    codes("", parts.text)


@pytest.mark.parametrize(
    ("text", "found"),
    [("code 12345 ", ["12345"]), ("12345 x ", []), ("12345\n", ["12345"]), ("a\u0301\u0327", []), ("\u0327\u0301", [])],
)
def test_codes_of_a_long_text_are_found_in_one_go(text, found):
    assert codes("", text * 20_000) == found
