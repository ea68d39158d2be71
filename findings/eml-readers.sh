#!/bin/sh
# Readers of .eml in Node: "Li, Lei" in a To becomes a recipient called Li, groups lose their members, blanks become _
#
# Seen:      2026-11-30
# Versions:  letterparser 0.1.8, eml-parse-js 1.1.15, eml-format 0.6.1, mailparser 3.14.2 (npm) on Node 20.20; fast-mail-parser
#            0.10.0 and the email package (PyPI, Python 3.11.7)
# Guess:     A name with a comma is written as an encoded word, =?utf-8?q?Li=2C_Lei?=, just so that the comma separates nothing:
#            a header is parsed first, its words are decoded after (RFC 2047, 6.2). To has two addresses, From one.
# Behaviour: letterparser and eml-parse-js decode first and split then: To has three, one of them Li; eml-parse-js cuts From in
#            two as well and drops who is in a group, of which the other two make "Friends: han@example.com" and
#            "mei@example.com;". eml-format keeps the underscore of the encoded word for the blank. fast-mail-parser gives
#            the decoded line alone, in which nobody can tell the commas apart. mailparser and Python are right.
# Matters:   Replies to imported mail, lists made of old mail and archives get an address "Li" and lack those of a group.
# Source:    run; RFC 2047, section 6.2; RFC 5322, section 3.4
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . letterparser@0.1.8 eml-parse-js@1.1.15 eml-format@0.6.1 mailparser@3.14.2 \
  > npm.log 2>&1 || { cat npm.log; exit 1; }
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check fast-mail-parser==0.10.0

sed 's/$/\r/' > mail.eml <<'END'
From: =?utf-8?q?Shop=2C_Inc=2E?= <news@example.com>
To: =?utf-8?q?Li=2C_Lei?= <li@example.com>, Wang Wu <wang@example.com>
Cc: Friends: han@example.com, mei@example.com;
Subject: Hello
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Hi
END
cat > read.js <<'JS'
const fs = require("fs");
const raw = fs.readFileSync("mail.eml");
const one = ({ name, email, address, group }) =>
  group ? group.map(one).join(", ") : name ? `${name} <${email ?? address ?? ""}>` : `${email ?? address}`;
const shown = (value) => [value?.value ?? value ?? []].flat(2).map(one).join(" | ");
const show = (name, { from, to, cc }) => {
  for (const [field, value] of Object.entries({ From: from, To: to, Cc: cc })) console.log(`${name} ${field}: ${shown(value)}`);
};
(async () => {
  show("mailparser", await require("mailparser").simpleParser(raw));
  show("letterparser", require("letterparser").extract(raw.toString()));
  show("eml-parse-js", require("eml-parse-js").readEml(raw.toString()));
  show("eml-format", await new Promise((done, failed) =>
    require("eml-format").read(raw.toString(), (error, found) => (error ? failed(error) : done(found)))));
})();
JS
cat > read.py <<'PY'
import email
import email.policy
import pathlib

import fast_mail_parser

raw = pathlib.Path("mail.eml").read_bytes()
mail, fast = email.message_from_bytes(raw, policy=email.policy.default), fast_mail_parser.parse_email(raw)
for name in ("From", "To", "Cc"):
    print(f"email {name}:", " | ".join(f"{one.display_name} <{one.addr_spec}>".strip() for one in mail[name].addresses))
for name in ("From", "To", "Cc"):
    print(f"fast-mail-parser {name}:", *fast.headers[name])
PY
echo "guess: Shop, Inc. <news@example.com> / Li, Lei <li@example.com> | Wang Wu <wang@example.com> / han@example.com, mei@example.com"
{ node read.js; py/bin/python read.py; } > seen
cat seen
cat > expected <<'END'
mailparser From: Shop, Inc. <news@example.com>
mailparser To: Li, Lei <li@example.com> | Wang Wu <wang@example.com>
mailparser Cc: han@example.com, mei@example.com
letterparser From: Shop, Inc. <news@example.com>
letterparser To: Li | Lei <li@example.com> | Wang Wu <wang@example.com>
letterparser Cc: Friends: han@example.com | mei@example.com;
eml-parse-js From: Shop <> | Inc. <news@example.com>
eml-parse-js To: Li <> | Lei <li@example.com> | Wang Wu <wang@example.com>
eml-parse-js Cc: Friends <>
eml-format From: Shop,_Inc. <news@example.com>
eml-format To: Li,_Lei <li@example.com> | Wang Wu <wang@example.com>
eml-format Cc: Friends: han@example.com | mei@example.com;
email From: Shop, Inc. <news@example.com>
email To: Li, Lei <li@example.com> | Wang Wu <wang@example.com>
email Cc: <han@example.com> | <mei@example.com>
fast-mail-parser From: Shop, Inc. <news@example.com>
fast-mail-parser To: Li, Lei <li@example.com>, Wang Wu <wang@example.com>
fast-mail-parser Cc: Friends: han@example.com, mei@example.com;
END
diff expected seen || { echo "changed: addresses are no longer read as described"; exit 1; }
echo "still so"
