#!/bin/sh
# zod and valibot refuse the addresses that bounces and forwarded mail have, and all under a Chinese top-level domain
#
# Seen:      2026-11-30
# Versions:  zod 4.6.7, valibot 1.5.0, yup 1.7.1, joi 18.3.2, ajv-formats 3.0.1, validator 13.15.35 (npm) on Node 20.20;
#            email-validator 2.4.0 (PyPI) on Python 3.11.7
# Guess:     z.email() takes what mail servers write: RFC 5322 lets = and / stand in an address as it lets + stand there, and a
#            domain with Chinese letters is plain ASCII as soon as it is written as DNS has it (xn--).
# Behaviour: zod and valibot refuse an address with = (of SRS, VERP and BATV), / or &, and any address whose top-level domain is
#            xn--...; valibot refuses xn-- in any part and an apostrophe too (o'brien). With the pattern html5Email zod takes
#            all of them, and valibot with rfcEmail(). All others take all seven.
# Matters:   The sender of a forwarded mail is an address of SRS, a bounce comes to one of VERP: a web hook whose body is
#            checked with z.email() refuses just these events. Nobody whose domain is under 公司 or 中国 can sign up.
# Source:    run; https://zod.dev/api#emails; RFC 5321, 4.1.2; draft-levine-smtp-batv for prvs=
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . zod@4.6.7 valibot@1.5.0 yup@1.7.1 joi@18.3.2 ajv@8.20.0 ajv-formats@3.0.1 \
  validator@13.15.35 > npm.log 2>&1 || { cat npm.log; exit 1; }
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check email-validator==2.4.0

cat > addresses.json <<'END'
["bounce+han=example.net@news.example.com", "SRS0=Xk3a=2T=example.net=han@forward.example.com", "prvs=3021a7c2b1=li@example.com",
 "sales/cn@example.com", "o'brien@example.com", "li@xn--fiqs8s.example.com", "li@shop.xn--55qx5d"]
END
cat > check.js <<'JS'
const { z } = require("zod");
const v = require("valibot");
const yup = require("yup");
const joi = require("joi");
const ajv = new (require("ajv").default)();
require("ajv-formats").default(ajv);
const validator = require("validator");
const checks = {
  zod: (text) => z.email().safeParse(text).success,
  "zod, html5Email": (text) => z.email({ pattern: z.regexes.html5Email }).safeParse(text).success,
  valibot: (text) => v.safeParse(v.pipe(v.string(), v.email()), text).success,
  "valibot, rfcEmail": (text) => v.safeParse(v.pipe(v.string(), v.rfcEmail()), text).success,
  yup: (text) => yup.string().email().isValidSync(text),
  joi: (text) => !joi.string().email().validate(text).error,
  "ajv-formats": ajv.compile({ type: "string", format: "email" }),
  validator: (text) => validator.isEmail(text),
};
for (const [name, check] of Object.entries(checks)) {
  console.log(`${name} refuses ${require("./addresses.json").filter((text) => !check(text)).join(" ") || "none"}`);
}
JS
cat > check.py <<'PY'
import json

import email_validator


def refused(text):
    try:
        email_validator.validate_email(text, check_deliverability=False)
    except email_validator.EmailNotValidError:
        return True


print("email-validator refuses", " ".join(filter(refused, json.load(open("addresses.json")))) or "none")
PY
echo "guess: none, nine times"
{ node check.js; py/bin/python check.py; } > seen
cat seen
cat > expected <<'END'
zod refuses bounce+han=example.net@news.example.com SRS0=Xk3a=2T=example.net=han@forward.example.com prvs=3021a7c2b1=li@example.com sales/cn@example.com li@shop.xn--55qx5d
zod, html5Email refuses none
valibot refuses bounce+han=example.net@news.example.com SRS0=Xk3a=2T=example.net=han@forward.example.com prvs=3021a7c2b1=li@example.com sales/cn@example.com o'brien@example.com li@xn--fiqs8s.example.com li@shop.xn--55qx5d
valibot, rfcEmail refuses none
yup refuses none
joi refuses none
ajv-formats refuses none
validator refuses none
email-validator refuses none
END
diff expected seen || { echo "changed: addresses are no longer refused as described"; exit 1; }
echo "still so"
