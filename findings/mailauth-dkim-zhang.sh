#!/bin/sh
# mailauth calls a good DKIM signature bad where the family name Zhang stands in a header; Li and Wang are fine
#
# Seen:      2026-11-28
# Versions:  mailauth 4.13.3 (what npm 11 chooses on Node 20; 7.1.0 wants Node 22.19) and 7.1.0 (npm); dkimpy 1.1.8,
#            Python 3.11.7; Node 20.20
# Guess:     "relaxed" joins blanks and tabs in headers (RFC 6376, 3.4.2) and knows nothing of letters. Headers in raw UTF-8
#            (RFC 6532, SMTPUTF8) are bytes like others.
# Behaviour: 4.13.3 joins whatever a JavaScript pattern calls white space, in a string with one character a byte: byte A0 is
#            the no-break space there. UTF-8 has it in the character for Zhang and in "a" with a grave accent, so that
#            signatures over those headers fail; Li and Wang pass. 7.1.0 verifies all. With "simple" all pass.
# Matters:   Mail with international headers is judged by the letters in it; Zhang is one of the three most common family
#            names of China. "npm install mailauth" on Node 20 ends with the old release.
# Source:    run; dkimpy signs and verifies each message here
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check dkimpy==1.1.8
mkdir old new
npm install --silent --no-audit --no-fund --prefix old \
  mailauth@4.13.3 > npm.log 2>&1 || { cat npm.log; exit 1; }
npm install --silent --no-audit --no-fund --prefix new \
  mailauth@7.1.0 > npm.log 2>&1 || { cat npm.log; exit 1; }
openssl genrsa -traditional -out key.pem 2048 2> openssl.log
openssl rsa -in key.pem -pubout -outform DER -out public.der 2> openssl.log

cat > sign.py <<'PY'
import base64, json
import dkim
key = open("key.pem", "rb").read()
record = b"v=DKIM1; p=" + base64.b64encode(open("public.der", "rb").read())
mails = []
for word in ("Zhang \u5f20", "Li \u674e", "Wang \u738b", "voil\u00e0", "caf\u00e9"):
    for how in (b"relaxed", b"simple"):
        mail = f"From: n@example.com\r\nTo: a@example.net\r\nSubject: {word} writes\r\n\r\nhello\r\n".encode()
        signed = dkim.sign(mail, b"s", b"example.com", key, canonicalize=(how, how), include_headers=[b"From", b"Subject"]) + mail
        assert dkim.verify(signed, dnsfunc=lambda name, timeout=5: record)
        mails.append([word, how.decode(), signed.decode("latin1")])
json.dump({"record": record.decode(), "mails": mails}, open("mails.json", "w"))
PY
cat > verify.js <<'JS'
const { record, mails } = require("./mails.json");
(async () => {
  for (const [word, how, mail] of mails) {
    const seen = [];
    for (const folder of ["old", "new"]) {
      const { dkimVerify } = require(`./${folder}/node_modules/mailauth/lib/dkim/verify`);
      const { results } = await dkimVerify(Buffer.from(mail, "latin1"), { resolver: async () => [[record]] });
      seen.push(`${require(`./${folder}/node_modules/mailauth/package.json`).version} ${results[0].status.result}`);
    }
    console.log(`${word}, ${how}: ${seen.join(", ")}`);
  }
})();
JS

echo "guess: pass, everywhere"
py/bin/python sign.py
node verify.js > seen
cat seen
cat > expected <<'END'
Zhang 张, relaxed: 4.13.3 fail, 7.1.0 pass
Zhang 张, simple: 4.13.3 pass, 7.1.0 pass
Li 李, relaxed: 4.13.3 pass, 7.1.0 pass
Li 李, simple: 4.13.3 pass, 7.1.0 pass
Wang 王, relaxed: 4.13.3 pass, 7.1.0 pass
Wang 王, simple: 4.13.3 pass, 7.1.0 pass
voilà, relaxed: 4.13.3 fail, 7.1.0 pass
voilà, simple: 4.13.3 pass, 7.1.0 pass
café, relaxed: 4.13.3 pass, 7.1.0 pass
café, simple: 4.13.3 pass, 7.1.0 pass
END
diff expected seen || { echo "changed: the verifiers no longer judge as described"; exit 1; }
echo "still so"
