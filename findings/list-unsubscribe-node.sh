#!/bin/sh
# Nodemailer writes two List-Unsubscribe headers for two links, and its author's own reader keeps one of them
#
# Seen:      2026-11-28
# Versions:  nodemailer 10.6.1, mailparser 3.14.2 (npm), Node 20.20; mail-parser 4.8.0 (PyPI), Python 3.11.7
# Guess:     list: { unsubscribe: [link, address] } makes one header with both in it: RFC 2369, 3.4 lets a message have at most
#            one of each List field, with several links separated by commas.
# Behaviour: Two headers. mailparser, of the same author, gives the last alone: a mail address and no url. Python's
#            mail-parser gives a list where it gives text for one header. A list within the list makes one header, as
#            the manual says further down.
# Matters:   One-click unsubscribe (RFC 8058) needs the https link; with link first and address second it is the one that
#            readers of this kind do not see.
# Source:    run; https://github.com/nodemailer/nodemailer/issues/1672
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . \
  nodemailer@10.6.1 mailparser@3.14.2 > npm.log 2>&1 || { cat npm.log; exit 1; }
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check mail-parser==4.8.0

cat > try.js <<'JS'
const fs = require("fs");
const nodemailer = require("nodemailer");
const { simpleParser } = require("mailparser");
const links = ["https://news.example.com/u/1", "u@example.com?subject=unsubscribe"];
(async () => {
  for (const [name, unsubscribe] of Object.entries({ list: links, "list in a list": [links] })) {
    const { message } = await nodemailer.createTransport({ streamTransport: true, buffer: true }).sendMail({
      from: "news@example.com", to: "a@example.com", subject: "News", text: "hello", list: { unsubscribe } });
    fs.writeFileSync(`${name}.eml`, message);
    const headers = message.toString().match(/^List-Unsubscribe:/gm).length;
    const seen = (await simpleParser(message)).headers.get("list").unsubscribe;
    console.log(`${name}: ${headers} header(s), mailparser ${JSON.stringify(seen)}`);
  }
})();
JS
cat > read.py <<'PY'
import mailparser
for name in ("list", "list in a list"):
    print(f"{name}: Python's mail-parser {type(mailparser.parse_from_file(f'{name}.eml').headers['List-Unsubscribe']).__name__}")
PY

echo "guess: 1 header with url and mail, both times"
{ node try.js; py/bin/python -W ignore read.py; } > seen
cat seen
cat > expected <<'END'
list: 2 header(s), mailparser {"mail":"u@example.com?subject=unsubscribe"}
list in a list: 1 header(s), mailparser {"url":"https://news.example.com/u/1","mail":"u@example.com?subject=unsubscribe"}
list: Python's mail-parser list
list in a list: Python's mail-parser str
END
diff expected seen || { echo "changed: the headers are no longer written or read as described"; exit 1; }
echo "still so"
