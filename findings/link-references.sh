#!/bin/sh
# Python's makers of text and Beautiful Soup turn ?id=7&region=cn of a link into ?id=7®ion=cn; one does it to &amp; too
#
# Seen:      2026-11-30
# Versions:  html2text 2025.4.15, markdownify 1.2.3, beautifulsoup4 4.15.0, inscriptis 2.7.6, lxml 6.1.3, html5lib 1.1 (PyPI),
#            Python 3.11.7 (html.parser of 3.12.1 and 3.13.0 reads alike); html-to-text 10.0.1, cheerio 1.2.0 (npm) on Node 20.20
# Guess:     A link in a mail is the one that browsers open. Where & is not written &amp;, HTML leaves a name without semicolon
#            alone in an attribute, if = or a letter goes on behind it; and &amp; is & and no more.
# Behaviour: html.parser of Python reads attributes like text: &region, &copy=, &notify, &times= and &section begin with names
#            of characters. html2text, markdownify and Beautiful Soup with "html.parser" give such links; with "lxml" or
#            "html5lib" the soup has the right one. inscriptis, which reads with lxml, resolves references once more: its
#            links are wrong even where the mail says &amp;region=cn.
# Matters:   Tracking and unsubscribe links have parameters of such names. A soup that adds a pixel to a newsletter writes the
#            wrong link back, and text parts lead nowhere; nothing is said.
# Source:    run; https://html.spec.whatwg.org/multipage/parsing.html#named-character-reference-state
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check html2text==2025.4.15 markdownify==1.2.3 beautifulsoup4==4.15.0 inscriptis==2.7.6 \
  lxml==6.1.3 html5lib==1.1
npm install --silent --no-audit --no-fund --prefix . html-to-text@10.0.1 cheerio@1.2.0 > npm.log 2>&1 || { cat npm.log; exit 1; }

cat > mails.json <<'END'
{"bare": "<p><a href=\"https://a.example/?id=7&region=cn&copy=2&lang=zh\">here</a></p>",
 "escaped": "<p><a href=\"https://a.example/?id=7&amp;region=cn&amp;copy=2&amp;lang=zh\">here</a></p>"}
END
cat > read.py <<'PY'
import json
import re
from html.parser import HTMLParser

import bs4
import html2text
import inscriptis
import markdownify
from inscriptis.model.config import ParserConfig


class Reader(HTMLParser):
    def handle_starttag(self, tag, attributes):
        self.link = dict(attributes).get("href")


def parsed(html):
    reader = Reader()
    reader.feed(html)
    return reader.link


readers = {
    "html.parser": parsed,
    "html2text": lambda html: html2text.html2text(html, bodywidth=0),
    "markdownify": markdownify.markdownify,
    "soup, html.parser": lambda html: bs4.BeautifulSoup(html, "html.parser").a["href"],
    "soup, lxml": lambda html: bs4.BeautifulSoup(html, "lxml").a["href"],
    "soup, html5lib": lambda html: bs4.BeautifulSoup(html, "html5lib").a["href"],
    "inscriptis": lambda html: inscriptis.get_text(html, ParserConfig(display_links=True)),
}
for name, html in json.load(open("mails.json")).items():
    for reader, read in readers.items():
        print(f"{name}, {reader}: {re.search(r'https?://[^)]*', read(html))[0]}")
PY
cat > read.js <<'JS'
const { convert } = require("html-to-text");
const cheerio = require("cheerio");
for (const [name, html] of Object.entries(require("./mails.json"))) {
  console.log(`${name}, html-to-text: ${/https?:[^\]]*/.exec(convert(html))[0]}`);
  console.log(`${name}, cheerio: ${cheerio.load(html)("a").attr("href")}`);
}
JS
echo "guess: https://a.example/?id=7&region=cn&copy=2&lang=zh, by all, for both"
{ PYTHONIOENCODING=utf-8 py/bin/python -W ignore read.py; node read.js; } > seen
cat seen
cat > expected <<'END'
bare, html.parser: https://a.example/?id=7®ion=cn©=2&lang=zh
bare, html2text: https://a.example/?id=7®ion=cn©=2&lang=zh
bare, markdownify: https://a.example/?id=7®ion=cn©=2&lang=zh
bare, soup, html.parser: https://a.example/?id=7®ion=cn©=2&lang=zh
bare, soup, lxml: https://a.example/?id=7&region=cn&copy=2&lang=zh
bare, soup, html5lib: https://a.example/?id=7&region=cn&copy=2&lang=zh
bare, inscriptis: https://a.example/?id=7®ion=cn©=2&lang=zh
escaped, html.parser: https://a.example/?id=7&region=cn&copy=2&lang=zh
escaped, html2text: https://a.example/?id=7&region=cn&copy=2&lang=zh
escaped, markdownify: https://a.example/?id=7&region=cn&copy=2&lang=zh
escaped, soup, html.parser: https://a.example/?id=7&region=cn&copy=2&lang=zh
escaped, soup, lxml: https://a.example/?id=7&region=cn&copy=2&lang=zh
escaped, soup, html5lib: https://a.example/?id=7&region=cn&copy=2&lang=zh
escaped, inscriptis: https://a.example/?id=7®ion=cn©=2&lang=zh
bare, html-to-text: https://a.example/?id=7&region=cn&copy=2&lang=zh
bare, cheerio: https://a.example/?id=7&region=cn&copy=2&lang=zh
escaped, html-to-text: https://a.example/?id=7&region=cn&copy=2&lang=zh
escaped, cheerio: https://a.example/?id=7&region=cn&copy=2&lang=zh
END
diff expected seen || { echo "changed: links are no longer read as described"; exit 1; }
echo "still so"
