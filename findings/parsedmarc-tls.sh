#!/bin/sh
# parsedmarc's CSV of a TLS report counts each failed session twice, names no domain beside the failures, and loses mx-host
#
# Seen:      2026-11-30
# Versions:  parsedmarc 11.1.0 (PyPI) on Python 3.11.7
# Guess:     A report tells 5326 sessions that succeeded and 303 that failed, of which it has the reasons: 100, 200 and 3. The
#            sums of the columns are 5326 and 303, a row can be filtered by its domain, and the MX the policy is for, mx-host in
#            RFC 8460, is in the column mx_host_patterns.
# Behaviour: The policy's row and those of the reasons share the column failed_session_count: its sum is 606. The rows of the
#            reasons have no policy_domain and no policy_type, so the failures of a domain are those of its summary alone.
#            mx_host_patterns is empty, in JSON as well: it is looked for under "mx-host-pattern", the RFC's word for the value.
# Matters:   A failure rate from the CSV is 10.2 % and not 5.4 %; by domain the reasons are gone. In Elasticsearch or Splunk,
#            where the JSON goes, the count is right.
# Source:    run; RFC 8460, sections 4.4 and 5 (its example has this form)
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check parsedmarc==11.1.0

cat > read.py <<'PY'
import csv
import io
import json

import parsedmarc

HOSTS = ["mx1.shop.example", "mx2.shop.example", "mx3.shop.example"]
REPORT = {
    "organization-name": "receiver.example",
    "date-range": {"start-datetime": "2026-11-28T00:00:00Z", "end-datetime": "2026-11-28T23:59:59Z"},
    "contact-info": "tls@receiver.example",
    "report-id": "1",
    "policies": [{
        "policy": {"policy-type": "sts", "policy-string": ["version: STSv1", "mode: testing", "mx: *.shop.example", "max_age: 86400"],
                   "policy-domain": "shop.example", "mx-host": ["*.shop.example"]},
        "summary": {"total-successful-session-count": 5326, "total-failure-session-count": 303},
        "failure-details": [
            {"result-type": kind, "sending-mta-ip": "192.0.2.7", "receiving-mx-hostname": host, "failed-session-count": count}
            for kind, host, count in zip(["certificate-expired", "starttls-not-supported", "validation-failure"], HOSTS, [100, 200, 3])
        ],
    }],
}
report = parsedmarc.parse_smtp_tls_report_json(json.dumps(REPORT))
policy = report["policies"][0]
print("JSON: failed", policy["failed_session_count"], "reasons", [one["failed_session_count"] for one in policy["failure_details"]])
print("JSON: mx_host_patterns", policy.get("mx_host_patterns"))
rows = list(csv.DictReader(io.StringIO(parsedmarc.parsed_smtp_tls_reports_to_csv(report))))
for row in rows:
    print("CSV:", *(row[name] or "-" for name in ("policy_domain", "policy_type", "result_type", "failed_session_count", "mx_host_patterns")))
print("CSV: sum", sum(int(row["failed_session_count"]) for row in rows), "of shop.example",
      sorted({row["result_type"] for row in rows if row["policy_domain"] == "shop.example"}))
PY
echo "guess: failed 303, mx_host_patterns *.shop.example, shop.example in each row, sum 303, three reasons"
py/bin/python -W ignore read.py > seen
cat seen
cat > expected <<'END'
JSON: failed 303 reasons [100, 200, 3]
JSON: mx_host_patterns None
CSV: shop.example sts - 303 -
CSV: - - certificate-expired 100 -
CSV: - - starttls-not-supported 200 -
CSV: - - validation-failure 3 -
CSV: sum 606 of shop.example ['']
END
diff expected seen || { echo "changed: TLS reports are no longer written as described"; exit 1; }
echo "still so"
