#!/bin/sh
# JSON read as YAML: an emoji is refused by one loader of PyYAML, and becomes two characters that nothing can encode by the other
#
# Seen:      2026-11-29
# Versions:  PyYAML 6.0.2 with libyaml 0.2.5, ruamel.yaml 0.18.6 (PyPI), Python 3.11.7; js-yaml 4.1.0, yaml 2.6.1 (npm), Node 20.20
# Guess:     YAML 1.2 is a superset of JSON, so what json.dumps writes is read back by every YAML reader as what it was.
# Behaviour: json.dumps writes a character beyond U+FFFF as an escaped pair of surrogates. PyYAML's CSafeLoader and ruamel.yaml's
#            C loader refuse it ("found invalid Unicode character escape code"); SafeLoader and ruamel.yaml's own make two lone
#            surrogates of it, which fail when they are written. Both readers for Node give the character.
# Matters:   Subjects, tags and templates have emoji; a file that one tool exported as JSON is refused by the next, or fails later.
#            json.dumps(ensure_ascii=False) is read by all of them.
# Source:    YAML 1.2.2, 1.2 "Processing" and 5.7 "Escaped Characters"; run
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check pyyaml==6.0.2 ruamel.yaml==0.18.6 ruamel.yaml.clib==0.2.12
npm install --silent --no-audit --no-fund --prefix . \
  js-yaml@4.1.0 yaml@2.6.1 > npm.log 2>&1 || { cat npm.log; exit 1; }

cat > try.py <<'PY'
import json
import sys
from ruamel.yaml import YAML
import yaml

TEXT = json.dumps({"tag": "\U0001f600"})
PLAIN = json.dumps({"tag": "\U0001f600"}, ensure_ascii=False)


def said(read, text):
    try:
        return ascii(read(text)["tag"])
    except Exception as error:
        return f"{type(error).__name__}: {getattr(error, 'problem', '')}"


READERS = {
    "PyYAML CSafeLoader": lambda text: yaml.load(text, Loader=yaml.CSafeLoader),
    "PyYAML SafeLoader": lambda text: yaml.load(text, Loader=yaml.SafeLoader),
    "ruamel.yaml": lambda text: YAML(typ="safe", pure=True).load(text),
    "ruamel.yaml C": lambda text: YAML(typ="safe").load(text),
}
open("case.json", "w", encoding="utf-8").write(TEXT)
for name, read in READERS.items():
    print(f"{name}: {said(read, TEXT)}; not escaped: {said(read, PLAIN)}")
PY
cat > try.js <<'JS'
const text = require("fs").readFileSync("case.json", "utf8");
console.log("js-yaml:", JSON.stringify(require("js-yaml").load(text).tag));
console.log("yaml:", JSON.stringify(require("yaml").parse(text).tag));
JS
py/bin/python try.py | tee seen
node try.js | tee -a seen

grep -q "CSafeLoader: ScannerError: found invalid Unicode character escape code; not escaped: '.U0001f600'" seen ||
  { echo "changed: CSafeLoader reads it"; exit 1; }
grep -q "PyYAML SafeLoader: '.ud83d.ude00'" seen || { echo "changed: SafeLoader reads it otherwise"; exit 1; }
grep -q 'js-yaml: "😀"' seen || { echo "changed: js-yaml reads it otherwise"; exit 1; }
echo "still so"
