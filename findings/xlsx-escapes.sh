#!/bin/sh
# A line break in a cell has three readings in six libraries, and banner_x1200_y600 comes out of openpyxl as another name
#
# Seen:      2026-11-28
# Versions:  XlsxWriter 3.3.1, openpyxl 3.1.5, python-calamine 0.9.1, xlsx2csv 0.8.6 (PyPI), Python 3.11.7; exceljs 4.4.0,
#            xlsx 0.18.5 and read-excel-file 9.3.17 (npm), Node 20.20
# Guess:     What one library writes into a cell another reads out of it.
# Behaviour: A workbook has CR as _x000D_, and text that looks like such an escape with its underscore escaped (ECMA-376,
#            22.9.2.19, ST_Xstring). XlsxWriter does so. Of what was CR and LF openpyxl reads "_x000D_" and LF, xlsx2csv LF; of
#            banner_x1200_y600 xlsx2csv reads the escape of the underscore too. openpyxl writes both as they are, so that the
#            name has an Ethiopic letter in it to SheetJS and read-excel-file, and the CR is there for these two alone.
# Matters:   Addresses and greetings that were pasted into a cell from Windows get "_x000D_" in the mail; a file's or a
#            campaign's name that has _x, four hexadecimal digits and _ in it comes back as another name.
# Source:    run; https://github.com/opensanctions/opensanctions/pull/5001 has it from the field
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check XlsxWriter==3.3.1 openpyxl==3.1.5 python-calamine==0.9.1 xlsx2csv==0.8.6
npm install --silent --no-audit --no-fund --prefix . \
  exceljs@4.4.0 xlsx@0.18.5 read-excel-file@9.3.17 > npm.log 2>&1 || { cat npm.log; exit 1; }

cat > try.py <<'PY'
import csv, json, subprocess
import openpyxl, python_calamine, xlsxwriter
texts = ["First\r\nSecond", "banner_x1200_y600"]
book = xlsxwriter.Workbook("XlsxWriter.xlsx")
sheet = book.add_worksheet()
for row, text in enumerate(texts):
    sheet.write_string(row, 0, text)
book.close()
book = openpyxl.Workbook()
for row, text in enumerate(texts, 1):
    book.active.cell(row, 1, text)
book.save("openpyxl.xlsx")
for name in ("XlsxWriter", "openpyxl"):
    file = f"{name}.xlsx"
    subprocess.run(["py/bin/xlsx2csv", file, "list.csv"], check=True)
    with open("list.csv", newline="", encoding="utf-8") as lines:
        print(f"{name} > xlsx2csv: {json.dumps([line[0] for line in csv.reader(lines)])}")
    print(f"{name} > openpyxl: {json.dumps([row[0].value for row in openpyxl.load_workbook(file).active.iter_rows()])}")
    rows = python_calamine.load_workbook(file).get_sheet_by_index(0).to_python()
    print(f"{name} > calamine: {json.dumps([row[0] for row in rows])}")
PY
cat > try.js <<'JS'
const ExcelJS = require("exceljs");
const XLSX = require("xlsx");
(async () => {
  for (const name of ["XlsxWriter", "openpyxl"]) {
    const show = (reader, texts) => {
      const ascii = JSON.stringify(texts).replaceAll(",", ", ").replaceAll("\u1200", "\\u1200");
      console.log(`${name} > ${reader}: ${ascii}`);
    };
    const book = new ExcelJS.Workbook();
    await book.xlsx.readFile(`${name}.xlsx`);
    show("exceljs", ["A1", "A2"].map((cell) => book.worksheets[0].getCell(cell).value));
    const sheet = Object.values(XLSX.readFile(`${name}.xlsx`).Sheets)[0];
    show("SheetJS", [sheet.A1.v, sheet.A2.v]);
    const rows = await require("read-excel-file/node").default(`${name}.xlsx`);
    show("read-excel-file", (rows[0].data ?? rows).map((row) => row[0]));
  }
})();
JS

printf '%s\n' 'guess: ["First\r\nSecond", "banner_x1200_y600"], by all, from both'
{ py/bin/python try.py; node try.js; } > seen
cat seen
cat > expected <<'END'
XlsxWriter > xlsx2csv: ["First\nSecond", "banner_x005F_x1200_y600"]
XlsxWriter > openpyxl: ["First_x000D_\nSecond", "banner_x1200_y600"]
XlsxWriter > calamine: ["First\r\nSecond", "banner_x1200_y600"]
openpyxl > xlsx2csv: ["First\nSecond", "banner_x1200_y600"]
openpyxl > openpyxl: ["First\nSecond", "banner_x1200_y600"]
openpyxl > calamine: ["First\nSecond", "banner_x1200_y600"]
XlsxWriter > exceljs: ["First\r\nSecond", "banner_x1200_y600"]
XlsxWriter > SheetJS: ["First\r\nSecond", "banner_x1200_y600"]
XlsxWriter > read-excel-file: ["First\r\nSecond", "banner_x1200_y600"]
openpyxl > exceljs: ["First\nSecond", "banner_x1200_y600"]
openpyxl > SheetJS: ["First\r\nSecond", "banner\u1200y600"]
openpyxl > read-excel-file: ["First\r\nSecond", "banner\u1200y600"]
END
diff expected seen || { echo "changed: the libraries no longer write or read escapes as described"; exit 1; }
echo "still so"
