#!/bin/sh
# Python's EmailMessage writes a long List-Unsubscribe as encoded words, and a reader finds no link in it
#
# Seen:      2026-11-28
# Versions:  the email package of Python 3.11.7 and 3.13.0; mailparser 3.14.2 and postal-mime 4.0.0 (npm) on Node 20.20
# Guess:     A link that does not fit into 78 characters stays whole on a line of its own: a line may have 998, and only
#            unstructured text and phrases may be encoded words (RFC 2047, 5), never a URL.
# Behaviour: Where the line would pass 78 characters, =?utf-8?q?=3Chttps=3A//...?= in several pieces. mailparser, which reads
#            List-* headers into links, has a name and no url; postal-mime gives the encoded text as it is. A policy with
#            max_line_length=998 keeps the link.
# Matters:   Unsubscribe links carry a token, so they are long. Gmail and Yahoo want one-click unsubscribe (RFC 8058) from
#            bulk senders and look for this header; it is there and unreadable.
# Source:    run; https://github.com/odoo/odoo/pull/289182 tells of mailbox providers that show no link
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 --version
npm install --silent --no-audit --no-fund --prefix . \
  mailparser@3.14.2 postal-mime@4.0.0 > npm.log 2>&1 || { cat npm.log; exit 1; }

cat > write.py <<'PY'
import email.message, email.policy
token = "0123456789abcdef" * 5
for name, policy in {"default": email.policy.SMTP, "998": email.policy.SMTP.clone(max_line_length=998)}.items():
    mail = email.message.EmailMessage(policy)
    mail["From"], mail["To"], mail["Subject"] = "news@example.com", "a@example.com", "News"
    mail["List-Unsubscribe"] = f"<https://news.example.com/u/{token}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content("hello")
    open(f"{name}.eml", "wb").write(mail.as_bytes())
PY
cat > read.js <<'JS'
const fs = require("fs");
const { simpleParser } = require("mailparser");
const PostalMime = require("postal-mime").default;
(async () => {
  for (const name of ["default", "998"]) {
    const raw = fs.readFileSync(`${name}.eml`);
    const words = (raw.toString().match(/=\?utf-8\?q\?/g) ?? []).length;
    const list = (await simpleParser(raw)).headers.get("list").unsubscribe;
    const value = (await PostalMime.parse(raw)).headers.find((header) => header.key === "list-unsubscribe").value;
    console.log(`${name}: ${words} encoded words`);
    console.log(`  mailparser ${list.url ? "a url" : `no url, but ${Object.keys(list)}`}`);
    console.log(`  postal-mime ${value.startsWith("<https://") ? "a link" : value.slice(0, 28)}`);
  }
})();
JS

echo "guess: no encoded words, a url, a link, under both policies"
{ python3 write.py; node read.js; } > seen
cat seen
cat > expected <<'END'
default: 3 encoded words
  mailparser no url, but name
  postal-mime =?utf-8?q?=3Chttps=3A//news=
998: 0 encoded words
  mailparser a url
  postal-mime a link
END
diff expected seen || { echo "changed: the header is no longer written or read as described"; exit 1; }
echo "still so"
