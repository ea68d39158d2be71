#!/bin/sh
# A DMARC policy "on trial" is applied in full: pct=0 by readers of the new RFC, t=y by readers of the old, both by some
#
# Seen:      2026-11-29
# Versions:  mailauth 4.13.3 and 7.1.0 (npm) on Node 20; authheaders 0.16.3 and dmarc 1.2.1 (PyPI) on Python 3.11.7
# Guess:     pct=0 (RFC 7489) and its successor t=y (RFC 9989) are how a domain tries p=reject without mail being refused. One
#            of the two works with every reader; "dmarcbis=True" means that the new tags are obeyed.
# Behaviour: For a mail that fails, mailauth 4 and 7 and both Python readers say reject for pct=0: mailauth 4 hands out pct
#            beside it, for the caller to roll dice, the others have no pct any more or do not look. t=y is quarantine for
#            mailauth 7 alone; authheaders says reject with dmarcbis=True too, and dmarc unless allow_policy_test_mode is given,
#            which is False by default. np=reject for a name that is not there is reject for mailauth 7 and none for mailauth 4.
# Matters:   No record tries a policy safely today: with either tag, some receivers refuse mail that the domain's owner thinks
#            is only reported. p=none is what all of them agree on.
# Source:    run; RFC 9989, section 4.7 (t) and appendix A.6 (pct), https://github.com/ValiMail/authentication-headers
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for version in 4.13.3 7.1.0; do
  npm install --silent --no-audit --no-fund --prefix "mailauth-$version" "mailauth@$version" > npm.log 2>&1 ||
    { cat npm.log; exit 1; }
done
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check authheaders==0.16.3 dmarc==1.2.1

cat > zone.json <<'END'
{"pct.example": "v=DMARC1; p=reject; pct=0", "trial.example": "v=DMARC1; p=reject; t=y",
 "np.example": "v=DMARC1; p=none; np=reject"}
END
cat > judge.js <<'JS'
const zone = require("./zone.json");
const resolver = async (name, type) => {
  const record = type === "TXT" && name.startsWith("_dmarc.") && zone[name.slice(7)];
  if (record) return [[record]];
  throw Object.assign(new Error("no such name"), { code: "ENOTFOUND" });
};
(async () => {
  for (const version of ["4.13.3", "7.1.0"]) {
    const { dmarc } = require(`./mailauth-${version}/node_modules/mailauth/lib/dmarc`);
    const said = [];
    for (const headerFrom of ["pct.example", "trial.example", "gone.np.example"]) {
      const found = await dmarc({ headerFrom, spfDomains: [], dkimDomains: [], resolver });
      said.push((found.response ?? found).policy);
    }
    console.log(`mailauth ${version}: pct=0 ${said[0]}, t=y ${said[1]}, np=reject ${said[2]}`);
  }
})();
JS
cat > judge.py <<'PY'
import json

import authheaders
import authres
import dmarc

zone = json.load(open("zone.json"))
spf = authres.SPFAuthenticationResult(result="fail", smtp_mailfrom="x@other.example")
dkim = authres.DKIMAuthenticationResult(result="fail", header_d="other.example")


def txt(name, *_, **__):
    name = (name.decode() if isinstance(name, bytes) else name).rstrip(".")
    return zone.get(name.removeprefix("_dmarc.")) if name.startswith("_dmarc.") else None


for bis in (False, True):
    said = []
    for domain in ("pct.example", "trial.example"):
        mail = b"From: a@" + domain.encode() + b"\r\nTo: b@receiver.example\r\nSubject: x\r\n\r\nx\r\n"
        said.append(authheaders.check_dmarc(mail, spf, dkim, dnsfunc=txt, dmarcbis=bis).policy)
    print(f"authheaders, dmarcbis={bis}: pct=0 {said[0]}, t=y {said[1]}")
failed = dmarc.SPF("other.example", dmarc.SPFResult.FAIL), dmarc.DKIM("other.example", dmarc.DKIMResult.FAIL)
for allow in (False, True):
    reader, said = dmarc.DMARC(), []
    for domain in ("pct.example", "trial.example"):
        policy = reader.parse_record(zone[domain], domain)
        said.append(reader.get_result(policy, *failed, allow_policy_test_mode=allow).disposition.value)
    print(f"dmarc, allow_policy_test_mode={allow}: pct=0 {said[0]}, t=y {said[1]}")
PY
echo "guess: none or quarantine in one of the two columns, on every line"
{ node judge.js; py/bin/python judge.py; } > seen
cat seen
cat > expected <<'END'
mailauth 4.13.3: pct=0 reject, t=y reject, np=reject none
mailauth 7.1.0: pct=0 reject, t=y quarantine, np=reject reject
authheaders, dmarcbis=False: pct=0 reject, t=y reject
authheaders, dmarcbis=True: pct=0 reject, t=y reject
dmarc, allow_policy_test_mode=False: pct=0 reject, t=y reject
dmarc, allow_policy_test_mode=True: pct=0 reject, t=y quarantine
END
diff expected seen || { echo "changed: these readers no longer judge a policy on trial as described"; exit 1; }
echo "still so"
