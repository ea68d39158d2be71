"""What is read out of a mail: its visible text, its links, its one-time codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmcli.sandbox.extract import codes, read


@pytest.mark.parametrize(
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


@given(st.text(), st.text())
def test_no_mail_is_too_strange_to_read(html, text):
    parts = read(html, text)
    assert all(link.startswith(("http://", "https://")) for link in parts.links)
    assert len(set(parts.links)) == len(parts.links)
    found = codes(html, parts.text)
    assert len(set(found)) == len(found)
    assert all(any(character.isdigit() for character in code) for code in found)
