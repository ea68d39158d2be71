#!/bin/sh
# Miller makes JSON of a list that no reader of JSON takes: .5, 5. and 0x1F stay bare, as somebody typed them
#
# Seen:      2026-11-30
# Versions:  miller 6.6.0 (Debian 12); Python 3.11.7, Node 20.20
# Guess:     mlr --icsv --ojson writes JSON: what is no number of JSON is in quotes, as it does with 007, +8613800000000 and 1-2.
# Behaviour: What Miller takes for a number is written as it stood in the CSV, without quotes, and it takes more for a number than
#            JSON has: .5, 5., 0x1F, 0b11, 0o17. The whole file is refused by Python and Node. strlen of any number is (error).
#            -S, which infers nothing, puts all of them in quotes, and the numbers too.
# Matters:   A discount typed as .5 or a coupon 0x1F among 100,000 rows, and the file for an import ends there; the first rows are
#            right, so a look at it shows nothing. Lists come from people.
# Source:    run; https://miller.readthedocs.io/en/latest/reference-main-arithmetic/, RFC 8259, section 6
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v mlr > /dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends miller; } > apt.log 2>&1 || {
  cat apt.log
  echo "needs miller"
  exit 1
}
dpkg-query -W -f '${Package} ${Version}\n' miller

cat > read.py <<'PY'
import json
import subprocess

NODE = "try { JSON.parse(require('fs').readFileSync(0, 'utf8')); console.log('taken') } catch { console.log('refused') }"


def run(text, *command):
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout.strip()


def python(text):
    try:
        json.loads(text)
    except ValueError:
        return "refused"
    return "taken"


for cell in ("007", "+8613800000000", "1-2", "1e5", "12.50", ".5", "5.", "0x1F", "0b11", "0o17"):
    table = f"email,code\nli@example.com,{cell}\n"
    text = run(table, "mlr", "--icsv", "--ojson", "cat")
    length = run(table, "mlr", "--icsv", "--ocsv", "--headerless-csv-output", "put", "-q", 'emit {"n": strlen($code)}')
    written = text.partition('"code": ')[2].split()[0]
    none = run(table, "mlr", "-S", "--icsv", "--ojson", "cat").partition('"code": ')[2].split()[0]
    print(f"{cell}: {written}, python {python(text)}, node {run(text, 'node', '-e', NODE)}, strlen {length}; -S {none}")
PY
echo "guess: taken by both, each time"
python3 read.py > seen
cat seen
cat > expected <<'END'
007: "007", python taken, node taken, strlen 3; -S "007"
+8613800000000: "+8613800000000", python taken, node taken, strlen 14; -S "+8613800000000"
1-2: "1-2", python taken, node taken, strlen 3; -S "1-2"
1e5: 1e5, python taken, node taken, strlen (error); -S "1e5"
12.50: 12.50, python taken, node taken, strlen (error); -S "12.50"
.5: .5, python refused, node refused, strlen (error); -S ".5"
5.: 5., python refused, node refused, strlen (error); -S "5."
0x1F: 0x1F, python refused, node refused, strlen (error); -S "0x1F"
0b11: 0b11, python refused, node refused, strlen (error); -S "0b11"
0o17: 0o17, python refused, node refused, strlen (error); -S "0o17"
END
diff expected seen || { echo "changed: Miller no longer writes JSON as described"; exit 1; }
echo "still so"
