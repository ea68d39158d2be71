"""Values as people read them."""

from __future__ import annotations

import time
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmcli.sandbox.web import words
from dmcli.sandbox.web.views.calls import parted, pretty
from dmcli.sandbox.web.views.stats import Counted, bars, scale


@given(st.text())
def test_any_name_of_a_file_is_one_safe_header_that_says_it_exactly(name):
    header = words.disposition(name)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    written = name.encode("utf-8", "replace").decode().replace("/", "_").replace("\\", "_")
    assert unquote(header.rpartition("; filename*=UTF-8''")[2]) == written


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 kB"), (3 * 1024**2, "3.0 MB")])
def test_sizes(count, text):
    assert words.size(count) == text


@pytest.mark.parametrize(
    ("text", "html", "said"),
    [
        ("", "", ""),
        ("a  b\n\nc", "<p>no</p>", "a b c"),
        ("", "<style>p{}</style><p>a&amp;b</p><!-- c --><script>d</script>e", "a&b e"),
        ("", "<p>a</p><style>never ends", "a"),
        ("", "<p>a</p><img alt='cut", "a"),
        ("", "<div>您好\u200b\u200c\u034f</div>", "您好"),
        ("x" * 200, "", "x" * 140 + "…"),
    ],
)
def test_the_first_words(text, html, said):
    assert words.beginning(text, html) == said


@given(st.text(alphabet="<>-!/ astylecript'\"\n", max_size=400))
def test_the_first_words_of_anything_are_quick(text):
    began = time.thread_time()  # of work, however busy the machine is
    words.beginning("", text * 10)
    assert time.thread_time() - began < 1


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of a running process can be changed on POSIX only")
def test_times_are_local(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        assert words.minute(1773547200) == "2026-03-15 05:00"
        assert words.whole(1773547200) == "2026-03-15 05:00:00 +01:00, for the service 2026-03-15 12:00 +08:00"
        assert words.since(1773547200, 1773550000) == "05:00:00"
        assert words.since(1773547200, 1773550000 + 86400) == "2026-03-15 05:00"
        assert words.offset(words.local(1773547200)) == "+01:00"
    finally:
        monkeypatch.setenv("TZ", "UTC")
        time.tzset()


@pytest.mark.parametrize("at", [2**60, -(2**60), 1e300])
def test_a_time_that_no_calendar_has_is_no_trouble(at):
    assert words.minute(at) == "1970-01-01 00:00"


@given(st.integers(0, 10**12))
def test_a_scale_is_round_enough_for_what_is_on_it(most):
    top = scale(most)
    assert top >= most
    assert top % 2 == 0
    assert top <= max(2 * most, 2)


@given(st.lists(st.dictionaries(st.sampled_from(words.OUTCOMES), st.integers(0, 50), min_size=5), max_size=30))
def test_bars_stand_on_each_other_and_none_is_too_high(days):
    counted = [Counted("", day) for day in days]
    top = scale(max((day.sent for day in counted), default=0))
    made = bars(counted, top)
    for column, day in enumerate(counted):
        mine = [bar for bar in made if bar.column == column]
        assert sum(bar.height for bar in mine) == pytest.approx(100 * day.sent / top, abs=0.01)
        bottom = 100.0
        for bar in mine:
            assert bar.top + bar.height == pytest.approx(bottom, abs=0.01)
            bottom = bar.top
        assert bottom >= -0.01


@given(st.text("ab&%", max_size=30), st.text("ab&%", max_size=30))
def test_strings_are_parted_where_they_differ_and_nothing_is_lost(ours, theirs):
    server, client = parted({"server": ours, "client": theirs})
    assert "".join(server[1:]) == ours
    assert "".join(client[1:]) == theirs
    assert (server.before, server.after) == (client.before, client.after)
    if server.apart and client.apart:
        assert server.apart[0] != client.apart[0]
        assert server.apart[-1] != client.apart[-1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        ("not json", "not json"),
        ('{"a":[1,{"b":"您"}]}', '{\n  "a": [\n    1,\n    {\n      "b": "您"\n    }\n  ]\n}'),
        ('<?xml version="1.0"?><a><b>1</b><c><d></d></c></a>',
         '<?xml version="1.0"?>\n<a>\n  <b>1</b>\n  <c>\n    <d></d>\n  </c>\n</a>'),
        ("<a><b>cut of", "<a>\n  <b>cut of"),
        ("</a></b>", "</a>\n</b>"),
    ],
)  # fmt: skip
def test_replies_are_laid_out(text, said):
    assert pretty(text) == said


@given(st.text("<>/ab?! ", max_size=60))
def test_laying_out_loses_nothing_but_blanks(text):
    assert "".join(pretty(f"<{text}").split()) == "".join(f"<{text}".split())
