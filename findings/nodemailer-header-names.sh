#!/bin/sh
# Nodemailer writes X-AliDM-Trace as X-Alidm-Trace, and its hook for names gets them when that is done
#
# Seen:      2026-11-29
# Versions:  nodemailer 10.6.1 (npm), Node 20.20; email of Python 3.11.7
# Guess:     headers: { "X-AliDM-Trace": value } is written as it stands, as Python's email does; and where names are
#            normalized, normalizeHeaderKey takes the place of that, so that (key) => key keeps them.
# Behaviour: The name is written as X-Alidm-Trace: lower case, then a capital after each hyphen. normalizeHeaderKey is called
#            after that, with X-Alidm-Trace, for every header of every part; (key) => key changes nothing. Only a function that
#            knows the name, key.replace("Alidm", "AliDM"), brings it back.
# Matters:   Names of headers are the same in any case (RFC 5322), but DirectMail's page on X-AliDM-Settings says that its name
#            is case-sensitive. A tag, tracking or an IP pool that is asked for with such a header is lost, and the mail goes out.
# Source:    run; https://www.alibabacloud.com/help/en/direct-mail/smtp-controls-the-specified-function-through-the-configuration-item-header
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . nodemailer@10.6.1 > npm.log 2>&1 || { cat npm.log; exit 1; }

cat > try.js <<'JS'
const nodemailer = require("nodemailer");
const ways = {
  "as it comes": {},
  "key => key": { normalizeHeaderKey: (key) => key },
  "key => key.replace": { normalizeHeaderKey: (key) => key.replace("Alidm", "AliDM") },
};
(async () => {
  for (const [name, way] of Object.entries(ways)) {
    const { message } = await nodemailer.createTransport({ streamTransport: true, buffer: true }).sendMail({
      from: "news@example.com", to: "a@example.com", subject: "News", text: "hello",
      headers: { "X-AliDM-Trace": "e30=", "X-AliDM-Settings": "e30=" }, ...way });
    console.log(`${name}: ${message.toString().match(/^X-Ali[^:]*/gim).join(" ")}`);
  }
})();
JS
cat > try.py <<'PY'
from email.message import EmailMessage
mail = EmailMessage()
mail["X-AliDM-Trace"], mail["X-AliDM-Settings"] = "e30=", "e30="
print("Python:", *(line.partition(":")[0] for line in mail.as_string().splitlines() if line))
PY

echo "guess: X-AliDM-Trace X-AliDM-Settings, each time"
{ node try.js; python3 try.py; } > seen
cat seen
cat > expected <<'END'
as it comes: X-Alidm-Trace X-Alidm-Settings
key => key: X-Alidm-Trace X-Alidm-Settings
key => key.replace: X-AliDM-Trace X-AliDM-Settings
Python: X-AliDM-Trace X-AliDM-Settings
END
diff expected seen || { echo "changed: the names are no longer written as described"; exit 1; }
echo "still so"
