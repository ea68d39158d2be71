#!/bin/sh
# parsedmarc writes the times of one report in two time zones, names neither, and spreads mail over days nobody reported
#
# Seen:      2026-11-29
# Versions:  parsedmarc 11.1.0 on Python 3.11.7
# Guess:     An aggregate report has its span in seconds since 1970 (RFC 7489, appendix C). Read on a machine in Shanghai, all
#            times are in UTC, or all are local and say so; what is counted for the span stays one count.
# Behaviour: report_metadata.begin_date is local time, interval_begin of each record UTC, both "YYYY-MM-DD HH:MM:SS" without a
#            zone: a report of 28 November begins at 08:00 in the one and 00:00 in the other, and ends on the 29th in one.
#            The CSV has begin_date too, and there it is UTC. A report of three days becomes a record a day, each with a third
#            of the count; normalized_timespan says that it was done.
# Matters:   JSON and CSV of the same report disagree by eight hours about "begin_date". Whoever adds up mail by day next to a
#            sender's own statistics (which are in UTC+8 for DirectMail) compares wrong days, or days that were made up.
# Source:    run; https://domainaware.github.io/parsedmarc/output.html
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check parsedmarc==11.1.0

cat > run.py <<'END'
import parsedmarc

REPORT = """<?xml version="1.0"?><feedback><version>1.0</version>
<report_metadata><org_name>receiver.example</org_name><email>dmarc@receiver.example</email><report_id>1</report_id>
<date_range><begin>1795824000</begin><end>{end}</end></date_range></report_metadata>
<policy_published><domain>shop.example</domain><adkim>r</adkim><aspf>r</aspf><p>none</p><sp>none</sp><pct>100</pct>
</policy_published><record><row><source_ip>192.0.2.7</source_ip><count>12</count><policy_evaluated>
<disposition>none</disposition><dkim>pass</dkim><spf>pass</spf></policy_evaluated></row>
<identifiers><header_from>shop.example</header_from></identifiers><auth_results>
<dkim><domain>shop.example</domain><selector>s</selector><result>pass</result></dkim>
<spf><domain>shop.example</domain><result>pass</result></spf></auth_results></record></feedback>"""
for what, end in (("a day", 1795910399), ("three days", 1796083199)):
    report = parsedmarc.parse_aggregate_report_xml(REPORT.format(end=end), offline=True)
    head = report["report_metadata"]
    print(f"{what}: JSON {head['begin_date']} to {head['end_date']}")
    for record in report["records"]:
        print("  record", record["interval_begin"], "to", record["interval_end"], "count", record["count"])
    print("  CSV", parsedmarc.parsed_aggregate_reports_to_csv_rows(report)[0]["begin_date"])
END
echo "guess: 2026-11-28 00:00:00 in every place, or 08:00:00 in every place; a count of 12"
TZ=Asia/Shanghai py/bin/python run.py > seen
cat seen
cat > expected <<'END'
a day: JSON 2026-11-28 08:00:00 to 2026-11-29 07:59:59
  record 2026-11-28 00:00:00 to 2026-11-28 23:59:59 count 12
  CSV 2026-11-28 00:00:00
three days: JSON 2026-11-28 08:00:00 to 2026-12-01 07:59:59
  record 2026-11-28 00:00:00 to 2026-11-29 00:00:00 count 4
  record 2026-11-29 00:00:00 to 2026-11-30 00:00:00 count 4
  record 2026-11-30 00:00:00 to 2026-11-30 23:59:59 count 4
  CSV 2026-11-28 00:00:00
END
diff expected seen || { echo "changed: parsedmarc no longer mixes time zones as described"; exit 1; }
echo "still so"
