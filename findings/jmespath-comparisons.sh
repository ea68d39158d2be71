#!/bin/sh
# One JMESPath filter, one document, three implementations: an error that is no JMESPath error, a match, and nothing
#
# Seen:      2026-11-28
# Versions:  jmespath 1.1.0 (PyPI), Python 3.11.7; jmespath 0.16.0 and @jmespath-community/jmespath 1.3.0 (npm), Node 20.20
# Guess:     The specification has <, <=, >, >= for numbers only and null for all else, so a filter that compares text with
#            a number drops the row, everywhere.
# Behaviour: Python raises the language's own TypeError, which "except JMESPathError" does not catch. jmespath.js lets
#            JavaScript convert and matches. The community's drops the row. Two texts compare in the first two and not in
#            the third. to_number('') is null, 0 and 0; to_number('1_000') is 1000 in Python and null in the others;
#            starts_with('abc', '') is false in jmespath.js alone, contains(`[1, 2]`, `true`) true in Python alone.
# Matters:   APIs of mail services give counts now as numbers, now as text (DirectMail's statistics do); a --query that was
#            tried in a browser can crash or answer differently in a command line.
# Source:    run; https://github.com/jmespath/jmespath.py/issues/169 for the TypeError
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check jmespath==1.1.0
npm install --silent --no-audit --no-fund --prefix . \
  jmespath@0.16.0 @jmespath-community/jmespath@1.3.0 > npm.log 2>&1 || { cat npm.log; exit 1; }

cat > queries.json <<'END'
["rows[?sent > `2`].tag", "rows[?sent > '2'].tag", "to_number('')", "to_number('1_000')",
 "starts_with('abc', '')", "contains(`[1, 2]`, `true`)"]
END
echo '{"rows": [{"tag": "spring", "sent": "10"}, {"tag": "autumn", "sent": "3"}]}' > document.json

cat > try.py <<'PY'
import json
import jmespath
document = json.load(open("document.json"))
for query in json.load(open("queries.json")):
    try:
        seen = json.dumps(jmespath.search(query, document))
    except jmespath.exceptions.JMESPathError:
        seen = "a JMESPath error"
    except TypeError:
        seen = "TypeError, no JMESPath error"
    print(f"{query}  jmespath.py  {seen}")
PY
cat > try.js <<'JS'
const fs = require("fs");
const document = JSON.parse(fs.readFileSync("document.json"));
for (const query of JSON.parse(fs.readFileSync("queries.json")))
  for (const [name, library] of [["jmespath.js", "jmespath"], ["community", "@jmespath-community/jmespath"]])
    console.log(`${query}  ${name}  ${JSON.stringify(require(library).search(document, query))}`);
JS

echo "guess: [] for both comparisons, and one answer for each of the rest"
{ py/bin/python try.py; node try.js; } | LC_ALL=C sort > seen
cat seen
LC_ALL=C sort > expected <<'END'
contains(`[1, 2]`, `true`)  community  false
contains(`[1, 2]`, `true`)  jmespath.js  false
contains(`[1, 2]`, `true`)  jmespath.py  true
rows[?sent > '2'].tag  community  []
rows[?sent > '2'].tag  jmespath.js  ["autumn"]
rows[?sent > '2'].tag  jmespath.py  ["autumn"]
rows[?sent > `2`].tag  community  []
rows[?sent > `2`].tag  jmespath.js  ["spring","autumn"]
rows[?sent > `2`].tag  jmespath.py  TypeError, no JMESPath error
starts_with('abc', '')  community  true
starts_with('abc', '')  jmespath.js  false
starts_with('abc', '')  jmespath.py  true
to_number('')  community  0
to_number('')  jmespath.js  0
to_number('')  jmespath.py  null
to_number('1_000')  community  null
to_number('1_000')  jmespath.js  null
to_number('1_000')  jmespath.py  1000
END
diff expected seen || { echo "changed: the implementations no longer answer as described"; exit 1; }
echo "still so"
