#!/bin/sh
# Makers of the text part of a mail: one puts a blank into a one-time code, the other runs four cells into one word
#
# Seen:      2026-11-28
# Versions:  html2text 2025.4.15 (PyPI), Python 3.11.7; html-to-text 10.0.1 (npm), Node 20.20
# Guess:     What a reader sees as one word stays one word, and two cells of a table stay two.
# Behaviour: html2text makes "**123** 456" of <b>123</b>456, a blank that no mark of Markdown needs; without the marks
#            (ignore_emphasis) the word is whole. html-to-text makes "Total5Code493021" of a table of two rows, unless its options
#            name the table as one of data. Both print a hidden preheader as the first line.
# Matters:   A mail without a text part is given one by tools like these: codes cannot be pasted, amounts not be read.
# Source:    run
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check html2text==2025.4.15
npm install --silent --no-audit --no-fund --prefix . \
  html-to-text@10.0.1 > npm.log 2>&1 || { cat npm.log; exit 1; }

cat > cases.json <<'END'
{"code": "<p>Your code: <b>493</b>021</p>",
 "table": "<table><tr><td>Total</td><td>5</td></tr><tr><td>Code</td><td>493021</td></tr></table>",
 "preheader": "<div style=\"display:none\">Hidden</div><p>Shown</p>"}
END
cat > try.py <<'PY'
import json
import html2text
plain = html2text.HTML2Text()
plain.ignore_emphasis = True
for name, html in json.load(open("cases.json")).items():
    print(f"{name}: html2text {json.dumps(html2text.html2text(html))}, without emphasis {json.dumps(plain.handle(html))}")
PY
cat > try.js <<'JS'
const { convert } = require("html-to-text");
const data = { selectors: [{ selector: "table", format: "dataTable" }] };
for (const [name, html] of Object.entries(require("./cases.json"))) {
  const [plain, asData] = [convert(html), convert(html, data)].map((text) => JSON.stringify(text));
  console.log(`${name}: html-to-text ${plain}, as data ${asData}`);
}
JS

echo "guess: 493021 in one piece, a space between cells, Shown alone"
{ py/bin/python try.py; node try.js; } > seen
cat seen
cat > expected <<'END'
code: html2text "Your code: **493** 021\n\n", without emphasis "Your code: 493021\n\n"
table: html2text "Total| 5  \n---|---  \nCode| 493021\n\n", without emphasis "Total| 5  \n---|---  \nCode| 493021\n\n"
preheader: html2text "Hidden\n\nShown\n\n", without emphasis "Hidden  \n  \nShown\n\n"
code: html-to-text "Your code: 493021", as data "Your code: 493021"
table: html-to-text "Total5Code493021", as data "Total   5\nCode    493021"
preheader: html-to-text "Hidden\n\nShown", as data "Hidden\n\nShown"
END
diff expected seen || { echo "changed: text parts are no longer made as described"; exit 1; }
echo "still so"
