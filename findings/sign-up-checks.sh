#!/bin/sh
# Checks of an address at sign-up: foxmail.com is hotmail.com mistyped, 163.com is aol.com, and China Mobile a throw-away
#
# Seen:      2026-11-29
# Versions:  mailcheck 1.1.1, @zootools/email-spell-checker 1.12.0, email-misspelled 4.4.0, email-typo-fixer 1.1.0,
#            disposable-email-detector 3.0.0 (npm), Node 20.20; burner-email-providers 1.5, isdisposable 1.0.0 (PyPI),
#            Python 3.11.7
# Guess:     A helper that knows gmial.com says nothing of a provider with hundreds of millions of mailboxes: these are on every
#            list of known names, and on no list of disposable ones.
# Behaviour: All four helpers for typos, as they come, want foxmail.com (Tencent) to be hotmail.com. email-typo-fixer makes
#            aol.com of 163.com and 126.com (NetEase) and of 139.com (China Mobile), with hasCorrection: true; mailcheck makes
#            189.ca of 189.cn (China Telecom). Three lists of disposable providers hold sohu.com, 139.com, 189.cn or yeah.net
#            beside mailinator.com, and no two hold the same.
# Matters:   Where a form takes the correction, the mail of a person in China goes to a stranger at another provider; where it
#            asks, the person is told that the address is wrong. Where it refuses throw-aways, they cannot sign up.
# Source:    run; the helpers have lists of names of their own and take the nearest within a distance
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . mailcheck@1.1.1 @zootools/email-spell-checker@1.12.0 \
  email-misspelled@4.4.0 email-typo-fixer@1.1.0 disposable-email-detector@3.0.0 > npm.log 2>&1 || { cat npm.log; exit 1; }
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check burner-email-providers==1.5 isdisposable==1.0.0

cat > domains.json <<'END'
["gmial.com", "mailinator.com", "qq.com", "foxmail.com", "163.com", "126.com", "yeah.net", "139.com", "189.cn", "sohu.com"]
END
cat > typos.mjs <<'JS'
import { createRequire } from "module";
import misspelled, { top100 } from "email-misspelled";

const require = createRequire(import.meta.url);
const distance = misspelled({ domains: top100 });
const helpers = {
  "mailcheck": (email) => require("mailcheck").run({ email })?.full,
  "email-spell-checker": (email) => require("@zootools/email-spell-checker").default.run({ email })?.full,
  "email-misspelled": (email) => distance(email)[0]?.corrected,
  "email-typo-fixer": (email) => require("email-typo-fixer").emailTypoFixer(email).suggested,
};
for (const [name, helper] of Object.entries(helpers)) {
  const said = require("./domains.json").map((domain) => [domain, helper("li.lei@" + domain)?.split("@")[1]]);
  console.log(`${name}:`, said.filter(([, better]) => better).map(([domain, better]) => `${domain} is ${better}`).join(", "));
}
const detector = require("disposable-email-detector").default;
const thrown = [];
for (const domain of require("./domains.json")) if (await detector("li.lei@" + domain)) thrown.push(domain);
console.log("disposable-email-detector:", thrown.join(" "));
JS
cat > lists.py <<'PY'
import json

import burner_email_providers
import isdisposable

domains = json.load(open("domains.json"))
print("burner-email-providers:", *(domain for domain in domains if domain in burner_email_providers.EMAILS))
print("isdisposable:", *(domain for domain in domains if isdisposable.is_disposable("li.lei@" + domain)))
PY
echo "guess: gmial.com is corrected, it and mailinator.com are disposable, and that is all"
{ node typos.mjs; py/bin/python lists.py; } > seen
cat seen
cat > expected <<'END'
mailcheck: gmial.com is gmail.com, foxmail.com is hotmail.com, 189.cn is 189.ca
email-spell-checker: gmial.com is gmail.com, foxmail.com is hotmail.com
email-misspelled: gmial.com is gmail.com, foxmail.com is hotmail.com
email-typo-fixer: gmial.com is gmail.com, foxmail.com is hotmail.com, 163.com is aol.com, 126.com is aol.com, 139.com is aol.com
disposable-email-detector: gmial.com mailinator.com yeah.net 139.com 189.cn sohu.com
burner-email-providers: gmial.com mailinator.com yeah.net 139.com sohu.com
isdisposable: gmial.com mailinator.com sohu.com
END
diff expected seen || { echo "changed: the helpers and lists no longer judge these providers as described"; exit 1; }
echo "still so"
