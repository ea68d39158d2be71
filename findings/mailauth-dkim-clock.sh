#!/bin/sh
# mailauth signs with one time and writes another when a second ends meanwhile: with a long key one signature in a hundred is bad
#
# Seen:      2026-11-30
# Versions:  mailauth 4.13.3 and 7.1.0 (npm) on Node 20.20; dkimpy 1.1.8 (PyPI) on Python 3.11.7
# Guess:     What dkimSign returns is a good signature, at any time: t= is optional, and if it is written, it is what was signed.
# Behaviour: mailauth 4.13.3, the newest that names Node 20, asks the clock when it makes the text to sign and again when it
#            writes the header, after the key was used. Signed one after another for eight seconds with a key of 4096 bits,
#            nearly as many are bad as seconds passed: where signing takes 10 ms, one of a hundred, for dkimpy and mailauth.
#            With signTime given none is. 7.1.0 asks once.
# Matters:   Mail that fails DKIM now and then, at every receiver, and passes when it is sent again: with p=reject it is lost.
#            A test of one mail passes. Give signTime, or take the version that wants Node 22.
# Source:    run; https://github.com/postalsys/mailauth
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for version in 4.13.3 7.1.0; do
  npm install --silent --no-audit --no-fund --prefix "mailauth-$version" "mailauth@$version" > npm.log 2>&1 ||
    { cat npm.log; exit 1; }
done
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check dkimpy==1.1.8

cat > sign.js <<'JS'
const crypto = require("crypto");
const fs = require("fs");
const { privateKey, publicKey } = crypto.generateKeyPairSync("rsa", { modulusLength: 4096 });
const signatureData = [{ signingDomain: "shop.example", selector: "s",
  privateKey: privateKey.export({ type: "pkcs8", format: "pem" }) }];
const record = `v=DKIM1; k=rsa; p=${publicKey.export({ type: "spki", format: "der" }).toString("base64")}`;
fs.writeFileSync("record", record);
(async () => {
  for (const version of ["4.13.3", "7.1.0"]) {
    const { dkimSign } = require(`./mailauth-${version}/node_modules/mailauth/lib/dkim/sign`);
    const { dkimVerify } = require(`./mailauth-${version}/node_modules/mailauth/lib/dkim/verify`);
    for (const given of [false, true]) {
      const name = `${version}, ${given ? "signTime given" : "as it is"}`;
      fs.mkdirSync(name);
      const mails = [];
      for (const end = Date.now() + 8000; Date.now() < end; ) {
        const mail = `From: news@shop.example\r\nTo: li@example.com\r\nSubject: Order ${mails.length}\r\n\r\nThank you\r\n`;
        const signTime = given ? { signTime: new Date() } : {};
        mails.push((await dkimSign(mail, { canonicalization: "relaxed/relaxed", signatureData, ...signTime })).signatures + mail);
        fs.writeFileSync(`${name}/${mails.length}.eml`, mails.at(-1));
      }
      let bad = 0;
      for (const mail of mails) {
        const { results } = await dkimVerify(mail, { resolver: async () => [[record]] });
        bad += results[0].status.result !== "pass";
      }
      console.log(`${name}: ${bad} of ${mails.length} bad for mailauth`);
    }
  }
})();
JS
cat > verify.py <<'PY'
import pathlib

import dkim

record = pathlib.Path("record").read_bytes()
for folder in sorted(path for path in pathlib.Path().iterdir() if path.name[0] in "47" and path.is_dir()):
    mails = [dkim.DKIM(mail.read_bytes()) for mail in folder.iterdir()]
    bad = sum(not mail.verify(dnsfunc=lambda name, timeout=5: record) for mail in mails)
    print(f"{folder}: {'some' if bad else 'none'} bad for dkimpy")
PY
echo "guess: 0 bad in each line"
node sign.js > counted
cat counted
py/bin/python verify.py > seen
cat seen
cat > expected <<'END'
4.13.3, as it is: some bad for dkimpy
4.13.3, signTime given: none bad for dkimpy
7.1.0, as it is: none bad for dkimpy
7.1.0, signTime given: none bad for dkimpy
END
diff expected seen || { echo "changed: signatures are no longer bad as described"; exit 1; }
echo "still so"
