"""The text that is made from HTML, as a reader of a newsletter wants it."""

from __future__ import annotations

from rows import each

from dmcli.workflows.merge.letters.plaintext import plain_text


@each(
    ("html", "text"),
    [
        ("<head><style>.pre{display:none} @media (x){.b{display:none}}</style><body><p class=pre>x<p class=b>y", "y"),
        ('<div style="display:none;max-height:0">Inbox line &zwnj;&nbsp;</div><p>Body</p>', "Body"),
        ('<div style="opacity:0.5">Body</div><p hidden>x<b>y</b></p><p>z', "Body\n\nz"),
        ("<ul><li>a<ul><li>b<li>c</ul><li>d</ul>", "- a\n  - b\n  - c\n- d"),
        ("<ol><li><p>One</p><p>more</p><li>Two</ol>", "1. One\n\n   more\n2. Two"),
        ("<blockquote><p>a</p><blockquote>b</blockquote></blockquote>c", "> a\n>\n> > b\n\nc"),
        ("<table><tr><th>Item<th>Price<tr><td>Tea<td>{{ p }}</table>", "Item | Price\nTea | {{ p }}"),
        ('<table role="presentation"><tr><td>Left</td><td>Right</td></tr></table>', "Left\n\nRight"),
        ("<table><tr><td><table><tr><td>a</td><td>b</td></tr></table></td></tr></table>", "a | b"),
        ('<a href="https://a.b/"><img src=x alt="Our shop"></a>', "Our shop (https://a.b/)"),
        ('<a href="https://a.b/"><img src=x></a>', "https://a.b/"),
        ('<a href="https://a.b/">a.b</a> <a href="mailto:me@a.b">me@a.b</a> <a href="#top">up</a>', "a.b me@a.b up"),
        (
            '<a href="https://a.b/?id={{ id }}&region=cn&copy=2&amp;copy=3&lang;&#65;&copy">go</a> &copy 1',
            "go (https://a.b/?id={{ id }}&region=cn&copy=2&copy=3\u27e8A\u00a9) \u00a9 1",
        ),
        ("<a href=https://a.b/?a=1&order=2 href=https://c.d/>go</a>", "go (https://a.b/?a=1&order=2)"),
        (f"<p title='&#{'1' * 5000};'>a&#{'1' * 5000};b&#{'0' * 5000}65;", "a\ufffdbA"),
        ('<a href="mailto:me@a.b">write</a> <a href="tel:+123">call</a>', "write (me@a.b) call (+123)"),
        ("<pre>a\n  b</pre>c<hr>d", "a\n  b\n\nc\n\n---\n\nd"),
        (
            "<p>A</p>{% if n > 1 %}<p>x</p>{% else %}<p>y</p>{% endif %}<p>B",
            "A\n\n{% if n > 1 %}x\n\n{% else %}y\n\n{% endif %}B",
        ),
        ("<p>A</p>{% if n %}<p>x</p>{% endif %}<p>B</p>", "A\n\n{% if n %}x\n\n{% endif %}B"),
        ('<a href="https://a.b/{{ n|default("y") }}">go</a>', 'go (https://a.b/{{ n|default("y") }})'),
    ],
)
def test_a_newsletter_reads_well_without_html(html, text):
    assert plain_text(html) == text
