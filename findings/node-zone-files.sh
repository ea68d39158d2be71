#!/bin/sh
# Two readers of zone files for Node lose the mail records of a valid zone: one at a semicolon, one at a parenthesis
#
# Seen:      2026-11-28
# Versions:  zone-file 1.0.0 and dns-zonefile 0.3.2 (npm), Node 20.20; dnspython 2.9.2 on Python 3.11.7 as the control
# Guess:     A quoted string ends at its quote; parentheses join lines (RFC 1035, 5.1), which is how opendkim-genkey and BIND
#            write a DKIM key; 2h is two hours.
# Behaviour: zone-file takes a semicolon within quotes for a comment: "v=DMARC1; p=none; ..." is read, and written back, as
#            "v=DMARC1", and a key in two strings on one line is lost. dns-zonefile keeps semicolons, but a key in
#            parentheses makes it take the lines before for the SOA: NS, MX, SPF and DMARC are gone, and the SOA's server
#            is called "TXT". Both read 2h as 2. Neither raises an error.
# Matters:   Read, add a record, write: the domain has no DMARC policy and no DKIM key, or next to nothing.
# Source:    run; https://github.com/elgs/dns-zonefile/pull/34 for the semicolons, which that package has fixed since
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . \
  zone-file@1.0.0 dns-zonefile@0.3.2 > npm.log 2>&1 || { cat npm.log; exit 1; }
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check dnspython==2.9.2

zone() { # KEY
  cat <<END
\$ORIGIN example.test.
\$TTL 3600
@ IN SOA ns1 host 1 2h 1h 2w 5m
@ IN NS ns1
@ IN MX 10 mx1
@ IN TXT "v=spf1 include:spf.example.test -all"
_dmarc IN TXT "v=DMARC1; p=none; rua=mailto:d@example.test"
s1._domainkey IN TXT $1
ns1 IN A 192.0.2.1
mx1 IN A 192.0.2.2
END
}
zone '"v=DKIM1; k=rsa; " "p=AAAA"' > line.zone
zone '( "v=DKIM1; k=rsa; "
  "p=AAAA" )' > parentheses.zone

cat > control.py <<'PY'
import sys
import dns.zone
for file in sys.argv[1:]:
    zone = dns.zone.from_file(file)
    soa = zone.get_rdataset("@", "SOA")[0]
    dmarc, dkim = (b"".join(zone.get_rdataset(name, "TXT")[0].strings).decode() for name in ("_dmarc", "s1._domainkey"))
    servers, exchanges = (len(zone.get_rdataset("@", kind)) for kind in ("NS", "MX"))
    print(f"{file} dnspython: NS {servers}, MX {exchanges}, SOA {soa.mname} {soa.refresh}, DMARC {dmarc}, DKIM {dkim}")
PY
cat > try.js <<'JS'
const fs = require("fs");
const { parseZoneFile, makeZoneFile } = require("zone-file");
const readers = { "zone-file": parseZoneFile, "dns-zonefile": require("dns-zonefile").default.parse };
for (const file of ["line.zone", "parentheses.zone"])
  for (const [name, read] of Object.entries(readers)) {
    const zone = read(fs.readFileSync(file, "utf8"));
    const text = (owner) => {
      const found = (zone.txt ?? []).find((one) => one.name === owner)?.txt ?? "none";
      return [found].flat().join("").replaceAll(/" "|"/g, "");
    };
    const counts = `NS ${(zone.ns ?? []).length}, MX ${(zone.mx ?? []).length}, SOA ${zone.soa.mname} ${zone.soa.refresh}`;
    console.log(`${file} ${name}: ${counts}, DMARC ${text("_dmarc")}, DKIM ${text("s1._domainkey")}`);
  }
const written = makeZoneFile(parseZoneFile(fs.readFileSync("line.zone", "utf8")));
const records = written.split("\n").filter((line) => /^(_dmarc|s1)/.test(line));
console.log("written back by zone-file:", records.join(" | ").replaceAll("\t", " "));
JS

echo "guess: as dnspython reads it, by all"
{ py/bin/python control.py line.zone parentheses.zone; node try.js; } > seen
cat seen
cat > expected <<'END'
line.zone dnspython: NS 1, MX 1, SOA ns1 7200, DMARC v=DMARC1; p=none; rua=mailto:d@example.test, DKIM v=DKIM1; k=rsa; p=AAAA
parentheses.zone dnspython: NS 1, MX 1, SOA ns1 7200, DMARC v=DMARC1; p=none; rua=mailto:d@example.test, DKIM v=DKIM1; k=rsa; p=AAAA
line.zone zone-file: NS 1, MX 1, SOA ns1 2, DMARC v=DMARC1, DKIM v=DKIM1
line.zone dns-zonefile: NS 1, MX 1, SOA ns1 2, DMARC v=DMARC1; p=none; rua=mailto:d@example.test, DKIM v=DKIM1; k=rsa; p=AAAA
parentheses.zone zone-file: NS 1, MX 1, SOA ns1 2, DMARC v=DMARC1, DKIM v=DKIM1 p=AAAA
parentheses.zone dns-zonefile: NS 0, MX 0, SOA TXT NaN, DMARC none, DKIM none
written back by zone-file: _dmarc IN TXT "v=DMARC1" | s1._domainkey IN TXT "v=DKIM1"
END
diff expected seen || { echo "changed: the readers no longer lose records as described"; exit 1; }
echo "still so"
