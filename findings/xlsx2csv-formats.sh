#!/bin/sh
# xlsx2csv prints a price of 7 as "#,##0" us06"": letters in a number format make it a date, quoted or not
#
# Seen:      2026-11-28
# Versions:  xlsx2csv 0.8.6, XlsxWriter 3.3.1, openpyxl 3.1.5, python-calamine 0.9.1 (PyPI), Python 3.11.7
# Guess:     Text in quotes in a number format is literal (ECMA-376, 18.8.31), so a cell of 7 shown as "7 USD", "7 days" or
#            "7 mails" becomes 7 in CSV, perhaps with the text.
# Behaviour: It looks for letters of dates (d, m, h, s, y) in the whole format, quotes included. Where it finds them, 7
#            becomes 6 January 1900 and the format itself is printed with pieces of that date in it; the number is lost.
#            A euro sign, "EUR" or the Chinese for "persons" do no harm. openpyxl and calamine read 7 everywhere.
# Matters:   Columns such as "amount" in a list for a mail merge: exit code 0, and a CSV with #,##0" us06" in it.
# Source:    run
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check xlsx2csv==0.8.6 XlsxWriter==3.3.1 openpyxl==3.1.5 python-calamine==0.9.1

cat > try.py <<'PY'
import csv, subprocess
import openpyxl, python_calamine, xlsxwriter
formats = ['#,##0" USD"', '0" days"', '0" mails"', '0" h"', '0.00" per month"', '#,##0" EUR"', '0"\u4eba"', "[$\u20ac-407]#,##0.00"]
book = xlsxwriter.Workbook("list.xlsx")
sheet = book.add_worksheet()
for row, code in enumerate(formats):
    sheet.write_number(row, 0, 7, book.add_format({"num_format": code}))
book.close()
subprocess.run(["py/bin/xlsx2csv", "list.xlsx", "list.csv"], check=True)
columns = ([line[0] for line in csv.reader(open("list.csv", encoding="utf-8"))],
           [row[0].value for row in openpyxl.load_workbook("list.xlsx").active.iter_rows()],
           [row[0] for row in python_calamine.load_workbook("list.xlsx").get_sheet_by_index(0).to_python()])
for code, text, one, other in zip(formats, *columns, strict=True):
    print(f"{code}: xlsx2csv {text}, openpyxl {one:g}, calamine {other:g}")
PY

echo "guess: 7, everywhere"
PYTHONIOENCODING=utf-8 py/bin/python try.py > seen
cat seen
cat > expected <<'END'
#,##0" USD": xlsx2csv #,##0" us06", openpyxl 7, calamine 7
0" days": xlsx2csv 0" 06ays", openpyxl 7, calamine 7
0" mails": xlsx2csv 0" 01ails", openpyxl 7, calamine 7
0" h": xlsx2csv 0" 12", openpyxl 7, calamine 7
0.00" per month": xlsx2csv 0.00" per 01ont12", openpyxl 7, calamine 7
#,##0" EUR": xlsx2csv 7, openpyxl 7, calamine 7
0"人": xlsx2csv 7, openpyxl 7, calamine 7
[$€-407]#,##0.00: xlsx2csv 7, openpyxl 7, calamine 7
END
diff expected seen || { echo "changed: xlsx2csv no longer prints numbers as described"; exit 1; }
echo "still so"
