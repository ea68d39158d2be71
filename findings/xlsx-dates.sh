#!/bin/sh
# 28 November 2026, written by openpyxl in the format's other way of dates, is 18 July 1905 to exceljs
#
# Seen:      2026-11-28
# Versions:  openpyxl 3.1.5, python-calamine 0.9.1, xlsx2csv 0.8.6 (PyPI), Python 3.11.7; exceljs 4.4.0, xlsx 0.18.5 and
#            read-excel-file 9.3.17 (npm), Node 20.20
# Guess:     A workbook has dates as numbers with a date format, or as ISO 8601 in cells of type "d" (ECMA-376, 18.18.11), which
#            openpyxl writes with iso_dates = True. Who reads one kind reads the other.
# Behaviour: As a number all read 28 November 2026 (SheetJS with cellDates, as documented). As ISO 8601 exceljs reads the year
#            alone, takes it for a number of days, and has 18 July 1905, a date like any other. The rest read it.
# Matters:   A column "joined" or "expires" in a list for mails: each day of 2026 becomes the same day of 1905, without an
#            error, and only in files from some writers.
# Source:    run
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check openpyxl==3.1.5 python-calamine==0.9.1 xlsx2csv==0.8.6
npm install --silent --no-audit --no-fund --prefix . \
  exceljs@4.4.0 xlsx@0.18.5 read-excel-file@9.3.17 > npm.log 2>&1 || { cat npm.log; exit 1; }

cat > try.py <<'PY'
import datetime, subprocess
import openpyxl, python_calamine
for iso in (False, True):
    name = "iso" if iso else "number"
    book = openpyxl.Workbook()
    book.iso_dates = iso
    book.active["A1"] = datetime.date(2026, 11, 28)
    book.save(f"{name}.xlsx")
    print(f"{name} openpyxl: {openpyxl.load_workbook(f'{name}.xlsx').active['A1'].value:%Y-%m-%d}")
    print(f"{name} calamine: {python_calamine.load_workbook(f'{name}.xlsx').get_sheet_by_index(0).to_python()[0][0]}")
    print(f"{name} xlsx2csv: {subprocess.run(['py/bin/xlsx2csv', f'{name}.xlsx'], capture_output=True, text=True).stdout.strip()}")
PY
cat > try.js <<'JS'
const ExcelJS = require("exceljs");
const XLSX = require("xlsx");
const day = (value) => (value instanceof Date ? value.toISOString().slice(0, 10) : JSON.stringify(value));
(async () => {
  for (const name of ["number", "iso"]) {
    const book = new ExcelJS.Workbook();
    await book.xlsx.readFile(`${name}.xlsx`);
    console.log(`${name} exceljs: ${day(book.worksheets[0].getCell("A1").value)}`);
    for (const cellDates of [false, true]) {
      const sheet = Object.values(XLSX.readFile(`${name}.xlsx`, { cellDates }).Sheets)[0];
      console.log(`${name} SheetJS${cellDates ? ", cellDates" : ""}: ${day(sheet.A1.v)}`);
    }
    const rows = await require("read-excel-file/node").default(`${name}.xlsx`);
    console.log(`${name} read-excel-file: ${day((rows[0].data ?? rows)[0][0])}`);
  }
})();
JS

echo "guess: 2026-11-28, by all, for both files"
{ py/bin/python try.py; TZ=UTC node try.js; } > seen
cat seen
cat > expected <<'END'
number openpyxl: 2026-11-28
number calamine: 2026-11-28
number xlsx2csv: 2026-11-28
iso openpyxl: 2026-11-28
iso calamine: 2026-11-28
iso xlsx2csv: 2026-11-28
number exceljs: 2026-11-28
number SheetJS: 46354
number SheetJS, cellDates: 2026-11-28
number read-excel-file: 2026-11-28
iso exceljs: 1905-07-18
iso SheetJS: 46354
iso SheetJS, cellDates: 2026-11-28
iso read-excel-file: 2026-11-28
END
diff expected seen || { echo "changed: the readers no longer take dates as described"; exit 1; }
echo "still so"
