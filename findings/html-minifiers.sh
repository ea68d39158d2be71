#!/bin/sh
# Minifiers of HTML and a mail: the successor drops what Outlook needs, and "Li Lei" becomes Li where a template was minified
#
# Seen:      2026-11-29
# Versions:  html-minifier-terser 7.2.0 and html-minifier-next 6.2.11 (npm) on Node 20.20; minify-html 0.18.1,
#            tdewolff-minify 2.24.12, htmlmin 0.1.12 (PyPI) on Python 3.11.7
# Guess:     (1) html-minifier-next is the successor of html-minifier and html-minifier-terser: the same options make the same page, with
#            the conditional comments that Outlook reads. (2) A template is minified once and filled many times: a placeholder is
#            a value that the minifier cannot know, so its quotes stay, at least where template syntax is to be preserved.
# Behaviour: (1) removeComments leaves <!--[if mso]> in with the one and takes it out with the other, and the table it holds.
#            (2) minify-html, also with preserve_brace_template_syntax, tdewolff-minify and htmlmin take the quotes of
#            alt="{UserName}" and alt="{{name}}" as they come. Filled with "Li Lei" the value is Li, and "lei" is an
#            attribute. The two for Node leave quotes alone until they are told.
# Matters:   (1) The mail falls apart in Outlook for Windows alone. (2) Each test with a name of one word passes; a style, a title or an
#            alternative text of two loses the second. For a mail, keep_comments or its like is needed, and quotes kept.
# Source:    run; https://github.com/j9t/html-minifier-next; DirectMail's placeholders are {UserName} and the like
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . html-minifier-terser@7.2.0 html-minifier-next@6.2.11 > npm.log 2>&1 ||
  { cat npm.log; exit 1; }
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check minify-html==0.18.1 tdewolff-minify==2.24.12 htmlmin==0.1.12

cat > mail.html <<'END'
<!-- made by hand -->
<!--[if mso]><table width="600"><tr><td><![endif]-->
<p><img src="logo.png" alt="{UserName}"> <img src="logo.png" alt="{{name}}"></p>
<!--[if mso]></td></tr></table><![endif]-->
END
cat > minify.mjs <<'JS'
import fs from "fs";
import * as terser from "html-minifier-terser";
import * as next from "html-minifier-next";

const mail = fs.readFileSync("mail.html", "utf8");
const options = { collapseWhitespace: true, removeComments: true };
fs.writeFileSync("html-minifier-terser.html", await (terser.default ?? terser).minify(mail, options));
fs.writeFileSync("html-minifier-next.html", await next.minify(mail, options));
JS
cat > minify_and_fill.py <<'PY'
from html.parser import HTMLParser
from pathlib import Path

import htmlmin
import minify
import minify_html


class Alternatives(HTMLParser):
    def handle_starttag(self, tag, attributes):
        if tag == "img":
            said.append(dict(attributes)["alt"])


mail = Path("mail.html").read_text()
made = {name: Path(f"{name}.html").read_text() for name in ("html-minifier-terser", "html-minifier-next")} | {
    "minify-html": minify_html.minify(mail),
    "minify-html, preserving braces": minify_html.minify(mail, preserve_brace_template_syntax=True),
    "tdewolff-minify": minify.string("text/html", mail),
    "htmlmin": htmlmin.minify(mail, remove_comments=True),
}
for name, html in made.items():
    said = []
    Alternatives().feed(html.replace("{UserName}", "Li Lei").replace("{{name}}", "Li Lei"))
    print(f"{name}: {html.count('[if mso]')} parts for Outlook, alternative texts {said}")
PY
echo "guess: 2 parts for Outlook, and 'Li Lei' twice, each time"
node minify.mjs
py/bin/python -W ignore minify_and_fill.py > seen
cat seen
cat > expected <<'END'
html-minifier-terser: 2 parts for Outlook, alternative texts ['Li Lei', 'Li Lei']
html-minifier-next: 0 parts for Outlook, alternative texts ['Li Lei', 'Li Lei']
minify-html: 0 parts for Outlook, alternative texts ['Li', 'Li']
minify-html, preserving braces: 0 parts for Outlook, alternative texts ['Li', 'Li']
tdewolff-minify: 0 parts for Outlook, alternative texts ['Li', 'Li']
htmlmin: 2 parts for Outlook, alternative texts ['Li', 'Li']
END
diff expected seen || { echo "changed: mails are no longer minified as described"; exit 1; }
echo "still so"
