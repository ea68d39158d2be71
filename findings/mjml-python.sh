#!/bin/sh
# One MJML page, two mails: of two classes mjml-python takes the first and MJML the last, and styles to be inlined are not
#
# Seen:      2026-11-29
# Versions:  mjml-python 1.4.2 (PyPI, made of mrml in Rust) on Python 3.11.7; mjml 5.4.1 (npm) on Node 20
# Guess:     Both read the same language: a page without errors looks the same from either. Where one lacks a part of the
#            language, it says so.
# Behaviour: Of mj-class="base sale", mjml-python takes what base sets where both set it, and mjml takes sale, which the page
#            of mj-class says of later names. <mj-style inline="inline"> is a <style> for mjml-python and style attributes for
#            mjml. An image without alt gets an empty one from mjml and none from mjml-python. No error, no warning. Defaults
#            within <mj-class>, and <mj-html-attributes>, are refused by mjml-python with a position that counts characters.
# Matters:   The sale is written in the colour of the base, mail programs that drop <style> show no style at all, and a
#            reading aloud says the name of the image's file. A preview in the editor, which is mjml, shows none of it.
# Source:    run; https://documentation.mjml.io/#mj-attributes, https://github.com/jdrouet/mrml
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . mjml@5.4.1 > npm.log 2>&1 || { cat npm.log; exit 1; }
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check mjml-python==1.4.2

cat > page.mjml <<'END'
<mjml><mj-head><mj-attributes>
<mj-class name="base" color="black" /><mj-class name="sale" color="crimson" />
</mj-attributes><mj-style inline="inline">.note div { letter-spacing: 3px }</mj-style></mj-head>
<mj-body><mj-section><mj-column><mj-text mj-class="base sale" css-class="note">Half price</mj-text>
<mj-image src="https://shop.example/a.png" /></mj-column></mj-section></mj-body></mjml>
END
sed 's|<mj-class name="base" color="black" />|<mj-class name="base"><mj-text color="black" /></mj-class>|' page.mjml > nested.mjml

cat > compile.js <<'JS'
const { readFileSync, writeFileSync } = require("fs");
const mjml = require("mjml");
(async () => {
  for (const name of ["page", "nested"]) {
    const { html, errors } = await mjml(readFileSync(`${name}.mjml`, "utf8"));
    if (errors.length) throw new Error(errors[0].formattedMessage);
    writeFileSync(`mjml.${name}.html`, html);
  }
})();
JS
cat > compile.py <<'PY'
from pathlib import Path

import mjml

for name in ("page", "nested"):
    try:
        made = mjml.mjml2html(Path(f"{name}.mjml").read_text())
    except ValueError as error:
        made = f"ValueError: {error}"
    Path(f"mjml-python.{name}.html").write_text(made)
PY
cat > look.py <<'PY'
import re
import sys

for tool in ("mjml", "mjml-python"):
    page, nested = (open(f"{tool}.{name}.html").read() for name in ("page", "nested"))
    style = re.search(r'<div style="([^"]*)">Half price', page)[1].replace(" ", "")
    image = re.search(r"<img[^>]*a\.png[^>]*>", page)[0]
    print(f"{tool}:", re.search(r"(?<![-\w])color:\w+", style)[0],
          "| inlined:", "letter-spacing" in style, "| alt:", bool(re.search(r"\balt\b", image)),
          "| nested:", nested if nested.startswith("ValueError") else "compiled")
PY
echo "guess: two equal lines"
node compile.js
py/bin/python compile.py
py/bin/python look.py > seen
cat seen
cat > expected <<'END'
mjml: color:crimson | inlined: True | alt: True | nested: compiled
mjml-python: color:black | inlined: False | alt: False | nested: ValueError: unexpected token in root template at position 53:61
END
diff expected seen || { echo "changed: mjml and mjml-python no longer differ as described"; exit 1; }
echo "still so"
