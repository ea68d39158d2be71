"""Style rules put into elements, MJML, and a look in the browser: the template's tags keep their places."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

MERGE = "send merge people.csv --from news@sandbox.test --subject Hello --html @body.html"
NEWSLETTER = """<!doctype html>
<html><head>
<link rel="stylesheet" href="https://a.example/x.css">
<style>@import url(https://a.example/y.css); p { margin: 0; color: {{ colour|default("red") }} }
@media (max-width: 600px) { p { margin: 9px } }</style>
</head><body>
<p style="padding: {{ pad|default('1px') }}">Dear {{ name|default("friend") }},</p>
<table>{% if name > "Person 3" %}<tr><td class='{{ name|default("x")|lower }}'>late</td></tr>{% endif %}</table>
<a href='https://a.example/?n={{ name|default("y")|urlencode }}&amp;x=1'>{# a comment #}see</a>
</body></html>
"""
MJML = """<mjml><mj-head><mj-preview>For {{ name }}</mj-preview></mj-head><mj-body>
  {% if name > "Person 3" %}<mj-section><mj-column><mj-text>late & <b>{{ name|default("x") }}</b></mj-text></mj-column>
  </mj-section>{% endif %}
  <mj-section><mj-column><mj-button href='https://a.example/{{ name|default("y")|urlencode }}'>Go</mj-button>
  </mj-column></mj-section>
</mj-body></mjml>
"""


@pytest.fixture
def body(tmp_path):
    """Writes the template."""
    return lambda text: Path("body.html").write_text(text, "utf-8")


def shown(run, row, options):
    """Errors, and the HTML of a row."""
    done = run(f"{MERGE} {options} --preview {row} -o json")
    return done.err, Path(done.json["html"]).read_text("utf-8")


def test_rules_go_into_the_elements_and_the_tags_stay(run, body, people):
    people(["p3@b.test,Person 3", "p4@b.test,Person 4"])
    Path("people.csv").write_text("email,name,colour,pad\np3@b.test,Person 3,,\np4@b.test,Person 4,blue,2px\n", "utf-8")
    body(NEWSLETTER)
    said, early = shown(run, 2, "--css-inline")
    assert "warning: --html: <link href='https://a.example/x.css'> is not loaded" in said
    assert "@import url(https://a.example/y.css) is not loaded" in said
    assert '<p style="margin: 0;color: red;padding: 1px">Dear Person 3,</p>' in early
    assert "@media (max-width: 600px)" in early
    assert '<link rel="stylesheet" href="https://a.example/x.css">' in early
    assert "late" not in early
    assert '<a href="https://a.example/?n=Person%203&amp;x=1">see</a>' in early
    _, late = shown(run, 3, "--css-inline")
    assert "color: blue;padding: 2px" in late
    assert '<table><tbody><tr><td class="person 4">late</td></tr></tbody></table>' in late


def test_mjml_becomes_html_with_the_tags_in_their_places(run, body):
    body(MJML)
    _, early = shown(run, 3, "--mjml --css-inline")
    assert "late" not in early
    assert "<mj-" not in early
    assert 'href="https://a.example/Person%203"' in early
    _, late = shown(run, 4, "--mjml")
    assert "<b>Person 4</b>" in late


CLASSES = """<mjml><mj-head><mj-attributes><mj-class name='a' color='red' /><mj-class name='b' color='blue' />
</mj-attributes><mj-style inline="inline">.x { color: green }</mj-style></mj-head><mj-body><mj-section><mj-column>
<mj-text mj-class="a b">{{ name }}</mj-text><mj-text mj-class="a">y</mj-text></mj-column></mj-section></mj-body></mjml>
"""


def test_where_mjml_is_compiled_to_another_mail_than_elsewhere_is_told(run, body):
    body(CLASSES)
    said, html = shown(run, 3, "--mjml")
    assert "line 2: the rules of <mj-style inline> are inlined by --css-inline alone" in said
    assert 'line 3: of what several of mj-class="a b" set, the first counts here' in said
    assert said.count("warning") == 2
    assert (html.count("color:red"), html.count("color:blue")) == (2, 0), "the first counts: the warning holds"
    assert ".x { color: green }</style>" in html, "not inlined: the warning holds"
    assert "mj-style" not in shown(run, 3, "--mjml --css-inline")[0]


def test_what_was_planned_is_the_compiled_html(run, body, mailed):
    body(MJML)
    run(f"{MERGE} --mjml --yes")
    assert sum(mailed().values()) == 3
    assert "planned with another --html" in run(f"{MERGE} --mjml --css-inline --resume --yes", code=2).err
    assert run("campaign resume people -o json").json["sent"] == 3


HEAD = "<mjml><mj-head>{}</mj-head><mj-body></mj-body></mjml>"
IN = "<mjml><mj-body>\n<mj-section><mj-column>{}</mj-column></mj-section></mj-body></mjml>"


@pytest.mark.parametrize(
    ("html", "options", "said"),
    [
        ("<p {% if name %}class='a'{% endif %}>x</p>", "--css-inline", "line 1: --css-inline would lose or move {%"),
        ("<style>{% if name %}p{top:0}{% endif %}</style><p>x", "--css-inline", "would lose or move {% if name %}"),
        ("<style>p{top:0}</style>\n<p style='{{ name }}'>x", "--css-inline", "its styles cannot be inlined"),
        ("<p>{{ name", "--css-inline", "--html, line 1: unexpected end of template"),
        (
            IN.format("{{\nname }}<mj-textt>x</mj-textt>"),
            "--mjml",
            "line 3: there is no <mj-textt> in MJML; did you mean",
        ),
        (IN.format("<mj-colum/>"), "--mjml", "did you mean <mj-column>?"),
        (IN.format("<p>x</p>"), "--mjml", "line 2: <p> is HTML, which stands in <mj-text>"),
        (IN.format("<mj-text><mj-button>x</mj-button><mj-but>x</mj-but></mj-text>"), "--mjml", "no <mj-but> in MJML"),
        (IN.format("<mj-include path='x.mjml' />"), "--mjml", "<mj-include> is not possible"),
        (
            HEAD.format("<mj-html-attributes></mj-html-attributes>"),
            "--mjml",
            "line 1: <mj-html-attributes> is MJML, but mjml-python cannot compile it",
        ),
        (
            HEAD.format("<mj-attributes><mj-class name='a'>\n<mj-text color='red'/></mj-class></mj-attributes>"),
            "--mjml",
            "line 2: <mj-class><mj-text> is MJML, but mjml-python cannot compile it",
        ),
        ("<mjml><mj-body>", "--mjml", "--html is no MJML: unexpected end of stream"),
    ],
)
def test_what_cannot_be_compiled_is_told_in_a_sentence(run, body, mailed, html, options, said):
    body(html)
    assert said in run(f"{MERGE} {options} --yes", code=2).err
    assert not mailed()


def test_a_number_of_more_digits_than_python_reads_is_no_character(run, body):
    number = f"&#{'1' * 5000};"
    for html, option in (
        (f"<link rel=stylesheet href='x{number}'><p>{number}", "--css-inline"),
        (IN.format(f"<mj-text title='{number}'>{number}</mj-text>"), "--mjml"),
    ):
        body(html)
        assert "a defect" not in shown(run, 3, option)[0]


def test_an_element_left_open_is_told(run, body):
    body("{% if name %}<div class=a>{% else %}<div class=b>{% endif %}<p>x</div>")
    said, html = shown(run, 3, "--css-inline")
    assert "warning: --html leaves <div> open" in said
    assert html.count("</div>") == 2


@pytest.mark.parametrize(("option", "library"), [("css-inline", "css_inline"), ("mjml", "mjml")])
def test_without_the_extra_a_sentence_tells_how_to_have_it(run, body, monkeypatch, option, library):
    body("<p>x</p>")
    monkeypatch.setitem(sys.modules, library, None)
    said = run(f"{MERGE} --{option} --yes", code=3).err
    assert f"--{option} needs the extra of that name: pip install 'dmcli[{option}]'" in said


def test_without_html_there_is_nothing_to_inline(run):
    line = "send merge people.csv --from news@sandbox.test --subject Hello --text Hi --yes"
    assert "--css-inline is about the HTML" in run(f"{line} --css-inline", code=2).err


def test_a_preview_opens_in_a_browser(run, body, tmp_path, monkeypatch):
    body("<p>Dear {{ name }}</p>")
    assert "give --preview ROW too" in run(f"{MERGE} --open --yes", code=2).err
    browser = tmp_path / "browser"
    browser.write_text('#!/bin/sh\necho "$1" > opened.txt\n', "utf-8")
    browser.chmod(0o700)
    import webbrowser

    monkeypatch.setattr(webbrowser, "_tryorder", None)
    monkeypatch.setattr(webbrowser, "_browsers", {})
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    run(f"{MERGE} --preview 3 --open")
    assert Path("opened.txt").read_text("utf-8").strip() == (tmp_path / "row-3.open.html").as_uri()
    assert '<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="&lt;p&gt;Dear' in Path(
        "row-3.open.html"
    ).read_text("utf-8")


def test_without_a_browser_the_path_is_told(run, body, tmp_path, monkeypatch):
    import webbrowser

    body("<p>Dear {{ name }}</p>")
    monkeypatch.setattr(webbrowser, "_tryorder", [])
    assert (
        f"there is no browser on this machine: the mail is in {tmp_path / 'row-3.open.html'}"
        in run(f"{MERGE} --preview 3 --open").err
    )
