#!/bin/sh
# Readers of CSV that find the delimiter: addresses are cut at the @ or at an m, and a line break at the end of a list decides
#
# Seen:      2026-11-29
# Versions:  clevercsv 0.8.5, pandas 3.1.1 (PyPI) and csv.Sniffer, Python 3.11.7; papaparse 5.7.1 (npm), Node 20.20
# Guess:     A list of addresses, one a line, has one column; name;email has two. Whoever finds the delimiter finds that, or says
#            that there is none; whether the last line ends with a line break, as RFC 4180 leaves open, is no matter.
# Behaviour: clevercsv finds that addresses are separated by @, and reads two columns. csv.Sniffer, and with it pandas where sep is
#            None, takes the m of .com for numbers at qq.com, and reads 10001@qq.co. Papa Parse reads name;email;city right, and
#            name;email as one column as soon as the last line ends with a line break, unless skipEmptyLines is set: nothing
#            behind it is a row of one cell. It then has an error beside its data (UndetectableDelimiter), and none when it
#            cuts email,tags at the semicolons of the tags a;b;c.
# Matters:   A list for a mailing is often one column of addresses, or a name and an address with the semicolons of a European
#            Excel. Read so, each address is another one or none. Giving the delimiter helps, a heading does not.
# Source:    run; https://clevercsv.readthedocs.io, https://www.papaparse.com/docs (delimiter, skipEmptyLines); RFC 4180, 2
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check clevercsv==0.8.5 pandas==3.1.1
npm install --silent --no-audit --no-fund --prefix . papaparse@5.7.1 > npm.log 2>&1 || { cat npm.log; exit 1; }

cat > lists.json <<'END'
{"names": "email\nli.lei@example.com\nhan.mei@example.com\nwang.wu@example.com\n",
 "numbers": "email\n10001@qq.com\n20002@qq.com\n34567@qq.com\n99887@qq.com\n",
 "two columns": "name;email\nLi Lei;li.lei@example.com\nHan Mei;han.mei@example.com\n",
 "two, no break at the end": "name;email\nLi Lei;li.lei@example.com\nHan Mei;han.mei@example.com",
 "three columns": "name;email;city\nLi Lei;li.lei@example.com;Beijing\nHan Mei;han.mei@example.com;Wuhan\n",
 "tags": "email,tags\nli.lei@example.com,a;b;c\nhan.mei@example.com,d;e;f\n"}
END
cat > read.py <<'PY'
import csv
import io
import json

import clevercsv
import pandas


def second(rows):
    try:
        return json.dumps([str(cell) for cell in rows()[1]])
    except Exception as error:
        return type(error).__name__


for name, text in json.load(open("lists.json")).items():
    readers = {
        "clevercsv": lambda text=text: list(clevercsv.reader(io.StringIO(text), clevercsv.Sniffer().sniff(text))),
        "csv.Sniffer": lambda text=text: list(csv.reader(io.StringIO(text), csv.Sniffer().sniff(text))),
        "pandas": lambda text=text: pandas.read_csv(io.StringIO(text), sep=None, engine="python", header=None).values.tolist(),
    }
    print(f"{name}:", ", ".join(f"{reader} {second(rows)}" for reader, rows in readers.items()))
PY
cat > read.js <<'JS'
const { parse } = require("papaparse");
for (const [name, text] of Object.entries(require("./lists.json"))) {
  const said = [{}, { skipEmptyLines: true }].map((options) => {
    const { data, errors } = parse(text, options);
    return JSON.stringify(data[1]) + errors.map((error) => ` (${error.code})`).join("");
  });
  console.log(`${name}: papaparse ${said[0]}, skipEmptyLines ${said[1]}`);
}
JS
echo "guess: the line under the heading in 1, 1, 2, 2, 3 and 2 cells, as each list has columns"
{ py/bin/python -W ignore read.py; node read.js; } > seen
cat seen
cat > expected <<'END'
names: clevercsv ["li.lei", "example.com"], csv.Sniffer Error, pandas ParserError
numbers: clevercsv ["10001", "qq.com"], csv.Sniffer ["10001@qq.co", ""], pandas ["10001@qq.co", "nan"]
two columns: clevercsv ["Li Lei", "li.lei@example.com"], csv.Sniffer ["Li Lei", "li.lei@example.com"], pandas ["Li Lei", "li.lei@example.com"]
two, no break at the end: clevercsv ["Li Lei", "li.lei@example.com"], csv.Sniffer ["Li Lei", "li.lei@example.com"], pandas ["Li Lei", "li.lei@example.com"]
three columns: clevercsv ["Li Lei", "li.lei@example.com", "Beijing"], csv.Sniffer ["Li Lei", "li.lei@example.com", "Beijing"], pandas ["Li Lei", "li.lei@example.com", "Beijing"]
tags: clevercsv ["li.lei@example.com", "a;b;c"], csv.Sniffer ["li.lei@example.com", "a;b;c"], pandas ["li.lei@example.com", "a;b;c"]
names: papaparse ["li.lei@example.com"] (UndetectableDelimiter), skipEmptyLines ["li.lei@example.com"] (UndetectableDelimiter)
numbers: papaparse ["10001@qq.com"] (UndetectableDelimiter), skipEmptyLines ["10001@qq.com"] (UndetectableDelimiter)
two columns: papaparse ["Li Lei;li.lei@example.com"] (UndetectableDelimiter), skipEmptyLines ["Li Lei","li.lei@example.com"]
two, no break at the end: papaparse ["Li Lei","li.lei@example.com"], skipEmptyLines ["Li Lei","li.lei@example.com"]
three columns: papaparse ["Li Lei","li.lei@example.com","Beijing"], skipEmptyLines ["Li Lei","li.lei@example.com","Beijing"]
tags: papaparse ["li.lei@example.com,a","b","c"], skipEmptyLines ["li.lei@example.com","a;b;c"]
END
diff expected seen || { echo "changed: delimiters are no longer found as described"; exit 1; }
echo "still so"
