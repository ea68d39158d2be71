#!/bin/sh
# A DMARC report in the form of RFC 9990 that tells of mail that passed: an exception, an empty list with exit code 0, or refused
#
# Seen:      2026-11-30
# Versions:  dmarc-metrics-exporter 1.3.1, dmarcreporting 0.3.1, dmarc-report 3.1.0 and parsedmarc 11.1.0 (PyPI) on Python
#            3.11.7; dmarc-report-parser 0.1.5 (npm) on Node 20.20
# Guess:     Reports of RFC 9990 are XML with a namespace and one disposition more: "pass" where nothing had to be decided.
#            Readers of 2026 take them, above all one with a model of the new form; readers of the old form say that
#            they do not know this one.
# Behaviour: dmarc-metrics-exporter has the new form with its "pass" as a class, and fails with a KeyError at a record that has
#            it: a report is lost for good news alone. DMARCReporting finds no record where there is a namespace, says "list
#            index out of range" and ends with 0. dmarc-report-parser takes the namespace and refuses "pass".
#            dmarc-report and parsedmarc read all three.
# Matters:   Most mail of a healthy domain passes: its reports are those that are missing, and the graph shows what failed.
# Source:    run; RFC 9990 (its XML schema: ActionDispositionType), https://github.com/jgosmann/dmarc-metrics-exporter
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check dmarc-metrics-exporter==1.3.1 dmarcreporting==0.3.1 dmarc-report==3.1.0 \
  parsedmarc==11.1.0
npm install --silent --no-audit --no-fund --prefix . dmarc-report-parser@0.1.5 > npm.log 2>&1 || { cat npm.log; exit 1; }

cat > read.py <<'PY'
import email.message
import gzip
import os
import subprocess
import zipfile

import parsedmarc
from dmarc_metrics_exporter.deserialization import convert_to_events, get_aggregate_report_from_email

REPORT = """<?xml version="1.0" encoding="UTF-8"?><feedback{namespace}><version>1.0</version>
<report_metadata><org_name>receiver.example</org_name><email>dmarc@receiver.example</email><report_id>1</report_id>
<date_range><begin>1795824000</begin><end>1795910399</end></date_range></report_metadata>
<policy_published><domain>shop.example</domain><p>quarantine</p><sp>none</sp>{of_its_form}</policy_published>
<record><row><source_ip>192.0.2.7</source_ip><count>12</count>
<policy_evaluated><disposition>{disposition}</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row>
<identifiers><envelope_from>shop.example</envelope_from><header_from>shop.example</header_from></identifiers>
<auth_results><dkim><domain>shop.example</domain><selector>s</selector><result>pass</result></dkim>
<spf><domain>shop.example</domain><result>fail</result></spf></auth_results></record></feedback>"""
NEW = {"namespace": ' xmlns="urn:ietf:params:xml:ns:dmarc-2.0"', "of_its_form": "<np>none</np><testing>n</testing>"}
OLD = {"namespace": "", "of_its_form": "<pct>100</pct>"}
REPORTS = {
    "old, none": REPORT.format(disposition="none", **OLD),
    "new, none": REPORT.format(disposition="none", **NEW),
    "new, pass": REPORT.format(disposition="pass", **NEW),
}


def exporter(xml):
    mail = email.message.EmailMessage()
    mail.add_attachment(gzip.compress(xml.encode()), maintype="application", subtype="gzip", filename="report.xml.gz")
    return sum(event.count for report in get_aggregate_report_from_email(mail) for event in convert_to_events(report))


def run(*command):
    ran = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "COLUMNS": "200"})
    return ran.returncode, ran.stdout + ran.stderr


def reporting(xml):
    os.makedirs("zips", exist_ok=True)
    with zipfile.ZipFile("zips/receiver.example!shop.example!1795824000!1795910399.zip", "w") as archive:
        archive.writestr("report.xml", xml)
    code, said = run("py/bin/DMARCReporting", "-a", "zips")
    return f"{12 if '192.0.2.7' in said else said.strip().rpartition(': ')[2]}, exit code {code}"


def dmarc_report(xml):
    with open("report.xml", "w") as file:
        file.write(xml)
    code, said = run("py/bin/dmarc-report", "report.xml")
    return f"{12 if '192.0.2.7' in said else said.strip()}, exit code {code}"


readers = {
    "parsedmarc": lambda xml: parsedmarc.parse_aggregate_report_xml(xml, offline=True)["records"][0]["count"],
    "dmarc-report": dmarc_report,
    "DMARCReporting": reporting,
    "dmarc-metrics-exporter": exporter,
}
for name, xml in REPORTS.items():
    with open(f"{name}.xml", "w") as file:
        file.write(xml)
    for reader, read in readers.items():
        try:
            print(f"{name}: {reader} {read(xml)}")
        except Exception as error:
            print(f"{name}: {reader} {type(error).__name__} {error}")
PY
cat > read.js <<'JS'
const fs = require("fs");
const { parseDmarcReportsFromXml } = require("dmarc-report-parser");
(async () => {
  for (const name of ["old, none", "new, none", "new, pass"]) {
    const said = await parseDmarcReportsFromXml([fs.readFileSync(`${name}.xml`)]).then(
      (found) => `${found.totalReports} report`, (error) => JSON.parse(error.message)[0].message);
    console.log(`${name}: dmarc-report-parser ${said}`);
  }
})();
JS
echo "guess: 12, or 1 report, in each line, or a sentence about the new form"
{ py/bin/python -W ignore read.py; node read.js; } > seen
cat seen
cat > expected <<'END'
old, none: parsedmarc 12
old, none: dmarc-report 12, exit code 0
old, none: DMARCReporting 12, exit code 0
old, none: dmarc-metrics-exporter 12
new, none: parsedmarc 12
new, none: dmarc-report 12, exit code 0
new, none: DMARCReporting list index out of range, exit code 0
new, none: dmarc-metrics-exporter 12
new, pass: parsedmarc 12
new, pass: dmarc-report 12, exit code 0
new, pass: DMARCReporting list index out of range, exit code 0
new, pass: dmarc-metrics-exporter KeyError <ActionDispositionType.PASS: 'pass'>
old, none: dmarc-report-parser 1 report
new, none: dmarc-report-parser 1 report
new, pass: dmarc-report-parser Invalid enum value. Expected 'none' | 'quarantine' | 'reject', received 'pass'
END
diff expected seen || { echo "changed: reports of the new form are no longer read as described"; exit 1; }
echo "still so"
